//! `guanxi config check` and `guanxi config show`, and what a server in production does not start with.
//!
//! A check reads, and makes nothing: no store, no keys, no folders.

use crate::{
    Outcome,
    commands::print,
    config::{Config, Finding, Reading, is_secret},
};
use clap::Subcommand;
use guanxi_identity::secrets::{SealingKeys, SigningKeys, TokenSettings};
use guanxi_marketing::mail::MailSecurity;
use guanxi_storage::migrate::{self, Standing};
use serde_json::Value as Json;
use std::{
    error::Error, fmt::Write as _, fs, io, net::IpAddr, os::unix::fs::PermissionsExt as _,
    path::Path,
};
use tracing_subscriber::EnvFilter;
use url::Url;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say everything that is wrong with the configuration, at once; exit code 1 if anything is.
    Check {
        /// Do not look at the store.
        #[arg(long)]
        without_store: bool,
    },
    /// Print every setting with its value and where that comes from; secrets are `***`.
    Show,
}

pub(crate) async fn config(file: Option<&Path>, command: &ConfigCommand) -> Outcome {
    let reading = Config::read(file);
    match command {
        ConfigCommand::Check { without_store } => check(reading, *without_store).await,
        ConfigCommand::Show if reading.findings.0.is_empty() => print(&shown(&reading)),
        ConfigCommand::Show => Err(reading.findings.into()),
    }
}

async fn check(mut reading: Reading, without_store: bool) -> Outcome {
    let config = &reading.config;
    let mut found = values(config);
    found.extend(keys(config));
    if config.server.production {
        found.extend(insecure(config));
    }
    let mut notes = remarks(config);
    // Another store than the one that is meant says nothing.
    let meant = !reading
        .findings
        .0
        .iter()
        .any(|finding| finding.setting.is_empty() || finding.setting.starts_with("database"));
    if meant && !without_store {
        match migrate::standing(&config.store()).await {
            Ok(standing) => match schema(standing) {
                Ok(note) => notes.push(note),
                Err(what) => found.push(("database.url", what)),
            },
            Err(error) => {
                let what = format!("the store cannot be reached: {}", with_causes(&error));
                found.push(("database.url", what));
            }
        }
        notes.extend(replica(config).await);
    }
    for (setting, what) in found {
        let source = reading.source(setting);
        reading.findings.0.push(Finding { setting: setting.to_owned(), source, what });
    }
    if !reading.findings.0.is_empty() {
        return Err(reading.findings.into());
    }
    let config = &reading.config;
    let store = if is_server(config) { "postgresql" } else { "sqlite" };
    let mut text = format!(
        "The configuration is good: {store} store, http://{}:{}.\n",
        config.server.address, config.server.port
    );
    for note in notes {
        // Writing to a text does not fail.
        let _ = writeln!(text, "note: {note}");
    }
    print(&text)
}

/// The name of a setting, and what is wrong with it.
type Found = (&'static str, String);

fn is_server(config: &Config) -> bool {
    config.database.url.starts_with("postgres")
}

fn with_causes(error: &dyn Error) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            let _ = write!(text, ": {inner_text}");
        }
        cause = inner.source();
    }
    text
}

/// What the schema of the store means for a server that starts; an error if it does not start.
fn schema(Standing { taken, known }: Standing) -> Result<String, String> {
    match taken {
        0 => Ok(format!("the store has no schema yet; the first start makes it (step {known})")),
        _ if taken == known => {
            Ok(format!("the schema of the store is at step {taken}, the newest"))
        }
        _ if taken < known => Ok(format!(
            "the schema of the store is at step {taken}; the next start brings it to step {known}, \
             so take a backup before"
        )),
        _ => Err(format!(
            "the store is at step {taken} of its schema and this program knows {known}: a newer \
             version has brought it up to date; start that one"
        )),
    }
}

