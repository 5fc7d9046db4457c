//! An endpoint, and the rules that need nothing but itself.

use super::sealed::{Opened, Sealed};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Line, Result, UserId,
    problem::{FieldError, INVALID_FORMAT, REPEATED, TOO_LONG, Texts},
};
use guanxi_outbound::{Policy, Target, WebhookSecret, problems::finding};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility, resource::Shown, vault::Sealer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeMap, fmt};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How much a message says.
    #[derive(Default)]
    pub enum PayloadKind {
        /// What happened to which record.
        #[default]
        Thin = "thin" ("Reference only", "仅引用"),
        /// Also the record, as the owner of the endpoint may see it.
        Full = "full" ("With the record", "含记录内容"),
    }
}

guanxi_kernel::words! {
    /// Whether messages are sent.
    #[derive(Default)]
    pub enum EndpointStatus {
        /// They are.
        #[default]
        Active = "active" ("Active", "正常"),
        /// They are kept until somebody resumes the endpoint.
        Paused = "paused" ("Paused", "已暂停"),
        /// There are none any more, until somebody resumes the endpoint.
        Disabled = "disabled" ("Disabled", "已停用"),
    }
}

guanxi_kernel::words! {
    /// Why an endpoint was disabled.
    pub enum DisabledReason {
        /// Nothing but failures for five days.
        Failing = "failing" ("Failing for too long", "持续失败"),
        /// The receiver said that it wants no more (410).
        Gone = "gone" ("Receiver is gone", "接收方已停用"),
    }
}

guanxi_kernel::words! {
    /// Why the program has paused an endpoint.
    pub enum PausedReason {
        /// A secret was sealed with a key that is not here.
        KeyMissing = "key_missing" ("Sealing key is missing", "缺少封存密钥"),
        /// A secret was sealed for another endpoint, or was altered.
        Unreadable = "secret_unreadable" ("Secret cannot be read", "密钥无法读取"),
    }
}

/// Names an endpoint.
pub type EndpointId = Id<WebhookEndpoint>;

type EndpointMeta = Meta<WebhookEndpoint>;

/// How long the secret before a rotation still signs.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// What callers write of an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpointInput {
    /// What it is for.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// Where messages are sent, by https.
    #[field(zh = "网址")]
    pub url: Line<2048>,
    /// What it is told of: `party.created`, `party.*` for all that happens to parties, `*` for
    /// everything.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50)]
    #[field(zh = "事件类型", json, terms = "event_type")]
    pub event_types: Vec<Line<100>>,
    /// Whether anything is made for it at all; true when absent.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub enabled: bool,
    /// How much a message says; `thin` when absent.
    #[serde(default)]
    #[field(zh = "内容", filter)]
    pub payload: PayloadKind,
    /// Headers that are sent besides, e.g. a token for the receiver's gateway. Their values are
    /// shown as `***`; writing that leaves a value as it is.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    #[field(zh = "请求头", json)]
    pub headers: BTreeMap<String, HeaderText>,
}

/// What is shown instead of the value of a header.
pub(super) const HIDDEN: &str = "***";

/// The value of a header, which is written and never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum HeaderText {
    /// This one.
    New(String),
    /// The one that is there.
    Kept,
}

impl fmt::Debug for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for HeaderText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(HIDDEN)
    }
}

impl<'de> Deserialize<'de> for HeaderText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Ok(if text == HIDDEN { Self::Kept } else { Self::New(text) })
    }
}

/// A URL of another program that wants to be told what happens.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct WebhookEndpoint {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = EndpointMeta)]
    pub meta: Meta<WebhookEndpoint>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: WebhookEndpointInput,
    /// What is derived.
    #[serde(flatten)]
    #[field(flatten)]
    pub state: EndpointState,
    /// What is never shown.
    #[serde(skip)]
    #[field(flatten)]
    pub(crate) sealed: Sealed,
}

/// What is derived of an endpoint. The instants of the last attempts stand beside the record: they
/// change without a new version and without an event.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
#[schema(as = WebhookEndpointState)]
pub struct EndpointState {
    /// The user who made it: it is told of what this user may read, and of nothing else.
    #[field(zh = "所有者", filter, to = User)]
    pub owner_id: UserId,
    /// Whether messages are sent.
    #[field(zh = "状态", filter)]
    pub status: EndpointStatus,
    /// Why it was disabled.
    #[field(zh = "停用原因", filter)]
    pub disabled_reason: Option<DisabledReason>,
    /// Why it was paused, if nobody has paused it: its secret or a header could not be read.
    #[field(zh = "暂停原因", filter)]
    pub paused_reason: Option<PausedReason>,
    /// How often the secret was replaced.
    #[field(zh = "密钥版本")]
    pub secret_revision: i64,
    /// Until when the secret before still signs too.
    #[field(zh = "旧密钥有效期")]
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// How often the headers were changed.
    #[field(zh = "请求头版本")]
    pub header_revision: i64,
    /// Since when every attempt has failed, if the last one has.
    #[field(zh = "失败起始时间", filter)]
    pub failing_since: Option<DateTime<Utc>>,
    /// The last failed attempt of that row.
    #[field(zh = "最近失败时间")]
    pub last_failure_at: Option<DateTime<Utc>>,
    /// The last success, to the minute.
    #[field(zh = "最近成功时间", filter)]
    pub last_success_at: Option<DateTime<Utc>>,
}

/// Nobody's, so that it is noticed when it is not filled in.
impl Default for EndpointState {
    fn default() -> Self {
        Self {
            owner_id: Uuid::nil().into(),
            status: EndpointStatus::default(),
            disabled_reason: None,
            paused_reason: None,
            secret_revision: 0,
            previous_secret_until: None,
            header_revision: 0,
            failing_since: None,
            last_failure_at: None,
            last_success_at: None,
        }
    }
}

