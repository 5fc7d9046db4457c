//! How opportunities went through the stages of a pipeline, as it was known at an instant.
//!
//! Only those count that still stood in the pipeline then: what was deleted or moved to another
//! pipeline says nothing of its stages.
//!
//! Each span knows the way to it and each stay that is over its length, so that both are counted here;
//! when somebody entered a stage is asked of the spans themselves (`spans.rs`), and so is all of
//! pipelines with spans from before that was kept.

mod spans;

use super::{
    pipeline::Step,
    standing::{ANY, Standing},
};
use crate::{Asked, Definition};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result};
use guanxi_sales::{
    opportunities::{OpportunityStatus, Path, Standpoint, Visit},
    stages::StageId,
};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What became of those that entered a stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// How many entered it, each once.
    pub(super) entered: i64,
    /// How many of them stood in a later stage afterwards, or were won.
    pub(super) moved_on: i64,
    /// How many were lost or given up without that.
    pub(super) dropped: i64,
}

/// How long opportunities were in a stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stay {
    /// Stays.
    pub(super) count: i64,
    /// Seconds in all of them, without suspended time.
    pub(super) seconds: i64,
}

/// Entries from the first of these instants on and before the last, parted at those between.
pub(super) struct Cohorts(pub(super) Vec<DateTime<Utc>>);

/// What is asked of the history of a pipeline.
pub(super) struct Passage<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) definition: &'static Definition,
    pub(super) asked: &'a Asked,
    pub(super) pipeline: Uuid,
}

/// The most opportunities that one question names.
const AT_ONCE: usize = 1_000;

/// A way that opportunities took, the last visit where they stood.
struct Way {
    visits: Vec<Visit>,
    count: i64,
}

