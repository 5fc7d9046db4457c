//! What qualification standards have beyond the shared endpoints.

use crate::{
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::Ctx;
use guanxi_sales::qualification_standards::{self, QualificationStandard};
use guanxi_storage::Tx;

pub(crate) fn routes(config: &mut Routes) {
    config.service(publish);
}

/// Publish a qualification standard
///
/// The draft becomes the next edition and takes the place of the standard in force, which stays readable:
/// leads and hand-overs name the edition that they were judged by. It needs the right to update
/// `qualification-publishing`, for all; whoever may only create and update standards proposes drafts.
#[utoipa::path(tag = "qualification-standards", operation_id = "qualification_standards_publish",
    params(("qualification_standard_id" = String, Path, description = "The id of the standard.", format = Uuid)),
    responses((status = 200, description = "The standard, in force now.", body = QualificationStandard),
        (status = 409, description = "It was published already.", body = ProblemBody),
        (status = 422, description = "A condition names a field that is not there any more.", body = ProblemBody)))]
#[post("/v1/qualification-standards/{qualification_standard_id}/publish")]
async fn publish(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("qualification_standard_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = qualification_standards::publish(tx, ctx, id.into()).await?;
        Ok(Done::record(&shown))
    };
    Ok(call.write(None, work).await?)
}
