//! What leads and their levels have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::activities::ACTIVITY;
use guanxi_insights::asked;
use guanxi_kernel::{Action, Ctx, Result, Word as _, problem::UNKNOWN_VALUE};
use guanxi_sales::{
    lead_levels::{self, LeadLevel, LeadLevelsFromTemplate},
    leads::{
        self, CardSide, ChangeLeadLevel, ConvertLead, LEAD, Lead, LeadAssignment, LeadCard,
        LeadLevelChange, LoseLead, QualifyLead, ReleaseLead, ReopenLead, TransferLead,
    },
};
use guanxi_storage::{
    Tx, field_reads,
    resource::{self, Shown},
};
use guanxi_workflow::playbook_runs::FillCard;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(levels_from_template).service(level_history).service(assignments);
    config.service(card).service(fill_card);
    config.service(claim).service(start).service(qualify).service(change_level);
    config.service(convert).service(lose).service(reopen);
    config.service(transfer).service(release);
}

/// The lead after a move.
fn done(moved: Result<Shown<Lead>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// The levels that were made.
#[derive(Debug, Serialize, ToSchema)]
struct LeadLevelsMade {
    /// Each of them, in order.
    #[schema(value_type = Vec<LeadLevel>)]
    data: Vec<Shown<LeadLevel>>,
}

/// Make the levels of a template
///
/// H, A, B and C with their cycles of visits, behind the levels that are there, to be changed as you
/// like. A code that is there already refuses all.
#[utoipa::path(tag = "lead-levels", operation_id = "lead_levels_create_from_template",
    request_body = LeadLevelsFromTemplate,
    responses((status = 200, description = "The levels.", body = LeadLevelsMade),
        (status = 409, description = "A code is there already.", body = ProblemBody)))]
#[post("/v1/lead-levels/from-template")]
async fn levels_from_template(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<LeadLevel>(&call.ctx, Action::Create)?;
    let wish: LeadLevelsFromTemplate = body.read()?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let data = lead_levels::from_template(tx, ctx, &wish).await?;
        Ok(Done::ok(&LeadLevelsMade { data }))
    };
    Ok(call.write(Some(&body), made).await?)
}

/// The levels of a lead.
#[derive(Debug, Serialize, ToSchema)]
struct LeadLevelHistory {
    /// Each change, the first first.
    data: Vec<LeadLevelChange>,
}

/// Read the levels of a lead
///
/// Each change with its reason, the activity that speaks for it, and whether it is questionable: it
/// jumped over a level, or came without a contact since the change before.
#[utoipa::path(tag = "leads", operation_id = "leads_level_history",
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The changes; the newest thousand.", body = LeadLevelHistory)))]
#[get("/v1/leads/{lead_id}/level-history")]
async fn level_history(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("lead_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| leads::level_history(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(LeadLevelHistory { data: call.read(read).await? }))
}

/// The owners of a lead.
#[derive(Debug, Serialize, ToSchema)]
struct LeadAssignmentList {
    /// Each change, the first first.
    data: Vec<LeadAssignment>,
}

/// List the owners of a lead
///
/// Who had it, who got it, how, when and why, with the times that it lay in a pool.
#[utoipa::path(tag = "leads", operation_id = "leads_assignments",
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The changes; the newest thousand.", body = LeadAssignmentList)))]
#[get("/v1/leads/{lead_id}/assignments")]
async fn assignments(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("lead_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| leads::assignments(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(LeadAssignmentList { data: call.read(read).await? }))
}

/// The side that the query names.
fn side(call: &Call) -> Result<CardSide> {
    let mut side = CardSide::Front;
    for (name, value) in call.query() {
        if name != "side" {
            return Err(unknown(&name));
        }
        let words = CardSide::WORDS.join(", ");
        let wrong = || asked::bad(UNKNOWN_VALUE.parameter("side").with("expected", words));
        side = CardSide::from_word(&value).ok_or_else(wrong)?;
    }
    Ok(side)
}

/// Read the card of a lead
///
/// The front says what is known of the lead, by the playbook that is the card of leads
/// (`/v1/playbooks/from-template` has one): fields of the lead and answers of its own, how complete that
/// is by weight, and what is required and missing. The back is the log of contacts: the activities about
/// the lead that were done, with their way, content and next step, the levels before and after, and what a
/// manager remarked. Nothing of it is kept twice, so a new contact is there at once.
#[utoipa::path(tag = "leads", operation_id = "leads_card",
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid),
        ("side" = Option<CardSide>, Query, description = "Which side; the front when absent.")),
    responses((status = 200, description = "That side.", body = LeadCard),
        (status = 409, description = "Leads have no card yet.", body = ProblemBody)))]
#[get("/v1/leads/{lead_id}/card")]
async fn card(call: Call) -> Result<HttpResponse, ApiError> {
    let (id, side) = (call.id("lead_id")?, side(&call)?);
    let read = async |tx: &mut Tx, ctx: &Ctx| leads::card(tx, ctx, id.into(), side).await;
    let card = call.read(read).await?;
    call.note_shown(|| told(&card)).await?;
    Ok(HttpResponse::Ok().json(card))
}

