//! The data dictionary: for each field that matters who answers for it, how old its values may be, how many of
//! them are expected, and which sources may tell it.
//!
//! What a field is (its type, its labels, its words) is told by `/v1/schema`, which follows from the program; a
//! standard says what the company wants of it. Its versions are those of any record: `?as_of=`, the timeline and
//! the provenance. What breaks a standard is told source by source in the report `data-standards`.
//!
//! The source of a record is through what it was made: `api`, `import`, `capture_form`, or the name of the system
//! that it was told by. Price: it is one for the whole record and not one for each value, since asking the events
//! of every record for each of its members would read the whole log.

mod model;
mod service;

pub use model::{FIELD_STANDARD, FieldStandard, FieldStandardId, FieldStandardInput};
pub(crate) use service::{Held, held, kind_of};
