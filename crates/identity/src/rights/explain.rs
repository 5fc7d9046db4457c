//! Why somebody may do something to a record, or may not: the rights that count, held against the
//! record one by one. Pure.
//!
//! The scope predicate of the store asks whether any part of all rights together reaches a record;
//! that is so exactly when one of them alone does, which is what is looked for here.
//!
//! The grants come from the sources that `resolve` sums up, and the owners of a record from the predicate
//! of lists. A test compares both answers for everybody in a company.

use super::model::Source;
use guanxi_kernel::{
    Action, Barrier, Line, OrgUnitId, Reach, RoleId, Scope, TeamId, UserId,
    actor::{covers, covers_part},
};
use guanxi_storage::{Kind, resource::needs_all};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// How a right reaches a record.
    pub enum Through {
        /// It reaches all of the tenant.
        All = "all" ("All", "全部"),
        /// The record is directory data, which any right to read it shows.
        Directory = "directory" ("Directory data", "目录数据"),
        /// The user owns the record, or what it belongs to.
        Own = "own" ("Own", "本人"),
        /// The user works on the record with its owner, or on what it belongs to, or has what it is
        /// about: it can be read for their sake.
        Involved = "involved" ("Involved", "参与"),
        /// The owner is in a team of the user.
        Team = "team" ("Team", "团队"),
        /// The owner is in or below a unit that the user manages.
        Subtree = "subtree" ("Subtree", "下级组织"),
    }
}

guanxi_kernel::words! {
    /// Why the answer is what it is.
    pub enum Reason {
        /// A right allows it.
        Granted = "granted" ("Granted", "已授权"),
        /// The user is disabled and cannot come in.
        Inactive = "user_inactive" ("The user is disabled", "用户已停用"),
        /// The action is not among the scopes of the key.
        KeyScopes = "key_scopes" ("Not a scope of the key", "不在密钥范围内"),
        /// No key changes who may come in and do what.
        KeyAccounts = "key_accounts" ("Not for keys", "密钥不可执行"),
        /// No role of the user gives such a right.
        NoGrant = "no_grant" ("No such right", "没有相应权限"),
        /// Directory data is changed with the scope `all` only.
        NeedsAll = "needs_scope_all" ("Needs the scope all", "需要“全部”范围"),
        /// The rights do not reach this record.
        OutOfReach = "out_of_reach" ("Out of reach", "超出范围"),
        /// There is no such record for the user.
        NotFound = "not_found" ("Not found", "未找到"),
    }
}

/// Somebody for whose sake rights reach a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub user: Option<UserId>,
    /// Their teams.
    pub teams: BTreeSet<TeamId>,
    /// Their unit, then the one above it, up to the top.
    pub units: Vec<OrgUnitId>,
    /// Whether only rights to read count for their sake: they work on it without owning it.
    pub reads_only: bool,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// No record in particular.
    Anything,
    /// A record that is there, with its owners; directory data has none.
    Record(Vec<Owner>),
    /// A record that is not there, as far as who asks may know.
    Nothing,
}

/// How a right reaches a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Way {
    /// By which part of it.
    pub through: Through,
    /// The owner for whose sake it does, or who works on it with the owner.
    #[schema(required)]
    pub owner_id: Option<UserId>,
    /// The team that the user shares with the owner.
    #[schema(required)]
    pub team_id: Option<TeamId>,
    /// From the unit of the owner up to the one that the user manages.
    pub unit_path: Vec<OrgUnitId>,
}

/// What a right reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Extent {
    /// Every record of the tenant.
    pub all: bool,
    /// Records the user owns.
    pub own: bool,
    /// Records owned by members of these teams.
    pub team_ids: BTreeSet<TeamId>,
    /// Records owned by users of these units and of the units below them.
    pub unit_ids: BTreeSet<OrgUnitId>,
}

impl From<&Reach> for Extent {
    fn from(reach: &Reach) -> Self {
        // Of a single right, which is of all of a resource or of one part.
        let Reach { all, own, teams, units, .. } = reach.clone();
        Self { all, own, team_ids: teams, unit_ids: units }
    }
}

/// A right that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LookedAt {
    /// The role that gives it.
    pub role_id: RoleId,
    /// The team, for a role that comes with a membership.
    #[schema(required)]
    pub team_id: Option<TeamId>,
    /// The resource that it names, or `any`.
    pub resource: String,
    /// The action that it names, or `any`.
    pub action: Action,
    /// Its scope.
    pub scope: Scope,
    /// What that is for this user.
    pub reach: Extent,
    /// Fields of the resource that it neither shows nor lets be written.
    pub hidden_fields: Vec<Line<100>>,
    /// Fields that it shows and does not let be written.
    pub readonly_fields: Vec<Line<100>>,
    /// Whether it counts: to change directory data, only the scope `all` does.
    pub counts: bool,
    /// How it reaches the record; `null` if it does not, or if there is none.
    #[schema(required)]
    pub way: Option<Way>,
}

