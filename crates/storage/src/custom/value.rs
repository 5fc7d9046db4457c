//! A value of a field: from what a caller sends to what is kept, and to the term that finds it.

use super::{Definition, FieldKind};
use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Utc};
use guanxi_kernel::{
    Code, Text,
    problem::{
        FieldError, INVALID_CHARACTERS, INVALID_FORMAT, INVALID_TYPE, OUT_OF_RANGE, REPEATED,
        TOO_LONG, TOO_SHORT, UNKNOWN_VALUE,
    },
    text::{Refused, fold},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Characters of a text at most.
pub const LONGEST: usize = 2000;
/// Characters of a text at most when its field does not say.
pub const USUAL: i64 = 400;
/// Words chosen at once at most.
pub const MOST_CHOSEN: usize = 50;
/// Digits of a number before its point at most.
const WHOLE_DIGITS: usize = 15;
/// Digits of a number behind its point at most.
const DECIMALS: u32 = 6;
/// The greatest whole number: every client can hold it.
pub const GREATEST: i64 = 999_999_999_999_999;
/// Characters of a text that are kept as its term; a longer one ends in a digest.
const TERM: usize = 120;

type Wrong = (&'static Code, String);

fn wrong(code: &'static Code, expected: impl Into<String>) -> Wrong {
    (code, expected.into())
}

impl Definition {
    /// Reads a value that is not `null` and holds it against the bounds. `None` if it is an empty
    /// list, which is the same as none.
    ///
    /// # Errors
    /// The finding at `place`.
    pub fn read(&self, value: &Json, place: &str) -> Result<Option<Json>, FieldError> {
        let (value, place) = match (self.kind, value) {
            (FieldKind::Choices, Json::Array(items)) => return self.read_choices(items, place),
            (FieldKind::Choices, _) => (Err(wrong(&INVALID_TYPE, "a list of words")), place),
            _ => (self.read_one(value).and_then(|value| self.bounded(value)), place),
        };
        value.map(Some).map_err(|(code, expected)| code.field(place).with("expected", expected))
    }

    fn read_choices(&self, items: &[Json], place: &str) -> Result<Option<Json>, FieldError> {
        if items.len() > MOST_CHOSEN {
            let expected = format!("at most {MOST_CHOSEN} words");
            return Err(TOO_LONG.field(place).with("expected", expected));
        }
        for (at, item) in items.iter().enumerate() {
            let place = format!("{place}/{at}");
            let one = self.read_one(item);
            one.map_err(|(code, expected)| code.field(&place).with("expected", expected))?;
            if items[..at].contains(item) {
                return Err(REPEATED.field(place));
            }
        }
        Ok((!items.is_empty()).then(|| json!(items)))
    }

    fn read_one(&self, value: &Json) -> Result<Json, Wrong> {
        let text = || value.as_str().ok_or_else(|| wrong(&INVALID_TYPE, self.expected_json()));
        let format = || wrong(&INVALID_FORMAT, self.expected_json());
        match self.kind {
            FieldKind::Text => read_text(text()?).map(Json::from),
            FieldKind::Number => {
                let number = decimal(text()?).ok_or_else(format)?;
                Ok(json!(number.to_string()))
            }
            FieldKind::Integer => match value.as_i64() {
                Some(number) if (-GREATEST..=GREATEST).contains(&number) => Ok(json!(number)),
                Some(_) => Err(wrong(&OUT_OF_RANGE, "at most 15 digits")),
                None => Err(wrong(&INVALID_TYPE, "a whole number")),
            },
            FieldKind::Boolean if value.is_boolean() => Ok(value.clone()),
            FieldKind::Boolean => Err(wrong(&INVALID_TYPE, self.expected_json())),
            FieldKind::Date => Ok(json!(date(text()?).ok_or_else(format)?.to_string())),
            FieldKind::Timestamp => {
                let instant = instant(text()?).ok_or_else(format)?;
                Ok(json!(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
            }
            FieldKind::Choice | FieldKind::Choices => {
                let word = text()?;
                let known = |choice: &&super::Choice| choice.active && &*choice.word == word;
                match self.choices.iter().find(known) {
                    Some(choice) => Ok(json!(choice.word)),
                    None => Err(wrong(&UNKNOWN_VALUE, self.expected())),
                }
            }
            FieldKind::Reference => {
                Uuid::try_parse(text()?).map(|id| json!(id)).map_err(|_| format())
            }
        }
    }

    /// What a value looks like in a body.
    fn expected_json(&self) -> String {
        match self.kind {
            FieldKind::Number => {
                "a decimal as text, such as \"12.5\": at most 15 digits and 6 decimals".to_owned()
            }
            _ => self.expected(),
        }
    }

    fn bounded(&self, value: Json) -> Result<Json, Wrong> {
        if self.kind == FieldKind::Text {
            let most = usize::try_from(self.max_length.unwrap_or(USUAL)).unwrap_or(LONGEST);
            let length = value.as_str().map_or(0, |text| text.chars().count());
            if length > most {
                return Err(wrong(&TOO_LONG, format!("at most {most} characters")));
            }
        }
        let (Some(term), true) = (self.term_of_value(&value), self.is_ordered()) else {
            return Ok(value);
        };
        let bound = |text: &Option<String>| text.as_ref().and_then(|text| self.term_of(text));
        let below = bound(&self.minimum).is_some_and(|least| term < least);
        let above = bound(&self.maximum).is_some_and(|most| term > most);
        if below || above { Err(wrong(&OUT_OF_RANGE, self.range())) } else { Ok(value) }
    }

    fn range(&self) -> String {
        match (&self.minimum, &self.maximum) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => self.expected(),
        }
    }

    /// The terms of a value as a caller sends it; none if it is no value of the field.
    pub fn terms_of(&self, value: &Json) -> Vec<String> {
        let read = self.read(value, "").ok().flatten();
        read.map(|value| self.terms(&value)).unwrap_or_default()
    }

    /// The terms of a value that is kept.
    pub(crate) fn terms(&self, value: &Json) -> Vec<String> {
        match value {
            Json::Array(items) => items.iter().filter_map(|one| self.term_of_value(one)).collect(),
            one => self.term_of_value(one).into_iter().collect(),
        }
    }

    fn term_of_value(&self, value: &Json) -> Option<String> {
        match value {
            Json::String(text) => self.term_of(text),
            Json::Number(_) | Json::Bool(_) => self.term_of(&value.to_string()),
            _ => None,
        }
    }

    /// The term that a value in a query stands for: a text whose order, byte by byte, is that of the
    /// values. `None` if it is no value of the field.
    pub fn term_of(&self, text: &str) -> Option<String> {
        match self.kind {
            FieldKind::Text => (!text.contains('\0')).then(|| text_term(text)),
            FieldKind::Number => decimal(text).map(decimal_term),
            FieldKind::Integer => {
                let number: i64 = text.parse().ok()?;
                let bias = 10_i128.pow(15);
                Some(format!("{:016}", i128::from(number.clamp(-GREATEST, GREATEST)) + bias))
            }
            FieldKind::Boolean => text.parse::<bool>().ok().map(|truth| truth.to_string()),
            FieldKind::Date => date(text).map(|date| date.to_string()),
            FieldKind::Timestamp => {
                let instant = instant(text)?;
                Some(instant.to_rfc3339_opts(SecondsFormat::Micros, true))
            }
            FieldKind::Choice | FieldKind::Choices => {
                self.words().contains(&text).then(|| text.to_owned())
            }
            FieldKind::Reference => Uuid::try_parse(text).ok().map(|id| id.to_string()),
        }
    }
}

fn read_text(text: &str) -> Result<String, Wrong> {
    match Text::<LONGEST>::new(text) {
        Ok(text) => Ok(text.to_string()),
        Err(Refused::Empty) => Err(wrong(&TOO_SHORT, "at least 1 character")),
        Err(Refused::TooLong(most)) => Err(wrong(&TOO_LONG, format!("at most {most} characters"))),
        Err(Refused::Character) => Err(wrong(&INVALID_CHARACTERS, "no control characters")),
    }
}

/// A plain decimal, without superfluous zeros behind the point.
fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let plain = whole.bytes().chain(decimals.bytes()).all(|b| b.is_ascii_digit());
    let fits = (1..=WHOLE_DIGITS).contains(&whole.len()) && decimals.len() <= DECIMALS as usize;
    let number: Decimal = if plain && fits { text.parse().ok()? } else { return None };
    // `-0` is 0.
    Some(if number.is_zero() { Decimal::ZERO } else { number.normalize() })
}

fn decimal_term(mut number: Decimal) -> String {
    number.rescale(DECIMALS);
    let bias = 10_i128.pow(21);
    format!("{:022}", number.mantissa() + bias)
}

/// Ten characters: a year beyond 9999 would be ordered differently.
fn date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && date.year() >= 1).then_some(date)
}

