//! Programmes, their milestones, and what touches came to.

use crate::{
    call::Call,
    parameters::{instant, unknown},
    problem::{ApiError, ProblemBody},
    resources::id as id_of,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_contracts::contracts;
use guanxi_customers::{contacts::Contact, parties::Party};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_marketing::{
    attribution::{self, Attribution},
    programme_milestones::{self, ProgrammeMilestone},
    programmes::{
        self, Programme, ProgrammeAddressed, ProgrammeFunnel, ProgrammeParticipation,
        ProgrammeReadiness, ProgrammeValue,
    },
    touches::{self, AskedTouches, TouchHistory},
};
use guanxi_storage::{
    Resource, Tx,
    resource::{self, Shown},
};

pub(super) fn routes(config: &mut Routes) {
    config.service(submit).service(start).service(finish).service(cancel).service(address);
    config.service(readiness).service(funnel).service(participation).service(value);
    config.service(reach).service(drop_milestone).service(reopen);
    config.service(of_response).service(of_contract);
    config.service(party_touches).service(contact_touches);
}

/// The record after a move.
fn done<R: Resource>(moved: Result<Shown<R>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Hand a programme in
///
/// It needs a list of contacts, a campaign, and objectives of sales of now and of what makes those of later; and
/// somebody of field sales, where the preferences of the company say `field_sales_required`.
#[utoipa::path(tag = "programmes", operation_id = "programmes_submit",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "The programme now.", body = Programme),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody),
        (status = 422, description = "It has no list, no campaign, no objective of now or of later, or nobody of field sales.", body = ProblemBody)))]
#[post("/v1/programmes/{programme_id}/submit")]
async fn submit(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(programmes::submit(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Start a programme
///
/// Where the preferences of the company say `readiness_required`, no item of its checklist may be open.
#[utoipa::path(tag = "programmes", operation_id = "programmes_start",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "The programme now.", body = Programme),
        (status = 409, description = "Its state does not allow it, or it is not ready.", body = ProblemBody)))]
