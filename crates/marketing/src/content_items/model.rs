//! A piece of content.

use crate::media::{Medium, MediumId};
use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a piece of content.
pub type ContentItemId = Id<ContentItem>;

type ContentItemMeta = Meta<ContentItem>;

/// What callers write of a piece of content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContentItemInput {
    /// What it is called.
    #[field(zh = "内容名称", filter)]
    pub name: Line<200>,
    /// What it says.
    #[field(zh = "正文")]
    pub text: Text<20000>,
    /// The page where there is more.
    #[serde(default)]
    #[field(zh = "链接")]
    pub url: Option<Line<500>>,
    /// The product that it is about.
    #[serde(default)]
    #[field(zh = "产品", filter)]
    pub product_id: Option<Uuid>,
    /// The only medium by which it is told; by any when absent.
    #[serde(default)]
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
    /// Whether it is used.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// Something that can be told to people.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ContentItem {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContentItemMeta)]
    pub meta: Meta<ContentItem>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContentItemInput,
}

/// The resource of content.
pub static CONTENT_ITEM: Kind = Kind::new::<ContentItem>(
    "content_item",
    "content-items",
    "content_items",
    Visibility::Tenant,
    Texts { en: "Content item", zh: "营销内容" },
)
.searched(&["name"])
.known_by(&["name"]);