/// Values that can be read and that nothing works with.
fn values(config: &Config) -> Vec<Found> {
    let mut found = Vec::new();
    let http = &config.http;
    let positive: [(&'static str, u64); 12] = [
        ("database.replica_max_lag_seconds", config.database.replica_max_lag_seconds),
        ("database.read_seconds", config.database.read_seconds),
        ("database.report_seconds", config.database.report_seconds),
        ("database.write_seconds", config.database.write_seconds),
        ("http.body_bytes", u64::try_from(http.body_bytes).unwrap_or(u64::MAX)),
        ("http.upload_bytes", http.upload_bytes),
        ("http.attachment_bytes", http.attachment_bytes),
        ("http.body_seconds", http.body_seconds),
        ("http.request_seconds", http.request_seconds),
        ("http.reads_per_minute", http.reads_per_minute.into()),
        ("http.writes_per_minute", http.writes_per_minute.into()),
        ("http.sign_ins_per_minute", http.sign_ins_per_minute.into()),
    ];
    let none = positive.into_iter().filter(|(_, value)| *value == 0);
    found.extend(none.map(|(setting, _)| (setting, "this must be at least 1".to_owned())));
    if (1..=config.database.report_seconds).contains(&http.request_seconds) {
        // The request would end first, and say less about it.
        let what = format!("this must be below http.request_seconds ({})", http.request_seconds);
        found.push(("database.report_seconds", what));
    }
    for origin in &http.cors_origins {
        // What browsers send: scheme, host and port, and nothing behind.
        let is_origin =
            Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
        if !is_origin {
            let what = format!("{origin:?} is no origin; one is https://crm.example.com");
            found.push(("http.cors_origins", what));
        }
    }
    for network in http.trusted_proxies.iter().filter(|network| network.is_everybody()) {
        let what = format!("{network} is everybody, so anybody could say where they come from");
        found.push(("http.trusted_proxies", what));
    }
    if let Some(what) = misplaced_replica(config) {
        found.push(("database.replica_url", what.to_owned()));
    }
    if let Err(error) = EnvFilter::try_new(&config.log.level) {
        found.push(("log.level", error.to_string()));
    }
    let traces = &config.traces;
    let calls = |url: &str| Url::parse(url).is_ok_and(|url| url.scheme().starts_with("http"));
    if let Some(endpoint) = traces.endpoint.as_ref().filter(|endpoint| !calls(endpoint)) {
        let what = format!("{endpoint:?} is no address; one is http://localhost:4318/v1/traces");
        found.push(("traces.endpoint", what));
    }
    if !(0.0..=1.0).contains(&traces.share) {
        found.push(("traces.share", "this must be from 0 to 1".to_owned()));
    }
    if let Err(why) = config.mail.check() {
        found.push(("mail.host", why.to_owned()));
    }
    if config.files.folder.exists() && !config.files.folder.is_dir() {
        let what = format!("{} is no folder", config.files.folder.display());
        found.push(("files.folder", what));
    }
    found
}

/// Why the replica is none that reports could be read on.
fn misplaced_replica(config: &Config) -> Option<&'static str> {
    let url = config.database.replica_url.as_ref()?;
    if !is_server(config) {
        return Some("only PostgreSQL has replicas, and database.url names no such store");
    }
    let is_address = Url::parse(url).is_ok_and(|url| url.scheme().starts_with("postgres"));
    (!is_address).then_some("this is no replica; one is postgres://USER:PASSWORD@HOST/NAME")
}

/// What the replica, if it can be one, means for a server that starts.
async fn replica(config: &Config) -> Option<String> {
    let url = config.database.replica_url.clone()?;
    if misplaced_replica(config).is_some() {
        return None;
    }
    let mut options = config.store();
    options.url = url;
    let error = migrate::standing(&options).await.err()?;
    let why = with_causes(&error);
    Some(format!("the replica cannot be reached, so reports are read on the primary: {why}"))
}

