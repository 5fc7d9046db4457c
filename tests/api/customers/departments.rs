//! Departments: the organisation of a party as a tree.

use super::{department, statuses};
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    k_09_departments_form_a_tree_with_their_people,
    k_09_a_cycle_is_refused,
    k_09_two_departments_do_not_come_to_stand_below_each_other,
    k_09_the_org_chart_is_for_those_who_may_read_it,
    a_department_stays_with_its_party,
    a_department_in_use_is_not_deleted,
];

/// The names of a chart, level by level: `[department, [its people], [what is below]]`.
fn outline(departments: &Json) -> Json {
    let names = |contacts: &Json| -> Json {
        contacts.as_array().into_iter().flatten().map(|one| one["name"].clone()).collect()
    };
    let one =
        |one: &Json| json!([one["name"], names(&one["contacts"]), outline(&one["departments"])]);
    departments.as_array().into_iter().flatten().map(one).collect()
}

async fn k_09_departments_form_a_tree_with_their_people(world: &World) {
    let admin = &world.admin;
    let party = given::party(admin, "宏图").await.id();
    let chart = format!("/v1/parties/{party}/org-chart");
    let empty = json!({ "party_id": party, "departments": [], "contacts": [] });
    assert_eq!(admin.get(&chart).await.expect(200).json, empty);

    let board = department(admin, &party, "Board", None).await;
    let sales = department(admin, &party, "Sales", Some(&board)).await;
    let buying = department(admin, &party, "Buying", Some(&board)).await;
    let east = department(admin, &party, "East", Some(&sales)).await;
    let shop = department(admin, &party, "A shop", None).await;
    let hire = async |name: &str, department: Option<&str>, first: bool| {
        let body = json!({
            "party_id": party, "name": name, "department_id": department,
            "is_primary": first, "job_title": "经理",
        });
        admin.post("/v1/contacts", body).await.expect(201).id()
    };
    hire("Zoe", Some(&east), false).await;
    hire("Ann", Some(&east), false).await;
    hire("Chen", Some(&board), true).await;
    let free = hire("Free", None, false).await;
    let gone = hire("Gone", Some(&east), false).await;
    admin.delete(format!("/v1/contacts/{gone}")).await.expect(204);
    let other = given::party(admin, "Other").await.id();
    department(admin, &other, "Elsewhere", None).await;

    let shown = admin.get(&chart).await.expect(200).json;
    let expected = json!([
        ["A shop", [], []],
        ["Board", ["Chen"], [["Buying", [], []], ["Sales", [], [["East", ["Ann", "Zoe"], []]]]]],
    ]);
    assert_eq!(outline(&shown["departments"]), expected, "by name on each level");
    let outside = json!([{ "id": free, "name": "Free", "job_title": "经理", "is_primary": false }]);
    assert_eq!(shown["contacts"], outside);
    assert_eq!(shown["departments"][1]["contacts"][0]["is_primary"], true);

    // Moving a department moves what is below it.
    let path = format!("/v1/departments/{sales}");
    admin.patch(&path, json!({ "parent_id": shop })).await.expect(200);
    admin.delete(format!("/v1/departments/{buying}")).await.expect(204);
    let shown = admin.get(&chart).await.expect(200).json;
    let expected = json!([
        ["A shop", [], [["Sales", [], [["East", ["Ann", "Zoe"], []]]]]],
        ["Board", ["Chen"], []],
    ]);
    assert_eq!(outline(&shown["departments"]), expected);
}

async fn k_09_a_cycle_is_refused(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let top = department(&world.admin, &party, "Top", None).await;
    let middle = department(&world.admin, &party, "Middle", Some(&top)).await;
    let low = department(&world.admin, &party, "Low", Some(&middle)).await;
    for below in [&top, &middle, &low] {
        let moved =
            world.admin.patch(format!("/v1/departments/{top}"), json!({ "parent_id": below }));
        let refused = moved.await.refused(422, "cycle");
        assert_eq!(refused.findings(), [("/parent_id".into(), "cycle".into())]);
    }
    // Nor by way of the trash: what was deleted comes back to the place it had.
    let low = format!("/v1/departments/{low}");
    world.admin.delete(&low).await.expect(204);
    let gone = json!({ "party_id": party, "name": "New", "parent_id": low.rsplit('/').next() });
    world.admin.post("/v1/departments", gone).await.refused(422, "unknown_reference");
    world.admin.act(format!("{low}/restore")).await.expect(200);
    world
        .admin
        .patch(format!("/v1/departments/{middle}"), json!({ "parent_id": null }))
        .await
        .expect(200);
    let below = json!({ "parent_id": low.rsplit('/').next() });
    world.admin.patch(format!("/v1/departments/{top}"), below).await.expect(200);
}

