//! What changes the state of a campaign.

use super::{
    actuals::follow_deviations,
    frozen,
    life::CampaignMove,
    model::{Campaign, CampaignId},
};
use guanxi_customers::rules::today;
use guanxi_kernel::{Ctx, Line, Result, Text};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "展会取消" })))]
pub struct CancelCampaign {
    /// Why.
    pub reason: Text<1000>,
}

/// The step that is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "step": "筹备" })))]
pub struct AdvanceCampaign {
    /// Its name; the next one when absent.
    #[serde(default)]
    pub step: Option<Line<60>>,
}

async fn go(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignId,
    (wanted, verb): (CampaignMove, &'static str),
    more: impl FnOnce(&mut Campaign) + Send,
) -> Result<Shown<Campaign>> {
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut Campaign| {
        one.state = one.state.after(wanted)?;
        more(one);
        Ok(())
    })
    .await
}

/// Hands a campaign in: it waits for the approval that rules want, or is approved at once.
///
/// # Errors
/// `illegal_transition`; `no_metric`; `no_approver`; and as any change.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<Shown<Campaign>> {
    go(tx, ctx, id, (CampaignMove::Submit, "submitted"), |_| {}).await
}

/// It begins, today.
///
/// # Errors
/// `not_approved`; `illegal_transition`; and as any change.
pub async fn start(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<Shown<Campaign>> {
    let day = today(ctx);
    go(tx, ctx, id, (CampaignMove::Start, "started"), |one| one.started_on = Some(day)).await
}

/// It rests for a while.
///
/// # Errors
/// `illegal_transition`; and as any change.
pub async fn pause(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<Shown<Campaign>> {
    go(tx, ctx, id, (CampaignMove::Pause, "paused"), |_| {}).await
}

/// It goes on.
///
/// # Errors
/// As [`pause`].
pub async fn resume(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<Shown<Campaign>> {
    go(tx, ctx, id, (CampaignMove::Resume, "resumed"), |_| {}).await
}

/// It ends. What it has come to by now is kept, so that later changes show.
///
/// # Errors
/// As [`pause`]; `no_exchange_rate` for amounts in other currencies.
pub async fn finish(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<Shown<Campaign>> {
    let day = today(ctx);
    let set = |one: &mut Campaign| one.finished_on = Some(day);
    let shown = go(tx, ctx, id, (CampaignMove::Finish, "finished"), set).await?;
    frozen::freeze(tx, ctx, &shown.record).await?;
    follow_deviations(tx, ctx, id).await?;
    Ok(shown)
}

/// It is given up, with the reason.
///
/// # Errors
/// As [`pause`].
pub async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignId,
    wish: CancelCampaign,
) -> Result<Shown<Campaign>> {
    let set = |one: &mut Campaign| one.reason = Some(wish.reason);
    go(tx, ctx, id, (CampaignMove::Cancel, "cancelled"), set).await
}

/// Enters the next step, or a later one by its name.
///
/// # Errors
/// `step_not_ahead` with the steps that can be entered; `unknown_value` at `/step`; `validation_failed` with
/// `required` at each member that the campaign must say first; and as any change.
pub async fn advance(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignId,
    wish: AdvanceCampaign,
) -> Result<Shown<Campaign>> {
    let who = (ctx.now, ctx.actor.user);
    let enter = move |one: &mut Campaign| one.advance(wish.step.as_ref(), who);
    resource::change(tx, ctx, id.uuid(), "advanced", enter).await
}
