//! The headers that an endpoint adds of its own: a token for the receiver's gateway, a routing key.

use crate::problems::{HEADER_MALFORMED, HEADER_RESERVED, HEADERS_TOO_MANY};
use guanxi_kernel::{Code, Problem, Result};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;

/// How many headers an endpoint adds.
const MOST: usize = 16;
/// Characters of a name and of a value.
const NAME: usize = 64;
const VALUE: usize = 1_024;

/// What the sender or HTTP itself sets: who could choose these could send another message than the
/// one that was signed, or a second one behind it.
const RESERVED: &[&str] = &[
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
const RESERVED_PREFIXES: &[&str] = &["webhook-", "proxy-", "sec-", ":"];

/// Headers that may be sent beside those of the specification. `Debug` does not show the values.
#[derive(Debug, Clone, Default)]
pub struct ExtraHeaders(HeaderMap);

impl ExtraHeaders {
    /// Reads names and values as callers write them.
    ///
    /// # Errors
    /// `webhook_headers_too_many`, `webhook_header_reserved` or `webhook_header_malformed`, the
    /// latter two with the pointer of the header below `pointer`; none repeats a value.
    pub fn read(pairs: &BTreeMap<String, String>, pointer: &str) -> Result<Self> {
        if pairs.len() > MOST {
            return Err(HEADERS_TOO_MANY.with("limit", MOST));
        }
        let (mut headers, mut findings) = (HeaderMap::new(), Vec::new());
        for (name, value) in pairs {
            match one(name, value) {
                Ok((name, value)) => {
                    headers.insert(name, value);
                }
                Err(code) => {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    let finding = code.field(format!("{pointer}/{name}"));
                    findings.push(finding.with("name", NAME).with("value", VALUE));
                }
            }
        }
        Problem::collect(findings).map(|()| Self(headers))
    }

    pub(crate) fn into_map(self) -> HeaderMap {
        self.0
    }
}

fn one(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static Code> {
    let lower = name.to_ascii_lowercase();
    if RESERVED.contains(&lower.as_str()) || RESERVED_PREFIXES.iter().any(|p| lower.starts_with(p))
    {
        return Err(&HEADER_RESERVED);
    }
    let plain = !name.is_empty()
        && name.len() <= NAME
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let visible = value.len() <= VALUE
        && value.trim() == value
        && value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if !plain || !visible {
        return Err(&HEADER_MALFORMED);
    }
    let (Ok(name), Ok(mut value)) = (lower.parse::<HeaderName>(), HeaderValue::from_str(value))
    else {
        return Err(&HEADER_MALFORMED);
    };
    value.set_sensitive(true);
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<ExtraHeaders> {
        ExtraHeaders::read(&BTreeMap::from([(name.into(), value.into())]), "/headers")
    }

    fn code(name: &str, value: &str) -> &'static str {
        read(name, value).unwrap_err().errors()[0].code.code
    }

    #[test]
    fn an_endpoint_adds_what_neither_the_sender_nor_http_sets() {
        let headers = read("Authorization", "Bearer canary").unwrap();
        assert!(!format!("{headers:?}").contains("canary"));
        assert_eq!(headers.into_map()["authorization"], "Bearer canary");
        for name in ["Host", "content-length", "Transfer-Encoding", "Webhook-Id", "proxy-x"] {
            assert_eq!(code(name, "x"), "webhook_header_reserved", "{name}");
        }
        for (name, value) in [
            ("", "x"),
            ("x y", "x"),
            ("x-a", "two\r\nhost: evil"),
            ("x-a", "\0"),
            ("x-a", "é"),
            ("x-a", " x"),
            ("x-a", &"x".repeat(VALUE + 1)),
            (&"x".repeat(NAME + 1), "x"),
        ] {
            assert_eq!(code(name, value), "webhook_header_malformed", "{name}: {value}");
        }
    }

    #[test]
    fn their_number_is_bounded() {
        let many = |count: usize| (0..count).map(|n| (format!("x-{n}"), "x".to_owned())).collect();
        assert!(ExtraHeaders::read(&many(MOST), "").is_ok());
        assert!(ExtraHeaders::read(&many(MOST + 1), "").unwrap_err().is(&HEADERS_TOO_MANY));
    }
}
