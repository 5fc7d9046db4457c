//! Key figures: one definition by a formula over measures, which any number of departments are judged by.
//!
//! | file | holds |
//! | --- | --- |
//! | `formula.rs` | formulas, read and worked out; pure |
//! | `measured.rs` | what measures come to in a time, by org unit |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |
//! | `value.rs` | what it comes to, by department and in total |
//! | `store.rs` | SQL |
//!
//! A figure of several departments is not the mean of theirs: the formula is worked out of the measures of
//! each, and of the sums of these, which are one answer of the store.
//!
//! So the parts reconcile with the whole. Departments of one figure are not nested, since what two of them
//! share would be told twice. Only measures that a statement tells for any time and org unit can stand in a
//! formula. Price: a new one needs a line in `measured.rs`, and won opportunities and receipts need the
//! right to all of them.

mod formula;
mod measured;
mod model;
mod service;
mod store;
mod value;

pub(crate) use model::decimal;
pub use model::{KPI, Kpi, KpiDirection, KpiId, KpiInput, KpiUnit};
pub use value::{KpiDepartment, KpiFigures, KpiMeasure, KpiValue, value};
pub(crate) use value::{of, of_all, sources, text};
