//! The files of a tenant, out of one store of files into a folder and from there into another one.
//! In the folder each has the name of its id; what its bytes must be is said by the file that the
//! rows of the tenant are in.
//!
//! They are no archive: each is copied and looked at by itself, and what is missing can be put there.

use crate::{Files, files::hex, problems::FILE_GONE};
use futures_util::TryStreamExt as _;
use guanxi_kernel::{Problem, Result, TenantId, problem::INTERNAL};
use guanxi_storage::transfer::FileOf;
use sha2::{Digest as _, Sha256};
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};
use uuid::Uuid;

/// Bytes that are looked at together.
const PART: usize = 1 << 16;

/// A file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// Which one.
    pub id: Uuid,
    /// What it is called by its record.
    pub name: String,
    /// How.
    pub how: How,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is not there.
    Missing,
    /// Its bytes have another digest.
    Changed,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.how {
            How::Missing => "is missing",
            How::Changed => "is not what it was: its SHA-256 is another one",
        };
        write!(f, "file {} ({}) {how}", self.id, self.name)
    }
}

/// Copies the files into a new folder; those of attachments that could not be, and how many were.
/// What was uploaded for an import or made by an export may be gone already: that is no lack.
///
/// # Errors
/// If the folder cannot be made or written; those of the store of files.
pub async fn copy_out(
    files: &Files,
    tenant: TenantId,
    wanted: &[FileOf],
    folder: &Path,
) -> Result<(u64, Vec<Lack>)> {
    // Made anew, so that nothing is mixed up with what lies there.
    fs::create_dir(folder).map_err(because)?;
    let (mut copied, mut lacks) = (0, Vec::new());
    for file in wanted {
        match copy_one(files, tenant, file.id, folder).await {
            Ok(digest) if digest == file.sha256 => copied += 1,
            Ok(_) => lacks.push(Lack::of(file, How::Changed)),
            Err(problem) if problem.is(&FILE_GONE) => {
                lacks.extend(file.lasting.then(|| Lack::of(file, How::Missing)));
            }
            Err(problem) => return Err(problem),
        }
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(because)?;
    Ok((copied, lacks))
}

/// Copies one file; its digest.
async fn copy_one(files: &Files, tenant: TenantId, id: Uuid, folder: &Path) -> Result<String> {
    let mut chunks = std::pin::pin!(files.read(tenant, id, None).await?);
    let path = folder.join(id.to_string());
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let (mut out, mut digest) = (out.map_err(because)?, Sha256::new());
    while let Some(chunk) = chunks.try_next().await.map_err(because)? {
        digest.update(&chunk);
        out.write_all(&chunk).map_err(because)?;
    }
    out.sync_all().map_err(because)?;
    Ok(hex(&digest.finalize()))
}

/// Looks at every file in the folder before anything is done with any of them: the lacks. A file that
/// need not be there is one only if it is another one.
///
/// # Errors
/// If a file cannot be read.
pub fn verify(folder: &Path, wanted: &[FileOf]) -> Result<Vec<Lack>> {
    let mut lacks = Vec::new();
    for file in wanted {
        match digest(&folder.join(file.id.to_string())).map_err(because)? {
            Some(digest) if digest == file.sha256 => {}
            Some(_) => lacks.push(Lack::of(file, How::Changed)),
            None => lacks.extend(file.lasting.then(|| Lack::of(file, How::Missing))),
        }
    }
    Ok(lacks)
}

/// The digest of a file on this machine; none if it is not there.
fn digest(path: &Path) -> std::io::Result<Option<String>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let (mut digest, mut part) = (Sha256::new(), vec![0; PART]);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(Some(hex(&digest.finalize()))),
            read => digest.update(&part[..read]),
        }
    }
}

/// Keeps the files of the folder that are as they should be; their ids. If it fails, none is kept.
///
/// # Errors
/// Those of the store of files.
pub async fn bring(
    files: &Files,
    tenant: TenantId,
    wanted: &[FileOf],
    folder: &Path,
) -> Result<Vec<Uuid>> {
    let mut kept = Vec::new();
    for file in wanted {
        let path = folder.join(file.id.to_string());
        let one = async {
            if digest(&path).map_err(because)?.as_ref() != Some(&file.sha256) {
                return Ok(None);
            }
            let from = File::open(&path).map_err(because)?;
            files.keep(tenant, file.id, from).await.map(Some)
        };
        match one.await {
            // Looked at once more as it was kept: the folder may have changed meanwhile.
            Ok(Some(taken)) if taken.sha256 == file.sha256 => kept.push(file.id),
            Ok(Some(_)) => files.forget(tenant, file.id).await,
            Ok(None) => {}
            Err(problem) => {
                take_back(files, tenant, &kept).await;
                return Err(problem);
            }
        }
    }
    Ok(kept)
}

/// Removes files that were brought for nothing.
pub async fn take_back(files: &Files, tenant: TenantId, kept: &[Uuid]) {
    for id in kept {
        files.forget(tenant, *id).await;
    }
}

impl Lack {
    fn of(file: &FileOf, how: How) -> Self {
        Self { id: file.id, name: file.name.clone(), how }
    }
}

fn because(error: std::io::Error) -> Problem {
    INTERNAL.problem().because(error)
}
