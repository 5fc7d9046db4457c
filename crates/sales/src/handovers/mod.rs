//! Hand-overs: what somebody who leaves has in their hands, and how others get it.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `line.rs` | the records |
//! | `wishes.rs` | what callers ask for |
//! | `inventory.rs` | what somebody would leave behind, of every kind that there is |
//! | `service.rs` | beginning one, bringing it up to date, cancelling it |
//! | `ticking.rs` | who gets what, whether the customer knows, and the tick of the supervisor |
//! | `completing.rs` | everything changes hands at once; and nobody leaves before |
//! | `watch.rs` | what became of the customers afterwards |
//!
//! Nothing here knows the kinds of records by name but opportunities, which can be critical: whatever
//! has an owner is found by its [`Kind`](guanxi_storage::Kind). What somebody has in their hands without
//! owning a record is passed on by who looks after it: seats on approvals, and duties for customers.
//!
//! Lines are no records with events: there are thousands and they are ticked in bulk. They are written by
//! statements of their own and listed like any resource; each verb is one event of the hand-over, with its
//! counts, and that makes two who do something at once meet.

mod completing;
mod inventory;
mod line;
mod model;
mod service;
mod store;
mod ticking;
mod watch;
mod wishes;

pub use completing::{before_leaving, complete};
pub use line::{HANDOVER_LINE, HandoverLine, HandoverLineId, HandoverLineInput, NoticeChannel};
pub use model::{
    HANDOVER, Handover, HandoverId, HandoverInput, HandoverMove, HandoverReason, HandoverStatus,
};
pub use service::{begin, cancel, refresh};
pub use ticking::{assign, notify, tick};
pub use watch::{ActivityDrop, HandoverWatch, LostDeal, SteepDiscount, watch};
pub use wishes::{AssignLines, CancelHandover, LineSelection, NotifyLines, TickLines};
