//! An authenticated request: who asks, in which words, under which conditions.

use crate::{
    app::State,
    envelope::{Principal, request_id_of},
    forwarded::split,
    limits::Class,
    modules,
    problem::{ApiError, BAD_HEADER, IF_MATCH_REQUIRED, NOT_ACCEPTABLE},
    rehearsals, resources, routing,
};
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web::Data,
};
use futures_util::future::LocalBoxFuture;
use guanxi_identity::sessions::{UNAUTHENTICATED, second_factor::SECOND_FACTOR_REQUIRED};
use guanxi_kernel::{Ctx, Kind, Language, Problem, Result, ctx::Seen};
use guanxi_storage::list;
use std::rc::Rc;
use uuid::Uuid;

/// An authenticated request.
pub struct Call {
    /// The program.
    pub state: Data<State>,
    /// Who acts and when.
    pub ctx: Ctx,
    /// The request as it came.
    pub request: HttpRequest,
    /// The caller's name for this write, so that a retry is known.
    pub idempotency_key: Option<String>,
    /// What the caller prefers (RFC 7240).
    pub prefer: Prefer,
}

/// The preferences that are honoured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prefer {
    /// Answer without a body.
    pub minimal: bool,
    /// Do everything and keep nothing.
    pub dry_run: bool,
    /// Make a record although there seems to be one of the same already.
    pub accept_duplicates: bool,
}

impl FromRequest for Call {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let call = Self::new(request).await?;
            call.accepts(&[JSON])?;
            Ok(call)
        })
    }
}

/// A call whose answer may be of several media types; the handler chooses by [`Call::accepts`].
pub struct OpenCall(pub Call);

impl FromRequest for OpenCall {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(Call::new(request).await?)) })
    }
}

/// The media type of almost every answer.
pub const JSON: &str = "application/json";

impl Call {
    async fn new(request: HttpRequest) -> Result<Self> {
        let state = State::of(&request);
        let caller = authenticate(&state, &request).await?;
        let template = routing::template(&request).unwrap_or_default();
        modules::require(&caller.settings.preferences.disabled_modules, template)?;
        let reads = resources::only_reads(request.method().as_str(), template);
        let class = if reads { Class::Read } else { Class::Write };
        state.limits.spend(&request, class, caller.actor.principal())?;
        request.extensions_mut().insert(Principal(caller.actor.principal()));
        let prefer = preferred(&request)?;
        let ctx = Ctx {
            tenant: caller.tenant,
            settings: caller.settings,
            actor: caller.actor,
            now: state.clock.now(),
            request_id: request_id_of(&request),
            source: guanxi_kernel::ctx::API,
            language: language(&request),
            seen: seen(&request)?,
            accept_duplicates: prefer.accept_duplicates,
        };
        let idempotency_key = idempotency_key(&request)?;
        let call = Self { state, ctx, request, idempotency_key, prefer };
        list::refuse_repeated(&call.query())?;
        Ok(call)
    }

    /// The id in the path. What is no id names no record.
    ///
    /// # Errors
    /// `not_found`.
    pub fn id(&self, name: &str) -> Result<Uuid> {
        let id = self.request.match_info().get(name).and_then(|text| Uuid::try_parse(text).ok());
        id.ok_or_else(|| guanxi_kernel::problem::NOT_FOUND.problem())
    }

    /// The query string, decoded. No parameter is there twice.
    pub fn query(&self) -> Vec<(String, String)> {
        actix_web::web::Query::<Vec<(String, String)>>::from_query(self.request.query_string())
            .map(actix_web::web::Query::into_inner)
            .unwrap_or_default()
    }

    /// Refuses a change of a versioned record that does not say which version was seen.
    ///
    /// # Errors
    /// `if_match_required`.
    pub fn require_if_match(&self) -> Result<()> {
        match self.ctx.seen {
            Seen::Unsaid => Err(IF_MATCH_REQUIRED.problem()),
            _ => Ok(()),
        }
    }

