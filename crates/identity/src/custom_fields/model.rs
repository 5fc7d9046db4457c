//! A field of the tenant.

use guanxi_kernel::{
    Line, Text,
    problem::{
        FieldError, INVALID, INVALID_FORMAT, OUT_OF_RANGE, REPEATED, REQUIRED, Texts, UNKNOWN_VALUE,
    },
};
use guanxi_storage::{
    Kind, Meta, Record, Visibility,
    custom::{Choice, Definition, FieldKind, FieldLabel, LegalBasis, carriers, value},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{
    ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type},
};
use validator::Validate;

guanxi_kernel::problems! {
    /// The name or the resource of a field would change.
    FIELD_FIXED = Invalid "field_fixed"
        ("Cannot be changed", "What a field belongs to and its name stay; make another field.")
        ("不可更改", "字段所属资源与名称不可更改,请新建字段。");
    /// The type of a field, or a choice, that records have.
    FIELD_IN_USE = Conflict "field_in_use"
        ("Field in use", "Records have values of it; make another field, or close the choice instead of removing it.")
        ("字段使用中", "已有记录使用该值,请新建字段,或停用该选项而非删除。");
    /// A resource has as many fields as it can.
    TOO_MANY_FIELDS = Conflict "too_many_fields"
        ("Too many fields", "A resource has at most {most} fields of your own, deleted ones included.")
        ("字段过多", "每个资源最多 {most} 个自定义字段(含已删除)。");
}

/// The resource whose records are of objects that the tenant defines.
const OF_OBJECTS: &str = "custom-records";

/// Choices of one field at most.
const CHOICES: u64 = 200;

/// What callers write of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CustomFieldInput {
    /// The resource whose records carry it, by its plural name, e.g. `parties`. It stays.
    #[field(zh = "所属资源", filter)]
    pub resource: Line<64>,
    /// Its name in `custom`: small letters, digits and `_`. No two fields of a resource have the
    /// same, deleted ones included. It stays.
    #[field(zh = "字段名", filter, sort)]
    pub name: Line<40>,
    /// What it is called.
    #[field(zh = "标签", json)]
    pub label: FieldLabel,
    /// What it holds. It stays once a record has a value.
    #[field(zh = "类型", filter)]
    pub kind: FieldKind,
    /// What the company keeps it for.
    #[field(zh = "用途")]
    pub purpose: Text<400>,
    /// Whether it says something about a person; then `legal_basis` is needed.
    #[serde(default)]
    #[field(zh = "个人信息", filter)]
    pub personal: bool,
    /// What allows the company to keep it.
    #[field(zh = "法律依据", filter)]
    pub legal_basis: Option<LegalBasis>,
    /// Whether a new record must have it, and nobody can clear it.
    #[serde(default)]
    #[field(zh = "必填", filter)]
    pub required: bool,
    /// Characters of a text at most; 400 when absent.
    #[field(zh = "最大长度")]
    #[validate(range(min = 1, max = 2000))]
    #[schema(minimum = 1, maximum = 2000)]
    pub max_length: Option<i64>,
    /// The least number or the first day, as text.
    #[field(zh = "最小值")]
    #[schema(value_type = Option<String>, max_length = 40, example = "0")]
    pub minimum: Option<Line<40>>,
    /// The greatest number or the last day, as text.
    #[field(zh = "最大值")]
    #[schema(value_type = Option<String>, max_length = 40, example = "100")]
    pub maximum: Option<Line<40>>,
    /// What can be chosen, in order.
    #[serde(default)]
    #[field(zh = "选项", json)]
    #[validate(length(max = CHOICES))]
    #[schema(max_items = 200)]
    pub choices: Vec<Choice>,
    /// The resource of the records that it refers to, by its plural name.
    #[field(zh = "引用资源")]
    #[schema(value_type = Option<String>, max_length = 64, example = "parties")]
    pub target: Option<Line<64>>,
    /// What a new record has that says nothing: a value of the field.
    #[serde(default)]
    #[field(zh = "默认值", json)]
    #[schema(schema_with = default_schema)]
    pub default_value: Option<DefaultValue>,
    /// The unit, for people.
    #[field(zh = "单位")]
    #[schema(value_type = Option<String>, max_length = 20, example = "km")]
    pub unit: Option<Line<20>>,
    /// What to enter, for people.
    #[serde(default)]
    #[field(zh = "填写说明", json)]
    pub help: Option<FieldLabel>,
    /// Its place among the fields of the resource.
    #[serde(default)]
    #[field(zh = "顺序", sort)]
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: i64,
    /// The objects whose records carry it, by their names; all, if none is named. Only for fields of
    /// `custom-records`.
    #[serde(default)]
    #[field(zh = "所属对象", json)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub objects: Vec<Line<40>>,
    /// Whether it takes new values; values that are there stay.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// A value of a field: text, a whole number, a truth value, or a list of words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DefaultValue {
    /// Text, a number as text, a date, an instant or a word.
    Text(Text<2000>),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Some of the choices.
    Words(Vec<Line<40>>),
}

/// The derive knows no bounds of lists in variants.
fn default_schema() -> Schema {
    let text = |most| ObjectBuilder::new().schema_type(Type::String).max_length(Some(most));
    let words = ArrayBuilder::new().items(text(40)).max_items(Some(value::MOST_CHOSEN));
    OneOfBuilder::new()
        .description(Some("What a new record has that says nothing: a value of the field."))
        .item(text(value::LONGEST))
        .item(ObjectBuilder::new().schema_type(Type::Integer))
        .item(ObjectBuilder::new().schema_type(Type::Boolean))
        .item(words)
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .into()
}

/// A field that a tenant has defined.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CustomField {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CustomFieldMeta)]
    pub meta: Meta<CustomField>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CustomFieldInput,
}

