//! A relation, its inverse, and which of the two is stored.

use crate::{
    contacts::{Contact, ContactId},
    parties::PartyId,
    problems::SELF_RELATION,
};
use guanxi_kernel::{Id, Line, Result, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What one contact is to another.
    pub enum RelationKind {
        /// Is managed by the other.
        ReportsTo = "reports_to" ("Reports to", "汇报给"),
        /// Is the superior of the other.
        Manages = "manages" ("Manages", "管理"),
        /// The other listens to it.
        Influences = "influences" ("Influences", "影响"),
        /// Listens to the other.
        InfluencedBy = "influenced_by" ("Influenced by", "受其影响"),
        /// They like each other.
        Friend = "friend" ("Friend", "朋友"),
        /// They are rivals.
        Rival = "rival" ("Rival", "对手"),
    }
}

impl RelationKind {
    /// What the other contact is to this one.
    pub fn inverse(self) -> Self {
        match self {
            Self::ReportsTo => Self::Manages,
            Self::Manages => Self::ReportsTo,
            Self::Influences => Self::InfluencedBy,
            Self::InfluencedBy => Self::Influences,
            Self::Friend => Self::Friend,
            Self::Rival => Self::Rival,
        }
    }
}

/// Names a relation.
pub type ContactRelationId = Id<ContactRelation>;

type ContactRelationMeta = Meta<ContactRelation>;

/// What callers write of a relation. It is answered in the direction in which it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContactRelationInput {
    /// The contact that the relation starts from.
    #[field(zh = "联系人", filter, to = Contact)]
    pub from_id: ContactId,
    /// What it is to the other: `manages` is stored as `reports_to` from the other end,
    /// `influenced_by` as `influences`.
    #[field(zh = "关系", filter)]
    pub kind: RelationKind,
    /// The other contact.
    #[field(zh = "对方联系人", filter, to = Contact)]
    pub to_id: ContactId,
    /// How it is known, or what to mind.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// What one contact is to another.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ContactRelation {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContactRelationMeta)]
    pub meta: Meta<ContactRelation>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContactRelationInput,
    /// The party of the contact that the relation starts from.
    #[schema(value_type = PartyId, required = true)]
    #[field(zh = "客户", filter)]
    pub party_id: Option<PartyId>,
}

/// The resource of relations between contacts.
pub static CONTACT_RELATION: Kind = Kind::new::<ContactRelation>(
    "contact_relation",
    "contact-relations",
    "contact_relations",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Contact relation", zh: "联系人关系" },
)
.also(&["moved"]);

/// A relation as one of its contacts sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RelationView {
    /// The relation.
    pub relation_id: ContactRelationId,
    /// What the contact that was asked for is to the other one.
    pub kind: RelationKind,
    /// The other contact.
    pub contact_id: ContactId,
    /// Its name.
    pub name: Line<200>,
    /// How the relation is known, or what to mind.
    pub note: Option<Text<1000>>,
}

impl ContactRelationInput {
    /// Turns the relation round: the same fact, told from the other end.
    pub(super) fn turn(&mut self) {
        std::mem::swap(&mut self.from_id, &mut self.to_id);
        self.kind = self.kind.inverse();
    }

    /// Brings the relation into the direction in which it is stored, so that its inverse cannot be
    /// stored beside it. Whether it had to be turned.
    pub(super) fn settle(&mut self) -> bool {
        let turned = match self.kind {
            RelationKind::ReportsTo | RelationKind::Influences => false,
            RelationKind::Manages | RelationKind::InfluencedBy => true,
            RelationKind::Friend | RelationKind::Rival => self.from_id > self.to_id,
        };
        if turned {
            self.turn();
        }
        turned
    }

    /// Refuses a relation of a contact with itself.
    ///
    /// # Errors
    /// `self_relation` at `/to_id`.
    pub(super) fn two_contacts(&self) -> Result<()> {
        if self.from_id == self.to_id { Err(SELF_RELATION.at("/to_id")) } else { Ok(()) }
    }

    /// The fact itself, without what is noted about it.
    pub(super) fn fact(&self) -> (ContactId, RelationKind, ContactId) {
        (self.from_id, self.kind, self.to_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word as _;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn relation(from: u128, kind: RelationKind, to: u128) -> ContactRelationInput {
        let contact = |id| ContactId::from(Uuid::from_u128(id));
        ContactRelationInput { from_id: contact(from), kind, to_id: contact(to), note: None }
    }

    fn settled(mut relation: ContactRelationInput) -> ContactRelationInput {
        relation.settle();
        relation
    }

    #[test]
    fn the_direction_that_is_stored() {
        use RelationKind::{Friend, InfluencedBy, Influences, Manages, ReportsTo, Rival};
        for (written, stored) in [
            ((1, ReportsTo, 2), (1, ReportsTo, 2)),
            ((1, Manages, 2), (2, ReportsTo, 1)),
            ((1, Influences, 2), (1, Influences, 2)),
            ((1, InfluencedBy, 2), (2, Influences, 1)),
            ((2, Friend, 1), (1, Friend, 2)),
            ((1, Rival, 2), (1, Rival, 2)),
        ] {
            let settled = settled(relation(written.0, written.1, written.2));
            assert_eq!(settled, relation(stored.0, stored.1, stored.2), "{written:?}");
        }
    }

    #[test]
    fn nobody_is_related_to_themselves() {
        assert!(relation(1, RelationKind::Friend, 2).two_contacts().is_ok());
        assert!(
            relation(1, RelationKind::Friend, 1).two_contacts().unwrap_err().is(&SELF_RELATION)
        );
    }

    proptest! {
        /// However often a relation is turned and settled, one fact is stored in one way.
        #[test]
        fn a_fact_is_stored_in_one_way(
            from: u128,
            kind in prop::sample::select(RelationKind::ALL),
            to: u128,
            chain in prop::collection::vec(any::<bool>(), 0..8),
        ) {
            let mut told = relation(from, kind, to);
            let stored = settled(told.clone());
            for turn in chain {
                if turn { told.turn() } else { told = settled(told) }
                prop_assert_eq!(&settled(told.clone()), &stored);
            }
            prop_assert_eq!(&settled(stored.clone()), &stored);
        }
    }
}
