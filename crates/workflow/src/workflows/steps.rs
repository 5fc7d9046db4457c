//! What a workflow does, as one step, and the rules that need nothing but itself.

use crate::{playbooks::PlaybookId, rules::TaskAssignee};
use guanxi_kernel::{
    Line, RoleId, Text, UserId,
    problem::{FieldError, INVALID, REQUIRED, TOO_LONG},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a step of a workflow does.
    pub enum WorkflowStepKind {
        /// Makes a task about the record.
        CreateTask = "create_task" ("Create a task", "生成待办"),
        /// Sets a field of the record, as a change by its author would.
        SetField = "set_field" ("Set a field", "更新字段"),
        /// Tells somebody.
        Notify = "notify" ("Notify", "发送通知"),
        /// Begins to fill in a playbook about the record.
        StartPlaybook = "start_playbook" ("Start a playbook", "启动作业模板"),
    }
}

/// The longest value of a field, as JSON.
const LONGEST: usize = 4_000;

/// One step of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowStep {
    /// What it does.
    pub kind: WorkflowStepKind,
    /// Hours from the step before it, or from the beginning, until it is done.
    #[serde(default)]
    #[validate(range(min = 0, max = 8_760))]
    #[schema(minimum = 0, maximum = 8_760)]
    pub wait_hours: i64,
    /// Who gets the task, is told, or fills in the playbook.
    #[serde(default)]
    pub to: TaskAssignee,
    /// The user, with `to` of `user`.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// The role, with `to` of `role`.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    /// What the task or the notification is called; `{name}` stands for the member `name` of the record.
    #[serde(default)]
    pub title: Option<Line<200>>,
    /// What sort of task it is, in a word of the company; `todo` when absent.
    #[serde(default)]
    pub task_kind: Option<Line<60>>,
    /// How many working days there are for the task; it is due today when absent.
    #[serde(default)]
    #[validate(range(min = 0, max = 365))]
    #[schema(minimum = 0, maximum = 365)]
    pub due_in_working_days: Option<i64>,
    /// What to mind with the task.
    #[serde(default)]
    pub note: Option<Text<4000>>,
    /// The field that is set, one that callers write; one of your own as `custom.name`.
    #[serde(default)]
    pub field: Option<Line<100>>,
    /// The value that it gets, as in a change; `null` clears it.
    #[serde(default)]
    pub value: Json,
    /// The playbook.
    #[serde(default)]
    pub playbook_id: Option<PlaybookId>,
}

impl WorkflowStep {
    /// What is wrong with it by itself: a step has what its kind needs, and nothing else.
    pub(super) fn findings(&self, place: &str) -> Vec<FieldError> {
        use WorkflowStepKind::{CreateTask, Notify, SetField, StartPlaybook};
        // The member, whether it is there, which kinds need it, and which may have it.
        type Member =
            (&'static str, bool, &'static [WorkflowStepKind], &'static [WorkflowStepKind]);
        let members: [Member; 7] = [
            ("title", self.title.is_some(), &[CreateTask, Notify], &[]),
            ("task_kind", self.task_kind.is_some(), &[], &[CreateTask]),
            ("due_in_working_days", self.due_in_working_days.is_some(), &[], &[CreateTask]),
            ("note", self.note.is_some(), &[], &[CreateTask]),
            ("field", self.field.is_some(), &[SetField], &[]),
            ("value", !self.value.is_null(), &[], &[SetField]),
            ("playbook_id", self.playbook_id.is_some(), &[StartPlaybook], &[]),
        ];
        let mut findings = Vec::new();
        for (member, there, needed, taken) in members {
            let pointer = format!("{place}/{member}");
            let needs = needed.contains(&self.kind);
            match there {
                false if needs => findings.push(REQUIRED.field(pointer)),
                true if !needs && !taken.contains(&self.kind) => findings.push(misplaced(pointer)),
                _ => {}
            }
        }
        if self.kind == SetField && self.to != TaskAssignee::Owner {
            findings.push(misplaced(format!("{place}/to")));
        }
        match (self.to == TaskAssignee::User, self.user_id.is_some()) {
            (true, false) => findings.push(REQUIRED.field(format!("{place}/user_id"))),
            (false, true) => findings.push(misplaced(format!("{place}/user_id"))),
            _ => {}
        }
        match (self.to == TaskAssignee::Role, self.role_id.is_some()) {
            (true, false) => findings.push(REQUIRED.field(format!("{place}/role_id"))),
            (false, true) => findings.push(misplaced(format!("{place}/role_id"))),
            _ => {}
        }
        if self.value.to_string().len() > LONGEST {
            let finding = TOO_LONG.field(format!("{place}/value"));
            findings.push(finding.with("expected", format!("at most {LONGEST} bytes of JSON")));
        }
        findings
    }

    /// Whether it is for somebody who has to do with the record, and so needs one with an owner.
    pub(super) fn needs_owner(&self) -> bool {
        let owners = matches!(self.to, TaskAssignee::Owner | TaskAssignee::ManagerOfOwner);
        self.kind != WorkflowStepKind::SetField && owners
    }
}

fn misplaced(pointer: String) -> FieldError {
    INVALID.field(pointer).with("expected", "Nothing; it does not go with this kind of step")
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::json;

    #[test]
    fn k_06_a_step_has_what_its_kind_needs() {
        let id = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
        for (step, expected) in [
            (json!({ "kind": "create_task", "title": "Call {name}" }), &[][..]),
            (json!({ "kind": "create_task" }), &["title"]),
            (json!({ "kind": "create_task", "title": "A", "to": "user" }), &["user_id"]),
            (json!({ "kind": "notify", "title": "A", "user_id": id }), &["user_id"]),
            (json!({ "kind": "notify", "title": "A", "to": "role" }), &["role_id"]),
            (json!({ "kind": "notify", "title": "A", "to": "role", "role_id": id }), &[]),
            (json!({ "kind": "notify", "title": "A", "field": "tier" }), &["field"]),
            (json!({ "kind": "set_field", "field": "tier", "value": "A" }), &[]),
            (json!({ "kind": "set_field", "field": "tier" }), &[]),
            (json!({ "kind": "set_field", "to": "manager_of_owner" }), &["field", "to"]),
            (json!({ "kind": "start_playbook", "playbook_id": id }), &[]),
            (json!({ "kind": "start_playbook", "note": "x" }), &["note", "playbook_id"]),
        ] {
            let read: WorkflowStep = input::read(step.clone()).unwrap();
            let found = read.findings("/steps/0").into_iter().map(|one| one.place);
            let expected =
                expected.iter().map(|member| Place::Pointer(format!("/steps/0/{member}")));
            assert!(found.eq(expected), "{step}");
        }
    }
}