/// The keys, where they are: given as text, or files that nobody else can read.
fn keys(config: &Config) -> Vec<Found> {
    let tokens = &config.tokens;
    let mut found = Vec::new();
    let settings = TokenSettings::new(tokens.issuer.clone(), tokens.audience.clone());
    if let Some(Err(error)) = tokens.pem.as_ref().map(|pem| SigningKeys::from_pem(pem, settings)) {
        found.push(("tokens.pem", error.to_string()));
    }
    if let Some(Err(error)) = tokens.sealing.as_ref().map(SealingKeys::from_text) {
        found.push(("tokens.sealing", error.to_string()));
    }
    if tokens.pem.is_none() || tokens.sealing.is_none() {
        match in_folder(&tokens.keys) {
            Ok(exposed) => found.extend(exposed.into_iter().map(|what| ("tokens.keys", what))),
            // The first start makes it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let what = format!("{} cannot be read: {error}", tokens.keys.display());
                found.push(("tokens.keys", what));
            }
        }
    }
    found
}

/// What others could do to the keys in a folder.
fn in_folder(folder: &Path) -> io::Result<Vec<String>> {
    const OTHERS_WRITE: u32 = 0o022;
    const OTHERS_DO_ANYTHING: u32 = 0o077;
    let mut found = Vec::new();
    let mode = fs::metadata(folder)?.permissions().mode() & 0o777;
    if mode & OTHERS_WRITE != 0 {
        let folder = folder.display();
        found
            .push(format!("others can put keys into {folder} (mode {mode:o}); chmod 700 {folder}"));
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".pem") && !name.ends_with(".sealing.key") {
            continue;
        }
        let mode = fs::metadata(&path)?.permissions().mode() & 0o777;
        if mode & OTHERS_DO_ANYTHING != 0 {
            found.push(format!(
                "others can read {} (mode {mode:o}); chmod 600, and replace the key",
                path.display()
            ));
        }
    }
    found.sort();
    Ok(found)
}

/// What a server in production does not start with: secrets that would travel in the clear.
pub(crate) fn insecure(config: &Config) -> Vec<Found> {
    let mut found = Vec::new();
    let database = &config.database;
    let replica = database.replica_url.iter().map(|url| ("database.replica_url", url));
    for (setting, url) in [("database.url", &database.url)].into_iter().chain(replica) {
        if let Some(host) = unproven_server(url) {
            let what = format!(
                "in production the way to {host} must be encrypted and its name proven: add \
                 ?sslmode=verify-full"
            );
            found.push((setting, what));
        }
    }
    let mail = &config.mail;
    if let (MailSecurity::None, Some(host)) = (mail.security, &mail.host)
        && !is_here(host)
    {
        let what = format!("in production letters must not travel to {host} in the clear");
        found.push(("mail.security", what));
    }
    let in_the_clear = |address: &str| {
        Url::parse(address)
            .is_ok_and(|url| url.scheme() == "http" && !url.host_str().is_some_and(is_here))
    };
    let links = [("mail.public_url", &mail.public_url), ("mail.account_page", &mail.account_page)];
    for (setting, link) in links {
        if link.as_deref().is_some_and(in_the_clear) {
            found.push((setting, "in production links in letters must lead to https".to_owned()));
        }
    }
    for origin in config.http.cors_origins.iter().filter(|origin| in_the_clear(origin)) {
        let what = format!("in production {origin} must be https");
        found.push(("http.cors_origins", what));
    }
    found
}

/// The host of a PostgreSQL server elsewhere whose connection may be read or whose name is not
/// proven.
fn unproven_server(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| url.scheme().starts_with("postgres"))?;
    let host = url.host_str().filter(|host| !is_here(host))?;
    let named = url.query_pairs().find(|(name, _)| name == "sslmode" || name == "ssl-mode");
    // The driver looks there too.
    let mode = named.map(|(_, mode)| mode.into_owned()).or_else(|| std::env::var("PGSSLMODE").ok());
    let proven = matches!(mode.as_deref(), Some("verify-full" | "verify-ca"));
    (!proven).then(|| host.to_owned())
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // A path, percent-encoded in a URL, is a socket of this machine.
    host.is_empty()
        || host == "localhost"
        || host.starts_with('/')
        || host.to_ascii_lowercase().starts_with("%2f")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What is allowed, and worth a look.
