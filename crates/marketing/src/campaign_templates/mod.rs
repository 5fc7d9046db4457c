//! Templates of campaigns: what campaigns of one sort have in common, and what they must say before they
//! are handed in.

mod making;
mod model;
mod required;
mod service;

pub use making::{CampaignFromTemplate, TemplateFromCampaign, make, save};
pub use model::{
    CAMPAIGN_TEMPLATE, CampaignTemplate, CampaignTemplateContent, CampaignTemplateId,
    CampaignTemplateInput,
};
pub use required::CampaignField;
pub(crate) use required::check_required;
