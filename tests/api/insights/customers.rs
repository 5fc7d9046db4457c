//! What customers are worth, as reports on purchases tell it.

use super::{report, row, yuan};
use crate::contracts::signed;
use guanxi_tests::{Client, Json, World, both_stores, json};

both_stores![
    d_66_d_69_purchases_are_scored_and_converted,
    d_69_each_amount_has_the_rate_of_its_day_and_what_comes_back_reduces_it,
    d_69_orders_and_contracts_in_several_currencies_come_together,
    d_66_equal_customers_are_in_the_order_of_their_codes,
    d_70_d_71_tenths_of_the_customers_are_held_against_rules_of_thumb,
    d_72_months_since_the_last_purchase_add_up,
    k_34_k_33_k_32_old_purchases_count_less_and_former_key_accounts_are_found,
    k_13_k_22_k_23_what_is_left_of_what_customers_bought,
    k_31_customers_at_the_end_are_those_of_the_beginning_and_who_came_less_who_went,
    k_24_k_25_every_customer_is_in_one_phase,
    k_15_k_16_k_19_the_limits_of_phases_are_those_of_the_company,
    k_14_few_purchases_make_a_value_uncertain,
    k_36_sales_are_split_by_the_mode_of_the_channel,
];

/// A customer of that number.
pub(super) async fn customer(client: &Client, code: &str) -> String {
    let body = json!({ "kind": "organisation", "name": code, "code": code, "roles": ["customer"] });
    client.post("/v1/parties", body).await.expect(201).id()
}

/// A purchase of one thing at noon of a day in Shanghai.
pub(super) async fn buys(world: &World, party: &str, day: &str, price: &str, more: Json) {
    let mut line = json!({ "sku": "A", "quantity": "1", "unit_price": price });
    let mut body = json!({ "source": "shop", "reference": format!("{}", world.next()),
        "party_id": party, "placed_at": format!("{day}T04:00:00Z") });
    guanxi_kernel::input::merge(&mut line, more["line"].clone());
    guanxi_kernel::input::merge(&mut body, more["order"].clone());
    body["lines"] = json!([line]);
    world.admin.post("/v1/orders", body).await.expect(201);
}

async fn buy(world: &World, party: &str, day: &str, price: &str) {
    buys(world, party, day, price, json!({ "line": {}, "order": {} })).await;
}

