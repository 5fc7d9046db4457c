//! From a row of a file to the body of a create: pure, but for the names of records, which are
//! looked up later.

use super::{ImportInput, Mapping};
use crate::Table;
use guanxi_kernel::{
    Currency, Language, Line, Problem, Result,
    problem::{FieldError, OUT_OF_RANGE, REQUIRED, UNKNOWN_FIELD, UNKNOWN_VALUE},
    scalar::{Type, Vocabulary},
    text::fold,
};
use guanxi_storage::{
    Field, Kind,
    custom::{Definition, FieldKind, Fields, PREFIX},
};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};

/// The column for the name in another system.
const EXTERNAL_ID: &str = "external_id";

/// Values of one column that can be said to mean another at most.
const MOST_VALUES: usize = 1000;

/// What every record can carry beyond its input.
const CARRIED: [&str; 2] = ["external_ids", "custom"];

/// Which column goes where.
#[derive(Debug)]
pub(crate) struct Plan {
    columns: Vec<Option<Column>>,
    required: Vec<Place>,
    defaults: Vec<(Place, Json)>,
    source: Option<String>,
    currency: Currency,
}

/// Where a column goes, and what is meant by some of its values.
#[derive(Debug, Clone)]
struct Column {
    place: Place,
    values: BTreeMap<String, String>,
}

/// Where a value goes.
#[derive(Debug, Clone)]
enum Place {
    Field {
        name: &'static str,
        kind: Type,
        /// Entries of a list of objects are made with their value under this member.
        entry: Option<&'static str>,
    },
    /// A record by a name that people use.
    Named {
        member: &'static str,
        target: &'static Kind,
    },
    ExternalId,
    /// A field of the tenant.
    Custom(Arc<Definition>),
}

impl Place {
    /// Where it lies in a body.
    fn pointer(&self) -> String {
        match self {
            Self::Field { name, .. } => format!("/{name}"),
            Self::Named { member, .. } => format!("/{member}"),
            Self::ExternalId => "/external_ids".to_owned(),
            Self::Custom(field) => format!("/custom/{}", field.name),
        }
    }

    /// Whether a body says something there already.
    fn is_taken(&self, body: &Body) -> bool {
        let member = match self {
            Self::Field { name, .. } => name,
            Self::Named { member, .. } => member,
            Self::ExternalId => "external_ids",
            Self::Custom(field) => {
                return body
                    .members
                    .get("custom")
                    .is_some_and(|all| all.get(&field.name).is_some());
            }
        };
        let named = body.named.iter().any(|(known, ..)| *known == member);
        named || body.members.contains_key(member)
    }
}

/// A row on its way: the body, and the references that are still names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    pub(crate) members: Map<String, Json>,
    pub(crate) named: Vec<(&'static str, &'static Kind, String)>,
}

/// The mapping that the names and labels of the columns suggest.
pub(super) fn propose(table: &Table, custom: &Fields, header: &[String]) -> Vec<Mapping> {
    let name = |column: &String| {
        let field = table.fields.iter().find(|field| {
            if custom.hides(field.name) {
                return false;
            }
            let labels = [field.name.to_owned(), field.zh.to_owned(), field.en()];
            let term = field.terms.map(|index| index.parameter.to_owned());
            labels.into_iter().chain(term).any(|label| fold(&label) == fold(column))
        });
        let named = || place(table, custom, column).map(|_| column.clone());
        let own = || {
            let field = custom.iter().find(|field| {
                let labels = [&*field.name, &*field.label.en, &*field.label.zh];
                labels.into_iter().any(|label| fold(label) == fold(column))
            });
            field.map(|field| field.path())
        };
        // A column that is called like a record holds its name rather than its id.
        field.map(|field| by_name(field, column).to_owned()).or_else(named).or_else(own)
    };
    header
        .iter()
        .filter_map(|column| {
            let field = name(column).and_then(|name| Line::new(&name).ok());
            let column = Line::new(column).ok()?;
            Some(Mapping { column, field, required: false, values: BTreeMap::new() })
        })
        .collect()
}

