//! Orders: what customers have bought, as other systems and files tell it.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | an order and a batch of them, as the API shows them |
//! | `lines.rs` | lines, what they come to, and whether two orders say the same; pure |
//! | `service.rs` | taking orders in: one, many, or those of a file |
//! | `rows.rs` | rows of a file, each a line of an order |
//! | `store.rs` | the SQL |
//!
//! There are many of them and they are only added to, so a batch is the record that is told of, with one
//! event, and its orders are rows of a log. What was bought and came back is a new order with lines below
//! zero. The same order told again, by whoever, is the one that is there.
//!
//! A batch is deleted to take its orders back, which is also how an import is undone. Who was a prospect until the
//! import is one again, unless somebody has changed the party since; leads that were won by it stay so, for what was done
//! about them has gone on with the customer (activities, consents, what a campaign has brought), and a lead is
//! converted once. Price: an order has no history of its own, a merge of two customers moves 5,000 orders at most, and
//! whose import was a mistake has to look after the leads.
//!
//! An order is known by its source and its name there. The same told again is the one that is there,
//! whatever the order of its lines; one that says something else is refused, never overwritten.

mod lines;
mod model;
mod rows;
mod service;
mod store;

pub use lines::{OrderLine, OrderLineInput};
pub use model::{
    ORDER, ORDER_BATCH, Order, OrderBatch, OrderBatchId, OrderBatchInput, OrderId, OrderInput,
    OrderOutcome, OrderStatus, PlaceOrder, PlaceOrders, PlacedOrders,
};
pub use rows::{OrderRow, table};
pub use service::{lines_of, place, place_many};
