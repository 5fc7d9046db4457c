//! Stocktakes of the customer base: a list of customers is snapshotted, and what is known of each is held
//! against what is so. How much of it was right is the accuracy of the base.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what its lines add up to; pure |
//! | `service.rs` | the rules of a save, opening, checking and closing |
//! | `store.rs` | the SQL |
//!
//! It is to customers what contact status tables are to leads, without a month and a reviewer.
//!
//! What came of each customer stands beside the stocktake, and reaches the party only when it was verified.
//! Corrected data are as right as confirmed ones from then on, so both count as verified; accuracy counts
//! the confirmed alone. Price: each verification is a change of the party, with a version and an event.

mod model;
mod service;
mod store;

pub use model::{
    CheckStocktake, CheckStocktakeLine, OpenStocktake, STOCKTAKE, Stocktake, StocktakeId,
    StocktakeInput, StocktakeLine, StocktakeResult, StocktakeStatus,
};
pub use service::{check, close, lines, open};