/// For the derive of the schema, which stumbles over the parameter.
type CustomFieldMeta = Meta<CustomField>;

/// The resource.
pub static CUSTOM_FIELD: Kind = Kind::new::<CustomField>(
    "custom_field",
    "custom-fields",
    "custom_fields",
    Visibility::Tenant,
    Texts { en: "Custom field", zh: "自定义字段" },
)
.searched(&["name", "label"]);

impl CustomFieldInput {
    /// As the engine reads values by it.
    pub fn definition(&self) -> Definition {
        let text = |text: &Option<Line<40>>| text.as_ref().map(ToString::to_string);
        Definition {
            name: self.name.to_string(),
            label: self.label.clone(),
            kind: self.kind,
            purpose: self.purpose.to_string(),
            personal: self.personal,
            legal_basis: self.legal_basis,
            required: self.required,
            max_length: self.max_length,
            minimum: text(&self.minimum),
            maximum: text(&self.maximum),
            choices: self.choices.clone(),
            target: self.target.as_ref().map(ToString::to_string),
            default_value: None,
            unit: self.unit.as_ref().map(ToString::to_string),
            help: self.help.clone(),
            position: self.position,
            objects: self.objects.iter().map(ToString::to_string).collect(),
            active: self.active,
            read_only: false,
        }
    }

    /// What is wrong with it as far as it shows by itself.
    pub(super) fn findings(&self) -> Vec<FieldError> {
        let mut findings = Vec::new();
        check_resource(&self.resource, "/resource", &mut findings);
        if !is_snake(&self.name) {
            findings.push(snake("/name"));
        }
        if self.personal && self.legal_basis.is_none() {
            findings.push(REQUIRED.field("/legal_basis"));
        }
        if !self.objects.is_empty() && &*self.resource != OF_OBJECTS {
            let expected = format!("nothing with a resource other than {OF_OBJECTS}");
            findings.push(INVALID.field("/objects").with("expected", expected));
        }
        self.check_choices(&mut findings);
        self.check_parts(&mut findings);
        self.check_bounds(&mut findings);
        if findings.is_empty() {
            findings.extend(
                self.default_json()
                    .and_then(|value| self.definition().read(&value, "/default_value").err()),
            );
        }
        findings
    }

    /// The default as a value of the field.
    pub(super) fn default_json(&self) -> Option<Json> {
        let json = serde_json::to_value(&self.default_value).unwrap_or_default();
        (!json.is_null()).then_some(json)
    }

    fn check_choices(&self, findings: &mut Vec<FieldError>) {
        for (at, choice) in self.choices.iter().enumerate() {
            let place = format!("/choices/{at}/word");
            if self.choices[..at].iter().any(|earlier| earlier.word == choice.word) {
                findings.push(REPEATED.field(place));
            } else if !is_snake(&choice.word) {
                findings.push(snake(&place));
            }
        }
    }

    /// What belongs to one type stands with that type only.
    fn check_parts(&self, findings: &mut Vec<FieldError>) {
        use FieldKind::{Choice, Choices, Date, Integer, Number, Reference, Text};
        let chosen = matches!(self.kind, Choice | Choices);
        let ranged = matches!(self.kind, Number | Integer | Date);
        let parts = [
            ("/choices", !self.choices.is_empty(), chosen, chosen),
            ("/target", self.target.is_some(), self.kind == Reference, self.kind == Reference),
            ("/max_length", self.max_length.is_some(), self.kind == Text, false),
            ("/minimum", self.minimum.is_some(), ranged, false),
            ("/maximum", self.maximum.is_some(), ranged, false),
            ("/default_value", self.default_value.is_some(), self.kind != Reference, false),
        ];
        for (place, there, fits, needed) in parts {
            if there && !fits {
                let expected = format!("nothing with the type {}", self.kind);
                findings.push(INVALID.field(place).with("expected", expected));
            } else if needed && !there {
                findings.push(REQUIRED.field(place));
            }
        }
        if let Some(target) = &self.target {
            check_resource(target, "/target", findings);
        }
    }

    fn check_bounds(&self, findings: &mut Vec<FieldError>) {
        if !findings.is_empty() {
            return;
        }
        let field = self.definition();
        let term = |bound: &Option<Line<40>>| bound.as_ref().map(|text| field.term_of(text));
        let (least, most) = (term(&self.minimum), term(&self.maximum));
        for (place, bound) in [("/minimum", &least), ("/maximum", &most)] {
            if bound.as_ref().is_some_and(Option::is_none) {
                findings.push(INVALID_FORMAT.field(place).with("expected", field.expected()));
            }
        }
        if let (Some(Some(least)), Some(Some(most))) = (least, most)
            && least > most
        {
            findings.push(OUT_OF_RANGE.field("/maximum").with("expected", "at least the minimum"));
        }
    }
}

/// A resource whose records can carry fields.
fn check_resource(name: &str, place: &str, findings: &mut Vec<FieldError>) {
    let Some(known) = carriers() else { return };
    if !known.iter().any(|kind| kind.plural == name) {
        let known: Vec<&str> = known.iter().map(|kind| kind.plural).collect();
        let expected = format!("one of {}", known.join(", "));
        findings.push(UNKNOWN_VALUE.field(place).with("expected", expected));
    }
}

pub(crate) fn snake(place: &str) -> FieldError {
    let expected = "small letters, digits and _, a letter first, e.g. shoe_size";
    INVALID_FORMAT.field(place).with("expected", expected)
}

pub(crate) fn is_snake(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain)
}

/// The longest text that a field can allow stands in the rules of the input too.
const _: () = assert!(value::LONGEST == 2000 && value::USUAL == 400);
