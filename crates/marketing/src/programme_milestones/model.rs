//! A milestone of a programme, and its moves.

use crate::{
    problems::MILESTONE_REACHED,
    programmes::{Programme, ProgrammeId},
};
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Result, Text, UserId, Word as _, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How a milestone stands.
    #[derive(Default)]
    pub enum MilestoneState {
        /// It is to be reached.
        #[default]
        Open = "open" ("Open", "未达成"),
        /// It was.
        Reached = "reached" ("Reached", "已达成"),
        /// It is wanted no more.
        Dropped = "dropped" ("Dropped", "已取消"),
    }
}

/// Names a milestone.
pub type ProgrammeMilestoneId = Id<ProgrammeMilestone>;

type ProgrammeMilestoneMeta = Meta<ProgrammeMilestone>;

/// What callers write of a milestone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeMilestoneInput {
    /// The programme; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "方案", filter, to = Programme)]
    pub programme_id: Option<ProgrammeId>,
    /// What is to be reached.
    #[field(zh = "里程碑")]
    pub name: Line<200>,
    /// Who sees to it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// By which day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "计划日期", filter, sort)]
    pub planned_on: NaiveDate,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// What a programme has to have reached by a day.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ProgrammeMilestone {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ProgrammeMilestoneMeta)]
    pub meta: Meta<ProgrammeMilestone>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ProgrammeMilestoneInput,
    /// How it stands. Only moves change it.
    #[field(zh = "状态", filter)]
    pub state: MilestoneState,
    /// The planned day while it is open; it is overdue once that is past.
    #[field(zh = "到期日期", filter)]
    pub due_on: Option<NaiveDate>,
    /// The day on which it was reached.
    #[field(zh = "达成日期")]
    pub reached_on: Option<NaiveDate>,
}

/// The resource of milestones.
pub static PROGRAMME_MILESTONE: Kind = Kind::new::<ProgrammeMilestone>(
    "programme_milestone",
    "programme-milestones",
    "programme_milestones",
    Visibility::Parent { column: "programme_id", table: "programmes", shared: None },
    Texts { en: "Programme milestone", zh: "方案里程碑" },
)
.late_by("due_on")
.also(&["reached", "dropped", "reopened"]);

impl ProgrammeMilestone {
    /// Closes an open one, on that day if it was reached.
    ///
    /// # Errors
    /// `milestone_reached`.
    pub(super) fn close(&mut self, as_what: MilestoneState, on: Option<NaiveDate>) -> Result<()> {
        if self.state != MilestoneState::Open {
            return Err(MILESTONE_REACHED.with("state", self.state.word()));
        }
        (self.state, self.reached_on) = (as_what, on);
        Ok(())
    }

    /// Works out by which day it is still to be reached.
    pub(super) fn settle_due(&mut self) {
        let open = self.state == MilestoneState::Open;
        self.due_on = open.then_some(self.input.planned_on);
    }
}
