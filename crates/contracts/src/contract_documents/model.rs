//! A document as a row.

use crate::{
    contract_templates::{ContractTemplate, ContractTemplateId},
    contracts::{Contract, ContractId},
};
use guanxi_kernel::{Id, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// Names a document.
pub type ContractDocumentId = Id<ContractDocument>;

type ContractDocumentMeta = Meta<ContractDocument>;

/// What callers write of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContractDocumentInput {
    /// The contract; that of the path when absent.
    #[serde(default)]
    #[field(zh = "合同", filter, to = Contract)]
    pub contract_id: Option<ContractId>,
    /// The template that it is made of.
    #[field(zh = "合同模板", filter, to = ContractTemplate)]
    pub template_id: ContractTemplateId,
    /// What is filled in, by the names of the fields of the template; each at most 1,000 characters.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(value_type = Object)]
    #[field(zh = "填写内容", json)]
    pub variables: BTreeMap<String, String>,
}

/// A clause as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrittenClause {
    /// Its heading.
    pub title: String,
    /// What it says, as plain text.
    pub text: String,
}

/// What a template came to for a contract.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ContractDocument {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContractDocumentMeta)]
    pub meta: Meta<ContractDocument>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContractDocumentInput,
    /// The name of the template then.
    #[field(zh = "标题")]
    pub title: String,
    /// The version of the template that it was made of.
    #[field(zh = "模板版本")]
    pub template_version: i64,
    /// The version of the contract that it was made for.
    #[field(zh = "合同版本")]
    pub contract_version: i64,
    /// What it says.
    #[schema(max_items = 100)]
    #[field(zh = "条款", json)]
    pub clauses: Vec<WrittenClause>,
}

/// The resource of documents.
pub static CONTRACT_DOCUMENT: Kind = Kind::new::<ContractDocument>(
    "contract_document",
    "contract-documents",
    "contract_documents",
    Visibility::Parent { column: "contract_id", table: "contracts", shared: None },
    Texts { en: "Contract document", zh: "合同文本" },
);
