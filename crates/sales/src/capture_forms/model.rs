//! A form and the rules that need nothing but itself.

use crate::lead_pools::{LeadPool, LeadPoolId};
use guanxi_bulk::collection_channels::{CollectionChannel, CollectionChannelId};
use guanxi_customers::rules::repeated;
use guanxi_identity::{api_keys::is_origin, users::User};
use guanxi_kernel::{
    Id, Line, TenantId, Text, UserId, Word as _,
    problem::{FieldError, INVALID_FORMAT, OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_marketing::{
    campaigns::{Campaign, CampaignId},
    media::MediumKind,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What a form can ask for.
    pub enum CaptureField {
        /// What they are called.
        Name = "name" ("Name", "姓名"),
        /// Their phone number.
        Phone = "phone" ("Phone", "电话"),
        /// Their e-mail address.
        Email = "email" ("E-mail", "邮箱"),
        /// What they want to say.
        Note = "note" ("Note", "内容"),
        /// The code that they were addressed by.
        SourceCode = "source_code" ("Source code", "源代码"),
        /// Where they look for information.
        InformationSource = "information_source" ("Information source", "信息来源"),
    }
}

/// Names a form.
pub type CaptureFormId = Id<CaptureForm>;

type CaptureFormMeta = Meta<CaptureForm>;

/// Something that a form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureFormField {
    /// What.
    pub field: CaptureField,
    /// Whether nothing is taken without it.
    #[serde(default)]
    pub required: bool,
}

/// What a form lets people agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureConsent {
    /// What the page says beside the box that they tick; it becomes part of the proof.
    pub text: Text<500>,
    /// For what they may be written to, in a word of the company, e.g. `newsletter`.
    pub purpose: Line<60>,
    /// By which sort of medium.
    pub medium: MediumKind,
    /// Whether nothing is taken from whoever does not agree.
    #[serde(default)]
    pub required: bool,
}

/// What callers write of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CaptureFormInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// Whether anything is taken by it; otherwise its key is as good as unknown.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// The campaign that people answer to.
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: CampaignId,
    /// The code of those who name none.
    #[serde(default)]
    #[field(zh = "源代码")]
    pub source_code: Option<Line<60>>,
    /// What it asks for, in order. Anything else is refused.
    #[validate(length(min = 1, max = 6))]
    #[schema(min_items = 1, max_items = 6)]
    #[field(zh = "表单字段", json)]
    pub fields: Vec<CaptureFormField>,
    /// What people can agree to; they are asked for nothing when absent.
    #[serde(default)]
    #[validate(nested)]
    #[field(zh = "同意条款", json)]
    pub consent: Option<CaptureConsent>,
    /// The web pages that may send it, as origins such as `https://www.example.com`. Without an entry no page
    /// may, only servers.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "允许的来源", json)]
    pub allowed_origins: Vec<Line<200>>,
    /// How many submissions it takes in a minute.
    #[serde(default = "sixty")]
    #[validate(range(min = 1, max = 10_000))]
    #[schema(default = 60, minimum = 1, maximum = 10_000)]
    #[field(zh = "每分钟提交上限")]
    pub per_minute: i64,
    /// How many of them from one address.
    #[serde(default = "five")]
    #[validate(range(min = 1, max = 10_000))]
    #[schema(default = 5, minimum = 1, maximum = 10_000)]
    #[field(zh = "每地址每分钟提交上限")]
    pub per_minute_and_address: i64,
    /// Who gets the leads; either this or a pool.
    #[serde(default)]
    #[field(zh = "线索负责人", filter, to = User)]
    pub lead_owner_id: Option<UserId>,
    /// The pool that the leads go into.
    #[serde(default)]
    #[field(zh = "线索公海", filter, to = LeadPool)]
    pub lead_pool_id: Option<LeadPoolId>,
    /// The channel by which it collects: what is taken and what is refused counts there.
    #[serde(default)]
    #[field(zh = "收集渠道", filter, to = CollectionChannel)]
    pub collection_channel_id: Option<CollectionChannelId>,
}

