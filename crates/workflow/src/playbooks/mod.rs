//! Playbooks: templates of what is filled in and checked about a record, e.g. the card of a customer, a
//! review, an assessment, a survey of how satisfied customers are, the guide of an interview.
//!
//! | file | holds |
//! | --- | --- |
//! | `sheet.rs` | steps, items, and what answers come to; needs nothing but itself |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |
//! | `moves.rs` | published, retired |
//! | `store.rs` | editions |
//! | `template.rs` | those that come with the program |
//!
//! What was published stays as it was: an edition is a row that is written once, and what is filled in
//! keeps the edition that it began with. The steps of the record are those of the next edition.
//!
//! An edition is not a record of its own, unlike a revision of a quote: otherwise nobody could say which one
//! "the card of leads" is. Price: lists cannot be narrowed by the steps of an edition.

mod model;
mod moves;
mod service;
mod sheet;
#[cfg(test)]
mod sheet_tests;
mod store;
mod template;

pub use model::{
    PLAYBOOK, Playbook, PlaybookId, PlaybookInput, PlaybookMove, PlaybookPurpose, PlaybookStatus,
};
pub use moves::{publish, retire};
pub(crate) use sheet::is_filled;
pub use sheet::{
    Answers, PlaybookChoice, PlaybookItem, PlaybookItemKind, PlaybookStep, Sheet, SurveyMeasure,
};
pub(crate) use store::card_of;
pub use store::{Edition, PlaybookEdition, editions, editions_of, latest_card, steps};
pub use template::{
    PlaybookFromTemplate, PlaybookTemplate, PlaybookTemplateCode, from_template, templates,
};
