//! What somebody wants to see at once: figures of several reports and lists in one answer, each the same as
//! where it comes from.

mod marketing_manager;

pub use marketing_manager::{MarketingDashboard, RunningCampaign, marketing_manager};
