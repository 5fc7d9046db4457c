//! What the verbs of assets ask for, and the readings as they are shown.

use crate::{parties::PartyId, rules::likely_date};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Text, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Somebody has read the meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "value": 12_480, "read_on": "2026-03-31" })))]
pub struct ReadMeter {
    /// What it shows.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub value: i64,
    /// On which business day; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub read_on: Option<NaiveDate>,
    /// Whether it takes back the readings that contradict it: they were wrong, or the meter is new.
    #[serde(default)]
    pub correction: bool,
    /// What is to be known of it.
    #[serde(default)]
    pub note: Option<Text<1000>>,
}

/// It was serviced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "serviced_on": "2026-03-31", "reading": 12_500 })))]
pub struct RecordService {
    /// On which business day; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub serviced_on: Option<NaiveDate>,
    /// What its meter showed, which is a reading like any other; `null` if nobody has looked.
    #[serde(default)]
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub reading: Option<i64>,
}

/// It belongs to somebody else now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78", "note": "二手车过户" })))]
pub struct TransferAsset {
    /// To whom.
    pub party_id: PartyId,
    /// Since which business day; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub transferred_on: Option<NaiveDate>,
    /// What is to be known of it.
    #[serde(default)]
    pub note: Option<Text<1000>>,
}

/// What the meter of an asset showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeterReading {
    /// On which business day.
    pub read_on: NaiveDate,
    /// What it showed.
    pub value: i64,
    /// Whether it took back readings before it.
    pub correction: bool,
    /// Whether it counts still; else a correction has taken it back.
    pub counts: bool,
    /// What is to be known of it.
    #[schema(required)]
    pub note: Option<Text<1000>>,
    /// Who has told it.
    pub recorded_by: UserId,
    /// When.
    pub recorded_at: DateTime<Utc>,
}
