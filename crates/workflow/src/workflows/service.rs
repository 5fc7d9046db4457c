//! The rules of saving a workflow.

use super::{
    WORKFLOW, Workflow, WorkflowInput, WorkflowMove, WorkflowStatus, steps::WorkflowStepKind,
    store, trigger::WorkflowTriggerKind,
};
use crate::{
    playbooks::{PLAYBOOK, PlaybookId},
    problems::WORKFLOW_MOVE_NOT_ALLOWED,
};
use guanxi_bulk::table::{self, Table};
use guanxi_identity::{
    roles::ROLE,
    users::{USER, check_owner},
};
use guanxi_kernel::{
    Action, Ctx, Problem, Result, RoleId, UserId, Word as _,
    problem::{FieldError, INVALID, Place, UNKNOWN_REFERENCE, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Kind, Resource, Tx, custom,
    list::ListQuery,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};

/// What workflows make themselves begins none.
const EXCLUDED: &[&str] = &["notifications", "workflow-runs", "workflows"];

/// The resources with whose records workflows do something.
fn tables() -> impl Iterator<Item = &'static Table> {
    table::all().filter(|table| !EXCLUDED.contains(&table.kind.plural))
}

/// The resource of that name in the plural.
pub(crate) fn table_named(plural: &str) -> Option<&'static Table> {
    tables().find(|table| table.kind.plural == plural)
}

