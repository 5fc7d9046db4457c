//! What was heard of those who may buy.

use crate::{
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Ctx, Result};
use guanxi_sales::intelligence_notes::{self, IntelligenceNote};
use guanxi_storage::Tx;

pub(crate) fn routes(config: &mut Routes) {
    config.service(convert);
}

/// Make a lead of an intelligence note
///
/// The lead has what the note says of who, what and when, and names whoever has told of it. Once: the note stays as it
/// is then, with the lead.
#[utoipa::path(tag = "intelligence-notes", operation_id = "intelligence_notes_convert",
    params(("intelligence_note_id" = String, Path, description = "The id of the note.", format = Uuid)),
    responses((status = 200, description = "The note, with the lead.", body = IntelligenceNote),
        (status = 409, description = "It is a lead already, or somebody like that is there.", body = ProblemBody)))]
#[post("/v1/intelligence-notes/{intelligence_note_id}/convert")]
async fn convert(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("intelligence_note_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        intelligence_notes::convert(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, work).await?)
}
