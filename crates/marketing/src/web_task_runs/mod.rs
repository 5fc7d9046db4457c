//! How visitors of the pages of the company came through what they wanted to do there: how long each step
//! took, whether they came to the end, how hard they found it and how satisfied they were.
//!
//! Runs name nobody, so there is nothing to ask consent for and nothing to erase. Price: what one visitor
//! did in several runs is not known to be theirs.

mod model;
mod service;

pub use model::{WEB_TASK_RUN, WebStep, WebTaskRun, WebTaskRunId, WebTaskRunInput};
