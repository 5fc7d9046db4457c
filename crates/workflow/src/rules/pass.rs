//! One step of a pass: some records that may call for a task, or some open tasks.

use super::{
    TaskAssignee, TaskRule, TaskRuleId, TaskTrigger,
    service::table_of,
    store::{self, Run},
};
use crate::{
    people,
    tasks::{self, Wanted},
    working_time::end_of_working_day,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_bulk::table::Table;
use guanxi_identity::users::INACTIVE_OWNER;
use guanxi_kernel::{
    Ctx, Result, RoleId, Text, UserId, period::business_date, problem::UNKNOWN_REFERENCE,
};
use guanxi_storage::{Tx, custom, list::ListQuery, resource};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Records that one step looks at; a list takes no more ids at once.
const AT_ONCE: i64 = 50;
/// Members of a role among whom tasks are divided.
const MEMBERS: usize = 200;
/// From the end of a pass to the next.
const EVERY: TimeDelta = TimeDelta::minutes(15);

/// Works through a part of a rule, if it is due; whether it was. `ctx` has all rights.
///
/// # Errors
/// Those of the store.
pub(crate) async fn step(tx: &mut Tx, ctx: &Ctx, id: TaskRuleId) -> Result<bool> {
    let Some(run) = store::run(tx, id, ctx.now).await? else { return Ok(false) };
    let rule = resource::get_even_deleted::<TaskRule>(tx, ctx, id.uuid()).await?.record;
    let counts = rule.input.active && rule.meta.deleted_at.is_none();
    let table = table_of(&rule).filter(|_| counts);
    match (table, run.checking) {
        (Some(table), false) => {
            let next = call(tx, ctx, &rule, table, run.cursor).await?;
            let run = Run { checking: next.is_none(), cursor: next };
            store::go_on(tx, id, &run, ctx.now).await?;
        }
        (table, _) => {
            let after = run.cursor.filter(|_| run.checking);
            let after = after.and_then(|after| after.parse::<Uuid>().ok());
            match check(tx, ctx, &rule, table, after).await? {
                Some(last) => {
                    let run = Run { checking: true, cursor: Some(last.to_string()) };
                    store::go_on(tx, id, &run, ctx.now).await?;
                }
                None if counts => {
                    let run = Run { checking: false, cursor: None };
                    store::go_on(tx, id, &run, ctx.now + EVERY).await?;
                }
                None => store::end(tx, id).await?,
            }
        }
    }
    Ok(true)
}

/// A page of the records that fit a filter.
async fn page(
    tx: &mut Tx,
    ctx: &Ctx,
    table: &Table,
    filter: String,
    more: (&str, String),
    cursor: Option<String>,
) -> Result<guanxi_bulk::table::Page> {
    let fields = custom::fields(tx, ctx, table.kind).await?;
    let pairs = [
        ("filter".to_owned(), filter),
        ("limit".to_owned(), AT_ONCE.to_string()),
        (more.0.to_owned(), more.1),
    ];
    let query = ListQuery::parse(table.kind, ctx, &fields, &pairs)?;
    let query = match cursor {
        Some(cursor) => query.behind(cursor),
        None => query,
    };
    table.page(tx, ctx, &query).await
}

/// Calls for tasks about some records; where to go on.
async fn call(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &TaskRule,
    table: &Table,
    cursor: Option<String>,
) -> Result<Option<String>> {
    // By the order in which an index finds those that were left alone.
    let order = match rule.input.trigger {
        TaskTrigger::Inactivity => "updated_at",
        TaskTrigger::Date | TaskTrigger::Threshold => "created_at",
    };
    let more = ("sort", order.to_owned());
    let page = page(tx, ctx, table, rule.input.begins(), more, cursor).await?;
    for record in &page.rows {
        let Some(id) = record["id"].as_str().and_then(|id| id.parse::<Uuid>().ok()) else {
            continue;
        };
        if let Some(occasion) = occasion(tx, ctx, rule, id, record).await? {
            call_for(tx, ctx, rule, table, (id, record), occasion).await?;
        }
    }
    Ok(page.next)
}

/// What the rule is reminded by; `None` if the record does not call for anything after all.
async fn occasion(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &TaskRule,
    id: Uuid,
    record: &Json,
) -> Result<Option<String>> {
    Ok(match rule.input.trigger {
        TaskTrigger::Date => date_of(rule, record).map(str::to_owned),
        TaskTrigger::Threshold => Some(record["version"].to_string()),
        TaskTrigger::Inactivity => {
            let last = store::last_event(tx, id).await?;
            let idle = last.is_none_or(|last| last <= ctx.now - TimeDelta::days(rule.input.days));
            idle.then(|| last.map_or_else(String::new, |last| last.to_rfc3339()))
        }
    })
}

/// The date of a record that a rule goes by, as it is written.
fn date_of<'a>(rule: &TaskRule, record: &'a Json) -> Option<&'a str> {
    let field = rule.input.field.as_deref()?;
    match field.strip_prefix(custom::PREFIX) {
        Some(own) => record["custom"][own].as_str(),
        None => record[field].as_str(),
    }
}

