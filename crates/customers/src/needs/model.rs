//! A need as the API shows it.

use super::{NeedType, NeedTypeId};
use crate::{
    assets::{Asset, AssetId},
    care_contacts::{CareContact, CareContactId},
    parties::{Party, PartyId},
    rules::likely_date,
    service_requests::{ServiceChannel, ServiceRequest, ServiceRequestId},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What became of a need.
    #[derive(Default)]
    pub enum NeedStatus {
        /// Nothing was decided yet.
        #[default]
        Open = "open" ("Open", "未采纳"),
        /// The product or the service is to fulfil it.
        Adopted = "adopted" ("Adopted", "已采纳"),
        /// It is not.
        Declined = "declined" ("Declined", "不采纳"),
    }
}

/// Names a need.
pub type NeedId = Id<Need>;

type NeedMeta = Meta<Need>;

/// What callers write of a need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct NeedInput {
    /// Whose need it is. It is set when the need is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// Of what type it is.
    #[field(zh = "需求类型", filter, to = NeedType)]
    pub need_type_id: NeedTypeId,
    /// About which of its assets.
    #[serde(default)]
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: Option<AssetId>,
    /// The care contact in which it was recorded. It is set when the need is made, and calls for a service request.
    #[serde(default)]
    #[field(zh = "来源维系联系", filter, to = CareContact)]
    pub care_contact_id: Option<CareContactId>,
    /// About which product, e.g. the model; that of the asset when a new need says nothing.
    #[serde(default)]
    #[field(zh = "产品", filter)]
    pub product: Option<Line<200>>,
    /// What is needed.
    #[field(zh = "标题")]
    pub title: Line<200>,
    /// By which way it was said; a service request that follows from it has come by that.
    #[serde(default = "phone")]
    #[schema(default = "phone")]
    #[field(zh = "来源渠道")]
    pub channel: ServiceChannel,
    /// On which business day it was said; today when a new need says nothing.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "提出日期", filter, sort)]
    pub noted_on: Option<NaiveDate>,
    /// Who has heard of it; the acting user when a new need names nobody.
    #[serde(default)]
    #[field(zh = "登记人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// What became of it.
    #[serde(default)]
    #[field(zh = "状态", filter)]
    pub status: NeedStatus,
    /// More about it.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

fn phone() -> ServiceChannel {
    ServiceChannel::Phone
}

/// What a customer would want.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Need {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = NeedMeta)]
    pub meta: Meta<Need>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: NeedInput,
    /// The service request that follows from it, if it was recorded in a care contact.
    #[field(zh = "服务请求", filter, to = ServiceRequest)]
    pub service_request_id: Option<ServiceRequestId>,
    /// When it was adopted or declined.
    #[field(zh = "决定时间")]
    pub decided_at: Option<DateTime<Utc>>,
}

/// The resource of needs.
pub static NEED: Kind = Kind::new::<Need>(
    "need",
    "needs",
    "needs",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Need", zh: "客户需求" },
)
.succeeded(Succession::Never)
.searched(&["title"]);
