//! Why programmes fail, and how each of these stands. Hardly anything here needs a store.

use super::model::{Programme, ProgrammeId};
use guanxi_kernel::{Ctx, Line, Result, Word as _};
use guanxi_storage::{Tx, resource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// A cause for which programmes over several media fail.
    pub enum ReadinessCause {
        /// People go on as they are used to.
        OldHabits = "old_habits" ("Old habits", "习惯难改"),
        /// Departments fight for the budget.
        BudgetConflict = "budget_conflict" ("Fights for the budget", "预算之争"),
        /// Nobody has asked customers.
        NoResearch = "no_research" ("No customer research", "缺少客户调研"),
        /// The top does not stand behind it.
        NoTopSupport = "no_top_support" ("No support from the top", "缺少高层支持"),
        /// Daily business eats all the time.
        FireFighting = "fire_fighting" ("Fire-fighting", "疲于救火"),
        /// Field sales take no part.
        NoFieldSales = "no_field_sales" ("Field sales missing", "现场销售未参与"),
        /// It is judged by the wrong figures.
        WrongIndicators = "wrong_indicators" ("Wrong indicators", "衡量指标错误"),
        /// Groups of customers by value are invented.
        UnrealValueGroups = "unreal_value_groups" ("Unreal value groups", "价值分组不实"),
        /// Nothing keeps in touch with those who do not buy yet.
        NoNurtureMedia = "no_nurture_media" ("No media to nurture", "缺少培育媒介"),
        /// Nobody is told what came of leads.
        NoClosedLoop = "no_closed_loop" ("No closed loop", "未形成闭环"),
    }
}

guanxi_kernel::words! {
    /// How a cause stands.
    #[derive(Default)]
    pub enum ReadinessState {
        /// Nobody has looked at it, or it is so.
        #[default]
        Open = "open" ("Open", "未就绪"),
        /// It is taken care of.
        Ready = "ready" ("Ready", "已就绪"),
        /// It does not matter here.
        NotApplicable = "not_applicable" ("Not applicable", "不适用"),
    }
}

/// What is said of a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadinessItem {
    /// The cause.
    pub cause: ReadinessCause,
    /// How it stands.
    pub state: ReadinessState,
    /// What was done about it.
    #[serde(default)]
    pub note: Option<Line<200>>,
}

/// A cause as a checklist shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadinessLine {
    /// The cause.
    pub cause: ReadinessCause,
    /// What it is called, in the language of the caller.
    pub label: &'static str,
    /// How it stands; `open` where nothing is said.
    pub state: ReadinessState,
    /// What was done about it.
    #[schema(required)]
    pub note: Option<Line<200>>,
}

/// The checklist of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeReadiness {
    /// Whether no cause is open.
    pub ready: bool,
    /// Whether an open one keeps it from starting, by the preferences of the company.
    pub required: bool,
    /// All ten causes, each once.
    #[schema(min_items = 10, max_items = 10)]
    pub items: Vec<ReadinessLine>,
}

/// The causes that are open, in their order.
pub(super) fn open(items: &[ReadinessItem]) -> Vec<ReadinessCause> {
    let is_open = |cause: &ReadinessCause| {
        let said = items.iter().find(|one| one.cause == *cause);
        said.is_none_or(|one| one.state == ReadinessState::Open)
    };
    ReadinessCause::ALL.iter().copied().filter(is_open).collect()
}

/// The checklist of a programme: all causes, with what is said of each.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn readiness(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<ProgrammeReadiness> {
    let programme: Programme = resource::load(tx, ctx, id.uuid()).await?;
    let said = &programme.input.readiness;
    let line = |cause: &ReadinessCause| {
        let known = said.iter().find(|one| one.cause == *cause);
        ReadinessLine {
            cause: *cause,
            label: cause.label(ctx.language),
            state: known.map(|one| one.state).unwrap_or_default(),
            note: known.and_then(|one| one.note.clone()),
        }
    };
    Ok(ProgrammeReadiness {
        ready: open(said).is_empty(),
        required: super::service::rules(ctx).readiness_required,
        items: ReadinessCause::ALL.iter().map(line).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_109_what_nobody_has_said_is_open() {
        assert_eq!(open(&[]).len(), 10);
        let item = |cause, state| ReadinessItem { cause, state, note: None };
        let mut all: Vec<ReadinessItem> =
            ReadinessCause::ALL.iter().map(|cause| item(*cause, ReadinessState::Ready)).collect();
        assert!(open(&all).is_empty());
        all[3].state = ReadinessState::NotApplicable;
        assert!(open(&all).is_empty());
        all[5].state = ReadinessState::Open;
        assert_eq!(open(&all), [ReadinessCause::NoFieldSales]);
    }
}
