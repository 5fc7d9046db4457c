//! Configuration: defaults, then one file, then the environment. Unknown keys are refused.
//!
//! `GUANXI_SECTION_KEY` sets `key` in `[section]`, e.g. `GUANXI_SERVER_PORT=9000`;
//! `DATABASE_URL` is understood too.
//!
//! Each setting is read by itself, so one that is wrong does not hide another, and `serve` names all of
//! them, as `config check` does. Known are those that a configuration has when it is written, so a new one
//! is known without a list; for that `Secret` can be written, as `***` only. Production is a setting
//! (`server.production`) and not guessed from others: it refuses what would send secrets in the clear, and
//! nothing that is a matter of taste.

use figment::{
    Figment,
    providers::{Env, Format as _, Toml},
    value::{Dict, Value},
};
use guanxi_identity::secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything that can be set.
#[derive(Debug, Default, Deserialize, Serialize)]
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
    pub(crate) traces: crate::traces::Settings,
}

/// `[server]`: where it listens.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    /// The address; loopback, so that nothing is open by accident.
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// Threads that serve requests; one for each core when 0.
    pub(crate) workers: usize,
    /// Seconds between saying "not ready" and refusing connections, for a load balancer to notice.
    pub(crate) drain_seconds: u64,
    /// Whether a start is refused with what only a trial may have; see
    /// [`insecure`](crate::checks::insecure).
    pub(crate) production: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 8080,
            workers: 0,
            drain_seconds: 0,
            production: false,
        }
    }
}

/// `[database]`: where the data is.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub(crate) url: String,
    /// The address of a standby of that PostgreSQL, for reports.
    pub(crate) replica_url: Option<String>,
    /// Seconds that it may be behind.
    pub(crate) replica_max_lag_seconds: u64,
    pub(crate) readers: usize,
    pub(crate) writers: usize,
    /// Seconds that a statement of a read may take.
    pub(crate) read_seconds: u64,
    /// Seconds that a statement of a report may take.
    pub(crate) report_seconds: u64,
    /// Seconds that a statement of a write may take.
    pub(crate) write_seconds: u64,
    /// Seconds that a server that starts waits for PostgreSQL.
    pub(crate) start_seconds: u64,
}

impl Default for Database {
    fn default() -> Self {
        let usual = guanxi_storage::Options::new("");
        Self {
            url: "sqlite:data/guanxi.db".to_owned(),
            replica_url: None,
            replica_max_lag_seconds: usual.limits.lag.as_secs(),
            readers: usual.readers,
            writers: usual.writers,
            read_seconds: usual.limits.read.as_secs(),
            report_seconds: usual.limits.report.as_secs(),
            write_seconds: usual.limits.write.as_secs(),
            start_seconds: 60,
        }
    }
}

/// `[tokens]`: how access tokens are signed, and the keys of the installation.
#[derive(Debug, Deserialize, Serialize)]
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
#[derive(Debug, Deserialize, Serialize)]
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
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Admin {
    pub(crate) email: Option<String>,
    /// Made up and printed once when absent.
    pub(crate) password: Option<Secret>,
}

/// `[log]`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `text`, `json`, or `auto`: text on a terminal.
    pub(crate) format: LogFormat,
    /// Levels as `tracing-subscriber` reads them, e.g. `info,guanxi_http=debug`.
    pub(crate) level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
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
const OTHERS: &[&str] = &[
    "config",
    "fuzz",
    "testdata",
    "test_postgres",
    "test_postgres_control",
    "test_steps",
    "skip_postgres",
];

/// The settings whose values are shown nowhere.
const SECRETS: &[&str] = &["tokens.pem", "tokens.sealing", "admin.password", "mail.password"];

/// Something wrong with a setting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Its name, `section.key`; empty if it is about a file as a whole.
    pub(crate) setting: String,
    /// Where its value comes from, if it has been given one.
    pub(crate) source: Option<String>,
    /// What is wrong with it.
    pub(crate) what: String,
}

/// Everything that is wrong, at once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is not good:")?;
        for Finding { setting, source, what } in &self.0 {
            f.write_str("\n  ")?;
            match (setting.is_empty(), source) {
                (true, _) => {}
                (false, Some(source)) => write!(f, "{setting} (in {source}): ")?,
                (false, None) => write!(f, "{setting}: ")?,
            }
            f.write_str(what)?;
        }
        Ok(())
    }
}

