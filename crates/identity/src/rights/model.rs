//! From roles, teams and managed units to grants; and comparing grants. Pure.

use crate::roles::RoleGrant;
use guanxi_kernel::{
    Action, OrgUnitId, Reach, RoleId, Scope, TeamId,
    actor::{self, ANY, Grant, PART, Withheld, withheld},
};
use std::collections::{BTreeMap, BTreeSet};

/// A user's place in one team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The team.
    pub team_id: TeamId,
    /// The role that the user has because of it.
    pub role_id: Option<RoleId>,
}

/// Where a user stands: all that decides what their rights reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The roles given to the user.
    pub role_ids: Vec<RoleId>,
    /// The teams of the user.
    pub memberships: Vec<Membership>,
    /// The units that the user manages.
    pub units: BTreeSet<OrgUnitId>,
}

impl Position {
    /// Every role that counts for the user.
    pub fn roles(&self) -> BTreeSet<RoleId> {
        let by_team = self.memberships.iter().filter_map(|membership| membership.role_id);
        self.role_ids.iter().copied().chain(by_team).collect()
    }

    fn reach(&self, scope: Scope, teams: &BTreeSet<TeamId>) -> Reach {
        let own = Reach { own: true, ..Reach::default() };
        match scope {
            Scope::Own => own,
            Scope::Team => Reach { teams: teams.clone(), ..own },
            Scope::Subtree => Reach { units: self.units.clone(), ..own },
            Scope::All => Reach::all(),
        }
    }
}

/// A right of a user with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source<'r> {
    /// The role that gives it.
    pub role_id: RoleId,
    /// The team, for a role that comes with a membership.
    pub team_id: Option<TeamId>,
    /// The right as the role words it.
    pub grant: &'r RoleGrant,
    /// What it reaches.
    pub reach: Reach,
}

/// Each right of a user: those of the roles given to them through all their teams, the role of a
/// membership through that team only. A role that is not among `roles` is deleted and gives nothing.
pub fn sources<'r>(
    position: &Position,
    roles: &'r BTreeMap<RoleId, Vec<RoleGrant>>,
) -> Vec<Source<'r>> {
    let all_teams: BTreeSet<TeamId> =
        position.memberships.iter().map(|membership| membership.team_id).collect();
    let given = position.role_ids.iter().map(|role| (*role, None, all_teams.clone()));
    let by_team = position
        .memberships
        .iter()
        .filter_map(|m| Some((m.role_id?, Some(m.team_id), BTreeSet::from([m.team_id]))));
    let mut sources = Vec::new();
    for (role_id, team_id, teams) in given.chain(by_team) {
        sources.extend(roles.get(&role_id).into_iter().flatten().map(|grant| {
            let reach = position.reach(grant.scope, &teams);
            Source { role_id, team_id, grant, reach }
        }));
    }
    sources
}

/// What the roles of a user reach, summed up by resource and action.
pub fn resolve(position: &Position, roles: &BTreeMap<RoleId, Vec<RoleGrant>>) -> Vec<Grant> {
    let sources = sources(position, roles);
    let mut grants: BTreeMap<(&str, Action), (Reach, Option<Withheld>)> = BTreeMap::new();
    for Source { grant, reach, .. } in &sources {
        let (sum, withheld) = grants.entry((&*grant.resource, grant.action)).or_default();
        sum.widen(reach);
        let one = grant.withheld();
        *withheld = Some(withheld.as_ref().map_or(one.clone(), |sum| sum.and(&one)));
    }
    let sums = grants.into_iter();
    sums.map(|((resource, action), (reach, withheld))| Grant {
        withheld: withheld.unwrap_or_default(),
        ..Grant::new(resource, action, reach)
    })
    .collect()
}

/// What `grants` reach for one action on one resource. For any resource, only what was granted for
/// any counts: nobody knows which resources there will be.
fn held(grants: &[Grant], resource: &str, action: Action) -> Reach {
    let mut reach = Reach::default();
    for grant in grants {
        if actor::covers(&grant.resource, grant.action, resource, action) {
            reach.widen(&grant.reach);
        }
    }
    reach
}

