//! How satisfied customers are, and with what.

use super::{
    customers::{buys, customer},
    report, row, yuan,
};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    d_76_the_index_is_told_by_period_with_its_change,
    d_76_a_survey_says_what_it_measures,
    k_26_products_that_fall_short_come_first,
    d_68_frequency_is_held_against_satisfaction,
    x_08_what_is_sold_now_stands_beside_what_will_be_sold_later,
];

/// The survey that comes with the program.
async fn survey(world: &World) -> String {
    let wish = json!({ "template": "customer_satisfaction" });
    world.admin.post("/v1/playbooks/from-template", wish).await.expect(201).id()
}

/// A response that is completed.
async fn response(world: &World, survey: &str, party: &str, members: Json) -> Answer {
    let mut body =
        json!({ "playbook_id": survey, "about_type": "party", "about_id": party, "answers": {} });
    guanxi_kernel::input::merge(&mut body, members);
    let made = world.admin.post("/v1/playbook-runs", body).await.expect(201).id();
    world.admin.act(format!("/v1/playbook-runs/{made}/complete")).await.expect(200)
}

async fn product(world: &World, code: &str) -> String {
    let body = json!({ "code": code, "name": format!("产品{code}") });
    world.admin.post("/v1/products", body).await.expect(201).id()
}

async fn d_76_the_index_is_told_by_period_with_its_change(world: &World) {
    let survey = survey(world).await;
    let party = customer(&world.admin, "K-1").await;
    let said = |answers: Json| json!({ "answers": answers });
    let first =
        response(world, &survey, &party, said(json!({ "expected": 9, "product": 8 }))).await;
    let ratio = |value: &str, of: &str, over: &str| json!({ "value": value, "numerator": of, "denominator": over });
    assert_eq!(first.json["satisfaction"], ratio("0.8000", "8", "10"));
    assert_eq!(first.json["expectation"], ratio("0.9000", "9", "10"));
    let two = json!({ "expected": 9, "product": 9, "service": 8 });
    response(world, &survey, &party, said(two)).await;
    // Not completed, it is no response.
    let open = json!({ "playbook_id": survey, "about_type": "party", "about_id": party,
        "answers": { "expected": 1, "product": 1 } });
    world.admin.post("/v1/playbook-runs", open).await.expect(201);
    world.pass(chrono::TimeDelta::days(35)).await;
    response(world, &survey, &party, said(json!({ "expected": 9, "product": 8 }))).await;
    let found = report(&world.admin, "satisfaction?periods=3").await;
    assert_eq!(found.each("period"), ["2025-12", "2026-01", "2026-02"]);
    let of = |period: &str, member: &str| row(&found, "period", period)[member].clone();
    assert_eq!(of("2026-01", "index"), ratio("82.5000", "165.00", "2"));
    assert_eq!((of("2025-12", "responses"), of("2026-01", "change")), (json!(0), Json::Null));
    assert_eq!((of("2026-02", "responses"), of("2026-02", "change")), (json!(1), json!("-2.5000")));
    assert_eq!(found.json["totals"]["responses"], 3);
    assert_eq!(found.json["totals"]["index"]["value"], "81.6667");
    let quarters = report(&world.admin, "satisfaction?by=quarter&periods=1").await;
    assert_eq!(quarters.each("period"), ["2026-Q1"]);
    assert_eq!(quarters.data()[0]["responses"], 3);
    let halves = report(&world.admin, "satisfaction?by=half&periods=2").await;
    assert_eq!(halves.each("period"), ["2025-H2", "2026-H1"]);
    assert_eq!(halves.each("responses"), [0, 3].map(Json::from));
    let then = "satisfaction?periods=1&as_of=2026-01-01T00:00:00Z";
    let then = report(&world.admin, then).await;
    assert_eq!(
        (&then.each("period")[0], &then.each("responses")[0]),
        (&json!("2026-01"), &json!(2))
    );
    let other = "satisfaction?playbook_id=01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    assert_eq!(report(&world.admin, other).await.json["totals"]["responses"], 0);
    let chart = world.admin.get("/v1/reports/satisfaction?format=svg").await.expect(200);
    assert!(chart.text.contains("2026-02"), "{}", chart.text);
}

