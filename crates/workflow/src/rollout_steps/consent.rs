//! Who must agree before a step is done: whoever the approval definitions of the company say, e.g. a role.

use super::{
    model::{ROLLOUT_STEP, RolloutStep, RolloutStepId},
    moves,
    parts::RolloutStepStatus,
};
use crate::{
    approvals::{self, Approval, ApprovalStatus, Ask},
    definitions,
    documents::Document,
    rollouts::Rollout,
};
use guanxi_kernel::{
    Ctx, Line, Result, Text,
    problem::{INTERNAL, Texts},
};
use guanxi_storage::{
    Tx,
    filter::facts::{Fact, FactType},
    resource,
};
use serde_json::json;
use uuid::Uuid;

/// Completing a step of a roll-out.
pub static APPROVAL_OF_STEPS: Document = Document {
    code: "rollout_step",
    label: Texts { en: "Roll-out step", zh: "实施步骤" },
    facts: &[
        Fact {
            name: "template",
            kind: FactType::Text,
            label: Texts { en: "Template of the roll-out", zh: "实施项目模板" },
        },
        Fact {
            name: "step",
            kind: FactType::Text,
            label: Texts { en: "Code of the step", zh: "步骤代码" },
        },
        Fact {
            name: "position",
            kind: FactType::Integer,
            label: Texts { en: "Place of the step", zh: "步骤顺序" },
        },
    ],
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
};

/// Asks for the approval that a definition wants; the approval, if there is one to wait for.
///
/// # Errors
/// `approval_pending`, `no_approver`.
pub(super) async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    rollout: &Rollout,
    step: &RolloutStep,
) -> Result<Option<Uuid>> {
    if !definitions::is_ruled(tx, APPROVAL_OF_STEPS.code).await? {
        return Ok(None);
    }
    let title = format!("{} · {}", &*step.input.name, &*rollout.input.name);
    let title: String = title.chars().take(200).collect();
    let facts = json!({
        "template": rollout.input.template,
        "step": step.input.code,
        "position": step.input.position,
    });
    let wish = Ask {
        document: APPROVAL_OF_STEPS.code,
        subject: (&ROLLOUT_STEP, step.meta.id.uuid()),
        title: Line::new(&title).map_err(|error| INTERNAL.problem().because(error))?,
        owner: step.input.owner_id.unwrap_or(ctx.actor.user),
        facts: facts.as_object().cloned().unwrap_or_default(),
        note: step.input.evidence.as_deref().and_then(|text| Text::new(text).ok()),
    };
    Ok(approvals::ask(tx, ctx, wish).await?.map(|approval| approval.meta.id.uuid()))
}

/// The step is done, or goes on.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id = RolloutStepId::from(approval.input.subject_id);
    let step: RolloutStep = resource::load(tx, ctx, id.uuid()).await?;
    let waits = step.status == RolloutStepStatus::Pending
        && step.approval_id == Some(approval.meta.id.uuid());
    if !waits {
        return Ok(());
    }
    let verb = match approval.status {
        ApprovalStatus::Approved => return moves::agreed(tx, ctx, &step).await,
        ApprovalStatus::Rejected => "rejected",
        _ => "recalled",
    };
    let go_on = |one: &mut RolloutStep| {
        one.go_on();
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), verb, go_on).await.map(drop)
}
