//! Pressing for payments in the store. Nothing is decided here.

use super::model::Dunning;
use crate::contracts::{CONTRACT, ContractId, Receivable};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Action, Ctx, Currency, Line, Money, Result, UserId};
use guanxi_storage::{Sql, Tx, scope, sql};
use guanxi_workflow::walks::Walks;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};

/// When late payments are looked at next; how far that has come stands in a column of its own.
pub(super) const WALKS: Walks = Walks("dunning_plannings");

/// Levels of a contract that are shown.
const SHOWN: i64 = 200;

/// A contract on which something is late.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Late {
    pub(super) id: ContractId,
    pub(super) name: Line<200>,
    pub(super) owner_id: Option<UserId>,
    pub(super) receivables: Json<Vec<Receivable>>,
}

/// The next contracts behind `after` on which something was due by that day and is not paid, of those
/// that the caller may see and change.
pub(super) async fn late(
    tx: &mut Tx,
    ctx: &Ctx,
    by: NaiveDate,
    after: Option<ContractId>,
    most: i64,
) -> Result<Vec<Late>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.name, t.owner_id, t.receivables FROM contracts t
         WHERE t.tenant_id = $1 AND t.next_due_on IS NOT NULL AND t.deleted_at IS NULL
             AND t.next_due_on <= ",
    );
    sql.bind(by);
    for action in [Action::Read, Action::Update] {
        sql.push(" AND ");
        let reach = ctx.reach(CONTRACT.plural, action);
        scope::within(&mut sql, &CONTRACT, &reach, ctx.actor.user);
    }
    if let Some(after) = after {
        sql.push(" AND t.id > ").bind(after);
    }
    sql.push(" ORDER BY t.id LIMIT ").bind(most);
    tx.all(sql).await
}

/// A payment: its contract, its line and its day.
pub(super) type Payment = (ContractId, i64, NaiveDate);

/// The highest level that each payment of these contracts has reached.
pub(super) async fn levels(
    tx: &mut Tx,
    contracts: &[ContractId],
) -> Result<BTreeMap<Payment, i64>> {
    let mut sql = Sql::new(
        "SELECT contract_id, line, due_on, MAX(level) FROM dunnings
         WHERE tenant_id = $1 AND contract_id IN ",
    );
    sql.bind_all(contracts.iter().copied()).push(" GROUP BY contract_id, line, due_on");
    let rows: Vec<(ContractId, i64, NaiveDate, i64)> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|(id, line, due_on, level)| ((id, line, due_on), level)).collect())
}

/// Notes that a payment has reached a level; whether it had not.
pub(super) async fn reach(tx: &mut Tx, contract: ContractId, one: &Dunning) -> Result<bool> {
    let insert = sql!(
        "INSERT INTO dunnings (tenant_id, contract_id, line, due_on, level, days_overdue, reached_on,
             open_minor, currency)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        contract,
        one.line,
        one.due_on,
        one.level,
        one.days_overdue,
        one.reached_on,
        one.open.minor(),
        one.open.currency()
    );
    Ok(tx.execute(insert).await? == 1)
}

/// The lines of a contract that have reached any level.
pub(super) async fn lines(tx: &mut Tx, contract: ContractId) -> Result<BTreeSet<i64>> {
    let select = sql!(
        "SELECT DISTINCT line FROM dunnings WHERE tenant_id = $1 AND contract_id = $2",
        contract
    );
    Ok(tx.all::<(i64,)>(select).await?.into_iter().map(|row| row.0).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    line: i64,
    due_on: NaiveDate,
    level: i64,
    days_overdue: i64,
    reached_on: NaiveDate,
    open_minor: i64,
    currency: Currency,
}

/// What the payments of a contract have reached, the latest first.
pub(super) async fn of_contract(tx: &mut Tx, contract: ContractId) -> Result<Vec<Dunning>> {
    let select = sql!(
        "SELECT line, due_on, level, days_overdue, reached_on, open_minor, currency FROM dunnings
         WHERE tenant_id = $1 AND contract_id = $2
         ORDER BY reached_on DESC, line, level DESC, due_on DESC LIMIT $3",
        contract,
        SHOWN
    );
    let show = |row: Row| Dunning {
        line: row.line,
        due_on: row.due_on,
        level: row.level,
        days_overdue: row.days_overdue,
        reached_on: row.reached_on,
        open: Money::new(row.open_minor, row.currency),
        settled: false,
    };
    Ok(tx.all::<Row>(select).await?.into_iter().map(show).collect())
}

/// Looks at late payments from then on in the name of that user, unless somebody does already.
pub(super) async fn watch(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    let insert = sql!(
        "INSERT INTO dunning_plannings (tenant_id, user_id, due_at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id) DO NOTHING",
        user,
        at
    );
    tx.execute(insert).await.map(drop)
}

/// Looks at late payments from then on, from the beginning, in the name of that user.
pub(super) async fn plan_from(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO dunning_plannings (tenant_id, user_id, due_at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id) DO UPDATE SET user_id = excluded.user_id, due_at = excluded.due_at,
             after_id = NULL",
        user,
        at
    );
    tx.execute(upsert).await.map(drop)
}

/// When late payments are looked at next, and behind which contract.
pub(super) async fn planning(tx: &mut Tx) -> Result<Option<(DateTime<Utc>, Option<ContractId>)>> {
    tx.optional(sql!("SELECT due_at, after_id FROM dunning_plannings WHERE tenant_id = $1")).await
}

/// It goes on then, behind that contract.
pub(super) async fn go_on(tx: &mut Tx, at: DateTime<Utc>, after: Option<ContractId>) -> Result<()> {
    let update = sql!(
        "UPDATE dunning_plannings SET due_at = $2, after_id = $3 WHERE tenant_id = $1",
        at,
        after
    );
    tx.execute(update).await.map(drop)
}
