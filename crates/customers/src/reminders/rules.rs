//! Rules of reminders: of what, how long before, and who is told.

use super::{Festival, store};
use crate::{engine::standing, problems::IMMUTABLE, rules::repeated};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Ctx, Id, Line, Problem, Result, Text, UserId,
    problem::{DUPLICATE, OUT_OF_RANGE, REQUIRED, Texts},
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
        /// The birthday of a contact, or of a party that is a person. Who was born on 29 February has it on
        /// the 28th in common years.
        Birthday = "birthday" ("Birthday", "生日"),
        /// A festival on which each customer is greeted.
        Festival = "festival" ("Festival", "节日"),
        /// How an asset is used since it was bought.
        NewUse = "new_use" ("Use of what is new", "新车使用关怀"),
        /// A letter of thanks behind the day on which an asset was delivered or bought.
        ThankYou = "thank_you" ("Thank-you letter", "感谢信"),
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
    /// Of which festival, if it reminds of one. It is set when the rule is made, and no two rules have the
    /// same: so each customer is greeted once.
    #[serde(default)]
    #[field(zh = "节日", filter)]
    pub festival: Option<Festival>,
    /// How many days before, from 0 to 365; one reminder each, so 60, 30 and 7 are three of one occasion. Of
    /// a festival there is one. How something new is used is asked behind the day on which it was bought, and thanks
    /// are said behind it: -3, -7 and -30 are 3, 7 and 30 days later, down to -365.
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
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

fn call() -> Line<60> {
    Line::literal("call")
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

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input.kind != self.input.kind) {
            return Err(IMMUTABLE.at("/kind"));
        }
        if before.is_some_and(|before| before.input.festival != self.input.festival) {
            return Err(IMMUTABLE.at("/festival"));
        }
        self.input.settle()?;
        if let Some(festival) = self.input.festival
            && standing(before).is_none()
            && store::has_festival(tx, festival, self.meta.id).await?
        {
            return Err(DUPLICATE.at("/festival"));
        }
        Ok(())
    }

    /// What a rule calls for is planned at once.
    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        store::WALKS.begin(tx, ctx.actor.user, ctx.now).await
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
            let (least, most) = match self.kind {
                ReminderKind::NewUse | ReminderKind::ThankYou => (-MOST_DAYS, 0),
                _ => (0, MOST_DAYS),
            };
            if !(least..=most).contains(days) {
                let finding = OUT_OF_RANGE.field(format!("/days_before/{at}"));
                findings.push(finding.with("expected", format!("{least} to {most}")));
            }
        }
        match (self.kind, self.festival) {
            (ReminderKind::Festival, None) => findings.push(REQUIRED.field("/festival")),
            (ReminderKind::Festival, Some(_)) if self.days_before.len() > 1 => {
                let finding = OUT_OF_RANGE.field("/days_before");
                findings.push(finding.with("expected", "one number of days"));
            }
            (ReminderKind::Festival, Some(_)) | (_, None) => {}
            (_, Some(_)) => {
                let finding = OUT_OF_RANGE.field("/festival");
                findings.push(finding.with("expected", "null where kind is not festival"));
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

    #[test]
    fn d_50_how_something_new_is_used_is_asked_behind_the_delivery() {
        let rule = |kind, days: &[i64]| {
            let mut rule: ReminderRuleInput = input::read(ReminderRule::example()).unwrap();
            (rule.kind, rule.days_before) = (kind, days.to_vec());
            rule.settle().map(|()| rule.days_before)
        };
        assert_eq!(rule(ReminderKind::NewUse, &[-30, -3, -7]).unwrap(), [-3, -7, -30]);
        assert!(rule(ReminderKind::NewUse, &[3]).is_err());
        assert_eq!(rule(ReminderKind::ThankYou, &[0]).unwrap(), [0]);
        assert!(rule(ReminderKind::ThankYou, &[1]).is_err());
        assert!(rule(ReminderKind::Maintenance, &[-3]).is_err());
    }

    #[test]
    fn d_51_a_festival_is_greeted_once() {
        let rule = |kind, festival, days: &[i64]| {
            let mut rule: ReminderRuleInput = input::read(ReminderRule::example()).unwrap();
            (rule.kind, rule.festival, rule.days_before) = (kind, festival, days.to_vec());
            rule.settle()
        };
        let spring = Some(Festival::Spring);
        assert!(rule(ReminderKind::Festival, spring, &[3]).is_ok());
        assert!(rule(ReminderKind::Festival, spring, &[7, 3]).is_err());
        assert!(rule(ReminderKind::Festival, None, &[3]).is_err());
        assert!(rule(ReminderKind::Birthday, spring, &[3]).is_err());
    }
}
