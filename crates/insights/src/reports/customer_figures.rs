//! What each customer has signed, by the day of a report: what several reports stand on.

use crate::{Asked, Definition, exchange::currency, report::reach};
use chrono::{Days, NaiveDate};
use guanxi_kernel::{Ctx, Money, Result};
use guanxi_storage::{Sql, Tx, scope};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Days of a year that is compared with the one before.
const YEAR: u64 = 365;

/// What a customer has signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed {
    /// How many contracts.
    pub(super) contracts: i64,
    /// What they come to without tax.
    pub(super) revenue: Money,
    /// Of that, what was signed in the last 365 days.
    pub(super) last_year: Money,
    /// Of that, what was signed in the 365 days before.
    pub(super) year_before: Money,
    /// The day of the last one.
    pub(super) last_on: NaiveDate,
}

type Found = (Uuid, String, i64, i64, i64, i64, NaiveDate);

/// What customers have signed until the day of the report, contracts that are cancelled now left out.
/// Other currencies are converted by the rate of that day.
pub(super) async fn signed(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
) -> Result<BTreeMap<Uuid, Signed>> {
    let back = |days: u64| asked.today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
    let (year, two) = (back(YEAR), back(2 * YEAR));
    let mut sql = Sql::new(
        "SELECT t.party_id, t.net_currency, COUNT(*), CAST(SUM(t.net_minor) AS BIGINT), \
         CAST(SUM(CASE WHEN t.signed_on > ",
    );
    sql.bind(year).push(" THEN t.net_minor ELSE 0 END) AS BIGINT), ");
    sql.push("CAST(SUM(CASE WHEN t.signed_on <= ").bind(year).push(" AND t.signed_on > ");
    sql.bind(two).push(" THEN t.net_minor ELSE 0 END) AS BIGINT), MAX(t.signed_on)");
    sql.push(
        " FROM contracts t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.stage <> 'cancelled' AND t.signed_on <= ",
    );
    sql.bind(asked.today).push(" AND ");
    scope::covers(&mut sql, "t.owner_id", &reach(ctx, definition), ctx.actor.user);
    sql.push(" GROUP BY t.party_id, t.net_currency ORDER BY t.party_id, t.net_currency");
    let mut all: BTreeMap<Uuid, Signed> = BTreeMap::new();
    for (party, code, contracts, revenue, last_year, before, last_on) in
        tx.all::<Found>(sql).await?
    {
        let given = currency(&code)?;
        let (today, known) = (asked.today, asked.known_at);
        let mut amounts = [revenue, last_year, before].map(|minor| Money::new(minor, given));
        for amount in &mut amounts {
            *amount = asked.exchange.convert(tx, *amount, today, known).await?;
        }
        let zero = asked.exchange.zero();
        let one = all.entry(party).or_insert(Signed {
            contracts: 0,
            revenue: zero,
            last_year: zero,
            year_before: zero,
            last_on,
        });
        one.contracts += contracts;
        one.revenue = asked.exchange.sum([one.revenue, amounts[0]])?;
        one.last_year = asked.exchange.sum([one.last_year, amounts[1]])?;
        one.year_before = asked.exchange.sum([one.year_before, amounts[2]])?;
        one.last_on = one.last_on.max(last_on);
    }
    Ok(all)
}
