//! Files of callers: in a local folder by default, in any object store behind the same interface.

use crate::problems::FILE_GONE;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use guanxi_kernel::{Problem, Result, TenantId, problem::INTERNAL};
use guanxi_storage::error::STORAGE_FULL;
use object_store::{
    GetOptions, GetRange, MultipartUpload, ObjectStore, local::LocalFileSystem, path::Path,
};
use sha2::{Digest as _, Sha256};
use std::{
    error::Error,
    fs::File,
    io::{self, Write as _},
    iter,
    ops::Range,
    path::PathBuf,
    sync::Arc,
};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use uuid::Uuid;

/// Bytes that are sent to the store at once.
const PART: usize = 5 * 1024 * 1024;

/// What is kept of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its size in bytes.
    pub size: u64,
    /// Its digest, SHA-256 in hex.
    pub sha256: String,
}

/// The store of files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// Where they are, if that is a folder of this machine.
    folder: Option<PathBuf>,
}

impl Files {
    /// In a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn in_folder(folder: &std::path::Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(std::io::Error::other)?;
        Ok(Self { store: Arc::new(store), folder: Some(folder.to_owned()) })
    }

    fn path(tenant: TenantId, id: Uuid) -> Path {
        Path::from(format!("{tenant}/{id}"))
    }

    /// Keeps what the file holds from its beginning under that id; nothing is there before all is.
    ///
    /// # Errors
    /// `storage_full`; `internal` when the store does not take it.
    pub async fn keep(&self, tenant: TenantId, id: Uuid, file: File) -> Result<Kept> {
        let mut from = tokio::fs::File::from_std(file);
        let keep = async {
            from.rewind().await?;
            let mut upload = self.store.put_multipart(&Self::path(tenant, id)).await?;
            let kept = match send(&mut from, &mut *upload).await {
                Ok(kept) => kept,
                Err(error) => {
                    // What was sent already would lie there for ever.
                    if let Err(error) = upload.abort().await {
                        tracing::warn!(%error, "what was sent of a file could not be removed");
                    }
                    return Err(error);
                }
            };
            self.sync(tenant, id)?;
            Ok(kept)
        };
        keep.await.map_err(local)
    }

    /// Forgets a file that nothing came of.
    pub async fn forget(&self, tenant: TenantId, id: Uuid) {
        if let Err(error) = self.store.delete(&Self::path(tenant, id)).await {
            tracing::warn!(%error, "a file that is not needed could not be removed");
        }
    }

    /// What is answered for survives a power cut; an object store sees to that by itself.
    fn sync(&self, tenant: TenantId, id: Uuid) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let folder = folder.join(tenant.to_string());
        File::open(folder.join(id.to_string()))?.sync_all()?;
        File::open(folder)?.sync_all()
    }

    /// The bytes of the file one chunk after the other, all of them or those of a range.
    ///
    /// # Errors
    /// `file_gone`; `internal` when the store does not answer.
    pub async fn read(
        &self,
        tenant: TenantId,
        id: Uuid,
        range: Option<Range<u64>>,
    ) -> Result<impl Stream<Item = std::io::Result<Bytes>> + use<>> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&Self::path(tenant, id), options).await.map_err(failed)?;
        Ok(found.into_stream().map_err(std::io::Error::other))
    }

    /// A copy of the file that lies on this machine, for as long as the returned value lives.
    ///
    /// # Errors
    /// `file_gone`; `storage_full`; `internal` when the store does not answer.
    pub async fn fetch(&self, tenant: TenantId, id: Uuid) -> Result<NamedTempFile> {
        let mut copy = NamedTempFile::new().map_err(local)?;
        let mut chunks =
            self.store.get(&Self::path(tenant, id)).await.map_err(failed)?.into_stream();
        while let Some(chunk) = chunks.next().await {
            copy.write_all(&chunk.map_err(failed)?).map_err(local)?;
        }
        copy.flush().map_err(local)?;
        Ok(copy)
    }
}

/// Why a file of this machine could not be read or written.
pub fn local(error: io::Error) -> Problem {
    let code = if is_full(&error) { &STORAGE_FULL } else { &INTERNAL };
    code.problem().because(error)
}

/// Whether there is no room, on the disk or for this user, however deep a store of files has wrapped it.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    let causes = iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        // What it wraps is not its cause: that is the cause of what it wraps.
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    });
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| {
        matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    })
}

fn failed(error: object_store::Error) -> Problem {
    match error {
        object_store::Error::NotFound { .. } => FILE_GONE.problem(),
        other => INTERNAL.problem().because(other),
    }
}

/// Sends a file part by part, none of which is kept here.
async fn send(
    from: &mut tokio::fs::File,
    upload: &mut dyn MultipartUpload,
) -> std::io::Result<Kept> {
    let (mut size, mut digest) = (0, Sha256::new());
    loop {
        let mut part = Vec::with_capacity(PART);
        (&mut *from).take(PART as u64).read_to_end(&mut part).await?;
        if part.is_empty() {
            break;
        }
        size += part.len() as u64;
        digest.update(&part);
        upload.put_part(part.into()).await?;
    }
    upload.complete().await?;
    Ok(Kept { size, sha256: hex(&digest.finalize()) })
}

/// A digest in small hexadecimal digits.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_told_from_what_is_broken() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert!(local(kind.into()).is(&STORAGE_FULL));
            let source = Box::new(io::Error::from(kind));
            let of_the_store = object_store::Error::Generic { store: "folder", source };
            assert!(local(of_the_store.into()).is(&STORAGE_FULL));
        }
        assert!(local(io::ErrorKind::PermissionDenied.into()).is(&INTERNAL));
    }

    #[tokio::test]
    async fn what_is_kept_is_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(&folder.path().join("new")).unwrap();
        let (tenant, id) = (TenantId::from(Uuid::from_u128(1)), Uuid::from_u128(2));
        let mut file = NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..PART + 7).map(|at| u8::try_from(at % 251).unwrap()).collect();
        file.write_all(&bytes).unwrap();
        let kept = files.keep(tenant, id, file.reopen().unwrap()).await.unwrap();
        assert_eq!((kept.size, kept.sha256), (bytes.len() as u64, hex(&Sha256::digest(&bytes))));
        let part = files.read(tenant, id, Some(10..20)).await.unwrap();
        let part: Vec<Bytes> = part.try_collect().await.unwrap();
        assert_eq!(part.concat(), bytes[10..20]);
        let copy = files.fetch(tenant, id).await.unwrap();
        assert_eq!(std::fs::read(copy.path()).unwrap(), bytes);
        let other = TenantId::from(Uuid::from_u128(3));
        assert!(files.fetch(other, id).await.unwrap_err().is(&FILE_GONE));
    }
}
