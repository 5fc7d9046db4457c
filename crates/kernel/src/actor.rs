//! Who acts, and how far each right of theirs reaches.

use crate::{
    Problem, Result, Word as _,
    id::{ApiKeyId, OrgUnitId, SessionId, TeamId, UserId},
    problem::FORBIDDEN,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

crate::words! {
    /// What is done to a record.
    pub enum Action {
        /// See it, alone and in lists.
        Read = "read" ("Read", "查看"),
        /// Make a new one.
        Create = "create" ("Create", "新建"),
        /// Change it.
        Update = "update" ("Change", "修改"),
        /// Delete and restore it.
        Delete = "delete" ("Delete", "删除"),
        /// Take many of them away in a file; a right of its own beside seeing them.
        Export = "export" ("Export", "导出"),
        /// All of these.
        Any = "any" ("Anything", "全部操作"),
    }
}

impl Action {
    /// Whether it leaves the record as it is.
    pub const fn only_reads(self) -> bool {
        matches!(self, Self::Read | Self::Export)
    }
}

crate::words! {
    /// Which records a right reaches, by who owns them.
    pub enum Scope {
        /// Those the user owns.
        Own = "own" ("Own", "本人"),
        /// Also those owned by members of the user's teams.
        Team = "team" ("Team", "团队"),
        /// Also those owned by users of the org units that the user manages, and of all units below.
        Subtree = "subtree" ("Subtree", "下级组织"),
        /// All of the tenant.
        All = "all" ("All", "全部"),
    }
}

/// The records that one right of one user reaches, as sets that a store can look up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Every record of the tenant.
    pub all: bool,
    /// Records the user owns.
    pub own: bool,
    /// Records owned by members of these teams.
    pub teams: BTreeSet<TeamId>,
    /// Records owned by users of these units and of the units below them.
    pub units: BTreeSet<OrgUnitId>,
    /// What it reaches besides of one part of the resource, by the name of the part.
    pub parts: BTreeMap<String, Self>,
}

crate::words! {
    /// What an API key takes away from the rights of its owner.
    pub enum Barrier {
        /// The action is not among the scopes of the key.
        Scopes = "key_scopes" ("Not a scope of the key", "不在密钥范围内"),
        /// No key changes who may come in and do what.
        Accounts = "key_accounts" ("Not for keys", "密钥不可执行"),
    }
}

impl Reach {
    /// Reaches everything.
    pub fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Reaches nothing: the user has no such right.
    pub fn is_nothing(&self) -> bool {
        self.is_in_parts() && self.parts.is_empty()
    }

    /// Reaches nothing but records of some parts of the resource, if anything.
    pub fn is_in_parts(&self) -> bool {
        !self.all && !self.own && self.teams.is_empty() && self.units.is_empty()
    }

    /// What it reaches of the whole resource, whatever part of it a record is of.
    #[must_use]
    pub fn of_whole(&self) -> Self {
        Self { parts: BTreeMap::new(), ..self.clone() }
    }

    /// What it reaches of one part of the resource.
    #[must_use]
    pub fn of_part(&self, part: &str) -> Self {
        let mut reach = self.of_whole();
        if let Some(besides) = self.parts.get(part) {
            reach.widen(besides);
        }
        reach
    }

    /// Adds what another one reaches.
    pub fn widen(&mut self, other: &Self) {
        self.all |= other.all;
        self.own |= other.own;
        self.teams.extend(&other.teams);
        self.units.extend(&other.units);
        for (part, reach) in &other.parts {
            self.parts.entry(part.clone()).or_default().widen(reach);
        }
    }
}

/// The fields of a resource that a right leaves out; those of the tenant as `custom.name`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Neither seen nor written.
    pub hidden: BTreeSet<String>,
    /// Seen and not written.
    pub read_only: BTreeSet<String>,
}

impl Withheld {
    /// Whether nothing is left out.
    pub fn is_nothing(&self) -> bool {
        self.hidden.is_empty() && self.read_only.is_empty()
    }

