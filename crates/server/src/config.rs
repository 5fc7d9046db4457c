//! Configuration: defaults, then one file, then the environment. Unknown keys are refused.
//!
//! `GUANXI_SECTION_KEY` sets `key` in `[section]`, e.g. `GUANXI_SERVER_PORT=9000`;
//! `DATABASE_URL` is understood too.

use figment::{
    Figment,
    providers::{Env, Format as _, Toml},
};
use guanxi_identity::secrets::Secret;
use serde::Deserialize;
use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything that can be set.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) http: guanxi_http::Options,
    pub(crate) tokens: Tokens,
    pub(crate) files: Files,
    pub(crate) admin: Admin,
    pub(crate) log: Log,
    pub(crate) webhooks: guanxi_webhooks::Settings,
    pub(crate) mail: guanxi_marketing::mail::Settings,
}

/// `[server]`: where it listens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    /// The address; loopback, so that nothing is open by accident.
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// Threads that serve requests; one for each core when 0.
    pub(crate) workers: usize,
    /// Seconds between saying "not ready" and refusing connections, for a load balancer to notice.
    pub(crate) drain_seconds: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self { address: Ipv4Addr::LOCALHOST.into(), port: 8080, workers: 0, drain_seconds: 0 }
    }
}

/// `[database]`: where the data is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub(crate) url: String,
    pub(crate) readers: usize,
    pub(crate) writers: usize,
    /// Seconds that a statement of a read may take.
    pub(crate) read_seconds: u64,
    /// Seconds that a statement of a write may take.
    pub(crate) write_seconds: u64,
}

impl Default for Database {
    fn default() -> Self {
        let usual = guanxi_storage::Options::new("");
        Self {
            url: "sqlite:data/guanxi.db".to_owned(),
            readers: usual.readers,
            writers: usual.writers,
            read_seconds: usual.limits.read.as_secs(),
            write_seconds: usual.limits.write.as_secs(),
        }
    }
}

/// `[tokens]`: how access tokens are signed, and the keys of the installation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tokens {
    /// The folder of the signing keys and the sealing keys; nodes of one system share it.
    pub(crate) keys: PathBuf,
    /// Signing keys as PEM instead of a folder; the first one signs.
    pub(crate) pem: Option<Secret>,
    /// Sealing keys, each 32 bytes in base64, instead of a folder; the first one seals.
    pub(crate) sealing: Option<Secret>,
    /// The `iss` of tokens.
    pub(crate) issuer: String,
    /// The `aud` of tokens.
    pub(crate) audience: String,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            keys: "data/keys".into(),
            pem: None,
            sealing: None,
            issuer: "guanxi".to_owned(),
            audience: "guanxi".to_owned(),
        }
    }
}

/// `[files]`: where files of callers are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Files {
    /// A folder; nodes of one system share it.
    pub(crate) folder: PathBuf,
}

impl Default for Files {
    fn default() -> Self {
        Self { folder: "data/files".into() }
    }
}

/// `[admin]`: the first administrator, made when there is no tenant yet.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Admin {
    pub(crate) email: Option<String>,
    /// Made up and printed once when absent.
    pub(crate) password: Option<Secret>,
}

/// `[log]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `text`, `json`, or `auto`: text on a terminal.
    pub(crate) format: LogFormat,
    /// Levels as `tracing-subscriber` reads them, e.g. `info,guanxi_http=debug`.
    pub(crate) level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Auto,
    Text,
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: "info,sqlx::postgres::notice=warn".to_owned() }
    }
}

/// Variables with our prefix that are not for the program: its tests and this file's own name.
const OTHERS: &[&str] = &["config", "testdata", "test_postgres", "skip_postgres"];

impl Config {
    /// Reads the configuration. Without `file`, `guanxi.toml` is read if it is there.
    ///
    /// # Errors
    /// When the file cannot be read, or a key is unknown or has a wrong value; the error names it.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Box<figment::Error>> {
        let mut figment = Figment::new();
        figment = match file {
            Some(file) => figment.merge(Toml::file_exact(file)),
            None => figment.merge(Toml::file("guanxi.toml")),
        };
        let ours = Env::prefixed("GUANXI_")
            .ignore(OTHERS)
            .map(|key| key.as_str().replacen('_', ".", 1).into());
        let usual = Env::raw().only(&["DATABASE_URL"]).map(|_| "database.url".into());
        figment.merge(usual).merge(ours).extract().map_err(Box::new)
    }

    /// The store's part of it.
    pub(crate) fn store(&self) -> guanxi_storage::Options {
        let mut options = guanxi_storage::Options::new(self.database.url.clone());
        options.readers = self.database.readers.max(1);
        options.writers = self.database.writers.max(1);
        options.limits.read = Duration::from_secs(self.database.read_seconds);
        options.limits.write = Duration::from_secs(self.database.write_seconds);
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use figment::Jail;

    #[test]
    #[expect(clippy::result_large_err, reason = "the signature that figment's jail wants")]
    fn every_key_has_a_default_and_the_environment_wins() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            assert_eq!(Config::load(None).map_err(|e| *e)?.server.port, 8080);
            jail.create_file("guanxi.toml", "[server]\nport = 1\n[http]\nbody_bytes = 2\n")?;
            jail.set_env("GUANXI_SERVER_PORT", 3);
            jail.set_env("GUANXI_ADMIN_PASSWORD", "correct horse battery");
            jail.set_env("GUANXI_MAIL_HOST", "mail.example.com");
            jail.set_env("GUANXI_MAIL_PUBLIC_URL", "https://crm.example.com");
            jail.set_env("GUANXI_MAIL_PASSWORD", "battery of a horse");
            jail.set_env("GUANXI_TESTDATA", "/somewhere");
            jail.set_env("DATABASE_URL", "postgres://x");
            let config = Config::load(None).map_err(|e| *e)?;
            assert_eq!((config.server.port, config.http.body_bytes), (3, 2));
            assert_eq!(config.database.url, "postgres://x");
            assert_eq!(config.mail.host.as_deref(), Some("mail.example.com"));
            assert_eq!(config.mail.public_url.as_deref(), Some("https://crm.example.com"));
            assert!(!format!("{config:?}").contains("horse"));
            Ok(())
        });
    }

    #[test]
    #[expect(clippy::result_large_err, reason = "the signature that figment's jail wants")]
    fn an_unknown_key_is_refused_by_name() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.set_env("GUANXI_SERVER_PROT", 3);
            let error = Config::load(None).map_err(|e| e.to_string()).err().unwrap_or_default();
            assert!(error.contains("prot"), "{error}");
            Ok(())
        });
    }
}
