//! Who must agree before a campaign starts.

use super::{
    life::CampaignState,
    model::{CAMPAIGN, Campaign},
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

/// Starting a campaign.
pub static APPROVAL_OF_CAMPAIGNS: Document = Document {
    code: "campaign",
    label: Texts { en: "Campaign", zh: "市场活动" },
    facts: &[
        fact("budget", FactType::Decimal, "Budget, in the currency of the company", "本位币预算"),
        fact("currency", FactType::Text, "Currency of the campaign", "活动币种"),
        fact("kind", FactType::Text, "Sort of the campaign", "活动类型"),
        fact("starts_on", FactType::Date, "First day", "开始日期"),
        fact("days", FactType::Integer, "Number of days", "天数"),
        fact("media", FactType::Integer, "Number of media", "媒介数"),
        fact("max_invitees", FactType::Integer, "Places", "邀请上限"),
    ],
    decided: |tx, ctx, approval| Box::pin(consent::decided::<Campaign>(tx, ctx, approval)),
};

static COURSE: Course<CampaignState> = Course {
    document: &APPROVAL_OF_CAMPAIGNS,
    draft: CampaignState::Draft,
    waiting: CampaignState::Pending,
    agreed: CampaignState::Approved,
    changed: "The campaign has changed.",
    ended: "The campaign was cancelled.",
};

impl Campaign {
    async fn facts(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Facts> {
        let budget = match self.budget {
            Some(budget) => Some(own_currency(tx, ctx, budget).await?),
            None => None,
        };
        let facts = json!({
            "budget": budget,
            "currency": self.input.currency,
            "kind": self.input.kind,
            "starts_on": self.input.starts_on,
            "days": (self.input.ends_on - self.input.starts_on).num_days() + 1,
            "media": self.input.media_ids.len(),
            "max_invitees": self.input.max_invitees,
        });
        Ok(facts.as_object().cloned().unwrap_or_default())
    }

    fn title(&self) -> Result<Line<200>> {
        let number = self.input.number.as_deref().unwrap_or_default();
        let budget = self.budget.map(|budget| budget.to_string()).unwrap_or_default();
        line(&format!("{number} {budget} {}", &*self.input.name))
    }
}

impl NeedsConsent for Campaign {
    type State = CampaignState;
    type About = ();

    fn course() -> &'static Course<CampaignState> {
        &COURSE
    }

    fn consent(&self) -> (CampaignState, Option<Uuid>) {
        (self.state, self.approval_id)
    }

    fn consent_mut(&mut self) -> (&mut CampaignState, &mut Option<Uuid>) {
        (&mut self.state, &mut self.approval_id)
    }

    async fn wish(&self, tx: &mut Tx, ctx: &Ctx, _: &()) -> Result<Ask> {
        Ok(Ask {
            document: APPROVAL_OF_CAMPAIGNS.code,
            subject: (&CAMPAIGN, self.meta.id.uuid()),
            title: self.title()?,
            owner: self.input.owner_id.unwrap_or(ctx.actor.user),
            facts: self.facts(tx, ctx).await?,
            note: self.input.note.clone(),
        })
    }
}
