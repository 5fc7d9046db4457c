//! What machines have sent and seen.

use super::{code, media, running};
use crate::sales::party;
use chrono::TimeDelta;
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    x_97_x_100_rates_of_a_mailing,
    x_12_x_34_x_94_rates_of_answers_and_buyers_with_their_intervals,
    x_17_who_opens_twice_has_read_once,
    x_77_touches_count_once,
    x_77_nobody_tells_of_parties_whom_they_may_not_see,
    x_77_days_add_up_to_the_events_that_were_told,
];

fn touch(event: &str, kind: &str, recipient: usize) -> Json {
    json!({ "event_id": format!("{event}-{recipient}"), "kind": kind, "source_code": "DB02086",
        "recipient": format!("r{recipient}@example.com"), "occurred_at": "2026-01-01T00:00:00Z" })
}

async fn x_97_x_100_rates_of_a_mailing(world: &World) {
    media(world).await;
    let made = code(world, "02", json!({})).await;
    for (kind, count) in
        [("clicked", 54), ("sent", 1_000), ("delivered", 900), ("opened", 270), ("bought", 9)]
    {
        let touches: Vec<Json> = (0..count).map(|at| touch(kind, kind, at)).collect();
        for some in touches.chunks(500) {
            let taken = world
                .admin
                .post("/v1/touches", json!({ "source": "mailer", "touches": some }))
                .await;
            taken.expect(201);
        }
    }
    let rates =
        world.admin.get(format!("/v1/source-codes/{}/rates", made.id())).await.expect(200).json;
    for (rate, value) in [
        ("delivery_rate", "0.9000"),
        ("open_rate", "0.3000"),
        ("click_rate", "0.2000"),
        ("buyers_of_sent", "0.0090"),
        ("buyers_of_opened", "0.0333"),
        ("buyers_of_clicked", "0.1667"),
    ] {
        assert_eq!(rates[rate]["value"], value, "{rate}");
    }
    let report = world.admin.get("/v1/reports/media-response").await.expect(200);
    assert_eq!((report.each("key"), report.each("sent")), (vec![json!("D")], vec![json!(1_000)]));
    assert_eq!(report.json["totals"]["open_rate"]["value"], "0.3000");
}

async fn x_12_x_34_x_94_rates_of_answers_and_buyers_with_their_intervals(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    code(world, "02", json!({ "campaign_id": campaign })).await;
    for (kind, count) in [("sent", 1_000), ("bought", 9)] {
        let touches: Vec<Json> = (0..count).map(|at| touch(kind, kind, at)).collect();
        for some in touches.chunks(500) {
            let batch = json!({ "source": "mailer", "touches": some });
            world.admin.post("/v1/touches", batch).await.expect(201);
        }
    }
    for at in 0..30 {
        let answer = json!({ "campaign_id": campaign, "source_code": "DB02086", "channel": "email",
            "email": format!("r{at}@example.com") });
        world.admin.post("/v1/responses", answer).await.expect(201);
    }
    let report = world.admin.get("/v1/reports/media-response").await.expect(200);
    let rate = |value: &str, of: &str, all: &str, (from, to): (&str, &str)| {
        let interval = json!({ "from": from, "to": to });
        json!({ "value": value, "numerator": of, "denominator": all, "interval": interval })
    };
    let row = &report.data()[0];
    assert_eq!((&row["key"], &row["contacts"]), (&json!("D"), &json!(1_000)));
    let expected = [
        ("response_rate", rate("0.0300", "30", "1000", ("0.021094", "0.042503"))),
        ("conversion_rate", rate("0.3000", "9", "30", ("0.166647", "0.478758"))),
        ("buyers_of_contacts", rate("0.0090", "9", "1000", ("0.004742", "0.017016"))),
    ];
    for (member, rate) in expected {
        assert_eq!(row[member], rate, "{member}");
        assert_eq!(report.json["totals"][member], rate, "{member}");
    }
    assert_eq!(row["open_rate"]["interval"], Json::Null, "nobody tells of arrivals");
}

