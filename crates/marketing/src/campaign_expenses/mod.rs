//! What was spent on campaigns, by line of the budget, medium and source code.

mod model;
mod service;

pub use model::{CAMPAIGN_EXPENSE, CampaignExpense, CampaignExpenseId, CampaignExpenseInput};
