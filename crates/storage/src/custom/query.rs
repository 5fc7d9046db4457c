//! Lists narrowed by a tenant's fields, and put in their order.

use super::{Definition, FieldKind, Fields};
use crate::{
    Kind, Sql,
    list::{Parameter, Test},
};
use guanxi_kernel::scalar::Type;
use sea_query::Value;
use std::sync::Arc;
use uuid::Uuid;

impl Definition {
    /// The type of a value in a query string, for those who know no fields of tenants.
    pub fn scalar(&self) -> Type {
        match self.kind {
            FieldKind::Text | FieldKind::Number | FieldKind::Choice | FieldKind::Choices => {
                Type::Text
            }
            FieldKind::Integer => Type::Integer,
            FieldKind::Boolean => Type::Boolean,
            FieldKind::Date => Type::Date,
            FieldKind::Timestamp => Type::Instant,
            FieldKind::Reference => Type::Id,
        }
    }

    /// The term of a value in a query, as [`Definition::term_of`]; a text is no longer than any other there.
    pub(crate) fn asked(&self, text: &str) -> Option<String> {
        let fits = self.kind != FieldKind::Text || Type::Text.parse(text).is_some();
        if fits { self.term_of(text) } else { None }
    }

    /// What such a value looks like, for people.
    pub(crate) fn expected_asked(&self) -> String {
        match self.kind {
            FieldKind::Text => Type::Text.expected(),
            _ => self.expected(),
        }
    }

    /// Whether a parameter takes several of its values.
    pub(crate) fn takes_several(&self) -> bool {
        use FieldKind::{Choice, Choices, Integer, Reference};
        matches!(self.kind, Choice | Choices | Integer | Reference)
    }
}

impl Fields {
    /// The parameters by which lists can be narrowed: `custom.name` for a value, and for what has an
    /// order `_min` and `_below` or `_after` and `_before`, unless a field is called so.
    pub fn parameters(&self) -> Vec<Parameter> {
        self.iter().flat_map(|field| self.parameters_of(field)).collect()
    }

    fn parameters_of(&self, field: &Arc<Definition>) -> Vec<Parameter> {
        let make = |name: String, sign| Parameter {
            name,
            kind: field.scalar(),
            test: Test::Custom { field: field.clone(), sign },
        };
        let mut parameters = vec![make(field.path(), IN)];
        let (least, below) = match field.kind {
            FieldKind::Number | FieldKind::Integer => ("_min", "_below"),
            FieldKind::Date | FieldKind::Timestamp => ("_after", "_before"),
            _ => return parameters,
        };
        for (end, sign) in [(least, " >= "), (below, " < ")] {
            if self.get(&format!("{}{end}", field.name)).is_none() {
                parameters.push(make(format!("{}{end}", field.path()), sign));
            }
        }
        parameters
    }

    /// The names that `sort` understands.
    pub fn sortable(&self) -> Vec<String> {
        self.iter().filter(|field| field.is_sortable()).map(|field| field.path()).collect()
    }
}

/// Equal to one of the terms.
pub(crate) const IN: &str = " IN ";

/// Adds the condition that the record `t` has a term of the field that stands so to the values; with
/// `or_absent`, or has none.
pub(crate) fn condition(
    sql: &mut Sql,
    kind: &'static Kind,
    field: &Definition,
    sign: &'static str,
    values: &[Value],
    or_absent: bool,
) {
    if or_absent && values.is_empty() {
        absent(sql, field);
        return;
    }
    if or_absent {
        sql.push("(");
    }
    // As with the terms of lists: few records, begin with the index; many, probe each record.
    let rare = field.is_rare() && sign == IN && !values.is_empty();
    if rare {
        sql.push("t.id IN (SELECT x.record_id FROM custom_terms x WHERE x.tenant_id = $1");
        sql.push(" AND x.resource = ").bind(kind.plural);
    } else {
        sql.push("(SELECT x.record_id FROM custom_terms x WHERE x.tenant_id = $1");
        sql.push(" AND x.record_id = t.id");
    }
    sql.push(" AND x.field = ").bind(field.name.clone());
    if !values.is_empty() {
        sql.push(" AND x.term").push(sign).bind_all(values.iter().cloned());
    }
    sql.push(if rare { ")" } else { " LIMIT 1) IS NOT NULL" });
    if or_absent {
        sql.push(" OR ");
        absent(sql, field);
        sql.push(")");
    }
}

/// Adds the condition that the record `t` has no value of the field.
pub(crate) fn absent(sql: &mut Sql, field: &Definition) {
    sql.push("(SELECT x.record_id FROM custom_terms x WHERE x.tenant_id = $1");
    sql.push(" AND x.record_id = t.id AND x.field = ").bind(field.name.clone());
    sql.push(" LIMIT 1) IS NULL");
}

/// A list in the order of a field: first the records that have a value, then the others.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) field: Arc<Definition>,
    pub(crate) descending: bool,
}

/// One of the two parts of such a list, and the record behind which it goes on.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Valued(Option<(String, Uuid)>),
    Unvalued(Option<Uuid>),
}

impl Order {
    /// Adds the tables that a part is read from, up to the conditions that the caller adds.
    pub(crate) fn from(&self, sql: &mut Sql, kind: &'static Kind, part: &Part) {
        match part {
            Part::Valued(_) => {
                // CROSS: SQLite goes through the terms in their order and looks up each record.
                sql.push(", s.term FROM custom_terms s CROSS JOIN ").push(kind.table);
                sql.push(" t WHERE s.tenant_id = $1 AND s.resource = ").bind(kind.plural);
                sql.push(" AND s.field = ").bind(self.field.name.clone());
                sql.push(" AND t.tenant_id = $1 AND t.id = s.record_id AND ");
            }
            Part::Unvalued(_) => {
                sql.push(" FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1 AND ");
                absent(sql, &self.field);
                sql.push(" AND ");
            }
        }
    }

    /// Adds where the part goes on, its order and how many records are wanted.
    pub(crate) fn page(&self, sql: &mut Sql, part: &Part, limit: u64) {
        let (behind, order) = match self.descending {
            true => (" < ", " DESC"),
            false => (" > ", ""),
        };
        match part {
            Part::Valued(after) => {
                if let Some((term, id)) = after {
                    sql.push(" AND (s.term, s.record_id)").push(behind).push("(");
                    sql.bind(term.clone()).push(", ").bind(*id).push(")");
                }
                sql.push(" ORDER BY s.term").push(order).push(", s.record_id").push(order);
            }
            Part::Unvalued(after) => {
                if let Some(id) = after {
                    sql.push(" AND t.id").push(behind).bind(*id);
                }
                sql.push(" ORDER BY t.id").push(order);
            }
        }
        sql.push(" LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
}
