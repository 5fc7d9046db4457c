//! Opportunities as facts: where they stood at the instant, with what else is known of them.
//!
//! State, owner and amount are those of the instant. What their history does not keep (product,
//! origin, splits, the days of begin and end, the summary) is as it is now.
//!
//! A report about now reads records, one about the past reads spans. Both must say the same of the same
//! instant, which a test holds them to. Funnel, conversions, durations and the forecast rest on nothing but
//! spans.

use super::standing::Standing;
use crate::{Asked, Definition, Parameter, Takes, report::reach};
use chrono::NaiveDate;
use guanxi_kernel::{Action, Ctx, Currency, Money, Result, problem::Texts, scalar::Type};
use guanxi_storage::{Sql, Tx, scope};
use uuid::Uuid;

/// Narrows to a pipeline.
pub(super) const ONE_PIPELINE: Parameter = Parameter {
    name: "pipeline_id",
    takes: Takes::One(Type::Id),
    default: None,
    required: false,
    field: Some("pipeline_id"),
    about: Texts {
        en: "Only this pipeline; all when absent.",
        zh: "仅统计该销售流程,缺省为全部。",
    },
};

/// Narrows to what closed later.
pub(super) const CLOSED_AFTER: Parameter = Parameter {
    name: "closed_after",
    takes: Takes::One(Type::Date),
    default: None,
    required: false,
    field: Some("closed_on"),
    about: Texts {
        en: "Only what closed on this business day or later.",
        zh: "仅统计此日及以后关闭的商机。",
    },
};

/// Narrows to what closed before.
pub(super) const CLOSED_BEFORE: Parameter = Parameter {
    name: "closed_before",
    takes: Takes::One(Type::Date),
    default: None,
    required: false,
    field: Some("closed_on"),
    about: Texts {
        en: "Only what closed on business days before.",
        zh: "仅统计此日之前关闭的商机。",
    },
};

/// What facts are wanted.
pub(super) struct Facts<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) definition: &'static Definition,
    pub(super) asked: &'a Asked,
    pub(super) statuses: &'static [&'static str],
}

/// How the columns of a fact begin, whatever it is about: of now, and of an instant.
const OF_NOW: &str =
    "SELECT o.id AS opportunity_id, o.status, o.owner_id, o.amount_minor, o.amount_currency, ";
const OF_THEN: &str =
    "SELECT x.opportunity_id, x.status, x.owner_id, x.amount_minor, x.amount_currency, ";

impl Facts<'_> {
    /// Adds the facts as a table `d` of `opportunity_id`, `status`, `owner_id`, `amount_minor`,
    /// `amount_currency` and these columns of the record `o`.
    ///
    /// What is so now is read from the records alone, which is what their spans say too.
    pub(super) fn table(&self, sql: &mut Sql, columns: &'static str) {
        sql.push("(");
        if self.asked.live {
            sql.push(OF_NOW).push(columns).push(" FROM opportunities o WHERE o.tenant_id = $1");
            sql.push(" AND o.deleted_at IS NULL AND o.status IN ");
            sql.bind_all(self.statuses.iter().copied());
            if let Some(pipeline) = self.pipeline() {
                sql.push(" AND o.pipeline_id = ").bind(pipeline);
            }
            let reach = reach(self.ctx, self.definition);
            if !reach.all {
                sql.push(" AND ");
                scope::covers(sql, "o.owner_id", &reach, self.ctx.actor.user);
            }
        } else {
            let standing = Standing::new(
                self.ctx,
                self.definition,
                self.asked,
                self.pipeline(),
                self.statuses,
            );
            sql.push(OF_THEN).push(columns).push(" FROM ");
            standing.table(
                sql,
                "s.opportunity_id, s.status, s.owner_id, s.amount_minor, s.amount_currency",
            );
            sql.push(
                " JOIN opportunities o ON o.tenant_id = $1 AND o.id = x.opportunity_id WHERE TRUE",
            );
        }
        for (name, test) in [(CLOSED_AFTER.name, " >= "), (CLOSED_BEFORE.name, " < ")] {
            if let Some(day) = self.asked.date(name) {
                sql.push(" AND o.closed_on").push(test).bind(day);
            }
        }
        sql.push(") d");
    }

    fn pipeline(&self) -> Option<Uuid> {
        self.asked.id(ONE_PIPELINE.name)
    }

    /// Adds the day whose rate an amount needs: none for those in the currency of the report, so that
    /// few groups come of them.
    pub(super) fn day(&self, sql: &mut Sql) {
        sql.push("CASE WHEN d.amount_currency = ").bind(self.asked.exchange.currency().code());
        sql.push(" THEN NULL ELSE d.closed_on END");
    }
}

/// An amount in the currency of the report, by the rate of the day on which it closed, else of the
/// day of the report.
///
/// # Errors
/// `no_exchange_rate`, `conversion_overflow`.
pub(super) async fn converted(
    tx: &mut Tx,
    asked: &mut Asked,
    (minor, code): (i64, Option<Currency>),
    closed_on: Option<NaiveDate>,
) -> Result<Money> {
    let Some(code) = code else { return Ok(asked.exchange.zero()) };
    let day = closed_on.unwrap_or(asked.today);
    let known = asked.known_at;
    asked.exchange.convert(tx, Money::new(minor, code), day, known).await
}

/// Refuses whoever may not read a resource that only this question tells of.
///
/// # Errors
/// `forbidden`.
pub(super) fn also_reads(ctx: &Ctx, plural: &'static str) -> Result<()> {
    ctx.require(plural, Action::Read).map(drop)
}
