//! The index of searchable texts: which records have a term that begins with what was asked for.
//!
//! Each record is one document whose words are its terms of [`SEARCH`](crate::terms::SEARCH), every
//! one behind a prefix of its tenant and kind: full-text search of SQLite (FTS5) and of PostgreSQL
//! (GIN) both find words by their beginning. What is written goes to few places of such an index,
//! where a table of terms would touch a page for each. Derived from the records, so it is not part of
//! a tenant's file; [`reindex`](crate::reindex) makes it.
//!
//! A term that another term of the record begins with is left out, since searches look for beginnings: a
//! short name costs nothing where the name begins with it. On PostgreSQL new entries wait in a list of 64
//! KiB, as moving those of many records at once takes less time. Price: a search goes through that list too, and
//! under serializable transactions looking at it would conflict with every write, so searches look aside
//! (`Tx::aside`).

use crate::{Sql, Tx, sql, terms::LONGEST};
use guanxi_derive::boxed;
use guanxi_kernel::{Result, TenantId};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The names of the tables of the index begin with this.
pub const TABLES: &str = "record_texts";

/// Records whose words one statement writes to PostgreSQL: few enough that those of the next are put
/// together while the store works.
const AT_ONCE: usize = 64;
/// The same for SQLite, which makes a part of the index of every statement, and joins small parts to
/// larger ones all the time.
const AT_ONCE_IN_SQLITE: usize = 512;

/// Where the private characters begin that stand for ASCII which is neither letter nor digit.
const PRIVATE: u32 = 0xe000;

/// What a search looks for among the records of one kind: beginnings of words, any of them.
#[derive(Debug, Clone)]
pub struct Wanted {
    kind: &'static str,
    beginnings: Vec<String>,
}

impl Wanted {
    /// The records of `kind` that have a term which begins with one of these.
    pub fn new<'a>(
        tenant: TenantId,
        kind: &'static str,
        asked: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let beginnings = asked.into_iter().map(|text| word(tenant, kind, text)).collect();
        Self { kind, beginnings }
    }

    /// Adds the statement that finds their `record_id`; with `most`, the newest so many.
    pub fn find(&self, sql: &mut Sql, most: Option<i64>) {
        // The index of words comes first, whatever the planner hopes for: SQLite joins in this order,
        // PostgreSQL makes the array once, before anything that goes through its entries: otherwise it
        // may search again for each record of the list.
        sql.push_for(
            "SELECT x.record_id FROM record_texts_words w
             CROSS JOIN record_texts x ON x.doc = w.rowid WHERE w.record_texts_words MATCH ",
            "SELECT y.record_id FROM unnest(ARRAY(SELECT x.record_id FROM record_texts x
             WHERE x.words @@ CAST(",
        );
        self.question(sql);
        sql.push_for("", " AS tsquery)");
        sql.push(" AND x.tenant_id = $1 AND x.kind = ")
            .bind(self.kind)
            .push_for("", ")) AS y (record_id)");
        if let Some(most) = most {
            // Documents are numbered in the order in which records were indexed first; identifiers
            // are in the order of time.
            sql.push_for(" ORDER BY w.rowid DESC", " ORDER BY y.record_id DESC");
            sql.push(" LIMIT ").bind(most);
        }
    }

    /// Adds the statement that finds the `record_id` of so many of them: on SQLite the newest, on PostgreSQL whichever
    /// are found first, since it would have to read all of them to order them.
    pub fn find_any(&self, sql: &mut Sql, most: i64) {
        sql.push_for(
            "SELECT x.record_id FROM record_texts_words w
             CROSS JOIN record_texts x ON x.doc = w.rowid WHERE w.record_texts_words MATCH ",
            "SELECT x.record_id FROM record_texts x WHERE x.words @@ CAST(",
        );
        self.question(sql);
        sql.push_for("", " AS tsquery)");
        sql.push(" AND x.tenant_id = $1 AND x.kind = ").bind(self.kind);
        sql.push_for(" ORDER BY w.rowid DESC", "").push(" LIMIT ").bind(most);
    }

    /// Adds what is asked of the index, in the store's language of search.
    fn question(&self, sql: &mut Sql) {
        for (at, beginning) in self.beginnings.iter().enumerate() {
            let (fts, query) = match at {
                0 => ("'\"' || ", "'''' || "),
                _ => (" || ' OR \"' || ", " || ' | ''' || "),
            };
            sql.push_for(fts, query);
            sql.bind(beginning.clone()).push_for(" || '\"*'", " || ''':*'");
        }
    }
}

/// Lets each of these records be found by exactly these terms.
#[boxed]
pub(crate) async fn put(
    tx: &mut Tx,
    kind: &'static str,
    records: BTreeMap<Uuid, BTreeSet<String>>,
) -> Result<()> {
    let space = space(tx.tenant(), kind);
    let records: Vec<(Uuid, BTreeSet<String>)> = records.into_iter().collect();
    if tx.is_sqlite() {
        put_in_sqlite(tx, kind, &space, &records).await
    } else {
        put_in_postgres(tx, kind, &space, &records).await
    }
}

