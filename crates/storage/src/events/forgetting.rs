//! What events say of a person is taken out of them.
//!
//! An event stays where it is, with who did what to which record and when; only the record before and
//! after loses what [`erasing`](crate::erasing) takes out of the record itself, so the past can still
//! be read and summed up. Its salt goes with it, so that the digest which stays cannot be used to
//! find out by trying what it was.
//!
//! The link in the chain keeps the digest of before, so no later link changes, and gets a digest of what
//! the event says from then on; the receipt, an event in the chain, has one over all of these. So altering
//! a forgotten event later is seen. Price: what it was cannot be proved any more, and events from before
//! there were salts have none; a verification says how many were forgotten.

use super::{chain, json_or_null};
use crate::{Kind, Sql, Tx, erasing::forgotten, record};
use guanxi_kernel::Result;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Records whose events one statement reads.
const AT_ONCE: usize = 200;

/// What was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// Events that say less now.
    pub events: i64,
    /// SHA-256 in hex over what sealed ones among them are held against from now on, in the order in
    /// which they were written.
    pub digest: String,
}

#[derive(sqlx::FromRow)]
struct Told {
    seq: i64,
    subject_type: String,
    before: Option<sqlx::types::Json<Json>>,
    after: sqlx::types::Json<Json>,
}

/// Takes what they say of a person out of all events of these records.
///
/// # Errors
/// Those of the store.
pub async fn forget(
    tx: &mut Tx,
    kinds: &[&'static Kind],
    records: &BTreeSet<Uuid>,
) -> Result<Forgotten> {
    chain::lock(tx).await?;
    let records: Vec<Uuid> = records.iter().copied().collect();
    let (mut left, mut events) = (Vec::new(), 0);
    for some in records.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT seq, subject_type, before, after FROM events
             WHERE tenant_id = $1 AND subject_id IN ",
        );
        sql.bind_all(some.iter().copied());
        for told in tx.all::<Told>(sql).await? {
            let kind = kinds.iter().find(|kind| kind.name == told.subject_type);
            let Some(kind) = kind else { continue };
            if !overwrite(tx, kind, &told).await? {
                continue;
            }
            events += 1;
            left.extend(chain::settle_for(tx, told.seq).await?.map(|digest| (told.seq, digest)));
        }
    }
    left.sort_unstable();
    let mut digest = Sha256::new();
    for (_, one) in left {
        digest.update(one);
    }
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Forgotten { events, digest })
}

/// Writes the event without the person; whether there was anything to take out.
async fn overwrite(tx: &mut Tx, kind: &Kind, told: &Told) -> Result<bool> {
    let before = told.before.as_ref().map(|json| forgotten(kind, json.0.clone()));
    let after = forgotten(kind, told.after.0.clone());
    if before.as_ref() == told.before.as_ref().map(|json| &json.0) && after == told.after.0 {
        return Ok(false);
    }
    let update = crate::sql!(
        "UPDATE events SET before = $2, after = $3, salt = NULL WHERE tenant_id = $1 AND seq = $4",
        json_or_null(before.as_ref()),
        record::json(&after),
        told.seq
    );
    tx.execute(update).await.map(|_| true)
}
