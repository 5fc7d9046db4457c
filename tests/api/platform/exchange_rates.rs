//! Exchange rates over HTTP: kept once, never moved, listed in pages, converted by (Z-18).

use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    z_18_a_later_rate_does_not_move_an_old_conversion,
    z_18_a_kept_rate_stays,
    rates_are_listed_in_pages,
    what_is_no_rate_or_amount_is_refused,
    rates_need_their_own_right,
];

const RATES: &str = "/v1/exchange-rates";

fn rate(base: &str, quote: &str, rate: &str, on: &str) -> Json {
    json!({ "base": base, "quote": quote, "rate": rate, "valid_on": on })
}

async fn keep(client: &Client, rates: Vec<Json>) -> Answer {
    client.post(RATES, json!({ "rates": rates })).await
}

async fn convert(client: &Client, query: &str) -> Answer {
    client.get(format!("{RATES}/convert?{query}")).await
}

async fn z_18_a_later_rate_does_not_move_an_old_conversion(world: &World) {
    let admin = &world.admin;
    keep(admin, vec![rate("USD", "CNY", "7.10", "2026-03-01")]).await.expect(200);
    let question = "amount=100.00&from=USD&to=CNY&on=2026-03-15";
    let old = convert(admin, question).await.expect(200);
    let expected = json!({
        "given": { "amount": "100.00", "currency": "USD" },
        "amount": { "amount": "710.00", "currency": "CNY" },
        "on": "2026-03-15", "rate": "7.1", "rate_on": "2026-03-01", "direction": "direct",
    });
    assert_eq!(old.json, expected);
    keep(admin, vec![rate("USD", "CNY", "7.30", "2026-04-01")]).await.expect(200);
    assert_eq!(convert(admin, question).await.expect(200).json, old.json);
    let new = convert(admin, "amount=100.00&from=USD&to=CNY&on=2026-04-01").await.expect(200);
    assert_eq!(new.json["amount"]["amount"], "730.00");
    let back = convert(admin, "amount=710.00&from=CNY&to=USD&on=2026-03-31").await.expect(200);
    assert_eq!(
        (&back.json["direction"], &back.json["rate_on"]),
        (&json!("inverse"), &json!("2026-03-01"))
    );
    assert_eq!(back.json["amount"]["amount"], "100.00");
    let before = convert(admin, "amount=1&from=USD&to=CNY&on=2026-02-28").await;
    before.refused(422, "no_exchange_rate");
    // Without a date it is the tenant's business day: 1 January 2026 in the world of tests.
    let same = convert(admin, "amount=5&from=JPY&to=JPY").await.expect(200);
    assert_eq!((&same.json["on"], &same.json["rate"]), (&json!("2026-01-01"), &json!("1")));
    convert(admin, "amount=1&from=USD&to=CNY").await.refused(422, "no_exchange_rate");
}

async fn z_18_a_kept_rate_stays(world: &World) {
    let admin = &world.admin;
    let sent =
        vec![rate("USD", "CNY", "7.10", "2026-03-01"), rate("EUR", "CNY", "7.75", "2026-03-01")];
    let first = keep(admin, sent).await.expect(200);
    assert_eq!(first.json["created"], 2);
    assert_eq!(first.each("rate"), [json!("7.1"), json!("7.75")]);
    let me = admin.get("/v1/me").await.expect(200);
    assert_eq!(first.data()[0]["created_by"], me.json["id"]);
    // The same value, however it is written, is the same rate.
    let again = keep(admin, vec![rate("USD", "CNY", "7.1000", "2026-03-01")]).await.expect(200);
    assert_eq!((&again.json["created"], &again.data()[0]), (&json!(0), &first.data()[0]));
    let other =
        vec![rate("JPY", "CNY", "0.047", "2026-03-01"), rate("USD", "CNY", "7.2", "2026-03-01")];
    let refused = keep(admin, other).await.refused(409, "exchange_rate_kept");
    assert_eq!(refused.findings(), [("/rates/1".into(), "exchange_rate_kept".into())]);
    // All or none: the first of them was not kept either.
    let listed = admin.get(RATES).await.expect(200);
    assert_eq!(listed.each("base"), [json!("EUR"), json!("USD")]);
    assert_eq!(listed.each("rate"), [json!("7.75"), json!("7.1")]);
    // A retry is the same answer; a rehearsal keeps nothing.
    let one = json!({ "rates": [rate("GBP", "CNY", "9.1", "2026-03-01")] });
    admin.post(RATES, one.clone()).header("prefer", "dry-run").await.expect(200);
    for _ in 0..2 {
        let kept = admin.post(RATES, one.clone()).key("rates-of-march").await.expect(200);
        assert_eq!(kept.json["created"], 1);
    }
    let stranger = world.stranger().await;
    assert!(stranger.get(RATES).await.expect(200).data().is_empty());
    convert(&stranger, "amount=1&from=USD&to=CNY&on=2026-03-01")
        .await
        .refused(422, "no_exchange_rate");
}

