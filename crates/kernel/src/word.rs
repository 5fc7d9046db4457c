//! Closed vocabularies: snake_case words on the wire and in the stores, enums in the code, and a
//! label for people in each language.
//!
//! The labels become `x-labels` of the schema of each vocabulary in the API document, so `/v1/schema` and
//! generated clients read them from there.

use crate::Language;

/// A value of a closed vocabulary. Declared with [`words!`](crate::words).
pub trait Word: Copy + Sized + 'static {
    /// Every value, in the order of the declaration.
    const ALL: &'static [Self];
    /// Every word, in the same order.
    const WORDS: &'static [&'static str];

    /// The word on the wire and in the stores.
    fn word(self) -> &'static str;

    /// The label for people.
    fn label(self, language: Language) -> &'static str;

    /// The value that a word stands for.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

/// Declares a closed vocabulary.
///
/// ```
/// guanxi_kernel::words! {
///     /// How a party was reached.
///     pub enum Channel {
///         /// By phone.
///         Phone = "phone" ("Phone", "电话"),
///         /// In person.
///         Visit = "visit" ("Visit", "拜访"),
///     }
/// }
/// use guanxi_kernel::Word;
/// assert_eq!(Channel::from_word("visit"), Some(Channel::Visit));
/// assert_eq!(serde_json::to_string(&Channel::Phone).unwrap(), "\"phone\"");
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$about:meta])* $vis:vis enum $name:ident {
        $($(#[$doc:meta])* $value:ident = $word:literal ($en:literal, $zh:literal)),* $(,)?
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$doc])* $value),* }

        impl $crate::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$value),*];
            const WORDS: &'static [&'static str] = &[$($word),*];

            fn word(self) -> &'static str {
                match self { $(Self::$value => $word),* }
            }

            fn label(self, language: $crate::Language) -> &'static str {
                match (self, language) {
                    $((Self::$value, $crate::Language::En) => $en,
                      (Self::$value, $crate::Language::Zh) => $zh),*
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str($crate::Word::word(*self))
            }
        }

        impl $crate::expansion::serde::Serialize for $name {
            fn serialize<S: $crate::expansion::serde::Serializer>(
                &self,
                to: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                to.serialize_str($crate::Word::word(*self))
            }
        }

        impl<'de> $crate::expansion::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::expansion::serde::Deserializer<'de>>(
                from: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::word::deserialize(from)
            }
        }

        impl From<$name> for $crate::expansion::sea_query::Value {
            fn from(value: $name) -> Self {
                $crate::Word::word(value).into()
            }
        }

        impl $crate::expansion::sea_query::Nullable for $name {
            fn null() -> $crate::expansion::sea_query::Value {
                <String as $crate::expansion::sea_query::Nullable>::null()
            }
        }

        impl<DB: $crate::expansion::sqlx::Database> $crate::expansion::sqlx::Type<DB> for $name
        where
            String: $crate::expansion::sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as $crate::expansion::sqlx::Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as $crate::expansion::sqlx::Type<DB>>::compatible(ty)
            }
        }

        impl<'r, DB: $crate::expansion::sqlx::Database> $crate::expansion::sqlx::Decode<'r, DB> for $name
        where
            &'r str: $crate::expansion::sqlx::Decode<'r, DB>,
        {
            fn decode(
                value: DB::ValueRef<'r>,
            ) -> ::std::result::Result<Self, $crate::expansion::sqlx::error::BoxDynError> {
                let word = <&str as $crate::expansion::sqlx::Decode<DB>>::decode(value)?;
                <Self as $crate::Word>::from_word(word)
                    .ok_or_else(|| format!("{word:?} is no {}", stringify!($name)).into())
            }
        }

        impl $crate::expansion::utoipa::PartialSchema for $name {
            fn schema() -> $crate::expansion::utoipa::openapi::RefOr<$crate::expansion::utoipa::openapi::Schema> {
                $crate::expansion::utoipa::openapi::ObjectBuilder::new()
                    .schema_type($crate::expansion::utoipa::openapi::schema::Type::String)
                    .enum_values(Some(<Self as $crate::Word>::WORDS.iter().copied()))
                    .extensions(Some($crate::word::labels::<Self>()))
                    .into()
            }
        }

        impl $crate::expansion::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

/// The labels of the words, as an extension of their schema.
#[doc(hidden)]
pub fn labels<W: Word>() -> utoipa::openapi::extensions::Extensions {
    let label = |value: &W| {
        let texts =
            [Language::En, Language::Zh].map(|l| (l.tag().to_owned(), value.label(l).into()));
        (value.word().to_owned(), serde_json::Value::Object(texts.into_iter().collect()))
    };
    let labels: serde_json::Map<_, _> = W::ALL.iter().map(label).collect();
    [(LABELS, serde_json::Value::Object(labels))].into_iter().collect()
}

/// Where the schema of a vocabulary keeps the labels of its words, by language.
pub const LABELS: &str = "x-labels";

/// Reads a word; what is no word of the vocabulary is refused without being echoed.
#[doc(hidden)]
pub fn deserialize<'de, W: Word, D: serde::Deserializer<'de>>(from: D) -> Result<W, D::Error> {
    use serde::Deserialize as _;
    let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
    W::from_word(&text).ok_or_else(|| {
        serde::de::Error::custom(format!("unknown_value: one of {}", W::WORDS.join(", ")))
    })
}
