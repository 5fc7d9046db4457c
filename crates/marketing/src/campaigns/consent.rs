//! Who must agree before a campaign starts.

use super::{
    life::CampaignState,
    model::{CAMPAIGN, Campaign, CampaignId},
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
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
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

    /// Is handed in: waits for the approval that rules want, or is approved at once.
    ///
    /// # Errors
    /// `no_approver`; `approval_pending`; `no_exchange_rate`.
    pub(super) async fn ask(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let mut asked = None;
        // Without a rule nothing need be known, such as a rate.
        if definitions::is_ruled(tx, APPROVAL_OF_CAMPAIGNS.code).await? {
            let wish = Ask {
                document: APPROVAL_OF_CAMPAIGNS.code,
                subject: (&CAMPAIGN, self.meta.id.uuid()),
                title: self.title()?,
                owner: self.input.owner_id.unwrap_or(ctx.actor.user),
                facts: self.facts(tx, ctx).await?,
                note: self.input.note.clone(),
            };
            asked = approvals::ask(tx, ctx, wish).await?;
        }
        self.approval_id = asked.map(|approval| approval.meta.id.uuid());
        if self.approval_id.is_none() {
            self.state = CampaignState::Approved;
        }
        Ok(())
    }

    /// Nobody is asked any more about what has changed or comes to nothing.
    pub(super) async fn give_up_asking(&self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let waited = before.state == CampaignState::Pending;
        match (before.approval_id, self.approval_id, self.state) {
            (Some(_), None, _) => {
                const WHY: &str = "The campaign has changed.";
                let (document, id) = (APPROVAL_OF_CAMPAIGNS.code, self.meta.id.uuid());
                approvals::void(tx, ctx, document, id, WHY).await.map(drop)
            }
            (Some(id), _, CampaignState::Cancelled) if waited => {
                const WHY: &str = "The campaign was cancelled.";
                approvals::give_up(tx, ctx, id.into(), WHY).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Goes on with a campaign that was approved; brings one back to a draft that was not.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id = CampaignId::from(approval.input.subject_id);
    let now: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    let waits =
        now.state == CampaignState::Pending && now.approval_id == Some(approval.meta.id.uuid());
    if !waits {
        return Ok(());
    }
    let (state, verb) = match approval.status {
        ApprovalStatus::Approved => (CampaignState::Approved, "approved"),
        ApprovalStatus::Rejected => (CampaignState::Draft, "rejected"),
        _ => (CampaignState::Draft, "recalled"),
    };
    let go = |one: &mut Campaign| {
        one.state = state;
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), verb, go).await.map(drop)
}
