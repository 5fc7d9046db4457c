//! Care plans: what is done for customers in each stage of owning something, and after an accident.
//!
//! A stage is a span of months since the asset was delivered to whom it belongs and of months of its age. No two
//! plans in use share any of it, so an asset is in one stage at most, and its plan follows from its days. A walk
//! over all assets on each day makes the care contacts that the steps call for, and ends those of another stage:
//! so a stage that changes swaps the plan.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the plan and its steps as a resource |
//! | `stages.rs` | in which stage an asset is, and which day of a step has come; pure |
//! | `service.rs` | the rules of a save, and the stage of one asset |
//! | `planning.rs` | the walk |
//! | `store.rs` | the SQL |
//!
//! A contact is planned when its day has come and not before, since its stage may have changed by then. Two unique
//! indexes hold that a step has one open contact for an asset, and one for each of its days: so it does not matter
//! how many nodes walk at once. What was superseded is out of both and can be planned again. Price: a walk over all
//! assets on each day, a transaction for each thousand, and nobody sees the care of next month as records.

mod model;
mod planning;
mod service;
mod stages;
mod store;

pub use model::{CARE_PLAN, CarePlan, CarePlanId, CarePlanInput, CareStep, CareTrigger};
pub use planning::PLANNING;
pub(crate) use service::{after_incident, stage_of};
