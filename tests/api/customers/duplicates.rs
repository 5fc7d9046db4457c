//! Duplicates: before a record is made, and among those that there are.

use super::{party, with};
use crate::bulk::{commit, counts, set, upload};
use guanxi_customers::duplicates::{Duplicate, DuplicateInput, DuplicateStatus};
use guanxi_storage::{Meta, Tx, bulk::insert_many, kind::Parts as _};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};
use std::fmt::Write as _;
use uuid::Uuid;

both_stores![
    a_tenant_may_let_duplicates_in,
    x_80_a_record_that_is_there_already_is_not_made_twice_by_mistake,
    what_may_be_there_is_told_before_anything_is_written,
    only_what_the_caller_sees_is_compared,
    x_80_a_search_finds_the_pairs_with_their_reasons,
    a_search_keeps_what_people_have_decided,
    many_pairs_are_stored_found_again_and_closed_together,
    a_merge_closes_all_pairs_and_parting_opens_them,
    an_import_leaves_out_or_lists_what_is_there,
];

const PHONE: &str = "+862168881234";

fn hongtu() -> Json {
    json!({ "kind": "organisation", "name": "上海宏图软件有限公司", "phones": [
        { "kind": "work", "number": PHONE }] })
}

async fn a_tenant_may_let_duplicates_in(world: &World) {
    let admin = &world.admin;
    admin.post("/v1/parties", hongtu()).await.expect(201);
    let tenant = admin.get("/v1/tenant").await.expect(200);
    assert_eq!(
        tenant.json["preferences"],
        json!({ "duplicates_on_entry": "refuse", "adjustment_reasons": [], "disabled_modules": [],
            "abandoned_carts": null, "order_path": [], "transfer_within_days": null,
            "service_becomes_primary": false, "programmes": null, "channel_mode": null,
            "confident_purchases": null, "base_policy": null, "import_training": null,
            "calls": null, "dunning": null, "tracking_role_id": null, "life_cycle": null,
            "vehicle_service": null, "watched_fields": [] })
    );
    admin.post("/v1/parties", hongtu()).await.refused(409, "possible_duplicate");
    let accept = json!({ "preferences": { "duplicates_on_entry": "accept" } });
    admin.patch("/v1/tenant", accept.clone()).await.expect(200);
    admin.post("/v1/parties", hongtu()).await.expect(201);
    let wrong = json!({ "preferences": { "duplicates_on_entry": "perhaps" } });
    admin.patch("/v1/tenant", wrong).await.refused(422, "validation_failed");
    let strange = json!({ "preferences": { "colour": "red" } });
    admin.patch("/v1/tenant", strange).await.refused(422, "validation_failed");
}

async fn x_80_a_record_that_is_there_already_is_not_made_twice_by_mistake(world: &World) {
    let there = party(&world.admin, hongtu()).await;
    let again = with(hongtu(), json!({ "name": "宏图软件（上海）有限公司" }));
    let refused =
        world.admin.post("/v1/parties", hongtu()).await.refused(409, "possible_duplicate");
    let matches = &refused.json["params"]["matches"];
    assert_eq!(matches[0]["id"], json!(there.id()));
    assert_eq!((&matches[0]["verdict"], &matches[0]["score"]), (&json!("certain"), &json!(100)));
    let reasons = matches[0]["reasons"].as_array().expect("reasons");
    let fields: Vec<&Json> = reasons.iter().map(|reason| &reason["field"]).collect();
    assert!(fields.contains(&&json!("name")) && fields.contains(&&json!("phone")), "{fields:?}");
    let points = |reason: &Json| reason["points"].as_i64().expect("points");
    assert!(reasons.iter().map(points).sum::<i64>() > 0);
    // Another company in the same building is no reason to refuse.
    let other = with(hongtu(), json!({ "name": "北京远大贸易有限公司" }));
    party(&world.admin, other).await;
    let accepted = world.admin.request("POST", "/v1/parties").json(&hongtu());
    let accepted = accepted.header("prefer", "accept-duplicates").await.expect(201);
    assert_eq!(accepted.header("preference-applied"), Some("accept-duplicates"));
    // In a batch as by itself; what another system sends is never refused.
    let item = json!({ "op": "create", "data": hongtu() });
    let batch = json!({ "mode": "partial", "items": [item] });
    let batch = world.admin.request("POST", "/v1/parties/batch").json(&batch).key("b").await;
    let result = &batch.expect(207).json["results"][0];
    assert_eq!(result["problem"]["code"], json!("possible_duplicate"));
    let upsert = world.admin.request("PUT", "/v1/parties/by/erp/1").json(&again).await;
    upsert.expect(201);
}

