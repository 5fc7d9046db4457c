//! A care plan and its steps, and the rules that need nothing but themselves.

use crate::{assets::AssetKind, care_contacts::CarePurpose, rules::repeated};
use guanxi_kernel::{
    Id, Line, Problem, Result, Text,
    problem::{FieldError, OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a care plan begins with.
    #[derive(Default)]
    pub enum CareTrigger {
        /// An asset comes into the stage of the plan.
        #[default]
        Stage = "stage" ("Stage", "保有阶段"),
        /// An accident of an asset is told.
        Accident = "accident" ("Accident", "出险事故"),
        /// That the insurance of an asset has to pay is told.
        InsuranceClaim = "insurance_claim" ("Insurance claim", "保险理赔"),
    }
}

/// Names a care plan.
pub type CarePlanId = Id<CarePlan>;

type CarePlanMeta = Meta<CarePlan>;

/// Months that are counted at most.
const MOST_MONTHS: i64 = 600;

/// Something that a care plan calls for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CareStep {
    /// What it is called, and what the contact is about; no two steps of a plan have the same name.
    pub name: Line<100>,
    /// Whether the customer is cared for or invited.
    pub purpose: CarePurpose,
    /// How many months after the stage has begun.
    #[serde(default)]
    #[validate(range(min = 0, max = 600))]
    #[schema(minimum = 0, maximum = 600)]
    pub after_months: i64,
    /// Every how many months again, as long as the stage lasts; once when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 120))]
    #[schema(minimum = 1, maximum = 120)]
    pub every_months: Option<i64>,
    /// In how many days it is to be done, from 0 for the same day.
    #[serde(default = "week")]
    #[validate(range(min = 0, max = 365))]
    #[schema(minimum = 0, maximum = 365, default = 7)]
    pub within_days: i64,
    /// In how many hours after an accident or a claim was told; only for these.
    #[serde(default)]
    #[validate(range(min = 1, max = 8_760))]
    #[schema(minimum = 1, maximum = 8_760)]
    pub due_hours: Option<i64>,
    /// What sort of task it becomes, in a word of the company.
    #[serde(default = "call")]
    #[schema(default = "call")]
    pub task_kind: Line<60>,
}

fn week() -> i64 {
    7
}

fn call() -> Line<60> {
    Line::literal("call")
}

/// What callers write of a care plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CarePlanInput {
    /// What the stage is called.
    #[field(zh = "名称")]
    pub name: Line<100>,
    /// What it begins with.
    #[serde(default)]
    #[field(zh = "触发方式", filter)]
    pub trigger: CareTrigger,
    /// For which assets; for all when absent.
    #[serde(default)]
    #[field(zh = "资产类型", filter)]
    pub asset_kind: Option<AssetKind>,
    /// From how many whole months on since the asset was delivered to whom it belongs.
    #[serde(default)]
    #[validate(range(min = 0, max = 600))]
    #[schema(minimum = 0, maximum = 600)]
    #[field(zh = "交付后起始月")]
    pub from_months: i64,
    /// Before how many; without end when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 600))]
    #[schema(minimum = 1, maximum = 600)]
    #[field(zh = "交付后截止月")]
    pub until_months: Option<i64>,
    /// From how many whole months of its age on.
    #[serde(default)]
    #[validate(range(min = 0, max = 600))]
    #[schema(minimum = 0, maximum = 600)]
    #[field(zh = "车龄起始月")]
    pub from_age_months: i64,
    /// Before how many; without end when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 600))]
    #[schema(minimum = 1, maximum = 600)]
    #[field(zh = "车龄截止月")]
    pub until_age_months: Option<i64>,
    /// What is done.
    #[validate(length(min = 1, max = 20), nested)]
    #[schema(min_items = 1, max_items = 20)]
    #[field(zh = "维系步骤", json)]
    pub steps: Vec<CareStep>,
    /// Whether it is in use.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What is done for customers in a stage of owning something, or after an accident.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CarePlan {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CarePlanMeta)]
    pub meta: Meta<CarePlan>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CarePlanInput,
}

/// The resource of care plans.
pub static CARE_PLAN: Kind = Kind::new::<CarePlan>(
    "care_plan",
    "care-plans",
    "care_plans",
    Visibility::Tenant,
    Texts { en: "Care plan", zh: "维系计划" },
)
.searched(&["name"]);

/// A span of months; without end where there is no last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) until: Option<i64>,
}

impl Span {
    fn is_all(self) -> bool {
        self.from == 0 && self.until.is_none()
    }

    pub(super) fn contains(self, months: i64) -> bool {
        months >= self.from && self.until.is_none_or(|until| months < until)
    }

    fn meets(self, other: Self) -> bool {
        let before = |one: Self, next: Self| one.until.is_some_and(|until| until <= next.from);
        !before(self, other) && !before(other, self)
    }
}

impl CarePlanInput {
    /// The months since the delivery.
    pub(super) fn owned(&self) -> Span {
        Span { from: self.from_months, until: self.until_months }
    }

    /// The months of the age.
    pub(super) fn aged(&self) -> Span {
        Span { from: self.from_age_months, until: self.until_age_months }
    }

