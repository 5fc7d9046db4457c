//! Who owns a record.

/// Who owns a record, and so how far the scope of a right reaches it.
#[derive(Debug, Clone, Copy)]
pub enum Visibility {
    /// Directory data: whoever has the right sees all of the tenant.
    Tenant,
    /// The user in `owner_id`.
    Owner,
    /// Whoever owns the record that `column` names. A deleted parent hides its children.
    Parent {
        /// The column.
        column: &'static str,
        /// The table of the parent.
        table: &'static str,
        /// The table of those who work on the parent with its owner, and so read what belongs to it:
        /// `people` of [`Visibility::Shared`].
        shared: Option<&'static str>,
    },
    /// The user in `owner_id`, or whoever owns the record that `column` names.
    OwnerOrParent {
        /// The column.
        column: &'static str,
        /// The table of the parent.
        table: &'static str,
    },
    /// The user in `owner_id`, or any of those who take part in it.
    Involved {
        /// The list of their ids in the record.
        member: &'static str,
        /// The same as a table of `record_id` and `user_id`, kept by
        /// [`Resource::saved`](super::Resource::saved).
        table: &'static str,
    },
    /// The user in `owner_id`; those who work on it with them read it, and no more.
    Shared {
        /// The list of those in the record, each with a `user_id`.
        member: &'static str,
        /// The same as a table of `record_id` and `user_id`, kept by
        /// [`Resource::saved`](super::Resource::saved).
        people: &'static str,
    },
    /// The user in `owner_id`; while there is none, whoever may draw from the pool that `column`
    /// names, as if each of them owned it.
    Pooled {
        /// The column.
        column: &'static str,
        /// The table of who may draw: `pool_id`, `member_id` and `kind` of `everybody`, `unit` (with
        /// all below it) or `team`.
        members: &'static str,
    },
}
