//! The data dictionary: standards of fields, what breaks them by source, and how the data grow (D-91, X-122),
//! and who works on them.

use super::{report, row};
use crate::sales::with;
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_122_the_dictionary_is_read_and_has_versions,
    x_122_violations_are_told_by_source,
    d_91_fields_have_owners_limits_and_volumes,
    d_91_data_grow_by_month,
    x_39_edits_and_quality_are_told_by_role,
];

async fn standard(client: &Client, more: Json) -> Answer {
    let body = json!({ "resource": "parties", "field": "industry" });
    client.post("/v1/field-standards", with(body, more)).await
}

fn own(one: &Answer) -> String {
    format!("/v1/field-standards/{}", one.id())
}

async fn x_122_the_dictionary_is_read_and_has_versions(world: &World) {
    let admin = &world.admin;
    let made = standard(admin, json!({ "sources": ["erp"], "must_be_there": true })).await;
    let made = made.expect(201);
    given::read_in_every_way(admin, "field-standards", &made.id()).await;
    let me = admin.get("/v1/me").await.expect(200).id();
    assert_eq!(made.json["owner_id"], json!(me));
    let twice = standard(admin, json!({})).await.refused(409, "duplicate");
    assert_eq!(twice.findings(), [("/field".to_owned(), "duplicate".to_owned())]);
    standard(admin, json!({ "field": "tier", "sources": ["crm", "erp"] })).await.expect(201);
    let by_source = admin.get("/v1/field-standards?source=erp").await.expect(200);
    assert_eq!(by_source.data().len(), 2);
    for (more, place, code) in [
        (json!({ "resource": "dragons" }), "/resource", "unknown_value"),
        (json!({ "field": "colour" }), "/field", "unknown_field"),
        (json!({ "field": "custom.colour" }), "/field", "unknown_field"),
        (json!({ "field": "name", "max_age_days": 0 }), "/max_age_days", "out_of_range"),
        (json!({ "field": "name", "sources": ["ERP", "erp"] }), "/sources/1", "repeated"),
    ] {
        let refused = standard(admin, more).await.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [(place.to_owned(), code.to_owned())]);
    }
    world.pass(TimeDelta::days(1)).await;
    let change = json!({ "sources": ["erp", "import"] });
    assert_eq!(world.admin.patch(own(&made), change).await.expect(200).version(), 2);
    let then = world.admin.get(format!("{}?as_of=2026-01-01T12:00:00Z", own(&made))).await;
    let then = then.expect(200);
    assert_eq!((&then.json["version"], &then.json["sources"]), (&json!(1), &json!(["erp"])));
    world.admin.delete(own(&made)).await.expect(204);
    world.admin.act(format!("{}/restore", own(&made))).await.expect(200);
    world.stranger().await.get(own(&made)).await.refused(404, "not_found");
}

/// A party that another system tells of.
async fn told(client: &Client, system: &str, id: &str, more: Json) {
    let body = with(json!({ "kind": "organisation", "name": format!("{system} {id}") }), more);
    let path = format!("/v1/parties/by/{system}/{id}");
    client.request("PUT", path).json(&body).await.expect(201);
}

async fn x_122_violations_are_told_by_source(world: &World) {
    let admin = &world.admin;
    let industry = json!({ "industry": "软件" });
    told(admin, "erp", "1", industry.clone()).await;
    told(admin, "erp", "2", json!({})).await;
    told(admin, "crm", "1", industry.clone()).await;
    given::party(admin, "By hand").await;
    let more = json!({ "sources": ["erp", "api"], "must_be_there": true, "max_age_days": 30 });
    standard(admin, more).await.expect(201);
    let figures = |answer: &Answer, source: &str| {
        let found = row(answer, "source", source);
        ["records", "values", "missing", "stale", "foreign", "violations"]
            .map(|name| found[name].as_i64().expect("a count"))
    };
    let found = report(admin, "data-standards").await;
    assert_eq!(figures(&found, "erp"), [2, 1, 1, 0, 0, 1]);
    assert_eq!(figures(&found, "crm"), [1, 1, 0, 0, 1, 1]);
    assert_eq!(figures(&found, "api"), [1, 0, 1, 0, 0, 1]);
    assert_eq!(found.json["totals"]["violations"], 3);
    // After 31 days what nobody has touched is stale.
    world.pass(TimeDelta::days(31)).await;
    let late = report(&world.admin, "data-standards?resource=parties").await;
    assert_eq!(figures(&late, "erp"), [2, 1, 1, 1, 0, 2]);
    let none = report(&world.admin, "data-standards?resource=leads").await;
    assert!(none.data().is_empty());
    // Only of what the reader may see, and of lists that they may read.
    let grants = |scope| [("field-standards", "read", "all"), ("parties", "read", scope)];
    let (rep, _) = world.person(&grants("own"), None).await;
    assert!(report(&rep, "data-standards").await.data().is_empty());
    let (reader, _) = world.person(&grants("all"), None).await;
    assert_eq!(report(&reader, "data-standards").await.json["totals"]["violations"], 5);
    let (blind, _) = world.person(&[("field-standards", "read", "all")], None).await;
    assert!(report(&blind, "data-standards").await.data().is_empty());
}

