//! Erasures: a person is taken out of everything that is stored, and a receipt says so.
//!
//! Whatever belongs to the person is found by the fields that name records (see
//! [`guanxi_storage::erasing`]), loses its texts with those of the rows beside it, and stays with its ids, days and
//! amounts: law wants contracts and orders kept, and no figure of a report changes. Events forget the same; answers
//! that are kept for retries, messages to other systems and files follow. All of it is one transaction, in which files
//! are noted as not wanted, so that a crash leaves none for ever.
//!
//! Texts that name the person and belong to somebody else, such as the question of a saved query, lose the
//! name, number or address that stands in them; they are found by these before the person is erased. Price: the
//! conditions of rules and the notes of others are not searched.
//!
//! A job that reads of people and is asked for while one of them is being erased would keep what it has read; so it
//! counts the erasures when it begins and in its last transaction, and begins again if there is another one.
//! Price: a large export may be written twice.
//!
//! The same search finds what a person is told who asks what is stored of them.
//!
//! Whoever was erased stays as a record without a name and is not deleted: contracts and orders go on
//! naming it, and figures that count customers count as many. Those who have answered or were sent
//! something get a name made by chance, so people are still counted once. Price: the record can be written
//! again, and then erased again.

mod among;
mod beside;
mod model;
mod naming;
mod service;
mod store;
mod subject;

pub use among::{
    Among, NamesIn, Naming, TakeOut, TakeOutNames, Telling, register, register_naming,
};
pub use beside::decided;
pub use model::{ERASURE, Erase, Erasure, ErasureId, ErasureInput, ErasureReason};
pub use naming::Names;
pub use service::{erase, require};
pub(crate) use store::count;
pub use subject::export;
pub(crate) use subject::write as write_subject;
