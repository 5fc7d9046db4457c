//! How visitors of the pages come through what they want to do there, and at which step it takes longest.

use super::{
    prospects::{column, day},
    rfm::count,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape};
use chrono::Days;
use guanxi_kernel::{Ctx, Result, period::start_of_day, problem::Texts};
use guanxi_marketing::{
    rate::Rate,
    web_task_runs::{WEB_TASK_RUN, WebStep},
};
use guanxi_storage::{Sql, Tx, expansion::Json};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;

/// The report.
pub struct WebExperience;

/// Runs that are looked at, the last ones.
const MOST: i64 = 20_000;
/// How many days before its end the time begins that is told of when nothing is said.
const USUAL: u64 = 29;

/// How visitors come through a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebExperienceRow {
    /// The task.
    pub task: String,
    /// How often it was begun.
    pub runs: i64,
    /// How often somebody came to the end.
    pub completed: i64,
    /// `completed` of `runs`.
    pub completion: Rate,
    /// The median of the seconds of those who came to the end; `null` if nobody did.
    #[schema(required)]
    pub median_seconds: Option<i64>,
    /// The median of how hard they found it, from 1 for easy to 5; `null` if nobody has said.
    #[schema(required)]
    pub median_effort: Option<i64>,
    /// The median of how satisfied they were, from 1 to 5; `null` if nobody has said.
    #[schema(required)]
    pub median_satisfaction: Option<i64>,
    /// The step with the longest median.
    pub worst_step: String,
    /// That median, in seconds.
    pub worst_step_seconds: i64,
    /// How many have left there.
    pub worst_step_left: i64,
}

/// What goes over all tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebExperienceTotals {
    /// How often any was begun.
    pub runs: i64,
    /// How often somebody came to the end.
    pub completed: i64,
    /// `completed` of `runs`.
    pub completion: Rate,
}

