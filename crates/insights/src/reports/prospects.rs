//! What the reports about leads stand on: months, and what was in whose hands in them (`lead_spans`).
//!
//! A span says what a lead was from when to when, and what it was before. Rows are written with the change
//! that they tell of and never rewritten but for their end, so what was so at an instant is the same for
//! ever.

use crate::{Asked, Column, Definition, Parameter, Takes, What, labels::labels, report::reach};
use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use guanxi_identity::users::USER;
use guanxi_kernel::{
    Action, Ctx, Reach, Result, UserId, actor::forbidden, period::start_of_day, problem::Texts,
    scalar::Type,
};
use guanxi_sales::prospect_tables::days_of;
use guanxi_storage::{Kind, Sql, Tx, scope};
use std::{collections::BTreeMap, ops::Range};
use uuid::Uuid;

pub(super) const fn column(
    name: &'static str,
    en: &'static str,
    zh: &'static str,
    what: What,
) -> Column {
    Column { name, label: Texts { en, zh }, what }
}

pub(super) const fn parameter(name: &'static str, takes: Takes, about: Texts) -> Parameter {
    Parameter { name, takes, default: None, required: false, field: None, about }
}

/// A day that a time begins or ends with.
pub(super) const fn day(name: &'static str, en: &'static str, zh: &'static str) -> Parameter {
    parameter(name, Takes::One(Type::Date), Texts { en, zh })
}

/// The month that is told of.
pub(super) const MONTH: Parameter = parameter(
    "month",
    Takes::Month,
    Texts { en: "The month; that of `as_of` when absent.", zh: "月份,默认为统计当月。" },
);

/// Whose leads are told of.
pub(super) const CONSULTANT: Parameter = parameter(
    "consultant_id",
    Takes::One(Type::Id),
    Texts { en: "Only the leads of that user.", zh: "仅统计该销售顾问。" },
);

/// The first day of the time that is told of.
pub(super) const FROM: Parameter = parameter(
    "from",
    Takes::One(Type::Date),
    Texts {
        en: "The first day; that of the month when absent.", zh: "首日,默认为当月首日。"
    },
);

/// The last day of it.
pub(super) const TO: Parameter = parameter(
    "to",
    Takes::One(Type::Date),
    Texts {
        en: "The last day; that of `as_of` when absent.", zh: "末日,默认为统计当日。"
    },
);

/// The time from the one day to the end of the other.
pub(super) struct Time {
    /// When it begins.
    pub(super) begins: DateTime<Utc>,
    ends: DateTime<Utc>,
}

impl Time {
    /// The time that is asked for.
    ///
    /// # Errors
    /// `bad_parameter` for one that ends before it begins.
    pub(super) fn asked(ctx: &Ctx, asked: &mut Asked) -> Result<Self> {
        let (from, to) = asked.time(|to| to.with_day(1))?;
        let zone = ctx.settings.time_zone;
        let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
        Ok(Self { begins: start_of_day(from, zone), ends: start_of_day(end, zone) })
    }

    /// Whether an instant is in the time.
    pub(super) fn holds(&self, at: DateTime<Utc>) -> bool {
        (self.begins..self.ends).contains(&at)
    }

    /// Adds that an instant in a column is in the time.
    pub(super) fn contains(&self, sql: &mut Sql, column: &'static str) {
        sql.push(column).push(" >= ").bind(self.begins);
        sql.push(" AND ").push(column).push(" < ").bind(self.ends);
    }
}

/// A month as far as it was over at the instant of the report.
pub(super) struct Month {
    /// Its first day.
    pub(super) first: NaiveDate,
    /// The instants at which its days begin.
    pub(super) days: Vec<DateTime<Utc>>,
    /// Behind it.
    pub(super) ends: DateTime<Utc>,
}

impl Month {
    /// The month that is asked for.
    pub(super) fn asked(ctx: &Ctx, asked: &mut Asked) -> Self {
        let first = asked.month("month");
        let (days, ends) = days_of(ctx, first);
        Self { first, days, ends }
    }

    /// When it begins.
    pub(super) fn begins(&self) -> DateTime<Utc> {
        self.days.first().copied().unwrap_or(self.ends)
    }

    /// Adds that an instant in a column is in the month and not later than that of the report.
    pub(super) fn contains(&self, sql: &mut Sql, column: &'static str, asked: &Asked) {
        sql.push("(").push(column).push(" >= ").bind(self.begins());
        sql.push(" AND ").push(column).push(" < ").bind(self.ends);
        sql.push(" AND ").push(column).push(" <= ").bind(asked.as_of).push(")");
    }

