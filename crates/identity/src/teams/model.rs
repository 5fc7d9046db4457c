//! A team and its members.

use guanxi_kernel::{
    Line, RoleId, UserId,
    id::kinds,
    problem::{FieldError, REPEATED, Texts},
    scalar::{Entry, Type},
    text,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

/// What callers write of a team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TeamInput {
    /// The name.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<100>,
    /// The members, each once.
    #[serde(default)]
    #[field(zh = "成员", json, terms = "user_id")]
    #[validate(length(max = 500))]
    #[schema(max_items = 500)]
    pub members: Vec<TeamMember>,
}

/// A user in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamMember {
    /// The user.
    pub user_id: UserId,
    /// The role that the user has as a member; its scope `team` means this team.
    pub role_id: Option<RoleId>,
}

/// Lists of teams can be narrowed by a member.
impl Entry for TeamMember {
    const TYPE: Type = UserId::TYPE;
    const RARE: bool = UserId::RARE;

    fn term(&self) -> String {
        self.user_id.term()
    }

    fn term_of(text: &str) -> Option<String> {
        UserId::term_of(text)
    }
}

/// A group of users across org units.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Team {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TeamMeta)]
    pub meta: Meta<kinds::Team>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TeamInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// For the derive of the schema, which stumbles over the parameter.
type TeamMeta = Meta<kinds::Team>;

/// The resource.
pub static TEAM: Kind = Kind::new::<Team>(
    "team",
    "teams",
    "teams",
    Visibility::Tenant,
    Texts { en: "Team", zh: "团队" },
)
.searched(&["name"]);

impl Team {
    /// Brings what was written into the form in which it is kept, and says what is wrong with it.
    pub(super) fn normalise(&mut self) -> Vec<FieldError> {
        self.name_folded = text::sort_key(&self.input.name);
        let mut seen = BTreeSet::new();
        let members = self.input.members.iter().enumerate();
        let repeated = members.filter(|(_, member)| !seen.insert(member.user_id));
        repeated.map(|(at, _)| REPEATED.field(format!("/members/{at}/user_id"))).collect()
    }

    /// The members that count; a deleted team has none.
    pub(super) fn live_members(&self) -> BTreeSet<TeamMember> {
        let live = if self.meta.deleted_at.is_none() { &self.input.members[..] } else { &[] };
        live.iter().copied().collect()
    }

    /// The members that are written now and were not before. Bringing back a deleted team writes
    /// none: what they name may be gone by now, as it may for any team.
    pub(super) fn written(&self, before: Option<&Self>) -> BTreeSet<TeamMember> {
        let had = before.map_or(&[][..], |before| &before.input.members);
        self.input.members.iter().copied().filter(|member| !had.contains(member)).collect()
    }

    /// The members that count now and did not before, or had another role.
    pub(super) fn added(&self, before: Option<&Self>) -> BTreeSet<TeamMember> {
        let had = before.map(Self::live_members).unwrap_or_default();
        self.live_members().difference(&had).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::{Id, problem::Place};
    use guanxi_storage::kind::Parts as _;
    use uuid::Uuid;

    fn team(members: &[(u128, Option<u128>)]) -> Team {
        fn id<K>(number: u128) -> Id<K> {
            Uuid::from_u128(number).into()
        }
        let member = |(user, role): &(u128, Option<u128>)| TeamMember {
            user_id: id(*user),
            role_id: role.map(id),
        };
        let members = members.iter().map(member).collect();
        let input = TeamInput { name: Line::new("Ｔ").unwrap(), members };
        Team::assemble(Meta::new(&testing::nobody()), input)
    }

    #[test]
    fn nobody_is_a_member_twice() {
        let mut team = team(&[(1, None), (2, Some(9)), (1, Some(9))]);
        let findings = team.normalise();
        let places: Vec<_> = findings.into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, [Place::Pointer("/members/2/user_id".into())]);
        assert_eq!(team.name_folded, "t");
    }

    #[test]
    fn another_role_is_a_new_membership_and_a_deleted_team_has_none() {
        let before = team(&[(1, None), (2, None)]);
        let mut after = team(&[(2, Some(9)), (1, None)]);
        let added: Vec<_> = after.added(Some(&before)).into_iter().collect();
        assert_eq!(added, after.input.members[..1]);
        let mut deleted = before.clone();
        deleted.meta.deleted_at = Some(before.meta.created_at);
        assert_eq!(after.added(Some(&deleted)).len(), 2);
        assert_eq!(after.written(Some(&deleted)), after.added(Some(&before)));
        after.meta.deleted_at = deleted.meta.deleted_at;
        assert!(after.live_members().is_empty());
    }
}
