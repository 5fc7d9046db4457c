//! `guanxi rotate-sealing-key`, and what is said about secrets that cannot be read.

use crate::{
    Outcome,
    commands::{open, print, sealing_keys},
    config::Config,
};
use chrono::{DateTime, Utc};
use guanxi_identity::{secrets::KeyError, sessions::second_factor::sealing as second_factors};
use guanxi_kernel::{Clock, Language, Result};
use guanxi_marketing::touch_sources;
use guanxi_storage::Db;
use guanxi_webhooks::sealing as webhooks;
use std::{collections::BTreeSet, fmt::Write as _, process::ExitCode};

/// What was found and done with all that is sealed.
pub(crate) struct Report {
    /// Of webhook endpoints.
    pub(crate) webhooks: webhooks::Report,
    /// Of touch sources.
    pub(crate) touch_sources: touch_sources::sealing::Report,
    /// Of second factors.
    pub(crate) second_factors: second_factors::Report,
}

impl Report {
    /// The ids of the keys that are in use now.
    fn keys(&self) -> BTreeSet<String> {
        let all = [&self.webhooks.keys, &self.touch_sources.keys, &self.second_factors.keys];
        all.into_iter().flatten().cloned().collect()
    }

    fn is_whole(&self) -> bool {
        self.webhooks.unreadable.is_empty()
            && self.touch_sources.unreadable.is_empty()
            && self.second_factors.unreadable.is_empty()
    }
}

/// Seals with the newest key what another one, or an older program, has left.
///
/// # Errors
/// Those of the store; what was sealed until then is.
pub(crate) async fn run(db: &Db, now: DateTime<Utc>) -> Result<Report> {
    let webhooks = webhooks::run(db, now).await?;
    let touch_sources = touch_sources::sealing::run(db).await?;
    Ok(Report { webhooks, touch_sources, second_factors: second_factors::run(db).await? })
}

/// Makes a new key, seals everything with it, and removes keys that nothing needs any more.
pub(crate) async fn rotate(config: &Config) -> Outcome<ExitCode> {
    let clock = Clock::System;
    let keys = sealing_keys(config, &clock)?;
    let made = match keys.create(clock.now()) {
        Ok(id) => format!("New sealing key {id}"),
        // Whoever gives the keys has put the new one first.
        Err(KeyError::Fixed) => "The first sealing key of the configuration".to_owned(),
        Err(error) => return Err(error.into()),
    };
    let db = open(config).await?.with_vault(keys.clone());
    let report = run(&db, clock.now()).await;
    db.close().await;
    let report = report?;
    let (endpoints, sources) = (report.webhooks.renewed, report.touch_sources.renewed);
    let factors = report.second_factors.renewed;
    let mut text = format!(
        "{made}; {endpoints} webhook endpoints, {sources} touch sources and {factors} second factors are \
         sealed with it.\n"
    );
    // Writing to a text does not fail.
    for gone in keys.retire(&report.keys(), clock.now())? {
        let _ = writeln!(text, "Nothing is sealed with key {gone} any more; its file was removed.");
    }
    print(&(text + &unreadable(&report)))?;
    Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// What waits for a key or for somebody who replaces its secret, a line each.
pub(crate) fn unreadable(report: &Report) -> String {
    let mut text = String::new();
    for (endpoint, problem) in &report.webhooks.unreadable {
        let why = problem.detail(Language::En);
        let _ = writeln!(text, "Webhook endpoint {endpoint} is paused. {why}");
    }
    for (source, problem) in &report.touch_sources.unreadable {
        let why = problem.detail(Language::En);
        let _ = writeln!(text, "Touch source {source} can tell nothing. {why}");
    }
    for (user, problem) in &report.second_factors.unreadable {
        let why = problem.detail(Language::En);
        let _ = writeln!(text, "User {user} can sign in with recovery codes only. {why}");
    }
    text
}