/// The single actions that an action stands for.
fn single(action: Action) -> &'static [Action] {
    match action {
        Action::Read => &[Action::Read],
        Action::Create => &[Action::Create],
        Action::Update => &[Action::Update],
        Action::Delete => &[Action::Delete],
        Action::Export => &[Action::Export],
        Action::Any => {
            &[Action::Read, Action::Create, Action::Update, Action::Delete, Action::Export]
        }
    }
}

/// Whether one person's rights contain another's, record by record: who may take over their
/// account gains nothing by it. Own records count as such: those of the one for those of the other.
pub fn covers(holder: &[Grant], wanted: &[Grant]) -> bool {
    let fields = resources_with_fields(holder).all(|resource| {
        let (held, wanted) = (withheld(holder, resource), withheld(wanted, resource));
        held.hidden.is_subset(&wanted.hidden) && held.unwritable().is_subset(&wanted.unwritable())
    });
    fields
        && wanted.iter().all(|grant| {
            single(grant.action).iter().all(|action| {
                let (held, wanted) = (held(holder, &grant.resource, *action), &grant.reach);
                let parts = !wanted.all
                    && (held.own || !wanted.own)
                    && held.teams.is_superset(&wanted.teams)
                    && held.units.is_superset(&wanted.units);
                held.all || parts
            })
        })
}

/// The resources of which some right leaves fields out.
fn resources_with_fields(grants: &[Grant]) -> impl Iterator<Item = &str> {
    let some = grants.iter().filter(|grant| !grant.withheld.is_nothing());
    some.map(|grant| grant.resource.as_str())
}

/// Whether a right leaves out all that the rights `holder` leave out of what it gives.
fn hides_alike(holder: &[Grant], grant: &RoleGrant) -> bool {
    let own = grant.withheld();
    resources_with_fields(holder).all(|resource| {
        let whole = grant.resource.split(PART).next();
        let concerned = whole == Some(resource) || &*grant.resource == ANY;
        let held = withheld(holder, resource);
        let shown = |action| single(grant.action).contains(&action);
        let reads = !shown(Action::Read) || held.hidden.is_subset(&own.hidden);
        let writes = !(shown(Action::Create) || shown(Action::Update))
            || held.unwritable().is_subset(&own.unwritable());
        !concerned || (reads && writes)
    })
}

/// Whether somebody with the rights `holder` may give rights like these away: each must be held
/// with that scope, so that nobody gives what they do not have. Which records a scope reaches
/// depends on who gets it, so scopes are compared and not records.
pub fn may_give(holder: &[Grant], role: &[RoleGrant]) -> bool {
    role.iter().all(|grant| {
        hides_alike(holder, grant)
            && single(grant.action).iter().all(|action| {
                let held = held(holder, &grant.resource, *action);
                held.all
                    || match grant.scope {
                        Scope::Own => held.own,
                        Scope::Team => !held.teams.is_empty(),
                        Scope::Subtree => !held.units.is_empty(),
                        Scope::All => false,
                    }
            })
    })
}

