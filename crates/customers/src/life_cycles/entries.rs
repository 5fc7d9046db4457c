//! That a customer is or was in a cell.

use super::{LifeCycleCell, LifeCycleCellId};
use crate::{
    parties::{Party, PartyId},
    value::{LifeCyclePhase, ValueClass},
};
use chrono::NaiveDate;
use guanxi_kernel::{Id, Share, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility, resource::Verb};
use guanxi_workflow::playbook_runs::{PlaybookRun, PlaybookRunId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names an entry.
pub type LifeCycleEntryId = Id<LifeCycleEntry>;

type LifeCycleEntryMeta = Meta<LifeCycleEntry>;

/// Who is in which cell, and since when. Nobody writes it: it is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct LifeCycleEntryInput {
    /// The customer.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// What it makes of the purchases of the last twelve months.
    #[field(zh = "价值等级", filter)]
    pub value_class: ValueClass,
    /// The phase in which it is.
    #[field(zh = "生命周期阶段", filter)]
    pub phase: LifeCyclePhase,
    /// The day on which it was found there.
    #[field(zh = "进入日期", filter, sort)]
    pub entered_on: NaiveDate,
}

/// A customer is or was in a cell of value and phase.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct LifeCycleEntry {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = LifeCycleEntryMeta)]
    pub meta: Meta<LifeCycleEntry>,
    /// Who is in which cell, and since when.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: LifeCycleEntryInput,
    /// What it made before; `null` for the first entry of a customer.
    #[field(zh = "原价值等级")]
    pub from_value_class: Option<ValueClass>,
    /// The phase before.
    #[field(zh = "原生命周期阶段", filter)]
    pub from_phase: Option<LifeCyclePhase>,
    /// The day on which it was found elsewhere; `null` while it is there.
    #[field(zh = "离开日期", filter)]
    pub left_on: Option<NaiveDate>,
    /// What was said of the cell when it came in.
    #[field(zh = "矩阵单元", filter, to = LifeCycleCell)]
    pub life_cycle_cell_id: Option<LifeCycleCellId>,
    /// What was started for it.
    #[field(zh = "作业记录", filter, to = PlaybookRun)]
    pub playbook_run_id: Option<PlaybookRunId>,
    /// The margin that it is to reach.
    #[field(zh = "目标毛利率")]
    pub margin_goal: Option<Share>,
}

/// The resource of entries.
pub static LIFE_CYCLE_ENTRY: Kind = Kind::new::<LifeCycleEntry>(
    "life_cycle_entry",
    "life-cycle-entries",
    "life_cycle_entries",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Life-cycle entry", zh: "生命周期阶段记录" },
)
.also(&["left"]);

impl Resource for LifeCycleEntry {
    fn kind() -> &'static Kind {
        &LIFE_CYCLE_ENTRY
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    /// It follows from what was bought, and nobody does anything with it.
    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "value_class": "high",
            "phase": "mature",
            "entered_on": "2026-03-01"
        })
    }
}
