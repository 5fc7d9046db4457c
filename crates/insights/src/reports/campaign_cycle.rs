//! How long campaigns take from the first draft to the evaluation, step by step.
//!
//! Means of the steps are rounded by the largest remainder, so that they sum to the rounded mean of the
//! whole. Price: one of them can be a hundredth of an hour off its own rounding.

use super::{
    prospects::{column, example_id, parameter},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, labels::labels,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Ctx, Language, Result, Word as _,
    problem::{INTERNAL, Texts},
    scalar::Type,
    split::allocate,
};
use guanxi_marketing::{campaign_templates::CAMPAIGN_TEMPLATE, campaigns::CAMPAIGN};
use guanxi_storage::{Sql, Tx};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CampaignCycle;

/// Campaigns that are looked at, those that were evaluated last.
const MOST: i64 = 5_000;

/// Microseconds in a hundredth of an hour.
const HUNDREDTH: i64 = 36_000_000;

/// Steps that are told.
const STEPS: usize = 4;

guanxi_kernel::words! {
    /// What lies between two states of a campaign.
    pub enum CampaignCycleStep {
        /// From when it was made until it was approved as it was started.
        Approval = "approval" ("Draft to approved", "草稿至批准"),
        /// From then until it was started.
        Start = "start" ("Approved to running", "批准至启动"),
        /// From then until it was finished, pauses among them.
        Run = "run" ("Running to finished", "启动至结束"),
        /// From then until it was evaluated first.
        Evaluation = "evaluation" ("Finished to evaluated", "结束至评估"),
    }
}

/// The campaigns of a template.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignCycleRow {
    /// The template.
    #[schema(required)]
    pub template_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub template: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: CampaignCycleFigures,
}

/// How long campaigns took, in hours with two decimals. Means are all hours by the number of campaigns; those of the
/// steps sum to that of the whole. `null` without campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignCycleFigures {
    /// Campaigns that were evaluated.
    pub campaigns: i64,
    /// The mean from the draft to the approval.
    #[schema(required)]
    pub approval_mean_hours: Option<String>,
    /// The median of the same.
    #[schema(required)]
    pub approval_median_hours: Option<String>,
    /// The mean from the approval to the start.
    #[schema(required)]
    pub start_mean_hours: Option<String>,
    /// The median of the same.
    #[schema(required)]
    pub start_median_hours: Option<String>,
    /// The mean from the start to the end.
    #[schema(required)]
    pub run_mean_hours: Option<String>,
    /// The median of the same.
    #[schema(required)]
    pub run_median_hours: Option<String>,
    /// The mean from the end to the first evaluation.
    #[schema(required)]
    pub evaluation_mean_hours: Option<String>,
    /// The median of the same.
    #[schema(required)]
    pub evaluation_median_hours: Option<String>,
    /// The mean from the draft to the first evaluation.
    #[schema(required)]
    pub whole_mean_hours: Option<String>,
    /// The median of the same.
    #[schema(required)]
    pub whole_median_hours: Option<String>,
    /// The step that took most, of equal ones the first.
    #[schema(required)]
    pub slowest_step: Option<CampaignCycleStep>,
    /// What that is called.
    #[schema(required)]
    pub slowest_step_name: Option<&'static str>,
}

static DEFINITION: Definition = Definition {
    name: "campaign-cycle",
    version: 1,
    title: Texts { en: "Cycle of campaigns", zh: "市场活动周期" },
    about: Texts {
        en: "How many hours campaigns took from the draft to the approval, from there to the start, to the end and \
             to the first evaluation, by the template that they were made of; of those that were evaluated by \
             `as_of`, 5,000 at most, the last ones. The approval is that of the plan as it was started: what was \
             approved and changed again counts as draft until then. Pauses count. The mean of the whole is rounded \
             half-even, and those of the steps by the largest remainder, so that they sum to it exactly; of an even \
             number the median is half the sum of the two in the middle.",
        zh: "按活动模板统计已评估活动从草稿、批准、启动、结束到首次评估各环节的平均与中位小时数及最慢环节;各环节平均值之和恰等于全程平均值,暂停时间计入。",
    },
    reads: &[&CAMPAIGN],
    needs: &["template_id", "approved_at", "started_at", "finished_at", "evaluated_at"],
    rests_on: &[],
    parameters: &[parameter(
        "template_id",
        Takes::One(Type::Id),
        Texts { en: "Only campaigns of this template.", zh: "仅统计该模板的活动。" },
    )],
    columns: &[
        column("template_id", "Template id", "模板标识", What::Key),
        column("template", "Template", "活动模板", What::Label),
        column("campaigns", "Campaigns", "活动数", What::Count),
        column("approval_mean_hours", "Draft to approved, mean", "草稿至批准(平均)", What::Hours),
        column(
            "approval_median_hours",
            "Draft to approved, median",
            "草稿至批准(中位)",
            What::Hours,
        ),
        column("start_mean_hours", "Approved to running, mean", "批准至启动(平均)", What::Hours),
        column(
            "start_median_hours",
            "Approved to running, median",
            "批准至启动(中位)",
            What::Hours,
        ),
        column("run_mean_hours", "Running to finished, mean", "启动至结束(平均)", What::Hours),
        column("run_median_hours", "Running to finished, median", "启动至结束(中位)", What::Hours),
        column(
            "evaluation_mean_hours",
            "Finished to evaluated, mean",
            "结束至评估(平均)",
            What::Hours,
        ),
        column(
            "evaluation_median_hours",
            "Finished to evaluated, median",
            "结束至评估(中位)",
            What::Hours,
        ),
        column("whole_mean_hours", "Draft to evaluated, mean", "全程(平均)", What::Hours),
        column("whole_median_hours", "Draft to evaluated, median", "全程(中位)", What::Hours),
        column("slowest_step", "Slowest step", "最慢环节", What::Key),
        column("slowest_step_name", "Slowest step", "最慢环节", What::Label),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["template"],
        values: &[
            "approval_mean_hours",
            "start_mean_hours",
            "run_mean_hours",
            "evaluation_mean_hours",
        ],
        otherwise: &["campaigns"],
    },
};

