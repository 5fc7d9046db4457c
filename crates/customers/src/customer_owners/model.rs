//! A customer owner, and what follows from a wish. Pure.

use crate::{
    parties::{Party, PartyId},
    problems::CUSTOMER_OWNER_ENDED,
    service_transfers::{ServiceTransfer, ServiceTransferId},
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Result, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What an owner of a customer does.
    pub enum CustomerDuty {
        /// Sells.
        Sales = "sales" ("Sales", "销售"),
        /// Looks after what was sold.
        Service = "service" ("Service", "服务"),
    }
}

/// Names a customer owner.
pub type CustomerOwnerId = Id<CustomerOwner>;

type CustomerOwnerMeta = Meta<CustomerOwner>;

/// Who has which duty for which customer. Nobody changes it: whoever follows is another record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CustomerOwnerInput {
    /// The customer.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The duty.
    #[field(zh = "职责", filter)]
    pub duty: CustomerDuty,
    /// Who has it.
    #[field(zh = "负责人", filter, to = User)]
    pub user_id: UserId,
    /// Whether they are the one whom the customer turns to first.
    #[field(zh = "主要负责人", filter)]
    pub is_primary: bool,
}

/// Somebody has or had a duty for a customer.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CustomerOwner {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CustomerOwnerMeta)]
    pub meta: Meta<CustomerOwner>,
    /// Who has which duty.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CustomerOwnerInput,
    /// Since when.
    #[field(zh = "开始时间", filter)]
    pub held_from: Option<DateTime<Utc>>,
    /// Until when; `null` while they have it.
    #[field(zh = "结束时间", filter)]
    pub held_until: Option<DateTime<Utc>>,
    /// The service transfer that it follows from.
    #[field(zh = "服务移交", filter, to = ServiceTransfer)]
    pub service_transfer_id: Option<ServiceTransferId>,
}

/// The resource of customer owners.
pub static CUSTOMER_OWNER: Kind = Kind::new::<CustomerOwner>(
    "customer_owner",
    "customer-owners",
    "customer_owners",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Customer owner", zh: "客户负责人" },
)
.also(&["ended"]);

/// Somebody gets a duty for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "duty": "service", "is_primary": true })))]
pub struct AssignCustomerOwner {
    /// The duty. Whoever has had it until now has it no more.
    pub duty: CustomerDuty,
    /// Who; you when absent.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// Whether they become the primary. Where the customer has no other owner they are in any case, and whoever
    /// follows the primary is the primary too.
    #[serde(default)]
    pub is_primary: bool,
}

/// An owner that a customer has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Held {
    pub(super) id: CustomerOwnerId,
    pub(super) duty: CustomerDuty,
    pub(super) user_id: UserId,
    pub(super) is_primary: bool,
}

/// An owner that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Begins {
    pub(super) duty: CustomerDuty,
    pub(super) user: UserId,
    pub(super) is_primary: bool,
}

/// What follows from a wish: who ends, and then who begins; the one that was wished for is the last.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Steps {
    pub(super) ends: Vec<CustomerOwnerId>,
    pub(super) begins: Vec<Begins>,
}

impl Steps {
    /// Ends an owner, who begins anew with or without being the primary.
    fn turn(&mut self, one: &Held, is_primary: bool) {
        self.ends.push(one.id);
        self.begins.push(Begins { duty: one.duty, user: one.user_id, is_primary });
    }
}

/// Somebody gets a duty; nothing where they have it like that already.
pub(super) fn assigned(open: &[Held], duty: CustomerDuty, user: UserId, wish: bool) -> Steps {
    let mut steps = Steps::default();
    let before = open.iter().find(|one| one.duty == duty);
    let other = open.iter().find(|one| one.duty != duty);
    let is_primary = wish || other.is_none_or(|other| !other.is_primary);
    if before.is_some_and(|one| one.user_id == user && one.is_primary == is_primary) {
        return steps;
    }
    steps.ends.extend(before.map(|one| one.id));
    if let Some(other) = other.filter(|other| is_primary && other.is_primary) {
        steps.turn(other, false);
    }
    steps.begins.push(Begins { duty, user, is_primary });
    steps
}

