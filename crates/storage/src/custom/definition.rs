//! A field that a tenant has defined.

use super::PREFIX;
use guanxi_kernel::Line;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// What a field of a tenant holds.
    pub enum FieldKind {
        /// Text.
        Text = "text" ("Text", "文本"),
        /// An exact decimal number, sent as text: at most 15 digits before the point and 6 behind it.
        Number = "number" ("Number", "数字"),
        /// A whole number of at most 15 digits.
        Integer = "integer" ("Whole number", "整数"),
        /// True or false.
        Boolean = "boolean" ("Yes or no", "是否"),
        /// A business day, `2026-03-31`.
        Date = "date" ("Date", "日期"),
        /// An instant in UTC, `2026-03-31T09:30:00Z`.
        Timestamp = "timestamp" ("Instant", "时间"),
        /// One of the choices.
        Choice = "choice" ("Choice", "单选"),
        /// Some of the choices, each once.
        Choices = "choices" ("Choices", "多选"),
        /// The id of a record of the resource `target`.
        Reference = "reference" ("Reference", "引用"),
    }
}

guanxi_kernel::words! {
    /// What allows a company to keep a personal fact.
    pub enum LegalBasis {
        /// The person has agreed.
        Consent = "consent" ("Consent", "本人同意"),
        /// A contract with the person needs it.
        Contract = "contract" ("Contract", "履行合同"),
        /// A law demands it.
        LegalObligation = "legal_obligation" ("Legal obligation", "法定义务"),
        /// It protects somebody's life or health.
        VitalInterests = "vital_interests" ("Vital interests", "生命健康"),
        /// A task in the public interest needs it.
        PublicTask = "public_task" ("Public task", "公共利益"),
        /// An interest of the company that outweighs the person's.
        LegitimateInterests = "legitimate_interests" ("Legitimate interests", "合法利益"),
    }
}

/// What a field or a choice is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldLabel {
    /// English.
    pub en: Line<80>,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh: Line<80>,
}

/// One of the words that a field can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The word: small letters, digits and `_`.
    pub word: Line<40>,
    /// What it is called.
    pub label: FieldLabel,
    /// Whether it can be chosen; one that cannot stays where it was chosen before.
    #[serde(default = "guanxi_kernel::input::yes")]
    pub active: bool,
}

/// A field as the engine needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The name, in snake case.
    pub name: String,
    /// What it is called.
    pub label: FieldLabel,
    /// What it holds.
    pub kind: FieldKind,
    /// What it is kept for.
    pub purpose: String,
    /// Whether it is about a person.
    pub personal: bool,
    /// What allows that.
    pub legal_basis: Option<LegalBasis>,
    /// Whether a new record must have it.
    pub required: bool,
    /// Characters of a text at most.
    pub max_length: Option<i64>,
    /// The least number or the first date.
    pub minimum: Option<String>,
    /// The greatest number or the last date.
    pub maximum: Option<String>,
    /// The words of a choice.
    pub choices: Vec<Choice>,
    /// The plural name of the resource that it refers to.
    pub target: Option<String>,
    /// What a new record has that says nothing.
    pub default_value: Option<Json>,
    /// The unit, for people.
    pub unit: Option<String>,
    /// What to enter, for people.
    pub help: Option<FieldLabel>,
    /// Its place among the fields.
    pub position: i64,
    /// The objects of the tenant whose records carry it; all, if none is named.
    pub objects: Vec<String>,
    /// Whether it takes new values.
    pub active: bool,
    /// Whether callers may look and not write.
    pub read_only: bool,
}

impl Definition {
    /// Its name in filters, orders and mappings.
    pub fn path(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// Its place in a body.
    pub fn pointer(&self) -> String {
        format!("/custom/{}", self.name)
    }

    /// Whether records of that object carry it.
    pub(crate) fn is_of(&self, variant: &str) -> bool {
        self.objects.is_empty() || self.objects.iter().any(|object| object == variant)
    }

    /// Whether a record can have several of its values.
    pub fn is_many(&self) -> bool {
        self.kind == FieldKind::Choices
    }

    /// Whether its values have an order that people know.
    pub fn is_ordered(&self) -> bool {
        use FieldKind::{Date, Integer, Number, Timestamp};
        matches!(self.kind, Number | Integer | Date | Timestamp)
    }

    /// Whether lists can be put in its order.
    pub fn is_sortable(&self) -> bool {
        self.is_ordered() || matches!(self.kind, FieldKind::Text | FieldKind::Boolean)
    }

    /// Whether one value is found in few records only.
    pub(crate) fn is_rare(&self) -> bool {
        use FieldKind::{Boolean, Choice, Choices};
        !matches!(self.kind, Boolean | Choice | Choices)
    }

    /// What a value looks like in a query, for people.
    pub fn expected(&self) -> String {
        match self.kind {
            FieldKind::Text => "text".to_owned(),
            FieldKind::Number => "a decimal such as 12.5".to_owned(),
            FieldKind::Integer => "a whole number".to_owned(),
            FieldKind::Boolean => "true or false".to_owned(),
            FieldKind::Date => "a date such as 2026-03-31".to_owned(),
            FieldKind::Timestamp => "an instant such as 2026-03-31T09:30:00Z".to_owned(),
            FieldKind::Choice | FieldKind::Choices => format!("one of {}", self.words().join(", ")),
            FieldKind::Reference => "a UUID".to_owned(),
        }
    }

    /// The words of its choices.
    pub fn words(&self) -> Vec<&str> {
        self.choices.iter().map(|choice| &*choice.word).collect()
    }
}
