//! Rules of reminders: of what, how long before, and who is told.

use crate::{problems::IMMUTABLE, rules::repeated};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Ctx, Id, Line, Problem, Result, Text, UserId,
    problem::{OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Resource, Tx, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::cmp::Reverse;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What somebody is reminded of.
    #[derive(Default)]
    pub enum ReminderKind {
        /// The next service of an asset.
        #[default]
        Maintenance = "maintenance" ("Maintenance", "保养"),
        /// The end of the insurance of an asset.
        Insurance = "insurance" ("End of insurance", "保险到期"),
        /// The birthday of a contact. Who was born on 29 February has it on the 28th in common years.
        Birthday = "birthday" ("Birthday", "生日"),
    }
}

/// Names a rule of reminders.
pub type ReminderRuleId = Id<ReminderRule>;

type ReminderRuleMeta = Meta<ReminderRule>;

/// What callers write of a rule of reminders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ReminderRuleInput {
    /// What it is called.
    #[field(zh = "名称")]
    pub name: Line<100>,
    /// What it reminds of. It is set when the rule is made.
    #[field(zh = "提醒类型", filter)]
    pub kind: ReminderKind,
    /// How many days before, from 0 to 365; one reminder each, so 60, 30 and 7 are three of one occasion.
    #[validate(length(min = 1, max = 5))]
    #[schema(min_items = 1, max_items = 5)]
    #[field(zh = "提前天数", json)]
    pub days_before: Vec<i64>,
    /// Who is told; whoever looks after the party when absent.
    #[serde(default)]
    #[field(zh = "提醒对象", filter, to = User)]
    pub user_id: Option<UserId>,
    /// What sort of task it becomes, in a word of the company, e.g. `call`.
    #[serde(default = "call")]
    #[schema(default = "call")]
    #[field(zh = "待办类别")]
    pub task_kind: Line<60>,
    /// Whether reminders are planned for now.
    #[serde(default = "yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

fn yes() -> bool {
    true
}

fn call() -> Line<60> {
    match Line::new("call") {
        Ok(kind) => kind,
        Err(_) => unreachable!("a word is a line"),
    }
}

/// When somebody is reminded of something.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ReminderRule {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ReminderRuleMeta)]
    pub meta: Meta<ReminderRule>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ReminderRuleInput,
}

/// The resource of rules of reminders.
pub static REMINDER_RULE: Kind = Kind::new::<ReminderRule>(
    "reminder_rule",
    "reminder-rules",
    "reminder_rules",
    Visibility::Tenant,
    Texts { en: "Reminder rule", zh: "提醒规则" },
)
.searched(&["name"]);

/// Days before an occasion at most.
pub(super) const MOST_DAYS: i64 = 365;

impl Resource for ReminderRule {
    fn kind() -> &'static Kind {
        &REMINDER_RULE
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input.kind != self.input.kind) {
            return Err(IMMUTABLE.at("/kind"));
        }
        self.input.settle()
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "车险到期提醒",
            "kind": "insurance",
            "days_before": [60, 30, 7],
            "task_kind": "call",
            "note": "续保优惠以当月政策为准。"
        })
    }
}

impl ReminderRuleInput {
    /// Brings the days into the order in which they come.
    fn settle(&mut self) -> Result<()> {
        let mut findings = repeated(&self.days_before, "/days_before", |days| *days);
        for (at, days) in self.days_before.iter().enumerate() {
            if !(0..=MOST_DAYS).contains(days) {
                let finding = OUT_OF_RANGE.field(format!("/days_before/{at}"));
                findings.push(finding.with("expected", format!("0 to {MOST_DAYS}")));
            }
        }
        Problem::collect(findings)?;
        self.days_before.sort_unstable_by_key(|days| Reverse(*days));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;

    #[test]
    fn d_40_days_come_the_earliest_first_and_each_once() {
        let rule = |days: Json| {
            let mut rule: ReminderRuleInput = input::read(ReminderRule::example()).unwrap();
            rule.days_before = serde_json::from_value(days).unwrap();
            rule.settle().map(|()| rule.days_before)
        };
        assert_eq!(rule(json!([7, 60, 30])).unwrap(), [60, 30, 7]);
        let wrong = rule(json!([7, 366, 7, -1])).unwrap_err();
        assert_eq!(wrong.errors().len(), 3);
    }
}