    /// What cannot be written.
    pub fn unwritable(&self) -> BTreeSet<String> {
        self.hidden.union(&self.read_only).cloned().collect()
    }

    /// What both rights together leave out: only what each of them does.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let both = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> BTreeSet<String> {
            one.intersection(other).cloned().collect()
        };
        let hidden = both(&self.hidden, &other.hidden);
        let unwritable = both(&self.unwritable(), &other.unwritable());
        Self { read_only: unwritable.difference(&hidden).cloned().collect(), hidden }
    }
}

/// What the rights of `grants` to `resource` leave out. A field is hidden if every right to read the
/// resource hides it, and not written if no right to create or change it lets it be written.
pub fn withheld(grants: &[Grant], resource: &str) -> Withheld {
    let by = |actions: &[Action]| -> Withheld {
        let covering = grants.iter().filter(|grant| {
            let covered =
                |action: &Action| covers(&grant.resource, grant.action, resource, *action);
            actions.iter().any(covered)
        });
        let sum = covering.map(|grant| grant.withheld.clone()).reduce(|sum, one| sum.and(&one));
        sum.unwrap_or_default()
    };
    let hidden = by(&[Action::Read]).hidden;
    let unwritable = by(&[Action::Create, Action::Update]).unwritable();
    Withheld { read_only: unwritable.difference(&hidden).cloned().collect(), hidden }
}

/// A right, resolved to what it reaches for one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The plural name of the resource, e.g. `parties`, or `any`; of one part of it
    /// `custom-records:vehicle`.
    pub resource: String,
    /// The action, or any.
    pub action: Action,
    /// What it reaches.
    pub reach: Reach,
    /// The fields that it leaves out.
    pub withheld: Withheld,
}

impl Grant {
    /// A right to whole records.
    pub fn new(resource: impl Into<String>, action: Action, reach: Reach) -> Self {
        Self { resource: resource.into(), action, reach, withheld: Withheld::default() }
    }
}

/// Who acts: a user, directly, by a key of theirs, or through a job.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user, who owns what is created.
    pub user: UserId,
    /// The session, when a person is signed in.
    pub session: Option<SessionId>,
    /// The key, when a program acts for the user.
    pub api_key: Option<ApiKeyId>,
    /// What the roles of the user give.
    pub grants: Vec<Grant>,
    /// What the key allows of it; all when `None`.
    pub limits: Option<Vec<(String, Action)>>,
}

/// The word for every resource.
pub const ANY: &str = "any";

/// What decides who may come in and do what. A key sees it as far as it may and never changes it:
/// whoever finds a key must not make themselves at home with it.
const ACCOUNTS: &[&str] = &[
    "users",
    "roles",
    "teams",
    "org-units",
    "api-keys",
    "tenants",
    "sessions",
    "webhook-endpoints",
    "touch-sources",
];

impl Actor {
    /// An actor that may do everything: the command line and the program's own work.
    pub fn system(user: UserId) -> Self {
        let everything = Grant::new(ANY, Action::Any, Reach::all());
        Self { user, session: None, api_key: None, grants: vec![everything], limits: None }
    }

    /// What idempotency keys, cursors and rate limits are counted by.
    pub fn principal(&self) -> Uuid {
        self.api_key.map_or(self.user.uuid(), ApiKeyId::uuid)
    }

    /// How far the right to `action` on `resource` reaches; nothing without the right.
    pub fn reach(&self, resource: &str, action: Action) -> Reach {
        let mut reach = Reach::default();
        if self.barrier(resource, action).is_some() {
            return reach;
        }
        for grant in &self.grants {
            if covers(&grant.resource, grant.action, resource, action) {
                reach.widen(&grant.reach);
            } else if let Some(part) = covers_part(&grant.resource, grant.action, resource, action)
            {
                reach.parts.entry(part.to_owned()).or_default().widen(&grant.reach);
            }
        }
        self.limited(reach, resource, action)
    }

