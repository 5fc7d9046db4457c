//! Regions of sales: a dimension that reports and targets share.

mod model;
mod service;
mod store;

pub use model::{REGION, Region, RegionId, RegionInput};
pub(crate) use service::check_in_effect;
