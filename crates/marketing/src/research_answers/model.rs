//! An answer as a row.

use crate::{
    contact_preferences::ContactWay,
    media::MediumKind,
    research_codes::{ResearchCode, ResearchCodeId, ResearchTopic},
    research_interviews::{ResearchInterview, ResearchInterviewId},
};
use chrono::{DateTime, Utc};
use guanxi_customers::contacts::{Contact, ContactId, DecisionRole};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Where people look for information before they buy.
    pub enum InformationSource {
        /// They search the web.
        SearchEngine = "search_engine" ("Search engine", "搜索引擎"),
        /// Pages of the company.
        Website = "website" ("Website of the company", "公司网站"),
        /// What others write on the web.
        SocialMedia = "social_media" ("Social media and forums", "社交媒体和论坛"),
        /// Papers and pages of their trade.
        TradePress = "trade_press" ("Trade press", "行业媒体"),
        /// Exhibitions and meetings.
        Exhibition = "exhibition" ("Exhibitions and meetings", "展会和会议"),
        /// Advertisements.
        Advertisement = "advertisement" ("Advertisements", "广告"),
        /// Letters and mails of suppliers.
        Mailing = "mailing" ("Letters and mails", "直邮和邮件"),
        /// People who sell.
        SalesPeople = "sales_people" ("Sales people", "销售人员"),
        /// People whom they know.
        Colleagues = "colleagues" ("Colleagues and friends", "同行和朋友"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

/// Names an answer.
pub type ResearchAnswerId = Id<ResearchAnswer>;

type ResearchAnswerMeta = Meta<ResearchAnswer>;

/// What callers write of an answer. The interview stays, and once that is completed so do the question and the words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ResearchAnswerInput {
    /// The interview; that of the path when absent.
    #[serde(default)]
    #[field(zh = "访谈", filter, to = ResearchInterview)]
    pub research_interview_id: Option<ResearchInterviewId>,
    /// The code of the question in the guide; none if nobody has asked. A question may have several answers.
    #[serde(default)]
    #[field(zh = "问题代码", filter)]
    pub question_code: Option<Line<40>>,
    /// What they have said.
    #[field(zh = "回答")]
    pub text: Text<4000>,
    /// What it is about; when absent the topic of the section of the guide in which the question is.
    #[serde(default)]
    #[field(zh = "研究主题", filter)]
    pub topic: Option<ResearchTopic>,
    /// The code of that topic under which it is brought.
    #[serde(default)]
    #[field(zh = "调研编码", filter, to = ResearchCode)]
    pub research_code_id: Option<ResearchCodeId>,
    /// Whom of the party it is about; the person who is interviewed when absent.
    #[serde(default)]
    #[field(zh = "所述联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// Where they look for information; of `awareness` and `media`.
    #[serde(default)]
    #[field(zh = "信息来源", filter)]
    pub information_source: Option<InformationSource>,
    /// What that person is in the decision; of `decision_process`.
    #[serde(default)]
    #[field(zh = "决策角色", filter)]
    pub decision_role: Option<DecisionRole>,
    /// The media that they accept, the dearest first, each once; of `media`.
    #[serde(default)]
    #[validate(length(max = 8))]
    #[schema(max_items = 8)]
    #[field(zh = "媒介偏好顺序", json)]
    pub media: Vec<MediumKind>,
    /// How many messages they want in the period at most; of `media`.
    #[serde(default)]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    #[field(zh = "期间最多条数")]
    pub max_messages: Option<i64>,
    /// The period in days; of `media`, with `max_messages`.
    #[serde(default)]
    #[validate(range(min = 1, max = 366))]
    #[schema(minimum = 1, maximum = 366)]
    #[field(zh = "期间天数")]
    pub period_days: Option<i64>,
    /// How they want to be spoken to; of `contact_way`.
    #[serde(default)]
    #[field(zh = "偏好联系方式", filter)]
    pub contact_way: Option<ContactWay>,
}

/// Something that was said in an interview.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ResearchAnswer {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ResearchAnswerMeta)]
    pub meta: Meta<ResearchAnswer>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ResearchAnswerInput,
    /// Who has coded it last; nobody yet when null.
    #[field(zh = "编码人", to = User)]
    pub coded_by: Option<UserId>,
    /// When.
    #[field(zh = "编码时间")]
    pub coded_at: Option<DateTime<Utc>>,
}

/// The resource of answers.
pub static RESEARCH_ANSWER: Kind = Kind::new::<ResearchAnswer>(
    "research_answer",
    "research-answers",
    "research_answers",
    Visibility::Parent {
        column: "research_interview_id",
        table: "research_interviews",
        shared: None,
    },
    Texts { en: "Research answer", zh: "访谈回答" },
);
