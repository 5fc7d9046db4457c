//! The rules of a save.

use super::{
    model::{CONTACT_PREFERENCE, ContactPreference},
    store,
};
use crate::{consents::person, problems::CONTACT_OF_OTHER_PARTY};
use guanxi_customers::{
    contacts::Contact,
    engine::{refer, standing},
    problems::IMMUTABLE,
    rules::repeated,
};
use guanxi_kernel::{
    Ctx, Id, Problem, Result,
    problem::{DUPLICATE, REQUIRED},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for ContactPreference {
    fn kind() -> &'static Kind {
        &CONTACT_PREFERENCE
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
        Problem::collect(repeated(&self.input.media, "/media", |one| *one))?;
        let (bound, way) = (self.input.max_messages, self.input.contact_way);
        if self.input.media.is_empty() && bound.is_none() && way.is_none() {
            return Err(REQUIRED.at("/media"));
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
        let (party, contact) = (self.input.party_id, self.input.contact_id);
        self.person = person(party, contact);
        match store::has_person(tx, party, contact, self.meta.id).await? {
            true => Err(DUPLICATE.at("/party_id")),
            false => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        let contact = self.input.contact_id.map(Id::uuid);
        contact.into_iter().chain([self.input.party_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "media": ["direct_mail", "email"],
            "max_messages": 2,
            "period_days": 7,
            "contact_way": "phone"
        })
    }
}
