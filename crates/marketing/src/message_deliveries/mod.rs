//! What has become of a message with each member of its campaign: one row for each, so that nobody gets it
//! twice and nobody is lost.
//!
//! A row is claimed before the letter is handed to the mail server, and that is committed first. What is
//! claimed and whose answer nobody knows stays `uncertain`; the program never sends it again by itself. It is
//! settled by its provider, who tells of it what only something can be told of that was sent, or by people.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `claim.rs` | who is written to next: looked at again, and claimed |
//! | `settle.rs` | what has come of it |
//! | `told.rs` | what is told of it later: of which letter that is, and what it says of one without an answer |
//! | `by_hand.rs` | what people say of one without an answer |
//! | `pauses.rs` | when it is tried again, without a store |
//! | `store.rs` | the SQL |
//!
//! Sending is a queue of its own and no job: a worker does one job after the other, and a mailing of an
//! evening would keep every import waiting. Rows have a time at which they are due and are shared out among
//! nodes as webhooks are.

mod by_hand;
mod claim;
mod model;
mod pauses;
mod settle;
mod store;
mod told;

pub use by_hand::{MessageDeliveryOutcome, SettleMessageDelivery, settle_by_hand};
pub(crate) use claim::{Claimed, Next, claim};
pub use model::{
    MESSAGE_DELIVERY, MessageDelivery, MessageDeliveryId, MessageDeliveryInput,
    MessageDeliveryStatus,
};
pub(crate) use settle::{Answer, settle};
pub(crate) use store::{
    HandedOver, Known, Mailed, count_of, forget_claims, handed_over, handed_over_for,
    handed_over_to, mailed, name_person, note_unsubscribed, on_their_way, queue_again, tenants,
};
pub(crate) use told::{about, note, says_sent, settle_told};
