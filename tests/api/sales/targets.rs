//! Targets: how they are divided, adjusted and handed down. What is reached of them is in
//! `target_results.rs`, who talks about them in `target_talks.rs`.

use super::{Funnel, again, days_pass, party, summary, with, yuan};
use futures_util::future::join;
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    s_52_a_large_target_adds_up_along_every_dimension,
    s_55_a_year_is_split_over_months_quarters_and_halves,
    s_63_products_and_regions_reconcile_both_ways,
    s_64_shares_come_from_what_was_reached,
    s_65_parts_go_up_and_down,
    s_53_and_s_54_every_change_is_a_version_in_force_from_a_day,
    s_57_those_below_cover_the_risk,
    s_69_representatives_get_parts_for_the_days_that_they_serve,
    s_70_dealers_get_parts_and_nobody_else,
    s_75_closed_months_stay_as_they_are,
    s_51_what_is_no_target_is_refused,
    two_managers_at_once_change_a_target_once,
];

/// A target of the company for 2026 of 1,000 yuan, with these members.
pub(crate) async fn target(client: &Client, members: Json) -> Answer {
    let body = json!({ "metric": "amount", "level": "company", "period": "2026",
        "amount": yuan("1000.00") });
    client.post("/v1/targets", with(body, members)).await.expect(201)
}

pub(crate) fn own(target: &Answer) -> String {
    format!("/v1/targets/{}", target.id())
}

/// Does something with a target.
pub(super) async fn act(client: &Client, target: &Answer, verb: &str, body: Json) -> Answer {
    client.post(format!("{}/{verb}", own(target)), body).await
}

/// What falls to the members along a dimension, in their order.
pub(super) async fn along(client: &Client, target: &Answer, dimension: &str) -> Vec<String> {
    let told = client.get(format!("{}/breakdown", own(target))).await.expect(200);
    let axes = told.json["axes"].as_array().expect("axes");
    let axis = axes.iter().find(|axis| axis["dimension"] == dimension).expect("an axis");
    let members = axis["members"].as_array().expect("members").iter();
    members.map(|one| figure(&one["figure"])).collect()
}

pub(super) fn figure(figure: &Json) -> String {
    figure["amount"].as_str().map_or_else(|| figure.to_string(), str::to_owned)
}

/// What amounts come to in minor units.
fn sum(amounts: &[String]) -> i64 {
    amounts.iter().map(|one| one.replace('.', "").parse::<i64>().expect("an amount")).sum()
}

pub(super) async fn product(world: &World) -> String {
    super::quotes::product(world, None, None).await
}

/// A user in this unit, with these members.
pub(super) async fn user(world: &World, members: Json) -> String {
    let body = json!({ "email": format!("rep{}@example.com", world.next()), "name": "Rep" });
    world.admin.post("/v1/users", with(body, members)).await.expect(201).id()
}

/// An opportunity that was won on a day for an amount.
pub(super) async fn won(client: &Client, funnel: &Funnel, day: &str, amount: &str, more: Json) {
    let members = json!({ "stage_id": funnel.stage("won"), "engaged_on": day, "closed_on": day,
        "amount": yuan(amount) });
    let members = with(with(members, summary(&["price"], json!({}))), more);
    funnel.opportunity(client, members).await;
}

