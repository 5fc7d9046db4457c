//! Mail servers that do not want the program, and how much goes through one at once.

use super::{
    code,
    messages::{email, message, path, willing},
    running,
    sending::{by_mail, coded, confirm, deliveries, mailing_as, send, settings},
};
use chrono::TimeDelta;
use guanxi_identity::secrets::Secret;
use guanxi_marketing::mail::{MailSecurity, Mailer, Settings};
use guanxi_tests::{Engine, World, json, mail_server::MailServer};
use std::net::TcpListener;

by_mail![whoever_is_not_wanted_by_the_mail_server_sends_later_and_once];

mod more_members_than_go_at_once_are_refused {
    use guanxi_tests::Engine;

    #[actix_web::test]
    async fn sqlite() {
        super::of_three_members_two_go_at_once(Engine::Sqlite).await;
    }

    #[actix_web::test]
    async fn postgres() {
        super::of_three_members_two_go_at_once(Engine::Postgres).await;
    }
}

/// A port at which nobody listens.
fn deserted() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn whoever_is_not_wanted_by_the_mail_server_sends_later_and_once(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    willing(world, &campaign, "a@example.com").await;
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    server.wants("guanxi", "a good password");
    let signed = |password: &str| Settings {
        user: Some("guanxi".to_owned()),
        password: Some(Secret::from(password)),
        ..settings(server)
    };
    let good = || signed("a good password");
    let tries = [
        (Settings { port: deserted(), ..good() }, None, ""),
        (good(), Some("421 come again tomorrow"), "come again tomorrow"),
        (signed("a wrong one"), None, "nobody of that name"),
        (settings(server), None, "sign in first"),
        // Without a word that it keeps secrets a server is told none.
        (Settings { security: MailSecurity::Starttls, ..good() }, None, ""),
    ];
    for (tried, (by, turned_away, said)) in (1..).zip(tries) {
        server.turns_away(turned_away);
        let mailer = Mailer::new(world.db.clone(), world.clock.clone(), &by);
        assert_eq!(mailer.send_due().await.expect("a try"), 1, "{said}");
        let one = deliveries(world, &made).await["a@example.com"].clone();
        assert_eq!((&one["status"], &one["tries"]), (&json!("queued"), &json!(tried)), "{one:#}");
        let answer = one["answer"].as_str().expect("why");
        assert!(!answer.is_empty() && answer.contains(said), "{said} in {answer}");
        assert_eq!(mailer.send_due().await.expect("nothing"), 0, "not at once");
        world.pass(TimeDelta::hours(12)).await;
    }
    let mailer = Mailer::new(world.db.clone(), world.clock.clone(), &good());
    assert_eq!(mailer.send_due().await.expect("the letter"), 1);
    assert_eq!(mailer.send_due().await.expect("nothing"), 0);
    assert_eq!(server.addresses(), ["a@example.com"]);
    assert_eq!(deliveries(world, &made).await["a@example.com"]["status"], "sent");
}

async fn of_three_members_two_go_at_once(engine: Engine) {
    let nobody = Settings { host: Some("127.0.0.1".to_owned()), port: deserted(), ..narrow() };
    mailing_as(engine, nobody, async |world| {
        let campaign = running(world, json!({})).await;
        email(world).await;
        code(world, "02", json!({ "campaign_id": campaign.id() })).await;
        let made = message(world, &campaign, json!({})).await;
        for name in ["a", "b"] {
            willing(world, &campaign, &format!("{name}@example.com")).await;
        }
        coded(world, &made).await;
        let medium = |code: &str| format!("/v1/media?code={code}");
        let mail = world.admin.get(medium("D")).await.expect(200).each("id")[0].clone();
        let post = world.admin.get(medium("E")).await.expect(200).each("id")[0].clone();
        let preview = async || {
            let wish = json!({ "medium_id": mail });
            world.admin.post(format!("{}/preview", path(&made)), wish).await
        };
        let shown = preview().await.expect(200).json;
        assert_eq!((&shown["members"], &shown["recipients"]), (&json!(2), &json!(2)));
        willing(world, &campaign, "c@example.com").await;
        let refused = preview().await.refused(422, "audience_too_large");
        assert_eq!(refused.json["params"]["limit"], 2);
        let sent = confirm(world, &made, &shown["confirmation"]).await;
        sent.refused(422, "audience_too_large");
        assert!(deliveries(world, &made).await.is_empty());
        let post = post.as_str().expect("an id");
        let file = format!("{}/merge-file?medium_id={post}", path(&made));
        let file = world.admin.get(file).header("accept", "text/csv").await;
        file.refused(422, "audience_too_large");
    })
    .await;
}

fn narrow() -> Settings {
    Settings {
        from: Some("Guanxi <news@example.com>".to_owned()),
        public_url: Some("https://crm.example.com/".to_owned()),
        max_members: 2,
        ..Settings::default()
    }
}
