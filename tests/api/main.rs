//! Scenarios over HTTP; each runs on both stores. The folders mirror those of the crates.

mod architecture;
mod bulk;
mod contract;
mod contracts;
mod custom;
mod customers;
mod faults;
mod identity;
mod insights;
mod marketing;
mod memory;
mod openapi;
mod platform;
mod program;
mod sales;
mod security;
mod storage;
mod webhooks;
mod workflow;
