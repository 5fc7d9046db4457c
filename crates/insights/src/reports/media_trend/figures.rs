//! The figures of media and months, each grouped by the store.

use crate::{Asked, exchange::currency};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Money, Result, period::start_of_day, ratio::Ratio};
use guanxi_marketing::{population::Population, touches::TouchKind};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A month that is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Month {
    /// Such as `2026-05`.
    pub(super) name: String,
    /// Its first day.
    pub(super) first: NaiveDate,
    /// The day behind its last one.
    pub(super) behind: NaiveDate,
    /// The instant at which that begins.
    pub(super) ends: DateTime<Utc>,
}

/// What a medium has come to in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) expense: Money,
    pub(super) revenue: Money,
    pub(super) sent: i64,
    pub(super) held_out: i64,
    pub(super) delivered: i64,
    pub(super) responses: i64,
    pub(super) responders: i64,
    pub(super) buyers: i64,
    pub(super) relations: i64,
}

impl Sum {
    pub(super) fn none(zero: Money) -> Self {
        Self {
            expense: zero,
            revenue: zero,
            sent: 0,
            held_out: 0,
            delivered: 0,
            responses: 0,
            responders: 0,
            buyers: 0,
            relations: 0,
        }
    }

    /// What was spent by what came in.
    pub(super) fn expense_to_revenue(&self) -> Ratio {
        Ratio::new(self.expense.to_decimal(), self.revenue.to_decimal())
    }

    /// Whom something reached, as well as that is known.
    pub(super) fn contacts(&self) -> i64 {
        if self.delivered > 0 { self.delivered } else { self.sent + self.held_out }
    }
}

/// By medium and month.
pub(super) type Figures = BTreeMap<(Uuid, String), Sum>;

/// By medium.
pub(super) type Relations = BTreeMap<Uuid, i64>;

/// What of that time is told.
struct Span<'a> {
    months: &'a [Month],
    /// The first instant, the first day, and the day behind the last one.
    begins: DateTime<Utc>,
    first: NaiveDate,
    behind: NaiveDate,
    /// Nothing later than this.
    as_of: DateTime<Utc>,
    today: NaiveDate,
}

impl<'a> Span<'a> {
    /// The time of these months; none without months.
    fn of(ctx: &Ctx, asked: &Asked, months: &'a [Month]) -> Option<Self> {
        let (first, last) = (months.first()?, months.last()?);
        Some(Self {
            months,
            begins: start_of_day(first.first, ctx.settings.time_zone),
            first: first.first,
            behind: last.behind,
            as_of: asked.as_of,
            today: asked.today,
        })
    }
}

impl Span<'_> {
    /// Adds the month in which an instant is.
    fn month(&self, sql: &mut Sql, column: &'static str) {
        sql.push("CASE");
        for month in self.months {
            sql.push(" WHEN ").push(column).push(" < ").bind(month.ends);
            sql.push(" THEN ").bind(month.name.clone());
        }
        sql.push(" END");
    }

    /// Adds the condition that an instant is one of that time.
    fn instants(&self, sql: &mut Sql, column: &'static str) {
        sql.push(column).push(" >= ").bind(self.begins).push(" AND ").push(column);
        sql.push(" <= ").bind(self.as_of);
        if let Some(last) = self.months.last() {
            sql.push(" AND ").push(column).push(" < ").bind(last.ends);
        }
    }

    /// Adds the condition that a day is one of that time.
    fn days(&self, sql: &mut Sql, column: &'static str) {
        sql.push(column).push(" >= ").bind(self.first).push(" AND ").push(column);
        sql.push(" < ").bind(self.behind).push(" AND ").push(column);
        sql.push(" <= ").bind(self.today);
    }
}

/// What media have come to in these months.
///
/// # Errors
/// `no_exchange_rate`, those of the store.
pub(super) async fn of(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    months: &[Month],
) -> Result<Figures> {
    let mut figures = Figures::new();
    let Some(span) = Span::of(ctx, asked, months) else { return Ok(figures) };
    money(tx, asked, &span, &mut figures).await?;
    let zero = asked.exchange.zero();
    let of = |figures: &mut Figures, key: (Uuid, String), take: &dyn Fn(&mut Sum)| {
        take(figures.entry(key).or_insert_with(|| Sum::none(zero)));
    };
    for (id, month, kind, count) in tx.all::<(Uuid, String, String, i64)>(reached(&span)).await? {
        of(&mut figures, (id, month), &|sum| match kind.as_str() {
            "sent" => sum.sent = count,
            "held_out" => sum.held_out = count,
            _ => sum.delivered = count,
        });
    }
    for (id, month, responses, people) in tx.all::<(Uuid, String, i64, i64)>(answers(&span)).await?
    {
        of(&mut figures, (id, month), &|sum| {
            (sum.responses, sum.responders) = (responses, people);
        });
    }
    for sql in [nameless_buyers(&span), known_buyers(&span)] {
        for (id, month, count) in tx.all::<(Uuid, String, i64)>(sql).await? {
            of(&mut figures, (id, month), &|sum| sum.buyers += count);
        }
    }
    for (id, month, count) in tx.all::<(Uuid, String, i64)>(relations(&span, true)).await? {
        of(&mut figures, (id, month), &|sum| sum.relations = count);
    }
    Ok(figures)
}

