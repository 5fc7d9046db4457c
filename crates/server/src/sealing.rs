//! `guanxi rotate-sealing-key`, and what is said about secrets that cannot be read.

use crate::{
    Outcome,
    commands::{open, print, sealing_keys},
    config::Config,
};
use guanxi_identity::secrets::KeyError;
use guanxi_kernel::{Clock, Language};
use guanxi_webhooks::sealing::{Report, run};
use std::{fmt::Write as _, process::ExitCode};

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
    let mut text = format!("{made}; {} webhook endpoints are sealed with it.\n", report.renewed);
    // Writing to a text does not fail.
    for gone in keys.retire(&report.keys, clock.now())? {
        let _ = writeln!(text, "Nothing is sealed with key {gone} any more; its file was removed.");
    }
    print(&(text + &unreadable(&report)))?;
    let whole = report.unreadable.is_empty();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// The endpoints that wait for a key or for somebody who replaces their secrets, a line each.
pub(crate) fn unreadable(report: &Report) -> String {
    let mut text = String::new();
    for (endpoint, problem) in &report.unreadable {
        let why = problem.detail(Language::En);
        let _ = writeln!(text, "Webhook endpoint {endpoint} is paused. {why}");
    }
    text
}
