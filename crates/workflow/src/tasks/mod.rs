//! Tasks: what people have to do, made by hand or because a rule calls for it.
//!
//! A domain crate that knows when a record calls for something says so by [`ensure()`] whenever the
//! record is saved, and that it does not any more by [`settle()`]: there is one open task for each rule
//! and record, however often and by however many it is said.

mod ensure;
mod model;
mod service;
mod store;

pub use ensure::{
    Closed, Wanted, attempted, attempted_of, ensure, ensure_with, fulfil_next, on_close, settle,
};
pub use model::{
    CancelTask, CarryTask, CompleteTask, MOVES, TASK, Task, TaskId, TaskInput, TaskMove,
    TaskSource, TaskStatus,
};
pub use service::{cancel, carry, complete, reopen};
pub use store::{due_for, due_number};
pub(crate) use store::{open, open_numbers, open_of_rule};