    /// What the key of the actor leaves of a reach, where it lets in to parts of the resource only.
    fn limited(&self, reach: Reach, resource: &str, action: Action) -> Reach {
        let Some(limits) = &self.limits else { return reach };
        if limits.iter().any(|(granted, by)| covers(granted, *by, resource, action)) {
            return reach;
        }
        let parts = limits.iter().filter_map(|(to, by)| covers_part(to, *by, resource, action));
        let left = parts.map(|part| (part.to_owned(), reach.of_part(part)));
        let parts = left.filter(|(_, reach)| !reach.is_nothing()).collect();
        Reach { parts, ..Reach::default() }
    }

    /// What the key of the actor, if it is one, has against `action` on `resource`, whatever the
    /// rights of its owner are.
    pub fn barrier(&self, resource: &str, action: Action) -> Option<Barrier> {
        let within = |limits: &Vec<(String, Action)>| {
            limits.iter().any(|(granted, by)| {
                covers(granted, *by, resource, action)
                    || covers_part(granted, *by, resource, action).is_some()
            })
        };
        if !self.limits.as_ref().is_none_or(within) {
            return Some(Barrier::Scopes);
        }
        let changes = action != Action::Read && ACCOUNTS.contains(&resource);
        (self.api_key.is_some() && changes).then_some(Barrier::Accounts)
    }

    /// The fields of `resource` that the rights of the actor leave out.
    pub fn withheld(&self, resource: &str) -> Withheld {
        // Most rights leave nothing out.
        if self.grants.iter().all(|grant| grant.withheld.is_nothing()) {
            return Withheld::default();
        }
        withheld(&self.grants, resource)
    }

    /// The reach of a right that the caller must have.
    ///
    /// # Errors
    /// `forbidden` when it reaches nothing.
    pub fn require(&self, resource: &'static str, action: Action) -> Result<Reach> {
        let reach = self.reach(resource, action);
        if reach.is_nothing() { Err(forbidden(resource, action)) } else { Ok(reach) }
    }
}

/// Between the name of a resource and that of a part of it.
pub const PART: char = ':';

/// Whether a right to do `by` to `granted` is one to do `action` to all of `resource`, which may be a
/// part of another one.
pub fn covers(granted: &str, by: Action, resource: &str, action: Action) -> bool {
    let whole = || resource.split_once(PART).is_some_and(|(whole, _)| whole == granted);
    (granted == resource || granted == ANY || whole()) && (by == action || by == Action::Any)
}

/// The part of `resource` to which a right to do `by` to `granted` is one to do `action`.
pub fn covers_part<'g>(
    granted: &'g str,
    by: Action,
    resource: &str,
    action: Action,
) -> Option<&'g str> {
    let part = granted.strip_prefix(resource)?.strip_prefix(PART)?;
    (by == action || by == Action::Any).then_some(part)
}

