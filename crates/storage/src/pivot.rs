//! The records of a list by two of their fields: how many there are, and what a third one sums to.
//!
//! It is the list itself, with its filters, its search and the reach of the caller's right, so the counts of
//! all groups are the count of the list.

use crate::{Field, Kind, Sql, Tx, filter::condition::Ids, list::ListQuery, scope};
use guanxi_kernel::{Action, Ctx, Result, scalar::Type};
use uuid::Uuid;

/// Records that have both values in common, and the currency of the amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The value of the first field.
    pub row: Option<String>,
    /// The value of the second.
    pub col: Option<String>,
    /// The currency of what is summed, if it is money.
    pub currency: Option<String>,
    /// How many records.
    pub count: i64,
    /// What the third field sums to; in minor units if it is money.
    pub sum: i64,
}

/// Whether records can be told apart by the field: one with few values, or with a day, which counts by its
/// month.
pub fn divides(field: &Field) -> bool {
    let fits = matches!(
        field.kind,
        Type::Id | Type::Word(_) | Type::Text | Type::Boolean | Type::Integer | Type::Date
    );
    fits && field.filter && !field.hidden && field.terms.is_none() && field.columns.len() == 1
}

/// Whether the field can be summed: one that lists can be narrowed by, since the others can be hidden by more
/// than the rights to fields, such as the cost of quotes.
pub fn sums(field: &Field) -> bool {
    let columns = match field.kind {
        Type::Money => 2,
        Type::Integer => 1,
        _ => return false,
    };
    // How often a record was changed sums to nothing that anybody asks for.
    field.filter && !field.hidden && field.columns.len() == columns && field.name != "version"
}

/// Adds the id that the field of the record `t` holds.
fn id(sql: &mut Sql, field: &Field) {
    match field.kind {
        Type::Id => sql.push("t.").push(field.columns[0]),
        _ => sql.push("CAST(NULL AS UUID)"),
    };
}

/// Adds the text that stands for what the field holds, if that is no id.
fn word(sql: &mut Sql, field: &Field) {
    let column = field.columns[0];
    match field.kind {
        Type::Id => sql.push("CAST(NULL AS TEXT)"),
        Type::Boolean => {
            sql.push("CASE WHEN t.").push(column).push(" = TRUE THEN 'true' WHEN t.");
            sql.push(column).push(" = FALSE THEN 'false' END")
        }
        Type::Integer => sql.push("CAST(t.").push(column).push(" AS TEXT)"),
        Type::Date => sql.push("SUBSTR(CAST(t.").push(column).push(" AS TEXT), 1, 7)"),
        _ => sql.push("t.").push(column),
    };
}

/// Adds the currency and the figure of what is summed.
fn figure(sql: &mut Sql, field: Option<&Field>) {
    match field.map(|field| (field.kind, field.columns)) {
        Some((Type::Money, [minor, currency, ..])) => {
            sql.push("t.").push(currency).push(" AS currency, t.").push(minor)
        }
        Some((_, [column, ..])) => sql.push("CAST(NULL AS TEXT) AS currency, t.").push(column),
        _ => sql.push("CAST(NULL AS TEXT) AS currency, CAST(NULL AS BIGINT)"),
    };
}

/// The groups of the records of a list that the caller may see, `most` of them at most. The fields must be
/// such as [`divides`] and [`sums`] tell, and seen by the caller.
///
/// # Errors
/// `forbidden` without the right to read the resource; those of the store.
pub async fn groups(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    query: &ListQuery,
    (row, col): (&Field, &Field),
    sum: Option<&Field>,
    most: usize,
) -> Result<Vec<Group>> {
    type Row =
        (Option<Uuid>, Option<String>, Option<Uuid>, Option<String>, Option<String>, i64, i64);
    let reach = ctx.require(kind.plural, Action::Read)?;
    let mut sql = Sql::new(
        "SELECT e.row_id, e.row_word, e.col_id, e.col_word, e.currency, COUNT(*), \
         CAST(COALESCE(SUM(e.figure), 0) AS BIGINT) FROM (SELECT ",
    );
    id(&mut sql, row);
    sql.push(" AS row_id, ");
    word(&mut sql, row);
    sql.push(" AS row_word, ");
    id(&mut sql, col);
    sql.push(" AS col_id, ");
    word(&mut sql, col);
    sql.push(" AS col_word, ");
    figure(&mut sql, sum);
    sql.push(" AS figure FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1 AND ");
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    query.narrow(&mut sql, kind);
    sql.push(") e GROUP BY e.row_id, e.row_word, e.col_id, e.col_word, e.currency LIMIT ");
    sql.bind(i64::try_from(most).unwrap_or(i64::MAX));
    let value = |id: Option<Uuid>, word: Option<String>| id.map(|id| id.to_string()).or(word);
    let group = |(row_id, row_word, col_id, col_word, currency, count, sum): Row| Group {
        row: value(row_id, row_word),
        col: value(col_id, col_word),
        currency,
        count,
        sum,
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(group).collect())
}

/// The ids that the records of a list hold in a column, of those records that the caller may see.
///
/// # Errors
/// `forbidden` without the right to read the resource.
pub fn ids(ctx: &Ctx, kind: &'static Kind, query: ListQuery, column: &'static str) -> Result<Ids> {
    let (reach, user) = (ctx.require(kind.plural, Action::Read)?, ctx.actor.user);
    Ok(Ids::new(move |sql| {
        sql.push("SELECT t.").push(column).push(" FROM ").push(kind.table);
        sql.push(" t WHERE t.tenant_id = $1 AND ");
        scope::within(sql, kind, &reach, user);
        query.narrow(sql, kind);
    }))
}
