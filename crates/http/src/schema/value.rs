//! What a member holds, read from its JSON schema.

use crate::document::DOCUMENT;
use guanxi_kernel::word::LABELS;
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

/// How deep members within members are told of.
const DEPTH: usize = 6;

/// A label in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Labels {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh: String,
}

guanxi_kernel::words! {
    /// What a value is.
    pub(super) enum ValueKind {
        /// Text.
        Text = "text" ("Text", "文本"),
        /// An exact decimal number, as text.
        Number = "number" ("Number", "数字"),
        /// A whole number.
        Integer = "integer" ("Whole number", "整数"),
        /// True or false.
        Boolean = "boolean" ("Yes or no", "是否"),
        /// A business day, `2026-03-31`.
        Date = "date" ("Date", "日期"),
        /// An instant in UTC, `2026-03-31T09:30:00Z`.
        Instant = "instant" ("Instant", "时间"),
        /// The id of a record.
        Id = "id" ("Id", "编号"),
        /// A word of a vocabulary; `words` has them.
        Word = "word" ("Word", "选项"),
        /// An amount with its currency.
        Money = "money" ("Amount", "金额"),
        /// A list; `items` says of what.
        List = "list" ("List", "列表"),
        /// Several members.
        Object = "object" ("Object", "对象"),
        /// A value of one of several types.
        Any = "any" ("Any value", "任意值"),
    }
}

/// What a field, a member or an entry of a list holds. Bounds are there if there are any.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ValueSchema {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ValueKind,
    /// Whether it can be absent.
    pub nullable: bool,
    /// Characters at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub min_length: Option<i64>,
    /// Characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max_length: Option<i64>,
    /// A regular expression that it matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pattern: Option<String>,
    /// The least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub minimum: Option<i64>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub maximum: Option<i64>,
    /// Entries at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub min_items: Option<i64>,
    /// Entries at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max_items: Option<i64>,
    /// The words of a vocabulary, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub words: Option<Vec<WordSchema>>,
    /// What the entries of a list hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, no_recursion)]
    pub items: Option<Box<ValueSchema>>,
    /// The members of an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub members: Option<Vec<MemberSchema>>,
}

impl ValueSchema {
    /// Of that kind, without anything else.
    pub(super) fn of(kind: ValueKind) -> Self {
        Self {
            kind,
            nullable: false,
            min_length: None,
            max_length: None,
            pattern: None,
            minimum: None,
            maximum: None,
            min_items: None,
            max_items: None,
            words: None,
            items: None,
            members: None,
        }
    }
}

/// A word of a vocabulary.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct WordSchema {
    /// The word.
    pub word: String,
    /// What it is called.
    pub label: Labels,
}

/// A member of a value.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct MemberSchema {
    /// Its name.
    pub name: String,
    /// What it says, in English.
    pub description: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it holds.
    #[serde(flatten)]
    #[schema(no_recursion)]
    pub value: ValueSchema,
}

/// The component that a schema refers to, or the schema itself.
pub(super) fn resolve(schema: &'static Json) -> &'static Json {
    let pointer = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    pointer.and_then(|pointer| DOCUMENT.pointer(pointer)).unwrap_or(schema)
}

/// The part of a schema that is not `null`; the schema itself, if there are several.
fn present(schema: &'static Json) -> &'static Json {
    let parts = schema["oneOf"].as_array().into_iter().flatten();
    let parts: Vec<_> = parts.filter(|part| part["type"] != "null").collect();
    if let [part] = parts[..] { part } else { schema }
}

/// What the schema says that it is about: the words that stand nearest to the member.
pub(super) fn about(schema: &'static Json) -> String {
    let inner = present(schema);
    let texts = [schema, inner, resolve(inner)].map(|one| one["description"].as_str());
    texts.into_iter().flatten().next().unwrap_or_default().to_owned()
}

/// Reads a schema.
pub(super) fn read(schema: &'static Json, depth: usize) -> ValueSchema {
    let inner = present(schema);
    let whole = resolve(inner);
    let number = |name: &str| whole[name].as_i64();
    let types = |schema: &Json| match &schema["type"] {
        Json::Array(all) => all.iter().any(|one| one == "null"),
        one => one == "null",
    };
    let parts = schema["oneOf"].as_array().into_iter().flatten();
    let kind = kind(inner, whole);
    let deeper = depth < DEPTH;
    ValueSchema {
        kind,
        nullable: types(whole) || parts.into_iter().any(types),
        min_length: number("minLength"),
        max_length: number("maxLength"),
        pattern: whole["pattern"].as_str().map(str::to_owned),
        minimum: number("minimum"),
        maximum: number("maximum"),
        min_items: number("minItems"),
        max_items: number("maxItems"),
        words: (kind == ValueKind::Word).then(|| words(whole)),
        items: (kind == ValueKind::List && deeper)
            .then(|| Box::new(read(&whole["items"], depth + 1))),
        members: (kind == ValueKind::Object && deeper).then(|| members(whole, depth + 1)),
    }
}

fn kind(inner: &Json, whole: &Json) -> ValueKind {
    if inner["$ref"] == "#/components/schemas/Money" {
        return ValueKind::Money;
    }
    if inner["oneOf"].is_array() {
        return ValueKind::Any;
    }
    let name = match &whole["type"] {
        Json::Array(all) => all.iter().find(|one| **one != "null").and_then(Json::as_str),
        one => one.as_str(),
    };
    match (name.unwrap_or_default(), whole["format"].as_str()) {
        ("string", _) if whole["enum"].is_array() => ValueKind::Word,
        ("string", Some("date")) => ValueKind::Date,
        ("string", Some("date-time")) => ValueKind::Instant,
        ("string", Some("uuid")) => ValueKind::Id,
        ("string", _) => ValueKind::Text,
        ("integer", _) => ValueKind::Integer,
        ("boolean", _) => ValueKind::Boolean,
        ("array", _) => ValueKind::List,
        _ => ValueKind::Object,
    }
}

fn words(whole: &Json) -> Vec<WordSchema> {
    let word = |word: &str| {
        let label =
            |language: &str| whole[LABELS][word][language].as_str().unwrap_or(word).to_owned();
        WordSchema { word: word.to_owned(), label: Labels { en: label("en"), zh: label("zh-CN") } }
    };
    whole["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).map(word).collect()
}

fn members(whole: &'static Json, depth: usize) -> Vec<MemberSchema> {
    let required = whole["required"].as_array();
    let member = |(name, schema): (&String, &'static Json)| MemberSchema {
        name: name.clone(),
        description: about(schema),
        required: required.is_some_and(|all| all.iter().any(|one| one == name)),
        value: read(schema, depth),
    };
    whole["properties"].as_object().into_iter().flatten().map(member).collect()
}
