//! What of the budget of a plan is allocated, committed, spent and left.

use super::{
    allocating::require_budget,
    model::{MarketingPlan, MarketingPlanId},
    parts::AllocatedOver,
    store::{self, Planned},
};
use crate::campaigns::{CAMPAIGN, CampaignState};
use guanxi_kernel::{Action, Ctx, Id, Money, Result, actor::forbidden};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is allocated to something, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarketingPlanSpendingRow {
    /// The campaign, medium or source code; null for what is of none.
    #[schema(required)]
    pub id: Option<Uuid>,
    /// What it is called.
    #[schema(required)]
    pub name: Option<String>,
    /// Its part of the budget by the allocation in force.
    pub planned: Money,
    /// What budgets of campaigns that were approved hold for it, by their lines; nothing of source codes.
    pub committed: Money,
    /// What was spent on it.
    pub spent: Money,
    /// What is planned less the greater of what is committed and what was spent.
    pub left: Money,
}

/// The budget of a plan, part by part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarketingPlanSpending {
    /// The plan.
    pub marketing_plan_id: MarketingPlanId,
    /// Over what.
    pub over: AllocatedOver,
    /// The number of the allocation in force; null before there was any over these.
    #[schema(required)]
    pub number: Option<i64>,
    /// The parts: as they are allocated, then others on which something is committed or was spent.
    pub data: Vec<MarketingPlanSpendingRow>,
    /// All of them together.
    pub totals: MarketingPlanSpendingRow,
}

/// Figures in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    planned: i64,
    committed: i64,
    spent: i64,
}

type Key = Option<Uuid>;

/// Whether the budget of a campaign is committed: somebody has agreed to it, and it was not given up.
fn is_committed(state: CampaignState) -> bool {
    state == CampaignState::Approved || state.has_begun()
}

/// What campaigns commit, by medium or as a whole.
fn committed(campaigns: &[Planned], over: AllocatedOver) -> Vec<(Key, i64)> {
    let of = campaigns.iter().filter(|one| is_committed(one.state));
    match over {
        AllocatedOver::Campaigns => {
            of.map(|one| (Some(one.id.uuid()), one.budget_minor.unwrap_or(0))).collect()
        }
        AllocatedOver::Media => of
            .flat_map(|one| &one.budget_lines.0)
            .map(|line| (line.medium_id.map(Id::uuid), line.planned.minor()))
            .collect(),
        AllocatedOver::SourceCodes => Vec::new(),
    }
}

async fn spent(
    tx: &mut Tx,
    id: MarketingPlanId,
    campaigns: &[Planned],
    over: AllocatedOver,
) -> Result<Vec<(Key, i64)>> {
    match over {
        AllocatedOver::Campaigns => {
            let one = |one: &Planned| (Some(one.id.uuid()), one.spent_minor.unwrap_or(0));
            Ok(campaigns.iter().map(one).collect())
        }
        AllocatedOver::Media => store::spent_by(tx, id, "medium_id").await,
        AllocatedOver::SourceCodes => store::spent_by(tx, id, "source_code_id").await,
    }
}

/// What these are called.
async fn names(
    tx: &mut Tx,
    campaigns: &[Planned],
    over: AllocatedOver,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, String>> {
    Ok(match over {
        AllocatedOver::Campaigns => {
            campaigns.iter().map(|one| (one.id.uuid(), one.name.clone())).collect()
        }
        AllocatedOver::Media => store::media(tx, ids).await?.into_iter().collect(),
        AllocatedOver::SourceCodes => store::codes_of(tx, ids).await?.into_iter().collect(),
    })
}

/// What of the budget of a plan is allocated, committed, spent and left, part by part.
///
/// # Errors
/// `not_found`, `forbidden`, also without the right to what campaigns may cost and have cost.
pub async fn spending(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MarketingPlanId,
    over: AllocatedOver,
) -> Result<MarketingPlanSpending> {
    let plan: MarketingPlan = resource::load(tx, ctx, id.uuid()).await?;
    require_budget(ctx)?;
    let hidden = ctx.actor.withheld(CAMPAIGN.plural).hidden;
    let hides = ["budget", "budget_lines", "spent"].iter().any(|field| hidden.contains(*field));
    if hides || ctx.reach(CAMPAIGN.plural, Action::Read).is_nothing() {
        return Err(forbidden(CAMPAIGN.plural, Action::Read));
    }
    let campaigns = store::campaigns(tx, id).await?;
    let in_force = store::in_force(tx, id, over).await?;
    let number = in_force.as_ref().map(|one| one.number);
    let parts = in_force.map(|one| one.parts.0).unwrap_or_default();
    let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
    for part in &parts {
        sums.entry(Some(part.id)).or_default().planned += part.allocated.minor();
    }
    for (key, minor) in committed(&campaigns, over) {
        sums.entry(key).or_default().committed += minor;
    }
    for (key, minor) in spent(tx, id, &campaigns, over).await? {
        sums.entry(key).or_default().spent += minor;
    }
    let others: Vec<Uuid> = sums.keys().copied().flatten().collect();
    let mut known: BTreeMap<Uuid, String> =
        parts.iter().map(|part| (part.id, part.name.clone())).collect();
    known.extend(names(tx, &campaigns, over, &others).await?);
    let row = |key: Key, sums: Sums| {
        let amount = |minor| Money::new(minor, plan.currency());
        MarketingPlanSpendingRow {
            id: key,
            name: key.and_then(|id| known.get(&id).cloned()),
            planned: amount(sums.planned),
            committed: amount(sums.committed),
            spent: amount(sums.spent),
            left: amount(sums.planned - sums.committed.max(sums.spent)),
        }
    };
    let mut all = Sums::default();
    let mut data = Vec::with_capacity(sums.len());
    let mut left = 0;
    let allocated: Vec<Key> = parts.iter().map(|part| Some(part.id)).collect();
    let later: Vec<Key> = sums.keys().copied().filter(|key| !allocated.contains(key)).collect();
    for key in allocated.into_iter().chain(later) {
        let one = sums.get(&key).copied().unwrap_or_default();
        if one == Sums::default() {
            continue;
        }
        all.planned += one.planned;
        all.committed += one.committed;
        all.spent += one.spent;
        let row = row(key, one);
        left += row.left.minor();
        data.push(row);
    }
    let totals =
        MarketingPlanSpendingRow { left: Money::new(left, plan.currency()), ..row(None, all) };
    Ok(MarketingPlanSpending { marketing_plan_id: id, over, number, data, totals })
}
