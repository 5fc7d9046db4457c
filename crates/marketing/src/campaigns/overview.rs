//! The calendar of campaigns, and how many tasks of one are done.

use super::{
    life::CampaignState,
    model::{CAMPAIGN, Campaign, CampaignId},
    store,
};
use chrono::NaiveDate;
use guanxi_kernel::{Action, Ctx, Result, UserId, Word as _, problem::OUT_OF_RANGE, ratio::Ratio};
use guanxi_storage::{Tx, error::BAD_PARAMETER, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Campaigns that a calendar shows at most.
const MOST: i64 = 1_000;

/// A campaign in the calendar.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarEntry {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// What it is called.
    pub name: String,
    /// How far it has come.
    pub state: CampaignState,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// Who is in charge.
    pub owner_id: UserId,
}

/// How many tasks of a campaign are done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignProgress {
    /// Tasks about it, but for those that were given up.
    pub tasks: i64,
    /// Those that are done.
    pub done: i64,
    /// Done by all.
    pub progress: Ratio,
}

/// The campaigns that overlap the days from the first to the last of these, but for those that were
/// cancelled; the first thousand.
///
/// # Errors
/// `forbidden`; `bad_parameter` for a last day before the first.
pub async fn calendar(
    tx: &mut Tx,
    ctx: &Ctx,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<CalendarEntry>> {
    ctx.require(CAMPAIGN.plural, Action::Read)?;
    if days.1 < days.0 {
        let finding = OUT_OF_RANGE.parameter("to").with("expected", "not before from");
        return Err(BAD_PARAMETER.problem().and(finding));
    }
    let rows = store::overlapping(tx, days, MOST).await?;
    let entry = |(campaign_id, name, state, starts_on, ends_on, owner)| {
        let state: String = state;
        let state = CampaignState::from_word(&state).unwrap_or_default();
        let owner_id = UserId::from(owner);
        CalendarEntry { campaign_id, name, state, starts_on, ends_on, owner_id }
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// How many tasks of a campaign are done.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn progress(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<CampaignProgress> {
    resource::load::<Campaign>(tx, ctx, id.uuid()).await?;
    let (tasks, done) = store::tasks(tx, id).await?;
    Ok(CampaignProgress { tasks, done, progress: Ratio::new(done, tasks) })
}
