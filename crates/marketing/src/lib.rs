//! Marketing: whom to address, through which media, and what came of it.
//!
//! | folder | holds |
//! | --- | --- |
//! | [`measures`] | what customers did, as figures that rules and models can name |
//! | [`segments`] | customers and prospects that fit a rule, or that were extracted into a list |
//! | [`mining_datasets`] | snapshots to learn from, of records or of a file |
//! | [`mining_models`] | trees that tell who will and how much, and what they say of everybody |
//! | [`experiments`] | who is offered what, and whether it made a difference |
//! | [`media`] | the ways by which people are reached, each with a letter and a price |
//! | [`source_code_schemes`] | how codes are written and read |
//! | [`source_codes`] | which medium, test group, list, month and year a code stands for |
//! | [`campaigns`] | plans with objectives and budgets, from the draft to the outcome |
//! | [`marketing_plans`] | what a year sets out to reach and may cost, and how that is divided |
//! | [`campaign_templates`] | what campaigns of one sort have in common, and must say |
//! | [`campaign_members`] | who is invited, and who came |
//! | [`campaign_expenses`] | what was spent |
//! | [`campaign_results`] | what came of it elsewhere, entered by hand |
//! | [`campaign_risks`] | what may go wrong |
//! | [`rival_activities`] | what competitors do meanwhile |
//! | [`responses`] | who answers, by which channel, and what follows: once |
//! | [`sales_results`] | what field sales came to, told where it came from |
//! | [`consents`] | who agrees to be written to, by which medium, for what and how often |
//! | [`messages`] | what campaigns say: the offer, its variants, whom it goes to |
//! | [`message_deliveries`] | what has become of a message with each member |
//! | [`mail`] | the part of the program that hands letters to the mail server |
//! | [`carts`] | carts of web shops, bought or left, and whom to call about them |
//! | [`touches`] | what was sent to whom and what they did with it, as machines saw it |
//!
//! Opportunities and contracts belong to crates further right. Which campaigns they come from they say
//! themselves, by [`campaigns::links`]; what they come to is read from their tables.

pub mod campaign_expenses;
pub mod campaign_members;
pub mod campaign_results;
pub mod campaign_risks;
pub mod campaign_templates;
pub mod campaigns;
pub mod carts;
pub mod consents;
pub mod experiments;
pub mod mail;
pub mod marketing_plans;
pub mod measures;
pub mod media;
pub mod message_deliveries;
pub mod messages;
pub mod mining_datasets;
pub mod mining_models;
pub mod population;
pub mod problems;
pub mod responses;
pub mod rival_activities;
pub mod sales_results;
pub mod segments;
pub mod source_code_schemes;
pub mod source_codes;
pub mod touches;

use guanxi_workflow::{chores, documents};

pub use problems::PROBLEMS;

/// Makes known what needs an approval here, and what falls due. Again is no harm.
pub fn register() {
    documents::register(&campaigns::APPROVAL_OF_CAMPAIGNS);
    chores::register(&carts::ABANDONMENT);
    documents::register(&marketing_plans::APPROVAL_OF_MARKETING_PLANS);
}

/// The default of what is usually so.
pub(crate) fn yes() -> bool {
    true
}
