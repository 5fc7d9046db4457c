//! The rules of saving a run, and what its answers come to.

use super::{PLAYBOOK_RUN, PlaybookRun, RunMove, RunStatus, store};
use crate::{
    playbooks::{
        self, Answers, Playbook, PlaybookPurpose, PlaybookStatus, PlaybookStep, Sheet,
        SurveyMeasure,
    },
    problems::{PLAYBOOK_FIXED, PLAYBOOK_NOT_PUBLISHED, RUN_EXISTS},
    subjects,
};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Problem, Result, Word as _,
    problem::{INVALID, NOT_FOUND, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Resource for PlaybookRun {
    fn kind() -> &'static Kind {
        &PLAYBOOK_RUN
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.owner_id.get_or_insert(ctx.actor.user);
        match before {
            None => self.begin(tx, ctx).await?,
            Some(before) => self.go_on(before)?,
        }
        let had = before.and_then(|before| before.input.owner_id);
        if let Some(owner) = self.input.owner_id.filter(|owner| had != Some(*owner)) {
            check_owner(tx, ctx, owner, "/owner_id").await?;
        }
        self.party_id = match self.input.about_type.as_deref() {
            Some("party") => self.input.about_id,
            _ => None,
        };
        let answered = before.is_none_or(|before| before.input.answers != self.input.answers);
        if answered {
            let (steps, record) = self.judged_by(tx, ctx).await?;
            let none = Answers::new();
            let had = before.map_or(&none, |before| &before.input.answers);
            let sheet = Sheet(&steps);
            Problem::collect(sheet.settle(&mut self.input.answers, had, record.as_ref()))?;
            (self.answered_weight, self.unanswered) = sheet.kept(&self.input.answers);
            let index = |what| sheet.index(&self.input.answers, what);
            self.satisfaction_index = index(SurveyMeasure::Satisfaction);
            self.expectation_index = index(SurveyMeasure::Expectation);
        }
        if self.single
            && self.meta.deleted_at.is_none()
            && before.is_none_or(|before| before.meta.deleted_at.is_some())
            && let Some(about) = self.input.about_id
            && let Some(run) = store::card(tx, self.input.playbook_id, about).await?
            && run != self.meta.id
        {
            return Err(RUN_EXISTS.with("run_id", run.to_string()));
        }
        Ok(())
    }

    async fn present(records: &mut [Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let of = records.iter().map(|one| (one.input.playbook_id, one.edition));
        let editions = playbooks::steps(tx, of.collect::<BTreeSet<_>>()).await?;
        let subjects = subjects_of(tx, ctx, records).await?;
        for one in records {
            let Some(steps) = editions.get(&(one.input.playbook_id, one.edition)) else { continue };
            let record = one.input.about_id.and_then(|id| subjects.get(&id));
            one.judge(ctx, Sheet(steps), record);
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.about_id.into_iter().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let why = self.status.refuses();
        let verb =
            |name, open: bool| Verb { name, needs: Action::Update, closed: (!open).then_some(why) };
        let moves = RunMove::ALL.iter();
        let moves = moves.map(|one| verb(one.word(), self.status.moves().any(|open| open == *one)));
        let update = verb("update", self.status == RunStatus::Open);
        [update].into_iter().chain(moves).chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "playbook_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "about_type": "lead",
            "about_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "answers": {},
            "note": "交车前一天检查"
        })
    }
}

/// What runs are about, by id, whoever may see it; only as far as they are judged by it.
async fn subjects_of(
    tx: &mut Tx,
    ctx: &Ctx,
    records: &[PlaybookRun],
) -> Result<BTreeMap<Uuid, Json>> {
    let mut wanted: BTreeMap<&'static str, (&'static Kind, Vec<Uuid>)> = BTreeMap::new();
    for one in records.iter().filter(|one| one.status == RunStatus::Open) {
        let kind = one.input.about_type.as_deref().and_then(kind_of);
        if let Some((kind, id)) = kind.zip(one.input.about_id) {
            wanted.entry(kind.name).or_insert_with(|| (kind, Vec::new())).1.push(id);
        }
    }
    let (system, mut found) = (ctx.on_behalf(), BTreeMap::new());
    for (kind, ids) in wanted.into_values() {
        found.extend((kind.load)(tx, &system, &ids).await?);
    }
    Ok(found)
}

pub(super) fn kind_of(name: &str) -> Option<&'static Kind> {
    subjects::kinds().find(|kind| kind.name == name)
}

/// The records of one kind with that id, whoever may see it.
pub(super) async fn subject(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    id: Uuid,
) -> Result<Option<Json>> {
    let found = (kind.load)(tx, &ctx.on_behalf(), &[id]).await?;
    Ok(found.into_iter().next().map(|(_, record)| record))
}

