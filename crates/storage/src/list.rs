//! Lists: typed filters, order, search and pages of any resource, from the data of its fields.

use crate::{
    Field, Kind, Sql, Visibility,
    count::Counting,
    cursor,
    custom::{
        self, Definition, Fields,
        query::{IN, Order, Part},
    },
    error::{BAD_PARAMETER, REPEATED_PARAMETER, UNKNOWN_PARAMETER},
    filter::{
        Located,
        condition::{self, Condition, Ids},
        parse,
    },
    terms::{self, Index},
    texts::Wanted,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Ctx, Money, Problem, Result, Word as _,
    period::business_date,
    problem::{FieldError, INVALID_FORMAT, OUT_OF_RANGE, UNKNOWN_VALUE},
    scalar::{Scalar, Type},
    text::sort_key,
};
use sea_query::Value;
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;

/// Records on a page when the caller does not say.
pub const DEFAULT_LIMIT: u64 = 50;
/// Records on a page at most.
pub const MAX_LIMIT: u64 = 200;
/// Fields to order by at most.
pub const MAX_SORT: usize = 3;
/// Values of one filter at most.
const MAX_VALUES: usize = 50;

/// The shared parameters of lists, which are no filters.
pub const SHARED: &[&str] =
    &["limit", "cursor", "sort", "filter", "q", "fields", "expand", "include_deleted", "count"];

/// A query parameter that narrows a list.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub kind: Type,
    /// What it does.
    pub test: Test,
}

