//! The keys of one kind that a node knows, the newest first.

use super::key_error::{KeyError, Result};
use chrono::{DateTime, Utc};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

/// What keys of every kind have.
pub(super) trait Named {
    /// Its id.
    fn id(&self) -> &str;
    /// When it was made.
    fn created(&self) -> DateTime<Utc>;
    /// Where it lies, unless it came from the environment.
    fn file(&self) -> Option<&Path>;
}

/// Never empty. Shared by all that use the keys.
#[derive(Debug)]
pub(super) struct KeyRing<K>(RwLock<Vec<Arc<K>>>);

impl<K: Named> KeyRing<K> {
    /// Of these keys, in whatever order.
    pub(super) fn new(keys: Vec<Arc<K>>) -> Result<Self> {
        Ok(Self(RwLock::new(in_order(keys)?)))
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Arc<K>> {
        // Nobody can leave the list half changed, so a panic elsewhere does not spoil it.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key of that id.
    pub(super) fn find(&self, id: &str) -> Option<Arc<K>> {
        self.all().into_iter().find(|key| key.id() == id)
    }

    /// Takes these keys instead. True if there is another one now, or one less.
    pub(super) fn replace(&self, keys: Vec<Arc<K>>) -> Result<bool> {
        let keys = in_order(keys)?;
        let ids = |keys: &[Arc<K>]| keys.iter().map(|key| key.id().to_owned()).collect::<Vec<_>>();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = ids(&known) != ids(&keys);
        *known = keys;
        Ok(changed)
    }
}

/// The newest first.
pub(super) fn in_order<K: Named>(mut keys: Vec<Arc<K>>) -> Result<Vec<Arc<K>>> {
    if keys.is_empty() {
        return Err(KeyError::Missing);
    }
    let mut ids = BTreeSet::new();
    if let Some(twice) = keys.iter().find(|key| !ids.insert(key.id().to_owned())) {
        return Err(KeyError::Twice(twice.id().to_owned()));
    }
    keys.sort_by(|a, b| (b.created(), b.id()).cmp(&(a.created(), a.id())));
    Ok(keys)
}

/// The pairs of a key and its successor for which that holds: the keys that go.
pub(super) fn outlived<K>(keys: &[Arc<K>], goes: impl Fn(&K, &K) -> bool) -> Vec<Arc<K>> {
    let pairs = keys.windows(2).filter(|pair| goes(&pair[1], &pair[0]));
    pairs.map(|pair| Arc::clone(&pair[1])).collect()
}
