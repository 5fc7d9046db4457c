//! A new record is held against those that are there.

use super::{Identity, RecordType};
use crate::{contacts::Contact, parties::Party};
use guanxi_kernel::{
    Action, Ctx, Result, preferences::DuplicatesOnEntry, problem::POSSIBLE_DUPLICATE, scalar::Entry,
};
use guanxi_matching::{Evidence, Prepared, Thresholds, Verdict, compare, lookups};
use guanxi_storage::{Draft as Written, Meta, Tx, custom, merging::candidates, resource};
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
    let mut matches = matches(tx, ctx, new).await?;
    matches.retain(|found| found.verdict == Verdict::Certain);
    match matches.len() {
        0 => Ok(()),
        count => Err(POSSIBLE_DUPLICATE.with("count", count).with("matches", json!(matches))),
    }
}

async fn matches<R: Identity>(tx: &mut Tx, ctx: &Ctx, new: &R) -> Result<Vec<DuplicateMatch>> {
    // What the caller does not see of records that are there must not be told by comparing.
    let fields = custom::fields(tx, ctx, R::kind()).await?;
    let sees = |name: &str| !fields.hides(name);
    let profile = new.prepared(&sees);
    let phones = new.phones().iter().filter(|_| sees("phones")).map(Entry::term).collect();
    let emails = new.emails().iter().filter(|_| sees("emails")).map(Entry::term).collect();
    let wanted = [("phone", phones), ("email", emails)];
    let there = candidates::<R>(tx, ctx, &wanted, &lookups(&profile), CANDIDATES).await?;
    let mut matches: Vec<DuplicateMatch> =
        there.iter().filter_map(|record| judge(&profile, record, &sees)).collect();
    matches.sort_by_key(|found| {
        (std::cmp::Reverse((found.verdict == Verdict::Certain, found.score)), found.id)
    });
    matches.truncate(TOLD);
    Ok(matches)
}

fn judge<R: Identity>(
    profile: &Prepared,
    record: &R,
    sees: &dyn Fn(&str) -> bool,
) -> Option<DuplicateMatch> {
    let comparison = compare(profile, &record.prepared(sees));
    let verdict = comparison.verdict(&Thresholds::default());
    (verdict != Verdict::No).then(|| DuplicateMatch {
        record_type: R::TYPE,
        id: record.meta().id.uuid(),
        title: if sees("name") { record.title().to_owned() } else { String::new() },
        score: comparison.score,
        verdict,
        reasons: comparison.reasons,
    })
}
