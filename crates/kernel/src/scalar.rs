//! The types that a single field can have, as data: what a filter, a schema or an import must know.

use crate::{Id, Language, Line, Text, Word, text::fold};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use sea_query::Value;
use uuid::Uuid;

/// The longest text in a query, in characters.
pub const LONGEST_TEXT: usize = 400;

/// The type of a field.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number that fits 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// A business day.
    Date,
    /// An instant, in UTC.
    Instant,
    /// The id of a record.
    Id,
    /// A word of a vocabulary.
    Word(Vocabulary),
    /// An amount with its currency.
    Money,
    /// Structured data.
    Json,
}

/// A vocabulary as data.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    /// The words.
    pub words: &'static [&'static str],
    /// The label of the word at a position.
    pub label: fn(usize, Language) -> &'static str,
}

/// A type that fills one column.
pub trait Scalar: Sized {
    /// Its type.
    const TYPE: Type;
    /// Whether it can be absent.
    const NULLABLE: bool = false;
}

impl<W: Word> Scalar for W {
    const TYPE: Type = Type::Word(Vocabulary {
        words: W::WORDS,
        label: |at, language| W::ALL[at].label(language),
    });
}

macro_rules! scalars {
    ($($ty:ty = $kind:ident),* $(,)?) => {
        $(impl Scalar for $ty { const TYPE: Type = Type::$kind; })*
    };
}

scalars!(String = Text, i64 = Integer, bool = Boolean, NaiveDate = Date, DateTime<Utc> = Instant, Uuid = Id);

impl<const MAX: usize> Scalar for Line<MAX> {
    const TYPE: Type = Type::Text;
}

impl<const MAX: usize> Scalar for Text<MAX> {
    const TYPE: Type = Type::Text;
}

impl<K: ?Sized> Scalar for Id<K> {
    const TYPE: Type = Type::Id;
}

impl<T: Scalar> Scalar for Option<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = true;
}

/// An entry of a list that lists can be narrowed by, as a word of an index.
pub trait Entry: Sized {
    /// The type of an entry, as a query parameter.
    const TYPE: Type;
    /// Whether one entry is found in few records only, as an e-mail address is and a role is not.
    const RARE: bool;
    /// The index term of the entry.
    fn term(&self) -> String;
    /// The index term that a query parameter stands for.
    fn term_of(text: &str) -> Option<String>;
}

impl<W: Word> Entry for W {
    const TYPE: Type = <W as Scalar>::TYPE;
    const RARE: bool = false;

    fn term(&self) -> String {
        self.word().to_owned()
    }

    fn term_of(text: &str) -> Option<String> {
        W::from_word(text).map(|word| word.word().to_owned())
    }
}

impl<K: ?Sized> Entry for Id<K> {
    const TYPE: Type = Type::Id;
    const RARE: bool = true;

    fn term(&self) -> String {
        self.to_string()
    }

    fn term_of(text: &str) -> Option<String> {
        Uuid::try_parse(text).ok().map(|id| id.to_string())
    }
}

impl<const MAX: usize> Entry for Line<MAX> {
    const TYPE: Type = Type::Text;
    const RARE: bool = false;

    fn term(&self) -> String {
        fold(self)
    }

    fn term_of(text: &str) -> Option<String> {
        Self::new(text).ok().map(|line| fold(&line))
    }
}

impl Type {
    /// What a value of the type looks like in a query string, for people.
    pub fn expected(self) -> String {
        match self {
            Self::Text => format!("a text of 1 to {LONGEST_TEXT} characters"),
            Self::Integer => "a whole number".to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::Date => "a date such as 2026-03-31".to_owned(),
            Self::Instant => "an instant such as 2026-03-31T09:30:00Z".to_owned(),
            Self::Id => "a UUID".to_owned(),
            Self::Word(vocabulary) => format!("one of {}", vocabulary.words.join(", ")),
            Self::Money => "an amount such as \"1234.50 CNY\"".to_owned(),
            Self::Json => "JSON".to_owned(),
        }
    }

    /// Reads a value from a query string. `None` if it is none of this type.
    pub fn parse(self, text: &str) -> Option<Value> {
        match self {
            // No text is empty, so nothing is found by none.
            Self::Text => {
                let fits = (1..=LONGEST_TEXT).contains(&text.chars().count());
                (fits && !text.contains('\0')).then(|| text.into())
            }
            Self::Integer => text.parse::<i64>().ok().map(Into::into),
            Self::Boolean => text.parse::<bool>().ok().map(Into::into),
            // Ten characters: a year beyond 9999 would be ordered differently by the two stores.
            Self::Date if text.len() == 10 => {
                NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Into::into)
            }
            Self::Date => None,
            // As with dates: an offset can lead out of the years that both stores order alike.
            Self::Instant => DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|instant| instant.with_timezone(&Utc))
                .filter(|instant| (1..=9999).contains(&instant.year()))
                .map(Into::into),
            Self::Id => Uuid::try_parse(text).ok().map(Into::into),
            Self::Word(vocabulary) => vocabulary.words.contains(&text).then(|| text.into()),
            Self::Money | Self::Json => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_of_bounded_length() {
        let of = |letter: &str, times| Type::Text.parse(&letter.repeat(times)).is_some();
        assert!(of("a", 1) && of("a", LONGEST_TEXT) && of("关", LONGEST_TEXT));
        assert!(!of("a", 0) && !of("a", LONGEST_TEXT + 1) && !of("关", LONGEST_TEXT + 1));
    }

    #[test]
    fn days_and_instants_stay_in_years_of_four_digits() {
        for (kind, good, bad) in [
            (Type::Date, "9999-12-31", "10000-01-01"),
            (Type::Instant, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00"),
            (Type::Instant, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00"),
        ] {
            assert!(kind.parse(good).is_some(), "{good}");
            assert!(kind.parse(bad).is_none(), "{bad}");
        }
    }
}
