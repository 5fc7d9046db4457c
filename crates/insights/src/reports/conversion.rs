//! How many opportunities go on from each stage, by when they entered it.

use super::{
    passage::{Cohorts, Flow, Passage},
    pipeline::{self, PIPELINE_ID, STAGE_ID, STAGE_NAME},
};
use crate::{
    Asked, Column, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
};
use chrono::NaiveDate;
use guanxi_kernel::{
    Ctx, Result,
    period::{DateRange, Unit},
    problem::Texts,
    scalar::{Scalar, Type},
};
use guanxi_marketing::rate::Rate;
use guanxi_sales::{opportunities::OPPORTUNITY, pipelines::PIPELINE};
use guanxi_storage::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct StageConversion;

guanxi_kernel::words! {
    /// How long the stretches are in which entries are counted together.
    pub enum CohortUnit {
        /// A month.
        Month = "month" ("Month", "月"),
        /// A fiscal quarter.
        Quarter = "quarter" ("Quarter", "季度"),
        /// Half a fiscal year.
        Half = "half" ("Half-year", "半年"),
        /// A fiscal year.
        Year = "year" ("Year", "年"),
    }
}

impl CohortUnit {
    fn unit(self) -> Unit {
        match self {
            Self::Month => Unit::Month,
            Self::Quarter => Unit::Quarter,
            Self::Half => Unit::Half,
            Self::Year => Unit::Year,
        }
    }
}

/// What became of the opportunities that entered a stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageConversionRow {
    /// The period in which they entered it; `null` for the whole range.
    #[schema(required)]
    pub cohort: Option<String>,
    /// The stage.
    pub stage_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub stage: Option<String>,
    /// How many entered it, each once.
    pub entered: i64,
    /// How many of them stood in a later stage afterwards, or were won.
    pub moved_on: i64,
    /// How many were lost or given up without that.
    pub dropped: i64,
    /// How many are neither yet.
    pub still_open: i64,
    /// Those that moved on, of those of which it is known: that moved on or were dropped.
    pub conversion: Rate,
}

/// What goes over all stages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageConversionTotals {
    /// Entries of opportunities into stages.
    pub entered: i64,
    /// How many of them went on.
    pub moved_on: i64,
    /// How many ended there.
    pub dropped: i64,
    /// How many are neither yet.
    pub still_open: i64,
}

const ENTERED_AFTER: Parameter = Parameter {
    name: "entered_after",
    takes: Takes::One(Type::Date),
    default: None,
    required: false,
    field: None,
    about: Texts {
        en: "Only entries of this business day or later. With `cohort`, the last twelve cohorts when absent.",
        zh: "仅统计此日及以后进入阶段的商机。",
    },
};

const ENTERED_BEFORE: Parameter = Parameter {
    name: "entered_before",
    takes: Takes::One(Type::Date),
    default: None,
    required: false,
    field: None,
    about: Texts {
        en: "Only entries of business days before.",
        zh: "仅统计此日之前进入阶段的商机。",
    },
};

static DEFINITION: Definition = Definition {
    name: "stage-conversion",
    version: 1,
    title: Texts { en: "Stage conversion", zh: "阶段转化率" },
    about: Texts {
        en: "Of the opportunities that entered a stage of a pipeline, how many went on to a later one or were \
             won: moved on / (moved on + dropped), by the day of their first entry. Those that are still open \
             and have not gone on stand apart, since nobody knows yet. Deleted ones do not count.",
        zh: "进入各阶段的商机中,进入后续阶段或赢单的比例,按首次进入日期分组;尚未有结果的单独列出,不计为失败。",
    },
    reads: &[&OPPORTUNITY, &PIPELINE],
    needs: &["pipeline_id", "stage_id", "status"],
    rests_on: &[],
    parameters: &[
        PIPELINE_ID,
        Parameter {
            name: "cohort",
            takes: Takes::One(<CohortUnit as Scalar>::TYPE),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "Whether entries are told apart by month, fiscal quarter, half-year or year; all together when \
                     absent.",
                zh: "按月、财季、半财年或财年分组,缺省不分组。",
            },
        },
        ENTERED_AFTER,
        ENTERED_BEFORE,
    ],
    columns: &[
        Column {
            name: "cohort",
            label: Texts { en: "Entered in", zh: "进入时期" },
            what: What::Key,
        },
        STAGE_ID,
        STAGE_NAME,
        Column { name: "entered", label: Texts { en: "Entered", zh: "进入" }, what: What::Count },
        Column {
            name: "moved_on", label: Texts { en: "Moved on", zh: "推进" }, what: What::Count
        },
        Column { name: "dropped", label: Texts { en: "Dropped", zh: "流失" }, what: What::Count },
        Column {
            name: "still_open",
            label: Texts { en: "Still open", zh: "仍在进行" },
            what: What::Count,
        },
        Column {
            name: "conversion",
            label: Texts { en: "Conversion", zh: "转化率" },
            what: What::Ratio,
        },
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["cohort", "stage"],
        values: &["conversion"],
        otherwise: &[],
    },
};

