//! Who must agree to a service hold, if a definition says so. Until then the customer is served.

use super::{SERVICE_HOLD, ServiceHold, ServiceHoldStatus, store};
use crate::{
    parties::Party,
    rules::{fact, line},
};
use guanxi_kernel::{
    Ctx, Result, Text,
    problem::{INTERNAL, NOT_FOUND, Texts},
};
use guanxi_storage::{
    Tx,
    filter::facts::{FactType, Facts},
    resource,
};
use guanxi_workflow::{
    approvals::{self, Approval, ApprovalStatus, Ask},
    definitions,
    documents::Document,
};

/// Serving a customer no more.
pub static APPROVAL_OF_SERVICE_HOLDS: Document = Document {
    code: "service_hold",
    label: Texts { en: "Service hold", zh: "暂停服务" },
    facts: &[
        fact("tier", FactType::Text, "Tier of the customer", "客户等级"),
        fact("open_requests", FactType::Integer, "Open service requests", "未结服务请求数"),
    ],
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
};

/// Asks for a hold, if a definition wants that.
///
/// # Errors
/// `no_approver`, `approval_pending`.
pub(super) async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    hold: &ServiceHold,
    party: &Party,
) -> Result<Option<Approval>> {
    // Without a rule nothing need be known.
    if !definitions::is_ruled(tx, APPROVAL_OF_SERVICE_HOLDS.code).await? {
        return Ok(None);
    }
    let mut facts = Facts::new();
    if let Some(tier) = &party.input.tier {
        facts.insert("tier".into(), tier.to_string().into());
    }
    let open = store::open_requests(tx, party.meta.id).await?;
    facts.insert("open_requests".into(), open.into());
    let note = Text::new(&hold.input.reason);
    let wish = Ask {
        document: APPROVAL_OF_SERVICE_HOLDS.code,
        subject: (&SERVICE_HOLD, hold.meta.id.uuid()),
        title: line(&party.input.name)?,
        owner: party.input.owner_id.unwrap_or(ctx.actor.user),
        facts,
        note: Some(note.map_err(|error| INTERNAL.problem().because(error))?),
    };
    approvals::ask(tx, ctx, wish).await
}

/// Holds the customer, or lets it be.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id = approval.input.subject_id;
    let now = match resource::load::<ServiceHold>(tx, ctx, id).await {
        // The customer is gone.
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(()),
        found => found?,
    };
    let waits = now.status == ServiceHoldStatus::Requested
        && now.approval_id == Some(approval.meta.id.uuid());
    if !waits {
        return Ok(());
    }
    let verb = match approval.status {
        ApprovalStatus::Approved => "held",
        ApprovalStatus::Rejected => "refused",
        _ => "recalled",
    };
    let go = |one: &mut ServiceHold| {
        match verb {
            "held" => one.hold(ctx.now),
            "refused" => one.status = ServiceHoldStatus::Refused,
            _ => one.status = ServiceHoldStatus::Released,
        }
        Ok(())
    };
    resource::change(tx, ctx, id, verb, go).await.map(drop)
}
