//! Programmes over several media on one list of contacts.

use super::{code, media, running};
use crate::{
    contracts,
    sales::{with, yuan},
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json, rate};

both_stores![
    x_06_x_07_x_09_campaigns_share_one_list,
    x_10_moves_between_stages_sum_to_the_start,
    x_13_milestones_are_overdue_until_they_are_reached,
    x_08_x_35_x_109_what_the_company_wants_of_programmes,
    x_126_profit_retention_and_growth,
];

/// A customer on the list of these tests.
async fn maker(world: &World, name: &str) -> String {
    let body = json!({ "kind": "organisation", "name": name, "roles": ["customer"], "industry": "制造业" });
    world.admin.post("/v1/parties", body).await.expect(201).id()
}

/// The list of these tests.
async fn list(world: &World) -> String {
    let rule = json!({ "field": "industry", "op": "=", "value": "制造业" });
    let body = json!({ "name": "制造业客户", "population": "customers", "rule": rule });
    world.admin.post("/v1/segments", body).await.expect(201).id()
}

async fn programme(world: &World, members: Json) -> Answer {
    let body = json!({ "name": "立体营销", "starts_on": "2026-01-01", "ends_on": "2026-06-30" });
    world.admin.post("/v1/programmes", with(body, members)).await.expect(201)
}

fn own(programme: &Answer, rest: &str) -> String {
    format!("/v1/programmes/{}{rest}", programme.id())
}

async fn says(client: &Client, party: &str, stage: &str) -> Answer {
    let body = json!({ "party_id": party, "stage": stage });
    client.post("/v1/decision-stages", body).await.expect(201)
}

/// What a client has done with a party.
async fn visits(client: &Client, party: &str, members: Json) {
    let visit = json!({ "kind": "visit", "subject": "拜访", "starts_at": "2026-01-02T01:30:00Z",
        "party_id": party });
    let visit = client.post("/v1/activities", with(visit, members)).await.expect(201).id();
    let done = json!({ "result": "已介绍方案" });
    client.post(format!("/v1/activities/{visit}/complete"), done).await.expect(200);
}

