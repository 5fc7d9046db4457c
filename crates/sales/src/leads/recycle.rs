//! A lead goes back into its pool because time has passed: without a contact, or without becoming a
//! party. Its owner is warned before.
//!
//! Whoever holds a lead of a pool is watched: the lead stands in `lead_watch` with the instant at which
//! it is looked at next, once a day at least, since contacts are written elsewhere and rules of pools
//! change. Each look is a transaction of its own that looks again; it writes an event only when it
//! takes the lead back.
//!
//! Price: one small write a day for each such lead.

use super::{
    model::{LEAD, Lead, LeadId},
    parts::LeadAssignmentKind,
    store,
};
use crate::{lead_levels, lead_pools::LeadPool};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_customers::activities::last_done;
use guanxi_identity::users::INACTIVE_OWNER;
use guanxi_kernel::{
    Ctx, Line, Problem, Result, Text,
    problem::{INTERNAL, NOT_FOUND, UNKNOWN_REFERENCE},
    text::Refused,
};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::{
    chores::Chore,
    tasks::{self, Wanted},
};

/// The rule of the tasks that warn.
const WARNING: &str = "lead_recycling";
/// From one look to the next at most.
const EVERY: TimeDelta = TimeDelta::days(1);

/// What the workflow does about leads.
pub static RECYCLING: Chore = Chore {
    name: "lead_recycling",
    due: |tx, now, most| Box::pin(store::due(tx, now, most)),
    step: |tx, ctx, id| Box::pin(step(tx, ctx, id.into())),
    put_off: |tx, id, to| Box::pin(async move { store::look_at(tx, id.into(), to).await }),
};

/// Watches a lead from when somebody holds it of a pool until nobody does.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Lead,
    before: Option<&Lead>,
) -> Result<()> {
    let counts = |one: &Lead| one.held().map(|held| (held, one.assigned_at, one.input.level_id));
    let (now, had) = (counts(after), before.and_then(counts));
    if now == had {
        return Ok(());
    }
    let owner = |one: &Lead| one.held().map(|(_, owner)| owner);
    if had.is_some() && owner(after) != before.and_then(owner) {
        let why = Some(Text::literal("Nobody holds the lead any more, or somebody else."));
        tasks::settle(tx, ctx, WARNING, after.meta.id.uuid(), why).await?;
    }
    match after.held() {
        Some((pool, _)) => store::watch(tx, after.meta.id, pool, ctx.now).await,
        None => store::forget(tx, after.meta.id).await,
    }
}

/// When a lead goes back, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit {
    at: DateTime<Utc>,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Untouched(i64),
    Unconverted(i64),
}

impl Why {
    fn text(self) -> Result<Text<1000>> {
        let text = match self {
            Self::Untouched(days) => format!("No contact for {days} days."),
            Self::Unconverted(days) => format!("Not converted within {days} days."),
        };
        Text::new(&text).map_err(ours)
    }
}

fn ours(refused: Refused) -> Problem {
    INTERNAL.problem().because(refused)
}

/// The first rule of the pool that takes the lead back.
fn limit(
    pool: &LeadPool,
    given: DateTime<Utc>,
    touched: DateTime<Utc>,
    cycle: Option<i64>,
) -> Option<Limit> {
    let cycle = cycle.filter(|_| pool.input.by_level_cycle);
    let untouched = cycle
        .or(pool.input.untouched_days)
        .map(|days| Limit { at: touched + TimeDelta::days(days), why: Why::Untouched(days) });
    let unconverted = pool
        .input
        .unconverted_days
        .map(|days| Limit { at: given + TimeDelta::days(days), why: Why::Unconverted(days) });
    untouched.into_iter().chain(unconverted).min_by_key(|limit| limit.at)
}

