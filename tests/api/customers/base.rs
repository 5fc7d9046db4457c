//! The customer base as property of the company: from where it comes, whose it is, and by which rules it is kept.

use super::{activity, party, with};
use crate::bulk::{commit, counts, set, succeeded, upload};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_28_d_84_files_of_sales_and_after_sales_make_one_customer_with_two_sources,
    d_28_parties_that_become_one_have_each_source_once,
    d_30_affiliates_are_told_by_the_party_that_has_named_them,
    d_31_an_employee_gets_no_right_to_a_friend,
    d_32_a_private_contact_that_was_converted_is_the_companys,
    d_32_who_has_brought_in_one_of_two_has_brought_in_both_until_they_part,
    d_33_the_report_tells_how_many_were_converted,
    d_38_the_base_is_held_against_its_policy,
    d_49_marketing_reads_the_base_without_personal_data,
    k_14_a_switching_risk_lists_its_evidence,
];

async fn channel(client: &Client, name: &str, source: &str) -> String {
    let body = json!({ "name": name, "base_source": source });
    client.post("/v1/collection-channels", body).await.expect(201).id()
}

/// Imports customers through a channel: who has a phone number of theirs is changed.
async fn import(world: &World, file: &str, channel: &str) -> Answer {
    let import = upload(&world.admin, "parties", file).await.expect(201);
    let patch = json!({ "defaults": { "roles": ["customer"] }, "match_on": ["phone"],
        "on_match": "update", "collection_channel_id": channel });
    set(&world.admin, &import.id(), patch).await.expect(200);
    let job = commit(world, &import.id()).await;
    succeeded(&job);
    job
}

/// The sources of a customer, by their words.
async fn sources(client: &Client, party: &str) -> Vec<String> {
    let found = client.get(format!("/v1/customer-sources?party_id={party}")).await.expect(200);
    let text = |word: Json| word.as_str().expect("a word").to_owned();
    let mut words: Vec<String> = found.each("base_source").into_iter().map(text).collect();
    words.sort();
    words
}

async fn d_28_d_84_files_of_sales_and_after_sales_make_one_customer_with_two_sources(
    world: &World,
) {
    let admin = &world.admin;
    let sales = channel(admin, "销售台账", "sales").await;
    let service = channel(admin, "售后维修档案", "after_sales").await;
    let job = import(world, "name,kind,phones\n王伟,person,13800138000\n", &sales).await;
    assert_eq!(counts(&job), [1, 0, 0, 0]);
    let file = "name,kind,phones,note\n\
        王伟,person,+86 138-0013-8000,三年保养客户\n\
        李强,person,139 0013 9000,\n\
        张三,person,call me,\n";
    let job = import(world, file, &service).await;
    assert_eq!(counts(&job), [1, 1, 0, 1], "the number is the same however it is written");
    let found = admin.get("/v1/parties?phone=%2B8613800138000").await.expect(200);
    let [one] = &found.data()[..] else { panic!("one customer: {}", found.text) };
    assert_eq!(one["note"], "三年保养客户");
    let id = one["id"].as_str().expect("an id");
    assert_eq!(sources(admin, id).await, ["after_sales", "sales"]);
    // The same file again collects the same once more, and nobody gets a source twice.
    let job = import(world, file, &service).await;
    assert_eq!(counts(&job), [0, 0, 2, 1]);
    assert_eq!(sources(admin, id).await, ["after_sales", "sales"]);
    let shown = admin.get(format!("/v1/collection-channels/{service}")).await.expect(200);
    let told = ["collected", "accepted", "known", "rejected"].map(|name| shown.json[name].clone());
    assert_eq!(told, [json!(6), json!(2), json!(2), json!(2)]);
    assert_eq!(shown.json["acceptance"]["value"], "0.3333");
    let other = admin.get(format!("/v1/collection-channels/{sales}")).await.expect(200);
    assert_eq!((&other.json["collected"], &other.json["accepted"]), (&json!(1), &json!(1)));
    given::read_in_every_way(admin, "collection-channels", &service).await;
    let source = admin.get(format!("/v1/customer-sources?party_id={id}")).await.expect(200);
    let source = source.data()[0]["id"].as_str().expect("an id").to_owned();
    given::read_in_every_way(admin, "customer-sources", &source).await;
    let wrong = json!({ "name": "亲友", "base_source": "employee_relation" });
    admin.post("/v1/collection-channels", wrong).await.refused(422, "out_of_range");
}

