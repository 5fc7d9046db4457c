//! Files of the store as answers: streamed, to be saved and never shown, whole or from where a
//! download was cut off.

use crate::{call::Call, envelope::IDENTITY};
use actix_web::{
    HttpResponse,
    body::SizedStream,
    http::{StatusCode, header},
};
use guanxi_kernel::Result;
use std::{fmt::Write as _, ops::Range};
use uuid::Uuid;

/// A file as it is answered with.
pub(crate) struct Download<'a> {
    /// What it is called in the store.
    pub file: Uuid,
    /// What it is to be called where it is saved.
    pub name: &'a str,
    /// Its media type.
    pub content_type: &'a str,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest, SHA-256 in hex.
    pub sha256: &'a str,
}

impl Download<'_> {
    /// The answer: 200, 206 for the one range that was asked for, or 304.
    ///
    /// # Errors
    /// `file_gone`.
    pub(crate) async fn answer(&self, call: &Call) -> Result<HttpResponse> {
        let tag = format!("\"{}\"", self.sha256);
        let asked = |name: header::HeaderName| {
            call.request.headers().get(name).and_then(|value| value.to_str().ok())
        };
        let is = |held: &str| held.trim() == tag || held.trim() == "*";
        if asked(header::IF_NONE_MATCH).is_some_and(|held| held.split(',').any(is)) {
            return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
        }
        let same = asked(header::IF_RANGE).is_none_or(|held| held == tag);
        let wanted = asked(header::RANGE).filter(|_| same);
        let range = wanted.and_then(|wanted| range(wanted, self.size));
        let files = call.state.worker.files();
        let stream = files.read(call.ctx.tenant, self.file, range.clone()).await?;
        let mut response = HttpResponse::Ok();
        if let Some(Range { start, end }) = &range {
            let place = format!("bytes {start}-{}/{}", end - 1, self.size);
            response.status(StatusCode::PARTIAL_CONTENT);
            response.insert_header((header::CONTENT_RANGE, place));
        }
        let size = range.map_or(self.size, |range| range.end - range.start);
        Ok(response
            .content_type(self.content_type)
            .insert_header((header::ETAG, tag))
            .insert_header((header::ACCEPT_RANGES, "bytes"))
            .insert_header((header::CONTENT_DISPOSITION, disposition(self.name)))
            // Its length is told, and what it consists of is mostly compressed already.
            .insert_header((header::CONTENT_ENCODING, IDENTITY))
            .body(SizedStream::new(size, stream)))
    }
}

/// The one range that is asked for (RFC 9110, 14.1.2); anything else is answered with the whole.
fn range(wanted: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = wanted.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first, last) {
        ("", last) => (size.saturating_sub(last.parse().ok()?), size),
        (first, "") => (first.parse().ok()?, size),
        (first, last) => (first.parse().ok()?, last.parse::<u64>().ok()?.checked_add(1)?),
    };
    let end = end.min(size);
    (start < end).then_some(start..end)
}

/// To be saved under that name: plainly for old clients, exactly for the others (RFC 6266).
fn disposition(name: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | ' ' => c,
        _ => '_',
    };
    let plain: String = name.chars().map(plain).collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                exact.push(char::from(byte));
            }
            // Writing to a text cannot fail.
            other => drop(write!(exact, "%{other:02X}")),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood() {
        let table = [
            ("bytes=0-0", Some(0..1)),
            ("bytes=2-", Some(2..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=-30", Some(0..10)),
            ("bytes=8-99", Some(8..10)),
            ("bytes=10-", None),
            ("bytes=5-4", None),
            ("bytes=0-1,3-4", None),
            ("bytes=-0", None),
            ("bytes=-", None),
            ("items=0-1", None),
            ("bytes=0-18446744073709551615", None),
        ];
        for (wanted, expected) in table {
            assert_eq!(range(wanted, 10), expected, "{wanted}");
        }
    }

    #[test]
    fn no_name_ends_the_header() {
        let said = disposition("合同\"; x=\r\n.pdf");
        assert!(said.starts_with("attachment; filename=\"____ x___.pdf\"; "), "{said}");
        assert!(said.ends_with("filename*=UTF-8''%E5%90%88%E5%90%8C%22%3B%20x%3D%0D%0A.pdf"));
    }
}