impl PlaybookRun {
    /// A new one: of a published playbook, whose edition it keeps, about what the caller sees.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let id = self.input.playbook_id.uuid();
        let playbook = match resource::load::<Playbook>(tx, &ctx.on_behalf(), id).await {
            Err(problem) if problem.is(&NOT_FOUND) => {
                return Err(UNKNOWN_REFERENCE.at("/playbook_id"));
            }
            found => found?,
        };
        if playbook.status != PlaybookStatus::Published {
            return Err(PLAYBOOK_NOT_PUBLISHED.at("/playbook_id"));
        }
        if playbook.input.purpose == PlaybookPurpose::Interview {
            let expected = "no guide of interviews: what is said in them is an answer of research";
            let finding = INVALID.field("/playbook_id").with("expected", expected);
            return Problem::collect(vec![finding]);
        }
        self.edition = playbook.edition;
        self.single = playbook.input.purpose == PlaybookPurpose::Card;
        if let Some(product) = self.input.product_id {
            let checked = subjects::check(tx, ctx, "product", product).await;
            checked.map_err(|problem| named(problem, "/product_id"))?;
        }
        match (&self.input.about_type, self.input.about_id) {
            (None, None) if playbook.input.about_type.is_some() => {
                return Err(REQUIRED.at("/about_id"));
            }
            (None, None) => return Ok(()),
            (Some(_), None) => return Err(REQUIRED.at("/about_id")),
            (None, Some(_)) => return Err(REQUIRED.at("/about_type")),
            (Some(_), Some(_)) => {}
        }
        if let Some(wanted) = &playbook.input.about_type
            && self.input.about_type.as_ref() != Some(wanted)
        {
            let finding = INVALID.field("/about_type").with("expected", &**wanted);
            return Problem::collect(vec![finding]);
        }
        let (Some(name), Some(id)) = (&self.input.about_type, self.input.about_id) else {
            return Ok(());
        };
        let checked = subjects::check(tx, ctx, name, id).await;
        checked.map_err(|problem| named(problem, "/about_id"))
    }

    /// One that was there: it is still of the same playbook about the same record.
    fn go_on(&self, before: &Self) -> Result<()> {
        if before.input == self.input {
            return Ok(());
        }
        if before.input.answers != self.input.answers || before.input.note != self.input.note {
            before.status.require_open()?;
        }
        let members = [
            ("/playbook_id", self.input.playbook_id != before.input.playbook_id),
            ("/about_type", self.input.about_type != before.input.about_type),
            ("/about_id", self.input.about_id != before.input.about_id),
            ("/product_id", self.input.product_id != before.input.product_id),
        ];
        let changed = members.into_iter().filter(|(_, changed)| *changed);
        Problem::collect(changed.map(|(at, _)| PLAYBOOK_FIXED.field(at)).collect())
    }

    /// The steps of its edition, and the record that it is about.
    pub(super) async fn judged_by(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> Result<(Vec<PlaybookStep>, Option<Json>)> {
        let edition = (self.input.playbook_id, self.edition);
        let steps = playbooks::steps(tx, [edition]).await?.remove(&edition).unwrap_or_default();
        let kind = self.input.about_type.as_deref().and_then(kind_of);
        let record = match kind.zip(self.input.about_id) {
            Some((kind, id)) => subject(tx, ctx, kind, id).await?,
            None => None,
        };
        Ok((steps, record))
    }

    /// Fills in what its answers come to, as the caller may see it.
    fn judge(&mut self, ctx: &Ctx, sheet: Sheet<'_>, record: Option<&Json>) {
        let kind = self.input.about_type.as_deref().and_then(kind_of);
        let hidden = kind.map(|kind| ctx.actor.withheld(kind.plural).hidden).unwrap_or_default();
        let unseen = |field: &str| hidden.contains(field);
        let then =
            (self.status == RunStatus::Completed).then(|| as_record(sheet, &self.record_values));
        let record = then.as_ref().or(record);
        let all =
            sheet.items().filter_map(|item| item.field.as_deref()).all(|field| !unseen(field));
        self.completeness = all.then(|| sheet.completeness(&self.input.answers, record));
        self.score = Some(sheet.score(&self.input.answers));
        let measured = |what| sheet.measured(&self.input.answers, what);
        (self.satisfaction, self.expectation) =
            (measured(SurveyMeasure::Satisfaction), measured(SurveyMeasure::Expectation));
        let seen = |field: &Option<guanxi_kernel::Line<60>>| {
            field.as_deref().is_none_or(|field| !unseen(field))
        };
        let missing = sheet.missing(&self.input.answers, record);
        let missing = missing.into_iter().filter(|item| seen(&item.field));
        self.missing = missing.map(|item| item.code.to_string()).collect();
        if !hidden.is_empty() {
            let shown = |code: &str| {
                sheet.items().find(|item| &*item.code == code).is_none_or(|item| seen(&item.field))
            };
            self.record_values.retain(|code, _| shown(code));
        }
    }
}

/// What the record held when a run was completed, by its fields.
fn as_record(sheet: Sheet<'_>, values: &Answers) -> Json {
    let mut record = json!({});
    for item in sheet.items() {
        if let (Some(field), Some(value)) = (&item.field, values.get(&*item.code)) {
            record[&**field] = value.clone();
        }
    }
    record
}

/// What is said of the subject of a task, said of a record that a run names at `pointer`.
fn named(problem: Problem, pointer: &'static str) -> Problem {
    if problem.is(&UNKNOWN_REFERENCE)
        || problem.errors().iter().any(|one| one.code.code == UNKNOWN_REFERENCE.code)
    {
        UNKNOWN_REFERENCE.at(pointer)
    } else {
        problem
    }
}
