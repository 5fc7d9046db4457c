//! A member of a campaign.

use crate::{
    campaigns::{Campaign, CampaignId},
    messages::ExclusionReason,
    sales_results::SalesResult,
    source_codes::SourceCodeId,
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
};
use guanxi_kernel::{Id, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a member.
pub type CampaignMemberId = Id<CampaignMember>;

type CampaignMemberMeta = Meta<CampaignMember>;

guanxi_kernel::words! {
    /// How far the taking part of somebody has come.
    #[derive(Default)]
    pub enum CampaignMemberStatus {
        /// They are asked.
        #[default]
        Invited = "invited" ("Invited", "已邀请"),
        /// They wait for a seat.
        Waiting = "waiting" ("Waiting", "候补中"),
        /// They want to come, and have a seat where seats are counted.
        Registered = "registered" ("Registered", "已报名"),
        /// They came.
        Attended = "attended" ("Attended", "已出席"),
        /// They do not want to come.
        Declined = "declined" ("Declined", "已谢绝"),
        /// They wanted to come and did not.
        NoShow = "no_show" ("No show", "未到场"),
    }
}

impl CampaignMemberStatus {
    /// Whether somebody in it takes a seat.
    pub(crate) fn has_seat(self) -> bool {
        matches!(self, Self::Registered | Self::Attended)
    }
}

/// What callers write of a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CampaignMemberInput {
    /// The campaign; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// The party.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The person there, if one is meant.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// How far it has come. Who is to wait for a seat of the event is registered at once if there is one; who waits
    /// gets the next one that is free, in the order in which they came to wait.
    #[serde(default)]
    #[field(zh = "参加状态", filter)]
    pub status: CampaignMemberStatus,
    /// The member of the same campaign who has invited them, where it was not the company. It stays.
    #[serde(default)]
    #[field(zh = "邀请人", filter, to = CampaignMember)]
    pub invited_by_id: Option<CampaignMemberId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// Somebody who is invited to a campaign.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CampaignMember {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CampaignMemberMeta)]
    pub meta: Meta<CampaignMember>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CampaignMemberInput,
    /// When they have registered first.
    #[field(zh = "报名时间")]
    pub registered_at: Option<DateTime<Utc>>,
    /// Since when they wait for a seat, while they do.
    #[field(zh = "候补开始时间")]
    pub waiting_since: Option<DateTime<Utc>>,
    /// When what they came to began; of campaigns without an event when that was noted.
    #[field(zh = "出席时间")]
    pub attended_at: Option<DateTime<Utc>>,
    /// When they answered first.
    #[field(zh = "首次反馈时间")]
    pub responded_at: Option<DateTime<Utc>>,
    /// What field sales came to with them, the last time.
    #[field(zh = "销售结果", filter)]
    pub sales_result: Option<SalesResult>,
    /// When.
    #[field(zh = "销售结果时间")]
    pub sales_result_at: Option<DateTime<Utc>>,
    /// The source code by which they are addressed, once one is assigned.
    #[field(computed)]
    pub source_code_id: Option<SourceCodeId>,
    /// Why no message of the campaign is sent to them, whatever they have agreed to: `control_group` once the experiment
    /// of the campaign keeps their party out, to compare. `null` otherwise, and for whoever does not see the party.
    #[field(computed)]
    pub excluded: Option<ExclusionReason>,
}

/// The resource of members of campaigns.
pub static CAMPAIGN_MEMBER: Kind = Kind::new::<CampaignMember>(
    "campaign_member",
    "campaign-members",
    "campaign_members",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Campaign member", zh: "活动成员" },
)
.also(&["responded", "resulted"]);
