//! An API key.

use crate::{rights, secrets, users::User};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Line, UserId,
    id::kinds,
    problem::{FieldError, INVALID_FORMAT, OUT_OF_RANGE, REPEATED, Texts},
    text,
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility, resource::Shown};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What callers write of an API key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyInput {
    /// What the key is for, in the owner's words.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<100>,
    /// What the key may do; without an entry, nothing. Its owner's rights are the limit, and no key
    /// changes users, roles, teams, keys, sessions or the tenant.
    #[serde(default)]
    #[field(zh = "权限范围", json)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub scopes: Vec<KeyScope>,
    /// The web pages that may use the key in a browser, as origins such as
    /// `https://app.example.com`. Without an entry, no page may.
    #[serde(default)]
    #[field(zh = "允许的来源", json)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub allowed_origins: Vec<Line<200>>,
    /// When the key stops working; never if absent.
    #[field(zh = "过期时间", filter)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// One thing that a key may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyScope {
    /// The plural name of the resource, such as `parties`, or `any`; for one of your own objects
    /// alone `custom-records:` and its name, such as `custom-records:vehicle`.
    pub resource: Line<64>,
    /// What may be done.
    pub action: Action,
}

/// A key by which programs act for its owner.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ApiKey {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ApiKeyMeta)]
    pub meta: Meta<kinds::ApiKey>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ApiKeyInput,
    /// What was decided when the key was made.
    #[serde(flatten)]
    #[field(flatten)]
    pub made: Made,
}

/// What is decided when a key is made and never changes.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
#[schema(as = ApiKeyMade)]
pub struct Made {
    /// The user for whom the key acts.
    #[field(zh = "所有者", filter, to = User)]
    pub owner_id: UserId,
    /// How the key begins after `gx_live_`; by this it is known without being shown.
    #[field(zh = "前缀")]
    pub prefix: String,
    /// The SHA-256 of the whole key.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) digest: String,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// A key that has just been made. Not `Debug`: it holds a secret in plain text.
#[derive(Clone, Serialize, ToSchema)]
pub struct NewApiKey {
    /// The key itself. It is shown this once and is not kept; a retry is answered without it.
    #[schema(example = "gx_live_3k9x0t2m_…", required = false)]
    pub key: String,
    /// The record.
    #[serde(flatten)]
    #[schema(value_type = ApiKey)]
    pub api_key: Shown<ApiKey>,
}

/// For the derive of the schema, which stumbles over the parameter.
type ApiKeyMeta = Meta<kinds::ApiKey>;

/// The resource.
pub static API_KEY: Kind = Kind::new::<ApiKey>(
    "api_key",
    "api-keys",
    "api_keys",
    Visibility::Owner,
    Texts { en: "API key", zh: "API 密钥" },
)
.succeeded(Succession::Never)
.searched(&["name"]);

/// Nobody's, so that it is noticed when it is not filled in.
impl Default for Made {
    fn default() -> Self {
        let (prefix, digest, name_folded) = Default::default();
        Self { owner_id: Uuid::nil().into(), prefix, digest, name_folded }
    }
}

impl Made {
    /// For a key of `owner`.
    pub(super) fn of(owner: UserId, key: &secrets::ApiKey) -> Self {
        Self {
            owner_id: owner,
            prefix: key.id().to_owned(),
            digest: key.digest().to_hex(),
            name_folded: String::new(),
        }
    }
}

impl ApiKey {
    /// Brings what was written into the form in which it is kept, and says what is wrong with it.
    /// `before` is the key as it was: what has expired may stay expired.
    pub(super) fn normalise(
        &mut self,
        now: DateTime<Utc>,
        before: Option<&Self>,
    ) -> Vec<FieldError> {
        self.made.name_folded = text::sort_key(&self.input.name);
        let mut findings = Vec::new();
        let input = &self.input;
        for (at, scope) in input.scopes.iter().enumerate() {
            rights::check_resource(
                &scope.resource,
                format!("/scopes/{at}/resource"),
                &mut findings,
            );
            if input.scopes[..at].contains(scope) {
                findings.push(REPEATED.field(format!("/scopes/{at}")));
            }
        }
        for (at, origin) in input.allowed_origins.iter().enumerate() {
            let pointer = format!("/allowed_origins/{at}");
            if !is_origin(origin) {
                let expected = "an origin such as https://app.example.com, without a path";
                findings.push(INVALID_FORMAT.field(pointer).with("expected", expected));
            } else if input.allowed_origins[..at].contains(origin) {
                findings.push(REPEATED.field(pointer));
            }
        }
        let changed = before.is_none_or(|before| before.input.expires_at != input.expires_at);
        if changed && input.expires_at.is_some_and(|end| end <= now) {
            findings.push(OUT_OF_RANGE.field("/expires_at").with("expected", "an instant to come"));
        }
        findings
    }

