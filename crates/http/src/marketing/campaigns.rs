//! The moves of campaigns, and who takes part.

use crate::{
    body::Body,
    call::Call,
    parameters::{date, missing, unknown},
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_marketing::{
    campaign_members::{
        self, CAMPAIGN_MEMBER, CampaignMembersSelected, CampaignVirality, SelectCampaignMembers,
    },
    campaigns::{
        self, AdvanceCampaign, CAMPAIGN, CalendarEntry, Campaign, CampaignProgress, CancelCampaign,
    },
    source_codes::{self, AssignSourceCodes, SourceCodesAssigned},
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(config: &mut Routes) {
    config.service(submit).service(start).service(pause).service(resume);
    config.service(finish).service(cancel).service(advance);
    config.service(calendar).service(progress).service(select).service(assign);
    config.service(virality);
}

/// The campaign after a move.
fn done(moved: Result<Shown<Campaign>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Hand a campaign in
///
/// It waits for the approval that the definition for `campaign` wants which fits it, level by level; where none does it
/// is approved at once. It needs an objective.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_submit",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaign now: `pending` or `approved`.", body = Campaign),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody),
        (status = 422, description = "It has no objective.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/submit")]
async fn submit(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(campaigns::submit(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Start a campaign
///
/// From `approved` only. From now on results can be entered.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_start",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaign now.", body = Campaign),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/start")]
async fn start(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(campaigns::start(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Pause a campaign
///
/// It rests for a while.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_pause",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaign now.", body = Campaign),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/pause")]
async fn pause(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(campaigns::pause(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Resume a campaign
///
/// It goes on.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_resume",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaign now.", body = Campaign),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/resume")]
async fn resume(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(campaigns::resume(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Finish a campaign
///
/// What it has come to by now is kept; later changes show beside it.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_finish",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaign now.", body = Campaign),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/finish")]
async fn finish(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(campaigns::finish(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Cancel a campaign
///
/// With the reason, before it is finished.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_cancel", request_body = CancelCampaign,
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaign now.", body = Campaign),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/cancel")]
async fn cancel(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("campaign_id")?, body.read::<CancelCampaign>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(campaigns::cancel(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Enter a step of a campaign
///
/// The next one, or a later one by its name; those between are skipped. A campaign has the steps that its template
/// had when it was made. Before it enters one it must say whatever that step and those before it want: if it does
/// not, each such member is told at once. When it is finished its current step is done.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_advance", request_body = AdvanceCampaign,
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaign now.", body = Campaign),
        (status = 409, description = "There is no such step ahead.", body = ProblemBody),
        (status = 422, description = "It does not say what the step wants.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/advance")]
async fn advance(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAMPAIGN, Action::Update)?;
    let (id, wish) = (call.id("campaign_id")?, body.read::<AdvanceCampaign>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(campaigns::advance(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Campaigns in their time.
#[derive(Debug, Serialize, ToSchema)]
struct CampaignCalendar {
    /// Each of them, in the order of their first days.
    data: Vec<CalendarEntry>,
}

/// Read the calendar of campaigns
///
/// Those whose days overlap the days from the first to the last of these, but for those that were cancelled; the
/// first thousand.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_calendar",
    params(("from" = String, Query, description = "The first day.", format = Date),
        ("to" = String, Query, description = "The last day.", format = Date)),
    responses((status = 200, description = "The campaigns.", body = CampaignCalendar)))]
#[get("/v1/campaigns/calendar")]
async fn calendar(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAMPAIGN, Action::Read)?;
    let (mut from, mut to) = (None, None);
    for (name, value) in call.query() {
        match name.as_str() {
            "from" => from = Some(date("from", &value)?),
            "to" => to = Some(date("to", &value)?),
            _ => return Err(unknown(&name).into()),
        }
    }
    let days = (from.ok_or_else(|| missing("from"))?, to.ok_or_else(|| missing("to"))?);
    let read = async |tx: &mut Tx, ctx: &Ctx| campaigns::calendar(tx, ctx, days).await;
    let data = call.read(read).await?;
    Ok(HttpResponse::Ok().json(CampaignCalendar { data }))
}

/// Read how many tasks of a campaign are done
///
/// Tasks that are about it (`subject_type` is `campaign`), but for those that were given up.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_progress",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The progress.", body = CampaignProgress)))]
#[get("/v1/campaigns/{campaign_id}/progress")]
async fn progress(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| campaigns::progress(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Add customers to a campaign by a segment, their level and what they have bought
///
/// Customers whom you may see and who fit become members, 5,000 at once. It says how many were left out and why;
/// the same again adds none but those who fit by now. With a segment its members are considered, whatever their roles.
/// Whoever is in the control of the experiment of the campaign is left alone. To an event nobody is invited who has
/// withdrawn their consent, or came to a campaign of the same kind within the months that it names.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_select_members", request_body = SelectCampaignMembers,
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "What came of it.", body = CampaignMembersSelected),
        (status = 409, description = "There are not places enough, or the campaign has ended; nobody was added.",
            body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/select-members")]
async fn select(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAMPAIGN_MEMBER, Action::Create)?;
    let (id, wish) = (call.id("campaign_id")?, body.read::<SelectCampaignMembers>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let said = campaign_members::select(tx, ctx, id.into(), &wish).await?;
        Ok(Done::ok(&said))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Address the members of a campaign by source codes
///
/// Each member who has no code yet gets one of these in turn, so that no code gets more than one member more than
/// another. However many members there are, it is one statement, and one event of each code.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_assign_source_codes", request_body = AssignSourceCodes,
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "What came of it.", body = SourceCodesAssigned),
        (status = 422, description = "A code is not one of the campaign, or not in use.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/assign-source-codes")]
async fn assign(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAMPAIGN, Action::Update)?;
    let (id, wish) = (call.id("campaign_id")?, body.read::<AssignSourceCodes>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let said = source_codes::assign(tx, ctx, id.into(), &wish).await?;
        Ok(Done::ok(&said))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Read how a campaign spreads by itself
///
/// By the chain of members who have invited others (`invited_by_id`): invites per member × the share of those invited
/// who accept is the viral coefficient. The last generation has not had its turn to invite, so it is left out of those
/// who could.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_virality",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "What is known.", body = CampaignVirality)))]
#[get("/v1/campaigns/{campaign_id}/virality")]
async fn virality(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| campaign_members::virality(tx, ctx, id.into()).await;
    let found: CampaignVirality = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}
