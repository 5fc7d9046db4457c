//! Who must agree before an amendment is signed.

use super::{
    life::AmendmentState,
    model::{CONTRACT_AMENDMENT, ContractAmendment},
};
use crate::contracts::Contract;
use guanxi_kernel::{Ctx, Line, Money, Result, problem::Texts};
use guanxi_sales::rules::{Lacking, approval_required, fact, line, own_currency};
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

/// Signing an amendment.
pub static APPROVAL_OF_AMENDMENTS: Document = Document {
    code: "contract_amendment",
    label: Texts { en: "Contract amendment", zh: "合同变更" },
    facts: &[
        fact(
            "amount",
            FactType::Decimal,
            "Amount of the contract without tax, in the currency of the company",
            "变更后本位币不含税金额",
        ),
        fact(
            "change",
            FactType::Decimal,
            "What it is more than before, in the currency of the company",
            "本位币不含税变更额",
        ),
        fact("currency", FactType::Text, "Currency of the contract", "合同币种"),
        fact("party_id", FactType::Id, "Customer", "客户"),
        fact("contract_id", FactType::Id, "Contract", "合同"),
        fact("lines", FactType::Integer, "Number of lines", "明细行数"),
        fact("payments", FactType::Integer, "Number of payments", "收款期数"),
    ],
    decided: |tx, ctx, approval| Box::pin(decided(tx, ctx, approval)),
};

/// An amount in the currency of the company.
async fn own(tx: &mut Tx, ctx: &Ctx, amount: Option<Money>) -> Result<Option<String>> {
    match amount {
        Some(amount) => own_currency(tx, ctx, amount).await.map(Some),
        None => Ok(None),
    }
}

impl ContractAmendment {
    async fn facts(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Facts> {
        let facts = json!({
            "amount": own(tx, ctx, self.net).await?,
            "change": own(tx, ctx, self.net_change).await?,
            "currency": self.net.map(Money::currency),
            "party_id": self.party_id,
            "contract_id": self.input.contract_id,
            "lines": self.input.lines.len(),
            "payments": self.input.payment_plan.len(),
        });
        Ok(facts.as_object().cloned().unwrap_or_default())
    }

    fn title(&self) -> Result<Line<200>> {
        let number = self.input.number.as_deref().unwrap_or_default();
        let change = self.net_change.map(|change| change.to_string()).unwrap_or_default();
        line(&format!("{number} {change} {}", &*self.input.name))
    }

    /// What approvers are asked; the contract says whose it is.
    async fn wish(&self, tx: &mut Tx, ctx: &Ctx, of: &Contract) -> Result<Ask> {
        Ok(Ask {
            document: APPROVAL_OF_AMENDMENTS.code,
            subject: (&CONTRACT_AMENDMENT, self.meta.id.uuid()),
            title: self.title()?,
            owner: of.input.owner_id.unwrap_or(ctx.actor.user),
            facts: self.facts(tx, ctx).await?,
            note: self.input.note.clone(),
        })
    }

    /// Is handed in: waits for the approval that rules want, or is approved at once.
    ///
    /// # Errors
    /// `no_approver`; `approval_pending`; `no_exchange_rate`.
    pub(super) async fn ask(&mut self, tx: &mut Tx, ctx: &Ctx, of: &Contract) -> Result<()> {
        let mut asked = None;
        // Without a rule nothing need be known, such as a rate.
        if definitions::is_ruled(tx, APPROVAL_OF_AMENDMENTS.code).await? {
            let wish = self.wish(tx, ctx, of).await?;
            asked = approvals::ask(tx, ctx, wish).await?;
        }
        self.approval_id = asked.map(|approval| approval.meta.id.uuid());
        if self.approval_id.is_none() {
            self.state = AmendmentState::Approved;
        }
        Ok(())
    }

    /// Refuses to sign what somebody must agree to by now, and nobody has.
    ///
    /// # Errors
    /// `approval_required`.
    pub(super) async fn require_consent(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        of: &Contract,
    ) -> Result<()> {
        if self.approval_id.is_some() {
            return Ok(());
        }
        if definitions::is_ruled(tx, APPROVAL_OF_AMENDMENTS.code).await? {
            let wish = self.wish(tx, ctx, of).await?;
            if approvals::wanted(tx, ctx, &wish).await? {
                return Err(approval_required(&APPROVAL_OF_AMENDMENTS, Lacking::NotAsked));
            }
        }
        Ok(())
    }

    /// Nobody is asked any more about what has changed or comes to nothing.
    pub(super) async fn give_up_asking(&self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let waited = before.state == AmendmentState::Review;
        match (before.approval_id, self.approval_id, self.state) {
            (Some(_), None, _) => {
                const WHY: &str = "The amendment has changed.";
                let (document, id) = (APPROVAL_OF_AMENDMENTS.code, self.meta.id.uuid());
                approvals::void(tx, ctx, document, id, WHY).await.map(drop)
            }
            (Some(id), _, AmendmentState::Cancelled) if waited => {
                const WHY: &str = "The amendment was cancelled.";
                approvals::give_up(tx, ctx, id.into(), WHY).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Goes on with an amendment that was approved; brings one back to a draft that was not.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id = approval.input.subject_id;
    let now: ContractAmendment = resource::load(tx, ctx, id).await?;
    let waits =
        now.state == AmendmentState::Review && now.approval_id == Some(approval.meta.id.uuid());
    if !waits {
        return Ok(());
    }
    let (state, verb) = match approval.status {
        ApprovalStatus::Approved => (AmendmentState::Approved, "approved"),
        ApprovalStatus::Rejected => (AmendmentState::Draft, "rejected"),
        _ => (AmendmentState::Draft, "recalled"),
    };
    let go = |one: &mut ContractAmendment| {
        one.state = state;
        Ok(())
    };
    resource::change(tx, ctx, id, verb, go).await.map(drop)
}