/// What a filter does with its value.
#[derive(Debug, Clone)]
pub enum Test {
    /// The column equals one of the values; `null` stands for absent where that is possible.
    OneOf {
        /// The column.
        column: &'static str,
        /// Whether `null` is understood.
        nullable: bool,
        /// The indexed column that holds the sort key of the text, for texts that have one.
        key: Option<&'static str>,
    },
    /// The column is at or after the value.
    AtLeast(&'static str),
    /// The column is before the value.
    Below(&'static str),
    /// The amount stands so to one of the values, which are figures in minor units, each with the code
    /// of its currency behind it. Amounts in other currencies do not.
    Money {
        /// The column of the minor units.
        minor: &'static str,
        /// The column of the currency.
        currency: &'static str,
        /// ` = `, or another comparison.
        sign: &'static str,
    },
    /// The list has one of the values as an entry.
    Has(Index),
    /// Whether the day in the column is past, as the tenant counts days.
    Late(&'static str),
    /// The record belongs to the caller, or also to one of those whom the caller leads.
    Held,
    /// A field of the tenant has a value that stands so to the given ones; any value if none is given.
    Custom {
        /// The field.
        field: Arc<Definition>,
        /// ` IN `, or a comparison.
        sign: &'static str,
    },
}

/// The filters of a resource: those of its fields, then those of the tenant's.
pub fn parameters(kind: &Kind, custom: &Fields) -> Vec<Parameter> {
    let own = seen(kind, custom).flat_map(field_parameters);
    own.chain(held(kind, custom)).chain(late(kind, custom)).chain(custom.parameters()).collect()
}

guanxi_kernel::words! {
    /// Whose records a list shows.
    pub enum Held {
        /// Those of the caller.
        Mine = "mine" ("Mine", "我的"),
        /// Also those of everybody in the org units that the caller leads, and in all below.
        Reports = "reports" ("Mine and my people's", "我和下属的"),
        /// Also those on which the caller works with their owner, such as opportunities.
        Involved = "involved" ("Mine and those I work on", "我的和我参与的"),
    }
}

/// The parameter `scope` of records that somebody owns.
fn held(kind: &Kind, custom: &Fields) -> Option<Parameter> {
    let owned = matches!(
        kind.visibility,
        Visibility::Owner
            | Visibility::OwnerOrParent { .. }
            | Visibility::Pooled { .. }
            | Visibility::Shared { .. }
    );
    let by_owner = kind.field("owner_id").is_some_and(|field| field.filter);
    let shown = owned && by_owner && !custom.hides("owner_id");
    shown.then(|| Parameter {
        name: "scope".to_owned(),
        kind: <Held as Scalar>::TYPE,
        test: Test::Held,
    })
}

/// The parameter `overdue` of records that are late from a day on.
fn late(kind: &Kind, custom: &Fields) -> Option<Parameter> {
    let column = kind.late_by.filter(|column| !custom.hides(column))?;
    Some(Parameter { name: "overdue".to_owned(), kind: Type::Boolean, test: Test::Late(column) })
}

fn field_parameters(field: &Field) -> Vec<Parameter> {
    if let Some(index) = field.terms {
        return vec![Parameter {
            name: index.parameter.to_owned(),
            kind: index.kind,
            test: Test::Has(index),
        }];
    }
    if !field.filter {
        return Vec::new();
    }
    let column = field.columns[0];
    if let Some(currency) = amount_currency(field) {
        let make = |name: &str, kind, test| Parameter {
            name: format!("{}_{name}", field.name),
            kind,
            test,
        };
        return vec![
            make("min", Type::Money, amount(field, " >= ")),
            make("below", Type::Money, amount(field, " < ")),
            make("currency", Type::Text, currency),
        ];
    }
    let make = |name: String, test| Parameter { name, kind: field.kind, test };
    let stem =
        field.name.strip_suffix("_at").or(field.name.strip_suffix("_on")).unwrap_or(field.name);
    let equals = || make(field.name.to_owned(), equals(field));
    match field.kind {
        Type::Instant => vec![
            make(format!("{stem}_after"), Test::AtLeast(column)),
            make(format!("{stem}_before"), Test::Below(column)),
        ],
        Type::Date => vec![
            equals(),
            make(format!("{stem}_after"), Test::AtLeast(column)),
            make(format!("{stem}_before"), Test::Below(column)),
        ],
        Type::Integer => vec![
            equals(),
            make(format!("{stem}_min"), Test::AtLeast(column)),
            make(format!("{stem}_below"), Test::Below(column)),
        ],
        _ => vec![equals()],
    }
}

/// The test of an amount.
pub(crate) fn amount(field: &Field, sign: &'static str) -> Test {
    Test::Money { minor: field.columns[0], currency: field.columns[1], sign }
}

/// The test of the currency of an amount, if the field is one.
pub(crate) fn amount_currency(field: &Field) -> Option<Test> {
    let column = matches!(field.kind, Type::Money).then(|| field.columns[1])?;
    Some(Test::OneOf { column, nullable: field.nullable, key: None })
}

/// The values of a test of an amount, said as people do; without a currency it is in that of the
/// tenant.
pub(crate) fn amount_values(ctx: &Ctx, text: &str) -> Option<[Value; 2]> {
    let amount = Money::read(text, ctx.settings.currency).ok()?;
    Some([amount.minor().into(), amount.currency().code().into()])
}

/// The test for equality of a field: that of an amount, or of what lies in one column.
pub(crate) fn equals(field: &Field) -> Test {
    if let Type::Money = field.kind {
        return amount(field, " = ");
    }
    let column = field.columns[0];
    let key = field.sort.filter(|key| *key != column);
    Test::OneOf { column, nullable: field.nullable, key }
}

/// What a caller asked for.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Records on the page.
    pub limit: u64,
    /// Whether deleted records are listed too.
    pub include_deleted: bool,
    /// The members of each record to answer with; all when `None`.
    pub fields: Option<Vec<String>>,
    /// The references to answer with whole records for.
    pub expand: Vec<String>,
    /// Whether the records of all pages are counted, and how.
    pub count: Option<Counting>,
    cursor: Option<String>,
    sort: Vec<Sort>,
    conditions: Vec<(Test, Vec<Value>, bool)>,
    filter: Option<Condition>,
    search: Option<Wanted>,
    order: Option<Order>,
    among: Option<Ids>,
    fingerprint: String,
}

#[derive(Debug, Clone, Copy)]
struct Sort {
    column: &'static str,
    kind: Type,
    descending: bool,
}

impl ListQuery {
    /// Reads the query string of a list of `kind`; `custom` are the tenant's fields of it.
    ///
    /// # Errors
    /// `unknown_parameter`, `repeated_parameter` or `bad_parameter`, with every finding.
    pub fn parse(
        kind: &'static Kind,
        ctx: &Ctx,
        custom: &Fields,
        pairs: &[(String, String)],
    ) -> Result<Self> {
        refuse_repeated(pairs)?;
        Self::read(kind, ctx, custom, pairs, None).map_err(|findings| {
            let unknown = findings.iter().all(|finding| finding.code == &UNKNOWN_PARAMETER);
            let code = if unknown { &UNKNOWN_PARAMETER } else { &BAD_PARAMETER };
            findings.into_iter().fold(code.problem(), Problem::and)
        })
    }

    /// Reads the parameters of a list of `kind`, each there once, and a filter that is no text.
    pub(crate) fn read(
        kind: &'static Kind,
        ctx: &Ctx,
        custom: &Fields,
        pairs: &[(String, String)],
        filter: Option<&Located>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut query = Self {
            limit: DEFAULT_LIMIT,
            include_deleted: false,
            fields: None,
            expand: Vec::new(),
            count: None,
            cursor: None,
            sort: Vec::new(),
            conditions: Vec::new(),
            filter: None,
            search: None,
            order: None,
            among: None,
            fingerprint: String::new(),
        };
        let filters = parameters(kind, custom);
        let known = Known { kind, custom, filters };
        let mut findings = Vec::new();
        for (name, value) in pairs {
            if let Err(finding) = query.take(&known, ctx, name, value) {
                findings.push(finding);
            }
        }
        match filter.map(|located| condition::check(located, kind, custom, ctx)).transpose() {
            Ok(condition) => query.filter = query.filter.or(condition),
            Err(finding) => findings.push(finding),
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        if query.sort.is_empty() {
            query.sort.push(Sort { column: "created_at", kind: Type::Instant, descending: true });
        }
        query.fingerprint = fingerprint(kind, ctx, pairs, filter);
        Ok(query)
    }

    fn take(
        &mut self,
        known: &Known<'_>,
        ctx: &Ctx,
        name: &str,
        value: &str,
    ) -> Result<(), FieldError> {
        let (kind, custom) = (known.kind, known.custom);
        match name {
            "limit" => self.limit = limit(value)?,
            "cursor" => self.cursor = Some(value.to_owned()),
            "sort" => match order(custom, value)? {
                Some(order) => self.order = Some(order),
                None => self.sort = sort(kind, custom, value)?,
            },
            "filter" => {
                self.filter = Some(condition::check(&parse::parse(value)?, kind, custom, ctx)?);
            }
            "q" => {
                let asked = search(value)?;
                let asked = asked.iter().map(String::as_str);
                self.search = Some(Wanted::new(ctx.tenant, kind.name, asked));
            }
            "fields" => self.fields = Some(fields(kind, custom, value)?),
            "expand" => self.expand = expand(kind, custom, value)?,
            "include_deleted" => {
                let read = value.parse::<bool>();
                self.include_deleted = read.map_err(|_| wrong(name, Type::Boolean))?;
            }
            "count" => {
                let known =
                    || UNKNOWN_VALUE.parameter(name).with("expected", Counting::WORDS.join(", "));
                self.count = Some(Counting::from_word(value).ok_or_else(known)?);
            }
            _ => {
                let filter = known.filters.iter().find(|filter| filter.name == name);
                let filter = filter.ok_or_else(|| UNKNOWN_PARAMETER.parameter(name))?;
                let (mut values, or_null) = values(ctx, filter, value)?;
                match filter.test {
                    Test::Held => values.push(ctx.actor.user.into()),
                    Test::Late(_) => {
                        values.push(business_date(ctx.now, ctx.settings.time_zone).into());
                    }
                    _ => {}
                }
                self.conditions.push((filter.test.clone(), values, or_null));
            }
        }
        Ok(())
    }

    /// The same list, of these records only; `said` tells whose they are, so that a cursor of another
    /// list is refused.
    #[must_use]
    pub fn among(mut self, ids: Ids, said: &str) -> Self {
        self.fingerprint = cursor::fingerprint(&[&self.fingerprint, said]);
        self.among = Some(ids);
        self
    }

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

    /// The same, behind the page that ended with this cursor.
    #[must_use]
    pub fn behind(self, cursor: String) -> Self {
        Self { cursor: Some(cursor), count: None, ..self }
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

/// What a query can name.
struct Known<'a> {
    kind: &'static Kind,
    custom: &'a Fields,
    filters: Vec<Parameter>,
}

/// Refuses a parameter that stands twice.
///
/// # Errors
/// `repeated_parameter`.
pub fn refuse_repeated(pairs: &[(String, String)]) -> Result<()> {
    for (at, (name, _)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(REPEATED_PARAMETER
                .problem()
                .and(REPEATED_PARAMETER.parameter(name.clone())));
        }
    }
    Ok(())
}

fn refuse(filter: &Parameter) -> FieldError {
    match &filter.test {
        Test::Custom { field, .. } => {
            let code = if field.words().is_empty() { &INVALID_FORMAT } else { &UNKNOWN_VALUE };
            code.parameter(&filter.name).with("expected", field.expected())
        }
        _ => wrong(&filter.name, filter.kind),
    }
}

fn wrong(name: &str, kind: Type) -> FieldError {
    let code = if matches!(kind, Type::Word(_)) { &UNKNOWN_VALUE } else { &INVALID_FORMAT };
    code.parameter(name).with("expected", kind.expected())
}

/// Reads `limit`.
///
/// # Errors
/// When it is no whole number of 1 to [`MAX_LIMIT`].
pub fn limit(value: &str) -> Result<u64, FieldError> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let limit = if plain { value.parse().ok() } else { None };
    limit.filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| {
        OUT_OF_RANGE.parameter("limit").with("expected", format!("1 to {MAX_LIMIT}"))
    })
}

/// Reads `q`: the texts that it may mean.
///
/// # Errors
/// When it is empty or longer than [`terms::LONGEST`] characters.
pub fn search(value: &str) -> Result<Vec<String>, FieldError> {
    let asked = terms::asked(value);
    let good = |text: &String| {
        (1..=terms::LONGEST).contains(&text.chars().count()) && !text.contains('\0')
    };
    if asked.iter().all(good) {
        return Ok(asked);
    }
    let expected = format!("1 to {} characters", terms::LONGEST);
    Err(OUT_OF_RANGE.parameter("q").with("expected", expected))
}

fn words<'a>(name: &str, value: &'a str, known: &[&str]) -> Result<Vec<&'a str>, FieldError> {
    let words: Vec<&str> = value.split(',').map(str::trim).collect();
    let good = words.iter().all(|word| known.contains(&word.strip_prefix('-').unwrap_or(*word)));
    if good {
        Ok(words)
    } else {
        Err(UNKNOWN_VALUE.parameter(name).with("expected", known.join(", ")))
    }
}

