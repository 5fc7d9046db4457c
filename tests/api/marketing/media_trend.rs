//! Whether media become dearer and are answered less.

use super::{code, media, running};
use crate::{
    contracts,
    sales::{party, yuan},
    workflow::work,
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    x_01_x_02_x_03_x_125_a_medium_becomes_dearer_and_is_answered_less,
    x_01_who_watches_a_medium_gets_one_task_once_it_costs_more_and_more,
    x_55_the_medium_by_which_a_relation_costs_least,
    x_96_expense_to_income_is_told_by_medium_list_and_code,
];

async fn x_01_x_02_x_03_x_125_a_medium_becomes_dearer_and_is_answered_less(world: &World) {
    world.pass(TimeDelta::days(78)).await;
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    let source = code(world, "02", json!({ "campaign_id": campaign })).await;
    let medium = source.json["medium_id"].clone();
    let months = [("2026-01", "100.00", 5), ("2026-02", "110.00", 4), ("2026-03", "121.00", 3)];
    for (at, (month, spent, answered)) in months.into_iter().enumerate() {
        let when = format!("{month}-10T04:00:00Z");
        // One names the medium, the others the code of it.
        let mut expense = json!({ "campaign_id": campaign, "amount": yuan(spent), "spent_on": format!("{month}-10") });
        match at {
            0 => expense["medium_id"] = medium.clone(),
            _ => expense["source_code_id"] = json!(source.id()),
        }
        world.admin.post("/v1/campaign-expenses", expense).await.expect(201);
        let touch = |number: usize, kind: &str| {
            json!({ "event_id": format!("{month}-{kind}-{number}"), "kind": kind, "source_code": "DB02086",
                "recipient": format!("r{number}@example.com"), "occurred_at": when })
        };
        let mut touches: Vec<Json> = (0..100).map(|number| touch(number, "delivered")).collect();
        touches.extend((0..2).map(|number| touch(number, "bought")));
        let batch = json!({ "source": "mailer", "touches": touches });
        world.admin.post("/v1/touches", batch).await.expect(201);
        for number in 0..answered {
            let answer = json!({ "campaign_id": campaign, "source_code": "DB02086", "channel": "email",
                "email": format!("r{number}@example.com"), "responded_at": when });
            world.admin.post("/v1/responses", answer).await.expect(201);
        }
    }
    let by = json!({ "source_code_id": source.id(), "campaign_id": campaign });
    contracts::signed(world, "1", by).await;
    let path = "/v1/reports/media-trend?month=2026-03";
    let found = world.admin.get(path).await.expect(200);
    assert_eq!(found.each("month"), ["2026-01", "2026-02", "2026-03"]);
    assert_eq!(found.each("code"), ["D", "D", "D"]);
    let values = |member: &str| {
        let all = found.each(member);
        all.iter().map(|one| one["value"].clone()).collect::<Vec<Json>>()
    };
    assert_eq!(found.each("contacts"), [100, 100, 100]);
    assert_eq!(values("cost_per_contact"), ["1.0000", "1.1000", "1.2100"]);
    assert_eq!(values("cost_per_contact_change"), [json!(null), json!("0.1000"), json!("0.1000")]);
    assert_eq!(values("response_rate"), ["0.0500", "0.0400", "0.0300"]);
    // In March a contract was signed beside what the machine tells.
    assert_eq!(found.each("buyers"), [2, 2, 3]);
    assert_eq!(values("conversion_rate"), ["0.4000", "0.5000", "1.0000"]);
    let revenue = found.each("revenue");
    assert_eq!(revenue[..2], [yuan("0.00"), yuan("0.00")]);
    assert_eq!(revenue[2], yuan("100.00"));
    assert_eq!(values("expense_to_revenue"), [json!(null), json!(null), json!("1.2100")]);
    let trend = &found.json["totals"]["media"][0];
    let flag = |figure: &str| trend[figure]["flag"].clone();
    assert_eq!(
        (flag("cost_per_contact"), flag("cost_per_response")),
        (json!("rising"), json!("rising"))
    );
    assert_eq!(
        (flag("response_rate"), flag("conversion_rate")),
        (json!("declining"), json!("rising"))
    );
    assert_eq!(flag("expense_to_revenue"), Json::Null, "two months have brought nothing");
    assert_eq!(trend["response_rate"]["slope"]["value"], "-0.0100");
    assert_eq!(found.json["totals"]["expense"], yuan("331.00"));
    let two = world.admin.get(format!("{path}&months=2")).await.expect(200);
    assert_eq!(two.each("month"), ["2026-02", "2026-03"]);
    world.admin.get(format!("{path}&months=1")).await.refused(400, "bad_parameter");
    // Who may not see all contracts does not learn what they come to.
    let rights =
        [("campaigns", "read", "all"), ("media", "read", "all"), ("contracts", "read", "own")];
    let (rep, _) = world.person(&rights, None).await;
    rep.get(path).await.refused(403, "forbidden");
}