#[post("/v1/programmes/{programme_id}/start")]
async fn start(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(programmes::start(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Finish a programme
///
/// Nothing of it changes any more but who is in charge.
#[utoipa::path(tag = "programmes", operation_id = "programmes_finish",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "The programme now.", body = Programme),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/programmes/{programme_id}/finish")]
async fn finish(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(programmes::finish(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Cancel a programme
///
/// Before it is finished. Its campaigns stay as they are.
#[utoipa::path(tag = "programmes", operation_id = "programmes_cancel",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "The programme now.", body = Programme),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/programmes/{programme_id}/cancel")]
async fn cancel(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(programmes::cancel(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Invite everybody on the list of a programme
///
/// Those on the list whom you may see become members of each of its campaigns that has not ended: 5,000 at once at
/// most. The same again adds the next, and whoever has come to the list since. Whoever is in the control of the
/// experiment of a campaign is left alone by it, and to an event nobody is invited who has withdrawn their consent or
/// came to such a one lately.
#[utoipa::path(tag = "programmes", operation_id = "programmes_address",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "How many were added to each campaign.", body = ProgrammeAddressed),
        (status = 409, description = "It has ended, or a campaign has no place left.", body = ProblemBody),
        (status = 422, description = "It has no list.", body = ProblemBody)))]
#[post("/v1/programmes/{programme_id}/address")]
async fn address(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        programmes::address(tx, ctx, id.into()).await.map(|said| Done::ok(&said))
    };
    Ok(call.write(None, work).await?)
}

/// Read the checklist of a programme
///
/// The ten causes for which programmes fail, each with how it stands. Change them by `readiness` of the programme.
#[utoipa::path(tag = "programmes", operation_id = "programmes_readiness",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "The checklist.", body = ProgrammeReadiness)))]
#[get("/v1/programmes/{programme_id}/readiness")]
async fn readiness(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| programmes::readiness(tx, ctx, id.into()).await;
    let found: ProgrammeReadiness = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read the funnel of a programme
///
/// All four stages of a decision: how many on the list have come to each, by which share of those before, and what was
/// spent on the campaigns that are for it. Of a party and its people the furthest stage counts; who has none is a
/// prospect.
#[utoipa::path(tag = "programmes", operation_id = "programmes_funnel",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "The funnel.", body = ProgrammeFunnel)))]
#[get("/v1/programmes/{programme_id}/funnel")]
async fn funnel(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| programmes::funnel(tx, ctx, id.into()).await;
    let found: ProgrammeFunnel = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read which departments take part in a programme
///
/// Activities with those on its list that were done in its days, answers to its campaigns that were taken and messages
/// of these that were sent, by the org units of the users who have done so.
#[utoipa::path(tag = "programmes", operation_id = "programmes_participation",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "The departments.", body = ProgrammeParticipation)))]
#[get("/v1/programmes/{programme_id}/participation")]
async fn participation(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| programmes::participation(tx, ctx, id.into()).await;
    let found: ProgrammeParticipation = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read what a programme is worth
///
/// Its profit, which is the margin of contracts less all that was spent; how many customers whom it has touched have
/// bought again in its days, against all others; and its growth over the programme before. Amounts that you may not
/// see are null.
#[utoipa::path(tag = "programmes", operation_id = "programmes_value",
    params(("programme_id" = String, Path, description = "The id of the programme.", format = Uuid)),
    responses((status = 200, description = "What is known.", body = ProgrammeValue)))]
#[get("/v1/programmes/{programme_id}/value")]
async fn value(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| programmes::value(tx, ctx, id.into()).await;
    let found: ProgrammeValue = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Note that a milestone was reached
///
/// Today. It is overdue no more.
#[utoipa::path(tag = "programme-milestones", operation_id = "programme_milestones_reach",
    params(("programme_milestone_id" = String, Path, description = "The id of the milestone.", format = Uuid)),
    responses((status = 200, description = "The milestone now.", body = ProgrammeMilestone),
        (status = 409, description = "It was reached or dropped.", body = ProblemBody)))]
#[post("/v1/programme-milestones/{programme_milestone_id}/reach")]
async fn reach(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_milestone_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(programme_milestones::reach(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Drop a milestone
///
/// It is wanted no more.
#[utoipa::path(tag = "programme-milestones", operation_id = "programme_milestones_drop",
    params(("programme_milestone_id" = String, Path, description = "The id of the milestone.", format = Uuid)),
    responses((status = 200, description = "The milestone now.", body = ProgrammeMilestone),
        (status = 409, description = "It was reached or dropped.", body = ProblemBody)))]
#[post("/v1/programme-milestones/{programme_milestone_id}/drop")]
async fn drop_milestone(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_milestone_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(programme_milestones::drop_it(tx, ctx, id.into()).await)
    };
    Ok(call.write(None, work).await?)
}

/// Reopen a milestone
///
/// It is to be reached still.
#[utoipa::path(tag = "programme-milestones", operation_id = "programme_milestones_reopen",
    params(("programme_milestone_id" = String, Path, description = "The id of the milestone.", format = Uuid)),
    responses((status = 200, description = "The milestone now.", body = ProgrammeMilestone)))]
#[post("/v1/programme-milestones/{programme_milestone_id}/reopen")]
async fn reopen(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("programme_milestone_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(programme_milestones::reopen(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Read which touches led to a response
///
/// The source codes by which the same party was reached, or to which it has answered, before it: each with its share
/// by first touch, by last touch and by each alike. By each model shares are together exactly 1.
#[utoipa::path(tag = "responses", operation_id = "responses_attribution",
    params(("response_id" = String, Path, description = "The id of the response.", format = Uuid)),
    responses((status = 200, description = "The touches.", body = Attribution)))]
#[get("/v1/responses/{response_id}/attribution")]
async fn of_response(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("response_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| attribution::of_response(tx, ctx, id.into()).await;
    let found: Attribution = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read which touches led to a contract
///
/// The source codes by which the customer was reached, or to which it has answered, up to the day of the signature, and
/// the one that the contract names: each with its share by first touch, by last touch and by each alike. By each model
/// shares are together exactly 1.
#[utoipa::path(tag = "contracts", operation_id = "contracts_attribution",
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The touches.", body = Attribution)))]
#[get("/v1/contracts/{contract_id}/attribution")]
async fn of_contract(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| contracts::attribution(tx, ctx, id.into()).await;
    let found: Attribution = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// What of a history is asked for.
fn asked(call: &Call) -> Result<AskedTouches> {
    let mut asked = AskedTouches::default();
    for (name, text) in call.query() {
        match name.as_str() {
            "before" => asked.before = Some(instant("before", &text)?),
            "programme_id" => {
                asked.programme = Some(id_of("programme_id", &text)?.into());
            }
            _ => return Err(unknown(&name)),
        }
    }
    Ok(asked)
}

/// List the touches of a party
///
/// By whatever medium and whoever has made them, in one history: what machines have told, messages that were sent,
/// answers, and activities that were done with it; the newest 200. What you may not see is left out.
#[utoipa::path(tag = "parties", operation_id = "parties_touches",
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid),
        ("before" = Option<String>, Query, format = DateTime, description = "Only what has happened before that."),
        ("programme_id" = Option<String>, Query, format = Uuid,
            description = "Only the campaigns of this programme, and activities in its days.")),
    responses((status = 200, description = "The touches.", body = TouchHistory)))]
#[get("/v1/parties/{party_id}/touches")]
async fn party_touches(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require::<Party>(&call.ctx, Action::Read)?;
    let (id, asked) = (call.id("party_id")?, asked(&call)?);
    let read = async |tx: &mut Tx, ctx: &Ctx| touches::of_party(tx, ctx, id.into(), asked).await;
    let found: TouchHistory = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// List the touches of a contact
///
/// Messages that were sent to them, their answers, and activities in which they took part, in one history; the newest
/// 200. What machines tell names parties only.
#[utoipa::path(tag = "contacts", operation_id = "contacts_touches",
    params(("contact_id" = String, Path, description = "The id of the contact.", format = Uuid),
        ("before" = Option<String>, Query, format = DateTime, description = "Only what has happened before that."),
        ("programme_id" = Option<String>, Query, format = Uuid,
            description = "Only the campaigns of this programme, and activities in its days.")),
    responses((status = 200, description = "The touches.", body = TouchHistory)))]
#[get("/v1/contacts/{contact_id}/touches")]
async fn contact_touches(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require::<Contact>(&call.ctx, Action::Read)?;
    let (id, asked) = (call.id("contact_id")?, asked(&call)?);
    let read = async |tx: &mut Tx, ctx: &Ctx| touches::of_contact(tx, ctx, id.into(), asked).await;
    let found: TouchHistory = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}
