//! Targets: what is reached of them, where they lead, and what models propose.

use super::{
    Funnel, again, days_pass, summary,
    targets::{act, along, figure, own, product, target, user, won},
    with, yuan,
};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    s_72_what_was_reached_stands_against_the_target,
    s_51_each_target_counts_what_is_its_own,
    s_51_margins_are_those_of_accepted_quotes,
    s_62_a_run_rate_leads_somewhere,
    s_66_models_propose_from_history,
    s_67_a_season_spreads_the_year,
    s_74_a_target_far_from_the_likely_is_told,
    s_77_open_opportunities_and_prospects_close_the_gap,
    what_is_hidden_is_in_no_attainment,
];

pub(super) async fn attained(client: &Client, target: &Answer, query: &str) -> Answer {
    client.get(format!("{}/attainment{query}", own(target))).await.expect(200)
}

pub(super) async fn impose(client: &Client, target: &Answer) {
    act(client, target, "impose", json!({ "argument": "定了" })).await.expect(200);
}

async fn s_72_what_was_reached_stands_against_the_target(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    for (day, amount) in [("2025-03-01", "500.00"), ("2025-11-30", "300.00")] {
        won(&world.admin, &funnel, day, amount, json!({})).await;
    }
    let members = json!({ "period": "2025", "amount": yuan("1000.00") });
    let last = target(&world.admin, members).await;
    let year = target(&world.admin, json!({ "amount": yuan("1200.00") })).await;
    let before = attained(&world.admin, &year, "").await;
    assert_eq!(before.json["target_growth"], Json::Null, "last year's is only proposed");
    assert_eq!(
        (&before.json["attainment"]["value"], &before.json["counts"]),
        (&json!("0.0000"), &json!(false))
    );
    impose(&world.admin, &last).await;
    impose(&world.admin, &year).await;
    let last = attained(&world.admin, &last, "").await.json;
    assert_eq!((&last["growth"]["value"], &last["last_year_target"]), (&Json::Null, &Json::Null));
    days_pass(world, 72).await;
    let admin = &again(world).await;
    won(admin, &funnel, "2026-01-31", "900.00", json!({})).await;
    act(admin, &year, "split", json!({ "by": "quarter", "weights": ["3", "1", "1", "1"] }))
        .await
        .expect(200);
    let now = attained(admin, &year, "?by=quarter").await.json;
    let value = |member: &str| now[member]["value"].clone();
    assert_eq!(value("attainment"), "0.7500");
    assert_eq!(value("growth"), "0.1250");
    assert_eq!(value("target_growth"), "0.2000");
    // 14 March is the 73rd day.
    assert_eq!(
        (value("elapsed"), &now["elapsed"]["denominator"]),
        (json!("0.2000"), &json!("365"))
    );
    assert_eq!((&now["remaining"], &now["counts"]), (&yuan("300.00"), &json!(true)));
    assert_eq!(now["last_year_target"], yuan("1000.00"));
    let first = &now["parts"][0];
    assert_eq!(
        (&first["member"], &first["target"], &first["actual"]),
        (&json!("2026-Q1"), &yuan("600.00"), &yuan("900.00"))
    );
    assert_eq!(first["attainment"]["value"], "1.5000");
    let past = attained(admin, &year, "?as_of=2026-01-15T00:00:00Z").await.json;
    assert_eq!(past["attainment"]["value"], "0.0000", "it was told later");
    let path = format!("{}/attainment", own(&year));
    admin.get(format!("{path}?by=rep")).await.refused(422, "not_divided");
    admin.get(format!("{path}?as_of=2027-01-01T00:00:00Z")).await.refused(400, "bad_parameter");
    admin.get(format!("{path}?q=1")).await.refused(400, "unknown_parameter");
}

