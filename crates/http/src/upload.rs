//! Bodies that are files: received on this machine, bounded in bytes and time, never whole in memory.

use crate::{
    app::State,
    problem::{BODY_TIMEOUT, BODY_TOO_LARGE, MALFORMED_BODY},
};
use actix_web::web::Payload;
use futures_util::StreamExt as _;
use guanxi_bulk::{
    attachments::HEAD,
    files::{hex, local},
};
use guanxi_kernel::Result;
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File},
    io::Write as _,
};
use tempfile::NamedTempFile;

/// A file that has arrived on this machine.
pub(crate) struct Arrived {
    pub(crate) file: NamedTempFile,
    pub(crate) size: u64,
    /// Its digest, SHA-256 in hex.
    pub(crate) sha256: String,
    /// Its first bytes.
    pub(crate) head: Vec<u8>,
}

impl Arrived {
    /// All of it, of a file that is small.
    ///
    /// # Errors
    /// `internal`.
    pub(crate) fn content(&self) -> Result<Vec<u8>> {
        fs::read(self.file.path()).map_err(local)
    }

    /// Puts a text in its place.
    ///
    /// # Errors
    /// `storage_full`; `internal`.
    pub(crate) fn replace(&mut self, text: &str) -> Result<()> {
        fs::write(self.file.path(), text).map_err(local)?;
        (self.size, self.sha256) = (text.len() as u64, hex(&Sha256::digest(text)));
        Ok(())
    }
}

/// Receives a file of at most so many bytes.
///
/// # Errors
/// `body_too_large`, `body_timeout`, `malformed_body`; `storage_full`.
pub(crate) async fn receive(state: &State, mut payload: Payload, most: u64) -> Result<Arrived> {
    let receive = async {
        let mut file = NamedTempFile::new().map_err(local)?;
        let (mut size, mut digest, mut head) = (0_u64, Sha256::new(), Vec::new());
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| {
                MALFORMED_BODY.with("line", 0).with("column", 0).because(error.to_string())
            })?;
            size += chunk.len() as u64;
            if size > most {
                return Err(BODY_TOO_LARGE.with("bytes", most));
            }
            let missing = HEAD - head.len();
            head.extend_from_slice(&chunk[..missing.min(chunk.len())]);
            digest.update(&chunk);
            file.write_all(&chunk).map_err(local)?;
        }
        file.flush().map_err(local)?;
        Ok(Arrived { file, size, sha256: hex(&digest.finalize()), head })
    };
    let received = tokio::time::timeout(state.options.request_time(), receive).await;
    received.map_err(|_| BODY_TIMEOUT.with("seconds", state.options.request_seconds))?
}

/// The same file, to be read by somebody else.
///
/// # Errors
/// `internal`.
pub(crate) fn reopen(file: &NamedTempFile) -> Result<File> {
    file.reopen().map_err(local)
}
