//! Activities: what people did, or plan to do, with a party: visits, calls, meetings, service.
//!
//! An activity is planned, then done with a result or cancelled with a reason; which move leads
//! where is a table in `model.rs`. A closed one does not change until it is reopened.

mod expenses;
mod model;
mod service;
mod subject;

pub use expenses::{AddExpense, Expense, ExpenseCategory, add_expense};
pub use model::{
    ACTIVITY, Activity, ActivityId, ActivityInput, ActivityKind, ActivityMove, ActivityStatus,
    CancelActivity, CompleteActivity, MOVES,
};
pub use service::{cancel, complete, reopen};
pub use subject::{Follows, LastDone, expenses_about, last_done, on_done, on_entered, tells_when};
