//! Records that go on only with the consent of whom definitions name: handed in, waiting, agreed to, or a
//! draft again.
//!
//! A domain crate says once which states these are and what approvers are told ([`NeedsConsent`]); asking,
//! requiring, giving up and following the decision are the same for all. What is refused without consent,
//! and with which code, stays with the domain.

use crate::{
    approvals::{self, Approval, ApprovalStatus, Ask},
    definitions,
    documents::Document,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Resource, Tx, resource};
use uuid::Uuid;

/// Through which states consent leads, and what approvers read where they are asked no more.
pub struct Course<S> {
    /// What definitions are about.
    pub document: &'static Document,
    /// Worked on; also what was not agreed to.
    pub draft: S,
    /// Handed in, as long as nobody has decided.
    pub waiting: S,
    /// Agreed to, or handed in where no definition wants anybody asked.
    pub agreed: S,
    /// Why nobody is asked any more about what says something else now.
    pub changed: &'static str,
    /// Why nobody is asked any more about what goes another way.
    pub ended: &'static str,
}

impl<S: Copy + PartialEq> Course<S> {
    /// Where a decision leads, and by which verb it is told.
    fn after(&self, decision: ApprovalStatus) -> (S, &'static str) {
        match decision {
            ApprovalStatus::Approved => (self.agreed, "approved"),
            ApprovalStatus::Rejected => (self.draft, "rejected"),
            _ => (self.draft, "recalled"),
        }
    }

    /// Whether what waited has left that for none of the states that a decision leads to.
    fn has_ended(&self, before: S, now: S) -> bool {
        before == self.waiting && ![self.waiting, self.agreed, self.draft].contains(&now)
    }
}

/// A record that needs consent.
pub trait NeedsConsent: Resource {
    /// Its states.
    type State: Copy + PartialEq + Send + Sync + 'static;
    /// The record that what approvers are told rests on besides, `()` for none.
    type About: Sync;

    /// The course of consent; a `static` beside the type.
    fn course() -> &'static Course<Self::State>;

    /// How far it has come, and the approval that was asked for last.
    fn consent(&self) -> (Self::State, Option<Uuid>);

    /// The same, to change.
    fn consent_mut(&mut self) -> (&mut Self::State, &mut Option<Uuid>);

    /// What approvers are asked.
    ///
    /// # Errors
    /// `no_exchange_rate`.
    fn wish(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        about: &Self::About,
    ) -> impl Future<Output = Result<Ask>> + Send;
}

/// Hands a record in: it waits for the approval that rules want, or is agreed to at once.
///
/// # Errors
/// `no_approver`; `approval_pending`; `no_exchange_rate`.
pub async fn ask<R: NeedsConsent>(
    record: &mut R,
    tx: &mut Tx,
    ctx: &Ctx,
    about: &R::About,
) -> Result<()> {
    let course = R::course();
    let mut asked = None;
    // Without a rule nothing need be known, such as a rate.
    if definitions::is_ruled(tx, course.document.code).await? {
        let wish = record.wish(tx, ctx, about).await?;
        asked = approvals::ask(tx, ctx, wish).await?;
    }
    let (state, approval_id) = record.consent_mut();
    *approval_id = asked.map(|approval| approval.meta.id.uuid());
    if approval_id.is_none() {
        *state = course.agreed;
    }
    Ok(())
}

/// Whether somebody must agree to a record as it is by now.
///
/// # Errors
/// `no_exchange_rate`.
pub async fn is_wanted<R: NeedsConsent>(
    record: &R,
    tx: &mut Tx,
    ctx: &Ctx,
    about: &R::About,
) -> Result<bool> {
    if !definitions::is_ruled(tx, R::course().document.code).await? {
        return Ok(false);
    }
    let wish = record.wish(tx, ctx, about).await?;
    approvals::wanted(tx, ctx, &wish).await
}

/// Has nobody asked any more about what has changed or comes to nothing.
///
/// # Errors
/// Those of the store.
pub async fn give_up<R: NeedsConsent>(
    record: &R,
    tx: &mut Tx,
    ctx: &Ctx,
    before: &R,
) -> Result<()> {
    let course = R::course();
    let ((had, asked), (now, asks)) = (before.consent(), record.consent());
    match (asked, asks) {
        (Some(_), None) => {
            let (document, id) = (course.document.code, record.meta().id.uuid());
            approvals::void(tx, ctx, document, id, course.changed).await.map(drop)
        }
        (Some(id), Some(_)) if course.has_ended(had, now) => {
            approvals::give_up(tx, ctx, id.into(), course.ended).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// Goes on with a record that was agreed to; brings one back to a draft that was not. One that does not
/// wait for this approval stays as it is.
///
/// # Errors
/// What the rules of the record say to it.
pub async fn decided<R: NeedsConsent>(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let (course, id) = (R::course(), approval.input.subject_id);
    let now: R = resource::load(tx, ctx, id).await?;
    if now.consent() != (course.waiting, Some(approval.meta.id.uuid())) {
        return Ok(());
    }
    let (state, verb) = course.after(approval.status);
    let go = |one: &mut R| {
        *one.consent_mut().0 = state;
        Ok(())
    };
    resource::change(tx, ctx, id, verb, go).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::REQUEST;

    static COURSE: Course<char> = Course {
        document: &REQUEST,
        draft: 'd',
        waiting: 'w',
        agreed: 'a',
        changed: "It has changed.",
        ended: "It was cancelled.",
    };

    #[test]
    fn only_consent_leads_on() {
        assert_eq!(COURSE.after(ApprovalStatus::Approved), ('a', "approved"));
        assert_eq!(COURSE.after(ApprovalStatus::Rejected), ('d', "rejected"));
        assert_eq!(COURSE.after(ApprovalStatus::Withdrawn), ('d', "recalled"));
    }

    #[test]
    fn what_goes_another_way_while_it_waits_is_asked_about_no_more() {
        assert!(COURSE.has_ended('w', 'x'));
        for decided in ['w', 'a', 'd'] {
            assert!(!COURSE.has_ended('w', decided));
        }
        assert!(!COURSE.has_ended('a', 'x'));
    }
}
