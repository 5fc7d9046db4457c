//! The work of a dataset: its rows in steps, then what its columns hold.
//!
//! Whatever interrupts it, it begins again: what was kept of it before is removed first.

use super::{
    content::{NO, Part, YES, label_says_yes},
    file,
    model::{DatasetColumn, DatasetOrigin, MiningDataset},
    rows::{self, AT_ONCE, Parties},
    service::{Learnt, Plan},
    store,
};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::{
    jobs::{Job, Progress},
    worker::Run,
};
use guanxi_kernel::{Ctx, Result, problem::INTERNAL};
use guanxi_mining::{Cell, MOST_CELLS, MOST_ROWS, MiningError};
use guanxi_storage::{Tx, resource};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The work.
pub fn run<'a>(run: &'a Run<'a>, job: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let id = job.input.subject_id.ok_or_else(|| INTERNAL.problem())?;
        let load =
            async |tx: &mut Tx, ctx: &Ctx| resource::load::<MiningDataset>(tx, ctx, id).await;
        let dataset = run.read(load).await?;
        if dataset.row_count.is_none() {
            build(run, &dataset, job).await?;
        }
        if dataset.origin == DatasetOrigin::File {
            run.forget(id).await;
        }
        Ok(())
    })
}

async fn build(run: &Run<'_>, dataset: &MiningDataset, job: &Job) -> Result<()> {
    let id = dataset.meta.id.uuid();
    run.commit(async |tx: &mut Tx, _: &Ctx| {
        store::forget(tx, id).await?;
        Ok(going(0, run.total()))
    })
    .await?;
    let columns = match dataset.origin {
        DatasetOrigin::File => file::build(run, dataset).await?,
        DatasetOrigin::Records => {
            let asked: DateTime<Utc> = serde_json::from_value(job.task["asked_at"].clone())
                .map_err(|error| INTERNAL.problem().because(error))?;
            of_records(run, dataset, asked).await?
        }
    };
    finish(run, dataset, columns).await
}

pub(super) fn going(done: usize, total: Option<i64>) -> Progress {
    let done = i64::try_from(done).unwrap_or(i64::MAX);
    Progress { done, total, state: json!({}), result: json!({ "rows": done }) }
}

/// Refuses more than one tree could be grown from.
pub(super) fn check_size(rows: usize, columns: usize) -> Result<()> {
    let fits = rows <= MOST_ROWS && rows.saturating_mul(columns) <= MOST_CELLS;
    if fits { Ok(()) } else { Err(super::minable(MiningError::TooLarge { rows, columns })) }
}

async fn of_records(
    run: &Run<'_>,
    dataset: &MiningDataset,
    asked: DateTime<Utc>,
) -> Result<Vec<DatasetColumn>> {
    let plan = run.read(async |tx, ctx| Plan::read(tx, ctx, &dataset.input, asked).await).await?;
    let parties = Parties { population: dataset.input.population, members: &plan.members };
    let ids = run.read(async |tx, ctx| parties.ids(tx, ctx).await).await?;
    check_size(ids.len(), plan.features.len())?;
    let positives = run.read(async |tx, ctx| positives(tx, ctx, &plan).await).await?;
    let total = i64::try_from(ids.len()).ok();
    for (number, some) in ids.chunks(AT_ONCE).enumerate() {
        let part = run.read(async |tx, ctx| part(tx, ctx, &plan, some, &positives).await).await?;
        let done = number * AT_ONCE + some.len();
        let step = async |tx: &mut Tx, _: &Ctx| {
            store::keep(tx, dataset.meta.id.uuid(), number, &part).await?;
            Ok(going(done, total))
        };
        run.commit(step).await?;
    }
    Ok(plan.columns)
}

/// Those of whom the rule of the label holds, or who have bought its product; nobody if a value is learnt.
async fn positives(tx: &mut Tx, ctx: &Ctx, plan: &Plan) -> Result<BTreeSet<Uuid>> {
    plan.learnt.holding(tx, ctx, plan.after).await
}

async fn part(
    tx: &mut Tx,
    ctx: &Ctx,
    plan: &Plan,
    ids: &[Uuid],
    positives: &BTreeSet<Uuid>,
) -> Result<Part> {
    let until = crate::measures::Span::until(plan.as_of);
    let rows = rows::read(tx, ctx, ids, &plan.features, until).await?;
    let labels = match &plan.learnt {
        Learnt::Rule(_) | Learnt::Product(_) => None,
        Learnt::Value(feature, _) => {
            Some(rows::read(tx, ctx, ids, &[feature.as_ref()], plan.after).await?)
        }
    };
    let mut part = Part::new(plan.features.len());
    for row in &rows.rows {
        let label = match (&plan.learnt, &labels) {
            (Learnt::Value(feature, positive), Some(labels)) => {
                let cell = labels.cell(row, 0, feature, ctx, plan.after.until);
                label(cell, positive.as_deref())
            }
            _ => Some(if positives.contains(&row.id) { YES } else { NO }.to_owned()),
        };
        // Of whom the amount is not known there is nothing to learn.
        let Some(label) = label else { continue };
        part.push(Some(row.id), label, rows.kept(row, &plan.features, ctx, plan.as_of));
    }
    Ok(part)
}

/// What is learnt of a value.
pub(super) fn label(cell: Cell, positive: Option<&str>) -> Option<String> {
    match (positive, cell) {
        (Some(positive), cell) => {
            Some(if label_says_yes(cell, positive) { YES } else { NO }.to_owned())
        }
        (None, Cell::Number(number)) => Some(number.normalize().to_string()),
        (None, _) => None,
    }
}

/// Says what came of it.
async fn finish(run: &Run<'_>, dataset: &MiningDataset, columns: Vec<DatasetColumn>) -> Result<()> {
    let id = dataset.meta.id.uuid();
    let built = MiningDataset { columns: columns.clone(), ..dataset.clone() };
    let content = run.read(async |tx, _| store::read(tx, &built).await).await?;
    let (rows, positives) = (content.table.rows(), content.positives());
    let stats = json!(content.table.statistics());
    let digest = content.sample()?.digest();
    let done = async |tx: &mut Tx, ctx: &Ctx| {
        let built = |dataset: &mut MiningDataset| {
            dataset.columns = columns.clone();
            dataset.row_count = i64::try_from(rows).ok();
            dataset.positives = positives.and_then(|count| i64::try_from(count).ok());
            dataset.feature_stats = stats.clone();
            dataset.digest = Some(digest.clone());
            dataset.built_at = Some(ctx.now);
            Ok(())
        };
        resource::change::<MiningDataset>(tx, &ctx.on_behalf(), id, "built", built).await?;
        Ok(going(rows, i64::try_from(rows).ok()))
    };
    run.conclude(done).await.map(drop)
}
