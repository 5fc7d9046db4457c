//! Media: the ways by which people are reached, each with a letter for source codes, what it costs to
//! reach somebody by it, and the channels by which people answer.

mod model;
mod service;
mod store;
mod template;

pub use model::{MEDIUM, Medium, MediumId, MediumInput, MediumKind, ReplyChannel};
pub(crate) use store::{by_code, kinds_of};
pub use store::{due, forget, is_due, look};
pub use template::{MediaFromTemplate, MediaTemplateCode, from_template};
