//! Request bodies: type, encoding, size and time first, then JSON.

use crate::{
    app::State,
    problem::{
        ApiError, BODY_TIMEOUT, BODY_TOO_DEEP, BODY_TOO_LARGE, MALFORMED_BODY,
        UNSUPPORTED_MEDIA_TYPE,
    },
};
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::{Decompress, Payload},
    http::header,
};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use guanxi_kernel::{Result, input};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use utoipa::PartialSchema;
use validator::Validate;

/// How deep a body may be nested.
pub(crate) const DEPTH: usize = 32;

/// A JSON body that has arrived whole, not looked at yet.
#[derive(Debug, Clone)]
pub struct Body(pub Json);

impl Body {
    /// Reads it as a command and checks the command's rules.
    ///
    /// # Errors
    /// `validation_failed` with every finding.
    pub fn read<T: DeserializeOwned + Validate + PartialSchema>(&self) -> Result<T> {
        input::read(self.0.clone())
    }
}

impl FromRequest for Body {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let most = State::of(&request).options.body_bytes;
            receive(&request, payload, most).await.map_err(ApiError::from)
        })
    }
}

/// A body of somebody who is not known, which is no longer than what people fill in by hand.
#[derive(Debug, Clone)]
pub struct SmallBody(pub Body);

/// Room for every field of a form at its longest, escaped.
const SMALL: usize = 32 * 1024;

impl FromRequest for SmallBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            receive(&request, payload, SMALL).await.map(Self).map_err(ApiError::from)
        })
    }
}

/// A body that is held against its signature before anybody reads it.
#[derive(Debug, Clone)]
pub struct SignedBody(pub Vec<u8>);

impl SignedBody {
    /// What it says, once it is believed.
    ///
    /// # Errors
    /// `malformed_body`, `body_too_deep`.
    pub fn parse(&self) -> Result<Body> {
        parse(&self.0)
    }
}

impl FromRequest for SignedBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let most = State::of(&request).options.body_bytes;
            collect(&request, payload, most).await.map(Self).map_err(ApiError::from)
        })
    }
}

async fn receive(request: &HttpRequest, payload: Payload, most: usize) -> Result<Body> {
    parse(&collect(request, payload, most).await?)
}

async fn collect(request: &HttpRequest, payload: Payload, most: usize) -> Result<Vec<u8>> {
    let options = &State::of(request).options;
    check_type(request)?;
    let too_large = || BODY_TOO_LARGE.with("bytes", most);
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|bytes: usize| bytes > most) {
        return Err(too_large());
    }
    let mut chunks = Decompress::from_headers(payload, request.headers());
    let whole = async {
        let mut bytes = Vec::with_capacity(declared.unwrap_or(0));
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk
                .map_err(|error| UNSUPPORTED_MEDIA_TYPE.problem().because(error.to_string()))?;
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let collected = tokio::time::timeout(options.body_time(), whole).await;
    collected.map_err(|_| BODY_TIMEOUT.with("seconds", options.body_seconds))?
}

fn parse(bytes: &[u8]) -> Result<Body> {
    let json: Json = serde_json::from_slice(bytes).map_err(|error| {
        MALFORMED_BODY.with("line", error.line()).with("column", error.column())
    })?;
    if depth(&json) > DEPTH { Err(BODY_TOO_DEEP.with("depth", DEPTH)) } else { Ok(Body(json)) }
}

fn depth(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn check_type(request: &HttpRequest) -> Result<()> {
    let json =
        matches!(request.content_type(), "application/json" | "application/merge-patch+json");
    let encoding =
        request.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    let readable = matches!(encoding, None | Some("identity" | "gzip" | "zstd"));
    if json && readable { Ok(()) } else { Err(UNSUPPORTED_MEDIA_TYPE.problem()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_json_of_bounded_depth() {
        assert!(parse(b"{\"a\":[1]}").is_ok());
        assert!(parse(b"{").unwrap_err().is(&MALFORMED_BODY));
        assert!(parse(b"\xff").unwrap_err().is(&MALFORMED_BODY));
        let deep = |levels: usize| [b"[".repeat(levels), b"]".repeat(levels)].concat();
        assert!(parse(&deep(32)).is_ok());
        assert!(parse(&deep(33)).unwrap_err().is(&BODY_TOO_DEEP));
        assert!(parse(&deep(100_000)).unwrap_err().is(&MALFORMED_BODY));
    }
}