/// The refusal of `action` on `resource`.
pub fn forbidden(resource: &'static str, action: Action) -> Problem {
    FORBIDDEN.with("action", action.word()).with("resource", resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_parties() -> Grant {
        let reach = Reach { own: true, ..Reach::default() };
        Grant::new("parties", Action::Any, reach)
    }

    #[test]
    fn rights_add_up_and_a_key_only_narrows_them() {
        let mut actor = Actor::system(Uuid::nil().into());
        actor.grants = vec![own_parties()];
        assert!(actor.require("parties", Action::Update).unwrap().own);
        assert!(actor.require("users", Action::Read).unwrap_err().is(&FORBIDDEN));
        let all = Grant::new(ANY, Action::Read, Reach::all());
        actor.grants.push(all);
        assert!(actor.reach("parties", Action::Read).all);
        assert!(!actor.reach("parties", Action::Update).all);
        actor.limits = Some(vec![("parties".into(), Action::Read)]);
        assert!(actor.reach("parties", Action::Read).all);
        assert!(actor.reach("parties", Action::Update).is_nothing());
        assert!(actor.reach("users", Action::Read).is_nothing());
        assert_eq!(actor.barrier("users", Action::Read), Some(Barrier::Scopes));
        assert_eq!(actor.barrier("parties", Action::Read), None);
    }

    #[test]
    fn a_right_to_a_part_reaches_only_that() {
        let own = Reach { own: true, ..Reach::default() };
        let mut actor = Actor::system(Uuid::nil().into());
        actor.grants = vec![Grant::new("custom-records:vehicle", Action::Any, Reach::all())];
        let read = |actor: &Actor, resource: &str| actor.reach(resource, Action::Read);
        let reach = read(&actor, "custom-records");
        assert!(!reach.is_nothing() && reach.is_in_parts());
        assert!(reach.of_part("vehicle").all && reach.of_part("site").is_nothing());
        assert!(read(&actor, "custom-records:vehicle").all);
        assert!(read(&actor, "custom-records:site").is_nothing());
        assert!(read(&actor, "custom").is_nothing() && read(&actor, "parties").is_nothing());
        // Together with a right to all of them.
        actor.grants.push(Grant::new("custom-records", Action::Read, own.clone()));
        let reach = read(&actor, "custom-records");
        assert!(reach.of_part("vehicle").all && reach.of_part("site") == own);
        assert!(actor.reach("custom-records", Action::Update).is_in_parts());
        // A key lets in to parts of what its owner has.
        actor.limits = Some(vec![("custom-records:site".into(), Action::Read)]);
        let reach = read(&actor, "custom-records");
        assert!(reach.is_in_parts() && reach.of_part("site") == own);
        assert!(reach.of_part("vehicle").is_nothing());
        assert_eq!(actor.barrier("custom-records:vehicle", Action::Read), Some(Barrier::Scopes));
        assert!(actor.reach("custom-records", Action::Update).is_nothing());
    }

    #[test]
    fn z_07_a_field_is_hidden_if_every_right_to_read_hides_it() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let grant = |resource: &str, action, hidden: &[&str], read_only: &[&str]| Grant {
            withheld: Withheld { hidden: set(hidden), read_only: set(read_only) },
            ..Grant::new(resource, action, Reach::all())
        };
        let found = |grants: &[Grant]| {
            let found = withheld(grants, "parties");
            let names = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(" ");
            (names(found.hidden), names(found.read_only))
        };
        let said = |hidden: &str, read_only: &str| (hidden.to_owned(), read_only.to_owned());
        let any = grant("parties", Action::Any, &["a", "b"], &["c"]);
        assert_eq!(found(std::slice::from_ref(&any)), said("a b", "c"));
        let reader = grant("parties", Action::Read, &["b"], &[]);
        assert_eq!(found(&[any.clone(), reader]), said("b", "a c"), "read, and still not written");
        let writer = grant("parties", Action::Update, &[], &["a"]);
        assert_eq!(found(&[any.clone(), writer]), said("a b", ""));
        let all = grant(ANY, Action::Any, &[], &[]);
        assert_eq!(found(&[any.clone(), all]), said("", ""));
        let other = grant("contacts", Action::Any, &[], &[]);
        assert_eq!(found(&[any, other]), said("a b", "c"));
    }

    #[test]
    fn a_key_never_changes_accounts() {
        let mut actor = Actor::system(Uuid::nil().into());
        assert!(actor.reach("users", Action::Update).all);
        actor.api_key = Some(Uuid::nil().into());
        assert!(actor.reach("users", Action::Read).all && actor.reach("parties", Action::Any).all);
        for accounts in ACCOUNTS {
            for action in [Action::Create, Action::Update, Action::Delete, Action::Any] {
                assert!(actor.reach(accounts, action).is_nothing(), "{action} {accounts}");
                assert_eq!(actor.barrier(accounts, action), Some(Barrier::Accounts));
            }
        }
    }
}
