//! What targets and plans of commission have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    parameters::{instant, missing, unknown, whole},
    problem::{ApiError, ProblemBody},
    resources::bad,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Ctx, Result, UserId, Word,
    period::Period,
    problem::{INVALID_FORMAT, OUT_OF_RANGE, UNKNOWN_VALUE},
};
use guanxi_sales::{
    commission_plans::{self, CommissionPlan, CommissionStatement},
    targets::{
        self, AdjustTarget, AllocateTarget, CounterTarget, Dimension, HandDownTarget, ImposeTarget,
        ProposeTarget, ReallocateTarget, SplitTarget, Target, TargetAttainment, TargetBreakdown,
        TargetCover, TargetGapPlan, TargetId, TargetProjection, TargetSanity, TargetVersion,
        TargetsHandedDown, actuals::Moment,
    },
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(split).service(allocate).service(adjust).service(reallocate);
    config.service(hand_down).service(cover).service(breakdown).service(versions);
    config.service(counter).service(agree).service(impose).service(propose);
    config.service(attainment).service(projection).service(gap_plan).service(sanity);
    config.service(statement);
}

/// The target after a move.
fn done(moved: Result<Shown<Target>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// What the queries about targets ask for.
#[derive(Debug, Default)]
struct Asked {
    as_of: Option<DateTime<Utc>>,
    version: Option<i64>,
    by: Option<Dimension>,
    over: Vec<Dimension>,
}

fn dimension(name: &str, value: &str) -> Result<Dimension> {
    let expected = Dimension::WORDS.join(", ");
    let wrong = || bad(UNKNOWN_VALUE.parameter(name).with("expected", expected));
    Dimension::from_word(value).ok_or_else(wrong)
}

/// The instant that is asked about.
pub(crate) fn moment(ctx: &Ctx, as_of: Option<DateTime<Utc>>) -> Result<Moment> {
    if as_of.is_some_and(|at| at > ctx.now) {
        let expected = "an instant that has come";
        return Err(bad(OUT_OF_RANGE.parameter("as_of").with("expected", expected)));
    }
    Moment::at(ctx, as_of)
}

impl Asked {
    fn read(call: &Call, known: &[&str]) -> Result<Self> {
        let mut this = Self::default();
        for (name, value) in call.query() {
            match name.as_str() {
                name if !known.contains(&name) => return Err(unknown(name)),
                "as_of" => this.as_of = Some(instant(&name, &value)?),
                "version" => this.version = Some(whole(&name, &value, 1..=i64::MAX)?),
                "by" => this.by = Some(dimension(&name, &value)?),
                "over" => {
                    let all = value.split(',').map(|one| dimension(&name, one));
                    this.over = all.collect::<Result<_>>()?;
                }
                name => return Err(unknown(name)),
            }
        }
        Ok(this)
    }
}

/// Split a target over months, quarters or half-years
///
/// By weights, or evenly; the parts sum to the figure exactly. What it is divided along already stays as it is.
/// Quarters can be split into months later. The same length again shares out anew what is still open.
#[utoipa::path(tag = "targets", operation_id = "targets_split", request_body = SplitTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target now; its parts are at `breakdown`.", body = Target),
        (status = 422, description = "It has no such parts.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/split")]
