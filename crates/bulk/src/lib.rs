//! Much at once: work that goes on by itself, files of callers, and imports of whole files.
//!
//! | module | holds |
//! | --- | --- |
//! | [`jobs`] | work with progress that survives a crash: leased by one node at a time |
//! | [`collection_channels`] | by which ways data come in, and how much of them was taken |
//! | [`attachments`] | files that belong to a record |
//! | [`files`] | files of callers, in a local folder or another object store |
//! | [`table`] | what bulk work needs of a resource, by its name |
//! | [`imports`] | a file becomes records: preview, mapping, dry run, commit |
//! | [`exports`] | a list becomes a file |
//! | [`erasures`] | a person is forgotten, and a receipt says so |
//! | [`moving`] | the files of a tenant that moves to another store |
//! | [`undo`] | everything that one piece of work has written is taken back |
//!
//! A job goes forward in steps. Each step is one transaction that writes records *and* how far the
//! job has come, so whatever kills a node, the next one goes on exactly where the last commit was,
//! but for an export, which begins anew: all of it is of one instant.
//! One that is cut off ten times without coming further fails, so that nothing waits for it for ever.

pub mod attachments;
pub mod collection_channels;
pub mod erasures;
pub mod exports;
pub mod files;
pub mod imports;
pub mod jobs;
pub mod moving;
pub mod problems;
pub mod table;
pub mod undo;
pub mod worker;

pub use files::Files;
pub use problems::PROBLEMS;
pub use table::Table;
pub use worker::Worker;
