//! Orders in the store. Nothing is decided here.

use super::{Order, OrderBatchId, OrderId, OrderLine, lines::Sums};
use crate::parties::{PARTY, PartyId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Currency, FineAmount, Money, Result, SignedQuantity};
use guanxi_storage::{Sql, Tx, bulk, scope, sql, sql::rows_at_once};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Names that one statement asks for.
const AT_ONCE: usize = 500;

/// A live order as far as telling it again needs it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Known {
    pub(super) id: OrderId,
    source: String,
    reference: String,
    pub(super) party_id: Option<PartyId>,
    pub(super) currency: Option<Currency>,
    pub(super) placed_at: DateTime<Utc>,
    pub(super) origin: String,
    pub(super) lines: i64,
    bought_steps: i64,
    returned_steps: i64,
    cost_steps: i64,
}

impl Known {
    pub(super) fn sums(&self) -> Sums {
        Sums { bought: self.bought_steps, returned: self.returned_steps, cost: self.cost_steps }
    }
}

/// The references of each source among these names, each once.
fn by_source<'n>(names: &[(&'n str, &'n str)]) -> Vec<(&'n str, Vec<&'n str>)> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (source, reference) in names {
        found.entry(*source).or_default().insert(*reference);
    }
    found.into_iter().map(|(source, all)| (source, all.into_iter().collect())).collect()
}

/// The live orders of these names, by source and reference.
pub(super) async fn known(
    tx: &mut Tx,
    names: &[(&str, &str)],
) -> Result<BTreeMap<(String, String), Known>> {
    let mut found = BTreeMap::new();
    for (source, references) in by_source(names) {
        for some in references.chunks(AT_ONCE) {
            let mut sql = Sql::of_rows(
                tx,
                "SELECT id, source, reference, party_id, currency, placed_at, origin, lines, bought_steps,
                     returned_steps, cost_steps FROM orders WHERE tenant_id = ",
            );
            sql.bind_tenant().push(" AND source = ").bind(source).push(" AND reference IN ");
            sql.bind_all(some.iter().copied()).push(" AND deleted_at IS NULL");
            let rows = tx.all::<Known>(sql).await?;
            found.extend(
                rows.into_iter().map(|one| ((one.source.clone(), one.reference.clone()), one)),
            );
        }
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct LineRow {
    order_id: OrderId,
    sku: Option<String>,
    name: Option<String>,
    quantity_steps: i64,
    unit_price_steps: i64,
    amount_steps: i64,
    cost_steps: Option<i64>,
}

/// The lines of these orders, in their order.
pub(super) async fn lines(
    tx: &mut Tx,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, Vec<OrderLine>>> {
    let mut found: BTreeMap<OrderId, Vec<OrderLine>> = BTreeMap::new();
    for some in orders.chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(
            tx,
            "SELECT order_id, sku, name, quantity_steps, unit_price_steps, amount_steps, cost_steps
             FROM order_lines WHERE tenant_id = ",
        );
        sql.bind_tenant().push(" AND order_id IN ").bind_all(some.iter().copied());
        sql.push(" ORDER BY order_id, line");
        for row in tx.all::<LineRow>(sql).await? {
            let line = OrderLine {
                sku: row.sku,
                name: row.name,
                quantity: SignedQuantity::of_steps(row.quantity_steps),
                unit_price: FineAmount::of_steps(row.unit_price_steps),
                amount: FineAmount::of_steps(row.amount_steps),
                cost: row.cost_steps.map(FineAmount::of_steps),
            };
            found.entry(row.order_id).or_default().push(line);
        }
    }
    Ok(found)
}

/// Rows of an order that were refused of a file, and by which work.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Gap {
    pub(super) source: String,
    pub(super) reference: String,
    pub(super) origin: String,
    pub(super) refused: i64,
}

/// Those of orders of these names.
pub(super) async fn gaps(tx: &mut Tx, names: &[(&str, &str)]) -> Result<Vec<Gap>> {
    let mut found = Vec::new();
    for (source, references) in by_source(names) {
        for some in references.chunks(AT_ONCE) {
            let mut sql = Sql::of_rows(
                tx,
                "SELECT source, reference, origin, refused FROM order_gaps WHERE tenant_id = ",
            );
            sql.bind_tenant().push(" AND source = ").bind(source).push(" AND reference IN ");
            sql.bind_all(some.iter().copied());
            found.extend(tx.all::<Gap>(sql).await?);
        }
    }
    Ok(found)
}

/// Values of a gap.
const GAP_VALUES: usize = 5;

/// Adds that a work has refused so many rows of these orders; what another one has refused before is forgotten.
pub(super) async fn add_gaps(
    tx: &mut Tx,
    origin: &str,
    refused: &[((String, String), i64)],
) -> Result<()> {
    for some in refused.chunks(rows_at_once(GAP_VALUES)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO order_gaps (tenant_id, source, reference, origin, refused) VALUES ",
        );
        for (at, ((source, reference), rows)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(source.clone()).push(", ").bind(reference.clone());
            sql.push(", ").bind(origin).push(", ").bind(*rows).push(")");
        }
        sql.push(
            " ON CONFLICT (tenant_id, source, reference) DO UPDATE SET
                 refused = CASE WHEN order_gaps.origin = excluded.origin THEN order_gaps.refused ELSE 0 END
                     + excluded.refused,
                 origin = excluded.origin",
        );
        tx.execute(sql).await?;
    }
    Ok(())
}