async fn d_91_fields_have_owners_limits_and_volumes(world: &World) {
    let admin = &world.admin;
    let (_, steward) = world.person(&[], None).await;
    given::field(admin, "colour", "text", json!({})).await;
    for (name, more) in [
        ("One", json!({ "tags": ["VIP"], "custom": { "colour": "red" } })),
        ("Two", json!({ "tags": ["VIP"] })),
        ("Three", json!({})),
    ] {
        let body = with(json!({ "kind": "organisation", "name": name }), more);
        admin.post("/v1/parties", body).await.expect(201);
    }
    let owned = json!({ "field": "tags", "owner_id": steward, "expected_values": 8,
        "max_age_days": 90 });
    let tags = standard(admin, owned).await.expect(201);
    assert_eq!(
        (&tags.json["owner_id"], &tags.json["max_age_days"], &tags.json["expected_values"]),
        (&json!(steward), &json!(90), &json!(8))
    );
    let colour = standard(admin, json!({ "field": "custom.colour" })).await.expect(201);
    // Each user counts once, however often they have signed in.
    let users = json!({ "resource": "users", "field": "email" });
    let users = standard(admin, users).await.expect(201);
    let total = admin.get("/v1/users?count=exact").await.expect(200).json["total"].clone();
    let found = report(admin, "data-standards").await;
    let volumes = found.json["totals"]["fields"].as_array().expect("fields");
    let of = |one: &Answer| {
        let fits = |volume: &&Json| volume["field_standard_id"] == one.id();
        volumes.iter().find(fits).expect("a field")
    };
    assert_eq!(
        (&of(&tags)["values"], &of(&tags)["fulfilment"]["value"]),
        (&json!(2), &json!("0.2500"))
    );
    assert_eq!((&of(&colour)["values"], &of(&colour)["fulfilment"]), (&json!(1), &json!(null)));
    assert_eq!(of(&users)["values"], total);
    let by_owner = admin.get(format!("/v1/field-standards?owner_id={steward}")).await.expect(200);
    assert_eq!(by_owner.each("field"), ["tags"]);
    // A field of another company is none here.
    let stranger = world.stranger().await;
    let foreign = standard(&stranger, json!({ "field": "custom.colour" })).await;
    foreign.refused(422, "validation_failed");
}

async fn d_91_data_grow_by_month(world: &World) {
    given::party(&world.admin, "One").await;
    given::party(&world.admin, "Two").await;
    world.pass(TimeDelta::days(62)).await;
    let third = given::party(&world.admin, "Three").await.id();
    let gone = given::party(&world.admin, "Four").await.id();
    world.admin.delete(format!("/v1/parties/{gone}")).await.expect(204);
    let found = report(&world.admin, "data-growth?resource=parties&months=4").await;
    assert_eq!(found.each("month"), ["2025-12", "2026-01", "2026-02", "2026-03"]);
    assert_eq!(found.each("created"), [0, 2, 0, 1]);
    assert_eq!(found.each("records"), [0, 2, 2, 3]);
    assert_eq!(found.json["totals"], json!({ "created": 3, "records": 3 }));
    let last = report(&world.admin, "data-growth?resource=parties&months=1").await;
    assert_eq!((last.each("created"), last.each("records")), (vec![json!(1)], vec![json!(3)]));
    let then = "data-growth?resource=parties&months=2&as_of=2026-01-31T00:00:00Z";
    assert_eq!(report(&world.admin, then).await.json["totals"]["records"], 2);
    let refused = world.admin.get("/v1/reports/data-growth?resource=dragons").await;
    let refused = refused.refused(400, "bad_parameter");
    assert_eq!(refused.findings(), [("resource".to_owned(), "unknown_value".to_owned())]);
    let (narrow, _) = world.person(&[("field-standards", "read", "all")], None).await;
    narrow.get("/v1/reports/data-growth?resource=parties").await.refused(403, "forbidden");
    let grants = [("field-standards", "read", "all"), ("parties", "read", "own")];
    let (rep, rep_id) = world.person(&grants, None).await;
    let give = json!({ "owner_id": rep_id });
    world.admin.patch(format!("/v1/parties/{third}"), give).await.expect(200);
    let own = report(&rep, "data-growth?resource=parties").await;
    assert_eq!(own.json["totals"], json!({ "created": 1, "records": 1 }));
}

