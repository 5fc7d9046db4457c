//! Segments: rules over fields, behaviour and scores, and whom they have.

use crate::sales::with;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};
use std::collections::BTreeSet;

both_stores![
    m_04_a_preview_counts_what_brute_force_finds,
    m_12_the_two_populations_make_the_whole,
    m_04_a_wrong_rule_is_named_at_its_place,
    m_04_members_are_a_list_of_parties,
    m_04_only_what_the_caller_sees_is_counted,
    m_04_recency_frequency_and_amount_are_names_of_rules,
];

/// What the test knows of a party.
struct Known {
    id: String,
    customer: bool,
    industry: &'static str,
    employees: i64,
    tier: Option<&'static str>,
    visits: i64,
    /// What its contracts come to in CNY, if it has any.
    net: i64,
}

async fn visit(world: &World, party: &str, day: &str) {
    let body = json!({ "kind": "visit", "subject": "拜访", "party_id": party,
        "starts_at": format!("{day}T02:00:00Z") });
    let one = world.admin.post("/v1/activities", body).await.expect(201).id();
    let done = json!({ "result": "谈得不错" });
    world.admin.post(format!("/v1/activities/{one}/complete"), done).await.expect(200);
}

/// Eighteen parties: of three in turn a customer, a prospect and one that is both.
async fn parties(world: &World) -> Vec<Known> {
    let mut all = Vec::new();
    for number in 0..18_usize {
        let roles: &[&str] = match number % 3 {
            0 => &["customer"],
            1 => &["prospect"],
            _ => &["prospect", "customer"],
        };
        let industry = ["制造业", "零售", "软件"][number / 3 % 3];
        let tier = [None, Some("A"), Some("B"), Some("A")][number % 4];
        let employees = (number as i64) * 25;
        let body = json!({ "kind": "organisation", "name": format!("公司{number}"), "roles": roles,
            "industry": industry, "tier": tier, "employees": employees });
        let id = world.admin.post("/v1/parties", body).await.expect(201).id();
        let visits = (number % 4) as i64 - 1;
        for at in 0..visits.max(0) {
            visit(world, &id, ["2025-12-01", "2025-09-01"][at as usize]).await;
        }
        let customer = number % 3 != 1;
        let mut net = 0;
        if customer && number % 2 == 0 {
            let quantity = number as i64 + 1;
            super::signed_by(world, &id, &quantity.to_string()).await;
            net = quantity * 100;
        }
        all.push(Known { id, customer, industry, employees, tier, visits: visits.max(0), net });
    }
    // Neither a customer nor a prospect: in no segment.
    given::party(&world.admin, "供应商").await;
    all
}

fn is(field: &str, op: &str, value: impl Into<Json>) -> Json {
    json!({ "field": field, "op": op, "value": value.into() })
}

type Fits = fn(&Known) -> bool;

fn rules() -> Vec<(Json, Fits)> {
    let of = |rule: Json, fits: Fits| (rule, fits);
    let ago = |days: i64| json!({ "call": "days_ago", "days": days });
    vec![
        of(is("industry", "=", "制造业"), |one| one.industry == "制造业"),
        of(is("tier", "!=", "A"), |one| one.tier != Some("A")),
        of(json!({ "not": is("tier", "=", "A") }), |one| one.tier != Some("A")),
        of(is("visits.count", ">=", 1), |one| one.visits >= 1),
        of(is("visits.count", "=", 0), |one| one.visits == 0),
        of(is("visits.count_60d", ">=", 1), |one| one.visits >= 1),
        of(is("visits.count_60d", "=", 2), |_| false),
        of(is("activities.last_at", ">=", ago(60)), |one| one.visits >= 1),
        of(json!({ "not": is("activities.last_at", ">=", ago(60)) }), |one| one.visits == 0),
        of(is("activities.last_at", "=", Json::Null), |one| one.visits == 0),
        of(is("contracts.count", ">", 0), |one| one.net > 0),
        of(is("contracts.net", ">=", "500.00 CNY"), |one| one.net >= 500),
        of(is("contracts.net", "<", "500.00"), |one| one.net < 500),
        of(is("contracts.net.USD", ">", "0.00 USD"), |_| false),
        of(is("contracts.last_on", ">=", ago(30)), |one| one.net > 0),
        of(
            json!({ "or": [
                { "and": [is("employees", ">", 100), is("contracts.count", "=", 0)] },
                { "not": { "or": [is("visits.count", "<", 2), is("industry", "=", "软件")] } },
                { "and": [is("contracts.net", ">", "1200.00"), is("tier", ":", "*")] },
            ] }),
            |one| {
                (one.employees > 100 && one.net == 0)
                    || !(one.visits < 2 || one.industry == "软件")
                    || (one.net > 1200 && one.tier.is_some())
            },
        ),
    ]
}