    /// The first of these media types that the caller takes.
    ///
    /// # Errors
    /// `not_acceptable` with all of them.
    pub fn accepts(&self, types: &[&'static str]) -> Result<&'static str> {
        accepted(&self.request, types)
    }

    /// The same caller as of now: their rights may have changed while they waited.
    ///
    /// # Errors
    /// `unauthenticated`, `token_expired`.
    pub async fn refresh(&mut self) -> Result<()> {
        let caller = authenticate(&self.state, &self.request).await?;
        self.ctx.actor = caller.actor;
        self.ctx.settings = caller.settings;
        self.ctx.now = self.state.clock.now();
        Ok(())
    }

    /// Method and path template, e.g. `PATCH /v1/parties/{party_id}`.
    pub fn operation(&self) -> String {
        let pattern = routing::template(&self.request).unwrap_or_default();
        format!("{} {pattern}", self.request.method())
    }
}

async fn authenticate(state: &State, request: &HttpRequest) -> Result<guanxi_identity::Caller> {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    let bearer = header("authorization").map(|value| value.split_once(' ').unwrap_or((value, "")));
    let caller = match (bearer, header("x-api-key")) {
        (Some((scheme, token)), None) if scheme.eq_ignore_ascii_case("bearer") => {
            state.auth.by_access_token(token.trim()).await?
        }
        (None, Some(key)) => by_api_key(state, request, key, header("origin")).await?,
        _ => return Err(UNAUTHENTICATED.problem()),
    };
    let template = routing::template(request).unwrap_or_default();
    if caller.lacks_second_factor && !helps_to_set_up(template) {
        return Err(SECOND_FACTOR_REQUIRED.problem());
    }
    Ok(caller)
}

/// Who shows an API key. Those that nobody has are counted, since each of them is a look into the store.
async fn by_api_key(
    state: &State,
    request: &HttpRequest,
    key: &str,
    origin: Option<&str>,
) -> Result<guanxi_identity::Caller> {
    state.limits.admit_key(request, key)?;
    let found = state.auth.by_api_key(key, origin).await;
    match &found {
        Ok(_) => state.limits.right_key(key),
        Err(problem) if problem.code().kind == Kind::Unauthenticated => {
            state.limits.wrong_key(request, key);
        }
        Err(_) => {}
    }
    found
}

/// What somebody needs to set up a second factor, or to leave.
fn helps_to_set_up(template: &str) -> bool {
    template.starts_with("/v1/auth/") || template == "/v1/me"
}

/// The caller's language: the first of `Accept-Language` that there is.
pub fn language(request: &HttpRequest) -> Language {
    let wanted =
        request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut ranges: Vec<(f32, Language)> = wanted
        .unwrap_or_default()
        .split(',')
        .filter_map(|range| {
            let mut parts = range.trim().split(';');
            let tag = parts.next()?.trim().to_ascii_lowercase();
            let weight =
                parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            match tag.split('-').next()? {
                "zh" => Some((weight, Language::Zh)),
                "en" | "*" => Some((weight, Language::En)),
                _ => None,
            }
        })
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranges.first().map_or(Language::En, |(_, language)| *language)
}

fn accepted(request: &HttpRequest, types: &[&'static str]) -> Result<&'static str> {
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.map_or("*/*", |accept| accept.to_str().unwrap_or(""));
    let taken = |kind: &&'static str| {
        let family = kind.split_once('/').map(|(family, _)| format!("{family}/*"));
        accept.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let range = parts.next().unwrap_or("");
            let refused = parts.any(|part| part == "q=0" || part == "q=0.0");
            let fits = matches!(range, "" | "*/*") || range == *kind;
            !refused && (fits || Some(range) == family.as_deref())
        })
    };
    // Who names one of them wants it rather than what a wildcard would give.
    let named = types.iter().copied().find(|kind| accept.contains(kind) && taken(kind));
    let chosen = named.or_else(|| types.iter().copied().find(taken));
    chosen.ok_or_else(|| NOT_ACCEPTABLE.with("types", types.join(", ")))
}

/// Reads `If-Match`: strong tags that are versions. A weak tag never matches.
fn seen(request: &HttpRequest) -> Result<Seen> {
    let mut seen: Option<Vec<i64>> = None;
    for value in request.headers().get_all(header::IF_MATCH) {
        let value = value.to_str().map_err(|_| bad_if_match())?;
        if value.trim() == "*" {
            return Ok(Seen::Any);
        }
        for tag in value.split(',').map(str::trim) {
            let strong = tag.strip_prefix("W/").unwrap_or(tag);
            let inner = strong
                .strip_prefix('"')
                .and_then(|tag| tag.strip_suffix('"'))
                .ok_or_else(bad_if_match)?;
            let version = if tag.starts_with("W/") { None } else { inner.parse().ok() };
            // A tag that is none of ours is a version that never was.
            seen.get_or_insert_default().push(version.unwrap_or(0));
        }
    }
    Ok(seen.map_or(Seen::Unsaid, Seen::Versions))
}

fn bad_if_match() -> Problem {
    BAD_HEADER.with("header", "If-Match").with("expected", "* or quoted tags such as \"7\"")
}

/// Reads `Idempotency-Key`; the quoted and the bare spelling are the same key.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>> {
    if !matches!(*request.method(), Method::POST | Method::PATCH) {
        return Ok(None);
    }
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let value = value.to_str().unwrap_or("").trim();
    let key = value.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(value);
    if (1..=255).contains(&key.len()) && key.bytes().all(|b| (0x21..0x7f).contains(&b)) {
        return Ok(Some(key.to_owned()));
    }
    let expected = "1 to 255 visible ASCII characters";
    Err(BAD_HEADER.with("header", "Idempotency-Key").with("expected", expected))
}

