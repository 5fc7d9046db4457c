//! What a plan sets out to reach with some customers, and how far it has come with them.
//!
//! They count whoever is a member when it is asked, by the statements that count the campaigns, narrowed to
//! these parties. Whoever does not see the segment reads the goal without what was reached. Price: who
//! joins a segment later brings along what came of them before.

use super::{
    model::{MarketingPlan, MarketingPlanId, SegmentGoal},
    outcome::progress,
};
use crate::{
    campaigns::{CampaignId, CampaignMetric, Figures, Sight, counted, of_parties, shown, together},
    segments::{self, SEGMENT, Segment, SegmentId},
};
use guanxi_customers::{engine::visible, rules::today};
use guanxi_kernel::{
    Ctx, Currency, Id, Money, Result,
    problem::{FORBIDDEN, NOT_FOUND, UNKNOWN_REFERENCE, VALIDATION_FAILED},
    ratio::Ratio,
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use utoipa::ToSchema;

/// A goal of a plan with the members of a segment, and what has come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarketingPlanSegmentProgress {
    /// The segment.
    pub segment_id: SegmentId,
    /// What it is called; null for whoever may not see it.
    #[schema(required)]
    pub segment: Option<String>,
    /// What the goal is measured by.
    pub metric: CampaignMetric,
    /// How many are to be reached; of metrics that are numbers.
    #[schema(required)]
    pub target: Option<i64>,
    /// How much is to be reached; of metrics that are amounts.
    #[schema(required)]
    pub target_amount: Option<Money>,
    /// How many were reached with those who are members now, by the records of the campaigns of the plan; null for
    /// whoever may not see the segment or what its rule asks about.
    #[schema(required)]
    pub actual: Option<i64>,
    /// How much was; null alike.
    #[schema(required)]
    pub actual_amount: Option<Money>,
    /// What was reached by what is to be reached; null alike.
    #[schema(required)]
    pub attainment: Option<Ratio>,
}

impl MarketingPlan {
    /// Segments that a save brings in must be there and visible.
    ///
    /// # Errors
    /// `unknown_reference` at the goal.
    pub(super) async fn check_segments(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: Option<&Self>,
    ) -> Result<()> {
        let had: BTreeSet<SegmentId> = before
            .into_iter()
            .flat_map(|before| &before.input.segment_goals)
            .map(|goal| goal.segment_id)
            .collect();
        let goals = &self.input.segment_goals;
        let new = goals.iter().map(|goal| goal.segment_id).filter(|id| !had.contains(id));
        let new: BTreeSet<SegmentId> = new.collect();
        if new.is_empty() {
            return Ok(());
        }
        let seen = visible::<Segment>(tx, ctx, new.iter().copied().map(Id::uuid)).await?;
        let lacks = |goal: &SegmentGoal| {
            new.contains(&goal.segment_id) && !seen.contains(&goal.segment_id.uuid())
        };
        match goals.iter().position(lacks) {
            Some(at) => Err(UNKNOWN_REFERENCE.at(format!("/segment_goals/{at}/segment_id"))),
            None => Ok(()),
        }
    }
}

/// The goals of a plan whose segments somebody may see.
///
/// # Errors
/// Those of the store.
pub(super) async fn goals_seen(
    tx: &mut Tx,
    ctx: &Ctx,
    goals: Vec<SegmentGoal>,
) -> Result<Vec<SegmentGoal>> {
    let ids = goals.iter().map(|goal| goal.segment_id.uuid());
    let seen = visible::<Segment>(tx, ctx, ids.collect::<BTreeSet<_>>()).await?;
    Ok(goals.into_iter().filter(|goal| seen.contains(&goal.segment_id.uuid())).collect())
}

/// What a segment is called, if the caller may see that, and the figures of its members.
type Known = (Option<String>, Figures);

/// Each goal of a plan with what its campaigns have reached with those who are members of the segment now.
pub(super) async fn reached(
    tx: &mut Tx,
    ctx: &Ctx,
    plan: &MarketingPlan,
    campaigns: &[(CampaignId, Currency)],
) -> Result<Vec<MarketingPlanSegmentProgress>> {
    let sight = Sight::of(ctx);
    let mut known: BTreeMap<SegmentId, Option<Known>> = BTreeMap::new();
    let mut found = Vec::with_capacity(plan.input.segment_goals.len());
    for goal in &plan.input.segment_goals {
        let Some(metric) = goal.objective().measure() else { continue };
        if !shown(metric, sight) {
            continue;
        }
        let of_segment = match known.entry(goal.segment_id) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => {
                let of = (plan.meta.id, plan.currency());
                free.insert(figures(tx, ctx, of, (goal.segment_id, campaigns)).await?)
            }
        };
        found.push(told(goal, metric, of_segment.as_ref())?);
    }
    Ok(found)
}

fn told(
    goal: &SegmentGoal,
    metric: CampaignMetric,
    known: Option<&Known>,
) -> Result<MarketingPlanSegmentProgress> {
    let bare = MarketingPlanSegmentProgress {
        segment_id: goal.segment_id,
        segment: None,
        metric,
        target: goal.target,
        target_amount: goal.amount,
        actual: None,
        actual_amount: None,
        attainment: None,
    };
    let Some((name, figures)) = known else { return Ok(bare) };
    // What was entered by hand is of nobody in particular.
    let so_far = progress(metric, &goal.objective(), counted(figures, metric), (0, 0))?;
    Ok(MarketingPlanSegmentProgress {
        segment: name.clone(),
        actual: so_far.actual,
        actual_amount: so_far.actual_amount,
        attainment: Some(so_far.attainment),
        ..bare
    })
}

/// What the campaigns of a plan have reached with the members of a segment, each thing once, and what that is called;
/// nothing where the caller may not see the segment or what its rule asks about.
async fn figures(
    tx: &mut Tx,
    ctx: &Ctx,
    (plan, currency): (MarketingPlanId, Currency),
    (id, campaigns): (SegmentId, &[(CampaignId, Currency)]),
) -> Result<Option<Known>> {
    let hidden = [&FORBIDDEN, &NOT_FOUND, &VALIDATION_FAILED];
    let members = match segments::members(tx, ctx, id).await {
        Err(problem) if hidden.into_iter().any(|code| problem.is(code)) => return Ok(None),
        members => members?.0,
    };
    let segment: Segment = resource::load(tx, ctx, id.uuid()).await?;
    let each = of_parties(tx, campaigns, today(ctx), Some(&members)).await?;
    let all = together(tx, plan, (currency, Some(&members)), each.into_values()).await?;
    let hides_name = ctx.actor.withheld(SEGMENT.plural).hidden.contains("name");
    let name = (!hides_name).then(|| segment.input.name.to_string());
    Ok(Some((name, all)))
}