/// An owner becomes the primary; nothing where they are.
pub(super) fn preferred(open: &[Held], id: CustomerOwnerId) -> Steps {
    let mut steps = Steps::default();
    let Some(one) = open.iter().find(|one| one.id == id && !one.is_primary) else { return steps };
    if let Some(other) = open.iter().find(|other| other.is_primary) {
        steps.turn(other, false);
    }
    steps.turn(one, true);
    steps
}

/// An owner ends; where it was the primary and there is another, that one is the primary.
pub(super) fn ended(open: &[Held], id: CustomerOwnerId) -> Steps {
    let mut steps = Steps::default();
    let Some(one) = open.iter().find(|one| one.id == id) else { return steps };
    steps.ends.push(one.id);
    if let Some(other) = open.iter().find(|other| other.id != id && !other.is_primary) {
        steps.turn(other, true);
    }
    steps
}

impl CustomerOwner {
    /// Refuses what has ended.
    ///
    /// # Errors
    /// `customer_owner_ended`.
    pub(super) fn open(&self) -> Result<()> {
        match self.held_until {
            None => Ok(()),
            Some(_) => Err(CUSTOMER_OWNER_ENDED.problem()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CustomerDuty::{Sales, Service};
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn user(number: u128) -> UserId {
        Uuid::from_u128(number).into()
    }

    /// The owners after some steps; those that begin get numbers that nobody has.
    fn after(open: &[Held], steps: &Steps) -> Vec<Held> {
        let last = open.iter().map(|one| one.id.uuid().as_u128()).max().unwrap_or_default();
        let stays = open.iter().copied().filter(|one| !steps.ends.contains(&one.id));
        let begin = |(at, one): (u128, &Begins)| Held {
            id: Uuid::from_u128(last + 1 + at).into(),
            duty: one.duty,
            user_id: one.user,
            is_primary: one.is_primary,
        };
        stays.chain((0..).zip(&steps.begins).map(begin)).collect()
    }

    /// One owner of each duty at most, and one primary if there is any.
    fn is_sound(open: &[Held]) -> bool {
        let duties: BTreeSet<CustomerDuty> = open.iter().map(|one| one.duty).collect();
        let primaries = open.iter().filter(|one| one.is_primary).count();
        duties.len() == open.len() && primaries == usize::from(!open.is_empty())
    }

    #[test]
    fn d_47_exactly_one_owner_is_the_primary_whatever_is_wished() {
        let mut states: Vec<Vec<Held>> = vec![Vec::new()];
        for _ in 0..3 {
            let mut next = Vec::new();
            for open in &states {
                for duty in [Sales, Service] {
                    for (who, wish) in [(1, false), (1, true), (2, false), (2, true)] {
                        next.push(after(open, &assigned(open, duty, user(who), wish)));
                    }
                }
                for one in open {
                    next.push(after(open, &preferred(open, one.id)));
                    next.push(after(open, &ended(open, one.id)));
                }
            }
            for open in &next {
                assert!(is_sound(open), "{open:?}");
            }
            states = next;
        }
    }

    #[test]
    fn d_47_the_first_is_the_primary_and_steps_back_for_who_is_to_be() {
        let seller = after(&[], &assigned(&[], Sales, user(1), false));
        assert!(seller[0].is_primary);
        let both = after(&seller, &assigned(&seller, Service, user(2), false));
        assert_eq!((both[0].is_primary, both[1].is_primary), (true, false));
        let turned = assigned(&seller, Service, user(2), true);
        assert_eq!(turned.ends, [seller[0].id]);
        let begun = turned.begins.iter().map(|one| (one.duty, one.is_primary));
        assert_eq!(begun.collect::<Vec<_>>(), [(Sales, false), (Service, true)]);
        let again = assigned(&seller, Sales, user(1), false);
        assert_eq!(again, Steps::default(), "nothing changes");
        let next = assigned(&seller, Sales, user(3), false);
        assert!(next.begins[0].is_primary, "who follows the primary is it");
    }
}
