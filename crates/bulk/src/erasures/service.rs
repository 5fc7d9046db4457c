//! Erasing a person.

use super::{ERASURE, Erase, Erasure, ErasureInput, Names, among, beside, store};
use crate::{
    attachments::ATTACHMENT,
    jobs::by_itself,
    problems::{
        ALREADY_ERASED, ERASURE_CONTRACTS_OPEN, ERASURE_JOBS_RUNNING, NOT_A_PERSON, NOT_CONFIRMED,
    },
    table,
};
use guanxi_kernel::{
    Action, Ctx, Line, Result,
    actor::forbidden,
    problem::{INTERNAL, NOT_FOUND},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx, erasing,
    events::forgetting,
    kind::Parts as _,
    resource::{self, Shown, Verb},
    texts,
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Kinds that are looked after here in a way of their own, or that tell nothing of a person: receipts,
/// messages to other systems, work and files.
const APART: &[&str] = &["erasure", "export", "import", "job", "webhook_delivery"];

/// What stays with the company when somebody who works there, or who wanted to buy, is erased.
const OF_COMPANIES: &[&str] = &["contract", "opportunity", "quote"];

/// Tables of what was told of records, which is told again of those that were erased.
const COPIES: &[&str] = &["exports", "idempotency_keys", "webhook_deliveries"];

/// The records of each kind that belong to a person, by the name of the kind.
pub(super) type Belongings = BTreeMap<&'static str, BTreeSet<Uuid>>;

impl Resource for Erasure {
    fn kind() -> &'static Kind {
        &ERASURE
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.subject_id]
    }

    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    fn example() -> Json {
        json!({ "subject_type": "contact", "subject_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "reason": "requested" })
    }
}

/// The caller may erase people: a right of its own, on everybody.
///
/// # Errors
/// `forbidden`.
pub fn require(ctx: &Ctx) -> Result<()> {
    let reach = ctx.require(ERASURE.plural, Action::Create)?;
    if reach.all { Ok(()) } else { Err(forbidden(ERASURE.plural, Action::Create)) }
}

/// Takes the person whom a record of `kind` is out of everything that is stored.
///
/// # Errors
/// `forbidden`; `not_found` for a record that the caller does not see; `not_confirmed`;
/// `not_a_person`; `erasure_contracts_open`, `erasure_jobs_running`; `already_erased` if there is
/// nothing to take out.
pub async fn erase(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    id: Uuid,
    wish: &Erase,
) -> Result<Shown<Erasure>> {
    require(ctx)?;
    let record = seen(tx, ctx, kind, id).await?;
    if wish.confirm != id {
        return Err(NOT_CONFIRMED.at("/confirm"));
    }
    if record["kind"] == "organisation" {
        return Err(NOT_A_PERSON.problem());
    }
    let kinds = kinds();
    let mut all = belongings(tx, &kinds, kind, id).await?;
    nothing_in_the_way(tx, &all).await?;
    // Nobody can tell about whom of all the buyers the note of a batch speaks.
    if let Some(orders) = all.get("order") {
        let batches = store::batches_of(tx, orders).await?;
        all.entry("order_batch").or_default().extend(batches);
    }
    let mut receipt = Erasure::assemble(
        Meta::new(ctx),
        ErasureInput {
            subject_type: Line::new(kind.name).map_err(|_| INTERNAL.problem())?,
            subject_id: id,
            reason: wish.reason,
        },
    );
    let names = names(tx, ctx, kind, id).await?;
    take_out(tx, ctx, (kinds.as_slice(), kind), (&all, &names), &mut receipt).await?;
    if receipt.tables.keys().all(|table| COPIES.contains(&table.as_str())) && receipt.events == 0 {
        return Err(ALREADY_ERASED.problem());
    }
    resource::insert(tx, &by_itself(ctx), receipt, "created").await
}

/// The record, deleted or not, as the caller sees it.
pub(super) async fn seen(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, id: Uuid) -> Result<Json> {
    let mut found = (kind.load)(tx, ctx, &[id]).await?;
    if found.is_empty() {
        found = (kind.load_deleted)(tx, ctx, &[id]).await?;
    }
    found.pop().map(|(_, record)| record).ok_or_else(|| NOT_FOUND.problem())
}

/// What the person is called and reached by, also as a record that has become part of theirs.
async fn names(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, id: Uuid) -> Result<Names> {
    let mut ids: Vec<Uuid> = store::merged(tx, kind.name, id).await?.into_iter().collect();
    ids.push(id);
    let system = by_itself(ctx);
    let mut records = (kind.load)(tx, &system, &ids).await?;
    records.extend((kind.load_deleted)(tx, &system, &ids).await?);
    Ok(Names::of(&records.into_iter().map(|(_, record)| record).collect::<Vec<Json>>()))
}

/// The kinds whose records can tell of a person.
pub(super) fn kinds() -> Vec<&'static Kind> {
    let listed = table::all().map(|table| table.kind);
    let all = listed.chain([&ATTACHMENT as &'static Kind]);
    all.filter(|kind| !APART.contains(&kind.name)).collect()
}

/// Everything that belongs to the person, and what belongs to that.
pub(super) async fn belongings(
    tx: &mut Tx,
    kinds: &[&'static Kind],
    root: &'static Kind,
    id: Uuid,
) -> Result<Belongings> {
    // Who was merged into them is the same person.
    let mut same = store::merged(tx, root.name, id).await?;
    same.insert(id);
    let mut all = Belongings::from([(root.name, same.clone())]);
    let mut new: Vec<(&'static Kind, Vec<Uuid>)> = vec![(root, same.into_iter().collect())];
    let stays = |name| root.name != "party" && OF_COMPANIES.contains(&name);
    while let Some((target, ids)) = new.pop() {
        for kind in kinds.iter().filter(|kind| !stays(kind.name)) {
            let mut found = erasing::belonging(tx, kind, target, &ids).await?;
            let known = all.entry(kind.name).or_default();
            found.retain(|id| known.insert(*id));
            if !found.is_empty() {
                new.push((*kind, found.into_iter().collect()));
            }
        }
    }
    Ok(all)
}

/// Law wants contracts kept until they are over, and a job would bring back what it has read.
async fn nothing_in_the_way(tx: &mut Tx, all: &Belongings) -> Result<()> {
    if let Some(contracts) = all.get("contract") {
        let open = store::open_contracts(tx, contracts).await?;
        if let Some(first) = open.first() {
            let problem = ERASURE_CONTRACTS_OPEN.with("count", open.len());
            return Err(problem.with("contract_id", first.to_string()));
        }
    }
    match store::job_under_way(tx).await? {
        Some(job) => Err(ERASURE_JOBS_RUNNING.with("job_id", job.to_string())),
        None => Ok(()),
    }
}

/// Takes the person out of rows, then out of what tells of them.
async fn take_out(
    tx: &mut Tx,
    ctx: &Ctx,
    (kinds, root): (&[&'static Kind], &'static Kind),
    (all, names): (&Belongings, &Names),
    receipt: &mut Erasure,
) -> Result<()> {
    // First, while the rows still say who is who.
    note(receipt, "responses", store::hide_responders(tx, all).await?);
    note(receipt, "touches", store::hide_recipients(tx, all).await?);
    for kind in kinds {
        let Some(ids) = all.get(kind.name).filter(|ids| !ids.is_empty()) else { continue };
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        let verb = if kind.name == root.name { "erased" } else { "updated" };
        let count = (kind.operations.erase)(tx, ctx, &ids, verb).await?;
        note(receipt, kind.table, u64::try_from(count).unwrap_or(u64::MAX));
    }
    texts::compact(tx).await?;
    for (table, count) in beside::wipe(tx, all).await? {
        note(receipt, table, count);
    }
    let mut told: BTreeSet<Uuid> = all.values().flatten().copied().collect();
    let nobody = BTreeSet::new();
    let parties = all.get("party").unwrap_or(&nobody);
    let mut found = Vec::new();
    for one in among::all() {
        let records = (one.telling)(tx, parties).await?;
        told.extend(records.iter().copied());
        found.push((one, records));
    }
    let mut naming = Vec::new();
    for one in among::all_naming() {
        let records = (one.names_in)(tx, names).await?;
        told.extend(records.iter().copied());
        naming.push((one, records));
    }
    note(receipt, "idempotency_keys", store::forget_answers(tx, &told).await?);
    note(receipt, "webhook_deliveries", store::forget_messages(tx, kinds, &told).await?);
    let imports = store::imports_of(tx, &told).await?;
    let imports = store::empty_imports(tx, &imports).await?;
    note(receipt, "imports", u64::try_from(imports.len()).unwrap_or(u64::MAX));
    let mut files = store::exported(tx, ctx.now, kinds, all).await?;
    note(receipt, "exports", u64::try_from(files.len()).unwrap_or(u64::MAX));
    told.extend(imports.iter().copied());
    let mut of_events = kinds.to_vec();
    of_events.extend(table::all().map(|table| table.kind).filter(|kind| kind.name == "import"));
    let forgotten = forgetting::forget(tx, &of_events, &told).await?;
    (receipt.events, receipt.digest) = (forgotten.events, forgotten.digest);
    // After their events, so that the last one tells of them as they are.
    for (one, records) in found {
        note(receipt, one.table, (one.take_out)(tx, ctx, parties, &records).await?);
    }
    for (one, records) in naming.into_iter().filter(|(_, records)| !records.is_empty()) {
        note(receipt, one.table, (one.take_out)(tx, ctx, names, &records).await?);
        texts::compact(tx).await?;
    }
    files.extend(imports);
    // Those of attachments that were forgotten before are gone already.
    if receipt.tables.contains_key(ATTACHMENT.table) {
        files.extend(all.get(ATTACHMENT.name).into_iter().flatten().copied());
    }
    receipt.files = store::unwanted(tx, ctx.now, &files).await?;
    Ok(())
}

/// Adds to the rows of a table that lost what they said of the person.
fn note(receipt: &mut Erasure, table: &str, rows: u64) {
    if rows > 0 {
        let count = receipt.tables.entry(table.to_owned()).or_default();
        *count += i64::try_from(rows).unwrap_or(i64::MAX);
    }
}