/// What `q` does, for the document.
pub const ABOUT_SEARCH: &str = "Finds any part of the names and codes, whatever the case and width; \
     Chinese also by pinyin (`wangwei`, `wáng wěi`) from any character on, and by the initials of the \
     whole (`ww`).";

/// The order of Chinese by its pinyin, as it stands behind the name of a field in `sort`.
const PINYIN: &str = ":pinyin";
/// How the column is called that holds the keys of that order, behind the name of the field.
const PINYIN_COLUMN: &str = "_pinyin";

/// The names that `sort` understands.
pub fn sortable(kind: &Kind, custom: &Fields) -> Vec<String> {
    let fields = kind.shape.fields.iter();
    let by_pinyin = |f: &Field| {
        let name = f.name.strip_suffix(PINYIN_COLUMN).filter(|_| f.hidden)?;
        (!custom.hides(name)).then(|| format!("{name}{PINYIN}"))
    };
    let plain = |f: &Field| {
        let shown = f.sort.is_some() && !f.hidden && !custom.hides(f.name);
        shown.then(|| f.name.to_owned())
    };
    fields.filter_map(|f| plain(f).or_else(|| by_pinyin(f))).collect()
}

/// The fields that are shown.
fn seen<'k>(kind: &'k Kind, custom: &'k Fields) -> impl Iterator<Item = &'k Field> {
    kind.shape.fields.iter().filter(|field| !field.hidden && !custom.hides(field.name))
}