/// The relations of media over all of these months, where each customer or prospect counts once.
///
/// # Errors
/// Those of the store.
pub(super) async fn relations_over(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    months: &[Month],
) -> Result<Relations> {
    let Some(span) = Span::of(ctx, asked, months) else { return Ok(Relations::new()) };
    let rows = tx.all::<(Uuid, String, i64)>(relations(&span, false)).await?;
    Ok(rows.into_iter().map(|(id, _, count)| (id, count)).collect())
}

async fn money(
    tx: &mut Tx,
    asked: &mut Asked,
    span: &Span<'_>,
    figures: &mut Figures,
) -> Result<()> {
    let zero = asked.exchange.zero();
    for (spent, sql) in [(true, expenses(span)), (false, revenue(span))] {
        for (id, month, code, minor) in tx.all::<(Uuid, String, String, i64)>(sql).await? {
            let given = Money::new(minor, currency(&code)?);
            let (day, known) = (asked.today, asked.known_at);
            let amount = asked.exchange.convert(tx, given, day, known).await?;
            let sum = figures.entry((id, month)).or_insert_with(|| Sum::none(zero));
            let to = if spent { &mut sum.expense } else { &mut sum.revenue };
            *to = asked.exchange.sum([*to, amount])?;
        }
    }
    Ok(())
}