/// Looks at a lead, if it is due; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<bool> {
    if !store::is_due(tx, id, ctx.now).await? {
        return Ok(false);
    }
    let lead = match resource::load::<Lead>(tx, ctx, id.uuid()).await {
        Err(gone) if gone.is(&NOT_FOUND) => None,
        found => Some(found?),
    };
    let Some((lead, (pool, owner))) = lead.and_then(|lead| lead.held().map(|held| (lead, held)))
    else {
        store::forget(tx, id).await?;
        return Ok(true);
    };
    let pool: LeadPool = resource::load(tx, ctx, pool.uuid()).await?;
    let contact = last_done(tx, &[id.uuid()]).await?.remove(&id.uuid()).map(|(at, _)| at);
    let cycles = lead_levels::visit_cycles(tx, lead.input.level_id).await?;
    let cycle = lead.input.level_id.and_then(|level| cycles.get(&level).copied());
    let given = lead.assigned_at.unwrap_or(lead.meta.created_at);
    let limit = limit(&pool, given, lead.touched_at(contact), cycle);
    let next = ctx.now + EVERY;
    match limit {
        Some(limit) if limit.at <= ctx.now => {
            take_back(tx, ctx, id, limit).await?;
            return Ok(true);
        }
        Some(limit) if limit.at - TimeDelta::days(pool.input.warn_days) <= ctx.now => {
            warn(tx, ctx, &lead, owner, limit).await?;
            store::look_at(tx, id, limit.at.min(next)).await?;
        }
        limit => {
            let why = Some(Text::literal("The lead does not go back so soon."));
            tasks::settle(tx, ctx, WARNING, id.uuid(), why).await?;
            let warned = limit.map(|limit| limit.at - TimeDelta::days(pool.input.warn_days));
            store::look_at(tx, id, warned.map_or(next, |at| at.min(next))).await?;
        }
    }
    Ok(true)
}

async fn take_back(tx: &mut Tx, ctx: &Ctx, id: LeadId, limit: Limit) -> Result<()> {
    let why = limit.why.text()?;
    resource::change::<Lead>(tx, ctx, id.uuid(), "recycled", |one| {
        one.go(super::LeadMove::Release)?;
        one.assign(ctx, None, LeadAssignmentKind::Recycled, Some(why));
        Ok(())
    })
    .await
    .map(drop)
}

async fn warn(
    tx: &mut Tx,
    ctx: &Ctx,
    lead: &Lead,
    owner: guanxi_kernel::UserId,
    limit: Limit,
) -> Result<()> {
    let mut title = format!("Goes back into its pool: {}", &*lead.input.name);
    if title.chars().count() > 200 {
        title = title.chars().take(200).collect();
    }
    let wanted = Wanted {
        rule: WARNING,
        subject: (&LEAD, lead.meta.id.uuid()),
        title: Line::new(&title).map_err(ours)?,
        kind: Line::literal("lead"),
        owner,
        due_at: Some(limit.at),
        occasion: Some(limit.at.to_rfc3339()),
    };
    match tasks::ensure(tx, ctx, wanted).await {
        // Nobody is there to do it; the lead goes back all the same.
        Err(gone) if gone.is(&INACTIVE_OWNER) || gone.is(&UNKNOWN_REFERENCE) => Ok(()),
        done => done.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_storage::{Meta, Resource as _, kind::Parts as _};
    use serde_json::json;

    fn pool(more: serde_json::Value) -> LeadPool {
        let mut body = LeadPool::example();
        for rule in ["untouched_days", "unconverted_days"] {
            body[rule] = serde_json::Value::Null;
        }
        guanxi_kernel::input::merge(&mut body, more);
        LeadPool::assemble(Meta::blank(), guanxi_kernel::input::read(body).unwrap())
    }

    #[test]
    fn the_first_rule_takes_a_lead_back() {
        let day = |days| DateTime::UNIX_EPOCH + TimeDelta::days(days);
        let on = |pool: &LeadPool, cycle| limit(pool, day(0), day(20), cycle);
        assert_eq!(on(&pool(json!({ "warn_days": 0 })), Some(7)), None);
        let fixed = pool(json!({ "untouched_days": 15, "unconverted_days": 90 }));
        let untouched = |at, days| Some(Limit { at: day(at), why: Why::Untouched(days) });
        assert_eq!(on(&fixed, Some(7)), untouched(35, 15));
        let by_level = pool(json!({ "untouched_days": 15, "by_level_cycle": true }));
        assert_eq!(on(&by_level, Some(7)), untouched(27, 7));
        assert_eq!(on(&by_level, None), untouched(35, 15));
        let soon = pool(json!({ "untouched_days": 15, "unconverted_days": 30 }));
        let unconverted = Limit { at: day(30), why: Why::Unconverted(30) };
        assert_eq!(on(&soon, None), Some(unconverted));
    }
}