    /// What the key allows of its owner's rights.
    pub(crate) fn limits(scopes: Vec<KeyScope>) -> Vec<(String, Action)> {
        scopes.into_iter().map(|scope| (scope.resource.to_string(), scope.action)).collect()
    }
}

/// Whether a text is an origin exactly as browsers send it: scheme, host in lower case, and the
/// port unless it is the usual one. Plain http is for pages on the developer's own machine only.
pub fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !label.is_empty() && label.chars().all(plain)
    };
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = port.is_none_or(|port| {
        let number = port.parse::<u16>();
        number.is_ok_and(|number| number != 0 && number != usual && number.to_string() == port)
    });
    let local = matches!(host, "localhost" | "127.0.0.1");
    let scheme = scheme == "https" || (scheme == "http" && local);
    scheme && port && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use chrono::TimeDelta;
    use guanxi_kernel::problem::Place;
    use guanxi_storage::kind::Parts as _;
    use serde_json::{Value, json};

    fn key(mut input: Value) -> ApiKey {
        input["name"] = "ERP".into();
        let input = guanxi_kernel::input::read(input).unwrap();
        ApiKey::assemble(Meta::new(&testing::nobody()), input)
    }

    fn places(key: &mut ApiKey, before: Option<&ApiKey>) -> Vec<Place> {
        let findings = key.normalise(testing::NOW, before);
        findings.into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn origins_are_exact() {
        let good = [
            "https://app.example.com",
            "https://app.example.com:8443",
            "https://xn--fsq.cn",
            "http://localhost:5173",
            "http://127.0.0.1",
        ];
        for origin in good {
            assert!(is_origin(origin), "{origin}");
        }
        let bad = [
            "",
            "*",
            "null",
            "https://",
            "https://*.example.com",
            "https://app.example.com/",
            "https://app.example.com/x",
            "https://App.example.com",
            "https://app.example.com:443",
            "https://app.example.com:0",
            "https://app.example.com:+1",
            "https://app.example.com:",
            "https://user@app.example.com",
            "http://app.example.com",
            "http://localhost.example.com",
            "file://x",
        ];
        for origin in bad {
            assert!(!is_origin(origin), "{origin}");
        }
    }

    #[test]
    fn every_wrong_member_is_named() {
        let scope = json!({ "resource": "parties", "action": "read" });
        let mut key = key(json!({
            "scopes": [scope, scope, { "resource": "No such", "action": "any" }],
            "allowed_origins": ["https://a.cn", "nonsense", "https://a.cn"],
            "expires_at": testing::NOW,
        }));
        let expected = [
            "/scopes/1",
            "/scopes/2/resource",
            "/allowed_origins/1",
            "/allowed_origins/2",
            "/expires_at",
        ];
        assert_eq!(places(&mut key, None), expected.map(|place| Place::Pointer(place.into())));
    }

    #[test]
    fn what_has_expired_can_still_be_renamed() {
        let before = key(json!({ "expires_at": testing::NOW - TimeDelta::days(1) }));
        assert!(places(&mut before.clone(), Some(&before)).is_empty());
        let mut other = key(json!({ "expires_at": testing::NOW - TimeDelta::days(2) }));
        assert_eq!(places(&mut other, Some(&before)).len(), 1);
    }

    #[test]
    fn the_digest_is_not_shown() {
        let mut key = key(json!({}));
        key.made = Made::of(Uuid::nil().into(), &secrets::ApiKey::generate());
        let shown = serde_json::to_value(&key).unwrap();
        assert!(shown.get("digest").is_none() && shown["prefix"] == key.made.prefix);
    }
}
