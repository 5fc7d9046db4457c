//! A tree as it is kept and told.

use crate::{
    error::{MiningError, Result},
    figure::text,
    table::{Feature, FeatureKind},
};
use guanxi_kernel::Share;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most levels of splits: 4,096 leaves, and far more than anybody reads.
pub const MOST_DEPTH: u32 = 12;

/// Decimals of means, deviations and gains.
pub(crate) const PLACES: u32 = 6;

guanxi_kernel::words! {
    /// By what splits are compared.
    pub enum Criterion {
        /// Information gain in bits, of yes and no.
        Entropy = "entropy" ("Information gain", "信息增益"),
        /// Decrease of the Gini impurity, of yes and no.
        Gini = "gini" ("Gini impurity", "基尼不纯度"),
        /// Decrease of the variance, of amounts.
        Variance = "variance" ("Variance", "方差"),
    }
}

guanxi_kernel::words! {
    /// One side of a split.
    pub enum Side {
        /// Where the test holds.
        Yes = "yes" ("Yes", "是"),
        /// Where it does not.
        No = "no" ("No", "否"),
    }
}

/// How a tree is grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// By what splits are compared.
    pub criterion: Criterion,
    /// Most splits above a leaf, from 1 to 12.
    pub max_depth: u32,
    /// Fewest rows of a leaf, from 1.
    pub min_leaf: u32,
}

impl Settings {
    pub(crate) fn check(&self) -> Result<()> {
        if !(1..=MOST_DEPTH).contains(&self.max_depth) {
            return Err(MiningError::InvalidDepth { most: MOST_DEPTH });
        }
        if self.min_leaf == 0 { Err(MiningError::InvalidLeaf) } else { Ok(()) }
    }
}

/// What the labels of the rows of a node come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// Of yes and no.
    Binary {
        /// How many say yes.
        positives: u64,
        /// Their share of the rows, rounded half-even to four decimals.
        probability: Share,
    },
    /// Of amounts.
    Numeric {
        /// The sum.
        #[serde(with = "text")]
        #[schema(value_type = String)]
        sum: Decimal,
        /// The mean, rounded half-even to six decimals.
        #[serde(with = "text")]
        #[schema(value_type = String)]
        mean: Decimal,
        /// The standard deviation, √(Σ (y − mean)² ÷ rows), rounded to six decimals.
        #[serde(with = "text")]
        #[schema(value_type = String)]
        deviation: Decimal,
    },
}

/// What a split asks of the value of its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    /// Is the number at most the threshold?
    AtMost {
        /// Half-way between two neighbouring values of the node.
        #[serde(with = "text")]
        #[schema(value_type = String)]
        threshold: Decimal,
        /// Where rows without a value go: where they gained more, or if the node had none of them, to
        /// the side with more rows.
        missing: Side,
    },
    /// Is there no value?
    Missing,
    /// Is it this text?
    Is {
        /// The text.
        value: String,
    },
}

impl Test {
    /// Whether values of this kind can be asked it.
    fn fits(&self, kind: FeatureKind) -> bool {
        match self {
            Self::AtMost { .. } => kind == FeatureKind::Numeric,
            Self::Is { .. } => kind == FeatureKind::Categorical,
            Self::Missing => true,
        }
    }
}

/// A question that divides the rows of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The column that is asked about.
    pub column: String,
    /// The question.
    pub test: Test,
    /// How much less mixed the sides are than the node: bits, Gini impurity, or squares of the amount,
    /// for each row; rounded to six decimals.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub gain: Decimal,
    /// The node of the rows of which it holds.
    pub yes: u32,
    /// The node of all others.
    pub no: u32,
}

/// A node: a leaf, unless there is a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its place among the nodes, counted from 0, which is the root. A node stands before all below
    /// it, and those of `yes` before those of `no`.
    pub id: u32,
    /// Splits above it.
    pub depth: u32,
    /// Training rows.
    pub rows: u64,
    /// What their labels come to.
    pub outcome: Outcome,
    /// How they are divided further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// A grown tree.
///
/// As JSON it has the same bytes whenever it is grown from the same sample with the same settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Kept")]
pub struct Tree {
    settings: Settings,
    features: Vec<Feature>,
    /// Which of them had no value in some training row.
    missing: Vec<bool>,
    nodes: Vec<Node>,
}

/// A tree as it is read, still to be checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    settings: Settings,
    features: Vec<Feature>,
    missing: Vec<bool>,
    nodes: Vec<Node>,
}

impl TryFrom<Kept> for Tree {
    type Error = MiningError;

    /// Refuses what could not be walked down: every node but the root stands below exactly one other,
    /// all with the outcome that the criterion has, and columns that are there.
    fn try_from(kept: Kept) -> Result<Self> {
        let Kept { settings, features, missing, nodes } = kept;
        settings.check().map_err(|_| MiningError::InvalidTree)?;
        let mut parents = vec![0; nodes.len()];
        let mut sound = !nodes.is_empty() && missing.len() == features.len();
        for (at, node) in nodes.iter().enumerate() {
            let binary = matches!(node.outcome, Outcome::Binary { .. });
            sound &= node.id as usize == at && node.rows > 0;
            sound &= binary != (settings.criterion == Criterion::Variance);
            let Some(split) = &node.split else { continue };
            let feature = features.iter().find(|feature| feature.name == split.column);
            sound &= feature.is_some_and(|feature| split.test.fits(feature.kind));
            for child in [split.yes, split.no] {
                let below = parents.get_mut(child as usize).filter(|_| child as usize > at);
                let Some(count) = below else { return Err(MiningError::InvalidTree) };
                *count += 1;
            }
        }
        sound &= parents.iter().skip(1).all(|count| *count == 1);
        if sound {
            Ok(Self::of(settings, features, missing, nodes))
        } else {
            Err(MiningError::InvalidTree)
        }
    }
}

impl Tree {
    pub(crate) fn of(
        settings: Settings,
        features: Vec<Feature>,
        missing: Vec<bool>,
        nodes: Vec<Node>,
    ) -> Self {
        Self { settings, features, missing, nodes }
    }

    /// How it was grown.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// The columns of its sample.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The nodes by id; there is at least the root.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of all training rows.
    pub fn root(&self) -> &Node {
        &self.nodes[0]
    }

    /// A leaf by id.
    pub fn leaf(&self, id: u32) -> Option<&Node> {
        self.nodes.get(id as usize).filter(|node| node.split.is_none())
    }

    /// Of which kind a column is, and whether some training row had no value in it.
    pub(crate) fn asked(&self, column: &str) -> (FeatureKind, bool) {
        let mut features = self.features.iter().zip(&self.missing);
        let found = features.find(|(feature, _)| feature.name == column);
        // A tree is not made of splits by other columns.
        found.map_or((FeatureKind::Categorical, true), |(one, missing)| (one.kind, *missing))
    }
}
