//! Orders and contracts as statements.
//!
//! Contracts are told by their movements, as the report `contract-results` tells them: what was signed, amended and
//! taken back, each on its own day, so both come to the same and a past day stays what it was. What was bought for a
//! contract has no days: it counts as it is now, on the day of the signature, and is taken back by a cancellation.

use super::Time;
use crate::{Asked, Definition, report::reach};
use chrono::NaiveDate;
use guanxi_customers::life_cycles::Page;
use guanxi_kernel::{Ctx, FineAmount, Money};
use guanxi_storage::{Sql, Tx, scope};
use std::ops::Range;

/// What tells of purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Orders, each on the day on which it was placed.
    Orders,
    /// Movements of contracts, each on its day. A purchase is a signature that was not taken back by the end of the
    /// time that is asked for.
    Contracts,
}

impl Kind {
    /// What a sum of the store is in steps: orders have them, contracts have minor units.
    pub(in super::super) fn steps(self, sum: Money) -> i128 {
        match self {
            Self::Orders => i128::from(sum.minor()),
            Self::Contracts => {
                let places = FineAmount::PLACES.saturating_sub(sum.currency().exponent());
                i128::from(sum.minor()) * 10_i128.pow(places)
            }
        }
    }

    /// The columns with the day of a purchase, its currency, and what makes it one.
    pub(in super::super) fn columns(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Orders => ("t.placed_on", "t.currency", "t.bought_steps > 0"),
            Self::Contracts => (
                "t.moved_on",
                "t.currency",
                "t.kind = 'signed' AND t.net_minor > 0 AND u.contract_id IS NULL",
            ),
        }
    }

    /// What was bought, what came back, and what both have cost.
    pub(in super::super) fn amounts(self) -> [&'static str; 3] {
        match self {
            Self::Orders => ["t.bought_steps", "t.returned_steps", "t.cost_steps"],
            Self::Contracts => ["t.net_minor", "0", "t.contracts * COALESCE(c.cost_minor, 0)"],
        }
    }

    /// Adds the tables of purchases up to a day: `t`, of contracts `c` too, and the cancellation `u` of what `t` has
    /// signed, if it was known.
    fn tables(self, sql: &mut Sql, asked: &Asked, until: Option<NaiveDate>) {
        match self {
            Self::Orders => sql.push(" FROM orders t"),
            Self::Contracts => sql
                .push(
                    " FROM contract_movements t
                     JOIN contracts c ON c.tenant_id = t.tenant_id AND c.id = t.contract_id
                     LEFT JOIN contract_movements u ON u.tenant_id = t.tenant_id
                         AND u.contract_id = t.contract_id AND u.kind = 'cancelled' AND t.kind = 'signed'
                         AND u.recorded_at <= ",
                )
                .bind(asked.known_at)
                .push(" AND u.moved_on <= ")
                .bind(until.map_or(asked.today, |until| until.min(asked.today))),
        };
    }

    /// By customer and month what is in the currency of the report; by day what is in others.
    pub(super) fn by_month(
        self,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        (page, own): (Page, bool),
    ) -> Sql {
        let (day, money, is_purchase) = self.columns();
        let when = |sql: &mut Sql| {
            if own {
                sql.push("SUBSTR(CAST(").push(day).push(" AS TEXT), 1, 7)");
            } else {
                sql.push(money).push(", ").push(day);
            }
        };
        let mut sql = Sql::new("SELECT t.party_id, ");
        when(&mut sql);
        sql.push(", COUNT(CASE WHEN ").push(is_purchase).push(" THEN 1 END)");
        let [bought, returned, _] = self.amounts();
        sql.push(", CAST(SUM(").push(bought).push(" + ").push(returned).push(") AS BIGINT)");
        self.of(&mut sql, ctx, definition, asked, (None, None));
        // Of both, or all customers would be gone through for each page.
        page.contains(&mut sql, "t.party_id");
        page.contains(&mut sql, "p.id");
        sql.push(" AND ").push(money).push(if own { " = " } else { " <> " });
        sql.bind(asked.exchange.currency().code());
        sql.push(" GROUP BY t.party_id, ");
        when(&mut sql);
        sql
    }

    /// Adds, by customer, the last day, the number of purchases, the sums of what is in the currency of the
    /// report, and how much there is in others. Who is in the reach of the caller is left to the outer
    /// statement; where that is everybody, nobody is looked up for each purchase.
    fn by_customer(
        self,
        sql: &mut Sql,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        time: Time,
    ) {
        let (day, money, is_purchase) = self.columns();
        let own = asked.exchange.currency().code();
        sql.push("SELECT ").push(match self {
            Self::Orders => "CAST(0 AS BIGINT) AS source, t.party_id",
            Self::Contracts => "CAST(1 AS BIGINT) AS source, t.party_id",
        });
        sql.push(", MAX(CASE WHEN ").push(is_purchase).push(" THEN ").push(day);
        sql.push(" END) AS last_on, COUNT(CASE WHEN ").push(is_purchase);
        sql.push(" THEN 1 END) AS purchases");
        let names = [" AS bought", " AS returned", " AS cost"];
        for (amount, name) in self.amounts().into_iter().zip(names) {
            sql.push(", CAST(SUM(CASE WHEN ").push(money).push(" = ").bind(own);
            sql.push(" THEN ").push(amount).push(" ELSE 0 END) AS BIGINT)").push(name);
        }
        sql.push(", COUNT(CASE WHEN ").push(money).push(" <> ").bind(own);
        sql.push(" THEN 1 END) AS others");
        self.tables(sql, asked, time.1);
        sql.push(" WHERE ");
        self.stands(sql, asked, time);
        sql.push(" AND ").push(money).push(" IS NOT NULL");
        of_reach(sql, ctx, definition);
        sql.push(" GROUP BY t.party_id");
    }

    /// Adds, by customer and stretch, the last day of a purchase. Each stretch ends with one of these days, which
    /// stand in their order, and is told by its place. It is one up to the stretch in which it was taken back.
    fn lasts(
        self,
        sql: &mut Sql,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        days: &[NaiveDate],
    ) {
        let (day, money, is_purchase) = self.columns();
        let last = days.last().copied();
        sql.push(
            "SELECT y.party_id, y.stretch, y.ended, MAX(y.bought_on) AS last_on FROM (SELECT t.party_id, CAST(",
        );
        stretch(sql, day, days, 0..days.len());
        sql.push(" AS BIGINT) AS stretch, CAST(");
        let never = i64::try_from(days.len()).unwrap_or(i64::MAX);
        match self {
            Self::Orders => sql.bind(never),
            Self::Contracts => {
                sql.push("CASE WHEN u.contract_id IS NULL THEN ").bind(never).push(" ELSE ");
                stretch(sql, "u.moved_on", days, 0..days.len());
                sql.push(" END")
            }
        };
        sql.push(" AS BIGINT) AS ended, ").push(day).push(" AS bought_on");
        self.tables(sql, asked, last);
        sql.push(" WHERE ");
        self.stands(sql, asked, (None, last));
        sql.push(" AND ").push(money).push(" IS NOT NULL AND ").push(match self {
            Self::Orders => is_purchase,
            Self::Contracts => "t.kind = 'signed' AND t.net_minor > 0",
        });
        of_reach(sql, ctx, definition);
        sql.push(") y GROUP BY y.party_id, y.stretch, y.ended");
    }

    /// By customer, currency and day what is in other currencies than that of the report.
    pub(super) fn in_others(
        self,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        time: Time,
    ) -> Sql {
        let (day, money, _) = self.columns();
        let mut sql = Sql::new("SELECT t.party_id, ");
        sql.push(money).push(", ").push(day);
        for amount in self.amounts() {
            sql.push(", CAST(SUM(").push(amount).push(") AS BIGINT)");
        }
        self.of_others(&mut sql, ctx, definition, asked, time);
        sql.push(" GROUP BY t.party_id, ").push(money).push(", ").push(day);
        sql
    }

    /// The other currencies and the days on which something is in them.
    pub(super) fn others(
        self,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        time: Time,
    ) -> Sql {
        let (day, money, _) = self.columns();
        let mut sql = Sql::new("SELECT DISTINCT ");
        sql.push(money).push(", ").push(day);
        self.of_others(&mut sql, ctx, definition, asked, time);
        sql
    }

    /// Adds what [`Kind::of`] adds, as far as it is in other currencies than that of the report.
    fn of_others(
        self,
        sql: &mut Sql,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        time: Time,
    ) {
        let (_, money, _) = self.columns();
        self.of(sql, ctx, definition, asked, time);
        sql.push(" AND ").push(money).push(" <> ").bind(asked.exchange.currency().code());
    }

    /// Adds the purchases `t` of customers `p` in the reach of the caller, as they were known.
    pub(in super::super) fn of(
        self,
        sql: &mut Sql,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        time: Time,
    ) {
        self.tables(sql, asked, time.1);
        sql.push(" JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id WHERE ");
        self.stands(sql, asked, time);
        sql.push(" AND ");
        customer(sql, ctx, definition, asked);
    }

    /// Adds that there is the order, or the contract with what it says now, `t` of the customer `p` in the reach of the
    /// caller, as it was known: what was cancelled by the day of the report is none.
    pub(in super::super) fn counts(
        self,
        sql: &mut Sql,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
    ) {
        match self {
            Self::Orders => self.stands(sql, asked, (None, None)),
            Self::Contracts => {
                sql.push("t.tenant_id = $1 AND ");
                has_moved(sql, "'signed'", asked);
                sql.push(" AND NOT ");
                has_moved(sql, "'cancelled'", asked);
            }
        }
        sql.push(" AND ");
        customer(sql, ctx, definition, asked);
    }

    /// Adds that there is the purchase or the movement `t` in that time, as it was known.
    fn stands(self, sql: &mut Sql, asked: &Asked, (from, until): Time) {
        let (day, ..) = self.columns();
        sql.push("t.tenant_id = $1 AND ");
        match self {
            Self::Orders => {
                sql.push("t.created_at <= ").bind(asked.known_at);
                sql.push(" AND (t.deleted_at IS NULL OR t.deleted_at > ").bind(asked.known_at);
                sql.push(") AND t.placed_at <= ").bind(asked.as_of)
            }
            Self::Contracts => {
                sql.push("t.recorded_at <= ").bind(asked.known_at);
                sql.push(" AND t.moved_on <= ").bind(asked.today)
            }
        };
        if let Some(from) = from {
            sql.push(" AND ").push(day).push(" >= ").bind(from);
        }
        if let Some(until) = until {
            sql.push(" AND ").push(day).push(" <= ").bind(until);
        }
    }
}

