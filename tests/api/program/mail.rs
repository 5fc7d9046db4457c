//! Letters by a mail server as they are elsewhere: one that wants secrecy, and to know who hands them over.

use super::{ADMINISTRATOR, GLANCE, PASSWORD, PATIENCE, Program, on};
use guanxi_tests::{Engine, json, mail_server::MailServer};
use std::time::Instant;

/// What is kept in a store has no part in it.
#[actix_web::test]
async fn a_letter_goes_in_secret_to_a_server_that_is_vouched_for() {
    on(Engine::Sqlite, in_secret).await;
}

async fn in_secret(program: &Program) {
    let (mail, authority) = MailServer::secret().await;
    mail.wants("guanxi", "a good password");
    let port = mail.port().to_string();
    let server = program.serve_with(&[
        ("GUANXI_ADMIN_PASSWORD", PASSWORD),
        ("GUANXI_MAIL_HOST", "127.0.0.1"),
        ("GUANXI_MAIL_PORT", port.as_str()),
        ("GUANXI_MAIL_USER", "guanxi"),
        ("GUANXI_MAIL_PASSWORD", "a good password"),
        ("GUANXI_MAIL_FROM", "Guanxi <news@example.com>"),
        ("GUANXI_MAIL_PUBLIC_URL", "https://crm.example.com"),
        // By this an operator says whom to believe, as everywhere.
        ("SSL_CERT_FILE", program.write("authority.pem", &authority)),
    ]);
    let wish = json!({ "email": ADMINISTRATOR });
    server.anonymous().post("/v1/auth/password-reset", wish).await.expect(202);
    let until = Instant::now() + PATIENCE;
    while mail.letters().is_empty() {
        assert!(Instant::now() < until, "no letter has come");
        tokio::time::sleep(GLANCE).await;
    }
    assert_eq!(mail.addresses(), [ADMINISTRATOR]);
    server.stop();
}
