//! The card of a record: the run of the playbook that is the card of its kind, and the fields of the
//! record that fill it in. Rights are those on the record; nothing here asks for others.
//!
//! An item can be answered by a field of the record, so there is no copy to keep in step. How complete a
//! card is follows when it is shown; completing a run writes down what the fields held, and for
//! whoever does not see one of them there is no completeness. Reports over many cards add up the columns of
//! the fields and two numbers that each run keeps of its own answers, edition by edition. Price: a field of
//! the tenant, or one that is worked out, cannot answer an item.

use super::{PlaybookRun, PlaybookRunId, PlaybookRunInput, moves::name, service::subject, store};
use crate::{
    playbooks::{
        self, Answers, Edition, PlaybookChoice, PlaybookItem, PlaybookItemKind, PlaybookStep,
        Sheet, is_filled,
    },
    problems::{ITEM_MISSING, NO_CARD},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Ctx, Language, Line, Result, Text, UserId,
    problem::{FieldError, INTERNAL},
    ratio::Ratio,
};
use guanxi_storage::{
    Kind, Meta, Tx,
    kind::Parts as _,
    resource::{self},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Fills in the card of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "answers": { "wanted_model": "RX-7", "family": "三口之家" } })))]
pub struct FillCard {
    /// The answers by the codes of their items; those that are not named stay, `null` takes one away.
    #[schema(value_type = Object)]
    pub answers: Answers,
}

/// An item of a card with what is filled in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CardItem {
    /// Its code.
    pub code: Line<40>,
    /// What is asked, in the language of the caller.
    pub name: String,
    /// What the answer is.
    pub kind: PlaybookItemKind,
    /// Whether nothing is complete without it.
    pub required: bool,
    /// How much it counts.
    pub weight: i64,
    /// The field of the record that fills it in.
    #[schema(required)]
    pub field: Option<Line<60>>,
    /// What can be chosen.
    pub choices: Vec<PlaybookChoice>,
    /// What is filled in, as the record or the answer has it.
    #[schema(required, value_type = Json)]
    pub value: Option<Json>,
    /// Whether there is something.
    pub filled: bool,
}

/// A step of a card.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CardStep {
    /// Its code.
    pub code: Line<40>,
    /// What it is called, in the language of the caller.
    pub name: String,
    /// Its items, but for those whose field the caller may not see.
    pub items: Vec<CardItem>,
}

/// The card of a record, front side.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Card {
    /// The playbook that it is made by.
    pub playbook_id: Uuid,
    /// The edition: the one that it began with, of a new one the one of now.
    pub edition: i64,
    /// The run that holds its answers; `null` before anybody has answered something.
    #[schema(required)]
    pub run_id: Option<Uuid>,
    /// The version of that run.
    #[schema(required)]
    pub run_version: Option<i64>,
    /// The steps.
    pub steps: Vec<CardStep>,
    /// Weight that is filled in over all weight; `null` for whoever may not see all of it.
    #[schema(required)]
    pub completeness: Option<Ratio>,
    /// The codes of the required items that are missing, as far as the caller may see that.
    pub missing: Vec<String>,
    /// When somebody else has looked at it last.
    #[schema(required)]
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Who.
    #[schema(required)]
    pub reviewed_by: Option<UserId>,
    /// What they remarked.
    #[schema(required)]
    pub review_remark: Option<Text<4000>>,
}

/// The card of a record as far as it has come: what it is judged by, and its run.
struct Held {
    edition: Edition,
    steps: Vec<PlaybookStep>,
    run: Option<PlaybookRun>,
}

/// The card of a record of that kind; `None` if such records have none.
async fn held(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, id: Uuid) -> Result<Option<Held>> {
    let Some(newest) = playbooks::card_of(tx, kind.name).await? else { return Ok(None) };
    let run = match store::card(tx, newest.0, id).await? {
        Some(run) => Some(resource::load::<PlaybookRun>(tx, &ctx.on_behalf(), run.uuid()).await?),
        None => None,
    };
    let edition = (newest.0, run.as_ref().map_or(newest.1, |run| run.edition));
    let steps = playbooks::steps(tx, [edition]).await?.remove(&edition).unwrap_or_default();
    Ok(Some(Held { edition, steps, run }))
}

