//! A switching risk. Pure.

use crate::{
    parties::{Party, PartyId},
    rules::likely_date,
};
use chrono::NaiveDate;
use guanxi_kernel::{Id, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a switching risk.
pub type SwitchingRiskId = Id<SwitchingRisk>;

type SwitchingRiskMeta = Meta<SwitchingRisk>;

/// Something that speaks for or against it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchingEvidence {
    /// What was seen.
    pub description: Text<500>,
    /// On which day, where that is known.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub observed_on: Option<NaiveDate>,
}

/// What callers write of a switching risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct SwitchingRiskInput {
    /// The customer. It is set when the risk is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// How likely it goes to somebody else: from 0, not at all, to 100, certainly.
    #[validate(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    #[field(zh = "转移风险分", filter, sort)]
    pub score: i64,
    /// What that rests on.
    #[validate(length(min = 1, max = 20), nested)]
    #[schema(min_items = 1, max_items = 20)]
    #[field(zh = "依据", json)]
    pub evidence: Vec<SwitchingEvidence>,
    /// On which day it was judged so; today when a new one says nothing.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "评估日期", filter)]
    pub assessed_on: Option<NaiveDate>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// How likely a customer goes to somebody else.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct SwitchingRisk {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = SwitchingRiskMeta)]
    pub meta: Meta<SwitchingRisk>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: SwitchingRiskInput,
}

/// The resource of switching risks.
pub static SWITCHING_RISK: Kind = Kind::new::<SwitchingRisk>(
    "switching_risk",
    "switching-risks",
    "switching_risks",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Switching risk", zh: "客户转移风险" },
);

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use serde_json::json;

    #[test]
    fn k_14_a_score_lists_its_evidence() {
        let read = |score: i64, evidence: serde_json::Value| {
            let party = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
            let body = json!({ "party_id": party, "score": score, "evidence": evidence });
            input::read::<SwitchingRiskInput>(body)
        };
        let seen = json!([{ "description": "只比价,未回访", "observed_on": "2026-01-05" }]);
        assert!(read(70, seen.clone()).is_ok());
        assert!(read(70, json!([])).is_err());
        assert!(read(101, seen).is_err());
    }
}
