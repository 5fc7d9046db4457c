//! What is done with the customers of a cell.

use super::store;
use crate::{
    engine::standing,
    problems::IMMUTABLE,
    value::{LifeCyclePhase, ValueClass},
};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Ctx, Id, Problem, Result, Share, Text, UserId,
    problem::{DUPLICATE, INVALID, NOT_FOUND, Texts, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Meta, Record, Resource, Tx, Visibility, resource};
use guanxi_workflow::{
    playbooks::{Playbook, PlaybookId, PlaybookPurpose, PlaybookStatus},
    problems::PLAYBOOK_NOT_PUBLISHED,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

/// Names a cell.
pub type LifeCycleCellId = Id<LifeCycleCell>;

type LifeCycleCellMeta = Meta<LifeCycleCell>;

/// What callers write of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct LifeCycleCellInput {
    /// What its customers make of the purchases of the last twelve months. It is set when the cell is made, and no
    /// two cells have the same class and phase.
    #[field(zh = "价值等级", filter)]
    pub value_class: ValueClass,
    /// The phase in which they are. It is set when the cell is made.
    #[field(zh = "生命周期阶段", filter)]
    pub phase: LifeCyclePhase,
    /// What is started for a customer that moves into the cell, once for each time that it does: a published
    /// playbook about parties or about anything, but no card.
    #[serde(default)]
    #[field(zh = "作业模板", filter, to = Playbook)]
    pub playbook_id: Option<PlaybookId>,
    /// Who gets it; whoever looks after the customer when absent.
    #[serde(default)]
    #[field(zh = "执行人", filter, to = User)]
    pub user_id: Option<UserId>,
    /// The margin that customers are to reach who move into the cell, of what they buy. It is kept with each of
    /// them; the report `margin-goals` tells the margin before and after.
    #[serde(default)]
    #[field(zh = "目标毛利率")]
    pub margin_goal: Option<Share>,
    /// Whether that holds for whoever moves into the cell now.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// What else is meant for these customers.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What is done with the customers of one value and one phase.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct LifeCycleCell {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = LifeCycleCellMeta)]
    pub meta: Meta<LifeCycleCell>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: LifeCycleCellInput,
}

/// The resource of cells.
pub static LIFE_CYCLE_CELL: Kind = Kind::new::<LifeCycleCell>(
    "life_cycle_cell",
    "life-cycle-cells",
    "life_cycle_cells",
    Visibility::Tenant,
    Texts { en: "Life-cycle cell", zh: "生命周期矩阵单元" },
);

impl Resource for LifeCycleCell {
    fn kind() -> &'static Kind {
        &LIFE_CYCLE_CELL
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            let moved = [
                ("/value_class", before.input.value_class != self.input.value_class),
                ("/phase", before.input.phase != self.input.phase),
            ];
            let moved = moved.into_iter().filter(|(_, moved)| *moved);
            Problem::collect(moved.map(|(at, _)| IMMUTABLE.field(at)).collect())?;
        }
        let cell = (self.input.value_class, self.input.phase);
        if standing(before).is_none() && store::has_cell(tx, cell, self.meta.id).await? {
            return Err(DUPLICATE.at("/phase"));
        }
        let had = standing(before).and_then(|before| before.input.playbook_id);
        match self.input.playbook_id.filter(|id| had != Some(*id)) {
            Some(id) => check_playbook(tx, ctx, id).await,
            None => Ok(()),
        }
    }

    /// Customers are placed at once.
    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        store::walk_from(tx, ctx.actor.user, ctx.now).await
    }

    fn example() -> Json {
        json!({
            "value_class": "high",
            "phase": "mature",
            "margin_goal": "0.2500",
            "note": "提高毛利率,重点维系。"
        })
    }
}

/// Whether a playbook can be started for a customer.
async fn check_playbook(tx: &mut Tx, ctx: &Ctx, id: PlaybookId) -> Result<()> {
    let playbook = match resource::load::<Playbook>(tx, &ctx.on_behalf(), id.uuid()).await {
        Err(problem) if problem.is(&NOT_FOUND) => return Err(UNKNOWN_REFERENCE.at("/playbook_id")),
        found => found?,
    };
    if playbook.status != PlaybookStatus::Published {
        return Err(PLAYBOOK_NOT_PUBLISHED.at("/playbook_id"));
    }
    let about = playbook.input.about_type.as_deref();
    let expected = if playbook.input.purpose == PlaybookPurpose::Card {
        "a playbook that is no card"
    } else if about.is_some_and(|about| about != "party") {
        "a playbook about parties"
    } else {
        return Ok(());
    };
    Problem::collect(vec![INVALID.field("/playbook_id").with("expected", expected)])
}
