//! Somebody who is erased is named in no question that is kept: their name, number or address gives way to a word that
//! nobody is called. What else the question says stays, so a list by other things is the same afterwards.

use super::SavedQuery;
use guanxi_bulk::erasures::{Names, Naming};
use guanxi_kernel::{Ctx, Line, Result, Text};
use guanxi_storage::{
    Resource as _, Sql, Tx,
    erasing::{self, ERASED},
    expansion::Json,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Queries that one statement reads.
const AT_ONCE: usize = 200;

/// Saved queries that name somebody.
pub static IN_QUERIES: Naming = Naming {
    table: "saved_queries",
    names_in: |tx, names| Box::pin(names_in(tx, names)),
    take_out: |tx, ctx, names, queries| Box::pin(take_out(tx, ctx, names, queries)),
};

/// The texts of a query: its name, its note, what is searched, the filter and the other filters.
type Texts = (
    Uuid,
    String,
    Option<String>,
    Option<String>,
    Json<serde_json::Value>,
    Json<serde_json::Value>,
);

/// The queries, deleted ones too, in which somebody is named.
async fn names_in(tx: &mut Tx, names: &Names) -> Result<BTreeSet<Uuid>> {
    let (mut found, mut after) = (BTreeSet::new(), Uuid::nil());
    loop {
        let mut sql = Sql::new(
            "SELECT id, name, note, q, filter, filters FROM saved_queries
             WHERE tenant_id = $1 AND id > ",
        );
        sql.bind(after).push(" ORDER BY id LIMIT ");
        sql.bind(i64::try_from(AT_ONCE).unwrap_or(i64::MAX));
        let page: Vec<Texts> = tx.all(sql).await?;
        for (id, name, note, q, filter, filters) in &page {
            let texts = [Some(name), note.as_ref(), q.as_ref()];
            let in_texts = texts.into_iter().flatten().any(|one| names.taken_out_of(one).is_some());
            let mut filters = [filter, filters].into_iter();
            if in_texts || filters.any(|one| names.taken_out_of_json(one).is_some()) {
                found.insert(*id);
            }
        }
        match page.last() {
            Some((last, ..)) if page.len() == AT_ONCE => after = *last,
            _ => return Ok(found),
        }
    }
}

async fn take_out(tx: &mut Tx, ctx: &Ctx, names: &Names, queries: &BTreeSet<Uuid>) -> Result<u64> {
    let mut rows = 0;
    for id in queries {
        let Some(query) = erasing::find::<SavedQuery>(tx, *id).await? else { continue };
        let mut after = query.clone();
        without(&mut after, names);
        erasing::replace(tx, ctx, &query, after).await?;
        rows += 1;
    }
    Ok(rows)
}

/// Takes the names out of all that a query says.
fn without(query: &mut SavedQuery, names: &Names) {
    let line = |text: &Line<200>| -> Option<Line<200>> {
        let left = names.taken_out_of(text)?;
        Line::new(&left).or_else(|_| Line::new(ERASED)).ok()
    };
    let input = &mut query.input;
    if let Some(left) = line(&input.name) {
        input.name = left;
    }
    if let Some(left) = input.q.as_ref().and_then(line) {
        input.q = Some(left);
    }
    if let Some(left) = input.note.as_ref().and_then(|note| names.taken_out_of(note)) {
        input.note = Text::new(&left).or_else(|_| Text::new(ERASED)).ok();
    }
    if let Some(left) = input.filter.as_ref().and_then(|filter| names.taken_out_of_json(filter)) {
        input.filter = Some(left);
    }
    for value in input.filters.values_mut() {
        if let Some(left) = names.taken_out_of(value) {
            *value = left;
        }
    }
    query.derive_keys();
}
