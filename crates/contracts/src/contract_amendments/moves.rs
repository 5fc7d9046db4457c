//! What changes the state of an amendment.

use super::{
    life::AmendmentMove,
    model::{ContractAmendment, ContractAmendmentId},
};
use crate::contracts;
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{
    Ctx, Result, Text,
    problem::{INTERNAL, OUT_OF_RANGE},
};
use guanxi_sales::rules::{refuse, today};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Signed by both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "signed_on": "2026-05-31" })))]
pub struct SignAmendment {
    /// The business day, not in the future and not before the contract or its last amendment was signed;
    /// today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub signed_on: Option<NaiveDate>,
}

/// Given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户不再追加" })))]
pub struct CancelAmendment {
    /// Why.
    pub reason: Text<1000>,
}

/// Hands an amendment in: it waits for the approval that rules want, or is approved at once.
///
/// # Errors
/// `amendment_move_not_allowed`; `plan_not_whole`; `below_what_is_done`; `no_approver`; and as any change.
pub async fn submit(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractAmendmentId,
) -> Result<Shown<ContractAmendment>> {
    resource::change(tx, ctx, id.uuid(), "submitted", |one: &mut ContractAmendment| {
        one.state = one.state.after(AmendmentMove::Submit)?;
        Ok(())
    })
    .await
}

/// Notes that both have signed: the contract says from now on what the amendment says.
///
/// # Errors
/// `amendment_move_not_allowed`; `out_of_range` for a day in the future or before the last signature;
/// `approval_required` if a rule wants an approval by now; `not_effective` if the contract has ended;
/// `below_what_is_done` if more was shipped or paid meanwhile than it leaves.
pub async fn sign(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractAmendmentId,
    wish: SignAmendment,
) -> Result<Shown<ContractAmendment>> {
    let day = wish.signed_on.unwrap_or_else(|| today(ctx));
    let shown = resource::change(tx, ctx, id.uuid(), "signed", |one: &mut ContractAmendment| {
        one.state = one.state.after(AmendmentMove::Sign)?;
        if day > today(ctx) {
            return Err(refuse(&OUT_OF_RANGE, "/signed_on", ("expected", "today or earlier")));
        }
        (one.signed_on, one.closed_at) = (Some(day), Some(ctx.now));
        Ok(())
    })
    .await?;
    let contract = shown.record.input.contract_id.ok_or_else(|| INTERNAL.problem())?;
    contracts::amend(tx, ctx, contract, shown.record.terms(), day).await?;
    Ok(shown)
}

/// Gives an amendment up.
///
/// # Errors
/// `amendment_move_not_allowed`; and as any change.
pub async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ContractAmendmentId,
    wish: CancelAmendment,
) -> Result<Shown<ContractAmendment>> {
    resource::change(tx, ctx, id.uuid(), "cancelled", |one: &mut ContractAmendment| {
        one.state = one.state.after(AmendmentMove::Cancel)?;
        (one.closed_at, one.reason) = (Some(ctx.now), Some(wish.reason));
        Ok(())
    })
    .await
}
