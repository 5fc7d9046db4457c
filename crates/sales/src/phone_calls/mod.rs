//! Phone calls, in and out: who has spoken with whom, what came of it, and what has to follow.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `words.rs` | directions, states, results and steps |
//! | `moves.rs` | the states of a call, and the steps that follow one; pure |
//! | `service.rs` | the rules of a save |
//! | `acting.rs` | what is done with a call, and the tasks that follow |
//! | `routing.rs` | who gets a call that takes skills |
//! | `store.rs` | the SQL |
//!
//! A call of a customer is a case of three steps: it is answered, a reply is mailed, and somebody calls back. The
//! last two are due from the end of the first, and each is a task of whoever has taken the call; doing the task is
//! doing the step. A case that nobody has answered lacks all three. Price: the case is the call, so a customer who
//! calls twice about the same has two.

mod acting;
mod model;
mod moves;
mod routing;
mod service;
mod store;
mod words;

pub(crate) use acting::step_done;
pub use acting::{FOLLOW_UP, MAIL_REPLY, answer, close, follow_up, miss, rate, reply};
pub use model::{
    ClosePhoneCall, MissPhoneCall, PHONE_CALL, PhoneCall, PhoneCallId, PhoneCallInput,
    RatePhoneCall, TakeCallStep,
};
pub use routing::route;
pub use words::{CallDirection, CallResult, CallStatus, CallStep};
