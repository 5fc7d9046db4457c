//! A template as a row.

use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a template.
pub type ContractTemplateId = Id<ContractTemplate>;

type ContractTemplateMeta = Meta<ContractTemplate>;

/// Something that whoever uses the template fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateField {
    /// Its name in clauses: small letters, digits and `_`, a letter first; each once.
    pub name: Line<40>,
    /// What people call it.
    pub label: Line<100>,
    /// Whether it must be filled in; if not, it is its `default`.
    #[serde(default = "guanxi_kernel::input::yes")]
    pub required: bool,
    /// What it is when it is not filled in; nothing when absent.
    #[serde(default)]
    pub default: Option<Text<1000>>,
}

/// A clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateClause {
    /// Its heading.
    pub title: Line<200>,
    /// What it says. `{{ name }}` is a field, `{{ contract.number }}` a value of the contract;
    /// `{% if … %}` with `==`, `!=`, `and`, `or` and `not`, and `{% for line in lines %}` are
    /// understood, and nothing else.
    pub body: Text<20000>,
}

/// What callers write of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContractTemplateInput {
    /// What it is called.
    #[field(zh = "模板名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// What it is for.
    #[serde(default)]
    #[field(zh = "说明")]
    pub description: Option<Text<1000>>,
    /// Whether new documents are made of it.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// What is filled in.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    #[field(zh = "填写项", json)]
    pub fields: Vec<TemplateField>,
    /// What it says, clause by clause.
    #[validate(length(min = 1, max = 100), nested)]
    #[schema(min_items = 1, max_items = 100)]
    #[field(zh = "条款", json)]
    pub clauses: Vec<TemplateClause>,
}

/// A template of contracts. Its version counts its changes; each document keeps the one that it was made
/// of.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ContractTemplate {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContractTemplateMeta)]
    pub meta: Meta<ContractTemplate>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContractTemplateInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of templates.
pub static CONTRACT_TEMPLATE: Kind = Kind::new::<ContractTemplate>(
    "contract_template",
    "contract-templates",
    "contract_templates",
    Visibility::Tenant,
    Texts { en: "Contract template", zh: "合同模板" },
)
.searched(&["name"])
.known_by(&["name"]);
