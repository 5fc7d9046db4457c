//! The rules of relations that need the store, and the view from one contact.

use super::{CONTACT_RELATION, ContactRelation, RelationKind, RelationView, store};
use crate::{
    contacts::{Contact, ContactId},
    engine::{refer, standing, visible},
    problems::{CANNOT_BE_ONE, TOO_MANY_RECORDS},
    rules::{MAX_LEVELS, place},
};
use guanxi_kernel::{Action, Ctx, Result, problem::DUPLICATE};
use guanxi_storage::{Kind, Resource, Tx, merging::rewrite, resource};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How many relations of one contact are shown together.
const VIEW_LIMIT: usize = 1_000;

impl Resource for ContactRelation {
    fn kind() -> &'static Kind {
        &CONTACT_RELATION
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if standing(before).is_none_or(|before| before.input.fact() != self.input.fact()) {
            self.check(tx, ctx).await?;
        }
        self.party_id = store::party_of(tx, self.input.from_id).await?;
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.from_id.uuid(), self.input.to_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "from_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "kind": "reports_to",
            "to_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "note": "Since 2025; 由王总亲自招聘"
        })
    }
}

impl ContactRelation {
    /// Checks a fact that is new, in the words of the caller as long as it has to be named in them.
    async fn check(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        self.input.two_contacts()?;
        refer::<Contact>(tx, ctx, self.input.from_id.uuid(), "/from_id").await?;
        refer::<Contact>(tx, ctx, self.input.to_id.uuid(), "/to_id").await?;
        let turned = self.input.settle();
        if store::exists(tx, self.input.fact(), self.meta.id).await? {
            return Err(DUPLICATE.at("/to_id"));
        }
        if self.input.kind == RelationKind::ReportsTo {
            let (from, to) = if turned { ("/to_id", "/from_id") } else { ("/from_id", "/to_id") };
            self.check_superior(tx, from, to).await?;
        }
        Ok(())
    }

    /// Whoever reports to somebody reports to one only, and not to one of their own people.
    async fn check_superior(
        &self,
        tx: &mut Tx,
        from: &'static str,
        to: &'static str,
    ) -> Result<()> {
        if store::has_superior(tx, self.input.from_id, self.meta.id).await? {
            return Err(DUPLICATE.at(from));
        }
        let above = store::above(tx, self.input.to_id, self.meta.id, MAX_LEVELS).await?;
        place(&self.input.from_id, &above, 1, to)
    }
}

/// Every relation of a contact that the caller may see, told from its side, by the other's name.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read contacts and their relations;
/// `too_many_records` beyond 1,000.
pub async fn relations_of(tx: &mut Tx, ctx: &Ctx, id: ContactId) -> Result<Vec<RelationView>> {
    let plural = CONTACT_RELATION.plural;
    ctx.require(plural, Action::Read)?;
    resource::load::<Contact>(tx, ctx, id.uuid()).await?;
    let mut views = store::views(tx, id, VIEW_LIMIT + 1).await?;
    if views.len() > VIEW_LIMIT {
        return Err(TOO_MANY_RECORDS.with("limit", VIEW_LIMIT).with("resource", plural));
    }
    let relations =
        visible::<ContactRelation>(tx, ctx, views.iter().map(|v| v.relation_id.uuid())).await?;
    let others = visible::<Contact>(tx, ctx, views.iter().map(|v| v.contact_id.uuid())).await?;
    views.retain(|view| {
        relations.contains(&view.relation_id.uuid()) && others.contains(&view.contact_id.uuid())
    });
    let hidden = ctx.actor.withheld(plural).hidden;
    // Who does not see what the two are to each other sees no relation.
    views.retain(|_| !["kind", "from_id", "to_id"].iter().any(|name| hidden.contains(*name)));
    if hidden.contains("note") {
        views.iter_mut().for_each(|view| view.note = None);
    }
    Ok(views)
}

/// Deletes the relations of a contact that is being deleted.
///
/// # Errors
/// Those of the store.
pub(crate) async fn delete_of(tx: &mut Tx, ctx: &Ctx, contacts: &[ContactId]) -> Result<()> {
    let ctx = ctx.on_behalf();
    for relation in store::of(tx, contacts).await? {
        resource::delete::<ContactRelation>(tx, &ctx, relation.uuid()).await?;
    }
    Ok(())
}

/// Lets the relations of a contact follow it to another party.
///
/// # Errors
/// Those of the store.
pub(crate) async fn follow(tx: &mut Tx, ctx: &Ctx, contact: ContactId) -> Result<()> {
    let ctx = ctx.on_behalf();
    for relation in store::of(tx, &[contact]).await? {
        // Nothing is decided: settling alone finds the new party.
        let same = |_: &mut ContactRelation| Ok(());
        resource::change(tx, &ctx, relation.uuid(), "moved", same).await?;
    }
    Ok(())
}

/// Deletes the relations of `theirs` that `ours` cannot take over when the two contacts become one.
///
/// # Errors
/// `cannot_be_one` when one of them would stand above itself then.
pub(crate) async fn make_room(
    tx: &mut Tx,
    ctx: &Ctx,
    ours: ContactId,
    theirs: ContactId,
) -> Result<()> {
    for (one, other) in [(ours, theirs), (theirs, ours)] {
        let above = store::above(tx, one, Uuid::nil().into(), MAX_LEVELS).await?;
        // One directly above the other is only a relation of the two, which goes.
        if above.iter().skip(2).any(|id| *id == other) {
            return Err(CANNOT_BE_ONE.at("/merged_id"));
        }
    }
    for relation in store::in_the_way(tx, ours, theirs).await? {
        rewrite::<ContactRelation>(tx, ctx, relation.uuid(), "deleted", |relation| {
            relation.meta.deleted_at = Some(ctx.now);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Turns the relations of a contact into the direction in which they are stored, after one of their
/// ends has become another contact.
///
/// # Errors
/// Those of the store.
pub(crate) async fn turn(tx: &mut Tx, ctx: &Ctx, contact: ContactId) -> Result<()> {
    for relation in store::turned(tx, contact).await? {
        rewrite::<ContactRelation>(tx, ctx, relation.uuid(), "updated", |relation| {
            relation.input.turn();
            Ok(())
        })
        .await?;
    }
    Ok(())
}