/// What the caller prefers, unless it is to rehearse what can only be done.
fn preferred(request: &HttpRequest) -> Result<Prefer> {
    let prefer = prefer(request);
    if prefer.dry_run {
        rehearsals::require(request)?;
    }
    Ok(prefer)
}

/// Reads `Prefer`. What is not known is ignored, as RFC 7240 wants it, and so are parameters; names count
/// in any case, and a value may be quoted.
fn prefer(request: &HttpRequest) -> Prefer {
    let mut prefer = Prefer::default();
    for value in request.headers().get_all("prefer").filter_map(|value| value.to_str().ok()) {
        for one in split(value, ',') {
            let parts = split(&one, ';');
            let one = parts.first().map_or("", String::as_str);
            let (name, value) = one.split_once('=').unwrap_or((one, ""));
            let name = name.trim().to_ascii_lowercase();
            match (name.as_str(), value.trim().trim_matches('"')) {
                ("return", "minimal") => prefer.minimal = true,
                ("dry-run", "") => prefer.dry_run = true,
                ("accept-duplicates", "") => prefer.accept_duplicates = true,
                _ => {}
            }
        }
    }
    prefer
}

/// A request that anybody may make: what it shares with [`Call`] and needs nobody for.
pub struct Anonymous {
    /// The program.
    pub state: Data<State>,
    /// The request as it came.
    pub request: Rc<HttpRequest>,
}

impl FromRequest for Anonymous {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = State::of(request);
        let spent = state.limits.spend_by_address(request);
        let spent = spent.and_then(|()| preferred(request));
        let this = Self { state, request: Rc::new(request.clone()) };
        std::future::ready(spent.map(|_| this).map_err(ApiError::from))
    }
}

/// A request by a public page, of somebody who has no account. It is counted apart from signing in.
pub struct Visitor {
    /// The program.
    pub state: Data<State>,
    /// The request as it came.
    pub request: Rc<HttpRequest>,
}

