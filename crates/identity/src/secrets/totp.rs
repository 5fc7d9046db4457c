//! One-time codes by the clock (TOTP, RFC 6238): six digits from HMAC-SHA-1, a new one every 30
//! seconds. That is what every authenticator app understands; several know no other digest.
//!
//! SHA-1 is broken where somebody can choose both of two texts that are to have one digest. Here a
//! secret of 160 random bits is between them, so that does not help.

use super::{opaque::OpaqueError, wipe};
use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};
use chrono::{DateTime, Utc};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// Seconds for which a code is the current one.
const PERIOD: i64 = 30;
/// Digits of a code.
const DIGITS: usize = 6;
/// Steps before and after the current one whose codes are taken too: clocks differ, people type.
const DRIFT: i64 = 1;
/// Bytes of a secret: as many as the digest has, as RFC 4226 recommends.
const BYTES: usize = 20;
/// Characters of a secret in base32.
const LENGTH: usize = 32;
/// The digits of base32 (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What an authenticator app and the server share.
#[derive(Clone)]
pub struct TotpSecret([u8; BYTES]);

impl TotpSecret {
    /// A new one.
    pub fn generate() -> Self {
        Self(rand::random())
    }

    /// Reads exactly what [`TotpSecret::reveal`] writes.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(text: &str) -> Result<Self, OpaqueError> {
        let mut bytes = [0; BYTES];
        if text.len() != LENGTH {
            return Err(OpaqueError);
        }
        // Eight characters of five bits are five bytes, so nothing is left over.
        for (characters, bytes) in text.as_bytes().chunks(8).zip(bytes.chunks_mut(5)) {
            let mut bits = 0_u64;
            for character in characters {
                let digit = (0_u64..).zip(BASE32).find(|(_, known)| *known == character);
                let (digit, _) = digit.ok_or(OpaqueError)?;
                bits = (bits << 5) | digit;
            }
            bytes.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        Ok(Self(bytes))
    }

    /// The secret in base32, as people type it into an app.
    pub fn reveal(&self) -> String {
        let mut text = String::with_capacity(LENGTH);
        for bytes in self.0.chunks(5) {
            let bits = bytes.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                let digit = usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default();
                text.push(char::from(BASE32[digit]));
            }
        }
        text
    }

    /// The address that apps read from a QR code: of `account` at `issuer`.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        // A colon parts the two in the label, also an encoded one.
        let (issuer, account) = (issuer.replace(':', " "), account.replace(':', " "));
        let (issuer, account) = (encoded(&issuer), encoded(&account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={PERIOD}",
            self.reveal()
        )
    }

    /// The step whose code `typed` is, if it is that of the current one or of one beside it, and
    /// later than `last`, the last that was used. It takes the same time whichever it is.
    pub fn step_of(&self, typed: &str, now: DateTime<Utc>, last: i64) -> Option<i64> {
        let current = now.timestamp().div_euclid(PERIOD);
        let mut found = None;
        for step in current - DRIFT..=current + DRIFT {
            let same: bool = self.code(step).as_bytes().ct_eq(typed.as_bytes()).into();
            if same && step > last {
                found = Some(step);
            }
        }
        found
    }

    /// The code of the step that `now` is in.
    pub fn code_at(&self, now: DateTime<Utc>) -> String {
        self.code(now.timestamp().div_euclid(PERIOD))
    }

    fn code(&self, step: i64) -> String {
        hotp(&self.0, step, DIGITS)
    }
}

impl Drop for TotpSecret {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The code of a counter (HOTP, RFC 4226, section 5.3).
fn hotp(secret: &[u8], counter: i64, digits: usize) -> String {
    let key = hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let tag = tag.as_ref();
    let offset = tag.last().map_or(0, |last| usize::from(last & 15));
    let four = tag.iter().skip(offset).take(4);
    let number = four.fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)) & 0x7fff_ffff;
    let text = format!("{number:010}");
    text[text.len() - digits..].to_owned()
}

/// The text in an address: everything but unreserved characters (RFC 3986) by its bytes.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the test vectors of both RFCs.
    const SECRET: &[u8; BYTES] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn sec_06_the_test_vectors_of_rfc_4226() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        let codes: Vec<String> = (0..10).map(|counter| hotp(SECRET, counter, 6)).collect();
        assert_eq!(codes, expected);
    }

    #[test]
    fn sec_06_the_test_vectors_of_rfc_6238() {
        let table = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (seconds, code) in table {
            assert_eq!(hotp(SECRET, seconds / PERIOD, 8), code, "at {seconds}");
            assert_eq!(TotpSecret(*SECRET).code_at(at(seconds)), code[2..], "at {seconds}");
        }
    }

    #[test]
    fn sec_06_a_code_counts_one_step_early_or_late_and_once() {
        let secret = TotpSecret(*SECRET);
        let step = 1_111_111_111 / PERIOD;
        let code = secret.code_at(at(1_111_111_111));
        let of = |now: i64, last: i64| secret.step_of(&code, at(now), last);
        let begin = step * PERIOD;
        let table = [
            (begin - 31, None),
            (begin - 30, Some(step)),
            (begin, Some(step)),
            (begin + 59, Some(step)),
            (begin + 60, None),
        ];
        for (now, found) in table {
            assert_eq!(of(now, 0), found, "at {now}");
        }
        assert_eq!(of(begin, step - 1), Some(step));
        assert_eq!(of(begin, step), None);
        assert_eq!(of(begin, step + 1), None);
        for wrong in ["", "05047", "0504711", "14050471", "٠٥٠٤٧١"] {
            assert_eq!(secret.step_of(wrong, at(begin), 0), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_survive_being_written_and_read() {
        let text = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(TotpSecret(*SECRET).reveal(), text);
        assert_eq!(TotpSecret::parse(text).unwrap().0, *SECRET);
        let made = TotpSecret::generate();
        assert_eq!(TotpSecret::parse(&made.reveal()).unwrap().0, made.0);
        assert_ne!(made.0, TotpSecret::generate().0);
        let broken = [
            "",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
            "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBV",
        ];
        for text in broken {
            assert!(TotpSecret::parse(text).is_err(), "{text}");
        }
        assert_eq!(format!("{made:?}"), "***");
    }

    #[test]
    fn an_app_reads_the_address() {
        let uri = TotpSecret(*SECRET).uri("客户: A&B", "li@example.com");
        assert_eq!(
            uri,
            "otpauth://totp/%E5%AE%A2%E6%88%B7%20%20A%26B:li%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5%AE%A2%E6%88%B7%20%20A%26B\
             &algorithm=SHA1&digits=6&period=30"
        );
    }
}
