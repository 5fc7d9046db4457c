//! Rules that watch key figures: what crosses a threshold becomes a task with the numbers.
//!
//! They are looked at every hour, with all rights, so whoever makes one must read all records behind it.
//! There is one open task for each rule; a closed one does not come back in the same period.

mod model;
mod service;
mod store;
mod watching;

pub use model::{KPI_RULE, KpiCrossing, KpiRule, KpiRuleId, KpiRuleInput, KpiRulePeriod};
pub use watching::WATCHING;