async fn k_09_two_departments_do_not_come_to_stand_below_each_other(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    for round in 0..5 {
        let one = department(&world.admin, &party, "One", None).await;
        let two = department(&world.admin, &party, "Two", None).await;
        let put = async |this: &str, below: &str| {
            let change = json!({ "parent_id": below });
            world.admin.patch(format!("/v1/departments/{this}"), change).await
        };
        let (first, second) = tokio::join!(put(&one, &two), put(&two, &one));
        assert_eq!(statuses([&first, &second]), [200, 422], "round {round}");
    }
    let chart = world.admin.get(format!("/v1/parties/{party}/org-chart")).await.expect(200);
    assert_eq!(chart.json["departments"].as_array().map(Vec::len), Some(5));
}

async fn k_09_the_org_chart_is_for_those_who_may_read_it(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let chart = format!("/v1/parties/{party}/org-chart");
    let read = |what: &'static str| (what, "read", "all");
    let (half, _) = world.person(&[read("parties"), read("departments")], None).await;
    half.get(&chart).await.refused(403, "forbidden");
    let whole = [read("parties"), read("departments"), read("contacts")];
    world.person(&whole, None).await.0.get(&chart).await.expect(200);
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    rep.get(&chart).await.refused(404, "not_found");
    let own = given::party(&rep, "Own").await.id();
    given::contact(&rep, &own, "Ann").await;
    let shown = rep.get(format!("/v1/parties/{own}/org-chart")).await.expect(200);
    assert_eq!(shown.json["contacts"][0]["name"], "Ann");
    // Whoever reads contacts of their own only does not see those of others here either.
    let part = [read("parties"), read("departments"), ("contacts", "read", "own")];
    let part = world.person(&part, None).await.0.get(format!("/v1/parties/{own}/org-chart")).await;
    assert_eq!(part.expect(200).json["contacts"], json!([]));
    world.stranger().await.get(&chart).await.refused(404, "not_found");
}

async fn a_department_stays_with_its_party(world: &World) {
    let (one, two) =
        (given::party(&world.admin, "1").await.id(), given::party(&world.admin, "2").await.id());
    let theirs = department(&world.admin, &two, "Theirs", None).await;
    let body = json!({ "party_id": one, "name": "Ours", "parent_id": theirs });
    let refused =
        world.admin.post("/v1/departments", body).await.refused(422, "department_of_other_party");
    assert_eq!(refused.findings(), [("/parent_id".into(), "department_of_other_party".into())]);
    let ours = format!("/v1/departments/{}", department(&world.admin, &one, "Ours", None).await);
    world
        .admin
        .patch(&ours, json!({ "parent_id": theirs }))
        .await
        .refused(422, "department_of_other_party");
    let refused =
        world.admin.patch(&ours, json!({ "party_id": two })).await.refused(422, "immutable");
    assert_eq!(refused.findings(), [("/party_id".into(), "immutable".into())]);
}

async fn a_department_in_use_is_not_deleted(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let top = department(&world.admin, &party, "Top", None).await;
    let low = department(&world.admin, &party, "Low", Some(&top)).await;
    let ann = json!({ "party_id": party, "name": "Ann", "department_id": low });
    let ann =
        format!("/v1/contacts/{}", world.admin.post("/v1/contacts", ann).await.expect(201).id());
    let (top, low) = (format!("/v1/departments/{top}"), format!("/v1/departments/{low}"));
    world.admin.delete(&top).await.refused(409, "in_use");
    world.admin.delete(&low).await.refused(409, "in_use");
    world.admin.patch(&ann, json!({ "department_id": null })).await.expect(200);
    world.admin.delete(&low).await.expect(204);
    world.admin.delete(&top).await.expect(204);
}
