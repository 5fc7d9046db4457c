//! The types of documents that can need an approval.
//!
//! A crate that has such documents declares a [`Document`] and registers it when the program is put
//! together; definitions can then name its facts, and it is called when an approval is decided.
//!
//! What waits for an approval stands where it stood: it names the approval in a member of its own and
//! changes when that is decided, and an event tells of the asking, never of the move (`Resource::told`).
//! What nobody is named for is refused, not let through.

use crate::approvals::Approval;
use futures_util::future::BoxFuture;
use guanxi_kernel::{Ctx, Result, problem::Texts};
use guanxi_storage::{
    Tx,
    filter::facts::{Fact, FactType},
};
use std::{collections::BTreeMap, sync::RwLock};

/// What follows from a decision, in its transaction and with all rights; see [`Document::decided`].
pub type Decided = for<'a> fn(&'a mut Tx, &'a Ctx, &'a Approval) -> BoxFuture<'a, Result<()>>;

/// A type of documents.
pub struct Document {
    /// Its name in definitions and approvals, e.g. `quote`.
    pub code: &'static str,
    /// What it is called.
    pub label: Texts,
    /// What conditions may speak of besides [`COMMON`].
    pub facts: &'static [Fact],
    /// Called when an approval becomes approved, rejected or withdrawn; what it refuses undoes that.
    /// Whoever voids one knows by themselves what follows.
    pub decided: Decided,
}

/// The facts of every type.
pub const COMMON: &[Fact] = &[
    Fact {
        name: "owner_id",
        kind: FactType::Id,
        label: Texts { en: "Owner of the record", zh: "记录负责人" },
    },
    Fact {
        name: "requested_by",
        kind: FactType::Id,
        label: Texts { en: "Who asks", zh: "申请人" },
    },
    Fact {
        name: "subject_type",
        kind: FactType::Text,
        label: Texts { en: "Kind of the record", zh: "记录类型" },
    },
];

/// A request about any record, which has no effect of its own: the one type that callers ask for
/// themselves.
pub static REQUEST: Document = Document {
    code: "request",
    label: Texts { en: "General request", zh: "通用申请" },
    facts: &[
        Fact {
            name: "amount", kind: FactType::Decimal, label: Texts { en: "Amount", zh: "金额" }
        },
        Fact {
            name: "category",
            kind: FactType::Text,
            label: Texts { en: "Category", zh: "类别" },
        },
        Fact {
            name: "needed_on",
            kind: FactType::Date,
            label: Texts { en: "Needed on", zh: "需要日期" },
        },
        Fact {
            name: "urgent", kind: FactType::Boolean, label: Texts { en: "Urgent", zh: "紧急" }
        },
    ],
    decided: |_, _, _| Box::pin(std::future::ready(Ok(()))),
};

static DOCUMENTS: RwLock<BTreeMap<&'static str, &'static Document>> = RwLock::new(BTreeMap::new());

/// Makes a type known; again is no harm.
pub fn register(document: &'static Document) {
    let mut known = DOCUMENTS.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.insert(document.code, document);
}

/// All types, in the order of their codes.
pub fn all() -> Vec<&'static Document> {
    let known = DOCUMENTS.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.values().copied().collect()
}

/// The type of that code.
pub fn named(code: &str) -> Option<&'static Document> {
    let known = DOCUMENTS.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.get(code).copied()
}

impl Document {
    /// Everything that a condition about it may name.
    pub fn all_facts(&self) -> Vec<Fact> {
        self.facts.iter().chain(COMMON).copied().collect()
    }
}
