//! A copy of the embedded store while others write to it.

use super::refused;
use crate::{Db, Error};
use guanxi_kernel::{Problem, Result, problem::INTERNAL};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Writes the store as it is at one moment to a new file, which appears whole or not at all; its
/// size in bytes.
///
/// # Errors
/// Refused on PostgreSQL, and if the file is there already; those of the store and the disk.
pub async fn backup(db: &Db, file: &Path) -> Result<u64> {
    let Some(connection) = db.beside().await.map_err(crate::error::problem)? else {
        return Err(refused(
            "PostgreSQL has its own tools: pg_basebackup with WAL, or pg_dump of the database; one \
             tenant is copied by `guanxi tenant export`",
        ));
    };
    if file.exists() {
        return Err(refused(format!("{} is there already", file.display())));
    }
    let name = file.file_name().ok_or_else(|| refused("the backup needs the name of a file"))?;
    let draft = file.with_file_name(format!(".{}.{}", name.display(), uuid::Uuid::new_v4()));
    let _removed = Draft(draft.clone());
    copy(connection, &draft).await.map_err(because)?;
    // It holds what nobody else should read.
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o600)).map_err(because)?;
    let made =
        fs::File::open(&draft).and_then(|copy| copy.sync_all().and_then(|()| copy.metadata()));
    let made = made.map_err(because)?;
    // A link, unlike a rename, never takes the place of a file that somebody made meanwhile.
    fs::hard_link(&draft, file).map_err(because)?;
    Ok(made.len())
}

fn because(error: impl std::error::Error + Send + Sync + 'static) -> Problem {
    INTERNAL.problem().because(error)
}

/// Removes what has its name by now, or will not get it.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, file = %self.0.display(), "a draft was not removed");
        }
    }
}

async fn copy(mut from: SqliteConnection, draft: &Path) -> Result<(), Error> {
    let name = draft.display().to_string();
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut from).await?;
    from.close().await?;
    let mut copy = SqliteConnectOptions::new().filename(draft).read_only(true).connect().await?;
    let found: (String,) = sqlx::query_as("PRAGMA integrity_check(1)").fetch_one(&mut copy).await?;
    let tenants = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'tenants'";
    let tables: (i64,) = sqlx::query_as(tenants).fetch_one(&mut copy).await?;
    copy.close().await?;
    if tables.0 == 0 {
        return Err(Error::Configuration("there is no store to copy; look at database.url".into()));
    }
    match found.0.as_str() {
        "ok" => Ok(()),
        other => Err(Error::Protocol(format!("the copy is not whole: {other}"))),
    }
}