async fn s_52_a_large_target_adds_up_along_every_dimension(world: &World) {
    let admin = &world.admin;
    let year = target(admin, json!({ "amount": yuan("12345678.91") })).await;
    act(admin, &year, "split", json!({ "by": "month" })).await.expect(200);
    let mut sizes = vec![("month", 12)];
    for (dimension, count) in [("product", 8), ("rep", 30)] {
        let mut members = Vec::new();
        for at in 0..count {
            let id = match dimension {
                "product" => product(world).await,
                _ => user(world, json!({})).await,
            };
            members.push(json!({ "id": id, "share": (at * 7 % 5 + 1).to_string() }));
        }
        let wish = json!({ "dimension": dimension, "members": members });
        act(admin, &year, "allocate", wish).await.expect(200);
        sizes.push((dimension, count));
    }
    let reps = admin.get(format!("{}/breakdown", own(&year))).await.expect(200);
    let first = reps.json["axes"][2]["members"][0]["member"].clone();
    let change = json!({ "dimension": "rep", "rebalance": "others", "reason": "cost",
        "adjustments": [{ "member": first, "change": "-0.1" }] });
    act(admin, &year, "adjust", change).await.expect(200);
    for (dimension, count) in &sizes {
        let parts = along(admin, &year, dimension).await;
        assert_eq!((parts.len(), sum(&parts)), (*count, 1_234_567_891), "{dimension}");
    }
    let handed = act(admin, &year, "hand-down", json!({ "dimension": "rep" })).await.expect(200);
    assert_eq!(handed.json["cover"]["branches"][0]["unallocated"], yuan("0.00"));
    // The parts of what was handed down are those of the whole.
    let mut months = vec![0; 12];
    for id in handed.json["data"].as_array().expect("ids") {
        let path = format!("/v1/targets/{}", id.as_str().expect("an id"));
        let one = admin.get(path).await.expect(200);
        for (sum_of, part) in months.iter_mut().zip(along(admin, &one, "month").await) {
            *sum_of += sum(&[part]);
        }
    }
    let whole: Vec<i64> = along(admin, &year, "month")
        .await
        .iter()
        .map(|one| sum(std::slice::from_ref(one)))
        .collect();
    assert_eq!(months, whole);
}

async fn s_55_a_year_is_split_over_months_quarters_and_halves(world: &World) {
    let admin = &world.admin;
    let year = target(admin, json!({ "amount": yuan("120000.01") })).await;
    let split = act(admin, &year, "split", json!({ "by": "half" })).await.expect(200);
    assert_eq!((split.version(), &split.json["revision"]), (2, &json!(2)));
    assert_eq!(along(admin, &year, "half").await, ["60000.01", "60000.00"]);
    // Halves become quarters, and quarters months; what they were stays.
    act(admin, &year, "split", json!({ "by": "quarter", "weights": ["1", "2", "0", "1"] }))
        .await
        .expect(200);
    let quarters = along(admin, &year, "quarter").await;
    assert_eq!(quarters, ["20000.00", "40000.01", "0.00", "60000.00"]);
    act(admin, &year, "split", json!({ "by": "month" })).await.expect(200);
    let months = along(admin, &year, "month").await;
    assert_eq!((months.len(), sum(&months)), (12, 12_000_001));
    assert_eq!(sum(&months[3..6]), 4_000_001);
    act(admin, &year, "split", json!({ "by": "half" })).await.refused(422, "no_such_parts");
    let eleven = json!({ "by": "month", "weights": vec!["1"; 11] });
    act(admin, &year, "split", eleven).await.refused(422, "out_of_range");
    let none = json!({ "by": "month", "weights": vec!["0"; 12] });
    act(admin, &year, "split", none).await.refused(422, "no_basis");
    // A count of pieces too; equal months in one step.
    let pieces = json!({ "metric": "count", "amount": null, "quantity": 12_000_001 });
    let pieces = target(admin, pieces).await;
    act(admin, &pieces, "split", json!({ "by": "month" })).await.expect(200);
    let months = along(admin, &pieces, "month").await;
    assert_eq!((sum(&months), months[0].as_str()), (12_000_001, "1000001"));
    let month = target(admin, json!({ "period": "2026-03" })).await;
    act(admin, &month, "split", json!({ "by": "month" })).await.refused(422, "no_such_parts");
}

