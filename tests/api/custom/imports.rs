//! Files with columns for fields of the tenant.

use crate::bulk::{commit, counts, done, set, succeeded, upload};
use guanxi_tests::{World, both_stores, given, json};

both_stores![
    d_85_cards_with_own_fields_are_imported_and_undone,
    z_12_rows_are_known_by_a_field_of_the_company,
];

const CARDS: &str = "name,custom.colour,字段weight,marks,smokes\n\
    A,选red,\"1,200.50\",x;选y,是\n\
    B,green,1,x,maybe\n\
    C,,,,\n";

async fn d_85_cards_with_own_fields_are_imported_and_undone(world: &World) {
    let admin = &world.admin;
    given::field(admin, "colour", "choice", json!({ "choices": given::choices(&["red"]) })).await;
    given::field(admin, "weight", "number", json!({})).await;
    given::field(admin, "marks", "choices", json!({ "choices": given::choices(&["x", "y"]) }))
        .await;
    given::field(admin, "smokes", "boolean", json!({})).await;
    let import = upload(admin, "parties", CARDS).await.expect(201);
    let fields: Vec<_> =
        import.json["mapping"].as_array().expect("a mapping").iter().map(|m| &m["field"]).collect();
    let expected = ["name", "custom.colour", "custom.weight", "custom.marks", "custom.smokes"];
    assert_eq!(fields, expected, "by name, path and label");
    let unknown = json!({ "mapping": [{ "column": "name", "field": "custom.size" }] });
    set(admin, &import.id(), unknown).await.refused(422, "validation_failed");
    let defaults = json!({ "kind": "organisation", "custom.smokes": false });
    set(
        admin,
        &import.id(),
        json!({ "defaults": defaults, "match_on": ["name"], "on_match": "update" }),
    )
    .await
    .expect(200);
    let job = commit(world, &import.id()).await;
    succeeded(&job);
    assert_eq!(counts(&job), [2, 0, 0, 1]);
    let problems = admin.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    assert!(problems.text.contains("/custom/colour") && problems.text.contains("/custom/smokes"));
    assert!(!problems.text.contains("green") && !problems.text.contains("maybe"));
    let made = admin.get("/v1/parties?sort=name").await.expect(200);
    let expected =
        json!({ "colour": "red", "weight": "1200.5", "marks": ["x", "y"], "smokes": true });
    assert_eq!(made.each("custom"), [expected.clone(), json!({ "smokes": false })]);

    // The second file changes what is there; taken back, each field is what it was.
    let change = upload(admin, "parties", "name,weight,marks\nA,7,\nC,8,y\n").await.expect(201);
    let keys = json!({ "match_on": ["name"], "on_match": "update" });
    set(admin, &change.id(), keys).await.expect(200);
    let job = commit(world, &change.id()).await;
    assert_eq!(counts(&job), [0, 2, 0, 0]);
    let changed = admin.get("/v1/parties?sort=name").await.expect(200);
    assert_eq!(
        changed.data()[1]["custom"],
        json!({ "smokes": false, "weight": "8", "marks": ["y"] })
    );
    let undo = admin.act(format!("/v1/jobs/{}/undo", job.id())).await.expect(202);
    succeeded(&done(world, &undo.id()).await);
    let back = admin.get("/v1/parties?sort=name").await.expect(200);
    assert_eq!(back.each("custom"), [expected, json!({ "smokes": false })]);
}

async fn z_12_rows_are_known_by_a_field_of_the_company(world: &World) {
    let admin = &world.admin;
    given::field(admin, "card", "text", json!({})).await;
    given::field(admin, "number", "integer", json!({})).await;
    let keys = json!({ "defaults": { "kind": "organisation" }, "on_match": "update",
        "match_on": ["custom.card", "custom.number"] });
    let first = "name,custom.card,custom.number\nA,K-1,\nB,,7\n";
    let again = "name,custom.card,custom.number\nA2,k-1,\nB2,,7\nC,K-2,8\nC2,K-2,\n";
    for (file, expected) in [(first, [2, 0, 0, 0]), (again, [1, 3, 0, 0])] {
        let import = upload(admin, "parties", file).await.expect(201);
        set(admin, &import.id(), keys.clone()).await.expect(200);
        let job = commit(world, &import.id()).await;
        assert_eq!(counts(&job), expected, "{}", job.text);
    }
    let names = admin.get("/v1/parties?sort=name").await.expect(200);
    assert_eq!(names.each("name"), [json!("A2"), json!("B2"), json!("C2")]);
}
