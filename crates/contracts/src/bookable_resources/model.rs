//! A resource as a row.

use super::Availability;
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a resource is.
    pub enum BookableResourceKind {
        /// Somebody.
        Person = "person" ("Person", "人员"),
        /// A machine, a room, a vehicle.
        Equipment = "equipment" ("Equipment", "设备"),
    }
}

/// Names a resource.
pub type BookableResourceId = Id<BookableResource>;

type BookableResourceMeta = Meta<BookableResource>;

/// What callers write of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct BookableResourceInput {
    /// What it is called.
    #[field(zh = "资源名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// What it is.
    #[field(zh = "资源类型", filter)]
    pub kind: BookableResourceKind,
    /// The user that a person is, if it is one; a user is one resource at most.
    #[serde(default)]
    #[field(zh = "用户", filter, to = User)]
    pub user_id: Option<UserId>,
    /// The capacity: how many minutes of it can be taken on one day. Of three alike that are one resource,
    /// those of all three.
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    #[field(zh = "每日可用分钟")]
    pub minutes_per_day: i64,
    /// Whether it is there on days on which the company does not work too; else its days are those of the
    /// work calendar of the company, or all where there is none.
    #[serde(default)]
    #[field(zh = "每日可用")]
    pub every_day: bool,
    /// The first day on which it is there; any when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "可用起始日")]
    pub available_from: Option<NaiveDate>,
    /// The last one.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "可用截止日")]
    pub available_until: Option<NaiveDate>,
    /// Whether it can be booked from now on. What was booked stays.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// Somebody or something that is booked for the work on contracts.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct BookableResource {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = BookableResourceMeta)]
    pub meta: Meta<BookableResource>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: BookableResourceInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of resources that can be booked.
pub static BOOKABLE_RESOURCE: Kind = Kind::new::<BookableResource>(
    "bookable_resource",
    "bookable-resources",
    "bookable_resources",
    Visibility::Tenant,
    Texts { en: "Bookable resource", zh: "可预订资源" },
)
.searched(&["name"])
.known_by(&["name"]);

impl BookableResourceInput {
    /// On which days there is how much of it.
    pub fn availability(&self) -> Availability {
        Availability {
            minutes_per_day: self.minutes_per_day,
            every_day: self.every_day,
            from: self.available_from,
            until: self.available_until,
        }
    }
}
