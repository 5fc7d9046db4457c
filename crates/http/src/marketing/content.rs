//! What somebody is told next.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::Action;
use guanxi_marketing::content_rules::{self, CONTENT_RULE, ContentSelection, SelectContent};
use guanxi_storage::resource;

pub(crate) fn routes(config: &mut Routes) {
    config.service(select);
}

/// Select content
///
/// What a contact, or a party as such, is told next: what the first content rule picks that fits them by segment and
/// stage of decision, with that rule. Rules are asked in the order of `priority`, the greatest first, then of how many
/// conditions they have, the most first, then of their age, the oldest first, then of their id. Asked again of the same
/// records, it answers the same. Nothing is kept.
#[utoipa::path(tag = "content-rules", operation_id = "content_rules_select", request_body = SelectContent,
    responses((status = 200, description = "What they are told, and the rule that has decided.", body = ContentSelection),
        (status = 422, description = "Nobody is named, or the contact is of another party.", body = ProblemBody)))]
#[post("/v1/content/select")]
async fn select(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CONTENT_RULE, Action::Read)?;
    let wish: SelectContent = body.read()?;
    let found = call.read(async |tx, ctx| content_rules::select(tx, ctx, &wish).await).await?;
    Ok(HttpResponse::Ok().json(found))
}