fn remarks(config: &Config) -> Vec<String> {
    let mut remarks = Vec::new();
    let tokens = &config.tokens;
    if !config.server.production {
        remarks
            .push("server.production is false: this may start with insecure settings".to_owned());
    }
    if !config.server.address.is_loopback() && !config.http.hsts {
        remarks.push(
            "http.hsts is false, and the server listens beyond this machine: TLS has to end in \
             front of it"
                .to_owned(),
        );
    }
    if config.webhooks.allow_private {
        remarks.push(
            "webhooks.allow_private is true: whoever makes endpoints reaches your network"
                .to_owned(),
        );
    }
    if tokens.pem.is_some() != tokens.sealing.is_some() {
        let folder = tokens.keys.display();
        remarks.push(format!("some keys are given, the others are in tokens.keys ({folder})"));
    }
    if config.mail.host.is_none() {
        remarks.push("mail.host is not set: no messages are sent".to_owned());
    }
    remarks
}

/// Every setting as a line of TOML.
fn shown(reading: &Reading) -> String {
    let mut text = String::new();
    for (section, keys) in &reading.config.sections() {
        for (key, value) in keys.as_object().into_iter().flatten() {
            let setting = format!("{section}.{key}");
            let value = match value {
                Json::String(url)
                    if ["database.url", "database.replica_url"].contains(&setting.as_str()) =>
                {
                    Json::from(without_password(url))
                }
                value => value.clone(),
            };
            debug_assert!(!is_secret(&setting) || value.is_null() || value == "***");
            // Writing to a text does not fail.
            let _ = match (value, reading.source(&setting)) {
                (Json::Null, _) => writeln!(text, "# {setting} is not set"),
                (value, Some(source)) => writeln!(text, "{setting} = {value} # {source}"),
                (value, None) => writeln!(text, "{setting} = {value}"),
            };
        }
    }
    text
}