/// Takes words that no record has any more out of the index for good. SQLite keeps them in it until it
/// is put together anew, which goes over all of it.
///
/// # Errors
/// Those of the store.
pub async fn compact(tx: &mut Tx) -> Result<()> {
    if !tx.is_sqlite() {
        return Ok(());
    }
    let compact =
        Sql::new("INSERT INTO record_texts_words (record_texts_words) VALUES ('optimize')");
    tx.execute_untenanted(compact).await.map(drop)
}

async fn put_in_sqlite(
    tx: &mut Tx,
    kind: &'static str,
    space: &str,
    records: &[(Uuid, BTreeSet<String>)],
) -> Result<()> {
    let mut docs: BTreeMap<Uuid, i64> = BTreeMap::new();
    for some in records.chunks(sql::rows_at_once(3)) {
        let mut sql =
            Sql::of_rows(tx, "INSERT INTO record_texts (tenant_id, kind, record_id) VALUES ");
        for (at, (id, _)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(kind).push(", ").bind(*id).push(")");
        }
        // Only what is written is part of the answer, so what is there already is written too.
        sql.push(
            " ON CONFLICT (tenant_id, kind, record_id) DO UPDATE SET kind = excluded.kind
             RETURNING record_id, doc",
        );
        docs.extend(tx.all::<(Uuid, i64)>(sql).await?);
    }
    let empty =
        Sql::of_rows(tx, "INSERT OR REPLACE INTO record_texts_words (rowid, words) VALUES ");
    let statements = records.chunks(AT_ONCE_IN_SQLITE).map(|some| {
        let mut sql = empty.clone();
        for (at, (id, terms)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" });
            sql.bind(docs.get(id).copied()).push(", ").bind(words(space, terms, "")).push(")");
        }
        sql
    });
    tx.execute_each(statements).await
}

async fn put_in_postgres(
    tx: &mut Tx,
    kind: &'static str,
    space: &str,
    records: &[(Uuid, BTreeSet<String>)],
) -> Result<()> {
    let empty =
        Sql::of_rows(tx, "INSERT INTO record_texts (tenant_id, kind, record_id, words) VALUES ");
    let statements = records.chunks(AT_ONCE).map(|some| {
        let mut sql = empty.clone();
        for (at, (id, terms)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(kind).push(", ").bind(*id).push(", CAST(");
            sql.bind(words(space, terms, "'")).push(" AS tsvector))");
        }
        sql.push(" ON CONFLICT (tenant_id, kind, record_id) DO UPDATE SET words = excluded.words");
        sql
    });
    tx.execute_each(statements).await
}

/// The words of a record as one text, each between `quote`s.
fn words(space: &str, terms: &BTreeSet<String>, quote: &str) -> String {
    let mut text = String::with_capacity(terms.len() * 48);
    for term in terms {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(quote);
        push_within(space, term, &mut text);
        text.push_str(quote);
    }
    text
}

/// What every word of a tenant's records of a kind begins with. Two that share it by chance cost
/// each other a few rows, which the condition on the tenant leaves out.
fn space(tenant: TenantId, kind: &str) -> String {
    let digest = Sha256::new().chain_update(tenant.uuid()).chain_update(kind).finalize();
    digest[..5].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A term of a record of `kind` as one word of the index.
pub fn word(tenant: TenantId, kind: &str, term: &str) -> String {
    within(&space(tenant, kind), term)
}

/// A term as a word in a space: nothing in it separates words or means anything to the stores'
/// languages of search.
fn within(space: &str, term: &str) -> String {
    let mut word = String::with_capacity(space.len() + term.len());
    push_within(space, term, &mut word);
    word
}

fn push_within(space: &str, term: &str, out: &mut String) {
    let plain = |c: char| match u32::from(c) {
        code if c.is_ascii() && !c.is_ascii_alphanumeric() => {
            char::from_u32(PRIVATE + code).unwrap_or(c)
        }
        _ => c,
    };
    out.push_str(space);
    out.extend(term.chars().take(LONGEST).map(plain));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_holds_nothing_that_separates_words() {
        let ascii: String = (1..=0x7f).map(char::from).filter(|c| !c.is_alphanumeric()).collect();
        for term in [ascii.get(..40).unwrap(), ascii.get(40..).unwrap(), "软 件"] {
            let made = within("a", term);
            let good = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii();
            assert!(made.chars().all(good), "{made}");
        }
        assert!(within("a", "a b'c").starts_with(&within("a", "a b")));
        assert_ne!(within("a", "a b"), within("a", "a-b"));
    }

    #[test]
    fn each_tenant_and_kind_has_a_space_of_its_own() {
        let (one, other) = (TenantId::from(Uuid::from_u128(1)), TenantId::from(Uuid::from_u128(2)));
        assert_eq!(space(one, "party").len(), 10);
        assert_ne!(space(one, "party"), space(other, "party"));
        assert_ne!(space(one, "party"), space(one, "contact"));
    }
}
