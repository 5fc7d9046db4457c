//! Keys as files: one file each, in a folder that all nodes share.
//!
//! A file is `<created, Unix ms>-<id><suffix>`, where the suffix says what the key is for, and only
//! its owner can read it. Whatever ends otherwise is left alone.

use super::{
    key_error::{KeyError, Result},
    password::Secret,
};
use chrono::{DateTime, Utc};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// A key as it lies in the folder.
pub(super) struct KeyFile {
    pub(super) path: PathBuf,
    pub(super) created: DateTime<Utc>,
    pub(super) id: String,
    pub(super) suffix: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// Makes the folder if it is missing.
pub(super) fn create_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(at(folder))
}

/// Keeps a new key.
pub(super) fn write(
    folder: &Path,
    created: DateTime<Utc>,
    id: &str,
    suffix: &str,
    text: &Secret,
) -> Result<()> {
    write_private(folder, &format!("{}-{id}{suffix}", created.timestamp_millis()), text)
}

/// Writes the file under another name first, so that no other node reads half of it.
pub(super) fn write_private(folder: &Path, name: &str, text: &Secret) -> Result<()> {
    let (unfinished, path) = (folder.join(format!(".{name}.new")), folder.join(name));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished).map_err(at(&unfinished))?;
    file.write_all(text.expose().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, &path))
        .and_then(|()| sync_folder(folder))
        .map_err(at(&path))
}

/// So that the new name survives a power cut too. Only Unix can, and only there one must.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// All keys in the folder whose names end in one of these suffixes.
pub(super) fn read_all(folder: &Path, suffixes: &[&'static str]) -> Result<Vec<KeyFile>> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        match read(&path, suffixes) {
            // Another node has removed it meanwhile.
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            key => keys.extend(key?),
        }
    }
    Ok(keys)
}

/// `None` if the file does not call itself such a key.
fn read(path: &Path, suffixes: &[&'static str]) -> Result<Option<KeyFile>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ends = |suffix: &&'static str| name.strip_suffix(*suffix).map(|stem| (stem, *suffix));
    let Some((stem, suffix)) = suffixes.iter().find_map(ends) else { return Ok(None) };
    let wrong = || KeyError::Name { path: path.to_owned(), suffix };
    let (created, id) = parse(stem).ok_or_else(wrong)?;
    let (path, id, bytes) = (path.to_owned(), id.to_owned(), read_private(path)?);
    Ok(Some(KeyFile { path, created, id, suffix, bytes }))
}

fn read_private(path: &Path) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(at(path))?;
    #[cfg(unix)]
    {
        let mode = file.metadata().map_err(at(path))?;
        if std::os::unix::fs::MetadataExt::mode(&mode) & 0o077 != 0 {
            return Err(KeyError::Exposed(path.to_owned()));
        }
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(at(path))?;
    Ok(bytes)
}

/// When the key was made, and its id.
fn parse(stem: &str) -> Option<(DateTime<Utc>, &str)> {
    let (created, id) = stem.split_once('-')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
        return None;
    }
    Some((DateTime::from_timestamp_millis(created.parse().ok()?)?, id))
}

/// Another node may have been faster.
pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    |source| KeyError::Io { path: path.to_owned(), source }
}