async fn split(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<SplitTarget>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(targets::split(tx, ctx, id.into(), wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Allocate a target among units, teams, people, products, regions or dealers
///
/// By shares, evenly, or by what each has reached in the month, quarter, half-year or year to date (`basis`).
/// Representatives get parts for the days that they serve. What it is divided along already stays as it is, so
/// everything adds up along every dimension.
#[utoipa::path(tag = "targets", operation_id = "targets_allocate", request_body = AllocateTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target now; its parts are at `breakdown`.", body = Target),
        (status = 422, description = "There is nothing to divide by, a party is no dealer, or the parts copy those of the parent.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/allocate")]
async fn allocate(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<AllocateTarget>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(targets::allocate(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Adjust parts of a target up or down
///
/// By a share of themselves, with a reason. The other parts make up for it, or the total changes. What lies in
/// periods that are over stays.
#[utoipa::path(tag = "targets", operation_id = "targets_adjust", request_body = AdjustTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target now.", body = Target),
        (status = 422, description = "Closed periods hold more, or nobody can make up for it.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/adjust")]
async fn adjust(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<AdjustTarget>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(targets::adjust(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Give a target another figure, or share it out anew
///
/// With a reason. Periods that are over stay as they are; the rest goes to those that are open.
#[utoipa::path(tag = "targets", operation_id = "targets_reallocate", request_body = ReallocateTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target now.", body = Target),
        (status = 422, description = "Closed periods hold more, or it leaves its parent too little.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/reallocate")]
async fn reallocate(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<ReallocateTarget>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(targets::reallocate(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Make a target of its own for each part of a target
///
/// Along one dimension, each with what the part is divided into along the others. Together they come to the figure
/// × the risk coefficient, unless you say other figures; less is refused.
#[utoipa::path(tag = "targets", operation_id = "targets_hand_down", request_body = HandDownTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The ids of the new targets, and what they come to.", body = TargetsHandedDown),
        (status = 409, description = "One of them is there already.", body = ProblemBody),
        (status = 422, description = "They come to less than the risk asks for.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/hand-down")]
async fn hand_down(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<HandDownTarget>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let made = targets::hand_down(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::ok(&made))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Read what the targets below a target come to
///
/// Against what its risk coefficient asks for, with what they leave unallocated.
#[utoipa::path(tag = "targets", operation_id = "targets_cover",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "What they come to.", body = TargetCover)))]
#[get("/v1/targets/{target_id}/cover")]
async fn cover(call: Call) -> Result<HttpResponse, ApiError> {
    let id: TargetId = call.id("target_id")?.into();
    Asked::read(&call, &[])?;
    let told = call.read(async |tx, ctx| targets::cover_below(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(told))
}

/// Read how a target is divided
///
/// The sums along every dimension, beside what the parent gives to the same members, and with `over` the cells along
/// some of them. The latest version, unless `version` or `as_of` names another.
#[utoipa::path(tag = "targets", operation_id = "targets_breakdown",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid),
        ("version" = Option<i64>, Query, description = "The number of a version.", minimum = 1),
        ("as_of" = Option<DateTime<Utc>>, Query, description = "The version in force then, as far as it was known then."),
        ("over" = Option<String>, Query, description = "Dimensions separated by commas, such as `month,product`.")),
    responses((status = 200, description = "How it is divided.", body = TargetBreakdown)))]
#[get("/v1/targets/{target_id}/breakdown")]
async fn breakdown(call: Call) -> Result<HttpResponse, ApiError> {
    let id: TargetId = call.id("target_id")?.into();
    let asked = Asked::read(&call, &["version", "as_of", "over"])?;
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        let moment = asked.as_of.map(|at| moment(ctx, Some(at))).transpose()?;
        targets::breakdown(tx, ctx, id, asked.version, moment, &asked.over).await
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// The versions of a target.
#[derive(Debug, Serialize, ToSchema)]
struct TargetVersionList {
    /// Each of them, the first first.
    data: Vec<TargetVersion>,
}

/// List the versions of a target
///
/// Old and new figure, the reason, who did it and who approved, and from which day on it holds; the newest thousand.
#[utoipa::path(tag = "targets", operation_id = "targets_versions",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The versions.", body = TargetVersionList)))]
#[get("/v1/targets/{target_id}/versions")]
async fn versions(call: Call) -> Result<HttpResponse, ApiError> {
    let id: TargetId = call.id("target_id")?.into();
    Asked::read(&call, &[])?;
    let data = call.read(async |tx, ctx| targets::history(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(TargetVersionList { data }))
}

/// Name another figure against a target
///
/// With an argument. The target stays as it is until somebody agrees or imposes.
#[utoipa::path(tag = "targets", operation_id = "targets_counter", request_body = CounterTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target now: `countered`.", body = Target),
        (status = 409, description = "The talks have ended.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/counter")]
async fn counter(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<CounterTarget>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(targets::counter(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Agree to the last figure of a target
///
/// That the other side has named. It counts in reports from now on.
#[utoipa::path(tag = "targets", operation_id = "targets_agree",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target now: `agreed`.", body = Target),
        (status = 409, description = "The talks have ended.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/agree")]
async fn agree(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("target_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(targets::agree(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Set a target without the other side agreeing
///
/// At its own figure or another one, with an argument. It counts in reports from now on.
#[utoipa::path(tag = "targets", operation_id = "targets_impose", request_body = ImposeTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target now: `imposed`.", body = Target),
        (status = 409, description = "The talks have ended.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/impose")]
async fn impose(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<ImposeTarget>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(targets::impose(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Have a model propose the figure of a target
///
/// From what was reached before its period, with how far the model would have been off, times factors. The proposal
/// is kept with the target; its figure stays. `seasonal_index` spreads the figure of a year over its parts.
#[utoipa::path(tag = "targets", operation_id = "targets_propose", request_body = ProposeTarget,
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "The target with the `proposal`.", body = Target),
        (status = 422, description = "There is too little history.", body = ProblemBody)))]
#[post("/v1/targets/{target_id}/propose")]
async fn propose(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("target_id")?, body.read::<ProposeTarget>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(targets::propose(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Read how far a target is met
///
/// Reached against the version in force, and both against the year before. What was reached are won opportunities
/// by their day of closing, margins as accepted quotes know them, or receipts less refunds by their day, of whoever
/// owned the contract when they were entered.
#[utoipa::path(tag = "targets", operation_id = "targets_attainment",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid),
        ("as_of" = Option<DateTime<Utc>>, Query, description = "As of which instant, as far as it was known then; now when absent."),
        ("version" = Option<i64>, Query, description = "The number of a version; the one in force when absent.", minimum = 1),
        ("by" = Option<Dimension>, Query, description = "Each part along this dimension too.")),
    responses((status = 200, description = "How far it is met.", body = TargetAttainment),
        (status = 422, description = "It is not divided along that, or a rate is missing.", body = ProblemBody)))]
#[get("/v1/targets/{target_id}/attainment")]
async fn attainment(call: Call) -> Result<HttpResponse, ApiError> {
    let id: TargetId = call.id("target_id")?.into();
    let asked = Asked::read(&call, &["as_of", "version", "by"])?;
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        let moment = moment(ctx, asked.as_of)?;
        targets::attainment(tx, ctx, id, (asked.version, moment), asked.by).await
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Read where a target leads
///
/// Run rate = reached ÷ the share of the days of the period that has passed.
#[utoipa::path(tag = "targets", operation_id = "targets_projection",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid),
        ("as_of" = Option<DateTime<Utc>>, Query, description = "As of which instant; now when absent.")),
    responses((status = 200, description = "Where it leads.", body = TargetProjection)))]
#[get("/v1/targets/{target_id}/projection")]
async fn projection(call: Call) -> Result<HttpResponse, ApiError> {
    let id: TargetId = call.id("target_id")?.into();
    let asked = Asked::read(&call, &["as_of"])?;
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        targets::projection(tx, ctx, id, moment(ctx, asked.as_of)?).await
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Read what would close the gap to a target
///
/// The open opportunities whose expected amounts close it, the greatest first, and how many new prospects it would
/// take: gap ÷ (mean deal × win rate), both of the last twelve months.
#[utoipa::path(tag = "targets", operation_id = "targets_gap_plan",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "What would close the gap.", body = TargetGapPlan)))]
#[get("/v1/targets/{target_id}/gap-plan")]
async fn gap_plan(call: Call) -> Result<HttpResponse, ApiError> {
    let id: TargetId = call.id("target_id")?.into();
    Asked::read(&call, &[])?;
    let told = call.read(async |tx, ctx| targets::plan(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(told))
}

/// Check whether a target is likely
///
/// Against the forecast of the model that fits the history best, × the 5th and the 95th percentile of what past
/// targets of the same sort came to. Nothing is kept.
#[utoipa::path(tag = "targets", operation_id = "targets_sanity",
    params(("target_id" = String, Path, description = "The id of the target.", format = Uuid)),
    responses((status = 200, description = "`too_low`, `reasonable` or `too_high`, with the figures behind it.", body = TargetSanity),
        (status = 422, description = "There are fewer than four past targets.", body = ProblemBody)))]
#[get("/v1/targets/{target_id}/sanity")]
async fn sanity(call: Call) -> Result<HttpResponse, ApiError> {
    let id: TargetId = call.id("target_id")?.into();
    Asked::read(&call, &[])?;
    let told = call.read(async |tx, ctx| targets::sanity(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(told))
}

/// Read what a plan pays a representative
///
/// For the deals of a period, as it stood at an instant: worked out anew each time. The same deals under two plans
/// have two statements.
#[utoipa::path(tag = "commission-plans", operation_id = "commission_plans_statement",
    params(("commission_plan_id" = String, Path, description = "The id of the plan.", format = Uuid),
        ("rep_id" = UserId, Query, description = "The representative."),
        ("period" = Period, Query, description = "The period, such as `2026-Q1` or `ytd`."),
        ("as_of" = Option<DateTime<Utc>>, Query, description = "As of which instant; now when absent.")),
    responses((status = 200, description = "The statement.", body = CommissionStatement),
        (status = 422, description = "The representative has no target for the tiers.", body = ProblemBody)))]
#[get("/v1/commission-plans/{commission_plan_id}/statement")]
async fn statement(call: Call) -> Result<HttpResponse, ApiError> {
    // Who may not see it is not told what is wrong with the question.
    resource::require::<CommissionPlan>(&call.ctx, Action::Read)?;
    let id = call.id("commission_plan_id")?;
    let (mut rep, mut period, mut as_of) = (None, None, None);
    for (name, value) in call.query() {
        let wrong = |expected: &'static str| {
            bad(INVALID_FORMAT.parameter(name.clone()).with("expected", expected))
        };
        match name.as_str() {
            "rep_id" => rep = Some(value.parse::<uuid::Uuid>().map_err(|_| wrong("a UUID"))?),
            "period" => {
                let read = value.parse::<Period>();
                period = Some(read.map_err(|_| wrong("a period such as 2026-Q1"))?);
            }
            "as_of" => as_of = Some(instant(&name, &value)?),
            name => return Err(unknown(name).into()),
        }
    }
    let rep: UserId = rep.ok_or_else(|| missing("rep_id"))?.into();
    let period = period.ok_or_else(|| missing("period"))?;
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        let moment = moment(ctx, as_of)?;
        commission_plans::statement(tx, ctx, id.into(), (rep, period), moment).await
    };
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}