impl Error for Findings {}

/// The configuration as far as it can be read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What can be read; all else as it is by default.
    pub(crate) config: Config,
    /// What cannot.
    pub(crate) findings: Findings,
    given: Figment,
}

impl Reading {
    /// Where the value of a setting comes from: a file or a variable. `None` if it was not given.
    pub(crate) fn source(&self, setting: &str) -> Option<String> {
        source(&self.given, setting)
    }
}

fn source(given: &Figment, setting: &str) -> Option<String> {
    let metadata = given.find_metadata(setting)?;
    match &metadata.source {
        Some(source) => Some(source.to_string()),
        None if metadata.name.contains("GUANXI_") => Some(variable(setting)),
        None => Some("DATABASE_URL".to_owned()),
    }
}

/// The variable that sets `section.key`.
fn variable(setting: &str) -> String {
    format!("GUANXI_{}", setting.replacen('.', "_", 1).to_uppercase())
}

/// Whether the value of a setting is shown nowhere.
pub(crate) fn is_secret(setting: &str) -> bool {
    SECRETS.contains(&setting)
}

impl Config {
    /// Reads the configuration. Without `file`, `guanxi.toml` is read if it is there.
    ///
    /// # Errors
    /// When the file cannot be read, or keys are unknown or have wrong values; the error names all
    /// of them, and shows no secret.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Findings> {
        let Reading { config, findings, .. } = Self::read(file);
        if findings.0.is_empty() { Ok(config) } else { Err(findings) }
    }

    /// Reads each setting by itself, so that one that is wrong does not hide another.
    pub(crate) fn read(file: Option<&Path>) -> Reading {
        let given = Self::given(file);
        let (mut good, mut findings) = (Dict::new(), Vec::new());
        let all = given.extract::<Dict>().unwrap_or_else(|error| {
            findings.extend(error.into_iter().map(|error| Finding {
                setting: String::new(),
                source: None,
                what: error.to_string(),
            }));
            Dict::new()
        });
        let known = Self::default().sections();
        for (section, value) in all {
            let mut wrong = |setting: String, what: String| {
                findings.push(Finding { source: source(&given, &setting), setting, what });
            };
            let Some(keys) = known.get(&section).and_then(Json::as_object) else {
                wrong(section, "there is no such section".to_owned());
                continue;
            };
            let Value::Dict(tag, values) = value else {
                wrong(section, "this is a section, and has no value itself".to_owned());
                continue;
            };
            let mut kept = Dict::new();
            for (key, value) in values {
                let setting = format!("{section}.{key}");
                if !keys.contains_key(&key) {
                    wrong(setting, "there is no such setting".to_owned());
                    continue;
                }
                let alone = Dict::from([(key.clone(), value.clone())]);
                match of(Dict::from([(section.clone(), Value::Dict(tag, alone))])) {
                    Ok(_) => drop(kept.insert(key, value)),
                    Err(_) if is_secret(&setting) => {
                        wrong(setting, "this is no text; write it in quotes".to_owned());
                    }
                    Err(error) => wrong(setting, error.kind.to_string()),
                }
            }
            good.insert(section, Value::Dict(tag, kept));
        }
        let config = of(good).unwrap_or_else(|error| {
            let what = error.kind.to_string();
            findings.push(Finding { setting: String::new(), source: None, what });
            Self::default()
        });
        Reading { config, findings: Findings(findings), given }
    }

    /// What the file and the environment say.
    fn given(file: Option<&Path>) -> Figment {
        let mut figment = Figment::new();
        figment = match file {
            Some(file) => figment.merge(Toml::file_exact(file)),
            None => figment.merge(Toml::file("guanxi.toml")),
        };
        let ours = Env::prefixed("GUANXI_")
            .ignore(OTHERS)
            .map(|key| key.as_str().replacen('_', ".", 1).into());
        let usual = Env::raw().only(&["DATABASE_URL"]).map(|_| "database.url".into());
        figment.merge(usual).merge(ours)
    }

    /// All settings by section and key; secrets are `***`.
    pub(crate) fn sections(&self) -> serde_json::Map<String, Json> {
        match serde_json::to_value(self) {
            Ok(Json::Object(sections)) => sections,
            _ => unreachable!("a configuration is sections of plain values"),
        }
    }

    /// The store's part of it.
    pub(crate) fn store(&self) -> guanxi_storage::Options {
        let mut options = guanxi_storage::Options::new(self.database.url.clone());
        options.replica = self.database.replica_url.clone();
        // An export holds one while it says with another how far it has come.
        options.readers = self.database.readers.max(2);
        options.writers = self.database.writers.max(2);
        options.limits.read = Duration::from_secs(self.database.read_seconds);
        options.limits.report = Duration::from_secs(self.database.report_seconds);
        options.limits.write = Duration::from_secs(self.database.write_seconds);
        options.limits.lag = Duration::from_secs(self.database.replica_max_lag_seconds);
        options
    }
}

