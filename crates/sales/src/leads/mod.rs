//! Leads: somebody who may buy one day, from the first word of them to a party with an opportunity,
//! or to lost.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record |
//! | `life.rs` | states and moves as data |
//! | `rules.rs` | what needs nothing but the record |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | what changes its state or its level |
//! | `loss.rs` | who must agree before it is lost |
//! | `owners.rs` | who has it: claimed, given, given back |
//! | `convert.rs` | it becomes a party, a contact, an opportunity |
//! | `answered.rs` | who has answered to a campaign is one |
//! | `card.rs` | what is known of it, and the log of contacts |
//! | `spans.rs` | what it was from when to when, for reports |
//! | `visits.rs` | when the next contact is due |
//! | `field.rs` | what becomes of it in the hands of field sales |
//! | `duplicates.rs` | who is there already |
//! | `recycle.rs` | it goes back into its pool because time has passed |
//!
//! A lead without an owner lies in its pool: whoever may draw from the pool sees it, and changes it
//! only by claiming it. An owner keeps the pool that the lead came from, whose rules go on to hold.

mod answered;
mod card;
mod convert;
mod duplicates;
mod field;
mod life;
mod loss;
mod model;
mod moves;
mod owners;
mod parts;
mod recycle;
mod rules;
mod service;
mod spans;
mod store;
mod visits;

pub use answered::{LeadPlace, of_response, of_response_to};
pub use card::{CardSide, LeadCard, LeadContact, card, fill_card};
pub(crate) use convert::bought;
pub use convert::{ConvertLead, LeadOpportunity, convert};
pub(crate) use field::{GivenBack, Handed, bought_in_field, give_back, hand_to_field, plan};
pub use life::{LeadMove, LeadStatus};
pub use loss::{LOSS, PendingLoss};
pub use model::{LEAD, Lead, LeadId, LeadInput};
pub use moves::{
    ChangeLeadLevel, LoseLead, QualifyLead, ReopenLead, change_level, lose, qualify, reopen, start,
};
pub use owners::{ReleaseLead, TransferLead, claim, release, transfer};
pub use parts::{LeadAssignmentKind, LeadGrade, LeadQualification, LeadSource, VisitState};
pub use recycle::RECYCLING;
pub use store::{LeadAssignment, LeadLevelChange, assignments, level_history};
pub use visits::{due as visit_due, state as visit_state};
