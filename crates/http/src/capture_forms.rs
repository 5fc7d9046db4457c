//! Forms on public pages: another key, and what is sent by them without an account.

use crate::{
    body::SmallBody,
    call::{Call, Visitor},
    envelope,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, http::header, post, web::Path};
use guanxi_kernel::{Action, Ctx};
use guanxi_sales::capture_forms::{
    self, CAPTURE_FORM, CameFrom, CaptureForm, FormReceipt, SubmitForm,
};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(rotate_key).service(submit);
}

/// Give a capture form another key
///
/// Nothing is taken by the key before from then on; the pages need the new one.
#[utoipa::path(tag = "capture-forms", operation_id = "capture_forms_rotate_key",
    params(("capture_form_id" = String, Path, description = "The id of the form.", format = Uuid)),
    responses((status = 200, description = "The form with its new key.", body = CaptureForm)))]
#[post("/v1/capture-forms/{capture_form_id}/rotate-key")]
async fn rotate_key(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAPTURE_FORM, Action::Update)?;
    let id = call.id("capture_form_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = capture_forms::rotate_key(tx, ctx, id.into()).await?;
        Ok(Done::record(&shown))
    };
    Ok(call.write(None, work).await?)
}

/// Send a form
///
/// Anybody who has the key may, from the pages that the form allows. Whoever sends it answers to the campaign of
/// the form and becomes a lead; if they agree to be written to, that is kept with the words that they agreed to.
/// The same `submission_id` again is passed over. The answer is the same whoever is known already.
#[utoipa::path(tag = "capture-forms", operation_id = "forms_submit", request_body = SubmitForm,
    params(("key" = String, Path, description = "The key of the form.")),
    responses((status = 202, description = "It has arrived.", body = FormReceipt),
        (status = 403, description = "The page may not send the form.", body = ProblemBody),
        (status = 409, description = "The campaign is over.", body = ProblemBody),
        (status = 422, description = "Something is missing, wrong or not asked for.", body = ProblemBody),
        (status = 429, description = "The form takes no more in this minute.", body = ProblemBody)))]
#[post("/v1/forms/{key}")]
async fn submit(
    call: Visitor,
    key: Path<String>,
    body: SmallBody,
) -> Result<HttpResponse, ApiError> {
    let (state, request) = (&call.state, &call.request);
    let origin = request.headers().get(header::ORIGIN);
    let address = state.limits.address_of(request);
    let from = CameFrom {
        // What cannot be read is no page that anybody has allowed.
        origin: origin.map(|origin| origin.to_str().unwrap_or_default()),
        address: &address,
    };
    let (now, id) = (state.clock.now(), envelope::request_id_of(request));
    let visit = capture_forms::enter(&state.db, &key, from, now, id).await?;
    if let Some(name) = request.query_string().split(['=', '&']).find(|part| !part.is_empty()) {
        return Err(unknown(name).into());
    }
    let sent: SubmitForm = body.0.read()?;
    capture_forms::submit(&state.db, &visit, &sent).await?;
    Ok(HttpResponse::Accepted().json(FormReceipt { submission_id: sent.submission_id }))
}
