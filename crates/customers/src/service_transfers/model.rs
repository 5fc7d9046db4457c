//! A service transfer. Pure.

use crate::{
    assets::{Asset, AssetId},
    parties::{Party, PartyId},
    problems::SERVICE_TRANSFER_ACCEPTED,
    rules::likely_instant,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Result, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a service transfer.
pub type ServiceTransferId = Id<ServiceTransfer>;

type ServiceTransferMeta = Meta<ServiceTransfer>;

/// What callers write of a service transfer; it stays as it is once service has accepted it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ServiceTransferInput {
    /// The customer. It is set when the transfer is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// What was delivered, if it is an asset of the customer.
    #[serde(default)]
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: Option<AssetId>,
    /// Who has sold it and built the file; the acting user when a new transfer names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// When it was delivered; now when a new transfer says nothing.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "交付时间", filter)]
    pub delivered_at: Option<DateTime<Utc>>,
    /// Anything that service has to know.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// The file of a customer goes to the service department.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ServiceTransfer {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ServiceTransferMeta)]
    pub meta: Meta<ServiceTransfer>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ServiceTransferInput,
    /// The contract that was implemented, if that has told it.
    #[field(zh = "合同", filter)]
    pub contract_id: Option<Uuid>,
    /// The last day for service to accept it; `null` once it has, or where nothing says how long that may take.
    #[field(zh = "接收期限", filter)]
    pub due_on: Option<NaiveDate>,
    /// When service has accepted it.
    #[field(zh = "接收时间", filter)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// Who did.
    #[field(zh = "接收人", to = User)]
    pub accepted_by: Option<UserId>,
    /// Whether that was behind the last day.
    #[field(zh = "超期接收", filter)]
    pub accepted_late: bool,
    /// Who looks after the customer in service.
    #[field(zh = "服务负责人", filter, to = User)]
    pub service_owner_id: Option<UserId>,
    /// Whether there was a last day.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) limited: bool,
}

/// The resource of service transfers.
pub static SERVICE_TRANSFER: Kind = Kind::new::<ServiceTransfer>(
    "service_transfer",
    "service-transfers",
    "service_transfers",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Service transfer", zh: "客户档案移交服务" },
)
.late_by("due_on")
.also(&["accepted"]);

/// Service has the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({})))]
pub struct AcceptServiceTransfer {
    /// Who looks after the customer in service; you when absent.
    #[serde(default)]
    pub service_owner_id: Option<UserId>,
}

impl ServiceTransfer {
    /// Refuses what service has accepted.
    ///
    /// # Errors
    /// `service_transfer_accepted`.
    pub(super) fn waiting(&self) -> Result<()> {
        match self.accepted_at {
            None => Ok(()),
            Some(_) => Err(SERVICE_TRANSFER_ACCEPTED.problem()),
        }
    }

    /// Works out its last day, from the day of the delivery.
    pub(super) fn settle_due(&mut self, delivered_on: NaiveDate, within: Option<i64>) {
        let days = within.and_then(|days| u64::try_from(days).ok());
        let due = days.and_then(|days| delivered_on.checked_add_days(Days::new(days)));
        self.limited = due.is_some();
        self.due_on = due.filter(|_| self.accepted_at.is_none());
    }

    /// Service has the file, on that day.
    ///
    /// # Errors
    /// `service_transfer_accepted`.
    pub(super) fn accept(
        &mut self,
        service_owner: UserId,
        (now, today, by): (DateTime<Utc>, NaiveDate, UserId),
    ) -> Result<()> {
        self.waiting()?;
        self.accepted_late = self.due_on.is_some_and(|due| today > due);
        (self.accepted_at, self.accepted_by) = (Some(now), Some(by));
        (self.service_owner_id, self.due_on) = (Some(service_owner), None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn d_46_service_has_so_many_days_behind_the_delivery() {
        let made = || -> ServiceTransfer {
            let mut one: ServiceTransfer =
                testing::record(input::read(ServiceTransfer::example()).unwrap());
            one.settle_due(day("2026-01-30"), Some(3));
            one
        };
        assert_eq!(made().due_on, Some(day("2026-02-02")));
        let (now, by) = (DateTime::UNIX_EPOCH, Uuid::nil().into());
        for (on, late) in [("2026-02-02", false), ("2026-02-03", true)] {
            let mut one = made();
            one.accept(by, (now, day(on), by)).unwrap();
            assert_eq!((one.accepted_late, one.due_on), (late, None), "{on}");
            let again = one.accept(by, (now, day(on), by)).unwrap_err();
            assert!(again.is(&SERVICE_TRANSFER_ACCEPTED));
        }
        let mut one = made();
        one.settle_due(day("2026-01-30"), None);
        assert_eq!(one.due_on, None, "nothing says how long it may take");
    }
}
