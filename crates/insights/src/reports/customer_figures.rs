//! What each customer has signed, by the day of a report.

use crate::{Asked, Definition, exchange::currency, report::reach};
use guanxi_kernel::{Ctx, Money, Result};
use guanxi_storage::{Sql, Tx, scope};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What customers have signed without tax until the day of the report, contracts that are cancelled now left
/// out. Other currencies are converted by the rate of that day.
pub(super) async fn signed(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
) -> Result<BTreeMap<Uuid, Money>> {
    let mut sql = Sql::new(
        "SELECT t.party_id, t.net_currency, CAST(SUM(t.net_minor) AS BIGINT)
             FROM contracts t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.stage <> 'cancelled' AND t.signed_on <= ",
    );
    sql.bind(asked.today).push(" AND ");
    scope::covers(&mut sql, "t.owner_id", &reach(ctx, definition), ctx.actor.user);
    sql.push(" GROUP BY t.party_id, t.net_currency ORDER BY t.party_id, t.net_currency");
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
