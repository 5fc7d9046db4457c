//! A resource of its own, made of every kind of field, through the shared use cases, on both
//! stores: lists and their pages, rights, deleted records, index terms, instants.

#[cfg(test)]
#[path = "../../../../tests/harness/store.rs"]
#[expect(dead_code, unreachable_pub, reason = "shared with the tests of the whole program")]
mod store;
#[cfg(test)]
mod things;