async fn x_01_who_watches_a_medium_gets_one_task_once_it_costs_more_and_more(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    let source = code(world, "02", json!({ "campaign_id": campaign })).await;
    let medium = format!("/v1/media/{}", source.json["medium_id"].as_str().expect("an id"));
    let spend = async |amount: &str| {
        let expense = json!({ "campaign_id": campaign, "source_code_id": source.id(),
            "amount": yuan(amount) });
        world.admin.post("/v1/campaign-expenses", expense).await.expect(201);
        let by = json!({ "source_code_id": source.id(), "campaign_id": campaign });
        contracts::signed(world, "1", by).await;
    };
    // On the first of January, the first of February and the fourth of March: 20, 25 and 30 for 100.
    for (amount, days) in [("20.00", 31), ("25.00", 31), ("30.00", 31)] {
        spend(amount).await;
        world.pass(TimeDelta::days(days)).await;
    }
    let pass = async || while work(world).await > 0 {};
    let tasks = async |status: &str| {
        let path = format!("/v1/tasks?rule=media_trend&status={status}");
        world.admin.get(path).await.expect(200).data().clone()
    };
    let (_, user) = world.person(&[], None).await;
    let watch = async |members: Json| {
        let watched = world.admin.patch(&medium, members).await.expect(200);
        pass().await;
        watched
    };
    // In December nothing was sold, so four months do not rise.
    let watched = watch(json!({ "watched_by_id": user, "watched_months": 4 })).await;
    assert_eq!(watched.json["watched_months"], 4);
    assert!(tasks("open").await.is_empty());
    watch(json!({ "watched_months": 3 })).await;
    let open = tasks("open").await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["title"], "E-mail: E:R 0.2000 → 0.3000");
    assert_eq!((&open[0]["owner_id"], &open[0]["subject_type"]), (&json!(user), &json!("medium")));
    let note = "2026-01: 0.2000, 2026-02: 0.2500, 2026-03: 0.3000\n\
        /v1/reports/media-trend?month=2026-03&months=3";
    assert_eq!(open[0]["note"], note);
    // It is not called for twice, neither while it is open nor once it was done.
    world.pass(TimeDelta::days(1)).await;
    pass().await;
    assert_eq!(tasks("open").await, open);
    let complete = format!("/v1/tasks/{}/complete", open[0]["id"].as_str().expect("an id"));
    world.admin.post(complete, json!({})).await.expect(200);
    world.pass(TimeDelta::days(1)).await;
    pass().await;
    assert!(tasks("open").await.is_empty());
    // It rises in April too: another task, which nobody needs any more once nobody watches.
    spend("40.00").await;
    world.pass(TimeDelta::days(28)).await;
    pass().await;
    assert_eq!(tasks("open").await[0]["title"], "E-mail: E:R 0.2500 → 0.4000");
    watch(json!({ "watched_by_id": null })).await;
    assert!(tasks("open").await.is_empty());
    assert_eq!(tasks("cancelled").await.len(), 1);
    // Who may not read all contracts sets nobody on what they come to.
    let rights =
        [("media", "any", "all"), ("campaigns", "read", "all"), ("contracts", "read", "own")];
    let (rep, _) = world.person(&rights, None).await;
    rep.patch(&medium, json!({ "watched_by_id": user })).await.refused(403, "forbidden");
    let short = world.admin.patch(&medium, json!({ "watched_months": 1 })).await;
    assert_eq!(short.expect(422).findings()[0].0, "/watched_months");
}

