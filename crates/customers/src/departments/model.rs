//! A department and the rules that need nothing but itself.

use crate::{
    parties::{Party, PartyId},
    problems::{DEPARTMENT_OF_OTHER_PARTY, IMMUTABLE},
};
use guanxi_kernel::{Id, Line, Result, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a department.
pub type DepartmentId = Id<Department>;

type DepartmentMeta = Meta<Department>;

/// What callers write of a department.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct DepartmentInput {
    /// The party; it stays the same.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The department above it, of the same party.
    #[serde(default)]
    #[field(zh = "上级部门", filter, to = Department)]
    pub parent_id: Option<DepartmentId>,
    /// The name.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<200>,
}

/// A department of a party.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Department {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = DepartmentMeta)]
    pub meta: Meta<Department>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: DepartmentInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// The resource of departments.
pub static DEPARTMENT: Kind = Kind::new::<Department>(
    "department",
    "departments",
    "departments",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Department", zh: "部门" },
)
.searched(&["name"])
.known_by(&["name"]);

impl DepartmentInput {
    /// Refuses to move a department, and with it all below it, to another party.
    ///
    /// # Errors
    /// `immutable` at `/party_id`.
    pub(super) fn keep_party(&self, before: &Self) -> Result<()> {
        if self.party_id == before.party_id { Ok(()) } else { Err(IMMUTABLE.at("/party_id")) }
    }
}

impl Department {
    /// Refuses to be named by a record of another party than its own.
    ///
    /// # Errors
    /// `department_of_other_party` at `pointer`.
    pub(crate) fn require_party(&self, party: PartyId, pointer: &str) -> Result<()> {
        if self.input.party_id == party {
            Ok(())
        } else {
            Err(DEPARTMENT_OF_OTHER_PARTY.at(pointer))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use uuid::Uuid;

    fn input(party: u128) -> DepartmentInput {
        let party_id = Uuid::from_u128(party).into();
        DepartmentInput { party_id, parent_id: None, name: Line::new("采购部").unwrap() }
    }

    #[test]
    fn a_department_stays_with_its_party() {
        assert!(input(1).keep_party(&input(1)).is_ok());
        assert!(input(1).keep_party(&input(2)).unwrap_err().is(&IMMUTABLE));
    }

    #[test]
    fn a_department_is_named_within_its_party_only() {
        let department = testing::record::<Department>(input(1));
        assert!(department.require_party(Uuid::from_u128(1).into(), "/department_id").is_ok());
        let refused =
            department.require_party(Uuid::from_u128(2).into(), "/department_id").unwrap_err();
        assert!(refused.is(&DEPARTMENT_OF_OTHER_PARTY));
    }
}