/// How long one campaign took in each step, in microseconds.
type Steps = [i64; STEPS];

/// The time of each step between five instants.
fn steps(instants: [DateTime<Utc>; STEPS + 1]) -> Steps {
    let between = |at: usize| (instants[at + 1] - instants[at]).num_microseconds();
    std::array::from_fn(|at| between(at).unwrap_or(i64::MAX / MOST))
}

/// Microseconds by a number of campaigns, in hundredths of hours, rounded half-even.
fn hundredths(micros: i64, campaigns: i64) -> i64 {
    let exact = Decimal::from(micros) / Decimal::from(HUNDREDTH) / Decimal::from(campaigns);
    exact.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven).to_i64().unwrap_or(0)
}

fn hours(hundredths: i64) -> String {
    Decimal::new(hundredths, 2).to_string()
}

fn median(mut micros: Vec<i64>) -> Option<String> {
    micros.sort_unstable();
    let middle = micros.len() / 2;
    let upper = *micros.get(middle)?;
    Some(hours(match micros.len() % 2 {
        1 => hundredths(upper, 1),
        _ => hundredths(upper + micros[middle - 1], 2),
    }))
}

/// The means of the steps in hundredths of hours: together exactly that of the whole.
fn means(sums: Steps, whole: i64) -> Result<Vec<i64>> {
    if sums == [0; STEPS] {
        return Ok(vec![0; STEPS]);
    }
    allocate(whole, &sums).map_err(|error| INTERNAL.problem().because(error))
}

fn figures(of: &[Steps], language: Language) -> Result<CampaignCycleFigures> {
    let campaigns = count(of.len());
    let sums: Steps = std::array::from_fn(|step| of.iter().map(|one| one[step]).sum());
    let whole = if campaigns == 0 { 0 } else { hundredths(sums.iter().sum(), campaigns) };
    let means = means(sums, whole)?;
    let mean = |step: usize| (campaigns > 0).then(|| hours(means[step]));
    let middle = |step: usize| median(of.iter().map(|one| one[step]).collect());
    // The last of equal ones is the greatest.
    let slowest = (0..STEPS).rev().max_by_key(|step| sums[*step]).filter(|_| campaigns > 0);
    let slowest = slowest.and_then(|step| CampaignCycleStep::ALL.get(step)).copied();
    Ok(CampaignCycleFigures {
        campaigns,
        approval_mean_hours: mean(0),
        approval_median_hours: middle(0),
        start_mean_hours: mean(1),
        start_median_hours: middle(1),
        run_mean_hours: mean(2),
        run_median_hours: middle(2),
        evaluation_mean_hours: mean(3),
        evaluation_median_hours: middle(3),
        whole_mean_hours: (campaigns > 0).then(|| hours(whole)),
        whole_median_hours: median(of.iter().map(|one| one.iter().sum()).collect()),
        slowest_step: slowest,
        slowest_step_name: slowest.map(|step| step.label(language)),
    })
}

/// Campaigns that were evaluated, with their templates.
async fn evaluated(tx: &mut Tx, asked: &Asked) -> Result<Vec<(Option<Uuid>, Steps)>> {
    type At = DateTime<Utc>;
    let mut sql = Sql::new(
        "SELECT template_id, created_at, approved_at, started_at, finished_at, evaluated_at FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND approved_at IS NOT NULL
             AND started_at IS NOT NULL AND finished_at IS NOT NULL AND evaluated_at <= ",
    );
    sql.bind(asked.as_of.min(asked.known_at));
    if let Some(template) = asked.id("template_id") {
        sql.push(" AND template_id = ").bind(template);
    }
    sql.push(" ORDER BY evaluated_at DESC, id LIMIT ").bind(MOST);
    let rows = tx.all::<(Option<Uuid>, At, At, At, At, At)>(sql).await?;
    let one = |(template, made, approved, started, finished, judged)| {
        (template, steps([made, approved, started, finished, judged]))
    };
    Ok(rows.into_iter().map(one).collect())
}

