//! One measure for many parties, as a statement.

use super::{Figure, Named};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_kernel::{Ctx, Result, period::business_date};
use guanxi_storage::{Sql, Tx};
use std::collections::BTreeMap;
use uuid::Uuid;

/// From when to when something is counted.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Behind this instant, if there is one.
    pub after: Option<DateTime<Utc>>,
    /// Until this one, and nothing later.
    pub until: DateTime<Utc>,
}

/// What a measure comes to for one party.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found {
    /// A count.
    Count(i64),
    /// Minor units.
    Minor(i64),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
}

impl Span {
    /// Everything until then.
    pub fn until(until: DateTime<Utc>) -> Self {
        Self { after: None, until }
    }

    /// The same with the window of a measure.
    fn of(self, named: &Named) -> Self {
        let window =
            named.days.and_then(|days| self.until.checked_sub_signed(TimeDelta::days(days)));
        Self { after: self.after.max(window), ..self }
    }
}

impl Named {
    /// Adds `SELECT …party_id, … AS v` with one row for each party that has any.
    ///
    /// Each table is grouped by itself, in the order of an index, and only what comes of that together: rows of
    /// several tables would have to be sorted first.
    pub(super) fn write(&self, sql: &mut Sql, ctx: &Ctx, span: Span, among: Option<(Uuid, Uuid)>) {
        let (measure, span) = (self.measure, span.of(self));
        let [only] = measure.source.from else {
            sql.push("SELECT y.party_id, ");
            self.figure(sql, &[measure.together(), "y.v)"]);
            sql.push(" FROM (");
            for (at, from) in measure.source.from.iter().enumerate() {
                sql.push(if at == 0 { "" } else { " UNION ALL " });
                self.of_table(sql, ctx, from, span, among);
            }
            sql.push(") y GROUP BY y.party_id");
            return;
        };
        self.of_table(sql, ctx, only, span, among);
    }

    /// Adds an aggregate as what the measure comes to.
    fn figure(&self, sql: &mut Sql, aggregate: &[&'static str]) {
        let whole = matches!(self.measure.figure, Figure::Count | Figure::Amount);
        sql.push(if whole { "CAST(" } else { "" });
        for part in aggregate {
            sql.push(part);
        }
        sql.push(if whole { " AS BIGINT) AS v" } else { " AS v" });
    }

    fn of_table(
        &self,
        sql: &mut Sql,
        ctx: &Ctx,
        from: &'static str,
        span: Span,
        among: Option<(Uuid, Uuid)>,
    ) {
        let measure = self.measure;
        sql.push("SELECT x.party_id, ");
        self.figure(sql, &[measure.value]);
        sql.push(from);
        if let Some((first, last)) = among {
            sql.push(" AND x.party_id >= ").bind(first).push(" AND x.party_id <= ").bind(last);
        }
        let mut bound = |sign: &'static str, at: DateTime<Utc>| {
            sql.push(" AND ").push(measure.source.when).push(sign);
            match measure.source.by_day {
                true => sql.bind(business_date(at, ctx.settings.time_zone)),
                false => sql.bind(at),
            };
        };
        bound(" <= ", span.until);
        if let Some(after) = span.after {
            bound(" > ", after);
        }
        if measure.figure == Figure::Amount {
            sql.push(" AND ").push(measure.currency).push(" = ").bind(self.currency.code());
        }
        sql.push(" GROUP BY x.party_id");
    }

    /// What it comes to for the parties with ids from the first to the last; those without any are left
    /// out.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        span: Span,
        among: (Uuid, Uuid),
    ) -> Result<BTreeMap<Uuid, Found>> {
        let mut sql = Sql::new("");
        self.write(&mut sql, ctx, span, Some(among));
        Ok(match self.measure.figure {
            Figure::Count => rows(tx, sql, Found::Count).await?,
            Figure::Amount => rows(tx, sql, Found::Minor).await?,
            Figure::Day => rows(tx, sql, Found::Day).await?,
            Figure::Instant => rows(tx, sql, Found::Instant).await?,
        })
    }
}

async fn rows<T>(tx: &mut Tx, sql: Sql, found: impl Fn(T) -> Found) -> Result<BTreeMap<Uuid, Found>>
where
    (Uuid, Option<T>): guanxi_storage::tx::Row,
{
    let rows = tx.all::<(Uuid, Option<T>)>(sql).await?.into_iter();
    Ok(rows.filter_map(|(party, value)| Some((party, found(value?)))).collect())
}
