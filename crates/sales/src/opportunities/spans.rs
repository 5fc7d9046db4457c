//! What opportunities were from when to when, and since when that is known.
//!
//! Each change of what is tracked (pipeline, stage, state, amount, controller, expected end,
//! probability) ends the span that lasts and begins another, in the transaction of the change. A
//! span is written once, and its end once. What was at an instant, as it was known at another, is
//! therefore always the same. Each span also knows the way that led to it (`path.rs`), so that how
//! opportunities went through their stages is counted, not worked out from all of their spans.
//!
//! The same question about the past so has the same answer for ever, also when something is told late, and
//! a funnel of any day is one grouped question over indexes that hold all it needs. Events could say the
//! same, one document at a time. Price: a row for each such change, and those that close in the past are
//! told to have been in the last open stage.

use super::{
    life::OpportunityStatus,
    model::{Opportunity, OpportunityId},
    path::{Ended, Path, Trace, Visit},
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
use uuid::Uuid;

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
    match (before, live(after)) {
        (None, true) => begin_new(tx, ctx, std::slice::from_ref(after)).await,
        (Some(had), true) if live(had) && had.tracked() == after.tracked() => Ok(()),
        (Some(_), true) => turn(tx, ctx, &[after]).await,
        (Some(had), false) if live(had) => {
            let left_at = ctx.now.max(had.span_from);
            let end = End { of: after.meta.id, left_at, worked: None, gone: true };
            finish(tx, ctx, &[end]).await
        }
        (_, false) => Ok(()),
    }
}

/// Begins the spans of new opportunities, in statements of many rows.
///
/// One that has ended when it is made was worked on before. In which stages is not known; it is told
/// as the last open one, from which it ended.
pub(super) async fn begin_new(tx: &mut Tx, ctx: &Ctx, all: &[Opportunity]) -> Result<()> {
    let (mut last_open, mut spans) = (BTreeMap::new(), Vec::new());
    for one in all {
        let mut begun = Begun::first(Cow::Borrowed(one), None);
        if one.status.is_closed()
            && let Some(earlier) = worked_on(tx, ctx, one, &mut last_open).await?
        {
            let last = Last::of(&earlier, one.span_from);
            let (trace, end) = last.until(one);
            begun = Begun { seq: last.seq + 1, trace, ..begun };
            spans.push(Begun::first(Cow::Owned(earlier), Some(end)));
        }
        spans.push(begun);
    }
    keep(tx, spans.iter().filter_map(|span| span.trace.as_ref())).await?;
    insert(tx, ctx, &spans).await
}

/// What an opportunity that has ended was before.
async fn worked_on(
    tx: &mut Tx,
    ctx: &Ctx,
    one: &Opportunity,
    last_open: &mut BTreeMap<PipelineId, Option<Step>>,
) -> Result<Option<Opportunity>> {
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
    Ok(Some(earlier))
}

/// Brings the spans of live opportunities that have got other controllers to what they are now.
pub(super) async fn follow_many(
    tx: &mut Tx,
    ctx: &Ctx,
    records: &[(Opportunity, Opportunity)],
) -> Result<()> {
    let changed = records.iter().filter(|(before, after)| before.tracked() != after.tracked());
    turn(tx, ctx, &changed.map(|(_, after)| after).collect::<Vec<_>>()).await
}

/// Ends the spans of these opportunities that still last, and begins others, in statements of many rows.
async fn turn(tx: &mut Tx, ctx: &Ctx, all: &[&Opportunity]) -> Result<()> {
    let last = last(tx, all).await?;
    let (mut ends, mut spans, mut longer) = (Vec::new(), Vec::new(), Vec::new());
    for one in all {
        let mut begun = Begun::first(Cow::Borrowed(*one), None);
        if let Some(last) = last.get(&one.meta.id) {
            let (trace, end) = last.until(one);
            longer.extend(trace.clone().filter(|trace| !last.leads_to(trace)));
            if last.left_at.is_none() {
                ends.push(end);
            }
            begun = Begun { seq: last.seq + 1, trace, ..begun };
        }
        spans.push(begun);
    }
    finish(tx, ctx, &ends).await?;
    keep(tx, longer.iter()).await?;
    insert(tx, ctx, &spans).await
}

/// The last span of an opportunity.
struct Last {
    seq: i64,
    pipeline: Option<PipelineId>,
    stage: Option<StageId>,
    status: OpportunityStatus,
    entered_at: DateTime<Utc>,
    left_at: Option<DateTime<Utc>>,
    /// Not known of spans that began before this was kept.
    trace: Option<Trace>,
}

impl Last {
    /// The first span of an opportunity, which ended then.
    fn of(one: &Opportunity, left_at: DateTime<Utc>) -> Self {
        Self {
            seq: 1,
            pipeline: one.input.pipeline_id,
            stage: one.input.stage_id,
            status: one.status,
            entered_at: one.span_from,
            left_at: Some(left_at),
            trace: Some(Trace::default()),
        }
    }

    /// What the next span knows of it, and how it ends.
    fn until(&self, next: &Opportunity) -> (Option<Trace>, End) {
        let left_at = self.left_at.unwrap_or(next.span_from);
        let gone = self.pipeline != next.input.pipeline_id;
        let end = |worked| End { of: next.meta.id, left_at, worked, gone };
        let (Some(trace), Some(stage), Some(to)) =
            (self.trace.clone(), self.stage, next.input.stage_id)
        else {
            return (None, end(None));
        };
        let (status, entered_at) = (self.status, self.entered_at);
        let ended = Ended { trace, stage, status, entered_at, left_at };
        let (trace, worked) = ended.handed_on(Visit(to, next.status.into()));
        (Some(trace), end(worked))
    }

