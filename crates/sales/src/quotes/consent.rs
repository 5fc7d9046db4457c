//! Who must agree before a quote is sent.

use super::{
    life::QuoteStatus,
    model::{QUOTE, Quote},
};
use crate::{
    opportunities::{Opportunity, with_more},
    rules::{Lacking, approval_required, fact, line, own_currency},
};
use guanxi_kernel::{Ctx, Line, Result, problem::Texts};
use guanxi_storage::{Tx, filter::facts::FactType};
use guanxi_workflow::{
    approvals::Ask,
    consent::{self, Course, NeedsConsent},
    documents::Document,
};
use uuid::Uuid;

/// Sending a quote.
pub static APPROVAL_OF_QUOTES: Document = Document {
    code: "quote",
    label: Texts { en: "Quote", zh: "报价单" },
    facts: &with_more::<17>(&[
        fact("discount_rate", FactType::Decimal, "Discount on the prices", "折扣率"),
        fact("list_discount_rate", FactType::Decimal, "Discount on list prices", "较标准价折扣率"),
        fact("margin", FactType::Decimal, "Margin in the currency of the company", "本位币毛利"),
        fact("margin_rate", FactType::Decimal, "Margin as a part of the amount", "毛利率"),
        fact("below_cost", FactType::Boolean, "Below cost", "低于成本"),
        fact("cost_known", FactType::Boolean, "All costs are known", "成本齐全"),
        fact("revision", FactType::Integer, "Revision", "修订版次"),
        fact("lines", FactType::Integer, "Number of lines", "明细行数"),
        fact("valid_until", FactType::Date, "Valid until", "有效期至"),
    ]),
    decided: |tx, ctx, approval| Box::pin(consent::decided::<Quote>(tx, ctx, approval)),
};

static COURSE: Course<QuoteStatus> = Course {
    document: &APPROVAL_OF_QUOTES,
    draft: QuoteStatus::Draft,
    waiting: QuoteStatus::PendingApproval,
    agreed: QuoteStatus::Approved,
    changed: "The quote has changed.",
    ended: "The quote is not offered any more.",
};

impl Quote {
    fn title(&self, about: &Opportunity) -> Result<Line<200>> {
        let number = self.input.number.as_deref().unwrap_or_default();
        let net = self.net.map(|net| net.to_string()).unwrap_or_default();
        line(&format!("{number}/{} {net} {}", self.revision, &*about.input.name))
    }

    /// Is handed in: waits for the approval that rules want, or is approved at once.
    ///
    /// # Errors
    /// `approval_required` for one below cost that no definition covers; `no_approver`;
    /// `approval_pending`; `no_exchange_rate`.
    pub(super) async fn ask(&mut self, tx: &mut Tx, ctx: &Ctx, about: &Opportunity) -> Result<()> {
        consent::ask(self, tx, ctx, about).await?;
        if self.approval_id.is_none() { self.require_cost() } else { Ok(()) }
    }

    /// Refuses to send what somebody must agree to first.
    ///
    /// # Errors
    /// `approval_required`.
    pub(super) async fn require_consent(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: &Self,
        about: &Opportunity,
    ) -> Result<()> {
        if before.status == QuoteStatus::Approved && before.approval_id.is_some() {
            return Ok(());
        }
        if consent::is_wanted(self, tx, ctx, about).await? {
            return Err(approval_required(&APPROVAL_OF_QUOTES, Lacking::NotAsked));
        }
        self.require_cost()
    }

    /// What is below cost goes nowhere without somebody who has agreed.
    fn require_cost(&self) -> Result<()> {
        match self.below_cost {
            true => Err(approval_required(&APPROVAL_OF_QUOTES, Lacking::NoDefinition)),
            false => Ok(()),
        }
    }
}

impl NeedsConsent for Quote {
    type State = QuoteStatus;
    type About = Opportunity;

    fn course() -> &'static Course<QuoteStatus> {
        &COURSE
    }

    fn consent(&self) -> (QuoteStatus, Option<Uuid>) {
        (self.status, self.approval_id)
    }

    fn consent_mut(&mut self) -> (&mut QuoteStatus, &mut Option<Uuid>) {
        (&mut self.status, &mut self.approval_id)
    }

    async fn wish(&self, tx: &mut Tx, ctx: &Ctx, about: &Opportunity) -> Result<Ask> {
        let mut facts = about.facts(tx, ctx, self.net, about.input.stage_id).await?;
        let margin = match self.margin {
            Some(margin) => Some(own_currency(tx, ctx, margin).await?),
            None => None,
        };
        let own = serde_json::json!({
            "discount_rate": self.discount_rate,
            "list_discount_rate": self.list_discount_rate,
            "margin": margin,
            "margin_rate": self.margin_rate,
            "below_cost": self.below_cost,
            "cost_known": self.cost.is_some(),
            "revision": self.revision,
            "lines": self.input.lines.len(),
            "valid_until": self.input.valid_until,
        });
        facts.extend(own.as_object().cloned().unwrap_or_default());
        Ok(Ask {
            document: APPROVAL_OF_QUOTES.code,
            subject: (&QUOTE, self.meta.id.uuid()),
            title: self.title(about)?,
            owner: about.input.owner_id.unwrap_or(ctx.actor.user),
            facts,
            note: self.input.note.clone(),
        })
    }
}
