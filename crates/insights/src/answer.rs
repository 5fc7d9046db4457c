//! The answer of a report: its figures with all that is needed to make them again.

use crate::{Asked, Definition, Made, Report, definition::ReportColumn};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Currency, Language, Result, canonical, problem::INTERNAL};
use guanxi_storage::{Kind, field_reads::Shown};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use uuid::Uuid;

/// A report that was made, as its caller may see it.
pub struct Answer {
    /// The report.
    pub definition: &'static Definition,
    /// The language of its labels.
    pub language: Language,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Its columns, but for those that the caller may not see.
    pub columns: Vec<ReportColumn>,
    /// The whole answer, but for when it was made.
    pub body: Json,
}

impl Answer {
    /// The answer of a report to what was asked.
    ///
    /// # Errors
    /// `internal` if it is no JSON.
    pub fn of<R: Report>(asked: &Asked, language: Language, made: &Made<R>) -> Result<Self> {
        let definition = R::definition();
        let currency = asked.exchange.currency();
        let ours = |error: serde_json::Error| INTERNAL.problem().because(error);
        let mut data = serde_json::to_value(&made.rows).map_err(ours)?;
        let mut totals = serde_json::to_value(&made.totals).map_err(ours)?;
        let resting = definition.rests_on.iter().filter(|(field, _)| asked.hides(field));
        let unseen: BTreeSet<&str> = resting.flat_map(|(_, members)| *members).copied().collect();
        if !unseen.is_empty() {
            take_out(&mut data, &unseen);
            take_out(&mut totals, &unseen);
            // The order of rows would tell of what was taken out.
            in_canonical_order(&mut data);
        }
        let columns = definition.columns.iter().filter(|column| !unseen.contains(column.name));
        let columns: Vec<_> =
            columns.map(|column| column.shown(definition, language, currency)).collect();
        let mut body = json!({
            "report": definition.name,
            "definition_version": definition.version,
            "title": definition.title.get(language),
            "as_of": asked.as_of,
            "known_at": asked.known_at,
            "currency": currency,
            "exchange_rates": asked.exchange.used(),
            "parameters": asked.parameters(definition),
            "columns": columns,
            "data": data,
            "totals": totals,
        });
        body["hash"] = hash(definition, &body).into();
        Ok(Self { definition, language, currency, columns, body })
    }

    /// The whole answer on the wire. The hash does not cover when it was made, so that the same figures have
    /// the same whenever they are asked for.
    pub fn told(self, generated_at: DateTime<Utc>) -> Json {
        let mut body = self.body;
        body["generated_at"] = json!(generated_at);
        body
    }

    /// The records that its rows are about, with the fields of them that rows tell of.
    pub fn shown(&self) -> Vec<Shown> {
        let definition = self.definition;
        let resting = definition.rests_on.iter().map(|(field, _)| *field);
        let own: Vec<&str> = resting.chain(definition.needs.iter().copied()).collect();
        let about = |(at, &kind): (usize, &&'static Kind)| {
            let key = format!("{}_id", kind.name);
            let id_of = |row: &Json| row.get(&key)?.as_str()?.parse::<Uuid>().ok();
            let records: BTreeSet<Uuid> = self.rows().iter().filter_map(id_of).collect();
            let named = self.columns.iter().any(|column| column.name == kind.name);
            let own = own.iter().filter(|_| at == 0).copied();
            let members = own.chain(named.then_some("name")).map(str::to_owned).collect();
            Shown { kind, members: Some(members), records: records.into_iter().collect() }
        };
        definition.reads.iter().enumerate().map(about).collect()
    }

    /// The rows.
    pub fn rows(&self) -> &[Json] {
        self.body["data"].as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

/// SHA-256 of the question and of all figures with their keys: without labels, which may change
/// without a figure changing, and whatever the order of the rows.
fn hash(definition: &Definition, body: &Json) -> String {
    let labels: BTreeSet<&str> = definition.labels().collect();
    let told = |name: &&String| !matches!(name.as_str(), "title" | "columns");
    let members = body.as_object().into_iter().flatten();
    let mut vouched: Map<String, Json> = members
        .filter(|(name, _)| told(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for part in ["data", "totals"] {
        if let Some(part) = vouched.get_mut(part) {
            take_out(part, &labels);
            in_canonical_order(part);
        }
    }
    let digest = Sha256::digest(canonical(&Json::Object(vouched)));
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Takes members of these names out, however deep they are.
fn take_out(json: &mut Json, names: &BTreeSet<&str>) {
    match json {
        Json::Object(members) => {
            members.retain(|name, _| !names.contains(name.as_str()));
            members.values_mut().for_each(|value| take_out(value, names));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| take_out(item, names)),
        _ => {}
    }
}

fn in_canonical_order(json: &mut Json) {
    if let Json::Array(items) = json {
        items.sort_by_cached_key(canonical);
    }
}
