//! What key figures and score cards come to.

use crate::{call::Call, parameters::unknown, problem::ApiError, resources::bad, routing::Routes};
use actix_web::{HttpResponse, get};
use guanxi_insights::{
    kpis::{self, Kpi, KpiValue},
    score_cards::{self, ScoreCard, ScoreCardResult},
};
use guanxi_kernel::{
    Action, Result,
    period::{Period, Unit},
    problem::INVALID_FORMAT,
};
use guanxi_storage::resource;

pub(crate) fn routes(config: &mut Routes) {
    config.service(value).service(result);
}

/// The period that is asked for; the month up to today when none is.
fn period(call: &Call) -> Result<Period> {
    let mut period = Period::to_date(Unit::Month);
    for (name, asked) in call.query() {
        if name != "period" {
            return Err(unknown(&name));
        }
        let wrong = |_| {
            let expected = "2025, 2025-H1, 2025-Q3, 2025-07, mtd, qtd, htd or ytd";
            bad(INVALID_FORMAT.parameter("period").with("expected", expected))
        };
        period = asked.parse().map_err(wrong)?;
    }
    Ok(period)
}

/// Read what a key figure came to
///
/// By department and in total, from the same statements as the reports that tell its measures: what the
/// departments and the others come to are the parts of the total, measure by measure. It is of what you may
/// see of the records behind it; won opportunities and receipts need the right to all of them. Amounts are in
/// the currency of the company.
#[utoipa::path(tag = "kpis", operation_id = "kpis_value",
    params(("kpi_id" = String, Path, description = "The id of the key figure.", format = Uuid),
        ("period" = Option<String>, Query, max_length = 10, description = "A period such as `2026-Q1` or `2026-03`, or one to date: `mtd`, `qtd`, `htd`, `ytd`. The month to date when absent.")),
    responses((status = 200, description = "What it came to.", body = KpiValue)))]
#[get("/v1/kpis/{kpi_id}/value")]
async fn value(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require::<Kpi>(&call.ctx, Action::Read)?;
    let (id, period) = (call.id("kpi_id")?, period(&call)?);
    let found = call.report(async |tx, ctx| kpis::value(tx, ctx, id.into(), period).await).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Read what a score card came to
///
/// Each key figure against its target, for the department of the card, and the score: points of 100 times
/// weights. What is above its target counts as met; what cannot be worked out gets no points.
#[utoipa::path(tag = "score-cards", operation_id = "score_cards_result",
    params(("score_card_id" = String, Path, description = "The id of the score card.", format = Uuid),
        ("period" = Option<String>, Query, max_length = 10, description = "As of a key figure.")),
    responses((status = 200, description = "What it came to.", body = ScoreCardResult)))]
#[get("/v1/score-cards/{score_card_id}/result")]
async fn result(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require::<ScoreCard>(&call.ctx, Action::Read)?;
    let (id, period) = (call.id("score_card_id")?, period(&call)?);
    let read = async |tx: &mut guanxi_storage::Tx, ctx: &guanxi_kernel::Ctx| {
        score_cards::result(tx, ctx, id.into(), period).await
    };
    Ok(HttpResponse::Ok().json(call.report(read).await?))
}
