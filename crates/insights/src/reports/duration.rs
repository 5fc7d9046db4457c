//! How long opportunities take in each stage.

use super::{
    passage::{Passage, Stay},
    pipeline::{self, PIPELINE_ID, STAGE_ID, STAGE_NAME},
};
use crate::{Asked, Column, Definition, Made, Plot, Report, What, definition::Shape};
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio};
use guanxi_sales::{opportunities::OPPORTUNITY, pipelines::PIPELINE};
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct StageDuration;

/// How long opportunities were in a stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageDurationRow {
    /// The stage.
    pub stage_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub stage: Option<String>,
    /// How many intervals were over.
    pub completed: i64,
    /// Their mean in days: all days by their number.
    pub mean_days: Ratio,
    /// How many intervals lasted.
    pub open: i64,
    /// The mean of these until `as_of`.
    pub open_mean_days: Ratio,
}

/// What goes over all stages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageDurationTotals {
    /// How many intervals were over.
    pub completed: i64,
    /// Their mean in days.
    pub mean_days: Ratio,
    /// How many intervals lasted.
    pub open: i64,
    /// The mean of these until `as_of`.
    pub open_mean_days: Ratio,
}

static DEFINITION: Definition = Definition {
    name: "stage-duration",
    version: 1,
    title: Texts { en: "Time in stages", zh: "阶段平均时长" },
    about: Texts {
        en: "The mean number of days that opportunities were in each stage of a pipeline: all intervals that \
             were over at `as_of`, without the time in which they were suspended. Whoever returns to a stage \
             begins another interval. Those that lasted are told apart. Deleted opportunities do not count.",
        zh: "各阶段已完成区间的平均天数,不含中止时间;仍在进行的区间单独列出。",
    },
    reads: &[&OPPORTUNITY, &PIPELINE],
    needs: &["pipeline_id", "stage_id", "status"],
    rests_on: &[],
    parameters: &[PIPELINE_ID],
    columns: &[
        STAGE_ID,
        STAGE_NAME,
        Column {
            name: "completed",
            label: Texts { en: "Completed", zh: "已完成" },
            what: What::Count,
        },
        Column {
            name: "mean_days",
            label: Texts { en: "Mean days", zh: "平均天数" },
            what: What::Days,
        },
        Column { name: "open", label: Texts { en: "Open", zh: "进行中" }, what: What::Count },
        Column {
            name: "open_mean_days",
            label: Texts { en: "Mean days so far", zh: "进行中平均天数" },
            what: What::Days,
        },
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["stage"],
        values: &["mean_days", "open_mean_days"],
        otherwise: &[],
    },
};

impl Stay {
    /// All days by the number of intervals, the days with at most six decimals.
    pub(super) fn mean_days(self) -> Ratio {
        let days = Decimal::from(self.seconds) / Decimal::from(86_400);
        Ratio::new(days.round_dp(6).normalize(), self.count)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, seconds: self.seconds + other.seconds }
    }
}

impl Report for StageDuration {
    type Row = StageDurationRow;
    type Totals = StageDurationTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let id = pipeline::asked_for(tx, ctx, asked).await?;
        let passage = Passage { ctx, definition: &DEFINITION, asked, pipeline: id };
        let (over, lasting) = (passage.stays(tx).await?, passage.lasting(tx).await?);
        let steps = pipeline::steps(tx, id).await?;
        let present: BTreeSet<Uuid> = over.keys().chain(lasting.keys()).copied().collect();
        let names = pipeline::names(tx, ctx, asked, present.iter().copied()).await?;
        let of = |stays: &BTreeMap<Uuid, Stay>, stage: Uuid| {
            stays.get(&stage).copied().unwrap_or_default()
        };
        let rows = steps.iter().filter(|step| present.contains(&step.id)).map(|step| {
            let (completed, open) = (of(&over, step.id), of(&lasting, step.id));
            row(step.id, names.get(&step.id).cloned(), completed, open)
        });
        let rows: Vec<StageDurationRow> = rows.collect();
        let all =
            |stays: &BTreeMap<Uuid, Stay>| stays.values().copied().fold(Stay::default(), Stay::and);
        Ok(Made { rows, totals: totals(all(&over), all(&lasting)) })
    }

    fn example() -> Made<Self> {
        let (completed, open) =
            (Stay { count: 3, seconds: 90 * 86_400 }, Stay { count: 1, seconds: 5 * 86_400 });
        let stage = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);
        let row = row(stage, Some("项目投标".to_owned()), completed, open);
        Made { rows: vec![row], totals: totals(completed, open) }
    }
}

fn row(stage_id: Uuid, stage: Option<String>, completed: Stay, open: Stay) -> StageDurationRow {
    StageDurationRow {
        stage_id,
        stage,
        completed: completed.count,
        mean_days: completed.mean_days(),
        open: open.count,
        open_mean_days: open.mean_days(),
    }
}

fn totals(completed: Stay, open: Stay) -> StageDurationTotals {
    StageDurationTotals {
        completed: completed.count,
        mean_days: completed.mean_days(),
        open: open.count,
        open_mean_days: open.mean_days(),
    }
}
