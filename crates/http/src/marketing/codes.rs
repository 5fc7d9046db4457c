//! Media, source codes and touches.

use crate::{
    body::Body,
    call::Call,
    parameters::{date, missing, unknown},
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Result, period::business_date, problem::OUT_OF_RANGE};
use guanxi_marketing::{
    media::{self, MEDIUM, MediaFromTemplate, Medium},
    source_code_schemes::{self, SchemeEdition},
    source_codes::{
        self, GenerateSourceCodes, SOURCE_CODE, SourceCodeReading, SourceCodesGenerated,
    },
    touches::{self, SourceCodeRates, TOUCH_BATCH, TakeTouches, TouchesTaken},
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(config: &mut Routes) {
    config.service(media_from_template).service(scheme_editions);
    config.service(decode).service(generate).service(rates).service(take);
}

/// The media that were made.
#[derive(Debug, Serialize, ToSchema)]
struct MediaMade {
    /// Each of them, in order.
    #[schema(value_type = Vec<Medium>)]
    data: Vec<Shown<Medium>>,
}

/// Make the media of a template
///
/// Public relations, advertising, website, e-mail (D), direct mail, call centre and field sales, with the channels
/// by which people answer, to be changed as you like. A code that is there already refuses all.
#[utoipa::path(tag = "media", operation_id = "media_create_from_template", request_body = MediaFromTemplate,
    responses((status = 200, description = "The media.", body = MediaMade),
        (status = 409, description = "A code is there already.", body = ProblemBody)))]
#[post("/v1/media/from-template")]
async fn media_from_template(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &MEDIUM, Action::Create)?;
    let wish: MediaFromTemplate = body.read()?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let data = media::from_template(tx, ctx, &wish).await?;
        Ok(Done::ok(&MediaMade { data }))
    };
    Ok(call.write(Some(&body), made).await?)
}

/// What a scheme ever said.
#[derive(Debug, Serialize, ToSchema)]
struct SchemeEditions {
    /// Each edition, the first first.
    data: Vec<SchemeEdition>,
}

/// Read the editions of a scheme
///
/// What codes were made of, from one change of its parts to the next. Codes name the edition that they were made by.
#[utoipa::path(tag = "source-code-schemes", operation_id = "source_code_schemes_editions",
    params(("source_code_scheme_id" = String, Path, description = "The id of the scheme.", format = Uuid)),
    responses((status = 200, description = "The editions.", body = SchemeEditions)))]
#[get("/v1/source-code-schemes/{source_code_scheme_id}/editions")]
async fn scheme_editions(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("source_code_scheme_id")?;
    let read =
        async |tx: &mut Tx, ctx: &Ctx| source_code_schemes::editions(tx, ctx, id.into()).await;
    let data = call.read(read).await?;
    Ok(HttpResponse::Ok().json(SchemeEditions { data }))
}

/// The longest text that is looked at as a code.
const LONGEST: usize = 60;

/// Read what a source code stands for
///
/// In capitals or not. What was written down counts; else the scheme that makes such codes says it, the year being
/// the latest that ends like that and is not after `as_of`, and codes in use that differ by one character are
/// suggested.
#[utoipa::path(tag = "source-codes", operation_id = "source_codes_decode",
    params(("code" = String, Query, description = "The code.", max_length = 60, example = "DB02087"),
        ("as_of" = Option<String>, Query, description = "The day; today when absent.", format = Date, nullable = false)),
    responses((status = 200, description = "What it stands for.", body = SourceCodeReading),
        (status = 422, description = "No scheme makes such codes, or no medium has the letters.", body = ProblemBody)))]
#[get("/v1/source-codes/decode")]
async fn decode(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &SOURCE_CODE, Action::Read)?;
    let mut as_of = business_date(call.ctx.now, call.ctx.settings.time_zone);
    let mut code = None;
    for (name, value) in call.query() {
        match name.as_str() {
            "code" => code = Some(value),
            "as_of" => as_of = date("as_of", &value)?,
            _ => return Err(unknown(&name).into()),
        }
    }
    let code = code.ok_or_else(|| missing("code"))?;
    if code.chars().count() > LONGEST {
        let refused = OUT_OF_RANGE.parameter("code").with("expected", "60 characters at most");
        return Err(crate::resources::bad(refused).into());
    }
    let read = async |tx: &mut Tx, ctx: &Ctx| source_codes::read(tx, ctx, &code, as_of).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Make the source codes of all media, test groups and lists
///
/// One for each medium, test group and list together, 10,000 at most, all of them or none.
#[utoipa::path(tag = "source-codes", operation_id = "source_codes_generate", request_body = GenerateSourceCodes,
    responses((status = 201, description = "The codes.", body = SourceCodesGenerated),
        (status = 409, description = "One of them is in use.", body = ProblemBody),
        (status = 422, description = "No medium in use has the letters, or they do not fit the scheme.", body = ProblemBody)))]
#[post("/v1/source-codes/generate")]
async fn generate(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &SOURCE_CODE, Action::Create)?;
    let wish: GenerateSourceCodes = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let made = source_codes::generate(tx, ctx, &wish).await?;
        Ok(Done::added(&made))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Read what came back by a source code
///
/// Rates of people, each counted once, with both figures of each rate.
#[utoipa::path(tag = "source-codes", operation_id = "source_codes_rates",
    params(("source_code_id" = String, Path, description = "The id of the source code.", format = Uuid)),
    responses((status = 200, description = "The rates.", body = SourceCodeRates)))]
#[get("/v1/source-codes/{source_code_id}/rates")]
async fn rates(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("source_code_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| touches::rates_of(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Tell what was sent, and what people did with it
///
/// Up to 2,000 events of a source at once, in any order. An event that the source has told before is passed over,
/// so a batch can be told again; one that names an unknown source code or party is told back and stands in no
/// other's way. The name of a touch source is refused with `duplicate`: it signs what it tells.
#[utoipa::path(tag = "touch-batches", operation_id = "touches_take", request_body = TakeTouches,
    responses((status = 201, description = "What came of it.", body = TouchesTaken)))]
#[post("/v1/touches")]
async fn take(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &TOUCH_BATCH, Action::Create)?;
    let wish: TakeTouches = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let taken = touches::ingest(tx, ctx, &wish).await?;
        Ok(Done::added(&taken))
    };
    Ok(call.write(Some(&body), work).await?)
}
