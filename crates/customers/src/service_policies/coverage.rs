//! From how many posts of the company somebody is in touch with a party.

use super::{VisitPeriod, store};
use crate::{
    activities::ACTIVITY,
    parties::{PARTY, Party, PartyId},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_identity::roles::Role;
use guanxi_kernel::{Action, Ctx, Result, RoleId, actor::forbidden, period::business_date};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Users whose activities are counted at most: more are not in touch with one party.
const MOST: i64 = 10_000;

/// Over how many days contacts count where neither the caller nor a policy says so.
const DAYS: i64 = 91;

/// A user who has done something about the party.
pub(super) struct InTouch {
    pub(super) activities: i64,
    pub(super) last: DateTime<Utc>,
    pub(super) roles: BTreeSet<RoleId>,
}

/// A role whose people were in touch with a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleInTouch {
    /// The role.
    pub role_id: RoleId,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub role: Option<String>,
    /// What was done.
    #[serde(flatten)]
    pub touched: Touched,
}

/// What people have done about a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Touched {
    /// How many of them have done something.
    pub users: i64,
    /// How many activities they have done.
    pub activities: i64,
    /// The day of the last of these.
    pub last_contact_on: NaiveDate,
}

/// From how many posts of the company somebody is in touch with a party.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactCoverage {
    /// The party.
    pub party_id: PartyId,
    /// Contacts after this instant count.
    pub from: DateTime<Utc>,
    /// Contacts up to this instant count.
    pub to: DateTime<Utc>,
    /// The roles whose people were in touch, by their ids. Somebody with several roles counts for
    /// each.
    pub roles: Vec<RoleInTouch>,
    /// How many roles that are.
    pub role_count: i64,
    /// How many the policy of the tier wants; `null` without one.
    #[schema(required)]
    pub minimum_roles: Option<i64>,
    /// Whether there are fewer.
    pub below_minimum: bool,
}

/// From how many posts somebody was in touch with a party within so many days, up to now; within the
/// period of the policy of its tier when no days are named, or a quarter without one. A contact is an
/// activity about the party that was done; it counts for the roles that its owner has now.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read parties with their tiers, and activities.
pub async fn coverage(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PartyId,
    days: Option<i64>,
) -> Result<ContactCoverage> {
    ctx.require(PARTY.plural, Action::Read)?;
    ctx.require(ACTIVITY.plural, Action::Read)?;
    if ctx.actor.withheld(PARTY.plural).hidden.contains("tier") {
        return Err(forbidden(PARTY.plural, Action::Read));
    }
    let party = resource::load::<Party>(tx, ctx, id.uuid()).await?;
    let policy = match &party.input.tier {
        Some(tier) => store::policy(tx, tier).await?,
        None => None,
    };
    let days = days.or_else(|| policy.map(|(period, _)| VisitPeriod::days(period)));
    let (from, to) = (ctx.now - TimeDelta::days(days.unwrap_or(DAYS)), ctx.now);
    let people = store::in_touch(tx, id, (from, to), MOST).await?;
    let by_role = by_role(&people, |at| business_date(at, ctx.settings.time_zone));
    let names = names(tx, ctx, by_role.keys().copied()).await?;
    let role =
        |(role_id, touched)| RoleInTouch { role_id, role: names.get(&role_id).cloned(), touched };
    let roles: Vec<RoleInTouch> = by_role.into_iter().map(role).collect();
    let role_count = i64::try_from(roles.len()).unwrap_or(i64::MAX);
    let minimum_roles = policy.and_then(|(_, minimum)| minimum);
    let below_minimum = minimum_roles.is_some_and(|minimum| role_count < minimum);
    Ok(ContactCoverage { party_id: id, from, to, roles, role_count, minimum_roles, below_minimum })
}

/// What was done by the people of each role.
fn by_role(
    people: &[InTouch],
    day: impl Fn(DateTime<Utc>) -> NaiveDate,
) -> BTreeMap<RoleId, Touched> {
    let mut found: BTreeMap<RoleId, Touched> = BTreeMap::new();
    for one in people {
        let last_contact_on = day(one.last);
        for role in &one.roles {
            let none = Touched { users: 0, activities: 0, last_contact_on };
            let touched = found.entry(*role).or_insert(none);
            touched.users += 1;
            touched.activities += one.activities;
            touched.last_contact_on = touched.last_contact_on.max(last_contact_on);
        }
    }
    found
}

/// What roles are called, as far as the caller may see them.
async fn names(
    tx: &mut Tx,
    ctx: &Ctx,
    roles: impl Iterator<Item = RoleId>,
) -> Result<BTreeMap<RoleId, String>> {
    let ids: Vec<_> = roles.map(RoleId::uuid).collect();
    let found = resource::load_json::<Role>(tx, ctx, &ids).await?;
    let name = |(id, role): &(uuid::Uuid, serde_json::Value)| {
        Some((RoleId::from(*id), role["name"].as_str()?.to_owned()))
    };
    Ok(found.iter().filter_map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn s_48_roles_are_counted_once_however_many_have_them() {
        let role = |n| RoleId::from(Uuid::from_u128(n));
        let one = |activities, day: &str, roles: &[RoleId]| InTouch {
            activities,
            last: format!("{day}T00:00:00Z").parse().unwrap(),
            roles: roles.iter().copied().collect(),
        };
        let people = [
            one(3, "2026-01-05", &[role(1)]),
            one(1, "2026-01-07", &[role(1), role(2)]),
            one(9, "2026-01-09", &[]),
        ];
        let found = by_role(&people, |at| at.date_naive());
        let touched = |users, activities, day: &str| Touched {
            users,
            activities,
            last_contact_on: day.parse().unwrap(),
        };
        let wanted =
            [(role(1), touched(2, 4, "2026-01-07")), (role(2), touched(1, 1, "2026-01-07"))];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), wanted);
    }
}