/// What a column of that name fills: the field, or the record that it names by what people call it.
fn by_name<'f>(field: &'f Field, column: &str) -> &'f str {
    let nameable = field.target.is_some_and(|target| !target().known_by.is_empty());
    match field.name.strip_suffix("_id") {
        Some(name) if nameable && fold(column) != field.name => name,
        _ => field.name,
    }
}

impl Plan {
    /// Of a mapping whose columns and fields exist.
    ///
    /// # Errors
    /// `validation_failed` with each column and field that does not.
    pub(crate) fn new(
        table: &Table,
        custom: &Fields,
        input: &ImportInput,
        header: &[String],
        currency: Currency,
    ) -> Result<Self> {
        let mut findings = Vec::new();
        let known = || {
            let seen = table.fields.iter().filter(|field| !custom.hides(field.name));
            let names = seen.map(|field| field.name.to_owned());
            let names = names.chain(custom.iter().map(|field| field.path()));
            names.collect::<Vec<_>>().join(", ")
        };
        let unknown = |at: String| UNKNOWN_FIELD.field(at).with("expected", known());
        let (mut columns, mut required) = (vec![None; header.len()], Vec::new());
        for (at, mapping) in input.mapping.iter().enumerate() {
            let Some(column) = header.iter().position(|name| **name == *mapping.column) else {
                findings.push(no_column(at, header));
                continue;
            };
            if mapping.values.len() > MOST_VALUES {
                let finding = OUT_OF_RANGE.field(format!("/mapping/{at}/values"));
                findings.push(finding.with("expected", format!("at most {MOST_VALUES}")));
            }
            let Some(field) = &mapping.field else { continue };
            match place(table, custom, field) {
                Some(place) => {
                    required.extend(Some(place.clone()).filter(|_| mapping.required));
                    let meant =
                        mapping.values.iter().map(|(from, to)| (from.to_string(), to.to_string()));
                    columns[column] = Some(Column { place, values: meant.collect() });
                }
                None => findings.push(unknown(format!("/mapping/{at}/field"))),
            }
        }
        let mut defaults = Vec::new();
        for (name, value) in &input.defaults {
            match place(table, custom, name) {
                Some(place) => defaults.push((place, value.clone())),
                None => findings.push(unknown(format!("/defaults/{name}"))),
            }
        }
        for (at, name) in input.match_on.iter().enumerate() {
            let key = table.kind.field(name).or_else(|| {
                let by_parameter =
                    |field: &&Field| field.terms.is_some_and(|i| i.parameter == &**name);
                table.kind.shape.fields.iter().find(by_parameter)
            });
            let usable = |field: &Field| {
                let known = field.filter && !matches!(field.kind, Type::Money);
                !custom.hides(field.name) && (known || field.terms.is_some())
            };
            if !key.is_some_and(usable) && custom.by_path(name).is_none() {
                findings.push(UNKNOWN_FIELD.field(format!("/match_on/{at}")));
            }
        }
        Problem::collect(findings)?;
        let source = input.source.as_ref().map(ToString::to_string);
        Ok(Self { columns, required, defaults, source, currency })
    }

    /// Refuses a plan that names records of another system without saying which.
    ///
    /// # Errors
    /// `required` at `/source`.
    pub(crate) fn check_source(&self) -> Result<()> {
        let external = |place: &Place| matches!(place, Place::ExternalId);
        let needed = self.columns.iter().flatten().any(|column| external(&column.place));
        if needed && self.source.is_none() { Err(REQUIRED.at("/source")) } else { Ok(()) }
    }

    /// The body of a row.
    ///
    /// # Errors
    /// `validation_failed` with each field that the mapping requires and the row does not have.
    pub(crate) fn body(&self, values: &[Json]) -> Result<Body> {
        let mut body = Body::default();
        for (column, value) in self.columns.iter().zip(values) {
            if let Some(column) = column {
                let meant = value.as_str().and_then(|text| column.values.get(text.trim()));
                match meant {
                    Some(meant) => self.put(&column.place, &json!(meant), &mut body),
                    None => self.put(&column.place, value, &mut body),
                }
            }
        }
        for (place, value) in &self.defaults {
            if !place.is_taken(&body) {
                self.put(place, value, &mut body);
            }
        }
        let missing = self.required.iter().filter(|place| !place.is_taken(&body));
        Problem::collect(missing.map(|place| REQUIRED.field(place.pointer())).collect())?;
        Ok(body)
    }