/// One right that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Step {
    /// The right to do this.
    pub action: Action,
    /// Whether the user has it.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// The rights that were looked at.
    pub grants: Vec<LookedAt>,
    /// The place in `grants` of the one that decides.
    #[schema(required)]
    pub deciding: Option<usize>,
}

/// The actions whose rights are needed for `action`: what is changed must be seen first.
pub fn needed(action: Action) -> &'static [Action] {
    match action {
        Action::Read => &[Action::Read],
        Action::Create => &[Action::Create],
        Action::Update => &[Action::Read, Action::Update],
        Action::Delete => &[Action::Read, Action::Delete],
        Action::Export => &[Action::Read, Action::Export],
        Action::Any => {
            &[Action::Read, Action::Create, Action::Update, Action::Delete, Action::Export]
        }
    }
}

/// Looks at each right of `user` to do `action` to what the question is about. Where it is about one
/// part of the kind alone, rights to other parts do not count.
pub fn step(
    (kind, part): (&Kind, Option<&str>),
    user: UserId,
    sources: &[Source<'_>],
    barrier: Option<Barrier>,
    action: Action,
    about: &About,
) -> Step {
    let fits = |one: &&Source<'_>| {
        let (to, by) = (&*one.grant.resource, one.grant.action);
        let of_part = covers_part(to, by, kind.plural, action);
        covers(to, by, kind.plural, action)
            || of_part.is_some_and(|of| part.is_none_or(|part| part == of))
    };
    let fitting = sources.iter().filter(fits);
    let grants: Vec<LookedAt> =
        fitting.map(|source| look(kind, user, source, action, about)).collect();
    let counts = |one: &LookedAt| one.counts && !about.is_beyond(one.way.as_ref());
    let deciding = grants.iter().position(counts).filter(|_| barrier.is_none());
    let reason = match barrier {
        Some(Barrier::Scopes) => Reason::KeyScopes,
        Some(Barrier::Accounts) => Reason::KeyAccounts,
        None if deciding.is_some() => Reason::Granted,
        None if grants.is_empty() => Reason::NoGrant,
        None if grants.iter().all(|one| !one.counts) => Reason::NeedsAll,
        None if *about == About::Nothing => Reason::NotFound,
        None => Reason::OutOfReach,
    };
    Step { action, allowed: deciding.is_some(), reason, grants, deciding }
}

impl About {
    /// Whether a right that reaches it in that way, or in none, is not enough.
    fn is_beyond(&self, way: Option<&Way>) -> bool {
        *self != Self::Anything && way.is_none()
    }
}

fn look(kind: &Kind, user: UserId, source: &Source<'_>, action: Action, about: &About) -> LookedAt {
    let Source { role_id, team_id, grant, reach } = source;
    let way = match about {
        About::Record(owners) => way(kind, user, reach, action, owners),
        About::Anything | About::Nothing => None,
    };
    LookedAt {
        role_id: *role_id,
        team_id: *team_id,
        resource: grant.resource.to_string(),
        action: grant.action,
        scope: grant.scope,
        reach: reach.into(),
        hidden_fields: grant.hidden_fields.clone(),
        readonly_fields: grant.readonly_fields.clone(),
        counts: reach.all || !needs_all(kind, action),
        way,
    }
}

