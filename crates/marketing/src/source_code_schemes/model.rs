//! A scheme of source codes.

use super::scheme::SchemePart;
use guanxi_kernel::{Id, Line, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a scheme.
pub type SourceCodeSchemeId = Id<SourceCodeScheme>;

type SourceCodeSchemeMeta = Meta<SourceCodeScheme>;

/// What callers write of a scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct SourceCodeSchemeInput {
    /// What it is called.
    #[field(zh = "方案名称", filter)]
    pub name: Line<100>,
    /// What a code is made of, in this order: medium, test group, list, month and year, each once. A change
    /// is a new edition; codes that are there stay as they are.
    #[validate(length(min = 5, max = 5), nested)]
    #[schema(min_items = 5, max_items = 5)]
    #[field(zh = "编码组成", json)]
    pub parts: Vec<SchemePart>,
    /// Whether new codes are written by it. Of several the oldest is used where none is named.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// How source codes are written and read.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct SourceCodeScheme {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = SourceCodeSchemeMeta)]
    pub meta: Meta<SourceCodeScheme>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: SourceCodeSchemeInput,
    /// Counts the changes of its parts, from 1.
    #[field(zh = "版次")]
    pub edition: i64,
}

/// The resource of schemes.
pub static SOURCE_CODE_SCHEME: Kind = Kind::new::<SourceCodeScheme>(
    "source_code_scheme",
    "source-code-schemes",
    "source_code_schemes",
    Visibility::Tenant,
    Texts { en: "Source-code scheme", zh: "源代码编码方案" },
)
.searched(&["name"])
.known_by(&["name"]);
