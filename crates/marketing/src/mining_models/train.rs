//! The work of a model: its tree, grown on a thread of its own.

use super::{model::MiningModel, store};
use crate::mining_datasets::{MiningDataset, content, minable};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::{
    jobs::{Job, Progress},
    worker::Run,
};
use guanxi_kernel::{Ctx, Result, problem::INTERNAL};
use guanxi_mining::{Sample, Settings, Tree, attributes};
use guanxi_storage::{Tx, resource};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// How often it says that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// What was grown.
struct Grown {
    tree: Tree,
    bytes: String,
    attributes: Json,
    rows: i64,
}

/// The work.
pub fn train<'a>(run: &'a Run<'a>, job: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let id = job.input.subject_id.ok_or_else(|| INTERNAL.problem())?;
        let load = async |tx: &mut Tx, ctx: &Ctx| {
            let model: MiningModel = resource::load(tx, ctx, id).await?;
            if model.trained_at.is_some() {
                return Ok(None);
            }
            let of = model.input.dataset_id.uuid();
            let dataset: MiningDataset = resource::load(tx, ctx, of).await?;
            let sample = content(tx, &dataset).await?.sample()?;
            Ok(Some((model, sample)))
        };
        // Another worker was cut off behind its last step.
        let Some((model, sample)) = run.read(load).await? else { return Ok(()) };
        let grown = grow(run, sample, model.input.settings()).await?;
        keep(run, &model, &grown).await
    })
}

fn progress(done: i64, total: Option<i64>) -> Progress {
    Progress { done, total, state: json!({}), result: json!({}) }
}

async fn grow(run: &Run<'_>, sample: Sample, settings: Settings) -> Result<Grown> {
    let mut work = tokio::task::spawn_blocking(move || {
        let tree = Tree::grow(&sample, settings).map_err(minable)?;
        let told = match sample.happened(0) {
            Some(_) => json!(attributes(&sample).map_err(minable)?),
            None => Json::Null,
        };
        let bytes =
            serde_json::to_string(&tree).map_err(|error| INTERNAL.problem().because(error))?;
        let rows = i64::try_from(sample.table().rows()).unwrap_or(i64::MAX);
        Ok(Grown { tree, bytes, attributes: told, rows })
    });
    loop {
        match tokio::time::timeout(SIGN_OF_LIFE, &mut work).await {
            Ok(ended) => return ended.map_err(|error| INTERNAL.problem().because(error))?,
            Err(_) => {
                run.commit(async |_, _| Ok(progress(0, run.total()))).await?;
            }
        }
    }
}

async fn keep(run: &Run<'_>, model: &MiningModel, grown: &Grown) -> Result<()> {
    let id = model.meta.id;
    let digest = Sha256::digest(grown.bytes.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let leaves = grown.tree.nodes().iter().filter(|node| node.split.is_none()).count();
    let done = async |tx: &mut Tx, ctx: &Ctx| {
        store::keep_tree(tx, id, &grown.bytes).await?;
        let trained = |model: &mut MiningModel| {
            model.trained_at = Some(ctx.now);
            model.rows = Some(grown.rows);
            model.leaves = i64::try_from(leaves).ok();
            model.outcome = json!(grown.tree.root().outcome);
            model.attributes = grown.attributes.clone();
            model.digest = Some(digest.clone());
            Ok(())
        };
        resource::change::<MiningModel>(tx, &ctx.on_behalf(), id.uuid(), "trained", trained)
            .await?;
        Ok(progress(grown.rows, Some(grown.rows)))
    };
    run.commit(done).await.map(drop)
}
