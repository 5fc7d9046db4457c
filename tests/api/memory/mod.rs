//! Events as memory: the change feed, the chain, records as they were.

mod chain;
mod feed;
mod follower;
mod histories;
mod history;
mod reads;
