//! Problems on the wire: RFC 9457, with our stable `code` and the places that are meant.

use crate::envelope::Asked;
use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{StatusCode, header},
};
use guanxi_kernel::{
    Code, Kind, Language, Problem,
    problem::{FieldError, Place},
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::{cell::RefCell, fmt};
use utoipa::ToSchema;

guanxi_kernel::problems! {
    /// No such path.
    UNKNOWN_PATH = NotFound "unknown_path"
        ("No such path", "The API has no such path; see /docs.")
        ("路径不存在", "接口没有此路径,请参阅 /docs。");
    /// A path of something that the company does without.
    MODULE_DISABLED = NotFound "module_disabled"
        ("Module is disabled", "Your company does without {module}; an administrator can switch it on in the preferences of the tenant.")
        ("模块已停用", "贵公司已停用 {module} 模块,管理员可在租户偏好设置中启用。");
    /// The path exists and does not know the method.
    METHOD_NOT_ALLOWED = MethodNotAllowed "method_not_allowed"
        ("Method not allowed", "The path does not know this method; see the Allow header.")
        ("不支持的方法", "该路径不支持此方法,请参阅 Allow 头。");
    /// Nothing that the caller accepts.
    NOT_ACCEPTABLE = NotAcceptable "not_acceptable"
        ("Not acceptable", "Available here: {types}.")
        ("无可接受的格式", "此处可用的格式:{types}。");
    /// The body is no JSON.
    MALFORMED_BODY = Malformed "malformed_body"
        ("Malformed body", "The body is not valid JSON (line {line}, column {column}).")
        ("请求体格式错误", "请求体不是有效的 JSON(第 {line} 行,第 {column} 列)。");
    /// The body is JSON nested deeper than anything here needs.
    BODY_TOO_DEEP = Malformed "body_too_deep"
        ("Nested too deeply", "The body is nested more than {depth} levels deep.")
        ("嵌套过深", "请求体嵌套超过 {depth} 层。");
    /// The body is larger than allowed.
    BODY_TOO_LARGE = TooLarge "body_too_large"
        ("Body too large", "A body has at most {bytes} bytes here.")
        ("请求体过大", "此处请求体最多 {bytes} 字节。");
    /// The body did not arrive in time.
    BODY_TIMEOUT = Timeout "body_timeout"
        ("Body too slow", "The body did not arrive within {seconds} seconds.")
        ("请求体接收超时", "请求体未能在 {seconds} 秒内到达。");
    /// The body's type or encoding is not read here.
    UNSUPPORTED_MEDIA_TYPE = UnsupportedMedia "unsupported_media_type"
        ("Unsupported media type", "Send application/json, uncompressed or as gzip or zstd.")
        ("不支持的媒体类型", "请发送 application/json,可不压缩或使用 gzip、zstd。");
    /// A header that cannot be used.
    BAD_HEADER = Malformed "bad_header"
        ("Bad header", "The header {header} is not valid: expected {expected}.")
        ("请求头无效", "请求头 {header} 无效,应为 {expected}。");
    /// A write that cannot be tried without doing it.
    DRY_RUN_REFUSED = Malformed "dry_run_refused"
        ("Cannot be rehearsed", "This write cannot be tried without doing it; send it without Prefer: dry-run. Nothing was done.")
        ("无法试运行", "此写入无法在不生效的情况下试运行,请去掉 Prefer: dry-run 后发送;本次未做任何更改。");
    /// A write whose retry could not be told from another one.
    IDEMPOTENCY_KEY_REQUIRED = Malformed "idempotency_key_required"
        ("Idempotency key required", "Name this write with the header Idempotency-Key, so that it can be retried.")
        ("缺少幂等键", "请用 Idempotency-Key 请求头标识此次写入,以便安全重试。");
    /// A change without saying which version was seen.
    IF_MATCH_REQUIRED = PreconditionRequired "if_match_required"
        ("If-Match required", "Send If-Match with the ETag of the record you have read, or * to change any version.")
        ("缺少 If-Match", "请在 If-Match 中提供所读取记录的 ETag,或使用 * 表示任意版本。");
    /// Too many requests.
    QUOTA_EXCEEDED = TooMany "quota_exceeded"
        ("Too many requests", "The limit of {limit} requests per minute is used up; wait {seconds} seconds.")
        ("请求过多", "每分钟 {limit} 次的配额已用完,请等待 {seconds} 秒。");
    /// The request took too long.
    REQUEST_TIMEOUT = Unavailable "request_timeout"
        ("Request timed out", "The request took longer than {seconds} seconds.")
        ("请求超时", "请求处理超过 {seconds} 秒。");
}

/// The body of every failure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Where the code is explained: `/v1/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, the same for every occurrence of the code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable word that programs branch on.
    pub code: String,
    /// About this occurrence, in the caller's language.
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// Quote it when you report the failure.
    pub request_id: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// The values that `detail` speaks of.
    pub params: Map<String, Json>,
    /// The places of the request that are meant.
    pub errors: Vec<FieldProblem>,
}

