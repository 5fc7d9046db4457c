//! The work of scoring: some members at a time, each by the leaf that it falls into.
//!
//! A score is said once. Scoring again changes only what differs, so `scored_at` is since when a model has
//! said so. Another training is another model with scores of its own.

use super::{
    answers::ScorePopulation,
    model::{MiningModel, MiningModelId},
    store::{self, Scored},
};
use crate::{
    measures::Span,
    mining_datasets::{
        AT_ONCE, Feature, Learnt, MiningDataset, Parties, Plan, label_says_yes, minable, read_rows,
    },
    problems::{LACKS_COLUMN, MODEL_NOT_READY},
    segments::{self, Members},
};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::{
    jobs::{Job, Progress},
    worker::Run,
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Ctx, Result, problem::INTERNAL};
use guanxi_mining::{Outcome, TableBuilder, Tree};
use guanxi_storage::{Tx, custom, resource};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is needed for every step.
struct Scoring {
    id: MiningModelId,
    tree: Tree,
    features: Vec<(String, Feature)>,
    /// What was learnt, asked of how it stands now.
    learnt: Learnt,
    members: Members,
    wish: ScorePopulation,
}

/// The work.
pub fn score<'a>(run: &'a Run<'a>, job: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let id = job.input.subject_id.ok_or_else(|| INTERNAL.problem())?;
        let wish: ScorePopulation = serde_json::from_value(job.task["wish"].clone())
            .map_err(|error| INTERNAL.problem().because(error))?;
        let scoring = run.read(async |tx, ctx| load(tx, ctx, id.into(), wish).await).await?;
        let (ids, have_it) = run.read(async |tx, ctx| whom(tx, ctx, &scoring).await).await?;
        let total = i64::try_from(ids.len()).ok();
        let going = |done: usize| Progress {
            done: i64::try_from(done).unwrap_or(i64::MAX),
            total,
            state: json!({}),
            result: json!({ "scored": done }),
        };
        for (number, some) in ids.chunks(AT_ONCE).enumerate() {
            let scored =
                run.read(async |tx, ctx| step(tx, ctx, &scoring, some, &have_it).await).await?;
            let done = number * AT_ONCE + some.len();
            let keep = async |tx: &mut Tx, ctx: &Ctx| {
                store::keep(tx, scoring.id, ctx.now, &scored).await?;
                Ok(going(done))
            };
            run.commit(keep).await?;
        }
        let done = async |tx: &mut Tx, ctx: &Ctx| {
            let scored = |model: &mut MiningModel| {
                model.scored_at = Some(ctx.now);
                Ok(())
            };
            resource::change::<MiningModel>(tx, &ctx.on_behalf(), id, "scored", scored).await?;
            Ok(going(ids.len()))
        };
        run.commit(done).await.map(drop)
    })
}

async fn load(tx: &mut Tx, ctx: &Ctx, id: MiningModelId, wish: ScorePopulation) -> Result<Scoring> {
    let model: MiningModel = resource::load(tx, ctx, id.uuid()).await?;
    let tree = store::tree(tx, id).await?.ok_or_else(|| MODEL_NOT_READY.problem())?;
    let of = model.input.dataset_id.uuid();
    let dataset: MiningDataset = resource::get_even_deleted(tx, &ctx.on_behalf(), of).await?.record;
    let fields = custom::fields(tx, ctx, &PARTY).await?;
    // Only what the tree asks about has to be there still.
    let features = tree.asks().into_iter().map(|(name, kind)| {
        let feature = Feature::read(name, &fields, ctx).filter(|one| one.kind() == kind);
        let feature = feature.ok_or_else(|| LACKS_COLUMN.with("column", name))?;
        Ok((name.to_owned(), feature))
    });
    let features = features.collect::<Result<_>>()?;
    let learnt = Plan::learnt(tx, ctx, &dataset.input, Span::until(ctx.now)).await?;
    let members = match wish.segment_id {
        Some(segment) => segments::load(tx, ctx, segment).await?.1,
        None => Members::Everybody,
    };
    Ok(Scoring { id, tree, features, learnt, members, wish })
}

/// Whom to score, in order, and those of whom the rule of the label holds already, or who have the product.
async fn whom(tx: &mut Tx, ctx: &Ctx, scoring: &Scoring) -> Result<(Vec<Uuid>, BTreeSet<Uuid>)> {
    let parties = Parties { population: scoring.wish.population, members: &scoring.members };
    let ids = parties.ids(tx, ctx).await?;
    let have_it = scoring.learnt.holding(tx, ctx, Span::until(ctx.now)).await?;
    Ok((ids, have_it))
}

async fn step(
    tx: &mut Tx,
    ctx: &Ctx,
    scoring: &Scoring,
    ids: &[Uuid],
    have_it: &BTreeSet<Uuid>,
) -> Result<Vec<Scored>> {
    let now = Span::until(ctx.now);
    let features: Vec<&Feature> = scoring.features.iter().map(|(_, feature)| feature).collect();
    let rows = read_rows(tx, ctx, ids, &features, now).await?;
    let standing = match &scoring.learnt {
        Learnt::Value(feature, Some(_)) => {
            Some(read_rows(tx, ctx, ids, &[feature.as_ref()], now).await?)
        }
        _ => None,
    };
    let asked = scoring.tree.features().iter();
    let asked = asked.filter(|one| scoring.features.iter().any(|(name, _)| *name == one.name));
    let mut builder = TableBuilder::new(asked.cloned().collect());
    for row in &rows.rows {
        let cell = |name: &str| {
            let at = scoring.features.iter().position(|(one, _)| one == name)?;
            Some(rows.cell(row, at, features[at], ctx, ctx.now))
        };
        builder.push(cell).map_err(minable)?;
    }
    let leaves: Vec<u32> = match scoring.features.is_empty() {
        // A tree that asks nothing has one leaf.
        true => vec![0; rows.rows.len()],
        false => {
            let table = builder.finish().map_err(minable)?;
            scoring.tree.score(&table).map_err(minable)?.leaves().to_vec()
        }
    };
    let scored = rows.rows.iter().zip(leaves).map(|(row, leaf)| {
        let has_it = match (&scoring.learnt, &standing) {
            (Learnt::Value(feature, Some(positive)), Some(standing)) => {
                label_says_yes(standing.cell(row, 0, feature, ctx, ctx.now), positive)
            }
            _ => have_it.contains(&row.id),
        };
        Scored { party: row.id, leaf, score: figure(&scoring.tree, leaf), has_it }
    });
    Ok(scored.collect())
}

/// The figure of a leaf as scores are ordered by it.
fn figure(tree: &Tree, leaf: u32) -> i64 {
    match tree.leaf(leaf).map(|node| node.outcome) {
        Some(Outcome::Binary { probability, .. }) => probability.ten_thousandths(),
        Some(Outcome::Numeric { mean, .. }) => {
            (mean * Decimal::from(1_000_000)).to_i64().unwrap_or(i64::MAX)
        }
        None => 0,
    }
}