async fn x_55_the_medium_by_which_a_relation_costs_least(world: &World) {
    world.pass(TimeDelta::days(78)).await;
    media(world).await;
    let community = world.admin.get("/v1/media?kind=community").await.expect(200);
    assert_eq!(community.each("code"), ["H"]);
    let campaign = running(world, json!({})).await.id();
    let spent = [
        ("C", "2026-02", "30.00"),
        ("C", "2026-03", "60.00"),
        ("D", "2026-03", "40.00"),
        ("H", "2026-03", "150.00"),
    ];
    for letter in ["C", "D", "H"] {
        let of = json!({ "medium": letter, "campaign_id": campaign });
        let medium = code(world, "02", of).await.json["medium_id"].clone();
        for (on, month, amount) in spent {
            if on != letter {
                continue;
            }
            let expense = json!({ "campaign_id": campaign, "amount": yuan(amount),
                "spent_on": format!("{month}-10"), "medium_id": medium });
            world.admin.post("/v1/campaign-expenses", expense).await.expect(201);
        }
    }
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let prospect = party(&world.admin, "远大", &["prospect"]).await;
    let buyer = party(&world.admin, "长城", &["customer"]).await;
    let supplier = party(&world.admin, "海天", &["supplier"]).await;
    let seen = [
        ("C", "2026-02", "visited", Some(&customer)),
        ("C", "2026-02", "clicked", Some(&customer)),
        ("C", "2026-02", "visited", Some(&prospect)),
        ("C", "2026-03", "visited", Some(&customer)),
        ("C", "2026-03", "visited", Some(&buyer)),
        // Neither a supplier nor somebody without a name is a relation.
        ("C", "2026-03", "visited", Some(&supplier)),
        ("C", "2026-03", "visited", None),
        // That something arrives and is looked at is no interaction.
        ("D", "2026-03", "delivered", Some(&customer)),
        ("D", "2026-03", "opened", Some(&customer)),
        ("H", "2026-02", "joined", Some(&customer)),
        ("H", "2026-02", "posted", Some(&customer)),
        ("H", "2026-03", "posted", Some(&prospect)),
    ];
    let touches = seen.into_iter().enumerate().map(|(at, (letter, month, kind, who))| {
        let mut touch = json!({ "event_id": format!("e-{at}"), "kind": kind,
            "source_code": format!("{letter}B02086"), "occurred_at": format!("{month}-10T04:00:00Z") });
        match who {
            Some(party) => touch["party_id"] = json!(party),
            None => touch["recipient"] = json!("somebody"),
        }
        touch
    });
    let batch = json!({ "source": "web", "touches": touches.collect::<Vec<Json>>() });
    let taken = world.admin.post("/v1/touches", batch).await.expect(201);
    assert_eq!(taken.json["batch"]["added"], 12);
    // An answer is an interaction too.
    let answer = json!({ "campaign_id": campaign, "source_code": "HB02086", "channel": "website",
        "party_id": buyer, "responded_at": "2026-03-10T04:00:00Z" });
    world.admin.post("/v1/responses", answer).await.expect(201);
    let path = "/v1/reports/media-trend?month=2026-03&months=2";
    let found = world.admin.get(path).await.expect(200);
    assert_eq!(found.each("code"), ["C", "C", "D", "D", "H", "H"]);
    assert_eq!(found.each("relations"), [2, 2, 0, 0, 1, 2]);
    let costs: Vec<Json> =
        found.each("cost_per_relation").iter().map(|one| one["value"].clone()).collect();
    let expected = json!(["15.0000", "30.0000", null, null, "0.0000", "75.0000"]);
    assert_eq!(json!(costs), expected);
    // Over both months each counts once, so that relations are fewer than those of the months together.
    let of_media: Vec<Json> = ["C", "D", "H"]
        .into_iter()
        .zip(found.json["totals"]["media"].as_array().expect("media"))
        .map(|(letter, medium)| {
            assert_eq!(medium["code"], letter);
            json!([
                medium["expense"]["amount"],
                medium["relations"],
                medium["cost_per_relation"]["value"],
                medium["cost_per_relation_rank"]
            ])
        })
        .collect();
    let expected =
        json!([["90.00", 3, "30.0000", 1], ["40.00", 0, null, null], ["150.00", 3, "50.0000", 2]]);
    assert_eq!(json!(of_media), expected);
}

