//! Internal analysis and external action: from a cell of a report to a list, to a campaign, to what it has changed, and
//! from its answers to the next list.

use super::{
    customers::{buys, customer},
    report, row, yuan,
};
use crate::marketing::campaign;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};
use std::collections::BTreeSet;

both_stores![
    d_78_a_list_has_exactly_the_customers_of_a_cell,
    d_78_what_counts_no_customers_is_no_list,
    d_78_a_list_needs_the_rights_of_its_report,
    d_73_every_customer_is_in_the_list_of_one_cell,
    d_79_d_80_d_81_x_61_a_campaign_is_held_against_those_it_left_alone,
    d_79_without_an_experiment_members_are_the_treated,
    d_82_the_next_list_is_made_of_the_answers,
    x_75_x_110_value_groups_are_held_against_what_they_should_be,
    k_23_customers_are_ranked_by_what_comes_back_for_what_is_spent,
];

async fn buy(world: &World, party: &str, day: &str, price: &str) {
    buys(world, party, day, price, json!({ "line": {}, "order": {} })).await;
}

/// A list of a cell, as it was answered.
async fn list(world: &World, body: Json) -> Answer {
    let mut wish = json!({ "name": "目标名单" });
    guanxi_kernel::input::merge(&mut wish, body);
    world.admin.post("/v1/segments/from-report", wish).await
}

