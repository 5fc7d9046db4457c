//! One conversation with the mail server for each letter, and how far it came: from that follows what is
//! known of the letter.

use super::settings::{MailSecurity, Settings};
use crate::message_deliveries::Answer;
use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
        response::Response,
    },
};
use std::time::Duration;
use tokio::time::timeout;

/// Characters of an answer that are kept.
const KEPT: usize = 500;
/// How long the server may take to say good-bye: it has the letter by then.
const GOOD_BYE: Duration = Duration::from_secs(1);

/// The mail server, as the operator says it is.
pub(super) struct Server {
    host: String,
    port: u16,
    security: MailSecurity,
    credentials: Option<Credentials>,
    from: Mailbox,
    public_url: String,
    account_page: Option<String>,
    hello: ClientId,
    limit: Duration,
}

/// How far a conversation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// What is said there is about the program, and the same for every letter.
    Greeting,
    /// What is said there is about the recipient.
    Recipient,
    /// The letter itself is given, so the server may have it.
    Letter,
}

/// What is known of a letter whose conversation ended in an error at that stage.
fn judged(stage: Stage, error: &Error) -> Answer {
    let text = kept(&error.to_string());
    match stage {
        Stage::Greeting => Answer::NotNow(text),
        _ if error.is_permanent() => Answer::Refused(text),
        _ if error.is_transient() => Answer::NotNow(text),
        Stage::Recipient => Answer::NotNow(text),
        Stage::Letter => Answer::Unknown(text),
    }
}

/// The same where no answer came in time.
fn judged_late(stage: Stage) -> Answer {
    const LATE: &str = "no answer in time";
    match stage {
        Stage::Greeting | Stage::Recipient => Answer::NotNow(LATE.to_owned()),
        Stage::Letter => Answer::Unknown(LATE.to_owned()),
    }
}

fn kept(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(KEPT).collect()
}

impl Server {
    /// The server, if one is named.
    ///
    /// # Errors
    /// Says which setting is missing or cannot be read.
    pub(super) fn of(settings: &Settings) -> Result<Option<Self>, &'static str> {
        let Some(host) = settings.host.clone() else { return Ok(None) };
        let from = settings.from.as_deref().ok_or("mail.from is missing")?;
        let from: Mailbox = from.parse().map_err(|_| "mail.from is no e-mail address")?;
        let url = settings.public_url.as_deref().ok_or("mail.public_url is missing")?;
        let is_page = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if !is_page(url) {
            return Err("mail.public_url is no address of a web server");
        }
        // What it brings stands behind a `#` of its own.
        let good = |page: &str| is_page(page) && !page.contains(['#', ' ', '\r', '\n']);
        if settings.account_page.as_deref().is_some_and(|page| !good(page)) {
            return Err("mail.account_page is no address of a page");
        }
        let credentials = match (&settings.user, &settings.password) {
            (Some(user), Some(password)) => {
                Some(Credentials::new(user.clone(), password.expose().to_owned()))
            }
            (None, None) => None,
            _ => return Err("mail.user and mail.password belong together"),
        };
        Ok(Some(Self {
            host,
            port: settings.port,
            security: settings.security,
            credentials,
            hello: ClientId::Domain(from.email.domain().to_owned()),
            from,
            public_url: url.trim_end_matches('/').to_owned(),
            account_page: settings.account_page.clone(),
            limit: Duration::from_secs(settings.seconds.max(1)),
        }))
    }

    /// How long one letter may take.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// Where people reach this program.
    pub(super) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Where people choose passwords and confirm addresses, if the operator has said so.
    pub(super) fn account_page(&self) -> Option<&str> {
        self.account_page.as_deref()
    }

    /// Hands over to this address what `write` makes of the sender and the recipient; what is known of it
    /// then.
    pub(super) async fn send(
        &self,
        to: &str,
        write: impl FnOnce(&Mailbox, &Address) -> Result<Vec<u8>, String>,
    ) -> Answer {
        if !to.is_ascii() {
            return Answer::Refused("only plain letters are understood in addresses".to_owned());
        }
        let to: Address = match to.parse() {
            Ok(to) => to,
            Err(_) => return Answer::Refused("this is no e-mail address".to_owned()),
        };
        let bytes = match write(&self.from, &to) {
            Ok(bytes) => bytes,
            Err(why) => return Answer::Refused(kept(&why)),
        };
        let mut stage = Stage::Greeting;
        let ended = timeout(self.limit, self.converse(&mut stage, to, &bytes)).await;
        match ended {
            Ok(Ok(response)) => Answer::Taken(said(&response)),
            Ok(Err(error)) => judged(stage, &error),
            Err(_) => judged_late(stage),
        }
    }

    async fn converse(
        &self,
        stage: &mut Stage,
        to: Address,
        bytes: &[u8],
    ) -> Result<Response, Error> {
        let mut connection = self.connect().await?;
        connection.command(Mail::new(Some(self.from.email.clone()), Vec::new())).await?;
        *stage = Stage::Recipient;
        connection.command(Rcpt::new(to, Vec::new())).await?;
        connection.command(Data).await?;
        *stage = Stage::Letter;
        let response = connection.message(bytes).await?;
        timeout(GOOD_BYE, connection.quit()).await.ok();
        Ok(response)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let tls = || TlsParameters::new(self.host.clone());
        let at_once = match self.security {
            MailSecurity::Tls => Some(tls()?),
            MailSecurity::Starttls | MailSecurity::None => None,
        };
        let server = (self.host.as_str(), self.port);
        let limit = Some(self.limit);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, limit, &self.hello, at_once, None).await?;
        if self.security == MailSecurity::Starttls {
            connection.starttls(tls()?, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            let ways = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&ways, credentials).await?;
        }
        Ok(connection)
    }
}

fn said(response: &Response) -> String {
    kept(&response.message().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            host: Some("mail.example.com".to_owned()),
            from: Some("Guanxi <news@example.com>".to_owned()),
            public_url: Some("https://crm.example.com/".to_owned()),
            ..Settings::default()
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(Server::of(&Settings::default()).unwrap().is_none());
        let server = Server::of(&settings()).unwrap().unwrap();
        assert_eq!(server.public_url(), "https://crm.example.com");
        for (wrong, named) in [
            (Settings { from: None, ..settings() }, "mail.from"),
            (Settings { from: Some("nobody".to_owned()), ..settings() }, "mail.from"),
            (Settings { public_url: None, ..settings() }, "mail.public_url"),
            (Settings { public_url: Some("crm".to_owned()), ..settings() }, "mail.public_url"),
            (Settings { user: Some("u".to_owned()), ..settings() }, "mail.password"),
            (Settings { account_page: Some("crm".to_owned()), ..settings() }, "mail.account_page"),
            (
                Settings { account_page: Some("https://a.cn/#/x".to_owned()), ..settings() },
                "mail.account_page",
            ),
        ] {
            let why = Server::of(&wrong).err().unwrap_or_default();
            assert!(why.contains(named), "{why}");
        }
    }

    #[test]
    fn nobody_knows_only_what_was_handed_over() {
        assert!(matches!(judged_late(Stage::Greeting), Answer::NotNow(_)));
        assert!(matches!(judged_late(Stage::Recipient), Answer::NotNow(_)));
        assert!(matches!(judged_late(Stage::Letter), Answer::Unknown(_)));
    }
}
