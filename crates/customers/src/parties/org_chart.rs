//! The organisation of a party as a tree. Pure: rows in, tree out.

use super::PartyId;
use crate::{contacts::ContactId, departments::DepartmentId};
use guanxi_kernel::Line;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// The departments of a party with their people.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct OrgChart {
    /// The party.
    pub party_id: PartyId,
    /// Its top departments, by name.
    pub departments: Vec<ChartDepartment>,
    /// Its contacts without a department, by name.
    pub contacts: Vec<ChartContact>,
}

/// A department with what is below it.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ChartDepartment {
    /// The department.
    pub id: DepartmentId,
    /// Its name.
    pub name: Line<200>,
    /// Its people, by name.
    pub contacts: Vec<ChartContact>,
    /// The departments below it, by name.
    #[schema(no_recursion)]
    pub departments: Vec<ChartDepartment>,
}

/// A contact in its department.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChartContact {
    /// The contact.
    pub id: ContactId,
    /// The name.
    pub name: Line<200>,
    /// What it says on the card.
    pub job_title: Option<Line<100>>,
    /// Whether it is the one to turn to first.
    pub is_primary: bool,
}

/// A department, the one above it, its name.
pub(crate) type DepartmentRow = (DepartmentId, Option<DepartmentId>, Line<200>);

/// The department of a contact, and the contact.
pub(crate) type ContactRow = (Option<DepartmentId>, ChartContact);

impl OrgChart {
    /// Nests the rows, keeping their order. What hangs on a department that is not among the rows
    /// is shown at the top rather than lost.
    pub(super) fn nest(
        party_id: PartyId,
        departments: Vec<DepartmentRow>,
        contacts: Vec<ContactRow>,
    ) -> Self {
        let known: BTreeSet<DepartmentId> = departments.iter().map(|row| row.0).collect();
        let known = |id: Option<DepartmentId>| id.filter(|id| known.contains(id));
        let mut rest = Rest::default();
        for (id, parent, name) in departments {
            rest.departments.entry(known(parent)).or_default().push((id, name));
        }
        for (department, contact) in contacts {
            rest.contacts.entry(known(department)).or_default().push(contact);
        }
        let (departments, contacts) = rest.take(None);
        Self { party_id, departments, contacts }
    }
}

/// The rows that have not found their place yet, by the department above them.
#[derive(Default)]
struct Rest {
    departments: BTreeMap<Option<DepartmentId>, Vec<(DepartmentId, Line<200>)>>,
    contacts: BTreeMap<Option<DepartmentId>, Vec<ChartContact>>,
}

impl Rest {
    /// What stands in `department`, with everything below. The number of levels is bounded.
    fn take(
        &mut self,
        department: Option<DepartmentId>,
    ) -> (Vec<ChartDepartment>, Vec<ChartContact>) {
        let below = self.departments.remove(&department).unwrap_or_default();
        let nest = |(id, name)| {
            let (departments, contacts) = self.take(Some(id));
            ChartDepartment { id, name, contacts, departments }
        };
        let departments = below.into_iter().map(nest).collect();
        (departments, self.contacts.remove(&department).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn line<const MAX: usize>(text: &str) -> Line<MAX> {
        Line::new(text).unwrap()
    }

    fn department(id: u128, parent: Option<u128>) -> DepartmentRow {
        let id_of = |id| DepartmentId::from(Uuid::from_u128(id));
        (id_of(id), parent.map(id_of), line(&format!("部门{id}")))
    }

    fn contact(id: u128, department: Option<u128>) -> ContactRow {
        let id = ContactId::from(Uuid::from_u128(id));
        let contact = ChartContact { id, name: line("王伟"), job_title: None, is_primary: false };
        (department.map(|id| Uuid::from_u128(id).into()), contact)
    }

    #[test]
    fn everybody_stands_in_one_place() {
        let departments = vec![
            department(1, None),
            department(2, Some(1)),
            department(3, Some(2)),
            department(4, Some(1)),
        ];
        let contacts = vec![
            contact(10, Some(3)),
            contact(11, None),
            contact(12, Some(1)),
            contact(13, Some(3)),
        ];
        let chart = OrgChart::nest(Uuid::nil().into(), departments, contacts);
        let [top] = chart.departments.as_slice() else { panic!("one top") };
        assert_eq!(
            top.departments.iter().map(|d| &*d.name).collect::<Vec<_>>(),
            ["部门2", "部门4"]
        );
        assert_eq!(top.contacts.len(), 1);
        let deep = &top.departments[0].departments[0];
        assert_eq!(
            deep.contacts.iter().map(|c| c.id.uuid().as_u128()).collect::<Vec<_>>(),
            [10, 13]
        );
        assert_eq!(chart.contacts.len(), 1);
    }

    #[test]
    fn what_hangs_on_nothing_is_shown_at_the_top() {
        let chart = OrgChart::nest(
            Uuid::nil().into(),
            vec![department(2, Some(1))],
            vec![contact(10, Some(1))],
        );
        assert_eq!((chart.departments.len(), chart.contacts.len()), (1, 1));
    }
}
