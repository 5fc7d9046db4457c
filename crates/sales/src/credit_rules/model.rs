//! A rule by which departments share, and how it splits a deal.

use crate::targets::TargetMetric;
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{
    Id, Line, Money, Result, Share, Text,
    problem::{INTERNAL, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Who has a share in deals.
    pub enum CreditDepartment {
        /// Whoever calls and is called.
        CallCentre = "call_centre" ("Call centre", "呼叫中心"),
        /// Whoever makes the pages of the company.
        Web = "web" ("Web", "网站"),
        /// Whoever visits.
        Field = "field" ("Field sales", "现场销售"),
    }
}

guanxi_kernel::words! {
    /// What is shared.
    pub enum CreditBasis {
        /// What won opportunities bring.
        Amount = "amount" ("Contract amount", "合同金额"),
        /// What customers have paid.
        Receipts = "receipts" ("Receipts", "回款"),
    }
}

impl CreditBasis {
    /// What counts as income.
    pub const fn metric(self) -> TargetMetric {
        match self {
            Self::Amount => TargetMetric::Amount,
            Self::Receipts => TargetMetric::Receipts,
        }
    }
}

/// Names a rule by which departments share.
pub type CreditRuleId = Id<CreditRule>;

type CreditRuleMeta = Meta<CreditRule>;

/// The share of a department in every deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditShare {
    /// The department, in no other share.
    pub department: CreditDepartment,
    /// What of each deal is credited to it.
    pub share: Share,
}

/// What callers write of a rule by which departments share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CreditRuleInput {
    /// What it is called.
    #[field(zh = "规则名称", filter)]
    pub name: Line<200>,
    /// What is shared.
    #[field(zh = "分享依据", filter)]
    pub basis: CreditBasis,
    /// Who has which share; together exactly 1.
    #[serde(default)]
    #[validate(length(max = 3), nested)]
    #[schema(max_items = 3)]
    #[field(zh = "分享比例", json)]
    pub shares: Vec<CreditShare>,
    /// The first day of deals that it is about.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "生效日期", filter)]
    pub valid_from: NaiveDate,
    /// The last day. A rule without one holds for good, so no other of its basis begins after it.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "失效日期")]
    pub valid_until: Option<NaiveDate>,
    /// What was agreed.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// How departments share what deals bring.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CreditRule {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CreditRuleMeta)]
    pub meta: Meta<CreditRule>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CreditRuleInput,
}

/// The resource of rules by which departments share.
pub static CREDIT_RULE: Kind = Kind::new::<CreditRule>(
    "credit_rule",
    "credit-rules",
    "credit_rules",
    Visibility::Tenant,
    Texts { en: "Credit-sharing rule", zh: "业绩分享规则" },
)
.searched(&["name"])
.known_by(&["name"]);

/// What of a deal is credited to each department, in the order of the shares: the parts make the whole.
///
/// # Errors
/// `internal` for shares of nothing, which no save lets pass.
pub(super) fn split(amount: Money, shares: &[CreditShare]) -> Result<Vec<Money>> {
    let weights: Vec<Decimal> = shares.iter().map(|one| one.share.to_decimal()).collect();
    amount.split(&weights).map_err(|error| INTERNAL.problem().because(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;

    #[test]
    fn x_120_the_parts_of_a_deal_make_the_deal() {
        let shares: Vec<CreditShare> = [3_333, 3_333, 3_334]
            .into_iter()
            .zip([CreditDepartment::CallCentre, CreditDepartment::Web, CreditDepartment::Field])
            .map(|(share, department)| CreditShare {
                department,
                share: Share::of_ten_thousandths(share),
            })
            .collect();
        let of = |minor| -> Vec<i64> {
            let parts = split(Money::new(minor, Currency::CNY), &shares).unwrap();
            parts.into_iter().map(Money::minor).collect()
        };
        // 0.3333, 0.3333 and 0.3334: the cent goes where most was lost.
        assert_eq!(of(1), [0, 0, 1]);
        assert_eq!(of(100), [33, 33, 34]);
        assert_eq!(of(-100), [-33, -33, -34], "a refund takes back what was credited");
        for minor in [0, 7, 99_999, 123_456_789] {
            assert_eq!(of(minor).iter().sum::<i64>(), minor);
        }
    }
}
