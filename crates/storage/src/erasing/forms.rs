//! What the members of a record are, as its schema says, and structured data without what people wrote in it.
//!
//! A text is of a closed form where its schema has an `enum`, a `pattern`, or the format of an id, a day or an
//! instant. Any other can be anything, whatever one of them looks like, and so can all texts in data of which the
//! schema says nothing: the answers of a playbook, the variables of a document. Numbers and truth values are those
//! of fields that somebody has declared, and stay as the columns of such fields do. Price: in data without a schema
//! a chosen code or an amount that is written as a text goes too.

use super::{ERASED, LISTS, is_kept};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What stands before the name of another schema.
const SCHEMAS: &str = "#/components/schemas/";

/// The formats of texts that nobody writes freely.
const CLOSED_FORMATS: &[&str] = &["date", "date-time", "uuid"];

/// What a value can be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Whether a text there is of a closed form; none where the schema knows of no text.
    closed: Option<bool>,
    /// What an entry of a list is.
    entries: Option<Box<Form>>,
    /// What its members are.
    members: BTreeMap<String, Form>,
    /// What any other member is.
    others: Option<Box<Form>>,
}

/// Anything.
static FREE: Form = Form { closed: None, entries: None, members: BTreeMap::new(), others: None };

impl Form {
    /// That of a type.
    pub fn of<T: ToSchema>() -> Self {
        let mut found = Vec::new();
        T::schemas(&mut found);
        let named: BTreeMap<String, Json> = found
            .into_iter()
            .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()))
            .collect();
        let schema = serde_json::to_value(T::schema()).unwrap_or_default();
        read(&schema, false, &named, &mut Vec::new())
    }

    /// That of a member.
    pub(super) fn member(&self, name: &str) -> &Self {
        self.members.get(name).or(self.others.as_deref()).unwrap_or(&FREE)
    }

    /// Whether a text there is of a closed form, or kept by its name.
    pub(super) fn is_closed(&self) -> bool {
        self.closed == Some(true)
    }

    /// What stands there, under that name, without what people wrote in it.
    pub(super) fn without_texts(&self, name: &str, json: Json) -> Json {
        match json {
            Json::Array(_) if LISTS.contains(&name) => Json::Array(Vec::new()),
            Json::Object(_) if name == "custom" => Json::Object(Map::new()),
            Json::Object(members) => {
                let member = |(name, value): (String, Json)| {
                    let value = self.member(&name).without_texts(&name, value);
                    (name, value)
                };
                Json::Object(members.into_iter().map(member).collect())
            }
            Json::Array(entries) => {
                let form = self.entries.as_deref().unwrap_or(&FREE);
                entries.into_iter().map(|entry| form.without_texts(name, entry)).collect()
            }
            Json::String(_) if !self.is_closed() => ERASED.into(),
            other => other,
        }
    }

    /// Lets it be what the other is too. A text is closed where all say so.
    fn join(&mut self, other: Self) {
        self.closed = match (self.closed, other.closed) {
            (Some(one), Some(other)) => Some(one && other),
            (one, other) => one.or(other),
        };
        join(&mut self.entries, other.entries);
        join(&mut self.others, other.others);
        for (name, form) in other.members {
            self.members.entry(name).or_default().join(form);
        }
    }
}

fn join(one: &mut Option<Box<Form>>, other: Option<Box<Form>>) {
    let Some(other) = other else { return };
    match one {
        Some(one) => one.join(*other),
        None => *one = Some(other),
    }
}

/// Reads a schema; `kept` if texts stay by the name that they stand under. One within itself is anything there.
fn read(
    schema: &Json,
    kept: bool,
    named: &BTreeMap<String, Json>,
    within: &mut Vec<String>,
) -> Form {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix(SCHEMAS)) {
        let inner = named.get(name).filter(|_| !within.iter().any(|outer| outer == name));
        let Some(inner) = inner else { return Form::default() };
        within.push(name.to_owned());
        let form = read(inner, kept, named, within);
        within.pop();
        return form;
    }
    let mut form = Form::default();
    for word in ["allOf", "anyOf", "oneOf"] {
        for part in schema[word].as_array().into_iter().flatten() {
            form.join(read(part, kept, named, within));
        }
    }
    let is_text = match &schema["type"] {
        Json::String(one) => one == "string",
        Json::Array(several) => several.iter().any(|one| one == "string"),
        _ => false,
    };
    let mut own = Form::default();
    if is_text {
        own.closed = Some(kept || is_closed(schema));
    }
    if schema["items"].is_object() {
        own.entries = Some(Box::new(read(&schema["items"], kept, named, within)));
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        own.members.insert(name.clone(), read(member, is_kept(name), named, within));
    }
    if schema["additionalProperties"].is_object() {
        own.others = Some(Box::new(read(&schema["additionalProperties"], kept, named, within)));
    }
    form.join(own);
    form
}