impl Passage<'_> {
    /// What became of those that entered each stage.
    ///
    /// It is counted by the ways that they took.
    pub(super) async fn flows(&self, tx: &mut Tx, steps: &[Step]) -> Result<BTreeMap<Uuid, Flow>> {
        if self.is_older(tx).await? {
            let flows = self.flows_in(tx, &Cohorts(Vec::new())).await?;
            return Ok(flows.into_iter().map(|((_, stage), flow)| (stage, flow)).collect());
        }
        type Row = (Uuid, OpportunityStatus, i64, Option<String>);
        let mut sql = Sql::new(
            "SELECT g.stage_id, g.status, g.standing, p.visits FROM \
             (SELECT x.came_by, x.stage_id, x.status, COUNT(*) AS standing FROM ",
        );
        self.standing().table(&mut sql, "s.came_by, s.stage_id, s.status");
        sql.push(
            " GROUP BY x.came_by, x.stage_id, x.status) g \
             LEFT JOIN opportunity_paths p ON p.tenant_id = $1 AND p.id = g.came_by",
        );
        let mut ways = Vec::new();
        for (stage, status, count, before) in tx.all::<Row>(sql).await? {
            let path = before.as_deref().map_or(Ok(Path::default()), Path::read)?;
            let mut visits = path.visits().to_vec();
            visits.push(Visit(StageId::from(stage), status.into()));
            ways.push(Way { visits, count });
        }
        Ok(tally(&ways, steps))
    }

    /// How long the stays in each stage were that were over. A stay goes on while it is suspended, and
    /// that time is left out.
    pub(super) async fn stays(&self, tx: &mut Tx) -> Result<BTreeMap<Uuid, Stay>> {
        if self.is_older(tx).await? {
            return self.stays_of(tx, false).await;
        }
        let standing = self.standing();
        let mut sql = self.over();
        if !standing.is_everything() {
            sql.push(" AND ");
            standing.contains(&mut sql, "s.opportunity_id");
        }
        sql.push(" GROUP BY s.stage_id");
        let mut stays = read(tx, sql).await?;
        if standing.is_everything() {
            for (stage, gone) in self.stays_of_gone(tx).await? {
                let stay = stays.entry(stage).or_default();
                stay.count -= gone.count;
                stay.seconds -= gone.seconds;
            }
            stays.retain(|_, stay| stay.count > 0);
        }
        Ok(stays)
    }

    /// How long those that last have been.
    pub(super) async fn lasting(&self, tx: &mut Tx) -> Result<BTreeMap<Uuid, Stay>> {
        if self.is_older(tx).await? {
            return self.stays_of(tx, true).await;
        }
        let mut sql = Sql::new(
            "SELECT y.stage_id, COUNT(*), CAST(SUM(y.before + y.now) AS BIGINT) FROM \
             (SELECT w.stage_id, w.before, CASE WHEN w.status = 'open' THEN ",
        );
        tx.seconds_between(&mut sql, "w.entered_at", "w.until");
        sql.push(
            " ELSE 0 END AS now FROM (SELECT x.stage_id, x.status, x.entered_at, \
             COALESCE(x.worked_before, 0) AS before, ",
        );
        sql.bind(self.asked.as_of).push(" AS until FROM ");
        let working = Standing::new(
            self.ctx,
            self.definition,
            self.asked,
            Some(self.pipeline),
            &["open", "suspended"],
        );
        working.table(&mut sql, "s.stage_id, s.status, s.entered_at, s.worked_before");
        sql.push(") w) y GROUP BY y.stage_id");
        read(tx, sql).await
    }

    fn standing(&self) -> Standing<'_> {
        Standing::new(self.ctx, self.definition, self.asked, Some(self.pipeline), ANY)
    }

    /// Whether some of it is older than the ways that are kept. All is worked out from the spans then.
    async fn is_older(&self, tx: &mut Tx) -> Result<bool> {
        let sql = sql!(
            "SELECT CAST(1 AS BIGINT) FROM opportunity_spans
             WHERE tenant_id = $1 AND pipeline_id = $2 AND came_by IS NULL LIMIT 1",
            self.pipeline
        );
        Ok(tx.optional::<(i64,)>(sql).await?.is_some())
    }

    /// The stays that were over, of whatever opportunity, to be grouped by stage.
    fn over(&self) -> Sql {
        let mut sql = Sql::new(
            "SELECT s.stage_id, COUNT(*), CAST(SUM(s.worked) AS BIGINT) FROM opportunity_spans s \
             WHERE s.tenant_id = $1 AND s.worked IS NOT NULL AND s.pipeline_id = ",
        );
        self.ended(sql.bind(self.pipeline));
        sql
    }

    fn ended(&self, sql: &mut Sql) {
        sql.push(" AND s.left_at <= ").bind(self.asked.as_of);
        sql.push(" AND s.left_recorded_at <= ").bind(self.asked.known_at);
    }

    /// The same of those that left the pipeline, or were deleted, and did not stand in it any more.
    async fn stays_of_gone(&self, tx: &mut Tx) -> Result<BTreeMap<Uuid, Stay>> {
        let mut sql = Sql::new(
            "SELECT DISTINCT s.opportunity_id FROM opportunity_spans s \
             WHERE s.tenant_id = $1 AND s.gone = TRUE AND s.pipeline_id = ",
        );
        self.ended(sql.bind(self.pipeline));
        sql.push(" AND NOT EXISTS (SELECT 1 FROM opportunity_spans b WHERE b.tenant_id = $1 ");
        sql.push("AND b.opportunity_id = s.opportunity_id AND b.pipeline_id = s.pipeline_id ");
        sql.push("AND b.entered_at <= ").bind(self.asked.as_of);
        sql.push(" AND b.recorded_at <= ").bind(self.asked.known_at);
        sql.push(" AND (b.left_at IS NULL OR b.left_at > ").bind(self.asked.as_of);
        sql.push(" OR b.left_recorded_at > ").bind(self.asked.known_at).push("))");
        let gone: Vec<(Uuid,)> = tx.all(sql).await?;
        let mut stays = BTreeMap::new();
        for some in gone.chunks(AT_ONCE) {
            let mut sql = self.over();
            sql.push(" AND s.opportunity_id IN ").bind_all(some.iter().map(|(id,)| *id));
            sql.push(" GROUP BY s.stage_id");
            for (stage, stay) in read(tx, sql).await? {
                let sum: &mut Stay = stays.entry(stage).or_default();
                *sum = sum.and(stay);
            }
        }
        Ok(stays)
    }
}

