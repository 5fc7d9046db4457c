//! Quotes: what they come to, their revisions, and how they end. Who must agree is in
//! `quote_approvals.rs`.

use super::{Funnel, again, party, path, summary, with, yuan};
use crate::workflow;
use guanxi_http::resources::SERVED;
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    s_17_a_quote_comes_to_exact_totals,
    s_17_prices_come_from_the_price_book,
    s_17_revising_makes_the_next_version_and_freezes_the_one_before,
    s_17_a_quote_expires_with_its_last_day,
    s_17_one_quote_of_an_opportunity_is_accepted,
    an_illegal_move_is_refused_to_administrators_too,
    a_quote_is_of_its_opportunity_for_ever,
    quotes_are_made_while_the_opportunity_is_open,
    what_products_cost_is_hidden_in_quotes_too,
    two_at_once_revise_once,
];

/// A product with this price and this cost, as far as they are known.
pub(super) async fn product(world: &World, price: Option<&str>, cost: Option<&str>) -> String {
    let body = json!({ "code": format!("GTX-{}", world.next()), "name": "GTX 工作站",
        "list_price": price.map(yuan), "cost": cost.map(yuan), "tax_rate": "0.13" });
    world.admin.post("/v1/products", body).await.expect(201).id()
}

pub(super) fn line(product: &str, quantity: &str, more: Json) -> Json {
    with(json!({ "product_id": product, "quantity": quantity }), more)
}

/// A quote on an opportunity with these members.
pub(super) async fn quote(client: &Client, opportunity: &Answer, body: Json) -> Answer {
    client.post(format!("{}/quotes", path(opportunity)), body).await.expect(201)
}

pub(super) fn own(quote: &Answer) -> String {
    format!("/v1/quotes/{}", quote.id())
}

/// A move without a body, or with the one that it needs.
pub(super) async fn act(client: &Client, quote: &Answer, verb: &str) -> Answer {
    let path = format!("{}/{verb}", own(quote));
    match verb {
        "decline" => client.post(path, json!({ "reason": "太贵" })).await,
        _ => client.act(path).await,
    }
}

fn place(answer: &Answer) -> String {
    answer.findings().into_iter().next().unwrap_or_else(|| panic!("a finding: {}", answer.text)).0
}

fn figures(quote: &Answer, members: &[&str]) -> Vec<Json> {
    members.iter().map(|member| quote.json[*member]["amount"].clone()).collect()
}

async fn s_17_a_quote_comes_to_exact_totals(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let made = funnel.opportunity(&world.admin, json!({ "party_id": customer })).await;
    let one = product(world, None, None).await;
    let lines = json!([
        line(&one, "3", json!({ "unit_price": yuan("99.99"), "discount": "0.1" })),
        line(
            &one,
            "1",
            json!({ "unit_price": yuan("100.00"), "discount_amount": yuan("5.00"),
            "tax_rate": "0.06", "description": "安装" })
        ),
    ]);
    let body = json!({ "lines": lines, "discount": "0.1", "valid_until": "2026-03-31" });
    let first = quote(&world.admin, &made, body).await;
    assert_eq!(first.header("location"), Some(own(&first).as_str()));
    let sums = ["list_total", "discount_total", "net", "tax", "gross"];
    assert_eq!(figures(&first, &sums), ["399.97", "71.50", "328.47", "36.72", "365.19"]);
    let told = &first.json["lines"];
    let amounts = |member: &str| [&told[0][member]["amount"], &told[1][member]["amount"]];
    assert_eq!(amounts("net"), [&json!("242.97"), &json!("85.50")]);
    assert_eq!(amounts("tax"), [&json!("31.59"), &json!("5.13")]);
    assert_eq!(
        (&told[0]["description"], &told[1]["description"]),
        (&json!("GTX 工作站"), &json!("安装"))
    );
    let shown =
        ["discount_rate", "revision", "status", "party_id", "currency", "below_cost", "margin"]
            .map(|member| first.json[member].clone());
    let expected = [
        json!("0.1788"),
        json!(1),
        json!("draft"),
        json!(customer),
        json!("CNY"),
        json!(false),
        Json::Null,
    ];
    assert_eq!(shown, expected);
    assert!(first.json["number"].as_str().expect("a number").starts_with("Q-20260101-"));
    let actions = json!(["update", "submit", "send", "withdraw", "revise", "delete"]);
    assert_eq!(first.json["actions"], actions);
    // What was read can be written back, and is no change.
    let same = json!({ "lines": first.json["lines"] });
    assert_eq!(world.admin.patch(own(&first), same).await.expect(200).version(), 1);
    let listed = world.admin.get(format!("{}/quotes?status=draft", path(&made))).await.expect(200);
    assert_eq!(listed.each("id"), [first.json["id"].clone()]);
    let other = funnel.opportunity(&world.admin, json!({})).await;
    let none = world.admin.get(format!("{}/quotes", path(&other))).await.expect(200);
    assert!(none.data().is_empty());
    let twice = format!("{}/quotes?opportunity_id={}", path(&made), made.id());
    world.admin.get(twice).await.refused(400, "unknown_parameter");
    let timeline = world.admin.get(format!("{}/timeline?subject_type=quote", path(&made))).await;
    assert_eq!(timeline.expect(200).each("kind"), ["quote.created"]);
}

