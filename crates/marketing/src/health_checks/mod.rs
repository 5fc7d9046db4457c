//! Checks of what customers own, in campaigns that say what is looked at: one check of each vehicle, with a finding for
//! each item. Of every fault a service request is made at once, so that nobody has to think of it; the check names its
//! requests, and shows in their timelines.
//!
//! A check belongs to whoever owned the vehicle then. Findings stay as they were written: what comes of a fault is told
//! by its request.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what its findings must be; pure |
//! | `service.rs` | the rules of a save, and the requests |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use model::{
    CheckFinding, CheckFindingResult, HEALTH_CHECK, HealthCheck, HealthCheckId, HealthCheckInput,
};
