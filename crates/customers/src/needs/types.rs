//! The types of needs: a tree that the company makes.

use super::store;
use crate::{
    engine::standing,
    rules::{MAX_LEVELS, place},
    service_requests::ServiceRequestKind,
};
use guanxi_kernel::{
    Ctx, Id, Line, Result, Text,
    problem::{IN_USE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Resource, Tx, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

/// Names a type of needs.
pub type NeedTypeId = Id<NeedType>;

type NeedTypeMeta = Meta<NeedType>;

/// What callers write of a type of needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct NeedTypeInput {
    /// What it is called.
    #[field(zh = "名称")]
    pub name: Line<100>,
    /// The type that it is a part of.
    #[serde(default)]
    #[field(zh = "上级类型", filter, to = NeedType)]
    pub parent_id: Option<NeedTypeId>,
    /// What is asked for with a service request that follows from such a need.
    #[serde(default = "other")]
    #[schema(default = "other")]
    #[field(zh = "服务请求类型", filter)]
    pub request_kind: ServiceRequestKind,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

fn other() -> ServiceRequestKind {
    ServiceRequestKind::Other
}

/// A type of needs.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct NeedType {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = NeedTypeMeta)]
    pub meta: Meta<NeedType>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: NeedTypeInput,
}

/// The resource of types of needs.
pub static NEED_TYPE: Kind = Kind::new::<NeedType>(
    "need_type",
    "need-types",
    "need_types",
    Visibility::Tenant,
    Texts { en: "Type of needs", zh: "需求类型" },
)
.searched(&["name"]);

impl Resource for NeedType {
    fn kind() -> &'static Kind {
        &NEED_TYPE
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(parent) = self.input.parent_id else { return Ok(()) };
        if standing(before).is_some_and(|before| before.input.parent_id == Some(parent)) {
            return Ok(());
        }
        let above = store::above(tx, parent, MAX_LEVELS).await?;
        place(&self.meta.id, &above, 1, "/parent_id")
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({ "name": "保养便利性", "request_kind": "service", "note": "接送车、上门取送、夜间保养等。" })
    }
}
