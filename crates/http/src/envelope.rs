//! What is done around every request: its id, the answer's headers, CORS, metrics, the access log,
//! and an answer even when a handler panics or takes too long.

use crate::{
    API_VERSION,
    app::State,
    call,
    limits::Left,
    problem::{self, ApiError, REQUEST_TIMEOUT},
    routing,
    traces::{Span, TraceContext},
};
use actix_web::{
    Error, HttpMessage as _, HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use guanxi_kernel::{Language, Problem, problem::INTERNAL};
use guanxi_sales::capture_forms;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};
use uuid::Uuid;

/// The id of a request: the caller's own if it is harmless, else a new one.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// Answers smaller than this are not worth compressing.
const SMALL: u64 = 1024;

/// The page of the documentation runs its own scripts and nobody else's.
const DOCS_POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

/// Where public pages send what was filled in.
const FORMS: &str = "/v1/forms/";

const ALLOWED_HEADERS: &str = "Authorization, X-Api-Key, Content-Type, If-Match, If-None-Match, \
    Idempotency-Key, Prefer, Accept, Accept-Language, X-Request-Id";
const EXPOSED_HEADERS: &str = "ETag, Location, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, \
    X-Api-Version, Idempotent-Replayed, Preference-Applied, Deprecation, Sunset, Content-Disposition, Content-Language";

/// What an answer needs of its request. Taken first: actix keeps the request to itself until it is
/// routed, and a handler that panics or is cut off does not give it back.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The id.
    pub id: Arc<str>,
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The language of texts for people.
    pub language: Language,
}

impl Asked {
    /// Of this request.
    pub fn of(request: &HttpRequest) -> Self {
        Self {
            id: request_id_of(request),
            method: request.method().clone(),
            path: request.path().to_owned(),
            language: call::language(request),
        }
    }
}

/// The middleware.
///
/// # Errors
/// With a finished answer, when the handler did not give the request back.
pub async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    request.extensions_mut().insert(RequestId(request_id(request.headers())));
    let (asked, state) = (Asked::of(request.request()), State::of(request.request()));
    let trace = Begun::of(&state, request.headers());
    let origin = allowed_origin(&state, request.request()).await;
    if is_preflight(request.request()) {
        let status = if origin.is_some() { StatusCode::NO_CONTENT } else { StatusCode::FORBIDDEN };
        let mut response = request.into_response(HttpResponse::new(status));
        finish(&state, &asked, None, response.response_mut(), origin.as_deref(), true);
        return Ok(response);
    }
    match run(&state, &asked, request, next).await {
        Ok(mut response) => {
            let left = response.request().extensions().get::<Left>().cloned();
            finish(&state, &asked, left, response.response_mut(), origin.as_deref(), false);
            log(&state, &asked, trace, Some(response.request()), response.status(), started);
            Ok(response)
        }
        Err(problem) => {
            let mut response = problem::answer(&asked, &problem);
            finish(&state, &asked, None, &mut response, origin.as_deref(), false);
            log(&state, &asked, trace, None, response.status(), started);
            Err(InternalError::from_response(problem.code().code, response).into())
        }
    }
}

/// Runs the handler within its time.
async fn run(
    state: &State,
    asked: &Asked,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Problem> {
    let work = AssertUnwindSafe(next.call(request)).catch_unwind();
    match tokio::time::timeout(state.options.request_time(), work).await {
        Ok(Ok(Ok(response))) => {
            let refused = response
                .response()
                .error()
                .and_then(|error| error.as_error::<ApiError>())
                .map(ApiError::take);
            Ok(match refused {
                Some(problem) => response.into_response(problem::answer(asked, &problem)),
                None => response.map_into_boxed_body(),
            })
        }
        Ok(Ok(Err(error))) => Err(match error.as_error::<ApiError>() {
            Some(refused) => refused.take(),
            None => INTERNAL.problem().because(error.to_string()),
        }),
        Ok(Err(panic)) => {
            metrics::counter!("guanxi_panics_total").increment(1);
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            Err(INTERNAL.problem().because(format!("panic: {text}")))
        }
        Err(_) => {
            Err(REQUEST_TIMEOUT.with("seconds", state.options.request_seconds).retry_after(1))
        }
    }
}

/// The id that the request was given.
pub fn request_id_of(request: &HttpRequest) -> Arc<str> {
    request.extensions().get::<RequestId>().map_or_else(|| "".into(), |id| id.0.clone())
}

fn request_id(headers: &HeaderMap) -> Arc<str> {
    let harmless = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok()).filter(harmless);
    given.map_or_else(|| Uuid::new_v4().to_string().into(), Into::into)
}

