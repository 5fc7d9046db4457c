//! Touches: what machines have sent, and what people did with it, as it was seen. A log that is only added
//! to, in batches; each event of a source counts once, however often and in whatever order it comes.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | a batch as a record, and what it takes |
//! | `ingest.rs` | taking a batch |
//! | `rates.rs` | rates of source codes, without a store |
//! | `history.rs` | all touches of somebody, also those of people |
//! | `counts.rs` | the figures that they are made of |
//!
//! An event is a row with the name that its source gave it as the key, and the batch has the event, the
//! rights and the counts. Rates count distinct recipients when they are asked for, from one index. Which
//! member is addressed by which code is such a log too. Price: neither is in the change feed row by row.

mod counts;
mod history;
mod ingest;
mod model;
mod rates;

pub use counts::{CodeCounts, of_codes, rates_of};
pub use history::{
    AskedTouches, TouchHistory, TouchHistoryEntry, TouchOrigin, of_contact, of_party,
};
pub(crate) use ingest::{Logged, OfCode, code_of, codes_named, keep_batch, log};
pub use ingest::{TouchRefusal, TouchesTaken, ingest};
pub use model::{
    TOUCH_BATCH, TakeTouches, TouchBatch, TouchBatchId, TouchBatchInput, TouchInput, TouchKind,
};
pub use rates::{Counts, SourceCodeRates};
