//! Why something was missed: a task or a step of a roll-out that is overdue, was done late, or was put off. Of each
//! such item every class is said once, so the classes of an item are told apart and none counts twice. Whose it was
//! and in which unit they were is kept as it was then, so moving people later moves no cause.

mod model;
mod service;
mod store;

pub use model::{CauseClass, MissedItem, ROOT_CAUSE, RootCause, RootCauseId, RootCauseInput};
