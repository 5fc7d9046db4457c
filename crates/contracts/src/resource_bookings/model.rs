//! A booking as a row.

use crate::{
    bookable_resources::{BookableResource, BookableResourceId},
    contracts::{Contract, ContractId},
};
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{Id, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a booking.
pub type ResourceBookingId = Id<ResourceBooking>;

type ResourceBookingMeta = Meta<ResourceBooking>;

/// What callers write of a booking. Contract and resource stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ResourceBookingInput {
    /// The contract, which is in force; that of the path when absent.
    #[serde(default)]
    #[field(zh = "合同", filter, to = Contract)]
    pub contract_id: Option<ContractId>,
    /// Who or what is taken.
    #[field(zh = "资源", filter, to = BookableResource)]
    pub bookable_resource_id: BookableResourceId,
    /// The first day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始日期", filter, sort)]
    pub starts_on: NaiveDate,
    /// The last day, within 366 days. Days between on which the resource is not there are passed over.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "结束日期", filter)]
    pub ends_on: NaiveDate,
    /// How many minutes of it are taken on each day.
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    #[field(zh = "每日预订分钟")]
    pub minutes_per_day: i64,
    /// What for.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// Somebody or something is taken for a contract on some days.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ResourceBooking {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ResourceBookingMeta)]
    pub meta: Meta<ResourceBooking>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ResourceBookingInput,
    /// On how many days the resource is taken.
    #[field(zh = "预订天数")]
    pub days: i64,
    /// How many minutes that are altogether.
    #[field(zh = "预订分钟合计")]
    pub booked_minutes: i64,
    /// From which day on the resource is free again, because the contract has ended; `days` and
    /// `booked_minutes` are those before it then.
    #[field(zh = "释放日期", filter)]
    pub released_on: Option<NaiveDate>,
}

/// The resource of bookings.
pub static RESOURCE_BOOKING: Kind = Kind::new::<ResourceBooking>(
    "resource_booking",
    "resource-bookings",
    "resource_bookings",
    Visibility::Parent { column: "contract_id", table: "contracts", shared: None },
    Texts { en: "Resource booking", zh: "资源预订" },
)
.also(&["released"]);

impl ResourceBooking {
    /// What decides which days are taken.
    pub(super) fn taken(&self) -> (NaiveDate, NaiveDate, i64) {
        (self.input.starts_on, self.input.ends_on, self.input.minutes_per_day)
    }
}
