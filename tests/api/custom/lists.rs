//! Lists narrowed by fields and put in their order, page by page.

use super::{names, party};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    d_90_lists_are_narrowed_by_fields,
    lists_are_put_in_the_order_of_a_field_page_by_page,
    what_cannot_be_asked_is_refused_clearly,
    d_90_random_filters_find_what_they_mean,
];

/// Records that have the same value are ordered by when they were made.
fn tick(world: &World) {
    world.clock.advance(chrono::TimeDelta::milliseconds(10));
}

async fn things(world: &World) {
    let admin = &world.admin;
    given::field(admin, "colour", "choice", json!({ "choices": given::choices(&["red", "blue"]) }))
        .await;
    given::field(admin, "marks", "choices", json!({ "choices": given::choices(&["x", "y", "z"]) }))
        .await;
    given::field(admin, "rate", "number", json!({})).await;
    given::field(admin, "due", "date", json!({})).await;
    given::field(admin, "motto", "text", json!({})).await;
    for (name, custom) in [
        ("A", json!({ "colour": "red", "marks": ["x", "y"], "rate": "-2.5", "motto": "Ｈello" })),
        ("B", json!({ "colour": "blue", "marks": ["y"], "rate": "10", "due": "2026-01-03" })),
        ("C", json!({ "rate": "9.75", "due": "2025-12-20", "motto": "world" })),
        ("D", json!({})),
    ] {
        party(admin, name, custom).await.expect(201);
        tick(world);
    }
}

async fn sorted(world: &World, query: &str) -> String {
    let answer = world.admin.get(format!("/v1/parties?{query}")).await.expect(200);
    let mut found = names(&answer);
    found.sort_unstable();
    found.concat()
}

async fn d_90_lists_are_narrowed_by_fields(world: &World) {
    things(world).await;
    for (query, found) in [
        ("custom.colour=red", "A"),
        ("custom.colour=red,blue", "AB"),
        ("custom.colour=red,null", "ACD"),
        ("custom.marks=x,z", "A"),
        ("custom.marks=y", "AB"),
        ("custom.rate=10.00", "B"),
        ("custom.rate_min=9.75", "BC"),
        ("custom.rate_below=9.75", "A"),
        ("custom.due_after=2026-01-01", "B"),
        ("custom.due_before=2026-01-01", "C"),
        ("custom.motto=hELLO", "A"),
        ("custom.motto=null", "BD"),
        ("custom.colour=red&custom.rate_below=0&tier=null", "A"),
    ] {
        assert_eq!(sorted(world, query).await, found, "{query}");
    }
    for (filter, found) in [
        ("custom.colour = \"red\"", "A"),
        ("custom.colour != red", "BCD"),
        ("NOT custom.colour = red", "BCD"),
        ("custom.colour = null", "CD"),
        ("custom.colour:*", "AB"),
        ("custom.marks:y AND NOT custom.marks:x", "B"),
        ("custom.rate > 9.75", "B"),
        ("custom.rate >= 9.75", "BC"),
        ("custom.rate < 0 OR custom.rate = 10", "AB"),
        ("-custom.rate >= 9.75", "AD"),
        ("custom.due >= days_ago(30)", "BC"),
        ("custom.due > now()", "B"),
        ("custom.motto = \"HELLO\" AND name = A", "A"),
    ] {
        let said = filter.replace('+', "%2B");
        assert_eq!(sorted(world, &format!("filter={said}")).await, found, "{filter}");
        let search = world.admin.post("/v1/parties/search", json!({ "filter": filter })).await;
        let mut searched = names(&search.expect(200)).concat().into_bytes();
        searched.sort_unstable();
        assert_eq!(searched, found.as_bytes(), "{filter}");
    }
    let comparison = json!({ "field": "custom.colour", "op": "in", "value": ["blue", null] });
    let answer = world.admin.post("/v1/parties/search", json!({ "filter": comparison })).await;
    assert_eq!(answer.expect(200).data().len(), 3);
    let counted = world.admin.get("/v1/parties?custom.rate_min=0&count=exact&limit=1").await;
    assert_eq!(counted.expect(200).json["total"], 2);
    let sparse = world.admin.get("/v1/parties?custom.motto=hello&fields=name,custom.rate").await;
    assert_eq!(sparse.expect(200).data()[0], json!({ "name": "A", "custom": { "rate": "-2.5" } }));
}

