//! Erasing people, and telling them what is stored of them.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_bulk::{
    erasures::{self, Erase, Erasure},
    jobs::Job,
};
use guanxi_customers::{contacts::CONTACT, parties::PARTY};
use guanxi_kernel::{Ctx, Result};
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Kind, Tx};
use uuid::Uuid;

pub(crate) fn routes(config: &mut Routes) {
    config.service(erase_party).service(erase_contact).service(erase_lead);
    config.service(export_party).service(export_contact).service(export_lead);
}

/// Erase a person who is a party
///
/// Takes the person out of everything that is stored, for ever: names, phone numbers, addresses, notes
/// and all other texts of the party, of its contacts and of whatever belongs to them; the past of all
/// of these; answers kept for retries, messages to other systems, and files. Ids, days and amounts stay,
/// so contracts are kept as law wants and no report changes. Refused while a contract runs or is not
/// paid, and while a job reads or writes records. The receipt says how many rows of which tables it was
/// in. What is written of the person afterwards can be erased again.
#[utoipa::path(tag = "erasures", operation_id = "parties_erase", request_body = Erase,
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid)),
    responses((status = 201, description = "The receipt.", body = Erasure),
        (status = 409, description = "Something stands in the way, it is no person, or is erased already.", body = ProblemBody)))]
#[post("/v1/parties/{party_id}/erase")]
async fn erase_party(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = call.id("party_id")?;
    erase(call, body, &PARTY, id).await
}

/// Erase a contact
///
/// As for a party, of somebody who works at one: the party stays, with its opportunities, quotes and
/// contracts. Activities with the contact lose their texts, since nobody can tell whom these speak of.
#[utoipa::path(tag = "erasures", operation_id = "contacts_erase", request_body = Erase,
    params(("contact_id" = String, Path, description = "The id of the contact.", format = Uuid)),
    responses((status = 201, description = "The receipt.", body = Erasure),
        (status = 409, description = "A job is under way, or the contact is erased already.", body = ProblemBody)))]
#[post("/v1/contacts/{contact_id}/erase")]
async fn erase_contact(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = call.id("contact_id")?;
    erase(call, body, &CONTACT, id).await
}

/// Erase a lead
///
/// As for a contact. The party and the contact that it became are erased by themselves, and so is a party
/// that it was about; opportunities, quotes and contracts that came of it stay.
#[utoipa::path(tag = "erasures", operation_id = "leads_erase", request_body = Erase,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 201, description = "The receipt.", body = Erasure),
        (status = 409, description = "A job is under way, it is no person, or is erased already.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/erase")]
async fn erase_lead(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = call.id("lead_id")?;
    erase(call, body, &LEAD, id).await
}

async fn erase(
    call: Call,
    body: Body,
    kind: &'static Kind,
    id: Uuid,
) -> Result<HttpResponse, ApiError> {
    erasures::require(&call.ctx)?;
    let wish: Erase = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = erasures::erase(tx, ctx, kind, id, &wish).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    let answer = call.write(Some(&body), work).await?;
    if call.prefer.dry_run {
        return Ok(answer);
    }
    // Whatever this does not reach now is removed by the next tidying.
    if let Err(problem) = call.state.worker.tidy().await {
        tracing::warn!(%problem, "files of somebody who was erased are removed later");
    }
    match call.state.db.empty_log().await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!("the write-ahead file holds somebody who was erased a while longer");
        }
        Err(error) => tracing::warn!(%error, "the write-ahead file could not be emptied"),
    }
    Ok(answer)
}

/// Export all that is stored of a party
///
/// A job writes one file in NDJSON: a line for each record of the person, deleted ones too, for each
/// row beside these (lines of orders, remarks on visits, readings of meters, touches), for each event
/// about these with the record as it was then, and for each attached file with its content in base64. It needs the right to `export` erasures on everybody, and shows more than the lists of the
/// caller may. The job's `subject_id` is an export, whose file is fetched as any other one, by whoever may
/// export parties too, and kept for seven days; an erasure takes it away.
#[utoipa::path(tag = "erasures", operation_id = "parties_subject_export",
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid)),
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/parties/{party_id}/subject-export")]
async fn export_party(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("party_id")?;
    export(call, &PARTY, id).await
}

/// Export all that is stored of a contact
///
/// As for a party, by whoever may export contacts too.
#[utoipa::path(tag = "erasures", operation_id = "contacts_subject_export",
    params(("contact_id" = String, Path, description = "The id of the contact.", format = Uuid)),
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/contacts/{contact_id}/subject-export")]
async fn export_contact(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contact_id")?;
    export(call, &CONTACT, id).await
}

/// Export all that is stored of a lead
///
/// As for a party, by whoever may export leads too.
#[utoipa::path(tag = "erasures", operation_id = "leads_subject_export",
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/leads/{lead_id}/subject-export")]
async fn export_lead(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("lead_id")?;
    export(call, &LEAD, id).await
}

async fn export(call: Call, kind: &'static Kind, id: Uuid) -> Result<HttpResponse, ApiError> {
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        erasures::export(tx, ctx, kind, id).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(None, asked).await?)
}