/// Both stores write a day alike.
fn expenses(span: &Span<'_>) -> Sql {
    let mut sql = Sql::new(
        "SELECT x.medium_id, x.month, x.currency, CAST(SUM(x.minor) AS BIGINT)
         FROM (SELECT COALESCE(e.medium_id, s.medium_id) AS medium_id,
                 substr(CAST(e.spent_on AS TEXT), 1, 7) AS month, e.amount_currency AS currency,
                 e.amount_minor AS minor
             FROM campaign_expenses e
             LEFT JOIN source_codes s ON s.tenant_id = e.tenant_id AND s.id = e.source_code_id
             WHERE e.tenant_id = $1 AND e.deleted_at IS NULL AND ",
    );
    span.days(&mut sql, "e.spent_on");
    sql.push(
        ") x WHERE x.medium_id IS NOT NULL
         GROUP BY x.medium_id, x.month, x.currency",
    );
    sql
}

fn revenue(span: &Span<'_>) -> Sql {
    let mut sql = Sql::new(
        "SELECT x.medium_id, x.month, x.currency, CAST(SUM(x.minor) AS BIGINT)
         FROM (SELECT s.medium_id, substr(CAST(m.moved_on AS TEXT), 1, 7) AS month, m.currency,
                 m.net_minor AS minor
             FROM contract_movements m
             JOIN contracts c ON c.tenant_id = m.tenant_id AND c.id = m.contract_id
             JOIN source_codes s ON s.tenant_id = c.tenant_id AND s.id = c.source_code_id
             WHERE m.tenant_id = $1 AND ",
    );
    span.days(&mut sql, "m.moved_on");
    sql.push(") x GROUP BY x.medium_id, x.month, x.currency");
    sql
}

fn reached(span: &Span<'_>) -> Sql {
    let mut sql = Sql::new(
        "SELECT x.medium_id, x.month, x.kind, COUNT(DISTINCT x.recipient)
         FROM (SELECT s.medium_id, t.kind, t.recipient, ",
    );
    span.month(&mut sql, "t.occurred_at");
    sql.push(
        " AS month FROM touches t
             JOIN source_codes s ON s.tenant_id = t.tenant_id AND s.id = t.source_code_id
             WHERE t.tenant_id = $1 AND t.kind IN ('sent', 'held_out', 'delivered') AND ",
    );
    span.instants(&mut sql, "t.occurred_at");
    sql.push(") x GROUP BY x.medium_id, x.month, x.kind");
    sql
}

fn answers(span: &Span<'_>) -> Sql {
    let mut sql = Sql::new(
        "SELECT x.medium_id, x.month, COUNT(*), COUNT(DISTINCT x.responder)
         FROM (SELECT r.medium_id, r.responder, ",
    );
    span.month(&mut sql, "r.responded_at");
    sql.push(
        " AS month FROM responses r
             WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.medium_id IS NOT NULL AND ",
    );
    span.instants(&mut sql, "r.responded_at");
    sql.push(") x GROUP BY x.medium_id, x.month");
    sql
}

/// Those of whom a machine says that they have bought, and whom it does not name.
fn nameless_buyers(span: &Span<'_>) -> Sql {
    let mut sql = Sql::new(
        "SELECT x.medium_id, x.month, COUNT(DISTINCT x.recipient)
         FROM (SELECT s.medium_id, t.recipient, ",
    );
    span.month(&mut sql, "t.occurred_at");
    sql.push(
        " AS month FROM touches t
             JOIN source_codes s ON s.tenant_id = t.tenant_id AND s.id = t.source_code_id
             WHERE t.tenant_id = $1 AND t.kind = 'bought' AND t.party_id IS NULL AND ",
    );
    span.instants(&mut sql, "t.occurred_at");
    sql.push(") x GROUP BY x.medium_id, x.month");
    sql
}

/// Those who are known, each once: told by a machine, or by a signed contract.
fn known_buyers(span: &Span<'_>) -> Sql {
    let mut sql = Sql::new(
        "SELECT x.medium_id, x.month, COUNT(DISTINCT x.party_id)
         FROM (SELECT s.medium_id, t.party_id, ",
    );
    span.month(&mut sql, "t.occurred_at");
    sql.push(
        " AS month FROM touches t
             JOIN source_codes s ON s.tenant_id = t.tenant_id AND s.id = t.source_code_id
             WHERE t.tenant_id = $1 AND t.kind = 'bought' AND t.party_id IS NOT NULL AND ",
    );
    span.instants(&mut sql, "t.occurred_at");
    sql.push(
        " UNION ALL SELECT s.medium_id, c.party_id, substr(CAST(c.signed_on AS TEXT), 1, 7) AS month
             FROM contracts c
             JOIN source_codes s ON s.tenant_id = c.tenant_id AND s.id = c.source_code_id
             WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND c.stage <> 'cancelled' AND ",
    );
    span.days(&mut sql, "c.signed_on");
    sql.push(") x GROUP BY x.medium_id, x.month");
    sql
}

/// Customers and prospects who have interacted, each once in a month, or once in all of them: by what a machine
/// has seen of them, by an answer, or by coming to a shop.
fn relations(span: &Span<'_>, by_month: bool) -> Sql {
    let of = |sql: &mut Sql, at: &'static str| {
        if by_month {
            span.month(sql, at);
        } else {
            sql.push("'all'");
        }
    };
    let mut sql = Sql::new(
        "SELECT x.medium_id, x.month, COUNT(DISTINCT x.party_id)
         FROM (SELECT s.medium_id, e.party_id, ",
    );
    of(&mut sql, "e.occurred_at");
    sql.push(
        " AS month FROM touches e
             JOIN source_codes s ON s.tenant_id = e.tenant_id AND s.id = e.source_code_id
             WHERE e.tenant_id = $1 AND e.party_id IS NOT NULL AND e.kind IN ",
    );
    sql.bind_all(TouchKind::interactions()).push(" AND ");
    span.instants(&mut sql, "e.occurred_at");
    sql.push(" UNION ALL SELECT r.medium_id, r.party_id, ");
    of(&mut sql, "r.responded_at");
    sql.push(
        " AS month FROM responses r
             WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.medium_id IS NOT NULL
                 AND r.party_id IS NOT NULL AND ",
    );
    span.instants(&mut sql, "r.responded_at");
    sql.push(" UNION ALL SELECT w.medium_id, w.party_id, ");
    of(&mut sql, "w.came_at");
    sql.push(
        " AS month FROM walk_ins w
             WHERE w.tenant_id = $1 AND w.deleted_at IS NULL AND w.medium_id IS NOT NULL
                 AND w.party_id IS NOT NULL AND ",
    );
    span.instants(&mut sql, "w.came_at");
    sql.push(
        ") x JOIN parties t ON t.tenant_id = $1 AND t.id = x.party_id
         WHERE t.deleted_at IS NULL AND ",
    );
    Population::All.write(&mut sql);
    sql.push(" GROUP BY x.medium_id, x.month");
    sql
}

/// Media that one statement asks for.
const AT_ONCE: usize = 500;

/// These media with their letters, by these.
///
/// # Errors
/// Those of the store.
pub(super) async fn media(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut ids = ids.to_vec();
    ids.dedup();
    let mut found: Vec<(Uuid, String)> = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql = sql!("SELECT id, code FROM media WHERE tenant_id = $1 AND id IN ");
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(Uuid, String)>(sql).await?);
    }
    found.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    Ok(found)
}
