//! Templates of campaigns: what campaigns of one sort have in common, what they must say before they are
//! handed in, the steps that they go through, and by what they are judged.

mod making;
mod model;
mod required;
mod service;

pub use making::{CampaignFromTemplate, TemplateFromCampaign, make, save};
pub use model::{
    CAMPAIGN_TEMPLATE, CampaignTemplate, CampaignTemplateContent, CampaignTemplateId,
    CampaignTemplateInput, CampaignTemplateStep,
};
pub use required::CampaignField;
pub(crate) use required::check_required;
