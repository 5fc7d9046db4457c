//! An erasure as callers see it. It says nothing of the person but the id.

use guanxi_kernel::{Id, Line, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// Why a person is erased. Words, so that the receipt tells nothing of the person.
    #[derive(Default)]
    pub enum ErasureReason {
        /// The person asked for it.
        #[default]
        Requested = "requested" ("Asked for by the person", "本人要求"),
        /// The person takes back the consent that it was stored by.
        ConsentWithdrawn = "consent_withdrawn" ("Consent withdrawn", "撤回同意"),
        /// There is no purpose any more, or its time is over.
        NotNeeded = "not_needed" ("Not needed any more", "目的已实现或期限届满"),
        /// It should never have been stored.
        Unlawful = "unlawful" ("Stored unlawfully", "违法收集"),
    }
}

/// Names an erasure.
pub type ErasureId = Id<Erasure>;

type ErasureMeta = Meta<Erasure>;

/// Asks for the erasure of a person.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// Why.
    pub reason: ErasureReason,
    /// The id of the record once more, since it cannot be undone.
    pub confirm: Uuid,
}

/// Who was erased, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ErasureInput {
    /// What the record is, e.g. `contact`.
    #[field(zh = "记录类型", filter)]
    pub subject_type: Line<60>,
    /// The record.
    #[field(zh = "记录", filter)]
    pub subject_id: Uuid,
    /// Why.
    #[field(zh = "原因", filter)]
    pub reason: ErasureReason,
}

/// The receipt of an erasure. Who has done it and when is in `created_by` and `created_at`.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Erasure {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ErasureMeta)]
    pub meta: Meta<Erasure>,
    /// Who was erased, and why.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ErasureInput,
    /// How many rows of each table lost what they said of the person.
    #[field(zh = "数据表", json)]
    pub tables: BTreeMap<String, i64>,
    /// Events that say less since.
    #[field(zh = "事件数")]
    pub events: i64,
    /// Files that are gone.
    #[field(zh = "文件数")]
    pub files: i64,
    /// SHA-256 in hex over the digests that the chain of events holds the forgotten ones against.
    #[field(zh = "摘要")]
    pub digest: String,
}

/// The resource of erasures.
pub static ERASURE: Kind = Kind::new::<Erasure>(
    "erasure",
    "erasures",
    "erasures",
    Visibility::Tenant,
    Texts { en: "Erasure", zh: "个人信息删除" },
)
.succeeded(Succession::Never);
