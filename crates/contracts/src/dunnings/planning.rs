//! Planning: page by page over the contracts on which something is late. What is planned twice is there
//! once.

use super::{
    model::{Dunning, PlannedDunnings, days_late, reached, rule, title},
    store::{self, Late, Payment, WALKS},
};
use crate::contracts::{CONTRACT, ContractId, Receivable};
use chrono::{Days, NaiveDate};
use guanxi_identity::users::{INACTIVE_OWNER, check_owner};
use guanxi_kernel::{
    Ctx, Result, Text, UserId, preferences::DunningLevel, problem::UNKNOWN_REFERENCE,
};
use guanxi_sales::rules::{last_second, line, next_day, today};
use guanxi_storage::Tx;
use guanxi_workflow::{
    chores::Chore,
    tasks::{self, Wanted},
};
use std::collections::BTreeMap;

/// Contracts that one step looks at.
const PAGE: i64 = 20;
/// Steps of one request.
const PAGES: usize = 10;

/// What the workflow does about late payments.
pub static PLANNING: Chore = Chore {
    name: "dunning",
    due: |tx, now, most| Box::pin(WALKS.due(tx, now, most)),
    step: |tx, ctx, _| Box::pin(step(tx, ctx)),
    put_off: |tx, _, to| Box::pin(WALKS.wait(tx, to)),
};

/// What came of a page.
struct Page {
    /// The last contract of it, if more may follow.
    last: Option<ContractId>,
    /// How many payments have reached a level that they had not.
    reached: i64,
}

/// Looks at a page of contracts, if it is time still; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx) -> Result<bool> {
    let Some((due_at, after)) = store::planning(tx).await? else { return Ok(false) };
    if due_at > ctx.now {
        return Ok(false);
    }
    match page(tx, ctx, after).await?.last {
        Some(last) => store::go_on(tx, due_at, Some(last)).await?,
        None => store::go_on(tx, next_day(ctx, today(ctx)), None).await?,
    }
    Ok(true)
}

/// Plans at once for the contracts that the caller may change, as many as one request looks at; the rest
/// follows by itself. Nothing where the company has not said how it presses.
///
/// # Errors
/// Those of the store.
pub async fn plan(tx: &mut Tx, ctx: &Ctx) -> Result<PlannedDunnings> {
    let (mut planned, mut after) = (PlannedDunnings::default(), None);
    for _ in 0..PAGES {
        let page = page(tx, ctx, after).await?;
        planned.reached += page.reached;
        after = page.last;
        if after.is_none() {
            return Ok(planned);
        }
    }
    store::plan_from(tx, ctx.actor.user, ctx.now).await?;
    Ok(PlannedDunnings { more: true, ..planned })
}

async fn page(tx: &mut Tx, ctx: &Ctx, after: Option<ContractId>) -> Result<Page> {
    let mut page = Page { last: None, reached: 0 };
    let Some(rules) = &ctx.settings.preferences.dunning else { return Ok(page) };
    let Some(first) = rules.levels.first() else { return Ok(page) };
    let (today, days) = (today(ctx), Days::new(first.days_overdue.unsigned_abs()));
    let by = today.checked_sub_days(days).unwrap_or(NaiveDate::MIN);
    let found = store::late(tx, ctx, by, after, PAGE).await?;
    if found.is_empty() {
        return Ok(page);
    }
    let ids: Vec<ContractId> = found.iter().map(|one| one.id).collect();
    let had = store::levels(tx, &ids).await?;
    for one in &found {
        page.reached += press(tx, ctx, &rules.levels, one, &had).await?;
    }
    let full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    page.last = ids.last().copied().filter(|_| full);
    Ok(page)
}

/// Makes the tasks that the payments of a contract call for; how many.
async fn press(
    tx: &mut Tx,
    ctx: &Ctx,
    levels: &[DunningLevel],
    one: &Late,
    had: &BTreeMap<Payment, i64>,
) -> Result<i64> {
    let (today, mut count) = (today(ctx), 0);
    for due in &one.receivables.0 {
        let Some((number, level)) = reached(levels, due.due_on, today) else { continue };
        let before = had.get(&(one.id, due.line, due.due_on)).copied().unwrap_or(0);
        if due.open.minor() <= 0 || number <= before {
            continue;
        }
        let Some(owner) = fit_owner(tx, ctx, one.owner_id).await? else { break };
        let dunning = Dunning {
            line: due.line,
            due_on: due.due_on,
            level: number,
            days_overdue: days_late(due.due_on, today),
            reached_on: today,
            open: due.open,
            settled: false,
        };
        if store::reach(tx, one.id, &dunning).await? {
            ask(tx, ctx, one, (due, &dunning, level), owner).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Who looks after the contract, if tasks can be given to them.
async fn fit_owner(tx: &mut Tx, ctx: &Ctx, owner: Option<UserId>) -> Result<Option<UserId>> {
    let Some(owner) = owner else { return Ok(None) };
    match check_owner(tx, ctx, owner, "/owner_id").await {
        Ok(()) => Ok(Some(owner)),
        Err(problem) if problem.is(&INACTIVE_OWNER) || problem.is(&UNKNOWN_REFERENCE) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Makes the task of a level, in place of an open one of the level before.
async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    one: &Late,
    (due, dunning, level): (&Receivable, &Dunning, &DunningLevel),
    owner: UserId,
) -> Result<()> {
    let title = title(ctx.language, dunning.level, due, dunning.days_overdue, &one.name);
    let within = Days::new(level.within_days.unsigned_abs());
    let by = dunning.reached_on.checked_add_days(within).unwrap_or(dunning.reached_on);
    let rule = rule(due.line);
    let why = Some(Text::literal("The next level is reached."));
    tasks::settle(tx, ctx, &rule, one.id.uuid(), why).await?;
    let wanted = Wanted {
        rule: &rule,
        subject: (&CONTRACT, one.id.uuid()),
        title: line(&title)?,
        kind: level.task_kind.clone(),
        owner,
        due_at: Some(last_second(ctx, by)),
        occasion: None,
    };
    tasks::ensure(tx, ctx, wanted).await.map(drop)
}
