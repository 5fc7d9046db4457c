//! Another tenant's records, asked for by whoever may do everything in a tenant of their own: by every
//! operation that names a record, in filters, batches, what was done offline, and by the names that other
//! systems know them by.

use super::{Endpoint, Ids, ask_all, has, makeable, nothing_of, records};
use guanxi_http::resources::{Operation, id_name};
use guanxi_storage::{Tx, sql};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    sec_12_what_is_of_another_tenant_answers_as_what_is_not_there,
    sec_12_no_question_reaches_another_tenant,
    sec_12_names_of_other_systems_are_each_tenants_own,
];

/// An answer without what differs from one request to the next.
fn bare(answer: &Answer) -> (u16, Json) {
    let mut body = answer.json.clone();
    if let Json::Object(members) = &mut body {
        members.retain(|name, _| name != "instance" && name != "request_id");
    }
    (answer.status, body)
}

/// How many events the tenant of the test has.
async fn events(world: &World) -> i64 {
    let ctx = world.ctx().await;
    let count = async |tx: &mut Tx| {
        tx.optional::<(i64,)>(sql!("SELECT COUNT(*) FROM events WHERE tenant_id = $1")).await
    };
    world.db.read(ctx.tenant, count).await.expect("a count").expect("a row").0
}

async fn sec_12_what_is_of_another_tenant_answers_as_what_is_not_there(world: &World) {
    let ids = records(&world.admin).await;
    let stranger = world.stranger().await;
    let filled = |one: &Endpoint| one.is_filled(&ids);
    let all: Vec<Endpoint> = Endpoint::guarded().filter(filled).collect();
    assert!(all.len() > 600, "{} operations", all.len());
    let before = events(world).await;
    let theirs = ask_all(world, &stranger, &ids, &all).await;
    let none = ask_all(world, &stranger, &Ids::new(), &all).await;
    let (mut found, mut hidden) = (Vec::new(), 0);
    for ((one, theirs), none) in all.iter().zip(&theirs).zip(&none) {
        if bare(theirs) != bare(none) {
            found.push(format!("{} tells them apart: {} and {}", one.id, theirs.text, none.text));
        }
        // Some refuse the body before they look; a record answers nobody.
        if !matches!(theirs.status, 400 | 403 | 404 | 415 | 422) {
            found.push(format!("{} answered {}: {}", one.id, theirs.status, theirs.text));
        }
        hidden += usize::from(theirs.status == 404);
    }
    nothing_of(&found);
    // Were most of them refused for their bodies, nothing would have been tried.
    assert!(hidden * 10 > all.len() * 9, "{hidden} of {} looked for the record", all.len());
    assert_eq!(events(world).await, before);
}

async fn sec_12_no_question_reaches_another_tenant(world: &World) {
    let ids = records(&world.admin).await;
    let stranger = world.stranger().await;
    let before = events(world).await;
    let mut found = Vec::new();
    for served in makeable() {
        let (kind, all) = (served.kind, format!("/v1/{}", served.kind.path));
        let id = &ids[&id_name(kind).expect("a name")];
        let is = json!({ "field": "id", "op": "=", "value": id });
        let mut asked = vec![
            stranger.get(format!("{all}?id={id}&count=exact")),
            stranger.get(format!("{all}?filter=id = {id}&count=exact")),
            stranger.post(format!("{all}/search"), json!({ "filter": is, "count": "exact" })),
        ];
        if has(served, Operation::Delete) {
            asked.push(stranger.get(format!("{all}?id={id}&include_deleted=true&count=exact")));
        }
        for answer in super::ask(asked).await {
            if answer.json["total"] != 0 || answer.text.contains(id.as_str()) {
                found.push(format!("a list of {} shows {}", kind.plural, answer.text));
            }
        }
        if !has(served, Operation::Batch) {
            continue;
        }
        // Each by itself: all of them are tried.
        let change = json!({ "op": "update", "id": id, "if_match": 1, "data": {} });
        let delete = json!({ "op": "delete", "id": id, "if_match": 1 });
        let batch = json!({ "mode": "partial", "items": [change, delete] });
        let key = format!("batch-{}", world.next());
        let done = stranger.post(format!("{all}/batch"), batch).key(key).await.expect(207);
        let sync = |op: &str, data: Json| json!({ "key": format!("{op}-{id}"), "type": kind.name, "op": op, "id": id, "if_match": 1, "data": data });
        let offline =
            json!({ "operations": [sync("update", json!({})), sync("delete", Json::Null)] });
        let told = stranger.post("/v1/sync", offline).await.expect(207);
        for result in [&done, &told].iter().flat_map(|one| one.json["results"].as_array()).flatten()
        {
            if result["status"] != 404 || !result["current"].is_null() {
                found.push(format!("a batch of {} did {result}", kind.plural));
            }
        }
    }
    nothing_of(&found);
    assert_eq!(events(world).await, before);
}

async fn sec_12_names_of_other_systems_are_each_tenants_own(world: &World) {
    let (admin, stranger) = (&world.admin, world.stranger().await);
    let path = "/v1/parties/by/erp/4711";
    let body = |name: &str| json!({ "kind": "organisation", "name": name });
    let ours = admin.request("PUT", path).json(&body("Ours")).await.expect(201);
    let theirs = stranger.request("PUT", path).json(&body("Theirs")).await.expect(201);
    assert_ne!(ours.id(), theirs.id());
    stranger.request("PUT", path).json(&body("Theirs too")).await.expect(200);
    let read = admin.get(format!("/v1/parties/{}", ours.id())).await.expect(200);
    assert_eq!((&read.json["name"], read.version()), (&json!("Ours"), 1));
    // A cursor, an idempotency key and an id of one's own are nobody else's either.
    for name in ["A", "B"] {
        given::party(admin, name).await;
    }
    let page = admin.get("/v1/parties?limit=1").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("a cursor").to_owned();
    let taken = format!("/v1/parties?limit=1&cursor={cursor}");
    stranger.get(taken).await.refused(400, "bad_cursor");
    let once = |client: &guanxi_tests::Client| client.post("/v1/parties", body("Once")).key("once");
    let (ours, theirs) = (once(admin).await.expect(201), once(&stranger).await.expect(201));
    assert_ne!(ours.id(), theirs.id());
    assert_eq!(theirs.header("idempotent-replayed"), None);
}