async fn d_28_parties_that_become_one_have_each_source_once(world: &World) {
    let admin = &world.admin;
    let ours = party(admin, json!({ "name": "宏图软件" })).await.id();
    let theirs = party(admin, json!({ "name": "远景集团" })).await.id();
    for (id, source) in [(&ours, "sales"), (&theirs, "sales"), (&theirs, "after_sales")] {
        let body = json!({ "party_id": id, "base_source": source });
        admin.post("/v1/customer-sources", body).await.expect(201);
    }
    let again = json!({ "party_id": ours, "base_source": "sales" });
    admin.post("/v1/customer-sources", again).await.refused(409, "duplicate");
    let wish = json!({ "record_type": "party", "survivor_id": ours, "merged_id": theirs });
    let merge = admin.post("/v1/merges", wish).key("merge").await.expect(201);
    assert_eq!(sources(admin, &ours).await, ["after_sales", "sales"]);
    admin.act(format!("/v1/merges/{}/undo", merge.id())).key("undo").await.expect(200);
    assert_eq!(sources(admin, &ours).await, ["sales"]);
    assert_eq!(sources(admin, &theirs).await, ["after_sales", "sales"]);
}

async fn d_30_affiliates_are_told_by_the_party_that_has_named_them(world: &World) {
    let admin = &world.admin;
    let supplier = party(admin, json!({ "name": "配套厂商", "roles": ["supplier"] })).await.id();
    for (name, roles) in [("甲公司", json!(["customer"])), ("乙公司", json!(["prospect"]))] {
        let named = party(admin, json!({ "name": name, "roles": roles })).await.id();
        let body = json!({ "party_id": named, "base_source": "affiliate",
            "referring_party_id": supplier });
        admin.post("/v1/customer-sources", body).await.expect(201);
    }
    let walk_in = party(admin, json!({ "name": "丙公司" })).await.id();
    let alone = json!({ "party_id": walk_in, "base_source": "affiliate" });
    admin.post("/v1/customer-sources", alone).await.refused(422, "validation_failed");
    let itself = json!({ "party_id": walk_in, "base_source": "affiliate",
        "referring_party_id": walk_in });
    admin.post("/v1/customer-sources", itself).await.refused(422, "self_referral");
    let other = json!({ "party_id": walk_in, "base_source": "other" });
    let other = admin.post("/v1/customer-sources", other).await.expect(201).id();
    let path = format!("/v1/customer-sources/{other}");
    admin.patch(&path, json!({ "base_source": "sales" })).await.refused(422, "immutable");
    let report = admin.get("/v1/reports/customer-sources").await.expect(200);
    let first = &report.data()[0];
    assert_eq!(
        (&first["base_source"], &first["referring_party_id"], &first["referring_party"]),
        (&json!("affiliate"), &json!(supplier), &json!("配套厂商"))
    );
    assert_eq!((&first["parties"], &first["customers"]), (&json!(2), &json!(1)));
    assert_eq!(first["share"]["value"], "0.5000");
    let totals = &report.json["totals"];
    assert_eq!((&totals["parties"], &totals["customers"]), (&json!(3), &json!(1)));
}

async fn d_31_an_employee_gets_no_right_to_a_friend(world: &World) {
    let friend = party(&world.admin, json!({ "kind": "person", "name": "王五" })).await.id();
    let (ann, ann_id) = world.person(&[("any", "any", "own")], None).await;
    let body = json!({ "party_id": friend, "base_source": "employee_relation",
        "employee_id": ann_id });
    let source = world.admin.post("/v1/customer-sources", body).await.expect(201);
    ann.get(format!("/v1/parties/{friend}")).await.refused(404, "not_found");
    ann.get(format!("/v1/customer-sources/{}", source.id())).await.refused(404, "not_found");
    let unnamed = json!({ "party_id": friend, "base_source": "consultant" });
    world.admin.post("/v1/customer-sources", unnamed).await.refused(422, "validation_failed");
}

/// A private contact of whoever makes it.
async fn private(client: &Client, name: &str) -> Answer {
    party(client, json!({ "kind": "person", "name": name, "is_private": true })).await
}

