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
//! | [`time_allocation`] | on what somebody spends their time |
//! | [`win_loss`] | to whom, why and in which stage they were won and lost |
//! | [`receivables`] | what customers are still to pay, and how long it is overdue |
//! | [`contract_stages`] | what contracts in each stage come to |
//! | `intervals` | days that differ from tier to tier |
//! | `standing` | what stood at an instant, as it was known at another |
//! | `facts` | opportunities as they stood, with what else is known of them |
//! | `passage` | how opportunities went through their stages |
//! | `pipeline` | the pipeline that is asked for, and its stages |

pub mod cadence;
pub mod contract_stages;
pub mod conversion;
pub mod due_visits;
pub mod duration;
mod facts;
pub mod forecast;
pub mod funnel;
mod intervals;
pub mod neglected;
pub mod origins;
pub mod overdue_visits;
mod passage;
mod pipeline;
pub mod ranking;
pub mod receivables;
mod standing;
pub mod sufficiency;
pub mod tiers;
pub mod time_allocation;
pub mod win_loss;
