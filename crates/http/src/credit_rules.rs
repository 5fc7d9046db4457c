//! What departments are credited with.

use crate::{
    call::Call,
    parameters::{instant, missing, unknown},
    problem::{ApiError, ProblemBody},
    resources::bad,
    routing::Routes,
    targets::moment,
};
use actix_web::{HttpResponse, get};
use guanxi_kernel::{Action, Ctx, period::Period, problem::INVALID_FORMAT};
use guanxi_sales::credit_rules::{self, CreditRule, CreditStatement};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(statement);
}

/// Read what departments are credited with
///
/// For the deals of a period as they stood at an instant, by a rule as it is now: worked out anew each time. Each deal is
/// split by itself into parts that make it to the last cent, so the departments together have the income. Refunds take
/// back what was credited. It needs the right to read all deals.
#[utoipa::path(tag = "credit-rules", operation_id = "credit_rules_statement",
    params(("credit_rule_id" = String, Path, description = "The id of the rule.", format = Uuid),
        ("period" = Period, Query, description = "The period, such as `2026-Q1` or `ytd`."),
        ("as_of" = Option<DateTime<Utc>>, Query, description = "As of which instant; now when absent.")),
    responses((status = 200, description = "The statement.", body = CreditStatement),
        (status = 422, description = "A rate is missing.", body = ProblemBody)))]
#[get("/v1/credit-rules/{credit_rule_id}/statement")]
async fn statement(call: Call) -> Result<HttpResponse, ApiError> {
    // Who may not see it is not told what is wrong with the question.
    resource::require::<CreditRule>(&call.ctx, Action::Read)?;
    let id = call.id("credit_rule_id")?;
    let (mut period, mut as_of) = (None, None);
    for (name, value) in call.query() {
        match name.as_str() {
            "period" => {
                let expected = "a period such as 2026-Q1";
                let wrong =
                    || bad(INVALID_FORMAT.parameter(name.clone()).with("expected", expected));
                period = Some(value.parse::<Period>().map_err(|_| wrong())?);
            }
            "as_of" => as_of = Some(instant(&name, &value)?),
            name => return Err(unknown(name).into()),
        }
    }
    let period = period.ok_or_else(|| missing("period"))?;
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        let moment = moment(ctx, as_of)?;
        credit_rules::statement(tx, ctx, id.into(), period, moment).await
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}
