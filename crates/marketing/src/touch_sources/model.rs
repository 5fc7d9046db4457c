//! A touch source, and which of its secrets counts when.

use super::sealed::Sealed;
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Id, Line, Result, TenantId, problem::Texts};
use guanxi_outbound::WebhookSecret;
use guanxi_storage::{Kind, Meta, Record, Visibility, resource::Shown, vault::Sealer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a touch source.
pub type TouchSourceId = Id<TouchSource>;

type TouchSourceMeta = Meta<TouchSource>;

/// How long the secret before a rotation still counts.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// The name under which the program itself writes touches.
pub(super) const OURS: &str = "guanxi";

fn six_hundred() -> i64 {
    600
}

/// What callers write of a touch source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TouchSourceInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// Under which name its events stand among touches. It stays, and no other source has it.
    #[field(zh = "来源系统", filter)]
    pub source: Line<60>,
    /// Whether anything is taken of it; otherwise its key is as good as unknown.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// How many batches with something new in them it may tell in a minute.
    #[serde(default = "six_hundred")]
    #[validate(range(min = 1, max = 10_000))]
    #[schema(default = 600, minimum = 1, maximum = 10_000)]
    #[field(zh = "每分钟批次上限")]
    pub per_minute: i64,
}

/// A provider that tells what has become of what it has sent.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct TouchSource {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TouchSourceMeta)]
    pub meta: Meta<TouchSource>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TouchSourceInput,
    /// Where it posts its events: `/v1/touch-events/{key}`. It is no secret; the signature is what counts.
    #[field(zh = "事件密钥")]
    pub event_key: String,
    /// How often the secret was replaced.
    #[field(zh = "密钥版本")]
    pub secret_revision: i64,
    /// Until when the secret before counts too.
    #[field(zh = "旧密钥有效期")]
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// What is never shown.
    #[serde(skip)]
    #[field(flatten)]
    pub(crate) sealed: Sealed,
}

/// A touch source with the secret that it has just been given. Not `Debug`: the secret is in plain text.
#[derive(Clone, Serialize, ToSchema)]
pub struct TouchSourceWithSecret {
    /// What the provider signs with. It is shown this once; a retry is answered without it.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", required = false)]
    pub secret: String,
    /// The record.
    #[serde(flatten)]
    #[schema(value_type = TouchSource)]
    pub source: Shown<TouchSource>,
}

/// The resource of touch sources.
pub static TOUCH_SOURCE: Kind = Kind::new::<TouchSource>(
    "touch_source",
    "touch-sources",
    "touch_sources",
    Visibility::Tenant,
    Texts { en: "Touch source", zh: "触达事件来源" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["secret_rotated"]);

/// A key that nobody can guess. It begins with the tenant, so that nothing is looked up beyond one.
pub(super) fn new_key(tenant: TenantId) -> String {
    format!("{}.{}", tenant.uuid().simple(), Uuid::new_v4().simple())
}

/// The tenant of a key.
pub(super) fn tenant_of(key: &str) -> Option<TenantId> {
    let (tenant, _) = key.split_once('.')?;
    Uuid::try_parse(tenant).ok().map(TenantId::from)
}

impl TouchSource {
    /// Gives it another secret; the one that it had counts for a day more.
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
        self.previous_secret_until = Some(now + OVERLAP);
        self.secret_revision += 1;
        Ok(())
    }

    /// Whether the secret before the last rotation still counts.
    fn overlaps(&self, now: DateTime<Utc>) -> bool {
        self.previous_secret_until.is_some_and(|until| now < until)
    }

    /// The secrets that count now: one, or two for a day after a rotation.
    ///
    /// # Errors
    /// `sealing_key_missing`, `seal_refused`; `internal` when what is stored is no secret.
    pub(super) fn secrets(
        &self,
        sealer: &Sealer,
        now: DateTime<Utc>,
    ) -> Result<Vec<WebhookSecret>> {
        self.sealed.open(sealer, self.meta.id, self.overlaps(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_storage::kind::Parts as _;

    #[test]
    fn x_14_a_key_names_its_tenant_and_cannot_be_guessed() {
        let tenant = TenantId::from(Uuid::nil());
        let (one, other) = (new_key(tenant), new_key(tenant));
        assert_ne!(one, other);
        assert_eq!((tenant_of(&one), tenant_of("nonsense")), (Some(tenant), None));
    }

    #[test]
    fn x_14_the_secret_before_counts_for_a_day() {
        let input = TouchSourceInput {
            name: Line::new("Mailer").unwrap(),
            source: Line::new("mailer").unwrap(),
            active: true,
            per_minute: 600,
        };
        let mut source = TouchSource::assemble(Meta::blank(), input);
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert!(!source.overlaps(now), "there was none before");
        source.previous_secret_until = Some(now + OVERLAP);
        assert!(source.overlaps(now + TimeDelta::hours(23)));
        assert!(!source.overlaps(now + TimeDelta::hours(24)));
    }
}