async fn d_32_a_private_contact_that_was_converted_is_the_companys(world: &World) {
    let (ann, ann_id) = world.person(&[("any", "any", "own")], None).await;
    let mine = private(&ann, "陈静").await;
    assert_eq!(mine.json["actions"], json!(["update", "convert-to-base", "delete"]));
    let path = format!("/v1/parties/{}", mine.id());
    ann.patch(&path, json!({ "is_private": false })).await.refused(422, "use_convert_to_base");
    let (ben, _) = world.person(&[("any", "any", "own")], None).await;
    ben.act(format!("{path}/convert-to-base")).await.refused(404, "not_found");
    let ours = ann.act(format!("{path}/convert-to-base")).await.expect(200);
    assert_eq!(
        (&ours.json["is_private"], &ours.json["contributed_by"], &ours.json["contributed_at"]),
        (&json!(false), &json!(ann_id), &json!("2026-01-01T00:00:00Z"))
    );
    assert_eq!(ours.json["actions"], json!(["update"]));
    ann.act(format!("{path}/convert-to-base")).await.refused(409, "not_private");
    ann.patch(&path, json!({ "is_private": true })).await.refused(422, "use_convert_to_base");
    let past = ann.get(format!("{path}/timeline")).await.expect(200);
    assert!(past.each("kind").contains(&json!("party.converted_to_base")), "{}", past.text);
    assert_eq!(sources(&ann, &mine.id()).await, ["consultant"]);
    // Whoever has brought it in goes on looking after it, and takes it nowhere.
    ann.patch(&path, json!({ "note": "已回访" })).await.expect(200);
    ann.delete(&path).await.refused(403, "company_property");
    let wish = json!({ "resource": "parties", "format": "csv" });
    let refused = ann.post("/v1/exports", wish.clone()).await.refused(403, "company_property");
    assert_eq!(refused.json["params"]["count"], 1);
    let own = with(wish.clone(), json!({ "filters": { "contributed_by": "null" } }));
    ann.post("/v1/exports", own).await.expect(202);
    world.admin.post("/v1/exports", wish).await.expect(202);
    world.work().await;
    // Their own contacts they may still forget.
    let other = private(&ann, "李娜").await.id();
    ann.delete(format!("/v1/parties/{other}")).await.expect(204);
    world.admin.delete(&path).await.expect(204);
    let base = party(&ann, json!({ "name": "宏图软件" })).await.id();
    ann.act(format!("/v1/parties/{base}/convert-to-base")).await.refused(409, "not_private");
}

async fn d_32_who_has_brought_in_one_of_two_has_brought_in_both_until_they_part(world: &World) {
    let admin = &world.admin;
    let (ann, ann_id) = world.person(&[("any", "any", "own")], None).await;
    let theirs = private(&ann, "陈静").await.id();
    ann.act(format!("/v1/parties/{theirs}/convert-to-base")).await.expect(200);
    let ours = party(admin, json!({ "kind": "person", "name": "周敏" })).await.id();
    let brought_in = async |id: &str| {
        let shown = admin.get(format!("/v1/parties/{id}")).await.expect(200);
        [shown.json["contributed_by"].clone(), shown.json["contributed_at"].clone()]
    };
    let by_ann = [json!(ann_id), json!("2026-01-01T00:00:00Z")];
    let wish = json!({ "record_type": "party", "survivor_id": ours, "merged_id": theirs });
    let merge = admin.post("/v1/merges", wish).key("merge").await.expect(201);
    assert_eq!(brought_in(&ours).await, by_ann);
    admin.act(format!("/v1/merges/{}/undo", merge.id())).key("undo").await.expect(200);
    assert_eq!(brought_in(&ours).await, [Json::Null, Json::Null]);
    assert_eq!(brought_in(&theirs).await, by_ann);
}