async fn s_63_products_and_regions_reconcile_both_ways(world: &World) {
    let admin = &world.admin;
    let year = target(admin, json!({ "amount": yuan("120000.00") })).await;
    act(admin, &year, "split", json!({ "by": "month" })).await.expect(200);
    let mut members = Vec::new();
    for share in ["0.5", "0.3", "0.2"] {
        members.push(json!({ "id": product(world).await, "share": share }));
    }
    let wish = json!({ "dimension": "product", "members": members });
    act(admin, &year, "allocate", wish.clone()).await.expect(200);
    assert_eq!(along(admin, &year, "product").await, ["60000.00", "36000.00", "24000.00"]);
    let mut regions = Vec::new();
    for share in ["0.35", "0.33", "0.320001"] {
        let region = json!({ "code": format!("R-{}", world.next()), "name": "华东" });
        let region = admin.post("/v1/regions", region).await.expect(201).id();
        regions.push(json!({ "id": region, "share": share }));
    }
    act(admin, &year, "allocate", json!({ "dimension": "region", "members": regions }))
        .await
        .expect(200);
    let path = format!("{}/breakdown?over=product,region", own(&year));
    let told = admin.get(path).await.expect(200);
    let cells = told.json["cells"].as_array().expect("cells");
    let cells: Vec<String> = cells.iter().map(|cell| figure(&cell["figure"])).collect();
    let by_product: Vec<i64> = cells.chunks(3).map(sum).collect();
    assert_eq!(by_product, [6_000_000, 3_600_000, 2_400_000]);
    let by_region: Vec<i64> =
        (0..3).map(|at| cells.chunks(3).map(|row| sum(&row[at..=at])).sum()).collect();
    let regions = along(admin, &year, "region").await;
    assert_eq!(
        by_region,
        regions.iter().map(|one| sum(std::slice::from_ref(one))).collect::<Vec<_>>()
    );
    assert_eq!(sum(&along(admin, &year, "month").await), 12_000_000);
    let now = admin.get(own(&year)).await.expect(200);
    assert_eq!(now.json["dimensions"], json!(["month", "product", "region"]));
    // Who and what there is not, and what is no member.
    let twice = json!({ "dimension": "product", "members": [members[0], members[0]] });
    act(admin, &year, "allocate", twice).await.refused(422, "validation_failed");
    let mixed = json!({ "dimension": "product",
        "members": [members[0], { "id": members[1]["id"] }] });
    act(admin, &year, "allocate", mixed).await.refused(422, "validation_failed");
    let unknown = json!({ "dimension": "rep", "members": [{ "id": members[0]["id"] }] });
    act(admin, &year, "allocate", unknown).await.refused(422, "validation_failed");
    let month = json!({ "dimension": "month", "members": [{ "id": members[0]["id"] }] });
    act(admin, &year, "allocate", month).await.refused(422, "unknown_value");
    let over = format!("{}/breakdown?over=rep", own(&year));
    admin.get(over).await.refused(400, "bad_parameter");
}

async fn s_64_shares_come_from_what_was_reached(world: &World) {
    let products = [product(world).await, product(world).await, product(world).await];
    days_pass(world, 45).await;
    let admin = again(world).await;
    let funnel = Funnel::new(&admin).await;
    let year = target(&admin, json!({})).await;
    let members: Vec<Json> = products.iter().map(|id| json!({ "id": id })).collect();
    let wish = |basis: &str| json!({ "dimension": "product", "members": members, "basis": basis });
    act(&admin, &year, "allocate", wish("ytd")).await.refused(422, "no_basis");
    let sold = [
        (0, "2026-02-10", "60.00"),
        (1, "2026-02-11", "30.00"),
        (2, "2026-02-12", "10.00"),
        (1, "2026-01-20", "70.00"),
    ];
    for (at, day, amount) in sold {
        won(&admin, &funnel, day, amount, json!({ "product_id": products[at] })).await;
    }
    act(&admin, &year, "allocate", wish("mtd")).await.expect(200);
    assert_eq!(along(&admin, &year, "product").await, ["600.00", "300.00", "100.00"]);
    for basis in ["qtd", "htd", "ytd"] {
        act(&admin, &year, "allocate", wish(basis)).await.expect(200);
        assert_eq!(along(&admin, &year, "product").await, ["352.94", "588.24", "58.82"]);
    }
    let then = with(wish("mtd"), json!({ "as_of": "2026-01-15T00:00:00Z" }));
    act(&admin, &year, "allocate", then).await.refused(422, "no_basis");
    let share = json!({ "dimension": "product", "basis": "mtd",
        "members": [{ "id": products[0], "share": "1" }] });
    act(&admin, &year, "allocate", share).await.refused(422, "validation_failed");
}