/// The most cohorts of a report.
const MOST: usize = 60;

impl Flow {
    /// Those of which nothing is known yet.
    pub(super) fn still_open(self) -> i64 {
        self.entered - self.moved_on - self.dropped
    }

    /// How many went on, of those of which it is known.
    pub(super) fn conversion(self) -> Rate {
        Rate::new(self.moved_on, self.moved_on + self.dropped)
    }
}

/// The days that each cohort begins with, the last one's end behind them, and their names. No days if
/// it does not matter when somebody entered.
fn cohorts(ctx: &Ctx, asked: &mut Asked) -> Result<(Vec<NaiveDate>, Vec<Option<String>>)> {
    let end_of_today = asked.today.succ_opt().unwrap_or(asked.today);
    let before = asked.date(ENTERED_BEFORE.name).unwrap_or(end_of_today).min(end_of_today);
    let after = asked.date(ENTERED_AFTER.name);
    let Some(unit) = asked.word::<CohortUnit>("cohort") else {
        if after.is_none() && asked.date(ENTERED_BEFORE.name).is_none() {
            return Ok((Vec::new(), vec![None]));
        }
        let first = after.unwrap_or(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default());
        return Ok((vec![first, before.max(first)], vec![None]));
    };
    let (fiscal, unit) = (ctx.settings.fiscal, unit.unit());
    let last = before.pred_opt().unwrap_or(before);
    let mut period = fiscal.containing(unit, last);
    let (mut starts, mut names) = (vec![before], Vec::new());
    let count = if after.is_some() { MOST } else { 12 };
    for _ in 0..count {
        let range: DateRange = period.range(fiscal, last);
        let start = after.map_or(range.start, |after| range.start.max(after));
        if start >= *starts.last().unwrap_or(&before) {
            break;
        }
        starts.push(start);
        names.push(Some(period.to_string()));
        if after.is_some_and(|after| range.start <= after) {
            break;
        }
        let Some(earlier) = period.previous() else { break };
        period = earlier;
    }
    starts.reverse();
    names.reverse();
    asked.understand(ENTERED_AFTER.name, starts.first().unwrap_or(&before));
    Ok((starts, names))
}

impl Report for StageConversion {
    type Row = StageConversionRow;
    type Totals = StageConversionTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let id = pipeline::asked_for(tx, ctx, asked).await?;
        let (days, cohorts) = cohorts(ctx, asked)?;
        let zone = ctx.settings.time_zone;
        let instants = days
            .windows(2)
            .flat_map(|pair| {
                let range = DateRange { start: pair[0], end: pair[1] }.instants(zone);
                [range.start, range.end]
            })
            .collect::<Vec<_>>();
        let mut bounds = instants;
        bounds.dedup();
        let passage = Passage { ctx, definition: &DEFINITION, asked, pipeline: id };
        let steps = pipeline::steps(tx, id).await?;
        let flows = if bounds.is_empty() {
            let flows = passage.flows(tx, &steps).await?;
            flows.into_iter().map(|(stage, flow)| ((0, stage), flow)).collect()
        } else {
            passage.flows_in(tx, &Cohorts(bounds)).await?
        };
        let names = pipeline::names(tx, ctx, asked, flows.keys().map(|(_, stage)| *stage)).await?;
        let place = |id: Uuid| steps.iter().position(|step| step.id == id);
        let mut flows: Vec<((usize, Uuid), Flow)> = flows.into_iter().collect();
        flows.sort_by_key(|((cohort, stage), _)| (*cohort, place(*stage)));
        let row = |((cohort, stage_id), flow): ((usize, Uuid), Flow)| StageConversionRow {
            cohort: cohorts.get(cohort).cloned().flatten(),
            stage_id,
            stage: names.get(&stage_id).cloned(),
            entered: flow.entered,
            moved_on: flow.moved_on,
            dropped: flow.dropped,
            still_open: flow.still_open(),
            conversion: flow.conversion(),
        };
        Ok(total(flows.into_iter().map(row).collect()))
    }

    fn example() -> Made<Self> {
        let flow = Flow { entered: 12, moved_on: 4, dropped: 6 };
        total(vec![StageConversionRow {
            cohort: None,
            stage_id: Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77),
            stage: Some("项目投标".to_owned()),
            entered: flow.entered,
            moved_on: flow.moved_on,
            dropped: flow.dropped,
            still_open: flow.still_open(),
            conversion: flow.conversion(),
        }])
    }
}

fn total(rows: Vec<StageConversionRow>) -> Made<StageConversion> {
    let sum = |of: fn(&StageConversionRow) -> i64| rows.iter().map(of).sum();
    let totals = StageConversionTotals {
        entered: sum(|row| row.entered),
        moved_on: sum(|row| row.moved_on),
        dropped: sum(|row| row.dropped),
        still_open: sum(|row| row.still_open),
    };
    Made { rows, totals }
}
