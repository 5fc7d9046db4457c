//! Why somebody is like others, for people.

use crate::mining_datasets::minable;
use guanxi_kernel::{Language, Result, ratio::Ratio};
use guanxi_mining::{Profile, Table, Trait};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

/// Reasons that are told of one at most.
const MOST_REASONS: usize = 5;

/// Something that makes a party more or less like others.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProfileReason {
    /// What is so of it, in your language.
    pub rule: String,
    /// How many of those it is like have that.
    pub inside: Ratio,
    /// How many of all have it.
    pub base: Ratio,
    /// The one by the other, with four decimals; `null` if nobody is inside.
    #[schema(required)]
    pub lift: Option<String>,
    /// What it adds to the score, with four decimals; below zero where it takes from it.
    pub points: String,
}

/// Points as they are told.
pub(crate) fn points(bits: Decimal) -> String {
    format!("{bits:.4}")
}

/// The strongest traits of a row.
///
/// # Errors
/// `lacks_column`.
pub(crate) fn reasons(profile: &Profile, table: &Table, row: usize) -> Result<Vec<Trait>> {
    let found = profile.reasons(table, row).map_err(minable)?;
    Ok(found.into_iter().take(MOST_REASONS).cloned().collect())
}

impl ProfileReason {
    /// A trait in that language.
    pub(crate) fn of(one: &Trait, language: Language) -> Self {
        Self {
            rule: one.condition.text(language),
            inside: one.inside,
            base: one.base,
            lift: one.lift.map(points),
            points: points(one.bits),
        }
    }
}
