//! The rules of a save, and a withdrawal by the person themselves.

use super::{
    model::{CONSENT, Consent, ConsentId, ConsentInput, ConsentState, person},
    store,
};
use crate::{media::MediumKind, problems::CONTACT_OF_OTHER_PARTY};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    engine::{refer, standing},
    parties::PartyId,
    problems::IMMUTABLE,
    rules::{refuse, whole_micros},
};
use guanxi_kernel::{
    Ctx, Id, Line, Result, Text,
    problem::{DUPLICATE, INTERNAL, OUT_OF_RANGE},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Consent {
    fn kind() -> &'static Kind {
        &CONSENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let new_word = before.is_some_and(|before| {
            let same_time = before.input.said_at == self.input.said_at;
            same_time && before.input.state != self.input.state
        });
        let said_at = self.input.said_at.filter(|_| !new_word);
        let said_at = whole_micros(said_at.unwrap_or(ctx.now));
        if said_at > ctx.now {
            return Err(refuse(&OUT_OF_RANGE, "/said_at", ("expected", "now or earlier")));
        }
        self.input.said_at = Some(said_at);
        if let Some(before) = before {
            let (now, had) = (&self.input, &before.input);
            let members = [
                ("/party_id", now.party_id == had.party_id),
                ("/contact_id", now.contact_id == had.contact_id),
                ("/medium", now.medium == had.medium),
                ("/purpose", now.purpose == had.purpose),
            ];
            if let Some((place, _)) = members.into_iter().find(|(_, same)| !same) {
                return Err(IMMUTABLE.at(place));
            }
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
        let who = (self.input.party_id, self.input.contact_id);
        self.person = person(who.0, who.1);
        let for_what = (self.input.medium, &*self.input.purpose);
        match store::of_person(tx, who, for_what, Some(self.meta.id)).await?.as_slice() {
            [] => Ok(()),
            [..] => Err(DUPLICATE.at("/purpose")),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        let contact = self.input.contact_id.map(Id::uuid);
        contact.into_iter().chain([self.input.party_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "medium": "email",
            "purpose": "newsletter",
            "state": "granted",
            "proof": "展会登记表,2026-03-18。",
            "max_messages": 2,
            "period_days": 7
        })
    }
}

/// Notes that a person agrees to what is sent for a purpose by a sort of medium, unless they have said
/// anything of it before: nobody knows that it is they who fill in a form on a public page, so it never
/// takes back a word of theirs.
///
/// # Errors
/// Those of the store.
pub async fn grant_unless_said(
    tx: &mut Tx,
    ctx: &Ctx,
    (party_id, contact_id): (PartyId, Option<ContactId>),
    (medium, purpose): (MediumKind, &Line<60>),
    (said_at, proof): (DateTime<Utc>, Text<1000>),
) -> Result<()> {
    let who = (party_id, contact_id);
    if !store::of_person(tx, who, (medium, &**purpose), None).await?.is_empty() {
        return Ok(());
    }
    let input = ConsentInput {
        party_id,
        contact_id,
        medium,
        purpose: purpose.clone(),
        state: ConsentState::Granted,
        said_at: Some(said_at),
        proof: Some(proof),
        max_messages: None,
        period_days: None,
    };
    resource::create::<Consent>(tx, ctx, input).await.map(drop)
}

/// Notes that a person wants no more of what is sent for a purpose by a sort of medium, whatever they had
/// said before: each word of theirs, so that whoever was merged stays withdrawn when the two part again. Done for
/// them by the program.
///
/// # Errors
/// Those of the store.
pub(crate) async fn withdraw(
    tx: &mut Tx,
    ctx: &Ctx,
    (party_id, contact_id): (PartyId, Option<ContactId>),
    (medium, purpose): (MediumKind, &Line<60>),
    proof: &str,
) -> Result<()> {
    let proof: Text<1000> = Text::new(proof).map_err(|why| INTERNAL.problem().because(why))?;
    let who = (party_id, contact_id);
    let known: Vec<ConsentId> = store::of_person(tx, who, (medium, &**purpose), None).await?;
    for id in &known {
        let proof = proof.clone();
        let change = |one: &mut Consent| {
            if one.input.state == ConsentState::Granted {
                one.input.state = ConsentState::Withdrawn;
                (one.input.said_at, one.input.proof) = (Some(ctx.now), Some(proof));
            }
            Ok(())
        };
        resource::change(tx, ctx, id.uuid(), "updated", change).await?;
    }
    if !known.is_empty() {
        return Ok(());
    }
    let input = ConsentInput {
        party_id,
        contact_id,
        medium,
        purpose: purpose.clone(),
        state: ConsentState::Withdrawn,
        said_at: Some(ctx.now),
        proof: Some(proof),
        max_messages: None,
        period_days: None,
    };
    resource::create::<Consent>(tx, ctx, input).await.map(drop)
}
