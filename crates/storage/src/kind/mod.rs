//! What makes a record a resource: its names, who may see it, its rules.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod.rs` | the names of a resource, and what is known of it |
//! | `visibility.rs` | who owns a record |
//! | `shape.rs` | its fields, and the statements that follow from them |
//! | `meta.rs` | what every record has |
//! | `resource.rs` | its rules |
//!
//! Being late is asked of a day and not kept: lists compare the column that a kind names
//! (`Kind::late_by`) with the tenant's today. So nothing has to run at midnight, and an index answers.

mod meta;
mod resource;
mod shape;
mod visibility;

pub use meta::Meta;
pub use resource::{Input, Parts, Resource};
pub use shape::Shape;
pub use visibility::Visibility;

use crate::{Field, Tx, erasing::Form, operations::Operations, reindex};
use guanxi_kernel::{Action, Ctx, Result, problem::Texts};
use serde_json::Value as Json;
use std::{fmt, future::Future, pin::Pin, sync::LazyLock};
use uuid::Uuid;

/// The names and the shape of a resource, known to every part that serves all resources alike.
pub struct Kind {
    /// In the singular: in events and labels, e.g. `party`.
    pub name: &'static str,
    /// In the plural: in paths and rights, e.g. `parties`.
    pub plural: &'static str,
    /// Its path below `/v1/`: the plural, unless it stands among others of its area.
    pub path: &'static str,
    /// The tag of its operations in the API document: the plural, unless its area is called otherwise.
    pub tag: &'static str,
    /// The table.
    pub table: &'static str,
    /// Who may see its records.
    pub visibility: Visibility,
    /// The label in the singular.
    pub label: Texts,
    /// What can happen to its records beyond [`EVERYWHERE`], in the past, e.g. `completed`; the
    /// tests hold every event that they cause against it.
    pub verbs: &'static [&'static str],
    /// Its fields and the texts made of them, worked out once.
    pub shape: LazyLock<Shape>,
    /// What the members of its records are: what erasing goes by. Worked out when a person is first erased.
    pub form: LazyLock<Form>,
    /// Loads records by id as JSON, as far as the caller may see them.
    pub load: Load,
    /// The same of deleted records that the caller may see and restore.
    pub load_deleted: Load,
    /// What can be done with its records.
    pub operations: Operations,
    /// Indexes the next records behind an id again, by the rules of today.
    pub index: reindex::Index,
    /// The fields by which people name a record, e.g. in a file: the first that fits counts.
    pub known_by: &'static [&'static str],
    /// Whether its events are shown in a timeline to whoever may see the record that it concerns,
    /// because it has no rights of its own.
    pub with_parent: bool,
    /// The kinds of records that such a record can belong to, which it names in `parent_type` and
    /// `parent_id`.
    pub parents: fn() -> Vec<&'static Kind>,
    /// The kinds of records that such a record can be about, which it names in `about_type` and
    /// `about_id`: whoever holds one of these reads it. Only of [`Visibility::OwnerOrParent`].
    pub about: fn() -> Vec<&'static Kind>,
    /// Whether what is about one of its records is read by whoever holds that.
    pub shows_what_is_about: bool,
    /// The fields that `q` searches.
    pub searched: &'static [&'static str],
    /// What of its records is given to others when their owner leaves.
    pub succession: Succession,
    /// The column that says which part of the kind a record is of, where rights can be given on one
    /// part alone. What it says of a record never changes.
    pub parts: Option<&'static str>,
    /// The column with the day from whose end on a record is late: lists take `overdue` then.
    pub late_by: Option<&'static str>,
    /// The column with the user who may not take a record away by an export, whatever their rights.
    pub kept_from: Option<&'static str>,
    /// The member that names a party who may want to stay unknown to the others whom a record is about, and the one
    /// that says whether it does.
    pub unnamed: Option<(&'static str, &'static str)>,
}

/// What of the records of a kind is given to others when the user in `owner_id` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// All of them.
    All,
    /// Those whose `status` is one of these. The others say who did something, and that stays so.
    While(&'static [&'static str]),
    /// None: they are about the person who owns them, not about the work of the company.
    Never,
}

/// What can happen to records of every kind, as the last part of the kind of an event.
pub const EVERYWHERE: &[&str] = &["created", "updated", "deleted", "restored"];

/// See [`Kind::load`].
pub type Load = for<'a> fn(&'a mut Tx, &'a Ctx, &'a [Uuid]) -> Loading<'a>;

/// The future of [`Load`].
pub type Loading<'a> = Pin<Box<dyn Future<Output = Result<Vec<(Uuid, Json)>>> + Send + 'a>>;

