//! What was reached on a contract, and what ends it.

use super::{
    model::{Dunning, DunningList, rule},
    store,
};
use crate::contracts::{CONTRACT, Contract, ContractId, Receivable};
use chrono::NaiveDate;
use guanxi_kernel::{Action, Ctx, Result, Text, actor::forbidden};
use guanxi_sales::rules::{next_day, today};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::tasks;
use std::collections::BTreeSet;

/// Whether a payment is still owed: the same line, due on the same day, not paid in full.
fn is_owed(of: &Contract, line: i64, due_on: NaiveDate) -> bool {
    let same = |due: &&Receivable| due.line == line && due.due_on == due_on;
    let open = of.receivables.iter().find(same).is_some_and(|due| due.open.minor() > 0);
    of.stage.is_owed() && open
}

/// The levels that the payments of a contract have reached.
///
/// # Errors
/// `not_found`; `forbidden` for whom the amounts of the contract are hidden.
pub async fn list(tx: &mut Tx, ctx: &Ctx, id: ContractId) -> Result<DunningList> {
    let contract: Contract = resource::load(tx, ctx, id.uuid()).await?;
    if ctx.actor.withheld(CONTRACT.plural).hidden.contains("receivables") {
        return Err(forbidden(CONTRACT.plural, Action::Read));
    }
    let found = store::of_contract(tx, id).await?;
    let show = |one: Dunning| Dunning { settled: !is_owed(&contract, one.line, one.due_on), ..one };
    Ok(DunningList { data: found.into_iter().map(show).collect() })
}

/// Has late payments looked at from tomorrow on, unless they are already: something is owed now.
pub(crate) async fn watch(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    store::watch(tx, ctx.actor.user, next_day(ctx, today(ctx))).await
}

/// Takes back the tasks about payments that are not owed any more, or not yet.
pub(crate) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &Contract,
    after: &Contract,
) -> Result<()> {
    let was = before.receivables.iter().filter(|due| is_owed(before, due.line, due.due_on));
    let over: BTreeSet<i64> =
        was.filter(|due| !is_owed(after, due.line, due.due_on)).map(|due| due.line).collect();
    if over.is_empty() {
        return Ok(());
    }
    let pressed = store::lines(tx, after.meta.id).await?;
    for line in over.intersection(&pressed) {
        let why = Some(Text::literal("It is not owed any more."));
        tasks::settle(tx, ctx, &rule(*line), after.meta.id.uuid(), why).await?;
    }
    Ok(())
}
