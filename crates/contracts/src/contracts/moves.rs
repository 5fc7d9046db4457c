//! What changes the stage of a contract, and what it takes over of what others tell.

use super::{
    dues,
    life::{ContractMove, ContractStage},
    model::{Contract, ContractId},
    parts::ShippedLine,
    store,
};
use crate::problems::CONTRACT_PAID;
use chrono::NaiveDate;
use guanxi_customers::{parties, referrals, rules::likely_date};
use guanxi_kernel::{
    Ctx, Line, Money, Result, Share, Text,
    problem::{INTERNAL, OUT_OF_RANGE, REQUIRED},
};
use guanxi_sales::{
    opportunities::{
        self, CloseOpportunity, ClosingSummary, Opportunity, OpportunityStatus, STAGE_ENTRY,
    },
    rules::{Lacking, approval_required, refuse, today},
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Signed by both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "signed_on": "2026-03-31", "closing_summary": {
    "reasons": ["price"], "lessons": "尽早了解预算", "process_review": "Two visits would have been enough." } })))]
pub struct SignContract {
    /// The business day, not in the future; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub signed_on: Option<NaiveDate>,
    /// What was learnt on the way: needed if it comes from an opportunity that is still open, unless that
    /// has a summary already.
    #[serde(default)]
    #[validate(nested)]
    pub closing_summary: Option<ClosingSummary>,
}

/// Given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户取消项目" })))]
pub struct CancelContract {
    /// Why.
    pub reason: Text<1000>,
}

/// Hands a contract in: it waits for the approval that rules want, or is approved at once.
///
/// # Errors
/// `contract_move_not_allowed`; `plan_not_whole`; `no_approver`; and as any change.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: ContractId) -> Result<Shown<Contract>> {
    go(tx, ctx, id, ContractMove::Submit, "submitted").await
}

/// Notes that both have signed: from now on it is in force, and owed. The opportunity that it comes from
/// is won by that, and a prospect has bought, as by an order: it is a customer and nothing else from then on, and the
/// leads about it are won.
///
/// # Errors
/// `contract_move_not_allowed`; `plan_not_whole`; `out_of_range` for a day in the future;
/// `approval_required` if a rule wants an approval by now, or winning the opportunity needs one;
/// `closing_summary_required` and what else stands in the way of winning the opportunity.
pub async fn sign(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractId,
    wish: SignContract,
) -> Result<Shown<Contract>> {
    let day = wish.signed_on.unwrap_or_else(|| today(ctx));
    let shown = resource::change(tx, ctx, id.uuid(), "signed", |one: &mut Contract| {
        one.stage = one.stage.after(ContractMove::Sign)?;
        if day > today(ctx) {
            return Err(refuse(&OUT_OF_RANGE, "/signed_on", ("expected", "today or earlier")));
        }
        one.signed_on = Some(day);
        let gross = one.gross.ok_or_else(|| REQUIRED.at("/lines"))?;
        one.receivables = dues::receivables(gross, &one.input.payment_plan, day);
        Ok(())
    })
    .await?;
    win(tx, ctx, &shown.record, wish.closing_summary).await?;
    if let Some(party) = shown.record.input.party_id {
        parties::has_bought(tx, ctx, party).await?;
    }
    Ok(shown)
}

/// Wins the opportunity that a contract comes from, if it is still open.
async fn win(
    tx: &mut Tx,
    ctx: &Ctx,
    signed: &Contract,
    closing_summary: Option<ClosingSummary>,
) -> Result<()> {
    let Some(about) = signed.input.opportunity_id else { return Ok(()) };
    let system = ctx.on_behalf();
    let now: Opportunity = resource::load(tx, &system, about.uuid()).await?;
    if now.status == OpportunityStatus::Won {
        return Ok(());
    }
    let wish = CloseOpportunity { stage_id: None, closed_on: None, closing_summary };
    let won = opportunities::win(tx, &system, about, wish).await?;
    match won.record.status {
        OpportunityStatus::Won => Ok(()),
        // Nobody was asked: this is undone as a whole.
        _ => Err(approval_required(&STAGE_ENTRY, Lacking::NotAsked)),
    }
}

