//! Rules that watch key figures: what crosses a threshold becomes a task with the numbers.

mod model;
mod service;
mod store;
mod watching;

pub use model::{KPI_RULE, KpiCrossing, KpiRule, KpiRuleId, KpiRuleInput, KpiRulePeriod};
pub use watching::WATCHING;
