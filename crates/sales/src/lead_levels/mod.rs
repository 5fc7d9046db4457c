//! Levels of leads: how soon somebody may buy, and how often they are to be visited until then.

mod model;
mod service;
mod store;
mod template;

pub use model::{LEAD_LEVEL, LeadLevel, LeadLevelId, LeadLevelInput};
pub(crate) use store::{code, given, order, visit_cycles};
pub use template::{LeadLevelTemplateCode, LeadLevelsFromTemplate, from_template};
