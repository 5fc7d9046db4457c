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
//! | [`contract_stages`] | what contracts in each stage come to |
//! | `intervals` | days that differ from tier to tier |
//! | `standing` | what stood at an instant, as it was known at another |
//! | `facts` | opportunities as they stood, with what else is known of them |
//! | `passage` | how opportunities went through their stages |
//! | `pipeline` | the pipeline that is asked for, and its stages |

pub mod attainment;
pub mod cadence;
pub mod contract_stages;
pub mod conversion;
pub mod daily_business;
pub mod daily_clearance;
pub mod data_coverage;
pub mod due_visits;
pub mod duration;
mod facts;
pub mod forecast;
pub mod funnel;
mod intervals;
pub mod lost_prospects;
pub mod missing_updates;
pub mod neglected;
pub mod origins;
pub mod overdue_visits;
mod passage;
mod pipeline;
pub mod prospect_contact_status;
pub mod prospect_conversion;
pub mod prospect_holding;
pub mod prospect_sources;
mod prospects;
pub mod ranking;
pub mod receivables;
mod standing;
pub mod sufficiency;
pub mod tiers;
pub mod time_allocation;
pub mod unplanned_visits;
pub mod unreviewed_cards;
pub mod win_loss;
