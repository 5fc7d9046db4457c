//! Forms on public pages: what is taken by them, from whom, and how much of it.

use super::with;
use crate::marketing::campaign;
use chrono::TimeDelta;
use futures_util::future::join;
use guanxi_http::Options;
use guanxi_tests::{Answer, Engine, Json, World, both_stores, given, json, rows, world::on_with};

both_stores![
    m_48_k_12_who_fills_in_a_form_answers_and_is_a_lead,
    m_48_a_form_takes_what_it_asks_for,
    m_48_a_form_is_sent_from_its_pages,
    m_48_a_form_takes_so_many_a_minute,
    m_48_the_same_submission_is_one,
    m_48_a_machine_is_thanked_and_forgotten,
    m_48_nobody_is_told_who_is_known,
    m_48_what_a_lead_agreed_to_becomes_a_consent,
    d_84_a_form_counts_what_it_takes_and_refuses,
    m_48_another_key_ends_the_one_before,
    x_90_a_mistyped_code_is_answered_with_those_alike,
    x_28_visits_and_forms_tie_to_the_code,
    z_22_from_where_somebody_wrote_is_forgotten_with_the_person,
];

const PAGE: &str = "https://www.example.com";

/// A form of a campaign, whose leads the administrator gets.
async fn form(world: &World, members: Json) -> Answer {
    let campaign = campaign(world, json!({})).await.id();
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let body = json!({ "name": "试用申请", "campaign_id": campaign, "lead_owner_id": me,
        "fields": [{ "field": "name" }, { "field": "phone", "required": true }, { "field": "email" }],
        "allowed_origins": [PAGE] });
    world.admin.post("/v1/capture-forms", with(body, members)).await.expect(201)
}

fn public(form: &Answer) -> String {
    format!("/v1/forms/{}", form.json["form_key"].as_str().expect("a key"))
}

fn path(form: &Answer) -> String {
    format!("/v1/capture-forms/{}", form.id())
}

/// Sends it as nobody, under that name.
async fn send(world: &World, form: &Answer, name: &str, members: Json) -> Answer {
    let body = with(json!({ "submission_id": name, "phone": "+8613700137000" }), members);
    world.anonymous().post(public(form), body).await
}

async fn responses(world: &World, form: &Answer) -> Vec<Json> {
    let path = format!("/v1/responses?capture_form_id={}", form.id());
    world.admin.get(path).await.expect(200).data().clone()
}

async fn m_48_k_12_who_fills_in_a_form_answers_and_is_a_lead(world: &World) {
    let made = form(world, json!({})).await;
    let from = json!({ "name": "李娜", "utm_source": "newsletter", "utm_medium": "email",
        "utm_campaign": "spring", "referrer": "https://search.example.com/?q=gtx" });
    let sent = send(world, &made, "a", from.clone()).await.expect(202);
    assert_eq!(sent.json, json!({ "submission_id": "a" }));
    let all = responses(world, &made).await;
    let [response] = &all[..] else { panic!("one response") };
    for member in ["name", "utm_source", "utm_medium", "utm_campaign", "referrer"] {
        assert_eq!(response[member], from[member], "{member}");
    }
    assert_eq!(
        (&response["phone"], &response["channel"]),
        (&json!("+8613700137000"), &json!("website"))
    );
    assert_eq!(response["campaign_id"], made.json["campaign_id"]);
    let lead = response["lead_id"].as_str().expect("a lead");
    let lead = world.admin.get(format!("/v1/leads/{lead}")).await.expect(200);
    assert_eq!((&lead.json["name"], &lead.json["source"]), (&json!("李娜"), &json!("campaign")));
    assert_eq!(lead.json["owner_id"], made.json["lead_owner_id"]);
    // Each value tells that it came by a form, and when.
    let origins = format!("/v1/leads/{}/provenance", lead.id());
    let origins = world.admin.get(origins).await.expect(200);
    assert!(origins.each("field").contains(&json!("phones")), "{}", origins.text);
    for origin in origins.data() {
        assert_eq!(origin["source"], "capture_form", "{origin}");
        assert_eq!(origin["set_at"], lead.json["created_at"], "{origin}");
    }
    // Into a pool, where the form says so.
    let pool = world.admin.post("/v1/lead-pools", json!({ "name": "官网" })).await.expect(201).id();
    let to = json!({ "lead_owner_id": null, "lead_pool_id": pool });
    world.admin.patch(path(&made), to).await.expect(200);
    send(world, &made, "b", json!({ "phone": "+8613700137001" })).await.expect(202);
    let pooled = world.admin.get(format!("/v1/leads?pool_id={pool}")).await.expect(200);
    assert_eq!(pooled.each("owner_id"), [Json::Null]);
    given::read_in_every_way(&world.admin, "capture-forms", &made.id()).await;
}

