//! A phone representative as a row.

use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a phone representative.
pub type PhoneRepresentativeId = Id<PhoneRepresentative>;

type PhoneRepresentativeMeta = Meta<PhoneRepresentative>;

/// What callers write of a phone representative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PhoneRepresentativeInput {
    /// The user; each is one representative. It stays.
    #[field(zh = "用户", filter, to = User)]
    pub user_id: UserId,
    /// What they know, each once: products, languages, sorts of calls.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "技能", json, terms = "skill")]
    pub skills: Vec<Line<60>>,
    /// The number by which they are reached within the company.
    #[serde(default)]
    #[field(zh = "分机号")]
    pub extension: Option<Line<20>>,
    /// Whether they take calls.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "接听中", filter)]
    pub active: bool,
    /// Anything else worth knowing, e.g. what they are to learn next.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<2000>>,
}

/// Somebody who takes phone calls.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct PhoneRepresentative {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PhoneRepresentativeMeta)]
    pub meta: Meta<PhoneRepresentative>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PhoneRepresentativeInput,
}

/// The resource of phone representatives.
pub static PHONE_REPRESENTATIVE: Kind = Kind::new::<PhoneRepresentative>(
    "phone_representative",
    "phone-representatives",
    "phone_representatives",
    Visibility::Tenant,
    Texts { en: "Phone representative", zh: "电话销售代表" },
);
