//! Lists: typed filters, order, search and pages of any resource, from the data of its fields.
//!
//! | module | holds |
//! | --- | --- |
//! | `parameter` | what a list can be narrowed, ordered and extended by |
//! | `reading` | the values of the parameters |
//! | `running` | the statement |

mod parameter;
mod reading;
mod running;

pub use parameter::{Held, Parameter, Test, expandable, parameters, showable, sortable};
pub(crate) use parameter::{amount_currency, amount_values, equals};
pub use reading::{ABOUT_SEARCH, MAX_VALUES, check_paths, limit, refuse_repeated, search};
pub(crate) use running::{condition, write_key};

use crate::{
    Kind,
    count::Counting,
    cursor,
    custom::{Fields, query::Order},
    error::{BAD_PARAMETER, UNKNOWN_PARAMETER},
    filter::{
        Located,
        condition::{self, Condition, Ids},
        parse,
    },
    texts::Wanted,
};
use guanxi_kernel::{
    Ctx, Problem, Result, Word as _,
    period::business_date,
    problem::{FieldError, UNKNOWN_VALUE},
    scalar::Type,
};
use reading::{expand, fields, order, sort, values, wrong};
use sea_query::Value;

/// Records on a page when the caller does not say.
pub const DEFAULT_LIMIT: u64 = 50;
/// Records on a page at most.
pub const MAX_LIMIT: u64 = 200;
/// Fields to order by at most.
pub const MAX_SORT: usize = 3;

/// The shared parameters of lists, which are no filters.
pub const SHARED: &[&str] =
    &["limit", "cursor", "sort", "filter", "q", "fields", "expand", "include_deleted", "count"];

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

    /// The same, behind the page that ended with this cursor.
    #[must_use]
    pub fn behind(self, cursor: String) -> Self {
        Self { cursor: Some(cursor), count: None, ..self }
    }
}

/// What a query can name.
struct Known<'a> {
    kind: &'static Kind,
    custom: &'a Fields,
    filters: Vec<Parameter>,
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