/// Adds that the contract `t` has such a movement by the day of the report, as it was known.
fn has_moved(sql: &mut Sql, kind: &'static str, asked: &Asked) {
    sql.push(
        "EXISTS (SELECT 1 FROM contract_movements v WHERE v.tenant_id = t.tenant_id AND v.contract_id = t.id
             AND v.kind = ",
    );
    sql.push(kind).push(" AND v.moved_on <= ").bind(asked.today);
    sql.push(" AND v.recorded_at <= ").bind(asked.known_at).push(")");
}

/// Adds that the customer `p` is in the reach of the caller, as it was known.
fn customer(sql: &mut Sql, ctx: &Ctx, definition: &Definition, asked: &Asked) {
    sql.push("p.tenant_id = $1 AND (p.deleted_at IS NULL OR p.deleted_at > ");
    sql.bind(asked.known_at).push(") AND ");
    scope::covers(sql, "p.owner_id", &reach(ctx, definition), ctx.actor.user);
}

/// Adds that the customer of the purchase `t` is in the reach of the caller; nothing where that is everybody.
fn of_reach(sql: &mut Sql, ctx: &Ctx, definition: &Definition) {
    let reach = reach(ctx, definition);
    if !reach.all {
        sql.push(" AND t.party_id IN (SELECT p.id FROM parties p WHERE p.tenant_id = $1 AND ");
        scope::covers(sql, "p.owner_id", &reach, ctx.actor.user);
        sql.push(")");
    }
}

