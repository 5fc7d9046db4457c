//! Who has recommended whom, and what that is rewarded with.

use super::{party, with};
use crate::contracts;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_44_a_referral_is_of_somebody_who_has_not_bought,
    d_62_d_64_a_reward_is_due_once_and_nobody_is_called_who_has_not_agreed,
    d_62_each_stage_is_rewarded_and_a_cancelled_contract_takes_its_reward_back,
    d_63_a_programme_says_whether_a_friend_fits_and_what_they_lack,
    d_65_why_customers_recommend_nobody_is_counted_and_the_shares_are_one,
    d_44_two_parties_that_were_both_recommended_become_one_and_are_parted_again,
];

async fn referral(client: &Client, members: Json) -> Answer {
    let from = party(client, json!({ "name": "老客户", "roles": ["customer"] })).await.id();
    let to = party(client, json!({ "name": "新朋友", "kind": "person" })).await.id();
    let body = json!({ "referrer_party_id": from, "referred_party_id": to,
        "reward": { "amount": "500.00", "currency": "CNY" } });
    client.post("/v1/referrals", with(body, members)).await
}

fn own(one: &Answer, rest: &str) -> String {
    format!("/v1/referrals/{}{rest}", one.id())
}

async fn d_44_a_referral_is_of_somebody_who_has_not_bought(world: &World) {
    let admin = &world.admin;
    let one = referral(admin, json!({})).await.expect(201);
    given::read_in_every_way(admin, "referrals", &one.id()).await;
    let (from, to) = (&one.json["referrer_party_id"], &one.json["referred_party_id"]);
    let sources = format!("/v1/customer-sources?party_id={}", to.as_str().expect("an id"));
    let sources = admin.get(sources).await.expect(200);
    assert_eq!(sources.each("base_source"), ["referral"]);
    assert_eq!(sources.data()[0]["referring_party_id"], Json::Null);
    referral(admin, json!({ "referred_party_id": to })).await.refused(409, "duplicate");
    let itself = json!({ "referrer_party_id": from, "referred_party_id": from });
    referral(admin, itself).await.refused(422, "self_referral");
    referral(admin, json!({ "referred_party_id": from })).await.refused(409, "already_customer");
    let other = party(admin, json!({ "name": "别人" })).await.id();
    for member in ["referrer_party_id", "referred_party_id"] {
        let mut change = json!({});
        change[member] = json!(other);
        admin.patch(own(&one, ""), change).await.refused(422, "immutable");
    }
    for side in [from, to] {
        let side = side.as_str().expect("an id");
        let timeline = admin.get(format!("/v1/parties/{side}/timeline")).await.expect(200);
        assert!(timeline.each("subject_id").contains(&json!(one.id())), "{}", timeline.text);
    }
    let (stranger, _) = world.person(&[("any", "any", "own")], None).await;
    stranger.get(own(&one, "")).await.refused(404, "not_found");
}

async fn d_62_d_64_a_reward_is_due_once_and_nobody_is_called_who_has_not_agreed(world: &World) {
    let admin = &world.admin;
    let one = referral(admin, json!({})).await.expect(201);
    let go = async |verb: &str| admin.act(own(&one, &format!("/{verb}"))).await;
    go("contact").await.refused(409, "consent_required");
    let consented = go("consent").await.expect(200);
    assert_eq!(consented.json["consented_at"], "2026-01-01T00:00:00Z");
    go("win").await.refused(409, "referral_state");
    go("contact").await.expect(200);
    go("pay").await.refused(409, "referral_state");
    let won = go("win").await.expect(200);
    assert_eq!((&won.json["status"], &won.json["reward_status"]), (&json!("won"), &json!("due")));
    let tasks = admin.get("/v1/tasks?rule=referral_outcome&status=open").await.expect(200);
    let [tell] = &tasks.data()[..] else { panic!("one task: {}", tasks.text) };
    assert_eq!(
        (&tell["subject_id"], &tell["owner_id"], &tell["title"]),
        (&json!(one.id()), &one.json["owner_id"], &json!("Tell the referrer: Won"))
    );
    let more = json!({ "reward": { "amount": "900.00", "currency": "CNY" } });
    admin.patch(own(&one, ""), more).await.refused(422, "immutable");
    assert_eq!(go("pay").await.expect(200).json["reward_status"], "paid");
    go("pay").await.refused(409, "referral_state");
    let cancelled = json!({ "reason": "订单取消" });
    let back = admin.post(own(&one, "/reverse"), cancelled.clone()).await.expect(200);
    assert_eq!(back.json["reward_status"], "reversed");
    let refused = admin.post(own(&one, "/reverse"), cancelled).await.refused(409, "referral_state");
    assert_eq!(refused.json["params"]["allowed"], json!([]));
    let two = referral(admin, json!({})).await.expect(201);
    let lost = json!({ "reason": "已在别处购车" });
    let lost = admin.post(own(&two, "/lose"), lost).await.expect(200);
    assert_eq!(
        (&lost.json["status"], &lost.json["reward_status"]),
        (&json!("lost"), &json!("none"))
    );
    let due = admin.get("/v1/referrals?reward_status=reversed").await.expect(200);
    assert_eq!(due.each("id"), [json!(one.id())]);
}