    /// Whether an asset can be in both at once.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let kinds = [self.asset_kind, other.asset_kind];
        self.trigger == other.trigger
            && (kinds.contains(&None) || self.asset_kind == other.asset_kind)
            && self.owned().meets(other.owned())
            && self.aged().meets(other.aged())
    }

    /// Holds the members against each other.
    ///
    /// # Errors
    /// `repeated` for a second step of a name; `out_of_range` for an empty span, a step that never comes, and what
    /// goes with the other trigger; `required` for the hours of a step after an accident.
    pub(super) fn check(&self) -> Result<()> {
        let mut findings = repeated(&self.steps, "/steps", |step| step.name.to_string());
        let ends = [("/until_months", self.owned()), ("/until_age_months", self.aged())];
        for (place, span) in ends {
            if span.until.is_some_and(|until| until <= span.from) {
                let expected = format!("{} to {MOST_MONTHS}", span.from + 1);
                findings.push(OUT_OF_RANGE.field(place).with("expected", expected));
            }
        }
        let stage = self.trigger == CareTrigger::Stage;
        if !(stage || self.owned().is_all() && self.aged().is_all()) {
            let finding = OUT_OF_RANGE.field("/trigger");
            findings.push(finding.with("expected", "stage where months are said"));
        }
        for (at, step) in self.steps.iter().enumerate() {
            findings.extend(if stage { self.in_stage(at, step) } else { told(at, step) });
        }
        Problem::collect(findings)
    }

    fn in_stage(&self, at: usize, step: &CareStep) -> Vec<FieldError> {
        let mut findings = Vec::new();
        let length = |span: Span| span.until.map(|until| until - span.from);
        let lasts = length(self.owned()).into_iter().chain(length(self.aged())).min();
        if lasts.is_some_and(|lasts| step.after_months >= lasts) {
            let finding = OUT_OF_RANGE.field(format!("/steps/{at}/after_months"));
            findings.push(finding.with("expected", "fewer months than the stage lasts"));
        }
        if step.due_hours.is_some() {
            let finding = OUT_OF_RANGE.field(format!("/steps/{at}/due_hours"));
            findings.push(finding.with("expected", "null in a plan for a stage"));
        }
        findings
    }
}

/// What is wrong with a step of a plan that begins with what is told.
fn told(at: usize, step: &CareStep) -> Vec<FieldError> {
    let mut findings = Vec::new();
    if step.due_hours.is_none() {
        findings.push(REQUIRED.field(format!("/steps/{at}/due_hours")));
    }
    for (member, wrong) in
        [("after_months", step.after_months != 0), ("every_months", step.every_months.is_some())]
    {
        if wrong {
            let finding = OUT_OF_RANGE.field(format!("/steps/{at}/{member}"));
            findings.push(finding.with("expected", "absent where due_hours is said"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;
    use serde_json::{Value as Json, json};

    fn plan(more: Json) -> CarePlanInput {
        let mut whole = CarePlan::example();
        input::merge(&mut whole, more);
        input::read(whole).unwrap()
    }

    #[test]
    fn d_36_stages_that_share_a_month_and_an_age_overlap() {
        let first = plan(json!({ "from_months": 0, "until_months": 6, "asset_kind": null }));
        let overlaps = |more| first.overlaps(&plan(more));
        assert!(overlaps(json!({ "from_months": 5, "until_months": 12 })));
        assert!(!overlaps(json!({ "from_months": 6, "until_months": 12 })));
        assert!(!overlaps(json!({ "from_months": 6, "until_months": null })));
        assert!(overlaps(json!({ "from_months": 0, "until_months": null })));
        assert!(overlaps(json!({ "from_months": 3, "asset_kind": "machine" })), "of any kind");
        let young = plan(json!({ "from_months": 0, "until_months": 6, "until_age_months": 36 }));
        let old = plan(json!({ "from_months": 0, "until_months": 6, "from_age_months": 36 }));
        assert!(!young.overlaps(&old), "of another age");
        let told = plan(json!({ "trigger": "accident" }));
        assert!(!first.overlaps(&told));
    }

    #[test]
    fn d_36_a_plan_says_what_can_be() {
        let step = |more: Json| {
            let mut step = json!({ "name": "电话关怀", "purpose": "care" });
            input::merge(&mut step, more);
            json!([step])
        };
        let check = |more: Json| plan(more).check();
        assert!(check(json!({})).is_ok());
        assert!(check(json!({ "from_months": 6, "until_months": 6 })).is_err());
        assert!(
            check(json!({ "until_months": 6, "steps": step(json!({ "after_months": 6 })) }))
                .is_err()
        );
        assert!(check(json!({ "steps": step(json!({ "due_hours": 24 })) })).is_err());
        let accident = |step: Json| {
            check(
                json!({ "trigger": "accident", "from_months": 0, "until_months": null, "steps": step }),
            )
        };
        assert!(accident(step(json!({ "due_hours": 24 }))).is_ok());
        assert!(accident(step(json!({}))).is_err());
        assert!(accident(step(json!({ "due_hours": 24, "every_months": 3 }))).is_err());
        let both = json!({ "trigger": "accident", "from_months": 3, "until_months": null,
            "steps": step(json!({ "due_hours": 24 })) });
        assert!(check(both).is_err());
    }
}