async fn d_66_d_69_purchases_are_scored_and_converted(world: &World) {
    // Today is the first of January 2026.
    let [a, b] = [customer(&world.admin, "K-A").await, customer(&world.admin, "K-B").await];
    buy(world, &a, "2025-12-31", "100").await;
    buy(world, &a, "2025-10-01", "50").await;
    buy(world, &b, "2025-06-30", "70").await;
    let rate = json!({ "base": "USD", "quote": "CNY", "valid_on": "2025-06-01", "rate": "7" });
    world.admin.post("/v1/exchange-rates", json!({ "rates": [rate] })).await.expect(200);
    let dollars = json!({ "line": {}, "order": { "currency": "USD" } });
    buys(world, &b, "2025-07-01", "10", dollars).await;
    let found = report(&world.admin, "rfm").await;
    let first = row(&found, "code", "K-A");
    assert_eq!((&first["recency_days"], &first["months_since_last"]), (&json!(1), &json!(0)));
    assert_eq!((&first["frequency"], &first["monetary"]), (&json!(2), &yuan("150.00")));
    let second = row(&found, "code", "K-B");
    assert_eq!(
        (&second["last_purchase_on"], &second["months_since_last"]),
        (&json!("2025-07-01"), &json!(6))
    );
    assert_eq!((&second["monetary"], &second["frequency"]), (&yuan("140.00"), &json!(2)));
    assert_eq!((&first["r"], &second["r"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&first["f"], &second["f"]),
        (&json!(2), &json!(2)),
        "equal figures get the better one"
    );
    let apart = report(&world.admin, "rfm?ties=apart").await;
    assert_eq!(row(&apart, "code", "K-A")["f"], 1);
    let fixed =
        "rfm?recency_limits=7,30,90,365&frequency_limits=1,2,3,4&monetary_limits=100,145,200,300";
    let fixed = report(&world.admin, fixed).await;
    let cells =
        [row(&fixed, "code", "K-A")["cell"].clone(), row(&fixed, "code", "K-B")["cell"].clone()];
    assert_eq!(cells, [json!("533"), json!("232")]);
    let months = report(&world.admin, "rfm?recency_in=months&recency_limits=0,1,3,6").await;
    assert_eq!(["K-A", "K-B"].map(|code| row(&months, "code", code)["r"].clone()), [5, 2]);
    let of_two = &months.json["totals"]["thresholds"][1];
    assert_eq!(
        (&of_two["measure"], &of_two["score"], &of_two["least"], &of_two["customers"]),
        (&json!("r"), &json!(2), &json!("6"), &json!(1))
    );
    let wrong = world.admin.get("/v1/reports/rfm?frequency_limits=4,3,2,1").await;
    wrong.refused(400, "bad_parameter");
    // As it was on the first of November, and only what was bought in a month.
    let then = "as_of=2025-11-01T00:00:00Z&known_at=2026-01-01T00:00:00Z";
    let then = report(&world.admin, &format!("rfm?{then}&party_id={a}")).await;
    assert_eq!((then.data().len(), &then.data()[0]["monetary"]), (1, &yuan("50.00")));
    assert_eq!(report(&world.admin, "rfm?months=1").await.json["totals"]["customers"], 1);
    assert_eq!(
        report(&world.admin, "rfm?as_of=2025-11-01T00:00:00Z").await.data().len(),
        0,
        "nobody knew"
    );
    // A signed contract is a purchase, and none any more once it is cancelled.
    let contract = signed(world, "10", json!({})).await;
    let found = report(&world.admin, "rfm").await;
    let party = row(&found, "party_id", contract.json["party_id"].clone());
    assert_eq!((&party["monetary"], &party["recency_days"]), (&yuan("1000.00"), &json!(0)));
    assert_eq!(found.json["totals"]["monetary"], yuan("1290.00"));
    crate::contracts::act(&world.admin, &contract, "cancel").await.expect(200);
    assert_eq!(report(&world.admin, "rfm").await.json["totals"]["customers"], 2);
    for form in ["text/csv", "image/svg+xml"] {
        let drawn = world.admin.get("/v1/reports/rfm").header("accept", form).await.expect(200);
        assert!(drawn.text.contains("K-A"), "{}", drawn.text);
    }
}

async fn d_69_each_amount_has_the_rate_of_its_day_and_what_comes_back_reduces_it(world: &World) {
    let customer = customer(&world.admin, "K-A").await;
    let rate = |day: &str, rate: &str| json!({ "base": "USD", "quote": "CNY", "valid_on": day, "rate": rate });
    let rates = json!({ "rates": [rate("2025-06-01", "7"), rate("2025-09-01", "8")] });
    world.admin.post("/v1/exchange-rates", rates).await.expect(200);
    buy(world, &customer, "2025-12-01", "100").await;
    let back = json!({ "line": { "quantity": "-1" }, "order": {} });
    buys(world, &customer, "2025-12-10", "30", back).await;
    let monetary = async || {
        let found = report(&world.admin, "rfm").await;
        row(&found, "code", "K-A")["monetary"].clone()
    };
    assert_eq!(monetary().await, yuan("70.00"));
    // Bought at seven, and given back at eight.
    let dollars = json!({ "line": {}, "order": { "currency": "USD" } });
    buys(world, &customer, "2025-07-01", "10", dollars).await;
    assert_eq!(monetary().await, yuan("140.00"));
    let back = json!({ "line": { "quantity": "-1" }, "order": { "currency": "USD" } });
    buys(world, &customer, "2025-10-01", "5", back).await;
    assert_eq!(monetary().await, yuan("100.00"));
    let bought = report(&world.admin, "rfm?returns=ignore").await;
    assert_eq!(row(&bought, "code", "K-A")["monetary"], yuan("170.00"));
    assert_eq!(row(&bought, "code", "K-A")["frequency"], 2, "what comes back is no purchase");
}

async fn d_69_orders_and_contracts_in_several_currencies_come_together(world: &World) {
    let contract = signed(world, "10", json!({})).await;
    let party = contract.json["party_id"].as_str().expect("a customer");
    // Others before and behind it have bought in one currency only, or in another one only.
    let [first, last] = [customer(&world.admin, "A").await, customer(&world.admin, "Z").await];
    let rate = |base: &str, rate: &str| json!({ "base": base, "quote": "CNY", "valid_on": "2025-06-01", "rate": rate });
    let rates = json!({ "rates": [rate("USD", "7"), rate("EUR", "8")] });
    world.admin.post("/v1/exchange-rates", rates).await.expect(200);
    let other = |currency: &str| json!({ "line": {}, "order": { "currency": currency } });
    buy(world, party, "2025-11-30", "100").await;
    buys(world, party, "2025-12-01", "10", other("USD")).await;
    buys(world, party, "2025-12-01", "1", other("EUR")).await;
    buy(world, &first, "2025-12-02", "5").await;
    buys(world, &last, "2025-12-03", "3", other("USD")).await;
    let found = report(&world.admin, "rfm").await;
    let figures = |party: &str| {
        let row = row(&found, "party_id", party);
        ["monetary", "frequency", "last_purchase_on"].map(|member| row[member].clone())
    };
    assert_eq!(figures(party), [yuan("1178.00"), json!(4), json!("2026-01-01")]);
    assert_eq!(figures(&first), [yuan("5.00"), json!(1), json!("2025-12-02")]);
    assert_eq!(figures(&last), [yuan("21.00"), json!(1), json!("2025-12-03")]);
    assert_eq!(found.json["totals"]["monetary"], yuan("1204.00"));
    assert_eq!(found.json["exchange_rates"].as_array().map(Vec::len), Some(2), "{}", found.text);
    let found = report(&world.admin, "customer-contribution").await;
    assert_eq!(row(&found, "party_id", party)["revenue"], yuan("1178.00"));
    let found = report(&world.admin, "customer-value").await;
    assert_eq!(row(&found, "party_id", party)["purchase_count"], 4);
    assert_eq!(row(&found, "party_id", last)["last_amount"], yuan("21.00"));
}

async fn d_66_equal_customers_are_in_the_order_of_their_codes(world: &World) {
    // By bytes: capital letters are before small ones, whatever the language of the store.
    let nobody = json!({ "kind": "organisation", "name": "N", "roles": ["customer"] });
    let nobody = world.admin.post("/v1/parties", nobody).await.expect(201).id();
    buy(world, &nobody, "2025-12-01", "10").await;
    for code in ["b-2", "a-3", "A-1"] {
        buy(world, &customer(&world.admin, code).await, "2025-12-01", "10").await;
    }
    let order = [json!("A-1"), json!("a-3"), json!("b-2"), Json::Null];
    for query in ["rfm?ties=apart", "customer-contribution", "customer-value"] {
        assert_eq!(report(&world.admin, query).await.each("code"), order, "{query}");
    }
    let apart = report(&world.admin, "rfm?ties=apart").await;
    assert_eq!(apart.each("f"), [json!(1), json!(2), json!(3), json!(4)]);
    let two = report(&world.admin, "rfm?ties=apart&limit=2").await;
    assert_eq!(two.each("code"), order[..2]);
    assert_eq!(two.json["totals"]["customers"], 4);
}

async fn d_70_d_71_tenths_of_the_customers_are_held_against_rules_of_thumb(world: &World) {
    for (at, amount) in
        ["450", "180", "100", "70", "60", "50", "40", "25", "15", "10"].iter().enumerate()
    {
        let party = customer(&world.admin, &format!("K-{at}")).await;
        buy(world, &party, "2025-12-01", amount).await;
    }
    let found = report(&world.admin, "customer-deciles").await;
    let first = row(&found, "decile", 1);
    assert_eq!(
        (&first["share"]["value"], &first["times_next"]["value"]),
        (&json!("0.4500"), &json!("2.5000"))
    );
    assert_eq!(row(&found, "decile", 4)["cumulative"]["value"], "0.8000");
    assert_eq!(row(&found, "decile", 6)["cumulative"]["value"], "0.9100");
    assert_eq!(row(&found, "decile", 10)["times_next"]["value"], Json::Null);
    let checks = found.json["totals"]["benchmarks"].as_array().expect("benchmarks");
    let passed: Vec<(&Json, &Json)> =
        checks.iter().map(|one| (&one["name"], &one["passed"])).collect();
    for name in ["ge_2x", "gt_40pct", "top_40_make_80", "top_60_make_90"] {
        assert!(passed.contains(&(&json!(name), &json!(true))), "{passed:?}");
    }
}

async fn d_72_months_since_the_last_purchase_add_up(world: &World) {
    for (code, day) in
        [("K-1", "2025-12-15"), ("K-2", "2025-11-15"), ("K-3", "2024-01-01"), ("K-4", "2025-12-01")]
    {
        let party = customer(&world.admin, code).await;
        buy(world, &party, day, "10").await;
    }
    let found = report(&world.admin, "purchase-recency?bins=3").await;
    assert_eq!(found.each("customers"), [json!(1), json!(2), json!(0), json!(1)]);
    assert_eq!(found.each("unbounded"), [json!(false), json!(false), json!(false), json!(true)]);
    let last = found.data().last().expect("a row");
    assert_eq!((&last["label"], &last["amount"]), (&json!("3 or more"), &yuan("10.00")));
    assert_eq!(found.json["totals"]["customers"], 4);
}

async fn k_34_k_33_k_32_old_purchases_count_less_and_former_key_accounts_are_found(world: &World) {
    let great = customer(&world.admin, "K-1").await;
    buy(world, &great, "2024-01-15", "100000").await;
    buy(world, &great, "2026-01-01", "10000").await;
    let steady = customer(&world.admin, "K-2").await;
    for day in ["2025-11-03", "2025-12-03", "2026-01-01"] {
        buy(world, &steady, day, "100").await;
    }
    let served = customer(&world.admin, "K-3").await;
    buy(world, &served, "2026-01-01", "1000").await;
    let visit = json!({ "kind": "visit", "subject": "拜访", "party_id": served,
        "starts_at": "2025-01-10T02:00:00Z" });
    let visit = world.admin.post("/v1/activities", visit).await.expect(201).id();
    let spent = json!({ "category": "travel", "amount": yuan("400.00"), "spent_on": "2025-01-10" });
    world.admin.post(format!("/v1/activities/{visit}/expenses"), spent).await.expect(200);
    world.clock.advance(chrono::TimeDelta::hours(6));
    let admin = world.sign_in(guanxi_tests::world::ADMINISTRATOR).await;
    let found = report(&admin, "customer-value").await;
    let first = row(&found, "code", "K-1");
    assert_eq!((&first["value"], &first["costs"]), (&yuan("35000.00"), &yuan("0.00")));
    assert_eq!(first["former_key_account"], true);
    assert_eq!(
        (&first["best_from"], &first["best_amount"]),
        (&json!("2024-01-01"), &yuan("100000.00"))
    );
    assert_eq!(
        (&first["last_amount"], &first["steadiness"]),
        (&yuan("10000.00"), &json!("volatile"))
    );
    let second = row(&found, "code", "K-2");
    assert_eq!(
        (&second["volatility"], &second["steadiness"]),
        (&json!("0.0000"), &json!("stable"))
    );
    let weights = found.json["totals"]["weights"].as_array().expect("weights");
    assert_eq!(
        (&weights[0]["weight"], &weights[12]["weight"]),
        (&json!("1.000000"), &json!("0.500000"))
    );
    let former = report(&admin, "customer-value?former=true").await;
    assert_eq!(former.each("code"), [json!("K-1")]);
    // What is steady is what the reader says.
    let limits = "customer-value?stable_up_to=10&variable_up_to=10";
    assert_eq!(row(&report(&admin, limits).await, "code", "K-1")["steadiness"], "stable");
    let limits = "customer-value?stable_up_to=0.1&variable_up_to=10";
    assert_eq!(row(&report(&admin, limits).await, "code", "K-1")["steadiness"], "variable");
    let wrong = admin.get("/v1/reports/customer-value?variable_up_to=0.4").await;
    wrong.refused(400, "bad_parameter");
    // What was spent counts as what was bought does: of twelve months ago half.
    let found = report(&admin, "customer-value").await;
    let third = row(&found, "code", "K-3");
    assert_eq!(
        ["purchases", "costs", "value"].map(|name| third[name].clone()),
        ["1000.00", "200.00", "800.00"].map(yuan)
    );
    assert!(found.json["totals"]["formula"].as_str().is_some_and(|told| told.contains("0.5^")));
    let none = report(&admin, "customer-value?former=true&key_amount=100000.01").await;
    assert_eq!(none.data().len(), 0);
}

async fn k_13_k_22_k_23_what_is_left_of_what_customers_bought(world: &World) {
    let [good, poor] = [customer(&world.admin, "K-1").await, customer(&world.admin, "K-2").await];
    buys(
        world,
        &good,
        "2025-03-01",
        "100000",
        json!({ "line": { "unit_cost": "60000" }, "order": {} }),
    )
    .await;
    buys(world, &poor, "2025-03-01", "10", json!({ "line": { "unit_cost": "10" }, "order": {} }))
        .await;
    let visit = json!({ "kind": "visit", "subject": "拜访", "party_id": good,
        "starts_at": "2025-12-01T02:00:00Z", "duration_minutes": 60 });
    let visit = world.admin.post("/v1/activities", visit).await.expect(201).id();
    let expense =
        json!({ "category": "travel", "amount": yuan("15000.00"), "spent_on": "2025-12-01" });
    world.admin.post(format!("/v1/activities/{visit}/expenses"), expense).await.expect(200);
    let found = report(&world.admin, "customer-contribution").await;
    let first = row(&found, "code", "K-1");
    assert_eq!(
        (&first["revenue"], &first["contribution"]),
        (&yuan("100000.00"), &yuan("25000.00"))
    );
    assert_eq!(
        (&first["direct_cost"], &first["cost_to_serve"]),
        (&yuan("60000.00"), &yuan("15000.00"))
    );
    assert_eq!(
        (&first["return_on_effort"]["value"], &first["low_value"]),
        (&json!("1.6667"), &json!(false))
    );
    let second = row(&found, "code", "K-2");
    assert_eq!(
        (&second["return_on_effort"]["value"], &second["low_value"]),
        (&Json::Null, &json!(true))
    );
    assert_eq!(found.json["totals"]["contribution"], yuan("25000.00"));
    let low = report(&world.admin, "customer-contribution?low_value=true").await;
    assert_eq!(low.each("code"), [json!("K-2")]);
    assert_eq!(low.json["totals"]["customers"], 2, "the totals go over all");
    let early = report(&world.admin, "customer-contribution?from=2025-01-01&to=2025-06-30").await;
    assert_eq!(early.json["totals"]["cost_to_serve"], yuan("0.00"));
    let wrong =
        world.admin.get("/v1/reports/customer-contribution?from=2025-02-01&to=2025-01-01").await;
    wrong.refused(400, "bad_parameter");
}

async fn k_31_customers_at_the_end_are_those_of_the_beginning_and_who_came_less_who_went(
    world: &World,
) {
    for (code, days) in [
        ("K-kept", vec!["2025-01-15", "2025-11-15"]),
        ("K-lost", vec!["2024-10-20"]),
        ("K-new", vec!["2025-10-02"]),
        ("K-back", vec!["2023-01-01", "2025-12-24"]),
        ("K-gone", vec!["2022-01-01"]),
    ] {
        let party = customer(&world.admin, code).await;
        for day in days {
            buy(world, &party, day, "10").await;
        }
    }
    let found = report(&world.admin, "customer-flow?from=2025-10-01&to=2025-12-31").await;
    for row in found.data().iter().chain([&found.json["totals"]]) {
        let of = |name: &str| row[name].as_i64().expect("a count");
        assert_eq!(of("opening") + of("new") + of("returned") - of("lost"), of("closing"), "{row}");
    }
    for pair in found.data().windows(2) {
        assert_eq!(pair[0]["closing"], pair[1]["opening"]);
    }
    let totals = &found.json["totals"];
    let of = ["opening", "new", "returned", "lost", "closing"].map(|name| totals[name].clone());
    assert_eq!(of, [2, 1, 1, 1, 3].map(Json::from));
    assert_eq!(totals["retention"]["value"], "0.5000");
    assert_eq!(found.each("month"), ["2025-10", "2025-11", "2025-12"].map(Json::from));
    let quarter = report(&world.admin, "customer-flow?period=2025-Q4").await;
    assert_eq!(quarter.json["hash"], found.json["hash"]);
}

async fn k_24_k_25_every_customer_is_in_one_phase(world: &World) {
    customer(&world.admin, "K-prospect").await;
    let monthly = |months: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
        months.iter().map(|(month, amount)| (format!("{month}-05"), *amount)).collect()
    };
    let year = [
        "2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08",
        "2025-09", "2025-10", "2025-11", "2025-12",
    ];
    let steady: Vec<(&str, &str)> = year.iter().map(|month| (*month, "100")).collect();
    let growing: Vec<(&str, &str)> = year
        .iter()
        .enumerate()
        .map(|(at, month)| (*month, if at < 6 { "100" } else { "200" }))
        .collect();
    let falling: Vec<(&str, &str)> = year
        .iter()
        .enumerate()
        .map(|(at, month)| (*month, if at < 6 { "200" } else { "50" }))
        .collect();
    for (code, purchases) in [
        ("K-steady", monthly(&steady)),
        ("K-growing", monthly(&growing)),
        ("K-falling", monthly(&falling)),
        ("K-new", monthly(&[("2025-12", "1000")])),
        ("K-lost", monthly(&[("2024-01", "5000")])),
    ] {
        let party = customer(&world.admin, code).await;
        for (day, amount) in purchases {
            buy(world, &party, &day, amount).await;
        }
    }
    // As it was at the end of December.
    let found = report(
        &world.admin,
        "value-lifecycle?as_of=2025-12-31T15:00:00Z&known_at=2026-01-01T00:00:00Z",
    )
    .await;
    let phases = found.json["totals"]["phases"].as_array().expect("phases");
    let of = |phase: &str| {
        let found = phases.iter().find(|one| one["phase"] == phase).expect("a phase");
        found["customers"].as_i64().expect("a count")
    };
    let counts = ["prospect", "new", "growth", "mature", "decline", "lost"].map(of);
    assert_eq!(counts, [1, 1, 1, 1, 1, 1], "{}", found.text);
    let sum: i64 = found.data().iter().map(|row| row["customers"].as_i64().expect("a count")).sum();
    assert_eq!((json!(sum), json!(6)), (found.json["totals"]["customers"].clone(), json!(sum)));
    let lost = found.data().iter().find(|row| row["phase"] == "lost").expect("a row");
    assert_eq!((&lost["value_class"], &lost["amount"]), (&json!("none"), &yuan("0.00")));
}