async fn s_65_parts_go_up_and_down(world: &World) {
    let admin = &world.admin;
    let year = target(admin, json!({})).await;
    let mut members = Vec::new();
    for share in ["6", "3", "1"] {
        members.push(json!({ "id": product(world).await, "share": share }));
    }
    let change = |by: &str, rebalance: &str| {
        json!({ "dimension": "product", "rebalance": rebalance, "reason": "market",
            "adjustments": [{ "member": members[0]["id"], "change": by }] })
    };
    act(admin, &year, "adjust", change("0.05", "others")).await.refused(422, "not_divided");
    let wish = json!({ "dimension": "product", "members": members });
    act(admin, &year, "allocate", wish.clone()).await.expect(200);
    act(admin, &year, "adjust", change("0.05", "others")).await.expect(200);
    let parts = along(admin, &year, "product").await;
    assert_eq!((parts[0].as_str(), sum(&parts)), ("630.00", 100_000));
    assert_eq!(parts, ["630.00", "277.50", "92.50"]);
    act(admin, &year, "allocate", wish).await.expect(200);
    let up = act(admin, &year, "adjust", change("0.05", "none")).await.expect(200);
    assert_eq!(up.json["amount"], yuan("1030.00"));
    assert_eq!(along(admin, &year, "product").await, ["630.00", "300.00", "100.00"]);
    act(admin, &year, "adjust", change("2", "others")).await.refused(422, "no_room");
    act(admin, &year, "adjust", change("-1.5", "none")).await.refused(422, "out_of_range");
    let nobody = json!({ "dimension": "product", "rebalance": "none", "reason": "market",
        "adjustments": [{ "member": "nobody", "change": "0.1" }] });
    act(admin, &year, "adjust", nobody).await.refused(422, "unknown_value");
}

async fn s_53_and_s_54_every_change_is_a_version_in_force_from_a_day(world: &World) {
    let admin = &world.admin;
    won(admin, &Funnel::new(admin).await, "2026-01-01", "330.00", json!({})).await;
    let year = target(admin, json!({})).await;
    let change = |amount: &str, more: Json| {
        with(json!({ "amount": yuan(amount), "reason": "policy", "note": "年中调整" }), more)
    };
    let unknown = change("1100.00", json!({ "reason": "mood" }));
    act(admin, &year, "reallocate", unknown.clone()).await.refused(422, "unknown_value");
    let mine = json!({ "preferences": { "adjustment_reasons": ["mood"] } });
    admin.patch("/v1/tenant", mine).await.expect(200);
    let (_, boss) = world.person(&[("any", "any", "all")], None).await;
    let more = json!({ "approver_id": boss, "in_force_from": "2026-03-01" });
    act(admin, &year, "reallocate", change("1100.00", more)).await.expect(200);
    act(admin, &year, "impose", json!({ "argument": "定了" })).await.expect(200);
    let earlier = change("1200.00", json!({ "in_force_from": "2026-02-01" }));
    act(admin, &year, "reallocate", earlier).await.refused(422, "out_of_range");
    act(
        admin,
        &year,
        "reallocate",
        with(
            unknown,
            json!({ "amount": yuan("1200.00"),
        "in_force_from": "2026-05-01" }),
        ),
    )
    .await
    .expect(200);
    let told = admin.get(format!("{}/versions", own(&year))).await.expect(200);
    let shown = |member: &str| told.each(member);
    assert_eq!(shown("number"), [1, 2, 3]);
    assert_eq!(shown("reason"), [json!(null), json!("policy"), json!("mood")]);
    assert_eq!(shown("new"), [yuan("1000.00"), yuan("1100.00"), yuan("1200.00")]);
    assert_eq!(shown("old"), [json!(null), yuan("1000.00"), yuan("1100.00")]);
    assert_eq!(shown("approver_id")[1], json!(boss));
    assert_eq!(shown("in_force_from"), [json!(null), json!("2026-03-01"), json!("2026-05-01")]);
    // A figure does not change in passing, and what makes it a target never.
    let plain = json!({ "amount": yuan("5.00") });
    admin.patch(own(&year), plain).await.refused(422, "use_adjust");
    admin.patch(own(&year), json!({ "period": "2027" })).await.refused(422, "immutable");
    days_pass(world, 100).await;
    let admin = again(world).await;
    let at = async |query: &str| {
        let told = admin.get(format!("{}/attainment{query}", own(&year))).await.expect(200);
        (told.json["version"].clone(), figure(&told.json["target"]))
    };
    assert_eq!(at("").await, (json!(2), "1100.00".to_owned()), "11 April");
    assert_eq!(at("?as_of=2026-02-10T00:00:00Z").await, (json!(1), "1000.00".to_owned()));
    assert_eq!(at("?version=3").await, (json!(3), "1200.00".to_owned()));
    let none = format!("{}/attainment?version=9", own(&year));
    admin.get(none).await.refused(422, "no_such_version");
    // So do reports.
    let path = |more: &str| format!("/v1/reports/attainment?target_id={}&{more}", year.id());
    for (more, amount, attainment) in [
        ("compare=levels", "1100.00", "0.3000"),
        ("compare=levels&version=1", "1000.00", "0.3300"),
        ("compare=history&version=3", "1200.00", "0.2750"),
        ("compare=levels&as_of=2026-02-10T00:00:00Z", "1000.00", "0.3300"),
    ] {
        let told = admin.get(path(more)).await.expect(200);
        let row = told.data().last().expect("a row");
        assert_eq!((&row["target"], &row["actual"]), (&yuan(amount), &yuan("330.00")), "{more}");
        assert_eq!(row["attainment"]["value"], attainment, "{more}");
    }
    let none = path("compare=levels&version=9");
    admin.get(none).await.refused(422, "no_such_version");
    let peers = "/v1/reports/attainment?compare=peers&version=1";
    admin.get(peers).await.refused(400, "bad_parameter");
}

