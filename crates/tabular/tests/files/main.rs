//! Files as strangers and we ourselves write them.

mod common;
mod round_trips;
mod texts;
mod workbooks;
