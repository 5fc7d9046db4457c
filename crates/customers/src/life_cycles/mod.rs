//! Life cycles: in which cell of value and phase each customer is, since when, and what is done with the customers
//! of a cell.
//!
//! Once somebody has bought, the customers of a company are placed on each day, by the same rules as in the report
//! `value-lifecycle`; the company may say of a cell which playbook its customers get, and which margin is the goal,
//! and nothing of that is needed to see who leaves growth or comes to decline. Where a customer has moved the entry of
//! before ends, another begins, and the playbook of its cell is started: once for each entry. Who was in a cell when
//! the first walk came by has not moved there. A customer that comes to decline gets a retention case as well, if none
//! is open, for somebody has to find out why.
//!
//! | file | holds |
//! | --- | --- |
//! | `cells.rs` | what is done with the customers of a cell, as a resource |
//! | `entries.rs` | that a customer is or was in a cell, as a resource |
//! | `moves.rs` | entering a cell and leaving it, and what follows |
//! | `walk.rs` | how all customers are placed, page by page |
//! | `store.rs` | the SQL |
//!
//! What customers have bought is told by reports, which stand further right: they do a step of the walk and give
//! it the figures.
//!
//! Placing is done on each day and not with every purchase, since a class depends on what all others have
//! bought. A phase is judged by months that have ended, so it changes with a month, with the first purchase and with one
//! of a lost customer. Price: a move is seen on the next day, and who is near a limit of a class may move to and fro.

mod cells;
mod entries;
mod moves;
mod store;
mod walk;

pub use cells::{LIFE_CYCLE_CELL, LifeCycleCell, LifeCycleCellId, LifeCycleCellInput};
pub use entries::{LIFE_CYCLE_ENTRY, LifeCycleEntry, LifeCycleEntryId, LifeCycleEntryInput};
pub(crate) use moves::make_room;
pub use store::{Page, playbooks};
pub use walk::{Figure, Walk, due, put_off};
