//! How long the steps of roll-outs take, how many are done in time, and what is worked on now.

use super::{
    prospects::{column, day, parameter},
    service_levels::USUAL,
};
use crate::{Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, report::reach};
use chrono::Days;
use guanxi_kernel::{
    Ctx, Language, Result, period::start_of_day, problem::Texts, ratio::Ratio, scalar::Type,
};
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::rollout_steps::ROLLOUT_STEP;
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct RolloutSteps;

/// What became of some steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RolloutStepFigures {
    /// How many were done in the time.
    pub done: i64,
    /// How many minutes these took, worked ones if the company has a default work calendar.
    pub minutes: i64,
    /// How many one of them took on average, rounded; `null` if none was done.
    #[schema(required)]
    pub mean_minutes: Option<i64>,
    /// How many of them were done in time, of those that were ever due.
    pub in_time: Ratio,
    /// How many are worked on, or wait for an approval.
    pub backlog: i64,
    /// How many of these are overdue.
    pub overdue: i64,
}

/// The steps of one code.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RolloutStepRow {
    /// Their code.
    pub code: String,
    /// What they are called.
    pub step: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: RolloutStepFigures,
}

/// Rows at most.
const MOST: i64 = 500;

static DEFINITION: Definition = Definition {
    name: "rollout-steps",
    version: 1,
    title: Texts { en: "Steps of roll-outs", zh: "实施步骤用时与积压" },
    about: Texts {
        en: "By the code of the step: how many were done on the days of a time, in how many minutes from their \
             beginning and how many of them in time, of those that had a day or a limit; how many are worked on or \
             wait for an approval now, and how many of these are overdue. Minutes are worked ones if the company \
             has a default work calendar. Steps are as they are now; those that were dropped do not count.",
        zh: "按步骤代码统计一段时间内完成的数量、用时(有默认工作日历时为工作分钟)与按期完成率,以及当前进行中(含待审批)与逾期的数量。已取消的步骤不计。",
    },
    reads: &[&ROLLOUT_STEP],
    needs: &[
        "rollout_id",
        "code",
        "name",
        "position",
        "status",
        "due_at",
        "done_at",
        "minutes_taken",
    ],
    rests_on: &[],
    parameters: &[
        day("from", "The first day; 29 days before the last when absent.", "首日。"),
        day("to", "The last day; that of `as_of` when absent.", "末日。"),
        parameter(
            "rollout_id",
            Takes::One(Type::Id),
            Texts { en: "Only the steps of that roll-out.", zh: "仅统计该实施项目。" },
        ),
    ],
    columns: &[
        column("code", "Code", "步骤代码", What::Key),
        column("step", "Step", "步骤", What::Label),
        column("done", "Done", "已完成", What::Count),
        column("minutes", "Minutes", "用时(分钟)", What::Count),
        column("mean_minutes", "Mean minutes", "平均用时(分钟)", What::Count),
        column("in_time", "In time", "按期完成率", What::Ratio),
        column("backlog", "Backlog", "进行中", What::Count),
        column("overdue", "Overdue", "逾期", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["step"],
        values: &["done", "backlog"],
        otherwise: &[],
    },
};

/// Counts of steps: done, their minutes, of them ever due, of them in time, worked on, overdue.
type Counts = [i64; 6];

fn figures([done, minutes, judged, in_time, backlog, overdue]: Counts) -> RolloutStepFigures {
    RolloutStepFigures {
        done,
        minutes,
        mean_minutes: (minutes + done / 2).checked_div(done),
        in_time: Ratio::new(in_time, judged),
        backlog,
        overdue,
    }
}

type Found = (String, String, Option<String>, i64, i64, i64, i64, i64, i64);

impl Report for RolloutSteps {
    type Row = RolloutStepRow;
    type Totals = RolloutStepFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let ((from, to), zone) = (asked.days(USUAL)?, ctx.settings.time_zone);
        let next = to.checked_add_days(Days::new(1)).unwrap_or(to);
        let mut sql = Sql::new(
            "SELECT x.code, MIN(x.name), MIN(x.name_zh), CAST(SUM(x.is_done) AS BIGINT),
                 CAST(SUM(x.is_done * COALESCE(x.minutes_taken, 0)) AS BIGINT),
                 CAST(SUM(CASE WHEN x.due_at IS NULL THEN 0 ELSE x.is_done END) AS BIGINT),
                 CAST(SUM(CASE WHEN x.done_at <= x.due_at THEN x.is_done ELSE 0 END) AS BIGINT),
                 CAST(SUM(x.is_open) AS BIGINT), CAST(SUM(x.is_late) AS BIGINT)
             FROM (SELECT t.code, t.name, t.name_zh, t.position, t.minutes_taken, t.due_at, t.done_at,
                 CASE WHEN t.status = 'done' AND t.done_at >= ",
        );
        sql.bind(start_of_day(from, zone)).push(" AND t.done_at < ").bind(start_of_day(next, zone));
        sql.push(" AND t.done_at <= ").bind(asked.as_of);
        sql.push(
            " THEN 1 ELSE 0 END AS is_done,
                 CASE WHEN t.status IN ('open', 'pending') THEN 1 ELSE 0 END AS is_open,
                 CASE WHEN t.status IN ('open', 'pending') AND t.due_at < ",
        );
        sql.bind(asked.as_of);
        sql.push(
            " THEN 1 ELSE 0 END AS is_late
             FROM rollout_steps t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND t.status IN ('open', 'pending', 'done') AND ",
        );
        scope::within(&mut sql, &ROLLOUT_STEP, &reach(ctx, &DEFINITION), ctx.actor.user);
        if let Some(rollout) = asked.id("rollout_id") {
            sql.push(" AND t.rollout_id = ").bind(rollout);
        }
        sql.push(
            ") x GROUP BY x.code HAVING SUM(x.is_done) + SUM(x.is_open) > 0
             ORDER BY MIN(x.position), x.code LIMIT ",
        );
        sql.bind(MOST);
        let mut whole = [0; 6];
        let mut rows = Vec::new();
        for (code, name, zh, done, minutes, judged, in_time, backlog, overdue) in
            tx.all::<Found>(sql).await?
        {
            let counts = [done, minutes, judged, in_time, backlog, overdue];
            whole.iter_mut().zip(counts).for_each(|(one, more)| *one += more);
            let zh = zh.filter(|_| ctx.language == Language::Zh);
            let step = zh.unwrap_or(name);
            rows.push(RolloutStepRow { code, step, figures: figures(counts) });
        }
        Ok(Made { rows, totals: figures(whole) })
    }

    fn example() -> Made<Self> {
        let figures = figures([4, 9_600, 4, 3, 2, 1]);
        let row = RolloutStepRow {
            code: "training".to_owned(),
            step: "Train the members".to_owned(),
            figures: figures.clone(),
        };
        Made { rows: vec![row], totals: figures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_95_the_mean_is_of_what_was_done() {
        let some = figures([3, 100, 2, 1, 4, 2]);
        assert_eq!((some.mean_minutes, some.in_time), (Some(33), Ratio::new(1, 2)));
        assert_eq!(figures([2, 5, 0, 0, 0, 0]).mean_minutes, Some(3));
        assert_eq!(figures([0; 6]).mean_minutes, None);
        assert_eq!(figures([0; 6]).in_time.value(), None);
    }
}
