//! What is known of a party, as features by name.

use crate::measures::{self, Figure, Found, Named};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::parties::{PARTY, PartyKind};
use guanxi_kernel::{Ctx, Language, Money, Word as _, period::business_date};
use guanxi_mining::{Cell, FeatureKind};
use guanxi_storage::custom::{Definition, FieldKind, Fields};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// Whether a feature is what somebody is or what they did.
    pub enum FeatureNature {
        /// What they are: a field of the party, as it is when it is read.
        Static = "static" ("Static", "静态"),
        /// What they did, of which only what lies before an instant counts.
        Dynamic = "dynamic" ("Dynamic", "动态"),
    }
}

/// A party as features read it.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct PartyRow {
    pub(crate) id: uuid::Uuid,
    kind: PartyKind,
    industry: Option<String>,
    region: Option<String>,
    tier: Option<String>,
    employees: Option<i64>,
    annual_revenue_minor: Option<i64>,
    annual_revenue_currency: Option<String>,
    founded_year: Option<i64>,
    custom: sqlx::types::Json<Map<String, Json>>,
}

/// The columns of [`PartyRow`].
pub(crate) const COLUMNS: &str = "t.id, t.kind, t.industry, t.region, t.tier, t.employees, \
     t.annual_revenue_minor, t.annual_revenue_currency, t.founded_year, t.custom";

/// A field of parties that can be a feature.
pub(crate) struct OfParty {
    name: &'static str,
    kind: FeatureKind,
    cell: fn(&PartyRow, &Ctx) -> Cell,
}

const fn text(name: &'static str, cell: fn(&PartyRow, &Ctx) -> Cell) -> OfParty {
    OfParty { name, kind: FeatureKind::Categorical, cell }
}

const fn number(name: &'static str, cell: fn(&PartyRow, &Ctx) -> Cell) -> OfParty {
    OfParty { name, kind: FeatureKind::Numeric, cell }
}

static OF_PARTY: &[OfParty] = &[
    text("kind", |row, _| Cell::Text(row.kind.word().to_owned())),
    text("industry", |row, _| a_text(row.industry.as_deref())),
    text("region", |row, _| a_text(row.region.as_deref())),
    text("tier", |row, _| a_text(row.tier.as_deref())),
    number("employees", |row, _| a_number(row.employees.map(Decimal::from))),
    // In the currency of the company; another one is no number that could be compared.
    number("annual_revenue", |row, ctx| {
        let own = ctx.settings.currency;
        let is_own = row.annual_revenue_currency.as_deref() == Some(own.code());
        let minor = row.annual_revenue_minor.filter(|_| is_own);
        a_number(minor.map(|minor| Money::new(minor, own).to_decimal()))
    }),
    number("founded_year", |row, _| a_number(row.founded_year.map(Decimal::from))),
];

fn a_text(text: Option<&str>) -> Cell {
    text.map_or(Cell::Missing, |text| Cell::Text(text.to_owned()))
}

fn a_number(number: Option<Decimal>) -> Cell {
    number.map_or(Cell::Missing, Cell::Number)
}

/// A feature by name.
pub(crate) enum Feature {
    /// A field of the party.
    Field(&'static OfParty),
    /// A field of the tenant.
    Custom(Arc<Definition>),
    /// What they did.
    Measure(Named),
}

impl Feature {
    /// The feature of that name, if the caller may read it.
    pub(crate) fn read(name: &str, custom: &Fields, ctx: &Ctx) -> Option<Self> {
        if let Some(field) = custom.by_path(name) {
            return of_custom(field.kind).map(|_| Self::Custom(field.clone()));
        }
        let own = OF_PARTY.iter().find(|field| field.name == name && !custom.hides(name));
        own.map(Self::Field).or_else(|| Named::read(name, ctx).map(Self::Measure))
    }

    /// What its values are.
    pub(crate) fn kind(&self) -> FeatureKind {
        match self {
            Self::Field(field) => field.kind,
            Self::Custom(field) => of_custom(field.kind).unwrap_or(FeatureKind::Categorical),
            Self::Measure(_) => FeatureKind::Numeric,
        }
    }

    /// Whether it is what they are or what they did.
    pub(crate) fn nature(&self) -> FeatureNature {
        match self {
            Self::Field(_) | Self::Custom(_) => FeatureNature::Static,
            Self::Measure(_) => FeatureNature::Dynamic,
        }
    }

