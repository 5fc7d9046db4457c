//! Access tokens: JWTs signed with Ed25519 (RFC 9068), good for minutes, verified without asking
//! anybody.
//!
//! What is believed of a token before its signature is checked: nothing but the name of one of
//! our own keys. The header may suggest another algorithm, another key or where to fetch one;
//! such tokens are refused or the suggestion is not read. Time is the caller's: the library's own
//! checks, which ask the system's clock, are off.
//!
//! A token says who acts for which tenant in which session, and not what they may do: rights
//! change sooner than it expires.

use super::key_error::KeyError;
use super::signing::SigningKeys;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// By how much the clocks of two machines may differ.
pub(super) const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// The media type of access tokens: no other signed JWT can pass for one.
const TYPE: &str = "at+jwt";
/// Ours have under 700 bytes.
const LONGEST: usize = 2_048;

/// For whom a token is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The user who acts.
    pub user: Uuid,
    /// The tenant they act for.
    pub tenant: Uuid,
    /// The session, so that ending it ends the token.
    pub session: Uuid,
    /// Which version of the user's rights was current, if the caller counts them.
    pub version: Option<i64>,
}

/// What a token says. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For whom it is meant.
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    /// The tenant.
    pub tenant: Uuid,
    /// The session.
    pub sid: Uuid,
    /// Names this very token.
    pub jti: Uuid,
    /// Not valid from then on.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Not valid before.
    pub nbf: i64,
    /// See [`Holder::version`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ver: Option<i64>,
}

/// Why a token is not accepted. For the log; whoever sent it need not know which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a JWT, or not one that this server could have written.
    #[error("not an access token")]
    Malformed,
    /// Another algorithm than EdDSA.
    #[error("signed with another algorithm")]
    Algorithm,
    /// Not of type `at+jwt`.
    #[error("of another type")]
    Type,
    /// Names no key, or one that is unknown here. After [`SigningKeys::reload`] it may be known.
    #[error("signed with an unknown key")]
    UnknownKey,
    /// The signature is not that key's for this text.
    #[error("wrong signature")]
    Signature,
    /// A claim is missing or is not what it should be.
    #[error("missing or malformed claims")]
    Claims,
    /// Issued by somebody else.
    #[error("from another issuer")]
    Issuer,
    /// Meant for somebody else.
    #[error("for another audience")]
    Audience,
    /// Expired.
    #[error("expired")]
    Expired,
    /// Not valid yet.
    #[error("not valid yet")]
    NotYet,
}

