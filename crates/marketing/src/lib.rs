//! Marketing: whom to address, through which media, and what came of it.
//!
//! | folder | holds |
//! | --- | --- |
//! | [`measures`] | what customers did, as figures that rules and models can name |
//! | [`segments`] | customers and prospects that fit a rule, or that were extracted into a list |
//! | [`mining_datasets`] | snapshots to learn from, of records or of a file |
//! | [`mining_models`] | trees that tell who will and how much, and what they say of everybody |
//! | [`mining_profiles`] | what the members of a segment have in common, and who is like them |
//! | [`best_fit`] | who has not bought a product and is likely to |
//! | [`product_buyers`] | who has bought a product |
//! | [`experiments`] | who is offered what, and whether it made a difference |
//! | [`media`] | the ways by which people are reached, each with a letter and a price |
//! | [`source_code_schemes`] | how codes are written and read |
//! | [`source_codes`] | which medium, test group, list, month and year a code stands for |
//! | [`campaigns`] | plans with objectives and budgets, from the draft to the outcome |
//! | [`marketing_plans`] | what a year sets out to reach and may cost, and how that is divided |
//! | [`campaign_templates`] | what campaigns of one sort have in common, must say, go through and are judged by |
//! | [`campaign_evaluations`] | how finished campaigns were judged, with a score from 0 to 100 |
//! | [`campaign_members`] | who is invited, and who came |
//! | [`programmes`] | several campaigns over several media on one list of contacts |
//! | [`programme_milestones`] | what programmes have to have reached by when |
//! | [`content_items`] | what can be told to people |
//! | [`content_rules`] | who is told what next, by segment and stage of decision |
//! | [`decision_stages`] | how far people have come in their decision |
//! | [`campaign_expenses`] | what was spent |
//! | [`campaign_results`] | what came of it elsewhere, entered by hand |
//! | [`campaign_risks`] | what may go wrong |
//! | [`rival_activities`] | what competitors do meanwhile |
//! | [`walk_ins`] | who comes by, counted by source code |
//! | [`offers`] | what customers are promised, on which days, and who can have it |
//! | [`offer_redemptions`] | who has had it |
//! | [`health_checks`] | what customers own, looked at item by item, and the service requests of its faults |
//! | [`responses`] | who answers, by which channel, and what follows: once |
//! | [`sales_results`] | what field sales came to, told where it came from |
//! | [`consents`] | who agrees to be written to, by which medium, for what and how often |
//! | [`contact_preferences`] | by which media somebody wants to be written to, how often in all, and how they want to be spoken to |
//! | [`research_studies`] | what is asked of whom by interviews, and how many of each segment |
//! | [`research_codes`] | the codes under which answers are brought |
//! | [`research_interviews`] | with whom an interview is held, by whom, and whether they agree |
//! | [`research_answers`] | what is said in interviews, and what it stands for |
//! | [`messages`] | what campaigns say: the offer, its variants, whom it goes to |
//! | [`message_deliveries`] | what has become of a message with each member |
//! | [`mail`] | the part of the program that hands letters to the mail server |
//! | [`carts`] | carts of web shops, bought or left, and whom to call about them |
//! | [`touch_sources`] | mail services and gateways that tell by themselves what became of what they sent |
//! | [`attribution`] | which touches led to an answer or a contract, by several models |
//! | [`touches`] | what was sent to whom and what they did with it, as machines saw it |
//! | [`past`] | which rows figures of the past count |
//! | [`web_task_runs`] | how visitors of web pages came through what they wanted to do there |
//!
//! Opportunities and contracts belong to crates further right. Which campaigns they come from they say
//! themselves, by [`campaigns::links`]; what they come to is read from their tables.

pub mod attribution;
pub mod best_fit;
pub mod campaign_evaluations;
pub mod campaign_expenses;
pub mod campaign_members;
pub mod campaign_results;
pub mod campaign_risks;
pub mod campaign_templates;
pub mod campaigns;
pub mod carts;
pub mod consents;
pub mod contact_preferences;
pub mod content_items;
pub mod content_rules;
pub mod decision_stages;
pub mod experiments;
pub mod health_checks;
pub mod mail;
pub mod marketing_plans;
pub mod measures;
pub mod media;
pub mod message_deliveries;
pub mod messages;
pub mod mining_datasets;
pub mod mining_models;
pub mod mining_profiles;
pub mod offer_redemptions;
pub mod offers;
pub mod past;
pub mod population;
pub mod problems;
pub mod product_buyers;
pub mod programme_milestones;
pub mod programmes;
pub mod rate;
pub mod research_answers;
pub mod research_codes;
pub mod research_interviews;
pub mod research_studies;
pub mod responses;
pub mod rival_activities;
pub mod sales_results;
pub mod segments;
pub mod source_code_schemes;
pub mod source_codes;
pub mod touch_sources;
pub mod touches;
pub mod walk_ins;
pub mod web_task_runs;

use guanxi_customers::merges::{self, Follow};
use guanxi_workflow::{chores, documents, tasks};

pub use problems::PROBLEMS;

/// Makes known what needs an approval here, what falls due, what follows tasks, where people are among others, and what
/// merges make room in. Again is no harm.
pub fn register() {
    documents::register(&campaigns::APPROVAL_OF_CAMPAIGNS);
    chores::register(&carts::ABANDONMENT);
    tasks::on_close(carts::CART_CALL, |tx, ctx, task| Box::pin(carts::called(tx, ctx, task)));
    documents::register(&marketing_plans::APPROVAL_OF_MARKETING_PLANS);
    guanxi_bulk::erasures::register(&mining_datasets::IN_DATASETS);
    merges::on_merge(campaign_members::CAMPAIGN_MEMBER.table, |tx, ctx, kind, both| {
        Box::pin(campaign_members::make_room(tx, ctx, kind, both))
    });
    let deliveries = Follow {
        merged: |tx, _, two| Box::pin(message_deliveries::name_person(tx, two.kind, two.survivor)),
        parted: |tx, _, two| Box::pin(message_deliveries::name_person(tx, two.kind, two.merged)),
    };
    merges::follow(message_deliveries::MESSAGE_DELIVERY.table, deliveries);
    let lists = Follow {
        merged: |tx, _, two| Box::pin(segments::merged(tx, two)),
        parted: |tx, _, two| Box::pin(segments::parted(tx, two)),
    };
    merges::follow(segments::SEGMENT.table, lists);
    let experiments = Follow {
        merged: |tx, ctx, two| Box::pin(experiments::merged(tx, ctx, two)),
        parted: |tx, ctx, two| Box::pin(experiments::parted(tx, ctx, two)),
    };
    merges::follow(experiments::EXPERIMENT.table, experiments);
}
