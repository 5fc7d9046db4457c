//! What a workflow would do, without it happening.

use super::{Workflow, WorkflowId, WorkflowStepKind, dispatch::page, service::table_named};
use crate::workflow_runs::{Effect, WorkflowResult, act};
use guanxi_kernel::{
    Ctx, Result, UserId,
    problem::{INTERNAL, UNKNOWN_VALUE},
};
use guanxi_storage::{Tx, count::Counting, resource};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Records that are tried at once, when nothing is said.
const USUAL: i64 = 20;

/// Asks what a workflow would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "limit": 20 })))]
pub struct TryWorkflow {
    /// Only with these records.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub record_ids: Vec<Uuid>,
    /// Of how many records it is told what would change; 20 when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 50))]
    #[schema(minimum = 1, maximum = 50)]
    pub limit: Option<i64>,
}

/// What a workflow would do now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkflowTrial {
    /// How many records match.
    pub matched: i64,
    /// Whether there are so many, or at least so many.
    pub matched_exactly: bool,
    /// The first of them, the oldest first, each with what would be done.
    pub records: Vec<WorkflowTrialRecord>,
    /// Whether more match than are told of.
    pub has_more: bool,
}

/// What would be done with a record.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkflowTrialRecord {
    /// The record.
    pub record_id: Uuid,
    /// The steps up to the first that would be refused, as if none of them waited.
    pub steps: Vec<WorkflowTrialStep>,
}

/// What a step would come to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkflowTrialStep {
    /// Which step, from 0.
    pub step: i64,
    /// What it does.
    pub kind: WorkflowStepKind,
    /// What would come of it.
    pub result: WorkflowResult,
    /// The kind of the record that would be made or changed.
    #[schema(required)]
    pub record_type: Option<&'static str>,
    /// Whose the task or the playbook would be, or who would be told.
    #[schema(required)]
    pub user_id: Option<UserId>,
    /// What the task or the notification would be called.
    #[schema(required)]
    pub title: Option<String>,
    /// What would change at the record, also what follows from it.
    pub changes: Vec<WorkflowChange>,
    /// Why it would be refused: the code of the problem.
    #[schema(required)]
    pub code: Option<&'static str>,
    /// The same for people, in the language of the caller.
    #[schema(required)]
    pub detail: Option<String>,
}

/// A field that would change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkflowChange {
    /// The field.
    pub field: String,
    /// What it holds.
    pub before: Json,
    /// What it would hold.
    pub after: Json,
}

/// Does with the records that match now what the workflow says as it is written now, in the name of the
/// caller. It is for a transaction that is taken back whatever comes of it.
///
/// # Errors
/// `not_found`, `forbidden`; `unknown_value` when it is about no resource that there is; those of a list
/// with its filter.
pub async fn dry_run(
    tx: &mut Tx,
    ctx: &Ctx,
    id: WorkflowId,
    wish: &TryWorkflow,
) -> Result<WorkflowTrial> {
    let workflow = resource::load::<Workflow>(tx, ctx, id.uuid()).await?;
    let table = table_named(&workflow.input.resource);
    let kind = table.ok_or_else(|| UNKNOWN_VALUE.at("/resource"))?.kind;
    let definition = workflow.input.definition();
    let limit = wish.limit.unwrap_or(USUAL);
    let mut more = vec![("limit", limit.to_string()), ("count", "exact".to_owned())];
    if !wish.record_ids.is_empty() {
        let ids: Vec<String> = wish.record_ids.iter().map(Uuid::to_string).collect();
        more.push(("id", ids.join(",")));
    }
    let page = page(tx, ctx, kind, definition.begins(), &more).await?;
    let mut records = Vec::with_capacity(page.data.len());
    for sheet in &page.data {
        let mut steps = Vec::with_capacity(definition.steps.len());
        for (at, step) in definition.steps.iter().enumerate() {
            tx.begin_part().await?;
            let done = act(tx, ctx, step, kind, sheet.id).await;
            let place = i64::try_from(at).map_err(|error| INTERNAL.problem().because(error))?;
            let mut told = WorkflowTrialStep::of(place, step.kind);
            let refused = match tx.end_part(done).await? {
                Ok(effect) => {
                    told.take(effect);
                    false
                }
                Err(problem) => {
                    told.result = WorkflowResult::Refused;
                    told.code = Some(problem.code().code);
                    told.detail = Some(problem.detail(ctx.language));
                    true
                }
            };
            steps.push(told);
            if refused {
                break;
            }
        }
        records.push(WorkflowTrialRecord { record_id: sheet.id, steps });
    }
    let seen = i64::try_from(records.len()).unwrap_or(i64::MAX);
    Ok(WorkflowTrial {
        matched: page.total.map_or(seen, |total| total.total),
        matched_exactly: page.total.is_none_or(|total| total.kind == Counting::Exact),
        records,
        has_more: page.next.is_some(),
    })
}

impl WorkflowTrialStep {
    fn of(step: i64, kind: WorkflowStepKind) -> Self {
        Self {
            step,
            kind,
            result: WorkflowResult::Done,
            record_type: None,
            user_id: None,
            title: None,
            changes: Vec::new(),
            code: None,
            detail: None,
        }
    }

    fn take(&mut self, effect: Effect) {
        if effect.unchanged {
            self.result = WorkflowResult::Unchanged;
        }
        self.record_type = effect.record.map(|(kind, _)| kind.name);
        self.user_id = effect.user;
        self.title = effect.title.map(|title| title.to_string());
        let change = |(field, before, after)| WorkflowChange { field, before, after };
        self.changes = effect.changes.into_iter().map(change).collect();
    }
}
