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
//! | [`data_freshness`] | of how many customers what is known was verified lately |
//! | [`unplanned_visits`] | which leads have no visit planned in time |
//! | [`unreviewed_cards`] | whose cards nobody else has looked at |
//! | [`daily_clearance`] | what was due on a day, done and put off |
//! | `prospects` | months, and in whose hands leads were |
//! | [`receivables`] | what customers are still to pay, and how long it is overdue |
//! | [`concentration`] | how much the greatest few customers make |
//! | [`customer_ranking`] | who the key customers are, by one angle or several |
//! | `customer_angles` | the figures by which customers are ranked, and several of them weighed |
//! | [`contract_results`] | what was signed, amended and taken back, each on its day |
//! | [`contract_stages`] | what contracts in each stage come to |
//! | [`campaign_calendar`] | which campaigns run in each month, and what that may cost and has cost |
//! | [`campaign_cycle`] | how long campaigns take from the draft to the evaluation, step by step |
//! | [`campaign_ranking`] | which campaigns brought most |
//! | [`cart_abandonment`] | which carts were left, and which of these were bought after all |
//! | [`order_path`] | at which step of the way to an order people leave |
//! | [`media_response`] | what came back through which medium, list, test group or source code |
//! | [`media_attribution`] | to which media answers and contracts are credited |
//! | [`media_paths`] | from which medium to which one customers went before they bought |
//! | [`send_waste`] | what was spent on sending in vain |
//! | [`decision_transitions`] | from which stage of their decision to which one people have gone |
//! | `conversion_paths` | the touches before answers and contracts |
//! | [`media_trend`] | whether media become dearer and are answered less |
//! | `customer_figures` | what each customer has signed |
//! | [`resource_utilisation`] | how much of people and equipment is booked on contracts, of how much there is |
//! | [`rfm`] | how lately, how often and for how much customers have bought, with scores |
//! | [`customer_deciles`] | how much each tenth of the customers has bought |
//! | [`purchase_recency`] | how many months ago customers have bought last |
//! | [`customer_value`] | what customers are worth over a long time, and which great ones have left off |
//! | [`customer_contribution`] | what is left of what customers bought, and of which nothing is |
//! | [`customer_flow`] | how many customers came, came back and left off |
//! | [`value_lifecycle`] | customers by what they bought and the phase of their life |
//! | [`decline_reasons`] | why customers left off, and what was seen before |
//! | [`margin_goals`] | which margin customers have reached who came into a cell with a goal |
//! | [`attrition`] | which customers were lost after somebody had left |
//! | [`loop_closure`] | what became of the leads that were handed to field sales |
//! | `loop_figures` | these counted |
//! | [`not_bought_reasons`] | why these have not bought |
//! | [`referral_difficulties`] | who was asked for referrals, what came of it, and why others refuse |
//! | [`service_levels`] | service requests answered and resolved in time, and how long that took |
//! | [`service_transfers`] | how long it takes until service has the files of customers |
//! | [`cross_sell`] | what a customer has not bought, and others have bought together with what it has |
//! | [`up_selling`] | who owns a product that has become old, and has not bought the better one |
//! | [`next_needs`] | when a customer is to be expected to buy again, and what |
//! | [`satisfaction`] | how satisfied customers are, period by period |
//! | [`satisfaction_gaps`] | which products fall short of what customers had expected |
//! | [`frequency_satisfaction`] | whether those who buy most often are the most satisfied |
//! | [`growth_balance`] | what is sold now beside what will be sold later |
//! | [`data_quality`] | how good the data of the customer base are |
//! | [`replacement_candidates`] | whose owners may want another car, machine or device |
//! | [`response_by_recency`] | whether those who have bought lately answer more often |
//! | [`resource_use`] | how much time and money customers take, against what their tiers allow |
//! | `life_cycle_walk` | placing customers by what they have bought, on each day |
//! | `purchases` | what customers have bought, from orders and contracts |
//! | `products_bought` | which products these were |
//! | `intervals` | days that differ from tier to tier |
//! | `standing` | what stood at an instant, as it was known at another |
//! | `facts` | opportunities as they stood, with what else is known of them |
//! | `passage` | how opportunities went through their stages |
//! | `pipeline` | the pipeline that is asked for, and its stages |

pub mod attainment;
pub mod attrition;
pub mod cadence;
pub mod campaign_calendar;
pub mod campaign_cycle;
pub mod campaign_ranking;
pub mod cart_abandonment;
pub mod concentration;
pub mod contract_results;
pub mod contract_stages;
pub mod conversion;
mod conversion_paths;
pub mod cross_sell;
mod customer_angles;
pub mod customer_contribution;
pub mod customer_deciles;
mod customer_figures;
pub mod customer_flow;
pub mod customer_ranking;
pub mod customer_value;
pub mod daily_business;
pub mod daily_clearance;
pub mod data_coverage;
pub mod data_freshness;
pub mod data_quality;
pub mod decision_transitions;
pub mod decline_reasons;
pub mod due_visits;
pub mod duration;
mod facts;
pub mod forecast;
pub mod frequency_satisfaction;
pub mod funnel;
pub mod growth_balance;
mod intervals;
pub mod lead_latency;
mod life_cycle_walk;
pub mod loop_closure;
mod loop_figures;
pub mod lost_prospects;
pub mod margin_goals;
pub mod media_attribution;
pub mod media_paths;
pub mod media_response;
pub mod media_trend;
pub mod missing_updates;
pub mod neglected;
pub mod next_needs;
pub mod not_bought_reasons;
pub mod order_path;
pub mod origins;
pub mod overdue_visits;
mod passage;
mod pipeline;
mod products_bought;
pub mod prospect_contact_status;
pub mod prospect_conversion;
pub mod prospect_holding;
pub mod prospect_sources;
mod prospects;
pub mod purchase_recency;
mod purchases;
pub mod ranking;
pub mod receivables;
pub mod referral_difficulties;
pub mod replacement_candidates;
pub mod resource_use;
pub mod resource_utilisation;
pub mod response_by_recency;
pub mod rfm;
pub mod satisfaction;
pub mod satisfaction_gaps;
pub mod send_waste;
pub mod service_levels;
pub mod service_transfers;
mod standing;
pub mod sufficiency;
pub mod tiers;
pub mod time_allocation;
pub mod unplanned_visits;
pub mod unreviewed_cards;
pub mod up_selling;
pub mod value_lifecycle;
pub mod win_loss;

pub(crate) use life_cycle_walk::WALK;
