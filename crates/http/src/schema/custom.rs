//! The tenant's fields as data.

use super::value::{Labels, ValueKind, ValueSchema, WordSchema};
use guanxi_storage::custom::{Definition, FieldKind, FieldLabel, LegalBasis, value};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

/// A field that the tenant has defined.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomFieldSchema {
    /// Its name in `custom`.
    name: String,
    /// What it is called.
    label: Labels,
    /// What to enter; `null` if nobody has said.
    #[schema(required)]
    help: Option<Labels>,
    /// What it holds.
    #[serde(flatten)]
    value: ValueSchema,
    /// The least number or the first day; `null` if there is none.
    #[schema(required)]
    at_least: Option<String>,
    /// The greatest number or the last day; `null` if there is none.
    #[schema(required)]
    at_most: Option<String>,
    /// The objects whose records carry it; empty for all.
    #[schema(max_items = 50)]
    objects: Vec<String>,
    /// Whether it must be sent with a new record.
    required: bool,
    /// Whether you cannot write it.
    read_only: bool,
    /// Whether it takes new values.
    active: bool,
    /// Its name in `filter` and as a parameter of lists.
    filter: String,
    /// Whether lists can be ordered by it.
    sortable: bool,
    /// The plural name of the resource that it refers to.
    #[schema(required)]
    references: Option<String>,
    /// What a new record has that says nothing; `null` for nothing.
    #[schema(required, value_type = Option<Object>)]
    default: Option<Json>,
    /// The unit.
    #[schema(required)]
    unit: Option<String>,
    /// What it is kept for.
    purpose: String,
    /// Whether it says something about a person.
    personal: bool,
    /// What allows the company to keep it.
    #[schema(required)]
    legal_basis: Option<LegalBasis>,
}

fn labels(label: &FieldLabel) -> Labels {
    Labels { en: label.en.to_string(), zh: label.zh.to_string() }
}

impl From<&Definition> for CustomFieldSchema {
    fn from(field: &Definition) -> Self {
        let names = field.kind == FieldKind::Reference;
        Self {
            name: field.name.clone(),
            label: labels(&field.label),
            help: field.help.as_ref().map(labels),
            value: value_of(field),
            at_least: field.minimum.clone(),
            at_most: field.maximum.clone(),
            objects: field.objects.clone(),
            required: field.required,
            read_only: field.read_only,
            active: field.active,
            filter: field.path(),
            sortable: field.is_sortable(),
            references: field.target.clone().filter(|_| names),
            default: field.default_value.clone(),
            unit: field.unit.clone(),
            purpose: field.purpose.clone(),
            personal: field.personal,
            legal_basis: field.legal_basis,
        }
    }
}

fn value_of(field: &Definition) -> ValueSchema {
    let (kind, items) = match field.kind {
        FieldKind::Text => (ValueKind::Text, None),
        FieldKind::Number => (ValueKind::Number, None),
        FieldKind::Integer => (ValueKind::Integer, None),
        FieldKind::Boolean => (ValueKind::Boolean, None),
        FieldKind::Date => (ValueKind::Date, None),
        FieldKind::Timestamp => (ValueKind::Instant, None),
        FieldKind::Choice => (ValueKind::Word, None),
        FieldKind::Choices => {
            let words =
                ValueSchema { words: Some(words(field)), ..ValueSchema::of(ValueKind::Word) };
            (ValueKind::List, Some(Box::new(words)))
        }
        FieldKind::Reference => (ValueKind::Id, None),
    };
    let text = field.kind == FieldKind::Text;
    ValueSchema {
        nullable: true,
        min_length: text.then_some(1),
        max_length: text.then(|| field.max_length.unwrap_or(value::USUAL)),
        words: (kind == ValueKind::Word).then(|| words(field)),
        items,
        ..ValueSchema::of(kind)
    }
}

fn words(field: &Definition) -> Vec<WordSchema> {
    let word = |choice: &guanxi_storage::custom::Choice| WordSchema {
        word: choice.word.to_string(),
        label: labels(&choice.label),
    };
    field.choices.iter().map(word).collect()
}
