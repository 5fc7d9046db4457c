//! Work calendars: when the company works, so that due dates and deadlines fall on working days.
//!
//! The arithmetic is that of [`guanxi_kernel::calendar`]; here it is stored, checked and offered.

mod compute;
mod model;
mod service;
mod store;

pub use compute::{Computed, Question, compute};
pub use model::{
    ExtraDay, Holiday, NO_WORKING_DAY, PROBLEMS, WORK_CALENDAR, WorkCalendar, WorkCalendarId,
    WorkCalendarInput, WorkWeek,
};
pub use service::{default_calendar, due_date};
