//! A list as a statement: conditions, order, cursor and limit.

use super::{
    ListQuery, Sort,
    parameter::{Held, Test},
};
use crate::{
    Kind, Sql, Visibility, cursor,
    custom::{
        self,
        query::{Order, Part},
    },
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result, scalar::Type, text::sort_key};
use sea_query::Value;
use serde_json::Value as Json;
use uuid::Uuid;

impl ListQuery {
    /// Adds the conditions of the filters and the search, which are those of all pages.
    pub(crate) fn narrow(&self, sql: &mut Sql, kind: &'static Kind) {
        if !self.include_deleted {
            sql.push(" AND t.deleted_at IS NULL");
        }
        for (test, values, or_null) in &self.conditions {
            sql.push(" AND ");
            condition(sql, kind, test, values, *or_null);
        }
        if let Some(filter) = &self.filter {
            sql.push(" AND ");
            filter.write(sql, kind, false);
        }
        if let Some(ids) = &self.among {
            sql.push(" AND t.id IN (");
            ids.write(sql);
            sql.push(")");
        }
        if let Some(search) = &self.search {
            sql.push(" AND t.id IN (");
            search.find(sql, None);
            sql.push(")");
        }
    }

    /// Adds the condition of the cursor, then order and limit (one more than asked for, to know
    /// whether more follows).
    pub(crate) fn page(&self, sql: &mut Sql, ctx: &Ctx) -> Result<()> {
        if let Some(cursor) = &self.cursor {
            let (keys, last): (Vec<Json>, Uuid) =
                cursor::open(&ctx.settings.seal, &self.fingerprint, cursor)?;
            let keys = self.sort.iter().zip(&keys).map(|(sort, key)| read_key(sort.kind, key));
            let keys = keys.collect::<Option<Vec<Value>>>();
            let keys = keys.ok_or_else(|| crate::error::BAD_CURSOR.problem())?;
            after(sql, &self.sort, &keys, last);
        }
        sql.push(" ORDER BY ");
        for sort in &self.sort {
            sql.push("t.").push(sort.column).push(if sort.descending { " DESC, " } else { ", " });
        }
        sql.push(if self.last_descending() { "t.id DESC LIMIT " } else { "t.id LIMIT " });
        sql.bind(i64::try_from(self.limit + 1).unwrap_or(i64::MAX));
        Ok(())
    }

    fn last_descending(&self) -> bool {
        self.sort.last().is_some_and(|sort| sort.descending)
    }

    /// Whether the page is the first.
    pub(crate) fn is_first(&self) -> bool {
        self.cursor.is_none()
    }

    /// The field of the tenant that the list is ordered by, if it is one, and the part of the list
    /// that the page begins in.
    ///
    /// # Errors
    /// `bad_cursor`.
    pub(crate) fn order(&self, ctx: &Ctx) -> Result<Option<(&Order, Part)>> {
        let Some(order) = &self.order else { return Ok(None) };
        let Some(cursor) = &self.cursor else { return Ok(Some((order, Part::Valued(None)))) };
        let (keys, last): (Vec<Json>, Uuid) =
            cursor::open(&ctx.settings.seal, &self.fingerprint, cursor)?;
        let part = match keys.first().and_then(Json::as_str) {
            Some(term) => Part::Valued(Some((term.to_owned(), last))),
            None => Part::Unvalued(Some(last)),
        };
        Ok(Some((order, part)))
    }

    /// The columns that a cursor needs of the last record.
    pub(crate) fn sort_columns(&self) -> impl Iterator<Item = (&'static str, Type)> {
        self.sort.iter().map(|sort| (sort.column, sort.kind))
    }

    /// The cursor that continues behind the record with these sort values.
    pub(crate) fn next(&self, ctx: &Ctx, keys: &[Json], last: Uuid) -> String {
        cursor::seal(&ctx.settings.seal, &self.fingerprint, &(keys, last))
    }
}

/// `(a, b, id)` behind the given values, where each column has a direction of its own.
fn after(sql: &mut Sql, sort: &[Sort], keys: &[Value], last: Uuid) {
    let id = Sort {
        column: "id",
        kind: Type::Id,
        descending: sort.last().is_some_and(|s| s.descending),
    };
    let columns: Vec<Sort> = sort.iter().copied().chain([id]).collect();
    let keys: Vec<Value> = keys.iter().cloned().chain([last.into()]).collect();
    if columns.iter().all(|column| column.descending == id.descending) {
        // One comparison of rows, which an index on the same columns answers directly.
        sql.push(" AND (");
        for (at, column) in columns.iter().enumerate() {
            sql.push(if at == 0 { "t." } else { ", t." }).push(column.column);
        }
        sql.push(if id.descending { ") < " } else { ") > " }).bind_all(keys);
        return;
    }
    for (at, column) in columns.iter().enumerate() {
        sql.push(if at == 0 { " AND (" } else { " OR (" });
        for (equal, key) in columns.iter().zip(&keys).take(at) {
            sql.push("t.").push(equal.column).push(" = ").bind(key.clone()).push(" AND ");
        }
        sql.push("t.").push(column.column).push(if column.descending { " < " } else { " > " });
        sql.bind(keys[at].clone());
        sql.push(if at == 0 { "" } else { ")" });
    }
    sql.push(")");
}

