//! Stages in the store. Nothing is decided here.

use super::{Stage, StageId, StageInput, StageKind, Tier};
use crate::{opportunities::OpportunityId, pipelines::PipelineId};
use guanxi_kernel::{Ctx, Currency, Line, Result, Share};
use guanxi_storage::{Sql, Tx, resource, sql};
use uuid::Uuid;

/// What an opportunity needs to know of a live stage and its pipeline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    pub(crate) stage: StageId,
    pub(crate) pipeline: PipelineId,
    pub(crate) kind: StageKind,
    pub(crate) probability: Share,
    pub(crate) tier: Option<Tier>,
    pub(crate) needs_decision_maker: bool,
    /// How many visits each week are expected.
    pub(crate) visits_per_week: i64,
    /// Whether it is entered with an approval only.
    pub(crate) needs_approval: bool,
    /// Whether opportunities can be made in the pipeline.
    pub(crate) active: bool,
    /// The currency of the pipeline, if it has one.
    pub(crate) currency: Option<Currency>,
}

type Row =
    (StageId, PipelineId, StageKind, Share, Option<Tier>, bool, i64, bool, bool, Option<Currency>);

/// `SELECT` live stages of live pipelines, up to further conditions.
fn steps() -> Sql {
    Sql::new(
        "SELECT s.id, s.pipeline_id, s.kind, s.probability, s.tier, s.needs_decision_maker,
             COALESCE(s.visits_per_week, 0), s.needs_approval, p.active, p.currency
         FROM pipeline_stages s JOIN pipelines p ON p.tenant_id = s.tenant_id AND p.id = s.pipeline_id
         WHERE s.tenant_id = $1 AND s.deleted_at IS NULL AND p.deleted_at IS NULL AND ",
    )
}

async fn one(tx: &mut Tx, sql: Sql) -> Result<Option<Step>> {
    let step = |(
        stage,
        pipeline,
        kind,
        probability,
        tier,
        needs_decision_maker,
        visits_per_week,
        needs_approval,
        active,
        currency,
    ): Row| Step {
        stage,
        pipeline,
        kind,
        probability,
        tier,
        needs_decision_maker,
        visits_per_week,
        needs_approval,
        active,
        currency,
    };
    Ok(tx.optional::<Row>(sql).await?.map(step))
}

/// The live stage of that id.
pub(crate) async fn step(tx: &mut Tx, id: StageId) -> Result<Option<Step>> {
    let mut sql = steps();
    sql.push("s.id = ").bind(id);
    one(tx, sql).await
}

/// The first stage of that kind in a pipeline.
pub(crate) async fn first_step(
    tx: &mut Tx,
    pipeline: PipelineId,
    kind: StageKind,
) -> Result<Option<Step>> {
    let mut sql = steps();
    sql.push("s.pipeline_id = ").bind(pipeline).push(" AND s.kind = ").bind(kind);
    sql.push(" ORDER BY s.position, s.id LIMIT 1");
    one(tx, sql).await
}

/// The first open stage of a pipeline that nobody need agree to.
pub(crate) async fn first_free(tx: &mut Tx, pipeline: PipelineId) -> Result<Option<Step>> {
    let mut sql = steps();
    sql.push("s.pipeline_id = ").bind(pipeline).push(" AND s.kind = ").bind(StageKind::Open);
    sql.push(" AND NOT s.needs_approval ORDER BY s.position, s.id LIMIT 1");
    one(tx, sql).await
}

/// The code and the name of a stage, whatever became of it.
pub(crate) async fn names(tx: &mut Tx, id: StageId) -> Result<Option<(Line<40>, Line<100>)>> {
    let sql = sql!("SELECT code, name FROM pipeline_stages WHERE tenant_id = $1 AND id = $2", id);
    tx.optional(sql).await
}

/// The last open stage of a pipeline.
pub(crate) async fn last_open(tx: &mut Tx, pipeline: PipelineId) -> Result<Option<Step>> {
    let mut sql = steps();
    sql.push("s.pipeline_id = ").bind(pipeline).push(" AND s.kind = ").bind(StageKind::Open);
    sql.push(" ORDER BY s.position DESC, s.id DESC LIMIT 1");
    one(tx, sql).await
}

/// The live stages of a pipeline as they were written, in order.
pub(crate) async fn of_pipeline(
    tx: &mut Tx,
    ctx: &Ctx,
    pipeline: PipelineId,
) -> Result<Vec<StageInput>> {
    let sql = sql!(
        "SELECT id FROM pipeline_stages
         WHERE tenant_id = $1 AND pipeline_id = $2 AND deleted_at IS NULL ORDER BY position, id",
        pipeline
    );
    let mut stages = Vec::new();
    for (id,) in tx.all::<(Uuid,)>(sql).await? {
        stages.push(resource::load::<Stage>(tx, ctx, id).await?.input);
    }
    Ok(stages)
}

/// Whether a live stage of the pipeline other than `except` has the code.
pub(super) async fn has_code(
    tx: &mut Tx,
    pipeline: PipelineId,
    code: &Line<40>,
    except: StageId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM pipeline_stages
         WHERE tenant_id = $1 AND pipeline_id = $2 AND code = $3 AND id <> $4
             AND deleted_at IS NULL LIMIT 1",
        pipeline,
        code.clone(),
        except
    );
    tx.exists(sql).await
}

/// The place behind all live stages of a pipeline.
pub(super) async fn next_position(tx: &mut Tx, pipeline: PipelineId) -> Result<i64> {
    let sql = sql!(
        "SELECT COALESCE(MAX(position), 0) + 1 FROM pipeline_stages
         WHERE tenant_id = $1 AND pipeline_id = $2 AND deleted_at IS NULL",
        pipeline
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(1, |(next,)| next))
}

/// Opportunities in a stage that are worked on or suspended, deleted ones too; `most` at most.
pub(super) async fn working_in(
    tx: &mut Tx,
    id: StageId,
    most: usize,
) -> Result<Vec<OpportunityId>> {
    let sql = sql!(
        "SELECT id FROM opportunities
         WHERE tenant_id = $1 AND stage_id = $2 AND status IN ('open', 'suspended')
         ORDER BY id LIMIT $3",
        id,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    Ok(tx.all::<(OpportunityId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Opportunities that wait to enter a stage, deleted ones too; `most` at most.
pub(super) async fn waiting_for(
    tx: &mut Tx,
    id: StageId,
    most: usize,
) -> Result<Vec<OpportunityId>> {
    let sql = sql!(
        "SELECT id FROM opportunities WHERE tenant_id = $1 AND pending_stage_id = $2
         ORDER BY id LIMIT $3",
        id,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    Ok(tx.all::<(OpportunityId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Whether opportunities are in a stage or wait to enter it, whatever became of them.
pub(super) async fn is_used(tx: &mut Tx, id: StageId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM opportunities WHERE tenant_id = $1 AND stage_id = $2 LIMIT 1",
        id
    );
    Ok(tx.exists(sql).await? || !waiting_for(tx, id, 1).await?.is_empty())
}
