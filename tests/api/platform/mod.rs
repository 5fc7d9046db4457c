//! What serves all parts alike.

mod exchange_rates;
mod schema;
mod search;
mod trash;
