//! Carts of web shops: what somebody has put into one, whether they have bought it, and whom to call if not.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what a telling makes of it; pure |
//! | `telling.rs` | shops tell many at once, each cart by its own name |
//! | `leaving.rs` | a cart is abandoned because time has passed, and who is called then |
//! | `store.rs` | the SQL |
//!
//! A cart is told whole. Nothing is added up from messages, so the same again changes nothing, and what comes
//! late is known to be old.

mod leaving;
mod model;
mod store;
mod telling;

pub use leaving::ABANDONMENT;
pub use model::{CART, Cart, CartId, CartInput, CartItem, CartState, CartStep};
pub use telling::{CartOutcome, CartStatus, CartsTold, TellCart, TellCarts, tell};
