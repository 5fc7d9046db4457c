//! Secrets that must be read back: they lie in the store sealed, under keys that are not in it.
//!
//! Who has the keys is a [`Vault`]. What is sealed belongs to one [`Place`] of one tenant and cannot
//! be opened anywhere else, so that nobody who can write to the store moves it to a record of their
//! own. A sealed text names its key, so that keys can be replaced one secret after the other.
//!
//! The trait stands here because every crate can reach a transaction; the keys are files that the identity
//! crate keeps, one for each key, so that nothing is ever written over. Price: a lost key is a secret lost,
//! and whatever it belonged to is paused and says so.

use crate::error::{SEAL_REFUSED, SEALING_KEY_MISSING};
use guanxi_kernel::{Problem, Result, TenantId, problem::INTERNAL};
use std::sync::Arc;
use uuid::Uuid;

/// How every sealed text begins; then follow the id of the key, `:`, and what the vault makes.
const PREFIX: &str = "sealed:1:";

/// Seals texts with keys that it keeps.
pub trait Vault: Send + Sync {
    /// The id of the key that seals now, and the text sealed with it: authenticated together with
    /// `place`, and written in characters of base64url.
    ///
    /// # Errors
    /// `internal` when the machine cannot.
    fn seal(&self, place: &str, text: &str) -> Result<(String, String)>;

    /// Reads back what [`Vault::seal`] has made with the key of that id for that place.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`.
    fn open(&self, key: &str, place: &str, sealed: &str) -> Result<String>;

    /// The id of the key that seals now.
    fn key(&self) -> String;
}

/// Where a secret stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The kind of record, without `/`.
    pub kind: &'static str,
    /// The record.
    pub record: Uuid,
    /// The member of it.
    pub member: &'a str,
}

/// The vault in the name of one tenant. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    tenant: TenantId,
    vault: Option<Arc<dyn Vault>>,
}

impl Sealer {
    pub(crate) fn new(tenant: TenantId, vault: Option<Arc<dyn Vault>>) -> Self {
        Self { tenant, vault }
    }

    /// The text as it may lie in the store.
    ///
    /// # Errors
    /// `internal` when the store was opened without a vault, and those of the vault.
    pub fn seal(&self, place: Place<'_>, text: &str) -> Result<String> {
        let (key, sealed) = self.vault()?.seal(&self.named(place), text)?;
        Ok(format!("{PREFIX}{key}:{sealed}"))
    }

    /// The text that was sealed for that place; a text that is not sealed yet is that text.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`; `internal` when the store was opened without a vault.
    pub fn open(&self, place: Place<'_>, stored: &str) -> Result<String> {
        match parts(stored) {
            Some((key, sealed)) => self.vault()?.open(key, &self.named(place), sealed),
            None => Ok(stored.to_owned()),
        }
    }

    /// The text sealed with the key that seals now, unless it is already.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn renew(&self, place: Place<'_>, stored: &str) -> Result<Option<String>> {
        let current = self.vault()?.key();
        if key_of(stored) == Some(&*current) {
            return self.open(place, stored).map(|_| None);
        }
        let text = self.open(place, stored)?;
        self.seal(place, &text).map(Some)
    }

    fn vault(&self) -> Result<&dyn Vault> {
        let without = || INTERNAL.problem().because("the store was opened without sealing keys");
        self.vault.as_deref().ok_or_else(without)
    }

    /// No part but the last can hold a `/`, so no two places have one name.
    fn named(&self, Place { kind, record, member }: Place<'_>) -> String {
        format!("{}/{kind}/{record}/{member}", self.tenant.uuid())
    }
}

/// The id of the key that a stored text was sealed with; none if it is not sealed.
pub fn key_of(stored: &str) -> Option<&str> {
    parts(stored).map(|(key, _)| key)
}

/// Whether a secret cannot be read back, which only its replacement or the missing key mends.
pub fn is_unreadable(problem: &Problem) -> bool {
    problem.is(&SEALING_KEY_MISSING) || problem.is(&SEAL_REFUSED)
}

fn parts(stored: &str) -> Option<(&str, &str)> {
    stored.strip_prefix(PREFIX)?.split_once(':')
}
