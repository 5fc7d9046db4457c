//! The parts of a step, and its states.

use crate::problems::{ONE_ACCOUNTABLE, ROLLOUT_STEP_STATUS};
use guanxi_kernel::{OrgUnitId, Problem, Result, UserId, Word as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How far a step has come.
    #[derive(Default)]
    pub enum RolloutStepStatus {
        /// Its turn has not come.
        #[default]
        Waiting = "waiting" ("Waiting", "未开始"),
        /// It is worked on.
        Open = "open" ("Open", "进行中"),
        /// It is done if somebody agrees.
        Pending = "pending" ("Pending approval", "待审批"),
        /// It is done.
        Done = "done" ("Done", "已完成"),
        /// It was given up with its roll-out.
        Dropped = "dropped" ("Dropped", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What people change the status of a step by.
    pub enum RolloutStepMove {
        /// It is done.
        Complete = "complete" ("Complete", "完成"),
        /// It is to be done again.
        Reopen = "reopen" ("Reopen", "重新打开"),
    }
}

/// From where each move is possible.
const MOVES: &[(RolloutStepStatus, RolloutStepMove)] = &[
    (RolloutStepStatus::Open, RolloutStepMove::Complete),
    (RolloutStepStatus::Done, RolloutStepMove::Reopen),
];

impl RolloutStepStatus {
    /// The moves that are possible from here.
    pub(super) fn moves(self) -> impl Iterator<Item = RolloutStepMove> {
        MOVES.iter().filter(move |(from, _)| *from == self).map(|(_, one)| *one)
    }

    /// Whether nothing more happens with it by itself.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Dropped)
    }

    /// Whether all of it can be changed.
    pub(super) fn is_changeable(self) -> bool {
        matches!(self, Self::Waiting | Self::Open)
    }

    /// Refuses a move that is not possible from here.
    ///
    /// # Errors
    /// `rollout_step_status` with the moves that are possible.
    pub(super) fn require(self, wanted: RolloutStepMove) -> Result<()> {
        if self.moves().any(|one| one == wanted) { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why something is not possible here.
    pub(super) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(RolloutStepMove::word).collect();
        ROLLOUT_STEP_STATUS.with("status", self.word()).with("allowed", allowed)
    }
}

guanxi_kernel::words! {
    /// Which part a department takes in a step.
    pub enum ResponsibilityPart {
        /// It does the work.
        Responsible = "responsible" ("Responsible", "执行"),
        /// It answers for the result: exactly one department does.
        Accountable = "accountable" ("Accountable", "负责"),
        /// It is asked before.
        Consulted = "consulted" ("Consulted", "咨询"),
        /// It is told afterwards.
        Informed = "informed" ("Informed", "知会"),
    }
}

/// The part of a department in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepResponsibility {
    /// The department.
    pub org_unit_id: OrgUnitId,
    /// Which part it takes.
    pub part: ResponsibilityPart,
}

/// The department that answers for a step.
pub(super) fn accountable(parts: &[StepResponsibility]) -> Option<OrgUnitId> {
    let found = parts.iter().find(|one| one.part == ResponsibilityPart::Accountable);
    found.map(|one| one.org_unit_id)
}

/// Refuses parts of which not exactly one answers for the step. None at all are not settled yet.
///
/// # Errors
/// `one_accountable`.
pub(super) fn check_accountable(parts: &[StepResponsibility]) -> Result<()> {
    let count = parts.iter().filter(|one| one.part == ResponsibilityPart::Accountable).count();
    if parts.is_empty() || count == 1 {
        return Ok(());
    }
    Err(ONE_ACCOUNTABLE.at("/responsibilities").with("count", count))
}

/// Who looks whether a step is done as it should be, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepInspection {
    /// Who looks.
    pub inspector_id: UserId,
    /// Every how many days.
    #[validate(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    pub every_days: i64,
}

guanxi_kernel::words! {
    /// Who was told of a step that is overdue.
    pub enum EscalationLevel {
        /// Its owner.
        Owner = "owner" ("Owner", "负责人"),
        /// Who stands next above the owner too.
        Manager = "manager" ("Manager", "上级"),
        /// Who stands above all of these too.
        Head = "head" ("Head", "主管领导"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn x_124_exactly_one_department_answers_for_a_step() {
        use ResponsibilityPart::{Accountable, Consulted, Responsible};
        let unit = |n| OrgUnitId::from(Uuid::from_u128(n));
        let of = |parts: &[ResponsibilityPart]| -> Vec<StepResponsibility> {
            let each = (1..).zip(parts);
            each.map(|(n, part)| StepResponsibility { org_unit_id: unit(n), part: *part }).collect()
        };
        assert!(check_accountable(&[]).is_ok());
        let good = of(&[Responsible, Accountable, Consulted]);
        assert!(check_accountable(&good).is_ok());
        assert_eq!(accountable(&good), Some(unit(2)));
        for bad in [of(&[Responsible]), of(&[Accountable, Accountable])] {
            assert!(check_accountable(&bad).unwrap_err().is(&ONE_ACCOUNTABLE));
        }
    }

    #[test]
    fn d_83_only_what_is_worked_on_is_done() {
        for status in RolloutStepStatus::ALL {
            let open = *status == RolloutStepStatus::Open;
            assert_eq!(status.require(RolloutStepMove::Complete).is_ok(), open, "{status}");
            let done = *status == RolloutStepStatus::Done;
            assert_eq!(status.require(RolloutStepMove::Reopen).is_ok(), done, "{status}");
        }
    }
}
