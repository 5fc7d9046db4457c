//! A plan of commission and what it pays.

use chrono::NaiveDate;
use guanxi_kernel::{
    Id, Line, Money, Proportion, Quantity, Result, Share, Text,
    problem::{OUT_OF_RANGE, Texts},
    ratio::Ratio,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Of what commission is paid.
    pub enum CommissionBasis {
        /// Of what won opportunities bring.
        Amount = "amount" ("Contract amount", "合同金额"),
        /// Of what customers have paid.
        Receipts = "receipts" ("Receipts", "回款"),
        /// Of what is left behind the cost.
        Margin = "margin" ("Margin", "毛利"),
        /// Of what won opportunities bring, at a rate that rises with the attainment of the target.
        Attainment = "attainment" ("Attainment tiers", "指标完成阶梯"),
    }
}

/// Names a plan of commission.
pub type CommissionPlanId = Id<CommissionPlan>;

type CommissionPlanMeta = Meta<CommissionPlan>;

/// A rate from an attainment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommissionTier {
    /// The attainment from which on it holds: `0.8` for 80 % of the target.
    pub from: Proportion,
    /// The share that is paid of all that was won.
    pub rate: Share,
}

/// What callers write of a plan of commission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CommissionPlanInput {
    /// What it is called.
    #[field(zh = "提成方案名称", filter)]
    pub name: Line<200>,
    /// Of what is paid.
    #[field(zh = "提成依据", filter)]
    pub basis: CommissionBasis,
    /// The share that is paid; not with tiers.
    #[serde(default)]
    #[field(zh = "提成比例")]
    pub rate: Option<Share>,
    /// The tiers of the basis `attainment`, each from a higher attainment than the one before.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "提成阶梯", json)]
    pub tiers: Vec<CommissionTier>,
    /// The first day of deals that it pays for.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::likely_date"))]
    #[field(zh = "生效日期")]
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::likely_date"))]
    #[field(zh = "失效日期")]
    pub valid_until: Option<NaiveDate>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What representatives get of what they win.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CommissionPlan {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CommissionPlanMeta)]
    pub meta: Meta<CommissionPlan>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CommissionPlanInput,
}

/// The resource of plans of commission.
pub static COMMISSION_PLAN: Kind = Kind::new::<CommissionPlan>(
    "commission_plan",
    "commission-plans",
    "commission_plans",
    Visibility::Tenant,
    Texts { en: "Commission plan", zh: "提成方案" },
)
.searched(&["name"])
.known_by(&["name"]);

impl CommissionPlanInput {
    /// The rate: that of the highest tier that an attainment reaches, zero below all of them; or the
    /// one rate that there is.
    pub(super) fn rate(&self, attainment: Option<Ratio>) -> Share {
        match self.basis {
            CommissionBasis::Attainment => {
                let reached = attainment.and_then(|ratio| ratio.value());
                let reached = reached.map(|value| value * rust_decimal::Decimal::from(10_000));
                let tiers = self.tiers.iter().rev();
                let mut open = tiers.filter(|tier| {
                    reached.is_some_and(|it| it >= tier.from.ten_thousandths().into())
                });
                open.next().map_or(Share::ZERO, |tier| tier.rate)
            }
            _ => self.rate.unwrap_or_default(),
        }
    }
}

/// Base × rate, rounded half-even to the minor unit; nothing of a base below zero, for what was paid is
/// not taken back.
///
/// # Errors
/// `out_of_range`.
pub(super) fn commission(base: Money, rate: Share) -> Result<Money> {
    if base.minor() <= 0 {
        return Ok(Money::zero(base.currency()));
    }
    // What is left behind a discount of all but the rate.
    let paid = base.of_line(Quantity::ONE, rate.rest());
    paid.map_err(|error| OUT_OF_RANGE.with("expected", "less in total").because(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;

    fn yuan(major: i64) -> Money {
        Money::new(major * 100, Currency::CNY)
    }

    fn plan(
        basis: CommissionBasis,
        rate: Option<&str>,
        tiers: &[(&str, &str)],
    ) -> CommissionPlanInput {
        CommissionPlanInput {
            name: Line::new("2026").unwrap(),
            basis,
            rate: rate.map(|rate| rate.parse().unwrap()),
            tiers: tiers
                .iter()
                .map(|(from, rate)| CommissionTier {
                    from: from.parse().unwrap(),
                    rate: rate.parse().unwrap(),
                })
                .collect(),
            valid_from: None,
            valid_until: None,
            note: None,
        }
    }

    #[test]
    fn s_58_commission_is_a_rate_of_its_basis() {
        // 100,000 are signed, 40,000 of them received.
        let on_receipts = plan(CommissionBasis::Receipts, Some("0.05"), &[]);
        assert_eq!(commission(yuan(40_000), on_receipts.rate(None)).unwrap(), yuan(2_000));
        let on_amount = plan(CommissionBasis::Amount, Some("0.05"), &[]);
        assert_eq!(commission(yuan(100_000), on_amount.rate(None)).unwrap(), yuan(5_000));
        let cent = Money::new(50, Currency::CNY);
        assert_eq!(commission(cent, on_amount.rate(None)).unwrap().minor(), 2, "2.5 is 2");
        assert_eq!(commission(yuan(-5), on_amount.rate(None)).unwrap(), yuan(0));
    }

    #[test]
    fn s_58_tiers_rise_with_attainment() {
        let tiers = [("0.8", "0.02"), ("1", "0.03"), ("1.2", "0.05")];
        let plan = plan(CommissionBasis::Attainment, None, &tiers);
        let at = |up: i64| plan.rate(Some(Ratio::new(up, 1_000))).to_string();
        assert_eq!(
            [at(799), at(800), at(1_000), at(1_500)],
            ["0.0000", "0.0200", "0.0300", "0.0500"]
        );
        assert_eq!(plan.rate(Some(Ratio::new(1, 0))), Share::ZERO);
        assert_eq!(plan.rate(None), Share::ZERO);
    }
}
