//! A filter held against the fields of one resource, and said in SQL.
//!
//! An amount is compared with an amount: `amount >= "1000.00 CNY"` finds amounts of that currency only;
//! without one the currency of the company is meant. Minor units would be shorter to say, and wrong for
//! yen. What is hidden by more than field rights, such as the cost of quotes, is no filter.

use super::{Comparison, Filter, Located, Operand, Operator, Part, Spot};
use crate::{
    Field, Kind, Sql,
    custom::{Definition, FieldKind, Fields, query::IN},
    list::{self, Test},
};
use chrono::{NaiveDate, TimeDelta};
use guanxi_kernel::{
    Ctx,
    period::business_date,
    problem::{FieldError, INVALID_FORMAT, UNKNOWN_VALUE},
    scalar::Type,
};
use sea_query::Value;
use std::{borrow::Cow, fmt, sync::Arc};

/// A field that filters may name.
#[derive(Debug, Clone)]
pub struct Filterable {
    /// Its name in a filter.
    pub name: Cow<'static, str>,
    /// The type of its value, or of an entry of the list.
    pub kind: Type,
    /// Whether it can be absent.
    pub nullable: bool,
    column: &'static str,
    test: Test,
}

/// The fields of a resource that filters may name: what lists can be narrowed by, and the tenant's.
pub fn filterable(kind: &Kind, custom: &Fields) -> Vec<Filterable> {
    let seen = |field: &&Field| !field.hidden && !custom.hides(field.name);
    let own = kind.shape.fields.iter().filter(seen).filter_map(|field| {
        let column = *field.columns.first()?;
        let test = match field.terms {
            Some(index) => Test::Has(index),
            None if field.filter => list::equals(field),
            None => return None,
        };
        let (name, kind) = match &test {
            Test::Has(index) => (index.parameter, index.kind),
            _ => (field.name, field.kind),
        };
        let name = Cow::Borrowed(name);
        let whole = Filterable { name, kind, nullable: absent(field), column, test };
        (!matches!(kind, Type::Json)).then_some(whole)
    });
    let amounts = kind.shape.fields.iter().filter(seen).filter(|field| field.filter);
    let currencies = amounts.filter_map(|field| {
        let test = list::amount_currency(field)?;
        Some(Filterable {
            name: Cow::Owned(format!("{}.currency", field.name)),
            kind: Type::Text,
            nullable: absent(field),
            column: field.columns[1],
            test,
        })
    });
    let custom = custom.iter().map(|field| Filterable {
        name: Cow::Owned(field.path()),
        kind: field.scalar(),
        nullable: true,
        column: "custom",
        test: Test::Custom { field: field.clone(), sign: IN },
    });
    own.chain(currencies).chain(custom).collect()
}

fn absent(field: &Field) -> bool {
    field.nullable && field.terms.is_none()
}

impl Filterable {
    /// A value that lies in other tables, where a statement has it as columns beside those of the
    /// record `t`: an amount as minor units and currency, anything else as the first of the two.
    pub fn beside(
        name: impl Into<Cow<'static, str>>,
        kind: Type,
        nullable: bool,
        columns: [&'static str; 2],
    ) -> Self {
        let [column, currency] = columns;
        let test = match kind {
            Type::Money => Test::Money { minor: column, currency, sign: " = " },
            _ => Test::OneOf { column, nullable, key: None },
        };
        Self { name: name.into(), kind, nullable, column, test }
    }

    fn ordered(&self) -> bool {
        let scalar = match &self.test {
            Test::Custom { field, .. } => return field.is_ordered(),
            test => !matches!(test, Test::Has(_)),
        };
        scalar && matches!(self.kind, Type::Integer | Type::Date | Type::Instant | Type::Money)
    }

    /// Whether `field:value` means anything: a list has it, or the value is this one. In a text it
    /// would promise a search for a part of it, which no index of that field can answer.
    fn has(&self) -> bool {
        match &self.test {
            Test::Custom { field, .. } => field.kind != FieldKind::Text,
            test => matches!(test, Test::Has(_)) || !matches!(self.kind, Type::Text),
        }
    }

    /// The operators that it understands, for people.
    pub fn operators(&self) -> &'static str {
        match (self.has(), self.ordered()) {
            (_, true) => "one of = != < <= > >= :",
            (true, false) => "one of = != :",
            (false, false) => "one of = != or :* (q finds parts of texts)",
        }
    }
}