async fn s_17_prices_come_from_the_price_book(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let (listed, bare) =
        (product(world, Some("120.00"), None).await, product(world, None, None).await);
    let book = json!({ "name": "Dealers", "currency": "CNY" });
    let book = world.admin.post("/v1/price-books", book).await.expect(201).id();
    for (price, from) in [("100.00", "1"), ("90.00", "10")] {
        let entry = json!({ "price_book_id": book, "product_id": listed, "price": yuan(price),
            "min_quantity": from });
        world.admin.post("/v1/price-book-entries", entry).await.expect(201);
    }
    let body = |lines: Json| json!({ "price_book_id": book, "lines": lines });
    let lines = json!([line(&listed, "9.5", json!({})), line(&listed, "10", json!({}))]);
    let booked = quote(&world.admin, &made, body(lines)).await;
    let prices = |quote: &Answer, member: &str| -> Vec<Json> {
        let lines = quote.json["lines"].as_array().expect("lines");
        lines.iter().map(|line| line[member]["amount"].clone()).collect()
    };
    assert_eq!(prices(&booked, "unit_price"), ["100.00", "90.00"]);
    assert_eq!(figures(&booked, &["net", "tax"]), ["1850.00", "240.50"]);
    // A lower price is a discount against the list, and none on the price.
    let lower = json!([line(&listed, "10", json!({ "unit_price": yuan("81.00") }))]);
    let lower = quote(&world.admin, &made, body(lower)).await;
    assert_eq!(
        (&lower.json["discount_rate"], &lower.json["list_discount_rate"]),
        (&json!("0.0000"), &json!("0.1000"))
    );
    // Without a price book the list price counts; without either there is none.
    let plain = json!({ "lines": [line(&listed, "1", json!({}))] });
    assert_eq!(prices(&quote(&world.admin, &made, plain).await, "unit_price"), ["120.00"]);
    let refused = async |body: Json, status: u16, code: &str| {
        let refused = world.admin.post(format!("{}/quotes", path(&made)), body).await;
        place(&refused.refused(status, code))
    };
    let missing = body(json!([line(&listed, "1", json!({})), line(&bare, "1", json!({}))]));
    assert_eq!(refused(missing, 422, "required").await, "/lines/1/unit_price");
    let dollars = with(body(json!([line(&listed, "1", json!({}))])), json!({ "currency": "USD" }));
    assert_eq!(refused(dollars, 422, "currency_mismatch").await, "/price_book_id");
    let mixed =
        json!([line(&bare, "1", json!({ "unit_price": { "amount": "1.00", "currency": "USD" } }))]);
    assert_eq!(refused(body(mixed), 422, "currency_mismatch").await, "/lines/0/unit_price");
    let much = json!([line(
        &bare,
        "1",
        json!({ "unit_price": yuan("1.00"), "discount_amount": yuan("1.01") })
    )]);
    assert_eq!(
        refused(json!({ "lines": much }), 422, "out_of_range").await,
        "/lines/0/discount_amount"
    );
    assert_eq!(refused(json!({ "lines": [] }), 422, "validation_failed").await, "/lines");
    world
        .admin
        .patch(format!("/v1/price-books/{book}"), json!({ "active": false }))
        .await
        .expect(200);
    let old = body(json!([line(&listed, "1", json!({}))]));
    assert_eq!(refused(old, 422, "price_book_not_valid").await, "/price_book_id");
    // What was priced once stays so.
    let note = world.admin.patch(own(&booked), json!({ "note": "x" })).await.expect(200);
    assert_eq!(prices(&note, "unit_price"), ["100.00", "90.00"]);
}

