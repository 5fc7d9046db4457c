//! What opportunities were from when to when, and since when that is known.
//!
//! Each change of what is tracked (pipeline, stage, state, amount, controller, expected end,
//! probability) ends the span that lasts and begins another, in the transaction of the change. A
//! span is written once, and its end once. What was at an instant, as it was known at another, is
//! therefore always the same.

use super::{
    life::OpportunityStatus,
    model::{Opportunity, OpportunityId},
    rules::moment,
};
use crate::{
    pipelines::PipelineId,
    stages::{self, StageId, Step},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Currency, Money, Result, Share, UserId};
use guanxi_storage::{Sql, Tx, sql, sql::rows_at_once};
use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
};

/// A span as its stage history needs it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) pipeline: PipelineId,
    pub(super) stage: StageId,
    pub(super) status: OpportunityStatus,
    pub(super) entered_at: DateTime<Utc>,
    pub(super) left_at: Option<DateTime<Utc>>,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) actor: UserId,
}

/// Brings the spans of an opportunity to what it is now.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Opportunity,
    before: Option<&Opportunity>,
) -> Result<()> {
    let live = |one: &Opportunity| one.meta.deleted_at.is_none();
    let had = before.filter(|before| live(before));
    match (had, live(after)) {
        (Some(had), true) if had.tracked() == after.tracked() => Ok(()),
        (Some(_), true) => {
            end(tx, ctx, after.meta.id, after.span_from).await?;
            begin(tx, ctx, after).await
        }
        (Some(had), false) => end(tx, ctx, after.meta.id, ctx.now.max(had.span_from)).await,
        (None, true) if before.is_none() => begin_new(tx, ctx, std::slice::from_ref(after)).await,
        (None, true) => begin(tx, ctx, after).await,
        (None, false) => Ok(()),
    }
}

/// Begins the spans of new opportunities, in statements of many rows.
///
/// One that has ended when it is made was worked on before. In which stages is not known; it is told
/// as the last open one, from which it ended.
pub(super) async fn begin_new(tx: &mut Tx, ctx: &Ctx, all: &[Opportunity]) -> Result<()> {
    let (mut last_open, mut spans) = (BTreeMap::new(), Vec::new());
    for one in all {
        if one.status.is_closed() {
            spans.extend(worked_on(tx, ctx, one, &mut last_open).await?);
        }
        let seq =
            if spans.last().is_some_and(|last| last.one.meta.id == one.meta.id) { 2 } else { 1 };
        spans.push(Begun { one: Cow::Borrowed(one), seq, left_at: None });
    }
    insert(tx, ctx, &spans).await
}

/// What an opportunity that has ended was before.
async fn worked_on<'a>(
    tx: &mut Tx,
    ctx: &Ctx,
    one: &Opportunity,
    last_open: &mut BTreeMap<PipelineId, Option<Step>>,
) -> Result<Option<Begun<'a>>> {
    let (Some(pipeline), Some(engaged)) = (one.input.pipeline_id, one.input.engaged_on) else {
        return Ok(None);
    };
    let step = match last_open.entry(pipeline) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(stages::last_open(tx, pipeline).await?),
    };
    let Some(step) = step else { return Ok(None) };
    let mut earlier = one.clone();
    earlier.status = OpportunityStatus::Open;
    earlier.enter(step, moment(ctx, engaged, None).min(one.span_from));
    Ok(Some(Begun { one: Cow::Owned(earlier), seq: 1, left_at: Some(one.span_from) }))
}

/// A span that is written: what the opportunity was then, and its end if that is known already.
struct Begun<'a> {
    one: Cow<'a, Opportunity>,
    seq: i64,
    left_at: Option<DateTime<Utc>>,
}

async fn begin(tx: &mut Tx, ctx: &Ctx, one: &Opportunity) -> Result<()> {
    begin_all(tx, ctx, &[one]).await
}

/// Begins a span of each of these, in statements of many rows.
async fn begin_all(tx: &mut Tx, ctx: &Ctx, all: &[&Opportunity]) -> Result<()> {
    let mut last: BTreeMap<OpportunityId, i64> = BTreeMap::new();
    for some in all.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT opportunity_id, MAX(seq) FROM opportunity_spans
             WHERE tenant_id = $1 AND opportunity_id IN ",
        );
        sql.bind_all(some.iter().map(|one| one.meta.id)).push(" GROUP BY opportunity_id");
        last.extend(tx.all::<(OpportunityId, i64)>(sql).await?);
    }
    let next = |one: &&Opportunity| last.get(&one.meta.id).copied().unwrap_or_default() + 1;
    let begun = |one| Begun { seq: next(&one), one: Cow::Borrowed(one), left_at: None };
    insert(tx, ctx, &all.iter().copied().map(begun).collect::<Vec<_>>()).await
}

