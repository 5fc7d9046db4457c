//! A role and its rights.

use crate::rights;
use guanxi_kernel::{
    Action, Line, Scope,
    actor::Withheld,
    id::kinds,
    problem::{FieldError, REPEATED, TOO_LONG, Texts, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Kind, Meta, Record, Visibility,
    custom::{PREFIX, carriers},
};
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
    /// Whether who has it must have a second factor: without one nothing can be done but set it up.
    #[serde(default)]
    #[field(zh = "要求双重验证")]
    pub requires_second_factor: bool,
}

/// One right: an action on a resource, and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    /// The plural name of the resource, such as `parties`, or `any`; for one of your own objects
    /// alone `custom-records:` and its name, such as `custom-records:vehicle`.
    pub resource: Line<64>,
    /// What may be done.
    pub action: Action,
    /// To which records, by who owns them. Directory data (users, units, roles …) belongs to
    /// nobody: any scope lets it be seen, only `all` lets it be changed.
    pub scope: Scope,
    /// Fields that it neither shows nor lets be written: names of fields of the resource, or
    /// `custom.` and the name of one of your own. A field is hidden from who has several rights to
    /// read the resource if each of them hides it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub hidden_fields: Vec<Line<100>>,
    /// Fields that it shows and does not let be written, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub readonly_fields: Vec<Line<100>>,
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
)
.searched(&["name"]);

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
            grant.check_fields(at, &mut findings);
        }
        findings
    }

    /// The rights that `before` did not have.
    pub(super) fn added(&self, before: Option<&Self>) -> Vec<RoleGrant> {
        let before = before.map_or(&[][..], |before| &before.grants);
        self.grants.iter().filter(|grant| !before.contains(grant)).cloned().collect()
    }
}

/// Members that every record shows.
const ALWAYS: &[&str] = &[
    "id",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "deleted_at",
    "external_ids",
    "custom",
];
/// Fields of one right that are hidden, or read only, at most.
const MOST: usize = 200;

impl RoleGrant {
    /// What it leaves out.
    pub fn withheld(&self) -> Withheld {
        let set = |names: &[Line<100>]| names.iter().map(ToString::to_string).collect();
        Withheld { hidden: set(&self.hidden_fields), read_only: set(&self.readonly_fields) }
    }

    fn check_fields(&self, at: usize, findings: &mut Vec<FieldError>) {
        let lists = [
            ("hidden_fields", &self.hidden_fields, true),
            ("readonly_fields", &self.readonly_fields, false),
        ];
        for (list, names, hidden) in lists {
            if names.len() > MOST {
                let expected = format!("at most {MOST} fields");
                findings.push(
                    TOO_LONG.field(format!("/grants/{at}/{list}")).with("expected", expected),
                );
                continue;
            }
            for (place, name) in names.iter().enumerate() {
                let place = format!("/grants/{at}/{list}/{place}");
                if names.iter().filter(|other| *other == name).count() > 1 {
                    findings.push(REPEATED.field(place));
                } else if let Err(expected) = self.check_field(name, hidden) {
                    findings.push(UNKNOWN_VALUE.field(place).with("expected", expected));
                }
            }
        }
    }

    /// What was expected instead of a name that cannot stand there.
    fn check_field(&self, name: &str, hidden: bool) -> Result<(), String> {
        let Some(kinds) = carriers() else { return Ok(()) };
        let Some(kind) = kinds.iter().find(|kind| kind.plural == &*self.resource) else {
            let plurals: Vec<&str> = kinds.iter().map(|kind| kind.plural).collect();
            return Err(format!("nothing but with the resources {}", plurals.join(", ")));
        };
        if let Some(own) = name.strip_prefix(PREFIX) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let good = !own.is_empty() && own.chars().all(plain);
            return if good { Ok(()) } else { Err("a name such as custom.shoe_size".to_owned()) };
        }
        // What `q` searches names the record; lists would find it by what they do not show.
        let fits =
            |name: &str| !(ALWAYS.contains(&name) || hidden && kind.searched.contains(&name));
        if kind.field(name).is_some() && fits(name) {
            return Ok(());
        }
        let fields = kind.shape.fields.iter().filter(|field| !field.hidden).map(|field| field.name);
        Err(format!("one of {}", fields.filter(|name| fits(name)).collect::<Vec<_>>().join(", ")))
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
            hidden_fields: Vec::new(),
            readonly_fields: Vec::new(),
        };
        RoleInput {
            name: Line::new("r").unwrap(),
            grants: grants.iter().map(grant).collect(),
            requires_second_factor: false,
        }
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
