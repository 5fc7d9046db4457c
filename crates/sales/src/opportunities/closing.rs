//! What is said when an opportunity ends.

use crate::problems::WINNER_REQUIRED;
use chrono::{DateTime, Utc};
use guanxi_customers::{parties::PartyId, rules::not_negative};
use guanxi_kernel::{
    Money, Result, Text, UserId,
    scalar::{Entry, Type},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use utoipa::{PartialSchema, ToSchema, openapi};
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// Why an opportunity ended as it did.
    pub enum CloseReason {
        /// What it costs.
        Price = "price" ("Price", "价格"),
        /// What it can do.
        Product = "product" ("Product", "产品"),
        /// What it is worth to be served by the company.
        Service = "service" ("Service", "服务"),
        /// Who knows whom.
        Relationship = "relationship" ("Relationship", "客户关系"),
        /// A competitor was better, or was not.
        Competitor = "competitor" ("Competitor", "竞争对手"),
        /// The money is there, or is not.
        Budget = "budget" ("Budget", "预算"),
        /// When it can be had.
        Timing = "timing" ("Timing", "时机"),
        /// The customer does nothing.
        NoDecision = "no_decision" ("No decision", "未决策"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

/// Who won what the company lost: a competitor, or nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Winner {
    /// It is not known.
    Unknown,
    /// A party with the role of a competitor.
    Known(PartyId),
}

/// How it is written that nobody knows.
const UNKNOWN: &str = "unknown";

impl Serialize for Winner {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => to.serialize_str(UNKNOWN),
            Self::Known(id) => id.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Winner {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        if text == UNKNOWN {
            return Ok(Self::Unknown);
        }
        let wrong = |_| serde::de::Error::custom("invalid_format: the id of a party, or unknown");
        text.parse().map(Self::Known).map_err(wrong)
    }
}

impl PartialSchema for Winner {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        openapi::ObjectBuilder::new()
            .schema_type(openapi::schema::Type::String)
            .pattern(Some("^(unknown|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"))
            .description(Some("A competitor, or `unknown`."))
            .into()
    }
}

impl ToSchema for Winner {
    fn name() -> Cow<'static, str> {
        "Winner".into()
    }
}

/// What was learnt of an opportunity when it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingSummary {
    /// Why it ended so, the most important first.
    #[validate(length(min = 1, max = 9))]
    #[schema(min_items = 1, max_items = 9)]
    pub reasons: Vec<CloseReason>,
    /// What to do better, or again.
    pub lessons: Text<4000>,
    /// How the work on it went.
    pub process_review: Text<4000>,
    /// Who won it instead: a party with the role competitor, or `unknown`.
    #[serde(default)]
    pub winner_competitor_id: Option<Winner>,
    /// For how much, if that is known.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub winner_price: Option<Money>,
}

impl Entry for ClosingSummary {
    const TYPE: Type = Type::Text;
    const RARE: bool = true;

    fn term(&self) -> String {
        match self.winner_competitor_id {
            Some(Winner::Known(id)) => id.to_string(),
            Some(Winner::Unknown) => UNKNOWN.to_owned(),
            None => NOBODY.to_owned(),
        }
    }

    fn term_of(text: &str) -> Option<String> {
        match text {
            UNKNOWN | NOBODY => Some(text.to_owned()),
            id => Uuid::try_parse(id).ok().map(|id| id.to_string()),
        }
    }
}

/// The index term of a summary that names no winner.
const NOBODY: &str = "nobody";

impl ClosingSummary {
    /// The competitor who is known to have won.
    pub(super) fn winner(&self) -> Option<PartyId> {
        match self.winner_competitor_id {
            Some(Winner::Known(id)) => Some(id),
            _ => None,
        }
    }

    /// Whoever loses to a competitor says to whom.
    ///
    /// # Errors
    /// `winner_required`.
    pub(super) fn require_winner(&self) -> Result<()> {
        if self.reasons.contains(&CloseReason::Competitor) && self.winner_competitor_id.is_none() {
            return Err(WINNER_REQUIRED.at("/closing_summary/winner_competitor_id"));
        }
        Ok(())
    }
}

/// What was added to a summary later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Addendum {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: UserId,
    /// What.
    pub text: Text<4000>,
}
