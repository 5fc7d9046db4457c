//! The rules of a save.

use super::{DECISION_STAGE, DecisionStage, DecisionStageName, store};
use crate::{consents::person, problems::CONTACT_OF_OTHER_PARTY};
use guanxi_customers::{
    contacts::Contact,
    engine::{refer, standing},
    problems::IMMUTABLE,
};
use guanxi_kernel::{Ctx, Id, Result, problem::DUPLICATE};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for DecisionStage {
    fn kind() -> &'static Kind {
        &DECISION_STAGE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            let (now, had) = (&self.input, &before.input);
            let members = [
                ("/party_id", now.party_id == had.party_id),
                ("/contact_id", now.contact_id == had.contact_id),
            ];
            if let Some((place, _)) = members.into_iter().find(|(_, same)| !same) {
                return Err(IMMUTABLE.at(place));
            }
        }
        if standing(before).is_none_or(|before| before.input.stage != self.input.stage) {
            self.entered_at = ctx.now;
        }
        if standing(before).is_some() {
            return Ok(());
        }
        if let Some(contact) = self.input.contact_id {
            let contact: Contact = refer(tx, ctx, contact.uuid(), "/contact_id").await?;
            if contact.input.party_id != self.input.party_id {
                return Err(CONTACT_OF_OTHER_PARTY.at("/contact_id"));
            }
        }
        self.person = person(self.input.party_id, self.input.contact_id);
        match store::has_person(tx, &self.person, self.meta.id).await? {
            true => Err(DUPLICATE.at("/party_id")),
            false => Ok(()),
        }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let (now, had) = (self.lasts(), before.and_then(Self::lasts));
        if now == had {
            return Ok(());
        }
        if had.is_some() {
            store::leave(tx, self.meta.id, ctx.now).await?;
        }
        match now {
            Some(stage) => store::enter(tx, self, stage).await,
            None => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        let contact = self.input.contact_id.map(Id::uuid);
        contact.into_iter().chain([self.input.party_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "stage": "pre_sale",
            "note": "已索取报价资料。"
        })
    }
}

impl DecisionStage {
    /// The stage that somebody is in; none once it is deleted.
    fn lasts(&self) -> Option<DecisionStageName> {
        self.meta.deleted_at.is_none().then_some(self.input.stage)
    }
}
