//! Best fit: who has not bought a product and is likely to, and why.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | what is answered |
//! | `service.rs` | by which tree or by what buyers have in common |
//!
//! By a tree, the scores that it has given are taken, and nobody is scored for the question. Without one it
//! is worked out there and then from what buyers are, not from what they did, since buyers have bought. Who
//! has bought is always asked anew. Price: scores are as old as the last scoring; without a tree all
//! customers are read, 100,000 at most.

mod model;
mod service;

pub use model::{BestFit, BestFitCustomers, FitMethod};
pub use service::customers;