async fn m_48_a_form_takes_what_it_asks_for(world: &World) {
    let terms =
        json!({ "text": "I agree.", "purpose": "news", "medium": "email", "required": true });
    let made = form(world, json!({ "consent": terms })).await;
    let finding = |place: &str, code: &str| (place.to_owned(), code.to_owned());
    let unfit = json!({ "phone": null, "note": "你好" });
    let refused = send(world, &made, "a", unfit).await.refused(422, "validation_failed");
    let expected = [
        finding("/phone", "required"),
        finding("/note", "unknown_field"),
        finding("/consent", "required"),
    ];
    assert_eq!(refused.findings(), expected);
    let unknown = json!({ "consent": true, "owner_id": "x" });
    let refused = send(world, &made, "a", unknown).await.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [finding("/owner_id", "unknown_field")]);
    let wrong = json!({ "consent": true, "phone": "12" });
    let refused = send(world, &made, "a", wrong).await.refused(422, "invalid_phone");
    assert_eq!(refused.findings(), [finding("/phone", "invalid_phone")]);
    let long =
        json!({ "submission_id": "a", "phone": "+8613700137000", "note": "x".repeat(40_000) });
    world.anonymous().post(public(&made), long).await.refused(413, "body_too_large");
    assert_eq!(responses(world, &made).await.len(), 0);
    // The form says who gets its leads, and how they are reached.
    let body = json!({ "name": "A", "campaign_id": made.json["campaign_id"], "fields": [{ "field": "name" }] });
    let refused =
        world.admin.post("/v1/capture-forms", body).await.refused(422, "validation_failed");
    let expected = [finding("/fields", "out_of_range"), finding("/lead_owner_id", "required")];
    assert_eq!(refused.findings(), expected);
    let calls = json!({ "reply_channels": ["call"] });
    let campaign = campaign(world, calls).await.id();
    let moved = world.admin.patch(path(&made), json!({ "campaign_id": campaign })).await;
    moved.refused(422, "channel_not_offered");
    // Who reads forms may not write them.
    let grants = [("capture-forms", "read", "all"), ("campaigns", "read", "all")];
    let (reader, _) = world.person(&grants, None).await;
    reader.get(path(&made)).await.expect(200);
    reader.act(format!("{}/rotate-key", path(&made))).await.refused(403, "forbidden");
}

