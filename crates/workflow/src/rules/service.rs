//! The rules of saving a task rule.

use super::{TASK_RULE, TaskAssignee, TaskRule, store};
use guanxi_bulk::table::{self, Table};
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    actor::forbidden,
    problem::{FieldError, INVALID, Place, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Resource, Tx, custom, list::ListQuery};
use serde_json::{Value as Json, json};

/// What follows from tasks cannot call for tasks.
const EXCLUDED: &[&str] = &["tasks", "task-rules", "approvals", "notifications"];

/// The resources whose records can call for tasks.
fn resources() -> impl Iterator<Item = &'static Table> {
    table::all().filter(|table| !EXCLUDED.contains(&table.kind.plural))
}

/// The resource of a rule.
pub(super) fn table_of(rule: &TaskRule) -> Option<&'static Table> {
    resources().find(|table| *table.kind.plural == *rule.input.resource)
}

impl Resource for TaskRule {
    fn kind() -> &'static Kind {
        &TASK_RULE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        let mut findings = self.input.findings();
        match table_of(self) {
            Some(table) if findings.is_empty() => {
                findings = check(tx, ctx, self, table.kind).await?;
            }
            Some(_) => {}
            None => {
                let known: Vec<&str> = resources().map(|table| table.kind.plural).collect();
                let finding = UNKNOWN_VALUE.field("/resource");
                findings.push(finding.with("expected", format!("one of {}", known.join(", "))));
            }
        }
        Problem::collect(findings)
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        store::begin(tx, self.meta.id, ctx.now).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "重点客户三十天未跟进 / key customers left alone",
            "resource": "parties",
            "active": true,
            "trigger": "inactivity",
            "days": 30,
            "filter": "tier = A",
            "title": "联系 {name}",
            "kind": "call",
            "assignee": "owner",
            "due_in_working_days": 3,
        })
    }
}

/// Holds what the rule names against the resource.
async fn check(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &TaskRule,
    kind: &'static Kind,
) -> Result<Vec<FieldError>> {
    // The pass reads all of them, and tells of them in the titles of tasks.
    if !ctx.require(kind.plural, Action::Read)?.all {
        return Err(forbidden(kind.plural, Action::Read));
    }
    let fields = custom::fields(tx, ctx, kind).await?;
    let read = |text: &str| {
        let pairs = [("filter".to_owned(), text.to_owned())];
        ListQuery::parse(kind, ctx, &fields, &pairs).err()
    };
    let mut findings = Vec::new();
    let parts = [
        (rule.input.field.is_some().then(|| rule.input.trigger_filter()).flatten(), "/field"),
        (rule.input.filter.as_deref().map(str::to_owned), "/filter"),
    ];
    for (text, pointer) in parts {
        let refused = text.as_deref().and_then(read);
        let found = refused.iter().flat_map(Problem::errors);
        findings.extend(found.map(|finding| FieldError {
            place: Place::Pointer(pointer.to_owned()),
            ..finding.clone()
        }));
    }
    // Both together may be deeper than either.
    if findings.is_empty() && read(&rule.input.begins()).is_some() {
        findings.push(INVALID.field("/filter").with("expected", "A simpler filter"));
    }
    let owned = kind.field("owner_id").is_some();
    if !owned && !matches!(rule.input.assignee, TaskAssignee::User | TaskAssignee::Role) {
        let expected = "user or role; these records have no owner";
        findings.push(UNKNOWN_VALUE.field("/assignee").with("expected", expected));
    }
    Ok(findings)
}
