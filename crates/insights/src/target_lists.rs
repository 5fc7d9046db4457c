//! Target lists: from a cell of a report to exactly the customers that it counts.
//!
//! A cell is a row, by the values of its keys, and perhaps a column that counts. Each report says by itself whom it
//! counts ([`Report::counted`]), from the same records by which it works out its figures; a report whose rows name
//! parties need not say anything. A list has all of them or there is none: a record without a party, a party that is
//! deleted by now or out of the caller's sight refuses the list rather than shorten it. Price: the report is worked out
//! once more in the transaction that makes the list.

use crate::{Asked, Definition, Report, What, problems::CELL_IS_NO_LIST, report::ask};
use guanxi_kernel::{
    Ctx, Line, Problem, Result, Text,
    problem::{INTERNAL, UNKNOWN_VALUE},
};
use guanxi_marketing::segments::{self, PartyList, ReportCell, Segment};
use guanxi_storage::{Tx, resource::Shown};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// The key by which a row names a customer.
const PARTY_KEY: &str = "party_id";

/// Customers of a list at most.
const MOST: usize = 200_000;

/// A record that a report counts.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The customer; none where the record names none.
    pub party: Option<Uuid>,
    /// Its row: the members that name it, with their values as texts. All records of a report have the same members.
    pub row: Vec<(&'static str, String)>,
    /// The columns of that row in which it is counted.
    pub columns: Vec<&'static str>,
}

/// Whom a report counts, for one question.
pub struct Cells {
    definition: &'static Definition,
    asked: Asked,
    records: Option<Vec<Counted>>,
}

/// A list of the customers behind a cell of a report.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "重要价值客户", "report": "rfm", "parameters": { "months": "12" },
    "row": { "segment": "champion" } })))]
pub struct SegmentFromReport {
    /// What the list is called.
    pub name: Line<200>,
    /// The name of the report.
    pub report: Line<60>,
    /// Its parameters, as they would stand in the query of the report.
    #[serde(default)]
    #[schema(value_type = HashMap<String, String>)]
    pub parameters: BTreeMap<Line<60>, Line<400>>,
    /// The row, by the values of its keys as texts, e.g. `{ "decile": "1" }`; all rows where none is said. Of
    /// `customer-deciles` `class` is a key too.
    #[serde(default)]
    #[schema(value_type = HashMap<String, String>)]
    pub row: BTreeMap<Line<60>, Line<200>>,
    /// The column that counts, of reports whose columns count differently; the whole row when absent.
    #[serde(default)]
    pub column: Option<Line<60>>,
    /// Only the first so many customers, in the order of the report.
    #[serde(default)]
    #[validate(range(min = 1, max = 200_000))]
    #[schema(minimum = 1, maximum = 200_000)]
    pub first: Option<i64>,
    /// What it is for.
    #[serde(default)]
    pub note: Option<Text<2000>>,
}

impl SegmentFromReport {
    /// The query of the report.
    pub fn asked(&self) -> Vec<(String, String)> {
        let pair = |(name, value): (&Line<60>, &Line<400>)| (name.to_string(), value.to_string());
        self.parameters.iter().map(pair).collect()
    }
}

/// Asks a report whom it counts, with the rights that it wants.
///
/// # Errors
/// As making the report.
pub async fn cells<R: Report>(tx: &mut Tx, ctx: &Ctx, pairs: &[(String, String)]) -> Result<Cells> {
    let definition = R::definition();
    let mut asked = ask(tx, ctx, definition, pairs).await?;
    let records = R::counted(tx, ctx, &mut asked).await?;
    Ok(Cells { definition, asked, records })
}

/// The parties of the rows that a report shows, each in a row of its own by its keys; none where rows name no parties, or
/// the caller may not see them.
pub(crate) async fn of_rows<R: Report>(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
) -> Result<Option<Vec<Counted>>> {
    let definition = R::definition();
    let hidden: BTreeSet<&str> = definition
        .rests_on
        .iter()
        .filter(|(field, _)| asked.hides(field))
        .flat_map(|(_, members)| *members)
        .copied()
        .collect();
    let keys = definition.columns.iter().filter(|one| matches!(one.what, What::Key | What::Flag));
    let keys: Vec<&'static str> =
        keys.map(|one| one.name).filter(|name| !hidden.contains(*name)).collect();
    if !keys.contains(&PARTY_KEY) {
        return Ok(None);
    }
    let rows = R::make(tx, ctx, asked).await?.rows;
    let ours = |error: serde_json::Error| INTERNAL.problem().because(error);
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        let row = serde_json::to_value(row).map_err(ours)?;
        records.push(Counted {
            party: row[PARTY_KEY].as_str().and_then(|id| id.parse().ok()),
            row: keys.iter().map(|key| (*key, text(&row[*key]))).collect(),
            columns: Vec::new(),
        });
    }
    Ok(Some(records))
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

fn refusal(why: impl Into<String>) -> Problem {
    let why: String = why.into();
    CELL_IS_NO_LIST.with("why", why)
}