/// The ids of the members of a segment.
async fn members(world: &World, segment: &Answer) -> BTreeSet<String> {
    let path = format!("/v1/segments/{}/members?limit=200", segment.id());
    let found = world.admin.get(path).await.expect(200);
    found.each("id").iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

fn ids(all: &[&String]) -> BTreeSet<String> {
    all.iter().copied().cloned().collect()
}

/// Ten customers who have bought for 450, 180, 100, 70, 60, 50, 40, 25, 15 and 10, the last without any role.
async fn ten(world: &World) -> Vec<String> {
    let amounts = ["450", "180", "100", "70", "60", "50", "40", "25", "15", "10"];
    let mut all = Vec::new();
    for (at, amount) in amounts.iter().enumerate() {
        let party = match at {
            9 => given::party(&world.admin, "无角色").await.id(),
            _ => customer(&world.admin, &format!("K-{at}")).await,
        };
        buy(world, &party, &format!("2025-12-{:02}", 31 - at), amount).await;
        all.push(party);
    }
    all
}

async fn d_78_a_list_has_exactly_the_customers_of_a_cell(world: &World) {
    let all = ten(world).await;
    let best = list(world, json!({ "report": "customer-deciles", "row": { "decile": "1" } })).await;
    let best = best.expect(201);
    assert_eq!((&best.json["kind"], &best.json["size"]), (&json!("list"), &json!(1)));
    assert_eq!(members(world, &best).await, ids(&[&all[0]]));
    let from = &best.json["from_report"];
    assert_eq!((&from["report"], &from["counted"]), (&json!("customer-deciles"), &json!(1)));
    assert_eq!(
        (&from["row"], &from["as_of"]),
        (&json!({ "decile": "1" }), &json!("2026-01-01T00:00:00Z"))
    );
    given::read_in_every_way(&world.admin, "segments", &best.id()).await;
    // Whatever their roles are: the last tenth has none.
    let last = json!({ "report": "customer-deciles", "row": { "decile": "10" } });
    let last = list(world, last).await.expect(201);
    assert_eq!(members(world, &last).await, ids(&[&all[9]]));
    // A class is a cell of the totals.
    let class = json!({ "report": "customer-deciles", "row": { "class": "A" } });
    assert_eq!(list(world, class).await.expect(201).json["size"], 4);
    // Every segment of the totals, and all of them together.
    let rfm = report(&world.admin, "rfm?months=12").await;
    let mut found = BTreeSet::new();
    for segment in rfm.json["totals"]["segments"].as_array().expect("segments") {
        let cell = json!({ "report": "rfm", "parameters": { "months": "12" },
            "row": { "segment": segment["segment"] } });
        let made = list(world, cell).await.expect(201);
        assert_eq!(made.json["size"], segment["customers"], "{segment}");
        let of = members(world, &made).await;
        assert_eq!(Some(of.len() as u64), segment["customers"].as_u64());
        assert!(found.is_disjoint(&of));
        found.extend(of);
    }
    assert_eq!(found, ids(&all.iter().collect::<Vec<_>>()));
    let whole = list(world, json!({ "report": "rfm" })).await.expect(201);
    assert_eq!(whole.json["size"], rfm.json["totals"]["customers"]);
    // The first of a ranking, and months since the last purchase.
    let first = list(world, json!({ "report": "customer-ranking", "first": 2 })).await.expect(201);
    assert_eq!(members(world, &first).await, ids(&[&all[0], &all[1]]));
    let recent = json!({ "report": "purchase-recency", "row": { "months_since_last": "0" },
        "column": "customers" });
    assert_eq!(list(world, recent).await.expect(201).json["size"], 10);
    // Rows that name customers are lists by themselves.
    let cell = json!({ "report": "customer-contribution", "row": { "low_value": "false" } });
    assert_eq!(list(world, cell).await.expect(201).json["size"], 10);
    // A list can be tried.
    let dry = world.admin.request("POST", "/v1/segments/from-report");
    let dry = dry.header("prefer", "dry-run").json(&json!({ "name": "试", "report": "rfm" }));
    dry.await.expect(201);
    // Leads that name a customer.
    for (name, source, party) in [
        ("宏图软件", "walk_in", Some(&all[0])),
        ("远大机械", "walk_in", Some(&all[1])),
        ("新华贸易", "phone_in", None),
    ] {
        let body =
            json!({ "kind": "organisation", "name": name, "source": source, "party_id": party });
        world.admin.post("/v1/leads", body).await.expect(201);
    }
    let cell = |source: &str, column: &str| json!({ "report": "prospect-sources", "row": { "source": source }, "column": column });
    let leads = list(world, cell("walk_in", "count")).await.expect(201);
    assert_eq!(members(world, &leads).await, ids(&[&all[0], &all[1]]));
    list(world, cell("phone_in", "count")).await.refused(422, "cell_is_no_list");
    list(world, cell("walk_in", "won")).await.refused(422, "cell_is_no_list");
}

async fn d_78_what_counts_no_customers_is_no_list(world: &World) {
    let nobody = json!({ "report": "rfm" });
    list(world, nobody).await.refused(422, "cell_is_no_list");
    ten(world).await;
    for (body, code) in [
        (json!({ "report": "nothing" }), "unknown_value"),
        (json!({ "report": "rfm", "row": { "colour": "red" } }), "unknown_value"),
        (json!({ "report": "rfm", "row": { "segment": "hibernating" } }), "cell_is_no_list"),
        (json!({ "report": "rfm", "column": "customers" }), "cell_is_no_list"),
        (
            json!({ "report": "customer-deciles", "row": { "decile": "1" }, "column": "amount" }),
            "cell_is_no_list",
        ),
        (json!({ "report": "prospect-holding" }), "cell_is_no_list"),
        (json!({ "report": "rfm", "first": 0 }), "validation_failed"),
    ] {
        list(world, body).await.refused(422, code);
    }
    let wrong = json!({ "report": "rfm", "parameters": { "months": "0" } });
    list(world, wrong).await.refused(400, "bad_parameter");
    let zh = world.admin.request("POST", "/v1/segments/from-report");
    let zh = zh.header("accept-language", "zh").json(&json!({ "name": "X", "report": "rfm",
        "row": { "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" } }));
    let zh = zh.await.refused(422, "cell_is_no_list");
    assert!(zh.json["detail"].as_str().is_some_and(|text| text.contains("无法生成名单")));
}

async fn d_78_a_list_needs_the_rights_of_its_report(world: &World) {
    ten(world).await;
    let wish = json!({ "name": "名单", "report": "rfm" });
    let (maker, _) =
        world.person(&[("segments", "any", "all"), ("parties", "read", "all")], None).await;
    maker.post("/v1/segments/from-report", wish.clone()).await.refused(403, "forbidden");
    let grants = [
        ("parties", "read", "all"),
        ("orders", "read", "all"),
        ("contracts", "read", "all"),
        ("segments", "read", "all"),
    ];
    let (reader, _) = world.person(&grants, None).await;
    reader.post("/v1/segments/from-report", wish.clone()).await.refused(403, "forbidden");
    // Who sees none of the customers counts none of them.
    let own = [
        ("parties", "read", "own"),
        ("orders", "read", "all"),
        ("contracts", "read", "all"),
        ("segments", "any", "all"),
    ];
    let (rep, _) = world.person(&own, None).await;
    rep.post("/v1/segments/from-report", wish.clone()).await.refused(422, "cell_is_no_list");
    let stranger = world.stranger().await;
    stranger.post("/v1/segments/from-report", wish).await.refused(422, "cell_is_no_list");
}

async fn d_73_every_customer_is_in_the_list_of_one_cell(world: &World) {
    let bought = ten(world).await;
    let prospect = customer(&world.admin, "K-prospect").await;
    let grid = report(&world.admin, "value-lifecycle").await;
    let mut found = BTreeSet::new();
    for cell in grid.data() {
        let row = json!({ "value_class": cell["value_class"], "phase": cell["phase"] });
        let wish = json!({ "report": "value-lifecycle", "row": row, "column": "customers" });
        let made = list(world, wish).await.expect(201);
        assert_eq!(made.json["size"], cell["customers"], "{cell}");
        let of = members(world, &made).await;
        assert!(found.is_disjoint(&of), "in one cell only");
        found.extend(of);
    }
    let mut all: Vec<&String> = bought.iter().collect();
    all.push(&prospect);
    assert_eq!(found, ids(&all));
    assert_eq!(grid.json["totals"]["customers"], 11);
}

/// A campaign of the last three months of 2025, with these members.
async fn autumn(world: &World, members: Json) -> Answer {
    let mut body = json!({ "starts_on": "2025-10-01", "ends_on": "2025-12-31" });
    guanxi_kernel::input::merge(&mut body, members);
    campaign(world, body).await
}

async fn lead(world: &World, campaign: &Answer, name: &str, party: Option<&String>) {
    let body = json!({ "kind": "organisation", "name": name, "source": "campaign",
        "campaign_id": campaign.id(), "party_id": party });
    world.admin.post("/v1/leads", body).await.expect(201);
}

async fn d_79_d_80_d_81_x_61_a_campaign_is_held_against_those_it_left_alone(world: &World) {
    let mut all = Vec::new();
    for at in 0..4 {
        all.push(customer(&world.admin, &format!("K-{at}")).await);
    }
    let arms = json!([{ "name": "留存", "share": "0.5000", "control": true },
        { "name": "触达", "share": "0.5000" }]);
    let body = json!({ "name": "复购对照", "seed": "s-1", "arms": arms });
    let experiment = world.admin.post("/v1/experiments", body).await.expect(201).id();
    let path = format!("/v1/experiments/{experiment}/assign");
    world.admin.post(path, json!({ "party_ids": all })).await.expect(200);
    let one = autumn(world, json!({ "purpose": "repurchase", "experiment_id": experiment })).await;
    let found = world.admin.get("/v1/campaigns?purpose=repurchase").await.expect(200);
    assert_eq!(found.each("id"), [json!(one.id())]);
    // Whoever is in the control is not addressed, whichever way members are added.
    let (mut treated, mut held_out) = (Vec::new(), Vec::new());
    let path = format!("/v1/campaigns/{}/campaign-members", one.id());
    for party in &all {
        let tried = world.admin.post(&path, json!({ "party_id": party })).await;
        if tried.status == 201 {
            treated.push(party.clone());
        } else {
            tried.refused(422, "held_out");
            held_out.push(party.clone());
        }
    }
    assert_eq!((treated.len(), held_out.len()), (2, 2));
    let select = format!("/v1/campaigns/{}/select-members", one.id());
    let said = world.admin.post(select, json!({})).await.expect(200).json;
    assert_eq!(
        (&said["considered"], &said["already_members"], &said["held_out"], &said["added"]),
        (&json!(4), &json!(2), &json!(2), &json!(0))
    );
    // The treated have grown from 100 to 130, the others from 100 to 110.
    for (party, day, price) in [
        (&treated[0], "2025-08-01", "80"),
        (&treated[0], "2025-10-02", "60"),
        (&treated[0], "2025-11-02", "20"),
        (&treated[1], "2025-09-01", "20"),
        (&treated[1], "2025-12-24", "50"),
        (&held_out[0], "2025-08-15", "50"),
        (&held_out[0], "2025-10-15", "110"),
        (&held_out[1], "2025-07-02", "50"),
    ] {
        buy(world, party, day, price).await;
    }
    lead(world, &one, "宏图软件", None).await;
    lead(world, &one, "远大机械", Some(&treated[0])).await;
    let told = report(&world.admin, &format!("campaign-effect?campaign_id={}", one.id())).await;
    let of = row(&told, "group", "treated");
    assert_eq!((&of["customers"], &of["retained"]), (&json!(2), &json!(2)));
    assert_eq!(
        (&of["retention"]["value"], &of["repeat_rate"]["value"]),
        (&json!("1.0000"), &json!("0.5000"))
    );
    assert_eq!((&of["amount_before"], &of["amount"]), (&yuan("100.00"), &yuan("130.00")));
    assert_eq!(of["amount_per_customer"], yuan("65.00"));
    let others = row(&told, "group", "hold_out");
    assert_eq!(
        (&others["retention"]["value"], &others["repeat_rate"]["value"]),
        (&json!("0.5000"), &json!("0.0000"))
    );
    let totals = &told.json["totals"];
    assert_eq!(
        (&totals["from"], &totals["until"], &totals["before_from"]),
        (&json!("2025-10-01"), &json!("2025-12-31"), &json!("2025-07-01"))
    );
    assert_eq!(
        (&totals["retention_difference"], &totals["repeat_difference"]),
        (&json!("0.5000"), &json!("0.5000"))
    );
    assert_eq!(
        (&totals["incremental_per_customer"], &totals["incremental"], &totals["lift"]),
        (&yuan("10.00"), &yuan("20.00"), &json!("0.2000"))
    );
    // 65 against 55 for each.
    assert_eq!(totals["uplift"]["value"], "0.1818");
    assert_eq!((&totals["leads"], &totals["new_prospects"]), (&json!(2), &json!(1)));
    assert_eq!(totals["purpose"], "repurchase");
    // From a cell of it the next list.
    let cell = json!({ "report": "campaign-effect", "parameters": { "campaign_id": one.id() },
        "row": { "group": "treated" }, "column": "repeaters" });
    let next = list(world, cell).await.expect(201);
    assert_eq!(members(world, &next).await, ids(&[&treated[0]]));
    for form in ["text/csv", "image/svg+xml"] {
        let path = format!("/v1/reports/campaign-effect?campaign_id={}", one.id());
        world.admin.get(path).header("accept", form).await.expect(200);
    }
    let none = "/v1/reports/campaign-effect?campaign_id=01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    world.admin.get(none).await.refused(400, "bad_parameter");
    world.admin.get("/v1/reports/campaign-effect").await.refused(400, "bad_parameter");
    // What is tried stays once it is carried out.
    for verb in ["submit", "start"] {
        world.admin.act(format!("/v1/campaigns/{}/{verb}", one.id())).await.expect(200);
    }
    let path = format!("/v1/campaigns/{}", one.id());
    let late = world.admin.patch(path, json!({ "experiment_id": null })).await;
    late.refused(409, "campaign_plan_fixed");
}

async fn d_79_without_an_experiment_members_are_the_treated(world: &World) {
    let one = autumn(world, json!({ "purpose": "acquire" })).await;
    let buyer = customer(&world.admin, "K-1").await;
    buy(world, &buyer, "2025-10-02", "30").await;
    let path = format!("/v1/campaigns/{}/campaign-members", one.id());
    world.admin.post(path, json!({ "party_id": buyer })).await.expect(201);
    lead(world, &one, "宏图软件", None).await;
    let told = report(&world.admin, &format!("campaign-effect?campaign_id={}", one.id())).await;
    assert_eq!(told.each("customers"), [1, 0]);
    let totals = &told.json["totals"];
    assert_eq!((&totals["new_prospects"], &totals["purpose"]), (&json!(1), &json!("acquire")));
    for figure in ["incremental", "incremental_per_customer", "lift", "retention_difference"] {
        assert_eq!(totals[figure], Json::Null, "{figure}");
    }
    assert_eq!(totals["uplift"]["value"], Json::Null);
    assert_eq!(row(&told, "group", "hold_out")["amount_per_customer"], Json::Null);
}

async fn d_82_the_next_list_is_made_of_the_answers(world: &World) {
    let one = campaign(world, json!({ "purpose": "loyalty" })).await;
    let mut all = Vec::new();
    for at in 0..4 {
        all.push(customer(&world.admin, &format!("K-{at}")).await);
    }
    let own = format!("/v1/campaigns/{}", one.id());
    for party in &all[..3] {
        let member = json!({ "party_id": party });
        world.admin.post(format!("{own}/campaign-members"), member).await.expect(201);
    }
    // One member answers twice, one customer unasked, and somebody whom nobody knows.
    for who in [
        json!({ "party_id": all[0] }),
        json!({ "party_id": all[0] }),
        json!({ "party_id": all[3] }),
        json!({ "phone": "13800138009" }),
    ] {
        let mut answer = json!({ "channel": "call" });
        guanxi_kernel::input::merge(&mut answer, who);
        world.admin.post(format!("{own}/responses"), answer).await.expect(201);
    }
    let told = world.admin.get(format!("{own}/campaign-members")).await.expect(200);
    let answered = told.data().iter().filter(|one| one["responded_at"].is_string()).count();
    assert_eq!(answered, 1, "the answer is told to the member");
    let make = async |choice: &str| {
        let wish = json!({ "name": choice, "campaign_id": one.id(), "choice": choice });
        world.admin.post("/v1/segments/from-responses", wish).await.expect(201)
    };
    let (yes, no, both) =
        (make("responders").await, make("non_responders").await, make("both").await);
    assert_eq!(members(world, &yes).await, ids(&[&all[0], &all[3]]));
    assert_eq!(members(world, &no).await, ids(&[&all[1], &all[2]]));
    assert_eq!(members(world, &both).await.len(), 4);
    for list in [&yes, &no, &both] {
        let told = &list.json["from_responses"];
        let of = |name: &str| told[name].as_i64().expect(name);
        assert_eq!(of("responders") + of("non_responders"), 4);
        assert_eq!(of("members"), of("non_responders") + of("responders") - of("unasked"));
        assert_eq!((of("members"), of("unasked")), (3, 1));
    }
    assert_eq!(both.json["size"], 4);
    // The next throw.
    let next = campaign(world, json!({ "name": "第二轮" })).await;
    let path = format!("/v1/campaigns/{}/select-members", next.id());
    let said = world.admin.post(&path, json!({ "segment_id": no.id() })).await.expect(200).json;
    assert_eq!((&said["considered"], &said["added"]), (&json!(2), &json!(2)));
    let nothing = json!({ "segment_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
    world.admin.post(path, nothing).await.refused(422, "unknown_reference");
    let wish = json!({ "name": "X", "campaign_id": one.id(), "choice": "both" });
    let stranger = world.stranger().await;
    stranger.post("/v1/segments/from-responses", wish).await.refused(404, "not_found");
}

async fn x_75_x_110_value_groups_are_held_against_what_they_should_be(world: &World) {
    let all = ten(world).await;
    // A year earlier the second was the best, and the first nobody.
    buy(world, &all[1], "2024-12-01", "900").await;
    buy(world, &all[2], "2024-06-01", "10").await;
    let told = report(&world.admin, "value-groups").await;
    assert_eq!(told.each("group"), [5, 4, 3, 2, 1]);
    let count = |row: &Json| row["customers"].as_i64().expect("a count");
    assert_eq!(told.data().iter().map(count).sum::<i64>(), 10);
    assert_eq!(told.json["totals"]["customers"], 10);
    // Limits do not overlap, so each customer is in one.
    let limits: Vec<(i64, i64)> = told
        .data()
        .iter()
        .filter(|row| count(row) > 0)
        .map(|row| {
            let of = |name: &str| row[name].as_str().and_then(|text| text.parse().ok());
            (of("least_score").expect("a score"), of("greatest_score").expect("a score"))
        })
        .collect();
    assert!(limits.windows(2).all(|pair| pair[0].0 > pair[1].1), "{limits:?}");
    let best = row(&told, "group", 5);
    let checks = best["checks"].as_array().expect("checks");
    let kinds: Vec<&Json> = checks.iter().map(|one| &one["check"]).collect();
    assert_eq!(kinds, [&json!("size"), &json!("stability"), &json!("spread")]);
    assert_eq!(checks[0]["limit"], "0.05");
    // Nobody else has bought the year before, so few have stayed where they were.
    let weak = told.json["totals"]["weak_groups"].as_array().expect("groups");
    for row in told.data() {
        assert_eq!(row["weak"] == true, weak.contains(&row["group"]), "{row}");
        let lacks = row["checks"].as_array().expect("checks");
        assert_eq!(row["weak"] == true, lacks.iter().any(|one| one["passed"] == false));
    }
    let strict = report(&world.admin, "value-groups?min_share=1").await;
    assert_eq!(strict.json["totals"]["weak_groups"].as_array().map(Vec::len), Some(5));
    let mut found = BTreeSet::new();
    for row in told.data().iter().filter(|row| count(row) > 0) {
        let group = row["group"].to_string();
        let cell = json!({ "report": "value-groups", "row": { "group": group } });
        let made = list(world, cell).await.expect(201);
        assert_eq!(made.json["size"], row["customers"]);
        found.extend(members(world, &made).await);
    }
    assert_eq!(found.len(), 10);
    // By several angles.
    let by = "value-groups?by=composite&weights=revenue:0.6,recency:0.4";
    let composite = report(&world.admin, by).await;
    assert_eq!(composite.data().iter().map(count).sum::<i64>(), 10);
    // The second has bought most by now, and second most lately: 0.6 × 1 + 0.4 × 8/9.
    assert_eq!(row(&composite, "group", 5)["greatest_score"], "0.9556");
    world.admin.get("/v1/reports/value-groups?by=composite").await.refused(400, "bad_parameter");
}

async fn k_23_customers_are_ranked_by_what_comes_back_for_what_is_spent(world: &World) {
    let admin = &world.admin;
    for (code, price, spent) in
        [("K-1", "1000", Some("500.00")), ("K-2", "300", Some("50.00")), ("K-3", "9000", None)]
    {
        let party = customer(admin, code).await;
        buy(world, &party, "2025-11-01", price).await;
        let Some(spent) = spent else { continue };
        let visit = json!({ "kind": "visit", "subject": "拜访", "party_id": party,
            "starts_at": "2025-12-01T02:00:00Z", "duration_minutes": 60 });
        let visit = admin.post("/v1/activities", visit).await.expect(201).id();
        let spent =
            json!({ "category": "travel", "amount": yuan(spent), "spent_on": "2025-12-01" });
        admin.post(format!("/v1/activities/{visit}/expenses"), spent).await.expect(200);
    }
    let told = report(admin, "customer-contribution?by=return_on_effort").await;
    assert_eq!(told.each("code"), ["K-2", "K-1", "K-3"]);
    let values: Vec<Json> =
        told.data().iter().map(|row| row["return_on_effort"]["value"].clone()).collect();
    assert_eq!(values, [json!("5.0000"), json!("1.0000"), Json::Null], "nothing spent, no value");
}