async fn s_51_each_target_counts_what_is_its_own(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let body = json!({ "name": "华东", "kind": "department" });
    let unit = admin.post("/v1/org-units", body).await.expect(201).id();
    let (ann, ben) =
        (user(world, json!({ "org_unit_id": unit })).await, user(world, json!({})).await);
    let team = json!({ "name": "大客户", "members": [{ "user_id": ben }] });
    let team = admin.post("/v1/teams", team).await.expect(201).id();
    let gtx = product(world).await;
    let dealer = super::party(admin, "经销", &["dealer"]).await;
    let day = "2025-06-01";
    won(admin, &funnel, day, "100.00", json!({ "owner_id": ann, "product_id": gtx })).await;
    won(admin, &funnel, day, "50.00", json!({ "owner_id": ben, "party_id": dealer })).await;
    // Shared to the cent, and in another currency by the rate of its day.
    let shared = json!({ "owner_id": ann, "collaborators": [
        { "user_id": ann, "role": "lead", "split": "0.3333" },
        { "user_id": ben, "role": "presales", "split": "0.6667" }] });
    won(admin, &funnel, day, "10.01", shared).await;
    let rate = json!({ "base": "USD", "quote": "CNY", "rate": "7", "valid_on": "2025-01-01" });
    admin.post("/v1/exchange-rates", json!({ "rates": [rate] })).await.expect(200);
    let dollars = json!({ "owner_id": ben, "amount": { "amount": "1.50", "currency": "USD" } });
    won(admin, &funnel, day, "1.00", dollars).await;
    let at = json!({ "period": "2025", "amount": yuan("100.00") });
    let reached = async |members: Json| {
        let made = target(admin, with(at.clone(), members)).await;
        figure(&attained(admin, &made, "").await.json["actual"])
    };
    assert_eq!(reached(json!({})).await, "170.51");
    assert_eq!(reached(json!({ "level": "unit", "org_unit_id": unit })).await, "103.34");
    assert_eq!(reached(json!({ "level": "rep", "rep_id": ann })).await, "103.34");
    assert_eq!(reached(json!({ "level": "rep", "rep_id": ben })).await, "67.17");
    assert_eq!(reached(json!({ "level": "team", "team_id": team })).await, "67.17");
    assert_eq!(reached(json!({ "product_id": gtx })).await, "100.00");
    assert_eq!(reached(json!({ "level": "channel", "dealer_id": dealer })).await, "50.00");
    let count = json!({ "metric": "count", "period": "2025", "amount": null, "quantity": 8 });
    let count = target(admin, count).await;
    let told = attained(admin, &count, "").await.json;
    assert_eq!((&told["actual"], &told["attainment"]["value"]), (&json!(4), &json!("0.5000")));
    // Along a dimension the parts are what each of them reached.
    let all = target(admin, json!({ "metric": "amount", "period": "2025-H1" })).await;
    let members = json!([{ "id": ann }, { "id": ben }]);
    act(admin, &all, "allocate", json!({ "dimension": "rep", "members": members }))
        .await
        .expect(200);
    let parts = attained(admin, &all, "?by=rep").await.json["parts"].clone();
    let of = |at: usize| figure(&parts[at]["actual"]);
    assert_eq!((of(0), of(1)), ("103.34".to_owned(), "67.17".to_owned()));
    assert_eq!(along(admin, &all, "rep").await, ["500.00", "500.00"]);
}

async fn s_51_margins_are_those_of_accepted_quotes(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let gtx = super::quotes::product(world, Some("100.00"), Some("60.00")).await;
    for known in [true, false] {
        let made = funnel.opportunity(admin, json!({ "amount": yuan("5.00") })).await;
        if known {
            let line = super::quotes::line(&gtx, "3", json!({}));
            let quote = super::quotes::quote(admin, &made, json!({ "lines": [line] })).await;
            for verb in ["send", "accept"] {
                super::quotes::act(admin, &quote, verb).await.expect(200);
            }
        }
        let path = format!("{}/win", super::path(&made));
        admin.post(path, summary(&["price"], json!({}))).await.expect(200);
    }
    let year = target(admin, json!({ "metric": "margin", "amount": yuan("480.00") })).await;
    let told = attained(admin, &year, "").await.json;
    assert_eq!((&told["actual"], &told["without_margin"]), (&yuan("120.00"), &json!(1)));
    assert_eq!(told["attainment"]["value"], "0.2500");
}