/// So many of the rows of an order are still to come; none is a gap no more.
pub(super) async fn fill_gap(
    tx: &mut Tx,
    (source, reference): &(String, String),
    left: i64,
) -> Result<()> {
    let sql = match left {
        0 => sql!(
            "DELETE FROM order_gaps WHERE tenant_id = $1 AND source = $2 AND reference = $3",
            source.as_str(),
            reference.as_str()
        ),
        left => sql!(
            "UPDATE order_gaps SET refused = $4 WHERE tenant_id = $1 AND source = $2 AND reference = $3",
            source.as_str(),
            reference.as_str(),
            left
        ),
    };
    tx.execute(sql).await.map(drop)
}

/// Which of the parties the caller may name, and whether each is a prospect.
pub(super) async fn visible(
    tx: &mut Tx,
    ctx: &Ctx,
    parties: &BTreeSet<PartyId>,
) -> Result<BTreeMap<PartyId, bool>> {
    let reach = ctx.reach(PARTY.plural, Action::Read);
    let parties: Vec<PartyId> = parties.iter().copied().collect();
    let mut found = BTreeMap::new();
    for some in parties.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT t.id, EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = $1
                 AND x.record_id = t.id AND x.kind = 'party' AND x.field = 'role' AND x.term = 'prospect')
             FROM parties t WHERE t.tenant_id = $1 AND t.id IN ",
        );
        sql.bind_all(some.iter().copied()).push(" AND t.deleted_at IS NULL AND ");
        scope::within(&mut sql, &PARTY, &reach, ctx.actor.user);
        found.extend(tx.all::<(PartyId, bool)>(sql).await?);
    }
    Ok(found)
}

/// Lines that are new, behind so many that the order has already.
pub(super) struct NewLines<'a> {
    pub(super) order: OrderId,
    pub(super) behind: i64,
    pub(super) lines: &'a [OrderLine],
}

/// Values of a line.
const LINE_VALUES: usize = 9;

/// Writes new orders, then lines.
pub(super) async fn append(tx: &mut Tx, orders: &[Order], lines: &[NewLines<'_>]) -> Result<()> {
    bulk::append(tx, orders).await?;
    let empty = Sql::of_rows(
        tx,
        "INSERT INTO order_lines (tenant_id, order_id, line, sku, name, quantity_steps,
             unit_price_steps, amount_steps, cost_steps) VALUES ",
    );
    let rows: Vec<(OrderId, i64, &OrderLine)> = lines
        .iter()
        .flat_map(|of| (of.behind + 1..).zip(of.lines).map(|(at, line)| (of.order, at, line)))
        .collect();
    let statements = rows.chunks(rows_at_once(LINE_VALUES)).map(|some| {
        let mut sql = empty.clone();
        for (at, (order, number, line)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(*order).push(", ").bind(*number);
            sql.push(", ").bind(line.sku.clone()).push(", ").bind(line.name.clone());
            sql.push(", ").bind(line.quantity.steps()).push(", ").bind(line.unit_price.steps());
            sql.push(", ").bind(line.amount.steps());
            sql.push(", ").bind(line.cost.map(FineAmount::steps)).push(")");
        }
        sql
    });
    tx.execute_each(statements).await
}

/// What an order comes to now, after lines were added to it.
pub(super) async fn update_sums(
    tx: &mut Tx,
    ctx: &Ctx,
    order: OrderId,
    lines: i64,
    sums: Sums,
    net: Money,
) -> Result<()> {
    let sql = sql!(
        "UPDATE orders SET lines = $3, bought_steps = $4, returned_steps = $5, cost_steps = $6,
             net_minor = $7, version = version + 1, updated_at = $8 WHERE tenant_id = $1 AND id = $2",
        order,
        lines,
        sums.bought,
        sums.returned,
        sums.cost,
        net.minor(),
        ctx.now
    );
    tx.execute(sql).await.map(drop)
}

/// Deletes the orders of a batch, or brings them back.
pub(super) async fn mark_deleted(
    tx: &mut Tx,
    ctx: &Ctx,
    batch: OrderBatchId,
    gone: Option<DateTime<Utc>>,
) -> Result<()> {
    let sql = sql!(
        "UPDATE orders SET deleted_at = $3, updated_at = $4, version = version + 1
         WHERE tenant_id = $1 AND batch_id = $2",
        batch,
        gone,
        ctx.now
    );
    tx.execute(sql).await.map(drop)
}

/// The currency and the lines of an order.
pub(super) async fn of_order(tx: &mut Tx, order: Uuid) -> Result<Vec<OrderLine>> {
    let order = OrderId::from(order);
    Ok(lines(tx, &[order]).await?.remove(&order).unwrap_or_default())
}