async fn rates_are_listed_in_pages(world: &World) {
    let admin = &world.admin;
    let days = ["2026-03-01", "2026-03-02", "2026-03-03"];
    let bases = ["EUR", "JPY", "USD"];
    let all: Vec<Json> =
        days.iter().flat_map(|on| bases.map(|base| rate(base, "CNY", "7", on))).collect();
    keep(admin, all).await.expect(200);
    let name = |item: &Json| format!("{} {}", item["valid_on"], item["base"]).replace('"', "");
    let whole: Vec<String> = admin.get(RATES).await.expect(200).data().iter().map(name).collect();
    assert_eq!(
        whole[..4],
        ["2026-03-03 EUR", "2026-03-03 JPY", "2026-03-03 USD", "2026-03-02 EUR"]
    );
    let (mut paged, mut path) = (Vec::new(), format!("{RATES}?limit=2"));
    loop {
        let page = admin.get(&path).await.expect(200);
        paged.extend(page.data().iter().map(name));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("{RATES}?limit=2&cursor={cursor}");
        // A cursor continues its own question only.
        admin.get(format!("{path}&base=EUR")).await.refused(400, "bad_cursor");
    }
    assert_eq!(paged, whole);
    for (query, count) in [
        ("base=USD", 3),
        ("quote=USD", 0),
        ("valid_on=2026-03-02", 3),
        ("valid_after=2026-03-02", 6),
        ("valid_before=2026-03-02", 3),
        ("valid_after=2026-03-02&valid_before=2026-03-03&base=EUR", 1),
    ] {
        let found = admin.get(format!("{RATES}?{query}")).await.expect(200);
        assert_eq!(found.data().len(), count, "{query}");
    }
}

async fn what_is_no_rate_or_amount_is_refused(world: &World) {
    let admin = &world.admin;
    let wrong =
        vec![rate("USD", "USD", "1", "2026-03-01"), rate("USD", "CNY", "7.1", "1899-12-31")];
    let refused = keep(admin, wrong).await.refused(422, "validation_failed");
    let places = [("/rates/0/quote", "invalid"), ("/rates/1/valid_on", "out_of_range")];
    assert_eq!(refused.findings(), places.map(|(place, code)| (place.into(), code.into())));
    for (wrong, place, code) in [
        (rate("USD", "CNY", "0", "2026-03-01"), "/rates/0/rate", "out_of_range"),
        (rate("USD", "CNY", "-7", "2026-03-01"), "/rates/0/rate", "invalid_format"),
        (rate("XAU", "CNY", "7", "2026-03-01"), "/rates/0/base", "unknown_value"),
    ] {
        let refused = keep(admin, vec![wrong]).await.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [(place.into(), code.into())]);
    }
    keep(admin, Vec::new()).await.refused(422, "validation_failed");
    for (query, parameter, code) in [
        ("from=USD&to=CNY", "amount", "required"),
        ("amount=1&to=CNY", "from", "required"),
        ("amount=1&from=USD", "to", "required"),
        ("amount=1.234&from=USD&to=CNY", "amount", "invalid_format"),
        ("amount=1e3&from=USD&to=CNY", "amount", "invalid_format"),
        ("amount=12345678901234567&from=USD&to=CNY", "amount", "out_of_range"),
        ("amount=1&from=usd&to=CNY", "from", "unknown_value"),
        ("amount=1&from=USD&to=CNY&on=2026-2-1", "on", "invalid_format"),
    ] {
        let refused = convert(admin, query).await.refused(400, "bad_parameter");
        assert_eq!(refused.findings(), [(parameter.into(), code.into())], "{query}");
    }
    convert(admin, "amount=1&from=USD&to=CNY&at=now").await.refused(400, "unknown_parameter");
    // What would have more digits than an amount can have is the caller's affair, not ours.
    keep(admin, vec![rate("USD", "IDR", "999999999999", "2026-03-01")]).await.expect(200);
    let large = convert(admin, "amount=9999999999999.99&from=USD&to=IDR&on=2026-03-01").await;
    large.refused(422, "conversion_overflow");
}

async fn rates_need_their_own_right(world: &World) {
    let (reader, _) = world.person(&[("exchange-rates", "read", "own")], None).await;
    let (maker, _) = world.person(&[("exchange-rates", "any", "all")], None).await;
    let (half, _) = world.person(&[("exchange-rates", "create", "own")], None).await;
    let (other, _) = world.person(&[("parties", "any", "all")], None).await;
    let one = || vec![rate("USD", "CNY", "7.1", "2026-03-01")];
    for client in [&reader, &half, &other] {
        keep(client, one()).await.refused(403, "forbidden");
    }
    keep(&maker, one()).await.expect(200);
    reader.get(RATES).await.expect(200);
    convert(&reader, "amount=1&from=USD&to=CNY&on=2026-03-01").await.expect(200);
    for client in [&half, &other] {
        client.get(RATES).await.refused(403, "forbidden");
        convert(client, "amount=1").await.refused(403, "forbidden");
    }
}
