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
//! | [`competitor_comparison`] | how the company compares with a competitor, and how often it wins against it |
//! | [`pivot`] | opportunities by any two dimensions |
//! | [`win_loss`] | to whom, why and in which stage they were won and lost |
//! | [`daily_business`] | what each consultant has done on a day |
//! | [`prospect_contact_status`] | what became of the leads on the tables of a month |
//! | [`prospect_conversion`] | how many of those carried over and of the new ones are won |
//! | [`prospect_holding`] | how many leads are held, day by day |
//! | [`prospect_sources`] | where leads came from |
//! | [`lost_prospects`] | which leads were lost, why and to whom |
//! | [`missing_updates`] | who has entered nothing on a day |
//! | [`data_contributions`] | who has changed how much of the data of customers, and how good it is |
//! | [`data_coverage`] | how much is known of leads |
//! | [`data_freshness`] | of how many customers what is known was verified lately |
//! | [`data_growth`] | how many records of a list were made in each month |
//! | [`data_standards`] | what breaks the standards of the data dictionary, source by source |
//! | [`unplanned_visits`] | which leads have no visit planned in time |
//! | [`unreviewed_cards`] | whose cards nobody else has looked at |
//! | [`daily_clearance`] | what was due on a day, done and put off |
//! | [`rollout_steps`] | how long steps of roll-outs take, and what is worked on |
//! | [`training_results`] | how many have passed what they were to learn |
//! | [`root_causes`] | why things were missed |
//! | `prospects` | months, and in whose hands leads were |
//! | [`receivables`] | what customers are still to pay, and how long it is overdue |
//! | [`concentration`] | how much the greatest few customers make |
//! | [`customer_ranking`] | who the key customers are, by one angle or several |
//! | `customer_angles` | the figures by which customers are ranked, and several of them weighed |
//! | [`contract_results`] | what was signed, amended and taken back, each on its day |
//! | [`contract_stages`] | what contracts in each stage come to |
//! | [`base_policy_compliance`] | whether the customer base is kept by the rules of the company |
//! | [`customer_sources`] | from where customers of the base came, and who has named them |
//! | [`private_contacts`] | how many of their own contacts consultants have brought into the base |
//! | [`channel_modes`] | what was sold directly, and by one or two steps of trade |
//! | [`campaign_calendar`] | which campaigns run in each month, and what that may cost and has cost |
//! | [`campaign_approvals`] | what people of each role have decided about campaigns |
//! | [`campaign_cycle`] | how long campaigns take from the draft to the evaluation, step by step |
//! | [`campaign_departments`] | what the campaigns of each department have come to |
//! | [`store_visits`] | who came to the shop after a notice |
//! | [`walk_ins`] | how many people came by themselves, and what brought them |
//! | [`offer_redemption`] | who of those to whom an offer was made has redeemed it |
//! | [`campaign_effect`] | what a campaign has changed, against those whom it left alone |
//! | [`campaign_ranking`] | which campaigns brought most |
//! | [`cart_abandonment`] | which carts were left, and which of these were bought after all |
//! | [`cart_reasons`] | why carts were left, and how fast questions about the price were answered |
//! | [`nurture_without_track`] | which prospects wait for a better day, and nobody tells them anything |
//! | [`order_path`] | at which step of the way to an order people leave |
//! | [`expense_to_revenue`] | what was spent by what was sold, medium by medium, list by list, code by code |
//! | [`daily_counters`] | how many events and answers there were on each day of a month |
//! | [`media_response`] | what came back through which medium, list, test group or source code |
//! | [`reply_channels`] | by which channels people have answered |
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
//! | [`value_groups`] | customers by their value in five groups, and whether these hold |
//! | [`potential_grades`] | prospects by score and need in four grades, and whether better ones buy more often |
//! | [`value_lifecycle`] | customers by what they bought and the phase of their life |
//! | [`decline_reasons`] | why customers left off, and what was seen before |
//! | [`margin_goals`] | which margin customers have reached who came into a cell with a goal |
//! | [`attrition`] | which customers were lost after somebody had left |
//! | [`lead_latency`] | how fast sales speaks to those who have answered a campaign |
//! | [`loop_closure`] | what became of the leads that were handed to field sales |
//! | `loop_figures` | these counted |
//! | [`not_bought_reasons`] | why these have not bought |
//! | [`referral_difficulties`] | who was asked for referrals, what came of it, and why others refuse |
//! | [`research_topics`] | on which topics customers have spoken in interviews |
//! | [`research_findings`] | what they have said, ranked for each segment |
//! | [`research_interviewers`] | who has interviewed them |
//! | [`insurance_renewals`] | how many insurances that end are renewed |
//! | [`information_sources`] | where people look for information |
//! | `research` | which interviews these tell of |
//! | [`phone_calls`] | how many calls there were, what they came to, and how well they were done |
//! | [`promises`] | which promises were kept, and by which media |
//! | [`follow_up_attempts`] | how long it takes until somebody first tries to follow up |
//! | [`service_levels`] | service requests answered and resolved in time, and how long that took |
//! | [`care_contacts`] | care and invitations by stage and by who makes them, and what came of them |
//! | [`needs`] | what customers need, by product and period, and what was adopted |
//! | [`service_transfers`] | how long it takes until service has the files of customers |
//! | [`cross_sell`] | what a customer has not bought, and others have bought together with what it has |
//! | [`up_selling`] | who owns a product that has become old, and has not bought the better one |
//! | [`next_needs`] | when a customer is to be expected to buy again, and what |
//! | [`whitespace`] | which products each customer has not bought, and what they may be expected to bring |
//! | [`satisfaction`] | how satisfied customers are, period by period |
//! | [`satisfaction_gaps`] | which products fall short of what customers had expected |
//! | [`frequency_satisfaction`] | whether those who buy most often are the most satisfied |
//! | [`growth_balance`] | what is sold now beside what will be sold later |
//! | [`web_experience`] | how visitors come through tasks on web pages, and at which step it takes longest |
//! | [`data_quality`] | how good the data of the customer base are |
//! | [`retained_customers`] | who owns a vehicle in use, since when, and which contact with them is overdue |
//! | [`replacement_candidates`] | whose owners may want another car, machine or device |
//! | [`response_by_recency`] | whether those who have bought lately answer more often |
//! | [`resource_use`] | how much time and money customers take, against what their tiers allow |
//! | `life_cycle_walk` | placing customers by what they have bought, on each day |
//! | `purchases` | what customers have bought, from orders and contracts |
//! | `products_bought` | which products these were |
//! | `intervals` | days that differ from tier to tier |
//! | `hours` | the median and the 90th percentile of hours |
//! | `standing` | what stood at an instant, as it was known at another |
//! | `facts` | opportunities as they stood, with what else is known of them |
//! | `passage` | how opportunities went through their stages |
//! | `pipeline` | the pipeline that is asked for, and its stages |

