//! The parts of a programme.

use crate::{campaigns::CampaignId, decision_stages::DecisionStageName};
use guanxi_kernel::UserId;
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
