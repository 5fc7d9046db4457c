//! The rules of contacts that need the store.

use super::{CONTACT, Contact, ContactId, store};
use crate::{
    contact_relations,
    departments::Department,
    duplicates::refuse_duplicate,
    engine::{refer, standing},
    merges::{self, refuse_restore},
    parties::Party,
    rules::today,
};
use guanxi_kernel::{
    Ctx, Result, pinyin,
    problem::{DUPLICATE, OUT_OF_RANGE},
    text,
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Contact {
    fn kind() -> &'static Kind {
        &CONTACT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        refuse_restore(tx, before).await?;
        self.input.settle(&ctx.settings.country)?;
        if self.input.born_on.is_some_and(|day| day > today(ctx)) {
            return Err(OUT_OF_RANGE.at("/born_on").with("expected", "today or earlier"));
        }
        self.derive_keys();
        self.check_department(tx, ctx, standing(before)).await?;
        self.check_primary(tx, ctx, before).await?;
        if before.is_none() { refuse_duplicate(tx, ctx, self).await } else { Ok(()) }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        if self.meta.deleted_at.is_some() {
            contact_relations::delete_of(tx, ctx, &[self.meta.id]).await
        } else if self.input.party_id != before.input.party_id {
            contact_relations::follow(tx, ctx, self.meta.id).await
        } else {
            Ok(())
        }
    }

    async fn all_changed(records: &[(Self, Self)], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let (gone, stay): (Vec<&(Self, Self)>, Vec<_>) =
            records.iter().partition(|(_, after)| after.meta.deleted_at.is_some());
        let gone: Vec<ContactId> = gone.into_iter().map(|(_, after)| after.meta.id).collect();
        contact_relations::delete_of(tx, ctx, &gone).await?;
        for (before, after) in stay {
            after.saved(tx, ctx, Some(before)).await?;
        }
        Ok(())
    }

    fn derive_keys(&mut self) {
        self.name_folded = text::sort_key(&self.input.name);
        self.name_pinyin = pinyin::sort_key(&self.name_folded, true);
    }

    async fn survivor(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>> {
        merges::survivor(tx, id).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "department_id": null,
            "name": "王伟 (David Wang)",
            "job_title": "采购总监 Procurement Director",
            "phones": [{ "kind": "mobile", "number": "+8613800138000" }],
            "emails": [{ "kind": "work", "address": "david.wang@hongtu.example.com" }],
            "tags": ["decision maker", "高尔夫"],
            "is_primary": true,
            "born_on": "1984-02-29",
            "lunar_birthday": false,
            "note": "喜欢在周二上午接电话。"
        })
    }
}

impl Contact {
    /// A department is of the party that the contact is of; whoever moves clears or changes both.
    async fn check_department(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(department) = self.input.department_id else { return Ok(()) };
        let place = |contact: &Self| (contact.input.party_id, contact.input.department_id);
        if before.map(place) == Some(place(self)) {
            return Ok(());
        }
        let department = refer::<Department>(tx, ctx, department.uuid(), "/department_id").await?;
        department.require_party(self.input.party_id, "/department_id")
    }

    async fn check_primary(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let role = |contact: &Self| (contact.input.party_id, contact.input.is_primary);
        if !self.input.is_primary || standing(before).map(role) == Some(role(self)) {
            return Ok(());
        }
        let party = self.input.party_id;
        if !store::has_primary(tx, party, self.meta.id).await? {
            return Ok(());
        }
        if before.is_none_or(|before| before.input.party_id != party) {
            // Whoever does not see the party is not told that it has one.
            refer::<Party>(tx, ctx, party.uuid(), "/party_id").await?;
        }
        Err(DUPLICATE.at("/is_primary"))
    }
}