async fn m_48_a_form_is_sent_from_its_pages(world: &World) {
    let made = form(world, json!({})).await;
    let ask = async |origin: &str| {
        let asked = world.anonymous().request("OPTIONS", public(&made)).header("origin", origin);
        asked.header("access-control-request-method", "POST").await
    };
    let allowed = ask(PAGE).await.expect(204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(PAGE));
    ask("https://evil.example.com").await.expect(403);
    let body = json!({ "submission_id": "a", "phone": "+8613700137000" });
    let send = async |origin: &str| {
        world.anonymous().post(public(&made), body.clone()).header("origin", origin).await
    };
    send("https://evil.example.com").await.refused(403, "form_origin_not_allowed");
    let sent = send(PAGE).await.expect(202);
    assert_eq!(sent.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(responses(world, &made).await.len(), 1);
    // The page of a form is no page of anything else.
    let elsewhere = world.anonymous().request("OPTIONS", "/v1/parties").header("origin", PAGE);
    elsewhere.header("access-control-request-method", "GET").await.expect(403);
}

async fn m_48_a_form_takes_so_many_a_minute(world: &World) {
    let made = form(world, json!({ "per_minute": 3, "per_minute_and_address": 2 })).await;
    send(world, &made, "a", json!({})).await.expect(202);
    world.pass(TimeDelta::seconds(20)).await;
    send(world, &made, "b", json!({})).await.expect(202);
    let flooded = send(world, &made, "c", json!({})).await.refused(429, "form_flooded");
    assert_eq!(
        (flooded.header("retry-after"), &flooded.json["params"]["limit"]),
        (Some("40"), &json!(2))
    );
    // What was refused is not counted, and what was taken is known again without being counted.
    send(world, &made, "a", json!({})).await.expect(202);
    world.pass(TimeDelta::seconds(40)).await;
    send(world, &made, "c", json!({})).await.expect(202);
    send(world, &made, "d", json!({})).await.refused(429, "form_flooded");
    let wider = json!({ "per_minute": 2, "per_minute_and_address": 10 });
    world.admin.patch(path(&made), wider).await.expect(200);
    let flooded = send(world, &made, "d", json!({})).await.refused(429, "form_flooded");
    assert_eq!(flooded.header("retry-after"), Some("20"));
    assert_eq!(responses(world, &made).await.len(), 3);
}

/// Behind a proxy that is trusted a form counts senders, not the proxy.
async fn behind_a_proxy(engine: Engine) {
    let trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    let options = Options { trusted_proxies, ..Options::default() };
    on_with(engine, options, async |world| {
        let made = form(world, json!({ "per_minute_and_address": 1 })).await;
        let send = |name: &str, from: &str| {
            let body = json!({ "submission_id": name, "phone": "+8613700137000" });
            let sent = world.anonymous().post(public(&made), body);
            sent.header("forwarded", format!("for=198.51.100.1, for={from}"))
        };
        send("a", "203.0.113.7").await.expect(202);
        send("b", "203.0.113.7").await.refused(429, "form_flooded");
        send("b", "203.0.113.8").await.expect(202);
        assert_eq!(responses(world, &made).await.len(), 2);
    })
    .await;
}

#[actix_web::test]
async fn m_48_senders_behind_a_trusted_proxy_are_told_apart() {
    behind_a_proxy(Engine::Sqlite).await;
    behind_a_proxy(Engine::Postgres).await;
}

async fn m_48_the_same_submission_is_one(world: &World) {
    let made = form(world, json!({})).await;
    let (one, other) =
        join(send(world, &made, "a", json!({})), send(world, &made, "a", json!({}))).await;
    // Of two at once the store may ask one to come back.
    assert!([one.status, other.status].contains(&202), "{} {}", one.text, other.text);
    let again = send(world, &made, "a", json!({ "name": "王磊" })).await.expect(202);
    assert_eq!(again.json, json!({ "submission_id": "a" }));
    assert_eq!(responses(world, &made).await.len(), 1);
    assert_eq!(world.admin.get("/v1/leads").await.expect(200).data().len(), 1);
    // Another one of the same person is another answer, and the same lead.
    send(world, &made, "b", json!({})).await.expect(202);
    assert_eq!(responses(world, &made).await.len(), 2);
    assert_eq!(world.admin.get("/v1/leads").await.expect(200).data().len(), 1);
}

async fn m_48_a_machine_is_thanked_and_forgotten(world: &World) {
    let made = form(world, json!({})).await;
    let bait = json!({ "website": "https://spam.example.com" });
    let thanked = send(world, &made, "a", bait).await.expect(202);
    assert_eq!(thanked.json, json!({ "submission_id": "a" }));
    assert_eq!(responses(world, &made).await.len(), 0);
    send(world, &made, "a", json!({})).await.expect(202);
    assert_eq!(responses(world, &made).await.len(), 1);
}

async fn m_48_nobody_is_told_who_is_known(world: &World) {
    let terms = json!({ "text": "I agree.", "purpose": "news", "medium": "email" });
    let made = form(world, json!({ "consent": terms })).await;
    let known = json!({ "kind": "organisation", "name": "宏图",
        "phones": [{ "kind": "work", "number": "+8613700137000" }] });
    let known = world.admin.post("/v1/parties", known).await.expect(201).id();
    let other = json!({ "kind": "organisation", "name": "远大",
        "phones": [{ "kind": "work", "number": "+8613700137001" }] });
    let other = world.admin.post("/v1/parties", other).await.expect(201).id();
    let no =
        json!({ "party_id": other, "medium": "email", "purpose": "news", "state": "withdrawn" });
    let no = world.admin.post("/v1/consents", no).await.expect(201).id();
    let answer = async |name: &str, phone: &str| {
        let sent = send(world, &made, name, json!({ "phone": phone, "consent": true })).await;
        let answer = sent.expect(202);
        assert_eq!(answer.json, json!({ "submission_id": name }));
    };
    answer("a", "+8613700137000").await;
    answer("b", "+8613700137001").await;
    answer("c", "+8613700137002").await;
    let consents = world.admin.get(format!("/v1/consents?party_id={known}")).await.expect(200);
    assert_eq!(consents.each("state"), ["granted"]);
    let proof = consents.data()[0]["proof"].as_str().expect("a proof").to_owned();
    for part in ["I agree.", &made.id(), "submission a", "2026-01-01T00:00:00Z"] {
        assert!(proof.contains(part), "{part} in {proof}");
    }
    // Somebody else's phone number is written quickly: who wants no more of it is not signed up again.
    let still = world.admin.get(format!("/v1/consents/{no}")).await.expect(200);
    assert_eq!(still.json["state"], "withdrawn");
}

async fn m_48_what_a_lead_agreed_to_becomes_a_consent(world: &World) {
    let terms = json!({ "text": "I agree.", "purpose": "news", "medium": "email" });
    let made = form(world, json!({ "consent": terms })).await;
    send(world, &made, "a", json!({ "name": "李娜", "consent": true })).await.expect(202);
    assert_eq!(world.admin.get("/v1/consents").await.expect(200).data().len(), 0);
    let lead = responses(world, &made).await[0]["lead_id"].as_str().expect("a lead").to_owned();
    let convert = world.admin.post(format!("/v1/leads/{lead}/convert"), json!({}));
    let converted = convert.header("if-match", "*").await.expect(200);
    let consents = world.admin.get("/v1/consents").await.expect(200);
    let [consent] = &consents.data()[..] else { panic!("{}", consents.text) };
    assert_eq!(consent["party_id"], converted.json["party_id"]);
    assert_eq!(
        (&consent["state"], &consent["said_at"]),
        (&json!("granted"), &json!("2026-01-01T00:00:00Z"))
    );
}

async fn m_48_another_key_ends_the_one_before(world: &World) {
    let made = form(world, json!({})).await;
    let turned = world.admin.act(format!("{}/rotate-key", path(&made))).header("if-match", "*");
    let turned = turned.await.expect(200);
    assert_ne!(turned.json["form_key"], made.json["form_key"]);
    send(world, &made, "a", json!({})).await.refused(404, "not_found");
    send(world, &turned, "a", json!({})).await.expect(202);
    world.admin.patch(path(&made), json!({ "active": false })).await.expect(200);
    send(world, &turned, "b", json!({})).await.refused(404, "not_found");
    world.admin.patch(path(&made), json!({ "active": true })).await.expect(200);
    // Whoever does without marketing takes no answers either.
    let without = json!({ "preferences": { "disabled_modules": ["marketing"] } });
    world.admin.patch("/v1/tenant", without).await.expect(200);
    send(world, &turned, "b", json!({})).await.refused(404, "not_found");
    let nobody = world.anonymous();
    for key in ["x", "x.y", "00000000000000000000000000000000.x"] {
        let body = json!({ "submission_id": "a" });
        nobody.post(format!("/v1/forms/{key}"), body).await.refused(404, "not_found");
    }
}

async fn x_90_a_mistyped_code_is_answered_with_those_alike(world: &World) {
    let media = json!({ "template": "standard" });
    world.admin.post("/v1/media/from-template", media).await.expect(200);
    let fields = json!([{ "field": "phone" }, { "field": "source_code" }]);
    let made = form(world, json!({ "fields": fields })).await;
    let code = json!({ "medium": "D", "test_group": "B", "list": "02", "month": 8, "year": 2026,
        "campaign_id": made.json["campaign_id"] });
    let code = world.admin.post("/v1/source-codes", code).await.expect(201);
    let refused = send(world, &made, "a", json!({ "source_code": "DB02087" })).await;
    let refused = refused.refused(422, "unknown_source_code");
    assert_eq!(refused.json["params"]["suggestions"], json!(["DB02086"]));
    let right = code.json["code"].clone();
    send(world, &made, "a", json!({ "source_code": right })).await.expect(202);
    assert_eq!(responses(world, &made).await[0]["source_code_id"], json!(code.id()));
    // Whoever names none has the code of the form.
    world.admin.patch(path(&made), json!({ "source_code": "DB02086" })).await.expect(200);
    send(world, &made, "b", json!({})).await.expect(202);
    let codes = format!("/v1/responses?source_code_id={}", code.id());
    assert_eq!(world.admin.get(codes).await.expect(200).data().len(), 2);
}

async fn z_22_from_where_somebody_wrote_is_forgotten_with_the_person(world: &World) {
    let terms = json!({ "text": "I agree.", "purpose": "news", "medium": "email" });
    let made = form(world, json!({ "consent": terms })).await;
    let agreed = json!({ "name": "李娜", "email": "lina@example.com", "consent": true });
    send(world, &made, "a", agreed).await.expect(202);
    let answered = responses(world, &made).await;
    let lead = answered[0]["lead_id"].as_str().expect("a lead");
    let wish = json!({ "reason": "requested", "confirm": lead });
    world.admin.post(format!("/v1/leads/{lead}/erase"), wish).await.expect(201);
    let forgotten = "UPDATE form_submissions SET received_at = received_at
         WHERE sender = response_id AND consent_proof = 'erased'";
    rows::say(world, forgotten).await;
}

async fn x_28_visits_and_forms_tie_to_the_code(world: &World) {
    let template = json!({ "template": "standard" });
    world.admin.post("/v1/media/from-template", template).await.expect(200);
    let page = json!({ "medium": "C", "test_group": "A", "list": "01", "month": 1, "year": 2026 });
    let code = world.admin.post("/v1/source-codes", page).await.expect(201);
    assert_eq!(code.json["code"], "CA01016");
    let made = form(world, json!({ "source_code": code.json["code"] })).await;
    let visit = |(event, who): (&str, &str)| {
        json!({ "event_id": event, "kind": "visited", "source_code": "CA01016", "recipient": who,
            "occurred_at": "2026-01-01T00:00:00Z" })
    };
    let visits: Vec<Json> =
        [("1", "anna"), ("2", "anna"), ("3", "ben")].into_iter().map(visit).collect();
    let batch = json!({ "source": "pages", "touches": visits });
    world.admin.post("/v1/touches", batch).await.expect(201);
    send(world, &made, "a", json!({})).await.expect(202);
    let all = responses(world, &made).await;
    let tied = ["source_code", "source_code_id", "medium_id", "channel"].map(|name| &all[0][name]);
    let expected =
        [&code.json["code"], &code.json["id"], &code.json["medium_id"], &json!("website")];
    assert_eq!(tied, expected);
    let report = world.admin.get("/v1/reports/media-response?by=source_code").await.expect(200);
    assert_eq!(
        (report.each("visited"), report.each("responders")),
        (vec![json!(2)], vec![json!(1)])
    );
}

async fn d_84_a_form_counts_what_it_takes_and_refuses(world: &World) {
    let channel = json!({ "name": "官网表单", "base_source": "form" });
    let channel = world.admin.post("/v1/collection-channels", channel).await.expect(201).id();
    let made = form(world, json!({ "collection_channel_id": channel })).await;
    send(world, &made, "a", json!({})).await.expect(202);
    send(world, &made, "a", json!({})).await.expect(202);
    send(world, &made, "b", json!({ "phone": null })).await.refused(422, "validation_failed");
    send(world, &made, "c", json!({ "phone": "12" })).await.refused(422, "invalid_phone");
    let path = format!("/v1/collection-channels/{channel}");
    let shown = world.admin.get(path).await.expect(200);
    let told = ["collected", "accepted", "known", "rejected"].map(|name| shown.json[name].clone());
    assert_eq!(told, [json!(3), json!(1), json!(0), json!(2)], "the same again is not counted");
}
