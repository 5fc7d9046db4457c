//! A lead held against the standard in force: its fields against the conditions, what is known of it
//! against the questions.

use super::{
    QualificationCriterion, QualificationStandard, QualificationStandardId, model::unmet, store,
};
use crate::{
    leads::{LEAD, LeadId},
    problems::{CRITERION_UNMET, NO_STANDARD},
};
use guanxi_kernel::{
    Ctx, Line, Problem, Result,
    problem::{FieldError, Place, REQUIRED, UNKNOWN_FIELD},
};
use guanxi_storage::{
    Tx, custom,
    filter::{condition::Predicate, parse},
    resource,
};
use std::collections::BTreeMap;

/// What a lead was found to be.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    /// The standard that it was judged by.
    pub(crate) standard: QualificationStandard,
    /// The keys of the criteria that it does not meet and need not.
    pub(crate) unmet: Vec<Line<40>>,
}

/// The conditions among criteria, each with its place.
///
/// # Errors
/// Every condition that is none, at its place in the body.
pub(super) async fn conditions(
    tx: &mut Tx,
    ctx: &Ctx,
    criteria: &[QualificationCriterion],
) -> Result<Vec<(usize, Predicate)>> {
    let fields = custom::fields(tx, ctx, &LEAD).await?;
    let (mut read, mut findings) = (Vec::new(), Vec::new());
    for (at, one) in criteria.iter().enumerate() {
        let Some(text) = &one.condition else { continue };
        let predicate = parse::parse(text)
            .and_then(|located| Predicate::new(&located, &LEAD, &fields, ctx, Vec::new()));
        match predicate {
            Ok(predicate) => read.push((at, predicate)),
            Err(finding) => {
                let place = Place::Pointer(format!("/criteria/{at}/condition"));
                findings.push(FieldError { place, ..finding });
            }
        }
    }
    Problem::collect(findings)?;
    Ok(read)
}

/// Holds a lead against the standard in force.
///
/// # Errors
/// `no_standard`; `validation_failed` with every compulsory criterion that the lead does not meet:
/// `criterion_unmet` below `/criteria`, `required` below `/answers` for a question without an answer; with
/// answers to no question.
pub(crate) async fn judge(
    tx: &mut Tx,
    ctx: &Ctx,
    lead: LeadId,
    answers: &BTreeMap<String, bool>,
) -> Result<Judgement> {
    // The standard decides for everybody alike, whatever the caller sees of the lead.
    let system = ctx.on_behalf();
    let id = store::in_force(tx).await?.ok_or_else(|| NO_STANDARD.problem())?;
    let standard: QualificationStandard = resource::load(tx, &system, id.uuid()).await?;
    let all = &standard.input.criteria;
    let conditions = conditions(tx, &system, all).await?;
    let holding = store::holding(tx, lead, &conditions).await?;
    let missing: Vec<&QualificationCriterion> =
        unmet(all, &holding, answers).into_iter().map(|at| &all[at]).collect();
    let mut findings = strange(all, answers);
    let compulsory = missing.iter().filter(|one| one.compulsory);
    findings.extend(compulsory.map(|one| refusal(one, answers)));
    Problem::collect(findings)?;
    let unmet = missing.into_iter().map(|one| one.key.clone()).collect();
    Ok(Judgement { standard, unmet })
}

/// Answers to what is no question of the standard.
fn strange(
    criteria: &[QualificationCriterion],
    answers: &BTreeMap<String, bool>,
) -> Vec<FieldError> {
    let asked = |key: &str| criteria.iter().any(|one| one.question.is_some() && *one.key == *key);
    let strange = answers.keys().filter(|key| !asked(key));
    strange.map(|key| UNKNOWN_FIELD.field(below("/answers", key))).collect()
}

/// Why a criterion keeps a lead from being handed over.
fn refusal(one: &QualificationCriterion, answers: &BTreeMap<String, bool>) -> FieldError {
    let finding = match one.question {
        Some(_) if !answers.contains_key(&*one.key) => REQUIRED.field(below("/answers", &one.key)),
        Some(_) => CRITERION_UNMET.field(below("/answers", &one.key)),
        None => CRITERION_UNMET.field(below("/criteria", &one.key)),
    };
    finding.with("criterion", &*one.key).with("label", &*one.label)
}

/// The pointer to a member; keys of callers may hold what pointers write otherwise.
fn below(place: &str, key: &str) -> String {
    format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The keys of the criteria of a standard.
///
/// # Errors
/// Those of the store.
pub(crate) async fn criteria(
    tx: &mut Tx,
    ctx: &Ctx,
    id: QualificationStandardId,
) -> Result<Vec<Line<40>>> {
    let standard: QualificationStandard = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
    Ok(standard.input.criteria.into_iter().map(|one| one.key).collect())
}
