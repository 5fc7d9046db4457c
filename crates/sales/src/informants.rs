//! Who has told of a prospect is taken out of it when they are erased; the prospect, who is somebody else, stays.
//!
//! Price: what the note of a prospect says of them stays, for nobody can tell of whom it speaks; and since the record
//! is of somebody else, it is not among what is stored of them.

use crate::{intelligence_notes::IntelligenceNote, leads::Lead};
use guanxi_bulk::erasures::Among;
use guanxi_kernel::{Ctx, Line, Result};
use guanxi_storage::{
    Resource, Sql, Tx,
    erasing::{self, ERASED},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Ids that one statement names.
const AT_ONCE: usize = 200;

/// Leads with whom somebody has told of them.
pub(crate) static OF_LEADS: Among = Among {
    table: "leads",
    telling: |tx, parties| Box::pin(telling::<Lead>(tx, parties)),
    take_out: |tx, ctx, _, records| Box::pin(take_out::<Lead>(tx, ctx, records)),
};

/// Intelligence notes with whom somebody has told of them.
pub(crate) static OF_NOTES: Among = Among {
    table: "intelligence_notes",
    telling: |tx, parties| Box::pin(telling::<IntelligenceNote>(tx, parties)),
    take_out: |tx, ctx, _, records| Box::pin(take_out::<IntelligenceNote>(tx, ctx, records)),
};

/// A prospect that somebody has told of.
trait Told: Resource {
    /// Who, as it was written beside the party.
    fn informant(&mut self) -> &mut Option<Line<200>>;
}

impl Told for Lead {
    fn informant(&mut self) -> &mut Option<Line<200>> {
        &mut self.informant
    }
}

impl Told for IntelligenceNote {
    fn informant(&mut self) -> &mut Option<Line<200>> {
        &mut self.input.informant
    }
}

/// The records that say how one of these parties is called who has told of them.
async fn telling<R: Told>(tx: &mut Tx, parties: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let (mut found, parties) = (BTreeSet::new(), parties.iter().copied().collect::<Vec<_>>());
    for some in parties.chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT id FROM ");
        sql.push(R::kind().table).push(" WHERE tenant_id = $1 AND informant <> ").bind(ERASED);
        sql.push(" AND informant_party_id IN ").bind_all(some.iter().copied());
        found.extend(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

async fn take_out<R: Told>(tx: &mut Tx, ctx: &Ctx, records: &BTreeSet<Uuid>) -> Result<u64> {
    let mut rows = 0;
    for id in records {
        let Some(record) = erasing::find::<R>(tx, *id).await? else { continue };
        let mut after = record.clone();
        *after.informant() = None;
        erasing::replace(tx, ctx, &record, after).await?;
        rows += 1;
    }
    Ok(rows)
}
