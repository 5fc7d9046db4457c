//! `guanxi backup`, `guanxi tenant export` and `guanxi tenant import`.

use crate::{
    Outcome,
    commands::{kinds, open_with_keys, print},
    config::Config,
    sealing,
};
use clap::Subcommand;
use guanxi_identity::bootstrap;
use guanxi_kernel::Clock;
use guanxi_storage::{
    Db, reindex,
    transfer::{Moved, backup, export, import},
};
use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Write a tenant to a new file, as it is at one moment; others may go on working.
    Export {
        /// The tenant.
        tenant: String,
        /// The file, gzip of lines of JSON, e.g. main.ndjson.gz.
        file: PathBuf,
    },
    /// Read a tenant from a file into a store that does not have it, all or nothing.
    Import {
        /// The file.
        file: PathBuf,
    },
}

pub(crate) async fn backup_to(config: &Config, file: &Path) -> Outcome {
    // As it is: a copy is what one takes before a newer program changes the schema.
    let db = Db::open(&config.store()).await?;
    let bytes = backup::backup(&db, file).await;
    db.close().await;
    print(&format!(
        "{} holds the store, {} bytes, and was found whole. Keep {} and the keys in {} with it.\n",
        file.display(),
        bytes?,
        config.files.folder.display(),
        config.tokens.keys.display()
    ))
}

pub(crate) async fn tenant(config: &Config, command: TenantCommand) -> Outcome {
    let db = open_with_keys(config).await?;
    let done: Outcome<Moved> = match &command {
        TenantCommand::Export { tenant, file } => {
            let tenant = bootstrap::tenant(&db, tenant).await?;
            // No secret that an older program has kept leaves the store in plain text.
            guanxi_webhooks::sealing::run(&db, Clock::System.now()).await?;
            // Made anew, so that nothing is written over; taken away if it does not become whole.
            // It holds what nobody else should read: digests of passwords, all that customers said.
            let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
            let out = out.map_err(|error| format!("{}: {error}", file.display()))?;
            let done = export::export(&db, tenant, Clock::System.now(), &out).await;
            match done {
                Ok(moved) => out.sync_all().map(|()| moved).map_err(Into::into),
                Err(problem) => fs::remove_file(file).map_err(Into::into).and(Err(problem.into())),
            }
        }
        TenantCommand::Import { file } => take_in(&db, file).await,
    };
    db.close().await;
    print(&report(config, &command, &done?))
}

/// Reads the file, and makes what is not in it: the index of texts, so that `q` finds at once. Says
/// which endpoints wait for the keys of the other machine.
async fn take_in(db: &Db, file: &Path) -> Outcome<Moved> {
    let moved = import::import(db, file).await?;
    reindex::run(db, &kinds(), Duration::ZERO).await?;
    let report = guanxi_webhooks::sealing::run(db, Clock::System.now()).await?;
    print(&sealing::unreadable(&report))?;
    Ok(moved)
}

fn report(config: &Config, command: &TenantCommand, moved: &Moved) -> String {
    let mut text = String::new();
    for count in &moved.counts {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{:24} {:>10} {}", count.table, count.rows, count.checksum);
    }
    let rows: i64 = moved.counts.iter().map(|count| count.rows).sum();
    let (tables, slug) = (moved.counts.len(), &moved.header.slug);
    let _ = match command {
        TenantCommand::Export { file, .. } => {
            writeln!(
                text,
                "{rows} rows of {tables} tables of tenant {slug} are in {}. Its secrets are sealed: the \
                 other machine needs the files *.sealing.key of {} too.",
                file.display(),
                config.tokens.keys.display()
            )
        }
        TenantCommand::Import { .. } => writeln!(
            text,
            "Tenant {slug} is here: {rows} rows of {tables} tables, read again and equal to the file."
        ),
    };
    let folder = config.files.folder.join(moved.header.tenant_id.to_string());
    let missing = moved.files.iter().filter(|id| !folder.join(id.to_string()).exists()).count();
    let _ = match command {
        _ if moved.files.is_empty() => Ok(()),
        TenantCommand::Export { .. } => writeln!(
            text,
            "Files of callers are not in it: copy the folder {} ({} files).",
            folder.display(),
            moved.files.len() - missing
        ),
        TenantCommand::Import { .. } => writeln!(
            text,
            "Files of callers belong in {}; of {} there {missing} are missing.",
            folder.display(),
            moved.files.len()
        ),
    };
    text
}