impl FromRequest for Visitor {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = State::of(request);
        let spent = state.limits.spend_of_visitor(request);
        let spent = spent.and_then(|()| preferred(request));
        let this = Self { state, request: Rc::new(request.clone()) };
        std::future::ready(spent.map(|_| this).map_err(ApiError::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn request(name: &'static str, value: &str) -> HttpRequest {
        TestRequest::patch().insert_header((name, value)).to_http_request()
    }

    #[test]
    fn if_match_names_versions() {
        let read = |value| seen(&request("if-match", value));
        assert_eq!(read("*").unwrap(), Seen::Any);
        assert_eq!(read("\"3\"").unwrap(), Seen::Versions(vec![3]));
        assert_eq!(read("\"3\", \"4\"").unwrap(), Seen::Versions(vec![3, 4]));
        assert_eq!(read("W/\"3\"").unwrap(), Seen::Versions(vec![0]));
        assert!(read("3").unwrap_err().is(&BAD_HEADER));
        assert_eq!(seen(&TestRequest::patch().to_http_request()).unwrap(), Seen::Unsaid);
    }

    #[test]
    fn the_language_is_the_best_that_there_is() {
        let read = |value| language(&request("accept-language", value));
        assert_eq!(read("zh-CN,zh;q=0.9,en;q=0.8"), Language::Zh);
        assert_eq!(read("fr, en;q=0.5, zh;q=0.4"), Language::En);
        assert_eq!(read("fr"), Language::En);
        assert_eq!(read("zh-TW"), Language::Zh);
    }

    #[test]
    fn sec_06_without_the_second_factor_one_can_set_it_up_and_nothing_else() {
        for open in ["/v1/auth/second-factor", "/v1/auth/logout", "/v1/me"] {
            assert!(helps_to_set_up(open), "{open}");
        }
        for shut in ["", "/v1/authors", "/v1/me/today", "/v1/parties", "/v1/users/{user_id}"] {
            assert!(!helps_to_set_up(shut), "{shut}");
        }
    }

    #[test]
    fn preferences_are_read_as_http_spells_them() {
        let read = |value| prefer(&request("prefer", value));
        let all = Prefer { minimal: true, dry_run: true, accept_duplicates: true };
        for value in [
            "return=minimal, dry-run, accept-duplicates",
            "Return=\"minimal\";x=1 ,DRY-RUN=\"\",respond-async,accept-duplicates;y",
        ] {
            assert_eq!(read(value), all, "{value}");
        }
        for value in [
            "",
            "return",
            "return=representation",
            "minimal",
            "dry-run=false",
            "x;dry-run",
            "x=\"a, dry-run, b\"",
            "x=\"a, dry-run",
        ] {
            assert_eq!(read(value), Prefer::default(), "{value}");
        }
    }

    #[test]
    fn quoted_and_bare_keys_are_the_same() {
        let read = |value| idempotency_key(&request("idempotency-key", value));
        assert_eq!(read("\"abc\"").unwrap(), read("abc").unwrap());
        assert!(read("").is_err() && read("a b").is_err());
        assert!(idempotency_key(&request("idempotency-key", &"x".repeat(256))).is_err());
    }

    #[test]
    fn what_is_not_json_is_not_acceptable() {
        let json = |request: &HttpRequest| accepted(request, &[JSON]);
        assert!(json(&request("accept", "application/json;q=0.9, text/html")).is_ok());
        assert!(json(&request("accept", "*/*")).is_ok());
        assert!(json(&request("accept", "text/csv")).is_err());
        assert!(json(&request("accept", "application/json;q=0")).is_err());
        let both = |accept| accepted(&request("accept", accept), &[JSON, "text/csv"]).ok();
        assert_eq!(both("*/*"), Some(JSON));
        assert_eq!(both("text/*"), Some("text/csv"));
        assert_eq!(both("text/csv, */*;q=0.1"), Some("text/csv"));
    }
}
