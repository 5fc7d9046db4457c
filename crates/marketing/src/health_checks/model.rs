//! A check as a row, and what its findings must be.

use crate::{
    campaigns::{Campaign, CampaignCheckItem, CampaignId},
    problems::{NO_CHECK_ITEMS, UNKNOWN_CHECK_ITEM},
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    assets::{Asset, AssetId},
    parties::{Party, PartyId},
    rules::likely_instant,
    service_requests::ServiceRequestId,
};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Line, Problem, Result, Text, UserId,
    problem::{FieldError, REPEATED, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What was found of an item.
    pub enum CheckFindingResult {
        /// Nothing is to be done.
        Good = "good" ("Good", "正常"),
        /// It will have to be done before long.
        Watch = "watch" ("To be watched", "需关注"),
        /// It has to be done: a service request is made of it.
        Fault = "fault" ("Fault", "异常"),
    }
}

/// Names a check.
pub type HealthCheckId = Id<HealthCheck>;

type HealthCheckMeta = Meta<HealthCheck>;

/// What was found of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckFinding {
    /// The code of the item, one of the campaign.
    pub item: Line<40>,
    /// What was found.
    pub result: CheckFindingResult,
    /// More about that.
    #[serde(default)]
    pub note: Option<Text<1000>>,
}

/// What callers write of a check. What was checked and found stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct HealthCheckInput {
    /// The campaign; that of the path when absent.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// What was checked, e.g. a vehicle; each once in a campaign.
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: AssetId,
    /// Who has checked it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "检查人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// When; now when absent, and not in the future.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "检查时间", filter, sort)]
    pub checked_at: Option<DateTime<Utc>>,
    /// A finding for each item of the campaign.
    #[validate(length(min = 1, max = 100), nested)]
    #[schema(min_items = 1, max_items = 100)]
    #[field(zh = "检查结果", json)]
    pub findings: Vec<CheckFinding>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What a customer owns was checked.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct HealthCheck {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = HealthCheckMeta)]
    pub meta: Meta<HealthCheck>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: HealthCheckInput,
    /// Whose it was then.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// How many faults were found.
    #[field(zh = "异常项数")]
    pub faults: i64,
    /// The service requests that were made of them, in the order of the findings.
    #[schema(max_items = 100)]
    #[field(zh = "服务请求", json, terms = "service_request_id")]
    pub service_request_ids: Vec<ServiceRequestId>,
}

/// The resource of checks.
pub static HEALTH_CHECK: Kind = Kind::new::<HealthCheck>(
    "health_check",
    "health-checks",
    "health_checks",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Health check", zh: "健诊记录" },
)
.succeeded(Succession::Never);

impl HealthCheckInput {
    /// What every finding of a fault is called in its service request, in their order, for the items of a campaign.
    ///
    /// # Errors
    /// `no_check_items`; `unknown_check_item`, `repeated` or `required` at the findings.
    pub(super) fn faults(&self, items: &[CampaignCheckItem]) -> Result<Vec<(String, Text<4000>)>> {
        if items.is_empty() {
            return Err(NO_CHECK_ITEMS.at("/campaign_id"));
        }
        let known: Vec<&str> = items.iter().map(|item| &*item.code).collect();
        let (mut seen, mut faults, mut findings) = (BTreeSet::new(), Vec::new(), Vec::new());
        for (at, one) in self.findings.iter().enumerate() {
            let place = format!("/findings/{at}/item");
            let Some(item) = items.iter().find(|item| item.code == one.item) else {
                let finding: FieldError = UNKNOWN_CHECK_ITEM.field(place);
                findings.push(finding.with("known", known.clone()));
                continue;
            };
            if !seen.insert(&*one.item) {
                findings.push(REPEATED.field(place));
            } else if one.result == CheckFindingResult::Fault {
                let said = one.note.as_deref().unwrap_or(&item.name);
                let said = Text::new(said).unwrap_or_else(|_| unreachable!("it was one"));
                faults.push((item.name.to_string(), said));
            }
        }
        Problem::collect(findings)?;
        match seen.len() == items.len() {
            true => Ok(faults),
            false => Err(REQUIRED.at("/findings")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn faults(findings: &serde_json::Value) -> Result<Vec<String>> {
        let items =
            json!([{ "code": "brakes", "name": "制动" }, { "code": "tyres", "name": "轮胎" }]);
        let items: Vec<CampaignCheckItem> = serde_json::from_value(items).unwrap();
        let input = json!({ "asset_id": Uuid::nil(), "findings": findings });
        let input: HealthCheckInput = serde_json::from_value(input).unwrap();
        Ok(input
            .faults(&items)?
            .into_iter()
            .map(|(name, said)| format!("{name} {}", &*said))
            .collect())
    }

    #[test]
    fn d_57_every_item_has_one_finding_and_faults_are_told() {
        let finding = |item: &str, result: &str| json!({ "item": item, "result": result });
        let worn = json!({ "item": "tyres", "result": "fault", "note": "磨损" });
        let found = faults(&json!([finding("brakes", "fault"), worn])).unwrap();
        assert_eq!(found, ["制动 制动", "轮胎 磨损"]);
        assert!(
            faults(&json!([finding("brakes", "good"), finding("tyres", "watch")]))
                .unwrap()
                .is_empty()
        );
        let refused = faults(&json!([finding("brakes", "good")])).unwrap_err();
        assert!(refused.is(&REQUIRED));
        for wrong in ["brakes", "horn"] {
            assert!(faults(&json!([finding("brakes", "good"), finding(wrong, "good")])).is_err());
        }
    }
}
