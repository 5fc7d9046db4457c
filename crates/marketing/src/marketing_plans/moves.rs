//! What changes the state of a plan.

use super::{
    life::MarketingPlanMove,
    model::{MarketingPlan, MarketingPlanId},
};
use guanxi_kernel::{Ctx, Result, Text};
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
#[schema(examples(json!({ "reason": "并入集团计划" })))]
pub struct CancelMarketingPlan {
    /// Why.
    pub reason: Text<1000>,
}

async fn go(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MarketingPlanId,
    (wanted, verb): (MarketingPlanMove, &'static str),
    reason: Option<Text<1000>>,
) -> Result<Shown<MarketingPlan>> {
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut MarketingPlan| {
        one.state = one.state.after(wanted)?;
        one.reason = reason;
        Ok(())
    })
    .await
}

/// Hands a plan in: it waits for the approval that rules want, or is approved at once.
///
/// # Errors
/// `marketing_plan_state`; `no_approver`; and as any change.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: MarketingPlanId) -> Result<Shown<MarketingPlan>> {
    go(tx, ctx, id, (MarketingPlanMove::Submit, "submitted"), None).await
}

/// Its time is over.
///
/// # Errors
/// `marketing_plan_state`; and as any change.
pub async fn close(tx: &mut Tx, ctx: &Ctx, id: MarketingPlanId) -> Result<Shown<MarketingPlan>> {
    go(tx, ctx, id, (MarketingPlanMove::Close, "closed"), None).await
}

/// It is given up, with the reason. Its campaigns go on.
///
/// # Errors
/// As [`close`].
pub async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MarketingPlanId,
    wish: CancelMarketingPlan,
) -> Result<Shown<MarketingPlan>> {
    go(tx, ctx, id, (MarketingPlanMove::Cancel, "cancelled"), Some(wish.reason)).await
}
