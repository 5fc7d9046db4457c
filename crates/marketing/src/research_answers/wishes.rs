//! What is said of media and of ways of contact becomes a preference of the person.

use super::{
    ResearchAnswer, ResearchAnswerId,
    store::{self, Wished},
};
use crate::{
    contact_preferences::{Learnt, learn},
    research_interviews::{ResearchInterview, ResearchInterviewId, ResearchInterviewState},
};
use guanxi_customers::{contacts::ContactId, engine::standing};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, resource};

impl ResearchAnswer {
    /// What it says of that, while it is there.
    fn wish(&self) -> Option<Learnt> {
        let input = &self.input;
        let learnt = Learnt {
            media: input.media.clone(),
            max_messages: input.max_messages,
            period_days: input.period_days,
            contact_way: input.contact_way,
        };
        let says = self.meta.deleted_at.is_none() && !learnt.is_empty();
        says.then_some(learnt)
    }
}

impl Wished {
    fn learnt(self) -> Learnt {
        Learnt {
            media: self.media.0,
            max_messages: self.max_messages,
            period_days: self.period_days,
            contact_way: self.contact_way,
        }
    }
}

/// Follows an answer that is coded after its interview was completed.
pub(super) async fn follow(
    answer: &ResearchAnswer,
    tx: &mut Tx,
    ctx: &Ctx,
    before: Option<&ResearchAnswer>,
) -> Result<()> {
    let wish = answer.wish();
    let had = standing(before);
    let same = had
        .is_some_and(|had| had.wish() == wish && had.input.contact_id == answer.input.contact_id);
    let (Some(id), false) = (answer.input.research_interview_id, same) else {
        return Ok(());
    };
    let Some(learnt) = wish else { return Ok(()) };
    let interview: ResearchInterview = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
    if interview.state != ResearchInterviewState::Completed {
        return Ok(());
    }
    let (from, contact) = (answer.meta.id, answer.input.contact_id);
    keep(tx, ctx, &interview, (from, contact), &learnt).await
}

/// Keeps what the answers of an interview say, the last word last.
pub(crate) async fn prefer(tx: &mut Tx, ctx: &Ctx, interview: &ResearchInterview) -> Result<()> {
    for wished in store::wished(tx, interview.meta.id).await? {
        let from = (wished.id, wished.contact_id);
        let learnt = wished.learnt();
        if !learnt.is_empty() {
            keep(tx, ctx, interview, from, &learnt).await?;
        }
    }
    Ok(())
}

/// As a preference of whom the answer is about, else of who is interviewed; it says from which answer it is. Nothing
/// of somebody who is gone, or with another party by now: that must not keep an interview from being completed.
async fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    interview: &ResearchInterview,
    (from, about): (ResearchAnswerId, Option<ContactId>),
    learnt: &Learnt,
) -> Result<()> {
    let system = Ctx { source: format!("research:{from}").into(), ..ctx.on_behalf() };
    let (party, contact) = (interview.input.party_id, about.or(interview.input.contact_id));
    if !store::is_there(tx, party, contact).await? {
        return Ok(());
    }
    learn(tx, &system, (party, contact), learnt).await
}

/// Deletes the answers of an interview: the person does not agree any more.
pub(crate) async fn forget(tx: &mut Tx, ctx: &Ctx, id: ResearchInterviewId) -> Result<()> {
    let system = ctx.on_behalf();
    for answer in store::of_interview(tx, id).await? {
        resource::delete::<ResearchAnswer>(tx, &system, answer.uuid()).await?;
    }
    Ok(())
}