/// The address of a store without what nobody may read.
fn without_password(url: &str) -> String {
    const HIDDEN: &str = "***";
    if !url.starts_with("postgres") {
        return url.to_owned();
    }
    let Ok(mut parsed) = Url::parse(url) else { return HIDDEN.to_owned() };
    if parsed.password().is_some() && parsed.set_password(Some(HIDDEN)).is_err() {
        return HIDDEN.to_owned();
    }
    if parsed.query().is_some() {
        let pairs: Vec<(String, String)> = parsed
            .query_pairs()
            .map(|(name, value)| {
                let value = if name == "password" { HIDDEN.into() } else { value };
                (name.into_owned(), value.into_owned())
            })
            .collect();
        parsed.query_pairs_mut().clear().extend_pairs(pairs);
    }
    parsed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(found: Vec<Found>) -> Vec<&'static str> {
        found.into_iter().map(|(setting, _)| setting).collect()
    }

    #[test]
    fn nothing_is_wrong_with_the_defaults() {
        let config = Config::default();
        assert_eq!(named(values(&config)), [""; 0]);
        assert_eq!(named(insecure(&config)), [""; 0]);
    }

    #[test]
    fn a_zero_and_an_origin_with_a_path_are_found() {
        let mut config = Config::default();
        config.http.reads_per_minute = 0;
        config.http.cors_origins =
            ["https://crm.example.com", "https://crm.example.com/", "*"].map(str::to_owned).into();
        config.http.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap(), "::/0".parse().unwrap()];
        config.database.replica_url = Some("postgres://db2.example.com/guanxi".to_owned());
        config.log.level = "info,guanxi=loud".to_owned();
        config.database.report_seconds = config.http.request_seconds;
        config.mail.host = Some("mail.example.com".to_owned());
        config.traces.endpoint = Some("localhost:4318".to_owned());
        config.traces.share = 1.5;
        let wrong = [
            "http.reads_per_minute",
            "database.report_seconds",
            "http.cors_origins",
            "http.cors_origins",
            "http.trusted_proxies",
            "database.replica_url",
            "log.level",
            "traces.endpoint",
            "traces.share",
            "mail.host",
        ];
        assert_eq!(named(values(&config)), wrong);
    }

    #[test]
    fn only_a_server_has_a_replica_and_that_is_a_server() {
        let mut config = Config::default();
        let mut misplaced = |url: &str, replica: Option<&str>| {
            config.database.url = url.to_owned();
            config.database.replica_url = replica.map(str::to_owned);
            misplaced_replica(&config).is_some()
        };
        assert!(!misplaced("sqlite:g.db", None) && !misplaced("postgres://h/n", None));
        assert!(!misplaced("postgres://h/n", Some("postgresql://other/n")));
        assert!(misplaced("sqlite:g.db", Some("postgres://h/n")));
        assert!(misplaced("postgres://h/n", Some("sqlite:g.db")));
        assert!(misplaced("postgres://h/n", Some("postgres://h:port/n")));
    }

    #[test]
    fn in_production_nothing_travels_in_the_clear() {
        let proven = |url: &str| unproven_server(url).is_none();
        assert!(proven("sqlite:data/guanxi.db"));
        assert!(proven("postgres://u:p@localhost/guanxi"));
        assert!(proven("postgres://u:p@127.0.0.1:5432/guanxi"));
        assert!(proven("postgres://u:p@[::1]/guanxi"));
        assert!(proven("postgres://u:p@%2Fvar%2Frun%2Fpostgresql/guanxi"));
        assert!(proven("postgres://u:p@db.example.com/guanxi?sslmode=verify-full"));
        assert!(!proven("postgres://u:p@db.example.com/guanxi"));
        assert!(!proven("postgresql://u:p@10.0.0.5/guanxi?sslmode=require"));
        let mut config = Config::default();
        config.database.replica_url = Some("postgres://u:p@db2.example.com/guanxi".to_owned());
        assert_eq!(named(insecure(&config)), ["database.replica_url"]);
        config.database.replica_url = Some("postgres://u:p@localhost:5433/guanxi".to_owned());
        config.mail.security = MailSecurity::None;
        config.mail.host = Some("127.0.0.1".to_owned());
        config.mail.public_url = Some("http://localhost:8080".to_owned());
        config.http.cors_origins = vec!["http://localhost:3000".to_owned()];
        assert_eq!(named(insecure(&config)), [""; 0]);
        config.mail.host = Some("mail.example.com".to_owned());
        config.mail.public_url = Some("http://crm.example.com".to_owned());
        config.mail.account_page = Some("http://crm.example.com/account".to_owned());
        config.http.cors_origins.push("http://crm.example.com".to_owned());
        let wrong = ["mail.security", "mail.public_url", "mail.account_page", "http.cors_origins"];
        assert_eq!(named(insecure(&config)), wrong);
    }

    #[test]
    fn addresses_are_shown_without_passwords() {
        assert_eq!(without_password("sqlite:data/guanxi.db"), "sqlite:data/guanxi.db");
        let table = [
            ("postgres://u:canary@h:1/n", "postgres://u:***@h:1/n"),
            ("postgres://u@h/n", "postgres://u@h/n"),
            ("postgres://h/n?user=u&password=canary", "postgres://h/n?user=u&password=***"),
            ("postgres://u:canary@h:port/n", "***"),
        ];
        for (url, expected) in table {
            assert_eq!(without_password(url), expected);
        }
    }

    #[test]
    fn a_newer_schema_is_a_problem_and_an_older_one_is_not() {
        let said = |taken| schema(Standing { taken, known: 52 });
        assert!(said(0).is_ok_and(|note| note.contains("first start")));
        assert!(said(51).is_ok_and(|note| note.contains("backup")));
        assert!(said(52).is_ok_and(|note| note.contains("the newest")));
        assert!(said(53).is_err_and(|what| what.contains("newer version")));
    }
}
