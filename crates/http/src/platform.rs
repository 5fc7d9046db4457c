//! What a client or an operator has to know of the server itself.

use crate::{
    API_VERSION,
    app::State,
    batch::BATCH_ITEMS,
    body::DEPTH,
    call::Call,
    document,
    problem::{ApiError, catalogue, status},
    routing::Routes,
    tenants::Kept,
};
use actix_web::{
    FromRequest as _, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::Payload,
    get,
    http::header,
    web::{Data, Path, ServiceConfig as ActixConfig},
};
use guanxi_kernel::{Code, Currency, TenantId, problem::NOT_FOUND};
use guanxi_storage::{Kind, custom, filter::parse, list, sql};
use serde::Serialize;
use std::sync::{LazyLock, atomic::Ordering};
use utoipa::ToSchema;
use utoipa_swagger_ui::{Config, SwaggerUi};
use uuid::Uuid;

pub(crate) fn routes(config: &mut Routes) {
    config.service(live).service(ready).service(metrics).service(openapi).service(jwks);
    config.service(meta).service(problems).service(problem);
}

/// The page that shows the document; everything it needs comes with the program.
pub(crate) fn docs(config: &mut ActixConfig) {
    config.service(SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/openapi.json"])));
    config.route(
        "/docs",
        actix_web::web::get().to(async || {
            HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
        }),
    );
}

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`, `draining` or `store_unavailable`.
    status: &'static str,
}

/// Whether the process runs
#[utoipa::path(tag = "health", operation_id = "health_live",
    responses((status = 200, description = "It runs.", body = Health)))]
#[get("/health/live")]
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Whether requests should be sent here
///
/// No while the store cannot be reached and while the server is about to stop.
#[utoipa::path(tag = "health", operation_id = "health_ready", responses(
    (status = 200, description = "Send requests.", body = Health),
    (status = 503, description = "Send none.", body = Health)))]
#[get("/health/ready")]
async fn ready(state: Data<State>) -> HttpResponse {
    if state.draining.load(Ordering::SeqCst) {
        return HttpResponse::ServiceUnavailable().json(Health { status: "draining" });
    }
    let nobody = TenantId::from(Uuid::nil());
    let probe = state.db.read(nobody, async |tx| {
        tx.exists(sql!("SELECT CAST(1 AS BIGINT) FROM tenants WHERE tenant_id = $1")).await
    });
    match probe.await {
        Ok(_) => HttpResponse::Ok().json(Health { status: "ok" }),
        Err(_) => HttpResponse::ServiceUnavailable().json(Health { status: "store_unavailable" }),
    }
}

/// Counters and times for Prometheus
#[utoipa::path(tag = "health", operation_id = "metrics_get",
    responses((status = 200, description = "The text format of Prometheus.", body = String, content_type = "text/plain")))]
#[get("/metrics")]
async fn metrics(state: Data<State>) -> HttpResponse {
    let text = state.metrics.as_ref().map(metrics_exporter_prometheus::PrometheusHandle::render);
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text.unwrap_or_default())
}

static OPENAPI: LazyLock<Kept> = LazyLock::new(|| Kept::new(document::DOCUMENT.to_string()));

/// This document
///
/// With credentials that of your company: `custom` of each resource is a closed object of the fields
/// that it has defined, which lists can be narrowed by.
#[utoipa::path(tag = "platform", operation_id = "openapi_get",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
#[get("/openapi.json")]
async fn openapi(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let credentials = ["authorization", "x-api-key"];
    if !credentials.iter().any(|name| request.headers().contains_key(*name)) {
        return Ok(fixed(&request, &OPENAPI.tag, OPENAPI.body.clone()));
    }
    let call = Call::from_request(&request, &mut Payload::None).await?;
    let all = call.read(async |tx, _| custom::definitions(tx).await).await?;
    let name = format!("openapi {} {}", all.stamp(), custom::sight(&call.ctx));
    let fields = |kind: &Kind| custom::seen(&call.ctx, kind.plural, all.of(kind.plural));
    let make = || document::tenant::tenant(&fields).to_string();
    let kept = call.state.bodies.get(name, make);
    Ok(fixed(&request, &kept.tag, kept.body))
}

/// JSON that stays as it is until the program changes; 304 for who has it already.
pub(crate) fn fixed(
    request: &HttpRequest,
    tag: &str,
    body: impl MessageBody + 'static,
) -> HttpResponse {
    let held = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let current = |held: &str| {
        held.split(',').any(|one| matches!(one.trim(), one if one == tag || one == "*"))
    };
    let known = held.is_some_and(current);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, tag));
    answer.insert_header((header::CACHE_CONTROL, "private, max-age=300"));
    if known { answer.finish() } else { answer.content_type("application/json").body(body) }
}

/// The keys that access tokens are signed with
///
/// For programs that verify tokens themselves (RFC 7517). Both keys are listed while one follows the other.
#[utoipa::path(tag = "platform", operation_id = "jwks_get",
    responses((status = 200, description = "A JSON Web Key Set.", body = Object)))]
#[get("/.well-known/jwks.json")]
async fn jwks(state: Data<State>) -> HttpResponse {
    let cache = (header::CACHE_CONTROL, "public, max-age=300");
    HttpResponse::Ok().insert_header(cache).json(state.auth.jwks())
}

/// What a client has to know of the server.
#[derive(Debug, Serialize, ToSchema)]
struct ServerMeta {
    /// The version of the API document.
    api_version: &'static str,
    /// The store: `sqlite` or `postgresql`.
    engine: &'static str,
    /// The languages of texts for people.
    languages: Vec<&'static str>,
    /// The currencies of amounts (ISO 4217).
    currencies: Vec<&'static str>,
    /// Bounds that every request keeps.
    limits: LimitsShown,
}

/// Bounds that every request keeps.
#[derive(Debug, Serialize, ToSchema)]
struct LimitsShown {
    /// The largest body, in bytes after decompression.
    body_bytes: usize,
    /// Items on a page when the caller does not say.
    page_default: u64,
    /// Items on a page at most.
    page_max: u64,
    /// Seconds that a request may take.
    request_seconds: u64,
    /// Days that idempotency keys are kept.
    idempotency_days: i64,
    /// Requests per minute that read.
    reads_per_minute: u32,
    /// Requests per minute that write.
    writes_per_minute: u32,
    /// Requests per minute and address that sign in or refresh; and as many that show a wrong API key.
    sign_ins_per_minute: u32,
    /// Seconds that a body may take to arrive.
    body_seconds: u64,
    /// Levels that a body is nested at most.
    body_depth: usize,
    /// The largest file to import, in bytes.
    upload_bytes: u64,
    /// The largest attachment, in bytes.
    attachment_bytes: u64,
    /// Writes of one batch at most.
    batch_items: usize,
    /// Characters of a filter that is text at most.
    filter_characters: usize,
    /// Comparisons of such a filter at most.
    filter_comparisons: usize,
    /// Fields that a list is sorted by at most.
    sort_fields: usize,
    /// Fields of your own that a resource has at most.
    custom_fields: usize,
}

/// What a client has to know of the server
#[utoipa::path(tag = "platform", operation_id = "meta_get",
    responses((status = 200, description = "Versions, languages, limits.", body = ServerMeta)))]
#[get("/v1/meta")]
async fn meta(state: Data<State>) -> HttpResponse {
    let options = &state.options;
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, max-age=300")).json(
        ServerMeta {
            api_version: API_VERSION,
            engine: state.db.engine(),
            languages: vec!["en", "zh-CN"],
            currencies: Currency::all().map(Currency::code).collect(),
            limits: LimitsShown {
                body_bytes: options.body_bytes,
                page_default: list::DEFAULT_LIMIT,
                page_max: list::MAX_LIMIT,
                request_seconds: options.request_seconds,
                idempotency_days: 7,
                reads_per_minute: options.reads_per_minute,
                writes_per_minute: options.writes_per_minute,
                sign_ins_per_minute: options.sign_ins_per_minute,
                body_seconds: options.body_seconds,
                body_depth: DEPTH,
                upload_bytes: options.upload_bytes,
                attachment_bytes: options.attachment_bytes,
                batch_items: BATCH_ITEMS,
                filter_characters: parse::MAX_CHARACTERS,
                filter_comparisons: parse::MAX_COMPARISONS,
                sort_fields: list::MAX_SORT,
                custom_fields: custom::MOST,
            },
        },
    )
}

/// A code that failures can have.
#[derive(Debug, Serialize, ToSchema)]
struct CodeShown {
    /// The stable word.
    code: &'static str,
    /// The HTTP status it comes with, alone in an answer.
    status: u16,
    /// The title in each language.
    title: TextsShown,
    /// The text in each language; `{name}` stands for a parameter.
    detail: TextsShown,
}

/// A text in each language.
#[derive(Debug, Serialize, ToSchema)]
struct TextsShown {
    /// English.
    en: &'static str,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    zh: &'static str,
}

/// All codes.
#[derive(Debug, Serialize, ToSchema)]
struct Codes {
    /// In the order of the alphabet.
    data: Vec<CodeShown>,
}

impl From<&'static Code> for CodeShown {
    fn from(code: &'static Code) -> Self {
        let texts =
            |texts: guanxi_kernel::problem::Texts| TextsShown { en: texts.en, zh: texts.zh };
        Self {
            code: code.code,
            status: status(code.kind).as_u16(),
            title: texts(code.title),
            detail: texts(code.detail),
        }
    }
}

/// List the codes that failures can have
#[utoipa::path(tag = "platform", operation_id = "problems_list",
    responses((status = 200, description = "All codes.", body = Codes)))]
#[get("/v1/problems")]
async fn problems() -> HttpResponse {
    let data = catalogue().into_iter().map(CodeShown::from).collect();
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private, max-age=300"))
        .json(Codes { data })
}

/// Explain a code
#[utoipa::path(tag = "platform", operation_id = "problems_get",
    params(("code" = String, Path, description = "The code.")),
    responses((status = 200, description = "The code.", body = CodeShown)))]
#[get("/v1/problems/{code}")]
async fn problem(code: Path<String>) -> Result<HttpResponse, ApiError> {
    let found = catalogue().into_iter().find(|known| known.code == *code);
    let found = found.ok_or(ApiError::from(&NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(CodeShown::from(found)))
}
