//! Best fit: who has not bought a product and is likely to, and why.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | what is answered |
//! | `service.rs` | by which tree or by what buyers have in common |

mod model;
mod service;

pub use model::{BestFit, BestFitCustomers, FitMethod};
pub use service::customers;