async fn x_17_who_opens_twice_has_read_once(world: &World) {
    media(world).await;
    let made = code(world, "02", json!({})).await;
    let mut touches: Vec<Json> = (0..4).map(|at| touch("delivered", "delivered", at)).collect();
    // The first reader opens it three times, the second once.
    for (event, reader) in [("a", 0), ("b", 0), ("c", 0), ("a", 1)] {
        touches.push(touch(event, "opened", reader));
    }
    let batch = json!({ "source": "mailer", "touches": touches });
    world.admin.post("/v1/touches", batch).await.expect(201);
    let rates = world.admin.get(format!("/v1/source-codes/{}/rates", made.id())).await.expect(200);
    let expected = json!({ "value": "0.5000", "numerator": "2", "denominator": "4",
        "interval": { "from": "0.150039", "to": "0.849961" } });
    assert_eq!(rates.json["open_rate"], expected);
}

async fn x_77_touches_count_once(world: &World) {
    media(world).await;
    let made = code(world, "02", json!({})).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let known = json!({ "event_id": "known", "kind": "sent", "source_code": "db02086", "party_id": customer,
        "occurred_at": "2026-01-01T00:00:00Z" });
    let stranger = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let batch = json!({ "source": "mailer", "touches": [touch("a", "opened", 1), touch("a", "sent", 2), known,
        touch("a", "sent", 2),
        { "event_id": "x", "kind": "sent", "source_code": "XX", "recipient": "r", "occurred_at": "2026-01-01T00:00:00Z" },
        { "event_id": "y", "kind": "sent", "party_id": stranger, "occurred_at": "2026-01-01T00:00:00Z" },
        { "event_id": "z", "kind": "sent", "occurred_at": "2026-01-01T00:00:00Z" }] });
    let taken = world.admin.post("/v1/touches", batch.clone()).await.expect(201);
    let counts =
        ["told", "added", "repeated", "refused"].map(|member| &taken.json["batch"][member]);
    assert_eq!(counts, [&json!(7), &json!(3), &json!(1), &json!(3)]);
    let refused = json!([{ "event_id": "x", "code": "unknown_reference" },
        { "event_id": "y", "code": "unknown_reference" }, { "event_id": "z", "code": "required" }]);
    assert_eq!(taken.json["refused"], refused);
    // The same again, from a later try, changes nothing; what another system calls the same is another event.
    let again = world.admin.post("/v1/touches", batch).await.expect(201);
    assert_eq!(
        (&again.json["batch"]["added"], &again.json["batch"]["repeated"]),
        (&json!(0), &json!(4))
    );
    let other = json!({ "source": "other", "touches": [touch("a", "sent", 2)] });
    world.admin.post("/v1/touches", other).await.expect(201);
    let rates =
        world.admin.get(format!("/v1/source-codes/{}/rates", made.id())).await.expect(200).json;
    assert_eq!(rates["contacts"], 2, "a person counts once");
    let id = taken.json["batch"]["id"].as_str().expect("an id").to_owned();
    given::read_in_every_way(&world.admin, "touch-batches", &id).await;
    let (rep, _) = world.person(&[("touch-batches", "read", "all")], None).await;
    let one = json!({ "source": "mailer", "touches": [touch("b", "sent", 3)] });
    rep.post("/v1/touches", one).await.refused(403, "forbidden");
}

async fn x_77_nobody_tells_of_parties_whom_they_may_not_see(world: &World) {
    let hidden = party(&world.admin, "宏图", &["customer"]).await;
    let gone = party(&world.admin, "远大", &["customer"]).await;
    world.admin.delete(format!("/v1/parties/{gone}")).await.expect(204);
    let touch = |party: &str| {
        json!({ "event_id": party, "kind": "sent", "party_id": party,
            "occurred_at": "2026-01-01T00:00:00Z" })
    };
    let batch = json!({ "source": "mailer", "touches": [touch(&hidden), touch(&gone)] });
    let refused = |party: &str| json!({ "event_id": party, "code": "unknown_reference" });
    let rights = [("touch-batches", "any", "all"), ("parties", "any", "own")];
    let (rep, _) = world.person(&rights, None).await;
    let taken = rep.post("/v1/touches", batch.clone()).await.expect(201).json;
    assert_eq!(taken["refused"], json!([refused(&hidden), refused(&gone)]));
    let taken = world.admin.post("/v1/touches", batch).await.expect(201).json;
    assert_eq!(
        (&taken["batch"]["added"], &taken["refused"]),
        (&json!(1), &json!([refused(&gone)]))
    );
}

