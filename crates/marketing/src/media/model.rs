//! A medium.

use guanxi_customers::rules::not_negative;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Money, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What sort of medium it is.
    pub enum MediumKind {
        /// The press and the public.
        PublicRelations = "public_relations" ("Public relations", "公共关系"),
        /// Advertisements that ask for an answer.
        DirectResponse = "direct_response" ("Direct-response advertising", "直接反应广告"),
        /// Pages of the company.
        Website = "website" ("Website", "网站"),
        /// Mails by wire.
        Email = "email" ("E-mail", "电子邮件"),
        /// Mails on paper.
        DirectMail = "direct_mail" ("Direct mail", "直邮"),
        /// Calls, in and out.
        CallCentre = "call_centre" ("Call centre", "呼叫中心"),
        /// Visits, and shops that people walk into.
        FieldSales = "field_sales" ("Field sales and shops", "现场销售/商店"),
        /// Pages where customers talk with each other and with the company.
        Community = "community" ("Community", "社区平台"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

guanxi_kernel::words! {
    /// How people answer.
    pub enum ReplyChannel {
        /// They call.
        Call = "call" ("Incoming call", "电话呼入"),
        /// They hand in a coupon.
        Coupon = "coupon" ("Coupon", "优惠券"),
        /// They send a fax.
        Fax = "fax" ("Fax", "传真"),
        /// They send an e-mail.
        Email = "email" ("E-mail", "电子邮件"),
        /// They write on a page.
        Website = "website" ("Website", "网站"),
    }
}

/// Months over which a medium is watched that does not say otherwise.
pub(super) const WATCHED_MONTHS: i64 = 3;

/// Names a medium.
pub type MediumId = Id<Medium>;

type MediumMeta = Meta<Medium>;

/// What callers write of a medium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MediumInput {
    /// The letters that stand for it in source codes, e.g. `D`; no two media have the same. They are kept
    /// in capitals.
    #[field(zh = "媒介代码", filter)]
    pub code: Line<4>,
    /// What it is called.
    #[field(zh = "媒介名称", filter)]
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    #[field(zh = "中文名称")]
    pub name_zh: Option<Line<100>>,
    /// What sort of medium it is.
    #[field(zh = "媒介类型", filter)]
    pub kind: MediumKind,
    /// What it costs to reach somebody by it once.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "单位成本", money)]
    pub unit_cost: Option<Money>,
    /// By which channels people answer to it, each once.
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(max_items = 5)]
    #[field(zh = "反馈渠道", json, terms = "reply_channel")]
    pub reply_channels: Vec<ReplyChannel>,
    /// Who gets a task, one at a time, once what is spent on it by what it brings (E:R) has risen over
    /// `watched_months`; nobody when absent. It takes the right to read all campaigns and contracts to name somebody,
    /// since the task tells what they come to.
    #[serde(default)]
    #[field(zh = "费用收入比关注人", to = User)]
    pub watched_by_id: Option<UserId>,
    /// So many whole months are looked at, the last one last: in each but the first E:R is more than in the one
    /// before.
    #[serde(default = "three")]
    #[validate(range(min = 2, max = 24))]
    #[schema(default = 3, minimum = 2, maximum = 24)]
    #[field(zh = "关注月数")]
    pub watched_months: i64,
    /// Whether it is used.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

fn three() -> i64 {
    WATCHED_MONTHS
}

/// A way by which people are reached.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Medium {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MediumMeta)]
    pub meta: Meta<Medium>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MediumInput,
}

/// The resource of media.
pub static MEDIUM: Kind = Kind::new::<Medium>(
    "medium",
    "media",
    "media",
    Visibility::Tenant,
    Texts { en: "Medium", zh: "媒介" },
)
.searched(&["code", "name"])
.known_by(&["code", "name"]);