/// Whether a schema of texts leaves no room for what somebody would like to say.
fn is_closed(schema: &Json) -> bool {
    let is_there = |word: &str| schema.get(word).is_some_and(|value| !value.is_null());
    let format = schema["format"].as_str();
    ["const", "enum", "pattern"].into_iter().any(is_there)
        || format.is_some_and(|format| CLOSED_FORMATS.contains(&format))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate, Utc};
    use guanxi_kernel::{Line, Money, Quantity, UserId};
    use serde_json::json;
    use std::collections::HashMap;

    guanxi_kernel::words! {
        /// What is sold.
        enum SampleSold {
            /// Goods.
            Goods = "goods" ("Goods", "商品"),
        }
    }

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct SampleSale {
        /// Which one.
        product_id: UserId,
        /// What it is called.
        name: Line<60>,
        /// What it is, in words.
        kind: Option<SampleSold>,
        /// How much of it.
        quantity: Quantity,
        /// For how much.
        price: Option<Money>,
        due_on: NaiveDate,
        at: Option<DateTime<Utc>>,
        count: i64,
        remark: Option<String>,
    }

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct SampleDeal {
        /// What was sold.
        sales: Vec<SampleSale>,
        #[schema(value_type = Object)]
        answers: Map<String, Json>,
        counts: HashMap<String, i64>,
        /// Its number by law.
        number: Option<Line<40>>,
        signs: Vec<SampleSold>,
        phones: Vec<String>,
        #[schema(value_type = Object)]
        custom: Map<String, Json>,
    }

    fn sale(name: &str, remark: &str) -> Json {
        json!([{ "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "name": name,
            "kind": "goods", "quantity": "2.5", "count": 3, "due_on": "2026-01-02",
            "price": { "amount": "12.00", "currency": "CNY" }, "at": "2026-01-02T03:04:05Z",
            "remark": remark }])
    }

    #[test]
    fn what_people_write_goes_whatever_it_looks_like_and_figures_stay() {
        let form = Form::of::<SampleDeal>();
        let before = json!({ "sales": sale("zhangwei", "13800138000"), "counts": { "parties": 2 },
            "answers": { "hobby": "zhangwei", "id": "110101198001011234", "number": "1",
                "born": "1980-02-29", "likes": ["go"], "points": 7, "yes": true, "none": null },
            "number": "C-1", "signs": ["goods"], "phones": ["1"], "custom": { "age": 40 },
            "gone": "2026-01-02" });
        let after = json!({ "sales": sale(ERASED, ERASED), "counts": { "parties": 2 },
            "answers": { "hobby": ERASED, "id": ERASED, "number": ERASED,
                "born": ERASED, "likes": [ERASED], "points": 7, "yes": true, "none": null },
            "number": "C-1", "signs": ["goods"], "phones": [], "custom": {},
            "gone": ERASED });
        assert_eq!(form.without_texts("", before), after);
        assert_eq!(form.without_texts("", after.clone()), after, "twice is once");
    }

    #[test]
    fn a_text_is_closed_where_all_that_it_can_be_is() {
        let of = |schema: Json| read(&schema, false, &BTreeMap::new(), &mut Vec::new());
        let word = json!({ "type": "string", "enum": ["a"] });
        let line = json!({ "type": ["string", "null"], "maxLength": 9 });
        let day = json!({ "type": "string", "format": "date" });
        let mail = json!({ "type": "string", "format": "email" });
        let nothing = json!({ "type": "null" });
        for (several, closed) in [
            (vec![&word, &day, &nothing], true),
            (vec![&word, &line], false),
            (vec![&mail], false),
            (vec![&nothing], false),
        ] {
            assert_eq!(of(json!({ "oneOf": several })).is_closed(), closed, "{several:?}");
        }
    }
}