async fn x_77_days_add_up_to_the_events_that_were_told(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    let of = |members: Json| crate::sales::with(json!({ "campaign_id": campaign }), members);
    code(world, "02", of(json!({}))).await;
    code(world, "03", of(json!({ "medium": "C" }))).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    world.pass(TimeDelta::days(2)).await;
    let told = |event: &str, kind: &str, code: &str, at: &str| {
        json!({ "event_id": event, "kind": kind, "source_code": code, "recipient": "r1@example.com",
            "occurred_at": at })
    };
    // A day begins at 16:00 by UTC.
    let (first, last, next) =
        ("2026-01-01T02:00:00Z", "2026-01-01T15:59:59Z", "2026-01-01T16:00:00Z");
    let nameless =
        json!({ "event_id": "h", "kind": "sent", "party_id": customer, "occurred_at": next });
    let touches = json!([
        told("a", "sent", "DB02086", first),
        told("b", "sent", "DB02086", first),
        told("c", "sent", "DB02086", last),
        told("d", "opened", "DB02086", last),
        told("e", "opened", "DB02086", last),
        told("f", "visited", "CB03086", next),
        told("g", "visited", "CB03086", next),
        nameless
    ]);
    let batch = json!({ "source": "mailer", "touches": touches });
    let taken = world.admin.post("/v1/touches", batch).await.expect(201);
    assert_eq!(taken.json["batch"]["added"], 8, "{}", taken.text);
    let answer = json!({ "campaign_id": campaign, "source_code": "DB02086", "channel": "email",
        "email": "r1@example.com", "responded_at": first });
    world.admin.post("/v1/responses", answer).await.expect(201);
    let path = "/v1/reports/daily-counters";
    let report = async |query: &str| world.admin.get(format!("{path}{query}")).await.expect(200);
    let found = report("").await;
    let row = |row: &Json| {
        let of = ["day", "key", "events", "sent", "opened", "visited", "responses"];
        json!(of.map(|member| row[member].clone()))
    };
    let rows: Vec<Json> = found.data().iter().map(row).collect();
    let expected = json!([
        ["2026-01-01", "D", 5, 3, 2, 0, 1],
        ["2026-01-02", "C", 2, 0, 0, 2, 0],
        ["2026-01-02", null, 1, 1, 0, 0, 0]
    ]);
    assert_eq!(json!(rows), expected);
    assert_eq!(found.data()[2]["name"], "No medium");
    // Whatever they are told apart by, they are the events that were told.
    for by in ["medium", "list", "test_group", "source_code"] {
        let found = report(&format!("?by={by}")).await;
        let sum = |member: &str| -> i64 {
            found.each(member).iter().map(|one| one.as_i64().expect("a count")).sum()
        };
        for (member, all) in
            [("events", 8), ("sent", 4), ("opened", 2), ("visited", 2), ("responses", 1)]
        {
            assert_eq!(
                (sum(member), &found.json["totals"][member]),
                (all, &json!(all)),
                "{by} {member}"
            );
        }
    }
    let codes = report("?by=source_code&month=2026-01").await;
    assert_eq!(codes.each("key"), [json!("DB02086"), json!("CB03086"), Json::Null]);
    let own = report(&format!("?campaign_id={campaign}")).await;
    assert_eq!(own.json["totals"]["events"], 7, "one was of no campaign");
    let then = report("?as_of=2026-01-01T12:00:00Z").await;
    assert_eq!(then.json["totals"]["events"], 2);
    assert!(report("?month=2025-12").await.data().is_empty());
    let (rep, _) = world.person(&[("touch-batches", "read", "all")], None).await;
    rep.get(path).await.refused(403, "forbidden");
}