async fn d_33_the_report_tells_how_many_were_converted(world: &World) {
    let (ann, ann_id) = world.person(&[("any", "any", "own")], None).await;
    for name in ["陈静", "李娜", "周敏"] {
        let mine = private(&ann, name).await.id();
        ann.act(format!("/v1/parties/{mine}/convert-to-base")).await.expect(200);
    }
    let left = private(&ann, "王芳").await.id();
    party(&ann, json!({ "name": "宏图软件" })).await;
    private(&world.admin, "赵云").await;
    let report = world.admin.get("/v1/reports/private-contacts").await.expect(200);
    let of_ann = report.data().iter().find(|row| row["consultant_id"] == json!(ann_id));
    let of_ann = of_ann.expect("a row");
    assert_eq!(
        (&of_ann["contacts"], &of_ann["converted"], &of_ann["private"]),
        (&json!(4), &json!(3), &json!(1))
    );
    assert_eq!(of_ann["conversion"]["value"], "0.7500");
    assert_eq!(report.json["totals"]["contacts"], 5);
    let hers = ann.get("/v1/reports/private-contacts").await.expect(200);
    assert_eq!(hers.json["totals"]["contacts"], 4, "as far as she sees them");
    // What is brought in and deleted later changes nothing of what was.
    world.pass(chrono::TimeDelta::days(1)).await;
    world.admin.delete(format!("/v1/parties/{left}")).await.expect(204);
    private(&world.admin, "孙丽").await;
    let now = world.admin.get("/v1/reports/private-contacts").await.expect(200);
    assert_eq!(now.json["totals"]["contacts"], 5);
    let then = "/v1/reports/private-contacts?as_of=2026-01-01T00:00:00Z";
    let then = world.admin.get(then).await.expect(200);
    assert_eq!(then.json["totals"], report.json["totals"]);
    assert_eq!(then.json["hash"], report.json["hash"]);
}

async fn d_38_the_base_is_held_against_its_policy(world: &World) {
    let admin = &world.admin;
    let none = admin.get("/v1/reports/base-policy-compliance").await.expect(200);
    assert_eq!((none.data().len(), &none.json["totals"]["rules"]), (0, &json!(0)));
    let policy = json!({ "owner_required": true, "verified_within_days": 30,
        "stocktake_within_days": 30, "contact_within_days": 30, "least_share": "0.5000" });
    let change = json!({ "preferences": { "base_policy": policy } });
    let tenant = admin.patch("/v1/tenant", change).await.expect(200);
    assert_eq!(tenant.json["preferences"]["base_policy"], policy);
    let mut parties = Vec::new();
    for name in ["甲", "乙", "丙", "丁"] {
        parties.push(party(admin, json!({ "name": name, "roles": ["customer"] })).await.id());
    }
    let own = json!({ "name": "私", "roles": ["customer"], "is_private": true });
    party(admin, own).await;
    party(admin, json!({ "name": "戊", "roles": ["prospect"] })).await;
    admin
        .patch(format!("/v1/parties/{}", parties[3]), json!({ "owner_id": null }))
        .await
        .expect(200);
    let visit = activity(
        admin,
        json!({ "party_id": parties[0],
        "starts_at": "2025-12-20T01:30:00Z" }),
    )
    .await;
    let done = json!({ "result": "客户满意" });
    admin.post(format!("/v1/activities/{}/complete", visit.id()), done).await.expect(200);
    let filter = json!({ "field": "name", "op": "=", "value": "甲" });
    for (name, result) in [("甲", "confirmed"), ("乙", "corrected"), ("丙", "invalid")] {
        let wish =
            json!({ "name": name, "filter": with(filter.clone(), json!({ "value": name })) });
        let one = admin.post("/v1/stocktakes", wish).await.expect(201).id();
        let at = parties.iter().zip(["甲", "乙", "丙", "丁"]).find(|(_, called)| *called == name);
        let line = json!({ "party_id": at.expect("a party").0, "result": result });
        let lines = json!({ "lines": [line] });
        admin.post(format!("/v1/stocktakes/{one}/check"), lines).await.expect(200);
    }
    let report = admin.get("/v1/reports/base-policy-compliance").await.expect(200);
    let told: Vec<Json> = report
        .data()
        .iter()
        .map(|row| json!([row["rule"], row["customers"], row["passing"], row["passed"]]))
        .collect();
    let expected = json!([
        ["ownership", 4, 3, true],
        ["freshness", 4, 2, true],
        ["stocktake", 4, 3, true],
        ["care_cycle", 4, 1, false]
    ]);
    assert_eq!(json!(told), expected);
    let totals = &report.json["totals"];
    assert_eq!(
        (&totals["rules"], &totals["kept"], &totals["least_share"]),
        (&json!(4), &json!(3), &json!("0.5000"))
    );
    world.pass(chrono::TimeDelta::days(31)).await;
    let later = world.admin.get("/v1/reports/base-policy-compliance").await.expect(200);
    assert_eq!(later.each("passing"), [json!(3), json!(0), json!(0), json!(0)]);
    let wrong = json!({ "preferences": { "base_policy": { "verified_within_days": 0 } } });
    world.admin.patch("/v1/tenant", wrong).await.refused(422, "validation_failed");
}

