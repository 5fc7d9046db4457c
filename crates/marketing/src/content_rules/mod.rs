//! What is said to whom next: rules that pick content by segment and stage of decision.
//!
//! Of the rules that fit somebody one decides, and always the same: the one of the highest priority,
//! of several the one with more conditions, then the older one, then the smaller id. Which one it was is
//! told with what it picks.
//!
//! Segments are asked one after the other, as far as it takes to find the first rule that fits, with the
//! rights of whoever asks: a rule on a segment that they may not read is passed over, and named. So two
//! people may be told different content of the same customer, rather than something of a segment that
//! they must not know. A tenant has at most 100 rules, since each may need a segment of its own.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |
//! | `order.rs` | which rule comes first; pure |
//! | `select.rs` | what somebody is told next |
//! | `store.rs` | the SQL |

mod model;
mod order;
mod select;
mod service;
mod store;

pub use model::{CONTENT_RULE, ContentRule, ContentRuleId, ContentRuleInput};
pub use select::{ContentSelection, SelectContent, SelectingRule, select};
