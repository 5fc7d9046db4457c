//! A stocktake, and what its lines add up to. Pure.

use crate::{
    parties::PartyId,
    problems::{STOCKTAKE_CLOSED, STOCKTAKE_OPEN_LINES},
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Result, Text, UserId, problem::Texts, ratio::Ratio};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{
    ToSchema,
    openapi::{OneOfBuilder, Ref, Schema, schema::Object, schema::Type},
};
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How far a stocktake has come.
    #[derive(Default)]
    pub enum StocktakeStatus {
        /// Customers are checked.
        #[default]
        Open = "open" ("Open", "盘点中"),
        /// All were, and it stays as it is.
        Closed = "closed" ("Closed", "已关闭"),
    }
}

guanxi_kernel::words! {
    /// What came of checking a customer.
    pub enum StocktakeResult {
        /// What is known is so.
        Confirmed = "confirmed" ("Confirmed", "属实"),
        /// It was not, and is put right.
        Corrected = "corrected" ("Corrected", "已更正"),
        /// There is no such customer any more, or nobody can be reached.
        Invalid = "invalid" ("Invalid", "无效"),
    }
}

/// Names a stocktake.
pub type StocktakeId = Id<Stocktake>;

type StocktakeMeta = Meta<Stocktake>;

/// What callers write of a stocktake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct StocktakeInput {
    /// What it is called.
    #[field(zh = "名称")]
    pub name: Line<200>,
    /// Who sees to it; the acting user when a new one names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Customers whose data are checked, one by one.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Stocktake {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = StocktakeMeta)]
    pub meta: Meta<Stocktake>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: StocktakeInput,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: StocktakeStatus,
    /// How many customers are on it.
    #[field(zh = "客户数")]
    pub lines: i64,
    /// Of how many all was so.
    #[field(zh = "属实数")]
    pub confirmed: i64,
    /// Of how many something was put right.
    #[field(zh = "更正数")]
    pub corrected: i64,
    /// How many are no customers any more.
    #[field(zh = "无效数")]
    pub invalid: i64,
    /// `confirmed` of all that were checked.
    #[field(computed)]
    pub accuracy: Option<Ratio>,
    /// When it was closed.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "关闭人", to = User)]
    pub closed_by: Option<UserId>,
}

/// The resource of stocktakes.
pub static STOCKTAKE: Kind = Kind::new::<Stocktake>(
    "stocktake",
    "stocktakes",
    "stocktakes",
    Visibility::Owner,
    Texts { en: "Stocktake of customers", zh: "基盘盘点" },
)
.succeeded(Succession::While(&["open"]))
.searched(&["name"])
.also(&["opened", "checked", "closed"]);

fn filter_schema() -> Schema {
    // The document describes filters once, beside the searches.
    let null = Object::with_type(Type::Null);
    OneOfBuilder::new().item(Ref::from_schema_name("Filter")).item(null).into()
}

/// Begins a stocktake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "2026 年第一季度基盘盘点",
    "filter": { "field": "tier", "op": "=", "value": "A" } })))]
pub struct OpenStocktake {
    /// What it is called.
    pub name: Line<200>,
    /// Which customers, as in a search of parties; all that you see when absent.
    #[serde(default)]
    #[schema(schema_with = filter_schema)]
    pub filter: Option<Json>,
    /// Only the members of this segment.
    #[serde(default)]
    pub segment_id: Option<Uuid>,
    /// Who sees to it; you when absent.
    #[serde(default)]
    pub owner_id: Option<UserId>,
    /// Anything else worth knowing.
    #[serde(default)]
    pub note: Option<Text<4000>>,
}

/// A customer was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckStocktakeLine {
    /// The customer, which is on the stocktake.
    pub party_id: PartyId,
    /// What came of it.
    pub result: StocktakeResult,
    /// What is to be known of it, e.g. what was wrong.
    #[serde(default)]
    pub note: Option<Text<1000>>,
}

/// Customers were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "lines": [
    { "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "result": "confirmed" },
    { "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78", "result": "corrected", "note": "电话已更换" },
] })))]
pub struct CheckStocktake {
    /// Each of them, once. Checking one again takes the place of what was said before.
    #[validate(length(min = 1, max = 200), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<CheckStocktakeLine>,
}

/// A customer on a stocktake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StocktakeLine {
    /// The customer.
    pub party_id: PartyId,
    /// What came of checking it; `null` while nobody has.
    #[schema(required)]
    pub result: Option<StocktakeResult>,
    /// What is to be known of that.
    #[schema(required)]
    pub note: Option<Text<1000>>,
    /// When it was checked last.
    #[schema(required)]
    pub checked_at: Option<DateTime<Utc>>,
    /// By whom.
    #[schema(required)]
    pub checked_by: Option<UserId>,
}

/// How many lines have each result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) confirmed: i64,
    pub(super) corrected: i64,
    pub(super) invalid: i64,
}

impl Stocktake {
    fn checked(&self) -> i64 {
        self.confirmed + self.corrected + self.invalid
    }

    /// How much of what was checked was right.
    pub(super) fn shown_accuracy(&self) -> Ratio {
        Ratio::new(self.confirmed, self.checked())
    }

    /// Refuses what is closed.
    ///
    /// # Errors
    /// `stocktake_closed`.
    pub(super) fn open(&self) -> Result<()> {
        match self.status {
            StocktakeStatus::Open => Ok(()),
            StocktakeStatus::Closed => Err(STOCKTAKE_CLOSED.problem()),
        }
    }

    /// Takes over what its lines add up to.
    ///
    /// # Errors
    /// `stocktake_closed`.
    pub(super) fn count(&mut self, counts: Counts) -> Result<()> {
        self.open()?;
        (self.confirmed, self.corrected) = (counts.confirmed, counts.corrected);
        self.invalid = counts.invalid;
        Ok(())
    }

    /// It stays as it is.
    ///
    /// # Errors
    /// `stocktake_closed`; `stocktake_open_lines` while somebody is to be checked.
    pub(super) fn close(&mut self, now: DateTime<Utc>, by: UserId) -> Result<()> {
        self.open()?;
        let left = self.lines - self.checked();
        if left > 0 {
            return Err(STOCKTAKE_OPEN_LINES.with("lines", left));
        }
        self.status = StocktakeStatus::Closed;
        (self.closed_at, self.closed_by) = (Some(now), Some(by));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    #[test]
    fn d_35_accuracy_is_what_was_confirmed_of_what_was_checked() {
        let mut one: Stocktake = testing::record(input::read(Stocktake::example()).unwrap());
        one.lines = 100;
        assert_eq!(one.shown_accuracy().value(), None, "nothing was checked");
        let by = Uuid::nil().into();
        let now = DateTime::UNIX_EPOCH;
        one.count(Counts { confirmed: 90, corrected: 7, invalid: 2 }).unwrap();
        let early = one.close(now, by).unwrap_err();
        assert!(early.is(&STOCKTAKE_OPEN_LINES));
        assert_eq!(early.params()["lines"], 1);
        one.count(Counts { confirmed: 90, corrected: 7, invalid: 3 }).unwrap();
        let accuracy = one.shown_accuracy().value().map(|value| format!("{value:.4}"));
        assert_eq!(accuracy.as_deref(), Some("0.9000"));
        one.close(now, by).unwrap();
        assert!(one.close(now, by).unwrap_err().is(&STOCKTAKE_CLOSED));
        assert!(one.count(Counts::default()).unwrap_err().is(&STOCKTAKE_CLOSED));
    }
}