/// An endpoint with the secret that it has just been given. Not `Debug`: the secret is in plain text.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = WebhookEndpointWithSecret)]
pub struct WithSecret {
    /// Verifies that a message is ours. It is shown this once; a retry is answered without it.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", required = false)]
    pub secret: String,
    /// The record.
    #[serde(flatten)]
    #[schema(value_type = WebhookEndpoint)]
    pub endpoint: Shown<WebhookEndpoint>,
}

/// The resource.
pub static ENDPOINT: Kind = Kind::new::<WebhookEndpoint>(
    "webhook_endpoint",
    "webhook-endpoints",
    "webhook_endpoints",
    Visibility::Owner,
    Texts { en: "Webhook endpoint", zh: "Webhook 端点" },
)
.succeeded(Succession::Never)
.also(&["secret_rotated", "paused", "resumed", "disabled"]);

/// Whether one of these patterns is for that type of event.
pub fn matches(patterns: &[Line<100>], event_type: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => event_type.starts_with(beginning),
        None => **pattern == *event_type,
    })
}

/// Whether a text is a type of events, all of a kind, or everything.
fn is_pattern(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let parts = text.split_once('.');
    text == "*" || parts.is_some_and(|(kind, verb)| word(kind) && (verb == "*" || word(verb)))
}

impl WebhookEndpoint {
    /// Brings what was written into the form in which it is kept, and says what is wrong with it.
    /// Which networks are called is judged where the URL comes in and at every attempt.
    ///
    /// # Errors
    /// Those of sealing the values of headers.
    pub(super) fn normalise(
        &mut self,
        sealer: &Sealer,
        before: Option<&Self>,
    ) -> Result<Vec<FieldError>> {
        let mut findings = Vec::new();
        match Target::parse(&self.input.url, Policy { allow_private: true }) {
            Ok(target) => match Line::new(target.as_str()) {
                Ok(url) => self.input.url = url,
                Err(_) => findings.push(TOO_LONG.field("/url").with("expected", "a shorter URL")),
            },
            Err(problem) => findings.push(finding(&problem, "/url")),
        }
        let types = &self.input.event_types;
        for (at, pattern) in types.iter().enumerate() {
            let pointer = format!("/event_types/{at}");
            if !is_pattern(pattern) {
                let expected = "party.created, party.* or *";
                findings.push(INVALID_FORMAT.field(pointer).with("expected", expected));
            } else if types[..at].contains(pattern) {
                findings.push(REPEATED.field(pointer));
            }
        }
        let held = before.map(|before| before.sealed.header_values.clone()).unwrap_or_default();
        let (id, written) = (self.meta.id, &mut self.input.headers);
        if self.sealed.take_headers(sealer, id, written, &held, &mut findings)? {
            self.state.header_revision += 1;
        }
        Ok(findings)
    }

    /// Whether it is told other things than before, or tells them somebody else.
    pub(super) fn tells_otherwise(&self, before: &Self) -> bool {
        let (now, then) = (&self.input, &before.input);
        (&now.url, &now.event_types, now.payload) != (&then.url, &then.event_types, then.payload)
            || self.state.header_revision != before.state.header_revision
    }

    /// Gives it another secret; the one it had signs for a day more.
    ///
    /// # Errors
    /// Those of sealing.
    pub(super) fn replace_secret(
        &mut self,
        sealer: &Sealer,
        secret: &WebhookSecret,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.sealed.replace(sealer, self.meta.id, secret)?;
        self.state.previous_secret_until = Some(now + OVERLAP);
        self.state.secret_revision += 1;
        Ok(())
    }

    /// What signs and goes along now: one secret, or two for a day after a rotation.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`; `internal` when what is stored is no secret.
    pub(crate) fn open(&self, sealer: &Sealer, now: DateTime<Utc>) -> Result<Opened> {
        let overlaps = self.state.previous_secret_until.is_some_and(|until| now < until);
        self.sealed.open(sealer, self.meta.id, overlaps)
    }

    /// Whether anything is sent to it now.
    pub(crate) fn sends(&self) -> bool {
        let live = self.meta.deleted_at.is_none() && self.input.enabled;
        live && self.state.status == EndpointStatus::Active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<Line<100>> {
        texts.iter().map(|text| Line::new(text).unwrap()).collect()
    }

    #[test]
    fn patterns_match_a_type_a_kind_or_everything() {
        let table: [(&[&str], &str, bool); 7] = [
            (&["party.created"], "party.created", true),
            (&["party.created"], "party.updated", false),
            (&["party.*"], "party.updated", true),
            (&["party.*"], "party_group.updated", false),
            (&["contact.*", "party.deleted"], "party.deleted", true),
            (&["*"], "anything.at_all", true),
            (&[], "party.created", false),
        ];
        for (patterns, event, expected) in table {
            assert_eq!(matches(&lines(patterns), event), expected, "{patterns:?} {event}");
        }
        for good in ["*", "party.*", "contact_relation.role_given"] {
            assert!(is_pattern(good), "{good}");
        }
        for bad in ["", "party", "party.", ".created", "*.created", "party.cr*", "Party.*", "a.b.c"]
        {
            assert!(!is_pattern(bad), "{bad}");
        }
    }

    #[test]
    fn values_of_headers_are_neither_shown_nor_printed() {
        let value = HeaderText::New("canary".into());
        assert_eq!(serde_json::to_value(&value).unwrap(), HIDDEN);
        assert_eq!(format!("{value:?}"), HIDDEN);
    }
}