async fn check(client: &Client, record_type: &str, data: Json) -> Answer {
    client.post("/v1/duplicates/check", json!({ "type": record_type, "data": data })).await
}

async fn what_may_be_there_is_told_before_anything_is_written(world: &World) {
    let there = party(&world.admin, hongtu()).await.id();
    let typed = json!({ "kind": "organisation", "name": "上海宏图软件" });
    let found = check(&world.admin, "party", typed).await.expect(200);
    assert_eq!(found.json["matches"][0]["id"], json!(there), "{:?}", found.json);
    assert_eq!(found.json["matches"][0]["title"], json!("上海宏图软件有限公司"));
    let nobody = json!({ "kind": "person", "name": "李四" });
    assert_eq!(check(&world.admin, "party", nobody).await.expect(200).json["matches"], json!([]));
    let wang = json!({ "party_id": there, "name": "王伟",
        "phones": [{ "kind": "mobile", "number": "138 0013 8000" }] });
    assert_eq!(
        check(&world.admin, "contact", wang.clone()).await.expect(200).json["matches"],
        json!([])
    );
    let contact = world.admin.post("/v1/contacts", wang.clone()).await.expect(201).id();
    let found = check(&world.admin, "contact", wang.clone()).await.expect(200);
    assert_eq!(found.json["matches"][0]["id"], json!(contact));
    world.admin.post("/v1/contacts", wang).await.refused(409, "possible_duplicate");
    let wrong = check(&world.admin, "party", json!({ "kind": "organisation" })).await;
    wrong.refused(422, "validation_failed");
    check(&world.admin, "dragon", json!({})).await.refused(422, "validation_failed");
}

