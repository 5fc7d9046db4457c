//! The moves of plans, how their budgets are divided, and what came of them.

use crate::{
    body::Body,
    call::Call,
    parameters::{missing, unknown},
    problem::{ApiError, ProblemBody},
    resources::bad,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Result, Word as _, problem::UNKNOWN_VALUE};
use guanxi_marketing::marketing_plans::{
    self, AllocateMarketingPlan, AllocatedOver, CancelMarketingPlan, CopyMarketingPlan,
    MARKETING_PLAN, MarketingPlan, MarketingPlanAllocation, MarketingPlanId, MarketingPlanReturn,
    MarketingPlanSpending,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(config: &mut Routes) {
    config.service(submit).service(close).service(cancel);
    config.service(preview).service(allocate).service(allocations).service(spending);
    config.service(outcome).service(copy);
}

/// The plan after a move.
fn done(moved: Result<Shown<MarketingPlan>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Hand a marketing plan in
///
/// It waits for the approval that the definition for `marketing_plan` wants which fits it, level by level; where none
/// does it is approved at once.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_submit",
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 200, description = "The plan now: `pending` or `approved`.", body = MarketingPlan),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/marketing-plans/{marketing_plan_id}/submit")]
async fn submit(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("marketing_plan_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(marketing_plans::submit(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Close a marketing plan
///
/// Its time is over: no campaign joins it any more, and it is not changed.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_close",
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 200, description = "The plan now.", body = MarketingPlan),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/marketing-plans/{marketing_plan_id}/close")]
async fn close(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("marketing_plan_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(marketing_plans::close(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Cancel a marketing plan
///
/// With the reason. Its campaigns go on.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_cancel", request_body = CancelMarketingPlan,
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 200, description = "The plan now.", body = MarketingPlan),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/marketing-plans/{marketing_plan_id}/cancel")]
async fn cancel(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("marketing_plan_id")?, body.read::<CancelMarketingPlan>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(marketing_plans::cancel(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Preview an allocation of the budget of a marketing plan
///
/// How it would be divided over the campaigns, their media or their source codes, to the last cent, by the largest
/// remainder: by weights of yours; by how many people have answered; or by what the money has brought, (margin − cost)
/// by cost, where that is above zero. What has come of a medium or a source code in that time counts whatever campaign
/// it was of. A campaign is compared with campaigns of the same `kind` outside the plan that were finished in that
/// time. Each part tells what it rests on. Nothing is kept.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_preview_allocation",
    request_body = AllocateMarketingPlan,
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 200, description = "How it would be divided.", body = MarketingPlanAllocation),
        (status = 422, description = "Nothing tells how to divide it.", body = ProblemBody)))]
#[post("/v1/marketing-plans/{marketing_plan_id}/preview-allocation")]
async fn preview(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MARKETING_PLAN, Action::Read)?;
    let id: MarketingPlanId = call.id("marketing_plan_id")?.into();
    let wish: AllocateMarketingPlan = body.read()?;
    let found =
        call.read(async |tx, ctx| marketing_plans::preview(tx, ctx, id, &wish).await).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Allocate the budget of a marketing plan
///
/// As the preview says, with the reason. It is in force from now on for what it is divided over; those before are
/// kept.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_allocate",
    request_body = AllocateMarketingPlan,
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 201, description = "How it is divided.", body = MarketingPlanAllocation),
        (status = 409, description = "The plan has ended.", body = ProblemBody),
        (status = 422, description = "Nothing tells how to divide it.", body = ProblemBody)))]
#[post("/v1/marketing-plans/{marketing_plan_id}/allocate")]
async fn allocate(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MARKETING_PLAN, Action::Update)?;
    let id: MarketingPlanId = call.id("marketing_plan_id")?.into();
    let wish: AllocateMarketingPlan = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let kept = marketing_plans::allocate(tx, ctx, id, &wish).await?;
        Ok(Done::added(&kept))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// How the budget of a plan was ever divided.
