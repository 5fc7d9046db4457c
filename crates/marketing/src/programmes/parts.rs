//! The parts of a programme.

use crate::{campaigns::CampaignId, decision_stages::DecisionStageName};
use guanxi_kernel::{Proportion, UserId, Word as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A campaign of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeCampaign {
    /// The campaign. It belongs to one programme at most.
    pub campaign_id: CampaignId,
    /// For people in which stage it is: what it costs is told of that.
    pub stage: DecisionStageName,
}

guanxi_kernel::words! {
    /// For what part of the company somebody works in a programme.
    pub enum ProgrammeTeamRole {
        /// Marketing.
        Marketing = "marketing" ("Marketing", "市场"),
        /// Those who call.
        CallCentre = "call_centre" ("Call centre", "呼叫中心"),
        /// Those who visit.
        FieldSales = "field_sales" ("Field sales", "现场销售"),
        /// Those who look after customers.
        Service = "service" ("Service", "服务"),
        /// Those who lead the company.
        Management = "management" ("Management", "管理层"),
        /// Others.
        Other = "other" ("Other", "其他"),
    }
}

/// Somebody who works in a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeTeamMember {
    /// The user.
    pub user_id: UserId,
    /// For what part of the company.
    pub role: ProgrammeTeamRole,
}

guanxi_kernel::words! {
    /// What a programme is to reach.
    pub enum ProgrammeMetric {
        /// What its contracts come to, in its currency.
        Revenue = "revenue" ("Revenue", "收入"),
        /// What is spent by what comes in.
        ExpenseToRevenue = "expense_to_revenue" ("Expense to revenue", "费用收入比"),
        /// The share of those who have bought that buy again.
        Retention = "retention" ("Retention", "客户保有率"),
        /// By which share there are more customers.
        BaseGrowth = "base_growth" ("Growth of the base", "客户基础增长率"),
        /// How satisfied customers are, from 0 to 100.
        Satisfaction = "satisfaction" ("Satisfaction", "客户满意度"),
    }
}

guanxi_kernel::words! {
    /// When what is reached pays.
    pub enum ProgrammeHorizon {
        /// Sales of now.
        ShortTerm = "short_term" ("Short term", "短期"),
        /// What makes those of later.
        LongTerm = "long_term" ("Long term", "长期"),
    }
}

impl ProgrammeMetric {
    /// When it pays.
    pub fn horizon(self) -> ProgrammeHorizon {
        match self {
            Self::Revenue | Self::ExpenseToRevenue => ProgrammeHorizon::ShortTerm,
            Self::Retention | Self::BaseGrowth | Self::Satisfaction => ProgrammeHorizon::LongTerm,
        }
    }
}

/// What a programme is to reach of one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeObjective {
    /// The figure.
    pub metric: ProgrammeMetric,
    /// What it is to come to.
    pub target: Proportion,
}

/// The horizons for which there is no objective.
pub(super) fn without_objective(objectives: &[ProgrammeObjective]) -> Vec<ProgrammeHorizon> {
    let is_open =
        |horizon: &ProgrammeHorizon| objectives.iter().all(|one| one.metric.horizon() != *horizon);
    ProgrammeHorizon::ALL.iter().copied().filter(is_open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_08_sales_of_now_and_what_makes_those_of_later_both_have_an_objective() {
        let of = |metrics: &[ProgrammeMetric]| {
            let target = "0.1".parse().unwrap();
            let objectives: Vec<ProgrammeObjective> = metrics
                .iter()
                .map(|metric| ProgrammeObjective { metric: *metric, target })
                .collect();
            without_objective(&objectives)
        };
        assert_eq!(of(&[]), ProgrammeHorizon::ALL);
        for now in [ProgrammeMetric::Revenue, ProgrammeMetric::ExpenseToRevenue] {
            assert_eq!(of(&[now]), [ProgrammeHorizon::LongTerm]);
            for later in ProgrammeMetric::ALL.iter().filter(|one| one.horizon() != now.horizon()) {
                assert_eq!(of(&[*later]), [ProgrammeHorizon::ShortTerm]);
                assert!(of(&[now, *later]).is_empty());
            }
        }
    }
}
