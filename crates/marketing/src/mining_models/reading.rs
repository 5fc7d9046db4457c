//! What a model says: its leaves, the scores, bands, expected volume, and how well it tells.

use super::{
    answers::{
        ExpectedVolume, ModelBands, ModelEvaluation, ModelLeaf, ModelLeaves, ModelTree, Score,
    },
    model::{MiningModel, MiningModelId, MiningModelKind},
    store::{self, ScoreRow},
};
use crate::{
    mining_datasets::{MiningDataset, MiningDatasetId, content, minable},
    population::Population,
    problems::{MODEL_NOT_READY, OTHER_KIND_OF_MODEL},
    product_buyers::SoldProduct,
    segments::{self, Members, SegmentId},
};
use chrono::{DateTime, Utc};
use guanxi_customers::engine::refer;
use guanxi_kernel::{
    Ctx, Language, Result, Share, Word as _,
    problem::{INTERNAL, NOT_FOUND},
    ratio::Ratio,
};
use guanxi_mining::{Leaf, Outcome, Told, Tree, accuracy, auc, calibration, slices};
use guanxi_storage::{Tx, resource};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A model that is trained, with its tree.
pub(super) async fn load(tx: &mut Tx, ctx: &Ctx, id: MiningModelId) -> Result<(MiningModel, Tree)> {
    let model: MiningModel = resource::load(tx, ctx, id.uuid()).await?;
    let tree = store::tree(tx, id).await?.ok_or_else(|| MODEL_NOT_READY.problem())?;
    Ok((model, tree))
}

/// Refuses a model that tells something else.
fn tells(model: &MiningModel, kind: MiningModelKind) -> Result<()> {
    match model.input.kind == kind {
        true => Ok(()),
        false => Err(OTHER_KIND_OF_MODEL.with("expected", kind.word())),
    }
}

/// The tree of a model, node by node.
///
/// # Errors
/// `not_found`, `forbidden`, `model_not_ready`.
pub async fn tree(tx: &mut Tx, ctx: &Ctx, id: MiningModelId) -> Result<ModelTree> {
    let (model, tree) = load(tx, ctx, id).await?;
    Ok(ModelTree {
        settings: tree.settings(),
        nodes: tree.nodes().to_vec(),
        digest: model.digest.unwrap_or_default(),
    })
}

fn told(leaf: Leaf, language: Language) -> ModelLeaf {
    ModelLeaf {
        leaf_id: leaf.id,
        rule: leaf.text(language),
        support: leaf.support,
        probability: match leaf.outcome {
            Outcome::Binary { positives, .. } => Some(Ratio::new(positives, leaf.support)),
            Outcome::Numeric { .. } => None,
        },
        outcome: leaf.outcome,
        lift: leaf.lift.map(|lift| format!("{lift:.4}")),
        conditions: leaf.conditions,
    }
}

/// The leaves of a model as rules.
///
/// # Errors
/// As [`tree`].
pub async fn leaves(tx: &mut Tx, ctx: &Ctx, id: MiningModelId) -> Result<ModelLeaves> {
    let (_, tree) = load(tx, ctx, id).await?;
    let data = tree.leaves().into_iter().map(|leaf| told(leaf, ctx.language)).collect();
    Ok(ModelLeaves { data })
}

/// The leaves as rules in the language of the caller, by their ids.
fn rules(tree: &Tree, language: Language) -> BTreeMap<u32, String> {
    tree.leaves().into_iter().map(|leaf| (leaf.id, leaf.text(language))).collect()
}

/// What the newest model that tells who will buy a product says of those who have not bought it, the highest
/// first; nothing if the caller may see no such model that has scored anybody.
///
/// # Errors
/// `forbidden` without the right to read parties.
pub(crate) async fn without_buyers(
    tx: &mut Tx,
    ctx: &Ctx,
    product: &SoldProduct,
    population: Population,
    most: i64,
) -> Result<Option<(MiningModelId, Vec<Score>)>> {
    let Some(id) = store::of_product(tx, ctx, product.id()).await? else { return Ok(None) };
    let (_, tree) = load(tx, ctx, id).await?;
    let rules = rules(&tree, ctx.language);
    let rows = store::without_buyers(tx, ctx, id, population, product, most).await?;
    let scores = rows.iter().map(|row| shown(row, &tree, &rules).map(|(score, _)| score));
    Ok(Some((id, scores.collect::<Result<_>>()?)))
}

/// Scores of parties that the caller may see, the highest first, behind a place in that order.
///
/// # Errors
/// As [`tree`]; `forbidden` without the right to read parties.
pub async fn scores(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningModelId,
    population: Population,
    after: Option<(i64, Uuid)>,
    most: i64,
) -> Result<Vec<(Score, (i64, Uuid))>> {
    let (_, tree) = load(tx, ctx, id).await?;
    let rules = rules(&tree, ctx.language);
    let rows = store::page(tx, ctx, id, population, after, most).await?;
    rows.into_iter().map(|row| shown(&row, &tree, &rules)).collect()
}

