//! What makes a workflow begin.

use guanxi_kernel::{
    Line,
    problem::{FieldError, INVALID, INVALID_FORMAT, REQUIRED, UNKNOWN_VALUE},
};
use guanxi_storage::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What makes a workflow begin.
    pub enum WorkflowTriggerKind {
        /// Something happens to a record.
        Event = "event" ("Event", "事件"),
        /// A date of the record has come, or comes soon.
        Date = "date" ("Date", "日期"),
    }
}

/// How far back a date may lie to make a workflow begin: what came to pass before is left alone.
pub(crate) const WINDOW: i64 = 30;

/// What makes a workflow begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowTrigger {
    /// Whether it is an event or a date.
    pub kind: WorkflowTriggerKind,
    /// With `event`: the kinds of events as the change stream tells them, e.g. `party.updated`; any one of
    /// them is enough.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub events: Vec<Line<100>>,
    /// With `event`: only if at least one of these fields has changed, e.g. `tier` or `custom.grade`.
    /// Whatever has changed when empty.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub changed: Vec<Line<100>>,
    /// With `date`: the field with the date, any that lists can be filtered by.
    #[serde(default)]
    pub field: Option<Line<100>>,
    /// With `date`: days after the date, or before it if negative.
    #[serde(default)]
    #[validate(range(min = -3_650, max = 3_650))]
    #[schema(minimum = -3_650, maximum = 3_650)]
    pub days: i64,
}

impl WorkflowTrigger {
    /// What is wrong with it for records of a kind: it has what it needs, and nothing else.
    pub(super) fn findings(&self, kind: &Kind) -> Vec<FieldError> {
        let mut findings = Vec::new();
        let event = self.kind == WorkflowTriggerKind::Event;
        let mut needs = |wanted: bool, there: bool, pointer: &str| match (wanted, there) {
            (true, false) => findings.push(REQUIRED.field(pointer)),
            (false, true) => findings.push(misplaced(pointer)),
            _ => {}
        };
        needs(event, !self.events.is_empty(), "/trigger/events");
        needs(!event, self.field.is_some(), "/trigger/field");
        if !event && !self.changed.is_empty() {
            findings.push(misplaced("/trigger/changed"));
        }
        if event && self.days != 0 {
            findings.push(misplaced("/trigger/days"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if self.field.as_ref().is_some_and(|field| !field.chars().all(plain)) {
            let finding = INVALID_FORMAT.field("/trigger/field");
            findings.push(finding.with("expected", "the name of a field"));
        }
        for (at, event) in self.events.iter().enumerate() {
            // What is deleted has nothing left that could be done with it.
            let known = event.split_once('.').is_some_and(|(name, verb)| {
                name == kind.name && kind.knows(verb) && verb != "deleted"
            });
            if !known {
                let verbs = ["created", "updated", "restored"];
                let verbs =
                    verbs.iter().chain(kind.verbs).map(|verb| format!("{}.{verb}", kind.name));
                let expected = format!("one of {}", verbs.collect::<Vec<_>>().join(", "));
                let finding = UNKNOWN_VALUE.field(format!("/trigger/events/{at}"));
                findings.push(finding.with("expected", expected));
            }
        }
        findings
    }

    /// Whether an event of that kind makes it begin, which has changed these fields, each between commas.
    pub(super) fn hears(&self, event: &str, changed: &str) -> bool {
        let told = self.kind == WorkflowTriggerKind::Event
            && self.events.iter().any(|wanted| **wanted == *event);
        let touched = |field: &Line<100>| changed.contains(&format!(",{},", &**field));
        told && (self.changed.is_empty() || self.changed.iter().any(touched))
    }

    /// The filter that records fit whose date has come, of which each must fit `also`; `also` alone for
    /// events.
    pub(super) fn begins(&self, also: Option<&str>) -> Option<String> {
        let date = match (self.kind, &self.field) {
            (WorkflowTriggerKind::Date, Some(field)) => {
                let (field, days) = (&**field, self.days);
                let earliest = days.saturating_add(WINDOW);
                Some(format!("{field} >= days_ago({earliest}) AND {field} <= days_ago({days})"))
            }
            _ => None,
        };
        match (date, also) {
            (Some(date), Some(also)) => Some(format!("{date} AND ({also})")),
            (Some(date), None) => Some(date),
            (None, also) => also.map(str::to_owned),
        }
    }
}

fn misplaced(pointer: &str) -> FieldError {
    INVALID.field(pointer).with("expected", "Nothing; it does not go with this kind of trigger")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::TASK;
    use guanxi_kernel::{input, problem::Place};
    use serde_json::json;

    fn trigger(json: serde_json::Value) -> WorkflowTrigger {
        input::read(json).unwrap()
    }

    #[test]
    fn k_06_a_trigger_has_what_it_needs() {
        for (json, expected) in [
            (json!({ "kind": "event", "events": ["task.completed"] }), &[][..]),
            (json!({ "kind": "event" }), &["/trigger/events"]),
            (json!({ "kind": "event", "events": ["task.deleted"] }), &["/trigger/events/0"]),
            (json!({ "kind": "event", "events": ["party.updated"] }), &["/trigger/events/0"]),
            (
                json!({ "kind": "event", "events": ["task.updated"], "field": "due_at", "days": 1 }),
                &["/trigger/field", "/trigger/days"],
            ),
            (json!({ "kind": "date", "field": "due_at", "days": -7 }), &[]),
            (json!({ "kind": "date" }), &["/trigger/field"]),
            (json!({ "kind": "date", "field": "a = 1" }), &["/trigger/field"]),
        ] {
            let found = trigger(json.clone()).findings(&TASK).into_iter().map(|one| one.place);
            let expected = expected.iter().map(|place| Place::Pointer((*place).to_owned()));
            assert!(found.eq(expected), "{json}");
        }
    }

    #[test]
    fn k_06_it_hears_what_it_names() {
        let one = trigger(json!({ "kind": "event", "events": ["task.updated"],
            "changed": ["title"] }));
        assert!(one.hears("task.updated", ",note,title,"));
        assert!(!one.hears("task.updated", ",sub_title,"));
        assert!(!one.hears("task.created", ",title,"));
    }

    #[test]
    fn k_06_a_date_is_said_as_a_filter() {
        let date = trigger(json!({ "kind": "date", "field": "custom.due", "days": -7 }));
        let range = "custom.due >= days_ago(23) AND custom.due <= days_ago(-7)";
        assert_eq!(date.begins(None).as_deref(), Some(range));
        let both = format!("{range} AND (a = 1 OR b = 2)");
        assert_eq!(date.begins(Some("a = 1 OR b = 2")), Some(both));
        let event = trigger(json!({ "kind": "event", "events": ["task.created"] }));
        assert_eq!(event.begins(None), None);
    }
}
