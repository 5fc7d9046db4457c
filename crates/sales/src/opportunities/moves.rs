//! What changes the stage, the state or the controller of an opportunity.

use super::{
    closing::{Addendum, ClosingSummary},
    life::{OpportunityMove, OpportunityStatus},
    model::{Opportunity, OpportunityId},
    rules::{moment, not_on},
};
use crate::{
    problems::PIPELINE_INCOMPLETE,
    rules::today,
    stages::{self, StageId, StageKind},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::rules::{likely_date, likely_instant, whole_micros};
use guanxi_kernel::{Ctx, Result, Text, UserId, Word as _, period::business_date};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Additions to a summary at most.
const ADDENDA: usize = 100;

/// To another open stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "stage_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" })))]
pub struct MoveOpportunity {
    /// The stage.
    pub stage_id: StageId,
    /// When that was, if it was not now: after the last change that its history knows.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    pub entered_at: Option<DateTime<Utc>>,
}

/// Not worked on for now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户预算冻结至下半年", "review_on": "2026-07-01" })))]
pub struct SuspendOpportunity {
    /// Why.
    pub reason: Text<1000>,
    /// The day on which to look at it again; not in the past.
    #[validate(custom(function = "likely_date"))]
    pub review_on: NaiveDate,
}

/// To be looked at again on another day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "review_on": "2026-09-01", "reason": "预算推迟到九月" })))]
pub struct ReviewOpportunity {
    /// The day; not in the past.
    #[validate(custom(function = "likely_date"))]
    pub review_on: NaiveDate,
    /// Why it is suspended, if that has changed.
    #[serde(default)]
    pub reason: Option<Text<1000>>,
}

/// Won or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "closed_on": "2026-03-31", "closing_summary": {
    "reasons": ["price"], "lessons": "尽早了解预算", "process_review": "Two visits would have been enough." } })))]
pub struct CloseOpportunity {
    /// The won or lost stage; the first of its pipeline when absent.
    #[serde(default)]
    pub stage_id: Option<StageId>,
    /// The business day; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub closed_on: Option<NaiveDate>,
    /// What was learnt; needed unless it stands in the opportunity already.
    #[serde(default)]
    #[validate(nested)]
    pub closing_summary: Option<ClosingSummary>,
}

/// Given up for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户破产", "closing_summary": {
    "reasons": ["other"], "lessons": "先查信用", "process_review": "没有做信用调查。" } })))]
pub struct TerminateOpportunity {
    /// Why.
    pub reason: Text<1000>,
    /// The business day; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub closed_on: Option<NaiveDate>,
    /// What was learnt; needed unless it stands in the opportunity already.
    #[serde(default)]
    #[validate(nested)]
    pub closing_summary: Option<ClosingSummary>,
}

/// To another controller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "to": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "reason": "区域调整" })))]
pub struct TransferOpportunity {
    /// The new controller.
    pub to: UserId,
    /// Why.
    pub reason: Text<1000>,
}

/// More said of an end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "text": "客户半年后反馈:竞争对手未按期交货。" })))]
pub struct AddToSummary {
    /// What.
    pub text: Text<4000>,
}

/// Moves an opportunity to another open stage of its pipeline. Into one that needs an approval it
/// waits for that, and enters when it is approved, whatever `entered_at` says.
///
/// # Errors
/// `approval_pending` if a move waits already, `approval_required` if no definition says who agrees,
/// `move_not_allowed`, `stage_of_other_pipeline`, `stage_of_other_kind`, `out_of_range` for an
/// instant before the last change or in the future; and as any change.
pub async fn move_to(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: MoveOpportunity,
) -> Result<Shown<Opportunity>> {
    resource::change(tx, ctx, id.uuid(), "moved", |one: &mut Opportunity| {
        one.status.require(OpportunityMove::Move)?;
        one.input.stage_id = Some(wish.stage_id);
        if let Some(at) = wish.entered_at.map(whole_micros) {
            if at <= one.span_from || at > ctx.now {
                return Err(not_on("/entered_at", "after the last change and not in the future"));
            }
            one.span_from = at;
        }
        Ok(())
    })
    .await
}

/// Suspends an opportunity: it keeps its stage and is not counted as open.
///
/// # Errors
/// `move_not_allowed`, `out_of_range` for a day in the past; and as any change.
pub async fn suspend(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: SuspendOpportunity,
) -> Result<Shown<Opportunity>> {
    resource::change(tx, ctx, id.uuid(), "suspended", |one: &mut Opportunity| {
        one.status.require(OpportunityMove::Suspend)?;
        if wish.review_on < today(ctx) {
            return Err(not_on("/review_on", "today or later"));
        }
        one.status = OpportunityStatus::Suspended;
        (one.status_reason, one.review_on) = (Some(wish.reason), Some(wish.review_on));
        Ok(())
    })
    .await
}

/// Moves the day on which a suspended opportunity is to be looked at again.
///
/// # Errors
/// As [`suspend`].
pub async fn review(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: ReviewOpportunity,
) -> Result<Shown<Opportunity>> {
    resource::change(tx, ctx, id.uuid(), "review_moved", |one: &mut Opportunity| {
        one.status.require(OpportunityMove::Review)?;
        if wish.review_on < today(ctx) {
            return Err(not_on("/review_on", "today or later"));
        }
        one.review_on = Some(wish.review_on);
        one.status_reason = wish.reason.or_else(|| one.status_reason.take());
        Ok(())
    })
    .await
}