async fn d_62_each_stage_is_rewarded_and_a_cancelled_contract_takes_its_reward_back(world: &World) {
    let admin = &world.admin;
    let yuan = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
    let rule = |stage: &str, amount: &str| json!({ "stage": stage, "reward": yuan(amount) });
    let body = json!({ "name": "老友同行", "criteria": [{ "name": "个人", "condition": "kind = person" }],
        "rewards": [rule("contacted", "50.00"), rule("won", "500.00")] });
    let all = "/v1/referral-programmes";
    let programme = admin.post(all, body.clone()).await.expect(201).id();
    let twice =
        with(body.clone(), json!({ "rewards": [rule("won", "1.00"), rule("won", "2.00")] }));
    let twice = admin.post(all, twice).await.refused(422, "validation_failed");
    assert_eq!(twice.findings(), [("/rewards/1".to_owned(), "repeated".to_owned())]);
    let beside = with(body, json!({ "reward": yuan("500.00") }));
    let beside = admin.post(all, beside).await.refused(422, "validation_failed");
    assert_eq!(beside.findings(), [("/rewards/1/stage".to_owned(), "out_of_range".to_owned())]);
    let of = json!({ "referral_programme_id": programme, "reward": null });
    let one = referral(admin, of).await.expect(201);
    let go = async |verb: &str| admin.act(own(&one, &format!("/{verb}"))).await.expect(200).json;
    let stands = |referral: &Json| {
        let rewards = referral["rewards"].as_array().expect("rewards").iter();
        let each: Vec<Json> = rewards
            .map(|one| json!([one["stage"], one["reward"]["amount"], one["status"]]))
            .collect();
        json!([referral["reward_status"], each])
    };
    assert_eq!(stands(&go("consent").await), json!(["none", []]));
    let contacted = json!(["due", [["contacted", "50.00", "due"]]]);
    assert_eq!(stands(&go("contact").await), contacted);
    let other = json!({ "referral_programme_id": null });
    admin.patch(own(&one, ""), other).await.refused(422, "immutable");
    go("pay").await;
    let won = json!(["due", [["contacted", "50.00", "paid"], ["won", "500.00", "due"]]]);
    assert_eq!(stands(&go("win").await), won);
    let due = format!("/v1/referrals?referral_programme_id={programme}&reward_status=due");
    assert_eq!(admin.get(due).await.expect(200).each("id"), [json!(one.id())]);
    // Two contracts, and the reward stays as long as one of them does.
    let to = one.json["referred_party_id"].clone();
    let path = format!("/v1/parties/{}", to.as_str().expect("an id"));
    admin.patch(path, json!({ "roles": ["customer"] })).await.expect(200);
    let of_them = json!({ "party_id": to });
    let first = contracts::signed(world, "1", of_them.clone()).await;
    let second = contracts::signed(world, "2", of_them.clone()).await;
    let draft = contracts::contract(world, "3", of_them).await;
    for given_up in [&draft, &first] {
        contracts::act(admin, given_up, "cancel").await.expect(200);
        assert_eq!(stands(&admin.get(own(&one, "")).await.expect(200).json), won);
    }
    contracts::act(admin, &second, "cancel").await.expect(200);
    let back = admin.get(own(&one, "")).await.expect(200);
    let left = json!(["paid", [["contacted", "50.00", "paid"], ["won", "500.00", "reversed"]]]);
    assert_eq!(stands(&back.json), left);
    assert_eq!(back.json["reversed_reason"], "客户取消项目");
    let past = admin.get(own(&one, "/timeline")).await.expect(200).each("kind");
    assert!(past.contains(&json!("referral.reward_reversed")), "{past:?}");
}

