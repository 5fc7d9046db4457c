//! A task rule, and what it says as filters of lists.

use crate::wording;
use guanxi_identity::{roles::Role, users::User};
use guanxi_kernel::{
    Id, Line, RoleId, UserId,
    problem::{FieldError, INVALID, INVALID_FORMAT, OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What calls for a task.
    pub enum TaskTrigger {
        /// A date of the record has come, or comes soon.
        Date = "date" ("Date", "日期"),
        /// Nothing was done with the record for a while.
        Inactivity = "inactivity" ("Inactivity", "长期未跟进"),
        /// The record fits a filter.
        Threshold = "threshold" ("Threshold", "条件"),
    }
}

guanxi_kernel::words! {
    /// Who gets the task.
    #[derive(Default)]
    pub enum TaskAssignee {
        /// The owner of the record.
        #[default]
        Owner = "owner" ("Owner", "记录负责人"),
        /// Who stands above the owner; the owner where nobody does.
        ManagerOfOwner = "manager_of_owner" ("Manager of the owner", "负责人的上级"),
        /// One user.
        User = "user" ("User", "指定用户"),
        /// Whoever has a role and the fewest open tasks.
        Role = "role" ("Somebody with a role", "角色成员"),
    }
}

/// Names a task rule.
pub type TaskRuleId = Id<TaskRule>;

type TaskRuleMeta = Meta<TaskRule>;

/// How far back a date may lie to call for a task: what came to pass before the rule is left alone.
const WINDOW: i64 = 30;

/// What callers write of a task rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TaskRuleInput {
    /// The name.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// Whose records call for tasks: the plural name of a resource, e.g. `parties`.
    #[field(zh = "资源", filter)]
    pub resource: Line<60>,
    /// Whether it counts. The open tasks of a rule that does not are closed.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// What calls for a task.
    #[field(zh = "触发方式", filter)]
    pub trigger: TaskTrigger,
    /// The field with the date, with `date`: any date or instant that lists can be filtered by, also
    /// one of your own such as `custom.renewal_on`.
    #[serde(default)]
    #[field(zh = "日期字段")]
    pub field: Option<Line<100>>,
    /// With `date`: days after the date, or before it if negative. With `inactivity`: days without
    /// anything happening to the record or to what concerns it, tasks and approvals aside.
    #[serde(default)]
    #[field(zh = "天数")]
    #[validate(range(min = -3_650, max = 3_650))]
    #[schema(minimum = -3_650, maximum = 3_650)]
    pub days: i64,
    /// Only records that fit this, in the language of `filter=`. With `threshold` it is all there is.
    #[serde(default)]
    #[field(zh = "筛选条件")]
    pub filter: Option<Line<800>>,
    /// What the tasks are called; `{name}` stands for the member `name` of the record.
    #[field(zh = "待办标题")]
    pub title: Line<200>,
    /// What sort of tasks they are.
    #[serde(default = "reminder")]
    #[schema(default = "reminder")]
    #[field(zh = "待办类别")]
    pub kind: Line<60>,
    /// Who gets them.
    #[serde(default)]
    #[field(zh = "执行人")]
    pub assignee: TaskAssignee,
    /// The user, with `user`.
    #[serde(default)]
    #[field(zh = "指定用户", to = User)]
    pub assignee_id: Option<UserId>,
    /// The role, with `role`.
    #[serde(default)]
    #[field(zh = "指定角色", to = Role)]
    pub role_id: Option<RoleId>,
    /// Whether the tasks stay with the owners of their records, such as calls to key customers: they are passed
    /// to nobody else. Only with `owner`.
    #[serde(default)]
    #[field(zh = "专人办理")]
    pub personal: bool,
    /// How many working days they have from the day that calls for the task.
    #[serde(default)]
    #[field(zh = "办理期限(工作日)")]
    #[validate(range(min = 0, max = 365))]
    #[schema(minimum = 0, maximum = 365)]
    pub due_in_working_days: i64,
}

fn reminder() -> Line<60> {
    Line::literal("reminder")
}

/// A rule that calls for tasks.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct TaskRule {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TaskRuleMeta)]
    pub meta: Meta<TaskRule>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TaskRuleInput,
}

/// The resource of task rules.
pub static TASK_RULE: Kind = Kind::new::<TaskRule>(
    "task_rule",
    "task-rules",
    "task_rules",
    Visibility::Tenant,
    Texts { en: "Task rule", zh: "待办规则" },
)
.searched(&["name"]);