fn shown(
    row: &ScoreRow,
    tree: &Tree,
    rules: &BTreeMap<u32, String>,
) -> Result<(Score, (i64, Uuid))> {
    let leaf = u32::try_from(row.leaf_id).ok().and_then(|id| tree.leaf(id));
    let leaf = leaf.ok_or_else(|| INTERNAL.problem().because("a score names no leaf"))?;
    let (probability, expected) = match leaf.outcome {
        Outcome::Binary { probability, .. } => (Some(probability), None),
        Outcome::Numeric { mean, .. } => (None, Some(format!("{mean:.6}"))),
    };
    let score = Score {
        party_id: row.party_id.into(),
        leaf_id: leaf.id,
        probability,
        expected,
        rule: rules.get(&leaf.id).cloned().unwrap_or_default(),
        has_it: row.has_it,
        scored_at: row.scored_at,
    };
    Ok((score, (row.score, row.party_id)))
}

/// What a model of yes and no says of somebody, and whether they need something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Potential {
    /// The party.
    pub party: Uuid,
    /// How likely it is, in ten-thousandths.
    pub probability: i64,
    /// Whether they are a member of the segment of those who need something.
    pub has_need: bool,
    /// Since when the model says so.
    pub scored_at: DateTime<Utc>,
}

/// What a model of yes and no has said by an instant of everybody whom the caller may see, the likeliest first, and
/// whether they are members of a segment now.
///
/// # Errors
/// As [`scores`]; `other_kind_of_model`; `not_found` for the segment too.
pub async fn potentials(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningModelId,
    need: SegmentId,
    until: DateTime<Utc>,
) -> Result<Vec<Potential>> {
    let (model, _) = load(tx, ctx, id).await?;
    tells(&model, MiningModelKind::ClassificationTree)?;
    let (segment, members) = segments::load(tx, ctx, need).await?;
    let among = (segment.input.population, &members);
    let rows = store::with_members(tx, ctx, id, among, until).await?;
    let one = |(party, probability, is_member, scored_at): (Uuid, i64, i64, DateTime<Utc>)| {
        Potential { party, probability, has_need: is_member == 1, scored_at }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Those with a score by bands of probability.
///
/// # Errors
/// As [`scores`]; `other_kind_of_model`; `not_minable` for edges that do not rise from above 0 to
/// below 1.
pub async fn bands(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningModelId,
    population: Population,
    edges: &[Share],
) -> Result<ModelBands> {
    let (model, tree) = load(tx, ctx, id).await?;
    tells(&model, MiningModelKind::ClassificationTree)?;
    let counts = store::counts(tx, ctx, id, population, &Members::Everybody).await?;
    let data = tree.bands_of(&counts, edges).map_err(minable)?;
    Ok(ModelBands { members: data.iter().map(|band| band.members).sum(), data })
}

/// What those with a score are expected to come to, or the members of a segment among them.
///
/// # Errors
/// As [`scores`]; `other_kind_of_model`; `not_found` for the segment.
pub async fn expected_volume(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningModelId,
    segment: Option<SegmentId>,
) -> Result<ExpectedVolume> {
    let (model, tree) = load(tx, ctx, id).await?;
    tells(&model, MiningModelKind::RegressionTree)?;
    let (population, members) = match segment {
        Some(segment) => {
            let (segment, members) = segments::load(tx, ctx, segment).await?;
            (segment.input.population, members)
        }
        None => (Population::All, Members::Everybody),
    };
    let counts = store::counts(tx, ctx, id, population, &members).await?;
    let expected = tree.expected_volume_of(&counts).map_err(minable)?;
    Ok(ExpectedVolume {
        members: counts.iter().map(|(_, count)| count).sum(),
        expected: format!("{expected:.6}"),
        segment_id: segment.map(SegmentId::uuid),
    })
}

/// How well a model tells what became of the rows of a dataset; of its own when none is named.
///
/// # Errors
/// As [`tree`]; `other_kind_of_model`; `unknown_reference`; `dataset_not_ready`, `lacks_column`, and
/// `not_minable` for edges as those of [`bands`].
pub async fn evaluation(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningModelId,
    dataset: Option<MiningDatasetId>,
    edges: &[Share],
) -> Result<ModelEvaluation> {
    let (model, tree) = load(tx, ctx, id).await?;
    tells(&model, MiningModelKind::ClassificationTree)?;
    let of = dataset.unwrap_or(model.input.dataset_id);
    let dataset: MiningDataset = match dataset {
        Some(of) => refer(tx, ctx, of.uuid(), "/dataset_id").await?,
        None => resource::load(tx, ctx, of.uuid()).await?,
    };
    if dataset.positives.is_none() && dataset.row_count.is_some() {
        return Err(NOT_FOUND.problem());
    }
    let sample = content(tx, &dataset).await?.sample()?;
    let chances = tree.score(sample.table()).map_err(minable)?.chances().map_err(minable)?;
    let happened = |row: usize| sample.happened(row).unwrap_or_default();
    let told: Vec<Told> =
        chances.iter().enumerate().map(|(row, chance)| (*chance, happened(row))).collect();
    Ok(ModelEvaluation {
        dataset_id: of,
        rows: told.len() as u64,
        auc: auc(&told),
        accuracy: accuracy(&told),
        deciles: slices(&told, 10).map_err(minable)?,
        calibration: calibration(&told, edges).map_err(minable)?,
    })
}
