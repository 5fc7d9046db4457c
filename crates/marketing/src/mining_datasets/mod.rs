//! Datasets: snapshots to learn from, made of customers and prospects or of a file, and never changed but where a
//! person is erased.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `features.rs` | what is known of a party, as features by name |
//! | `rows.rs` | these features of many parties |
//! | `content.rs` | a snapshot as it is kept, and as a table |
//! | `service.rs` | asking for one |
//! | `build.rs`, `file.rs` | the work: of records, of a file |
//! | `erasing.rs` | a person is taken out |
//! | `store.rs` | the SQL |

mod build;
mod content;
mod erasing;
mod features;
mod file;
mod model;
mod rows;
mod service;
mod store;

pub use build::run;
pub(crate) use content::label_says_yes;
pub use content::{Content, minable};
pub use erasing::IN_DATASETS;
pub(crate) use features::Feature;
pub use features::{FeatureNature, MiningFeature, known};
pub use model::{
    DatasetColumn, DatasetLabel, DatasetOrigin, MINING_DATASET, MiningDataset, MiningDatasetId,
    MiningDatasetInput,
};
pub(crate) use rows::{AT_ONCE, Parties, read as read_rows};
pub use service::{FromFile, start, start_from_file};
pub(crate) use service::{Learnt, Plan, unknown as unknown_feature};
pub(crate) use store::content;
