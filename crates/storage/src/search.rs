//! `POST /v1/things/search`: the query of a list in a body, for questions too long for an address.
//!
//! The members are the shared parameters of lists; what narrows the list is the filter, as the text
//! of the parameter or as JSON.

use crate::{
    Kind,
    custom::Fields,
    error::UNKNOWN_PARAMETER,
    filter::json,
    list::{self, ListQuery},
};
use guanxi_kernel::{
    Ctx, Problem, Result, input,
    problem::{FieldError, INVALID_TYPE, Place, VALIDATION_FAILED},
};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// The body. Its rules are those of the parameters of the same names.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    #[serde(default)]
    filter: Option<Json>,
    #[serde(default)]
    q: Option<String>,
    #[serde(default)]
    sort: Option<Vec<String>>,
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    fields: Option<Vec<String>>,
    #[serde(default)]
    expand: Option<Vec<String>>,
    #[serde(default)]
    include_deleted: Option<bool>,
    #[serde(default)]
    count: Option<String>,
}

impl Search {
    /// The same as the parameters of a list.
    fn pairs(&self) -> Vec<(String, String)> {
        let list = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(","));
        let text = self.filter.as_ref().and_then(Json::as_str).map(str::to_owned);
        [
            ("filter", text),
            ("q", self.q.clone()),
            ("sort", list(&self.sort)),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("cursor", self.cursor.clone()),
            ("fields", list(&self.fields)),
            ("expand", list(&self.expand)),
            ("include_deleted", self.include_deleted.map(|deleted| deleted.to_string())),
            ("count", self.count.clone()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    }
}

/// Reads the body of a search in the list of `kind`; `custom` are the tenant's fields of it.
///
/// # Errors
/// `validation_failed` with every finding.
pub fn read(kind: &'static Kind, ctx: &Ctx, custom: &Fields, body: Json) -> Result<ListQuery> {
    read_with(kind, ctx, custom, body, &BTreeMap::new())
}

/// The same, narrowed by parameters of the list besides, which stand under `/filters`.
///
/// # Errors
/// As [`read`].
pub fn read_with(
    kind: &'static Kind,
    ctx: &Ctx,
    custom: &Fields,
    body: Json,
    filters: &BTreeMap<String, String>,
) -> Result<ListQuery> {
    // serde would take a list for the members in their order, and `null` for one that is absent.
    let Json::Object(members) = &body else {
        return Err(refusal(vec![INVALID_TYPE.field("").with("expected", "an object")], filters));
    };
    let nulls = members.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| {
        let expected = "a value; leave out what you do not ask for";
        INVALID_TYPE.field(member("", name)).with("expected", expected)
    });
    Problem::collect(nulls.collect())?;
    let search: Search = input::read(body)?;
    let as_json = search.filter.as_ref().filter(|filter| !filter.is_string());
    let located = as_json.map(|filter| json::read(filter, "/filter")).transpose();
    let located = located.map_err(|finding| refusal(vec![finding], filters))?;
    let shared = filters.keys().filter(|name| list::SHARED.contains(&name.as_str()));
    Problem::collect(
        shared.map(|name| UNKNOWN_PARAMETER.field(member("/filters", name))).collect(),
    )?;
    let mut pairs = search.pairs();
    pairs.extend(filters.iter().map(|(name, value)| (name.clone(), value.clone())));
    let query = ListQuery::read(kind, ctx, custom, &pairs, located.as_ref());
    query.map_err(|findings| refusal(findings, filters))
}

/// The findings as one problem about the body.
fn refusal(findings: Vec<FieldError>, filters: &BTreeMap<String, String>) -> Problem {
    let refused = VALIDATION_FAILED.with("count", findings.len());
    findings.into_iter().map(|finding| in_body(finding, filters)).fold(refused, Problem::and)
}

/// A finding about a parameter is one about the member of the same name.
fn in_body(finding: FieldError, filters: &BTreeMap<String, String>) -> FieldError {
    let place = match finding.place {
        Place::Parameter(name) if filters.contains_key(&name) => {
            Place::Pointer(member("/filters", &name))
        }
        Place::Parameter(name) => Place::Pointer(member("", &name)),
        pointer @ Place::Pointer(_) => pointer,
    };
    FieldError { place, ..finding }
}

/// A member as a JSON pointer (RFC 6901).
fn member(of: &str, name: &str) -> String {
    format!("{of}/{}", name.replace('~', "~0").replace('/', "~1"))
}