async fn d_76_a_survey_says_what_it_measures(world: &World) {
    let playbook = |purpose: &str, item: Json| {
        json!({ "code": "s", "name": "S", "purpose": purpose,
            "steps": [{ "code": "all", "name": "All", "items": [item] }] })
    };
    let item = |members: Json| {
        let mut item = json!({ "code": "a", "name": "A", "kind": "score", "max_score": 5 });
        guanxi_kernel::input::merge(&mut item, members);
        item
    };
    let measures = |what: &str| item(json!({ "measures": what }));
    for (body, place) in [
        (playbook("survey", item(json!({}))), "/steps"),
        (playbook("survey", measures("expectation")), "/steps"),
        (playbook("review", measures("satisfaction")), "/purpose"),
    ] {
        let refused =
            world.admin.post("/v1/playbooks", body).await.refused(422, "validation_failed");
        assert_eq!(refused.findings()[0].0, place, "{}", refused.text);
    }
    let text = item(json!({ "kind": "text", "max_score": null, "measures": "satisfaction" }));
    let refused = world.admin.post("/v1/playbooks", playbook("survey", text)).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/steps/0/items/0/measures");
    let fits = playbook("survey", measures("satisfaction"));
    world.admin.post("/v1/playbooks", fits).await.expect(201);
    // A response is about a product that is there, and stays about it.
    let survey = survey(world).await;
    let party = customer(&world.admin, "K-1").await;
    let body = |product: &str| {
        json!({ "playbook_id": survey, "about_type": "party", "about_id": party,
            "product_id": product, "answers": {} })
    };
    let nowhere = body("01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77");
    let refused = world.admin.post("/v1/playbook-runs", nowhere).await;
    let place = ("/product_id".to_owned(), "unknown_reference".to_owned());
    assert_eq!(refused.refused(422, "unknown_reference").findings(), [place]);
    let [one, other] = [product(world, "P").await, product(world, "Q").await];
    let made = world.admin.post("/v1/playbook-runs", body(&one)).await.expect(201);
    assert_eq!(made.json["satisfaction"], Json::Null);
    let moved = world
        .admin
        .patch(format!("/v1/playbook-runs/{}", made.id()), json!({ "product_id": other }))
        .await
        .expect(422);
    assert_eq!(moved.findings()[0], ("/product_id".to_owned(), "playbook_fixed".to_owned()));
    let found = world.admin.get(format!("/v1/playbook-runs?product_id={one}")).await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn k_26_products_that_fall_short_come_first(world: &World) {
    let survey = survey(world).await;
    let party = customer(&world.admin, "K-1").await;
    let [good, poor, worse] =
        [product(world, "P").await, product(world, "Q").await, product(world, "R").await];
    for (product, expected, is) in [(&good, 6, 7), (&poor, 8, 7), (&worse, 9, 6), (&worse, 9, 8)] {
        let members = json!({ "product_id": product,
            "answers": { "expected": expected, "product": is } });
        response(world, &survey, &party, members).await;
    }
    let found = report(&world.admin, "satisfaction-gaps").await;
    assert_eq!(found.each("product_id"), [json!(worse), json!(poor), json!(good)]);
    assert_eq!(found.each("gap"), ["-20.0000", "-10.0000", "10.0000"]);
    assert_eq!(found.each("falls_short"), [json!(true), json!(true), json!(false)]);
    let first = &found.data()[0];
    assert_eq!((&first["product"], &first["responses"]), (&json!("产品R"), &json!(2)));
    assert_eq!(
        (&first["expectation"]["value"], &first["satisfaction"]["value"]),
        (&json!("90.0000"), &json!("70.0000"))
    );
    let totals = &found.json["totals"];
    assert_eq!((&totals["products"], &totals["falling_short"]), (&json!(3), &json!(2)));
    // 80 expected and 70 got, over all four.
    assert_eq!(totals["gap"], "-10.0000");
    let before = "satisfaction-gaps?from=2025-01-01&to=2025-12-31";
    assert_eq!(report(&world.admin, before).await.data().len(), 0);
    let wrong = "/v1/reports/satisfaction-gaps?from=2026-01-02&to=2026-01-01";
    world.admin.get(wrong).await.refused(400, "bad_parameter");
}

async fn d_68_frequency_is_held_against_satisfaction(world: &World) {
    let survey = survey(world).await;
    for (number, said) in [(1, Some(5)), (2, None), (3, Some(7)), (4, None), (5, Some(10))] {
        let party = customer(&world.admin, &format!("K-{number}")).await;
        for day in 1..=number {
            let none = json!({ "line": {}, "order": {} });
            buys(world, &party, &format!("2025-12-{day:02}"), "10", none).await;
        }
        if let Some(points) = said {
            let answers = json!({ "expected": 5, "product": points });
            response(world, &survey, &party, json!({ "answers": answers })).await;
        }
    }
    let found = report(&world.admin, "frequency-satisfaction").await;
    assert_eq!(found.each("frequency_class"), [1, 2, 3, 4, 5]);
    assert_eq!(found.each("customers"), [1, 1, 1, 1, 1]);
    assert_eq!(found.each("responding"), [1, 0, 1, 0, 1]);
    assert_eq!(found.each("low"), [1, 0, 0, 0, 0]);
    assert_eq!(found.each("middle"), [0, 0, 1, 0, 0]);
    assert_eq!(found.each("high"), [0, 0, 0, 0, 1]);
    let totals = &found.json["totals"];
    assert_eq!((&totals["customers"], &totals["responding"]), (&json!(5), &json!(3)));
    assert_eq!(totals["correlation"], "0.9934");
    let wrong = "/v1/reports/frequency-satisfaction?low_below=90&high_from=80";
    world.admin.get(wrong).await.refused(400, "bad_parameter");
}

async fn x_08_what_is_sold_now_stands_beside_what_will_be_sold_later(world: &World) {
    let [one, two] = [customer(&world.admin, "K-1").await, customer(&world.admin, "K-2").await];
    let none = || json!({ "line": {}, "order": {} });
    buys(world, &one, "2024-12-01", "50", none()).await;
    buys(world, &one, "2025-06-01", "600", none()).await;
    buys(world, &two, "2025-03-01", "400", none()).await;
    let campaign = crate::marketing::campaign(world, json!({})).await;
    let spent = json!({ "budget_line": 1, "amount": yuan("40.00"), "spent_on": "2025-12-30" });
    let path = format!("/v1/campaigns/{}", campaign.id());
    for verb in ["submit", "start"] {
        world.admin.act(format!("{path}/{verb}")).await.expect(200);
    }
    world.admin.post(format!("{path}/campaign-expenses"), spent).await.expect(201);
    let survey = survey(world).await;
    let answers = json!({ "expected": 5, "product": 8 });
    response(world, &survey, &one, json!({ "answers": answers })).await;
    let found = report(&world.admin, "growth-balance?by=year&periods=2").await;
    assert_eq!(found.each("period"), ["2025", "2026"]);
    let past = &found.data()[0];
    assert_eq!((&past["revenue"], &past["expenses"]), (&yuan("1000.00"), &yuan("40.00")));
    assert_eq!(past["expense_ratio"]["value"], "0.0400");
    assert_eq!((&past["customers"], &past["base_growth"]["value"]), (&json!(2), &json!("1.0000")));
    assert_eq!(past["retention"]["value"], "1.0000");
    assert_eq!((&past["responses"], &past["satisfaction"]["value"]), (&json!(0), &Json::Null));
    let now = &found.data()[1];
    assert_eq!((&now["revenue"], &now["base_growth"]["value"]), (&yuan("0.00"), &json!("0.0000")));
    assert_eq!((&now["responses"], &now["satisfaction"]["value"]), (&json!(1), &json!("80.0000")));
    assert_eq!(found.json["totals"]["revenue"], yuan("1000.00"));
    let (blind, _) = world.person(&[("parties", "read", "all")], None).await;
    blind.get("/v1/reports/growth-balance").await.refused(403, "forbidden");
}
