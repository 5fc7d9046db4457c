//! What was promised on the phone, by which media and by which day, and whether that was kept.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the promise with an item for each medium |
//! | `moves.rs` | items are sent, promises kept or broken; pure |
//! | `service.rs` | the rules of a save, and the task of whoever has promised |
//!
//! A promise has one item for each medium by which it is kept. It is kept when the last of them was sent by the day
//! that was named, and broken when one was sent later or it was given up. One whose day is past is late, which lists
//! tell by `overdue` and the report counts as not kept; nothing marks it, so that it can still be sent.

mod model;
mod moves;
mod service;

pub use model::{
    BreakPromise, FulfilPromise, PROMISE, Promise, PromiseFulfilment, PromiseId, PromiseInput,
    PromiseMedium, PromiseStatus,
};
pub use service::{fulfil, give_up};