/// The key of each row with what was spent, what was sold, and the one by the other.
fn ratios(found: &Answer) -> Vec<Json> {
    let row = |row: &Json| {
        json!([
            row["key"],
            row["expense"]["amount"],
            row["revenue"]["amount"],
            row["expense_to_revenue"]["value"],
            row["expense_to_revenue_as"]
        ])
    };
    found.data().iter().map(row).collect()
}

async fn x_96_expense_to_income_is_told_by_medium_list_and_code(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    let mail = code(world, "02", json!({ "campaign_id": campaign })).await;
    let site = code(world, "03", json!({ "medium": "C", "campaign_id": campaign })).await;
    // One names the code, one the medium alone, and one nothing.
    for (amount, by) in [
        ("20000.00", json!({ "source_code_id": mail.id() })),
        ("5000.00", json!({ "medium_id": site.json["medium_id"] })),
        ("1000.00", json!({})),
    ] {
        let expense = json!({ "campaign_id": campaign, "amount": yuan(amount) });
        let expense = crate::sales::with(expense, by);
        world.admin.post("/v1/campaign-expenses", expense).await.expect(201);
    }
    let by = json!({ "source_code_id": mail.id(), "campaign_id": campaign });
    contracts::signed(world, "1000", by).await;
    contracts::signed(world, "10", json!({})).await;
    let path = "/v1/reports/expense-to-revenue";
    let report = async |query: &str| world.admin.get(format!("{path}{query}")).await.expect(200);
    let found = report("").await;
    let expected = json!([
        ["D", "20000.00", "100000.00", "0.2000", "1:5"],
        ["C", "5000.00", "0.00", null, "1:0"],
        [null, "1000.00", "1000.00", "1.0000", "1:1"]
    ]);
    assert_eq!(json!(ratios(&found)), expected);
    assert_eq!(found.data()[2]["name"], "No medium");
    let totals = &found.json["totals"];
    assert_eq!((&totals["expense"], &totals["revenue"]), (&yuan("26000.00"), &yuan("101000.00")));
    assert_eq!(totals["expense_to_revenue"]["value"], "0.2574");
    // What names a medium only is of no list, test group or code.
    for (by, key) in [("list", "02"), ("test_group", "B"), ("source_code", "DB02086")] {
        let found = report(&format!("?by={by}")).await;
        let expected = json!([
            [key, "20000.00", "100000.00", "0.2000", "1:5"],
            [null, "6000.00", "1000.00", "6.0000", "1:0.17"]
        ]);
        assert_eq!(json!(ratios(&found)), expected, "{by}");
        assert_eq!(found.json["totals"], *totals, "{by}");
    }
    let own = report(&format!("?campaign_id={campaign}")).await;
    let totals = &own.json["totals"];
    assert_eq!((&totals["expense"], &totals["revenue"]), (&yuan("26000.00"), &yuan("100000.00")));
    let before = report("?to=2025-12-31").await;
    assert!(before.data().is_empty());
    let totals = &before.json["totals"];
    assert_eq!(
        (&totals["expense_to_revenue"]["value"], &totals["expense_to_revenue_as"]),
        (&Json::Null, &Json::Null)
    );
    let turned = format!("{path}?from=2026-01-02&to=2026-01-01");
    world.admin.get(turned).await.refused(400, "bad_parameter");
    let rights = [
        ("campaigns", "read", "all"),
        ("media", "read", "all"),
        ("source-codes", "read", "all"),
        ("contracts", "read", "own"),
    ];
    let (rep, _) = world.person(&rights, None).await;
    rep.get(path).await.refused(403, "forbidden");
}