/// The records of a cell.
fn cell<'c>(records: &'c [Counted], wish: &SegmentFromReport) -> Result<Vec<&'c Counted>> {
    let Some(first) = records.first() else { return Err(refusal("the report counts nobody")) };
    let known = || first.row.iter().map(|(key, _)| *key).collect::<Vec<_>>().join(", ");
    for key in wish.row.keys() {
        if !first.row.iter().any(|(name, _)| *name == &**key) {
            let place = key.replace('~', "~0").replace('/', "~1");
            return Err(UNKNOWN_VALUE.at(format!("/row/{place}")).with("expected", known()));
        }
    }
    if let Some(column) = &wish.column {
        let columns: BTreeSet<&str> =
            records.iter().flat_map(|one| one.columns.iter().copied()).collect();
        if !columns.contains(&**column) {
            let columns: Vec<&str> = columns.into_iter().collect();
            let why = match columns.is_empty() {
                true => "its columns count nobody apart, so leave `column` out".to_owned(),
                false => format!("columns that count somebody: {}", columns.join(", ")),
            };
            return Err(refusal(why));
        }
    }
    let is_in = |one: &&Counted| {
        let row = wish.row.iter().all(|(key, value)| {
            one.row.iter().any(|(name, has)| *name == &**key && has.as_str() == &**value)
        });
        row && wish.column.as_ref().is_none_or(|column| one.columns.contains(&&**column))
    };
    let found: Vec<&Counted> = records.iter().filter(is_in).collect();
    if found.is_empty() { Err(refusal("it counts nobody")) } else { Ok(found) }
}

/// The customers of these records, each once and no more than the first so many, and of how many records they are.
fn customers(found: &[&Counted], first: Option<usize>) -> Result<(BTreeSet<Uuid>, i64)> {
    let most = first.unwrap_or(usize::MAX);
    let (mut parties, mut records) = (BTreeSet::new(), 0);
    for one in found {
        let Some(party) = one.party else {
            let without = found.iter().filter(|one| one.party.is_none()).count();
            let all = found.len();
            return Err(refusal(format!("{without} of {all} records name no customer")));
        };
        if parties.len() < most || parties.contains(&party) {
            parties.insert(party);
            records += 1;
        }
    }
    if parties.len() > MOST {
        return Err(refusal(format!("it counts more than {MOST} customers")));
    }
    Ok((parties, records))
}

/// Makes a list of exactly the customers that a cell of a report counts.
///
/// # Errors
/// `forbidden`; `unknown_value` at a key of the row; `cell_is_no_list`.
pub async fn make(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: &SegmentFromReport,
    cells: Cells,
) -> Result<Shown<Segment>> {
    let Cells { definition, asked, records } = cells;
    let records = records.ok_or_else(|| refusal("the report counts no customers by name"))?;
    let found = cell(&records, wish)?;
    let first = wish.first.and_then(|first| usize::try_from(first).ok());
    let (parties, counted) = customers(&found, first)?;
    let seen = segments::seen(tx, ctx, &parties).await?;
    if seen.len() < parties.len() {
        let (unseen, all) = (parties.len() - seen.len(), parties.len());
        let why = format!("{unseen} of {all} customers are deleted by now, or not for you to see");
        return Err(refusal(why));
    }
    let row = wish.row.iter().map(|(key, value)| (key.to_string(), value.to_string()));
    let cell = ReportCell {
        report: wish.report.clone(),
        definition_version: definition.version.into(),
        parameters: asked.parameters(definition),
        row: row.collect(),
        column: wish.column.clone(),
        first: wish.first,
        counted,
        as_of: asked.as_of,
        known_at: asked.known_at,
    };
    let list = PartyList {
        name: wish.name.clone(),
        note: wish.note.clone(),
        from_report: Some(cell),
        from_responses: None,
    };
    segments::list_of_parties(tx, ctx, list, &seen).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(party: u128, decile: &str, columns: &[&'static str]) -> Counted {
        let party = (party > 0).then(|| Uuid::from_u128(party));
        Counted { party, row: vec![("decile", decile.to_owned())], columns: columns.to_vec() }
    }

    fn wish(row: &Json, column: Option<&str>) -> SegmentFromReport {
        let body =
            serde_json::json!({ "name": "名单", "report": "r", "row": row, "column": column });
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn d_78_a_cell_is_a_row_and_perhaps_a_column() {
        let records = [
            record(1, "1", &["customers", "won"]),
            record(2, "1", &["customers"]),
            record(3, "2", &["customers"]),
        ];
        let of = |row: Json, column| cell(&records, &wish(&row, column)).map(|all| all.len());
        let first = || serde_json::json!({ "decile": "1" });
        assert_eq!(of(serde_json::json!({}), None).unwrap(), 3);
        assert_eq!(of(first(), None).unwrap(), 2);
        assert_eq!(of(first(), Some("won")).unwrap(), 1);
        for refused in [
            of(serde_json::json!({ "decile": "3" }), None),
            of(first(), Some("lost")),
            of(serde_json::json!({ "decile": "2" }), Some("won")),
        ] {
            assert!(refused.unwrap_err().is(&CELL_IS_NO_LIST));
        }
        assert!(!of(serde_json::json!({ "tenth": "1" }), None).unwrap_err().is(&CELL_IS_NO_LIST));
        assert!(cell(&[], &wish(&first(), None)).unwrap_err().is(&CELL_IS_NO_LIST));
    }

    #[test]
    fn d_78_a_customer_is_in_a_list_once() {
        let records = [record(1, "1", &[]), record(2, "1", &[]), record(1, "2", &[])];
        let all: Vec<&Counted> = records.iter().collect();
        let counted = |first| customers(&all, first).map(|(parties, of)| (parties.len(), of));
        assert_eq!(counted(None).unwrap(), (2, 3));
        assert_eq!(counted(Some(1)).unwrap(), (1, 2));
        let nameless = record(0, "1", &[]);
        let refused = customers(&[&records[0], &nameless], None).unwrap_err();
        assert!(refused.is(&CELL_IS_NO_LIST));
    }
}
