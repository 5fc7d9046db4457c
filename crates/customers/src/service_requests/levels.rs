//! Service levels: how long an answer and a solution may take, by priority, or by priority and kind.

use super::{ServicePriority, ServiceRequestKind, store};
use crate::engine::standing;
use guanxi_kernel::{
    Ctx, Id, Line, Result, Text, Word as _,
    problem::{DUPLICATE, OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Resource, Tx, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

/// Names a service level.
pub type ServiceLevelId = Id<ServiceLevel>;

type ServiceLevelMeta = Meta<ServiceLevel>;

/// What callers write of a service level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevelInput {
    /// What it is called.
    #[field(zh = "名称")]
    pub name: Line<100>,
    /// The priority of the requests that it is for.
    #[field(zh = "优先级", filter)]
    pub priority: ServicePriority,
    /// Their kind; any that has no level of its own with this priority when absent.
    #[serde(default)]
    #[field(zh = "请求类型", filter)]
    pub kind: Option<ServiceRequestKind>,
    /// After how many minutes of working time somebody has accepted such a request.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    #[field(zh = "响应时限(分钟)")]
    pub response_minutes: i64,
    /// After how many it is resolved; no fewer.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    #[field(zh = "解决时限(分钟)")]
    pub resolution_minutes: i64,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// How long an answer and a solution may take.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ServiceLevel {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ServiceLevelMeta)]
    pub meta: Meta<ServiceLevel>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ServiceLevelInput,
    /// What it is for, in one word: no two levels are for the same.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) level_key: String,
}

/// The resource of service levels.
pub static SERVICE_LEVEL: Kind = Kind::new::<ServiceLevel>(
    "service_level",
    "service-levels",
    "service_levels",
    Visibility::Tenant,
    Texts { en: "Service level", zh: "服务水平" },
)
.searched(&["name"]);

impl Resource for ServiceLevel {
    fn kind() -> &'static Kind {
        &SERVICE_LEVEL
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.input.resolution_minutes < self.input.response_minutes {
            let expected = "as many minutes as /response_minutes, or more";
            return Err(OUT_OF_RANGE.at("/resolution_minutes").with("expected", expected));
        }
        self.level_key = key(self.input.priority, self.input.kind);
        let same = standing(before).is_some_and(|before| before.level_key == self.level_key);
        if !same && store::has_level(tx, &self.level_key, self.meta.id).await? {
            return Err(DUPLICATE.at("/priority"));
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "紧急故障",
            "priority": "urgent",
            "response_minutes": 30,
            "resolution_minutes": 480,
            "note": "工作时间内半小时响应,一个工作日内解决。"
        })
    }
}

/// What a level is for, in one word.
pub(super) fn key(priority: ServicePriority, kind: Option<ServiceRequestKind>) -> String {
    match kind {
        Some(kind) => format!("{}:{}", priority.word(), kind.word()),
        None => priority.word().to_owned(),
    }
}
