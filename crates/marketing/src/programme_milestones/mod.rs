//! What programmes have to have reached by when.

mod model;
mod service;

pub use model::{
    MilestoneState, PROGRAMME_MILESTONE, ProgrammeMilestone, ProgrammeMilestoneId,
    ProgrammeMilestoneInput,
};
pub use service::{drop_it, reach, reopen};
