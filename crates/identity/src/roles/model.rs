//! A role and its rights.

use crate::rights;
use guanxi_kernel::{
    Action, Line, Scope,
    id::kinds,
    problem::{FieldError, REPEATED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// What callers write of a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct RoleInput {
    /// The name; no two roles have the same.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<80>,
    /// The rights.
    #[field(zh = "权限", json)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub grants: Vec<RoleGrant>,
}

/// One right: an action on a resource, and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    /// The plural name of the resource, such as `parties`, or `any`.
    pub resource: Line<64>,
    /// What may be done.
    pub action: Action,
    /// To which records, by who owns them. Directory data (users, units, roles …) belongs to
    /// nobody: any scope lets it be seen, only `all` lets it be changed.
    pub scope: Scope,
}

/// A named set of rights.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Role {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = RoleMeta)]
    pub meta: Meta<kinds::Role>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: RoleInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// For the derive of the schema, which stumbles over the parameter.
type RoleMeta = Meta<kinds::Role>;

/// The resource.
pub static ROLE: Kind = Kind::new::<Role>(
    "role",
    "roles",
    "roles",
    Visibility::Tenant,
    Texts { en: "Role", zh: "角色" },
);

impl RoleInput {
    /// What is wrong with it as far as it shows by itself.
    pub(super) fn findings(&self) -> Vec<FieldError> {
        let mut findings = Vec::new();
        for (at, grant) in self.grants.iter().enumerate() {
            rights::check_resource(
                &grant.resource,
                format!("/grants/{at}/resource"),
                &mut findings,
            );
            if self.grants[..at].contains(grant) {
                findings.push(REPEATED.field(format!("/grants/{at}")));
            }
        }
        findings
    }

    /// The rights that `before` did not have.
    pub(super) fn added(&self, before: Option<&Self>) -> Vec<RoleGrant> {
        let before = before.map_or(&[][..], |before| &before.grants);
        self.grants.iter().filter(|grant| !before.contains(grant)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;

    fn role(grants: &[(&str, Action, Scope)]) -> RoleInput {
        let grant = |(resource, action, scope): &(&str, Action, Scope)| RoleGrant {
            resource: Line::new(resource).unwrap(),
            action: *action,
            scope: *scope,
        };
        RoleInput { name: Line::new("r").unwrap(), grants: grants.iter().map(grant).collect() }
    }

    #[test]
    fn a_right_stands_once_and_names_a_resource() {
        let parties = ("parties", Action::Read, Scope::Own);
        assert!(role(&[parties, ("any", Action::Read, Scope::Own)]).findings().is_empty());
        let wrong = role(&[parties, ("No Such", Action::Read, Scope::Own), parties]).findings();
        let places: Vec<_> = wrong.iter().map(|finding| finding.place.clone()).collect();
        let pointers = ["/grants/1/resource", "/grants/2"];
        assert_eq!(places, pointers.map(|pointer| Place::Pointer(pointer.into())));
    }

    #[test]
    fn what_was_there_is_not_added() {
        let before = role(&[("parties", Action::Read, Scope::Own)]);
        let after =
            role(&[("parties", Action::Read, Scope::Own), ("any", Action::Any, Scope::All)]);
        assert_eq!(after.added(Some(&before)), after.grants[1..]);
        assert_eq!(after.added(None), after.grants);
        assert!(before.added(Some(&after)).is_empty());
    }
}
