//! Source codes: which medium, test group, list, month and year a short text stands for, and which campaign
//! answers that bear it belong to.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `alike.rs` | codes that differ by one character, without a store |
//! | `service.rs` | the rules of a save |
//! | `generate.rs` | the codes of all media × test groups × lists |
//! | `reading.rs` | what a code stands for, and what somebody may have meant |
//! | `assign.rs` | which member of a campaign is addressed by which code |

mod alike;
mod assign;
mod generate;
mod model;
mod reading;
mod service;
mod store;

pub use assign::{AssignSourceCodes, SourceCodeAssigned, SourceCodesAssigned, assign};
pub use generate::{GenerateSourceCodes, SourceCodesGenerated, generate};
pub use model::{SOURCE_CODE, SourceCode, SourceCodeId, SourceCodeInput};
pub use reading::{Matched, SourceCodeReading, captured, matched, read};
