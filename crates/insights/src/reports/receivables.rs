//! What is still to be paid on contracts, by how long it is overdue.
//!
//! What is not due yet is in the youngest age, so the four ages sum to what is outstanding; `not_due` says
//! how much of the first it is, and `overdue` is the rest.

use super::prospects::column;
use crate::{
    Asked, Definition, Made, Plot, Report, What, definition::Shape, exchange::currency,
    labels::labels, report::reach,
};
use chrono::{Days, NaiveDate};
use guanxi_contracts::{contracts::CONTRACT, receipts::RECEIPT};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Ctx, Currency, Money, Result, problem::Texts};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ReceivablesAging;

/// What a customer is still to pay.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceivablesRow {
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// All that is still to be paid: the four ages together.
    pub outstanding: Money,
    /// What is not due yet; it is part of `days_0_30`.
    pub not_due: Money,
    /// What is not due yet, or overdue for 30 days at most.
    pub days_0_30: Money,
    /// What is overdue for 31 to 60 days.
    pub days_31_60: Money,
    /// What is overdue for 61 to 90 days.
    pub days_61_90: Money,
    /// What is overdue for more than 90 days.
    pub days_over_90: Money,
    /// All that is past its day: `outstanding` less `not_due`.
    pub overdue: Money,
}

/// What goes over all customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceivablesTotals {
    /// How many customers are still to pay something.
    pub parties: i64,
    /// All that is still to be paid: the four ages together.
    pub outstanding: Money,
    /// What is not due yet; it is part of `days_0_30`.
    pub not_due: Money,
    /// What is not due yet, or overdue for 30 days at most.
    pub days_0_30: Money,
    /// What is overdue for 31 to 60 days.
    pub days_31_60: Money,
    /// What is overdue for 61 to 90 days.
    pub days_61_90: Money,
    /// What is overdue for more than 90 days.
    pub days_over_90: Money,
    /// All that is past its day.
    pub overdue: Money,
}

/// Rows at most.
const MOST: usize = 1_000;

static DEFINITION: Definition = Definition {
    name: "receivables-aging",
    version: 2,
    title: Texts { en: "Ageing of receivables", zh: "应收账款账龄" },
    about: Texts {
        en: "What customers are still to pay on signed contracts that are not cancelled, line by line of the \
             payment plans, by the number of days from the day on which it was due to that of `as_of`: 0 to 30 \
             (with what is not due yet), 31 to 60, 61 to 90 and more than 90. The four sum to what is \
             outstanding. Receipts and refunds count from their day on, and contracts from the day of \
             signing to that of the cancellation, each with the payment plan that was in force on that day; all of that \
             as far as it was recorded by `known_at`. Amounts in other currencies are converted \
             by the rate of the day of `as_of`. What is longest overdue comes first; there are at most 1,000 \
             rows, and the totals go over all.",
        zh: "已签订且未取消合同的未收款项,按收款计划逐行计算逾期天数并分档:0–30天(含未到期)、31–60天、61–90天、90天以上,四档合计等于未收总额。收退款自其日期起计入。",
    },
    reads: &[&CONTRACT, &RECEIPT, &PARTY],
    needs: &["party_id", "receivables", "outstanding", "owner_id"],
    rests_on: &[],
    parameters: &[],
    columns: &[
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("outstanding", "Outstanding", "未收金额", What::Money),
        column("not_due", "Not due yet", "未到期", What::Money),
        column("days_0_30", "0–30 days", "0–30天", What::Money),
        column("days_31_60", "31–60 days", "31–60天", What::Money),
        column("days_61_90", "61–90 days", "61–90天", What::Money),
        column("days_over_90", "Over 90 days", "90天以上", What::Money),
        column("overdue", "Overdue", "已逾期", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party"],
        values: &["days_0_30", "days_31_60", "days_61_90", "days_over_90"],
        otherwise: &[],
    },
};

/// The days on which each age begins, the youngest first: what is due on the first of them or later is
/// not due yet.
fn ages(today: NaiveDate) -> [NaiveDate; 4] {
    [0, 30, 60, 90].map(|days| today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN))
}

/// Amounts by age: not due, to 30, to 60, to 90 and over 90 days.
type Aged = [Money; 5];

/// Adds `SUM` of what is open on lines whose day lies from `from` on and before `before`.
fn sum(sql: &mut Sql, from: Option<NaiveDate>, before: Option<NaiveDate>) {
    sql.push(", CAST(COALESCE(SUM(CASE WHEN TRUE");
    if let Some(from) = from {
        sql.push(" AND x.due_on >= ").bind(from);
    }
    if let Some(before) = before {
        sql.push(" AND x.due_on < ").bind(before);
    }
    sql.push(" THEN x.open_minor ELSE 0 END), 0) AS BIGINT)");
}

/// Adds what is open on each line `d` of the payment plans of contracts `t` by the end of the day of the report, as it
/// was known, from the last column on up to conditions to which more can be added.
pub(super) fn open_lines(sql: &mut Sql, asked: &Asked) {
    sql.push(
        "d.amount_minor - COALESCE((
                 SELECT SUM(m.amount_minor) FROM receipt_matches m
                 WHERE m.tenant_id = d.tenant_id AND m.contract_id = d.contract_id
                     AND m.line = d.line AND m.received_on <= ",
    );
    sql.bind(asked.today).push(" AND m.recorded_at <= ").bind(asked.known_at);
    sql.push(
        "), 0) AS open_minor FROM contracts t
             JOIN contract_dues d ON d.tenant_id = t.tenant_id AND d.contract_id = t.id AND d.since <= ",
    );
    sql.bind(asked.today).push(" AND d.recorded_at <= ").bind(asked.known_at);
    sql.push(" AND (d.until IS NULL OR d.until > ").bind(asked.today);
    sql.push(" OR d.ended_at > ").bind(asked.known_at);
    sql.push(
        ") WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND NOT EXISTS (
                 SELECT 1 FROM contract_movements u WHERE u.tenant_id = t.tenant_id AND u.contract_id = t.id
                     AND u.kind = 'cancelled' AND u.moved_on <= ",
    );
    sql.bind(asked.today).push(" AND u.recorded_at <= ").bind(asked.known_at).push(")");
}

