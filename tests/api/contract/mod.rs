//! What every endpoint does alike, tried on every resource.

mod batch;
mod errors;
mod filters;
mod idempotency;
mod lists;
mod matrix;
mod searches;
mod totals;
mod versions;
