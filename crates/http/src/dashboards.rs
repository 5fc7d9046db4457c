//! Dashboards.

use crate::{call::Call, parameters::unknown, problem::ApiError, routing::Routes};
use actix_web::{HttpResponse, get};
use guanxi_insights::dashboards::{self, MarketingDashboard};
use guanxi_kernel::{Action, Result};
use guanxi_marketing::campaigns::CAMPAIGN;
use guanxi_storage::resource;

pub(crate) fn routes(config: &mut Routes) {
    config.service(marketing_manager);
}

/// Read the dashboard of marketing managers
///
/// Running campaigns with what was spent of their budgets and what differs from their plans, the approvals
/// that wait for you, and prospects to whom nobody has spoken in time, in one answer. Each figure is that of
/// the list or report that it names.
#[utoipa::path(tag = "dashboards", operation_id = "dashboards_marketing_manager",
    responses((status = 200, description = "The dashboard.", body = MarketingDashboard)))]
#[get("/v1/dashboards/marketing-manager")]
async fn marketing_manager(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAMPAIGN, Action::Read)?;
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let found = call.report(async |tx, ctx| dashboards::marketing_manager(tx, ctx).await).await?;
    Ok(HttpResponse::Ok().json(found))
}
