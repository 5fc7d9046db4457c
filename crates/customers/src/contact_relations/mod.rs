//! Relations between contacts: who reports to, influences, befriends or rivals whom.
//!
//! A relation is stored once, in one direction; seen from its other end it is shown as its inverse.
//! So deleting it removes both views. The contacts may be of different parties, as in a group of
//! companies.

mod model;
mod service;
mod store;

pub use model::{
    CONTACT_RELATION, ContactRelation, ContactRelationId, ContactRelationInput, RelationKind,
    RelationView,
};
pub use service::relations_of;
pub(crate) use service::{delete_of, follow, make_room, turn};
