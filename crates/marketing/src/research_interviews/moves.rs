//! What changes the state of an interview.

use super::{ResearchInterview, ResearchInterviewId, ResearchInterviewMove, store};
use crate::{problems::RESEARCH_NOT_AGREED, research_answers};
use guanxi_customers::rules::today;
use guanxi_kernel::{Action, Ctx, Problem, Result, problem::REQUIRED};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use guanxi_workflow::playbooks::{self, PlaybookItem, Sheet};

/// Completes an interview: what was said in it counts from now on, and what it says of media and ways of contact
/// becomes a preference of the person.
///
/// # Errors
/// `research_interview_state`; `research_not_agreed`; `validation_failed` with a finding for each required question
/// without an answer; and as any change.
pub async fn complete(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ResearchInterviewId,
) -> Result<Shown<ResearchInterview>> {
    resource::require::<ResearchInterview>(ctx, Action::Update)?;
    let interview: ResearchInterview = resource::load(tx, ctx, id.uuid()).await?;
    interview.state.after(ResearchInterviewMove::Complete)?;
    if interview.input.agreed_on.is_none() {
        return Err(RESEARCH_NOT_AGREED.at("/agreed_on"));
    }
    unanswered(tx, &interview).await?;
    let day = today(ctx);
    let close = |one: &mut ResearchInterview| {
        one.state = one.state.after(ResearchInterviewMove::Complete)?;
        one.input.held_on.get_or_insert(day);
        one.completed_at = Some(ctx.now);
        Ok(())
    };
    let shown = resource::change(tx, ctx, id.uuid(), "completed", close).await?;
    research_answers::prefer(tx, ctx, &shown.record).await?;
    Ok(shown)
}

/// Refuses what is required of the guide and was not answered.
async fn unanswered(tx: &mut Tx, interview: &ResearchInterview) -> Result<()> {
    let Some(guide) = interview.playbook_id else { return Ok(()) };
    let edition = (guide, interview.guide_edition);
    let steps = playbooks::steps(tx, [edition]).await?.remove(&edition).unwrap_or_default();
    let answered = store::answered(tx, interview.meta.id).await?;
    let lacks = |item: &&PlaybookItem| item.required && !answered.contains(&*item.code);
    let finding = |item: &PlaybookItem| REQUIRED.field(format!("/answers/{}", item.code));
    Problem::collect(Sheet(&steps).items().filter(lacks).map(finding).collect())
}

/// Notes that an interview will not be held, which gives its place back.
///
/// # Errors
/// `research_interview_state`; and as any change.
pub async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ResearchInterviewId,
) -> Result<Shown<ResearchInterview>> {
    let close = |one: &mut ResearchInterview| {
        one.state = one.state.after(ResearchInterviewMove::Cancel)?;
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "cancelled", close).await
}

/// Opens an interview again.
///
/// # Errors
/// `research_interview_state`; `research_quota_full` if its place was given to another; and as any change.
pub async fn reopen(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ResearchInterviewId,
) -> Result<Shown<ResearchInterview>> {
    let open = |one: &mut ResearchInterview| {
        one.state = one.state.after(ResearchInterviewMove::Reopen)?;
        one.completed_at = None;
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "reopened", open).await
}

/// Notes that the person does not agree any more: what they have said is deleted, and the place is free. Preferences
/// that were learnt from it stay, since they are the person's own wish.
///
/// # Errors
/// `research_interview_state`; and as any change.
pub async fn withdraw(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ResearchInterviewId,
) -> Result<Shown<ResearchInterview>> {
    let take_back = |one: &mut ResearchInterview| {
        one.state = one.state.after(ResearchInterviewMove::Withdraw)?;
        (one.input.agreed_on, one.completed_at) = (None, None);
        Ok(())
    };
    let shown = resource::change(tx, ctx, id.uuid(), "withdrawn", take_back).await?;
    research_answers::forget(tx, ctx, id).await?;
    Ok(shown)
}
