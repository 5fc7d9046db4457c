//! What each customer has signed, by the day of a report.

use crate::{Asked, Definition, exchange::currency, report::reach};
use guanxi_kernel::{Ctx, Money, Result};
use guanxi_storage::{Sql, Tx, scope};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What customers have signed without tax until the day of the report, amended and taken back by then, as it was
/// known; who has taken back all is left out. Other currencies are converted by the rate of that day.
pub(super) async fn signed(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
) -> Result<BTreeMap<Uuid, Money>> {
    let mut sql = Sql::new(
        "SELECT m.party_id, m.currency, CAST(SUM(m.net_minor) AS BIGINT) FROM contract_movements m
             JOIN contracts t ON t.tenant_id = m.tenant_id AND t.id = m.contract_id
             WHERE m.tenant_id = $1 AND m.moved_on <= ",
    );
    sql.bind(asked.today).push(" AND m.recorded_at <= ").bind(asked.known_at).push(" AND ");
    scope::covers(&mut sql, "t.owner_id", &reach(ctx, definition), ctx.actor.user);
    sql.push(
        " GROUP BY m.party_id, m.currency HAVING SUM(m.contracts) > 0 ORDER BY m.party_id, m.currency",
    );
    let mut all: BTreeMap<Uuid, Money> = BTreeMap::new();
    for (party, code, revenue) in tx.all::<(Uuid, String, i64)>(sql).await? {
        let (today, known) = (asked.today, asked.known_at);
        let revenue = Money::new(revenue, currency(&code)?);
        let revenue = asked.exchange.convert(tx, revenue, today, known).await?;
        let sum = all.entry(party).or_insert_with(|| asked.exchange.zero());
        *sum = asked.exchange.sum([*sum, revenue])?;
    }
    Ok(all)
}
