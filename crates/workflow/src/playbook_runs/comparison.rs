//! A run beside the one before it: whether an assessment came out better than last time.
//!
//! The one before is the last completed one by the same playbook about the same, of those that were begun
//! earlier and that the caller may read; to reopen a run and complete it again leaves the order alone. Each is
//! judged by its own edition, and steps are matched by their codes. Price: a step whose code has changed is
//! another step.

use super::{PLAYBOOK_RUN, PlaybookRun, PlaybookRunId, store};
use crate::playbooks::{self, Answers, Edition, PlaybookStep, Sheet};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Language, Line, Result, ratio::Ratio};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::{collections::BTreeMap, iter, slice};
use utoipa::ToSchema;

/// A score now and the time before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ScoreChange {
    /// Weighted points over the most that there are; `null` if nothing is scored.
    #[schema(required)]
    pub now: Option<Ratio>,
    /// The same in the run before; `null` without one, or if nothing was scored.
    #[schema(required)]
    pub previous: Option<Ratio>,
    /// By how much it is more now, exactly; `null` if either is.
    #[schema(required)]
    pub difference: Option<Ratio>,
}

/// The score of a step now and the time before.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepChange {
    /// The code of the step.
    pub code: Line<40>,
    /// What it is called, in the language of the caller.
    pub name: String,
    /// Its score.
    pub score: ScoreChange,
}

/// A run and the one before it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(examples(json!({
    "run_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
    "edition": 1,
    "completed_at": "2026-07-01T02:00:00Z",
    "previous_id": "01912c07-5a3e-7c41-9d1f-6b2f0a4e8c11",
    "previous_edition": 1,
    "previous_completed_at": "2026-01-05T02:00:00Z",
    "score": {
        "now": { "value": "0.7500", "numerator": "15", "denominator": "20" },
        "previous": { "value": "0.6000", "numerator": "12", "denominator": "20" },
        "difference": { "value": "0.1500", "numerator": "3", "denominator": "20" }
    },
    "steps": [{
        "code": "planning",
        "name": "营销计划",
        "score": {
            "now": { "value": "0.8000", "numerator": "12", "denominator": "15" },
            "previous": { "value": "0.6667", "numerator": "10", "denominator": "15" },
            "difference": { "value": "0.1333", "numerator": "2", "denominator": "15" }
        }
    }]
})))]
pub struct RunComparison {
    /// The run.
    pub run_id: PlaybookRunId,
    /// The edition that it is judged by.
    pub edition: i64,
    /// When it was completed; `null` while it is open, and then it is compared as far as it has come.
    #[schema(required)]
    pub completed_at: Option<DateTime<Utc>>,
    /// The run before it; `null` if there is none that the caller may read.
    #[schema(required)]
    pub previous_id: Option<PlaybookRunId>,
    /// The edition that that one is judged by.
    #[schema(required)]
    pub previous_edition: Option<i64>,
    /// When that one was completed.
    #[schema(required)]
    pub previous_completed_at: Option<DateTime<Utc>>,
    /// The score of all steps; without figures for whoever may not see scores and answers.
    pub score: ScoreChange,
    /// That of each step: those of this run in order, then those that only the run before has.
    pub steps: Vec<StepChange>,
}

/// Weighted points and the most that there are, which is more than 0.
type Points = Option<(i64, i64)>;

impl ScoreChange {
    fn new(now: Points, previous: Points) -> Self {
        let ratio = |(points, most): (i64, i64)| Ratio::new(points, most);
        let difference = now.zip(previous).map(|((points, most), (had, had_most))| {
            if most == had_most {
                Ratio::new(points - had, most)
            } else {
                Ratio::new(points * had_most - had * most, most * had_most)
            }
        });
        Self { now: now.map(ratio), previous: previous.map(ratio), difference }
    }
}

/// Answers, and the steps that they are judged by.
#[derive(Clone, Copy)]
struct Judged<'a> {
    steps: &'a [PlaybookStep],
    answers: &'a Answers,
}

impl<'a> Judged<'a> {
    fn points(self, steps: &[PlaybookStep]) -> Points {
        Some(Sheet(steps).points(self.answers)).filter(|(_, most)| *most > 0)
    }

    fn step(self, code: &str) -> Option<&'a PlaybookStep> {
        self.steps.iter().find(|step| &*step.code == code)
    }
}

/// The score of all steps, and that of each.
fn changes(
    now: Judged<'_>,
    previous: Option<Judged<'_>>,
    language: Language,
) -> (ScoreChange, Vec<StepChange>) {
    let all = |judged: Judged<'_>| judged.points(judged.steps);
    let of = |judged: Judged<'_>, code: &str| {
        judged.step(code).and_then(|step| judged.points(slice::from_ref(step)))
    };
    let zh = language == Language::Zh;
    let change = |step: &PlaybookStep| StepChange {
        code: step.code.clone(),
        name: step.name_zh.as_ref().filter(|_| zh).unwrap_or(&step.name).to_string(),
        score: ScoreChange::new(
            of(now, &step.code),
            previous.and_then(|previous| of(previous, &step.code)),
        ),
    };
    let before = previous.map(|previous| previous.steps).unwrap_or_default();
    let gone = before.iter().filter(|step| now.step(&step.code).is_none());
    let steps = now.steps.iter().chain(gone).map(change).collect();
    (ScoreChange::new(all(now), previous.and_then(all)), steps)
}

