//! A plan of visits and the rules that need nothing but itself.

use crate::{
    parties::{Party, PartyId},
    rules::likely_date,
};
use chrono::{Days, Months, NaiveDate};
use guanxi_identity::{roles::Role, users::User};
use guanxi_kernel::{Id, RoleId, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// In what intervals are counted.
    #[derive(Default)]
    pub enum VisitUnit {
        /// Days.
        #[default]
        Day = "day" ("Days", "天"),
        /// Months: from the 31st to the last day of a shorter one.
        Month = "month" ("Months", "月"),
    }
}

/// Names a plan of visits.
pub type VisitPlanId = Id<VisitPlan>;

type VisitPlanMeta = Meta<VisitPlan>;

/// What callers write of a plan of visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct VisitPlanInput {
    /// The party that is visited. It is set when the plan is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The role of whoever visits.
    #[field(zh = "拜访角色", filter, to = Role)]
    pub role_id: RoleId,
    /// The user who visits, somebody with that role; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// After how many days or months the next visit follows.
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    #[field(zh = "间隔")]
    pub every: i64,
    /// Whether those are days or months.
    #[field(zh = "间隔单位")]
    pub unit: VisitUnit,
    /// The day of the first visit; one interval from now when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "首次拜访日期")]
    pub starts_on: Option<NaiveDate>,
    /// Whether visits are made for now.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用")]
    pub active: bool,
    /// What to mind.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Visits at intervals by somebody of a role.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct VisitPlan {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = VisitPlanMeta)]
    pub meta: Meta<VisitPlan>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: VisitPlanInput,
    /// The day by which the next visit is to be made, for which there is an open task; `null` while the
    /// plan is not active.
    #[field(zh = "下次拜访日期")]
    pub next_visit_on: Option<NaiveDate>,
    /// The day on which the last visit was told to be done.
    #[field(zh = "最近拜访日期")]
    pub last_visit_on: Option<NaiveDate>,
    /// The day on which the last task was closed, from which the interval counts.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) counted_from: Option<NaiveDate>,
}

/// The resource of plans of visits.
pub static VISIT_PLAN: Kind = Kind::new::<VisitPlan>(
    "visit_plan",
    "visit-plans",
    "visit_plans",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Visit plan", zh: "定期拜访计划" },
)
.also(&["visited", "skipped"]);

impl VisitPlanInput {
    /// The day that is one interval after another; `None` beyond all calendars.
    fn after(&self, day: NaiveDate) -> Option<NaiveDate> {
        match self.unit {
            VisitUnit::Day => day.checked_add_days(Days::new(u64::try_from(self.every).ok()?)),
            VisitUnit::Month => {
                day.checked_add_months(Months::new(u32::try_from(self.every).ok()?))
            }
        }
    }
}

impl VisitPlan {
    /// The day of the next visit as far as the plan says it: an interval after the last task was
    /// closed; the first on the day that was written, or an interval from today.
    pub(super) fn next(&self, today: NaiveDate) -> Option<NaiveDate> {
        match (self.counted_from, self.input.starts_on) {
            (Some(from), _) => self.input.after(from),
            (None, Some(starts_on)) => Some(starts_on),
            (None, None) => self.input.after(today),
        }
    }

    /// Whether the day of the next visit is another one than it was `before`.
    pub(super) fn moves(&self, before: Option<&Self>) -> bool {
        let of = |one: &Self| {
            let input = &one.input;
            (input.every, input.unit, input.starts_on, one.counted_from)
        };
        self.next_visit_on.is_none() || before.is_none_or(|before| of(before) != of(self))
    }

    /// The task was closed today; the visit was made, or given up.
    pub(super) fn close(&mut self, today: NaiveDate, made: bool) {
        self.counted_from = Some(today);
        self.next_visit_on = None;
        if made {
            self.last_visit_on = Some(today);
        }
    }

    /// Whether visits are made for now.
    pub(super) fn is_live(&self) -> bool {
        self.input.active && self.meta.deleted_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    #[test]
    fn s_49_the_next_visit_is_an_interval_after_the_last() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut plan: VisitPlan = testing::record(input::read(VisitPlan::example()).unwrap());
        (plan.input.every, plan.input.unit, plan.input.starts_on) = (1, VisitUnit::Month, None);
        assert_eq!(plan.next(day("2026-01-31")), Some(day("2026-02-28")));
        plan.input.starts_on = Some(day("2026-01-10"));
        assert_eq!(plan.next(day("2026-01-31")), Some(day("2026-01-10")));
        plan.close(day("2026-01-12"), false);
        assert_eq!(plan.last_visit_on, None, "given up");
        assert_eq!(plan.next(day("2026-03-01")), Some(day("2026-02-12")));
        (plan.input.every, plan.input.unit) = (90, VisitUnit::Day);
        plan.close(day("2026-02-12"), true);
        assert_eq!(plan.last_visit_on, Some(day("2026-02-12")));
        assert_eq!(plan.next(day("2026-03-01")), Some(day("2026-05-13")));
    }
}
