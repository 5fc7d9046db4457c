//! Qualification standards: which leads field sales accepts as ripe. A standard is a draft first;
//! published it is the next edition, stays as it is, and takes the place of the one before.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record and its criteria; pure |
//! | `service.rs` | the rules of a save, and publishing |
//! | `judging.rs` | a lead held against the standard in force |
//! | `store.rs` | the SQL |
//!
//! Publishing is a right of its own (`qualification-publishing`): marketing writes drafts, and sales
//! decides. What a lead was judged by can be read for ever, and one index says that one edition is in
//! force.

mod judging;
mod model;
mod service;
mod store;

pub(crate) use judging::{Judgement, criteria, judge};
pub use model::{
    QUALIFICATION_STANDARD, QualificationCriterion, QualificationStandard, QualificationStandardId,
    QualificationStandardInput, QualificationStandardStatus,
};
pub use service::{PUBLISHING, publish};
