//! What is made of a saved query: a list, a count, a pivot table, a segment, an export. Each time it is the
//! question of whoever asks.

use super::{
    model::{SavedQuery, SavedQueryId},
    pivot::{Axis, SavedQueryPivot, Summed, table},
};
use crate::{
    asked::bad,
    labels::names_now,
    problems::{NO_PARTIES, TOO_MANY_CELLS},
};
use guanxi_bulk::{
    exports::{self, ExportInput},
    jobs::Job,
};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Action, Ctx, Line, Result,
    problem::{INTERNAL, REQUIRED, UNKNOWN_VALUE},
    scalar::Type,
};
use guanxi_marketing::{
    population::Population,
    segments::{self, Segment},
};
use guanxi_storage::{
    Field, Kind, Tx,
    count::Counting,
    custom::{self, Fields},
    filter::condition::Ids,
    list::ListQuery,
    pivot::{self as store, divides, sums},
    resource::{self, Shown},
    scope,
};
use guanxi_tabular::Format;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Groups that are read of a pivot table at most.
const MOST: usize = 20_000;

/// How many records a saved query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedQueryCount {
    /// So many, or at least so many.
    pub total: i64,
    /// Which of the two.
    pub total_kind: Counting,
}

/// How a saved query becomes a segment.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "华东重点客户 2026-03", "population": "customers" })))]
pub struct MakeSegment {
    /// What the segment is called.
    pub name: Line<200>,
    /// Which of the parties it takes.
    #[serde(default)]
    pub population: Population,
}

/// How a saved query becomes a file.
#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "format": "csv", "bom": true })))]
pub struct ExportSavedQuery {
    /// What the file is.
    pub format: Format,
    /// Whether a CSV file begins with a byte order mark, which Excel needs to read it as UTF-8.
    #[serde(default)]
    pub bom: bool,
}

/// A saved query that the caller may see, as a question that they may ask.
async fn load(
    tx: &mut Tx,
    ctx: &Ctx,
    id: SavedQueryId,
) -> Result<(SavedQuery, &'static Kind, ListQuery)> {
    let query: SavedQuery = resource::load(tx, ctx, id.uuid()).await?;
    let question = query.input.question(Format::Csv, false);
    let (kind, list) = exports::question(tx, ctx, &question).await?;
    Ok((query, kind, list))
}

/// The list that a saved query is about, and the question, for a page of it.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read the list; `validation_failed` for a question that the
/// caller cannot ask.
pub async fn asked(
    tx: &mut Tx,
    ctx: &Ctx,
    id: SavedQueryId,
) -> Result<(&'static Kind, ExportInput)> {
    let (query, kind, _) = load(tx, ctx, id).await?;
    Ok((kind, query.input.question(Format::Csv, false)))
}

/// How many records it finds that the caller may see.
///
/// # Errors
/// As [`asked`].
pub async fn count(tx: &mut Tx, ctx: &Ctx, id: SavedQueryId) -> Result<SavedQueryCount> {
    let (_, kind, mut list) = load(tx, ctx, id).await?;
    (list.limit, list.count) = (1, Some(Counting::Exact));
    let page = (kind.operations.list)(tx, ctx, &list).await?;
    let counted = page.total.ok_or_else(|| INTERNAL.problem())?;
    Ok(SavedQueryCount { total: counted.total, total_kind: counted.kind })
}

/// The field of that name, if it fits.
///
/// # Errors
/// `bad_parameter` with the names of those that do.
fn field(
    kind: &'static Kind,
    custom: &Fields,
    (parameter, name): (&'static str, &str),
    fits: fn(&Field) -> bool,
) -> Result<&'static Field> {
    let all = kind.shape.fields.iter();
    let known = all.filter(|field| fits(field) && !custom.hides(field.name));
    let found = known.clone().find(|field| field.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = known.map(|field| field.name).collect();
        bad(UNKNOWN_VALUE.parameter(parameter).with("expected", names.join(", ")))
    })
}

