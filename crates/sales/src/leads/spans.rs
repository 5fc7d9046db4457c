//! What leads were from when to when, written with every save that changes one of it. Reports read it:
//! who held how many at an instant, what came and went in between, in which level something was.
//!
//! A lead ends a row and begins one whenever its owner, level, state or next visit changes; the row also
//! says what was before. So holdings, conversions, carry-overs and the table of a month at an instant are
//! one or two grouped statements, and nothing is read from events. Leads of before the table are taken to
//! have been always in the hands they were found in. Won is converted. Price: a row for each such change.

use super::{
    life::LeadStatus,
    model::{Lead, LeadId},
};
use crate::lead_levels::LeadLevelId;
use chrono::NaiveDate;
use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::{Tx, sql};

/// What a span keeps of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    owner: Option<UserId>,
    level: Option<LeadLevelId>,
    state: &'static str,
    next_visit_on: Option<NaiveDate>,
}

impl Kept {
    fn of(lead: &Lead) -> Self {
        let state = match lead.status {
            _ if lead.meta.deleted_at.is_some() => "deleted",
            LeadStatus::Converted => "won",
            LeadStatus::Lost => "lost",
            LeadStatus::New | LeadStatus::Working | LeadStatus::Qualified => "open",
        };
        Self {
            owner: lead.input.owner_id,
            level: lead.input.level_id,
            state,
            next_visit_on: lead.input.next_visit_on,
        }
    }
}

/// Keeps what a save has changed.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Lead,
    before: Option<&Lead>,
) -> Result<()> {
    let (now, was) = (Kept::of(after), before.map(Kept::of));
    if was.as_ref() == Some(&now) {
        return Ok(());
    }
    // A new lead is not looked for: the ids of leads that are made at once lie side by side, and
    // transactions that look there stand in each other's way.
    let seq = match was.is_some() {
        true => end(tx, ctx, after.meta.id).await? + 1,
        false => 1,
    };
    let insert = sql!(
        "INSERT INTO lead_spans (tenant_id, lead_id, seq, owner_id, level_id, state, next_visit_on,
             from_at, was_owner_id, was_level_id, was_state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        after.meta.id,
        seq,
        now.owner,
        now.level,
        now.state,
        now.next_visit_on,
        ctx.now,
        was.as_ref().and_then(|was| was.owner),
        was.as_ref().and_then(|was| was.level),
        was.as_ref().map_or("none", |was| was.state)
    );
    tx.execute(insert).await.map(drop)
}

/// Ends the last span of a lead; its number, 0 if there is none.
async fn end(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<i64> {
    let last = sql!("SELECT MAX(seq) FROM lead_spans WHERE tenant_id = $1 AND lead_id = $2", id);
    let last = tx.optional::<(Option<i64>,)>(last).await?.and_then(|row| row.0).unwrap_or_default();
    let update = sql!(
        "UPDATE lead_spans SET until_at = $4 WHERE tenant_id = $1 AND lead_id = $2 AND seq = $3",
        id,
        last,
        ctx.now
    );
    tx.execute(update).await?;
    Ok(last)
}
