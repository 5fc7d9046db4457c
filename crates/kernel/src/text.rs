//! Bounded text. A value of these types is trimmed, in Unicode form C, within its length, and free
//! of the characters that a store refuses (NUL) or that make one name look like another
//! (control and invisible direction marks).

use sea_query::{Nullable, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, ops::Deref};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::{PartialSchema, ToSchema, openapi};

/// One line of 1 to `MAX` characters: names, titles, codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MAX: usize>(String);

/// Several lines of 1 to `MAX` characters: notes, descriptions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MAX: usize>(String);

/// Why a text was refused, as `code: what was expected`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing is left after trimming.
    #[error("too_short: at least 1 character")]
    Empty,
    /// More characters than allowed.
    #[error("too_long: at most {0} characters")]
    TooLong(usize),
    /// A control character or an invisible direction mark.
    #[error("invalid_characters: no control characters")]
    Character,
}

/// Text as equal texts are compared: compatibility form, lower case, single blanks.
///
/// Full-width `ＡＢＣ` and half-width `abc` fold to the same. Both stores compare folded text
/// byte by byte; neither folds itself, because they would not agree.
pub fn fold(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many characters of a folded name decide the order of a list.
const SORT_KEY: usize = 64;

/// The text by which a name is put in order: folded, and cut so that it fits an index and a cursor.
pub fn sort_key(name: &str) -> String {
    fold(name).chars().take(SORT_KEY).collect()
}

fn clean(text: &str, max: usize, many_lines: bool) -> Result<String, Refused> {
    let text: String = text.trim().nfc().collect();
    let forbidden = |c: char| match c {
        '\n' | '\r' | '\t' => !many_lines,
        '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => true,
        other => other.is_control(),
    };
    if text.is_empty() {
        Err(Refused::Empty)
    } else if text.chars().count() > max {
        Err(Refused::TooLong(max))
    } else if text.chars().any(forbidden) {
        Err(Refused::Character)
    } else {
        Ok(text)
    }
}

macro_rules! bounded_text {
    ($name:ident, $many_lines:literal) => {
        impl<const MAX: usize> $name<MAX> {
            /// Trims, normalises and checks `text`.
            ///
            /// # Errors
            /// Says what is wrong with it, without repeating it.
            pub fn new(text: &str) -> Result<Self, Refused> {
                clean(text, MAX, $many_lines).map(Self)
            }

            /// The text of a literal.
            ///
            /// # Panics
            /// For a literal that [`new`](Self::new) would refuse.
            pub fn literal(text: &'static str) -> Self {
                match Self::new(text) {
                    Ok(text) => text,
                    Err(refused) => unreachable!("{text:?} was written here: {refused}"),
                }
            }
        }

        impl<const MAX: usize> Deref for $name<MAX> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> AsRef<str> for $name<MAX> {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> fmt::Display for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MAX: usize> Serialize for $name<MAX> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de, const MAX: usize> Deserialize<'de> for $name<MAX> {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::new(&Cow::<'de, str>::deserialize(from)?).map_err(serde::de::Error::custom)
            }
        }

        impl<const MAX: usize> From<$name<MAX>> for Value {
            fn from(text: $name<MAX>) -> Self {
                text.0.into()
            }
        }

        impl<const MAX: usize> Nullable for $name<MAX> {
            fn null() -> Value {
                String::null()
            }
        }

        impl<const MAX: usize, DB: sqlx::Database> sqlx::Type<DB> for $name<MAX>
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(ty)
            }
        }

        impl<'r, const MAX: usize, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name<MAX>
        where
            String: sqlx::Decode<'r, DB>,
        {
            // What is stored passed the check once; a bound lowered later must not hide old rows.
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                <String as sqlx::Decode<DB>>::decode(value).map(Self)
            }
        }

        impl<const MAX: usize> PartialSchema for $name<MAX> {
            fn schema() -> openapi::RefOr<openapi::Schema> {
                openapi::ObjectBuilder::new()
                    .schema_type(openapi::schema::Type::String)
                    .min_length(Some(1))
                    .max_length(Some(MAX))
                    .into()
            }
        }

        impl<const MAX: usize> ToSchema for $name<MAX> {
            fn name() -> Cow<'static, str> {
                format!("{}{MAX}", stringify!($name)).into()
            }
        }
    };
}

bounded_text!(Line, false);
bounded_text!(Text, true);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_normalised_and_bounded() {
        assert_eq!(&*Line::<5>::new("  王伟\u{3000}").unwrap(), "王伟");
        assert_eq!(&*Line::<1>::new("e\u{301}").unwrap(), "é");
        assert_eq!(Line::<5>::new(" "), Err(Refused::Empty));
        assert_eq!(Line::<2>::new("abc"), Err(Refused::TooLong(2)));
        assert_eq!(Line::<5>::new("a\0b"), Err(Refused::Character));
        assert_eq!(Line::<5>::new("a\nb"), Err(Refused::Character));
        assert!(Text::<5>::new("a\nb").is_ok());
        assert_eq!(Line::<9>::new("a\u{202e}b"), Err(Refused::Character));
        assert_eq!(&*Line::<4>::literal("call"), "call");
    }

    #[test]
    fn folding_makes_equal_what_people_take_for_equal() {
        assert_eq!(fold("ＡＣＭＥ  Corporation "), "acme corporation");
        assert_eq!(fold("Müller"), "müller");
        assert_eq!(fold("１２３"), "123");
        assert_eq!(sort_key("  ＡＣＭＥ 上海"), "acme 上海");
        assert_eq!(sort_key(&"长".repeat(200)).chars().count(), SORT_KEY);
    }
}