/// A configuration of these sections.
#[expect(clippy::result_large_err, reason = "it is taken apart at once")]
fn of(sections: Dict) -> Result<Config, figment::Error> {
    Value::from(sections).deserialize()
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
            assert_eq!(load()?.server.port, 8080);
            jail.create_file("guanxi.toml", "[server]\nport = 1\n[http]\nbody_bytes = 2\n")?;
            jail.set_env("GUANXI_SERVER_PORT", 3);
            jail.set_env("GUANXI_ADMIN_PASSWORD", "correct horse battery");
            jail.set_env("GUANXI_MAIL_HOST", "mail.example.com");
            jail.set_env("GUANXI_MAIL_PUBLIC_URL", "https://crm.example.com");
            jail.set_env("GUANXI_MAIL_PASSWORD", "battery of a horse");
            jail.set_env("GUANXI_TESTDATA", "/somewhere");
            jail.set_env("DATABASE_URL", "postgres://x");
            jail.set_env("GUANXI_DATABASE_REPLICA_URL", "postgres://y");
            let config = load()?;
            assert_eq!((config.server.port, config.http.body_bytes), (3, 2));
            assert_eq!(config.database.url, "postgres://x");
            assert_eq!(config.store().replica.as_deref(), Some("postgres://y"));
            assert_eq!(config.mail.host.as_deref(), Some("mail.example.com"));
            assert_eq!(config.mail.public_url.as_deref(), Some("https://crm.example.com"));
            assert!(!format!("{config:?}").contains("horse"));
            Ok(())
        });
    }

    fn load() -> Result<Config, String> {
        Config::load(None).map_err(|findings| findings.to_string())
    }

    #[test]
    #[expect(clippy::result_large_err, reason = "the signature that figment's jail wants")]
    fn everything_that_is_wrong_is_said_at_once() {
        Jail::expect_with(|jail| {
            jail.clear_env();
            jail.create_file("guanxi.toml", "[log]\nformat = \"xml\"\n[sever]\nport = 1\n")?;
            jail.set_env("GUANXI_SERVER_PROT", 3);
            jail.set_env("GUANXI_SERVER_PORT", "many");
            jail.set_env("GUANXI_HTTP", 3);
            jail.set_env("GUANXI_ADMIN_PASSWORD", "123456789012345");
            jail.set_env("GUANXI_MAIL_HOST", "mail.example.com");
            let Reading { config, findings, .. } = Config::read(None);
            let named: Vec<_> = findings.0.iter().map(|finding| finding.setting.as_str()).collect();
            let all =
                ["admin.password", "http", "log.format", "server.port", "server.prot", "sever"];
            assert_eq!(named, all);
            let text = findings.to_string();
            assert!(text.contains("server.port (in GUANXI_SERVER_PORT): "), "{text}");
            assert!(text.contains("log.format (in guanxi.toml): "), "{text}");
            assert!(!text.contains("1234567"), "{text}");
            assert_eq!(config.mail.host.as_deref(), Some("mail.example.com"));
            assert_eq!(load().err(), Some(text));
            Ok(())
        });
    }

    #[test]
    fn what_is_secret_is_known_and_not_written() {
        let secret = || Some(Secret::from("correct horse battery"));
        let mut config = Config::default();
        (config.tokens.pem, config.tokens.sealing) = (secret(), secret());
        (config.admin.password, config.mail.password) = (secret(), secret());
        let sections = config.sections();
        assert!(!serde_json::to_string(&sections).unwrap().contains("horse"));
        for setting in SECRETS {
            let (section, key) = setting.split_once('.').unwrap();
            assert_eq!(sections[section][key], "***", "{setting}");
        }
    }
}
