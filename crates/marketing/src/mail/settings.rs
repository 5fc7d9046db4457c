//! What the operator says of the mail server.

use guanxi_identity::secrets::Secret;
use serde::{Deserialize, Serialize};

/// How the conversation with the server is kept secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// By `STARTTLS`; a server that does not offer it is not spoken to.
    #[default]
    Starttls,
    /// By TLS from the first byte on.
    Tls,
    /// Not at all: for a server on the same machine.
    None,
}

/// `[mail]`: by which server letters are sent. Without `host`, `from` and `public_url` none are.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The name of the server.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the conversation is kept secret.
    pub security: MailSecurity,
    /// By which name the program signs in, if the server wants that.
    pub user: Option<String>,
    /// The password for it.
    pub password: Option<Secret>,
    /// From whom letters are, e.g. `Guanxi <news@example.com>`.
    pub from: Option<String>,
    /// Where this API is reached from outside, for the links by which people unsubscribe.
    pub public_url: Option<String>,
    /// The page of a front end on which people choose a new password and confirm an address: letters lead
    /// there with the token behind `#password_reset=` or `#email_confirmation=`. Without it they bring the
    /// token alone.
    pub account_page: Option<String>,
    /// Seconds that one letter may take.
    pub seconds: u64,
    /// Members up to which a campaign is sent a message, or is made a file of for a mail house: all of them are
    /// looked at in one transaction.
    pub max_members: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            security: MailSecurity::default(),
            user: None,
            password: None,
            from: None,
            public_url: None,
            account_page: None,
            seconds: 60,
            max_members: 100_000,
        }
    }
}

impl Settings {
    /// The settings without which no letter is sent, as far as they are not there.
    pub(super) fn missing(&self) -> String {
        let needed = [
            ("mail.host", &self.host),
            ("mail.from", &self.from),
            ("mail.public_url", &self.public_url),
        ];
        let missing = needed.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name);
        missing.collect::<Vec<_>>().join(", ")
    }
}