/// Adds a test of the record `t`.
pub(crate) fn condition(
    sql: &mut Sql,
    kind: &'static Kind,
    test: &Test,
    values: &[Value],
    or_null: bool,
) {
    match test {
        Test::Custom { field, sign } => {
            custom::query::condition(sql, kind, field, sign, values, or_null);
        }
        Test::OneOf { column, key, .. } => {
            sql.push("(");
            if let (Some(key), [Value::String(Some(text))]) = (key, values) {
                sql.push("t.").push(key).push(" = ").bind(sort_key(text)).push(" AND ");
            }
            sql.push("t.").push(column).push(" IN ").bind_all(values.iter().cloned());
            if or_null {
                sql.push(" OR t.").push(column).push(" IS NULL");
            }
            sql.push(")");
        }
        Test::AtLeast(column) => {
            sql.push("t.").push(column).push(" >= ").bind_all(values.iter().cloned());
        }
        Test::Below(column) => {
            sql.push("t.").push(column).push(" < ").bind_all(values.iter().cloned());
        }
        Test::Money { minor, currency, sign } => {
            sql.push("(FALSE");
            for one in values.chunks_exact(2) {
                sql.push(" OR (t.").push(currency).push(" = ").bind(one[1].clone());
                sql.push(" AND t.").push(minor).push(sign).bind(one[0].clone()).push(")");
            }
            if or_null {
                sql.push(" OR t.").push(minor).push(" IS NULL");
            }
            sql.push(")");
        }
        Test::Held => held_by(sql, kind, values),
        Test::Late(column) => {
            let Some((today, wanted)) = values.split_last() else { return };
            let late = wanted.contains(&true.into());
            sql.push("(t.").push(column).push(if late { " < " } else { " >= " });
            sql.bind(today.clone());
            if !late {
                sql.push(" OR t.").push(column).push(" IS NULL");
            }
            sql.push(")");
        }
        Test::Has(index) => {
            // Few records: begin with the index. Many: walk the list in its order and probe; the
            // LIMIT keeps PostgreSQL from joining instead, which takes minutes while it has no
            // statistics yet.
            sql.push(if index.rare {
                "t.id IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1 AND x.kind = "
            } else {
                "(SELECT x.record_id FROM record_terms x \
                 WHERE x.tenant_id = $1 AND x.record_id = t.id AND x.kind = "
            });
            sql.bind(kind.name).push(" AND x.field = ").bind(index.parameter);
            sql.push(" AND x.term IN ").bind_all(values.iter().cloned());
            sql.push(if index.rare { ")" } else { " LIMIT 1) IS NOT NULL" });
        }
    }
}

/// Adds the condition of [`Test::Held`]; the last of the values is the caller.
fn held_by(sql: &mut Sql, kind: &Kind, values: &[Value]) {
    let Some((user, words)) = values.split_last() else { return };
    sql.push("(t.owner_id = ").bind(user.clone());
    if words.contains(&Held::Reports.into()) {
        sql.push(
            " OR t.owner_id IN (SELECT u.id FROM org_units m \
             JOIN org_unit_tree o ON o.tenant_id = m.tenant_id AND o.above_id = m.id \
             JOIN users u ON u.tenant_id = o.tenant_id AND u.org_unit_id = o.unit_id \
             WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.manager_id = ",
        );
        sql.bind(user.clone()).push(")");
    }
    if let (true, Visibility::Shared { people, .. }) =
        (words.contains(&Held::Involved.into()), kind.visibility)
    {
        sql.push(" OR t.id IN (SELECT i.record_id FROM ").push(people);
        sql.push(" i WHERE i.tenant_id = $1 AND i.user_id = ").bind(user.clone()).push(")");
    }
    sql.push(")");
}

/// A sort value as it lies in a cursor.
pub(crate) fn write_key(kind: Type, cells: &mut crate::Cells<'_>) -> Result<Json, crate::Error> {
    Ok(match kind {
        Type::Integer | Type::Money => cells.next::<i64>()?.into(),
        Type::Boolean => cells.next::<bool>()?.into(),
        Type::Instant => cells.next::<DateTime<Utc>>()?.timestamp_micros().into(),
        Type::Date => cells.next::<chrono::NaiveDate>()?.to_string().into(),
        Type::Id => cells.next::<Uuid>()?.to_string().into(),
        _ => cells.next::<String>()?.into(),
    })
}

fn read_key(kind: Type, key: &Json) -> Option<Value> {
    match kind {
        Type::Integer | Type::Money => key.as_i64().map(Into::into),
        Type::Boolean => key.as_bool().map(Into::into),
        Type::Instant => DateTime::<Utc>::from_timestamp_micros(key.as_i64()?).map(Into::into),
        Type::Text | Type::Word(_) => key.as_str().map(Into::into),
        other => other.parse(key.as_str()?),
    }
}