/// Adds the place of the first of some days that a day in a column is not behind. Halved again and again, since
/// there may be many rows.
fn stretch(sql: &mut Sql, column: &'static str, days: &[NaiveDate], among: Range<usize>) {
    let half = among.start + among.len() / 2;
    match half.checked_sub(1).and_then(|at| days.get(at)).filter(|_| among.len() > 1) {
        None => {
            sql.bind(i64::try_from(among.start).unwrap_or_default());
        }
        Some(last) => {
            sql.push("CASE WHEN ").push(column).push(" <= ").bind(*last).push(" THEN ");
            stretch(sql, column, days, among.start..half);
            sql.push(" ELSE ");
            stretch(sql, column, days, half..among.end);
            sql.push(" END");
        }
    }
}

/// The last day of a purchase by customer, stretch and the stretch in which it was taken back, customer by customer;
/// orders and contracts each.
pub(super) fn lasts(ctx: &Ctx, definition: &Definition, asked: &Asked, days: &[NaiveDate]) -> Sql {
    let mut sql = Sql::new("SELECT x.party_id, x.stretch, x.ended, x.last_on FROM (");
    Kind::Orders.lasts(&mut sql, ctx, definition, asked, days);
    sql.push(" UNION ALL ");
    Kind::Contracts.lasts(&mut sql, ctx, definition, asked, days);
    sql.push(") x JOIN parties p ON p.id = x.party_id WHERE ");
    customer(&mut sql, ctx, definition, asked);
    sql.push(" ORDER BY x.party_id");
    sql
}

/// What customers have bought by orders and by contracts, a row for each, in the order of their codes, those
/// without last, and then of their ids.
pub(super) fn in_order(
    tx: &Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
    time: Time,
) -> Sql {
    let mut sql = Sql::new(
        "SELECT p.id, x.source, x.last_on, x.purchases, x.bought, x.returned, x.cost, x.others FROM (",
    );
    Kind::Orders.by_customer(&mut sql, ctx, definition, asked, time);
    sql.push(" UNION ALL ");
    Kind::Contracts.by_customer(&mut sql, ctx, definition, asked, time);
    sql.push(") x JOIN parties p ON p.id = x.party_id WHERE ");
    customer(&mut sql, ctx, definition, asked);
    sql.push(" ORDER BY p.code").push(tx.byte_by_byte()).push(" NULLS LAST, p.id, x.source");
    sql
}
