//! Plans of commission and their statements.

use super::{
    Funnel,
    target_results::impose,
    targets::{target, user, won},
    with, yuan,
};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    s_58_the_same_deals_under_two_plans_have_two_statements,
    s_58_tiers_follow_the_target,
    z_08_periods_are_those_of_the_tenant,
    a_plan_is_one_of_its_basis,
];

pub(super) async fn plan(world: &World, members: Json) -> Answer {
    let body = json!({ "name": format!("Plan {}", world.next()), "basis": "amount" });
    world.admin.post("/v1/commission-plans", with(body, members)).await.expect(201)
}

pub(super) fn statement(plan: &Answer, rep: &str, period: &str) -> String {
    format!("/v1/commission-plans/{}/statement?rep_id={rep}&period={period}", plan.id())
}

async fn s_58_the_same_deals_under_two_plans_have_two_statements(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let (rep, id) =
        world.person(&[("any", "any", "own"), ("commission-plans", "read", "all")], None).await;
    let ben = user(world, json!({})).await;
    won(admin, &funnel, "2025-05-05", "100000.00", json!({ "owner_id": id })).await;
    let shared = json!({ "owner_id": ben, "collaborators": [
        { "user_id": id, "role": "presales", "split": "0.2500" },
        { "user_id": ben, "role": "lead", "split": "0.7500" }] });
    won(admin, &funnel, "2025-06-06", "1000.01", shared).await;
    won(admin, &funnel, "2025-06-06", "5.00", json!({ "owner_id": ben })).await;
    let (five, three) = (
        plan(world, json!({ "rate": "0.05" })).await,
        plan(world, json!({ "rate": "0.03" })).await,
    );
    let told = rep.get(statement(&five, &id, "2025")).await.expect(200).json;
    assert_eq!((&told["base"], &told["commission"]), (&yuan("100250.00"), &yuan("5012.50")));
    let deals = told["deals"].as_array().expect("deals");
    let parts: Vec<&Json> = deals.iter().map(|deal| &deal["base"]["amount"]).collect();
    assert_eq!(
        (parts, &told["more"]),
        (vec![&json!("100000.00"), &json!("250.00")], &json!(false))
    );
    let other = rep.get(statement(&three, &id, "2025")).await.expect(200).json;
    assert_eq!((&other["base"], &other["commission"]), (&yuan("100250.00"), &yuan("3007.50")));
    // Only the days on which a plan is valid.
    let late = plan(world, json!({ "rate": "0.05", "valid_from": "2025-06-01" })).await;
    let told = admin.get(statement(&late, &id, "2025")).await.expect(200).json;
    assert_eq!((&told["base"], &told["days"]["start"]), (&yuan("250.00"), &json!("2025-06-01")));
    let never = admin.get(statement(&late, &id, "2025-Q1")).await.expect(200).json;
    assert_eq!((&never["days"], &never["commission"]), (&Json::Null, &yuan("0.00")));
    // What others have won is theirs.
    rep.get(statement(&five, &ben, "2025")).await.refused(404, "not_found");
    let margin = plan(world, json!({ "basis": "margin", "rate": "0.1" })).await;
    let told = admin.get(statement(&margin, &id, "2025")).await.expect(200).json;
    assert_eq!((&told["base"], &told["without_margin"]), (&yuan("0.00"), &json!(1)));
    let path = format!("/v1/commission-plans/{}/statement", five.id());
    admin.get(&path).await.refused(400, "bad_parameter");
    admin.get(format!("{path}?rep_id={id}&period=soon")).await.refused(400, "bad_parameter");
}

async fn s_58_tiers_follow_the_target(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let rep = user(world, json!({})).await;
    won(admin, &funnel, "2025-05-05", "900.00", json!({ "owner_id": rep })).await;
    let tiers = json!([{ "from": "0.5", "rate": "0.01" }, { "from": "0.75", "rate": "0.02" },
        { "from": "1", "rate": "0.04" }]);
    let plan = plan(world, json!({ "basis": "attainment", "tiers": tiers })).await;
    admin.get(statement(&plan, &rep, "2025")).await.refused(422, "no_target");
    let members =
        json!({ "level": "rep", "rep_id": rep, "period": "2025", "amount": yuan("1200.00") });
    impose(admin, &target(admin, members).await).await;
    let told = admin.get(statement(&plan, &rep, "2025")).await.expect(200).json;
    assert_eq!(told["attainment"]["value"], "0.7500");
    assert_eq!((&told["rate"], &told["commission"]), (&json!("0.0200"), &yuan("18.00")));
}

async fn z_08_periods_are_those_of_the_tenant(world: &World) {
    let admin = &world.admin;
    admin.patch("/v1/tenant", json!({ "fiscal_first_month": 4 })).await.expect(200);
    let funnel = Funnel::new(admin).await;
    let rep = user(world, json!({})).await;
    for (day, amount) in [("2025-03-31", "1.00"), ("2025-04-01", "20.00"), ("2025-12-31", "300.00")]
    {
        won(admin, &funnel, day, amount, json!({ "owner_id": rep })).await;
    }
    let plan = plan(world, json!({ "rate": "0.1" })).await;
    let now = "2026-01-01T00:00:00Z";
    let told = async |period: &str, as_of: &str| {
        let path = format!("{}&as_of={as_of}", statement(&plan, &rep, period));
        let told = admin.get(path).await.expect(200).json;
        (told["days"]["start"].clone(), told["base"]["amount"].clone())
    };
    // The year that ends in March 2026.
    for (period, start, base) in [
        ("2026", "2025-04-01", "320.00"),
        ("2026-H1", "2025-04-01", "20.00"),
        ("2026-Q3", "2025-10-01", "300.00"),
        ("2025-12", "2025-12-01", "300.00"),
        ("2025", "2024-04-01", "1.00"),
        ("ytd", "2025-04-01", "320.00"),
        ("htd", "2025-10-01", "300.00"),
        ("qtd", "2026-01-01", "0.00"),
        ("mtd", "2026-01-01", "0.00"),
    ] {
        let told = told(period, now).await;
        assert_eq!(told, (json!(start), json!(base)), "{period}");
    }
    // A month ends with the day in the zone of the tenant, eight hours before that of UTC.
    assert_eq!(told("mtd", "2025-12-31T15:59:59Z").await.0, json!("2025-12-01"));
    assert_eq!(told("mtd", "2025-12-31T16:00:00Z").await.0, json!("2026-01-01"));
}

async fn a_plan_is_one_of_its_basis(world: &World) {
    let tier = |from: &str| json!({ "from": from, "rate": "0.02" });
    let wrong = [
        (json!({ "basis": "amount" }), "required", "/rate"),
        (json!({ "basis": "attainment" }), "required", "/tiers"),
        (
            json!({ "basis": "attainment", "rate": "0.1", "tiers": [tier("1")] }),
            "out_of_range",
            "/rate",
        ),
        (
            json!({ "basis": "margin", "rate": "0.1", "tiers": [tier("1")] }),
            "out_of_range",
            "/tiers",
        ),
        (
            json!({ "basis": "attainment", "tiers": [tier("1"), tier("1")] }),
            "out_of_range",
            "/tiers/1/from",
        ),
    ];
    for (members, code, place) in wrong {
        let body = with(json!({ "name": "2026" }), members);
        let refused = world.admin.post("/v1/commission-plans", body).await.refused(422, code);
        assert_eq!(refused.findings()[0].0, place, "{}", refused.text);
    }
}
