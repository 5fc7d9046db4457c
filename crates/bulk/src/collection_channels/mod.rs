//! Collection channels: the ways by which data of customers come in, and how much of them was taken.
//!
//! An import and a form name the channel that they belong to. What comes by them is counted in the transaction that
//! takes it, one row for each channel and business day, so a crash neither loses a count nor tells one twice. How far
//! another system has been read stands at the channel (`position`), and an import moves it when all of its rows were
//! read: so the next one goes on behind it. Price: submissions of one form change one row of the day, one after the
//! other.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the channel, and from where customers of the base are |
//! | `service.rs` | the rules of a save, and counting |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use model::{
    BaseSource, COLLECTION_CHANNEL, Collected, CollectionChannel, CollectionChannelId,
    CollectionChannelInput,
};
pub use service::{advance, count};
