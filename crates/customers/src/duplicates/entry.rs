//! A new record is held against those that are there.
//!
//! It goes through the indexes that are there. A table of blocking keys would cost up to 24 rows for each
//! record on every write; equal phone numbers and addresses of mail, and names that contain the distinctive
//! part of the new one, are found by index terms anyway, and the evidence is added up on those few. The
//! search in bulk compares all in memory and finds more.

use super::{Identity, RecordType, identity::masked};
use crate::{contacts::Contact, parties::Party};
use guanxi_kernel::{
    Action, Ctx, Result, preferences::DuplicatesOnEntry, problem::POSSIBLE_DUPLICATE,
};
use guanxi_matching::{
    Comparison, Evidence, Profile, ProfileKind, Thresholds, Verdict, compare, lookups, prepare,
};
use guanxi_storage::{
    Draft as Written, Kind, Meta, Resource, Tx, custom, merging::candidates, resource,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Records that are compared for each phone number, address and part of the name.
const CANDIDATES: i64 = 100;

/// How many matches are told, the strongest first.
const TOLD: usize = 10;

/// What may become a record.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "type": "party", "data": { "kind": "organisation", "name": "上海宏图软件有限公司",
    "phones": [{ "kind": "work", "number": "021 6888 1234" }] } })))]
pub struct DuplicateDraft {
    /// What it would be.
    #[serde(rename = "type")]
    pub record_type: RecordType,
    /// The body that it would be made of.
    #[schema(value_type = Object)]
    pub data: Json,
}

/// A record that is probably the same.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DuplicateMatch {
    /// What it is.
    #[serde(rename = "type")]
    pub record_type: RecordType,
    /// The record.
    pub id: Uuid,
    /// What people call it; empty if you do not see its name.
    pub title: String,
    /// How sure that is, 0 to 100.
    #[schema(maximum = 100)]
    pub score: u8,
    /// What the evidence says.
    pub verdict: Verdict,
    /// The evidence, point by point.
    pub reasons: Vec<Evidence>,
}

/// The records that are probably the same, the strongest first, at most ten.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateMatches {
    /// The records.
    pub matches: Vec<DuplicateMatch>,
}

/// Which records that the caller may see are probably what would be made of a body. Nothing is
/// written.
///
/// # Errors
/// `forbidden` without the right to read and to make such records; `validation_failed`.
pub async fn check(tx: &mut Tx, ctx: &Ctx, draft: &DuplicateDraft) -> Result<DuplicateMatches> {
    match draft.record_type {
        RecordType::Party => check_draft::<Party>(tx, ctx, &draft.data).await,
        RecordType::Contact => check_draft::<Contact>(tx, ctx, &draft.data).await,
    }
}

async fn check_draft<R: Identity>(tx: &mut Tx, ctx: &Ctx, data: &Json) -> Result<DuplicateMatches> {
    resource::require::<R>(ctx, Action::Create)?;
    let ctx = &Ctx { accept_duplicates: true, ..ctx.clone() };
    let draft = Written::<R>::read(ctx, data.clone()).map_err(|problem| problem.under("/data"))?;
    let mut record = R::assemble(Meta::new(ctx), draft.input);
    record.settle(tx, ctx, None).await.map_err(|problem| problem.under("/data"))?;
    Ok(DuplicateMatches { matches: matches(tx, ctx, &record).await? })
}

/// Refuses to make a record that is certainly there already, unless the caller accepts that.
///
/// # Errors
/// `possible_duplicate` with the matches among its parameters.
pub(crate) async fn refuse_duplicate<R: Identity>(tx: &mut Tx, ctx: &Ctx, new: &R) -> Result<()> {
    let accepted = ctx.settings.preferences.duplicates_on_entry == DuplicatesOnEntry::Accept;
    if accepted || ctx.accept_duplicates || ctx.reach(R::kind().plural, Action::Read).is_nothing() {
        return Ok(());
    }
    // Advice that can be overruled: two who enter the same at once are found by the next search.
    let mut matches = tx.aside(async |tx| matches(tx, ctx, new).await).await?;
    matches.retain(|found| found.verdict == Verdict::Certain);
    match matches.len() {
        0 => Ok(()),
        count => Err(POSSIBLE_DUPLICATE.with("count", count).with("matches", json!(matches))),
    }
}

