//! The walk over all assets that makes the care contacts of their stages and ends those of others: on each business
//! day, and at once when a plan was made or changed. One step is one page of assets, in a transaction of its own.

use super::{
    CarePlanId, CarePlanInput, CareStep, CareTrigger,
    stages::{Ages, Begun},
    store::{self, AssetRow, OpenRow, WALKS},
};
use crate::{
    assets::{AssetId, AssetKind},
    care_contacts::{self, CareContactId},
    parties::PartyId,
    rules::{last_second, next_day, today},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Result, UserId, period::start_of_day};
use guanxi_storage::Tx;
use guanxi_workflow::chores::Chore;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Assets that one step looks at.
const PAGE: usize = 1_000;

/// Care plans in use at most.
pub(super) const MOST_PLANS: usize = 100;

/// Contacts that one step ends at most, each with its task and its event.
const MOST_ENDED: usize = 100;

/// What the workflow does about planning.
pub static PLANNING: Chore = Chore {
    name: "care_planning",
    due: |tx, now, most| Box::pin(WALKS.due(tx, now, most)),
    step: |tx, ctx, _| Box::pin(step(tx, ctx)),
    put_off: |tx, _, to| Box::pin(WALKS.wait(tx, to)),
};

/// A plan as planning needs it.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) id: CarePlanId,
    pub(super) input: CarePlanInput,
}

/// A walk that is under way; one that begins has no day yet.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    /// The day of the walk.
    day: Option<NaiveDate>,
    /// The last asset that was looked at.
    after: Option<Uuid>,
}

/// A care contact as it is planned.
pub(super) struct Planned<'a> {
    pub(super) plan: CarePlanId,
    pub(super) step: &'a CareStep,
    pub(super) party: PartyId,
    pub(super) asset: AssetId,
    pub(super) owner: UserId,
    pub(super) occasion: String,
    pub(super) tell_at: DateTime<Utc>,
    pub(super) due_at: DateTime<Utc>,
}

/// The plan in whose stage an asset is on a day, and since when it is.
pub(super) fn in_stage(
    plans: &[Plan],
    kind: AssetKind,
    ages: Ages,
    today: NaiveDate,
) -> Option<(&Plan, Begun)> {
    let stages = plans.iter().filter(|plan| plan.input.trigger == CareTrigger::Stage);
    let mut fitting = stages.filter(|plan| plan.input.asset_kind.is_none_or(|one| one == kind));
    fitting.find_map(|plan| Some((plan, plan.input.begun(ages, today)?)))
}

/// Looks at a page of assets, if it is time still; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx) -> Result<bool> {
    let Some((due_at, found)) = WALKS.progress::<Progress>(tx).await? else { return Ok(false) };
    if due_at > ctx.now {
        return Ok(false);
    }
    let Progress { day, after } = found;
    let day = day.unwrap_or_else(|| today(ctx));
    let plans = store::plans(tx, MOST_PLANS).await?;
    let page = store::assets(tx, after, PAGE).await?;
    let last = page.last().map(|asset| asset.id.uuid()).filter(|_| page.len() == PAGE);
    let stages: BTreeMap<AssetId, (&Plan, Begun)> = page
        .iter()
        .filter_map(|asset| Some((asset.id, in_stage(&plans, asset.kind, asset.ages()?, day)?)))
        .collect();
    let open = store::open_between(tx, after, last).await?;
    let over: Vec<CareContactId> =
        open.iter().filter(|one| !is_called_for(one, &stages)).map(|one| one.id).collect();
    for id in over.iter().take(MOST_ENDED) {
        care_contacts::supersede(tx, ctx, *id, "The stage is another one now.").await?;
    }
    if over.len() > MOST_ENDED {
        // The rest of this page is for the next step.
        WALKS.go_on(tx, due_at, Progress { day: Some(day), after }).await?;
        return Ok(true);
    }
    let planned: Vec<Planned<'_>> = page
        .iter()
        .filter_map(|asset| Some((asset, stages.get(&asset.id)?)))
        .flat_map(|(asset, (plan, begun))| of_asset(ctx, asset, (*plan, *begun), day))
        .collect();
    store::keep(tx, ctx, &planned).await?;
    if last.is_some() {
        WALKS.go_on(tx, due_at, Progress { day: Some(day), after: last }).await?;
    } else {
        WALKS.go_on(tx, next_day(ctx, today(ctx)), Progress::default()).await?;
    }
    Ok(true)
}

/// Whether the plan of the stage in which its asset is still has the step of a contact.
fn is_called_for(open: &OpenRow, stages: &BTreeMap<AssetId, (&Plan, Begun)>) -> bool {
    stages.get(&open.asset_id).is_some_and(|(plan, _)| {
        plan.id == open.care_plan_id && plan.input.steps.iter().any(|step| *step.name == *open.step)
    })
}

/// What the steps of its stage call for, where somebody looks after the customer.
fn of_asset<'a>(
    ctx: &Ctx,
    asset: &AssetRow,
    (plan, begun): (&'a Plan, Begun),
    today: NaiveDate,
) -> Vec<Planned<'a>> {
    let Some((owner, ages)) = asset.owner_id.zip(asset.ages()) else { return Vec::new() };
    let one = |step: &'a CareStep| {
        let day = begun.due(step, today)?;
        let days = u64::try_from(step.within_days).unwrap_or_default();
        // What should have been before is to be done today.
        let by = day.checked_add_days(Days::new(days))?.max(today);
        Some(Planned {
            plan: plan.id,
            step,
            party: asset.party_id,
            asset: asset.id,
            owner,
            occasion: format!("{}:{day}", ages.held_since),
            tell_at: start_of_day(day, ctx.settings.time_zone),
            due_at: last_second(ctx, by),
        })
    };
    plan.input.steps.iter().filter_map(one).collect()
}
