//! Taking what was sent by a form: an answer to the campaign, a lead, and a consent with its proof; once.
//!
//! A consent is granted only where nothing has been said: nobody knows whose address a stranger types, so a
//! withdrawal is never taken back here. What somebody agrees to who is no party yet waits with the
//! submission, word for word, and becomes a consent when the lead becomes a party. Where no lead can be
//! made, because its owner has left, the answer is kept all the same. Price: whoever has withdrawn tells a
//! person when they want it again.

use super::{
    model::CaptureForm,
    store::{self, Agreed, Taken},
    submission::SubmitForm,
    visit::Visit,
};
use crate::{
    leads::{self, LeadId, LeadPlace},
    problems::FORM_FLOODED,
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_bulk::collection_channels::{self, Collected};
use guanxi_customers::{contacts::ContactId, parties::PartyId, rules::line};
use guanxi_kernel::{
    Ctx, Problem, Result, Text,
    problem::{INTERNAL, Kind, NOT_FOUND},
};
use guanxi_marketing::{
    consents,
    responses::{self, Response},
};
use guanxi_storage::{Db, Tx, resource};
use uuid::Uuid;

/// Takes a submission. One that was taken before changes nothing, and one of a machine is thrown away.
///
/// # Errors
/// `not_found` if the form has gone meanwhile; `form_flooded`; `required`, `unknown_field` as the form asks;
/// and as making a response.
pub async fn submit(db: &Db, visit: &Visit, sent: &SubmitForm) -> Result<()> {
    if sent.is_of_a_machine() {
        return Ok(());
    }
    let taken = db.write(visit.ctx.tenant, async |tx| take(tx, visit, sent).await).await;
    if taken.as_ref().is_err_and(|problem| problem.code().kind == Kind::Invalid) {
        db.write(visit.ctx.tenant, async |tx| refuse(tx, visit).await).await?;
    }
    taken
}

/// Counts a submission that the form does not take; the transaction that looked at it is gone.
async fn refuse(tx: &mut Tx, visit: &Visit) -> Result<()> {
    let form: CaptureForm = resource::load(tx, &visit.ctx, visit.form.uuid()).await?;
    collected(tx, &visit.ctx, &form, Collected { rejected: 1, ..Collected::default() }).await
}

/// Tells the channel of a form what has come through it.
async fn collected(tx: &mut Tx, ctx: &Ctx, form: &CaptureForm, counts: Collected) -> Result<()> {
    match form.input.collection_channel_id {
        Some(channel) => collection_channels::count(tx, ctx, channel, counts).await,
        None => Ok(()),
    }
}

async fn take(tx: &mut Tx, visit: &Visit, sent: &SubmitForm) -> Result<()> {
    let ctx = &visit.ctx;
    let form: CaptureForm = resource::load(tx, ctx, visit.form.uuid()).await?;
    if !form.input.active {
        return Err(NOT_FOUND.problem());
    }
    if store::is_taken(tx, visit.form, &sent.submission_id).await? {
        return Ok(());
    }
    bound(tx, ctx.now, &form, visit.sender).await?;
    Problem::collect(form.input.unfit(sent))?;
    let answer = form.input.answer(sent, ctx.now);
    let response = responses::capture(tx, ctx, answer, sent.captured(&form)).await?;
    let lead = lead_of(tx, ctx, &form, &response).await?;
    let agreed = form.agreed(sent, ctx.now);
    if let (Some(party), Some(agreed)) = (response.input.party_id, &agreed) {
        grant(tx, ctx, (party, response.input.contact_id), agreed.clone()).await?;
    }
    let taken = Taken {
        form: visit.form,
        submission: &sent.submission_id,
        response: response.meta.id.uuid(),
        lead,
        sender: visit.sender,
        agreed,
    };
    store::add(tx, taken, ctx.now).await?;
    collected(tx, ctx, &form, Collected { accepted: 1, ..Collected::default() }).await
}

/// Refuses more than the form takes in a minute, of all and from one address. Counted in the store, for all
/// nodes together.
async fn bound(tx: &mut Tx, now: DateTime<Utc>, form: &CaptureForm, sender: Uuid) -> Result<()> {
    let (id, all, one) = (form.meta.id, form.input.per_minute, form.input.per_minute_and_address);
    let of_all = store::nth_last(tx, id, all - 1).await?;
    let of_one = store::nth_last_of(tx, id, sender, one - 1).await?;
    for (limit, at) in [(all, of_all), (one, of_one)] {
        let Some(wait) = at.and_then(|at| wait(at, now)) else { continue };
        return Err(FORM_FLOODED.with("limit", limit).with("seconds", wait).retry_after(wait));
    }
    Ok(())
}

/// The seconds until a minute has passed since then, if it has not.
fn wait(since: DateTime<Utc>, now: DateTime<Utc>) -> Option<u64> {
    let left = since + TimeDelta::minutes(1) - now;
    // Rounded up: whoever waits that long is let in.
    let seconds = (left.num_milliseconds() + 999) / 1000;
    u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

/// The lead that the answer is. Where the rules refuse one (its owner has left, its pool has gone), the answer
/// is kept all the same: nobody who fills in a form can mend that.
async fn lead_of(
    tx: &mut Tx,
    ctx: &Ctx,
    form: &CaptureForm,
    response: &Response,
) -> Result<Option<LeadId>> {
    let to = LeadPlace { owner_id: form.input.lead_owner_id, pool_id: form.input.lead_pool_id };
    tx.begin_part().await?;
    let made = leads::of_response_to(tx, ctx, response.meta.id, to).await;
    match tx.end_part(made).await? {
        Ok((lead, _)) => Ok(Some(lead.record.meta.id)),
        Err(problem) => {
            tracing::warn!(%problem, form = %form.meta.id, "no lead could be made of an answer");
            Ok(None)
        }
    }
}

impl CaptureForm {
    /// What somebody agrees to by a submission, with the proof.
    fn agreed(&self, sent: &SubmitForm, now: DateTime<Utc>) -> Option<Agreed> {
        let asked = self.input.consent.as_ref().filter(|_| sent.consent)?;
        let (name, id, submission) = (&*self.input.name, self.meta.id, &*sent.submission_id);
        let at = now.format("%Y-%m-%dT%H:%M:%SZ");
        let text = &*asked.text;
        Some(Agreed {
            consent_medium: asked.medium,
            consent_purpose: asked.purpose.to_string(),
            consent_proof: format!("Form {name} ({id}), submission {submission}, {at}: {text}"),
            received_at: now,
        })
    }
}

async fn grant(
    tx: &mut Tx,
    ctx: &Ctx,
    who: (PartyId, Option<ContactId>),
    agreed: Agreed,
) -> Result<()> {
    let proof = Text::new(&agreed.consent_proof).map_err(|why| INTERNAL.problem().because(why))?;
    let purpose = line(&agreed.consent_purpose)?;
    let word = (agreed.received_at, proof);
    consents::grant_unless_said(tx, ctx, who, (agreed.consent_medium, &purpose), word).await
}

/// Keeps what somebody has agreed to as a lead as consents of the party that the lead has become.
///
/// # Errors
/// Those of the store.
pub(crate) async fn keep_consents(
    tx: &mut Tx,
    system: &Ctx,
    lead: LeadId,
    who: (PartyId, Option<ContactId>),
) -> Result<()> {
    for agreed in store::agreed(tx, lead).await? {
        grant(tx, system, who, agreed).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_48_whoever_waits_as_long_as_told_is_let_in() {
        let then = DateTime::<Utc>::UNIX_EPOCH;
        let after = |millis| wait(then, then + TimeDelta::milliseconds(millis));
        assert_eq!(after(0), Some(60));
        assert_eq!(after(59_001), Some(1));
        assert_eq!(after(60_000), None);
        assert_eq!(after(90_000), None);
    }
}
