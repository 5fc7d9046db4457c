//! Whose a lead is: claimed out of a pool, given to another one, given back.

use super::{
    life::LeadMove,
    model::{LEAD, Lead, LeadId},
    parts::LeadAssignmentKind,
    rules::reaches_pools,
    store,
};
use crate::{
    lead_pools::{LeadPoolId, MEMBERS},
    problems::{CLAIM_LIMIT_REACHED, LEAD_COOLING_DOWN, LEAD_TAKEN},
    rules::today,
};
use chrono::{SecondsFormat, TimeDelta};
use guanxi_kernel::{
    Action, Ctx, Result, Text, UserId,
    actor::forbidden,
    period::start_of_day,
    problem::{NOT_FOUND, REQUIRED},
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
    scope,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// To another owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "to": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "reason": "区域调整" })))]
pub struct TransferLead {
    /// The new owner.
    pub to: UserId,
    /// Why.
    pub reason: Text<1000>,
}

/// Back into a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "暂时没有时间跟进" })))]
pub struct ReleaseLead {
    /// Why.
    pub reason: Text<1000>,
    /// The pool; the one that it came from when absent.
    #[serde(default)]
    pub pool_id: Option<LeadPoolId>,
}

/// Takes a lead out of its pool for the caller. However many claim it at once, one gets it.
///
/// # Errors
/// `not_found` for whoever may not draw from the pool; `lead_taken`, `lead_cooling_down`,
/// `claim_limit_reached`, `pool_capacity_reached`; `forbidden`; and as any change.
pub async fn claim(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<Shown<Lead>> {
    ctx.require(LEAD.plural, Action::Update)?;
    let (owner, pool) = store::place(tx, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
    let user = ctx.actor.user;
    let draws = match pool {
        Some(pool) => scope::draws(tx, MEMBERS, pool.uuid(), user).await?,
        None => false,
    };
    if owner.is_some() {
        // Whoever may draw from the pool could see it a moment ago.
        let seen = draws || resource::may(tx, ctx, &LEAD, Action::Read, id.uuid()).await?;
        return Err(if seen { LEAD_TAKEN.problem() } else { NOT_FOUND.problem() });
    }
    resource::load::<Lead>(tx, ctx, id.uuid()).await?;
    if !draws && !reaches_pools(ctx) {
        return Err(forbidden(LEAD.plural, Action::Update));
    }
    if let Some(pool) = pool {
        check_claim(tx, ctx, id, pool).await?;
    }
    resource::change(tx, ctx, id.uuid(), "claimed", |one: &mut Lead| {
        one.go(LeadMove::Claim)?;
        one.assign(ctx, Some(user), LeadAssignmentKind::Claimed, None);
        Ok(())
    })
    .await
}

/// What the pool says to a claim, besides how many leads one may hold.
async fn check_claim(tx: &mut Tx, ctx: &Ctx, id: LeadId, pool: LeadPoolId) -> Result<()> {
    let Some(limits) = store::limits(tx, pool).await? else { return Ok(()) };
    let user = ctx.actor.user;
    if limits.cool_down_days > 0
        && let Some(given_up) = store::given_up_at(tx, id, user).await?
    {
        let until = given_up + TimeDelta::days(limits.cool_down_days);
        if ctx.now < until {
            let days = limits.cool_down_days;
            let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
            return Err(LEAD_COOLING_DOWN.with("days", days).with("until", until));
        }
    }
    if let Some(limit) = limits.claims_per_day {
        let begun = start_of_day(today(ctx), ctx.settings.time_zone);
        let claimed = store::claimed_since(tx, pool, user, begun).await?;
        if claimed >= limit {
            return Err(CLAIM_LIMIT_REACHED.with("limit", limit).with("claimed", claimed));
        }
    }
    Ok(())
}

/// Gives a lead to another owner; to the same one changes nothing.
///
/// # Errors
/// `move_not_allowed`, `lead_converted`, `inactive_owner`, `pool_capacity_reached`; `lead_in_pool` for
/// one in a pool and a caller without the right to all leads; and as any change.
pub async fn transfer(
    tx: &mut Tx,
    ctx: &Ctx,
    id: LeadId,
    wish: TransferLead,
) -> Result<Shown<Lead>> {
    resource::change(tx, ctx, id.uuid(), "transferred", |one: &mut Lead| {
        one.require_taken(ctx)?;
        one.go(LeadMove::Transfer)?;
        if one.input.owner_id != Some(wish.to) {
            one.assign(ctx, Some(wish.to), LeadAssignmentKind::Transferred, Some(wish.reason));
        }
        Ok(())
    })
    .await
}

/// Gives a lead back into a pool.
///
/// # Errors
/// `field_handover_open`, `move_not_allowed`, `lead_converted`, `required` if there is no pool; and as any
/// change.
pub async fn release(tx: &mut Tx, ctx: &Ctx, id: LeadId, wish: ReleaseLead) -> Result<Shown<Lead>> {
    resource::change(tx, ctx, id.uuid(), "released", |one: &mut Lead| {
        one.require_free()?;
        one.go(LeadMove::Release)?;
        let pool = wish.pool_id.or(one.input.pool_id);
        one.input.pool_id = Some(pool.ok_or_else(|| REQUIRED.at("/pool_id"))?);
        one.assign(ctx, None, LeadAssignmentKind::Released, Some(wish.reason));
        Ok(())
    })
    .await
}
