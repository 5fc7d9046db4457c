//! An attachment as callers see it.

use super::service::parents;
use guanxi_kernel::{Id, Line, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names an attachment.
pub type AttachmentId = Id<Attachment>;
type AttachmentMeta = Meta<Attachment>;

/// What callers say of an attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct AttachmentInput {
    /// What kind of record it belongs to, e.g. `party`.
    #[field(zh = "所属类型", filter)]
    pub parent_type: Line<60>,
    /// The record it belongs to.
    #[field(zh = "所属记录", filter)]
    pub parent_id: Uuid,
    /// The name of the file.
    #[field(zh = "文件名")]
    pub name: Line<200>,
}

/// A document that belongs to a record.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Attachment {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = AttachmentMeta)]
    pub meta: Meta<Attachment>,
    /// What callers say of it.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: AttachmentInput,
    /// Its media type, as its content shows.
    #[field(zh = "内容类型")]
    pub content_type: String,
    /// Its size.
    #[field(zh = "大小(字节)")]
    pub size_bytes: i64,
    /// Its digest, SHA-256 in hex.
    #[field(zh = "摘要")]
    pub sha256: String,
}

/// The resource of attachments. It is looked at behind the parent's rights only, so that it needs no
/// scope of its own.
pub static ATTACHMENT: Kind = Kind::new::<Attachment>(
    "attachment",
    "attachments",
    "attachments",
    Visibility::Tenant,
    Texts { en: "Attachment", zh: "附件" },
)
.seen_with_parent(parents);