async fn d_49_marketing_reads_the_base_without_personal_data(world: &World) {
    const PHONE: &str = "+8613800138000";
    let admin = &world.admin;
    let person = json!({ "kind": "person", "name": "王伟", "roles": ["customer"], "tier": "A",
        "phones": [{ "kind": "mobile", "number": PHONE }], "born_on": "1984-02-29" });
    let customer = party(admin, person).await.id();
    let rule = json!({ "field": "tier", "op": "=", "value": "A" });
    let segment = json!({ "name": "A 类基盘", "population": "customers", "rule": rule });
    let segment = admin.post("/v1/segments", segment).await.expect(201).id();
    let read = |resource: &str| json!({ "resource": resource, "action": "read", "scope": "all" });
    let personal = json!({ "hidden_fields": ["phones", "emails", "addresses", "born_on", "note"] });
    let grants = json!([with(read("parties"), personal), read("segments"), read("stocktakes")]);
    let role = json!({ "name": "市场部", "grants": grants });
    let role = admin.post("/v1/roles", role).await.expect(201).id();
    let (client, id) = world.person(&[], None).await;
    admin.patch(format!("/v1/users/{id}"), json!({ "role_ids": [role] })).await.expect(200);
    let marketing = client.masked();
    let members = marketing.get(format!("/v1/segments/{segment}/members")).await.expect(200);
    assert!(members.text.contains(&customer) && !members.text.contains(PHONE), "{}", members.text);
    let count = marketing.get("/v1/parties?role=customer&tier=A&count=exact").await.expect(200);
    assert_eq!(count.json["total"], 1);
    let one = format!("/v1/parties/{customer}");
    let shown = marketing.get(&one).await.expect(200);
    assert_eq!((&shown.json["name"], &shown.json["actions"]), (&json!("王伟"), &json!([])));
    for hidden in ["phones", "emails", "addresses", "born_on", "note"] {
        assert!(shown.json.get(hidden).is_none(), "{hidden}");
    }
    marketing.patch(&one, json!({ "tier": "B" })).await.refused(403, "forbidden");
    marketing.delete(&one).await.refused(403, "forbidden");
    let path = format!("/v1/segments/{segment}");
    marketing.patch(path, json!({ "name": "X" })).await.refused(403, "forbidden");
    let wish = json!({ "resource": "parties", "format": "csv" });
    marketing.post("/v1/exports", wish).await.refused(403, "forbidden");
    assert!(admin.get(&one).await.expect(200).text.contains(PHONE), "it is there");
}

async fn k_14_a_switching_risk_lists_its_evidence(world: &World) {
    let admin = &world.admin;
    let customer = party(admin, json!({ "roles": ["customer"] })).await.id();
    let bare = json!({ "party_id": customer, "score": 70, "evidence": [] });
    admin.post("/v1/switching-risks", bare.clone()).await.refused(422, "validation_failed");
    let seen = json!([{ "description": "在竞争店试驾", "observed_on": "2025-12-20" }]);
    let risk = admin
        .post("/v1/switching-risks", with(bare, json!({ "evidence": seen })))
        .await
        .expect(201);
    assert_eq!(risk.json["assessed_on"], "2026-01-01");
    given::read_in_every_way(admin, "switching-risks", &risk.id()).await;
    let list = format!("/v1/switching-risks?party_id={customer}&sort=-score");
    assert_eq!(admin.get(list).await.expect(200).each("score"), [json!(70)]);
    let path = format!("/v1/switching-risks/{}", risk.id());
    admin.patch(&path, json!({ "evidence": [] })).await.refused(422, "validation_failed");
    let other = party(admin, json!({ "name": "远景集团" })).await.id();
    admin.patch(&path, json!({ "party_id": other })).await.refused(422, "immutable");
}