/// The names that `expand` understands: each reference without its `_id`, unless that is a field of its
/// own.
pub fn expandable(kind: &Kind, custom: &Fields) -> Vec<&'static str> {
    let references = seen(kind, custom).filter(|f| f.target.is_some());
    let names = references.filter_map(|f| f.name.strip_suffix("_id"));
    names.filter(|name| kind.shape.fields.iter().all(|field| field.name != *name)).collect()
}

/// The names that `fields` understands.
pub fn showable(kind: &Kind, custom: &Fields) -> Vec<&'static str> {
    let shown = seen(kind, custom).map(|f| f.name);
    shown.chain(expandable(kind, custom)).chain(["actions"]).collect()
}

/// The order of a field of the tenant. It stands alone: no index holds it beside another one.
fn order(custom: &Fields, value: &str) -> Result<Option<Order>, FieldError> {
    let words: Vec<&str> = value.split(',').map(str::trim).collect();
    let read = |word: &str| {
        let field = custom.by_path(word.strip_prefix('-').unwrap_or(word))?;
        Some(Order { field: field.clone(), descending: word.starts_with('-') })
    };
    let Some(order) = words.iter().find_map(|word| read(word)) else { return Ok(None) };
    let refused = |expected: &str| UNKNOWN_VALUE.parameter("sort").with("expected", expected);
    if !order.field.is_sortable() {
        return Err(refused("no choice and no reference: they have no order"));
    }
    match words.len() {
        1 => Ok(Some(order)),
        _ => Err(refused("a custom field alone, without other fields")),
    }
}

