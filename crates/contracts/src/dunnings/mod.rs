//! Pressing for what is late on contracts: level by level, by the days since it was due.
//!
//! A level is a task for whoever looks after the contract, and each payment reaches each level once,
//! however often and by however many it is planned. One of them is open at a time for each payment: the
//! next level takes the place of a task that was not done. Who has paid is left alone at once, in the
//! transaction of the receipt; so is who owes nothing any more, or later.
//!
//! It is planned on each day by itself, and at once by whoever asks. A payment that was late before
//! anybody looked reaches the level of its days, without those before. Price: where the owner of a
//! contract is not active nobody is told until it has another one.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | what is answered, and which level is reached; pure |
//! | `planning.rs` | planning, by itself and at once |
//! | `service.rs` | what was reached on a contract, and what ends it |
//! | `store.rs` | the SQL |

mod model;
mod planning;
mod service;
mod store;

pub use model::{Dunning, DunningList, PlannedDunnings};
pub use planning::{PLANNING, plan};
pub use service::list;
pub(crate) use service::{follow, watch};
