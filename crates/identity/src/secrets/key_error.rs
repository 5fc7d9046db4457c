//! What can go wrong with keys, whatever they are for.

use std::{io, path::PathBuf};

/// What can go wrong with keys. No message holds any of a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file or the folder could not be read or written.
    #[error("{path} cannot be read or written")]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than the owner may read a key.
    #[error("{0}: others can read this private key; give it mode 0600 and replace it")]
    Exposed(PathBuf),
    /// The name of the file is not that of a key.
    #[error("{path}: a key file is named <created, Unix ms>-<id>{suffix}")]
    Name {
        /// Which file.
        path: PathBuf,
        /// How names of such keys end.
        suffix: &'static str,
    },
    /// Something else than a key of that kind.
    #[error("{place}: not {expected}")]
    Malformed {
        /// The file, or which of several keys.
        place: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Two keys have the same id.
    #[error("two keys have the id {0}")]
    Twice(String),
    /// There is none.
    #[error("there is no key")]
    Missing,
    /// Keys from the environment can only be changed there.
    #[error("the keys come from the environment; rotate them there")]
    Fixed,
    /// The machine could not make a key.
    #[error("no new key could be made")]
    Generate,
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Sign(#[source] jsonwebtoken::errors::Error),
}

pub(super) type Result<T> = std::result::Result<T, KeyError>;