/// A run that the caller may read beside the one before it.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn compare(tx: &mut Tx, ctx: &Ctx, id: PlaybookRunId) -> Result<RunComparison> {
    let reach = ctx.require(PLAYBOOK_RUN.plural, Action::Read)?;
    let run = resource::load::<PlaybookRun>(tx, ctx, id.uuid()).await?;
    let previous = match store::previous(tx, ctx, &run, &reach).await? {
        Some(id) => Some(resource::load::<PlaybookRun>(tx, ctx, id.uuid()).await?),
        None => None,
    };
    let wanted: Vec<Edition> = iter::once(&run).chain(&previous).map(edition).collect();
    let editions = playbooks::steps(tx, wanted).await?;
    let hidden = ctx.actor.withheld(PLAYBOOK_RUN.plural).hidden;
    let told = !hidden.contains("score") && !hidden.contains("answers");
    let now = judged(&run, &editions);
    let before = previous.as_ref().map(|one| judged(one, &editions));
    let (mut score, mut steps) = changes(now, before, ctx.language);
    if !told {
        score = ScoreChange::new(None, None);
        steps.iter_mut().for_each(|step| step.score = score);
    }
    Ok(RunComparison {
        run_id: run.meta.id,
        edition: run.edition,
        completed_at: run.completed_at,
        previous_id: previous.as_ref().map(|one| one.meta.id),
        previous_edition: previous.as_ref().map(|one| one.edition),
        previous_completed_at: previous.as_ref().and_then(|one| one.completed_at),
        score,
        steps,
    })
}

fn edition(run: &PlaybookRun) -> Edition {
    (run.input.playbook_id, run.edition)
}

fn judged<'a>(
    run: &'a PlaybookRun,
    editions: &'a BTreeMap<Edition, Vec<PlaybookStep>>,
) -> Judged<'a> {
    let steps = editions.get(&edition(run)).map(Vec::as_slice).unwrap_or_default();
    Judged { steps, answers: &run.input.answers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    /// A step with items of 0 to 5 points and these weights.
    fn step(code: &str, items: &[(&str, i64)]) -> PlaybookStep {
        let item = |(code, weight): &(&str, i64)| {
            json!({ "code": code, "name": code,
            "kind": "score", "max_score": 5, "weight": weight })
        };
        let items: Vec<Json> = items.iter().map(item).collect();
        let step = json!({ "code": code, "name": code, "name_zh": "计划", "items": items });
        serde_json::from_value(step).unwrap()
    }

    fn answers(of: &[(&str, i64)]) -> Answers {
        of.iter().map(|(code, points)| ((*code).to_owned(), json!(points))).collect()
    }

    fn change(now: Points, previous: Points, difference: Points) -> ScoreChange {
        let ratio = |(points, most): (i64, i64)| Ratio::new(points, most);
        ScoreChange {
            now: now.map(ratio),
            previous: previous.map(ratio),
            difference: difference.map(ratio),
        }
    }

    #[test]
    fn k_35_scores_of_one_edition_differ_in_points() {
        let steps = [
            step("planning", &[("study", 2), ("plan", 1)]),
            step("execution", &[("activities", 1)]),
        ];
        let had = answers(&[("study", 3), ("plan", 4), ("activities", 2)]);
        let has = answers(&[("study", 4), ("plan", 4), ("activities", 3)]);
        let now = Judged { steps: &steps, answers: &has };
        let before = Judged { steps: &steps, answers: &had };
        let (score, each) = changes(now, Some(before), Language::Zh);
        assert_eq!(score, change(Some((15, 20)), Some((12, 20)), Some((3, 20))));
        assert_eq!(each[0].score, change(Some((12, 15)), Some((10, 15)), Some((2, 15))));
        assert_eq!(each[1].score, change(Some((3, 5)), Some((2, 5)), Some((1, 5))));
        assert_eq!(each[0].name, "计划");
        let (score, _) = changes(now, None, Language::En);
        assert_eq!(score, change(Some((15, 20)), None, None));
    }

    #[test]
    fn k_35_steps_of_two_editions_meet_by_their_codes() {
        let old = [step("planning", &[("study", 2), ("plan", 1)]), step("gone", &[("a", 1)])];
        let new = [step("planning", &[("study", 2), ("plan", 2)]), step("new", &[("b", 1)])];
        let had = answers(&[("study", 4), ("plan", 4), ("a", 3)]);
        let has = answers(&[("study", 5), ("plan", 5), ("b", 1)]);
        let now = Judged { steps: &new, answers: &has };
        let before = Judged { steps: &old, answers: &had };
        let (score, each) = changes(now, Some(before), Language::En);
        assert_eq!(score, change(Some((21, 25)), Some((15, 20)), Some((45, 500))));
        let codes: Vec<&str> = each.iter().map(|one| &*one.code).collect();
        assert_eq!(codes, ["planning", "new", "gone"]);
        assert_eq!(each[0].score, change(Some((20, 20)), Some((12, 15)), Some((60, 300))));
        assert_eq!(each[1].score, change(Some((1, 5)), None, None));
        assert_eq!(each[2].score, change(None, Some((3, 5)), None));
    }
}
