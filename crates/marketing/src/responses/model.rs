//! An answer to a campaign.

use crate::{
    campaign_members::CampaignMemberId,
    campaigns::{Campaign, CampaignId},
    media::{Medium, MediumId, ReplyChannel},
    research_answers::InformationSource,
    sales_results::SalesResult,
    source_codes::{SourceCode, SourceCodeId},
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contact_points::EmailAddress,
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    rules::likely_instant,
};
use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a response.
pub type ResponseId = Id<Response>;

type ResponseMeta = Meta<Response>;

/// What callers write of a response. Who has answered, when and by what stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ResponseInput {
    /// The campaign; that of the source code when absent.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// The code that they have written or said; that by which they were addressed when absent.
    #[serde(default)]
    #[field(zh = "源代码", filter)]
    pub source_code: Option<Line<60>>,
    /// Who answers; found by contact, phone number or e-mail address when absent.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// The person there.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// What somebody who is not known yet is called.
    #[serde(default)]
    #[field(zh = "姓名")]
    pub name: Option<Line<200>>,
    /// Their phone number, kept in E.164.
    #[serde(default)]
    #[field(zh = "电话")]
    pub phone: Option<Line<40>>,
    /// Their e-mail address.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    #[field(zh = "邮箱")]
    pub email: Option<Line<254>>,
    /// By which channel.
    #[field(zh = "反馈渠道", filter)]
    pub channel: ReplyChannel,
    /// When; now when absent, and not in the future.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "反馈时间", filter, sort)]
    pub responded_at: Option<DateTime<Utc>>,
    /// What they say.
    #[serde(default)]
    #[field(zh = "内容")]
    pub note: Option<Text<4000>>,
    /// Where they say that they look for information.
    #[serde(default)]
    #[field(zh = "信息来源", filter)]
    pub information_source: Option<InformationSource>,
}

/// An answer to a campaign.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Response {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ResponseMeta)]
    pub meta: Meta<Response>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ResponseInput,
    /// The source code.
    #[field(zh = "匹配的源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// Its medium.
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
    /// The member of the campaign who answers.
    #[field(zh = "活动成员", filter)]
    pub member_id: Option<CampaignMemberId>,
    /// Whether it is their first answer to the campaign: what follows, follows from that alone.
    #[field(zh = "首次反馈", filter)]
    pub first: bool,
    /// Who has answered, in a word that is the same for the same person.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) responder: String,
    /// The form on a public page by which they have answered.
    #[field(zh = "采集表单", filter)]
    pub capture_form_id: Option<Uuid>,
    /// The page from which they came to that of the form, as their browser says.
    #[field(zh = "来源页面")]
    pub referrer: Option<Line<500>>,
    /// `utm_source` of the link by which they came.
    #[field(zh = "UTM 来源")]
    pub utm_source: Option<Line<100>>,
    /// `utm_medium` of that.
    #[field(zh = "UTM 媒介")]
    pub utm_medium: Option<Line<100>>,
    /// `utm_campaign` of that.
    #[field(zh = "UTM 活动")]
    pub utm_campaign: Option<Line<100>>,
    /// The lead that it became.
    #[field(zh = "意向客户", filter)]
    pub lead_id: Option<Uuid>,
    /// What field sales came to with that lead, the last time.
    #[field(zh = "销售结果", filter)]
    pub sales_result: Option<SalesResult>,
    /// When.
    #[field(zh = "销售结果时间")]
    pub sales_result_at: Option<DateTime<Utc>>,
}

/// By which form somebody has answered, and from where they came to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The form.
    pub form: Uuid,
    /// The page before it.
    pub referrer: Option<Line<500>>,
    /// `utm_source`, `utm_medium` and `utm_campaign` of the link.
    pub utm: [Option<Line<100>>; 3],
}

/// The resource of responses.
pub static RESPONSE: Kind = Kind::new::<Response>(
    "response",
    "responses",
    "responses",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Response", zh: "活动反馈" },
)
.also(&["converted", "resulted"]);

impl ResponseInput {
    /// The address in lower case.
    pub(super) fn settle_email(&mut self) -> Result<(), &'static str> {
        if let Some(email) = self.email.take() {
            let kept = EmailAddress::try_from(email)?;
            self.email = Line::new(kept.as_ref()).ok();
        }
        Ok(())
    }
}
