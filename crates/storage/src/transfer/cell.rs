//! The value of a column as JSON and back, the same from either store.

use crate::{Cells, Error};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use guanxi_kernel::Word as _;
use sea_query::Value;
use serde_json::Value as Json;
use uuid::Uuid;

guanxi_kernel::words! {
    /// The types that columns are declared with.
    pub enum Type {
        /// Names a record.
        Uuid = "uuid" ("UUID", "UUID"),
        /// A text.
        Text = "text" ("Text", "文本"),
        /// A whole number.
        Integer = "bigint" ("Integer", "整数"),
        /// True or false.
        Boolean = "boolean" ("Boolean", "布尔值"),
        /// An instant in microseconds.
        Instant = "timestamptz" ("Instant", "时刻"),
        /// A day.
        Date = "date" ("Date", "日期"),
        /// A document.
        Json = "jsonb" ("Document", "文档"),
    }
}

impl Type {
    /// The type, by the word of either store.
    pub(super) fn known(word: &str) -> Option<Self> {
        let word = match word {
            "int8" => "bigint",
            "bool" => "boolean",
            other => other,
        };
        Self::from_word(word)
    }

    /// Reads the next cell.
    pub(super) fn read(self, cells: &mut Cells<'_>) -> Result<Json, Error> {
        Ok(match self {
            Self::Uuid => cells.next::<Option<Uuid>>()?.map(|id| id.to_string()).into(),
            Self::Text => cells.next::<Option<String>>()?.into(),
            Self::Integer => cells.next::<Option<i64>>()?.into(),
            Self::Boolean => cells.next::<Option<bool>>()?.into(),
            Self::Instant => cells
                .next::<Option<DateTime<Utc>>>()?
                .map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true))
                .into(),
            Self::Date => cells.next::<Option<NaiveDate>>()?.map(|day| day.to_string()).into(),
            // In a list, so that a document that is `null` is not one that is not there.
            Self::Json => {
                let document = cells.next::<Option<sqlx::types::Json<Json>>>()?;
                document.map(|document| Json::Array(vec![document.0])).into()
            }
        })
    }

    /// A value for the column; `None` if it is no such value.
    pub(super) fn value(self, cell: &Json) -> Option<Value> {
        let text = || cell.as_str();
        if cell.is_null() {
            return Some(match self {
                Self::Uuid => Value::Uuid(None),
                Self::Text => Value::String(None),
                Self::Integer => Value::BigInt(None),
                Self::Boolean => Value::Bool(None),
                Self::Instant => Value::ChronoDateTimeUtc(None),
                Self::Date => Value::ChronoDate(None),
                Self::Json => Value::Json(None),
            });
        }
        Some(match self {
            Self::Uuid => text()?.parse::<Uuid>().ok()?.into(),
            Self::Text => text()?.to_owned().into(),
            Self::Integer => cell.as_i64()?.into(),
            Self::Boolean => cell.as_bool()?.into(),
            Self::Instant => DateTime::parse_from_rfc3339(text()?).ok()?.to_utc().into(),
            Self::Date => text()?.parse::<NaiveDate>().ok()?.into(),
            Self::Json => match cell.as_array()?.as_slice() {
                [document] => Value::Json(Some(Box::new(document.clone()))),
                _ => return None,
            },
        })
    }
}
