//! The codes under which answers of research are brought, each of one topic. They are of the whole company and not
//! of a study, so that a rule of a segment can name them and studies can be held against each other.

mod model;
mod service;
mod store;

pub use model::{RESEARCH_CODE, ResearchCode, ResearchCodeId, ResearchCodeInput, ResearchTopic};
pub(crate) use store::has_code;
