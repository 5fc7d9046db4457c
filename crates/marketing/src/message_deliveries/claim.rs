//! Who is written to next. What was so when the message was handed over may have changed since, so it is
//! all looked at again, in the transaction that claims the delivery.

use super::{
    model::MessageDeliveryId,
    store::{self, Due},
};
use crate::{
    consents::locked_words,
    contact_preferences::locked_preferences,
    experiments::HoldOuts,
    media::MediumKind,
    messages::{
        Addressee, ExclusionReason, Judged, Past, Reader, Sheet, WrittenMessage, bound_since,
        reader, said_in, sheet, unsubscribe_token, values, write, written_to,
    },
};
use chrono::TimeDelta;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, bulk::is_of_store};
use uuid::Uuid;

/// A letter that one try has for itself.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) id: MessageDeliveryId,
    pub(crate) claim: Uuid,
    pub(crate) to: String,
    pub(crate) written: WrittenMessage,
    pub(crate) unsubscribe_url: String,
}

/// What there was to do.
#[derive(Debug)]
pub(crate) enum Next {
    /// Nothing is due.
    Nothing,
    /// Somebody is not written to any more.
    Passed,
    /// This letter is to be sent.
    Claimed(Box<Claimed>),
}

/// Claims the delivery that waits longest for one try, which has that long, or leaves it out. Nobody
/// withdraws a consent meanwhile, and who is written to by another message at the same time is counted.
///
/// # Errors
/// Those of the store.
pub(crate) async fn claim(
    tx: &mut Tx,
    ctx: &Ctx,
    public_url: &str,
    takes: TimeDelta,
) -> Result<Next> {
    let Some(due) = store::lock_due(tx, ctx.now).await? else { return Ok(Next::Nothing) };
    let Some(sheet) = sheet(tx, due.message_id).await? else { return Ok(Next::Passed) };
    let Some(reader) = reader(tx, due.message_id, due.member_id).await? else {
        store::exclude(tx, due.id, ExclusionReason::NoAddress, ctx.now).await?;
        return Ok(Next::Passed);
    };
    if let Some(reason) = excluded(tx, ctx, &due, &sheet, &reader).await? {
        store::exclude(tx, due.id, reason, ctx.now).await?;
        return Ok(Next::Passed);
    }
    let token = unsubscribe_token(ctx, due.id);
    let unsubscribe_url = format!("{public_url}/v1/unsubscribe/{token}");
    let written = match written(&sheet, &reader, &unsubscribe_url) {
        Ok(written) => written,
        Err(problem) if is_of_store(&problem) => return Err(problem),
        Err(problem) => {
            store::fail(tx, due.id, &problem.detail(ctx.language), ctx.now).await?;
            return Ok(Next::Passed);
        }
    };
    let claim = Uuid::new_v4();
    store::take(tx, due.id, claim, (ctx.now, ctx.now + takes)).await?;
    let to = due.address.unwrap_or_default();
    Ok(Next::Claimed(Box::new(Claimed { id: due.id, claim, to, written, unsubscribe_url })))
}

async fn excluded(
    tx: &mut Tx,
    ctx: &Ctx,
    due: &Due,
    sheet: &Sheet,
    reader: &Reader,
) -> Result<Option<ExclusionReason>> {
    const MEDIUM: MediumKind = MediumKind::Email;
    let (purpose, people) = (&*sheet.purpose, reader.people());
    let words = locked_words(tx, MEDIUM, purpose, &people).await?;
    let leave = reader.leave(words.iter());
    let preferences = locked_preferences(tx, &people).await?;
    let wish = reader.wish(preferences.iter());
    let wanted = match wish.is_silent() {
        true => true,
        false => {
            let variants = sheet.variants.iter().map(|variant| variant.medium_id).collect();
            wish.pick(&said_in(tx, variants, &sheet.of_campaign).await?, MEDIUM) == Some(MEDIUM)
        }
    };
    let held_out = HoldOuts::of(tx, ctx, sheet.experiments()).await?;
    let controls = held_out.among(tx, &people.parties).await?;
    let mut past = Past::default();
    if let Some(since) = bound_since(leave, &wish, ctx.now) {
        for written in written_to(tx, [reader.person()], since).await? {
            past.add(&written, purpose);
        }
    }
    let known = Judged {
        has_it: false,
        control: controls.contains(&reader.party_id),
        medium: wanted,
        address: reader.addresses().any(|address| Some(address) == due.address.as_deref()),
        address_taken: false,
        leave,
        lately: past.lately(leave, ctx.now),
        full: wish.is_full(&past.all, ctx.now),
    };
    Ok(known.excluded())
}

fn written(sheet: &Sheet, reader: &Reader, unsubscribe_url: &str) -> Result<WrittenMessage> {
    let addressee = Addressee {
        party: &reader.party_name,
        contact: reader.contact_name.as_deref(),
        source_code: reader.source_code.as_deref(),
        campaign: &sheet.campaign_name,
        unsubscribe_url,
    };
    write(sheet.wording(), &values(&sheet.offer, &addressee))
}