async fn s_62_a_run_rate_leads_somewhere(world: &World) {
    days_pass(world, 37).await;
    let admin = &again(world).await;
    let funnel = Funnel::new(admin).await;
    won(admin, &funnel, "2026-02-03", "300.00", json!({})).await;
    // Of 28 days the 7th is a quarter.
    let month = target(admin, json!({ "period": "2026-02" })).await;
    let ahead = admin.get(format!("{}/projection", own(&month))).await.expect(200).json;
    assert_eq!(ahead["elapsed"]["value"], "0.2500");
    assert_eq!((&ahead["projected"], &ahead["run_rate"]), (&yuan("1200.00"), &yuan("1200.00")));
    assert_eq!(
        (&ahead["adjustment"], &ahead["change"]["value"]),
        (&yuan("200.00"), &json!("0.2000"))
    );
    let later = target(admin, json!({ "period": "2026-03" })).await;
    let ahead = admin.get(format!("{}/projection", own(&later))).await.expect(200).json;
    assert_eq!((&ahead["elapsed"]["value"], &ahead["projected"]), (&json!("0.0000"), &Json::Null));
}

async fn s_66_models_propose_from_history(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let month = target(admin, json!({ "period": "2026-01" })).await;
    let wish = |window: i64, factors: Json| json!({ "model": { "kind": "moving_average", "window": window }, "factors": factors });
    let none = act(admin, &month, "propose", wish(3, json!([]))).await;
    let refused = none.refused(422, "insufficient_history");
    assert_eq!(
        (&refused.json["params"]["held"], &refused.json["params"]["needed"]),
        (&json!(0), &json!(3))
    );
    for (day, amount) in
        [("2025-10-31", "100.00"), ("2025-11-01", "120.00"), ("2025-12-15", "140.00")]
    {
        won(admin, &funnel, day, amount, json!({})).await;
    }
    act(admin, &month, "propose", wish(4, json!([]))).await.refused(422, "insufficient_history");
    let told = act(admin, &month, "propose", wish(3, json!([]))).await.expect(200);
    assert_eq!(
        (&told.json["proposal"]["proposed"], &told.json["amount"]),
        (&yuan("120.00"), &yuan("1000.00"))
    );
    s_68_factors_follow_the_model(
        admin,
        &month,
        wish(
            3,
            json!([
        { "kind": "life_cycle", "multiplier": "1.1", "note": "成长期" },
        { "kind": "market", "multiplier": "0.5" }]),
        ),
    )
    .await;
    // More months, so that a back-test can tell how far it was off; and the best model is found.
    for (day, amount) in
        [("2023-11-05", "100.00"), ("2024-05-05", "90.00"), ("2024-12-05", "150.00")]
    {
        won(admin, &funnel, day, amount, json!({})).await;
    }
    let told = act(admin, &month, "propose", wish(3, json!([]))).await.expect(200);
    let test = &told.json["proposal"]["back_test"];
    assert_eq!(
        (&test["forecasts"], &test["mape"]),
        (&json!(12), &Json::Null),
        "months without sales"
    );
    assert!(test["wape"].as_str().is_some_and(|wape| wape.starts_with("1.")), "{test}");
    let auto = json!({ "model": { "kind": "auto" } });
    let told = act(admin, &month, "propose", auto).await.expect(200);
    assert!(told.json["proposal"]["back_test"]["forecasts"].as_i64() > Some(12));
    let year = json!({ "model": { "kind": "moving_average" }, "by": "year" });
    act(admin, &month, "propose", year).await.refused(422, "out_of_range");
}

async fn s_68_factors_follow_the_model(admin: &Client, month: &Answer, wish: Json) {
    let told = act(admin, month, "propose", wish).await.expect(200);
    let proposal = &told.json["proposal"];
    let figures: Vec<String> = proposal["factors"]
        .as_array()
        .expect("factors")
        .iter()
        .map(|step| figure(&step["figure"]))
        .collect();
    assert_eq!(figures, ["132.00", "66.00"]);
    assert_eq!((&proposal["proposed"], &proposal["final"]), (&yuan("120.00"), &yuan("66.00")));
    let me = admin.get("/v1/me").await.expect(200).id();
    assert_eq!(proposal["factors"][0]["author_id"], json!(me));
    assert_eq!(proposal["history"].as_array().expect("history").len(), 3);
    let kept = admin.get(own(month)).await.expect(200);
    assert_eq!(kept.json["proposal"], *proposal);
}