async fn matches<R: Identity>(tx: &mut Tx, ctx: &Ctx, new: &R) -> Result<Vec<DuplicateMatch>> {
    same_as::<R>(tx, ctx, &new.profile()).await
}

/// The records that are probably somebody described by a profile.
async fn same_as<R: Identity>(
    tx: &mut Tx,
    ctx: &Ctx,
    profile: &Profile,
) -> Result<Vec<DuplicateMatch>> {
    let found = alike::<R>(tx, ctx, profile, R::profile).await?;
    let told = |one: Alike<R>| DuplicateMatch {
        record_type: R::TYPE,
        id: one.record.meta().id.uuid(),
        title: if one.named { one.record.title().to_owned() } else { String::new() },
        score: one.comparison.score,
        verdict: one.verdict,
        reasons: one.comparison.reasons,
    };
    Ok(found.into_iter().map(told).collect())
}

/// The parties, and for a person the contacts, that are certainly somebody described by a profile, as
/// far as the caller may see them.
///
/// # Errors
/// Those of the store.
pub async fn certainly_known(
    tx: &mut Tx,
    ctx: &Ctx,
    profile: &Profile,
) -> Result<Vec<DuplicateMatch>> {
    let reads = |kind: &Kind| !ctx.reach(kind.plural, Action::Read).is_nothing();
    let mut found = Vec::new();
    if reads(Party::kind()) {
        found.extend(same_as::<Party>(tx, ctx, profile).await?);
    }
    if profile.kind == ProfileKind::Person && reads(Contact::kind()) {
        found.extend(same_as::<Contact>(tx, ctx, profile).await?);
    }
    found.retain(|found| found.verdict == Verdict::Certain);
    Ok(found)
}

/// A record that is like what was described.
#[derive(Debug)]
pub struct Alike<R> {
    /// The record.
    pub record: R,
    /// The evidence.
    pub comparison: Comparison,
    /// What the evidence says: likely or certain.
    pub verdict: Verdict,
    /// Whether the caller sees its name.
    pub named: bool,
}

/// The records that the caller may see and that are probably who a profile describes, the strongest
/// first, at most ten.
///
/// # Errors
/// `forbidden` without the right to read them.
pub async fn alike<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    profile: &Profile,
    described: fn(&R) -> Profile,
) -> Result<Vec<Alike<R>>> {
    // What the caller does not see of records that are there must not be told by comparing.
    let fields = custom::fields(tx, ctx, R::kind()).await?;
    let sees = |name: &str| !fields.hides(name);
    let asked = masked(profile.clone(), &sees);
    let wanted = [("phone", asked.phones.clone()), ("email", asked.emails.clone())];
    let asked = prepare(&asked);
    let there = candidates::<R>(tx, ctx, &wanted, &lookups(&asked), CANDIDATES).await?;
    let judge = |record: R| {
        let comparison = compare(&asked, &prepare(&masked(described(&record), &sees)));
        let verdict = comparison.verdict(&Thresholds::default());
        (verdict != Verdict::No).then(|| Alike { record, comparison, verdict, named: sees("name") })
    };
    let mut found: Vec<Alike<R>> = there.into_iter().filter_map(judge).collect();
    found.sort_by_key(|one| {
        let strength = (one.verdict == Verdict::Certain, one.comparison.score);
        (std::cmp::Reverse(strength), one.record.meta().id.uuid())
    });
    found.truncate(TOLD);
    Ok(found)
}
