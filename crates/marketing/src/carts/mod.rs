//! Carts of web shops: what somebody has put into one, whether they have bought it, and whom to call if not.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what a telling makes of it; pure |
//! | `phone.rs` | what is noted on the phone; pure |
//! | `telling.rs` | shops tell many at once, each cart by its own name |
//! | `leaving.rs` | a cart is abandoned because time has passed, and who is called then |
//! | `store.rs` | the SQL |
//!
//! A cart is told whole. Nothing is added up from messages, so the same again changes nothing, and what comes
//! late is known to be old. What the customer says on the phone stands beside what the shop tells, and no telling
//! changes it.
//!
//! A cart knows when it will be abandoned (`abandons_at`, moved by each telling), and the report compares
//! that with its instant: so it is right before any worker has looked, and the next telling sees a pause
//! that was too long. That a cart was abandoned stays, so what was reported does not change when it is
//! bought. Price: other idle minutes hold for what is told later only, and each cart that changes is an
//! event.

mod leaving;
mod model;
mod phone;
mod store;
mod telling;

pub use leaving::{ABANDONMENT, CART_CALL, contacted, told_work_phones};
pub(crate) use leaving::{called, of_code};
pub use model::{CART, Cart, CartId, CartInput, CartItem, CartState, CartStep};
pub use phone::{CartCallState, CartReason};
pub use telling::{CartOutcome, CartStatus, CartsTold, TellCart, TellCarts, tell};