pub mod attainment;
pub mod attrition;
pub mod base_policy_compliance;
pub mod cadence;
pub mod campaign_approvals;
pub mod campaign_calendar;
pub mod campaign_cycle;
pub mod campaign_departments;
pub mod campaign_effect;
pub mod campaign_ranking;
pub mod care_contacts;
pub mod cart_abandonment;
pub mod cart_reasons;
pub mod channel_modes;
pub mod competitor_comparison;
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
pub mod customer_sources;
pub mod customer_value;
pub mod daily_business;
pub mod daily_clearance;
pub mod daily_counters;
pub mod data_contributions;
pub mod data_coverage;
pub mod data_freshness;
pub mod data_growth;
pub mod data_quality;
pub mod data_standards;
pub mod decision_transitions;
pub mod decline_reasons;
pub mod due_visits;
pub mod duration;
pub mod expense_to_revenue;
mod facts;
pub mod follow_up_attempts;
pub mod forecast;
pub mod frequency_satisfaction;
pub mod funnel;
pub mod growth_balance;
mod hours;
pub mod information_sources;
pub mod insurance_renewals;
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
pub mod needs;
pub mod neglected;
pub mod next_needs;
pub mod not_bought_reasons;
pub mod nurture_without_track;
pub mod offer_redemption;
pub mod order_path;
pub mod origins;
pub mod overdue_visits;
mod passage;
pub mod phone_calls;
mod pipeline;
pub mod pivot;
pub mod potential_grades;
pub mod private_contacts;
mod products_bought;
pub mod promises;
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
pub mod reply_channels;
mod research;
pub mod research_findings;
pub mod research_interviewers;
pub mod research_topics;
pub mod resource_use;
pub mod resource_utilisation;
pub mod response_by_recency;
pub mod retained_customers;
pub mod rfm;
pub mod rollout_steps;
pub mod root_causes;
pub mod satisfaction;
pub mod satisfaction_gaps;
pub mod send_waste;
pub mod service_levels;
pub mod service_transfers;
mod standing;
pub mod store_visits;
pub mod sufficiency;
pub mod tiers;
pub mod time_allocation;
pub mod training_results;
pub mod unplanned_visits;
pub mod unreviewed_cards;
pub mod up_selling;
pub mod value_groups;
pub mod value_lifecycle;
pub mod walk_ins;
pub mod web_experience;
pub mod whitespace;
pub mod win_loss;

pub(crate) use life_cycle_walk::WALK;