/// Two years of quarters.
async fn quarters(client: &Client, funnel: &Funnel) {
    let sold = ["80.00", "100.00", "120.00", "100.00", "120.00", "150.00", "180.00", "150.00"];
    for (at, amount) in sold.iter().enumerate() {
        let day = format!("{}-{:02}-15", 2024 + at / 4, 3 * (at % 4) + 2);
        won(client, funnel, &day, amount, json!({})).await;
    }
}

async fn s_67_a_season_spreads_the_year(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    quarters(admin, &funnel).await;
    let year = target(admin, json!({ "amount": yuan("800.00") })).await;
    let wish = |kind: &str, by: &str| json!({ "model": { "kind": kind }, "by": by });
    let told = act(admin, &year, "propose", wish("seasonal_index", "quarter")).await.expect(200);
    let proposal = &told.json["proposal"];
    assert_eq!(proposal["indices"], json!(["0.8", "1", "1.2", "1"]));
    let parts = |proposal: &Json| -> Vec<String> {
        let parts = proposal["parts"].as_array().expect("parts");
        parts.iter().map(|part| figure(&part["actual"])).collect()
    };
    assert_eq!(parts(proposal), ["160.00", "200.00", "240.00", "200.00"]);
    assert_eq!(
        (&proposal["parts"][0]["period"], &proposal["proposed"]),
        (&json!("2026-Q1"), &yuan("800.00"))
    );
    // As weights they divide it.
    let split = json!({ "by": "quarter", "weights": proposal["indices"] });
    act(admin, &year, "split", split).await.expect(200);
    assert_eq!(along(admin, &year, "quarter").await, ["160.00", "200.00", "240.00", "200.00"]);
    let growing =
        act(admin, &year, "propose", wish("last_year_growth", "quarter")).await.expect(200);
    assert_eq!(parts(&growing.json["proposal"]), ["180.00", "225.00", "270.00", "225.00"]);
    for kind in [
        "trend_and_season",
        "last_year",
        "holt_winters_additive",
        "holt_winters_multiplicative",
        "combined",
    ] {
        let told = act(admin, &year, "propose", wish(kind, "quarter")).await.expect(200);
        assert_eq!(told.json["proposal"]["model"], kind);
        assert_eq!(parts(&told.json["proposal"]).len(), 4, "{kind}");
    }
    let test = &growing.json["proposal"]["back_test"];
    assert_eq!(*test, Json::Null, "a model of two years cannot be tested on two years");
    let quarter = target(admin, json!({ "period": "2026-Q1" })).await;
    act(admin, &quarter, "propose", wish("seasonal_index", "quarter"))
        .await
        .refused(422, "no_season");
    act(admin, &year, "propose", wish("last_year_growth", "year")).await.expect(200);
    act(admin, &year, "propose", wish("trend_and_season", "year")).await.refused(422, "no_season");
}

async fn s_74_a_target_far_from_the_likely_is_told(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    quarters(admin, &funnel).await;
    let quarter = async |period: &str, amount: &str| {
        let made = target(admin, json!({ "period": period, "amount": yuan(amount) })).await;
        impose(admin, &made).await;
        made
    };
    let next = quarter("2026-Q1", "100000.00").await;
    let path = format!("{}/sanity", own(&next));
    for (period, amount) in [("2025-Q1", "120.00"), ("2025-Q2", "150.00"), ("2025-Q3", "200.00")] {
        quarter(period, amount).await;
    }
    admin.get(&path).await.refused(422, "insufficient_history");
    quarter("2025-Q4", "125.00").await;
    let told = admin.get(&path).await.expect(200).json;
    let past = told["past"].as_array().expect("past");
    let reached: Vec<&Json> = past.iter().map(|one| &one["attainment"]["value"]).collect();
    assert_eq!(reached, ["1.0000", "1.0000", "0.9000", "1.2000"]);
    assert_eq!(told["verdict"], "too_high");
    let minor =
        |member: &str| figure(&told[member]).replace('.', "").parse::<i64>().expect("minor");
    // The percentiles of 0.9, 1, 1, 1.2 are 0.915 and 1.17.
    let near = |member: &str, share: i64| {
        assert!((minor(member) * 1_000 - minor("forecast") * share).abs() <= 500, "{told}");
    };
    near("low", 915);
    near("high", 1_170);
    let low = json!({ "amount": yuan("1.00"), "reason": "market" });
    act(admin, &next, "reallocate", low).await.expect(200);
    assert_eq!(admin.get(&path).await.expect(200).json["verdict"], "too_low");
    let same = json!({ "amount": told["forecast"], "reason": "market" });
    act(admin, &next, "reallocate", same).await.expect(200);
    assert_eq!(admin.get(&path).await.expect(200).json["verdict"], "reasonable");
}