impl SigningKeys {
    /// What a token for this holder says if issued now.
    pub fn claims(&self, holder: Holder, now: DateTime<Utc>) -> Claims {
        Claims {
            iss: self.settings.issuer.clone(),
            aud: self.settings.audience.clone(),
            sub: holder.user,
            tenant: holder.tenant,
            sid: holder.session,
            jti: Uuid::new_v4(),
            exp: (now + self.settings.life).timestamp(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            ver: holder.version,
        }
    }

    /// Signs, with the key that signs at the time of issue.
    ///
    /// # Errors
    /// Only if the machine fails.
    pub fn issue(&self, claims: &Claims) -> Result<String, KeyError> {
        let issued = DateTime::from_timestamp(claims.iat, 0).unwrap_or_default();
        let key = self.signing(issued)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(KeyError::Sign)
    }

    /// Checks everything that can be checked of a token without a database.
    ///
    /// # Errors
    /// For the first thing that is wrong. On [`TokenError::UnknownKey`] another node may have
    /// made a key: [`SigningKeys::reload`] and try once more.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
        let kid = check_header(&header)?;
        let key = self.find(kid).ok_or(TokenError::UnknownKey)?;
        let digest: [u8; 32] = Sha256::digest(token).into();
        let claims = key.verified.get_or_insert_with(&digest, || {
            let decoded = jsonwebtoken::decode(token, &key.decoding, &self.validation());
            decoded.map(|token| token.claims).map_err(|error| refusal(&error))
        })?;
        check_times(&claims, now)?;
        Ok(claims)
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        // By the system's clock; `check_times` does it by the given one.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }
}

/// The id of the key, if the header is one of ours as far as one can see.
fn check_header(header: &Header) -> Result<&str, TokenError> {
    if header.alg != Algorithm::EdDSA {
        return Err(TokenError::Algorithm);
    }
    if header.typ.as_deref() != Some(TYPE) {
        return Err(TokenError::Type);
    }
    // Names extensions that must be understood, and none is.
    if header.crit.is_some() {
        return Err(TokenError::Malformed);
    }
    header.kid.as_deref().ok_or(TokenError::UnknownKey)
}

fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<(), TokenError> {
    let (now, leeway) = (now.timestamp(), LEEWAY.num_seconds());
    if now >= claims.exp.saturating_add(leeway) {
        return Err(TokenError::Expired);
    }
    if now < claims.nbf.saturating_sub(leeway) {
        return Err(TokenError::NotYet);
    }
    Ok(())
}

fn refusal(error: &Error) -> TokenError {
    match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::Base64(_) => TokenError::Signature,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::Json(_) => TokenError::Claims,
        ErrorKind::InvalidAlgorithm => TokenError::Algorithm,
        _ => TokenError::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::password::Secret;
    use super::super::signing::{TokenSettings, generate};
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::EncodingKey;
    use serde_json::{Value, json};

    const SETTINGS: (&str, &str) = ("https://crm.example", "guanxi");

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn keys(pem: &Secret) -> SigningKeys {
        SigningKeys::from_pem(pem, TokenSettings::new(SETTINGS.0, SETTINGS.1)).unwrap()
    }

    fn holder() -> Holder {
        let id = Uuid::new_v4;
        Holder { user: id(), tenant: id(), session: id(), version: Some(3) }
    }

    fn private(pem: &Secret) -> EncodingKey {
        EncodingKey::from_ed_pem(pem.expose().as_bytes()).unwrap()
    }

    fn part(json: &Value) -> String {
        URL_SAFE_NO_PAD.encode(json.to_string())
    }

    /// A JWT with just this header and these claims, signed with Ed25519 whatever they say.
    fn signed(header: &Value, claims: &Value, pem: &Secret) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let algorithm = Algorithm::EdDSA;
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &private(pem), algorithm);
        format!("{message}.{}", signature.unwrap())
    }

    /// The object with one entry replaced, or removed if the value is null.
    fn with(object: &Value, name: &str, value: Value) -> Value {
        let mut object = object.clone();
        match value {
            Value::Null => drop(object.as_object_mut().unwrap().remove(name)),
            value => object[name] = value,
        }
        object
    }

    #[test]
    fn a_token_says_what_it_was_issued_for() {
        let keys = keys(&generate().unwrap().1);
        let claims = keys.claims(holder(), now());
        assert_eq!((claims.exp - claims.iat, claims.nbf), (600, claims.iat));
        let token = keys.issue(&claims).unwrap();
        assert_eq!(keys.verify(&token, now()).unwrap(), claims);
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(header.kid, keys.jwks()["keys"][0]["kid"].as_str().map(String::from));
        let anonymous = keys.claims(Holder { version: None, ..holder() }, now());
        assert_eq!(keys.verify(&keys.issue(&anonymous).unwrap(), now()).unwrap().ver, None);
        assert!(token.len() < 700, "{}", token.len());
    }

    #[test]
    fn time_is_what_the_caller_says_give_or_take_half_a_minute() {
        let keys = keys(&generate().unwrap().1);
        let token = keys.issue(&keys.claims(holder(), now())).unwrap();
        let table = [
            (-31, Err(TokenError::NotYet)),
            (-30, Ok(())),
            (0, Ok(())),
            (600, Ok(())),
            (629, Ok(())),
            (630, Err(TokenError::Expired)),
            (1_000_000_000, Err(TokenError::Expired)),
        ];
        for (seconds, verdict) in table {
            let verified = keys.verify(&token, now() + TimeDelta::seconds(seconds));
            assert_eq!(verified.map(drop), verdict, "{seconds} s later");
        }
    }

    #[test]
    fn all_keys_verify_and_the_first_signs() {
        let (old, new) = (generate().unwrap().1, generate().unwrap().1);
        let before = keys(&old);
        let after = keys(&[new.expose(), old.expose()].concat().into());
        let token = before.issue(&before.claims(holder(), now())).unwrap();
        assert!(after.verify(&token, now()).is_ok());
        let token = after.issue(&after.claims(holder(), now())).unwrap();
        assert_eq!(before.verify(&token, now()), Err(TokenError::UnknownKey));
    }

    #[test]
    fn forged_tokens_are_refused() {
        let (kid, pem) = generate().unwrap();
        let (attacker_kid, attacker) = generate().unwrap();
        let keys = keys(&pem);
        let claims = serde_json::to_value(keys.claims(holder(), now())).unwrap();
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": kid });
        let good = signed(&header, &claims, &pem);
        assert!(keys.verify(&good, now()).is_ok(), "else all below is refused for nothing");

        let public_text = keys.jwks()["keys"][0]["x"].as_str().unwrap().to_owned();
        let public = URL_SAFE_NO_PAD.decode(&public_text).unwrap();
        let attackers = SigningKeys::from_pem(&attacker, TokenSettings::new("", "")).unwrap();
        let jwk = attackers.jwks()["keys"][0].clone();
        let hmac = |secret: &[u8]| {
            let mut header = Header::new(Algorithm::HS256);
            (header.typ, header.kid) = (Some("at+jwt".into()), Some(kid.clone()));
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
        };
        let headed = |name: &str, value: Value| signed(&with(&header, name, value), &claims, &pem);
        let claimed = |name: &str, value: Value| signed(&header, &with(&claims, name, value), &pem);
        let parts: Vec<&str> = good.split('.').collect();
        let stranger = part(&with(&claims, "sub", json!(Uuid::nil())));
        let unsigned =
            |alg: &str| format!("{}.{}.", part(&with(&header, "alg", json!(alg))), parts[1]);
        let (seconds, hour) = (now().timestamp(), 3_600);

        use TokenError::{Algorithm as Alg, Audience, Claims as Bad, Expired, Issuer};
        use TokenError::{Malformed, NotYet, Signature, Type, UnknownKey};
        let forged = [
            ("nothing", String::new(), Malformed),
            ("dots", "...".into(), Malformed),
            ("two dots", "..".into(), Malformed),
            ("no signature", format!("{}.{}", parts[0], parts[1]), Malformed),
            ("an empty signature", format!("{}.{}.", parts[0], parts[1]), Signature),
            ("a fourth part", format!("{good}.{}", parts[2]), Malformed),
            ("a space before", format!(" {good}"), Malformed),
            ("a space behind", format!("{good} "), Signature),
            ("far too long", format!("{good}{}", "A".repeat(1 << 20)), Malformed),
            ("alg none", unsigned("none"), Malformed),
            ("alg None", unsigned("None"), Malformed),
            ("alg left out", headed("alg", Value::Null), Malformed),
            ("HS256 with the public key", hmac(&public), Alg),
            ("HS256 with the public key's text", hmac(public_text.as_bytes()), Alg),
            ("HS256 with nothing", hmac(b""), Alg),
            ("RS256 in the header", headed("alg", json!("RS256")), Alg),
            ("ES256 in the header", headed("alg", json!("ES256")), Alg),
            ("typ JWT", headed("typ", json!("JWT")), Type),
            ("typ left out", headed("typ", Value::Null), Type),
            ("typ of logout tokens", headed("typ", json!("logout+jwt")), Type),
            ("kid left out", headed("kid", Value::Null), UnknownKey),
            ("kid unknown", headed("kid", json!("nobody")), UnknownKey),
            ("kid a path", headed("kid", json!("../../dev/null")), UnknownKey),
            ("kid of the attacker", headed("kid", json!(attacker_kid)), UnknownKey),
            ("an extension to understand", headed("crit", json!(["b64"])), Malformed),
            ("another key's signature", signed(&header, &claims, &attacker), Signature),
            (
                "the attacker's jwk",
                signed(&with(&header, "jwk", jwk.clone()), &claims, &attacker),
                Signature,
            ),
            (
                "the attacker's jwk alone",
                signed(&with(&with(&header, "jwk", jwk), "kid", Value::Null), &claims, &attacker),
                UnknownKey,
            ),
            (
                "the attacker's jku",
                signed(&with(&header, "jku", json!("https://evil.example")), &claims, &attacker),
                Signature,
            ),
            (
                "the attacker's x5u",
                signed(&with(&header, "x5u", json!("https://evil.example")), &claims, &attacker),
                Signature,
            ),
            ("another payload", format!("{}.{stranger}.{}", parts[0], parts[2]), Signature),
            (
                "another header",
                format!("{}.{}.{}", part(&with(&header, "cty", json!("x"))), parts[1], parts[2]),
                Signature,
            ),
            ("expired", claimed("exp", json!(seconds - hour)), Expired),
            ("valid later", claimed("nbf", json!(seconds + hour)), NotYet),
            ("another audience", claimed("aud", json!("others")), Audience),
            ("several audiences", claimed("aud", json!(["guanxi", "others"])), Bad),
            ("another issuer", claimed("iss", json!("https://evil.example")), Issuer),
            ("the issuer and more", claimed("iss", json!("https://crm.example/")), Issuer),
            ("exp left out", claimed("exp", Value::Null), Bad),
            ("exp a text", claimed("exp", json!("9999999999")), Bad),
            ("exp before all time", claimed("exp", json!(i64::MIN)), Bad),
            ("exp too large", claimed("exp", json!(u64::MAX)), Bad),
            ("nbf left out", claimed("nbf", Value::Null), Bad),
            ("iat left out", claimed("iat", Value::Null), Bad),
            ("iss left out", claimed("iss", Value::Null), Bad),
            ("aud left out", claimed("aud", Value::Null), Bad),
            ("sub left out", claimed("sub", Value::Null), Bad),
            ("tenant left out", claimed("tenant", Value::Null), Bad),
            ("sid left out", claimed("sid", Value::Null), Bad),
            ("jti left out", claimed("jti", Value::Null), Bad),
            ("sub no id", claimed("sub", json!("admin")), Bad),
            ("claims no object", signed(&header, &json!([1, 2]), &pem), Bad),
        ];
        for (what, token, why) in forged {
            assert_eq!(keys.verify(&token, now()), Err(why), "{what}");
        }
    }

    /// Base64 leaves bits over in the last character; one signature must not have two spellings.
    #[test]
    fn no_character_of_a_token_can_be_changed() {
        let keys = keys(&generate().unwrap().1);
        let good = keys.issue(&keys.claims(holder(), now())).unwrap();
        for at in 0..good.len() {
            for other in ["A", "Q", "B", "_", "."] {
                let mut token = good.clone();
                token.replace_range(at..=at, other);
                assert!(token == good || keys.verify(&token, now()).is_err(), "{token}");
            }
        }
    }
}