async fn s_57_those_below_cover_the_risk(world: &World) {
    let admin = &world.admin;
    let company = target(admin, json!({ "risk_coefficient": "1.1" })).await;
    let mut members = Vec::new();
    for share in ["6", "4"] {
        let unit = json!({ "name": format!("Unit {}", world.next()), "kind": "department" });
        let unit = admin.post("/v1/org-units", unit).await.expect(201).id();
        members.push(json!({ "id": unit, "share": share }));
    }
    let product = product(world).await;
    let both = json!({ "dimension": "product",
        "members": [{ "id": product, "share": "2" }, { "id": self::product(world).await, "share": "1" }] });
    act(admin, &company, "allocate", both.clone()).await.expect(200);
    let wish = json!({ "dimension": "unit", "members": members });
    act(admin, &company, "allocate", wish).await.expect(200);
    let short = json!({ "dimension": "unit",
        "figures": [{ "member": members[0]["id"], "amount": yuan("659.99") }] });
    let refused = act(admin, &company, "hand-down", short).await;
    refused.refused(422, "under_risk_cover");
    let none = admin.get(format!("/v1/targets?parent_id={}", company.id())).await.expect(200);
    assert!(none.data().is_empty(), "all of them or none");
    let handed = act(admin, &company, "hand-down", json!({ "dimension": "unit" })).await;
    let handed = handed.expect(200);
    let branch = &handed.json["cover"]["branches"][0];
    assert_eq!(handed.json["cover"]["required"], yuan("1100.00"));
    assert_eq!((&branch["held"], &branch["children"]), (&yuan("1100.00"), &json!(2)));
    assert_eq!((&branch["unallocated"], &branch["is_met"]), (&yuan("-100.00"), &json!(true)));
    assert_eq!(branch["cover"]["value"], "1.1000");
    act(admin, &company, "hand-down", json!({ "dimension": "unit" }))
        .await
        .refused(409, "duplicate");
    // What a part is divided into goes along; nobody lowers it below the cover.
    let child = admin.get(format!("/v1/targets/{}", handed.json["data"][0].as_str().expect("id")));
    let child = child.await.expect(200);
    assert_eq!((&child.json["amount"], &child.json["branch"]), (&yuan("660.00"), &json!("unit")));
    assert_eq!(sum(&along(admin, &child, "product").await), 66_000);
    let less = json!({ "amount": yuan("659.00"), "reason": "market" });
    act(admin, &child, "reallocate", less).await.refused(422, "under_risk_cover");
    admin.delete(own(&child)).await.refused(422, "under_risk_cover");
    let more = json!({ "amount": yuan("700.00"), "reason": "market" });
    act(admin, &child, "reallocate", more).await.expect(200);
    let cover = admin.get(format!("{}/cover", own(&company))).await.expect(200);
    assert_eq!(cover.json["branches"][0]["held"], yuan("1140.00"));
    admin.delete(own(&company)).await.refused(409, "in_use");
    s_56_what_a_manager_allocates_is_no_copy(admin, &child, both).await;
}

async fn s_56_what_a_manager_allocates_is_no_copy(admin: &Client, child: &Answer, both: Json) {
    act(admin, child, "allocate", both.clone()).await.refused(422, "copy_of_parent");
    let copied = with(both.clone(), json!({ "confirm_copy": true }));
    act(admin, child, "allocate", copied).await.expect(200);
    let mut other = both;
    other["members"][1]["share"] = json!("3");
    act(admin, child, "allocate", other).await.expect(200);
    // Both stand side by side.
    let told = admin.get(format!("{}/breakdown", own(child))).await.expect(200);
    let parts = told.json["axes"][0]["members"].as_array().expect("members");
    let of = |member: &str| parts.iter().map(|one| figure(&one[member])).collect::<Vec<_>>();
    assert_eq!(of("figure"), ["280.00", "420.00"]);
    assert_eq!(of("parent_figure"), ["666.67", "333.33"]);
}

