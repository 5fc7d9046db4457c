//! What figures mean: each measure is defined once, wherever it is told.
//!
//! A measure is a constant with unit, formula, sources and version, and figures name it. So a column that
//! is renamed, or told by two reports, keeps its meaning, and clients read it at `/v1/measures`. Price: a
//! new figure is a line more in the table of the reports, and a formula is written in words beside the
//! code.

use crate::problem::Texts;
use serde::Serialize;
use utoipa::ToSchema;

crate::words! {
    /// The unit of a measure.
    pub enum MeasureUnit {
        /// Money.
        Amount = "amount" ("Amount", "金额"),
        /// How many.
        Count = "count" ("Count", "数量"),
        /// An amount or a count, as the metric of the target says.
        Figure = "figure" ("Amount or count", "金额或数量"),
        /// A number that counts nothing: a score, a rank, a measure of spread.
        Number = "number" ("Number", "数值"),
        /// One figure over another.
        Ratio = "ratio" ("Ratio", "比率"),
        /// Days.
        Days = "days" ("Days", "天"),
        /// Hours.
        Hours = "hours" ("Hours", "小时"),
        /// Minutes.
        Minutes = "minutes" ("Minutes", "分钟"),
    }
}

/// What a figure means.
#[derive(Debug)]
pub struct Measure {
    /// Its name, which does not change.
    pub name: &'static str,
    /// Raised when it comes to mean something else.
    pub version: u32,
    /// What people call it.
    pub label: Texts,
    /// Its unit.
    pub unit: MeasureUnit,
    /// How it is worked out.
    pub formula: Texts,
    /// The resources whose records it is worked out from.
    pub sources: &'static [&'static str],
}

/// Names the measure that a figure is of; `/v1/measures` says what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeasureRef {
    /// The name of the measure.
    pub name: &'static str,
    /// The version of its definition.
    pub version: u32,
}

impl Measure {
    /// Names it.
    pub const fn named(&self) -> MeasureRef {
        MeasureRef { name: self.name, version: self.version }
    }
}

/// Declares measures: one `static` for each, and `MEASURES` with all of them.
#[macro_export]
macro_rules! measures {
    ($($name:ident = $unit:ident $word:literal v $version:literal ($en:literal, $zh:literal)
        ($how_en:literal, $how_zh:literal) of [$($source:literal),*];)*) => {
        $(
            #[doc = $how_en]
            pub static $name: $crate::measure::Measure = $crate::measure::Measure {
                name: $word,
                version: $version,
                label: $crate::problem::Texts { en: $en, zh: $zh },
                unit: $crate::measure::MeasureUnit::$unit,
                formula: $crate::problem::Texts { en: $how_en, zh: $how_zh },
                sources: &[$($source),*],
            };
        )*
        /// All measures of this module.
        pub static MEASURES: &[&$crate::measure::Measure] = &[$(&$name),*];
    };
}