/// What the back of a card tells of activities.
const OF_CONTACTS: [&str; 7] =
    ["starts_at", "kind", "subject", "result", "next_step", "next_step_on", "owner_id"];

/// The fields of the lead that a card tells, and those of the activities about it.
fn told(shown: &LeadCard) -> Vec<field_reads::Shown> {
    let items = shown.card.iter().flat_map(|front| &front.steps).flat_map(|step| &step.items);
    let fields = items.filter_map(|item| item.field.as_deref().map(str::to_owned));
    let contacts = shown.contacts.as_deref().unwrap_or_default();
    let level = (!contacts.is_empty()).then(|| "level_id".to_owned());
    vec![
        field_reads::Shown {
            kind: &LEAD,
            members: Some(fields.chain(level).collect()),
            records: vec![shown.lead_id.uuid()],
        },
        field_reads::Shown {
            kind: &ACTIVITY,
            members: Some(OF_CONTACTS.map(str::to_owned).into()),
            records: contacts.iter().map(|contact| contact.activity_id.uuid()).collect(),
        },
    ]
}

/// Fill in the card of a lead
///
/// Answers by the codes of their items; `null` takes one away, what is not named stays. What a field of the
/// lead answers is changed in the lead. Whoever may change the lead may fill in its shown.
#[utoipa::path(tag = "leads", operation_id = "leads_fill_card", request_body = FillCard,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The front of the card now.", body = LeadCard),
        (status = 409, description = "Leads have no card yet.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/card")]
async fn fill_card(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<FillCard>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let front = leads::fill_card(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::ok(&front))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Claim a lead
///
/// Takes it out of its pool, for you. However many claim it at once, one gets it; the others are told
/// `lead_taken`. The pool says how many leads one may hold and claim a day, and how soon one may claim
/// again what one gave up.
#[utoipa::path(tag = "leads", operation_id = "leads_claim",
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead, yours now.", body = Lead),
        (status = 409, description = "Somebody has it, or the pool does not allow it now.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/claim")]
async fn claim(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("lead_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(leads::claim(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Begin to work on a lead
///
/// It is no new one any more. Claiming one begins the work too.
#[utoipa::path(tag = "leads", operation_id = "leads_start",
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead now.", body = Lead),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/start")]
async fn start(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("lead_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(leads::start(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Say whether a lead is worth an opportunity
///
/// If it is not, it is lost, with the reason.
#[utoipa::path(tag = "leads", operation_id = "leads_qualify", request_body = QualifyLead,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead now.", body = Lead),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/qualify")]
async fn qualify(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<QualifyLead>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(leads::qualify(tx, ctx, id.into(), wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Give a lead another level
///
/// With the reason and, if there is one, the activity that speaks for it. The change is marked as
/// questionable if it jumps over a level, or if nobody was in contact since the change before.
#[utoipa::path(tag = "leads", operation_id = "leads_change_level", request_body = ChangeLeadLevel,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead now.", body = Lead),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/change-level")]
async fn change_level(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<ChangeLeadLevel>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(leads::change_level(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Convert a lead
///
/// Makes of it a party with the same id, a contact where it is a person at a company, and, if you name
/// `opportunity`, an opportunity, all at once; nothing is to be written again. What is there already is
/// answered with 409 `possible_duplicate` and its matches: name it as `party_id` or `contact_id`, or
/// say `Prefer: accept-duplicates`. A converted lead does not change any more.
#[utoipa::path(tag = "leads", operation_id = "leads_convert", request_body = ConvertLead,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead, which names what it became.", body = Lead),
        (status = 409, description = "It is converted already, its state does not allow it, or it is there already.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/convert")]
async fn convert(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<ConvertLead>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(leads::convert(tx, ctx, id.into(), wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Lose a lead
///
/// With the reason and, if known, to which competitor and for what. It stays, to be reopened one day. If a
/// definition of approvals for `lead_loss` fits, the lead stays as it is and waits (`loss_approval_id`).
#[utoipa::path(tag = "leads", operation_id = "leads_lose", request_body = LoseLead,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead now.", body = Lead),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/lose")]
async fn lose(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<LoseLead>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(leads::lose(tx, ctx, id.into(), wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Take up a lost lead again
///
/// With the reason. It counts again among those that its owner holds.
#[utoipa::path(tag = "leads", operation_id = "leads_reopen", request_body = ReopenLead,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead now.", body = Lead),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/reopen")]
async fn reopen(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<ReopenLead>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(leads::reopen(tx, ctx, id.into(), wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Give a lead to another owner
///
/// With the reason. Out of a pool only whoever may change all leads gives it.
#[utoipa::path(tag = "leads", operation_id = "leads_transfer", request_body = TransferLead,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead now.", body = Lead),
        (status = 409, description = "Its state or its pool does not allow it.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/transfer")]
async fn transfer(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<TransferLead>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(leads::transfer(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Give a lead back into a pool
///
/// With the reason; into the pool that it came from, or another one. Whoever gives it back cannot claim
/// it again for some days, if the pool says so.
#[utoipa::path(tag = "leads", operation_id = "leads_release", request_body = ReleaseLead,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 200, description = "The lead now.", body = Lead),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/release")]
async fn release(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<ReleaseLead>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(leads::release(tx, ctx, id.into(), wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}
