//! Which touches led to answers and contracts, and what was sent in vain.

use super::{code, media, running};
use crate::{
    contracts,
    sales::{party, yuan},
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    x_04_x_53_first_by_the_web_and_bought_by_phone,
    x_04_the_last_touch_is_the_last_that_came,
    x_04_who_is_not_known_is_credited_to_the_code_alone,
    x_11_what_was_sent_in_vain_counts_once,
];

async fn told(world: &World, touches: Json) {
    let batch = json!({ "source": "mailer", "touches": touches });
    let taken = world.admin.post("/v1/touches", batch).await.expect(201);
    assert_eq!(taken.json["refused"], json!([]), "{}", taken.text);
}

fn members(answer: &Answer, member: &str) -> Vec<Json> {
    let touches = answer.json["touches"].as_array().expect("touches");
    touches.iter().map(|touch| touch[member].clone()).collect()
}

async fn x_04_x_53_first_by_the_web_and_bought_by_phone(world: &World) {
    media(world).await;
    world.pass(TimeDelta::days(1)).await;
    let campaign = running(world, json!({})).await.id();
    let of = |medium: &str| json!({ "medium": medium, "campaign_id": campaign });
    let (web, mail) = (code(world, "01", of("C")).await, code(world, "02", of("D")).await);
    let (post, phone) = (code(world, "03", of("E")).await, code(world, "04", of("F")).await);
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let touch = |code: &Answer, kind: &str, at: &str| {
        json!({ "event_id": format!("{kind}-{}", code.id()), "kind": kind, "source_code": code.json["code"],
            "party_id": customer, "occurred_at": format!("2026-01-01T{at}:00:00Z") })
    };
    // What came back has touched nobody.
    let touches = json!([
        touch(&mail, "opened", "03"),
        touch(&mail, "delivered", "02"),
        touch(&web, "visited", "01"),
        touch(&post, "sent", "01"),
        touch(&post, "bounced", "04")
    ]);
    told(world, touches).await;
    let answer = json!({ "campaign_id": campaign, "source_code": phone.json["code"], "channel": "call",
        "party_id": customer, "responded_at": "2026-01-01T05:00:00Z" });
    let answer = world.admin.post("/v1/responses", answer).await.expect(201);
    let path = format!("/v1/responses/{}/attribution", answer.id());
    let found = world.admin.get(&path).await.expect(200);
    assert_eq!(found.json["party_id"], json!(customer));
    assert_eq!(members(&found, "medium"), ["C", "D", "F"]);
    assert_eq!(members(&found, "first"), ["1.0000", "0.0000", "0.0000"]);
    assert_eq!(members(&found, "last"), ["0.0000", "0.0000", "1.0000"]);
    assert_eq!(members(&found, "linear"), ["0.3334", "0.3333", "0.3333"]);
    let by = json!({ "party_id": customer, "campaign_id": campaign, "source_code_id": phone.id() });
    let contract = contracts::signed(world, "1", by).await;
    let path = format!("/v1/contracts/{}/attribution", contract.id());
    let found = world.admin.get(&path).await.expect(200);
    assert_eq!(members(&found, "medium"), ["C", "D", "F"]);

    let report = world.admin.get("/v1/reports/media-attribution?of=contract").await.expect(200);
    assert_eq!(report.each("code"), ["C", "D", "F"]);
    assert_eq!(
        (report.each("first"), report.each("last")),
        (vec![json!(1), json!(0), json!(0)], vec![json!(0), json!(0), json!(1)])
    );
    assert_eq!(report.each("linear_share"), ["0.3334", "0.3333", "0.3333"]);
    assert_eq!(report.each("linear_amount"), ["33.34", "33.33", "33.33"].map(yuan));
    assert_eq!(report.each("last_amount"), ["0.00", "0.00", "100.00"].map(yuan));
    let totals = &report.json["totals"];
    assert_eq!((&totals["conversions"], &totals["amount"]), (&json!(1), &yuan("100.00")));
    let answers = world.admin.get("/v1/reports/media-attribution").await.expect(200);
    assert_eq!(answers.each("linear_share"), ["0.3334", "0.3333", "0.3333"]);
    assert_eq!(answers.json["totals"]["amount"], yuan("0.00"));

    let paths = world.admin.get("/v1/reports/media-paths?of=contract").await.expect(200);
    assert_eq!(
        (paths.each("first_code"), paths.each("last_code")),
        (vec![json!("C")], vec![json!("F")])
    );
    assert_eq!(paths.each("conversions"), [1]);
    let axis = |name: &str| {
        let all = paths.json["totals"][name].as_array().expect("an axis").clone();
        all.iter().map(|one| (one["code"].clone(), one["conversions"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(axis("by_first"), [(json!("C"), json!(1))]);
    assert_eq!(axis("by_last"), [(json!("F"), json!(1))]);
    let later = "/v1/reports/media-paths?of=contract&from=2026-01-01&to=2026-01-01";
    assert!(world.admin.get(later).await.expect(200).data().is_empty());
    let wrong = "/v1/reports/media-attribution?from=2026-01-02&to=2026-01-01";
    world.admin.get(wrong).await.refused(400, "bad_parameter");

    // What all contracts came of is told to whoever may see all of them.
    let rights = [
        ("campaigns", "read", "all"),
        ("media", "read", "all"),
        ("responses", "read", "all"),
        ("contracts", "read", "own"),
    ];
    let (rep, _) = world.person(&rights, None).await;
    rep.get("/v1/reports/media-attribution").await.expect(200);
    rep.get("/v1/reports/media-attribution?of=contract").await.refused(403, "forbidden");
    rep.get("/v1/reports/media-paths?of=contract").await.refused(403, "forbidden");
    rep.get(path).await.refused(404, "not_found");
}

async fn x_04_the_last_touch_is_the_last_that_came(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    let of = |medium: &str| json!({ "medium": medium, "campaign_id": campaign });
    let (mail, web) = (code(world, "02", of("D")).await, code(world, "01", of("C")).await);
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    world.pass(TimeDelta::days(20)).await;
    let touch = |code: &Answer, kind: &str, day: &str| {
        json!({ "event_id": format!("{kind}-{day}"), "kind": kind, "source_code": code.json["code"],
            "party_id": customer, "occurred_at": format!("2026-01-{day}T00:00:00Z") })
    };
    let before = [touch(&mail, "opened", "01"), touch(&web, "visited", "05")];
    told(world, json!(before)).await;
    told(world, json!([touch(&mail, "clicked", "10")])).await;
    let answer = json!({ "campaign_id": campaign, "channel": "call", "party_id": customer,
        "responded_at": "2026-01-11T00:00:00Z" });
    let answer = world.admin.post("/v1/responses", answer).await.expect(201);
    assert_eq!(answer.json["source_code"], Json::Null);
    let path = format!("/v1/responses/{}/attribution", answer.id());
    let found = world.admin.get(&path).await.expect(200);
    assert_eq!(members(&found, "medium"), ["D", "C", "D"]);
    assert_eq!(members(&found, "first"), ["1.0000", "0.0000", "0.0000"]);
    assert_eq!(members(&found, "last"), ["0.0000", "0.0000", "1.0000"]);
    let days = ["01", "05", "10"].map(|day| format!("2026-01-{day}T00:00:00Z"));
    assert_eq!(members(&found, "touched_at"), days);
    // What came after the answer has not led to it, by whichever code.
    let after =
        [touch(&mail, "opened", "12"), touch(&web, "visited", "13"), touch(&mail, "visited", "14")];
    told(world, json!(after)).await;
    let again = world.admin.get(&path).await.expect(200);
    assert_eq!(again.json, found.json);
    let report = world.admin.get("/v1/reports/media-attribution").await.expect(200);
    assert_eq!(report.each("code"), ["C", "D"]);
    assert_eq!(
        (report.each("first"), report.each("last")),
        (vec![json!(0), json!(1)], vec![json!(0), json!(1)])
    );
    assert_eq!(report.each("linear_share"), ["0.3333", "0.6667"]);
    let paths = world.admin.get("/v1/reports/media-paths").await.expect(200);
    assert_eq!(
        (paths.each("first_code"), paths.each("last_code")),
        (vec![json!("D")], vec![json!("D")])
    );
}

async fn x_04_who_is_not_known_is_credited_to_the_code_alone(world: &World) {
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    let mail = code(world, "02", json!({ "campaign_id": campaign })).await;
    let by = |members: Json| {
        let answer = json!({ "campaign_id": campaign, "channel": "call" });
        crate::sales::with(answer, members)
    };
    let coded = by(json!({ "source_code": mail.json["code"], "phone": "13800138001" }));
    let coded = world.admin.post("/v1/responses", coded).await.expect(201);
    let bare = by(json!({ "phone": "13800138002" }));
    let bare = world.admin.post("/v1/responses", bare).await.expect(201);
    let attribution = async |answer: &Answer| {
        world.admin.get(format!("/v1/responses/{}/attribution", answer.id())).await.expect(200)
    };
    let found = attribution(&coded).await;
    assert_eq!(
        (members(&found, "linear"), &found.json["party_id"]),
        (vec![json!("1.0000")], &Json::Null)
    );
    assert_eq!(attribution(&bare).await.json["touches"], json!([]));
    let report = world.admin.get("/v1/reports/media-attribution").await.expect(200);
    let totals = &report.json["totals"];
    let counts = ["conversions", "attributed", "unattributed"].map(|member| &totals[member]);
    assert_eq!(counts, [&json!(2), &json!(1), &json!(1)]);
}

async fn x_11_what_was_sent_in_vain_counts_once(world: &World) {
    media(world).await;
    let made = running(world, json!({ "starts_on": "2026-02-01" })).await;
    let campaign = made.id();
    let of = |medium: &str| json!({ "medium": medium, "campaign_id": campaign });
    let (mail, phone) = (code(world, "02", of("D")).await, code(world, "04", of("F")).await);
    let spent =
        json!({ "campaign_id": campaign, "source_code_id": mail.id(), "amount": yuan("100.00") });
    world.admin.post("/v1/campaign-expenses", spent).await.expect(201);
    let buyer = contracts::signed(world, "1", json!({})).await.json["party_id"].clone();
    let touch = |code: &Answer, kind: &str, who: &str, number: usize| {
        let at = if kind == "unsubscribed" { "00" } else { "01" };
        json!({ "event_id": format!("{kind}-{who}-{number}-{}", code.id()), "kind": kind,
            "source_code": code.json["code"], "recipient": who,
            "occurred_at": format!("2026-01-02T{at}:00:00Z") })
    };
    let mut touches: Vec<Json> = Vec::new();
    for who in ["back", "left", "both", "twice", "one", "two", "three", "four"] {
        touches.push(touch(&mail, "sent", who, 1));
    }
    touches.push(touch(&mail, "sent", "twice", 2));
    for who in ["left", "both"] {
        touches.push(touch(&mail, "unsubscribed", who, 1));
    }
    for who in ["back", "both"] {
        touches.push(touch(&mail, "bounced", who, 1));
    }
    let mut known = touch(&mail, "sent", "buyer", 1);
    known["party_id"] = buyer;
    touches.push(known);
    touches.push(touch(&phone, "sent", "called", 1));
    told(world, json!(touches)).await;

    let path = format!("/v1/reports/send-waste?campaign_id={campaign}");
    let report = world.admin.get(&path).await.expect(200);
    assert_eq!(report.each("reason"), ["bounced", "opted_out", "duplicate", "existing_buyer"]);
    assert_eq!(report.each("sends"), [2, 1, 1, 1]);
    assert_eq!(report.each("amount"), ["20.00", "10.00", "10.00", "10.00"].map(yuan));
    assert_eq!(report.data()[0]["share"]["value"], "0.2000");
    let totals = &report.json["totals"];
    assert_eq!((&totals["sends"], &totals["sends_without_cost"]), (&json!(11), &json!(1)));
    assert_eq!((&totals["spend"], &totals["waste"]), (&yuan("100.00"), &yuan("50.00")));
    assert_eq!(totals["waste_share"]["value"], "0.5000");
    // A campaign that is meant for customers wastes nothing on them.
    let some = world.admin.get(format!("{path}&reasons=bounced,opted_out,duplicate")).await;
    let some = some.expect(200);
    assert_eq!(some.data().len(), 3);
    assert_eq!(some.json["totals"]["waste"], yuan("40.00"));
    // Where no expense names a code, the unit cost of its medium is what a send costs.
    let medium = phone.json["medium_id"].as_str().expect("a medium");
    let priced = json!({ "unit_cost": yuan("2.00") });
    world.admin.patch(format!("/v1/media/{medium}"), priced).await.expect(200);
    let report = world.admin.get(&path).await.expect(200);
    assert_eq!(report.json["totals"]["spend"], yuan("102.00"));
    assert_eq!(report.json["totals"]["sends_without_cost"], 0);
    let (rep, _) = world.person(&[("source-codes", "read", "all")], None).await;
    rep.get(&path).await.refused(403, "forbidden");
}