/// Takes an opportunity up again, in the stage that it was suspended in; where a rule wants an
/// approval, it waits for that.
///
/// # Errors
/// `move_not_allowed`, `approval_pending`, `no_approver`; and as any change.
pub async fn reactivate(tx: &mut Tx, ctx: &Ctx, id: OpportunityId) -> Result<Shown<Opportunity>> {
    resource::change(tx, ctx, id.uuid(), "reactivated", |one: &mut Opportunity| {
        one.status.require(OpportunityMove::Reactivate)?;
        one.status = OpportunityStatus::Open;
        (one.status_reason, one.review_on) = (None, None);
        Ok(())
    })
    .await
}

/// Wins an opportunity.
///
/// # Errors
/// `move_not_allowed`, `closing_summary_required`, `pipeline_incomplete`, `out_of_range`; and as any
/// change.
pub async fn win(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: CloseOpportunity,
) -> Result<Shown<Opportunity>> {
    close(tx, ctx, id, wish, OpportunityMove::Win).await
}

/// Loses an opportunity.
///
/// # Errors
/// As [`win`]; `winner_required`, `not_a_competitor`.
pub async fn lose(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: CloseOpportunity,
) -> Result<Shown<Opportunity>> {
    close(tx, ctx, id, wish, OpportunityMove::Lose).await
}

async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: CloseOpportunity,
    how: OpportunityMove,
) -> Result<Shown<Opportunity>> {
    let (kind, status, verb) = match how {
        OpportunityMove::Win => (StageKind::Won, OpportunityStatus::Won, "won"),
        _ => (StageKind::Lost, OpportunityStatus::Lost, "lost"),
    };
    let now: Opportunity = resource::load(tx, ctx, id.uuid()).await?;
    let stage = match (wish.stage_id, now.input.pipeline_id) {
        (None, Some(pipeline)) => stages::first_step(tx, pipeline, kind).await?.map(|s| s.stage),
        (stage, _) => stage,
    };
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut Opportunity| {
        one.status.require(how)?;
        let missing = || PIPELINE_INCOMPLETE.with("kind", kind.word());
        one.input.stage_id = Some(stage.ok_or_else(missing)?);
        one.end(ctx, status, wish.closed_on, wish.closing_summary)
    })
    .await
}

/// Gives an opportunity up for ever; nothing changes it afterwards.
///
/// # Errors
/// `opportunity_terminated`, `move_not_allowed`, `closing_summary_required`; and as any change.
pub async fn terminate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: TerminateOpportunity,
) -> Result<Shown<Opportunity>> {
    resource::change(tx, ctx, id.uuid(), "terminated", |one: &mut Opportunity| {
        one.status.require(OpportunityMove::Terminate)?;
        one.end(ctx, OpportunityStatus::Terminated, wish.closed_on, wish.closing_summary)?;
        one.status_reason = Some(wish.reason);
        Ok(())
    })
    .await
}

/// Gives an opportunity to another controller.
///
/// # Errors
/// `opportunity_terminated`, `inactive_owner`; and as any change.
pub async fn transfer(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: TransferOpportunity,
) -> Result<Shown<Opportunity>> {
    resource::change(tx, ctx, id.uuid(), "transferred", |one: &mut Opportunity| {
        one.status.require(OpportunityMove::Transfer)?;
        if one.input.owner_id != Some(wish.to) {
            one.input.owner_id = Some(wish.to);
            one.transfers += 1;
            one.transfer_reason = Some(wish.reason);
        }
        Ok(())
    })
    .await
}

/// Adds to the summary of an opportunity that was won or lost.
///
/// # Errors
/// `move_not_allowed`, `opportunity_terminated`, `out_of_range` beyond 100 additions; and as any
/// change.
pub async fn addendum(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    wish: AddToSummary,
) -> Result<Shown<Opportunity>> {
    resource::change(tx, ctx, id.uuid(), "summary_added", |one: &mut Opportunity| {
        one.status.require(OpportunityMove::Addendum)?;
        if one.addenda.len() >= ADDENDA {
            return Err(not_on("/text", "at most 100 additions"));
        }
        one.addenda.push(Addendum { at: ctx.now, by: ctx.actor.user, text: wish.text });
        Ok(())
    })
    .await
}

impl Opportunity {
    /// Ends on that business day, with what was learnt.
    fn end(
        &mut self,
        ctx: &Ctx,
        status: OpportunityStatus,
        on: Option<NaiveDate>,
        summary: Option<ClosingSummary>,
    ) -> Result<()> {
        let day = on.unwrap_or_else(|| today(ctx));
        let begun = business_date(self.span_from, ctx.settings.time_zone);
        if day > today(ctx) || day < begun {
            return Err(not_on("/closed_on", "from its last change to today"));
        }
        self.input.closing_summary = summary.or_else(|| self.input.closing_summary.take());
        self.input.closed_on = Some(day);
        self.pending_closed_on = on;
        self.closed_at = Some(ctx.now);
        self.review_on = None;
        self.status = status;
        let at = moment(ctx, day, Some(self.span_from));
        // Now is what the rules of a save take by themselves.
        if at < ctx.now {
            self.span_from = at;
        }
        Ok(())
    }
}
