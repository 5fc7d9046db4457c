//! Who was shown fields that the company watches.

use chrono::TimeDelta;
use guanxi_tests::{Client, Json, World, both_stores, given, json};

both_stores![z_05_who_was_shown_a_watched_field_is_kept];

/// The reads of a record, the first first: who, through which request, of which fields.
async fn reads(auditor: &Client, query: &str) -> Vec<Json> {
    let found = auditor.get(format!("/v1/field-reads?{query}")).await.expect(200);
    let told = |one: &Json| json!([one["user_id"], one["request_id"], one["fields"]]);
    found.data().iter().rev().map(told).collect()
}

async fn z_05_who_was_shown_a_watched_field_is_kept(world: &World) {
    let admin = &world.admin;
    let party = given::party(admin, "宏图").await.id();
    let body = json!({ "party_id": party, "name": "李娜",
        "phones": [{ "kind": "mobile", "number": "13800138000" }] });
    let contact = admin.post("/v1/contacts", body).await.expect(201).id();
    let one = format!("/v1/contacts/{contact}");
    let (ann, ann_id) = world.person(&[("any", "any", "all")], None).await;
    let path = async |client: &Client, path: &str, request: &str| {
        client.get(path).header("x-request-id", request).await.expect(200)
    };
    path(&ann, &one, "before").await;
    let of = format!("record_id={contact}");
    assert!(reads(admin, &of).await.is_empty(), "nothing is watched");
    let watch = json!({ "preferences": { "watched_fields":
        ["contacts.phones", "contacts.born_on", "parties.phones", "orders.net"] } });
    let wrong = json!({ "preferences": { "watched_fields":
        ["contacts.phones", "contacts.shoe_size", "shoes.size", "contacts.custom.shoe_size"] } });
    let wrong = admin.patch("/v1/tenant", wrong).await.expect(422);
    let at = |at: usize| (format!("/preferences/watched_fields/{at}"), "unknown_value".to_owned());
    assert_eq!(wrong.findings(), [at(1), at(2), at(3)]);
    let known = wrong.json["errors"][0]["params"]["expected"].as_str().unwrap_or_default();
    assert!(known.contains("contacts.phones"), "{known}");
    admin.patch("/v1/tenant", watch).await.expect(200);
    let both = json!(["phones", "born_on"]);
    // Alone, in part, in a list, as it was, and within another record.
    path(&ann, &one, "alone").await;
    path(&ann, &format!("{one}?fields=name,phones"), "part").await;
    path(&ann, &format!("{one}?fields=name"), "without").await;
    path(&ann, "/v1/contacts?limit=5", "list").await;
    path(&ann, &format!("{one}?as_of=2026-01-01T00:00:00Z"), "then").await;
    path(&ann, &format!("{one}?fields=name,party&expand=party"), "within").await;
    path(&ann, "/v1/contacts?fields=name,party.phones&expand=party", "partly").await;
    path(&ann, &format!("{one}?fields=name,party.name&expand=party"), "another part").await;
    path(&ann, &format!("{one}/provenance"), "origins").await;
    path(&ann, &format!("{one}/timeline"), "past").await;
    path(&ann, "/v1/changes?types=contact", "feed").await;
    path(&ann, "/v1/search?q=李娜", "search").await;
    let stale = json!({ "operations": [{ "key": "1", "type": "contact", "op": "update",
        "id": contact, "if_match": 77, "data": { "name": "李娜" } }] });
    ann.post("/v1/sync", stale).header("x-request-id", "sync").await.expect(207);
    ann.patch(&one, json!({})).header("x-request-id", "unchanged").await.expect(200);
    path(&ann, "/v1/activities", "others").await;
    let expected = [
        json!([ann_id, "alone", both]),
        json!([ann_id, "part", ["phones"]]),
        json!([ann_id, "list", both]),
        json!([ann_id, "then", both]),
        json!([ann_id, "origins", both]),
        json!([ann_id, "past", ["phones"]]),
        json!([ann_id, "feed", both]),
        json!([ann_id, "sync", both]),
        json!([ann_id, "unchanged", both]),
    ];
    let mut found = reads(admin, &of).await;
    found.sort_by_key(ToString::to_string);
    let mut wanted = expected.to_vec();
    wanted.sort_by_key(ToString::to_string);
    assert_eq!(found, wanted);
    let mut found = reads(admin, &format!("record_id={party}")).await;
    found.sort_by_key(ToString::to_string);
    let within = ["partly", "within"].map(|request| json!([ann_id, request, ["phones"]]));
    assert_eq!(found, within);
    assert_eq!(reads(admin, &format!("user_id={ann_id}")).await.len(), 11);
    // Page by page, each once.
    let first = admin.get("/v1/field-reads?limit=6").await.expect(200);
    let cursor = first.json["next_cursor"].as_str().expect("a cursor").to_owned();
    let rest = admin.get(format!("/v1/field-reads?limit=6&cursor={cursor}")).await.expect(200);
    assert_eq!((first.data().len(), rest.data().len()), (6, 5));
    assert_eq!(rest.json["next_cursor"], Json::Null);
    let later = admin.get("/v1/field-reads?read_after=2026-01-02T00:00:00Z").await.expect(200);
    assert!(later.data().is_empty());
    admin.get("/v1/field-reads?name=x").await.refused(400, "unknown_parameter");
    // Whoever does not see a field is not shown it.
    let hidden = json!([{ "resource": "contacts", "action": "read", "scope": "all",
        "hidden_fields": ["phones", "born_on"] }]);
    let role = json!({ "name": "without", "grants": hidden });
    let role = admin.post("/v1/roles", role).await.expect(201).id();
    let (_, blind) = world.person(&[], None).await;
    let user = json!({ "role_ids": [role] });
    let user = admin.patch(format!("/v1/users/{blind}"), user).await.expect(200);
    let blind = world.sign_in(user.json["email"].as_str().expect("an address")).await.masked();
    path(&blind, &one, "blind").await;
    assert_eq!(reads(admin, &of).await.len(), 9);
    // Only auditors are told, and only of their company.
    let (reader, _) =
        world.person(&[("contacts", "read", "all"), ("events", "read", "own")], None).await;
    reader.get("/v1/field-reads").await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    assert!(stranger.get("/v1/field-reads").await.expect(200).data().is_empty());
    // For 400 days.
    let prospect = format!("/v1/parties/{party}");
    admin.patch(&prospect, json!({ "roles": ["prospect"] })).await.expect(200);
    let watch = json!({ "preferences": { "watched_fields": ["parties.name"] } });
    admin.patch("/v1/tenant", watch).await.expect(200);
    world.pass(TimeDelta::days(399)).await;
    path(admin, "/v1/search?q=宏图", "search").await;
    path(admin, "/v1/reports/neglected", "report").await;
    world.auth.maintain().await.expect("old reads are forgotten");
    assert_eq!(reads(admin, &of).await.len(), 9, "nothing is old enough");
    world.pass(TimeDelta::days(2)).await;
    world.auth.maintain().await.expect("old reads are forgotten");
    assert!(reads(admin, &of).await.is_empty());
    let left = reads(admin, &format!("record_id={party}")).await;
    let mut left: Vec<String> = left.iter().map(|one| format!("{} {}", one[1], one[2])).collect();
    left.sort();
    assert_eq!(left, [r#""report" ["name"]"#, r#""search" ["name"]"#]);
}
