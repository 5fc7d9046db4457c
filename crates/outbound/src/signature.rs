//! Signatures by Standard Webhooks 1.0.0: HMAC-SHA256 of `id.timestamp.body`, written `v1,` and
//! base64, one for each active secret with a space between them.

use crate::WebhookSecret;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

const VERSION: &str = "v1";
/// Seconds that the clocks of sender and receiver may differ, and a message may travel.
const TOLERANCE: i64 = 5 * 60;

/// The value of `webhook-signature`; `timestamp` is the time of the attempt.
///
/// Two secrets are active while a secret is being replaced: the receiver takes whichever it knows.
/// `id` must hold no full stop, or two messages could have one signature. Without a secret the
/// value is empty, and no receiver takes it.
pub fn sign(secrets: &[WebhookSecret], id: &str, timestamp: DateTime<Utc>, body: &[u8]) -> String {
    let timestamp = timestamp.timestamp().to_string();
    let signatures = secrets.iter().map(|secret| {
        let mac = mac(secret, id, &timestamp, body);
        format!("{VERSION},{}", STANDARD.encode(mac))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

fn mac(secret: &WebhookSecret, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
    secret.mac(&[id.as_bytes(), b".", timestamp.as_bytes(), b".", body])
}

/// Why a receiver must not believe a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The id holds a full stop, or the timestamp is no whole number of seconds.
    #[error("the headers of the webhook are malformed")]
    Malformed,
    /// Sent more than five minutes ago or hence.
    #[error("the webhook is too old or of the future")]
    Untimely,
    /// No signature was made with a secret that is known.
    #[error("no signature of the webhook is right")]
    Forged,
}

/// What a receiver does: `id`, `timestamp` and `signature` are the values of the three headers,
/// `body` the bytes as they came, before anything reads them as JSON. Signatures of versions that
/// are not known are passed over. Takes the same time whatever is wrong with a signature.
///
/// # Errors
/// Why the message must not be believed.
pub fn verify(
    secrets: &[WebhookSecret],
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Rejected> {
    let seconds: i64 = timestamp.parse().map_err(|_| Rejected::Malformed)?;
    if id.is_empty() || id.contains('.') {
        return Err(Rejected::Malformed);
    }
    if now.timestamp().abs_diff(seconds) > TOLERANCE.unsigned_abs() {
        return Err(Rejected::Untimely);
    }
    let known: Vec<_> =
        secrets.iter().map(|secret| STANDARD.encode(mac(secret, id, timestamp, body))).collect();
    let right = signature
        .split(' ')
        .filter_map(|one| one.split_once(','))
        .filter(|(version, _)| *version == VERSION)
        .any(|(_, mac)| known.iter().any(|right| right.as_bytes().ct_eq(mac.as_bytes()).into()));
    if right { Ok(()) } else { Err(Rejected::Forged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn secret() -> WebhookSecret {
        WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        assert_eq!(
            sign(&[secret()], ID, at(1_614_265_330), BODY),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        let other = WebhookSecret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        assert_eq!(
            sign(&[other], "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", at(1_649_367_553), body),
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        );
    }

    #[test]
    fn either_secret_of_a_rotation_verifies() {
        let (old, new) = (secret(), WebhookSecret::generate().unwrap());
        let now = at(1_614_265_330);
        let signature = sign(&[new.clone(), old.clone()], ID, now, BODY);
        assert_eq!(signature.split(' ').count(), 2);
        let time = now.timestamp().to_string();
        for known in [old, new] {
            assert_eq!(verify(&[known], ID, &time, &signature, BODY, now), Ok(()));
        }
        let stranger = [WebhookSecret::generate().unwrap()];
        assert_eq!(verify(&stranger, ID, &time, &signature, BODY, now), Err(Rejected::Forged));
        assert_eq!(verify(&[], ID, &time, &signature, BODY, now), Err(Rejected::Forged));
    }

    #[test]
    fn what_was_changed_on_the_way_is_rejected() {
        let known = [secret()];
        let now = at(1_614_265_330);
        let right = sign(&known, ID, now, BODY);
        let check = |id: &str, time: &str, signature: &str, body: &[u8]| {
            verify(&known, id, time, signature, body, now)
        };
        let unknown = format!("v1a,AAAA v2,xyz {right}");
        assert_eq!(check(ID, "1614265330", &unknown, BODY), Ok(()));
        let forged = Err(Rejected::Forged);
        assert_eq!(check(ID, "1614265330", &right, b"{\"test\": 2432232315}"), forged);
        assert_eq!(check("msg_other", "1614265330", &right, BODY), forged);
        assert_eq!(check(ID, "1614265331", &right, BODY), forged);
        assert_eq!(check(ID, "+1614265330", &right, BODY), forged);
        let bare = right.trim_start_matches("v1,");
        for signature in
            ["", "v1,", "v1,AAAA", bare, &right[..right.len() - 1], &format!("v2,{bare}")]
        {
            assert_eq!(check(ID, "1614265330", signature, BODY), forged, "{signature}");
        }
        let malformed = Err(Rejected::Malformed);
        assert_eq!(check("", "1614265330", &right, BODY), malformed);
        assert_eq!(check("a.b", "1614265330", &right, BODY), malformed);
        assert_eq!(check(ID, "soon", &right, BODY), malformed);
    }

    #[test]
    fn five_minutes_either_way_are_timely() {
        let known = [secret()];
        let sent = at(1_614_265_330);
        let signature = sign(&known, ID, sent, BODY);
        for (late, expected) in [
            (-301, Err(Rejected::Untimely)),
            (-300, Ok(())),
            (300, Ok(())),
            (301, Err(Rejected::Untimely)),
        ] {
            let now = at(sent.timestamp() + late);
            assert_eq!(verify(&known, ID, "1614265330", &signature, BODY, now), expected, "{late}");
        }
    }

    #[test]
    fn an_independent_library_agrees_in_both_directions() {
        #[expect(clippy::disallowed_methods, reason = "the library asks the machine's clock")]
        let now = Utc::now();
        let known = [secret()];
        let other = standardwebhooks::Webhook::new(&known[0].reveal()).unwrap();
        let theirs = other.sign(ID, now.timestamp(), BODY).unwrap();
        let time = now.timestamp().to_string();
        assert_eq!(verify(&known, ID, &time, &theirs, BODY, now), Ok(()));

        let ours = sign(&known, ID, now, BODY);
        let accepts = |id: &str, seconds: i64, body: &[u8]| {
            let headers = [
                ("webhook-id", id.to_owned()),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", ours.clone()),
            ];
            let headers = headers
                .into_iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            other.verify(body, &headers).is_ok()
        };
        assert!(accepts(ID, now.timestamp(), BODY));
        assert!(!accepts("msg_other", now.timestamp(), BODY));
        assert!(!accepts(ID, now.timestamp() + 1, BODY));
        assert!(!accepts(ID, now.timestamp() - 600, BODY));
        assert!(!accepts(ID, now.timestamp(), b"{}"));
    }
}
