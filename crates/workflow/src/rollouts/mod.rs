//! Roll-outs: work of a group in ordered steps, such as building a customer base or bringing a new way of
//! selling into a company.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record and its parts |
//! | `life.rs` | states and moves as data |
//! | `template.rs` | the steps that come with the program, as data |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | started, cancelled; completed and reopened by its steps |
//! | `choice.rs` | which product was chosen, by filled-in playbooks |
//! | `responsibilities.rs` | steps by departments |
//! | `store.rs` | the SQL |
//!
//! A step is a [record of its own](super::rollout_steps), so it has an owner who does it by their own rights, a
//! history, and reminders; who has passed which training item stands in
//! [training records](super::training_records). A roll-out of a template has the steps of that and no others.
//! The price is that steps lead forward one by one: what can be done side by side is two roll-outs.
//!
//! It is no programme of campaigns, which has milestones in no order, and no playbook, which one person fills in
//! about a record; a product is chosen by playbooks that were filled in, whose items carry the weights.

mod choice;
mod life;
mod model;
mod moves;
mod parts;
mod responsibilities;
mod service;
mod store;
mod template;

pub use choice::{ChooseProduct, ProductChoice, ProductScore, choose_product};
pub use life::{RolloutMove, RolloutState};
pub use model::{ROLLOUT, Rollout, RolloutId, RolloutInput};
pub use moves::{cancel, start};
pub(crate) use moves::{complete, reopen};
pub(crate) use parts::repeated;
pub use parts::{RolloutEscalation, RolloutGoal, RolloutMember, TrainingItem};
pub use responsibilities::{
    ResponsibleDepartment, ResponsibleStep, RolloutResponsibilities, responsibilities,
};
pub(crate) use store::departments;
pub use template::{RolloutTemplate, RolloutTemplateDefinition, RolloutTemplateStep, templates};