impl Report for CampaignCycle {
    type Row = CampaignCycleRow;
    type Totals = CampaignCycleFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let all = evaluated(tx, asked).await?;
        let mut groups: BTreeMap<Option<Uuid>, Vec<Steps>> = BTreeMap::new();
        for (template, steps) in &all {
            groups.entry(*template).or_default().push(*steps);
        }
        let ids: Vec<Uuid> = groups.keys().copied().flatten().collect();
        let names = labels(tx, ctx, asked, &CAMPAIGN_TEMPLATE, ids).await?;
        let row = |(template_id, of): (Option<Uuid>, Vec<Steps>)| -> Result<CampaignCycleRow> {
            Ok(CampaignCycleRow {
                template_id,
                template: template_id.and_then(|id| names.get(&id).cloned()),
                figures: figures(&of, ctx.language)?,
            })
        };
        let rows = groups.into_iter().map(row).collect::<Result<_>>()?;
        let all: Vec<Steps> = all.into_iter().map(|(_, steps)| steps).collect();
        Ok(Made { rows, totals: figures(&all, ctx.language)? })
    }

    fn example() -> Made<Self> {
        let some = |hours: &str| Some(hours.to_owned());
        let totals = CampaignCycleFigures {
            campaigns: 3,
            approval_mean_hours: some("20.00"),
            approval_median_hours: some("18.00"),
            start_mean_hours: some("48.00"),
            start_median_hours: some("40.00"),
            run_mean_hours: some("120.00"),
            run_median_hours: some("118.50"),
            evaluation_mean_hours: some("72.33"),
            evaluation_median_hours: some("70.00"),
            whole_mean_hours: some("260.33"),
            whole_median_hours: some("250.00"),
            slowest_step: Some(CampaignCycleStep::Run),
            slowest_step_name: Some("Running to finished"),
        };
        let row = CampaignCycleRow {
            template_id: Some(example_id()),
            template: some("展会"),
            figures: totals.clone(),
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn told(of: &[Steps]) -> CampaignCycleFigures {
        figures(of, Language::En).unwrap()
    }

    #[test]
    fn m_50_means_and_medians_of_each_step() {
        let found = told(&[
            [HOUR, 2 * HOUR, 100 * HOUR, 10 * HOUR],
            [3 * HOUR, 2 * HOUR, 50 * HOUR, 30 * HOUR],
            [8 * HOUR, 2 * HOUR, 30 * HOUR, 80 * HOUR],
        ]);
        let means = [
            &found.approval_mean_hours,
            &found.start_mean_hours,
            &found.run_mean_hours,
            &found.evaluation_mean_hours,
            &found.whole_mean_hours,
        ];
        let expected = ["4.00", "2.00", "60.00", "40.00", "106.00"];
        assert_eq!(means.map(|mean| mean.as_deref().unwrap()), expected);
        assert_eq!(found.approval_median_hours.as_deref(), Some("3.00"));
        assert_eq!(found.run_median_hours.as_deref(), Some("50.00"));
        assert_eq!(found.whole_median_hours.as_deref(), Some("113.00"));
        assert_eq!(found.slowest_step, Some(CampaignCycleStep::Run));
    }

    #[test]
    fn m_50_rounded_means_of_the_steps_still_add_up() {
        // A third of an hour each: 0.33 four times is 1.32, and the whole is 1.33.
        let third = HOUR / 3;
        let found = told(&[[third; STEPS]]);
        let steps = [
            &found.approval_mean_hours,
            &found.start_mean_hours,
            &found.run_mean_hours,
            &found.evaluation_mean_hours,
        ];
        let number = |text: &Option<String>| text.as_deref().unwrap().parse::<Decimal>().unwrap();
        let sum: Decimal = steps.into_iter().map(number).sum();
        assert_eq!((sum, number(&found.whole_mean_hours)), (Decimal::new(133, 2), sum));
        assert_eq!(
            found.slowest_step,
            Some(CampaignCycleStep::Approval),
            "of equal ones the first"
        );
    }

    #[test]
    fn m_50_nothing_was_evaluated_or_took_no_time() {
        let none = told(&[]);
        assert_eq!((none.campaigns, none.whole_mean_hours, none.slowest_step), (0, None, None));
        let instant = told(&[[0; STEPS]]);
        assert_eq!(instant.whole_mean_hours.as_deref(), Some("0.00"));
    }
}