async fn x_39_edits_and_quality_are_told_by_role(world: &World) {
    let admin = &world.admin;
    let mobile = |number: &str| json!([{ "kind": "mobile", "number": number }]);
    let whole = json!({ "kind": "organisation", "name": "One", "code": "K-1", "tier": "A",
        "phones": mobile("13800138000"), "addresses": [{ "kind": "office", "city": "上海" }] });
    let whole = admin.post("/v1/parties", whole).await.expect(201).id();
    let poor = given::party(admin, "Two").await.id();
    let other = given::party(admin, "Three").await.id();
    let contact = given::contact(admin, &whole, "Ann").await.id();
    let grants = [
        ("parties", "read", "all"),
        ("parties", "update", "all"),
        ("contacts", "read", "all"),
        ("contacts", "update", "all"),
    ];
    let (rep, rep_id) = world.person(&grants, None).await;
    let trade = json!({ "industry": "软件" });
    for (path, body) in [
        (format!("parties/{whole}"), json!({ "industry": "软件", "founded_year": 1999 })),
        (format!("parties/{poor}"), trade.clone()),
        (format!("parties/{other}"), trade),
        (
            format!("contacts/{contact}"),
            json!({ "job_title": "Buyer", "phones": mobile("13900139000") }),
        ),
    ] {
        rep.patch(format!("/v1/{path}"), body).await.expect(200);
    }
    let noted = json!({ "note": "Met at the fair" });
    admin.patch(format!("/v1/parties/{other}"), noted).await.expect(200);
    let figures = |edits: i64, (value, passing, records): (Json, i64, i64)| {
        json!({ "edits": edits, "records": records, "passing": passing, "quality":
            { "value": value, "numerator": passing.to_string(), "denominator": records.to_string() } })
    };
    let of = |answer: &Answer, key: &str| {
        let mut found = row(answer, "key", key).clone();
        let members = found.as_object_mut().expect("a row");
        let (_, name) = (members.remove("key"), members.remove("name"));
        (name.expect("a name"), found)
    };
    // Six members in three records that were left by the representative: the whole one and its contact pass.
    let by_user = report(admin, "data-contributions?by=user").await;
    let (name, reps) = of(&by_user, &rep_id);
    assert_eq!((name, reps), (json!("Person"), figures(6, (json!("0.6667"), 2, 3))));
    let me = admin.get("/v1/me").await.expect(200).id();
    assert_eq!(of(&by_user, &me).1, figures(1, (json!("0.0000"), 0, 1)));
    let whole = figures(7, (json!("0.5000"), 2, 4));
    assert_eq!(by_user.json["totals"], whole);
    let by_role = report(admin, "data-contributions").await;
    let user = admin.get(format!("/v1/users/{rep_id}")).await.expect(200);
    let role = user.json["role_ids"][0].as_str().expect("a role").to_owned();
    let (name, reps) = of(&by_role, &role);
    assert!(name.is_string(), "{name}");
    assert_eq!(reps, figures(6, (json!("0.6667"), 2, 3)));
    assert_eq!(by_role.json["totals"], whole);
    // Who does not see notes sees no change of one, and the representative was the last.
    let read = |resource: &str, hidden: &[&str]| json!({ "resource": resource, "action": "read", "scope": "all", "hidden_fields": hidden });
    let (reader, reader_id) = world.person(&[], None).await;
    for (name, hidden) in [("Without notes", "note"), ("Without trades", "industry")] {
        let grants = json!([read("parties", &[hidden]), read("contacts", &[])]);
        let body = json!({ "name": name, "grants": grants });
        let role = admin.post("/v1/roles", body).await.expect(201).id();
        let path = format!("/v1/users/{reader_id}");
        admin.patch(path, json!({ "role_ids": [role] })).await.expect(200);
        if hidden == "industry" {
            reader.get("/v1/reports/data-contributions").await.refused(403, "forbidden");
            continue;
        }
        let found = report(&reader, "data-contributions").await;
        assert_eq!(found.each("key"), [Json::Null]);
        assert_eq!(found.json["totals"], figures(6, (json!("0.5000"), 2, 4)));
    }
    let own = [("parties", "read", "own"), ("contacts", "read", "own")];
    let (nobody, _) = world.person(&own, None).await;
    let nothing = figures(0, (Json::Null, 0, 0));
    assert_eq!(report(&nobody, "data-contributions").await.json["totals"], nothing);
    let (narrow, _) = world.person(&[("parties", "read", "all")], None).await;
    narrow.get("/v1/reports/data-contributions").await.refused(403, "forbidden");
    world.pass(TimeDelta::days(62)).await;
    let path = "data-contributions?from=2026-01-01&to=2026-01-31";
    assert_eq!(report(admin, path).await.json["totals"], whole);
    let before = format!("{path}&as_of=2025-12-31T00:00:00Z");
    for path in ["data-contributions", before.as_str()] {
        let found = report(admin, path).await;
        assert_eq!((found.data().len(), &found.json["totals"]), (0, &nothing), "{path}");
    }
}
