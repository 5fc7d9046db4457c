//! What is due for somebody today, from tasks, activities and approvals in one list.

mod model;
mod service;
mod store;

pub use model::{Today, TodayCounts, TodayItem, TodayKind, TodaySubject};
pub use service::today;
