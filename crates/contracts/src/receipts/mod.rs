//! Receipts: what customers have paid on contracts, and what was paid back.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `matching.rs` | which lines of a payment plan an amount pays, without a store |
//! | `service.rs` | the rules of a save |
//!
//! What a receipt says of money never changes: what was wrong is paid back by a refund, and both stay
//! visible.
//!
//! A refund has its reason and goes along the lines that the receipt had paid, so the receivables of any
//! past day can be worked out again. Price: no correction in place.

mod matching;
mod model;
mod service;
mod store;

pub use model::{RECEIPT, Receipt, ReceiptId, ReceiptInput, ReceiptKind, ReceiptMatch};
