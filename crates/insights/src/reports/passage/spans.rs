//! The same, worked out from all spans of a pipeline.

use super::{Cohorts, Flow, Passage, Stay, read};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx};
use std::collections::BTreeMap;
use uuid::Uuid;

impl Passage<'_> {
    /// What became of those that entered each stage, by the cohort in which they first did.
    pub(in super::super) async fn flows_in(
        &self,
        tx: &mut Tx,
        cohorts: &Cohorts,
    ) -> Result<BTreeMap<(usize, Uuid), Flow>> {
        let mut sql = Sql::new("SELECT z.stage_id, ");
        let inner = &cohorts.0;
        if inner.len() > 2 {
            sql.push("CASE");
            for (at, end) in inner.iter().enumerate().skip(1) {
                let at = i64::try_from(at).unwrap_or(i64::MAX);
                sql.push(" WHEN z.entered_at < ").bind(*end);
                sql.push(" THEN CAST(").bind(at - 1).push(" AS BIGINT)");
            }
            sql.push(" END");
        } else {
            sql.push("CAST(0 AS BIGINT)");
        }
        sql.push(
            " AS cohort, COUNT(*), CAST(SUM(z.moved) AS BIGINT), \
             CAST(SUM(CASE WHEN z.moved = 0 THEN z.dropped ELSE 0 END) AS BIGINT) \
             FROM (SELECT y.opportunity_id, y.stage_id, MIN(y.entered_at) AS entered_at, \
                 MAX(CASE WHEN y.later > y.position THEN 1 ELSE 0 END) AS moved, \
                 MAX(y.dropped) AS dropped FROM ",
        );
        self.steps(&mut sql);
        sql.push(
            " y WHERE y.standing = 1 AND y.worked = 1 \
             GROUP BY y.opportunity_id, y.stage_id) z WHERE TRUE",
        );
        if let [first, .., last] = inner.as_slice() {
            sql.push(" AND z.entered_at >= ").bind(*first);
            sql.push(" AND z.entered_at < ").bind(*last);
        }
        sql.push(" GROUP BY z.stage_id, cohort");
        let rows: Vec<(Uuid, i64, i64, i64, i64)> = tx.all(sql).await?;
        let flow = |(stage, cohort, entered, moved_on, dropped)| {
            let cohort = usize::try_from(cohort).unwrap_or(0);
            ((cohort, stage), Flow { entered, moved_on, dropped })
        };
        Ok(rows.into_iter().map(flow).collect())
    }

    /// How long the stays in each stage were: those that were over, or those that lasted. A stay goes on
    /// while it is suspended, and that time is left out.
    pub(super) async fn stays_of(
        &self,
        tx: &mut Tx,
        lasting: bool,
    ) -> Result<BTreeMap<Uuid, Stay>> {
        let mut sql = Sql::new(
            "SELECT z.stage_id, COUNT(*), CAST(SUM(z.seconds) AS BIGINT) \
             FROM (SELECT w.opportunity_id, w.stage_id, w.interval_number, \
                 CAST(MAX(w.lasts) AS BIGINT) AS lasting, SUM(CASE WHEN w.status = 'open' THEN ",
        );
        tx.seconds_between(&mut sql, "w.entered_at", "w.until");
        sql.push(
            " ELSE 0 END) AS seconds FROM (SELECT y.*, \
                 y.seq - ROW_NUMBER() OVER (PARTITION BY y.opportunity_id, y.stage_id ORDER BY y.seq) \
                     AS interval_number, \
                 CASE WHEN y.lasts = 1 THEN ",
        );
        sql.bind(self.asked.as_of).push(" ELSE y.left_at END AS until FROM ");
        self.steps(&mut sql);
        sql.push(
            " y WHERE y.standing = 1 AND y.worked = 1) w \
             GROUP BY w.opportunity_id, w.stage_id, w.interval_number) z \
             WHERE z.lasting = ",
        );
        sql.bind(i64::from(lasting)).push(" GROUP BY z.stage_id");
        read(tx, sql).await
    }

    /// Adds the spans of all who stood, each with the furthest stage that came after it, whether the
    /// opportunity was ever lost or given up, and whether the span itself lasted. What took no time is
    /// left out.
    fn steps(&self, sql: &mut Sql) {
        let (at, known) = (self.asked.as_of, self.asked.known_at);
        let lasts = |sql: &mut Sql| {
            sql.push("CASE WHEN s.left_at IS NULL OR s.left_at > ").bind(at);
            sql.push(" OR s.left_recorded_at > ").bind(known).push(" THEN 1 ELSE 0 END");
        };
        sql.push(
            "(SELECT s.opportunity_id, s.stage_id, s.seq, s.status, s.entered_at, s.left_at, g.position, \
             CASE WHEN g.kind = 'open' AND s.status IN ('open', 'suspended') THEN 1 ELSE 0 END AS worked, \
             MAX(CASE WHEN s.status = 'won' THEN 2000000 \
                 WHEN g.kind = 'open' AND s.status IN ('open', 'suspended') THEN g.position ELSE -1 END) \
                 OVER (PARTITION BY s.opportunity_id ORDER BY s.seq \
                     ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later, \
             MAX(CASE WHEN s.status IN ('lost', 'terminated') THEN 1 ELSE 0 END) \
                 OVER (PARTITION BY s.opportunity_id) AS dropped, ",
        );
        lasts(sql);
        sql.push(" AS lasts, MAX(");
        lasts(sql);
        sql.push(
            ") OVER (PARTITION BY s.opportunity_id) AS standing \
             FROM opportunity_spans s JOIN pipeline_stages g ON g.tenant_id = s.tenant_id AND g.id = s.stage_id \
             WHERE s.tenant_id = $1 AND s.pipeline_id = ",
        );
        sql.bind(self.pipeline).push(" AND s.entered_at <= ").bind(at);
        sql.push(" AND s.recorded_at <= ").bind(known);
        sql.push(" AND (s.left_at IS NULL OR s.left_at > s.entered_at OR s.left_recorded_at > ");
        sql.bind(known).push(")");
        let reached = self.standing();
        if !reached.is_everything() {
            sql.push(" AND ");
            reached.contains(sql, "s.opportunity_id");
        }
        sql.push(")");
    }
}