    /// The value of a party at an instant, with what its measure came to.
    pub(crate) fn cell(
        &self,
        row: &PartyRow,
        found: Option<Found>,
        ctx: &Ctx,
        at: DateTime<Utc>,
    ) -> Cell {
        match self {
            Self::Field(field) => (field.cell)(row, ctx),
            Self::Custom(field) => {
                let value = row.custom.0.get(&field.name).filter(|value| !value.is_null());
                value.map_or(Cell::Missing, |value| custom_cell(field.kind, value, ctx, at))
            }
            Self::Measure(named) => measured(*named, found, ctx, at),
        }
    }
}

/// What a measure came to as a number: days are counted back from the instant.
fn measured(named: Named, found: Option<Found>, ctx: &Ctx, at: DateTime<Utc>) -> Cell {
    match (named.measure.figure, found) {
        (_, Some(Found::Count(count))) => Cell::Number(count.into()),
        (_, Some(Found::Minor(minor))) => {
            Cell::Number(Money::new(minor, named.currency()).to_decimal())
        }
        (_, Some(Found::Day(day))) => days_since(day, ctx, at),
        (_, Some(Found::Instant(then))) => Cell::Number((at - then).num_days().into()),
        (Figure::Count | Figure::Amount, None) => Cell::Number(Decimal::ZERO),
        (Figure::Day | Figure::Instant, None) => Cell::Missing,
    }
}

fn days_since(day: NaiveDate, ctx: &Ctx, at: DateTime<Utc>) -> Cell {
    Cell::Number((business_date(at, ctx.settings.time_zone) - day).num_days().into())
}

/// What the values of a field of the tenant are to a tree; nothing for ids and for many words at once.
fn of_custom(kind: FieldKind) -> Option<FeatureKind> {
    match kind {
        FieldKind::Number | FieldKind::Integer | FieldKind::Date | FieldKind::Timestamp => {
            Some(FeatureKind::Numeric)
        }
        FieldKind::Text | FieldKind::Choice | FieldKind::Boolean => Some(FeatureKind::Categorical),
        FieldKind::Choices | FieldKind::Reference => None,
    }
}

fn custom_cell(kind: FieldKind, value: &Json, ctx: &Ctx, at: DateTime<Utc>) -> Cell {
    let plain = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match kind {
        FieldKind::Number | FieldKind::Integer => a_number(plain.parse().ok()),
        FieldKind::Date => match plain.parse() {
            Ok(day) => days_since(day, ctx, at),
            Err(_) => Cell::Missing,
        },
        FieldKind::Timestamp => match DateTime::parse_from_rfc3339(&plain) {
            Ok(then) => Cell::Number((at - then.to_utc()).num_days().into()),
            Err(_) => Cell::Missing,
        },
        _ => Cell::Text(plain),
    }
}

/// A feature that datasets can have.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MiningFeature {
    /// Its name, in datasets and, unless it is a plain field, in rules of segments too.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// What its values are; a day is told as days before the instant of the dataset.
    pub kind: FeatureKind,
    /// Whether it is what they are or what they did.
    pub nature: FeatureNature,
}

/// All features that the caller may read.
pub fn known(custom: &Fields, ctx: &Ctx) -> Vec<MiningFeature> {
    let language = ctx.language;
    let label = |name: &str| {
        PARTY.field(name).map_or_else(String::new, |field| match language {
            Language::En => field.en(),
            Language::Zh => field.zh.to_owned(),
        })
    };
    let of_party = OF_PARTY.iter().filter(|field| !custom.hides(field.name));
    let of_party = of_party.map(|field| MiningFeature {
        name: field.name.to_owned(),
        label: label(field.name),
        kind: field.kind,
        nature: FeatureNature::Static,
    });
    let of_tenant = custom.iter().filter_map(|field| {
        Some(MiningFeature {
            name: field.path(),
            label: match language {
                Language::En => field.label.en.to_string(),
                Language::Zh => field.label.zh.to_string(),
            },
            kind: of_custom(field.kind)?,
            nature: FeatureNature::Static,
        })
    });
    let measures = measures::open_to(ctx).map(|measure| MiningFeature {
        name: measure.name.to_owned(),
        label: measure.called(language).to_owned(),
        kind: FeatureKind::Numeric,
        nature: FeatureNature::Dynamic,
    });
    of_party.chain(of_tenant).chain(measures).collect()
}