/// Whether a role with these rights may do everything; there must always be somebody who does.
pub fn is_administrator(role: &[RoleGrant]) -> bool {
    let everything = |grant: &RoleGrant| {
        &*grant.resource == ANY && grant.action == Action::Any && grant.scope == Scope::All
    };
    role.iter().any(everything)
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{Id, Line};
    use uuid::Uuid;

    fn id<K>(number: u128) -> Id<K> {
        Uuid::from_u128(number).into()
    }

    fn right(resource: &str, action: Action, scope: Scope) -> RoleGrant {
        RoleGrant {
            resource: Line::new(resource).unwrap(),
            action,
            scope,
            hidden_fields: Vec::new(),
            readonly_fields: Vec::new(),
        }
    }

    fn roles(list: &[(u128, RoleGrant)]) -> BTreeMap<RoleId, Vec<RoleGrant>> {
        let mut roles = BTreeMap::<RoleId, Vec<RoleGrant>>::new();
        for (role, grant) in list {
            roles.entry(id(*role)).or_default().push(grant.clone());
        }
        roles
    }

    fn member(team: u128, role: Option<u128>) -> Membership {
        Membership { team_id: id(team), role_id: role.map(id) }
    }

    fn reach_of(grants: &[Grant], resource: &str, action: Action) -> Reach {
        held(grants, resource, action)
    }

    #[test]
    fn each_scope_reaches_its_records() {
        let position = Position {
            role_ids: vec![id(1)],
            memberships: vec![member(7, None), member(8, None)],
            units: BTreeSet::from([id(9)]),
        };
        let own = Reach { own: true, ..Reach::default() };
        let expected = [
            (Scope::Own, own.clone()),
            (Scope::Team, Reach { teams: BTreeSet::from([id(7), id(8)]), ..own.clone() }),
            (Scope::Subtree, Reach { units: BTreeSet::from([id(9)]), ..own }),
            (Scope::All, Reach::all()),
        ];
        for (scope, reach) in expected {
            let roles = roles(&[(1, right("parties", Action::Read, scope))]);
            let grants = resolve(&position, &roles);
            assert_eq!(grants.len(), 1);
            assert_eq!(grants[0].reach, reach, "{scope}");
        }
    }

    #[test]
    fn the_role_of_a_membership_reaches_that_team_only() {
        let roles = roles(&[
            (1, right("parties", Action::Read, Scope::Own)),
            (2, right("parties", Action::Read, Scope::Team)),
        ]);
        let mut position = Position {
            role_ids: vec![id(1)],
            memberships: vec![member(7, Some(2)), member(8, None)],
            units: BTreeSet::new(),
        };
        let reach = reach_of(&resolve(&position, &roles), "parties", Action::Read);
        assert!(reach.own && reach.teams == BTreeSet::from([id(7)]));
        // Leaving takes it away.
        position.memberships.remove(0);
        let reach = reach_of(&resolve(&position, &roles), "parties", Action::Read);
        assert!(reach.own && reach.teams.is_empty());
        assert_eq!(position.roles(), BTreeSet::from([id(1)]));
    }

    #[test]
    fn rights_add_up_and_deleted_roles_give_nothing() {
        let position = Position {
            role_ids: vec![id(1), id(2), id(99)],
            units: BTreeSet::from([id(9)]),
            ..Position::default()
        };
        let roles = roles(&[
            (1, right("parties", Action::Any, Scope::Own)),
            (2, right("parties", Action::Any, Scope::Subtree)),
            (2, right("any", Action::Read, Scope::All)),
        ]);
        let grants = resolve(&position, &roles);
        assert_eq!(grants.len(), 2);
        assert!(reach_of(&grants, "users", Action::Read).all);
        let update = reach_of(&grants, "parties", Action::Update);
        assert!(!update.all && update.own && update.units == BTreeSet::from([id(9)]));
        assert!(reach_of(&grants, "users", Action::Update).is_nothing());
    }

    #[test]
    fn nobody_gives_what_they_do_not_hold() {
        let admin = [Grant::new(ANY, Action::Any, Reach::all())];
        let own = Reach { own: true, ..Reach::default() };
        let units = Reach { units: BTreeSet::from([id(9)]), ..own.clone() };
        let manager = [Grant::new("parties", Action::Any, units)];
        let reader: Vec<Grant> = [Action::Read, Action::Create]
            .map(|action| Grant::new("parties", action, own.clone()))
            .into();
        use Action::{Any, Create, Delete, Read};
        use Scope::{All, Own, Subtree, Team};
        let table: [(&[Grant], RoleGrant, bool); 12] = [
            (&admin, right("any", Any, All), true),
            (&admin, right("users", Delete, Team), true),
            (&manager, right("parties", Any, Own), true),
            (&manager, right("parties", Delete, Subtree), true),
            (&manager, right("parties", Read, Team), false),
            (&manager, right("parties", Read, All), false),
            (&manager, right("users", Read, Own), false),
            (&manager, right("any", Read, Own), false),
            (&reader, right("parties", Create, Own), true),
            (&reader, right("parties", Any, Own), false),
            (&reader, right("parties", Read, Subtree), false),
            (&[], right("parties", Read, Own), false),
        ];
        for (holder, grant, allowed) in table {
            assert_eq!(may_give(holder, std::slice::from_ref(&grant)), allowed, "{grant:?}");
        }
        assert!(may_give(&[], &[]));
    }

    #[test]
    fn who_holds_all_of_a_resource_gives_parts_of_it() {
        let part = |action| right("custom-records:vehicle", action, Scope::All);
        let all = [Grant::new("custom-records", Action::Any, Reach::all())];
        let vehicles = [Grant::new("custom-records:vehicle", Action::Any, Reach::all())];
        assert!(may_give(&all, &[part(Action::Any)]) && may_give(&vehicles, &[part(Action::Read)]));
        for beyond in ["custom-records", "custom-records:site", "any"] {
            assert!(!may_give(&vehicles, &[right(beyond, Action::Read, Scope::Own)]), "{beyond}");
        }
        assert!(covers(&all, &vehicles) && !covers(&vehicles, &all));
        // Whoever does not see a field cannot show it to others by a part.
        let position = Position { role_ids: vec![id(1)], ..Position::default() };
        let hiding = RoleGrant {
            hidden_fields: vec![Line::new("party_id").unwrap()],
            ..right("custom-records", Action::Any, Scope::All)
        };
        let hiding = resolve(&position, &roles(&[(1, hiding)]));
        assert!(!may_give(&hiding, &[part(Action::Read)]));
    }

    #[test]
    fn rights_cover_others_record_by_record() {
        let grant = |action, reach| Grant::new("parties", action, reach);
        let units = |list: &[u128]| Reach {
            own: true,
            units: list.iter().copied().map(id).collect(),
            ..Reach::default()
        };
        let teams = |list: &[u128]| Reach {
            own: true,
            teams: list.iter().copied().map(id).collect(),
            ..Reach::default()
        };
        let all = [grant(Action::Any, Reach::all())];
        let two = [grant(Action::Any, units(&[1, 2]))];
        assert!(covers(&all, &two) && !covers(&two, &all));
        assert!(covers(&two, &[grant(Action::Read, units(&[2]))]));
        assert!(!covers(&two, &[grant(Action::Read, units(&[3]))]));
        assert!(!covers(&two, &[grant(Action::Read, teams(&[1]))]));
        // All single actions together are any.
        let each: Vec<Grant> =
            single(Action::Any).iter().map(|action| grant(*action, units(&[1, 2]))).collect();
        assert!(covers(&each, &two) && !covers(&each[1..], &two));
        // What is granted in parts is held as a whole.
        let parts = [grant(Action::Read, units(&[1])), grant(Action::Any, teams(&[5]))];
        let both = Reach { teams: BTreeSet::from([id(5)]), ..units(&[1]) };
        assert!(covers(&parts, &[grant(Action::Read, both)]));
        assert!(covers(&[], &[]) && !covers(&[], &two));
    }

    #[test]
    fn nobody_gives_fields_that_they_do_not_see() {
        let hiding = |resource: &str, action, names: &[&str]| RoleGrant {
            hidden_fields: names.iter().map(|name| Line::new(name).unwrap()).collect(),
            ..right(resource, action, Scope::All)
        };
        let position = Position { role_ids: vec![id(1)], ..Position::default() };
        let mine = roles(&[
            (1, hiding("parties", Action::Any, &["a"])),
            (1, right("users", Action::Any, Scope::All)),
        ]);
        let mine = resolve(&position, &mine);
        for (grant, allowed) in [
            (hiding("parties", Action::Read, &["a"]), true),
            (hiding("parties", Action::Any, &["a", "b"]), true),
            (hiding("parties", Action::Read, &["b"]), false),
            (right("parties", Action::Update, Scope::Own), false),
            (right("parties", Action::Delete, Scope::All), true),
            (right("users", Action::Any, Scope::All), true),
        ] {
            assert_eq!(may_give(&mine, std::slice::from_ref(&grant)), allowed, "{grant:?}");
        }
        let whole = resolve(&position, &roles(&[(1, right("parties", Action::Any, Scope::All))]));
        assert!(covers(&whole, &mine[..1]) && !covers(&mine, &whole) && covers(&mine, &mine));
    }

    #[test]
    fn an_administrator_may_do_everything() {
        assert!(is_administrator(&[right("any", Action::Any, Scope::All)]));
        let less = [
            right("any", Action::Any, Scope::Subtree),
            right("any", Action::Read, Scope::All),
            right("users", Action::Any, Scope::All),
        ];
        assert!(!is_administrator(&less));
    }
}
