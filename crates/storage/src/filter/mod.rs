//! `filter=`: what a caller says of the records of a list in one expression.
//!
//! The language is a subset of AIP-160: `role:customer AND (tier = A OR owner_id = me())`. [`parse`]
//! reads the text and [`json`] the same thing as JSON; both give a [`Filter`], which knows nothing
//! of any resource. [`condition`] holds it against the fields of one and says it in SQL, [`facts`]
//! holds it against facts in memory.
//!
//! Each comparison is true or false, never unknown: a field that is absent is different from every
//! value, so `tier != A` and `NOT tier = A` both find the records without a tier.
//!
//! Finding a part of a text is left to `q`, which has an index for it.

pub mod condition;
pub mod facts;
pub mod json;
pub mod parse;

use crate::error::BAD_FILTER;
use guanxi_kernel::{Code, problem::FieldError};
use std::fmt;

/// How deep `AND`, `OR` and `NOT` may be nested, and parentheses too.
pub const MAX_DEPTH: usize = 5;

/// How far `days_ago` reaches, back and ahead.
pub const MAX_DAYS: i64 = 36_500;

/// An expression, as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// `a AND b`; two or more.
    All(Vec<Self>),
    /// `a OR b`; two or more.
    Any(Vec<Self>),
    /// `NOT a`
    Not(Box<Self>),
    /// `field = value`
    Is(Comparison),
}

/// A field held against a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The name of the field.
    pub field: String,
    /// How.
    pub operator: Operator,
    /// With what.
    pub operand: Operand,
}

/// How a field is held against a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `:`, the list has it as an entry.
    Has,
}

/// What a field is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A value of whatever type the field has.
    Text(String),
    /// `null`: the field is absent.
    Null,
    /// `*`: the field has any value.
    Anything,
    /// `now()`, or today for a date.
    Now,
    /// `days_ago(n)`: so many days of 24 hours before now, or days before today for a date.
    DaysAgo(i64),
    /// `me()`: the user who asks.
    Me,
    /// One of these. Only the JSON form can say it.
    OneOf(Vec<Self>),
}

/// An expression, and where each of its comparisons stands, in the order of the text.
#[derive(Debug, Clone)]
pub struct Located {
    /// The expression.
    pub filter: Filter,
    /// The place of each comparison.
    pub spots: Vec<Spot>,
}

/// Where a comparison stands in the request.
#[derive(Debug, Clone)]
pub enum Spot {
    /// In a text: the bytes at which its parts begin.
    Text {
        /// The field.
        field: usize,
        /// The operator.
        operator: usize,
        /// The operand.
        operand: usize,
    },
    /// In a body: the JSON pointer of the comparison.
    Json(String),
}

/// A part of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Field,
    Operator,
    Operand,
    /// One of several operands.
    Entry(usize),
}

/// A finding about a text filter.
pub(crate) fn bad_filter(offset: usize, expected: impl Into<String>) -> FieldError {
    BAD_FILTER.parameter("filter").with("offset", offset).with("expected", expected.into())
}

impl Spot {
    /// A finding about a part of the comparison.
    pub(crate) fn refuse(
        &self,
        part: Part,
        code: &'static Code,
        expected: impl Into<String>,
    ) -> FieldError {
        match (self, part) {
            (Self::Text { field, .. }, Part::Field) => bad_filter(*field, expected),
            (Self::Text { operator, .. }, Part::Operator) => bad_filter(*operator, expected),
            (Self::Text { operand, .. }, _) => bad_filter(*operand, expected),
            (Self::Json(pointer), part) => {
                let place = match part {
                    Part::Field => format!("{pointer}/field"),
                    Part::Operator => format!("{pointer}/op"),
                    Part::Operand => format!("{pointer}/value"),
                    Part::Entry(at) => format!("{pointer}/value/{at}"),
                };
                code.field(place).with("expected", expected.into())
            }
        }
    }
}

impl Filter {
    /// The number of the first comparison that lies below more than [`MAX_DEPTH`] groups.
    fn too_deep(&self) -> Option<usize> {
        fn walk(filter: &Filter, depth: usize, number: &mut usize) -> Option<usize> {
            match filter {
                Filter::Is(_) => {
                    *number += 1;
                    (depth > MAX_DEPTH).then_some(*number - 1)
                }
                Filter::Not(inner) => walk(inner, depth + 1, number),
                Filter::All(parts) | Filter::Any(parts) => {
                    parts.iter().find_map(|part| walk(part, depth + 1, number))
                }
            }
        }
        walk(self, 0, &mut 0)
    }

    /// The parts as one expression; a single one is itself.
    fn group(mut parts: Vec<Self>, make: fn(Vec<Self>) -> Self) -> Self {
        match parts.len() {
            1 => parts.remove(0),
            _ => make(parts),
        }
    }
}

impl Operator {
    /// Each with its sign; where one begins with another the longer stands first.
    pub const SIGNS: &[(&'static str, Self)] = &[
        ("=", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::AtMost),
        ("<", Self::Less),
        (">=", Self::AtLeast),
        (">", Self::More),
        (":", Self::Has),
    ];

    /// Its sign.
    pub fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(_, one)| *one == self).map_or("=", |(sign, _)| sign)
    }
}

/// The text that [`parse::parse`] reads as the same expression; `OneOf` becomes an `OR`.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (at, part) in parts.iter().enumerate() {
                f.write_str(if at == 0 { "" } else { word })?;
                match part {
                    Self::All(_) | Self::Any(_) => write!(f, "({part})")?,
                    Self::Not(_) | Self::Is(_) => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::All(parts) => join(f, parts, " AND "),
            Self::Any(parts) => join(f, parts, " OR "),
            Self::Not(inner) if matches!(**inner, Self::Is(_)) => write!(f, "NOT {inner}"),
            Self::Not(inner) => write!(f, "NOT ({inner})"),
            Self::Is(comparison) => write!(f, "{comparison}"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = self.operator.sign();
        let Operand::OneOf(operands) = &self.operand else {
            return write!(f, "{} {sign} {}", self.field, self.operand);
        };
        for (at, operand) in operands.iter().enumerate() {
            f.write_str(if at == 0 { "(" } else { " OR " })?;
            write!(f, "{} {sign} {operand}", self.field)?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            Self::Null => f.write_str("null"),
            Self::Anything => f.write_str("*"),
            Self::Now => f.write_str("now()"),
            Self::DaysAgo(days) => write!(f, "days_ago({days})"),
            Self::Me => f.write_str("me()"),
            Self::OneOf(operands) => {
                for (at, operand) in operands.iter().enumerate() {
                    write!(f, "{}{operand}", if at == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}
