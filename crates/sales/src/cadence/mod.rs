//! Visits at intervals: how many each week a stage expects, as dated tasks of who controls the
//! opportunity.
//!
//! | file | holds |
//! | --- | --- |
//! | `week.rs` | which days of a week visits fall on |
//! | `slots.rs` | the tasks: made, moved, settled, as the opportunity moves and visits are done |
//! | `weeks.rs` | those of the weeks that follow |
//! | `store.rs` | for which opportunities there are some, and from when on the next are due |
//!
//! A slot is a task of its own rule, `visit_slot_1` and so on. One that was missed moves into the next
//! week: visits that are late do not pile up, and what was not done is told by the report of
//! compliance.
//!
//! So what holds for tasks of rules holds for visits: one open for each, moved rather than made again.

mod slots;
mod store;
mod week;
mod weeks;

pub(crate) use slots::follow;
pub use slots::visited;
pub use weeks::VISITS;