impl TaskRuleInput {
    /// What is wrong with it by itself: a trigger has what it needs, and nothing else.
    pub(super) fn findings(&self) -> Vec<FieldError> {
        let mut findings = Vec::new();
        let mut needs = |wanted: bool, there: bool, pointer: &str| match (wanted, there) {
            (true, false) => findings.push(REQUIRED.field(pointer)),
            (false, true) => {
                let finding = INVALID.field(pointer);
                findings.push(finding.with("expected", "Nothing; it does not go with the others"));
            }
            _ => {}
        };
        needs(self.trigger == TaskTrigger::Date, self.field.is_some(), "/field");
        let user = self.assignee == TaskAssignee::User;
        needs(user, self.assignee_id.is_some(), "/assignee_id");
        let role = self.assignee == TaskAssignee::Role;
        needs(role, self.role_id.is_some(), "/role_id");
        if self.trigger == TaskTrigger::Threshold {
            needs(true, self.filter.is_some(), "/filter");
        }
        if self.personal && self.assignee != TaskAssignee::Owner {
            findings.push(
                INVALID.field("/personal").with("expected", "false unless assignee is owner"),
            );
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if self.field.as_ref().is_some_and(|field| !field.chars().all(plain)) {
            findings.push(INVALID_FORMAT.field("/field").with("expected", "the name of a field"));
        }
        let days = match self.trigger {
            TaskTrigger::Date => true,
            TaskTrigger::Inactivity => self.days >= 1,
            TaskTrigger::Threshold => self.days == 0,
        };
        if !days {
            let expected = match self.trigger {
                TaskTrigger::Inactivity => "1 or more",
                _ => "0, or absent",
            };
            findings.push(OUT_OF_RANGE.field("/days").with("expected", expected));
        }
        findings
    }

    /// The trigger as a filter; none for a threshold.
    pub(super) fn trigger_filter(&self) -> Option<String> {
        match (self.trigger, &self.field) {
            (TaskTrigger::Date, Some(field)) => {
                Some(format!("{} <= days_ago({})", &**field, self.days))
            }
            (TaskTrigger::Inactivity, _) => Some(format!("updated_at <= days_ago({})", self.days)),
            _ => None,
        }
    }

    /// The filter that records fit as long as they call for a task.
    pub(super) fn holds(&self) -> String {
        let own = self.filter.as_ref().map(|filter| format!("({})", &**filter));
        let parts: Vec<String> = self.trigger_filter().into_iter().chain(own).collect();
        parts.join(" AND ")
    }

    /// The filter that records fit when they come to call for one.
    pub(super) fn begins(&self) -> String {
        match (self.trigger, &self.field) {
            (TaskTrigger::Date, Some(field)) => {
                let earliest = format!("{} >= days_ago({})", &**field, self.days + WINDOW);
                format!("{earliest} AND {}", self.holds())
            }
            _ => self.holds(),
        }
    }

    /// What a task about the record is called.
    pub(super) fn title_of(&self, record: &Json) -> Line<200> {
        wording::fill(&self.title, record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::json;

    fn rule(more: Json) -> TaskRuleInput {
        let mut body =
            json!({ "name": "A", "resource": "parties", "title": "Call {name} ({tier}){x}" });
        input::merge(&mut body, more);
        input::read(body).unwrap()
    }

    #[test]
    fn a_trigger_has_what_it_needs() {
        for (more, expected) in [
            (json!({ "trigger": "date", "field": "founded_on" }), &[][..]),
            (json!({ "trigger": "date" }), &["/field"]),
            (json!({ "trigger": "date", "field": "a = 1 OR b" }), &["/field"]),
            (json!({ "trigger": "inactivity", "days": 30 }), &[]),
            (json!({ "trigger": "inactivity" }), &["/days"]),
            (
                json!({ "trigger": "threshold", "field": "a", "days": 1 }),
                &["/field", "/filter", "/days"],
            ),
            (
                json!({ "trigger": "threshold", "filter": "tier = A", "assignee": "user" }),
                &["/assignee_id"],
            ),
            (
                json!({ "trigger": "threshold", "filter": "tier = A", "assignee": "role" }),
                &["/role_id"],
            ),
            (json!({ "trigger": "threshold", "filter": "tier = A", "personal": true }), &[]),
            (
                json!({ "trigger": "threshold", "filter": "tier = A", "personal": true,
                    "assignee": "manager_of_owner" }),
                &["/personal"],
            ),
        ] {
            let found = rule(more.clone()).findings().into_iter().map(|one| one.place);
            let expected = expected.iter().map(|place| Place::Pointer((*place).to_owned()));
            assert!(found.eq(expected), "{more}");
        }
    }

    #[test]
    fn it_is_said_as_a_filter() {
        let date = json!({ "trigger": "date", "field": "custom.due", "days": -7, "filter": "a = 1 OR b = 2" });
        let date = rule(date);
        assert_eq!(date.holds(), "custom.due <= days_ago(-7) AND (a = 1 OR b = 2)");
        assert_eq!(date.begins(), format!("custom.due >= days_ago(23) AND {}", date.holds()));
        let idle = rule(json!({ "trigger": "inactivity", "days": 30 }));
        assert_eq!(idle.holds(), "updated_at <= days_ago(30)");
        assert_eq!(rule(json!({ "trigger": "threshold", "filter": "a = 1" })).begins(), "(a = 1)");
    }

    #[test]
    fn the_title_names_the_record() {
        let one = rule(json!({ "trigger": "threshold", "filter": "a = 1" }));
        assert_eq!(&*one.title_of(&json!({ "name": "上海软件", "tier": 3 })), "Call 上海软件 (3)");
        let long = one.title_of(&json!({ "name": "软".repeat(300) }));
        assert_eq!(long.chars().count(), 200);
    }
}
