//! A client in the name of one person.

use crate::contract;
use reqwest::{Method, header::HeaderMap};
use serde_json::Value as Json;
use std::{
    future::IntoFuture,
    sync::{Arc, Mutex, PoisonError},
};

/// Speaks to the server as one person, or as nobody.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    /// The header and its value; clones are the same person.
    credentials: Option<(&'static str, Arc<Mutex<String>>)>,
    /// Whether rights hide members of records that are otherwise always there.
    masked: bool,
}

impl Client {
    /// Nobody, at this server.
    pub fn anonymous(base: &str) -> Self {
        // Nothing here is asked by TLS, and to read the system's certificates takes long.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .build();
        Self {
            http: http.expect("a client"),
            base: base.to_owned(),
            credentials: None,
            masked: false,
        }
    }

    /// The same server with an access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// The same server with an API key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        self.with("x-api-key", key.to_owned())
    }

    fn with(&self, header: &'static str, value: String) -> Self {
        Self { credentials: Some((header, Arc::new(Mutex::new(value)))), ..self.clone() }
    }

    /// Has the token of the same person from now on, who has signed in again.
    pub(crate) fn renew(&self, again: &Self) {
        if let (Some((_, mine)), Some((_, value))) = (&self.credentials, again.credentials()) {
            *mine.lock().unwrap_or_else(PoisonError::into_inner) = value;
        }
    }

    /// The same server with neither.
    #[must_use]
    pub fn without_credentials(&self) -> Self {
        Self { credentials: None, ..self.clone() }
    }

    /// The same person, from whom rights hide members that the document says are always there.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { masked: true, ..self }
    }

    /// The header and the value that say who asks.
    pub fn credentials(&self) -> Option<(&'static str, String)> {
        let (name, value) = self.credentials.as_ref()?;
        Some((*name, value.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    /// A request to be refined; `.await` sends it.
    pub fn request(&self, method: &str, path: impl AsRef<str>) -> Request {
        let path = path.as_ref().to_owned();
        let method: Method = method.parse().expect("a method");
        let mut builder = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some((name, value)) = self.credentials() {
            builder = builder.header(name, value);
        }
        let sparse = self.masked || path.contains("fields=");
        Request { builder, method, path, sparse }
    }

    /// `GET`
    pub fn get(&self, path: impl AsRef<str>) -> Request {
        self.request("GET", path)
    }

    /// `POST` with a JSON body.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
    pub fn post(&self, path: impl AsRef<str>, body: Json) -> Request {
        self.request("POST", path).json(&body)
    }

    /// `POST` without a body.
    pub fn act(&self, path: impl AsRef<str>) -> Request {
        self.request("POST", path)
    }

    /// `PATCH` of any version.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
    pub fn patch(&self, path: impl AsRef<str>, body: Json) -> Request {
        self.request("PATCH", path).json(&body).header("if-match", "*")
    }

    /// `DELETE` of any version.
    pub fn delete(&self, path: impl AsRef<str>) -> Request {
        self.request("DELETE", path).header("if-match", "*")
    }
}

/// A request that has not been sent.
pub struct Request {
    builder: reqwest::RequestBuilder,
    method: Method,
    path: String,
    /// Whether it asks for some members of each record only.
    sparse: bool,
}

impl Request {
    /// Sets a header, instead of what it was before.
    #[must_use]
    pub fn header(self, name: &'static str, value: impl AsRef<str>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.as_ref().parse().expect("a header value"));
        Self { builder: self.builder.headers(headers), ..self }
    }

    /// Sets the JSON body.
    #[must_use]
    pub fn json(self, body: &Json) -> Self {
        let sparse = self.sparse || body.get("fields").is_some();
        Self { builder: self.builder.json(body), sparse, ..self }
    }

    /// Sets the body as it is, with a content type.
    #[must_use]
    pub fn raw(self, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let sent = Self { builder: self.builder.body(body.into()), ..self };
        sent.header("content-type", content_type)
    }

    /// Names the write.
    #[must_use]
    pub fn key(self, key: impl AsRef<str>) -> Self {
        self.header("idempotency-key", key)
    }

    /// Says which version was seen.
    #[must_use]
    pub fn if_match(self, version: i64) -> Self {
        self.header("if-match", format!("\"{version}\""))
    }

    async fn send(self) -> Answer {
        let answer = self.builder.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("a body");
        let json: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
        let content_type = headers.get("content-type").and_then(|value| value.to_str().ok());
        // Without members that are otherwise always there it does not fit its schema.
        let body = if self.sparse && status < 300 { &Json::Null } else { &json };
        contract::check(self.method.as_str(), &self.path, status, content_type, body);
        Answer { status, headers, json, text, asked: format!("{} {}", self.method, self.path) }
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = futures_util::future::LocalBoxFuture<'static, Answer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// An answer; it fits the document, or the test has failed already.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if it is JSON.
    pub json: Json,
    /// The body.
    pub text: String,
    asked: String,
}

impl Answer {
    /// The same, if it has this status.
    ///
    /// # Panics
    /// If it has another one; the body is shown.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text);
        self
    }

    /// The same, if it is this problem.
    ///
    /// # Panics
    /// If it is another one, or none.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.json["code"].as_str()),
            (status, Some(code)),
            "{}: {}",
            self.asked,
            self.text
        );
        self
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The id of the record.
    ///
    /// # Panics
    /// If the body has none.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json["id"].as_str().expect("an id").to_owned()
    }

    /// The version of the record.
    ///
    /// # Panics
    /// If the body has none.
    #[track_caller]
    pub fn version(&self) -> i64 {
        self.json["version"].as_i64().expect("a version")
    }

    /// The items of a page.
    ///
    /// # Panics
    /// If the body is no page.
    #[track_caller]
    pub fn data(&self) -> &Vec<Json> {
        self.json["data"].as_array().expect("a page")
    }

    /// One member of each item of a page.
    #[track_caller]
    pub fn each(&self, member: &str) -> Vec<Json> {
        self.data().iter().map(|item| item[member].clone()).collect()
    }

    /// The places and codes of the findings.
    pub fn findings(&self) -> Vec<(String, String)> {
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|e| {
                (
                    text(e.get("pointer").or(e.get("parameter")).unwrap_or(&Json::Null)),
                    text(&e["code"]),
                )
            })
            .collect()
    }
}