async fn s_17_revising_makes_the_next_version_and_freezes_the_one_before(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let one = product(world, Some("100.00"), None).await;
    let body = json!({ "number": "Q-7", "lines": [line(&one, "2", json!({}))] });
    let first = quote(&world.admin, &made, body).await;
    act(&world.admin, &first, "send").await.expect(200);
    let second = act(&world.admin, &first, "revise").await.expect(201);
    assert_eq!(second.header("location"), Some(own(&second).as_str()));
    let shown = ["number", "revision", "previous_id", "status"].map(|m| second.json[m].clone());
    assert_eq!(shown, [json!("Q-7"), json!(2), first.json["id"].clone(), json!("draft")]);
    let cheaper = json!({ "lines": [line(&one, "2", json!({ "unit_price": yuan("90.00") }))] });
    world.admin.patch(own(&second), cheaper.clone()).await.expect(200);
    let frozen = world.admin.get(own(&first)).await.expect(200);
    assert_eq!(
        (&frozen.json["status"], &frozen.json["net"]),
        (&json!("superseded"), &yuan("200.00"))
    );
    for body in [cheaper, json!({ "note": "x" }), json!({ "discount": "0.1" })] {
        let refused = world.admin.patch(own(&first), body).await;
        let params = refused.refused(409, "quote_move_not_allowed").json["params"].clone();
        assert_eq!(params, json!({ "status": "superseded", "allowed": [] }));
    }
    act(&world.admin, &first, "revise").await.refused(409, "quote_move_not_allowed");
    let third = act(&world.admin, &second, "revise").await.expect(201);
    let all = world.admin.get("/v1/quotes?number=Q-7").await.expect(200);
    let mut states: Vec<(i64, Json)> = all
        .data()
        .iter()
        .map(|one| (one["revision"].as_i64().expect("a revision"), one["status"].clone()))
        .collect();
    states.sort_by_key(|(revision, _)| *revision);
    assert_eq!(states, [(1, json!("superseded")), (2, json!("superseded")), (3, json!("draft"))]);
    assert_eq!(figures(&third, &["net"]), ["180.00"]);
    // Another quote has a number of its own, and a later revision is not thrown away.
    let taken = json!({ "number": "Q-7", "lines": [line(&one, "1", json!({}))] });
    let taken = world.admin.post(format!("{}/quotes", path(&made)), taken).await;
    assert_eq!(place(&taken.refused(409, "duplicate")), "/number");
    world.admin.delete(own(&third)).await.refused(409, "quote_move_not_allowed");
}

async fn two_at_once_revise_once(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let one = product(world, Some("100.00"), None).await;
    for _ in 0..3 {
        let first =
            quote(&world.admin, &made, json!({ "lines": [line(&one, "2", json!({}))] })).await;
        let (a, b) =
            tokio::join!(act(&world.admin, &first, "revise"), act(&world.admin, &first, "revise"));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", a.text, b.text);
    }
}

