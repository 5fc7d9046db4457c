//! Which party, contact and member somebody is who answers.
//!
//! Somebody is the same who is on record as the same contact or party, or who answers with a phone number or an
//! e-mail address of an earlier answer. The word for them is that of their first answer, so that each key finds
//! it and they are counted once. Price: two who have answered with nothing in common stay two when a third
//! answer shows that they are one; that answer is the first one's and calls for nothing more.

use super::{model::ResponseInput, store};
use crate::problems::{CONTACT_OF_OTHER_PARTY, NO_RESPONDER};
use guanxi_customers::{
    contacts::{CONTACT, Contact},
    engine::refer,
    parties::PARTY,
    problems::INVALID_PHONE,
    rules::refuse,
};
use guanxi_kernel::{Ctx, Line, Result, phone::e164, problem::INVALID_FORMAT};
use guanxi_storage::{Tx, resource};

/// Brings what was written of somebody into the one form that is kept, finds who they are among the records
/// that the caller may see, and says in a word who they are.
///
/// # Errors
/// `no_responder`; `invalid_phone`, `invalid_format`; `unknown_reference`, `contact_of_other_party`.
pub(super) async fn settle(tx: &mut Tx, ctx: &Ctx, input: &mut ResponseInput) -> Result<String> {
    if let Some(number) = &input.phone {
        let country = &ctx.settings.country;
        let known = e164(number, country).and_then(|number| Line::new(&number).ok());
        let wrong = || refuse(&INVALID_PHONE, "/phone", ("country", country));
        input.phone = Some(known.ok_or_else(wrong)?);
    }
    let wrong = |_| refuse(&INVALID_FORMAT, "/email", ("expected", "an e-mail address"));
    input.settle_email().map_err(wrong)?;
    if input.party_id.is_none() && input.contact_id.is_none() {
        find(tx, ctx, input).await?;
    }
    if let Some(id) = input.contact_id {
        let contact: Contact = refer(tx, ctx, id.uuid(), "/contact_id").await?;
        let party = *input.party_id.get_or_insert(contact.input.party_id);
        if party != contact.input.party_id {
            return Err(CONTACT_OF_OTHER_PARTY.at("/contact_id"));
        }
        tx.learn(PARTY.name, party.uuid());
    }
    if let Some(word) = answered_before(tx, input).await? {
        return Ok(word);
    }
    let known = [
        input.contact_id.map(|id| format!("contact:{id}")),
        input.party_id.map(|id| format!("party:{id}")),
        input.phone.as_ref().map(|number| format!("phone:{number}")),
        input.email.as_ref().map(|address| format!("email:{address}")),
    ];
    known.into_iter().flatten().next().ok_or_else(|| NO_RESPONDER.problem())
}

/// The word for somebody who has answered before. Who is on record is nobody else on record, whatever number
/// they share.
async fn answered_before(tx: &mut Tx, input: &ResponseInput) -> Result<Option<String>> {
    let points = [("phone", input.phone.as_deref()), ("email", input.email.as_deref())];
    let points: Vec<(&'static str, &str)> =
        points.into_iter().filter_map(|(field, text)| Some((field, text?))).collect();
    let Some(party) = input.party_id else { return store::word_by(tx, &points, false).await };
    match store::word_of(tx, party, input.contact_id).await? {
        None => store::word_by(tx, &points, true).await,
        found => Ok(found),
    }
}

/// Finds a contact, else a party, by phone number or e-mail address, if exactly one has it.
async fn find(tx: &mut Tx, ctx: &Ctx, input: &mut ResponseInput) -> Result<()> {
    let points = [("phone", input.phone.as_deref()), ("email", input.email.as_deref())];
    for kind in [&CONTACT, &PARTY] {
        for (field, text) in points {
            let Some(text) = text else { continue };
            let [id] = store::known_by(tx, kind.name, field, text).await?[..] else { continue };
            if !resource::visible(tx, ctx, kind, id).await? {
                continue;
            }
            match kind.name == CONTACT.name {
                true => input.contact_id = Some(id.into()),
                false => input.party_id = Some(id.into()),
            }
            return Ok(());
        }
    }
    Ok(())
}