async fn s_77_open_opportunities_and_prospects_close_the_gap(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    won(admin, &funnel, "2025-12-01", "10000.00", json!({})).await;
    for _ in 0..3 {
        let lost = json!({ "stage_id": funnel.stage("lost"), "engaged_on": "2025-12-01",
            "closed_on": "2025-12-02", "amount": yuan("1.00") });
        funnel.opportunity(admin, with(lost, summary(&["price"], json!({})))).await;
    }
    let year = target(admin, json!({ "amount": yuan("100000.00") })).await;
    let plan = async || admin.get(format!("{}/gap-plan", own(&year))).await.expect(200).json;
    let none = plan().await;
    assert_eq!((&none["gap"], &none["new_prospects"]), (&yuan("100000.00"), &json!(40)));
    assert_eq!(
        (&none["mean_deal"], &none["win_rate"]["value"]),
        (&yuan("10000.00"), &json!("0.2500"))
    );
    let mut made = Vec::new();
    for (amount, probability) in [("200000.00", "0.1"), ("50000.00", "0.9"), ("60000.00", "0.6")] {
        let open = json!({ "amount": yuan(amount), "probability_override": probability });
        made.push(funnel.opportunity(admin, open).await.id());
    }
    let told = plan().await;
    let chosen = told["opportunities"].as_array().expect("opportunities").iter();
    let chosen: Vec<&str> = chosen.map(|one| one["id"].as_str().expect("an id")).collect();
    assert_eq!(chosen, [&made[1], &made[2], &made[0]]);
    assert_eq!((&told["expected"], &told["open"]), (&yuan("101000.00"), &yuan("0.00")));
    assert_eq!((&told["new_prospects_for_open"], &told["incomplete"]), (&json!(0), &json!(false)));
}

async fn what_is_hidden_is_in_no_attainment(world: &World) {
    let admin = &world.admin;
    let year = target(admin, json!({})).await;
    let path = format!("{}/attainment", own(&year));
    let (nobody, _) = world.person(&[("targets", "read", "all")], None).await;
    nobody.get(&path).await.refused(403, "forbidden");
    for (resource, hidden) in [("opportunities", "amount"), ("targets", "amount")] {
        let read = |one: &str| {
            let hidden: &[&str] = if one == resource { &[hidden] } else { &[] };
            json!({ "resource": one, "action": "read", "scope": "all", "hidden_fields": hidden })
        };
        let grants = json!([read("targets"), read("opportunities")]);
        let role = json!({ "name": format!("without {resource}"), "grants": grants });
        let role = admin.post("/v1/roles", role).await.expect(201).id();
        let (_, id) = world.person(&[], None).await;
        let user = admin.patch(format!("/v1/users/{id}"), json!({ "role_ids": [role] })).await;
        let email = user.expect(200).json["email"].as_str().expect("an address").to_owned();
        let reader = world.sign_in(&email).await.masked();
        reader.get(&path).await.refused(403, "forbidden");
        reader.get("/v1/reports/attainment").await.refused(403, "forbidden");
        let divided = reader.get(format!("{}/breakdown", own(&year))).await;
        assert_eq!(divided.status, if resource == "targets" { 403 } else { 200 });
    }
}
