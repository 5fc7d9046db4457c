//! What customers have bought in two years, to be compared.

use super::{Kind, converted};
use crate::{Asked, Definition};
use chrono::{Days, NaiveDate};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Sql, Tx};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Days of a year that is compared with the one before.
const YEAR: u64 = 365;

/// The day that lies so many days before that of the report.
fn days_ago(asked: &Asked, days: u64) -> NaiveDate {
    asked.today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

/// What each customer has bought, less what came back, in the last 365 days and in the 365 days before.
///
/// # Errors
/// As [`buyers`](super::buyers).
pub(in super::super) async fn two_years(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
) -> Result<BTreeMap<Uuid, [i128; 2]>> {
    type Own = (Uuid, i64, i64);
    type Foreign = (Uuid, String, NaiveDate, i64);
    let year = days_ago(asked, YEAR);
    let mut all: BTreeMap<Uuid, [i128; 2]> = BTreeMap::new();
    for from in [Kind::Orders, Kind::Contracts] {
        for (id, last, before) in tx.all::<Own>(by_year(from, ctx, definition, asked, true)).await?
        {
            let sums = all.entry(id).or_default();
            sums[0] += from.steps(asked.exchange.money(last));
            sums[1] += from.steps(asked.exchange.money(before));
        }
        for (id, money, day, sum) in
            tx.all::<Foreign>(by_year(from, ctx, definition, asked, false)).await?
        {
            let steps = converted(tx, asked, from, (sum, &money), day).await?;
            all.entry(id).or_default()[usize::from(day <= year)] += steps;
        }
    }
    Ok(all)
}

/// Of the last two years: by customer what is in the currency of the report, each year by itself; by
/// customer, currency and day what is in others.
fn by_year(kind: Kind, ctx: &Ctx, definition: &Definition, asked: &Asked, own: bool) -> Sql {
    let (day, money, _) = kind.columns();
    let [bought, returned, _] = kind.amounts();
    let year = days_ago(asked, YEAR);
    let mut sql = Sql::new("SELECT t.party_id, ");
    if own {
        for (at, within) in [" > ", " <= "].into_iter().enumerate() {
            sql.push(if at == 0 { "" } else { ", " });
            sql.push("CAST(SUM(CASE WHEN ").push(day).push(within).bind(year);
            sql.push(" THEN ").push(bought).push(" + ").push(returned);
            sql.push(" ELSE 0 END) AS BIGINT)");
        }
    } else {
        sql.push(money).push(", ").push(day);
        sql.push(", CAST(SUM(").push(bought).push(" + ").push(returned).push(") AS BIGINT)");
    }
    let first = days_ago(asked, 2 * YEAR - 1);
    kind.of(&mut sql, ctx, definition, asked, (Some(first), Some(asked.today)));
    sql.push(" AND ").push(money).push(if own { " = " } else { " <> " });
    sql.bind(asked.exchange.currency().code()).push(" GROUP BY t.party_id");
    if !own {
        sql.push(", ").push(money).push(", ").push(day);
    }
    sql
}
