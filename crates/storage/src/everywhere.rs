//! One search over all kinds of records: the best hits that the caller may see.
//!
//! Candidates come from the indexes, a bounded number of each kind; then each kind is asked which of
//! them the caller may see. A hit is better if a whole text is what was asked for, then if a text
//! begins with it, then if it is somewhere in one. The first two stand in the order of their texts;
//! of the others the newest come first.

use crate::{
    Kind, Sql, Tx,
    field_reads::Shown,
    terms::{self, START, after_prefix},
    texts::Wanted,
    trash::{title, titled},
};
use guanxi_kernel::{Action, Ctx, Result};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Candidates of one kind, for the beginnings and for all matches each.
const CANDIDATES: usize = 400;
/// Records of one kind that are asked for at once.
const AT_ONCE: usize = 100;

guanxi_kernel::words! {
    /// How good a hit is.
    pub enum Match {
        /// A text of the record is what was asked for.
        Exact = "exact" ("Exact", "完全一致"),
        /// A text of the record begins with it.
        Prefix = "prefix" ("Beginning", "开头一致"),
        /// It is somewhere in a text of the record, or its initials are.
        Middle = "middle" ("Middle", "部分一致"),
    }
}

/// A record that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hit {
    /// What it is, in the singular.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The record.
    pub id: Uuid,
    /// What it is called.
    #[schema(required)]
    pub title: Option<String>,
    /// The member of the record that matched.
    #[schema(required)]
    pub member: Option<String>,
    /// How well it did.
    #[serde(rename = "match")]
    pub how: Match,
    /// The path of the record.
    pub href: String,
}

/// What a search has found.
#[derive(Debug)]
pub struct Found {
    /// The best hits.
    pub hits: Vec<Hit>,
    /// What they show of their records.
    pub shown: Vec<Shown>,
    /// Whether there may be more than these.
    pub more: bool,
}

/// A record that matches; with the term, if it is the beginning of a text.
#[derive(sqlx::FromRow)]
struct Candidate {
    kind: String,
    term: Option<String>,
    record_id: Uuid,
}

/// Where a hit stands among all: how good it is, its text if that counts, then old before new or,
/// somewhere in a text, new before old.
type Place = (Match, String, u128);

/// A record at its place, with its kind among those that are asked.
type Ranking = (Place, usize, Uuid, Json);

fn place(how: Match, term: &str, id: Uuid) -> Place {
    let age = id.as_u128();
    match how {
        Match::Middle => (how, String::new(), !age),
        _ => (how, term.to_owned(), age),
    }
}

/// The matching records of a kind, best first.
type Ranked = Vec<(Place, Uuid)>;

