//! How an attempt went.
//!
//! The status decides. Once a receiver has said 2xx, a body that stalls or breaks off makes no failure of
//! it; else the receiver would get twice what it has accepted.

use crate::resolve::LookupError;
use chrono::{DateTime, Utc};
use std::{error::Error, io, iter};

guanxi_kernel::words! {
    /// Why an attempt counts as failed.
    pub enum Failure {
        /// The URL is not allowed, or not any more.
        RefusedUrl = "refused_url" ("URL not allowed", "网址不允许"),
        /// The host has an address of a network that is not called.
        RefusedAddress = "refused_address" ("Address not allowed", "地址不允许"),
        /// The host has no address.
        Dns = "dns" ("Name not found", "域名无法解析"),
        /// Nobody answers at the address.
        Connect = "connect" ("No connection", "无法连接"),
        /// No secure connection; mostly a certificate that is not trusted, or of another name.
        Tls = "tls" ("No secure connection", "无法建立安全连接"),
        /// No status within the time limit.
        Timeout = "timeout" ("No answer in time", "响应超时"),
        /// The connection broke off before the status.
        Reset = "reset" ("Connection broken off", "连接中断"),
        /// The answer is not HTTP, or its headers are too large.
        Protocol = "protocol" ("Answer not readable", "响应无法识别"),
        /// A status of the 300s; redirects are never followed.
        Redirect = "redirect" ("Redirected", "被重定向"),
        /// Another status that means failure.
        HttpStatus = "http_status" ("Status means failure", "状态码表示失败"),
        /// 410: the receiver wants no more webhooks.
        Gone = "gone" ("Receiver is gone", "接收方已停用"),
        /// 429, 502 or 504: the receiver wants fewer webhooks.
        Throttled = "throttled" ("Receiver is overloaded", "接收方限流"),
    }
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The status, if one came. It alone decides: a body that breaks off or never ends changes
    /// nothing, or a receiver that has said yes would be called again.
    pub status: Option<u16>,
    /// Milliseconds from the beginning to the end of the attempt.
    pub duration_ms: u64,
    /// The beginning of the body: at most 1 KiB, with control characters and invisible direction
    /// marks written out as in `\n` and `\u{1b}`. Shown to administrators only.
    pub response: String,
    /// Why it failed; nothing if it did not.
    pub failure: Option<Failure>,
    /// Seconds that the receiver asks to wait, at most a day.
    pub retry_after: Option<u32>,
}

/// What a status means (Standard Webhooks 1.0.0, "Delivery success and failure").
pub(crate) fn of_status(status: u16) -> Option<Failure> {
    match status {
        200..=299 => None,
        300..=399 => Some(Failure::Redirect),
        410 => Some(Failure::Gone),
        429 | 502 | 504 => Some(Failure::Throttled),
        _ => Some(Failure::HttpStatus),
    }
}

/// What an error before the status means.
pub(crate) fn of_error(error: &reqwest::Error) -> Failure {
    causes(error).find_map(of_cause).unwrap_or(if error.is_connect() {
        Failure::Connect
    } else {
        Failure::Protocol
    })
}

fn of_cause(cause: &(dyn Error + 'static)) -> Option<Failure> {
    if let Some(lookup) = cause.downcast_ref() {
        return Some(match lookup {
            LookupError::Refused(_) => Failure::RefusedAddress,
            LookupError::Nothing | LookupError::Failed(_) => Failure::Dns,
        });
    }
    if cause.is::<rustls::Error>() {
        return Some(Failure::Tls);
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return (error.is_incomplete_message() || error.is_closed() || error.is_canceled())
            .then_some(Failure::Reset);
    }
    let kind = cause.downcast_ref::<io::Error>()?.kind();
    matches!(
        kind,
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
    )
    .then_some(Failure::Reset)
}

/// `error` and what caused it. An I/O error hides what it wraps from `source`.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

/// A day: who asks for a longer pause is asked again all the same.
const LONGEST_PAUSE: u32 = 24 * 60 * 60;

/// The seconds that a `Retry-After` names, be it by number or by date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(value: &str, now: DateTime<Utc>) -> Option<u32> {
    let value = value.trim();
    let seconds = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        value.parse().unwrap_or(u64::MAX)
    } else {
        let date = DateTime::parse_from_rfc2822(value).ok()?;
        date.timestamp().saturating_sub(now.timestamp()).max(0).unsigned_abs()
    };
    Some(u32::try_from(seconds).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE))
}

/// The beginning of `body` as text of at most `limit` bytes that can be stored and shown anywhere.
pub(crate) fn shown(body: &[u8], limit: usize) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(body).chars() {
        let hidden = c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        let before = text.len();
        if hidden {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
        if text.len() > limit {
            text.truncate(before);
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides() {
        for (status, expected) in [
            (200, None),
            (204, None),
            (299, None),
            (199, Some(Failure::HttpStatus)),
            (301, Some(Failure::Redirect)),
            (304, Some(Failure::Redirect)),
            (308, Some(Failure::Redirect)),
            (400, Some(Failure::HttpStatus)),
            (404, Some(Failure::HttpStatus)),
            (410, Some(Failure::Gone)),
            (429, Some(Failure::Throttled)),
            (500, Some(Failure::HttpStatus)),
            (502, Some(Failure::Throttled)),
            (503, Some(Failure::HttpStatus)),
            (504, Some(Failure::Throttled)),
        ] {
            assert_eq!(of_status(status), expected, "{status}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_at_most_a_day() {
        let now = DateTime::from_timestamp(1_445_412_420, 0).unwrap();
        for (value, expected) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("86401", Some(86_400)),
            ("99999999999999999999999", Some(86_400)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(60)),
            ("Wed, 21 Oct 2015 07:00:00 GMT", Some(0)),
            ("Fri, 21 Oct 2099 07:28:00 GMT", None),
            ("Wed, 21 Oct 2099 07:28:00 GMT", Some(86_400)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now), expected, "{value:?}");
        }
    }

    #[test]
    fn a_body_is_shown_without_what_moves_a_cursor() {
        assert_eq!(shown(b"ok", 1_024), "ok");
        assert_eq!(shown(b"a\r\n\x1b[31m\0", 1_024), "a\\r\\n\\u{1b}[31m\\u{0}");
        assert_eq!(shown("\u{202e}客户".as_bytes(), 1_024), "\\u{202e}客户");
        assert_eq!(shown(b"\xff\xfe", 1_024), "\u{fffd}\u{fffd}");
        assert_eq!(shown("客户".as_bytes(), 5), "客");
        assert_eq!(shown(&[0; 100], 16), "\\u{0}\\u{0}\\u{0}");
    }
}