/// The work is organised and planned from now on.
///
/// # Errors
/// `contract_move_not_allowed`; and as any change.
pub async fn plan(tx: &mut Tx, ctx: &Ctx, id: ContractId) -> Result<Shown<Contract>> {
    go(tx, ctx, id, ContractMove::Plan, "planned").await
}

/// The work begins.
///
/// # Errors
/// As [`plan`].
pub async fn start(tx: &mut Tx, ctx: &Ctx, id: ContractId) -> Result<Shown<Contract>> {
    go(tx, ctx, id, ContractMove::Start, "started").await
}

/// The work is finished.
///
/// # Errors
/// As [`plan`].
pub async fn complete(tx: &mut Tx, ctx: &Ctx, id: ContractId) -> Result<Shown<Contract>> {
    go(tx, ctx, id, ContractMove::Complete, "completed").await
}

/// Nothing is left to be done. What is not paid yet is still owed.
///
/// # Errors
/// As [`plan`].
pub async fn close(tx: &mut Tx, ctx: &Ctx, id: ContractId) -> Result<Shown<Contract>> {
    resource::change(tx, ctx, id.uuid(), "closed", |one: &mut Contract| {
        one.stage = one.stage.after(ContractMove::Close)?;
        one.closed_at = Some(ctx.now);
        Ok(())
    })
    .await
}

/// Gives a contract up: nothing is owed on it any more, nor to whoever has recommended the party if it has bought
/// nothing else. An opportunity that was won by it stays won.
///
/// # Errors
/// `contract_move_not_allowed`; `contract_paid` while something is paid on it; and as any change.
pub async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractId,
    wish: CancelContract,
) -> Result<Shown<Contract>> {
    let reason = wish.reason.clone();
    let shown = resource::change(tx, ctx, id.uuid(), "cancelled", |one: &mut Contract| {
        one.stage = one.stage.after(ContractMove::Cancel)?;
        if let Some(received) = one.received.filter(|received| received.minor() > 0) {
            return Err(CONTRACT_PAID.with("received", received.to_string()));
        }
        (one.closed_at, one.reason) = (Some(ctx.now), Some(wish.reason));
        Ok(())
    })
    .await?;
    let signed = shown.record.signed_on.and(shown.record.input.party_id);
    if let Some(party) = signed
        && !store::in_force(tx, party).await?
    {
        referrals::deal_cancelled(tx, ctx, party, reason).await?;
    }
    Ok(shown)
}

async fn go(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractId,
    wanted: ContractMove,
    verb: &'static str,
) -> Result<Shown<Contract>> {
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut Contract| {
        one.stage = one.stage.after(wanted)?;
        Ok(())
    })
    .await
}

/// What all execution links of a contract come to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Progress {
    pub(crate) percent: Share,
    pub(crate) cost: Money,
    pub(crate) shipped: Vec<ShippedLine>,
    pub(crate) projects: Vec<Line<100>>,
    /// How far the work has come, if projects tell.
    pub(crate) stage: Option<ContractStage>,
}

/// Takes over what the execution links come to: one change, and none if it is the same.
///
/// # Errors
/// Those of the store.
pub(crate) async fn progress(tx: &mut Tx, ctx: &Ctx, id: ContractId, new: Progress) -> Result<()> {
    let take = |one: &mut Contract| {
        (one.percent, one.cost) = (new.percent, Some(new.cost));
        (one.shipped, one.projects) = (new.shipped, new.projects);
        if let Some(wanted) = new.stage {
            one.stage = one.stage.led_to(wanted);
        }
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "progressed", take).await.map(drop)
}

/// Pays so much on lines of the payment plan, or, below zero, takes it back.
///
/// # Errors
/// Those of the store.
pub(crate) async fn pay(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractId,
    parts: &[(i64, Money)],
) -> Result<()> {
    let back = parts.iter().any(|(_, amount)| amount.minor() < 0);
    let verb = if back { "refunded" } else { "paid" };
    let take = |one: &mut Contract| match one.stage.is_owed() {
        true => one.settle_lines(parts),
        false => Err(INTERNAL.problem().because("nothing is owed")),
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), verb, take).await.map(drop)
}