static DEFINITION: Definition = Definition {
    name: "web-experience",
    version: 1,
    title: Texts { en: "Experience on the website", zh: "网站客户体验" },
    about: Texts {
        en: "Runs of visitors through tasks on web pages that were begun on the days of a time, task by task: how many \
             came to the end, and the medians of the seconds of these, and of effort and satisfaction of all who have \
             said. Of an even number the median is the lower of the two in the middle, which somebody has really had. \
             The worst step is the one whose median is the longest, whether or not the run came to the end; of several \
             the one where more have left, then the first by name. A step that was gone back to counts with its sum. \
             The last 20,000 runs are looked at, as they are now.",
        zh: "按任务统计一段时间内访客在网站上完成任务的情况:完成率、完成者用时中位数、费力程度与满意度中位数,以及用时中位数最长的步骤。偶数个时取中间两个中较小者;最多统计最近20000条。",
    },
    reads: &[&WEB_TASK_RUN],
    needs: &["task", "began_at", "steps", "completed", "effort", "satisfaction", "seconds"],
    rests_on: &[],
    parameters: &[
        day("from", "The first day; 29 days before the last when absent.", "首日。"),
        day("to", "The last day; that of `as_of` when absent.", "末日。"),
    ],
    columns: &[
        column("task", "Task", "网站任务", What::Label),
        column("runs", "Runs", "开始次数", What::Count),
        column("completed", "Completed", "完成次数", What::Count),
        column("completion", "Completion", "完成率", What::Ratio),
        column("median_seconds", "Median seconds", "用时中位数(秒)", What::Count),
        column("median_effort", "Median effort", "费力程度中位数", What::Count),
        column("median_satisfaction", "Median satisfaction", "满意度中位数", What::Count),
        column("worst_step", "Worst step", "最差步骤", What::Label),
        column("worst_step_seconds", "Seconds of that", "最差步骤用时(秒)", What::Count),
        column("worst_step_left", "Left there", "在此离开", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["task"],
        values: &["median_seconds", "worst_step_seconds"],
        otherwise: &[],
    },
};

/// A run.
#[derive(Debug, Clone)]
struct Run {
    steps: Vec<WebStep>,
    completed: bool,
    effort: Option<i64>,
    satisfaction: Option<i64>,
    seconds: i64,
}

/// The runs of each task.
async fn runs(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<BTreeMap<String, Vec<Run>>> {
    type Found = (String, Json<Vec<WebStep>>, bool, Option<i64>, Option<i64>, i64);
    let ((from, to), zone) = (asked.days(USUAL)?, ctx.settings.time_zone);
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let mut sql = Sql::new(
        "SELECT t.task, t.steps, t.completed, t.effort, t.satisfaction, t.seconds FROM web_task_runs t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.began_at >= ",
    );
    sql.bind(start_of_day(from, zone)).push(" AND t.began_at < ").bind(start_of_day(end, zone));
    sql.push(" AND t.began_at <= ").bind(asked.as_of);
    sql.push(" ORDER BY t.began_at DESC, t.id DESC LIMIT ").bind(MOST);
    let mut all: BTreeMap<String, Vec<Run>> = BTreeMap::new();
    for (task, steps, completed, effort, satisfaction, seconds) in tx.all::<Found>(sql).await? {
        let run = Run { steps: steps.0, completed, effort, satisfaction, seconds };
        all.entry(task).or_default().push(run);
    }
    Ok(all)
}

/// The one in the middle, the lower of two.
fn median(figures: impl Iterator<Item = i64>) -> Option<i64> {
    let mut all: Vec<i64> = figures.collect();
    all.sort_unstable();
    all.get(all.len().checked_sub(1)? / 2).copied()
}

/// The step with the longest median, that median, and how many have left there.
fn worst(runs: &[Run]) -> (String, i64, i64) {
    let mut steps: BTreeMap<&str, (Vec<i64>, i64)> = BTreeMap::new();
    for run in runs {
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for one in &run.steps {
            *sums.entry(&one.step).or_default() += one.seconds;
        }
        for (name, seconds) in sums {
            steps.entry(name).or_default().0.push(seconds);
        }
        if let Some(last) = run.steps.last().filter(|_| !run.completed) {
            let last: &str = &last.step;
            steps.entry(last).or_default().1 += 1;
        }
    }
    let each = steps.into_iter().map(|(name, (seconds, left))| {
        (median(seconds.into_iter()).unwrap_or_default(), left, Reverse(name))
    });
    let found = each.max().unwrap_or((0, 0, Reverse("")));
    (found.2.0.to_owned(), found.0, found.1)
}

/// What the runs of a task come to.
fn row(task: String, runs: &[Run]) -> WebExperienceRow {
    let completed = runs.iter().filter(|run| run.completed);
    let ended = count(completed.clone().count());
    let (worst_step, worst_step_seconds, worst_step_left) = worst(runs);
    WebExperienceRow {
        task,
        runs: count(runs.len()),
        completed: ended,
        completion: Rate::new(ended, count(runs.len())),
        median_seconds: median(completed.map(|run| run.seconds)),
        median_effort: median(runs.iter().filter_map(|run| run.effort)),
        median_satisfaction: median(runs.iter().filter_map(|run| run.satisfaction)),
        worst_step,
        worst_step_seconds,
        worst_step_left,
    }
}

fn totals(rows: &[WebExperienceRow]) -> WebExperienceTotals {
    let runs: i64 = rows.iter().map(|row| row.runs).sum();
    let completed: i64 = rows.iter().map(|row| row.completed).sum();
    WebExperienceTotals { runs, completed, completion: Rate::new(completed, runs) }
}

impl Report for WebExperience {
    type Row = WebExperienceRow;
    type Totals = WebExperienceTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let all = runs(tx, ctx, asked).await?;
        let rows: Vec<_> = all.into_iter().map(|(task, runs)| row(task, &runs)).collect();
        let totals = totals(&rows);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = WebExperienceRow {
            task: "在线询价".to_owned(),
            runs: 10,
            completed: 8,
            completion: Rate::new(8, 10),
            median_seconds: Some(135),
            median_effort: Some(2),
            median_satisfaction: Some(4),
            worst_step: "填写资料".to_owned(),
            worst_step_seconds: 95,
            worst_step_left: 2,
        };
        let totals = totals(std::slice::from_ref(&row));
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Line;

    fn run(steps: &[(&str, i64)], completed: bool, effort: Option<i64>) -> Run {
        let step = |(step, seconds): &(&str, i64)| WebStep {
            step: Line::new(step).unwrap(),
            seconds: *seconds,
        };
        let seconds = steps.iter().map(|(_, seconds)| *seconds).sum::<i64>();
        let steps = steps.iter().map(step).collect();
        Run { steps, completed, effort, satisfaction: None, seconds }
    }

    #[test]
    fn x_127_medians_and_the_worst_step_of_a_task() {
        let runs = [
            run(&[("choose", 10), ("form", 50), ("choose", 5)], true, Some(2)),
            run(&[("choose", 20), ("form", 90)], false, Some(5)),
            run(&[("choose", 30), ("form", 40), ("send", 5)], true, None),
        ];
        let told = row("quote".to_owned(), &runs);
        assert_eq!((told.runs, told.completed, told.completion), (3, 2, Rate::new(2, 3)));
        // 65 and 75 seconds of those who came to the end; 2 and 5 of those who have said.
        assert_eq!((told.median_seconds, told.median_effort), (Some(65), Some(2)));
        assert_eq!(told.median_satisfaction, None);
        // choose 15, 20, 30; form 40, 50, 90; send 5.
        let worst = (told.worst_step.as_str(), told.worst_step_seconds, told.worst_step_left);
        assert_eq!(worst, ("form", 50, 1));
        let alike =
            [run(&[("a", 5), ("b", 5)], true, None), run(&[("b", 5), ("a", 5)], true, None)];
        assert_eq!(row(String::new(), &alike).worst_step, "a");
        let left = [run(&[("a", 5), ("b", 5)], false, None)];
        assert_eq!(row(String::new(), &left).worst_step, "b", "where more have left");
    }
}
