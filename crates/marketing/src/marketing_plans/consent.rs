//! Who must agree to a plan.

use super::{
    life::MarketingPlanState,
    model::{MARKETING_PLAN, MarketingPlan, MarketingPlanId},
};
use guanxi_customers::rules::{fact, line, own_currency};
use guanxi_kernel::{Ctx, Line, Result, problem::Texts};
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
use serde_json::json;

/// What a plan may cost.
pub static APPROVAL_OF_MARKETING_PLANS: Document = Document {
    code: "marketing_plan",
    label: Texts { en: "Marketing plan", zh: "营销计划" },
    facts: &[
        fact("budget", FactType::Decimal, "Budget, in the currency of the company", "本位币预算"),
        fact("currency", FactType::Text, "Currency of the plan", "计划币种"),
        fact("starts_on", FactType::Date, "First day", "开始日期"),
        fact("days", FactType::Integer, "Number of days", "天数"),
        fact("allows_overrun", FactType::Boolean, "May be exceeded", "允许超预算"),
    ],
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
};

impl MarketingPlan {
    async fn facts(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Facts> {
        let facts = json!({
            "budget": own_currency(tx, ctx, self.input.budget).await?,
            "currency": self.currency(),
            "starts_on": self.input.starts_on,
            "days": (self.input.ends_on - self.input.starts_on).num_days() + 1,
            "allows_overrun": self.input.allows_overrun,
        });
        Ok(facts.as_object().cloned().unwrap_or_default())
    }

    fn title(&self) -> Result<Line<200>> {
        line(&format!("{} {}", self.input.budget, &*self.input.name))
    }

    /// Is handed in: waits for the approval that rules want, or is approved at once.
    ///
    /// # Errors
    /// `no_approver`; `approval_pending`; `no_exchange_rate`.
    pub(super) async fn ask(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let mut asked = None;
        // Without a rule nothing need be known, such as a rate.
        if definitions::is_ruled(tx, APPROVAL_OF_MARKETING_PLANS.code).await? {
            let wish = Ask {
                document: APPROVAL_OF_MARKETING_PLANS.code,
                subject: (&MARKETING_PLAN, self.meta.id.uuid()),
                title: self.title()?,
                owner: self.input.owner_id.unwrap_or(ctx.actor.user),
                facts: self.facts(tx, ctx).await?,
                note: self.input.note.clone(),
            };
            asked = approvals::ask(tx, ctx, wish).await?;
        }
        self.approval_id = asked.map(|approval| approval.meta.id.uuid());
        if self.approval_id.is_none() {
            self.state = MarketingPlanState::Approved;
        }
        Ok(())
    }

    /// Nobody is asked any more about what has changed or comes to nothing.
    pub(super) async fn give_up_asking(&self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let waited = before.state == MarketingPlanState::Pending;
        match (before.approval_id, self.approval_id, self.state) {
            (Some(_), None, _) => {
                const WHY: &str = "The plan has changed.";
                let (document, id) = (APPROVAL_OF_MARKETING_PLANS.code, self.meta.id.uuid());
                approvals::void(tx, ctx, document, id, WHY).await.map(drop)
            }
            (Some(id), _, MarketingPlanState::Cancelled) if waited => {
                const WHY: &str = "The plan was cancelled.";
                approvals::give_up(tx, ctx, id.into(), WHY).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Goes on with a plan that was approved; brings one back to a draft that was not.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id = MarketingPlanId::from(approval.input.subject_id);
    let now: MarketingPlan = resource::load(tx, ctx, id.uuid()).await?;
    let waits = now.state == MarketingPlanState::Pending
        && now.approval_id == Some(approval.meta.id.uuid());
    if !waits {
        return Ok(());
    }
    let (state, verb) = match approval.status {
        ApprovalStatus::Approved => (MarketingPlanState::Approved, "approved"),
        ApprovalStatus::Rejected => (MarketingPlanState::Draft, "rejected"),
        _ => (MarketingPlanState::Draft, "recalled"),
    };
    let go = |one: &mut MarketingPlan| {
        one.state = state;
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), verb, go).await.map(drop)
}
