//! What unit tests are made of.

use guanxi_storage::{Meta, kind::Parts};

/// A record as if it had just been made.
pub(crate) fn record<R: Parts>(input: R::Input) -> R {
    R::assemble(Meta::blank(), input)
}
