//! Campaigns: what marketing sets out to do, what it may cost, and what came of it.
//!
//! What a campaign is to do with customers is its `purpose`; an `experiment` whose control it leaves alone makes it
//! measurable. So an action on customers is a campaign like others, with plan, consent, members and answers. Whoever is in
//! the control becomes no member, whichever way members are added. Price: who was a member before being assigned to
//! the control stays one, and is counted with the control all the same.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record and its parts |
//! | `event.rs` | what its members come to: seats and a waiting list, without a store |
//! | `life.rs` | states and moves as data |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | what changes its state |
//! | `steps.rs` | the steps of its template, one after the other |
//! | `consent.rs` | who must agree before it starts |
//! | `deviations.rs` | how far what is differs from what was planned, without a store |
//! | `actuals.rs` | what is so far, and the alert when it differs too much |
//! | `outcome.rs` | what it came to, without a store |
//! | `figures.rs` | the figures that outcomes are made of, of many campaigns at once |
//! | `sight.rs` | which of these a caller may see |
//! | `cancelled.rs` | what was signed because of it and taken back again |
//! | `together.rs` | the figures of all campaigns of a plan |
//! | `frozen.rs` | what it had come to when it was finished |
//! | `lift.rs` | whether members buy more than before, compared with the others |
//! | `expectation.rs` | what it may bring, by comparable ones that have ended |
//! | `similar.rs` | those that have ended and are most like it |
//! | `links.rs` | which opportunities and contracts come from it, and with which weight |
//! | `overview.rs` | the calendar, and how many tasks are done |
//!
//! Campaigns are directory data: everybody may name the one that brought a prospect, so sales needs no
//! rights on campaigns for that, and changing one needs a right to all. What was spent, who takes part and
//! who has answered is held by the owner of the campaign. Price: a marketing team cannot be kept from the
//! campaigns of another by scope.

mod actuals;
mod cancelled;
mod consent;
mod deviations;
mod event;
mod expectation;
mod figures;
mod frozen;
mod life;
mod lift;
pub mod links;
mod model;
mod moves;
mod outcome;
mod overview;
mod parts;
mod service;
mod sight;
mod similar;
mod steps;
mod store;
mod together;

pub use actuals::{CampaignDeviations, RivalActivityMeanwhile, deviations};
pub(crate) use actuals::{counted, follow_deviations, note_spent, shown};
pub use consent::APPROVAL_OF_CAMPAIGNS;
pub use deviations::{Deviation, DeviationOf};
pub use event::CampaignEvent;
pub use expectation::{CampaignExpectation, ExpectationBasis, ExpectedRange, expectation};
pub use figures::{Figures, of_campaigns, of_campaigns_by};
pub(crate) use figures::{MARGIN, of_parties};
pub use frozen::{CampaignOutcomeReport, outcome};
pub use life::{CampaignMove, CampaignState, MOVES};
pub use lift::{CampaignLift, Volumes, growth_over_control, lift, lift_over_control};
pub(crate) use model::tenth;
pub use model::{CAMPAIGN, Campaign, CampaignId, CampaignInput};
pub use moves::{
    AdvanceCampaign, CancelCampaign, advance, cancel, finish, pause, resume, start, submit,
};
pub use outcome::{CampaignOutcome, CampaignReturn, NoRatio, one_to};
pub use overview::{CalendarEntry, CampaignProgress, calendar, progress};
pub use parts::{
    BudgetLine, CampaignCheckItem, CampaignFollowUp, CampaignMetric, CampaignPurpose,
    CampaignStateChange, CampaignWeight, Objective,
};
pub use sight::Sight;
pub use similar::{SimilarCampaign, similar};
pub use steps::{CampaignStep, CampaignStepState};
pub(crate) use together::together;