/// A filter in which every name is a field and every value one of its type.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// The test on a column; the column is named where it can be absent, because SQL then answers
    /// neither true nor false.
    Equal {
        test: Test,
        values: Vec<Value>,
        or_absent: bool,
        unknown: Option<&'static str>,
    },
    Compared {
        column: &'static str,
        sign: &'static str,
        value: Value,
        nullable: bool,
    },
    Absent(&'static str),
    /// The list has entries.
    Filled(&'static str),
    Always,
}

/// A filter that was held against the fields of a resource, ready to be part of any statement.
#[derive(Debug, Clone)]
pub struct Predicate {
    kind: &'static Kind,
    condition: Condition,
}

impl Predicate {
    /// Holds a filter against the fields of `kind`, and those that a statement has `beside` them.
    ///
    /// # Errors
    /// As lists refuse it, with its place: a name that is no field to filter by, an operator that the
    /// field does not understand, a value that is none of its type.
    pub fn new(
        located: &Located,
        kind: &'static Kind,
        custom: &Fields,
        ctx: &Ctx,
        beside: Vec<Filterable>,
    ) -> Result<Self, FieldError> {
        let mut fields = filterable(kind, custom);
        fields.extend(beside);
        let mut checker = Checker { fields, ctx, spots: located.spots.iter() };
        Ok(Self { kind, condition: checker.filter(&located.filter)? })
    }

    /// Adds it as a condition on the record `t`; it is true or false, never unknown.
    pub fn write(&self, sql: &mut Sql) {
        self.condition.write(sql, self.kind, false);
    }
}

/// What adds a statement that selects the ids of records, in parentheses of its user.
#[derive(Clone)]
pub struct Ids(Arc<dyn Fn(&mut Sql) + Send + Sync>);

impl Ids {
    /// Adds the statement by calling that.
    pub fn new(write: impl Fn(&mut Sql) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// Adds the statement.
    pub fn write(&self, sql: &mut Sql) {
        (self.0)(sql);
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

/// Holds a filter against the fields of `kind`.
///
/// # Errors
/// The first finding: a name that is no field to filter by, an operator that the field does not
/// understand, a value that is none of its type.
pub(crate) fn check(
    located: &Located,
    kind: &Kind,
    custom: &Fields,
    ctx: &Ctx,
) -> Result<Condition, FieldError> {
    let fields = filterable(kind, custom);
    Checker { fields, ctx, spots: located.spots.iter() }.filter(&located.filter)
}

struct Checker<'a> {
    fields: Vec<Filterable>,
    ctx: &'a Ctx,
    spots: std::slice::Iter<'a, Spot>,
}

impl Checker<'_> {
    fn filter(&mut self, filter: &Filter) -> Result<Condition, FieldError> {
        Ok(match filter {
            Filter::All(parts) => Condition::All(self.each(parts)?),
            Filter::Any(parts) => Condition::Any(self.each(parts)?),
            Filter::Not(inner) => Condition::Not(Box::new(self.filter(inner)?)),
            Filter::Is(comparison) => {
                let Some(spot) = self.spots.next() else {
                    unreachable!("every comparison has its place")
                };
                self.comparison(comparison, spot)?
            }
        })
    }

    fn each(&mut self, parts: &[Filter]) -> Result<Vec<Condition>, FieldError> {
        parts.iter().map(|part| self.filter(part)).collect()
    }

    fn comparison(&self, said: &Comparison, spot: &Spot) -> Result<Condition, FieldError> {
        let field = self.fields.iter().find(|field| field.name == said.field);
        let field = field.ok_or_else(|| {
            let names: Vec<&str> = self.fields.iter().map(|field| &*field.name).collect();
            spot.refuse(Part::Field, &UNKNOWN_VALUE, format!("one of {}", names.join(", ")))
        })?;
        let operator = |expected: &str| spot.refuse(Part::Operator, &UNKNOWN_VALUE, expected);
        let sign = match (said.operator, &said.operand) {
            (Operator::Has, Operand::Anything) => return Ok(present(field)),
            (_, Operand::Anything) => return Err(operator(": before *")),
            (Operator::Has, _) if field.has() => return self.equal(field, &said.operand, spot),
            (Operator::Equal, operand) => return self.equal(field, operand, spot),
            (Operator::NotEqual, operand) => {
                return Ok(Condition::Not(Box::new(self.equal(field, operand, spot)?)));
            }
            (Operator::Less, _) => " < ",
            (Operator::AtMost, _) => " <= ",
            (Operator::More, _) => " > ",
            (Operator::AtLeast, _) => " >= ",
            (Operator::Has, _) => return Err(operator(field.operators())),
        };
        if !field.ordered() {
            return Err(operator(field.operators()));
        }
        let mut values = self.values(field, &said.operand, spot, Part::Operand)?;
        let (test, unknown) = match &field.test {
            Test::Custom { field, .. } => (Test::Custom { field: field.clone(), sign }, None),
            Test::Money { minor, currency, .. } => {
                (Test::Money { minor, currency, sign }, field.nullable.then_some(field.column))
            }
            _ => {
                let (column, nullable, value) = (field.column, field.nullable, values.remove(0));
                return Ok(Condition::Compared { column, sign, value, nullable });
            }
        };
        Ok(Condition::Equal { test, values, or_absent: false, unknown })
    }

    fn equal(
        &self,
        field: &Filterable,
        operand: &Operand,
        spot: &Spot,
    ) -> Result<Condition, FieldError> {
        let (mut values, mut or_absent) = (Vec::new(), false);
        let several: Vec<(Part, &Operand)> = match operand {
            Operand::OneOf(operands) => {
                operands.iter().enumerate().map(|(at, one)| (Part::Entry(at), one)).collect()
            }
            one => vec![(Part::Operand, one)],
        };
        for (part, one) in several {
            match one {
                Operand::Null if field.nullable => or_absent = true,
                Operand::Null => {
                    let expected = "a value; this field is never absent";
                    return Err(spot.refuse(part, &INVALID_FORMAT, expected));
                }
                one => values.extend(self.values(field, one, spot, part)?),
            }
        }
        if matches!(field.test, Test::Custom { .. }) {
            // Of terms it is always known whether they are there.
            let test = field.test.clone();
            return Ok(Condition::Equal { test, values, or_absent, unknown: None });
        }
        if values.is_empty() {
            return Ok(Condition::Absent(field.column));
        }
        let unknown = (field.nullable && !or_absent).then_some(field.column);
        Ok(Condition::Equal { test: field.test.clone(), values, or_absent, unknown })
    }

    /// What SQL compares with: an amount is two values, its figure and its currency.
    fn values(
        &self,
        field: &Filterable,
        operand: &Operand,
        spot: &Spot,
        part: Part,
    ) -> Result<Vec<Value>, FieldError> {
        let Test::Money { .. } = &field.test else {
            return self.value(field, operand, spot, part).map(|value| vec![value]);
        };
        let read = match operand {
            Operand::Text(text) => list::amount_values(self.ctx, text),
            _ => None,
        };
        let refused = || spot.refuse(part, &INVALID_FORMAT, Type::Money.expected());
        Ok(read.ok_or_else(refused)?.into())
    }

    fn value(
        &self,
        field: &Filterable,
        operand: &Operand,
        spot: &Spot,
        part: Part,
    ) -> Result<Value, FieldError> {
        let ctx = self.ctx;
        let today = || business_date(ctx.now, ctx.settings.time_zone);
        let before = |day: NaiveDate, days: i64| day.checked_sub_signed(TimeDelta::days(days));
        let read = |text: &str| match &field.test {
            Test::Has(index) => (index.term)(text).map(Value::from),
            Test::Custom { field, .. } => field.asked(text).map(Value::from),
            _ => field.kind.parse(text),
        };
        let value = match (operand, field.kind) {
            (Operand::Text(text), _) => read(text),
            (Operand::Me, Type::Id) => read(&ctx.actor.user.to_string()),
            (Operand::Now, Type::Instant) => Some(ctx.now.into()),
            (Operand::Now, Type::Date) => Some(today().into()),
            (Operand::DaysAgo(days), Type::Instant) => {
                ctx.now.checked_sub_signed(TimeDelta::days(*days)).map(Value::from)
            }
            (Operand::DaysAgo(days), Type::Date) => before(today(), *days).map(Value::from),
            _ => None,
        };
        if let Test::Custom { field, .. } = &field.test {
            let term = value.and_then(|value| in_terms(field, value));
            let code = if field.words().is_empty() { &INVALID_FORMAT } else { &UNKNOWN_VALUE };
            return term.ok_or_else(|| spot.refuse(part, code, field.expected_asked()));
        }
        value.ok_or_else(|| {
            let word = matches!(field.kind, Type::Word(_));
            let code = if word { &UNKNOWN_VALUE } else { &INVALID_FORMAT };
            spot.refuse(part, code, field.kind.expected())
        })
    }
}

/// The day or instant of a function as a term.
fn in_terms(field: &Definition, value: Value) -> Option<Value> {
    match value {
        Value::ChronoDate(Some(date)) => field.term_of(&date.to_string()).map(Value::from),
        Value::ChronoDateTimeUtc(Some(at)) => field.term_of(&at.to_rfc3339()).map(Value::from),
        term => Some(term),
    }
}

/// That the field has a value.
fn present(field: &Filterable) -> Condition {
    match &field.test {
        Test::Custom { .. } => Condition::Equal {
            test: field.test.clone(),
            values: Vec::new(),
            or_absent: false,
            unknown: None,
        },
        Test::Has(_) => Condition::Filled(field.column),
        _ if field.nullable => Condition::Not(Box::new(Condition::Absent(field.column))),
        _ => Condition::Always,
    }
}

impl Condition {
    /// Adds it, or its opposite, as a condition on the record `t`.
    pub(crate) fn write(&self, sql: &mut Sql, kind: &'static Kind, negated: bool) {
        match self {
            Self::Not(inner) => inner.write(sql, kind, !negated),
            // NOT (a AND b) is NOT a OR NOT b, so that NOT stands at single tests only.
            Self::All(parts) => write_parts(parts, sql, kind, negated, !negated),
            Self::Any(parts) => write_parts(parts, sql, kind, negated, negated),
            test if !negated => test.write_test(sql, kind),
            test => {
                sql.push("(");
                if let Some(column) = test.unknown() {
                    sql.push("t.").push(column).push(" IS NULL OR ");
                }
                sql.push("NOT (");
                test.write_test(sql, kind);
                sql.push("))");
            }
        }
    }

    /// The column that, where it is absent, makes SQL answer neither true nor false.
    fn unknown(&self) -> Option<&'static str> {
        match self {
            Self::Equal { unknown, .. } => *unknown,
            Self::Compared { column, nullable: true, .. } => Some(column),
            _ => None,
        }
    }

    fn write_test(&self, sql: &mut Sql, kind: &'static Kind) {
        match self {
            Self::Equal { test, values, or_absent, .. } => {
                list::condition(sql, kind, test, values, *or_absent);
            }
            Self::Compared { column, sign, value, .. } => {
                sql.push("t.").push(column).push(sign).bind(value.clone());
            }
            Self::Absent(column) => {
                sql.push("t.").push(column).push(" IS NULL");
            }
            Self::Filled(column) => {
                sql.push("t.").push(column).push(" <> '[]'");
            }
            Self::Always | Self::All(_) | Self::Any(_) | Self::Not(_) => {
                sql.push("TRUE");
            }
        }
    }
}

fn write_parts(
    parts: &[Condition],
    sql: &mut Sql,
    kind: &'static Kind,
    negated: bool,
    every: bool,
) {
    let mut before = "(";
    for part in parts {
        sql.push(before);
        part.write(sql, kind, negated);
        before = if every { " AND " } else { " OR " };
    }
    sql.push(")");
}
