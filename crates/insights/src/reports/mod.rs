//! The reports, and what several of them stand on.
//!
//! | module | tells |
//! | --- | --- |
//! | [`funnel`] | what is open in each stage |
//! | [`conversion`] | how many go on from each stage |
//! | [`duration`] | how long they take in each stage |
//! | [`cadence`] | whether customers are visited as often as their stages expect |
//! | [`neglected`] | with whom nobody has been in touch for long |
//! | [`due_visits`] | whom the policies of their tiers want visited |
//! | [`overdue_visits`] | which visits of plans were not made |
//! | [`forecast`] | what the open ones will bring, and when |
//! | [`tiers`] | what each class of customers will bring |
//! | [`sufficiency`] | whether what is held is enough for a target |
//! | [`ranking`] | who and what won how much |
//! | [`origins`] | where opportunities came from |
//! | [`attainment`] | how far targets are met: of peers, over time, level by level |
//! | [`time_allocation`] | on what somebody spends their time |
//! | [`win_loss`] | to whom, why and in which stage they were won and lost |
//! | [`daily_business`] | what each consultant has done on a day |
//! | [`prospect_contact_status`] | what became of the leads on the tables of a month |
//! | [`prospect_conversion`] | how many of those carried over and of the new ones are won |
//! | [`prospect_holding`] | how many leads are held, day by day |
//! | [`prospect_sources`] | where leads came from |
//! | [`lost_prospects`] | which leads were lost, why and to whom |
//! | [`missing_updates`] | who has entered nothing on a day |
//! | [`data_coverage`] | how much is known of leads |
//! | [`unplanned_visits`] | which leads have no visit planned in time |
//! | [`unreviewed_cards`] | whose cards nobody else has looked at |
//! | [`daily_clearance`] | what was due on a day, done and put off |
//! | `prospects` | months, and in whose hands leads were |
//! | [`receivables`] | what customers are still to pay, and how long it is overdue |
//! | [`concentration`] | how much the greatest few customers make |
//! | [`customer_ranking`] | who the key customers are, by one angle or several |
//! | [`contract_results`] | what was signed, amended and taken back, each on its day |
//! | [`contract_stages`] | what contracts in each stage come to |
//! | [`campaign_calendar`] | which campaigns run in each month, and what that may cost and has cost |
//! | [`campaign_ranking`] | which campaigns brought most |
//! | [`cart_abandonment`] | which carts were left, and which of these were bought after all |
//! | [`media_response`] | what came back through which medium, list, test group or source code |
//! | `customer_figures` | what each customer has signed |
//! | [`rfm`] | how lately, how often and for how much customers have bought, with scores |
//! | [`customer_deciles`] | how much each tenth of the customers has bought |
//! | [`purchase_recency`] | how many months ago customers have bought last |
//! | [`customer_value`] | what customers are worth over a long time, and which great ones have left off |
//! | [`customer_contribution`] | what is left of what customers bought, and of which nothing is |
//! | [`customer_flow`] | how many customers came, came back and left off |
//! | [`value_lifecycle`] | customers by what they bought and the phase of their life |
//! | [`decline_reasons`] | why customers left off, and what was seen before |
//! | [`loop_closure`] | what became of the leads that were handed to field sales |
//! | `loop_figures` | these counted |
//! | [`not_bought_reasons`] | why these have not bought |
//! | [`service_levels`] | service requests answered and resolved in time, and how long that took |
//! | `purchases` | what customers have bought, from orders and contracts |
//! | `intervals` | days that differ from tier to tier |
//! | `standing` | what stood at an instant, as it was known at another |
//! | `facts` | opportunities as they stood, with what else is known of them |
//! | `passage` | how opportunities went through their stages |
//! | `pipeline` | the pipeline that is asked for, and its stages |

pub mod attainment;
pub mod cadence;
pub mod campaign_calendar;
pub mod campaign_ranking;
pub mod cart_abandonment;
pub mod concentration;
pub mod contract_results;
pub mod contract_stages;
pub mod conversion;
pub mod customer_contribution;
pub mod customer_deciles;
mod customer_figures;
pub mod customer_flow;
pub mod customer_ranking;
pub mod customer_value;
pub mod daily_business;
pub mod daily_clearance;
pub mod data_coverage;
pub mod decline_reasons;
pub mod due_visits;
pub mod duration;
mod facts;
pub mod forecast;
pub mod funnel;
mod intervals;
pub mod loop_closure;
mod loop_figures;
pub mod lost_prospects;
pub mod media_response;
pub mod missing_updates;
pub mod neglected;
pub mod not_bought_reasons;
pub mod origins;
pub mod overdue_visits;
mod passage;
mod pipeline;
pub mod prospect_contact_status;
pub mod prospect_conversion;
pub mod prospect_holding;
pub mod prospect_sources;
mod prospects;
pub mod purchase_recency;
mod purchases;
pub mod ranking;
pub mod receivables;
pub mod rfm;
pub mod service_levels;
mod standing;
pub mod sufficiency;
pub mod tiers;
pub mod time_allocation;
pub mod unplanned_visits;
pub mod unreviewed_cards;
pub mod value_lifecycle;
pub mod win_loss;
