//! Contact status tables: the prospects of a consultant in a month, registered at its beginning, checked by
//! somebody else at its end.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `life.rs` | the record and its states |
//! | `service.rs` | the rules of a save |
//! | `stocktake.rs` | opened, what must be on it and is not, leads that join |
//! | `contacts.rs` | who enters contacts with its leads |
//! | `moves.rs` | submitted, reviewed, closed |
//! | `store.rs` | SQL |
//!
//! A table names its leads; contacts, levels and results are those of the leads and are read where they
//! are. Closing it writes down what they came to, so that it stays as it was.
//!
//! So one follow-up shows in the daily report, the table and the card, and a month that is closed is not
//! rewritten by what is entered late. The consultant whose prospects a table registers stays its key; who
//! goes on with it after a hand-over is its owner.

mod contacts;
mod life;
mod model;
mod moves;
mod service;
mod stocktake;
mod store;

pub(crate) use contacts::entered;
pub use life::{ProspectTableMove, ProspectTableStatus};
pub use model::{
    PROSPECT_TABLE, ProspectOrigin, ProspectTable, ProspectTableId, ProspectTableInput, TableReview,
};
pub use moves::{ReviewProspectTable, close, review, submit};
pub use stocktake::{
    AddProspects, OpenProspectTable, ProspectLine, ProspectTableCheck, add, check, lines, open,
};
pub use store::days_of;