async fn d_63_a_programme_says_whether_a_friend_fits_and_what_they_lack(world: &World) {
    let admin = &world.admin;
    let made = given::record(admin, "referral-programmes").await;
    given::read_in_every_way(admin, "referral-programmes", &made.id()).await;
    let path = format!("/v1/referral-programmes/{}/check", made.id());
    let yuan = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
    let friend = json!({ "kind": "person", "age": 34, "budget": yuan("260000.00"),
        "interest": "SUV", "buys_within_months": 3 });
    let fits = admin.post(&path, friend.clone()).await.expect(200);
    assert_eq!(fits.json, json!({ "fits": true, "failed": [] }));
    // What is not known is not fulfilled.
    let poor = with(friend.clone(), json!({ "budget": yuan("199999.99"), "interest": null }));
    let lacks = admin.post(&path, poor).await.expect(200);
    assert_eq!(lacks.json["fits"], false);
    let failed: Vec<&Json> =
        lacks.json["failed"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(failed, [&json!("预算 20 万元以上"), &json!("对 SUV 感兴趣")]);
    let euro = json!({ "budget": { "amount": "1.00", "currency": "EUR" } });
    admin.post(&path, euro).await.expect(422);
    admin.post(&path, json!({ "height": 2 })).await.expect(422);
    let wrong = json!({ "criteria": [{ "name": "身高", "condition": "height > 2" }] });
    let wrong = admin.patch(format!("/v1/referral-programmes/{}", made.id()), wrong).await;
    let wrong = wrong.expect(422);
    assert_eq!(wrong.findings()[0].0, "/criteria/0/condition");
    let (nobody, _) = world.person(&[("referrals", "read", "all")], None).await;
    nobody.post(&path, friend).await.refused(403, "forbidden");
}

async fn d_65_why_customers_recommend_nobody_is_counted_and_the_shares_are_one(world: &World) {
    let admin = &world.admin;
    let one = referral(admin, json!({})).await.expect(201);
    let customer = one.json["referrer_party_id"].clone();
    let all = "/v1/referral-requests";
    let ask =
        async |members: Json| admin.post(all, with(json!({ "party_id": customer }), members)).await;
    for reason in ["no_incentive", "knows_nobody", "fears_blame"] {
        ask(json!({ "answer": "refused", "refusal": reason })).await.expect(201);
    }
    ask(json!({})).await.expect(201);
    ask(json!({ "answer": "refused" })).await.refused(422, "required");
    ask(json!({ "refusal": "no_time" })).await.refused(422, "out_of_range");
    ask(json!({ "asked_on": "2026-01-02" })).await.refused(422, "out_of_range");
    let given_one = ask(json!({ "referral_id": one.id() })).await.expect(201);
    assert_eq!(
        (&given_one.json["answer"], &given_one.json["asked_on"]),
        (&json!("given"), &json!("2026-01-01"))
    );
    given::read_in_every_way(admin, "referral-requests", &given_one.id()).await;
    let other = party(admin, json!({ "name": "别的客户", "roles": ["customer"] })).await.id();
    let foreign = json!({ "party_id": other, "referral_id": one.id() });
    ask(foreign).await.refused(422, "of_other_party");
    for verb in ["consent", "contact", "win"] {
        admin.act(own(&one, &format!("/{verb}"))).await.expect(200);
    }
    let report = admin.get("/v1/reports/referral-difficulties").await.expect(200);
    let mut shares = report.each("share");
    shares.sort_by_key(ToString::to_string);
    assert_eq!(shares, [json!("0.3333"), json!("0.3333"), json!("0.3334")]);
    let totals = &report.json["totals"];
    for (member, number) in [
        ("asked", 5),
        ("given", 1),
        ("refused", 3),
        ("unanswered", 1),
        ("contacted", 1),
        ("won", 1),
    ] {
        assert_eq!(totals[member], json!(number), "{member}");
    }
    let before = admin.get("/v1/reports/referral-difficulties?to=2025-12-31").await.expect(200);
    assert!(before.data().is_empty());
    assert_eq!(before.json["totals"]["given_rate"]["value"], Json::Null);
}

async fn d_44_two_parties_that_were_both_recommended_become_one_and_are_parted_again(
    world: &World,
) {
    let admin = &world.admin;
    let early = referral(admin, json!({})).await.expect(201);
    let far = referral(admin, json!({})).await.expect(201);
    admin.act(own(&far, "/consent")).await.expect(200);
    admin.act(own(&far, "/contact")).await.expect(200);
    let (survivor, merged) = (&early.json["referred_party_id"], &far.json["referred_party_id"]);
    let wish = json!({ "record_type": "party", "survivor_id": survivor, "merged_id": merged });
    let one = admin.request("POST", "/v1/merges").json(&wish).key("one").await.expect(201);
    // The one that has come further stays, and is of the survivor.
    admin.get(own(&early, "")).await.refused(404, "not_found");
    let stays = admin.get(own(&far, "")).await.expect(200);
    assert_eq!(&stays.json["referred_party_id"], survivor);
    admin.act(format!("/v1/merges/{}/undo", one.id())).await.expect(200);
    let back = admin.get(own(&early, "")).await.expect(200);
    assert_eq!(&back.json["referred_party_id"], survivor);
    let again = admin.get(own(&far, "")).await.expect(200);
    assert_eq!(&again.json["referred_party_id"], merged);
}