async fn s_69_representatives_get_parts_for_the_days_that_they_serve(world: &World) {
    let admin = &world.admin;
    let june = target(admin, json!({ "period": "2026-06" })).await;
    let reps = [
        user(world, json!({})).await,
        user(world, json!({})).await,
        user(world, json!({ "sales_profile": { "starts_on": "2026-06-16" } })).await,
    ];
    let members: Vec<Json> = reps.iter().map(|id| json!({ "id": id })).collect();
    let wish = json!({ "dimension": "rep", "members": members });
    act(admin, &june, "allocate", wish.clone()).await.expect(200);
    assert_eq!(along(admin, &june, "rep").await, ["400.00", "400.00", "200.00"]);
    let mut away = wish.clone();
    away["members"][0]["leave"] = json!([{ "from": "2026-06-01", "until": "2026-06-15" }]);
    act(admin, &june, "allocate", away).await.expect(200);
    assert_eq!(along(admin, &june, "rep").await, ["250.00", "500.00", "250.00"]);
    // Of a year only the month of the beginning and those before are less.
    let half = target(admin, json!({ "period": "2026-H2", "amount": yuan("1800.00") })).await;
    act(admin, &half, "split", json!({ "by": "month" })).await.expect(200);
    let later = user(world, json!({ "sales_profile": { "starts_on": "2026-09-16" } })).await;
    let two = json!({ "dimension": "rep", "members": [{ "id": reps[0] }, { "id": later }] });
    act(admin, &half, "allocate", two).await.expect(200);
    assert_eq!(along(admin, &half, "rep").await, ["1250.00", "550.00"]);
    assert_eq!(along(admin, &half, "month").await, vec!["300.00"; 6]);
}

async fn s_70_dealers_get_parts_and_nobody_else(world: &World) {
    let admin = &world.admin;
    let year = target(admin, json!({})).await;
    let dealer = party(admin, "华东经销", &["dealer"]).await;
    let customer = party(admin, "宏图", &["customer"]).await;
    let among = |ids: &[&str]| {
        let members: Vec<Json> = ids.iter().map(|id| json!({ "id": id })).collect();
        json!({ "dimension": "channel", "members": members })
    };
    act(admin, &year, "allocate", among(&[&dealer, &customer])).await.refused(422, "not_a_dealer");
    act(admin, &year, "allocate", among(&[&dealer])).await.expect(200);
    let own = json!({ "level": "channel", "metric": "amount", "period": "2026",
        "amount": yuan("5.00"), "dealer_id": customer });
    admin.post("/v1/targets", own).await.refused(422, "not_a_dealer");
    act(admin, &year, "hand-down", json!({ "dimension": "channel" })).await.expect(200);
    let made = admin.get(format!("/v1/targets?dealer_id={dealer}")).await.expect(200);
    assert_eq!(made.each("amount"), [yuan("1000.00")]);
}

