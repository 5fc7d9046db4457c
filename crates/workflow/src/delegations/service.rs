//! The rules of saving a delegation, and what it changes in the approvals that wait.

use super::{APPROVAL_DELEGATION, ApprovalDelegation, ApprovalDelegationId, store};
use crate::{approvals, documents};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Ctx, Problem, Result, UserId,
    problem::{INVALID, NOT_FOUND, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};

pub(crate) use store::due;

impl Resource for ApprovalDelegation {
    fn kind() -> &'static Kind {
        &APPROVAL_DELEGATION
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let given = self.input.owner_id;
        let owner = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = owner.or(given);
        let mut findings = self.input.settle(ctx.actor.user);
        // Whoever could give one away would decide in the name of whomever they give it to.
        if owner.is_some() && given.is_some() && given != owner {
            let expected = "the owner that it was made for";
            findings.push(INVALID.field("/owner_id").with("expected", expected));
        }
        let document = self.input.document.as_ref();
        if document.is_some_and(|document| documents::named(document).is_none()) {
            let known: Vec<&str> = documents::all().iter().map(|one| one.code).collect();
            let expected = format!("one of {}", known.join(", "));
            findings.push(UNKNOWN_VALUE.field("/document").with("expected", expected));
        }
        Problem::collect(findings)?;
        self.turn(ctx.now);
        let to = self.input.to_user_id;
        if before.is_none_or(|before| before.input.to_user_id != to) {
            check_owner(tx, ctx, to, "/to_user_id").await?;
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let owners = before.and_then(|before| before.input.owner_id).into_iter();
        let mut owners: Vec<UserId> = owners.chain(self.input.owner_id).collect();
        owners.dedup();
        for owner in owners {
            approvals::ask_again(tx, ctx, owner).await?;
        }
        Ok(())
    }

    fn example() -> Json {
        json!({
            "to_user_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "starts_at": "2026-04-01T00:00:00Z",
            "ends_at": "2026-04-08T00:00:00Z",
            "document": "request",
            "note": "年假 / annual leave",
        })
    }
}

/// Brings the status of a delegation up to date; whether it was not.
///
/// # Errors
/// Those of the store.
pub(crate) async fn turn(tx: &mut Tx, ctx: &Ctx, id: ApprovalDelegationId) -> Result<bool> {
    let loaded = resource::load::<ApprovalDelegation>(tx, ctx, id.uuid()).await;
    let before = match loaded {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(false),
        loaded => loaded?,
    };
    if before.turns_at.is_none_or(|turns_at| ctx.now < turns_at) {
        return Ok(false);
    }
    // Saving does it all.
    resource::change::<ApprovalDelegation>(tx, ctx, id.uuid(), "updated", |_| Ok(())).await?;
    Ok(true)
}
