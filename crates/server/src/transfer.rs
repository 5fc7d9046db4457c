//! `guanxi backup`, and `guanxi tenant`: `add`, `export` and `import`.

use crate::{
    Outcome,
    commands::{kinds, made_up, open_with_keys, passwords, print},
    config::Config,
    sealing,
};
use clap::Subcommand;
use guanxi_bulk::{
    Files,
    moving::{self, Lack},
};
use guanxi_identity::{
    bootstrap::{self, NewTenant},
    secrets::Secret,
};
use guanxi_kernel::{Clock, TenantId};
use guanxi_storage::{
    Db, reindex,
    transfer::{Moved, backup, export, import},
};
use std::{
    error::Error,
    fmt::Write as _,
    fs::{self, OpenOptions},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Make a tenant and its administrator, whose password is read from the variable PASSWORD or
    /// made up and printed once.
    Add {
        /// Its short name, which people name when they sign in.
        tenant: String,
        /// The name of the company.
        #[arg(long)]
        name: String,
        /// The e-mail address of the administrator.
        #[arg(long)]
        email: String,
        /// The zone of its business days, by its IANA name.
        #[arg(long, default_value = "Asia/Shanghai")]
        time_zone: String,
        /// The currency that its figures are summed in.
        #[arg(long, default_value = "CNY")]
        currency: String,
        /// The country that phone numbers without a prefix belong to.
        #[arg(long, default_value = "CN")]
        country: String,
    },
    /// Write a tenant to a new file, as it is at one moment, and the files of callers into a folder
    /// beside it; others may go on working. Exit code 3 if a file is missing.
    Export {
        /// The tenant.
        tenant: String,
        /// The file, gzip of lines of JSON, e.g. main.ndjson.gz; the folder is main.ndjson.gz.files.
        file: PathBuf,
    },
    /// Read a tenant from a file and the folder beside it into a store that does not have it, all or
    /// nothing.
    Import {
        /// The file.
        file: PathBuf,
        /// Go on without files of callers that are missing or not what they were; exit code 3 then.
        #[arg(long)]
        without_missing_files: bool,
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

pub(crate) async fn tenant(config: &Config, command: TenantCommand) -> Outcome<ExitCode> {
    let db = open_with_keys(config).await?;
    let done = match &command {
        TenantCommand::Add { tenant, name, email, time_zone, currency, country } => {
            let password = std::env::var("PASSWORD").ok().map(Secret::from);
            let slug = tenant;
            add(&db, NewTenant { slug, name, time_zone, currency, country, email, password }).await
        }
        TenantCommand::Export { tenant, file } => give_out(config, &db, tenant, file).await,
        TenantCommand::Import { file, without_missing_files } => {
            take_in(config, &db, file, *without_missing_files).await
        }
    };
    db.close().await;
    let (text, lacks) = done?;
    print(&(text + &said(&lacks)))?;
    Ok(if lacks.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// Makes a tenant; what is said of it.
async fn add(db: &Db, wish: NewTenant<'_>) -> Outcome<(String, Vec<Lack>)> {
    let slug = wish.slug;
    let made = bootstrap::create_tenant(db, &passwords()?, &Clock::System, wish).await?;
    let Some(made) = made else {
        return Err(format!("there is a tenant `{slug}` already; nothing was changed").into());
    };
    let password = made_up(made.password.as_ref(), "an hour, so choose another one soon");
    let text = format!("{} can sign in to tenant {}.\n{password}", made.email, made.tenant);
    Ok((text, Vec::new()))
}

/// Where the files of callers lie beside the file of the tenant.
fn beside(file: &Path) -> PathBuf {
    let mut folder = file.as_os_str().to_owned();
    folder.push(".files");
    folder.into()
}

fn files(config: &Config) -> Outcome<Files> {
    let folder = &config.files.folder;
    Ok(Files::in_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?)
}

/// A line for each file that is not as it should be.
fn said(lacks: &[Lack]) -> String {
    let mut text = String::new();
    for lack in lacks {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{lack}");
    }
    text
}

/// What is said of what was done, and the files that were not copied.
async fn give_out(
    config: &Config,
    db: &Db,
    tenant: &str,
    file: &Path,
) -> Outcome<(String, Vec<Lack>)> {
    let tenant = bootstrap::tenant(db, tenant).await?;
    let folder = beside(file);
    if folder.exists() {
        return Err(format!("{} is there already", folder.display()).into());
    }
    // No secret that an older program has kept leaves the store in plain text.
    sealing::run(db, Clock::System.now()).await?;
    // Made anew, so that nothing is written over; taken away if it does not become whole.
    // It holds what nobody else should read: digests of passwords, all that customers said.
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let out = out.map_err(|error| format!("{}: {error}", file.display()))?;
    let write = async {
        let moved = export::export(db, tenant, Clock::System.now(), &out).await?;
        out.sync_all()?;
        let copied = match moved.files.is_empty() {
            true => (0, Vec::new()),
            false => moving::copy_out(&files(config)?, tenant, &moved.files, &folder).await?,
        };
        Ok::<_, Box<dyn Error + Send + Sync>>((moved, copied))
    };
    let (moved, (copied, lacks)) = match write.await {
        Ok(done) => done,
        Err(error) => {
            fs::remove_file(file)?;
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
            return Err(error);
        }
    };
    let mut text = tables(&moved);
    let _ = writeln!(
        text,
        "{} of tenant {} are in {}.",
        rows(&moved),
        moved.header.slug,
        file.display()
    );
    if copied > 0 {
        let _ = writeln!(
            text,
            "{copied} files of callers are in {}; the import looks for them beside the file.",
            folder.display()
        );
    }
    let _ = writeln!(
        text,
        "Secrets are sealed: the other machine needs the files *.sealing.key of {} too.",
        config.tokens.keys.display()
    );
    Ok((text, lacks))
}

/// Reads the file, brings the files of callers, and makes what is in neither: the index of texts, so
/// that `q` finds at once. What is said of it, and the files that are not there.
async fn take_in(
    config: &Config,
    db: &Db,
    file: &Path,
    without_missing: bool,
) -> Outcome<(String, Vec<Lack>)> {
    let (header, wanted) = import::contents(file)?;
    let (tenant, folder) = (TenantId::from(header.tenant_id), beside(file));
    let lacks = moving::verify(&folder, &wanted)?;
    if !lacks.is_empty() && !without_missing {
        return Err(format!(
            "{}Nothing was read: bring these files into {}, or go on without them with \
             --without-missing-files",
            said(&lacks),
            folder.display()
        )
        .into());
    }
    import::fits(db, &header).await?;
    // First the files, so that no record is there whose file is still to come.
    let files = files(config)?;
    let kept = moving::bring(&files, tenant, &wanted, &folder).await?;
    let moved = match import::import(db, file).await {
        Ok(moved) => moved,
        Err(problem) => {
            // Unless somebody else has brought the tenant meanwhile, whose files they are then.
            if import::fits(db, &header).await.is_ok() {
                moving::take_back(&files, tenant, &kept).await;
            }
            return Err(problem.into());
        }
    };
    db.refresh_statistics().await;
    reindex::run(db, &kinds(), Duration::ZERO).await?;
    let report = sealing::run(db, Clock::System.now()).await?;
    let mut text = sealing::unreadable(&report) + &tables(&moved);
    let _ = writeln!(
        text,
        "Tenant {} is here: {}, read again and equal to the file.",
        moved.header.slug,
        rows(&moved)
    );
    if !wanted.is_empty() {
        let _ = writeln!(
            text,
            "{} files of callers are in {}, with the digests that their records say.",
            kept.len(),
            config.files.folder.join(tenant.to_string()).display()
        );
    }
    Ok((text, lacks))
}

fn tables(moved: &Moved) -> String {
    let mut text = String::new();
    for count in &moved.counts {
        let _ = writeln!(text, "{:24} {:>10} {}", count.table, count.rows, count.checksum);
    }
    text
}

fn rows(moved: &Moved) -> String {
    let rows: i64 = moved.counts.iter().map(|count| count.rows).sum();
    format!("{rows} rows of {} tables", moved.counts.len())
}