/// A purchase on the fifth of each month of 2025 at the first price until June and the second from July on, each of
/// which costs what it brings.
async fn two_halves(world: &World, party: &str, first: &str, second: &str) {
    for month in 1..=12 {
        let price = if month <= 6 { first } else { second };
        let cost = json!({ "line": { "unit_cost": price }, "order": {} });
        buys(world, party, &format!("2025-{month:02}-05"), price, cost).await;
    }
}

async fn k_15_k_16_k_19_the_limits_of_phases_are_those_of_the_company(world: &World) {
    let admin = &world.admin;
    for (code, first, second) in [("K-more", "100", "115"), ("K-less", "100", "75")] {
        let party = customer(admin, code).await;
        two_halves(world, &party, first, second).await;
    }
    let left = customer(admin, "K-left").await;
    buy(world, &left, "2025-06-05", "100").await;
    let at = "as_of=2025-12-31T15:00:00Z&known_at=2026-01-01T00:00:00Z";
    // Those in each phase: prospect, new, growth, mature, decline, lost.
    let phases = async |more: &str| {
        let found = report(admin, &format!("value-lifecycle?{at}{more}")).await;
        let totals = &found.json["totals"];
        let all = totals["phases"].as_array().expect("phases").iter();
        let counts: Vec<i64> = all.map(|one| one["customers"].as_i64().expect("a count")).collect();
        (counts, totals["limits"].clone())
    };
    // Neither brings anything; whoever grows is of value all the same.
    let low = async |code: &str| {
        let found = report(admin, &format!("customer-contribution?{at}")).await;
        let row = row(&found, "code", code);
        assert_eq!(row["contribution"], yuan("0.00"), "{code}");
        row["low_value"].clone()
    };
    let flow = async |more: &str| {
        let asked = format!("customer-flow?from=2025-12-01&to=2025-12-31{more}");
        let found = report(admin, &asked).await;
        ["opening", "lost", "closing"].map(|name| found.json["totals"][name].clone())
    };
    let usual = json!({ "growth_by": "0.1000", "decline_by": "0.2000", "mature_within": "0.1000",
        "new_months": 6, "lost_months": 12 });
    assert_eq!(phases("").await, (vec![0, 0, 1, 0, 2, 0], usual));
    assert_eq!((low("K-more").await, low("K-less").await), (json!(false), json!(true)));
    assert_eq!(flow("").await, [3, 0, 3].map(Json::from));
    let say = async |rules: Json| {
        admin.patch("/v1/tenant", json!({ "preferences": { "life_cycle": rules } })).await
    };
    let own = json!({ "growth_by": "0.5", "decline_by": "0.3", "mature_within": "0.2",
        "lost_months": 6 });
    say(own).await.expect(200);
    let own = json!({ "growth_by": "0.5000", "decline_by": "0.3000", "mature_within": "0.2000",
        "new_months": 6, "lost_months": 6 });
    assert_eq!(phases("").await, (vec![0, 0, 0, 2, 0, 1], own));
    assert_eq!(low("K-more").await, true);
    assert_eq!(flow("").await, [3, 1, 2].map(Json::from));
    // Who is lost is so by one rule: once six months have ended without a purchase.
    for (day, lost) in [("2025-12-01", 0), ("2025-12-30", 0), ("2025-12-31", 1)] {
        let at = format!("as_of={day}T04:00:00Z&known_at=2026-01-01T00:00:00Z");
        let found = report(admin, &format!("value-lifecycle?{at}")).await;
        assert_eq!(found.json["totals"]["phases"][5]["customers"], lost, "{day}");
        let found = report(admin, &format!("customer-flow?from=2025-12-01&to={day}")).await;
        assert_eq!(found.json["totals"]["lost"], lost, "{day}");
    }
    // What is asked counts before what the company has said.
    assert_eq!(phases("&new_for=24&lost_after=7").await.0, [0, 3, 0, 0, 0, 0]);
    assert_eq!(flow("&lost_after=12").await, [3, 0, 3].map(Json::from));
    say(json!({ "lost_months": 0 })).await.expect(422);
    say(json!({ "growth_by": "1.5" })).await.expect(422);
}