fn is_preflight(request: &HttpRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The request's origin, if browsers may show it our answers.
async fn allowed_origin(state: &State, request: &HttpRequest) -> Option<String> {
    let origin = request.headers().get(header::ORIGIN)?.to_str().ok()?;
    let configured = state.options.cors_origins.iter().any(|allowed| allowed == origin);
    let allowed = configured
        || match request.path().strip_prefix(FORMS) {
            // A form says itself which pages send it; no key of anybody's has a say.
            Some(key) => capture_forms::allows(&state.db, key, origin).await,
            None => state.auth.allowed_origin(origin).await,
        };
    allowed.then(|| origin.to_owned())
}

fn finish(
    state: &State,
    asked: &Asked,
    left: Option<Left>,
    response: &mut HttpResponse<BoxBody>,
    origin: Option<&str>,
    preflight: bool,
) {
    let size = response.body().size();
    let headers = response.headers_mut();
    let fixed: [(&'static str, &'static str); 4] = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-api-version", API_VERSION),
        ("vary", "Authorization, X-Api-Key, Accept, Accept-Language, Accept-Encoding, Origin"),
    ];
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    default(headers, header::CACHE_CONTROL, "no-store");
    let policy = if asked.path.starts_with("/docs") {
        DOCS_POLICY
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    default(headers, header::CONTENT_SECURITY_POLICY, policy);
    if state.options.hsts {
        default(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    put(headers, "x-request-id", &asked.id);
    if let Some(left) = left {
        put(headers, "ratelimit-policy", &left.policy);
        put(headers, "ratelimit", &left.left);
    }
    if let Some(origin) = origin {
        put(headers, "access-control-allow-origin", origin);
        put(headers, "access-control-expose-headers", EXPOSED_HEADERS);
        if preflight {
            put(headers, "access-control-allow-methods", "GET, POST, PATCH, PUT, DELETE");
            put(headers, "access-control-allow-headers", ALLOWED_HEADERS);
            put(headers, "access-control-max-age", "7200");
        }
    }
    // Tokens beside chosen text must not be compressed together; small answers need not be.
    let small = matches!(size, BodySize::Sized(bytes) if bytes < SMALL);
    if small || asked.path.starts_with("/v1/auth/") {
        default(headers, header::CONTENT_ENCODING, IDENTITY);
    }
}

/// Tells the compressor, which stands outside of this, to leave an answer alone.
pub(crate) const IDENTITY: &str = "identity";

/// Takes the mark off again, outside of the compressor: `identity` is no content coding.
///
/// # Errors
/// Those of the inner service.
pub async fn unmark(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|value| value == IDENTITY) {
        headers.remove(header::CONTENT_ENCODING);
    }
    Ok(response)
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// A request in a trace that has begun.
#[derive(Clone, Copy)]
struct Begun {
    context: TraceContext,
    at: DateTime<Utc>,
}

impl Begun {
    /// `None` where nobody wants to know of it.
    fn of(state: &State, headers: &HeaderMap) -> Option<Self> {
        let context = state.options.tracer.as_ref()?.begin(headers);
        Some(Self { context, at: state.clock.now() })
    }
}

fn log(
    state: &State,
    asked: &Asked,
    trace: Option<Begun>,
    request: Option<&HttpRequest>,
    status: StatusCode,
    started: Instant,
) {
    let route = request.and_then(routing::template).map(str::to_owned);
    if let (Some(tracer), Some(Begun { context, at })) = (&state.options.tracer, trace) {
        tracer.end(Span {
            context,
            begun: at,
            took: started.elapsed(),
            method: asked.method.as_str().to_owned(),
            route: route.clone(),
            status: status.as_u16(),
            request_id: asked.id.clone(),
        });
    }
    let route = route.unwrap_or_else(|| "-".to_owned());
    let principal = request
        .and_then(|request| request.extensions().get::<Principal>().map(|principal| principal.0));
    let (method, seconds) = (asked.method.as_str().to_owned(), started.elapsed().as_secs_f64());
    tracing::info!(
        request_id = &*asked.id,
        method,
        route,
        status = status.as_u16(),
        ms = seconds * 1000.0,
        principal = principal.map(tracing::field::display),
        trace_id = trace.map(|trace| format!("{:032x}", trace.context.trace)),
        "request"
    );
    let labels = [("method", method), ("route", route), ("status", status.as_u16().to_string())];
    metrics::counter!("guanxi_requests_total", &labels).increment(1);
    metrics::histogram!("guanxi_request_seconds", &labels).record(seconds);
}

/// Who made the request, for the log.
#[derive(Debug, Clone, Copy)]
pub struct Principal(pub Uuid);
