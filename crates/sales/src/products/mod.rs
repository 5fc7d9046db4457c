//! Products: what is sold, each under a code of its own.
//!
//! They are one of the dimensions that figures are told by, with the days from and until which they
//! are sold. Records that name a product keep its id; lines of an opportunity also keep the name
//! that it had, so that renaming it does not rewrite them.

mod model;
mod service;
mod store;

pub use model::{PRODUCT, Product, ProductId, ProductInput};
pub(crate) use store::{by_codes, name_of};