fn sixty() -> i64 {
    60
}

fn five() -> i64 {
    5
}

/// A form on public pages.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CaptureForm {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CaptureFormMeta)]
    pub meta: Meta<CaptureForm>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CaptureFormInput,
    /// What pages send it by, to `/v1/forms/{key}`. Whoever reads the page knows it.
    #[field(zh = "表单密钥")]
    pub form_key: String,
}

/// The resource of forms.
pub static CAPTURE_FORM: Kind = Kind::new::<CaptureForm>(
    "capture_form",
    "capture-forms",
    "capture_forms",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Capture form", zh: "采集表单" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["key_rotated"]);

/// A key that nobody can guess. It begins with the tenant, so that nothing is looked up beyond one.
pub(super) fn new_key(tenant: TenantId) -> String {
    format!("{}.{}", tenant.uuid().simple(), Uuid::new_v4().simple())
}

/// The tenant of a key.
pub(super) fn tenant_of(key: &str) -> Option<TenantId> {
    let (tenant, _) = key.split_once('.')?;
    Uuid::try_parse(tenant).ok().map(TenantId::from)
}

impl CaptureFormInput {
    /// What is wrong with it by itself.
    pub(super) fn findings(&self) -> Vec<FieldError> {
        let mut found = repeated(&self.fields, "/fields", |one| one.field.word());
        let reaches =
            |one: &CaptureFormField| matches!(one.field, CaptureField::Phone | CaptureField::Email);
        if !self.fields.iter().any(reaches) {
            let finding = OUT_OF_RANGE.field("/fields");
            found.push(finding.with("expected", "phone or email among them"));
        }
        found.extend(repeated(&self.allowed_origins, "/allowed_origins", ToString::to_string));
        for (at, origin) in self.allowed_origins.iter().enumerate() {
            if !is_origin(origin) {
                let expected = "an origin such as https://www.example.com, without a path";
                let finding = INVALID_FORMAT.field(format!("/allowed_origins/{at}"));
                found.push(finding.with("expected", expected));
            }
        }
        match (self.lead_owner_id, self.lead_pool_id) {
            (None, None) => found.push(REQUIRED.field("/lead_owner_id")),
            (Some(_), Some(_)) => {
                let finding = OUT_OF_RANGE.field("/lead_pool_id");
                found.push(finding.with("expected", "an owner or a pool, not both"));
            }
            _ => {}
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;
    use serde_json::{Value as Json, json};

    fn places(members: Json) -> Vec<String> {
        let mut body = json!({ "name": "Form", "campaign_id": Uuid::nil(), "lead_owner_id": Uuid::nil(),
            "fields": [{ "field": "email" }] });
        guanxi_kernel::input::merge(&mut body, members);
        let input: CaptureFormInput = serde_json::from_value(body).unwrap();
        let place = |finding: FieldError| match finding.place {
            Place::Pointer(place) | Place::Parameter(place) => place,
        };
        input.findings().into_iter().map(place).collect()
    }

    #[test]
    fn m_48_a_form_asks_how_to_reach_people_and_says_where_leads_go() {
        assert_eq!(places(json!({})), [""; 0]);
        let twice = json!([{ "field": "name" }, { "field": "name" }]);
        assert_eq!(places(json!({ "fields": twice })), ["/fields/1", "/fields"]);
        assert_eq!(places(json!({ "lead_owner_id": null })), ["/lead_owner_id"]);
        assert_eq!(places(json!({ "lead_pool_id": Uuid::nil() })), ["/lead_pool_id"]);
        let origins = json!(["https://a.example.com", "https://a.example.com/page"]);
        assert_eq!(places(json!({ "allowed_origins": origins })), ["/allowed_origins/1"]);
    }

    #[test]
    fn m_48_no_two_keys_are_alike_and_each_names_its_tenant() {
        let tenant = TenantId::from(Uuid::nil());
        let (one, other) = (new_key(tenant), new_key(tenant));
        assert_ne!(one, other);
        assert_eq!((tenant_of(&one), tenant_of("nonsense")), (Some(tenant), None));
    }
}
