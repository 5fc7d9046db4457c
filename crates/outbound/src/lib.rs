//! What leaves the house: webhooks as Standard Webhooks 1.0.0 has them, from the URL that somebody
//! enters to the answer of who was called. Knows no database; who keeps endpoints and deliveries
//! calls this crate.
//!
//! | module | holds |
//! | --- | --- |
//! | [`target`] | which URLs and addresses are called, and why others are not |
//! | [`headers`] | the headers that an endpoint adds of its own |
//! | [`secret`], [`signature`] | `whsec_` secrets; signing and verifying |
//! | [`resolve`] | names become addresses, each judged before anybody connects |
//! | [`send`], [`outcome`] | one attempt, and how it went |
//! | [`schedule`] | when to try again, when to give up, when to disable an endpoint |
//! | [`problems`] | why an endpoint is refused, for those who enter it |
//!
//! An endpoint's URL comes from a caller, so it is an attempt to reach what only this machine can
//! reach until it is proven otherwise. It is judged twice: [`Sender::examine`] when it is entered,
//! so that people hear of a mistake, and [`Sender::send`] at every attempt, because names move.

pub mod headers;
pub mod outcome;
pub mod problems;
pub mod resolve;
pub mod schedule;
pub mod secret;
pub mod send;
pub mod signature;
pub mod target;

pub use headers::ExtraHeaders;
pub use outcome::{Failure, Outcome};
pub use problems::PROBLEMS;
pub use resolve::{Resolve, SystemResolver};
pub use schedule::{Next, Streak, next_attempt};
pub use secret::WebhookSecret;
pub use send::{Delivery, Sender, Settings};
pub use signature::{sign, verify};
pub use target::{Policy, Target};
