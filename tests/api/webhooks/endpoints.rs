//! Endpoints as records: what is refused, what is shown, and what never is.

use super::{
    endpoint, path,
    receiver::{Manner, Receiver},
};
use guanxi_http::Options;
use guanxi_tests::{Answer, Engine, World, both_stores, given, json, log::Log, world::on_with};
use tracing_subscriber::filter::LevelFilter;

both_stores![
    wrong_members_are_named,
    a_test_message_is_answered_with_its_outcome,
    a_retry_is_answered_without_the_secret,
    s_28_the_secret_is_in_no_answer_event_or_log,
];

mod s_25_private_addresses_are_refused {
    use super::*;

    #[actix_web::test]
    async fn sqlite() {
        on_with(Engine::Sqlite, Options::default(), async |world| refused(world).await).await;
    }

    #[actix_web::test]
    async fn postgres() {
        on_with(Engine::Postgres, Options::default(), async |world| refused(world).await).await;
    }

    async fn refused(world: &World) {
        let receiver = Receiver::willing().await;
        let table = [
            ("https://127.0.0.1/in", "webhook_url_address"),
            ("https://[::ffff:10.0.0.1]/in", "webhook_url_address"),
            ("https://0x7f000001/", "webhook_url_address"),
            ("https://169.254.169.254/latest", "webhook_url_address"),
            ("https://localhost/in", "webhook_url_private_name"),
            (receiver.url().leak(), "webhook_url_not_https"),
            ("https://93.184.216.34:22/", "webhook_url_port"),
        ];
        let made =
            json!({ "name": "ERP", "url": "https://93.184.216.34/in", "event_types": ["*"] });
        let made = world.admin.post("/v1/webhook-endpoints", made).await.expect(201);
        for (url, code) in table {
            let body = json!({ "name": "ERP", "url": url, "event_types": ["*"] });
            let expected = [("/url".to_owned(), code.to_owned())];
            let refused = world.admin.post("/v1/webhook-endpoints", body).await;
            assert_eq!(refused.refused(422, "validation_failed").findings(), expected, "{url}");
            let refused = world.admin.patch(path(&made), json!({ "url": url })).await;
            assert_eq!(refused.refused(422, "validation_failed").findings(), expected, "{url}");
        }
    }
}

async fn wrong_members_are_named(world: &World) {
    let types = ["party.created", "spaceship.*", "party", "party.created"];
    let body = json!({ "name": "ERP", "url": "nonsense", "event_types": types });
    let refused = world.admin.post("/v1/webhook-endpoints", body).await;
    let findings = refused.refused(422, "validation_failed").findings();
    let expected = [("/url", "webhook_url_malformed"), ("/event_types/1", "unknown_value")];
    assert_eq!(findings, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    let receiver = Receiver::willing().await;
    let types = ["party.created", "party", "party.created"];
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": types });
    let refused = world.admin.post("/v1/webhook-endpoints", body).await;
    let findings = refused.refused(422, "validation_failed").findings();
    let expected = [("/event_types/1", "invalid_format"), ("/event_types/2", "repeated")];
    assert_eq!(findings, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    let none = json!({ "name": "ERP", "url": receiver.url(), "event_types": [] });
    world.admin.post("/v1/webhook-endpoints", none).await.refused(422, "validation_failed");
}

async fn a_test_message_is_answered_with_its_outcome(world: &World) {
    let receiver =
        Receiver::start(&[Manner::Says("204 No Content"), Manner::Says("404 Not here")]).await;
    let made = endpoint(&world.admin, &receiver, &["party.created"]).await;
    let test = format!("{}/test", path(&made));
    let good = world.admin.act(&test).await.expect(200);
    assert_eq!(
        (&good.json["delivered"], &good.json["attempt"]["status"]),
        (&json!(true), &json!(204))
    );
    let message = &receiver.messages()[0];
    assert_eq!(message.verify(&made, world.clock.now()), Ok(()));
    assert_eq!(
        (&message.json()["type"], &message.json()["data"]["id"]),
        (&json!("webhook.test"), &made.json["id"])
    );
    let bad = world.admin.act(&test).await.expect(200);
    assert_eq!(
        (&bad.json["delivered"], &bad.json["attempt"]["failure"]),
        (&json!(false), &json!("http_status"))
    );
    assert_eq!(world.send_webhooks().await, 0, "a test is not tried again");
    let read = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(read.json["failing_since"], json!(null), "a test does not count");
}

async fn a_retry_is_answered_without_the_secret(world: &World) {
    let body = json!({ "name": "ERP", "url": "http://127.0.0.1:9/", "event_types": ["*"] });
    let make = || world.admin.post("/v1/webhook-endpoints", body.clone()).key("once");
    let (first, again) = (make().await.expect(201), make().await.expect(201));
    assert_eq!((again.header("idempotent-replayed"), again.id()), (Some("true"), first.id()));
    assert!(first.json["secret"].is_string() && again.json.get("secret").is_none());
    let dry = world.admin.post("/v1/webhook-endpoints", body.clone()).header("prefer", "dry-run");
    assert!(dry.await.expect(201).json.get("secret").is_none());
}

async fn s_28_the_secret_is_in_no_answer_event_or_log(world: &World) {
    let log = Log::start(LevelFilter::TRACE);
    let receiver = Receiver::start(&[Manner::Resets, Manner::Says("204 No Content")]).await;
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["*"], "payload": "full",
        "headers": { "authorization": "Bearer canary-of-a-header" } });
    let made = world.admin.post("/v1/webhook-endpoints", body).await.expect(201);
    let rotated = world.admin.act(format!("{}/rotate-secret", path(&made))).await.expect(200);
    given::party(&world.admin, "A").await;
    world.admin.act(format!("{}/test", path(&made))).await.expect(200);
    world.send_webhooks().await;
    let secret = |answer: &Answer| {
        let text = answer.json["secret"].as_str().expect("a secret");
        text.trim_start_matches("whsec_").to_owned()
    };
    let canaries = [secret(&made), secret(&rotated), "canary-of-a-header".to_owned()];
    let (one, mut texts) = (path(&made), Vec::new());
    for place in [
        one.clone(),
        "/v1/webhook-endpoints".into(),
        format!("{one}/timeline"),
        format!("{one}/provenance"),
        "/v1/webhook-deliveries".into(),
        "/v1/events".into(),
        "/v1/changes".into(),
        format!("{one}?as_of=2030-01-01T00:00:00Z"),
    ] {
        texts.push(world.admin.get(place).await.expect(200).text);
    }
    texts.extend(receiver.messages().iter().map(|message| message.body.clone()));
    texts.push(log.text());
    for canary in canaries {
        assert!(texts.iter().all(|text| !text.contains(&canary)), "{canary}");
    }
}
