//! What came of campaigns elsewhere, entered by hand: it is added to what records count.

mod model;
mod service;

pub use model::{CAMPAIGN_RESULT, CampaignResult, CampaignResultId, CampaignResultInput};
