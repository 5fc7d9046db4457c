//! A plan of another year, made of this one.

use super::{
    model::{MarketingPlan, MarketingPlanId},
    segment_goals::goals_seen,
    store,
};
use crate::{
    campaigns::{Campaign, CampaignState},
    problems::TOO_MANY_TO_COPY,
};
use chrono::{DateTime, Months, NaiveDate, Utc};
use guanxi_kernel::{Action, Ctx, Line, Result, problem::OUT_OF_RANGE};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Campaigns that are copied at most, since each is a record with an event of its own.
const MOST: usize = 200;

fn one() -> i64 {
    1
}

/// A plan of a later year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "2027 年度营销计划", "years": 1, "campaigns": true })))]
pub struct CopyMarketingPlan {
    /// What it is called.
    pub name: Line<200>,
    /// How many years later; one when absent.
    #[serde(default = "one")]
    #[validate(range(min = 1, max = 10))]
    #[schema(minimum = 1, maximum = 10)]
    pub years: i64,
    /// Whether campaigns that were not cancelled are copied too, as drafts.
    #[serde(default = "guanxi_kernel::input::yes")]
    pub campaigns: bool,
}

/// The same day that many years later; the last of February for a day that there is not.
fn later(day: NaiveDate, years: i64) -> Result<NaiveDate> {
    let months = u32::try_from(years * 12).ok();
    let shifted = months.and_then(|months| day.checked_add_months(Months::new(months)));
    shifted.ok_or_else(|| OUT_OF_RANGE.at("/years"))
}

/// The same time of that day.
fn later_instant(at: DateTime<Utc>, years: i64) -> Result<DateTime<Utc>> {
    let months = u32::try_from(years * 12).ok();
    let shifted = months.and_then(|months| at.checked_add_months(Months::new(months)));
    shifted.ok_or_else(|| OUT_OF_RANGE.at("/years"))
}

/// Makes a draft of a plan of a later year of this one, with its campaigns. The acting user is in charge of
/// all of them. Goals with segments that they do not see, or that are gone, are left out.
///
/// # Errors
/// `not_found`, `forbidden`; `too_many_to_copy`; and as making any plan or campaign.
pub async fn copy(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MarketingPlanId,
    wish: CopyMarketingPlan,
) -> Result<Shown<MarketingPlan>> {
    resource::require::<MarketingPlan>(ctx, Action::Create)?;
    let plan: MarketingPlan = resource::load(tx, ctx, id.uuid()).await?;
    let mut input = plan.input;
    input.name = wish.name;
    input.owner_id = None;
    input.segment_goals = goals_seen(tx, ctx, input.segment_goals).await?;
    input.starts_on = later(input.starts_on, wish.years)?;
    input.ends_on = later(input.ends_on, wish.years)?;
    let made: Shown<MarketingPlan> = resource::create(tx, ctx, input).await?;
    if wish.campaigns {
        copy_campaigns(tx, ctx, (id, made.record.meta.id), wish.years).await?;
    }
    Ok(made)
}

async fn copy_campaigns(
    tx: &mut Tx,
    ctx: &Ctx,
    (from, to): (MarketingPlanId, MarketingPlanId),
    years: i64,
) -> Result<()> {
    let mut live = store::campaigns(tx, from).await?;
    live.retain(|one| one.state != CampaignState::Cancelled);
    if live.len() > MOST {
        return Err(TOO_MANY_TO_COPY.with("limit", MOST));
    }
    for planned in live {
        let campaign: Campaign = resource::load(tx, ctx, planned.id.uuid()).await?;
        let mut input = campaign.input;
        // Whom an experiment keeps out was chosen for this year.
        (input.number, input.owner_id, input.experiment_id) = (None, None, None);
        input.marketing_plan_id = Some(to);
        input.starts_on = later(input.starts_on, years)?;
        input.ends_on = later(input.ends_on, years)?;
        if let Some(event) = &mut input.event {
            let starts_at = later_instant(event.starts_at, years)?;
            let until = event.registration_until.map(|until| later_instant(until, years));
            // After a leap day both may have become the same day.
            event.registration_until = until.transpose()?.map(|until| until.min(starts_at));
            event.starts_at = starts_at;
        }
        resource::create::<Campaign>(tx, ctx, input).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_35_a_day_is_shifted_by_years() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(later(day("2026-03-31"), 1).unwrap(), day("2027-03-31"));
        assert_eq!(later(day("2028-02-29"), 1).unwrap(), day("2029-02-28"));
        assert_eq!(later(day("2028-02-29"), 4).unwrap(), day("2032-02-29"));
    }
}
