//! What is filled in by a playbook: about a record of any kind, or about none.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, its states |
//! | `service.rs` | the rules of a save; what answers come to |
//! | `moves.rs` | completed, reopened, reviewed |
//! | `comparison.rs` | a run beside the one before it |
//! | `card.rs` | the one run that a record has as its card |
//! | `store.rs` | SQL |
//!
//! Whoever holds the record that it is about reads it (parties, leads, opportunities).
//!
//! A run is read as activities are (`Kind::read_about`): about anything else, by its owner alone.
//!
//! A response to a survey is a run too. Its items say whether they measure expectation or satisfaction, and
//! a save keeps the two indices (0 to 10,000) beside the answers, so reports sum columns and read no
//! answers. What was not answered says nothing there, unlike in a score, where it earns none. Price:
//! another weight in the next edition leaves the old responses as they were judged.

mod card;
mod comparison;
mod model;
mod moves;
mod service;
mod store;

pub use card::{Card, CardItem, CardStep, FillCard, card, fill_card, gaps};
pub use comparison::{RunComparison, ScoreChange, StepChange, compare};
pub use model::{PLAYBOOK_RUN, PlaybookRun, PlaybookRunId, PlaybookRunInput, RunMove, RunStatus};
pub use moves::{ReviewRun, complete, reopen, review};
