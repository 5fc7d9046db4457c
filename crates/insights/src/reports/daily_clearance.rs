//! What was due on a day, what was done of it, and what was put off.

use super::prospects::{column, example_id, parameter, people};
use crate::{Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, report::reach};
use chrono::Days;
use guanxi_kernel::{
    Ctx, Result, period::start_of_day, problem::Texts, ratio::Ratio, scalar::Type,
};
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::tasks::TASK;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DailyClearance;

/// What became of what was due.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Clearance {
    /// How many tasks were due on the day.
    pub due: i64,
    /// How many of them were done by its end.
    pub done: i64,
    /// How many of them were put off, with a reason and a new date.
    pub carried: i64,
    /// How many of them were put off without saying why.
    pub unexplained: i64,
    /// What is left: neither done nor put off.
    pub left: i64,
    /// Done over due.
    pub clearance: Ratio,
}

/// The same of one person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClearanceRow {
    /// The person.
    pub user_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub user: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: Clearance,
}

static DEFINITION: Definition = Definition {
    name: "daily-clearance",
    version: 1,
    title: Texts { en: "Daily clearance", zh: "日清(OEC)" },
    about: Texts {
        en: "By person: the tasks that were due on a day of the company's time zone, how many of them were done by its \
             end, and how many were put off to another day (`POST /v1/tasks/{id}/carry` wants the reason and the \
             new date; a due date that was moved otherwise is unexplained). Clearance is done over due. \
             Cancelled tasks are not due. Tasks are as they are now.",
        zh: "按人员统计当日应办待办、当日已办、顺延(须说明原因与新日期)及未说明原因的改期;日清率=已办/应办。已取消的不计。",
    },
    reads: &[&TASK],
    needs: &["owner_id", "due_at", "status"],
    rests_on: &[],
    parameters: &[
        parameter(
            "date",
            Takes::One(Type::Date),
            Texts {
                en: "The day; that of `as_of` when absent.", zh: "日期,默认为统计当日。"
            },
        ),
        parameter(
            "user_id",
            Takes::One(Type::Id),
            Texts { en: "Only the tasks of that user.", zh: "仅统计该用户。" },
        ),
    ],
    columns: &[
        column("user_id", "User id", "用户标识", What::Key),
        column("user", "User", "用户", What::Label),
        column("due", "Due", "应办", What::Count),
        column("done", "Done", "已办", What::Count),
        column("carried", "Put off", "顺延", What::Count),
        column("unexplained", "Put off without a reason", "未说明改期", What::Count),
        column("left", "Left", "未办", What::Count),
        column("clearance", "Clearance", "日清率", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["user"], values: &["due", "done"], otherwise: &[] },
};

/// Of how many were due, done, put off with and without a reason.
fn clearance([due, done, carried, unexplained]: [i64; 4]) -> Clearance {
    let left = due - done - carried - unexplained;
    Clearance { due, done, carried, unexplained, left, clearance: Ratio::new(done, due) }
}

type Found = (Uuid, i64, i64, i64, i64);

impl Report for DailyClearance {
    type Row = ClearanceRow;
    type Totals = Clearance;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let date = asked.date("date").unwrap_or(asked.today);
        asked.understand("date", &date);
        let zone = ctx.settings.time_zone;
        let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
        let (start, end) = (start_of_day(date, zone), start_of_day(next, zone));
        let reach = reach(ctx, &DEFINITION);
        let mut sql = Sql::new(
            "SELECT x.owner_id, COUNT(*), CAST(SUM(x.done) AS BIGINT), CAST(SUM(x.carried) AS BIGINT),
                 CAST(SUM(x.unexplained) AS BIGINT)
             FROM (SELECT t.owner_id, CASE WHEN t.status = 'done' AND t.closed_at < ",
        );
        sql.bind(end).push(" AND t.closed_at <= ").bind(asked.as_of);
        sql.push(
            " THEN 1 ELSE 0 END AS done, 0 AS carried, 0 AS unexplained
             FROM tasks t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND t.status <> 'cancelled' AND t.due_at >= ",
        );
        sql.bind(start).push(" AND t.due_at < ").bind(end);
        sql.push(
            " UNION ALL SELECT c.owner_id, 0, CASE WHEN c.reason IS NULL THEN 0 ELSE 1 END,
                 CASE WHEN c.reason IS NULL THEN 1 ELSE 0 END
             FROM task_carries c JOIN tasks t ON t.tenant_id = c.tenant_id AND t.id = c.task_id
                 AND t.deleted_at IS NULL AND t.status <> 'cancelled'
             WHERE c.tenant_id = $1 AND c.due_at >= ",
        );
        sql.bind(start).push(" AND c.due_at < ").bind(end);
        sql.push(" AND c.new_due_at >= ").bind(end);
        sql.push(" AND c.carried_at <= ").bind(asked.as_of).push(") x WHERE ");
        scope::covers(&mut sql, "x.owner_id", &reach, ctx.actor.user);
        if let Some(user) = asked.id("user_id") {
            sql.push(" AND x.owner_id = ").bind(user);
        }
        sql.push(" GROUP BY x.owner_id ORDER BY x.owner_id");
        let found = tx.all::<Found>(sql).await?;
        let names = people(tx, ctx, asked, found.iter().map(|one| one.0)).await?;
        let mut whole = [0; 4];
        let mut rows = Vec::with_capacity(found.len());
        for (user_id, due, done, carried, unexplained) in found {
            let figures = [due, done, carried, unexplained];
            whole.iter_mut().zip(figures).for_each(|(one, more)| *one += more);
            let user = names.get(&user_id).cloned();
            rows.push(ClearanceRow { user_id, user, figures: clearance(figures) });
        }
        Ok(Made { rows, totals: clearance(whole) })
    }

    fn example() -> Made<Self> {
        let figures = clearance([10, 8, 1, 0]);
        let row = ClearanceRow {
            user_id: example_id(),
            user: Some("王伟".to_owned()),
            figures: figures.clone(),
        };
        Made { rows: vec![row], totals: figures }
    }
}
