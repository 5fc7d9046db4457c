//! A delegation.

use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Line, Text, UserId,
    problem::{FieldError, INVALID, OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Whether it counts now.
    #[derive(Default)]
    pub enum DelegationStatus {
        /// It has not begun.
        #[default]
        Scheduled = "scheduled" ("Scheduled", "未开始"),
        /// It counts.
        Active = "active" ("Active", "生效中"),
        /// It is over.
        Ended = "ended" ("Ended", "已结束"),
    }
}

/// Names a delegation.
pub type ApprovalDelegationId = Id<ApprovalDelegation>;

type ApprovalDelegationMeta = Meta<ApprovalDelegation>;

/// What callers write of a delegation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDelegationInput {
    /// Whose approvals they are; the acting user when absent.
    #[serde(default)]
    #[field(zh = "委托人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Who decides in their place. The owner may still decide too.
    #[field(zh = "代理人", filter, to = User)]
    pub to_user_id: UserId,
    /// From when on.
    #[field(zh = "开始时间", filter, sort)]
    pub starts_at: DateTime<Utc>,
    /// Until when, not including it.
    #[field(zh = "结束时间", filter)]
    pub ends_at: DateTime<Utc>,
    /// Only documents of this type; all when absent.
    #[serde(default)]
    #[field(zh = "单据类型", filter)]
    pub document: Option<Line<60>>,
    /// Why, e.g. a leave.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// Somebody decides in the place of somebody else.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ApprovalDelegation {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ApprovalDelegationMeta)]
    pub meta: Meta<ApprovalDelegation>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ApprovalDelegationInput,
    /// Whether it counts now; brought up to date soon after it begins and ends.
    #[field(zh = "状态", filter)]
    pub status: DelegationStatus,
    /// When its status changes next.
    #[serde(skip)]
    #[field(hidden)]
    pub turns_at: Option<DateTime<Utc>>,
}

/// The resource of delegations.
pub static APPROVAL_DELEGATION: Kind = Kind::new::<ApprovalDelegation>(
    "approval_delegation",
    "approval-delegations",
    "approval_delegations",
    Visibility::Owner,
    Texts { en: "Approval delegation", zh: "审批委托" },
)
.succeeded(Succession::Never);

impl ApprovalDelegationInput {
    /// Brings what was written into the one form that is kept, for the acting user; what is wrong
    /// with it.
    pub(super) fn settle(&mut self, actor: UserId) -> Vec<FieldError> {
        let owner = *self.owner_id.get_or_insert(actor);
        let whole = |at: DateTime<Utc>| {
            DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
        };
        (self.starts_at, self.ends_at) = (whole(self.starts_at), whole(self.ends_at));
        let mut findings = Vec::new();
        if owner == self.to_user_id {
            let finding = INVALID.field("/to_user_id");
            findings.push(finding.with("expected", "Somebody else than the owner"));
        }
        if self.ends_at <= self.starts_at {
            findings.push(OUT_OF_RANGE.field("/ends_at").with("expected", "after starts_at"));
        }
        findings
    }
}

impl ApprovalDelegation {
    /// What it is at that time.
    pub(super) fn turn(&mut self, now: DateTime<Utc>) {
        let ApprovalDelegationInput { starts_at, ends_at, .. } = self.input;
        (self.status, self.turns_at) = if now < starts_at {
            (DelegationStatus::Scheduled, Some(starts_at))
        } else if now < ends_at {
            (DelegationStatus::Active, Some(ends_at))
        } else {
            (DelegationStatus::Ended, None)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    #[test]
    fn it_counts_from_its_beginning_and_not_at_its_end() {
        let mut one: ApprovalDelegation =
            testing::record(input::read(ApprovalDelegation::example()).unwrap());
        let (starts, ends) = (one.input.starts_at, one.input.ends_at);
        let second = chrono::TimeDelta::seconds(1);
        for (now, status, next) in [
            (starts - second, DelegationStatus::Scheduled, Some(starts)),
            (starts, DelegationStatus::Active, Some(ends)),
            (ends - second, DelegationStatus::Active, Some(ends)),
            (ends, DelegationStatus::Ended, None),
        ] {
            one.turn(now);
            assert_eq!((one.status, one.turns_at), (status, next));
        }
        one.input.ends_at = starts;
        let to = one.input.to_user_id;
        assert_eq!(one.input.settle(to).len(), 2);
    }
}
