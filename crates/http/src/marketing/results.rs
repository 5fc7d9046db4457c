//! What campaigns come to.

use crate::{call::Call, problem::ApiError, respond::Done, routing::Routes};
use actix_web::{HttpResponse, get, post};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_kernel::{Action, Ctx, Result, Share};
use guanxi_marketing::campaigns::{
    self, CampaignDeviations, CampaignExpectation, CampaignLift, CampaignOutcomeReport,
    SimilarCampaign, links,
};
use guanxi_sales::{
    leads::{self, LEAD, Lead},
    opportunities::OPPORTUNITY,
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) fn routes(config: &mut Routes) {
    config.service(outcome).service(deviations).service(linked);
    config.service(lift).service(expectation).service(similar).service(become_lead);
}

/// Read what a campaign came to
///
/// While it is not finished: as of now. Afterwards as it was when it was finished, and as of now beside it if that is
/// something else. What several campaigns share counts for each in its part. Contracts that were signed and then
/// cancelled stand beside that. Amounts that you may not see are null.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_outcome",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "What is known.", body = CampaignOutcomeReport)))]
#[get("/v1/campaigns/{campaign_id}/outcome")]
async fn outcome(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| campaigns::outcome(tx, ctx, id.into()).await;
    let found: CampaignOutcomeReport = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read how a campaign differs from its plan
///
/// Each objective, with what records count and what was entered by hand; each line of the budget, and the whole;
/// and what competitors do on its days and in its regions.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_deviations",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "What is known.", body = CampaignDeviations)))]
#[get("/v1/campaigns/{campaign_id}/deviations")]
async fn deviations(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| campaigns::deviations(tx, ctx, id.into()).await;
    let found: CampaignDeviations = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read whether members of a campaign buy more
///
/// What members who have registered or came have bought by contracts, against the time of the same length before,
/// less the same of all other customers.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_lift",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "What is known.", body = CampaignLift)))]
#[get("/v1/campaigns/{campaign_id}/lift")]
async fn lift(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| campaigns::lift(tx, ctx, id.into()).await;
    let found: CampaignLift = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read what a campaign may bring
///
/// The least, the median and the most of campaigns of the same sort and currency, in one of the same regions, that have
/// ended; with fewer than three of them `insufficient_history`.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_expectation",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "What is known.", body = CampaignExpectation)))]
#[get("/v1/campaigns/{campaign_id}/expectation")]
async fn expectation(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| campaigns::expectation(tx, ctx, id.into()).await;
    let found: CampaignExpectation = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Campaigns that are like another one.
#[derive(Debug, Serialize, ToSchema)]
struct SimilarCampaigns {
    /// The most alike first.
    #[schema(max_items = 20)]
    data: Vec<SimilarCampaign>,
}

/// List finished campaigns that are like a campaign
///
/// The twenty of the last five hundred that have ended which are most like it, with what came of them. The same sort
/// counts 0.4; regions and industries that both have, of all that either has, 0.2 each; and the lesser budget by the
/// greater, in the same currency, 0.2. Of equal ones the last that has ended comes first.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_similar",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The campaigns.", body = SimilarCampaigns)))]
#[get("/v1/campaigns/{campaign_id}/similar")]
async fn similar(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| campaigns::similar(tx, ctx, id.into()).await;
    let data = call.read(read).await?;
    Ok(HttpResponse::Ok().json(SimilarCampaigns { data }))
}

/// Make a lead of a response
///
/// The open lead that whoever answers is already, by party, phone number or e-mail address, or a new one with the
/// campaign and the source code of the answer. Again it is the same one.
#[utoipa::path(tag = "responses", operation_id = "responses_lead",
    params(("response_id" = String, Path, description = "The id of the response.", format = Uuid)),
    responses((status = 200, description = "The lead, which was there already.", body = Lead),
        (status = 201, description = "The new lead.", body = Lead)))]
#[post("/v1/responses/{response_id}/lead")]
async fn become_lead(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &LEAD, Action::Create)?;
    let id = call.id("response_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let (shown, new) = leads::of_response(tx, ctx, id.into()).await?;
        Ok(if new { Done::created(&shown.record, &shown) } else { Done::record(&shown) })
    };
    Ok(call.write(None, work).await?)
}

/// An opportunity or contract that comes from a campaign.
#[derive(Debug, Serialize, ToSchema)]
struct CampaignLink {
    /// `opportunity` or `contract`.
    subject_type: String,
    /// The record.
    subject_id: Uuid,
    /// What it is called.
    #[schema(required)]
    name: Option<String>,
    /// How much of it comes from the campaign.
    weight: Share,
}

/// What comes from a campaign.
#[derive(Debug, Serialize, ToSchema)]
struct CampaignLinks {
    /// Opportunities and contracts that you may see.
    data: Vec<CampaignLink>,
    /// How many others there are.
    hidden: usize,
}

/// Read what comes from a campaign
///
/// The opportunities and contracts that name it, with their weights. Those that you may not see are counted only;
/// ten thousand at most.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_links",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The links.", body = CampaignLinks)))]
#[get("/v1/campaigns/{campaign_id}/links")]
async fn linked(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("campaign_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        let all = links::list(tx, ctx, id.into()).await?;
        let mut names: BTreeMap<Uuid, Option<String>> = BTreeMap::new();
        for kind in [&OPPORTUNITY, &CONTRACT] {
            let of_kind = all.iter().filter(|link| link.subject_type == kind.name);
            let ids: Vec<Uuid> = of_kind.map(|link| link.subject_id).collect();
            for some in ids.chunks(AT_ONCE) {
                let name = |record: &Json| record["name"].as_str().map(str::to_owned);
                let found = (kind.load)(tx, ctx, some).await?;
                names.extend(found.iter().map(|(id, record)| (*id, name(record))));
            }
        }
        let total = all.len();
        let shown = |link: links::Link| {
            let name = names.get(&link.subject_id)?.clone();
            let weight = u16::try_from(link.weight).unwrap_or_default();
            Some(CampaignLink {
                subject_type: link.subject_type,
                subject_id: link.subject_id,
                name,
                weight: Share::of_ten_thousandths(weight),
            })
        };
        let data: Vec<CampaignLink> = all.into_iter().filter_map(shown).collect();
        Ok(CampaignLinks { hidden: total - data.len(), data })
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Records that one statement asks for.
const AT_ONCE: usize = 500;
