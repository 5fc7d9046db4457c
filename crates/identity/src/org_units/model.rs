//! An org unit.

use crate::users::User;
use guanxi_kernel::{Line, OrgUnitId, UserId, id::kinds, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What kind of unit it is. Only a name: no rule depends on it.
    pub enum OrgUnitKind {
        /// The whole company or a subsidiary.
        Company = "company" ("Company", "公司"),
        /// A division of it.
        Division = "division" ("Division", "事业部"),
        /// A department.
        Department = "department" ("Department", "部门"),
        /// An office or branch.
        Office = "office" ("Office", "办事处"),
        /// A shop or dealer outlet.
        Store = "store" ("Store", "门店"),
        /// A group within a department.
        TeamUnit = "team_unit" ("Team", "小组"),
    }
}

/// What callers write of an org unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct OrgUnitInput {
    /// The name.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<100>,
    /// What kind of unit it is.
    #[field(zh = "类型", filter)]
    pub kind: OrgUnitKind,
    /// The unit above; none for the top of a tree.
    #[field(zh = "上级组织", filter, to = OrgUnit)]
    pub parent_id: Option<OrgUnitId>,
    /// Who manages it.
    #[field(zh = "主管", filter, to = User)]
    pub manager_id: Option<UserId>,
}

/// A node of the organisation tree.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct OrgUnit {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = OrgUnitMeta)]
    pub meta: Meta<kinds::OrgUnit>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: OrgUnitInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// For the derive of the schema, which stumbles over the parameter.
type OrgUnitMeta = Meta<kinds::OrgUnit>;

/// The resource.
pub static ORG_UNIT: Kind = Kind::new::<OrgUnit>(
    "org_unit",
    "org-units",
    "org_units",
    Visibility::Tenant,
    Texts { en: "Org unit", zh: "组织单元" },
)
.searched(&["name"])
.known_by(&["name"]);

impl OrgUnit {
    /// Who manages the unit now; a deleted unit gives nobody anything.
    pub(super) fn live_manager(&self) -> Option<UserId> {
        self.input.manager_id.filter(|_| self.meta.deleted_at.is_none())
    }
}