    /// Whether this is the way that it has come itself.
    fn leads_to(&self, trace: &Trace) -> bool {
        self.trace.as_ref().is_some_and(|own| own.path == trace.path)
    }
}

/// The last spans of these opportunities.
async fn last(tx: &mut Tx, all: &[&Opportunity]) -> Result<BTreeMap<OpportunityId, Last>> {
    type Row = (
        OpportunityId,
        i64,
        PipelineId,
        StageId,
        OpportunityStatus,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
        Option<Uuid>,
        Option<i64>,
        Option<String>,
    );
    let mut last = BTreeMap::new();
    for some in all.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT s.opportunity_id, s.seq, s.pipeline_id, s.stage_id, s.status, s.entered_at,
                 s.left_at, s.came_by, s.worked_before, p.visits
             FROM opportunity_spans s
             LEFT JOIN opportunity_paths p ON p.tenant_id = s.tenant_id AND p.id = s.came_by
             WHERE s.tenant_id = $1 AND s.seq = (SELECT MAX(m.seq) FROM opportunity_spans m
                 WHERE m.tenant_id = s.tenant_id AND m.opportunity_id = s.opportunity_id)
                 AND s.opportunity_id IN ",
        );
        sql.bind_all(some.iter().map(|one| one.meta.id));
        for (id, seq, pipeline, stage, status, entered_at, left_at, came_by, worked, visits) in
            tx.all::<Row>(sql).await?
        {
            let path = visits.as_deref().map_or(Ok(Path::default()), Path::read)?;
            let trace = came_by.map(|_| Trace { path, worked });
            let (pipeline, stage) = (Some(pipeline), Some(stage));
            last.insert(id, Last { seq, pipeline, stage, status, entered_at, left_at, trace });
        }
    }
    Ok(last)
}

/// How a span ends.
struct End {
    of: OpportunityId,
    left_at: DateTime<Utc>,
    /// Seconds of work in the stay that was over with it, if one was.
    worked: Option<i64>,
    /// Whether the opportunity left the pipeline or was deleted.
    gone: bool,
}

/// Opportunities whose spans one statement reads or ends.
const AT_ONCE: usize = rows_at_once(4);

/// Ends the spans that last.
async fn finish(tx: &mut Tx, ctx: &Ctx, ends: &[End]) -> Result<()> {
    for some in ends.chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(
            tx,
            "UPDATE opportunity_spans AS t SET left_at = v.column2, worked = v.column3,
                 gone = v.column4, left_recorded_at = ",
        );
        sql.bind(ctx.now).push(" FROM (VALUES ");
        for (at, end) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" });
            sql.bind(end.of).push(", ").bind(end.left_at).push(", ");
            sql.bind(end.worked).push(", ").bind(end.gone).push(")");
        }
        sql.push(") v WHERE t.tenant_id = ").bind_tenant();
        sql.push(" AND t.opportunity_id = v.column1 AND t.left_at IS NULL");
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Keeps the ways that are not kept yet.
async fn keep(tx: &mut Tx, traces: impl Iterator<Item = &Trace>) -> Result<()> {
    let paths = traces.map(|trace| &trace.path).filter(|path| !path.visits().is_empty());
    let paths: BTreeMap<Uuid, &Path> = paths.map(|path| (path.id(), path)).collect();
    let paths: Vec<_> = paths.into_iter().collect();
    for some in paths.chunks(rows_at_once(3)) {
        let mut sql =
            Sql::of_rows(tx, "INSERT INTO opportunity_paths (tenant_id, id, visits) VALUES ");
        for (at, (id, path)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(*id).push(", ").bind(path.text()).push(")");
        }
        sql.push(" ON CONFLICT (tenant_id, id) DO NOTHING");
        tx.execute(sql).await?;
    }
    Ok(())
}

/// A span that is written: what the opportunity was then, what was before, and its end if that is known
/// already.
struct Begun<'a> {
    one: Cow<'a, Opportunity>,
    seq: i64,
    trace: Option<Trace>,
    end: Option<End>,
}

impl<'a> Begun<'a> {
    fn first(one: Cow<'a, Opportunity>, end: Option<End>) -> Self {
        Self { one, seq: 1, trace: Some(Trace::default()), end }
    }
}

async fn insert(tx: &mut Tx, ctx: &Ctx, spans: &[Begun<'_>]) -> Result<()> {
    for batch in spans.chunks(rows_at_once(19)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO opportunity_spans
                 (tenant_id, opportunity_id, seq, pipeline_id, stage_id, status, amount_minor,
                  amount_currency, owner_id, expected_close, probability, entered_at, recorded_at,
                  actor, came_by, worked_before, left_at, left_recorded_at, worked) VALUES ",
        );
        for (at, Begun { one, seq, trace, end }) in batch.iter().enumerate() {
            let amount = one.input.amount;
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(one.meta.id).push(", ").bind(*seq).push(", ");
            sql.bind(one.input.pipeline_id).push(", ").bind(one.input.stage_id).push(", ");
            sql.bind(one.status).push(", ").bind(amount.map(Money::minor)).push(", ");
            sql.bind(amount.map(Money::currency)).push(", ").bind(one.input.owner_id).push(", ");
            sql.bind(one.input.expected_close_on).push(", ").bind(one.probability).push(", ");
            sql.bind(one.span_from).push(", ").bind(ctx.now).push(", ");
            sql.bind(ctx.actor.user).push(", ");
            sql.bind(trace.as_ref().map(|trace| trace.path.id())).push(", ");
            sql.bind(trace.as_ref().and_then(|trace| trace.worked)).push(", ");
            sql.bind(end.as_ref().map(|end| end.left_at)).push(", ");
            sql.bind(end.as_ref().map(|_| ctx.now)).push(", ");
            sql.bind(end.as_ref().and_then(|end| end.worked)).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
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