async fn s_17_a_quote_expires_with_its_last_day(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    // Nothing else comes due meanwhile.
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("tracking"));
    world.admin.patch(stage, json!({ "visits_per_week": 0 })).await.expect(200);
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let one = product(world, Some("100.00"), None).await;
    let body = json!({ "valid_until": "2026-01-10", "lines": [line(&one, "2", json!({}))] });
    let (out, draft) =
        (quote(&world.admin, &made, body.clone()).await, quote(&world.admin, &made, body).await);
    act(&world.admin, &out, "send").await.expect(200);
    // The last second of the tenth in Shanghai, then the first of the eleventh.
    world.clock.advance(chrono::TimeDelta::hours(9 * 24 + 16) - chrono::TimeDelta::seconds(1));
    let admin = again(world).await;
    assert_eq!(admin.get(own(&out)).await.expect(200).json["status"], "sent");
    assert_eq!(workflow::work(world).await, 0);
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let over = admin.get(own(&out)).await.expect(200);
    assert_eq!(
        (&over.json["status"], &over.json["actions"]),
        (&json!("expired"), &json!(["revise"]))
    );
    for verb in ["accept", "decline", "withdraw"] {
        let refused = act(&admin, &out, verb).await.refused(409, "quote_move_not_allowed");
        assert_eq!(refused.json["params"], json!({ "status": "expired", "allowed": ["revise"] }));
    }
    admin
        .patch(own(&out), json!({ "discount": "0.1" }))
        .await
        .refused(409, "quote_move_not_allowed");
    assert_eq!(workflow::work(world).await, 1);
    assert_eq!(workflow::work(world).await, 0);
    let listed = admin.get("/v1/quotes?status=expired").await.expect(200);
    assert_eq!(listed.each("id"), [out.json["id"].clone()]);
    let timeline = admin.get(format!("{}/timeline", own(&out))).await.expect(200);
    assert_eq!(timeline.each("kind")[0], "quote.expired");
    // A draft does not expire, and cannot be sent either.
    for verb in ["submit", "send"] {
        let late = act(&admin, &draft, verb).await.refused(422, "out_of_range");
        assert_eq!(place(&late), "/valid_until");
    }
    let next = act(&admin, &out, "revise").await.expect(201);
    admin.patch(own(&next), json!({ "valid_until": "2026-01-31" })).await.expect(200);
    act(&admin, &next, "send").await.expect(200);
}

async fn s_17_one_quote_of_an_opportunity_is_accepted(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let one = product(world, Some("99.99"), None).await;
    for round in 0..3 {
        let made = funnel.opportunity(&world.admin, json!({ "amount": yuan("5.00") })).await;
        let lines =
            json!([line(&one, "3", json!({ "discount": "0.1" })), line(&one, "0.5", json!({}))]);
        let body = json!({ "lines": lines, "discount": "0.0333", "discount_amount": yuan("0.07") });
        let (a, b) = (
            quote(&world.admin, &made, body.clone()).await,
            quote(&world.admin, &made, body).await,
        );
        for sent in [&a, &b] {
            act(&world.admin, sent, "send").await.expect(200);
        }
        let (one, two) =
            tokio::join!(act(&world.admin, &a, "accept"), act(&world.admin, &b, "accept"));
        let (winner, loser) = if one.status == 200 { (one, two) } else { (two, one) };
        let winner = winner.expect(200);
        let other = loser.refused(409, "quote_accepted");
        assert_eq!(other.json["params"]["quote_id"], winner.json["id"], "round {round}");
        let now = world.admin.get(path(&made)).await.expect(200);
        assert_eq!(
            (&now.json["amount"], &now.json["status"]),
            (&winner.json["net"], &json!("open"))
        );
        assert_eq!(now.json["stage_id"], made.json["stage_id"]);
        assert_eq!(now.json["lines"].as_array().map(Vec::len), Some(2));
        assert_eq!(now.json["lines"][0]["discount"], "0.1000");
        // It is closed by somebody, with what was learnt.
        world
            .admin
            .post(format!("{}/win", path(&made)), summary(&["price"], json!({})))
            .await
            .expect(200);
    }
}

/// Quotes in every state, each by the shortest way.
async fn in_every_state(world: &World, made: &Answer) -> Vec<(&'static str, Answer)> {
    let one = product(world, Some("100.00"), None).await;
    let big = json!({ "lines": [line(&one, "1", json!({ "discount": "0.5" }))] });
    let plain = json!({ "lines": [line(&one, "1", json!({}))] });
    let mut all = Vec::new();
    for (state, body, verbs) in [
        ("draft", &plain, &[][..]),
        ("pending_approval", &big, &["submit"]),
        ("approved", &plain, &["submit"]),
        ("sent", &plain, &["send"]),
        ("declined", &plain, &["send", "decline"]),
        ("withdrawn", &plain, &["withdraw"]),
        ("superseded", &plain, &["revise"]),
        ("accepted", &plain, &["send", "accept"]),
    ] {
        let one = quote(&world.admin, made, body.clone()).await;
        for verb in verbs {
            act(&world.admin, &one, verb).await;
        }
        let now = world.admin.get(own(&one)).await.expect(200);
        assert_eq!(now.json["status"], state);
        all.push((state, now));
    }
    all
}