    /// Adds the place of the day, from 0, in which an instant of the month in a column is: the stores
    /// reckon differently with days, and not each has 24 hours. Halved again and again, since there may
    /// be many rows.
    pub(super) fn day(&self, sql: &mut Sql, column: &'static str) {
        sql.push("CAST(");
        self.day_among(sql, column, 0..self.days.len());
        sql.push(" AS BIGINT)");
    }

    fn day_among(&self, sql: &mut Sql, column: &'static str, days: Range<usize>) {
        let half = days.start + days.len() / 2;
        match self.days.get(half).filter(|_| days.len() > 1) {
            None => {
                sql.bind(i64::try_from(days.start).unwrap_or_default());
            }
            Some(begins) => {
                sql.push("CASE WHEN ").push(column).push(" < ").bind(*begins).push(" THEN ");
                self.day_among(sql, column, days.start..half);
                sql.push(" ELSE ");
                self.day_among(sql, column, half..days.end);
                sql.push(" END");
            }
        }
    }
}

/// The hands that are told of: those that the caller's right reaches, of one user if one is asked for.
pub(super) struct Hands {
    reach: Reach,
    user: UserId,
    only: Option<Uuid>,
}

impl Hands {
    /// Those of the question.
    pub(super) fn asked(ctx: &Ctx, definition: &Definition, asked: &Asked) -> Self {
        let only = asked.id("consultant_id");
        Self { reach: reach(ctx, definition), user: ctx.actor.user, only }
    }

    /// Adds that the user in a column is one of them.
    pub(super) fn hold(&self, sql: &mut Sql, owner: &'static str) {
        sql.push("(").push(owner).push(" IS NOT NULL AND ");
        scope::covers(sql, owner, &self.reach, self.user);
        if let Some(only) = self.only {
            sql.push(" AND ").push(owner).push(" = ").bind(only);
        }
        sql.push(")");
    }

    /// Adds that the span `s` is one of an open lead in these hands.
    pub(super) fn are(&self, sql: &mut Sql) {
        sql.push("(s.state = 'open' AND ");
        self.hold(sql, "s.owner_id");
        sql.push(")");
    }

    /// Adds that it was so before the span `s`.
    pub(super) fn were(&self, sql: &mut Sql) {
        sql.push("(s.was_state = 'open' AND ");
        self.hold(sql, "s.was_owner_id");
        sql.push(")");
    }
}

/// Adds that the span of that name was so at an instant.
pub(super) fn stood(sql: &mut Sql, from: &'static str, until: &'static str, at: DateTime<Utc>) {
    sql.push("(").push(from).push(" <= ").bind(at);
    sql.push(" AND (").push(until).push(" IS NULL OR ").push(until).push(" > ").bind(at);
    sql.push("))");
}

/// Adds that the span of that name was so just before an instant.
pub(super) fn stood_before(
    sql: &mut Sql,
    from: &'static str,
    until: &'static str,
    at: DateTime<Utc>,
) {
    sql.push("(").push(from).push(" < ").bind(at);
    sql.push(" AND (").push(until).push(" IS NULL OR ").push(until).push(" >= ").bind(at);
    sql.push("))");
}

/// Adds that a record was not deleted at the instant of the report: what was deleted since is still told of.
pub(super) fn was_there(sql: &mut Sql, deleted_at: &'static str, asked: &Asked) {
    sql.push("(").push(deleted_at).push(" IS NULL");
    // Of what is now there are indexes that hold nothing deleted.
    if !asked.live {
        sql.push(" OR ").push(deleted_at).push(" > ").bind(asked.as_of);
    }
    sql.push(")");
}

/// Whether the caller sees a field of a resource.
pub(super) fn sees(ctx: &Ctx, kind: &Kind, field: &str) -> bool {
    !ctx.actor.withheld(kind.plural).hidden.contains(field)
}

/// Refuses whoever does not see all of these fields of a resource.
///
/// # Errors
/// `forbidden`.
pub(super) fn require_fields(ctx: &Ctx, kind: &'static Kind, fields: &[&str]) -> Result<()> {
    match fields.iter().all(|field| sees(ctx, kind, field)) {
        true => Ok(()),
        false => Err(forbidden(kind.plural, Action::Read)),
    }
}

/// What users are called.
pub(super) async fn people(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, String>> {
    labels(tx, ctx, asked, &USER, ids).await
}

/// An id for examples.
pub(super) fn example_id() -> Uuid {
    Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77)
}