/// The records that it finds by two of their fields: how many, and what a third field sums to. Days count by
/// their months.
///
/// # Errors
/// As [`asked`]; `bad_parameter` for fields that do not fit, `too_many_cells`.
pub async fn pivot(
    tx: &mut Tx,
    ctx: &Ctx,
    id: SavedQueryId,
    rows: Option<&str>,
    cols: Option<&str>,
    sum: Option<&str>,
) -> Result<SavedQueryPivot> {
    let (query, kind, list) = load(tx, ctx, id).await?;
    let missing = |name: &'static str| bad(REQUIRED.parameter(name));
    let custom = custom::fields(tx, ctx, kind).await?;
    let named = ("rows", rows.ok_or_else(|| missing("rows"))?);
    let row = field(kind, &custom, named, divides)?;
    let named = ("cols", cols.ok_or_else(|| missing("cols"))?);
    let col = field(kind, &custom, named, divides)?;
    let sum = sum.map(|name| field(kind, &custom, ("sum", name), sums)).transpose()?;
    let groups = store::groups(tx, ctx, kind, &list, (row, col), sum, MOST + 1).await?;
    if groups.len() > MOST {
        return Err(TOO_MANY_CELLS.with("limit", MOST));
    }
    let summed = match sum.map(|field| field.kind) {
        None => Summed::Nothing,
        Some(Type::Money) => Summed::Money,
        Some(_) => Summed::Number,
    };
    let row_keys = groups.iter().filter_map(|group| group.row.clone()).collect();
    let rows = axis(tx, ctx, row, row_keys).await?;
    let col_keys = groups.iter().filter_map(|group| group.col.clone()).collect();
    let cols = axis(tx, ctx, col, col_keys).await?;
    let sum = sum.map(|field| field.name);
    table(&query.input.resource, (rows, cols), (sum, summed), groups)
}

/// A field with what its values are called.
async fn axis(
    tx: &mut Tx,
    ctx: &Ctx,
    field: &'static Field,
    keys: BTreeSet<String>,
) -> Result<Axis> {
    let names = match (field.kind, field.target) {
        (Type::Word(known), _) => {
            let label = |(at, word): (usize, &&'static str)| {
                ((*word).to_owned(), (known.label)(at, ctx.language).to_owned())
            };
            known.words.iter().enumerate().map(label).collect()
        }
        (Type::Id, Some(target)) => {
            let ids = keys.iter().filter_map(|key| key.parse::<Uuid>().ok()).collect();
            let named = names_now(tx, ctx, target(), ids).await?;
            named.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
        }
        (Type::Id, None) => BTreeMap::new(),
        _ => keys.into_iter().map(|key| (key.clone(), key)).collect(),
    };
    Ok(Axis { field: field.name, names })
}

/// Makes a segment, a list that stays, of the parties that it finds, or that the records name which it finds;
/// of those that the caller may see.
///
/// # Errors
/// As [`asked`]; `no_parties` for records that name none; `forbidden` without the right to read parties or to
/// make segments.
pub async fn segment(
    tx: &mut Tx,
    ctx: &Ctx,
    id: SavedQueryId,
    wish: MakeSegment,
) -> Result<Shown<Segment>> {
    resource::require::<Segment>(ctx, Action::Create)?;
    let (_, kind, list) = load(tx, ctx, id).await?;
    let custom = custom::fields(tx, ctx, kind).await?;
    let named = |field: &&Field| {
        let of_party = field.target.is_some_and(|target| std::ptr::eq(target(), &PARTY));
        field.name == "party_id" && of_party && !custom.hides(field.name)
    };
    let column = match kind.shape.fields.iter().find(named) {
        _ if std::ptr::eq(kind, &PARTY) => "id",
        Some(_) => "party_id",
        None => return Err(NO_PARTIES.with("resource", kind.plural)),
    };
    let found = store::ids(ctx, kind, list, column)?;
    let (reach, user) = (ctx.require(PARTY.plural, Action::Read)?, ctx.actor.user);
    let population = wish.population;
    let ids = Ids::new(move |sql| {
        sql.push("SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
        scope::within(sql, &PARTY, &reach, user);
        sql.push(" AND ");
        population.write(sql);
        sql.push(" AND t.id IN (");
        found.write(sql);
        sql.push(")");
    });
    segments::list_of(tx, ctx, wish.name, population, None, &ids).await
}

/// Asks for a file of what it finds.
///
/// # Errors
/// As [`asked`]; `forbidden` without the right to make exports, or to export that list.
pub async fn export(
    tx: &mut Tx,
    ctx: &Ctx,
    id: SavedQueryId,
    wish: ExportSavedQuery,
) -> Result<Shown<Job>> {
    let query: SavedQuery = resource::load(tx, ctx, id.uuid()).await?;
    exports::start(tx, ctx, query.input.question(wish.format, wish.bom)).await
}