async fn m_04_a_preview_counts_what_brute_force_finds(world: &World) {
    let all = parties(world).await;
    for (rule, fits) in rules() {
        let known: BTreeSet<String> =
            all.iter().filter(|one| fits(one)).map(|one| one.id.clone()).collect();
        let body = json!({ "rule": rule });
        let tried = world.admin.post("/v1/segments/preview", body.clone()).await.expect(200);
        assert_eq!(tried.json["count"], known.len(), "{rule}");
        let first: Vec<&String> = known.iter().take(10).collect();
        assert_eq!(tried.json["sample"], json!(first), "{rule}");
        let segment = with(body, json!({ "name": "试" }));
        let segment = world.admin.post("/v1/segments", segment).await.expect(201).id();
        let members = format!("/v1/segments/{segment}/members?limit=200");
        let members = world.admin.get(members).await.expect(200);
        let found: BTreeSet<String> =
            members.each("id").iter().map(|id| id.as_str().expect("an id").to_owned()).collect();
        assert_eq!(found, known, "{rule}");
    }
    // A field of the tenant too.
    given::field(&world.admin, "score", "integer", json!({})).await;
    let path = format!("/v1/parties/{}", all[4].id);
    world.admin.patch(path, json!({ "custom": { "score": 7 } })).await.expect(200);
    let rule =
        json!({ "rule": { "and": [is("custom.score", ">", 5), is("visits.count", "=", 0)] } });
    let tried = world.admin.post("/v1/segments/preview", rule).await.expect(200);
    assert_eq!(tried.json["sample"], json!([all[4].id]));
    let listed = world.admin.get("/v1/segments").await.expect(200);
    assert_eq!(listed.data().len(), rules().len(), "a preview keeps nothing");
}

async fn m_12_the_two_populations_make_the_whole(world: &World) {
    let all = parties(world).await;
    let rule = is("employees", ">=", 50);
    let mut counts = Vec::new();
    for population in ["customers", "prospects", "all"] {
        let body = json!({ "population": population, "rule": rule });
        let tried = world.admin.post("/v1/segments/preview", body).await.expect(200);
        counts.push(tried.json["count"].as_u64().expect("a count"));
    }
    let of = |customer: bool| {
        all.iter().filter(|one| one.employees >= 50 && one.customer == customer).count() as u64
    };
    assert_eq!(counts, [of(true), of(false), of(true) + of(false)]);
}

async fn m_04_a_wrong_rule_is_named_at_its_place(world: &World) {
    let inner = |one: Json| json!({ "and": [is("tier", "=", "A"), { "not": one }] });
    for (rule, place, code) in [
        (inner(is("colour", "=", "red")), "/rule/and/1/not/field", "unknown_value"),
        (inner(is("contracts.count", ">=", "many")), "/rule/and/1/not/value", "invalid_format"),
        (inner(is("visits.count", "like", 1)), "/rule/and/1/not/op", "unknown_value"),
        (inner(is("visits.count_0d", "=", 1)), "/rule/and/1/not/field", "unknown_value"),
        (
            inner(is("contracts.last_on_30d", "=", Json::Null)),
            "/rule/and/1/not/field",
            "unknown_value",
        ),
        (inner(is("visits.count.USD", "=", 1)), "/rule/and/1/not/field", "unknown_value"),
        (json!({ "and": [] }), "/rule/and", "out_of_range"),
        (json!("tier = A"), "/rule", "invalid_type"),
    ] {
        for path in ["/v1/segments", "/v1/segments/preview"] {
            let mut body = json!({ "rule": rule });
            if path == "/v1/segments" {
                body["name"] = json!("X");
            }
            let refused = world.admin.post(path, body).await.refused(422, "validation_failed");
            let (found, why) = refused.findings().remove(0);
            assert!(found.starts_with(place), "{found} {rule}");
            if code == "unknown_value" {
                assert_eq!(why, code, "{rule}");
            }
        }
    }
    let wrong = json!({ "rule": is("colour", "=", "red") });
    let refused = world.admin.post("/v1/segments/preview", wrong).await.expect(422);
    let known = refused.json["errors"][0]["params"]["expected"].as_str().expect("names");
    assert!(known.contains("industry") && known.contains("contracts.net"), "{known}");
    world.admin.post("/v1/segments", json!({ "name": "X" })).await.expect(422);
    let many: Vec<Json> = (1..=21).map(|n| is(&format!("visits.count_{n}d"), ">", 0)).collect();
    let many = json!({ "rule": { "and": many } });
    world.admin.post("/v1/segments/preview", many).await.refused(422, "validation_failed");
}

async fn segment(world: &World, rule: Json) -> Answer {
    world.admin.post("/v1/segments", json!({ "name": "客户群", "rule": rule })).await.expect(201)
}

