//! The fields that a tenant defines for its records, beside those that the program knows.
//!
//! | module | holds |
//! | --- | --- |
//! | [`definition`] | a field: its name, its type, its bounds |
//! | [`value`] | from what a caller sends to what is kept, and to the term that finds it |
//! | [`mod@fields`] | the fields of a tenant, known again by a stamp, and those that a caller sees |
//! | [`save`] | the rules of a save |
//! | [`query`] | filters and orders of lists |
//!
//! Values lie in the column `custom` of the record, under the name of the field. Each is also a row
//! of `custom_terms`, as a text whose order byte by byte is that of the values, so that both stores
//! find them and put them in order by an index.
//!
//! A deleted field keeps its name and its values; nobody sees them until it is restored.
//!
//! Price: a row or more for each value, and a small query for each list and each new record.

pub mod definition;
pub mod fields;
pub mod query;
pub mod save;
pub mod value;

pub use definition::{Choice, Definition, FieldKind, FieldLabel, LegalBasis};
pub(crate) use fields::Cache;
pub use fields::{
    Definitions, Fields, changed, definitions, fields, has_values, seen, sight, unseen,
};

use crate::Kind;
use std::sync::OnceLock;

/// Fields of one resource at most.
pub const MOST: usize = 100;

/// How members of `custom` are named in filters, orders and mappings.
pub const PREFIX: &str = "custom.";

/// The resources whose records can carry fields of the tenant.
static CARRIERS: OnceLock<Vec<&'static Kind>> = OnceLock::new();

/// Says which resources there are whose records can carry fields of the tenant; the first call
/// counts. Until then any name is believed.
pub fn register(kinds: Vec<&'static Kind>) {
    CARRIERS.get_or_init(|| kinds);
}

/// The resources of [`register`]; `None` until they are said.
pub fn carriers() -> Option<&'static [&'static Kind]> {
    CARRIERS.get().map(Vec::as_slice)
}

/// The resource of that name in the plural.
pub fn carrier(plural: &str) -> Option<&'static Kind> {
    carriers()?.iter().copied().find(|kind| kind.plural == plural)
}