async fn only_what_the_caller_sees_is_compared(world: &World) {
    party(&world.admin, hongtu()).await;
    let (ann, _) = world
        .person(
            &[("parties", "any", "own"), ("duplicates", "any", "own"), ("jobs", "read", "own")],
            None,
        )
        .await;
    assert_eq!(check(&ann, "party", hongtu()).await.expect(200).json["matches"], json!([]));
    party(&ann, hongtu()).await;
    let stranger = world.stranger().await;
    assert_eq!(check(&stranger, "party", hongtu()).await.expect(200).json["matches"], json!([]));
    let (reader, _) = world.person(&[("parties", "read", "all")], None).await;
    check(&reader, "party", hongtu()).await.refused(403, "forbidden");
    let find = reader.post("/v1/duplicates/find", json!({ "type": "party" })).await;
    find.refused(403, "forbidden");
    // Each finds pairs of what they see.
    let job = search(world, &ann).await;
    assert_eq!(job.json["result"]["records"], json!(1));
    assert_eq!(ann.get("/v1/duplicates").await.expect(200).data().len(), 0);
    let job = search(world, &world.admin).await;
    assert_eq!(
        (&job.json["result"]["records"], &job.json["result"]["certain"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(ann.get("/v1/duplicates").await.expect(200).data().len(), 0);
}

/// Searches among the parties; the job.
async fn search(world: &World, client: &Client) -> Answer {
    let job = client.post("/v1/duplicates/find", json!({ "type": "party" })).await.expect(202);
    assert_eq!(job.header("location"), Some(&*format!("/v1/jobs/{}", job.id())));
    world.work().await;
    let job = client.get(format!("/v1/jobs/{}", job.id())).await.expect(200);
    assert_eq!((&job.json["status"], &job.json["problem"]), (&json!("succeeded"), &Json::Null));
    job
}

async fn make(client: &Client, members: Json) -> String {
    let body = with(hongtu(), members);
    let request = client.request("POST", "/v1/parties").json(&body);
    request.header("prefer", "accept-duplicates").await.expect(201).id()
}

async fn x_80_a_search_finds_the_pairs_with_their_reasons(world: &World) {
    let one = make(&world.admin, json!({})).await;
    let two = make(&world.admin, json!({ "name": "宏图软件上海有限公司" })).await;
    make(&world.admin, json!({ "name": "北京远大贸易有限公司", "phones": [] })).await;
    let job = search(world, &world.admin).await;
    assert_eq!(job.json["result"]["records"], json!(3));
    assert_eq!(job.json["result"]["new"], json!(1));
    let pairs = world.admin.get("/v1/duplicates?status=open&sort=-points").await.expect(200);
    let pair = &pairs.data()[0];
    let mut both = [one, two];
    both.sort();
    assert_eq!([&pair["left_id"], &pair["right_id"]], both.each_ref().map(String::as_str));
    assert_eq!(pair["job_id"], json!(job.id()));
    let sum: i64 = pair["reasons"]
        .as_array()
        .expect("reasons")
        .iter()
        .map(|reason| reason["points"].as_i64().expect("points"))
        .sum();
    assert_eq!(pair["points"], json!(sum), "the points of the reasons are the evidence");
    world
        .admin
        .get(format!("/v1/duplicates/{}/provenance", pair["id"].as_str().expect("an id")))
        .await
        .expect(200);
    let certain =
        world.admin.post("/v1/duplicates/search", json!({ "filter": "verdict = certain" }));
    certain.await.expect(200);
}

async fn a_search_keeps_what_people_have_decided(world: &World) {
    make(&world.admin, json!({})).await;
    make(&world.admin, json!({})).await;
    search(world, &world.admin).await;
    let pair = world.admin.get("/v1/duplicates").await.expect(200).data()[0].clone();
    let path = format!("/v1/duplicates/{}", pair["id"].as_str().expect("an id"));
    world.admin.patch(&path, json!({ "status": "merged" })).await.refused(422, "merged_by_merges");
    let note = json!({ "status": "dismissed", "note": "两家分公司" });
    let dismissed = world.admin.patch(&path, note).await.expect(200);
    assert_eq!(dismissed.json["status"], json!("dismissed"));
    let job = search(world, &world.admin).await;
    assert_eq!(
        (&job.json["result"]["certain"], &job.json["result"]["new"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(world.admin.get(&path).await.expect(200).version(), dismissed.version());
    let open = world.admin.get("/v1/duplicates?status=open").await.expect(200);
    assert!(open.data().is_empty());
    let timeline = world.admin.get(format!("{path}/timeline")).await.expect(200);
    assert_eq!(timeline.data().len(), 2);
}

/// Groups of parties that are the same, and how many there are in each.
const GROUPS: usize = 6;
const ALIKE: usize = 15;

async fn many_pairs_are_stored_found_again_and_closed_together(world: &World) {
    let mut file = String::from("name,kind,phones\n");
    let names = ["宏图软件", "远大贸易", "金源物流", "瑞丰医药", "海诚机械", "星河电子"];
    for (group, name) in names.iter().enumerate().take(GROUPS) {
        for _ in 0..ALIKE {
            writeln!(file, "{name}有限公司,organisation,+86216888{group}234").expect("a text");
        }
    }
    let import = upload(&world.admin, "parties", file).await.expect(201).id();
    set(&world.admin, &import, json!({ "on_duplicate": "accept" })).await.expect(200);
    let job = commit(world, &import).await;
    assert_eq!(counts(&job), [90, 0, 0, 0]);
    let pairs = GROUPS * ALIKE * (ALIKE - 1) / 2;
    assert!(pairs > 500, "more than one step stores");
    let job = search(world, &world.admin).await;
    assert_eq!(job.json["result"]["new"], json!(pairs), "{}", job.text);
    let open = async || {
        let page = world.admin.get("/v1/duplicates?status=open&limit=1&count=exact").await;
        page.expect(200).json["total"].clone()
    };
    assert_eq!(open().await, json!(pairs));
    // Nothing is new, and only what is known of one of them by now is written.
    let one = world.admin.get("/v1/parties?limit=1").await.expect(200).data()[0].clone();
    let one = one["id"].as_str().expect("an id");
    let path = format!("/v1/parties/{one}");
    world.admin.patch(&path, json!({ "phones": [] })).await.expect(200);
    let job = search(world, &world.admin).await;
    assert_eq!((&job.json["result"]["new"], open().await), (&json!(0), json!(pairs)));
    let changed = async |filter: String| {
        let query = json!({ "filter": filter, "limit": 200 });
        let page = world.admin.post("/v1/duplicates/search", query).await.expect(200);
        page.data().iter().filter(|pair| pair["version"] == 2).count()
    };
    let of_one = changed(format!("left_id = {one} OR right_id = {one}")).await;
    assert_eq!(of_one, ALIKE - 1);
    let others = changed(format!("left_id != {one} AND right_id != {one}")).await;
    assert_eq!(others, 0, "evidence that is as it was is not written");
}

async fn a_merge_closes_all_pairs_and_parting_opens_them(world: &World) {
    const PAIRS: i64 = 1_100;
    let ours = party(&world.admin, json!({ "name": "Ours" })).await.id();
    let theirs = party(&world.admin, json!({ "name": "Theirs" })).await.id();
    let (ctx, id) = (world.ctx().await, theirs.parse::<Uuid>().expect("an id"));
    let store = async |tx: &mut Tx| {
        let pair = |other| {
            let (status, owner_id) = (DuplicateStatus::Open, ctx.actor.user);
            let input = DuplicateInput { status, owner_id, note: None };
            let mut pair = Duplicate::assemble(Meta::new(&ctx), input);
            (pair.left_id, pair.right_id) = (id, Uuid::from_u128(other));
            pair
        };
        let pairs: Vec<Duplicate> = (1..=1_100).map(pair).collect();
        insert_many(tx, &ctx, pairs).await
    };
    world.db.write(ctx.tenant, store).await.expect("pairs");
    let of = async |status: &str| {
        let path = format!("/v1/duplicates?status={status}&limit=1&count=exact");
        world.admin.get(path).await.expect(200).json["total"].as_i64().expect("a total")
    };
    assert_eq!(of("open").await, PAIRS);
    let body = json!({ "record_type": "party", "survivor_id": ours, "merged_id": theirs });
    let merge = world.admin.request("POST", "/v1/merges").json(&body).key("m").await.expect(201);
    assert_eq!((of("open").await, of("merged").await), (0, PAIRS));
    let undone = world.admin.act(format!("/v1/merges/{}/undo", merge.id())).await.expect(200);
    assert_eq!(undone.json["left_as_is"], json!([]));
    assert_eq!((of("open").await, of("merged").await), (PAIRS, 0));
}

async fn an_import_leaves_out_or_lists_what_is_there(world: &World) {
    party(&world.admin, hongtu()).await;
    let row = format!("上海宏图软件有限公司,organisation,{PHONE}");
    let wanted = [("skip", [1, 1, 0]), ("refuse", [1, 0, 1]), ("accept", [2, 0, 0])];
    for (policy, counts) in wanted {
        let file = format!("name,kind,phones\n{row}\n{policy} 贸易,organisation,\n");
        let path = "/v1/imports?resource=parties&file_name=data.csv";
        let import = world.admin.request("POST", path);
        let import = import.raw("application/octet-stream", file).await.expect(201).id();
        let path = format!("/v1/imports/{import}");
        world.admin.patch(&path, json!({ "on_duplicate": policy })).await.expect(200);
        let job = world.admin.act(format!("{path}/commit")).await.expect(202).id();
        world.work().await;
        let job = world.admin.get(format!("/v1/jobs/{job}")).await.expect(200);
        let count = |name: &str| job.json["result"][name].as_i64().expect(name);
        assert_eq!([count("created"), count("skipped"), count("failed")], counts, "{policy}");
    }
}