async fn read(tx: &mut Tx, sql: Sql) -> Result<BTreeMap<Uuid, Stay>> {
    let rows: Vec<(Uuid, i64, i64)> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|(stage, count, seconds)| (stage, Stay { count, seconds })).collect())
}

/// What became of those that took these ways. Nothing is said of visits to other pipelines.
fn tally(ways: &[Way], steps: &[Step]) -> BTreeMap<Uuid, Flow> {
    let step = |visit: &Visit| steps.iter().find(|step| step.id == visit.0.uuid());
    let mut flows: BTreeMap<Uuid, Flow> = BTreeMap::new();
    for way in ways {
        let visits: Vec<(&Step, Standpoint)> =
            way.visits.iter().filter_map(|visit| Some((step(visit)?, visit.1))).collect();
        let dropped = visits.iter().any(|(_, as_what)| *as_what == Standpoint::Dropped);
        let worked = |visit: &(&Step, Standpoint)| visit.0.open && visit.1 == Standpoint::Worked;
        for (at, visit) in visits.iter().enumerate().filter(|(_, visit)| worked(visit)) {
            let is_here =
                |earlier: &(&Step, Standpoint)| worked(earlier) && earlier.0.id == visit.0.id;
            if visits[..at].iter().any(is_here) {
                continue;
            }
            let further = |later: &(&Step, Standpoint)| {
                later.1 == Standpoint::Won || (worked(later) && later.0.position > visit.0.position)
            };
            let flow = flows.entry(visit.0.id).or_default();
            flow.entered += way.count;
            if visits[at + 1..].iter().any(further) {
                flow.moved_on += way.count;
            } else if dropped {
                flow.dropped += way.count;
            }
        }
    }
    flows
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standpoint::{Dropped, Won, Worked};

    fn step(number: u128, position: i64, open: bool) -> Step {
        Step { id: Uuid::from_u128(number), position, open, tier: None, live: true }
    }

    fn way(count: i64, visits: &[(u128, Standpoint)]) -> Way {
        let visit = |(stage, what): &(u128, Standpoint)| {
            Visit(StageId::from(Uuid::from_u128(*stage)), *what)
        };
        Way { visits: visits.iter().map(visit).collect(), count }
    }

    #[test]
    fn s_38_what_went_on_was_dropped_or_is_open_is_counted_by_way() {
        let steps = [step(1, 10, true), step(2, 20, true), step(8, 30, false), step(9, 40, false)];
        let ways = [
            way(4, &[(1, Worked), (2, Worked)]),
            way(5, &[(1, Worked), (9, Dropped)]),
            way(3, &[(1, Worked)]),
            way(2, &[(2, Worked), (1, Worked), (8, Won)]),
            // Of another pipeline.
            way(7, &[(77, Won)]),
        ];
        let flows = tally(&ways, &steps);
        let flow = |stage| flows[&Uuid::from_u128(stage)];
        assert_eq!(flow(1), Flow { entered: 14, moved_on: 6, dropped: 5 });
        assert_eq!(flow(2), Flow { entered: 6, moved_on: 2, dropped: 0 });
        assert_eq!(flows.len(), 2);
        // Who changes the order of the stages changes what later means.
        let turned = [step(2, 10, true), step(1, 20, true), step(8, 30, false)];
        let flows = tally(&ways, &turned);
        assert_eq!(flows[&Uuid::from_u128(1)].moved_on, 2);
    }
}
