//! A service hold and its moves. Pure.

use crate::{
    parties::{Party, PartyId},
    problems::SERVICE_HOLD_STATE,
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Result, Text, UserId, Word as _, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How a service hold stands.
    #[derive(Default)]
    pub enum ServiceHoldStatus {
        /// It waits for an approval.
        #[default]
        Requested = "requested" ("Requested", "待批准"),
        /// The customer gets no new service requests.
        Held = "held" ("Held", "已暂停服务"),
        /// It was not agreed to.
        Refused = "refused" ("Refused", "已驳回"),
        /// The customer is served again, or the request was taken back.
        Released = "released" ("Released", "已恢复服务"),
    }
}

/// Names a service hold.
pub type ServiceHoldId = Id<ServiceHold>;

type ServiceHoldMeta = Meta<ServiceHold>;

/// Whom a service hold is about, and why. It is set when the hold is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ServiceHoldInput {
    /// The customer.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// Why it is not served.
    #[field(zh = "原因")]
    pub reason: Text<2000>,
}

/// A customer is not served.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ServiceHold {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ServiceHoldMeta)]
    pub meta: Meta<ServiceHold>,
    /// Whom it is about, and why.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ServiceHoldInput,
    /// Who has asked for it, or has it in hand now.
    #[field(zh = "申请人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How it stands.
    #[field(zh = "状态", filter)]
    pub status: ServiceHoldStatus,
    /// The approval that it waits for, or was decided by.
    #[field(zh = "审批")]
    pub approval_id: Option<Uuid>,
    /// Since when the customer is not served.
    #[field(zh = "暂停时间")]
    pub held_at: Option<DateTime<Utc>>,
    /// Since when it is again.
    #[field(zh = "恢复时间")]
    pub released_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "恢复人", to = User)]
    pub released_by: Option<UserId>,
    /// Why.
    #[field(zh = "恢复原因")]
    pub release_reason: Option<Text<2000>>,
}

/// The resource of service holds.
pub static SERVICE_HOLD: Kind = Kind::new::<ServiceHold>(
    "service_hold",
    "service-holds",
    "service_holds",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Service hold", zh: "暂停服务" },
)
.succeeded(Succession::While(&["requested", "held"]))
.also(&["requested", "held", "refused", "recalled", "released"]);

/// A customer is not to be served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "拖欠服务费超过 90 天" })))]
pub struct HoldService {
    /// Why.
    pub reason: Text<2000>,
}

/// A customer is served again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "欠款已结清" })))]
pub struct ReleaseServiceHold {
    /// Why.
    pub reason: Text<2000>,
}

impl ServiceHold {
    /// Whether it is asked for or in force.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.status, ServiceHoldStatus::Requested | ServiceHoldStatus::Held)
    }

    /// It is in force from now on.
    pub(super) fn hold(&mut self, now: DateTime<Utc>) {
        (self.status, self.held_at) = (ServiceHoldStatus::Held, Some(now));
    }

    /// The customer is served again; one that waits for an approval is taken back.
    ///
    /// # Errors
    /// `service_hold_state`.
    pub(super) fn release(
        &mut self,
        reason: Text<2000>,
        (now, by): (DateTime<Utc>, UserId),
    ) -> Result<()> {
        if !self.is_open() {
            return Err(SERVICE_HOLD_STATE.with("status", self.status.word()));
        }
        self.status = ServiceHoldStatus::Released;
        (self.released_at, self.released_by) = (Some(now), Some(by));
        self.release_reason = Some(reason);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    #[test]
    fn k_21_what_is_released_is_over() {
        let mut one: ServiceHold = testing::record(input::read(ServiceHold::example()).unwrap());
        let (now, by) = (DateTime::UNIX_EPOCH, Uuid::nil().into());
        one.hold(now);
        assert!(one.is_open());
        let paid = Text::new("欠款已结清").unwrap();
        one.release(paid.clone(), (now, by)).unwrap();
        assert_eq!((one.status, one.released_at), (ServiceHoldStatus::Released, Some(now)));
        assert!(one.release(paid, (now, by)).unwrap_err().is(&SERVICE_HOLD_STATE));
    }
}
