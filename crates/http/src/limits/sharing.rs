//! Nodes count together: what a caller spends at one of them is gone at the others a second or two later.
//!
//! Each node tells sums that only rise, so whoever misses one of its tellings hears the next one. It tells of
//! callers only who have spent a tenth of what they may in that second, or all nodes would tell of everybody.
//! Price: whoever spends less than that at each of many nodes has that many times as much.

use super::{RateLimits, Spent};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Result, TenantId, problem::INTERNAL};
use guanxi_storage::{Db, spent};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// For how long a sum is told after it has risen.
const TOLD: TimeDelta = TimeDelta::minutes(5);
/// For how long it is heard what a node has told. Longer than it is told, also by a clock that is minutes off:
/// of a node that was forgotten the sums would be counted again.
const HEARD: TimeDelta = TimeDelta::minutes(10);
/// Sums that are told beside those that have just risen.
const MOST: usize = 10_000;

/// What is counted, and of whom.
type Key = (String, String);

/// What other nodes have told so far.
type Heard = HashMap<Uuid, HashMap<Key, u64>>;

/// What this node has told, and what it has heard.
pub struct Sharing {
    node: Uuid,
    sums: BTreeMap<Key, Sum>,
    /// Whether the store has refused to take what was to be told.
    untold: bool,
    /// None before it has listened.
    heard: Option<Heard>,
}

struct Sum {
    cells: u64,
    risen_at: DateTime<Utc>,
}

impl Sharing {
    /// A node that has told and heard nothing.
    pub fn new() -> Self {
        Self { node: Uuid::new_v4(), sums: BTreeMap::new(), untold: false, heard: None }
    }

    /// Tells what was spent here since the last time, and counts what others have told since then.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn share(&mut self, db: &Db, limits: &RateLimits, now: DateTime<Utc>) -> Result<()> {
        let (nobody, node) = (TenantId::from(Uuid::nil()), self.node);
        let news = limits.spent();
        if self.untold || !news.is_empty() {
            self.untold = true;
            let told = self.told(news, now)?;
            db.write_locked(nobody, async |tx| spent::tell(tx, node, &told, now).await).await?;
            self.untold = false;
        }
        let others = db.read(nobody, async |tx| spent::told(tx, node, now - HEARD).await).await?;
        self.hear(limits, others);
        Ok(())
    }

    /// The sums after these news, as they are told.
    fn told(&mut self, news: Vec<Spent>, now: DateTime<Utc>) -> Result<String> {
        // Before they rise: others may have forgotten what has rested.
        self.sums.retain(|_, sum| now - sum.risen_at < TOLD);
        for Spent { class, key, cells } in news {
            let sum = self.sums.entry((class.to_owned(), key));
            let sum = sum.or_insert(Sum { cells: 0, risen_at: now });
            (sum.cells, sum.risen_at) = (sum.cells + cells, now);
        }
        if self.sums.len() > MOST {
            self.sums.retain(|_, sum| sum.risen_at == now);
        }
        let told: Vec<(&str, &str, u64)> =
            self.sums.iter().map(|((class, key), sum)| (&**class, &**key, sum.cells)).collect();
        serde_json::to_string(&told).map_err(|error| INTERNAL.problem().because(error))
    }

    fn hear(&mut self, limits: &RateLimits, others: Vec<spent::Told>) {
        let mut heard = Heard::new();
        for other in others {
            // A node of another version may tell otherwise.
            let sums: Vec<(String, String, u64)> =
                serde_json::from_str(&other.spent).unwrap_or_default();
            // What was spent before this node was there is not counted.
            let before = self.heard.as_ref().map(|heard| heard.get(&other.node_id));
            let mut current = HashMap::with_capacity(sums.len());
            for (class, key, cells) in sums {
                let key = (class, key);
                if let Some(before) = before {
                    let known = before.and_then(|before| before.get(&key)).copied();
                    let more = cells.checked_sub(known.unwrap_or(0)).unwrap_or(cells);
                    limits.spent_elsewhere(&key.0, &key.1, more);
                }
                current.insert(key, cells);
            }
            heard.insert(other.node_id, current);
        }
        self.heard = Some(heard);
    }
}

impl Default for Sharing {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_rises_until_it_has_rested() {
        let mut node = Sharing::new();
        let mut told = |cells, now| {
            let spent = Spent { class: "read", key: "A".to_owned(), cells };
            node.told(vec![spent], now).expect("a text")
        };
        let start = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(told(3, start), r#"[["read","A",3]]"#);
        let next = start + TimeDelta::seconds(1);
        assert_eq!(told(2, next), r#"[["read","A",5]]"#);
        assert_eq!(told(1, next + TOLD), r#"[["read","A",1]]"#);
    }
}
