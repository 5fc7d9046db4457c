//! What is shown of a record: its members without the hidden ones, and the verbs open to the caller.

use super::rights::{Rights, reach_of};
use crate::{
    Kind, Resource, Tx,
    count::Total,
    custom::{self, save as carried},
};
use guanxi_derive::boxed;
use guanxi_kernel::{Action, Code, Ctx, Result, problem::FORBIDDEN};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A verb of a record: whether its state allows it, and the right that it needs.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// The name, as in `actions` and in paths.
    pub name: &'static str,
    /// The right.
    pub needs: Action,
    /// Why the state forbids it now.
    pub closed: Option<&'static Code>,
}

impl Verb {
    /// A verb that the state allows.
    pub const fn open(name: &'static str, needs: Action) -> Self {
        Self { name, needs, closed: None }
    }

    /// A verb that the state forbids, and why.
    pub const fn closed(name: &'static str, needs: Action, why: &'static Code) -> Self {
        Self { name, needs, closed: Some(why) }
    }
}

/// A record as one caller sees it: on the wire without what the caller's rights hide.
#[derive(Debug, Clone)]
pub struct Shown<R> {
    /// The record.
    pub record: R,
    /// The verbs open to the caller now.
    pub actions: Vec<&'static str>,
    /// The verbs that are not, for those who ask.
    pub refused: Vec<Refusal>,
    /// The members that the caller does not see.
    hidden: BTreeSet<String>,
}

impl<R: Serialize> Serialize for Shown<R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'a, R> {
            #[serde(flatten)]
            record: &'a R,
            actions: &'a [&'static str],
        }
        let whole = Whole { record: &self.record, actions: &self.actions };
        if self.hidden.is_empty() {
            return whole.serialize(to);
        }
        let mut masked = document(&whole);
        mask(&mut masked, &self.hidden);
        masked.serialize(to)
    }
}

/// A verb that is not open to the caller now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Refusal {
    /// The verb.
    pub action: &'static str,
    /// The code of the problem that it would answer with.
    pub code: &'static str,
}

/// A page of records.
#[derive(Debug)]
pub struct Page<R> {
    /// The records.
    pub data: Vec<Shown<R>>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// How many records there are on all pages, if the query wants to know.
    pub total: Option<Total>,
}

/// Takes members out of a record.
fn mask(record: &mut Json, hidden: &BTreeSet<String>) {
    if let (Json::Object(members), false) = (record, hidden.is_empty()) {
        members.retain(|name, _| !hidden.contains(name));
    }
}

/// Takes what the caller may not see out of records.
///
/// # Errors
/// Those of the store.
pub async fn shown(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &Kind,
    records: impl Iterator<Item = &mut Json>,
) -> Result<()> {
    let hidden = ctx.actor.withheld(kind.plural).hidden;
    for record in records {
        mask(record, &hidden);
        if record["custom"].as_object().is_some_and(|custom| !custom.is_empty()) {
            custom::fields(tx, ctx, kind).await?.show_in(record);
        }
    }
    Ok(())
}

pub(crate) fn document<R: Serialize>(record: &R) -> Json {
    serde_json::to_value(record).unwrap_or_default()
}

pub(super) async fn show<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    mut record: R,
    rights: Rights,
) -> Result<Shown<R>> {
    R::present(std::slice::from_mut(&mut record), tx, ctx).await?;
    show_presented(tx, ctx, record, rights).await
}

#[boxed]
pub(super) async fn show_presented<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    mut record: R,
    rights: Rights,
) -> Result<Shown<R>> {
    carried::show(tx, ctx, R::kind(), &mut record.meta_mut().extra.custom).await?;
    let verbs = match record.meta().deleted_at {
        None => record.verbs_for(ctx),
        Some(_) => vec![Verb::open("restore", Action::Delete)],
    };
    let (mut actions, mut refused) = (Vec::new(), Vec::new());
    for verb in verbs {
        let right = match verb.needs {
            Action::Update => rights.update,
            Action::Delete => rights.delete,
            other => !reach_of(ctx, R::kind(), other).is_nothing(),
        };
        match verb.closed.or((!right).then_some(&FORBIDDEN)) {
            None => actions.push(verb.name),
            Some(code) => refused.push(Refusal { action: verb.name, code: code.code }),
        }
    }
    let hidden = ctx.actor.withheld(R::kind().plural).hidden;
    Ok(Shown { record, actions, refused, hidden })
}