async fn m_04_members_are_a_list_of_parties(world: &World) {
    let all = parties(world).await;
    let one = segment(world, is("visits.count", ">=", 1)).await;
    given::read_in_every_way(&world.admin, "segments", &one.id()).await;
    let path = format!("/v1/segments/{}/members", one.id());
    let known = all.iter().filter(|one| one.visits >= 1).count();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.admin.get(format!("{path}?limit=4&sort=name{cursor}")).await.expect(200);
        found.extend(page.each("id"));
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found.iter().map(Json::to_string).collect::<BTreeSet<_>>().len(), known);
    assert_eq!(found.len(), known);
    let counted = world.admin.get(format!("{path}?count=exact&limit=1")).await.expect(200);
    assert_eq!(counted.json["total"], known);
    let few = world.admin.get(format!("{path}?industry=软件")).await.expect(200);
    let software = all.iter().filter(|one| one.visits >= 1 && one.industry == "软件").count();
    assert_eq!(few.data().len(), software);
    // A cursor of another rule is none of this one.
    let first = world.admin.get(format!("{path}?limit=1")).await.expect(200);
    let cursor = first.json["next_cursor"].as_str().expect("a cursor");
    let own = format!("/v1/segments/{}", one.id());
    let changed = world.admin.patch(&own, json!({ "rule": is("visits.count", ">=", 2) })).await;
    assert_eq!(changed.expect(200).version(), 2);
    world.admin.get(format!("{path}?limit=1&cursor={cursor}")).await.refused(400, "bad_cursor");
    let saved = world.admin.act(format!("{own}/preview")).await.expect(200);
    assert_eq!(saved.json["count"], all.iter().filter(|one| one.visits >= 2).count());
    let past = world.admin.get(format!("{own}/provenance")).await.expect(200);
    let rule = past.data().iter().find(|one| one["field"] == "rule").cloned();
    assert_eq!(rule.expect("an origin")["version"], 2);
}

async fn m_04_only_what_the_caller_sees_is_counted(world: &World) {
    parties(world).await;
    let rights = [("segments", "read", "all"), ("parties", "read", "own")];
    let (poor, _) = world.person(&rights, None).await;
    let rule = json!({ "rule": is("employees", ">=", 0) });
    let tried = poor.post("/v1/segments/preview", rule).await.expect(200);
    assert_eq!(tried.json["count"], 0);
    // What the caller may not read is no name of a rule.
    let rule = json!({ "rule": is("contracts.count", ">=", 1) });
    poor.post("/v1/segments/preview", rule).await.refused(422, "validation_failed");
    let one = segment(world, is("employees", ">=", 0)).await;
    let path = format!("/v1/segments/{}", one.id());
    let stranger = world.stranger().await;
    for end in ["/preview", "/members"] {
        let method = if end == "/preview" { "POST" } else { "GET" };
        stranger.request(method, format!("{path}{end}")).await.refused(404, "not_found");
    }
    let nobody = [("segments", "read", "all")];
    let (nobody, _) = world.person(&nobody, None).await;
    nobody.get(format!("{path}/members")).await.refused(403, "forbidden");
}

/// An order of so many for 100 yuan each.
async fn order(world: &World, party: &str, day: &str, quantity: &str) {
    let line = json!({ "sku": "GTX", "quantity": quantity, "unit_price": "100" });
    let body = json!({ "source": "shop", "reference": world.next().to_string(), "currency": "CNY",
        "party_id": party, "placed_at": format!("{day}T04:00:00Z"), "lines": [line] });
    world.admin.post("/v1/orders", body).await.expect(201);
}

async fn m_04_recency_frequency_and_amount_are_names_of_rules(world: &World) {
    let mut ids = Vec::new();
    for name in ["甲", "乙", "丙"] {
        ids.push(crate::sales::party(&world.admin, name, &["customer"]).await);
    }
    let [lately, before, never] = &ids[..] else { panic!("three customers") };
    order(world, lately, "2025-12-01", "3").await;
    super::signed_by(world, lately, "1").await;
    // Of two one came back, which is no purchase.
    order(world, before, "2025-06-01", "2").await;
    order(world, before, "2025-07-01", "-1").await;
    let ago = |days: i64| json!({ "call": "days_ago", "days": days });
    for (rule, expected) in [
        (is("purchases.count", ">=", 2), vec![lately]),
        (is("purchases.count", "=", 1), vec![before]),
        (is("purchases.count", "=", 0), vec![never]),
        (is("purchases.count_20d", "=", 1), vec![lately]),
        (is("purchases.net", "=", "400.00 CNY"), vec![lately]),
        (is("purchases.net", "=", "100.00 CNY"), vec![before]),
        (is("purchases.last_on", ">=", ago(60)), vec![lately]),
        (is("purchases.last_on", "=", Json::Null), vec![never]),
        (json!({ "not": is("purchases.first_on", "=", Json::Null) }), vec![lately, before]),
        (
            json!({ "and": [is("purchases.last_on", "<", ago(180)), is("purchases.count", ">", 0)] }),
            vec![before],
        ),
    ] {
        let tried = json!({ "population": "customers", "rule": rule });
        let tried = world.admin.post("/v1/segments/preview", tried).await.expect(200);
        let expected: BTreeSet<&String> = expected.into_iter().collect();
        assert_eq!(tried.json["sample"], json!(expected), "{rule}");
        assert_eq!(tried.json["count"], expected.len(), "{rule}");
    }
    // Who may read one sort of purchases only is told of neither.
    let rights =
        [("segments", "read", "all"), ("parties", "read", "all"), ("contracts", "read", "all")];
    let (half, _) = world.person(&rights, None).await;
    let wish = json!({ "rule": is("purchases.count", ">=", 1) });
    half.post("/v1/segments/preview", wish).await.refused(422, "validation_failed");
}
