//! A resource as it is served, and the shared endpoints it may have.

use crate::document;
use guanxi_storage::{Kind, Resource};

/// The shared endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `GET /v1/things`
    List,
    /// `POST /v1/things/search`, the same with a body
    Search,
    /// `POST /v1/things`
    Create,
    /// `GET /v1/things/{thing_id}`
    Get,
    /// `PATCH /v1/things/{thing_id}`
    Update,
    /// `DELETE /v1/things/{thing_id}`
    Delete,
    /// `POST /v1/things/{thing_id}/restore`
    Restore,
    /// `GET /v1/things/{thing_id}/timeline`
    Timeline,
    /// `GET /v1/things/{thing_id}/provenance`
    Provenance,
    /// `POST /v1/things/batch`
    Batch,
    /// `PUT /v1/things/by/{source}/{external_id}`
    Upsert,
}

impl Operation {
    /// Whether its path ends in a word where others have an id.
    pub(super) fn is_word(self) -> bool {
        matches!(self, Self::Search | Self::Batch)
    }
}

/// All of them.
pub const ALL: &[Operation] = &[
    Operation::List,
    // Before `Get`, whose path fits this one too.
    Operation::Search,
    Operation::Create,
    Operation::Get,
    Operation::Update,
    Operation::Delete,
    Operation::Restore,
    Operation::Timeline,
    Operation::Provenance,
    Operation::Batch,
    Operation::Upsert,
];

/// Those of what callers read only, and whose events are not kept.
pub(super) const LISTED: &[Operation] = &[Operation::List, Operation::Search, Operation::Get];

/// Those of what callers read only, with its events.
pub(super) const READ_ONLY: &[Operation] = &[
    Operation::List,
    Operation::Search,
    Operation::Get,
    Operation::Timeline,
    Operation::Provenance,
];

/// Those of what is made by something else, and changed by callers.
pub(super) const UPDATED: &[Operation] = &[
    Operation::List,
    Operation::Search,
    Operation::Get,
    Operation::Update,
    Operation::Timeline,
    Operation::Provenance,
];

/// Those of what callers make, change, and never delete.
pub(super) const NEVER_DELETED: &[Operation] = &[
    Operation::List,
    Operation::Search,
    Operation::Create,
    Operation::Get,
    Operation::Update,
    Operation::Timeline,
    Operation::Provenance,
];

/// Those of what a job makes and nobody changes.
pub(super) const SNAPSHOT: &[Operation] = &[
    Operation::List,
    Operation::Search,
    Operation::Get,
    Operation::Delete,
    Operation::Timeline,
    Operation::Provenance,
];

/// A resource as it is served.
pub struct Served {
    /// Its names and shape.
    pub kind: &'static Kind,
    /// The shared endpoints that it has.
    pub operations: Vec<Operation>,
    /// Documents one of them.
    pub describe: fn(&mut document::Builder, Operation),
    /// The type of its records.
    #[cfg(test)]
    pub(crate) of: &'static str,
}

pub(super) fn serve<R: Resource>() -> Served {
    Served {
        kind: R::kind(),
        operations: ALL.to_vec(),
        describe: |document, operation| document.resource::<R>(operation),
        #[cfg(test)]
        of: std::any::type_name::<R>(),
    }
}

impl Served {
    pub(super) fn only(self, operations: &[Operation]) -> Self {
        Self { operations: operations.to_vec(), ..self }
    }

    /// Whether what happens to its records is kept as events.
    pub(super) fn is_told(&self) -> bool {
        self.operations.contains(&Operation::Timeline)
    }

    /// The types of events about its records.
    pub fn events(&self) -> impl Iterator<Item = String> {
        let shared = [
            (Operation::Get, "created"),
            (Operation::Get, "updated"),
            (Operation::Delete, "deleted"),
            (Operation::Restore, "restored"),
        ];
        // What is seen with its parent has endpoints of its own, and a merge lets it change parents.
        let has = |operation: &Operation| match self.kind.with_parent {
            true => true,
            false => self.is_told() && self.operations.contains(operation),
        };
        let shared = shared.into_iter().filter(move |(operation, _)| has(operation));
        let own = self.kind.verbs.iter().copied().filter(|_| self.is_told());
        let verbs = shared.map(|(_, verb)| verb).chain(own);
        verbs.map(|verb| format!("{}.{verb}", self.kind.name))
    }

    pub(super) fn without(mut self, operation: Operation) -> Self {
        self.operations.retain(|other| *other != operation);
        self
    }
}
