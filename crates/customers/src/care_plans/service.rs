//! The rules of saving a care plan, the stage of one asset, and what follows from an accident.

use super::{
    CARE_PLAN, CarePlan, CarePlanId, CareTrigger,
    planning::{MOST_PLANS, Plan, in_stage},
    stages::Ages,
    store,
};
use crate::{
    asset_incidents::AssetIncident,
    assets::Asset,
    care_contacts::{self, CareContactInput, PlannedCare},
    engine::first_fit,
    problems::{CARE_PLANS_OVERLAP, TOO_MANY_RECORDS},
    rules::{line, today},
};
use chrono::TimeDelta;
use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for CarePlan {
    fn kind() -> &'static Kind {
        &CARE_PLAN
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        self.input.check()?;
        if !self.input.active {
            return Ok(());
        }
        let others = store::plans(tx, MOST_PLANS).await?;
        let others: Vec<&Plan> = others.iter().filter(|one| one.id != self.meta.id).collect();
        if let Some(other) = others.iter().find(|one| one.input.overlaps(&self.input)) {
            return Err(CARE_PLANS_OVERLAP.with("care_plan_id", other.id.to_string()));
        }
        if others.len() >= MOST_PLANS {
            let problem = TOO_MANY_RECORDS.with("limit", MOST_PLANS);
            return Err(problem.with("resource", CARE_PLAN.plural));
        }
        Ok(())
    }

    /// What a plan calls for is planned at once, and what it does not any more is over.
    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        store::WALKS.begin(tx, ctx.actor.user, ctx.now).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "新车磨合期",
            "asset_kind": "vehicle",
            "from_months": 0,
            "until_months": 6,
            "steps": [
                { "name": "交车后一个月关怀", "purpose": "care", "after_months": 1, "within_days": 7 },
                { "name": "首次保养邀约", "purpose": "invitation", "after_months": 3,
                    "every_months": 2, "within_days": 14, "task_kind": "call" },
            ],
            "note": "由销售顾问负责。"
        })
    }
}

/// The plan of the stage in which an asset is today.
///
/// # Errors
/// Those of the store.
pub(crate) async fn stage_of(tx: &mut Tx, ctx: &Ctx, asset: &Asset) -> Result<Option<CarePlanId>> {
    let plans = store::plans(tx, MOST_PLANS).await?;
    let input = &asset.input;
    let given_on = asset.transfers.last().map(|transfer| transfer.transferred_on);
    let Some(ages) = Ages::of(input.bought_on, input.built_on, given_on) else { return Ok(None) };
    let found = in_stage(&plans, input.kind, ages, today(ctx));
    Ok(found.map(|(plan, _)| plan.id))
}

/// An accident or a claim of an asset was told: the care that the plan for it calls for, in the hands of the
/// first of these users who can have it. What is open of an earlier one covers this one too.
///
/// # Errors
/// Those of the store.
pub(crate) async fn after_incident(
    tx: &mut Tx,
    ctx: &Ctx,
    (incident, trigger): (&AssetIncident, CareTrigger),
    asset: &Asset,
    owners: &[UserId],
) -> Result<()> {
    let plans = store::plans(tx, MOST_PLANS).await?;
    let fits = |plan: &&Plan| {
        let kind = plan.input.asset_kind;
        plan.input.trigger == trigger && kind.is_none_or(|kind| kind == asset.input.kind)
    };
    let Some(plan) = plans.iter().find(fits) else { return Ok(()) };
    let Some(owner) = first_fit(tx, ctx, owners).await? else { return Ok(()) };
    for step in &plan.input.steps {
        let hours = TimeDelta::hours(step.due_hours.unwrap_or_default());
        let input = CareContactInput {
            party_id: asset.input.party_id,
            asset_id: Some(asset.meta.id),
            contact_id: None,
            purpose: step.purpose,
            subject: line(&step.name)?,
            task_kind: step.task_kind.clone(),
            owner_id: Some(owner),
            due_at: Some(ctx.now + hours),
            slots: Vec::new(),
            note: None,
        };
        let planned = PlannedCare {
            care_plan_id: plan.id,
            step: step.name.clone(),
            asset_incident_id: incident.meta.id,
        };
        care_contacts::open_planned(tx, ctx, input, planned).await?;
    }
    Ok(())
}
