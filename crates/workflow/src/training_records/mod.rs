//! Who has taken which training item of a roll-out, with which score. Each attempt is a record; whoever has passed
//! an item once is trained in it. A company may let only those import files who are trained
//! (`import_training` of the preferences): that is asked when a file is uploaded and when it is committed, not of
//! the job, so somebody who is barred afterwards can still finish what they have begun.

mod model;
mod service;
mod store;

pub use model::{TRAINING_RECORD, TrainingRecord, TrainingRecordId, TrainingRecordInput};
pub(crate) use service::admit;
pub(crate) use store::passed_in;