    fn put(&self, place: &Place, value: &Json, body: &mut Body) {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        match place {
            Place::Named { member, target } => match value.as_str() {
                Some(text) => body.named.push((member, target, text.trim().to_owned())),
                None => drop(body.members.insert((*member).to_owned(), value.clone())),
            },
            Place::Custom(field) => {
                let all = body.members.entry("custom").or_insert_with(|| json!({}));
                all[&field.name] = cell(field, value);
            }
            Place::ExternalId => {
                let id = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let entry = json!([{ "source": self.source, "id": id }]);
                body.members.insert("external_ids".to_owned(), entry);
            }
            Place::Field { name, kind: Type::Json, entry } => match value {
                Json::String(text) if as_json(text).is_some() => {
                    drop(body.members.insert((*name).to_owned(), json!(as_json(text))));
                }
                Json::String(text) => {
                    let entries = text.split([';', '；']).map(str::trim).filter(|e| !e.is_empty());
                    let entries = entries.map(|one| match entry {
                        Some(member) => json!({ "kind": "other", *member: one }),
                        None => json!(one),
                    });
                    body.members.insert((*name).to_owned(), entries.collect());
                }
                Json::Number(_) => {
                    let one = value.to_string();
                    let one = match entry {
                        Some(member) => json!({ "kind": "other", *member: one }),
                        None => json!(one),
                    };
                    body.members.insert((*name).to_owned(), json!([one]));
                }
                other => drop(body.members.insert((*name).to_owned(), other.clone())),
            },
            Place::Field { name, kind, .. } => {
                body.members.insert((*name).to_owned(), scalar(*kind, value, self.currency));
            }
        }
    }
}

/// A list or an object, if that is what the text says: what a file of rows has for one.
fn as_json(text: &str) -> Option<Json> {
    let nested = text.starts_with(['[', '{']);
    nested.then(|| serde_json::from_str(text).ok()).flatten()
}

fn no_column(at: usize, header: &[String]) -> FieldError {
    UNKNOWN_VALUE.field(format!("/mapping/{at}/column")).with("expected", header.join(", "))
}

/// The place that a mapping names.
fn place(table: &Table, custom: &Fields, wanted: &str) -> Option<Place> {
    if wanted.starts_with(PREFIX) {
        return custom.by_path(wanted).cloned().map(Place::Custom);
    }
    if wanted == EXTERNAL_ID {
        return Some(Place::ExternalId);
    }
    let mut seen = table.fields.iter().filter(|field| !custom.hides(field.name));
    let named = |field: &&Field| {
        field.name == wanted || field.terms.is_some_and(|index| index.parameter == wanted)
    };
    if let Some(field) = seen.clone().find(named) {
        let entry = match field.name {
            "phones" => Some("number"),
            "emails" => Some("address"),
            _ => None,
        };
        return Some(Place::Field { name: field.name, kind: field.kind, entry });
    }
    if let Some(name) = CARRIED.into_iter().find(|name| *name == wanted) {
        return Some(Place::Field { name, kind: Type::Json, entry: None });
    }
    let by_name = |field: &&Field| field.name.strip_suffix("_id") == Some(wanted);
    let field = seen.find(by_name)?;
    let target = field.target?();
    (!target.known_by.is_empty()).then_some(Place::Named { member: field.name, target })
}

