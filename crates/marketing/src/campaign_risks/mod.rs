//! What may go wrong with campaigns, how likely that is and what it would cost.

mod model;
mod service;

pub use model::{
    CAMPAIGN_RISK, CampaignRisk, CampaignRiskId, CampaignRiskInput, CampaignRiskStatus,
};
