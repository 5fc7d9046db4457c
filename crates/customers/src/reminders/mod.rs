//! Reminders: who is to be told that the service of an asset is due, that its insurance ends, or that a
//! contact has a birthday.
//!
//! Rules say how long before. A job plans the reminders of some time ahead: one for each rule, record and
//! occasion, however often it runs. On its day a reminder becomes a task of somebody, and it is done when
//! that is; it is over when what it is about has happened before.
//!
//! | file | holds |
//! | --- | --- |
//! | `rules.rs` | the rules as a resource |
//! | `model.rs` | the reminder and its moves |
//! | `occasions.rs` | on which days; pure |
//! | `service.rs` | completing and skipping, and what follows assets |
//! | `planning.rs` | the job |
//! | `telling.rs` | the tasks |
//! | `store.rs` | the SQL |

mod model;
mod occasions;
mod planning;
mod rules;
mod service;
mod store;
mod telling;

pub use model::{
    CompleteReminder, REMINDER, Reminder, ReminderId, ReminderInput, ReminderStatus, SkipReminder,
};
pub use planning::{PlanReminders, plan, run};
pub use rules::{REMINDER_RULE, ReminderKind, ReminderRule, ReminderRuleId, ReminderRuleInput};
pub(crate) use service::follow_asset;
pub use service::{complete, skip};
pub use telling::{TELLING, register};