/// Searches the records of these kinds for `asked`, as [`terms::asked`] reads it.
///
/// # Errors
/// Those of the store.
pub async fn search(
    tx: &mut Tx,
    ctx: &Ctx,
    kinds: &[&'static Kind],
    asked: &[String],
    limit: usize,
) -> Result<Found> {
    let readable = |kind: &&&'static Kind| !ctx.reach(kind.plural, Action::Read).is_nothing();
    let kinds: Vec<&'static Kind> = kinds.iter().filter(readable).copied().collect();
    let kinds = with_texts(tx, kinds).await?;
    if kinds.is_empty() {
        return Ok(Found { hits: Vec::new(), shown: Vec::new(), more: false });
    }
    let rows: Vec<Candidate> = tx.all(candidates(ctx, &kinds, asked)).await?;
    let mut found: Vec<Ranking> = Vec::new();
    let mut more = false;
    for (at, kind) in kinds.iter().enumerate() {
        let (ranked, cut) = rank(&rows, kind, asked);
        more |= cut;
        // None of a kind beyond the limit can be among the best of all.
        let wanted = limit + 1;
        let mut own = 0;
        for some in ranked.chunks(AT_ONCE.min(wanted)) {
            let ids: Vec<Uuid> = some.iter().map(|(_, id)| *id).collect();
            let mut records: BTreeMap<Uuid, Json> =
                (kind.load)(tx, ctx, &ids).await?.into_iter().collect();
            for (place, id) in some {
                let Some(record) = records.remove(id) else { continue };
                found.push((place.clone(), at, *id, record));
                own += 1;
            }
            if own >= wanted {
                break;
            }
        }
    }
    found.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    more |= found.len() > limit;
    // Where a hit is in its record takes longer to tell than that it is one.
    found.truncate(limit);
    let hit = |(place, at, id, record): &Ranking| hit(kinds[*at], *id, record, place.0, asked);
    let hits: Vec<Hit> = found.iter().map(hit).collect();
    let told = found.iter().zip(&hits);
    let shown = told.map(|((_, at, _, record), hit)| shown(kinds[*at], record, hit)).collect();
    Ok(Found { hits, shown, more })
}

/// Those of the kinds of which the tenant has a record with texts: few of the more than a hundred that there are, each
/// of which would be looked for in the indexes.
async fn with_texts(tx: &mut Tx, kinds: Vec<&'static Kind>) -> Result<Vec<&'static Kind>> {
    // One step of the index for each kind that is there, however many records it has.
    let there: Vec<(String,)> = tx
        .all(crate::sql!(
            "WITH RECURSIVE there (kind) AS (
                SELECT MIN(x.kind) FROM record_texts x WHERE x.tenant_id = $1
                UNION ALL
                SELECT (SELECT MIN(x.kind) FROM record_texts x WHERE x.tenant_id = $1 AND x.kind > t.kind)
                FROM there t WHERE t.kind IS NOT NULL)
             SELECT kind FROM there WHERE kind IS NOT NULL"
        ))
        .await?;
    Ok(kinds.into_iter().filter(|kind| there.iter().any(|(there,)| there == kind.name)).collect())
}

/// What a hit shows of its record.
fn shown(kind: &'static Kind, record: &Json, hit: &Hit) -> Shown {
    let title = titled(record).map(|(member, _)| member.to_owned());
    let members = title.into_iter().chain(hit.member.clone()).collect();
    Shown { kind, members: Some(members), records: vec![hit.id] }
}

/// Of each kind, the first terms that are the beginning of a text, in their order, and the newest
/// records with what was asked for anywhere.
fn candidates(ctx: &Ctx, kinds: &[&'static Kind], asked: &[String]) -> Sql {
    let most = i64::try_from(CANDIDATES).unwrap_or(i64::MAX);
    let mut sql = Sql::new("");
    let mut before = "";
    for kind in kinds {
        for text in asked {
            sql.push(before).push(
                "SELECT * FROM (SELECT kind, term, record_id FROM record_terms
                 WHERE tenant_id = $1 AND kind = ",
            );
            sql.bind(kind.name).push(" AND field = ").bind(START);
            sql.push(" AND term >= ").bind(text.clone());
            sql.push(" AND term < ").bind(after_prefix(text));
            sql.push(" ORDER BY term, record_id LIMIT ").bind(most).push(") c");
            before = " UNION ALL ";
        }
        sql.push(before).push("SELECT ").bind(kind.name);
        sql.push(", NULL, m.record_id FROM (");
        let asked = asked.iter().map(String::as_str);
        Wanted::new(ctx.tenant, kind.name, asked).find(&mut sql, Some(most));
        sql.push(") m");
    }
    sql
}

/// The candidates of a kind, each record once, the best first; and whether there may be others.
fn rank(rows: &[Candidate], kind: &Kind, asked: &[String]) -> (Ranked, bool) {
    let mut best: BTreeMap<Uuid, Place> = BTreeMap::new();
    let (mut starts, mut all) = (0, 0);
    for row in rows.iter().filter(|row| row.kind == kind.name) {
        let (how, count) = match &row.term {
            Some(term) if asked.contains(term) => (Match::Exact, &mut starts),
            Some(_) => (Match::Prefix, &mut starts),
            None => (Match::Middle, &mut all),
        };
        *count += 1;
        let own = place(how, row.term.as_deref().unwrap_or_default(), row.record_id);
        let known = best.entry(row.record_id).or_insert_with(|| own.clone());
        if own < *known {
            *known = own;
        }
    }
    let mut ranked: Ranked = best.into_iter().map(|(id, place)| (place, id)).collect();
    ranked.sort();
    (ranked, starts >= CANDIDATES || all >= CANDIDATES)
}

fn hit(kind: &'static Kind, id: Uuid, record: &Json, how: Match, asked: &[String]) -> Hit {
    let member = kind.searched.iter().find(|name| {
        let mut terms = Vec::new();
        record[**name].as_str().into_iter().for_each(|text| terms::searchable(text, &mut terms));
        terms.iter().any(|term| match how {
            Match::Exact => term.field == START && asked.contains(&term.term),
            Match::Prefix => term.field == START && asked.iter().any(|a| term.term.starts_with(a)),
            Match::Middle => asked.iter().any(|a| term.term.starts_with(a)),
        })
    });
    Hit {
        kind: kind.name,
        id,
        title: title(record),
        member: member.map(|name| (*name).to_owned()),
        how,
        href: format!("/v1/{}/{id}", kind.path),
    }
}