impl Kind {
    /// Describes the resource `R`.
    pub const fn new<R: Resource>(
        name: &'static str,
        plural: &'static str,
        table: &'static str,
        visibility: Visibility,
        label: Texts,
    ) -> Self {
        Self {
            name,
            plural,
            path: plural,
            tag: plural,
            table,
            visibility,
            label,
            verbs: &[],
            shape: LazyLock::new(|| Shape::of::<R>()),
            form: LazyLock::new(|| Form::of::<R>()),
            load: |tx, ctx, ids| Box::pin(crate::resource::load_json::<R>(tx, ctx, ids)),
            load_deleted: |tx, ctx, ids| Box::pin(crate::trash::load::<R>(tx, ctx, ids)),
            operations: Operations::of::<R>(),
            index: |tx, after| Box::pin(reindex::some::<R>(tx, after)),
            known_by: &[],
            with_parent: false,
            parents: Vec::new,
            about: Vec::new,
            shows_what_is_about: false,
            searched: &[],
            succession: Succession::All,
            parts: None,
            late_by: None,
            kept_from: None,
            unnamed: None,
        }
    }

    /// The same, served at that path below `/v1/`.
    #[must_use]
    pub const fn at(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// The same, where no export of the user in this column has the record.
    #[must_use]
    pub const fn kept_from(mut self, column: &'static str) -> Self {
        self.kept_from = Some(column);
        self
    }

    /// Such a record names a party in `member`, who stays unknown to others whom it is about where `flag` says so.
    #[must_use]
    pub const fn unnamed(mut self, member: &'static str, flag: &'static str) -> Self {
        self.unnamed = Some((member, flag));
        self
    }

    /// The same, with its operations under that tag.
    #[must_use]
    pub const fn tagged(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    /// The same, where a record is late once the day in this column is past.
    #[must_use]
    pub const fn late_by(mut self, column: &'static str) -> Self {
        self.late_by = Some(column);
        self
    }

    /// The same, without rights of its own: whoever may read the record of one of those kinds that a
    /// record belongs to may read it too.
    #[must_use]
    pub const fn seen_with_parent(mut self, parents: fn() -> Vec<&'static Kind>) -> Self {
        (self.with_parent, self.parents) = (true, parents);
        self
    }

    /// The same, where whoever holds a record of one of those kinds reads what is about it.
    #[must_use]
    pub const fn read_about(mut self, about: fn() -> Vec<&'static Kind>) -> Self {
        self.about = about;
        self
    }

    /// The same, where what is about a record is read by whoever holds that.
    #[must_use]
    pub const fn showing_what_is_about(mut self) -> Self {
        self.shows_what_is_about = true;
        self
    }

    /// The same, where only that is given to others when an owner leaves.
    #[must_use]
    pub const fn succeeded(mut self, succession: Succession) -> Self {
        self.succession = succession;
        self
    }

    /// The same, where rights can be given on the records alone that have one value in this column.
    #[must_use]
    pub const fn in_parts(mut self, column: &'static str) -> Self {
        self.parts = Some(column);
        self
    }

    /// The same, with the fields that `q` searches: those of [`Resource::searchable`].
    #[must_use]
    pub const fn searched(mut self, fields: &'static [&'static str]) -> Self {
        self.searched = fields;
        self
    }

    /// The same, with the fields by which people name a record.
    #[must_use]
    pub const fn known_by(mut self, fields: &'static [&'static str]) -> Self {
        self.known_by = fields;
        self
    }

    /// The same with these verbs of its own.
    #[must_use]
    pub const fn also(mut self, verbs: &'static [&'static str]) -> Self {
        self.verbs = verbs;
        self
    }

    /// Whether that can happen to its records.
    pub fn knows(&self, verb: &str) -> bool {
        EVERYWHERE.contains(&verb) || self.verbs.contains(&verb)
    }

    /// Whether its records belong to nobody, so that all of the tenant or none can be seen.
    pub fn is_directory(&self) -> bool {
        matches!(self.visibility, Visibility::Tenant)
    }

    /// Whether a right to read its records reaches further than the same right to do `action`.
    pub fn reads_further(&self, action: Action) -> bool {
        let more = match self.visibility {
            Visibility::Shared { .. } | Visibility::Parent { shared: Some(_), .. } => true,
            Visibility::OwnerOrParent { .. } => !(self.about)().is_empty(),
            _ => false,
        };
        more && !action.only_reads()
    }

    /// Whether its records have an owner and are given to others when that one leaves.
    pub fn is_succeeded(&self) -> bool {
        self.succession != Succession::Never && self.field("owner_id").is_some()
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.shape.fields.iter().find(|field| field.name == name && !field.hidden)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kind").field(&self.plural).finish()
    }
}