/// A cell as a value of a field of the tenant; what is none stays as it is.
fn cell(field: &Definition, value: &Json) -> Json {
    let text = match value {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        other => return other.clone(),
    };
    let word = |text: &str| {
        let is = |choice: &&guanxi_storage::custom::Choice| {
            let labels = [&*choice.word, &*choice.label.en, &*choice.label.zh];
            labels.into_iter().any(|label| fold(label) == fold(text))
        };
        let found = field.choices.iter().find(is);
        found.map_or_else(|| text.to_owned(), |choice| choice.word.to_string())
    };
    match field.kind {
        FieldKind::Text | FieldKind::Reference | FieldKind::Timestamp => json!(text),
        FieldKind::Number => json!(text.replace([',', ' '], "")),
        FieldKind::Integer => plain(Type::Integer, &text),
        FieldKind::Boolean => plain(Type::Boolean, &text),
        FieldKind::Date => json!(date(&text)),
        FieldKind::Choice => json!(word(&text)),
        FieldKind::Choices => {
            text.split([';', ';']).map(str::trim).filter(|e| !e.is_empty()).map(word).collect()
        }
    }
}

/// A cell as a value of the field's type; what is none stays as it is, and the rules say what is
/// wrong.
fn scalar(kind: Type, value: &Json, currency: Currency) -> Json {
    let text = value.as_str().map(str::trim);
    match (kind, text) {
        (Type::Integer | Type::Boolean, Some(text)) => plain(kind, text),
        (Type::Text | Type::Id, None) if value.is_number() => json!(value.to_string()),
        (Type::Date, Some(text)) => json!(date(text)),
        (Type::Word(vocabulary), Some(text)) => json!(word(&vocabulary, text)),
        (Type::Money, _) => money(value, currency),
        (_, Some(text)) => json!(text),
        (_, None) => value.clone(),
    }
}

/// A whole number or a truth value.
fn plain(kind: Type, text: &str) -> Json {
    if let Type::Integer = kind {
        let number = text.replace([',', ' '], "").parse::<i64>();
        return number.map_or_else(|_| json!(text), |n| json!(n));
    }
    match fold(text).as_str() {
        "true" | "yes" | "y" | "1" | "是" => json!(true),
        "false" | "no" | "n" | "0" | "否" => json!(false),
        _ => json!(text),
    }
}

/// `2026/1/31` and `2026年1月31日` as `2026-01-31`.
fn date(text: &str) -> String {
    let parts: Vec<&str> =
        text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => text.to_owned(),
    }
}

/// The word that a text is, or whose label it is in either language.
fn word(vocabulary: &Vocabulary, text: &str) -> String {
    let is = |at: usize, word: &str| {
        let labels = [Language::En, Language::Zh].map(|language| (vocabulary.label)(at, language));
        fold(word) == fold(text) || labels.iter().any(|label| fold(label) == fold(text))
    };
    let found = vocabulary.words.iter().enumerate().find(|(at, word)| is(*at, word));
    found.map_or_else(|| text.to_owned(), |(_, word)| (*word).to_owned())
}

/// `1,234.50 CNY`; without a currency the tenant's.
fn money(value: &Json, currency: Currency) -> Json {
    let text = match value {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        other => return other.clone(),
    };
    let (amount, code) = text.rsplit_once(' ').unwrap_or((&text, currency.code()));
    json!({ "amount": amount.replace(',', ""), "currency": code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_people_write_them() {
        let cny: Currency = "CNY".parse().unwrap();
        let read = |kind, text: &str| scalar(kind, &json!(text), cny);
        assert_eq!(read(Type::Integer, "1,234"), json!(1234));
        assert_eq!(read(Type::Integer, "many"), json!("many"));
        assert_eq!(read(Type::Boolean, "是"), json!(true));
        for text in ["2026-01-31", "2026/1/31", "2026年1月31日"] {
            assert_eq!(read(Type::Date, text), json!("2026-01-31"));
        }
        assert_eq!(read(Type::Date, "31.01.2026"), json!("31.01.2026"));
        let money =
            |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
        assert_eq!(read(Type::Money, "1,234.50 USD"), money("1234.50", "USD"));
        assert_eq!(scalar(Type::Money, &json!(12.5), cny), money("12.5", "CNY"));
        assert_eq!(scalar(Type::Text, &json!(4711), cny), json!("4711"));
    }
}
