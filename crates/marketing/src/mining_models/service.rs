//! Asking for a model, and for what it says of everybody.

use super::{
    answers::ScorePopulation,
    model::{MINING_MODEL, MiningModel, MiningModelId, MiningModelInput, MiningModelKind},
};
use crate::{
    mining_datasets::{DatasetOrigin, MiningDataset},
    problems::{DATASET_NOT_READY, MODEL_NOT_READY, NO_MODEL_OF_RECORDS},
    segments,
};
use guanxi_bulk::jobs::{self, Job, JobKind};
use guanxi_customers::{engine::refer, parties::PARTY};
use guanxi_kernel::{Action, Ctx, Id, Result, problem::UNKNOWN_VALUE};
use guanxi_mining::Criterion;
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for MiningModel {
    fn kind() -> &'static Kind {
        &MINING_MODEL
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![Id::uuid(self.input.dataset_id)]
    }

    /// What was learnt is never changed; another model is trained.
    fn verbs(&self) -> Vec<Verb> {
        let score = match self.trained_at {
            Some(_) => Verb::open("score", Action::Update),
            None => Verb::closed("score", Action::Update, &MODEL_NOT_READY),
        };
        vec![score, Verb::open("delete", Action::Delete)]
    }

    fn example() -> Json {
        json!({
            "name": "增值业务使用可能性",
            "dataset_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "kind": "classification_tree",
            "max_depth": 5,
            "min_leaf": 100,
        })
    }
}

/// Asks for a model of a dataset that is built.
///
/// # Errors
/// `forbidden`; `validation_failed` for a criterion or a kind that does not go with the label;
/// `dataset_not_ready`.
pub async fn start(tx: &mut Tx, ctx: &Ctx, input: MiningModelInput) -> Result<Shown<Job>> {
    resource::require::<MiningModel>(ctx, Action::Create)?;
    let dataset: MiningDataset = refer(tx, ctx, input.dataset_id.uuid(), "/dataset_id").await?;
    if dataset.row_count.is_none() {
        return Err(DATASET_NOT_READY.problem());
    }
    let tells = match dataset.positives {
        Some(_) => MiningModelKind::ClassificationTree,
        None => MiningModelKind::RegressionTree,
    };
    if input.kind != tells {
        let expected = format!("{tells}, as the label of the dataset is");
        return Err(UNKNOWN_VALUE.at("/kind").with("expected", expected));
    }
    let fits = match (input.kind, input.criterion) {
        (_, None) => true,
        (MiningModelKind::RegressionTree, Some(criterion)) => criterion == Criterion::Variance,
        (MiningModelKind::ClassificationTree, Some(criterion)) => criterion != Criterion::Variance,
    };
    if !fits {
        let expected = "entropy or gini of yes and no, variance of amounts";
        return Err(UNKNOWN_VALUE.at("/criterion").with("expected", expected));
    }
    let mut model = MiningModel::assemble(Meta::new(ctx), input);
    model.product_id = dataset.input.label.product_id;
    let id = model.meta.id.uuid();
    let total = dataset.row_count;
    let job = jobs::enqueue(tx, ctx, JobKind::MiningTraining, Some(id), total, json!({})).await?;
    (model.owner_id, model.job_id) = (Some(ctx.actor.user), Some(job.record.meta.id.uuid()));
    resource::insert(tx, ctx, model, "created").await?;
    Ok(job)
}

/// Asks for the scores of a population.
///
/// # Errors
/// `not_found`, `forbidden`; `model_not_ready`, `no_model_of_records`.
pub async fn start_scoring(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningModelId,
    wish: &ScorePopulation,
) -> Result<Shown<Job>> {
    resource::require::<MiningModel>(ctx, Action::Update)?;
    ctx.require(PARTY.plural, Action::Read)?;
    let model: MiningModel = resource::load(tx, ctx, id.uuid()).await?;
    if model.trained_at.is_none() {
        return Err(MODEL_NOT_READY.problem());
    }
    let itself = ctx.on_behalf();
    let dataset: MiningDataset =
        resource::get_even_deleted(tx, &itself, model.input.dataset_id.uuid()).await?.record;
    if dataset.origin == DatasetOrigin::File {
        return Err(NO_MODEL_OF_RECORDS.problem());
    }
    if let Some(segment) = wish.segment_id {
        segments::load(tx, ctx, segment).await?;
    }
    let task = json!({ "wish": wish });
    jobs::enqueue(tx, ctx, JobKind::MiningScoring, Some(id.uuid()), None, task).await
}
