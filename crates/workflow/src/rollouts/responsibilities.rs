//! Who is responsible for what: the steps of a roll-out by the departments that take part in them. What it is made
//! of stands at the steps, so a department and its part change with the step and are told in its history.

use super::model::{Rollout, RolloutId};
use crate::rollout_steps::{self, ROLLOUT_STEP, RolloutStep, RolloutStepId, StepResponsibility};
use guanxi_identity::org_units::ORG_UNIT;
use guanxi_kernel::{Action, Ctx, OrgUnitId, Result, actor::forbidden};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// A department that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponsibleDepartment {
    /// The department.
    pub org_unit_id: OrgUnitId,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
}

/// A step with the part of each department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponsibleStep {
    /// The step.
    pub rollout_step_id: RolloutStepId,
    /// Its code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What it is called in Chinese.
    #[schema(required)]
    pub name_zh: Option<String>,
    /// The department that answers for it; `null` while nothing is settled.
    #[schema(required)]
    pub accountable_id: Option<OrgUnitId>,
    /// The departments that take part in it.
    pub responsibilities: Vec<StepResponsibility>,
}

/// The steps of a roll-out by departments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RolloutResponsibilities {
    /// The departments that take part in any step.
    pub departments: Vec<ResponsibleDepartment>,
    /// The steps, in order.
    pub steps: Vec<ResponsibleStep>,
    /// The codes of the steps that nobody answers for.
    pub unsettled: Vec<String>,
}

/// The fields of steps that are told.
const TOLD: [&str; 4] = ["code", "name", "name_zh", "responsibilities"];

/// Tells which department takes which part in which step.
///
/// # Errors
/// `not_found`; `forbidden` without the rights to read roll-outs, their steps, and what is told of these.
pub async fn responsibilities(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RolloutId,
) -> Result<RolloutResponsibilities> {
    resource::require::<RolloutStep>(ctx, Action::Read)?;
    let hidden = ctx.actor.withheld(ROLLOUT_STEP.plural).hidden;
    if TOLD.iter().any(|field| hidden.contains(*field)) {
        return Err(forbidden(ROLLOUT_STEP.plural, Action::Read));
    }
    resource::load::<Rollout>(tx, ctx, id.uuid()).await?;
    let steps: Vec<ResponsibleStep> = rollout_steps::lines(tx, id)
        .await?
        .into_iter()
        .map(|step| ResponsibleStep {
            rollout_step_id: step.id,
            accountable_id: step.accountable(),
            code: step.code,
            name: step.name,
            name_zh: step.name_zh,
            responsibilities: step.responsibilities.0,
        })
        .collect();
    let units: BTreeSet<OrgUnitId> =
        steps.iter().flat_map(|step| &step.responsibilities).map(|one| one.org_unit_id).collect();
    let ids: Vec<Uuid> = units.iter().map(|unit| unit.uuid()).collect();
    let records = (ORG_UNIT.load)(tx, ctx, &ids).await?;
    let mut names: BTreeMap<Uuid, String> = records
        .into_iter()
        .filter_map(|(id, record)| Some((id, record["name"].as_str()?.to_owned())))
        .collect();
    let department = |unit: OrgUnitId| ResponsibleDepartment {
        org_unit_id: unit,
        name: names.remove(&unit.uuid()),
    };
    let unsettled = steps.iter().filter(|step| step.accountable_id.is_none());
    Ok(RolloutResponsibilities {
        unsettled: unsettled.map(|step| step.code.clone()).collect(),
        departments: units.into_iter().map(department).collect(),
        steps,
    })
}
