//! What a list can be narrowed, ordered and extended by, from the data of the fields.

use crate::{
    Field, Kind, Visibility,
    custom::{Definition, Fields},
    terms::Index,
};
use guanxi_kernel::{
    Ctx, Money,
    scalar::{Scalar, Type},
};
use sea_query::Value;
use std::sync::Arc;

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
fn amount(field: &Field, sign: &'static str) -> Test {
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

/// The order of Chinese by its pinyin, as it stands behind the name of a field in `sort`.
pub(super) const PINYIN: &str = ":pinyin";
/// How the column is called that holds the keys of that order, behind the name of the field.
pub(super) const PINYIN_COLUMN: &str = "_pinyin";

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