/// How a right reaches a record of these owners, if it does.
fn way(kind: &Kind, user: UserId, reach: &Reach, action: Action, owners: &[Owner]) -> Option<Way> {
    let plain = |through| Way { through, owner_id: None, team_id: None, unit_path: Vec::new() };
    if reach.all {
        return Some(plain(Through::All));
    }
    if kind.is_directory() {
        return (!reach.is_nothing()).then(|| plain(Through::Directory));
    }
    let of = |owner: &Owner, through| Way { owner_id: owner.user, ..plain(through) };
    let own = |owner: &Owner| {
        let through = if owner.reads_only { Through::Involved } else { Through::Own };
        (reach.own && owner.user == Some(user)).then(|| of(owner, through))
    };
    let team = |owner: &Owner| {
        let shared = reach.teams.intersection(&owner.teams).next().copied()?;
        Some(Way { team_id: Some(shared), ..of(owner, Through::Team) })
    };
    let unit = |owner: &Owner| {
        let managed = owner.units.iter().position(|unit| reach.units.contains(unit))?;
        let unit_path = owner.units[..=managed].to_vec();
        Some(Way { unit_path, ..of(owner, Through::Subtree) })
    };
    let counts = |owner: &&Owner| action.only_reads() || !owner.reads_only;
    let owners = || owners.iter().filter(counts);
    owners().find_map(own).or_else(|| owners().find_map(team)).or_else(|| owners().find_map(unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api_keys::API_KEY, roles::RoleGrant, users::USER, work_calendars::WORK_CALENDAR};
    use guanxi_kernel::{Id, Line};
    use uuid::Uuid;

    fn id<K>(number: u128) -> Id<K> {
        Uuid::from_u128(number).into()
    }

    fn grant(resource: &str, action: Action, scope: Scope) -> RoleGrant {
        RoleGrant {
            resource: Line::new(resource).unwrap(),
            action,
            scope,
            hidden_fields: Vec::new(),
            readonly_fields: Vec::new(),
        }
    }

    fn source(grant: &RoleGrant, reach: Reach) -> Source<'_> {
        Source { role_id: id(1), team_id: None, grant, reach }
    }

    fn own() -> Reach {
        Reach { own: true, ..Reach::default() }
    }

    /// The owner 5, in team 7, in unit 10 below 11 below 12.
    fn owner() -> Vec<Owner> {
        let units = vec![id(10), id(11), id(12)];
        vec![Owner { user: Some(id(5)), teams: BTreeSet::from([id(7)]), units, reads_only: false }]
    }

    #[test]
    fn z_04_each_part_of_a_right_reaches_in_its_own_way() {
        let read = grant("api-keys", Action::Read, Scope::Own);
        let asked = |user, reach| {
            let sources = [source(&read, reach)];
            let about = About::Record(owner());
            let step = step((&API_KEY, None), id(user), &sources, None, Action::Read, &about);
            assert_eq!(step.allowed, step.reason == Reason::Granted);
            step.grants[0].way.clone()
        };
        assert_eq!(asked(5, own()).unwrap().through, Through::Own);
        assert_eq!(asked(6, own()), None);
        let team = Reach { teams: BTreeSet::from([id(7)]), ..own() };
        assert_eq!(asked(6, team).unwrap().team_id, Some(id(7)));
        let units = Reach { units: BTreeSet::from([id(11), id(12)]), ..own() };
        assert_eq!(asked(6, units).unwrap().unit_path, [id(10), id(11)]);
        assert_eq!(asked(6, Reach::all()).unwrap().through, Through::All);
    }

    #[test]
    fn rights_to_other_parts_do_not_count() {
        let vehicles = grant("api-keys:vehicle", Action::Read, Scope::All);
        let sources = [source(&vehicles, Reach::all())];
        let asked = |part| {
            let kind = (&API_KEY, part);
            let about = About::Record(owner());
            step(kind, id(5), &sources, None, Action::Read, &about).reason
        };
        assert_eq!(asked(Some("vehicle")), Reason::Granted);
        assert_eq!(asked(Some("site")), Reason::NoGrant);
        assert_eq!(asked(None), Reason::Granted, "there may be one that it reaches");
    }

    #[test]
    fn directory_data_is_seen_by_any_scope_and_changed_by_all() {
        let any = grant("any", Action::Any, Scope::Own);
        let sources = [source(&any, own())];
        let about = About::Record(Vec::new());
        let asked = |action| step((&USER, None), id(5), &sources, None, action, &about);
        assert_eq!(asked(Action::Read).grants[0].way.as_ref().unwrap().through, Through::Directory);
        assert_eq!(asked(Action::Update).reason, Reason::NeedsAll);
        assert!(!asked(Action::Update).allowed);
    }

    #[test]
    fn the_reason_is_the_first_that_stands_in_the_way() {
        let other = grant("parties", Action::Any, Scope::All);
        let read = grant("work-calendars", Action::Read, Scope::All);
        let (other, read) = (source(&other, Reach::all()), source(&read, Reach::all()));
        let asked = |sources: &[Source<'_>], barrier, about: &About| {
            step((&WORK_CALENDAR, None), id(5), sources, barrier, Action::Read, about).reason
        };
        let none = [other.clone()];
        assert_eq!(asked(&none, None, &About::Nothing), Reason::NoGrant);
        let both = [other, read];
        assert_eq!(asked(&both, None, &About::Anything), Reason::Granted);
        assert_eq!(asked(&both, None, &About::Nothing), Reason::NotFound);
        assert_eq!(asked(&both, Some(Barrier::Scopes), &About::Anything), Reason::KeyScopes);
    }
}