/// What is open on each line by the end of the day of the report, summed by customer, currency and age.
fn open(ctx: &Ctx, asked: &Asked) -> Sql {
    let [due, a, b, c] = ages(asked.today);
    let mut sql = Sql::new("SELECT x.party_id, x.currency");
    sum(&mut sql, Some(due), None);
    sum(&mut sql, Some(a), Some(due));
    sum(&mut sql, Some(b), Some(a));
    sum(&mut sql, Some(c), Some(b));
    sum(&mut sql, None, Some(c));
    sql.push(" FROM (SELECT t.party_id, d.currency, d.due_on, ");
    open_lines(&mut sql, asked);
    sql.push(" AND ");
    scope::covers(&mut sql, "t.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x WHERE x.open_minor <> 0 GROUP BY x.party_id, x.currency ORDER BY x.party_id");
    sql
}

type Found = (Uuid, String, i64, i64, i64, i64, i64);

impl Report for ReceivablesAging {
    type Row = ReceivablesRow;
    type Totals = ReceivablesTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let found = tx.all::<Found>(open(ctx, asked)).await?;
        let nothing = [asked.exchange.zero(); 5];
        let mut by_party: BTreeMap<Uuid, Aged> = BTreeMap::new();
        let mut total = nothing;
        for (party, code, due, to_30, to_60, to_90, over) in found {
            let given = currency(&code)?;
            let aged = by_party.entry(party).or_insert(nothing);
            for (at, minor) in [due, to_30, to_60, to_90, over].into_iter().enumerate() {
                let (today, known) = (asked.today, asked.known_at);
                let amount =
                    asked.exchange.convert(tx, Money::new(minor, given), today, known).await?;
                aged[at] = asked.exchange.sum([aged[at], amount])?;
                total[at] = asked.exchange.sum([total[at], amount])?;
            }
        }
        let parties = i64::try_from(by_party.len()).unwrap_or(i64::MAX);
        let mut worst: Vec<(Uuid, Aged)> = by_party.into_iter().collect();
        let oldest = |aged: &Aged| [aged[4], aged[3], aged[2], aged[1], aged[0]].map(Money::minor);
        worst.sort_by_key(|(party, aged)| (std::cmp::Reverse(oldest(aged)), *party));
        worst.truncate(MOST);
        let names = labels(tx, ctx, asked, &PARTY, worst.iter().map(|(party, _)| *party)).await?;
        let mut rows = Vec::with_capacity(worst.len());
        for (party_id, aged) in worst {
            let Sums { outstanding, days_0_30, overdue } = Sums::of(asked, &aged)?;
            let [not_due, _, days_31_60, days_61_90, days_over_90] = aged;
            let party = names.get(&party_id).cloned();
            rows.push(ReceivablesRow {
                party_id,
                party,
                outstanding,
                not_due,
                days_0_30,
                days_31_60,
                days_61_90,
                days_over_90,
                overdue,
            });
        }
        let Sums { outstanding, days_0_30, overdue } = Sums::of(asked, &total)?;
        let [not_due, _, days_31_60, days_61_90, days_over_90] = total;
        let totals = ReceivablesTotals {
            parties,
            outstanding,
            not_due,
            days_0_30,
            days_31_60,
            days_61_90,
            days_over_90,
            overdue,
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = ReceivablesRow {
            party_id: Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77),
            party: Some("上海宏图软件有限公司".to_owned()),
            outstanding: yuan(10_000_000),
            not_due: yuan(4_000_000),
            days_0_30: yuan(6_000_000),
            days_31_60: yuan(2_000_000),
            days_61_90: yuan(1_500_000),
            days_over_90: yuan(500_000),
            overdue: yuan(6_000_000),
        };
        let totals = ReceivablesTotals {
            parties: 1,
            outstanding: row.outstanding,
            not_due: row.not_due,
            days_0_30: row.days_0_30,
            days_31_60: row.days_31_60,
            days_61_90: row.days_61_90,
            days_over_90: row.days_over_90,
            overdue: row.overdue,
        };
        Made { rows: vec![row], totals }
    }
}

/// What ages come to together.
struct Sums {
    outstanding: Money,
    days_0_30: Money,
    overdue: Money,
}

impl Sums {
    fn of(asked: &Asked, aged: &Aged) -> Result<Self> {
        let overdue = asked.exchange.sum(aged[1..].iter().copied())?;
        let days_0_30 = asked.exchange.sum([aged[0], aged[1]])?;
        Ok(Self { outstanding: asked.exchange.sum([aged[0], overdue])?, days_0_30, overdue })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_14_ages_begin_where_they_say() {
        let today = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        let ages = ages(today);
        let age = |overdue: i64| {
            let due = today - chrono::TimeDelta::days(overdue);
            ages.iter().position(|from| due >= *from).unwrap_or(4)
        };
        let found = [-1, 0, 1, 30, 31, 60, 61, 90, 91].map(age);
        assert_eq!(found, [0, 0, 1, 1, 2, 2, 3, 3, 4]);
    }
}
