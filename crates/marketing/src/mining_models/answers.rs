//! What models answer with, and what they are asked.

use crate::{mining_datasets::MiningDatasetId, population::Population, segments::SegmentId};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Line, Share, ratio::Ratio};
use guanxi_mining::{Band, Calibration, Condition, Node, Outcome, Settings, Slice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A tree as it was grown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelTree {
    /// How.
    pub settings: Settings,
    /// Its nodes by id, the root first, each with its split, its rows and what they come to.
    pub nodes: Vec<Node>,
    /// SHA-256 of it.
    pub digest: String,
}

/// A leaf as a rule for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelLeaf {
    /// Its number in the tree.
    pub leaf_id: u32,
    /// What all of its rows have in common, in your language.
    pub rule: String,
    /// The same, condition by condition.
    pub conditions: Vec<Condition>,
    /// Rows that it was trained on.
    pub support: u64,
    /// The share of them that say yes; `null` of amounts.
    #[schema(required)]
    pub probability: Option<Ratio>,
    /// What they come to.
    pub outcome: Outcome,
    /// The probability, or the mean, by that of all rows, with four decimals; `null` if that is zero.
    #[schema(required)]
    pub lift: Option<String>,
}

/// The leaves of a model.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelLeaves {
    /// Those of the highest probability or mean first.
    pub data: Vec<ModelLeaf>,
}

/// Whom to score.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "population": "prospects" })))]
pub struct ScorePopulation {
    /// Of whom.
    #[serde(default)]
    pub population: Population,
    /// Only the members of this segment.
    #[serde(default)]
    pub segment_id: Option<SegmentId>,
}

/// What a model says of a party.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Score {
    /// The party.
    pub party_id: PartyId,
    /// The leaf that it fell into.
    pub leaf_id: u32,
    /// How likely it is, from 0 to 1; `null` of amounts.
    #[schema(required)]
    pub probability: Option<Share>,
    /// How much is to be expected, with six decimals; `null` of yes and no.
    #[schema(required)]
    pub expected: Option<String>,
    /// Why: the rule of the leaf, in your language.
    pub rule: String,
    /// Whether the label held already when it was scored.
    pub has_it: bool,
    /// Since when the model says so.
    pub scored_at: DateTime<Utc>,
}

/// A page of scores.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScorePage {
    /// The highest first.
    pub data: Vec<Score>,
    /// Whether another page follows.
    pub has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// Members by probability.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelBands {
    /// From 0 to 1; an edge belongs to the band above it.
    pub data: Vec<Band>,
    /// All members: those of all bands together.
    pub members: u64,
}

/// What the members of a segment are expected to come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExpectedVolume {
    /// Those with a score.
    pub members: u64,
    /// The sum of the means of their leaves, with six decimals.
    pub expected: String,
    /// The segment, if one was named.
    #[schema(required)]
    pub segment_id: Option<Uuid>,
}

/// How well a model tells what became of the rows of a dataset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelEvaluation {
    /// The dataset; another one than the model was trained on says more.
    pub dataset_id: MiningDatasetId,
    /// Its rows.
    pub rows: u64,
    /// The area under the ROC curve.
    pub auc: Ratio,
    /// The share of rows of which the likelier was told.
    pub accuracy: Ratio,
    /// Tenths of the rows, the most probable first; the lift of the first is the top-decile lift.
    pub deciles: Vec<Slice>,
    /// What was told and what happened, by bands of probability.
    pub calibration: Vec<Calibration>,
}

/// Whom to extract into a list.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "九成可能的潜在用户", "min_probability": "0.9000" })))]
pub struct ExtractScores {
    /// What the list is called.
    pub name: Line<200>,
    /// The least probability, exactly.
    pub min_probability: Share,
    /// Of whom, among those with a score.
    #[serde(default)]
    pub population: Population,
    /// Also those of whom the label held already when they were scored.
    #[serde(default)]
    pub with_those_who_have_it: bool,
}
