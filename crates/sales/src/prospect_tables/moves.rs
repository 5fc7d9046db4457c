//! What changes the state of a table.

use super::{
    ProspectTable, ProspectTableId, ProspectTableMove, ProspectTableStatus, TableReview, stocktake,
    store,
};
use crate::{
    problems::{INCOMPLETE_STOCKTAKE, MONTH_NOT_OVER},
    rules::today,
};
use guanxi_kernel::{Ctx, Result, Text};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use guanxi_workflow::problems::OWN_REVIEW;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Checked by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "passed", "remarks": "级别变化合理" })))]
pub struct ReviewProspectTable {
    /// What that came to.
    pub result: TableReview,
    /// What is remarked.
    #[serde(default)]
    pub remarks: Option<Text<4000>>,
}

/// Hands a table in.
///
/// # Errors
/// `forbidden` for others than who fills it in; `prospect_table_closed`,
/// `prospect_table_move_not_allowed`; and as any change.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: ProspectTableId) -> Result<Shown<ProspectTable>> {
    resource::change(tx, ctx, id.uuid(), "submitted", |one: &mut ProspectTable| {
        one.require_own(ctx)?;
        one.status = one.status.after(ProspectTableMove::Submit)?;
        (one.submitted_at, one.submitted_by) = (Some(ctx.now), Some(ctx.actor.user));
        Ok(())
    })
    .await
}

/// Notes what a review of a table came to; passed or sent back.
///
/// # Errors
/// `own_review` for whoever fills it in; `incomplete_stocktake` while leads are missing on it;
/// `prospect_table_closed`, `prospect_table_move_not_allowed`; and as any change.
pub async fn review(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProspectTableId,
    wish: ReviewProspectTable,
) -> Result<Shown<ProspectTable>> {
    let table = resource::load::<ProspectTable>(tx, ctx, id.uuid()).await?;
    if table.is_by(ctx) {
        return Err(OWN_REVIEW.problem());
    }
    let to = table.status.after(ProspectTableMove::Review)?;
    let passed = wish.result == TableReview::Passed;
    if passed {
        let missing = stocktake::missing(tx, ctx, &table).await?;
        if !missing.carried.is_empty() {
            return Err(INCOMPLETE_STOCKTAKE.with("missing", missing.carried.len()));
        }
    }
    let (verb, to) = match passed {
        true => ("reviewed", to),
        false => ("returned", ProspectTableStatus::Open),
    };
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut ProspectTable| {
        one.status = to;
        (one.reviewed_at, one.reviewed_by) = (Some(ctx.now), Some(ctx.actor.user));
        (one.review_result, one.review_remarks) = (Some(wish.result), wish.remarks);
        Ok(())
    })
    .await
}

/// Closes a table whose month is over: what its leads came to is written down and stays.
///
/// # Errors
/// `own_review` for whoever fills it in; `month_not_over`; `prospect_table_closed`,
/// `prospect_table_move_not_allowed`; and as any change.
pub async fn close(tx: &mut Tx, ctx: &Ctx, id: ProspectTableId) -> Result<Shown<ProspectTable>> {
    let table = resource::load::<ProspectTable>(tx, ctx, id.uuid()).await?;
    if table.is_by(ctx) {
        return Err(OWN_REVIEW.problem());
    }
    table.status.after(ProspectTableMove::Close)?;
    if today(ctx) < store::next_month(table.month) {
        return Err(MONTH_NOT_OVER.with("month", store::named(table.month)));
    }
    let shown = resource::change(tx, ctx, id.uuid(), "closed", |one: &mut ProspectTable| {
        one.status = one.status.after(ProspectTableMove::Close)?;
        (one.closed_at, one.closed_by) = (Some(ctx.now), Some(ctx.actor.user));
        Ok(())
    })
    .await?;
    store::finish(tx, ctx, id, table.month).await?;
    Ok(shown)
}
