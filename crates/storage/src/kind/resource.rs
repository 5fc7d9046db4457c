//! The rules of a resource, each with a default but its kind and its example.

use super::{Kind, Meta};
use crate::{
    Record, Tx,
    resource::Verb,
    terms::{self, Term},
};
use guanxi_kernel::{Action, Ctx, Result};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use std::future::Future;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// The parts of a record: what every record has, what callers write, and what is derived from it.
/// Derived with [`Record`].
pub trait Parts: Sized {
    /// What its id is the id of.
    type Key: 'static;
    /// What callers write.
    type Input;
    /// A record whose derived values are still their defaults.
    fn assemble(meta: Meta<Self::Key>, input: Self::Input) -> Self;
    /// What every record has.
    fn meta(&self) -> &Meta<Self::Key>;
    /// The same, to change.
    fn meta_mut(&mut self) -> &mut Meta<Self::Key>;
    /// What callers write.
    fn input(&self) -> &Self::Input;
    /// The same, to change.
    fn input_mut(&mut self) -> &mut Self::Input;
}

/// What callers write of a resource: the body of a create, and the target of a merge patch.
pub trait Input:
    Record + Serialize + DeserializeOwned + Validate + ToSchema + Clone + Send + Sync + 'static
{
}

impl<T> Input for T where
    T: Record + Serialize + DeserializeOwned + Validate + ToSchema + Clone + Send + Sync + 'static
{
}

/// A record that the API offers: implementing this gives it every shared endpoint.
pub trait Resource:
    Record + Parts<Input: Input> + Serialize + ToSchema + Clone + Send + Sync + 'static
{
    /// Its names and shape; a `static` beside the type.
    fn kind() -> &'static Kind;

    /// The rules of a save: normalise what was written, check it, work out what is derived.
    ///
    /// `before` is the record as it was, `None` for a new one. References declared with
    /// `#[field(to = …)]` are checked afterwards, by the caller of this.
    ///
    /// # Errors
    /// The problem to answer with; nothing is written then.
    fn settle(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: Option<&Self>,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, ctx, before);
        std::future::ready(Ok(()))
    }

    /// Looks up what the rules of saving these new records will ask for, once for all of them; what
    /// is found is remembered by [`Tx::learn`]. Only a matter of speed.
    ///
    /// # Errors
    /// Those of the store.
    fn foresee(records: &[Self], tx: &mut Tx) -> impl Future<Output = Result<()>> + Send {
        let _ = (records, tx);
        std::future::ready(Ok(()))
    }

    /// Follows a save in the same transaction: side tables that are derived from the record.
    ///
    /// # Errors
    /// The problem to answer with; nothing is written then.
    fn saved(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: Option<&Self>,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, ctx, before);
        std::future::ready(Ok(()))
    }

    /// The same for many records that were changed together, each before and after.
    ///
    /// # Errors
    /// As [`Resource::saved`].
    fn all_changed(
        records: &[(Self, Self)],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            for (before, after) in records {
                after.saved(tx, ctx, Some(before)).await?;
            }
            Ok(())
        }
    }

    /// The same for many new records.
    ///
    /// # Errors
    /// As [`Resource::saved`].
    fn all_saved(
        records: &[Self],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            for record in records {
                record.saved(tx, ctx, None).await?;
            }
            Ok(())
        }
    }

    /// The verb by which a change is told, where it came to something else than was `meant`: what waits
    /// for an approval has not happened yet.
    fn told(&self, before: &Self, meant: &'static str) -> &'static str {
        let _ = before;
        meant
    }

    /// Whether the record can be deleted now.
    ///
    /// # Errors
    /// The problem to answer with, e.g. `in_use`.
    fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, ctx);
        std::future::ready(Ok(()))
    }

    /// Looks up what [`Resource::deletable`] will ask for, once for all of these records; what is found
    /// is remembered by [`Tx::learn`]. Only a matter of speed.
    ///
    /// # Errors
    /// Those of the store.
    fn foresee_deletion(records: &[&Self], tx: &mut Tx) -> impl Future<Output = Result<()>> + Send {
        let _ = (records, tx);
        std::future::ready(Ok(()))
    }

    /// Works out the values that lists are ordered by, from the record alone; `settle` does so too.
    fn derive_keys(&mut self) {}

    /// Fills the `computed` fields, which depend on who looks and when, before records are shown.
    ///
    /// # Errors
    /// Those of the store.
    fn present(
        records: &mut [Self],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (records, tx, ctx);
        std::future::ready(Ok(()))
    }

    /// The record that one which is gone has become part of.
    ///
    /// # Errors
    /// Those of the store.
    fn survivor(tx: &mut Tx, id: Uuid) -> impl Future<Output = Result<Option<Uuid>>> + Send {
        let _ = (tx, id);
        std::future::ready(Ok(None))
    }

    /// Which of the kinds it is that the tenant tells apart: it carries the fields for that one only.
    fn variant(&self) -> Option<&str> {
        None
    }

    /// Takes over what goes with a new owner who gets it with many others, by no save of its own; the
    /// verb of the event. See [`succession`](crate::succession).
    fn change_hands(&mut self, ctx: &Ctx, why: &str) -> &'static str {
        let _ = (ctx, why);
        "updated"
    }

    /// Follows records that have got other owners together, each before and after, as
    /// [`Resource::saved`] follows a save.
    ///
    /// # Errors
    /// The problem to answer with; nothing is written then.
    fn changed_hands(
        records: &[(Self, Self)],
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        Self::all_changed(records, tx, ctx)
    }

    /// The texts that `q` searches.
    fn searchable(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The other records whose timelines show what happens to this one.
    fn concerns(&self) -> Vec<Uuid> {
        Vec::new()
    }

    /// The verbs of the record, with the right that each needs and whether its state allows it.
    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("update", Action::Update), Verb::open("delete", Action::Delete)]
    }

    /// The same for one caller, where it is not only the state and the rights that decide.
    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let _ = ctx;
        self.verbs()
    }

    /// An input as the API document shows it.
    fn example() -> Json;

    /// Every index term of the record.
    fn all_terms(&self) -> Vec<Term> {
        let mut out = Vec::new();
        Record::terms(self, &mut out);
        for text in self.searchable() {
            terms::searchable(text, &mut out);
        }
        out
    }
}
