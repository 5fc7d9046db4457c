//! What experiments have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    parameters::{missing, unknown},
    problem::{ApiError, ProblemBody},
    resources::bad,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Line, problem::OUT_OF_RANGE};
use guanxi_marketing::experiments::{
    self, AssignContacts, EXPERIMENT, Experiment, ExperimentId, ExperimentResult, RecordOutcomes,
    RecordedOutcomes,
};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(assign).service(record).service(end).service(result);
}

/// Assign contacts to the arms of an experiment
///
/// By chance that comes from the seed: the same contacts are divided alike, in whatever order they are named, and
/// exactly as the shares say. Whoever is in an arm stays there.
#[utoipa::path(tag = "experiments", operation_id = "experiments_assign", request_body = AssignContacts,
    params(("experiment_id" = String, Path, description = "The id of the experiment.", format = Uuid)),
    responses((status = 200, description = "The experiment now, with how many are in each arm.", body = Experiment),
        (status = 409, description = "It has ended.", body = ProblemBody)))]
#[post("/v1/experiments/{experiment_id}/assign")]
async fn assign(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &EXPERIMENT, Action::Update)?;
    let id: ExperimentId = call.id("experiment_id")?.into();
    let wish: AssignContacts = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        experiments::assign(tx, ctx, id, &wish).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Record what contacts of an experiment have done
///
/// Each counts once for a contact and a metric, however often it is told.
#[utoipa::path(tag = "experiments", operation_id = "experiments_record", request_body = RecordOutcomes,
    params(("experiment_id" = String, Path, description = "The id of the experiment.", format = Uuid)),
    responses((status = 200, description = "How many were new.", body = RecordedOutcomes),
        (status = 409, description = "It has ended.", body = ProblemBody),
        (status = 422, description = "A contact is in no arm.", body = ProblemBody)))]
#[post("/v1/experiments/{experiment_id}/outcomes")]
async fn record(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &EXPERIMENT, Action::Update)?;
    let id: ExperimentId = call.id("experiment_id")?.into();
    let wish: RecordOutcomes = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        experiments::record(tx, ctx, id, &wish).await.map(|told| Done::ok(&told))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// End an experiment
///
/// Nobody is assigned and nothing is recorded any more.
#[utoipa::path(tag = "experiments", operation_id = "experiments_end",
    params(("experiment_id" = String, Path, description = "The id of the experiment.", format = Uuid)),
    responses((status = 200, description = "The experiment now.", body = Experiment),
        (status = 409, description = "It has ended already.", body = ProblemBody)))]
#[post("/v1/experiments/{experiment_id}/end")]
async fn end(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &EXPERIMENT, Action::Update)?;
    let id: ExperimentId = call.id("experiment_id")?.into();
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        experiments::end(tx, ctx, id).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, work).await?)
}

/// Read what an experiment came to
///
/// The rate of each arm with its 95 % interval, its difference from the control with interval and p-value, and who
/// wins: an arm that differs from every other one by more than chance, or nobody.
#[utoipa::path(tag = "experiments", operation_id = "experiments_result",
    params(("experiment_id" = String, Path, description = "The id of the experiment.", format = Uuid),
        ("metric" = String, Query, description = "What is counted, as outcomes name it.", max_length = 40)),
    responses((status = 200, description = "The result.", body = ExperimentResult)))]
#[get("/v1/experiments/{experiment_id}/result")]
async fn result(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &EXPERIMENT, Action::Read)?;
    let id: ExperimentId = call.id("experiment_id")?.into();
    let mut metric: Option<Line<40>> = None;
    for (name, value) in call.query() {
        match name.as_str() {
            "metric" => {
                let expected = "1 to 40 characters";
                let refused = |_| bad(OUT_OF_RANGE.parameter("metric").with("expected", expected));
                metric = Some(Line::new(&value).map_err(refused)?);
            }
            _ => return Err(unknown(&name).into()),
        }
    }
    let metric = metric.ok_or_else(|| missing("metric"))?;
    let told = call.read(async |tx, ctx| experiments::result(tx, ctx, id, &metric).await).await?;
    Ok(HttpResponse::Ok().json(told))
}
