//! What serves all parts alike.

mod exchange_rates;
mod modules;
mod schema;
mod search;
mod trash;
