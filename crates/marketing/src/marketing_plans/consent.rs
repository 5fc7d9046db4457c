//! Who must agree to a plan.

use super::{
    life::MarketingPlanState,
    model::{MARKETING_PLAN, MarketingPlan},
};
use guanxi_customers::rules::{fact, line, own_currency};
use guanxi_kernel::{Ctx, Line, Result, problem::Texts};
use guanxi_storage::{
    Tx,
    filter::facts::{FactType, Facts},
};
use guanxi_workflow::{
    approvals::Ask,
    consent::{self, Course, NeedsConsent},
    documents::Document,
};
use serde_json::json;
use uuid::Uuid;

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
    decided: |tx, ctx, approval| Box::pin(consent::decided::<MarketingPlan>(tx, ctx, approval)),
};

static COURSE: Course<MarketingPlanState> = Course {
    document: &APPROVAL_OF_MARKETING_PLANS,
    draft: MarketingPlanState::Draft,
    waiting: MarketingPlanState::Pending,
    agreed: MarketingPlanState::Approved,
    changed: "The plan has changed.",
    ended: "The plan was cancelled.",
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
}

impl NeedsConsent for MarketingPlan {
    type State = MarketingPlanState;
    type About = ();

    fn course() -> &'static Course<MarketingPlanState> {
        &COURSE
    }

    fn consent(&self) -> (MarketingPlanState, Option<Uuid>) {
        (self.state, self.approval_id)
    }

    fn consent_mut(&mut self) -> (&mut MarketingPlanState, &mut Option<Uuid>) {
        (&mut self.state, &mut self.approval_id)
    }

    async fn wish(&self, tx: &mut Tx, ctx: &Ctx, _: &()) -> Result<Ask> {
        Ok(Ask {
            document: APPROVAL_OF_MARKETING_PLANS.code,
            subject: (&MARKETING_PLAN, self.meta.id.uuid()),
            title: self.title()?,
            owner: self.input.owner_id.unwrap_or(ctx.actor.user),
            facts: self.facts(tx, ctx).await?,
            note: self.input.note.clone(),
        })
    }
}