async fn k_14_few_purchases_make_a_value_uncertain(world: &World) {
    let [seldom, often] =
        [customer(&world.admin, "K-1").await, customer(&world.admin, "K-2").await];
    for day in ["2025-11-03", "2025-12-03"] {
        buy(world, &seldom, day, "100").await;
    }
    for day in ["2025-11-03", "2025-12-03", "2025-12-04"] {
        buy(world, &often, day, "100").await;
    }
    let confidence = async |wanted: Json| {
        let change = json!({ "preferences": { "confident_purchases": wanted } });
        world.admin.patch("/v1/tenant", change).await.expect(200);
        let found = report(&world.admin, "customer-value").await;
        let of = |code: &str| row(&found, "code", code)["value_confidence"].clone();
        let count = row(&found, "code", "K-1")["purchase_count"].clone();
        assert_eq!(count, 2);
        [of("K-1"), of("K-2")]
    };
    assert_eq!(confidence(Json::Null).await, ["low", "sufficient"]);
    assert_eq!(confidence(json!(4)).await, ["low", "low"]);
    assert_eq!(confidence(json!(2)).await, ["sufficient", "sufficient"]);
}

async fn k_36_sales_are_split_by_the_mode_of_the_channel(world: &World) {
    let buyer = customer(&world.admin, "K-1").await;
    let by = |mode: &str| json!({ "line": {}, "order": { "channel_mode": mode } });
    buys(world, &buyer, "2025-12-01", "100", by("two_level")).await;
    buy(world, &buyer, "2025-12-02", "40").await;
    let change = json!({ "preferences": { "channel_mode": "direct" } });
    world.admin.patch("/v1/tenant", change).await.expect(200);
    buy(world, &buyer, "2025-12-03", "60").await;
    buys(world, &buyer, "2025-12-04", "25", by("two_level")).await;
    let contract = signed(world, "1", json!({ "channel_mode": "one_level" })).await;
    assert_eq!(contract.json["channel_mode"], "one_level");
    let plain = signed(world, "1", json!({})).await;
    assert_eq!(plain.json["channel_mode"], "direct", "that of the company");
    let found = report(&world.admin, "channel-modes").await;
    let modes = [json!("direct"), json!("one_level"), json!("two_level"), Json::Null];
    assert_eq!(found.each("channel_mode"), modes);
    assert_eq!(found.each("purchases"), [json!(2), json!(1), json!(2), json!(1)]);
    let two = row(&found, "channel_mode", "two_level");
    assert_eq!((&two["amount"], &two["share"]["value"]), (&yuan("125.00"), &json!("0.3333")));
    assert_eq!(found.json["totals"]["purchases"], 6);
    let day = report(&world.admin, "channel-modes?from=2025-12-02&to=2025-12-02").await;
    assert_eq!(day.each("channel_mode"), [Json::Null]);
    let direct = world.admin.get("/v1/orders?channel_mode=direct").await.expect(200);
    assert_eq!(direct.data().len(), 1);
    let wrong = world.admin.get("/v1/reports/channel-modes?from=2025-12-02&to=2025-12-01").await;
    wrong.refused(400, "bad_parameter");
}