async fn insert(tx: &mut Tx, ctx: &Ctx, spans: &[Begun<'_>]) -> Result<()> {
    for batch in spans.chunks(rows_at_once(15)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO opportunity_spans
                 (tenant_id, opportunity_id, seq, pipeline_id, stage_id, status, amount_minor,
                  amount_currency, owner_id, expected_close, probability, entered_at, recorded_at,
                  actor, left_at, left_recorded_at) VALUES ",
        );
        for (at, Begun { one, seq, left_at }) in batch.iter().enumerate() {
            let amount = one.input.amount;
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(one.meta.id).push(", ").bind(*seq).push(", ");
            sql.bind(one.input.pipeline_id).push(", ").bind(one.input.stage_id).push(", ");
            sql.bind(one.status).push(", ").bind(amount.map(Money::minor)).push(", ");
            sql.bind(amount.map(Money::currency)).push(", ").bind(one.input.owner_id).push(", ");
            sql.bind(one.input.expected_close_on).push(", ").bind(one.probability).push(", ");
            sql.bind(one.span_from).push(", ").bind(ctx.now).push(", ");
            sql.bind(ctx.actor.user).push(", ").bind(*left_at).push(", ");
            sql.bind(left_at.map(|_| ctx.now)).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Opportunities that one statement reads, or ends the spans of.
const AT_ONCE: usize = rows_at_once(2);

/// Brings the spans of live opportunities that have got other controllers to what they are now.
pub(super) async fn follow_many(
    tx: &mut Tx,
    ctx: &Ctx,
    records: &[(Opportunity, Opportunity)],
) -> Result<()> {
    let changed = records.iter().filter(|(before, after)| before.tracked() != after.tracked());
    let changed: Vec<&Opportunity> = changed.map(|(_, after)| after).collect();
    for some in changed.chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(tx, "UPDATE opportunity_spans AS t SET left_at = v.column2, ");
        sql.push("left_recorded_at = ").bind(ctx.now).push(" FROM (VALUES ");
        for (at, one) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" });
            sql.bind(one.meta.id).push(", ").bind(one.span_from).push(")");
        }
        sql.push(") v WHERE t.tenant_id = ").bind_tenant();
        sql.push(" AND t.opportunity_id = v.column1 AND t.left_at IS NULL");
        tx.execute(sql).await?;
    }
    begin_all(tx, ctx, &changed).await
}

async fn end(tx: &mut Tx, ctx: &Ctx, id: OpportunityId, at: DateTime<Utc>) -> Result<()> {
    let sql = sql!(
        "UPDATE opportunity_spans SET left_at = $3, left_recorded_at = $4
         WHERE tenant_id = $1 AND opportunity_id = $2 AND left_at IS NULL",
        id,
        at,
        ctx.now
    );
    tx.execute(sql).await.map(drop)
}

/// The spans of an opportunity, the first first.
pub(super) async fn of(tx: &mut Tx, id: OpportunityId) -> Result<Vec<Span>> {
    type Row = (
        PipelineId,
        StageId,
        OpportunityStatus,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
        DateTime<Utc>,
        UserId,
    );
    let sql = sql!(
        "SELECT pipeline_id, stage_id, status, entered_at, left_at, recorded_at, actor
         FROM opportunity_spans WHERE tenant_id = $1 AND opportunity_id = $2 ORDER BY seq",
        id
    );
    let span = |(pipeline, stage, status, entered_at, left_at, recorded_at, actor): Row| Span {
        pipeline,
        stage,
        status,
        entered_at,
        left_at,
        recorded_at,
        actor,
    };
    Ok(tx.all(sql).await?.into_iter().map(span).collect())
}

/// The opportunities of a stage, of one currency and one probability, at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The stage.
    pub stage: StageId,
    /// The currency of the amounts; of those without an amount, none.
    pub currency: Option<Currency>,
    /// How likely they are won.
    pub probability: Share,
    /// How many there are.
    pub count: i64,
    /// What their amounts sum to, in minor units.
    pub minor: i64,
}

/// What stood in a pipeline at `at`, as it was known at `known`, whoever may see it: one question of
/// three ranges of indexes that hold all it needs.
///
/// # Errors
/// Those of the store.
pub async fn standing_at(
    tx: &mut Tx,
    pipeline: PipelineId,
    status: OpportunityStatus,
    at: DateTime<Utc>,
    known: DateTime<Utc>,
) -> Result<Vec<Standing>> {
    let sql = sql!(
        "SELECT x.stage_id, x.amount_currency, x.probability, COUNT(*),
             CAST(COALESCE(SUM(x.amount_minor), 0) AS BIGINT)
         FROM (
             SELECT stage_id, amount_currency, probability, amount_minor FROM opportunity_spans
             WHERE tenant_id = $1 AND pipeline_id = $2 AND status = $3 AND left_at IS NULL
                 AND entered_at <= $4 AND recorded_at <= $5
             UNION ALL
             SELECT stage_id, amount_currency, probability, amount_minor FROM opportunity_spans
             WHERE tenant_id = $1 AND pipeline_id = $2 AND status = $3 AND left_at IS NOT NULL
                 AND left_at > $4 AND entered_at <= $4 AND recorded_at <= $5
             UNION ALL
             SELECT stage_id, amount_currency, probability, amount_minor FROM opportunity_spans
             WHERE tenant_id = $1 AND pipeline_id = $2 AND status = $3 AND left_at IS NOT NULL
                 AND left_recorded_at > $5 AND left_at <= $4 AND entered_at <= $4
                 AND recorded_at <= $5
         ) x GROUP BY x.stage_id, x.amount_currency, x.probability",
        pipeline,
        status,
        at,
        known
    );
    type Row = (StageId, Option<Currency>, Share, i64, i64);
    let standing = |(stage, currency, probability, count, minor): Row| Standing {
        stage,
        currency,
        probability,
        count,
        minor,
    };
    Ok(tx.all(sql).await?.into_iter().map(standing).collect())
}
