//! What every endpoint does alike, tried on every resource.

mod errors;
mod idempotency;
mod lists;
mod matrix;
mod versions;
