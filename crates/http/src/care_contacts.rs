//! The moves of care contacts.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_customers::care_contacts::{
    self, AttemptCareContact, CareContact, RecordCareVisit, SkipCareContact,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, resource::Shown};

pub(crate) fn routes(config: &mut Routes) {
    config.service(attempt).service(skip).service(visit);
}

/// The contact after a move.
fn done(moved: Result<Shown<CareContact>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Tell an attempt to make a care contact
///
/// With the code of what came of it. Whom was not reached or has not understood is tried again, anything else ends the
/// contact and its task. What has reached somebody is an activity that was done as well. Of somebody who is invited,
/// `accepted_slot` is the one of the offered slots at which they come.
#[utoipa::path(tag = "care-contacts", operation_id = "care_contacts_attempt", request_body = AttemptCareContact,
    params(("care_contact_id" = String, Path, description = "The id of the contact.", format = Uuid)),
    responses((status = 200, description = "The contact now.", body = CareContact),
        (status = 409, description = "It is over already.", body = ProblemBody),
        (status = 422, description = "What is told does not go together, or the slot was not offered.", body = ProblemBody)))]
#[post("/v1/care-contacts/{care_contact_id}/attempt")]
async fn attempt(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("care_contact_id")?, body.read::<AttemptCareContact>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(care_contacts::attempt(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Skip a care contact
///
/// With the reason; there is no task of it any more.
#[utoipa::path(tag = "care-contacts", operation_id = "care_contacts_skip", request_body = SkipCareContact,
    params(("care_contact_id" = String, Path, description = "The id of the contact.", format = Uuid)),
    responses((status = 200, description = "The contact now.", body = CareContact),
        (status = 409, description = "It is over already.", body = ProblemBody)))]
#[post("/v1/care-contacts/{care_contact_id}/skip")]
async fn skip(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("care_contact_id")?, body.read::<SkipCareContact>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(care_contacts::skip(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Tell whether whom was invited came
///
/// With the repair order that has come of it. It can be told again, e.g. once there is a repair order.
#[utoipa::path(tag = "care-contacts", operation_id = "care_contacts_visit", request_body = RecordCareVisit,
    params(("care_contact_id" = String, Path, description = "The id of the contact.", format = Uuid)),
    responses((status = 200, description = "The contact now.", body = CareContact),
        (status = 409, description = "Nobody has said that they come.", body = ProblemBody),
        (status = 422, description = "A repair order of somebody who did not come, or the slot is still to come.", body = ProblemBody)))]
#[post("/v1/care-contacts/{care_contact_id}/visit")]
async fn visit(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("care_contact_id")?, body.read::<RecordCareVisit>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(care_contacts::visit(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}