/// In whole microseconds, the finest that anything here keeps.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let instant = DateTime::from_timestamp_micros(instant.timestamp_micros())?;
    (1..=9999).contains(&instant.year()).then_some(instant)
}

/// Folded, so that case and width do not count. What is cut off a long text is in its digest.
fn text_term(text: &str) -> String {
    let folded = fold(text);
    if folded.chars().count() <= TERM {
        return folded;
    }
    let start: String = folded.chars().take(TERM - 20).collect();
    let digest: String =
        Sha256::digest(&folded).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{start}\u{2026}{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custom::{Choice, FieldLabel};
    use guanxi_kernel::Line;

    fn field(kind: FieldKind) -> Definition {
        let label = || FieldLabel { en: Line::new("A").unwrap(), zh: Line::new("甲").unwrap() };
        let choice = |(word, active): (&str, bool)| Choice {
            word: Line::new(word).unwrap(),
            label: label(),
            active,
        };
        Definition {
            name: "a".into(),
            label: label(),
            kind,
            purpose: "To try it".into(),
            personal: false,
            legal_basis: None,
            required: false,
            max_length: None,
            minimum: None,
            maximum: None,
            choices: [("red", true), ("blue", true), ("grey", false)].map(choice).into(),
            target: None,
            default_value: None,
            unit: None,
            help: None,
            position: 0,
            objects: Vec::new(),
            active: true,
            read_only: false,
        }
    }

    fn read(kind: FieldKind, value: &Json) -> Result<Option<Json>, &'static str> {
        field(kind).read(value, "/custom/a").map_err(|finding| finding.code.code)
    }

    #[test]
    fn d_90_every_type_takes_its_values_and_refuses_others() {
        use FieldKind::*;
        for (kind, sent, kept) in [
            (Text, json!(" ok\nja "), json!("ok\nja")),
            (Number, json!("-012.500"), json!("-12.5")),
            (Number, json!("-0.0"), json!("0")),
            (Number, json!("999999999999999.999999"), json!("999999999999999.999999")),
            (Integer, json!(-999_999_999_999_999_i64), json!(-999_999_999_999_999_i64)),
            (Boolean, json!(false), json!(false)),
            (Date, json!("2024-02-29"), json!("2024-02-29")),
            (Timestamp, json!("2026-03-31T09:30:00+08:00"), json!("2026-03-31T01:30:00Z")),
            (Choice, json!("red"), json!("red")),
            (Choices, json!(["blue", "red"]), json!(["blue", "red"])),
        ] {
            assert_eq!(read(kind, &sent), Ok(Some(kept)), "{kind} {sent}");
        }
        assert_eq!(read(Choices, &json!([])), Ok(None));
        for (kind, sent, code) in [
            (Text, json!(7), "invalid_type"),
            (Text, json!("  "), "too_short"),
            (Text, json!("x".repeat(401)), "too_long"),
            (Text, json!("a\u{202e}b"), "invalid_characters"),
            (Number, json!(12.5), "invalid_type"),
            (Number, json!("1e3"), "invalid_format"),
            (Number, json!("1."), "invalid_format"),
            (Number, json!("1.0000001"), "invalid_format"),
            (Number, json!("1234567890123456"), "invalid_format"),
            (Integer, json!("7"), "invalid_type"),
            (Integer, json!(1.5), "invalid_type"),
            (Integer, json!(1_000_000_000_000_000_i64), "out_of_range"),
            (Boolean, json!("true"), "invalid_type"),
            (Date, json!("2026-2-1"), "invalid_format"),
            (Date, json!("2026-02-30"), "invalid_format"),
            (Timestamp, json!("2026-03-31"), "invalid_format"),
            (Choice, json!("grey"), "unknown_value"),
            (Choices, json!("red"), "invalid_type"),
            (Choices, json!(["red", "red"]), "repeated"),
            (Choices, json!(["grey"]), "unknown_value"),
            (Reference, json!("x"), "invalid_format"),
        ] {
            assert_eq!(read(kind, &sent), Err(code), "{kind} {sent}");
        }
    }

    #[test]
    fn bounds_are_part_of_what_is_allowed() {
        for (kind, least, most, good, bad) in [
            (FieldKind::Number, "-1.5", "10", json!("10.0"), json!("-1.500001")),
            (FieldKind::Integer, "-1", "10", json!(-1), json!(11)),
            (FieldKind::Date, "2026-01-01", "2026-12-31", json!("2026-12-31"), json!("2025-12-31")),
        ] {
            let mut field = field(kind);
            (field.minimum, field.maximum) = (Some(least.into()), Some(most.into()));
            assert!(field.read(&good, "").is_ok(), "{kind}");
            assert_eq!(field.read(&bad, "").unwrap_err().code, &OUT_OF_RANGE, "{kind}");
        }
    }

    #[test]
    fn terms_are_ordered_as_values_are() {
        for (kind, values) in [
            (FieldKind::Number, &["-1000", "-12.5", "-12.4", "0", "0.000001", "3", "12"][..]),
            (FieldKind::Integer, &["-999999999999999", "-2", "0", "9", "10"]),
            (FieldKind::Date, &["0999-01-01", "2025-12-31", "2026-01-01"]),
            (FieldKind::Timestamp, &["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z"]),
            (FieldKind::Boolean, &["false", "true"]),
        ] {
            let field = field(kind);
            let terms: Vec<_> = values.iter().map(|value| field.term_of(value).unwrap()).collect();
            assert!(terms.is_sorted(), "{terms:?}");
        }
        let text = field(FieldKind::Text);
        assert_eq!(text.term_of("ＡＢ c"), text.term_of("ab C"));
        let long = |end: &str| text.term_of(&format!("{}{end}", "长".repeat(200))).unwrap();
        assert!(long("a") != long("b") && long("a").len() < 400);
    }
}