/// One finding about one place of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// A JSON pointer into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// A query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// The stable word.
    pub code: String,
    /// For people.
    pub detail: String,
    /// The bounds that were broken, the words that would have been right.
    pub params: Map<String, Json>,
}

/// The status of each family of failures.
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Kind::Timeout => StatusCode::REQUEST_TIMEOUT,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// A problem on its way through actix. It becomes an answer in the envelope, which knows the
/// request.
pub struct ApiError(RefCell<Option<Problem>>, &'static Code);

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        let code = problem.code();
        Self(RefCell::new(Some(problem)), code)
    }
}

impl From<&'static Code> for ApiError {
    fn from(code: &'static Code) -> Self {
        code.problem().into()
    }
}

impl ApiError {
    /// The problem; the code alone if it was taken before.
    pub fn take(&self) -> Problem {
        self.0.take().unwrap_or_else(|| self.1.problem())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1.code)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1.code)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        status(self.1.kind)
    }
}

/// Answers a request with `problem`, and logs what is ours to mend.
pub fn answer(asked: &Asked, problem: &Problem) -> HttpResponse {
    let (language, request_id) = (asked.language, &*asked.id);
    let code = problem.code();
    let status = status(code.kind);
    if status.is_server_error() {
        let causes =
            std::iter::successors(std::error::Error::source(problem), |cause| cause.source());
        let causes: Vec<String> = causes.map(ToString::to_string).collect();
        tracing::error!(request_id, code = code.code, ?causes, "the request failed on our side");
    }
    let body = body(asked, problem);
    let mut response = HttpResponse::build(status);
    headers(&mut response, problem, language);
    response
        .content_type("application/problem+json")
        .body(serde_json::to_vec(&body).unwrap_or_default())
}

/// The body that tells of `problem`.
pub fn body(asked: &Asked, problem: &Problem) -> ProblemBody {
    let (language, code) = (asked.language, problem.code());
    ProblemBody {
        kind: format!("/v1/problems/{}", code.code),
        title: code.title.get(language).to_owned(),
        status: status(code.kind).as_u16(),
        code: code.code.to_owned(),
        detail: problem.detail(language),
        instance: asked.path.clone(),
        request_id: asked.id.to_string(),
        retryable: matches!(
            code.kind,
            Kind::TooMany | Kind::Unavailable | Kind::StorageFull | Kind::Timeout
        ) || problem.wait().is_some(),
        params: members(problem.params()),
        errors: problem.errors().iter().map(|error| field(error, language)).collect(),
    }
}

fn headers(response: &mut HttpResponseBuilder, problem: &Problem, language: Language) {
    response.insert_header((header::CONTENT_LANGUAGE, language.tag()));
    if let Some(seconds) = problem.wait() {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if let Some(version) = problem.current_version() {
        response.insert_header((header::ETAG, format!("\"{version}\"")));
    }
    if problem.code().kind == Kind::Unauthenticated {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"guanxi\""));
    }
}

fn members(params: &guanxi_kernel::problem::Params) -> Map<String, Json> {
    params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn field(error: &FieldError, language: Language) -> FieldProblem {
    let (pointer, parameter) = match &error.place {
        Place::Pointer(pointer) => (Some(pointer.clone()), None),
        Place::Parameter(name) => (None, Some(name.clone())),
    };
    FieldProblem {
        pointer,
        parameter,
        code: error.code.code.to_owned(),
        detail: error.detail(language),
        params: members(&error.params),
    }
}

/// Every code that any crate can answer with.
pub fn catalogue() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> =
        [guanxi_kernel::problem::PROBLEMS, guanxi_storage::error::PROBLEMS, PROBLEMS]
            .into_iter()
            .flatten()
            .copied()
            .chain(guanxi_identity::problems())
            .chain(guanxi_outbound::PROBLEMS.iter().copied())
            .chain(guanxi_webhooks::PROBLEMS.iter().copied())
            .chain(guanxi_workflow::PROBLEMS.iter().copied())
            .chain(guanxi_customers::PROBLEMS.iter().copied())
            .chain(guanxi_marketing::PROBLEMS.iter().copied())
            .chain(guanxi_sales::PROBLEMS.iter().copied())
            .chain(guanxi_contracts::PROBLEMS.iter().copied())
            .chain(guanxi_insights::PROBLEMS.iter().copied())
            .chain(guanxi_tabular::PROBLEMS.iter().copied())
            .chain(guanxi_bulk::PROBLEMS.iter().copied())
            .collect();
    codes.sort_by_key(|code| code.code);
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_declared_once_in_both_languages() {
        let codes = catalogue();
        for pair in codes.windows(2) {
            assert_ne!(pair[0].code, pair[1].code);
        }
        for code in codes {
            assert!(
                code.code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{}",
                code.code
            );
            for text in [code.title.en, code.title.zh, code.detail.en, code.detail.zh] {
                assert!(!text.is_empty(), "{}", code.code);
            }
            let places = |text: &str| text.matches('{').count();
            assert_eq!(places(code.detail.en), places(code.detail.zh), "{}", code.code);
        }
    }
}
