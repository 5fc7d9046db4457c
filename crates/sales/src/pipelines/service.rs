//! The rules of pipelines that need the store, and making a pipeline like another.

use super::{PIPELINE, Pipeline, PipelineId, PipelineInput, store};
use crate::{
    problems::{PIPELINE_CURRENCY_IN_USE, PIPELINE_INCOMPLETE},
    stages::{self, Stage, StageInput, StageKind},
    tracking,
};
use guanxi_customers::engine::standing;
use guanxi_kernel::{Action, Ctx, Currency, Line, Result, Word as _, problem::IN_USE, text};
use guanxi_storage::{
    Kind, Resource, Tx,
    merging::rewrite,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

impl Resource for Pipeline {
    fn kind() -> &'static Kind {
        &PIPELINE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.check()?;
        self.derive_keys();
        // A pipeline that is not used is nobody's default.
        self.input.is_default &= self.input.active;
        let (had, now) = (standing(before).map(|before| &before.input), &self.input);
        if had != Some(now) && (now.active || had.is_some_and(|had| had.active)) {
            tracking::require(tx, ctx).await?;
        }
        if self.input.active && before.is_none_or(|before| !before.input.active) {
            require_complete(tx, self.meta.id, None).await?;
        }
        if self.input.is_default {
            self.take_default(tx, ctx).await?;
        }
        let had = before.and_then(|before| before.input.currency);
        match self.input.currency.filter(|currency| had != Some(*currency)) {
            Some(currency) if before.is_some() => self.require_amounts_in(tx, currency).await,
            _ => Ok(()),
        }
    }

    async fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if self.input.active {
            tracking::require(tx, ctx).await?;
        }
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn derive_keys(&mut self) {
        self.name_folded = text::sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "项目销售 Project sales",
            "currency": null,
            "statuses": [
                { "code": "waiting_for_customer", "name": "Waiting for the customer", "name_zh": "等待客户" },
                { "code": "on_trial", "name": "On trial", "name_zh": "试用中" }
            ],
            "is_default": false,
            "active": false
        })
    }
}

impl Pipeline {
    /// Refuses a currency in which opportunities of the pipeline are not.
    async fn require_amounts_in(&self, tx: &mut Tx, currency: Currency) -> Result<()> {
        match store::has_other_amounts(tx, self.meta.id, currency).await? {
            true => Err(PIPELINE_CURRENCY_IN_USE.with("currency", currency.code())),
            false => Ok(()),
        }
    }

    /// Takes the place of the default from whoever has it.
    async fn take_default(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let held = store::default_pipeline(tx).await?;
        let Some(other) = held.filter(|other| *other != self.meta.id) else { return Ok(()) };
        rewrite::<Self>(tx, &ctx.on_behalf(), other.uuid(), "updated", |other| {
            other.input.is_default = false;
            Ok(())
        })
        .await
        .map(drop)
    }
}

/// Refuses to use a pipeline without a stage to begin in, one to win or one to lose in.
async fn require_complete(tx: &mut Tx, id: PipelineId, without: Option<Uuid>) -> Result<()> {
    let kinds = store::kinds_of_stages(tx, id, without).await?;
    match StageKind::ALL.iter().find(|kind| !kinds.contains(kind)) {
        Some(kind) => Err(PIPELINE_INCOMPLETE.with("kind", kind.word())),
        None => Ok(()),
    }
}

/// Refuses to change the stages of a pipeline in use to whoever may not.
///
/// # Errors
/// `tracking_not_agreed`.
pub(crate) async fn require_agreed(tx: &mut Tx, ctx: &Ctx, id: PipelineId) -> Result<()> {
    if store::is_active(tx, id).await? { tracking::require(tx, ctx).await } else { Ok(()) }
}

/// Refuses to take a stage from a pipeline in use that has no other of its kind.
///
/// # Errors
/// `pipeline_incomplete`.
pub(crate) async fn require_complete_without(
    tx: &mut Tx,
    id: PipelineId,
    stage: Uuid,
) -> Result<()> {
    if store::is_active(tx, id).await? {
        require_complete(tx, id, Some(stage)).await
    } else {
        Ok(())
    }
}

/// A pipeline like another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "海外项目销售" })))]
pub struct ClonePipeline {
    /// What the new one is called.
    pub name: Line<200>,
}

/// Makes a pipeline with the statuses and the stages of another one, in use if it can be.
///
/// # Errors
/// `not_found`; `forbidden` without the rights to make pipelines and stages.
pub async fn copy(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PipelineId,
    wish: ClonePipeline,
) -> Result<Shown<Pipeline>> {
    resource::require::<Pipeline>(ctx, Action::Create)?;
    let original: Pipeline = resource::load(tx, ctx, id.uuid()).await?;
    let input = PipelineInput { name: wish.name, ..original.input };
    let stages = stages::of_pipeline(tx, ctx, id).await?;
    with_stages(tx, ctx, input, stages).await
}

/// Makes a pipeline with these stages in this order, in use if they allow it.
pub(super) async fn with_stages(
    tx: &mut Tx,
    ctx: &Ctx,
    input: PipelineInput,
    stages: Vec<StageInput>,
) -> Result<Shown<Pipeline>> {
    resource::require::<Stage>(ctx, Action::Create)?;
    let complete = StageKind::ALL.iter().all(|kind| stages.iter().any(|stage| stage.kind == *kind));
    let input = PipelineInput { is_default: false, active: false, ..input };
    let made = resource::create::<Pipeline>(tx, ctx, input).await?;
    let id = made.record.meta.id;
    for (at, stage) in (1..).zip(stages) {
        let stage = StageInput { pipeline_id: id, position: Some(at), ..stage };
        resource::create::<Stage>(tx, ctx, stage).await?;
    }
    if !complete || !tracking::may_change(tx, ctx).await? {
        return Ok(made);
    }
    let activate = |pipeline: &mut Pipeline| {
        pipeline.input.active = true;
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "updated", activate).await?;
    resource::get(tx, ctx, id.uuid()).await
}