async fn call_for(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &TaskRule,
    table: &Table,
    (id, record): (Uuid, &Json),
    occasion: String,
) -> Result<()> {
    let code = rule.meta.id.to_string();
    // An open task moves with the date that it is about, and otherwise stays as it is.
    let open = tasks::open(tx, &code, id).await?;
    if open.is_some() && rule.input.trigger != TaskTrigger::Date {
        return Ok(());
    }
    let who = (rule.input.assignee, rule.input.assignee_id, rule.input.role_id);
    let Some(owner) = assignee(tx, who, record).await? else { return Ok(()) };
    let wanted = Wanted {
        rule: &code,
        subject: (table.kind, id),
        title: rule.input.title_of(record),
        kind: rule.input.kind.clone(),
        owner,
        due_at: Some(due_at(tx, ctx, rule, record).await?),
        occasion: Some(occasion),
    };
    match tasks::ensure(tx, ctx, wanted).await {
        // Nobody is there to do it, until the record has another owner.
        Err(problem) if problem.is(&INACTIVE_OWNER) || problem.is(&UNKNOWN_REFERENCE) => Ok(()),
        done => done.map(drop),
    }
}

/// Who gets a task about a record; nobody if it has no owner, or nobody has the role.
pub(crate) async fn assignee(
    tx: &mut Tx,
    (how, user, role): (TaskAssignee, Option<UserId>, Option<RoleId>),
    record: &Json,
) -> Result<Option<UserId>> {
    let owner = record["owner_id"].as_str().and_then(|id| id.parse::<Uuid>().ok());
    let owner = owner.map(UserId::from);
    Ok(match (how, owner) {
        (TaskAssignee::User, _) => user,
        (TaskAssignee::Role, _) => match role {
            Some(role) => least_busy(tx, role).await?,
            None => None,
        },
        (TaskAssignee::Owner, owner) => owner,
        (TaskAssignee::ManagerOfOwner, Some(owner)) => {
            people::managers(tx, owner).await?.first().copied().or(Some(owner))
        }
        (TaskAssignee::ManagerOfOwner, None) => None,
    })
}

/// Who of those with a role has the fewest open tasks; of several the one who has been a user longest.
async fn least_busy(tx: &mut Tx, role: RoleId) -> Result<Option<UserId>> {
    let members = people::members(tx, role, MEMBERS).await?;
    let open = tasks::open_numbers(tx, &members).await?;
    let busy = |user: &UserId| (open.get(user).copied().unwrap_or_default(), *user);
    Ok(members.into_iter().min_by_key(busy))
}

/// By when: the end of so many working days after the day that calls for the task.
async fn due_at(tx: &mut Tx, ctx: &Ctx, rule: &TaskRule, record: &Json) -> Result<DateTime<Utc>> {
    let zone = ctx.settings.time_zone;
    let date = date_of(rule, record).and_then(|text| {
        let instant = |text: &str| text.parse::<DateTime<Utc>>().ok();
        text.parse::<NaiveDate>().ok().or_else(|| Some(business_date(instant(text)?, zone)))
    });
    let reached = date.and_then(|date| date.checked_add_signed(TimeDelta::days(rule.input.days)));
    let from = reached.unwrap_or_else(|| business_date(ctx.now, zone));
    end_of_working_day(tx, ctx, from, rule.input.due_in_working_days).await
}

/// Closes those of some open tasks that are not called for any more; where to go on. Without a
/// resource none is.
async fn check(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &TaskRule,
    table: Option<&Table>,
    after: Option<Uuid>,
) -> Result<Option<Uuid>> {
    let code = rule.meta.id.to_string();
    let subjects = tasks::open_of_rule(tx, &code, after, AT_ONCE).await?;
    let Some(last) = subjects.last().copied() else { return Ok(None) };
    let mut holding: BTreeMap<Uuid, Json> = BTreeMap::new();
    if let Some(table) = table {
        let ids: Vec<String> = subjects.iter().map(Uuid::to_string).collect();
        let more = ("id", ids.join(","));
        let page = page(tx, ctx, table, rule.input.holds(), more, None).await?;
        let id = |record: &Json| record["id"].as_str().and_then(|id| id.parse().ok());
        holding.extend(page.rows.into_iter().filter_map(|record| Some((id(&record)?, record))));
    }
    for subject in subjects {
        let holds = match holding.get(&subject) {
            Some(record) => occasion(tx, ctx, rule, subject, record).await?.is_some(),
            None => false,
        };
        if !holds {
            let why = Some(Text::literal("The rule does not call for it any more."));
            tasks::settle(tx, ctx, &code, subject, why).await?;
        }
    }
    Ok(Some(last))
}