impl Resource for Workflow {
    fn kind() -> &'static Kind {
        &WORKFLOW
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.owner_id.get_or_insert(ctx.actor.user);
        let definition = self.input.definition();
        let same = before.is_some_and(|before| before.input.definition() == definition);
        // What was good when it was written is paused and given away, whatever has become of it.
        if !same {
            Problem::collect(check(tx, ctx, &self.input).await?)?;
        }
        if let Some(before) = before {
            self.changed =
                self.edition == before.edition && self.edition > 0 && (before.changed || !same);
        }
        let had = before.and_then(|before| before.input.owner_id);
        if let Some(owner) = self.input.owner_id.filter(|owner| had != Some(*owner)) {
            check_owner(tx, ctx, owner, "/owner_id").await?;
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.edition > before.map_or(0, |before| before.edition) {
            store::add_edition(tx, ctx, self).await?;
        }
        let is_live =
            |one: &Self| one.status == WorkflowStatus::Published && one.meta.deleted_at.is_none();
        let (was, is) = (before.is_some_and(is_live), is_live(self));
        let newly = !was || before.is_none_or(|before| before.edition != self.edition);
        // What is written now may be something else than what is published.
        let dated = self.changed || self.input.trigger.kind == WorkflowTriggerKind::Date;
        if is && newly && dated {
            store::begin_pass(tx, self.meta.id, ctx.now).await?;
        }
        if was && !is {
            store::end_pass(tx, self.meta.id).await?;
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        let moves = WorkflowMove::ALL.iter().map(|one| {
            let open = self.status.moves().any(|open| open == *one);
            let closed = (!open).then_some(&WORKFLOW_MOVE_NOT_ALLOWED);
            Verb { name: one.word(), needs: Action::Update, closed }
        });
        let update = Verb::open("update", Action::Update);
        let delete = Verb::open("delete", Action::Delete);
        [update].into_iter().chain(moves).chain([delete]).collect()
    }

    fn example() -> Json {
        let step = json!({
            "kind": "create_task",
            "wait_hours": 0,
            "to": "owner",
            "title": "致电 {name} / call about the upgrade",
            "task_kind": "call",
            "due_in_working_days": 2,
            "note": "确认新等级的服务内容。",
            "value": null,
        });
        json!({
            "name": "客户升为 A 级后致电 / call who becomes tier A",
            "resource": "parties",
            "trigger": { "kind": "event", "events": ["party.updated"], "changed": ["tier"], "days": 0 },
            "filter": "tier = A",
            "steps": [step],
        })
    }
}

/// Everything that is wrong with a workflow, as whoever writes or publishes it sees the records.
///
/// # Errors
/// `forbidden` without the right to read the records; those of the store.
pub(super) async fn check(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &WorkflowInput,
) -> Result<Vec<FieldError>> {
    let Some(table) = table_named(&input.resource) else {
        let known: Vec<&str> = tables().map(|table| table.kind.plural).collect();
        let finding = UNKNOWN_VALUE.field("/resource");
        return Ok(vec![finding.with("expected", format!("one of {}", known.join(", ")))]);
    };
    let kind = table.kind;
    resource::require_on(ctx, kind, Action::Read)?;
    let mut findings = input.trigger.findings(kind);
    for (at, step) in input.steps.iter().enumerate() {
        findings.extend(step.findings(&format!("/steps/{at}")));
    }
    if findings.is_empty() {
        findings.extend(check_filters(tx, ctx, input, kind).await?);
        findings.extend(check_steps(tx, ctx, input, table).await?);
    }
    Ok(findings)
}

/// Holds the date and the filter against the fields of the records.
async fn check_filters(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &WorkflowInput,
    kind: &'static Kind,
) -> Result<Vec<FieldError>> {
    let fields = custom::fields(tx, ctx, kind).await?;
    let read =
        |text: String| ListQuery::parse(kind, ctx, &fields, &[("filter".to_owned(), text)]).err();
    let parts = [
        (input.trigger.begins(None), "/trigger/field"),
        (input.filter.as_deref().map(str::to_owned), "/filter"),
    ];
    let mut findings = Vec::new();
    for (text, pointer) in parts {
        let refused = text.and_then(read);
        let found = refused.iter().flat_map(Problem::errors);
        findings.extend(found.map(|finding| FieldError {
            place: Place::Pointer(pointer.to_owned()),
            ..finding.clone()
        }));
    }
    for (at, field) in input.trigger.changed.iter().enumerate() {
        let known =
            kind.field(field).is_some() && !fields.hides(field) || fields.by_path(field).is_some();
        if !known {
            let finding = UNKNOWN_VALUE.field(format!("/trigger/changed/{at}"));
            findings.push(finding.with("expected", "a field of these records"));
        }
    }
    // Both together may be deeper than either.
    if findings.is_empty() && input.definition().begins().and_then(read).is_some() {
        findings.push(INVALID.field("/filter").with("expected", "A simpler filter"));
    }
    Ok(findings)
}

/// Holds the steps against the records that they are about, and against what they name.
async fn check_steps(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &WorkflowInput,
    table: &Table,
) -> Result<Vec<FieldError>> {
    let fields = custom::fields(tx, ctx, table.kind).await?;
    let mut findings = Vec::new();
    for (at, step) in input.steps.iter().enumerate() {
        let place = |member: &str| format!("/steps/{at}/{member}");
        if let (WorkflowStepKind::SetField, Some(field)) = (step.kind, &step.field) {
            let written = table.written().any(|name| name == &**field) && !fields.hides(field);
            if !written && (!table.is_patched() || fields.by_path(field).is_none()) {
                let finding = UNKNOWN_VALUE.field(place("field"));
                findings.push(finding.with("expected", "a field that callers write"));
            }
        }
        if step.needs_owner() && table.kind.field("owner_id").is_none() {
            let finding = UNKNOWN_VALUE.field(place("to"));
            findings.push(finding.with("expected", "user or role; these records have no owner"));
        }
        let named = [
            (&USER, step.user_id.map(UserId::uuid), "user_id"),
            (&ROLE, step.role_id.map(RoleId::uuid), "role_id"),
            (&PLAYBOOK, step.playbook_id.map(PlaybookId::uuid), "playbook_id"),
        ];
        for (kind, id, member) in named {
            if let Some(id) = id
                && !resource::visible(tx, ctx, kind, id).await?
            {
                findings.push(UNKNOWN_REFERENCE.field(place(member)));
            }
        }
    }
    Ok(findings)
}
