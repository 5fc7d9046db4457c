//! What stood at an instant, as it was known at another.
//!
//! `opportunity_spans` keeps what opportunities were from when to when and when that was told. Rows
//! are never rewritten, so what is read here for two instants is the same for ever.

use crate::{Asked, Definition, report::reach};
use guanxi_kernel::{Ctx, Reach, UserId};
use guanxi_storage::{Sql, scope};
use uuid::Uuid;

/// What is looked for.
pub(super) struct Standing<'a> {
    asked: &'a Asked,
    pipeline: Option<Uuid>,
    statuses: &'static [&'static str],
    reach: Reach,
    user: UserId,
}

/// Worked on.
pub(super) const OPEN: &[&str] = &["open"];
/// Decided.
pub(super) const DECIDED: &[&str] = &["won", "lost"];
/// Anything but deleted.
pub(super) const ANY: &[&str] = &["open", "suspended", "won", "lost", "terminated"];

impl<'a> Standing<'a> {
    /// Those in these states, of one pipeline or of all, within the reach of the caller by who owned
    /// them at the instant.
    pub(super) fn new(
        ctx: &Ctx,
        definition: &Definition,
        asked: &'a Asked,
        pipeline: Option<Uuid>,
        statuses: &'static [&'static str],
    ) -> Self {
        Self { asked, pipeline, statuses, reach: reach(ctx, definition), user: ctx.actor.user }
    }

    /// Adds these columns of the spans that stood, as a table `x`: of three ranges, what still lasts,
    /// what ended after the instant, and what had ended before it and was not known to have.
    pub(super) fn table(&self, sql: &mut Sql, columns: &'static str) {
        sql.push("(");
        self.range(sql, columns);
        sql.push(" AND s.left_at IS NULL UNION ALL ");
        self.range(sql, columns);
        sql.push(" AND s.left_at IS NOT NULL AND s.left_at > ").bind(self.asked.as_of);
        sql.push(" UNION ALL ");
        self.range(sql, columns);
        sql.push(" AND s.left_at IS NOT NULL AND s.left_recorded_at > ").bind(self.asked.known_at);
        sql.push(" AND s.left_at <= ").bind(self.asked.as_of).push(") x");
    }

    fn range(&self, sql: &mut Sql, columns: &'static str) {
        sql.push("SELECT ").push(columns).push(" FROM opportunity_spans s WHERE s.tenant_id = $1");
        if let Some(pipeline) = self.pipeline {
            sql.push(" AND s.pipeline_id = ").bind(pipeline);
        }
        sql.push(" AND s.status IN ").bind_all(self.statuses.iter().copied());
        sql.push(" AND s.entered_at <= ").bind(self.asked.as_of);
        sql.push(" AND s.recorded_at <= ").bind(self.asked.known_at);
        if !self.reach.all {
            sql.push(" AND ");
            scope::covers(sql, "s.owner_id", &self.reach, self.user);
        }
    }

    /// Adds that the opportunity in `column` is one of them.
    pub(super) fn contains(&self, sql: &mut Sql, column: &'static str) {
        sql.push(column).push(" IN (SELECT x.opportunity_id FROM ");
        self.table(sql, "s.opportunity_id");
        sql.push(")");
    }

    /// Whether the caller may see all of them, whoever owns them.
    pub(super) fn is_everything(&self) -> bool {
        self.reach.all
    }
}