/// All pages of a list of two records each.
async fn pages(world: &World, query: &str) -> String {
    let (mut found, mut cursor) = (String::new(), String::new());
    for _ in 0..20 {
        let answer: Answer =
            world.admin.get(format!("/v1/parties?limit=2&{query}{cursor}")).await.expect(200);
        found.extend(names(&answer));
        match answer.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("{query}: no end")
}

async fn lists_are_put_in_the_order_of_a_field_page_by_page(world: &World) {
    things(world).await;
    party(&world.admin, "E", json!({ "rate": "9.75" })).await.expect(201);
    tick(world);
    party(&world.admin, "F", json!({})).await.expect(201);
    for (query, found) in [
        ("sort=custom.rate", "ACEBDF"),
        ("sort=-custom.rate", "BECAFD"),
        ("sort=custom.due", "CBADEF"),
        ("sort=-custom.motto", "CAFEDB"),
        ("sort=custom.rate&custom.rate_min=0", "CEB"),
        ("sort=custom.rate&filter=custom.rate = null", "DF"),
    ] {
        assert_eq!(pages(world, query).await, found, "{query}");
    }
    let deleted = world.admin.get("/v1/parties?name=C").await.expect(200).data()[0].clone();
    let path = format!("/v1/parties/{}", deleted["id"].as_str().expect("an id"));
    world.admin.delete(path).await.expect(204);
    assert_eq!(pages(world, "sort=custom.rate").await, "AEBDF");
    assert_eq!(pages(world, "sort=custom.rate&include_deleted=true").await, "ACEBDF");
    let (seller, _) = world.person(&[("parties", "any", "own")], None).await;
    party(&seller, "S", json!({ "rate": "1" })).await.expect(201);
    let theirs = seller.get("/v1/parties?sort=custom.rate").await.expect(200);
    assert_eq!(names(&theirs), ["S"]);
    let search = json!({ "sort": ["-custom.rate"], "limit": 1 });
    let first = world.admin.post("/v1/parties/search", search).await.expect(200);
    assert_eq!(names(&first), ["B"]);
}

async fn what_cannot_be_asked_is_refused_clearly(world: &World) {
    things(world).await;
    for (query, code, place) in [
        ("custom.size=1", "unknown_parameter", "custom.size"),
        ("custom=1", "unknown_parameter", "custom"),
        ("custom.colour_min=red", "unknown_parameter", "custom.colour_min"),
        ("custom.rate=much", "bad_parameter", "custom.rate"),
        ("custom.rate_min=1,2", "bad_parameter", "custom.rate_min"),
        ("custom.rate_min=null", "bad_parameter", "custom.rate_min"),
        ("custom.colour=green", "bad_parameter", "custom.colour"),
        ("sort=custom.size", "bad_parameter", "sort"),
        ("sort=custom.colour", "bad_parameter", "sort"),
        ("sort=custom.marks", "bad_parameter", "sort"),
        ("sort=custom.rate,name", "bad_parameter", "sort"),
        ("filter=custom.size = 1", "bad_parameter", "filter"),
        ("filter=custom.colour > red", "bad_parameter", "filter"),
        ("filter=custom.motto:hello", "bad_parameter", "filter"),
        ("filter=custom.due = soon", "bad_parameter", "filter"),
        ("fields=name,custom.size", "bad_parameter", "fields"),
    ] {
        let answer = world.admin.get(format!("/v1/parties?{query}")).await.refused(400, code);
        assert_eq!(answer.findings()[0].0, place, "{query}");
    }
    let id = given::party(&world.admin, "One").await.id();
    let one = format!("/v1/parties/{id}?fields=custom.size");
    world.admin.get(one).await.refused(400, "bad_parameter");
}

/// A pseudo-random sequence that is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

async fn d_90_random_filters_find_what_they_mean(world: &World) {
    given::field(&world.admin, "n", "integer", json!({})).await;
    let mut dice = Dice(7);
    let mut values: Vec<Option<i64>> = Vec::new();
    let mut items = Vec::new();
    for at in 0..60 {
        let value = (dice.roll(5) > 0).then(|| i64::try_from(dice.roll(9)).expect("small") - 4);
        let mut data = json!({ "kind": "organisation", "name": format!("P{at}") });
        if let Some(value) = value {
            data["custom"] = json!({ "n": value });
        }
        items.push(json!({ "op": "create", "data": data }));
        values.push(value);
    }
    let body = json!({ "items": items });
    world.admin.post("/v1/parties/batch", body).key("all").await.expect(200);
    for _ in 0..40 {
        let (limit, sign) = (i64::try_from(dice.roll(9)).expect("small") - 4, dice.roll(6));
        let (sign, means): (&str, fn(i64, i64) -> bool) = [
            ("=", (|a, b| a == b) as fn(i64, i64) -> bool),
            ("!=", |a, b| a != b),
            ("<", |a, b| a < b),
            ("<=", |a, b| a <= b),
            (">", |a, b| a > b),
            (">=", |a, b| a >= b),
        ][usize::try_from(sign).expect("small")];
        let negated = dice.roll(2) == 1;
        let is = |value: &Option<i64>| {
            value.map_or(sign == "!=", |value| means(value, limit)) != negated
        };
        let expected = values.iter().filter(|value| is(value)).count();
        let comparison = json!({ "field": "custom.n", "op": sign, "value": limit });
        let filter: Json = if negated { json!({ "not": comparison }) } else { comparison };
        let found =
            world.admin.post("/v1/parties/search", json!({ "filter": filter, "limit": 200 }));
        assert_eq!(found.await.expect(200).data().len(), expected, "{filter}");
    }
}