async fn x_06_x_07_x_09_campaigns_share_one_list(world: &World) {
    media(world).await;
    let (first, second) = (maker(world, "宏图").await, maker(world, "远大").await);
    let (mail, calls) =
        (running(world, json!({})).await.id(), running(world, json!({})).await.id());
    let campaigns = json!([{ "campaign_id": mail, "stage": "prospect" },
        { "campaign_id": calls, "stage": "pre_sale" }]);
    let members = json!({ "segment_id": list(world).await, "campaigns": campaigns });
    let made = programme(world, members).await;
    given::read_in_every_way(&world.admin, "programmes", &made.id()).await;
    let taken = json!({ "name": "另一方案", "starts_on": "2026-01-01", "ends_on": "2026-06-30",
        "campaigns": [{ "campaign_id": mail, "stage": "in_sale" }] });
    let refused = world.admin.post("/v1/programmes", taken).await;
    refused.refused(422, "campaign_of_other_programme");
    // Everybody on the list is asked by each campaign, once.
    let added = async || {
        let said = world.admin.act(own(&made, "/address")).await.expect(200);
        let all = said.json["campaigns"].as_array().expect("campaigns").clone();
        all.iter().map(|one| (one["added"].clone(), one["left"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(added().await, vec![(json!(2), json!(0)); 2]);
    assert_eq!(added().await, vec![(json!(0), json!(0)); 2]);
    let invited = world.admin.get(format!("/v1/campaigns/{calls}/campaign-members")).await;
    assert_eq!(invited.expect(200).data().len(), 2);

    let source = code(world, "02", json!({ "campaign_id": mail })).await;
    let opened = json!({ "event_id": "e-1", "kind": "opened", "source_code": source.json["code"],
        "party_id": first, "occurred_at": "2026-01-01T01:00:00Z" });
    let batch = json!({ "source": "mailer", "touches": [opened] });
    world.admin.post("/v1/touches", batch).await.expect(201);
    let answer = json!({ "campaign_id": calls, "channel": "call", "party_id": first });
    world.admin.post("/v1/responses", answer).await.expect(201);
    let unit = json!({ "name": "华东销售", "kind": "department" });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let rights =
        [("parties", "read", "all"), ("contacts", "read", "all"), ("activities", "any", "all")];
    let (rep, _) = world.person(&rights, Some(&unit)).await;
    let contact = given::contact(&world.admin, &first, "李娜").await.id();
    visits(&rep, &first, json!({ "contact_ids": [contact] })).await;

    // One history over all media and whoever has touched them.
    let history = world.admin.get(format!("/v1/parties/{first}/touches")).await.expect(200);
    assert_eq!(history.each("origin"), ["activity", "machine", "response"]);
    assert_eq!(history.each("what"), ["visit", "opened", "call"]);
    assert_eq!(history.json["has_more"], false);
    let path = format!("/v1/parties/{first}/touches?programme_id={}", made.id());
    assert_eq!(world.admin.get(&path).await.expect(200).data().len(), 3);
    let before = format!("/v1/parties/{first}/touches?before=2026-01-02T00:00:00Z");
    assert_eq!(world.admin.get(&before).await.expect(200).each("origin"), ["machine", "response"]);
    let of_contact = world.admin.get(format!("/v1/contacts/{contact}/touches")).await.expect(200);
    assert_eq!(of_contact.each("origin"), ["activity"]);
    // Who may not read answers is told of none.
    let seen = rep.get(format!("/v1/parties/{first}/touches")).await.expect(200);
    assert_eq!(seen.each("origin"), ["activity"]);
    world.admin.get(format!("{path}&x=1")).await.refused(400, "unknown_parameter");

    let found = world.admin.get(own(&made, "/participation")).await.expect(200).json;
    assert_eq!(found["touches"], 2);
    let departments = found["departments"].as_array().expect("departments");
    let of_unit =
        departments.iter().find(|one| one["org_unit_id"] == json!(unit)).expect("the unit");
    assert_eq!((&of_unit["activities"], &of_unit["people"]), (&json!(1), &json!(1)));
    assert_eq!(of_unit["share"]["value"], "0.5000");
    let others: i64 = departments.iter().filter_map(|one| one["responses"].as_i64()).sum();
    assert_eq!(others, 1);

    let stage = says(&world.admin, &second, "in_sale").await;
    given::read_in_every_way(&world.admin, "decision-stages", &stage.id()).await;
    for (campaign, amount) in [(&mail, "100.00"), (&calls, "50.00")] {
        let spent = json!({ "campaign_id": campaign, "amount": yuan(amount) });
        world.admin.post("/v1/campaign-expenses", spent).await.expect(201);
    }
    let funnel = world.admin.get(own(&made, "/funnel")).await.expect(200).json;
    let steps = funnel["steps"].as_array().expect("steps");
    let each = |member: &str| steps.iter().map(|step| step[member].clone()).collect::<Vec<Json>>();
    assert_eq!(each("stage"), ["prospect", "pre_sale", "in_sale", "growth_and_retention"]);
    assert_eq!(
        (each("count"), each("standing")),
        ([2, 1, 1, 0].map(Json::from).to_vec(), [1, 0, 1, 0].map(Json::from).to_vec())
    );
    assert_eq!(each("cost"), ["100.00", "50.00", "0.00", "0.00"].map(yuan));
    let rates: Vec<Json> = each("conversion").iter().map(|rate| rate["value"].clone()).collect();
    assert_eq!(rates, ["1.0000", "0.5000", "1.0000", "0.0000"]);
    assert_eq!((&funnel["contacts"], &funnel["cost"]), (&json!(2), &yuan("150.00")));
}

async fn x_10_moves_between_stages_sum_to_the_start(world: &World) {
    let segment = list(world).await;
    let made = programme(world, json!({ "segment_id": segment })).await;
    let mut stages = Vec::new();
    for name in ["宏图", "远大", "长江"] {
        let customer = maker(world, name).await;
        stages.push(says(&world.admin, &customer, "prospect").await);
    }
    let twice = json!({ "party_id": stages[0].json["party_id"], "stage": "in_sale" });
    world.admin.post("/v1/decision-stages", twice).await.refused(409, "duplicate");
    world.pass(TimeDelta::days(2)).await;
    let path = |stage: &Answer| format!("/v1/decision-stages/{}", stage.id());
    for stage in ["pre_sale", "in_sale"] {
        let change = json!({ "stage": stage });
        world.admin.patch(path(&stages[0]), change).await.expect(200);
    }
    let moved = world.admin.get(path(&stages[0])).await.expect(200);
    assert_eq!(moved.json["entered_at"], "2026-01-03T00:00:00Z");
    world.admin.delete(path(&stages[1])).await.expect(204);
    let late = given::party(&world.admin, "后来者").await.id();
    says(&world.admin, &late, "prospect").await;
    let report = "/v1/reports/decision-transitions?from=2026-01-02&to=2026-01-03";
    let found = world.admin.get(report).await.expect(200);
    assert_eq!(found.each("stage"), ["prospect", "pre_sale", "in_sale", "growth_and_retention"]);
    assert_eq!(found.each("start"), [3, 0, 0, 0]);
    let row = &found.data()[0];
    let parts = ["prospect", "pre_sale", "in_sale", "growth_and_retention", "gone"];
    assert_eq!(parts.map(|part| &row[part]), [1, 0, 1, 0, 1].map(Json::from).each_ref());
    let totals = &found.json["totals"];
    assert_eq!((&totals["forward"], &totals["gone"]), (&json!(1), &json!(1)));
    let own = format!("{report}&programme_id={}", made.id());
    assert_eq!(world.admin.get(own).await.expect(200).json["totals"]["start"], 3);
    world
        .admin
        .act(format!("{}/restore", path(&stages[1])))
        .header("if-match", "*")
        .await
        .expect(200);
    let back = world.admin.get(report).await.expect(200);
    assert_eq!(back.data()[0]["prospect"], 2);
}

async fn x_13_milestones_are_overdue_until_they_are_reached(world: &World) {
    let made = programme(world, json!({})).await;
    let path = own(&made, "/programme-milestones");
    let body = json!({ "name": "名单核实", "planned_on": "2026-01-02" });
    let milestone = world.admin.post(&path, body).await.expect(201);
    given::read_in_every_way(&world.admin, "programme-milestones", &milestone.id()).await;
    assert_eq!(world.admin.get(&path).await.expect(200).data().len(), 1);
    let overdue = async || {
        world.admin.get("/v1/programme-milestones?overdue=true").await.expect(200).each("id")
    };
    assert!(overdue().await.is_empty());
    world.pass(TimeDelta::days(3)).await;
    assert_eq!(overdue().await, [json!(milestone.id())]);
    let one = format!("/v1/programme-milestones/{}", milestone.id());
    let reached = world.admin.act(format!("{one}/reach")).await.expect(200);
    assert_eq!(
        (&reached.json["state"], &reached.json["reached_on"]),
        (&json!("reached"), &json!("2026-01-04"))
    );
    assert!(overdue().await.is_empty());
    world.admin.act(format!("{one}/drop")).await.refused(409, "milestone_reached");
    world.admin.act(format!("{one}/reopen")).await.expect(200);
    assert_eq!(overdue().await.len(), 1);
    let dropped = world.admin.act(format!("{one}/drop")).await.expect(200);
    assert_eq!(dropped.json["due_on"], Json::Null);
    let other = json!({ "programme_id": programme(world, json!({})).await.id() });
    world.admin.patch(&one, other).await.refused(422, "immutable");
}

async fn x_08_x_35_x_109_what_the_company_wants_of_programmes(world: &World) {
    let campaign = running(world, json!({})).await.id();
    let campaigns = json!([{ "campaign_id": campaign, "stage": "prospect" }]);
    let made = programme(world, json!({ "campaigns": campaigns })).await;
    let act = async |verb: &str| world.admin.act(own(&made, verb)).await;
    let change = async |members: Json| world.admin.patch(own(&made, ""), members).await.expect(200);
    assert_eq!(act("/submit").await.refused(422, "required").findings()[0].0, "/segment_id");
    change(json!({ "segment_id": list(world).await })).await;
    // Sales of now alone are no programme, nor is what makes those of later.
    let aim = |metric: &str, target: &str| json!({ "metric": metric, "target": target });
    let (now, later) = (aim("expense_to_revenue", "0.2"), aim("retention", "0.8"));
    for (objectives, without) in [
        (json!([]), json!(["short_term", "long_term"])),
        (json!([now, aim("revenue", "2000000")]), json!(["long_term"])),
        (json!([later]), json!(["short_term"])),
    ] {
        change(json!({ "objectives": objectives })).await;
        let refused = act("/submit").await.refused(422, "unbalanced_objectives");
        assert_eq!(refused.json["params"]["without"], without);
        assert_eq!(refused.findings()[0].0, "/objectives");
    }
    let changed = change(json!({ "objectives": [now, later] })).await;
    assert_eq!(changed.json["objectives"][1], aim("retention", "0.8000"));
    let twice = world.admin.patch(own(&made, ""), json!({ "objectives": [now, now] })).await;
    assert_eq!(twice.expect(422).findings(), [("/objectives/1".to_owned(), "repeated".to_owned())]);
    let rules = json!({ "field_sales_required": true, "readiness_required": true });
    let wish = json!({ "preferences": { "programmes": rules } });
    world.admin.patch("/v1/tenant", wish).await.expect(200);
    assert_eq!(act("/submit").await.refused(422, "no_field_sales").findings()[0].0, "/team");
    let (_, visitor) = world.person(&[], None).await;
    change(json!({ "team": [{ "user_id": visitor, "role": "field_sales" }] })).await;
    act("/start").await.refused(409, "programme_state");
    act("/submit").await.expect(200);
    let checklist = world.admin.get(own(&made, "/readiness")).await.expect(200).json;
    assert_eq!((&checklist["ready"], &checklist["required"]), (&json!(false), &json!(true)));
    let items = checklist["items"].as_array().expect("items");
    assert_eq!(items.len(), 10);
    let item = |cause: &Json, state: &str| json!({ "cause": cause, "state": state });
    let ready: Vec<Json> = items[1..].iter().map(|one| item(&one["cause"], "ready")).collect();
    change(json!({ "readiness": ready })).await;
    let refused = act("/start").await.refused(409, "programme_not_ready");
    assert_eq!(refused.json["params"]["causes"], json!([items[0]["cause"]]));
    let all: Vec<Json> =
        ready.iter().cloned().chain([item(&items[0]["cause"], "not_applicable")]).collect();
    change(json!({ "readiness": all })).await;
    assert_eq!(act("/start").await.expect(200).json["state"], "running");
    assert_eq!(act("/finish").await.expect(200).json["state"], "finished");
    let late = world.admin.patch(own(&made, ""), json!({ "name": "改名" })).await;
    late.refused(409, "programme_state");
    act("/address").await.refused(409, "programme_state");
    world.admin.delete(own(&made, "")).await.refused(409, "programme_state");
    let twice = json!({ "name": "重复", "starts_on": "2026-01-01", "ends_on": "2026-06-30",
        "team": [{ "user_id": visitor, "role": "other" }, { "user_id": visitor, "role": "service" }] });
    let refused = world.admin.post("/v1/programmes", twice).await.expect(422);
    assert_eq!(refused.findings(), [("/team/1".to_owned(), "repeated".to_owned())]);
    let given_up = programme(world, json!({})).await;
    world.admin.act(own(&given_up, "/cancel")).await.expect(200);
}

async fn x_126_profit_retention_and_growth(world: &World) {
    media(world).await;
    let (first, second) = (maker(world, "宏图").await, maker(world, "远大").await);
    let (before, now) =
        (running(world, json!({})).await.id(), running(world, json!({})).await.id());
    let bought = async |party: &str, hundreds: &str, campaign: Option<&String>| {
        let by = json!({ "party_id": party, "campaign_id": campaign });
        contracts::signed(world, hundreds, by).await
    };
    bought(&first, "1", Some(&before)).await;
    bought(&second, "1", None).await;
    bought(&maker(world, "长江").await, "1", None).await;
    let campaigns = |id: &str| json!([{ "campaign_id": id, "stage": "growth_and_retention" }]);
    let previous = programme(world, json!({ "campaigns": campaigns(&before) })).await;
    let members = json!({ "starts_on": "2026-01-03", "campaigns": campaigns(&now),
        "previous_id": previous.id() });
    let made = programme(world, members).await;
    world.pass(TimeDelta::days(4)).await;
    let source = code(world, "02", json!({ "campaign_id": now })).await;
    let touch = json!({ "event_id": "e-1", "kind": "delivered", "source_code": source.json["code"],
        "party_id": first, "occurred_at": "2026-01-04T01:00:00Z" });
    let batch = json!({ "source": "mailer", "touches": [touch] });
    world.admin.post("/v1/touches", batch).await.expect(201);
    let contract = bought(&first, "5", Some(&now)).await;
    let spent = json!({ "campaign_id": now, "amount": yuan("150.00") });
    world.admin.post("/v1/campaign-expenses", spent).await.expect(201);
    let value = async || world.admin.get(own(&made, "/value")).await.expect(200).json;
    let told = value().await;
    // Nobody knows what the contract costs, so it has no margin.
    assert_eq!((&told["contracts_without_cost"], &told["margin"]), (&json!(1), &yuan("0.00")));
    assert_eq!(told["profit"], yuan("-150.00"));
    let bought = json!({ "kind": "purchase", "reference": "P-1", "amount": yuan("200.00") });
    let links = format!("/v1/contracts/{}/execution-links", contract.id());
    world.admin.post(links, bought).await.expect(201);
    let value = value().await;
    assert_eq!((&value["contract_amount"], &value["cost"]), (&yuan("500.00"), &yuan("150.00")));
    // 500 less the 200 that were bought for it, less the 150 that the media have cost.
    assert_eq!((&value["contracts_without_cost"], &value["margin"]), (&json!(0), &yuan("300.00")));
    assert_eq!(value["profit"], yuan("150.00"));
    let retention = &value["retention"];
    assert_eq!(retention["touched"], rate("1.0000", 1, 1));
    assert_eq!(retention["untouched"], rate("0.0000", 0, 2));
    assert_eq!(value["previous_contract_amount"], yuan("100.00"));
    assert_eq!(value["growth"]["value"], "4.0000");
    let rights = [("programmes", "read", "all")];
    let (reader, _) = world.person(&rights, None).await;
    let hidden = reader.get(own(&made, "/value")).await.expect(200).json;
    assert_eq!((&hidden["profit"], &hidden["growth"]), (&Json::Null, &Json::Null));
}
