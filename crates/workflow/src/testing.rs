//! What unit tests are made of.

use chrono::DateTime;
use guanxi_storage::{Meta, kind::Parts};
use uuid::Uuid;

/// A record as if it had just been made.
pub(crate) fn record<R: Parts>(input: R::Input) -> R {
    let meta = Meta {
        id: Uuid::nil().into(),
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        created_by: Uuid::nil().into(),
        deleted_at: None,
        extra: guanxi_storage::Extra::default(),
    };
    R::assemble(meta, input)
}
