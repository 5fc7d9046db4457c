//! Calls about carts that were left: what to know before, the call itself, why the cart was left, and what is
//! opened for a customer who may not decide alone.
//!
//! | file | holds |
//! | --- | --- |
//! | `calling.rs` | the briefing, and the call |
//! | `reasons.rs` | why the cart was left, and the answer to a question about the price |
//! | `approving.rs` | the contact who has to agree, and the quote that they agree to |
//!
//! The cart and what is noted of it belong to marketing; the call, the opportunity and the quote are of sales.
//!
//! Who says that somebody above must agree gets an opportunity with that person as its approver, and a quote of what
//! lies in the cart at the prices of the shop. Price: what lies there must be known as products, by the codes that
//! the shop uses.

mod approving;
mod calling;
mod reasons;

pub use approving::CartApprover;
pub use calling::{BeginCartCall, CartBriefing, begin, brief};
pub use reasons::{AnswerCartPrice, GiveCartReason, answer_price, give_reason};
