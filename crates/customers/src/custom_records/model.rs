//! A record of an object of the tenant.

use crate::parties::{Party, PartyId};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a record of an object of the tenant.
pub type CustomRecordId = Id<CustomRecord>;

type CustomRecordMeta = Meta<CustomRecord>;

/// What callers write of a record of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CustomRecordInput {
    /// The object, by its name, e.g. `vehicle`. It stays.
    #[field(zh = "对象", filter)]
    pub object: Line<40>,
    /// What it is called.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// The party that it belongs to or is about.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// The user who looks after it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
}

/// A record of a kind that the tenant has defined.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CustomRecord {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CustomRecordMeta)]
    pub meta: Meta<CustomRecord>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CustomRecordInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource.
pub static CUSTOM_RECORD: Kind = Kind::new::<CustomRecord>(
    "custom_record",
    "custom-records",
    "custom_records",
    Visibility::Owner,
    Texts { en: "Record of a custom object", zh: "自定义对象记录" },
)
.searched(&["name"])
.known_by(&["name"])
.in_parts("object");
