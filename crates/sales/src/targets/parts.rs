//! What targets are made of: figures on the wire, rounds of talks, proposals, versions.

use super::model::Dimension;
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{
    Line, Money, Quantity, Text, UserId, attainment::Figure, period::Period, ratio::Ratio,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A figure of a target: an amount, or a number of opportunities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum TargetFigure {
    /// An amount.
    Amount(Money),
    /// How many.
    Count(i64),
}

impl From<Figure> for TargetFigure {
    fn from(figure: Figure) -> Self {
        match figure {
            Figure::Amount(money) => Self::Amount(money),
            Figure::Count(count) => Self::Count(count),
        }
    }
}

/// A figure that was named in the talks about a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetRound {
    /// The figure.
    pub figure: TargetFigure,
    /// Why it should be that one.
    pub argument: Option<Text<1000>>,
    /// Who named it.
    pub author_id: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

guanxi_kernel::words! {
    /// What a factor stands for.
    pub enum FactorKind {
        /// Where the product is in its life cycle.
        LifeCycle = "life_cycle" ("Product life cycle", "产品生命周期"),
        /// How the market is.
        Market = "market" ("Market", "市场情况"),
        /// The social environment.
        Environment = "environment" ("Social environment", "社会环境"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

/// A multiplier behind what a model proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetFactor {
    /// What it stands for.
    pub kind: FactorKind,
    /// By how much the proposal is multiplied.
    pub multiplier: Quantity,
    /// Why.
    #[serde(default)]
    pub note: Option<Text<1000>>,
}

/// A factor with what it led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetFactorStep {
    /// What it stands for.
    pub kind: FactorKind,
    /// By how much the proposal was multiplied.
    pub multiplier: Quantity,
    /// Why.
    pub note: Option<Text<1000>>,
    /// Who said so.
    pub author_id: UserId,
    /// The proposal × all factors up to this one, rounded half-even.
    pub figure: TargetFigure,
}

/// What a period came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastFigure {
    /// The period.
    pub period: Period,
    /// What it came to.
    pub actual: TargetFigure,
}

/// How far a model would have been off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackTest {
    /// The mean of |actual − forecast| ÷ |actual|, as a share with six decimals; `null` if an actual
    /// figure was zero.
    pub mape: Option<String>,
    /// Σ |actual − forecast| ÷ Σ |actual|, likewise.
    pub wape: Option<String>,
    /// Over how many forecasts.
    pub forecasts: u64,
}

/// What a model proposes for the period of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetProposal {
    /// The model, such as `moving_average`, `seasonal_index` or `holt_winters_additive`.
    pub model: Line<40>,
    /// What it rests on, the oldest first.
    pub history: Vec<PastFigure>,
    /// How far it would have been off in the past; `null` if the history is too short to tell.
    pub back_test: Option<BackTest>,
    /// What it proposes for each part of the period, in their order.
    pub parts: Vec<PastFigure>,
    /// What each part of the year is of its mean, of a seasonal index.
    pub indices: Vec<String>,
    /// What it proposes for the whole period.
    pub proposed: TargetFigure,
    /// The factors one after the other, each with its author.
    pub factors: Vec<TargetFactorStep>,
    /// The proposal × all factors.
    #[serde(rename = "final")]
    pub outcome: TargetFigure,
    /// When it was made.
    pub at: DateTime<Utc>,
}

/// Why and from when on a target changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetChangeReason {
    /// `market`, `environment`, `cost`, `policy`, or one of the tenant's own.
    #[serde(default)]
    pub reason: Option<Line<40>>,
    /// What there is to say of it.
    #[serde(default)]
    pub note: Option<Text<1000>>,
    /// Who approves of it; the acting user when absent.
    #[serde(default)]
    pub approver_id: Option<UserId>,
    /// The business day from which on it holds: today, or the day of the version before it if that is
    /// later, when absent. It is not before that.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::likely_date"))]
    pub in_force_from: Option<NaiveDate>,
}

/// A version of a target: its figure and how it was divided, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetVersion {
    /// Counted from 1.
    pub number: i64,
    /// What was done.
    pub verb: String,
    /// The business day from which on it holds; `null` of the first one, which always did.
    #[schema(required)]
    pub in_force_from: Option<NaiveDate>,
    /// The figure before; `null` of the first one.
    #[schema(required)]
    pub old: Option<TargetFigure>,
    /// The figure.
    pub new: TargetFigure,
    /// Why; `null` if that was not asked.
    #[schema(required)]
    pub reason: Option<String>,
    /// What there was to say of it.
    #[schema(required)]
    pub note: Option<String>,
    /// Who did it.
    pub author_id: UserId,
    /// Who approved of it.
    pub approver_id: UserId,
    /// When it was told.
    pub recorded_at: DateTime<Utc>,
    /// Along what it was divided.
    pub dimensions: Vec<Dimension>,
}

/// A part of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetPart {
    /// The period by its name, anything else by its id.
    pub member: String,
    /// What falls to it.
    pub figure: TargetFigure,
    /// What of the whole falls to it.
    pub share: Ratio,
    /// What the parent of the target gives to the same member, if it is divided along this too.
    #[schema(required)]
    pub parent_figure: Option<TargetFigure>,
}

/// A target along one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetAxis {
    /// Along what.
    pub dimension: Dimension,
    /// Its members, in their order. They sum to the figure.
    pub members: Vec<TargetPart>,
}