#[derive(Debug, Serialize, ToSchema)]
struct MarketingPlanAllocations {
    /// The last first.
    data: Vec<MarketingPlanAllocation>,
}

/// List the allocations of the budget of a marketing plan
///
/// Who has divided it, when, why and by what, the last first; the last two hundred.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_allocations",
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 200, description = "The allocations.", body = MarketingPlanAllocations)))]
#[get("/v1/marketing-plans/{marketing_plan_id}/allocations")]
async fn allocations(call: Call) -> Result<HttpResponse, ApiError> {
    let id: MarketingPlanId = call.id("marketing_plan_id")?.into();
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let read = async |tx: &mut Tx, ctx: &Ctx| marketing_plans::allocations(tx, ctx, id).await;
    let data = call.read(read).await?;
    Ok(HttpResponse::Ok().json(MarketingPlanAllocations { data }))
}

/// Read what of the budget of a marketing plan is planned, committed, spent and left
///
/// Part by part, over campaigns, media or source codes: planned by the allocation in force, committed by the budgets
/// of campaigns that were approved, spent by their expenses.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_spending",
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid),
        ("over" = AllocatedOver, Query, description = "The parts.")),
    responses((status = 200, description = "What is known.", body = MarketingPlanSpending)))]
#[get("/v1/marketing-plans/{marketing_plan_id}/spending")]
async fn spending(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MARKETING_PLAN, Action::Read)?;
    let id: MarketingPlanId = call.id("marketing_plan_id")?.into();
    let mut over = None;
    for (name, value) in call.query() {
        let expected = AllocatedOver::WORDS.join(", ");
        let wrong = || bad(UNKNOWN_VALUE.parameter("over").with("expected", expected));
        match name.as_str() {
            "over" => over = Some(AllocatedOver::from_word(&value).ok_or_else(wrong)?),
            _ => return Err(unknown(&name).into()),
        }
    }
    let over = over.ok_or_else(|| missing("over"))?;
    let read = async |tx: &mut Tx, ctx: &Ctx| marketing_plans::spending(tx, ctx, id, over).await;
    let found: MarketingPlanSpending = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read what a marketing plan has cost and brought
///
/// All its campaigns together, each thing once: what they take of the budget and what is left, what was spent, what
/// came of it, how far the objectives of the plan are reached, and the campaigns month by month with what their own
/// objectives come to. Amounts that you may not see are null.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_return",
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 200, description = "What is known.", body = MarketingPlanReturn)))]
#[get("/v1/marketing-plans/{marketing_plan_id}/return")]
async fn outcome(call: Call) -> Result<HttpResponse, ApiError> {
    let id: MarketingPlanId = call.id("marketing_plan_id")?.into();
    let read = async |tx: &mut Tx, ctx: &Ctx| marketing_plans::outcome(tx, ctx, id).await;
    let found: MarketingPlanReturn = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Copy a marketing plan for a later year
///
/// A draft with the same budget and objectives, and with its campaigns as drafts, all days as many years later; of
/// campaigns that were not cancelled, two hundred at most. You are in charge of all of them.
#[utoipa::path(tag = "marketing-plans", operation_id = "marketing_plans_copy", request_body = CopyMarketingPlan,
    params(("marketing_plan_id" = String, Path, description = "The id of the plan.", format = Uuid)),
    responses((status = 201, description = "The new plan.", body = MarketingPlan),
        (status = 409, description = "It has too many campaigns.", body = ProblemBody)))]
#[post("/v1/marketing-plans/{marketing_plan_id}/copy")]
async fn copy(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MARKETING_PLAN, Action::Create)?;
    let id: MarketingPlanId = call.id("marketing_plan_id")?.into();
    let wish = body.read::<CopyMarketingPlan>()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = marketing_plans::copy(tx, ctx, id, wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}