/// What is required by the card of records of that kind and missing, at `pointer`; nothing if such
/// records have no card.
///
/// # Errors
/// Those of the store.
pub async fn gaps(
    tx: &mut Tx,
    ctx: &Ctx,
    (kind, id): (&'static Kind, Uuid),
    record: &Json,
    pointer: &str,
) -> Result<Vec<FieldError>> {
    let Some(held) = held(tx, ctx, kind, id).await? else { return Ok(Vec::new()) };
    let none = Answers::new();
    let answers = held.run.as_ref().map_or(&none, |run| &run.input.answers);
    let finding = |item: &PlaybookItem| {
        ITEM_MISSING.field(pointer).with("item", &*item.code).with("name", name(ctx, item))
    };
    Ok(Sheet(&held.steps).missing(answers, Some(record)).into_iter().map(finding).collect())
}

/// The card of a record that the caller may see; `record` is the record as they see it.
///
/// # Errors
/// `no_card` if records of its kind have none.
pub async fn card(
    tx: &mut Tx,
    ctx: &Ctx,
    (kind, id): (&'static Kind, Uuid),
    seen: &Json,
) -> Result<Card> {
    let held = held(tx, ctx, kind, id).await?;
    let held = held.ok_or_else(|| NO_CARD.with("about_type", kind.name))?;
    let whole = subject(tx, ctx, kind, id).await?;
    let none = Answers::new();
    let answers = held.run.as_ref().map_or(&none, |run| &run.input.answers);
    let sheet = Sheet(&held.steps);
    let hidden = ctx.actor.withheld(kind.plural).hidden;
    let shown =
        |item: &&PlaybookItem| item.field.as_deref().is_none_or(|field| !hidden.contains(field));
    let all = sheet.items().all(|item| shown(&item));
    let missing = sheet.missing(answers, whole.as_ref()).into_iter().filter(shown);
    let zh = ctx.language == Language::Zh;
    let item = |item: &PlaybookItem| {
        let value = match &item.field {
            Some(field) => seen.get(&**field).filter(|value| is_filled(value)).cloned(),
            None => answers.get(&*item.code).cloned(),
        };
        CardItem {
            code: item.code.clone(),
            name: name(ctx, item),
            kind: item.kind,
            required: item.required,
            weight: item.weight,
            field: item.field.clone(),
            choices: item.choices.clone(),
            filled: value.is_some(),
            value,
        }
    };
    let step = |step: &PlaybookStep| CardStep {
        code: step.code.clone(),
        name: step.name_zh.as_ref().filter(|_| zh).unwrap_or(&step.name).to_string(),
        items: step.items.iter().filter(shown).map(item).collect(),
    };
    let run = held.run.as_ref();
    Ok(Card {
        playbook_id: held.edition.0.uuid(),
        edition: held.edition.1,
        run_id: run.map(|run| run.meta.id.uuid()),
        run_version: run.map(|run| run.meta.version),
        completeness: all.then(|| sheet.completeness(answers, whole.as_ref())),
        missing: missing.map(|item| item.code.to_string()).collect(),
        steps: held.steps.iter().map(step).collect(),
        reviewed_at: run.and_then(|run| run.reviewed_at),
        reviewed_by: run.and_then(|run| run.reviewed_by),
        review_remark: run.and_then(|run| run.review_remark.clone()),
    })
}

/// Fills in the card of a record that the caller may change; it is made with the first answer, in the
/// name of `owner`.
///
/// # Errors
/// `no_card`; `run_completed`; `validation_failed` for answers that do not fit.
pub async fn fill_card(
    tx: &mut Tx,
    ctx: &Ctx,
    (kind, id): (&'static Kind, Uuid),
    owner: Option<UserId>,
    wish: FillCard,
) -> Result<PlaybookRunId> {
    let held = held(tx, ctx, kind, id).await?;
    let held = held.ok_or_else(|| NO_CARD.with("about_type", kind.name))?;
    let system = ctx.on_behalf();
    if let Some(run) = held.run {
        let change = |one: &mut PlaybookRun| {
            for (code, answer) in wish.answers {
                match answer {
                    Json::Null => drop(one.input.answers.remove(&code)),
                    answer => drop(one.input.answers.insert(code, answer)),
                }
            }
            Ok(())
        };
        let id = run.meta.id;
        resource::change::<PlaybookRun>(tx, &system, id.uuid(), "updated", change).await?;
        return Ok(id);
    }
    let about_type = Line::new(kind.name).map_err(|error| INTERNAL.problem().because(error))?;
    let input = PlaybookRunInput {
        playbook_id: held.edition.0,
        about_type: Some(about_type),
        about_id: Some(id),
        product_id: None,
        owner_id: owner,
        answers: wish.answers,
        note: None,
    };
    let run = PlaybookRun::assemble(Meta::new(ctx), input);
    let made = resource::insert(tx, &system, run, "created").await?;
    Ok(made.record.meta.id)
}
