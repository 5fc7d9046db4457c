//! Reports over all domain crates: figures that anybody can make again.
//!
//! | module | does |
//! | --- | --- |
//! | [`definition`] | a report as data: its names, parameters, columns and chart |
//! | [`report`] | the one trait of reports, and the one way in which all of them are made |
//! | [`asked`] | the question: instants, currency and parameters, read from a query |
//! | [`answer`] | the answer: JSON, and the hash by which it is known again |
//! | [`exchange`] | amounts of all currencies in one, and the rates behind them |
//! | [`labels`] | what records are called, as far as the caller may see them |
//! | [`measures`] | what figures mean, each defined once |
//! | [`table`] | the rows as CSV |
//! | [`chart`] | the rows as SVG |
//! | [`reports`] | the reports |
//! | [`target_lists`] | lists of exactly the customers that a cell of a report counts |
//! | [`field_standards`] | the data dictionary: who answers for which field, and what its values should be |
//! | [`saved_queries`] | questions about lists, asked again as a list, a count, a pivot table, a segment or an export |
//! | [`resource_plans`] | a budget divided over customers by what they contribute |
//! | [`dashboards`] | figures of several reports and lists in one answer |
//! | [`kpis`] | key figures by formulas over measures, by department and in total |
//! | [`score_cards`] | key figures with weights, and what they come to together |
//! | [`kpi_rules`] | thresholds of key figures that call for tasks |
//!
//! A report reads what was so at one instant (`as_of`) as far as it was known at another
//! (`known_at`). Every figure is grouped by the store; no report loads the records it counts.

pub mod answer;
pub mod asked;
pub mod chart;
pub mod dashboards;
pub mod definition;
pub mod exchange;
pub mod field_standards;
pub mod kpi_rules;
pub mod kpis;
pub mod labels;
pub mod measures;
pub mod problems;
pub mod report;
pub mod reports;
pub mod resource_plans;
pub mod saved_queries;
pub mod score_cards;
pub mod table;
pub mod target_lists;

pub use answer::Answer;
pub use asked::{Asked, Presentation};
pub use definition::{Column, Definition, Parameter, Plot, Takes, What};
pub use problems::PROBLEMS;
pub use report::{Made, Report, make};

/// Makes known what this crate does by itself. Again is no harm.
pub fn register() {
    guanxi_workflow::chores::register(&reports::WALK);
    guanxi_workflow::chores::register(&kpi_rules::WATCHING);
    guanxi_workflow::chores::register(&reports::media_trend::WATCHING);
    guanxi_bulk::erasures::register_naming(&saved_queries::IN_QUERIES);
}
