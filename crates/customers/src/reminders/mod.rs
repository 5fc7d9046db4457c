//! Reminders: who is to be told that the service of an asset is due, that its insurance ends, that a contact
//! or a person has a birthday, that a festival is near on which customers are greeted, or that it is time to ask
//! how something new is used, or to say thanks for having bought it.
//!
//! Rules say how long before. The reminders of some time ahead are planned on each day, and further ahead by
//! a job: one for each rule, record and occasion, however often that is done. On its day a reminder becomes a
//! task of somebody and is done when that is; if what it is about happens before, it is over.
//!
//! | file | holds |
//! | --- | --- |
//! | `rules.rs` | the rules as a resource |
//! | `model.rs` | the reminder and its moves |
//! | `occasions.rs` | on which days; pure |
//! | `festivals.rs` | the days of festivals; pure |
//! | `service.rs` | completing and skipping, and what follows assets |
//! | `planning.rs` | planning, and the job |
//! | `daily.rs` | planning by itself |
//! | `telling.rs` | the tasks |
//! | `store.rs` | the SQL |
//!
//! The key of rule, record and occasion is unique in the store, so planning by two at once makes none
//! twice. The occasion of a service is the day that the cycle counts from, not the day on which it is due:
//! that moves with every reading, and a reminder moves with it and is not doubled. What is planned has no
//! event of its own; what becomes of it has. Being told as a task, it is handed over, carried and seen
//! today like other work.

mod daily;
mod festivals;
mod model;
mod occasions;
mod planning;
mod rules;
mod service;
mod store;
mod telling;

pub use daily::PLANNING;
pub use festivals::Festival;
pub use model::{
    CompleteReminder, REMINDER, Reminder, ReminderId, ReminderInput, ReminderStatus, SkipReminder,
};
pub use planning::{PlanReminders, plan, run};
pub use rules::{REMINDER_RULE, ReminderKind, ReminderRule, ReminderRuleId, ReminderRuleInput};
pub(crate) use service::follow_asset;
pub use service::{complete, skip};
pub use telling::{TELLING, register};