async fn s_75_closed_months_stay_as_they_are(world: &World) {
    let year = target(&world.admin, json!({ "amount": yuan("1200.00") })).await;
    act(&world.admin, &year, "split", json!({ "by": "month" })).await.expect(200);
    let reps = [user(world, json!({})).await, user(world, json!({})).await];
    let members: Vec<Json> = reps
        .iter()
        .zip(["3", "1"])
        .map(|(id, share)| json!({ "id": id, "share": share }))
        .collect();
    let wish = json!({ "dimension": "rep", "members": members });
    act(&world.admin, &year, "allocate", wish.clone()).await.expect(200);
    days_pass(world, 100).await;
    let admin = &again(world).await;
    let to = |amount: &str| json!({ "amount": yuan(amount), "reason": "environment" });
    act(admin, &year, "reallocate", to("1560.00")).await.expect(200);
    let months = along(admin, &year, "month").await;
    assert_eq!(months[..3], ["100.00", "100.00", "100.00"]);
    assert_eq!((sum(&months), months[3].as_str()), (156_000, "140.00"));
    assert_eq!(along(admin, &year, "rep").await, ["1170.00", "390.00"]);
    act(admin, &year, "reallocate", to("299.99")).await.refused(422, "below_closed");
    let weights = json!({ "reason": "market", "weights": vec!["1"; 12] });
    act(admin, &year, "reallocate", weights).await.refused(422, "out_of_range");
    let month = |name: &str| {
        json!({ "dimension": "month", "rebalance": "others", "reason": "market",
            "adjustments": [{ "member": name, "change": "0.1" }] })
    };
    act(admin, &year, "adjust", month("2026-03")).await.refused(422, "period_closed");
    act(admin, &year, "adjust", month("2026-04")).await.expect(200);
    let months = along(admin, &year, "month").await;
    assert_eq!(
        (months[2].as_str(), months[3].as_str(), sum(&months)),
        ("100.00", "154.00", 156_000)
    );
    // A representative gives up less than closed months hold.
    let rep = |by: &str| {
        json!({ "dimension": "rep", "rebalance": "others", "reason": "cost",
            "adjustments": [{ "member": reps[0], "change": by }] })
    };
    act(admin, &year, "adjust", rep("-0.9")).await.refused(422, "below_closed");
    act(admin, &year, "adjust", rep("-0.5")).await.expect(200);
    assert_eq!(along(admin, &year, "rep").await, ["585.01", "974.99"]);
    assert_eq!(along(admin, &year, "month").await[..3], ["100.00", "100.00", "100.00"]);
    act(admin, &year, "allocate", wish).await.refused(422, "period_closed");
}

async fn s_51_what_is_no_target_is_refused(world: &World) {
    let admin = &world.admin;
    let body = |members: Json| {
        with(
            json!({ "metric": "amount", "level": "company", "period": "2026",
            "amount": yuan("1000.00") }),
            members,
        )
    };
    let unit = admin.get("/v1/org-units").await.expect(200).data()[0]["id"].clone();
    let first = target(admin, json!({})).await;
    admin.post("/v1/targets", body(json!({}))).await.refused(409, "duplicate");
    let wrong = [
        (json!({ "period": "ytd" }), "invalid_format", "/period"),
        (json!({ "amount": null }), "required", "/amount"),
        (json!({ "quantity": 5 }), "other_level", "/quantity"),
        (json!({ "metric": "count" }), "required", "/quantity"),
        (json!({ "level": "unit" }), "required", "/org_unit_id"),
        (json!({ "org_unit_id": unit }), "other_level", "/org_unit_id"),
        (json!({ "period": "2027", "parent_id": first.id() }), "outside_parent", "/parent_id"),
        (
            json!({ "metric": "margin", "period": "2026-Q1", "parent_id": first.id() }),
            "outside_parent",
            "/parent_id",
        ),
    ];
    for (members, code, place) in wrong {
        let refused = admin.post("/v1/targets", body(members)).await.refused(422, code);
        assert_eq!(refused.findings()[0].0, place, "{}", refused.text);
    }
    let dollars = json!({ "period": "2026-Q1", "parent_id": first.id(),
        "amount": { "amount": "1.00", "currency": "USD" } });
    admin.post("/v1/targets", body(dollars)).await.refused(422, "currency_mismatch");
    // What is left of the whole is told, never lost.
    for (quarter, amount) in [("2026-Q1", "300.00"), ("2026-Q2", "200.00")] {
        let part = json!({ "period": quarter, "amount": yuan(amount), "parent_id": first.id() });
        admin.post("/v1/targets", body(part)).await.expect(201);
    }
    let cover = admin.get(format!("{}/cover", own(&first))).await.expect(200);
    let branch = &cover.json["branches"][0];
    assert_eq!((&branch["branch"], &branch["unallocated"]), (&json!("period"), &yuan("500.00")));
}

async fn two_managers_at_once_change_a_target_once(world: &World) {
    let admin = &world.admin;
    let year = target(admin, json!({})).await;
    let change = async |amount: &str| {
        let body = json!({ "amount": yuan(amount), "reason": "market" });
        admin.post(format!("{}/reallocate", own(&year)), body).if_match(1).await
    };
    let (one, other) = join(change("1100.00"), change("1200.00")).await;
    let mut said = [one.status, other.status];
    said.sort_unstable();
    assert_eq!(said, [200, 412], "{} {}", one.text, other.text);
    let told = admin.get(format!("{}/versions", own(&year))).await.expect(200);
    assert_eq!(told.each("number"), [1, 2]);
}
