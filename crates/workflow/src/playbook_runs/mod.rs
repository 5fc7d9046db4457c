//! What is filled in by a playbook: about a record of any kind, or about none.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, its states |
//! | `service.rs` | the rules of a save; what answers come to |
//! | `moves.rs` | completed, reopened, reviewed |
//! | `card.rs` | the one run that a record has as its card |
//! | `store.rs` | SQL |
//!
//! Whoever holds the record that it is about reads it (parties, leads, opportunities).

mod card;
mod model;
mod moves;
mod service;
mod store;

pub use card::{Card, CardItem, CardStep, FillCard, card, fill_card, gaps};
pub use model::{PLAYBOOK_RUN, PlaybookRun, PlaybookRunId, PlaybookRunInput, RunMove, RunStatus};
pub use moves::{ReviewRun, complete, reopen, review};
