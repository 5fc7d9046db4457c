//! One step, in the name of the author of its workflow and held to their rights and to all rules.

use crate::{
    notifications::{News, NotificationKind, notify},
    playbook_runs::{PLAYBOOK_RUN, PlaybookRun, PlaybookRunInput},
    playbooks::Answers,
    problems::NOBODY_TO_ACT,
    rules::assignee,
    tasks::{TASK, Task, TaskInput, TaskSource},
    wording,
    workflows::{WorkflowStep, WorkflowStepKind},
    working_time::end_of_working_day,
};
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result, UserId,
    period::business_date,
    problem::{INTERNAL, REQUIRED},
};
use guanxi_storage::{Kind, Meta, Tx, custom, kind::Parts as _, resource};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a step has done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effect {
    /// The record that it made or changed.
    pub(crate) record: Option<(&'static Kind, Uuid)>,
    /// Whose the task or the playbook is, or who was told.
    pub(crate) user: Option<UserId>,
    /// What the task or the notification is called.
    pub(crate) title: Option<Line<200>>,
    /// What differs at the record, each with the value before and after.
    pub(crate) changes: Vec<(String, Json, Json)>,
    /// Whether everything was so already.
    pub(crate) unchanged: bool,
}

/// Does a step with a record. `ctx` is that of the author.
///
/// # Errors
/// `nobody_to_act` for a record without an owner, `forbidden`, and whatever the rules say to what it does.
pub(crate) async fn act(
    tx: &mut Tx,
    ctx: &Ctx,
    step: &WorkflowStep,
    kind: &'static Kind,
    id: Uuid,
) -> Result<Effect> {
    let record = (kind.operations.get)(tx, ctx, id).await?.value();
    match step.kind {
        WorkflowStepKind::CreateTask => create_task(tx, ctx, step, (kind, id), &record).await,
        WorkflowStepKind::SetField => set_field(tx, ctx, step, (kind, id), &record).await,
        WorkflowStepKind::Notify => tell(tx, ctx, step, (kind, id), &record).await,
        WorkflowStepKind::StartPlaybook => start(tx, ctx, step, (kind, id), &record).await,
    }
}

/// Whoever a step is for.
async fn whom(tx: &mut Tx, step: &WorkflowStep, record: &Json) -> Result<UserId> {
    let found = assignee(tx, (step.to, step.user_id, step.role_id), record).await?;
    found.ok_or_else(|| NOBODY_TO_ACT.problem())
}

/// A title with what the record says.
fn titled(step: &WorkflowStep, record: &Json) -> Result<Line<200>> {
    let title = step.title.as_ref().ok_or_else(|| REQUIRED.at("/title"))?;
    Ok(wording::fill(title, record))
}

fn line<const MOST: usize>(text: &str) -> Result<Line<MOST>> {
    Line::new(text).map_err(|error| INTERNAL.problem().because(error))
}

async fn create_task(
    tx: &mut Tx,
    ctx: &Ctx,
    step: &WorkflowStep,
    (kind, id): (&'static Kind, Uuid),
    record: &Json,
) -> Result<Effect> {
    resource::require::<Task>(ctx, Action::Create)?;
    let (owner, title) = (whom(tx, step, record).await?, titled(step, record)?);
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let days = step.due_in_working_days.unwrap_or(0);
    let due_at = end_of_working_day(tx, ctx, today, days).await?;
    let input = TaskInput {
        title: title.clone(),
        kind: step.task_kind.clone().map_or_else(|| line("todo"), Ok)?,
        subject_type: Some(line(kind.name)?),
        subject_id: Some(id),
        owner_id: Some(owner),
        due_at: Some(due_at),
        note: step.note.clone(),
    };
    let mut task = Task::assemble(Meta::new(ctx), input);
    task.source = TaskSource::Workflow;
    let made = resource::insert(tx, ctx, task, "created").await?.record;
    Ok(Effect {
        record: Some((&TASK, made.meta.id.uuid())),
        user: Some(owner),
        title: Some(title),
        ..Effect::default()
    })
}

async fn set_field(
    tx: &mut Tx,
    ctx: &Ctx,
    step: &WorkflowStep,
    (kind, id): (&'static Kind, Uuid),
    record: &Json,
) -> Result<Effect> {
    let field = step.field.as_deref().ok_or_else(|| REQUIRED.at("/field"))?;
    let mut patch = Map::new();
    match field.strip_prefix(custom::PREFIX) {
        Some(own) => patch.insert("custom".to_owned(), json!({ own: step.value })),
        None => patch.insert(field.to_owned(), step.value.clone()),
    };
    let sheet = (kind.operations.patch)(tx, ctx, id, &Json::Object(patch)).await?;
    let unchanged = record["version"].as_i64() == Some(sheet.version);
    let changes = differing(kind, record, &sheet.value());
    Ok(Effect { record: Some((kind, id)), changes, unchanged, ..Effect::default() })
}

async fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    step: &WorkflowStep,
    (kind, id): (&'static Kind, Uuid),
    record: &Json,
) -> Result<Effect> {
    let (user, title) = (whom(tx, step, record).await?, titled(step, record)?);
    let news = News { kind: NotificationKind::Workflow, title: title.clone(), subject: (kind, id) };
    notify(tx, ctx, [user], &news).await?;
    Ok(Effect { user: Some(user), title: Some(title), ..Effect::default() })
}

async fn start(
    tx: &mut Tx,
    ctx: &Ctx,
    step: &WorkflowStep,
    (kind, id): (&'static Kind, Uuid),
    record: &Json,
) -> Result<Effect> {
    let owner = whom(tx, step, record).await?;
    let input = PlaybookRunInput {
        product_id: None,
        playbook_id: step.playbook_id.ok_or_else(|| REQUIRED.at("/playbook_id"))?,
        about_type: Some(line(kind.name)?),
        about_id: Some(id),
        owner_id: Some(owner),
        answers: Answers::new(),
        note: None,
    };
    let made = resource::create::<PlaybookRun>(tx, ctx, input).await?.record;
    Ok(Effect {
        record: Some((&PLAYBOOK_RUN, made.meta.id.uuid())),
        user: Some(owner),
        ..Effect::default()
    })
}

/// Members that change with every write and tell nothing by themselves.
const CLOCKWORK: [&str; 2] = ["version", "updated_at"];

/// The fields in which a record differs from what it was, those of the tenant each by itself.
fn differing(kind: &Kind, before: &Json, after: &Json) -> Vec<(String, Json, Json)> {
    let mut changes = Vec::new();
    let mut hold = |name: String, then: &Json, now: &Json| {
        if then != now {
            changes.push((name, then.clone(), now.clone()));
        }
    };
    let fields = kind.shape.fields.iter().filter(|field| !field.hidden);
    for name in fields.map(|field| field.name).filter(|name| !CLOCKWORK.contains(name)) {
        if name != "custom" {
            hold(name.to_owned(), &before[name], &after[name]);
            continue;
        }
        let own = [&before[name], &after[name]].into_iter().filter_map(Json::as_object);
        let names: BTreeSet<&String> = own.flat_map(Map::keys).collect();
        for field in names {
            let (then, now) = (&before[name][field.as_str()], &after[name][field.as_str()]);
            hold(format!("{}{field}", custom::PREFIX), then, now);
        }
    }
    changes
}

/// What is said of a refusal: its code, and for people in English what it finds fault with.
pub(super) fn told(problem: &Problem) -> (String, String) {
    let text: String = problem.to_string().chars().take(1_000).collect();
    (problem.code().code.to_owned(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_06_only_what_differs_is_a_change() {
        let before = json!({ "title": "a", "kind": "call", "version": 1, "actions": ["update"],
            "custom": { "size": 1, "colour": "red" } });
        let after = json!({ "title": "b", "kind": "call", "version": 2, "actions": [],
            "custom": { "size": 1, "colour": "blue" } });
        let mut expected = vec![
            ("title".to_owned(), json!("a"), json!("b")),
            ("custom.colour".to_owned(), json!("red"), json!("blue")),
        ];
        let mut found = differing(&TASK, &before, &after);
        let by_name = |one: &(String, Json, Json)| one.0.clone();
        expected.sort_by_key(by_name);
        found.sort_by_key(by_name);
        assert_eq!(found, expected);
        assert!(differing(&TASK, &before, &before).is_empty());
    }
}