async fn an_illegal_move_is_refused_to_administrators_too(world: &World) {
    let (_, boss) = super::approver(world).await;
    super::rule(world, "quote", "discount_rate >= 0.5", &[&boss]).await;
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let possible = |state: &str| match state {
        "draft" => json!(["submit", "send", "withdraw", "revise"]),
        "pending_approval" => json!(["withdraw", "revise"]),
        "approved" => json!(["send", "withdraw", "revise"]),
        "sent" => json!(["accept", "decline", "withdraw", "revise"]),
        "declined" | "withdrawn" => json!(["revise"]),
        _ => json!([]),
    };
    for (state, one) in in_every_state(world, &made).await {
        let allowed = possible(state);
        let has = |verb: &str| allowed.as_array().is_some_and(|all| all.contains(&json!(verb)));
        for verb in ["submit", "send", "accept", "decline", "withdraw", "revise"] {
            if has(verb) {
                continue;
            }
            let refused = act(&world.admin, &one, verb).await;
            if (state, verb) == ("pending_approval", "send") {
                let refused = refused.refused(409, "approval_required");
                assert_eq!(refused.json["params"]["approval_id"], one.json["approval_id"]);
                continue;
            }
            let refused = refused.refused(409, "quote_move_not_allowed");
            assert_eq!(
                refused.json["params"],
                json!({ "status": state, "allowed": allowed }),
                "{verb}"
            );
        }
        let open = ["draft", "pending_approval", "approved"].contains(&state);
        let changed = world.admin.patch(own(&one), json!({ "note": "x" })).await;
        if open {
            changed.expect(200)
        } else {
            changed.refused(409, "quote_move_not_allowed")
        };
        // Other systems' names are no change of the offer.
        let named = json!({ "external_ids": [{ "source": "erp", "id": state }] });
        let named = world.admin.patch(own(&one), named).await.expect(200);
        assert_eq!(named.json["status"], state);
        let deleted = world.admin.delete(own(&one)).await;
        if state == "draft" {
            deleted.expect(204)
        } else {
            deleted.refused(409, "quote_move_not_allowed")
        };
    }
    let kind = SERVED.iter().find(|served| served.kind.name == "quote").expect("quotes").kind;
    assert!(kind.knows("superseded") && kind.knows("expired"));
}

async fn a_quote_is_of_its_opportunity_for_ever(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let rep = [("any", "any", "own"), ("pipelines", "read", "all")];
    let ((ann, _), (ben, ben_id)) =
        (world.person(&rep, None).await, world.person(&rep, None).await);
    let made = funnel.opportunity(&ann, json!({})).await;
    let one = product(world, Some("100.00"), None).await;
    let body = json!({ "lines": [line(&one, "1", json!({}))] });
    let mine = quote(&ann, &made, body.clone()).await;
    // Whoever does not see the opportunity sees no quote of it, and makes none.
    ben.get(own(&mine)).await.refused(404, "not_found");
    ben.get(format!("{}/quotes", path(&made))).await.refused(404, "not_found");
    ben.post(format!("{}/quotes", path(&made)), body.clone()).await.refused(404, "not_found");
    let named = with(body.clone(), json!({ "opportunity_id": made.id() }));
    let refused = ben.post("/v1/quotes", named.clone()).await.refused(422, "unknown_reference");
    assert_eq!(place(&refused), "/opportunity_id");
    let nowhere = ann.post("/v1/quotes", body.clone()).await.refused(422, "required");
    assert_eq!(place(&nowhere), "/opportunity_id");
    let other = funnel.opportunity(&ann, json!({})).await;
    let twice = ann.post(format!("{}/quotes", path(&other)), named.clone()).await;
    assert_eq!(place(&twice.expect(422)), "/opportunity_id");
    ann.post("/v1/quotes", named).await.expect(201);
    for (member, value) in [("opportunity_id", other.id()), ("number", "Q-0".to_owned())] {
        let moved = ann.patch(own(&mine), json!({ (member): value })).await;
        assert_eq!(place(&moved.refused(422, "immutable")), format!("/{member}"));
    }
    // It goes with the control over the opportunity.
    let transfer = json!({ "to": ben_id, "reason": "区域调整" });
    ann.post(format!("{}/transfer", path(&made)), transfer).await.expect(200);
    ann.get(own(&mine)).await.refused(404, "not_found");
    act(&ben, &mine, "send").await.expect(200);
}

