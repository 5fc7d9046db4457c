//! What field sales does with a lead that it was handed.

use super::{
    FIELD_HANDOVER, FieldHandover, FieldHandoverId, FieldHandoverMove, FieldHandoverStatus,
    FollowUpFieldHandover, following::Against,
};
use crate::{
    leads::{self, GivenBack},
    qualification_standards::criteria,
    rules::today,
};
use chrono::NaiveDate;
use guanxi_customers::{parties::PartyId, rules::likely_date};
use guanxi_kernel::{Action, Ctx, Result, Text, actor::forbidden, problem::OUT_OF_RANGE};
use guanxi_marketing::sales_results::{self, SalesResult};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Field sales does not take a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "决策人尚未确认" })))]
pub struct RefuseFieldHandover {
    /// Why.
    pub reason: Text<1000>,
}

/// Field sales gives a lead back that it has accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "预算推迟到下半年", "revisit_on": "2026-07-01" })))]
pub struct ReturnFieldHandover {
    /// Why.
    pub reason: Text<1000>,
    /// When the lead is taken up again, today or later.
    #[validate(custom(function = "likely_date"))]
    pub revisit_on: NaiveDate,
}

/// Field sales takes a lead. An answer after its time is marked as late.
///
/// # Errors
/// `own_field_handover`, `field_handover_move_not_allowed`; and as any change.
pub async fn accept(tx: &mut Tx, ctx: &Ctx, id: FieldHandoverId) -> Result<Shown<FieldHandover>> {
    resource::change(tx, ctx, id.uuid(), "accepted", |one: &mut FieldHandover| {
        one.require_field(ctx)?;
        let status = one.status.after(FieldHandoverMove::Accept)?;
        one.answer(ctx, status);
        Ok(())
    })
    .await
}

/// Field sales does not take a lead: it goes back to who has handed it over.
///
/// # Errors
/// As [`accept`].
pub async fn refuse(
    tx: &mut Tx,
    ctx: &Ctx,
    id: FieldHandoverId,
    wish: RefuseFieldHandover,
) -> Result<Shown<FieldHandover>> {
    let shown = resource::change(tx, ctx, id.uuid(), "refused", |one: &mut FieldHandover| {
        one.require_field(ctx)?;
        let status = one.status.after(FieldHandoverMove::Refuse)?;
        one.answer(ctx, status);
        one.reason = Some(wish.reason);
        one.end(ctx, status, SalesResult::Refused);
        Ok(())
    })
    .await?;
    lead_goes_back(tx, ctx, &shown.record).await?;
    Ok(shown)
}

/// Field sales gives a lead back that it has accepted, to be taken up again on a day.
///
/// # Errors
/// `out_of_range` for a day that is past; and as [`accept`].
pub async fn give_back(
    tx: &mut Tx,
    ctx: &Ctx,
    id: FieldHandoverId,
    wish: ReturnFieldHandover,
) -> Result<Shown<FieldHandover>> {
    let begun = today(ctx);
    let shown = resource::change(tx, ctx, id.uuid(), "returned", |one: &mut FieldHandover| {
        one.require_field(ctx)?;
        let status = one.status.after(FieldHandoverMove::Return)?;
        if wish.revisit_on < begun {
            return Err(OUT_OF_RANGE.at("/revisit_on").with("expected", "today or later"));
        }
        (one.reason, one.revisit_on) = (Some(wish.reason), Some(wish.revisit_on));
        one.end(ctx, status, SalesResult::Returned);
        Ok(())
    })
    .await?;
    lead_goes_back(tx, ctx, &shown.record).await?;
    Ok(shown)
}

/// Field sales tells what came of a contact; whether the lead has bought closes the hand-over.
///
/// # Errors
/// `validation_failed` with every answer that is missing; and as [`accept`].
pub async fn follow_up(
    tx: &mut Tx,
    ctx: &Ctx,
    id: FieldHandoverId,
    wish: FollowUpFieldHandover,
) -> Result<Shown<FieldHandover>> {
    let before = held(tx, ctx, id).await?;
    before.status.after(FieldHandoverMove::FollowUp)?;
    let criteria = match before.standard_id {
        Some(standard) => criteria(tx, ctx, standard).await?,
        None => Vec::new(),
    };
    let first = before.follow_ups == 0;
    wish.check(Against { first, criteria: &criteria, today: today(ctx) })?;
    let verb = if wish.bought.is_some() { "closed" } else { "followed_up" };
    let shown = resource::change(tx, ctx, id.uuid(), verb, |one: &mut FieldHandover| {
        wish.enter(one);
        one.followed_up_at = Some(ctx.now);
        let result = one.bought.map(|bought| match bought {
            true => SalesResult::Bought,
            false => SalesResult::NotBought,
        });
        if let Some(result) = result {
            one.end(ctx, FieldHandoverStatus::Closed, result);
        }
        Ok(())
    })
    .await?;
    let now = &shown.record;
    match now.bought {
        None => leads::plan(tx, ctx, now.input.lead_id, now.next_step_on).await?,
        Some(false) => lead_goes_back(tx, ctx, now).await?,
        Some(true) => {
            let party = leads::bought_in_field(tx, ctx, now.input.lead_id).await?;
            tell(tx, ctx, now, party).await?;
        }
    }
    Ok(shown)
}

/// A hand-over that the caller may answer for field sales.
async fn held(tx: &mut Tx, ctx: &Ctx, id: FieldHandoverId) -> Result<FieldHandover> {
    let one: FieldHandover = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &FIELD_HANDOVER, Action::Update, id.uuid()).await? {
        return Err(forbidden(FIELD_HANDOVER.plural, Action::Update));
    }
    ctx.expect_version(one.meta.version)?;
    one.require_field(ctx)?;
    Ok(one)
}

/// The lead goes back to who has handed it over, and marketing is told.
async fn lead_goes_back(tx: &mut Tx, ctx: &Ctx, of: &FieldHandover) -> Result<()> {
    let Some(to) = of.from_id else { return Ok(()) };
    let back =
        GivenBack { to, pool: of.pool_id, reason: of.reason.clone(), revisit_on: of.revisit_on };
    let party = leads::give_back(tx, ctx, of.input.lead_id, back).await?;
    tell(tx, ctx, of, party).await
}

/// What it came to appears where the lead came from.
async fn tell(tx: &mut Tx, ctx: &Ctx, of: &FieldHandover, party: Option<PartyId>) -> Result<()> {
    let Some(result) = of.result else { return Ok(()) };
    let lead = of.input.lead_id.uuid();
    sales_results::told(tx, ctx, lead, (of.campaign_id, party), result).await
}
