//! Who must agree before a lead is lost, if a definition says so. Until then it stays as it is, with what
//! is asked in `pending_loss`; when it ends another way, what was asked is given up.

use super::{
    model::{LEAD, Lead, LeadId},
    moves::LoseLead,
};
use crate::{
    lead_levels,
    rules::{fact, today},
};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Ctx, Line, Result, Text, Word as _, period::business_date, problem::Texts};
use guanxi_storage::{
    Tx,
    filter::facts::{FactType, Facts},
    resource::{self, Shown},
};
use guanxi_workflow::{
    approvals::{self, Approval, ApprovalStatus, Ask},
    definitions,
    documents::Document,
    problems::APPROVAL_PENDING,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A loss that waits for an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingLoss {
    /// Why.
    pub reason: Text<1000>,
    /// The competitor that it would be lost to.
    #[schema(required)]
    pub competitor_id: Option<PartyId>,
    /// What it has bought there.
    #[schema(required)]
    pub model_bought: Option<Line<200>>,
}

/// Losing a lead.
pub static LOSS: Document = Document {
    code: "lead_loss",
    label: Texts { en: "Losing a lead", zh: "意向客户战败" },
    facts: &[
        fact("source", FactType::Text, "Source", "来源"),
        fact("level", FactType::Text, "Code of the level", "级别代码"),
        fact("reason", FactType::Text, "Reason", "战败原因"),
        fact("age_days", FactType::Integer, "Days since it was made", "跟进天数"),
    ],
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
};

impl Lead {
    /// Lost, for what is asked.
    pub(super) fn lose(&mut self, ctx: &Ctx, wish: PendingLoss) {
        self.end(ctx, wish.reason);
        (self.competitor_id, self.model_bought) = (wish.competitor_id, wish.model_bought);
        self.stay();
    }

    /// Waits for nothing any more.
    fn stay(&mut self) {
        (self.loss_approval_id, self.pending_loss) = (None, None);
    }

    /// What has ended another way waits for nothing.
    pub(super) fn settle_loss(&mut self) {
        if !self.status.is_open() || self.meta.deleted_at.is_some() {
            self.stay();
        }
    }
}

/// Asks for losing a lead, if a definition wants that: the lead that waits.
///
/// # Errors
/// `approval_pending`, `no_approver`; and as any change.
pub(super) async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    lead: &Lead,
    wish: &LoseLead,
) -> Result<Option<Shown<Lead>>> {
    if let Some(approval) = lead.loss_approval_id {
        return Err(APPROVAL_PENDING.with("approval_id", approval.to_string()));
    }
    // Without a rule nothing need be known.
    if !definitions::is_ruled(tx, LOSS.code).await? {
        return Ok(None);
    }
    let level = match lead.input.level_id {
        Some(level) => lead_levels::code(tx, level).await?,
        None => None,
    };
    let made = business_date(lead.meta.created_at, ctx.settings.time_zone);
    let mut facts = Facts::new();
    facts.insert("source".into(), lead.input.source.word().into());
    facts.insert("reason".into(), wish.reason.to_string().into());
    facts.insert("age_days".into(), (today(ctx) - made).num_days().into());
    if let Some(level) = level {
        facts.insert("level".into(), level.into());
    }
    let asked = Ask {
        document: LOSS.code,
        subject: (&LEAD, lead.meta.id.uuid()),
        title: lead.input.name.clone(),
        owner: lead.input.owner_id.unwrap_or(ctx.actor.user),
        facts,
        note: Some(
            Text::new(&wish.reason)
                .map_err(|error| guanxi_kernel::problem::INTERNAL.problem().because(error))?,
        ),
    };
    let Some(approval) = approvals::ask(tx, ctx, asked).await? else { return Ok(None) };
    let wait = |one: &mut Lead| {
        one.loss_approval_id = Some(approval.meta.id.uuid());
        one.pending_loss = Some(PendingLoss {
            reason: wish.reason.clone(),
            competitor_id: wish.competitor_id,
            model_bought: wish.model_bought.clone(),
        });
        Ok(())
    };
    resource::change(tx, ctx, lead.meta.id.uuid(), "loss_requested", wait).await.map(Some)
}

/// Gives up what a lead does not wait for any more.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Lead,
    before: Option<&Lead>,
) -> Result<()> {
    match before.and_then(|before| before.loss_approval_id) {
        Some(id) if after.loss_approval_id != Some(id) => {
            approvals::give_up(tx, ctx, id.into(), "The lead has gone another way.").await.map(drop)
        }
        _ => Ok(()),
    }
}

/// Loses the lead, or lets it be.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id = LeadId::from(approval.input.subject_id);
    let now: Lead = resource::load(tx, ctx, id.uuid()).await?;
    if now.loss_approval_id != Some(approval.meta.id.uuid()) {
        return Ok(());
    }
    let approved = approval.status == ApprovalStatus::Approved;
    let verb = if approved { "lost" } else { "loss_refused" };
    let go = |one: &mut Lead| {
        match one.pending_loss.clone().filter(|_| approved) {
            Some(wish) => one.lose(ctx, wish),
            None => one.stay(),
        }
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), verb, go).await.map(drop)
}
