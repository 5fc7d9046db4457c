//! Sales: what is sold and for how much, the ways in which opportunities are worked on, and the
//! opportunities with all that they ever were.
//!
//! | folder | holds |
//! | --- | --- |
//! | [`products`] | what is sold |
//! | [`price_books`] | lists of prices |
//! | [`positionings`] | what the company and its products are good and weak at, beside whom |
//! | [`pipelines`] | ways to work on opportunities, and the ones that come with the program |
//! | [`stages`] | the steps of a pipeline |
//! | [`lead_levels`] | how soon a lead may buy, and how often it is visited |
//! | [`lead_pools`] | leads without an owner: who may claim them, and when they come back |
//! | [`leads`] | who may buy one day, until they become parties or are lost |
//! | [`intelligence_notes`] | who was heard of that may buy, and who has told of it |
//! | [`capture_forms`] | forms on public pages, and the leads that come by them |
//! | [`qualification_standards`] | which leads field sales accepts as ripe |
//! | [`field_handovers`] | leads on their way from the call centre to field sales, and what became of them |
//! | [`nurture_tracks`] | how prospects are kept in mind who do not buy yet |
//! | [`nurture_enrolments`] | prospects on these tracks, and why they left |
//! | [`prospect_tables`] | the leads of a consultant in a month: registered, checked, closed |
//! | [`opportunities`] | from the first contact to won, lost or given up |
//! | [`cadence`] | how often customers are visited while an opportunity is in a stage |
//! | [`handovers`] | what somebody who leaves has in their hands, and who gets it |
//! | [`quotes`] | what is offered on an opportunity, version by version |
//! | [`targets`] | what is to be reached in a period, divided so that it adds up |
//! | [`commission_plans`] | what representatives get of what they win |
//! | [`phone_calls`] | calls in and out, what came of them, and what has to follow |
//! | [`promises`] | what customers were promised on the phone, and whether that was kept |
//! | [`phone_representatives`] | who takes calls, and what they know |
//! | [`cart_calls`] | calls about carts that were left, and what is opened by them |
//! | [`credit_rules`] | how call centre, web and field sales share what deals bring |

pub mod cadence;
pub mod capture_forms;
pub mod cart_calls;
pub mod commission_plans;
pub mod credit_rules;
pub mod field_handovers;
pub mod handovers;
mod informants;
pub mod intelligence_notes;
pub mod lead_levels;
pub mod lead_pools;
pub mod leads;
pub mod measures;
pub mod nurture_enrolments;
pub mod nurture_tracks;
pub mod opportunities;
pub mod phone_calls;
pub mod phone_representatives;
pub mod pipelines;
pub mod positionings;
pub mod price_books;
pub mod problems;
pub mod products;
pub mod promises;
pub mod prospect_tables;
pub mod qualification_standards;
pub mod quotes;
pub mod rules;
pub mod stages;
pub mod targets;
mod tracking;

use guanxi_bulk::erasures;
use guanxi_customers::{activities, parties};
use guanxi_storage::Kind;
use guanxi_workflow::{chores, documents, tasks};

pub use problems::PROBLEMS;

/// The resources of this crate.
pub fn kinds() -> Vec<&'static Kind> {
    vec![
        &products::PRODUCT,
        &price_books::PRICE_BOOK,
        &price_books::PRICE_BOOK_ENTRY,
        &positionings::POSITIONING,
        &pipelines::PIPELINE,
        &stages::STAGE,
        &opportunities::OPPORTUNITY,
        &handovers::HANDOVER,
        &handovers::HANDOVER_LINE,
        &quotes::QUOTE,
        &lead_levels::LEAD_LEVEL,
        &lead_pools::LEAD_POOL,
        &leads::LEAD,
        &intelligence_notes::INTELLIGENCE_NOTE,
        &capture_forms::CAPTURE_FORM,
        &qualification_standards::QUALIFICATION_STANDARD,
        &field_handovers::FIELD_HANDOVER,
        &targets::TARGET,
        &commission_plans::COMMISSION_PLAN,
        &credit_rules::CREDIT_RULE,
        &nurture_tracks::NURTURE_TRACK,
        &nurture_enrolments::NURTURE_ENROLMENT,
        &prospect_tables::PROSPECT_TABLE,
        &phone_calls::PHONE_CALL,
        &promises::PROMISE,
        &phone_representatives::PHONE_REPRESENTATIVE,
    ]
}

/// Makes known what needs an approval here, what falls due, who enters activities, what follows tasks and purchases, and
/// where people are among others. Again is no harm.
pub fn register() {
    for rule in [phone_calls::MAIL_REPLY, phone_calls::FOLLOW_UP] {
        tasks::on_close(rule, |tx, ctx, task| Box::pin(phone_calls::step_done(tx, ctx, task)));
    }
    activities::on_entered(leads::LEAD.name, prospect_tables::entered);
    parties::on_purchase("leads", |tx, ctx, buyers| Box::pin(leads::bought(tx, ctx, buyers)));
    documents::register(&quotes::APPROVAL_OF_QUOTES);
    documents::register(&opportunities::STAGE_ENTRY);
    documents::register(&opportunities::REACTIVATION);
    documents::register(&leads::LOSS);
    chores::register(&quotes::EXPIRY);
    chores::register(&cadence::VISITS);
    chores::register(&leads::RECYCLING);
    erasures::register(&informants::OF_LEADS);
    erasures::register(&informants::OF_NOTES);
}
