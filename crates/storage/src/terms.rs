//! The index of what a single column cannot hold: entries of lists, and the texts that `q` finds.
//!
//! One table, `record_terms (tenant, resource, field, term, record)`, serves every resource: a
//! filter on a list (`role=customer`) is an equality in it, and a search is a range, because every
//! suffix of a searchable text is a term. `q=软件` so finds 上海软件有限公司 by its middle, on both
//! stores, through the table's primary key.

use crate::{Sql, Tx};
use guanxi_kernel::{
    Result,
    scalar::{Entry, Type},
    text::fold,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The field name under which searchable texts are indexed.
pub const SEARCH: &str = "q";

/// How many characters of a suffix are kept, and so how long a search may be.
pub const LONGEST: usize = 48;

/// A term of a record: the query parameter that finds it, and its folded text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// The query parameter.
    pub field: &'static str,
    /// The text.
    pub term: String,
}

/// What a list needs to know of the index.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// The query parameter.
    pub parameter: &'static str,
    /// The type of an entry.
    pub kind: Type,
    /// See [`Entry::RARE`].
    pub rare: bool,
    /// See [`Entry::term_of`].
    pub term: fn(&str) -> Option<String>,
}

impl Index {
    /// The index of a list of type `L`.
    pub fn of<L: List>(parameter: &'static str) -> Self {
        Self { parameter, kind: L::Entry::TYPE, rare: L::Entry::RARE, term: L::Entry::term_of }
    }
}

/// A list of entries.
pub trait List {
    /// Their type.
    type Entry: Entry;
    /// The entries.
    fn entries(&self) -> &[Self::Entry];
}

impl<E: Entry> List for Vec<E> {
    type Entry = E;

    fn entries(&self) -> &[E] {
        self
    }
}

/// Adds the terms of a list.
pub fn collect<L: List>(list: &L, field: &'static str, out: &mut Vec<Term>) {
    out.extend(list.entries().iter().map(|entry| Term { field, term: entry.term() }));
}

/// Adds the terms by which `q` finds any middle part of `text`.
pub fn searchable(text: &str, out: &mut Vec<Term>) {
    let folded = fold(text);
    for (start, first) in folded.char_indices() {
        if !first.is_whitespace() {
            out.push(Term { field: SEARCH, term: folded[start..].chars().take(LONGEST).collect() });
        }
    }
}

/// Brings the terms of a record from `before` to `after`; only the difference is written.
pub(crate) async fn save(
    tx: &mut Tx,
    kind: &'static str,
    record: Uuid,
    before: Vec<Term>,
    after: Vec<Term>,
) -> Result<()> {
    let (before, after) = (BTreeSet::from_iter(before), BTreeSet::from_iter(after));
    for gone in before.difference(&after) {
        let sql = crate::sql!(
            "DELETE FROM record_terms
             WHERE tenant_id = $1 AND kind = $2 AND field = $3 AND term = $4 AND record_id = $5",
            kind,
            gone.field,
            gone.term.clone(),
            record
        );
        tx.execute(sql).await?;
    }
    let new = after.into_iter().filter(|term| !before.contains(term));
    insert(tx, kind, new.map(|term| (record, term)).collect()).await
}

/// Adds terms that are not there yet.
pub(crate) async fn insert(
    tx: &mut Tx,
    kind: &'static str,
    mut terms: Vec<(Uuid, Term)>,
) -> Result<()> {
    // A statement has a bounded number of values on both stores.
    const AT_ONCE: usize = 200;
    // In the order of the index, so that neighbours are written together.
    terms.sort_by(|(id, one), (other_id, other)| (one, id).cmp(&(other, other_id)));
    for batch in terms.chunks(AT_ONCE) {
        let mut sql =
            Sql::new("INSERT INTO record_terms (tenant_id, kind, field, term, record_id) VALUES ");
        for (at, (record, term)) in batch.iter().enumerate() {
            sql.push(if at == 0 { "($1, " } else { ", ($1, " });
            sql.bind(kind).push(", ").bind(term.field).push(", ");
            sql.bind(term.term.clone()).push(", ").bind(*record).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// The smallest text above every text that starts with `prefix`, in byte order.
pub(crate) fn after_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_middle_part_is_the_start_of_a_term() {
        let mut terms = Vec::new();
        searchable("上海软件 ＡＢ", &mut terms);
        let texts: Vec<_> = terms.iter().map(|t| t.term.as_str()).collect();
        assert_eq!(texts, ["上海软件 ab", "海软件 ab", "软件 ab", "件 ab", "ab", "b"]);
        assert!(texts.iter().any(|t| t.starts_with(&fold("软件"))));
        assert!(
            "软件 ab" < after_prefix("软件").as_str() && "软体" > after_prefix("软件").as_str()
        );
    }
}