fn sort(kind: &'static Kind, custom: &Fields, value: &str) -> Result<Vec<Sort>, FieldError> {
    let known = sortable(kind, custom);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let words = words("sort", value, &known).map_err(|refused| {
        let own = custom.sortable();
        let all: Vec<&str> = known.iter().copied().chain(own.iter().map(String::as_str)).collect();
        refused.with("expected", all.join(", "))
    })?;
    if words.len() > MAX_SORT {
        return Err(OUT_OF_RANGE
            .parameter("sort")
            .with("expected", format!("at most {MAX_SORT} fields")));
    }
    let sort = words.iter().filter_map(|word| {
        let (name, descending) = word.strip_prefix('-').map_or((*word, false), |name| (name, true));
        if let Some(name) = name.strip_suffix(PINYIN) {
            let column = |f: &&Field| f.name.strip_suffix(PINYIN_COLUMN) == Some(name);
            let field = kind.shape.fields.iter().find(column)?;
            return Some(Sort { column: field.name, kind: Type::Text, descending });
        }
        let field = kind.field(name)?;
        Some(Sort { column: field.sort?, kind: field.kind, descending })
    });
    Ok(sort.collect())
}

fn fields(kind: &Kind, custom: &Fields, value: &str) -> Result<Vec<String>, FieldError> {
    check_paths(custom, value.split(',').map(str::trim))?;
    let known = showable(kind, custom);
    let tops: Vec<&str> =
        value.split(',').map(|path| path.trim().split('.').next().unwrap_or("")).collect();
    if !tops.iter().all(|top| known.contains(top)) {
        return Err(UNKNOWN_VALUE.parameter("fields").with("expected", known.join(", ")));
    }
    Ok(value.split(',').map(|path| path.trim().to_owned()).collect())
}

/// Refuses paths to members of `custom` that are no fields of the tenant.
///
/// # Errors
/// When one is not.
pub fn check_paths<'p>(
    custom: &Fields,
    paths: impl Iterator<Item = &'p str>,
) -> Result<(), FieldError> {
    for path in paths.filter(|path| path.starts_with(custom::PREFIX)) {
        if custom.by_path(path).is_none() {
            let known: Vec<String> = custom.iter().map(|field| field.path()).collect();
            return Err(UNKNOWN_VALUE.parameter("fields").with("expected", known.join(", ")));
        }
    }
    Ok(())
}

fn expand(kind: &Kind, custom: &Fields, value: &str) -> Result<Vec<String>, FieldError> {
    let words = words("expand", value, &expandable(kind, custom))?;
    Ok(words.into_iter().map(str::to_owned).collect())
}

/// The values of a filter, and whether `null` is among them.
fn values(ctx: &Ctx, filter: &Parameter, text: &str) -> Result<(Vec<Value>, bool), FieldError> {
    let refused = || refuse(filter);
    let many = match &filter.test {
        Test::Custom { field, sign } => *sign == IN && field.takes_several(),
        _ => matches!(filter.kind, Type::Id | Type::Word(_) | Type::Integer),
    };
    let parts: Vec<&str> = if many { text.split(',').collect() } else { vec![text] };
    if parts.len() > MAX_VALUES {
        let expected = format!("at most {MAX_VALUES} values");
        return Err(OUT_OF_RANGE.parameter(&filter.name).with("expected", expected));
    }
    let mut or_null = false;
    let mut values = Vec::new();
    for part in parts {
        match &filter.test {
            Test::OneOf { nullable: true, .. } | Test::Custom { sign: IN, .. }
                if part == "null" =>
            {
                or_null = true;
            }
            Test::Custom { field, .. } => {
                values.push(field.term_of(part).ok_or_else(refused)?.into());
            }
            Test::Has(index) => values.push((index.term)(part).ok_or_else(refused)?.into()),
            Test::Money { .. } => values.extend(amount_values(ctx, part).ok_or_else(refused)?),
            _ => values.push(filter.kind.parse(part).ok_or_else(refused)?),
        }
    }
    if matches!(filter.test, Test::AtLeast(_) | Test::Below(_)) && values.len() != 1 {
        return Err(refused());
    }
    Ok((values, or_null))
}

fn fingerprint(
    kind: &Kind,
    ctx: &Ctx,
    pairs: &[(String, String)],
    filter: Option<&Located>,
) -> String {
    let of_the_page = |name: &str| matches!(name, "cursor" | "limit" | "count");
    let mut pairs: Vec<_> = pairs.iter().filter(|(name, _)| !of_the_page(name)).cloned().collect();
    // Behind a name of its own: a list of values is printed as the expression that says the same.
    pairs.extend(filter.map(|located| ("filter as JSON".to_owned(), located.filter.to_string())));
    pairs.sort();
    let (tenant, principal) = (ctx.tenant.to_string(), ctx.actor.principal().to_string());
    let mut parts = vec![kind.plural, tenant.as_str(), principal.as_str()];
    parts.extend(pairs.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]));
    cursor::fingerprint(&parts)
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
