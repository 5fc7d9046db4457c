//! The pipeline that is asked for, and its stages.

use crate::{
    Asked, Column, Parameter, Takes, What,
    asked::bad,
    labels::{Labels, labels},
};
use guanxi_kernel::{
    Ctx, Result, Word as _,
    problem::{REQUIRED, Texts, UNKNOWN_REFERENCE},
    scalar::Type,
};
use guanxi_sales::{
    pipelines::PIPELINE,
    stages::{STAGE, StageKind, Tier},
};
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// The parameter that names the pipeline.
pub(super) const PIPELINE_ID: Parameter = Parameter {
    name: "pipeline_id",
    takes: Takes::One(Type::Id),
    default: None,
    required: false,
    field: Some("pipeline_id"),
    about: Texts {
        en: "The pipeline; the default one when absent.",
        zh: "销售流程,缺省为默认流程。",
    },
};

/// The column that names the stage.
pub(super) const STAGE_ID: Column =
    Column {
        name: "stage_id", label: Texts { en: "Stage id", zh: "阶段标识" }, what: What::Key
    };

/// The column of what the stage is called.
pub(super) const STAGE_NAME: Column =
    Column { name: "stage", label: Texts { en: "Stage", zh: "阶段" }, what: What::Label };

/// A stage, as far as figures need it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The stage.
    pub(super) id: Uuid,
    /// Where it stands among them.
    pub(super) position: i64,
    /// Whether opportunities are open in it.
    pub(super) open: bool,
    /// The class of customers that they stand for.
    pub(super) tier: Option<Tier>,
    /// Whether it is still there.
    pub(super) live: bool,
}

/// The pipeline that was asked for, or the default one.
///
/// # Errors
/// `bad_parameter` if there is none such.
pub(super) async fn asked_for(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Uuid> {
    if let Some(id) = asked.id(PIPELINE_ID.name) {
        let found = (PIPELINE.load)(tx, ctx, &[id]).await?;
        let gone = || bad(UNKNOWN_REFERENCE.parameter(PIPELINE_ID.name));
        return if found.is_empty() { Err(gone()) } else { Ok(id) };
    }
    let default = sql!(
        "SELECT id FROM pipelines
         WHERE tenant_id = $1 AND is_default = TRUE AND deleted_at IS NULL LIMIT 1"
    );
    let found: Option<(Uuid,)> = tx.optional(default).await?;
    let (id,) = found.ok_or_else(|| bad(REQUIRED.parameter(PIPELINE_ID.name)))?;
    asked.understand(PIPELINE_ID.name, &id);
    Ok(id)
}

/// The stages of a pipeline in their order, those that were taken out of it too.
pub(super) async fn steps(tx: &mut Tx, pipeline: Uuid) -> Result<Vec<Step>> {
    type Row = (Uuid, i64, String, Option<String>, bool);
    let select = sql!(
        "SELECT id, position, kind, tier, deleted_at IS NULL FROM pipeline_stages
         WHERE tenant_id = $1 AND pipeline_id = $2 ORDER BY position, id",
        pipeline
    );
    let rows: Vec<Row> = tx.all(select).await?;
    let step = |(id, position, kind, tier, live): Row| Step {
        id,
        position,
        open: StageKind::from_word(&kind) == Some(StageKind::Open),
        tier: tier.as_deref().and_then(Tier::from_word),
        live,
    };
    Ok(rows.into_iter().map(step).collect())
}

/// What stages are called.
pub(super) async fn names(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Labels> {
    labels(tx, ctx, asked, &STAGE, ids).await
}