async fn quotes_are_made_while_the_opportunity_is_open(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let one = product(world, Some("100.00"), None).await;
    let body = json!({ "lines": [line(&one, "1", json!({}))] });
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let (draft, sent) = (
        quote(&world.admin, &made, body.clone()).await,
        quote(&world.admin, &made, body.clone()).await,
    );
    act(&world.admin, &sent, "send").await.expect(200);
    let suspension = json!({ "reason": "Later", "review_on": "2026-02-01" });
    world.admin.post(format!("{}/suspend", path(&made)), suspension).await.expect(200);
    let again = || world.admin.post(format!("{}/quotes", path(&made)), body.clone());
    again().await.refused(409, "move_not_allowed");
    act(&world.admin, &draft, "submit").await.refused(409, "move_not_allowed");
    act(&world.admin, &sent, "accept").await.refused(409, "move_not_allowed");
    let ending = with(summary(&["other"], json!({})), json!({ "reason": "x" }));
    world.admin.post(format!("{}/terminate", path(&made)), ending).await.expect(200);
    again().await.refused(409, "opportunity_terminated");
    world
        .admin
        .patch(own(&draft), json!({ "note": "x" }))
        .await
        .refused(409, "opportunity_terminated");
    act(&world.admin, &sent, "accept").await.refused(409, "opportunity_terminated");
    act(&world.admin, &sent, "decline").await.expect(200);
}

async fn what_products_cost_is_hidden_in_quotes_too(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let one = product(world, Some("100.00"), Some("60.00")).await;
    let mine = quote(&world.admin, &made, json!({ "lines": [line(&one, "2", json!({}))] })).await;
    assert_eq!(
        (&mine.json["margin"], &mine.json["margin_rate"]),
        (&yuan("80.00"), &json!("0.4000"))
    );
    let told = &mine.json["lines"][0];
    assert_eq!((&told["unit_cost"], &told["margin"]), (&yuan("60.00"), &yuan("80.00")));
    let all = json!({ "resource": "any", "action": "any", "scope": "all" });
    for (resource, hidden) in [
        ("products", json!(["cost"])),
        ("quotes", json!(["cost", "margin", "margin_rate", "line_costs"])),
    ] {
        let grant = json!({ "resource": resource, "action": "any", "scope": "all", "hidden_fields": hidden });
        let mut grants = vec![grant];
        for other in
            ["products", "quotes", "opportunities"].iter().filter(|other| **other != resource)
        {
            grants.push(with(all.clone(), json!({ "resource": other })));
        }
        let role = json!({ "name": format!("Reps {resource}"), "grants": grants });
        let role = world.admin.post("/v1/roles", role).await.expect(201).id();
        let (_, user) = world.person(&[], None).await;
        let user = world
            .admin
            .patch(format!("/v1/users/{user}"), json!({ "role_ids": [role] }))
            .await
            .expect(200);
        let rep = world.sign_in(user.json["email"].as_str().expect("an address")).await.masked();
        let seen = rep.get(own(&mine)).await.expect(200);
        assert!(seen.json.get("margin").is_none_or(Json::is_null), "{resource}");
        assert!(seen.json.get("line_costs").is_none_or(|costs| costs == &json!([])), "{resource}");
        assert_eq!(seen.json["lines"][0]["unit_cost"], Json::Null);
        assert_eq!(seen.json["lines"][0]["net"], yuan("200.00"));
    }
}
