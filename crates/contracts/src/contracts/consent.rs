//! Who must agree before a contract is signed.

use super::{
    life::ContractStage,
    model::{CONTRACT, Contract, ContractId},
};
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

/// Signing a contract.
pub static APPROVAL_OF_CONTRACTS: Document = Document {
    code: "contract",
    label: Texts { en: "Contract", zh: "合同" },
    facts: &[
        fact(
            "amount",
            FactType::Decimal,
            "Amount without tax, in the currency of the company",
            "本位币不含税金额",
        ),
        fact(
            "gross",
            FactType::Decimal,
            "Amount with tax, in the currency of the company",
            "本位币含税金额",
        ),
        fact("currency", FactType::Text, "Currency of the contract", "合同币种"),
        fact("party_id", FactType::Id, "Customer", "客户"),
        fact("opportunity_id", FactType::Id, "Opportunity", "商机"),
        fact("discount_rate", FactType::Decimal, "Discount on the prices", "折扣率"),
        fact(
            "from_quote",
            FactType::Boolean,
            "The lines are those of an accepted quote",
            "明细来自已接受报价",
        ),
        fact("lines", FactType::Integer, "Number of lines", "明细行数"),
        fact("payments", FactType::Integer, "Number of payments", "收款期数"),
        fact("last_due_on", FactType::Date, "Last payment due", "末期收款日"),
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

impl Contract {
    async fn facts(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Facts> {
        let facts = json!({
            "amount": own(tx, ctx, self.net).await?,
            "gross": own(tx, ctx, self.gross).await?,
            "currency": self.input.currency,
            "party_id": self.input.party_id,
            "opportunity_id": self.input.opportunity_id,
            "discount_rate": self.discount_rate,
            "from_quote": self.quote_id.is_some(),
            "lines": self.input.lines.len(),
            "payments": self.input.payment_plan.len(),
            "last_due_on": self.input.payment_plan.iter().map(|due| due.due_on).max(),
        });
        Ok(facts.as_object().cloned().unwrap_or_default())
    }

    /// What approvers are asked.
    async fn wish(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Ask> {
        Ok(Ask {
            document: APPROVAL_OF_CONTRACTS.code,
            subject: (&CONTRACT, self.meta.id.uuid()),
            title: self.title()?,
            owner: self.input.owner_id.unwrap_or(ctx.actor.user),
            facts: self.facts(tx, ctx).await?,
            note: self.input.note.clone(),
        })
    }

    fn title(&self) -> Result<Line<200>> {
        let number = self.input.number.as_deref().unwrap_or_default();
        let name = &*self.input.name;
        let net = self.net.map(|net| net.to_string()).unwrap_or_default();
        line(&format!("{number} {net} {name}"))
    }

    /// Is handed in: waits for the approval that rules want, or is approved at once.
    ///
    /// # Errors
    /// `no_approver`; `approval_pending`; `no_exchange_rate`.
    pub(super) async fn ask(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let mut asked = None;
        // Without a rule nothing need be known, such as a rate.
        if definitions::is_ruled(tx, APPROVAL_OF_CONTRACTS.code).await? {
            let wish = self.wish(tx, ctx).await?;
            asked = approvals::ask(tx, ctx, wish).await?;
        }
        self.approval_id = asked.map(|approval| approval.meta.id.uuid());
        if self.approval_id.is_none() {
            self.stage = ContractStage::Approved;
        }
        Ok(())
    }

    /// Refuses to sign what somebody must agree to by now, and nobody has.
    ///
    /// # Errors
    /// `approval_required`.
    pub(super) async fn require_consent(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if self.approval_id.is_some() {
            return Ok(());
        }
        if definitions::is_ruled(tx, APPROVAL_OF_CONTRACTS.code).await? {
            let wish = self.wish(tx, ctx).await?;
            if approvals::wanted(tx, ctx, &wish).await? {
                return Err(approval_required(&APPROVAL_OF_CONTRACTS, Lacking::NotAsked));
            }
        }
        Ok(())
    }

    /// Nobody is asked any more about what has changed or comes to nothing.
    pub(super) async fn give_up_asking(&self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let waited = before.stage == ContractStage::Review;
        match (before.approval_id, self.approval_id, self.stage) {
            (Some(_), None, _) => {
                const WHY: &str = "The contract has changed.";
                let (document, id) = (APPROVAL_OF_CONTRACTS.code, self.meta.id.uuid());
                approvals::void(tx, ctx, document, id, WHY).await.map(drop)
            }
            (Some(id), _, ContractStage::Cancelled) if waited => {
                const WHY: &str = "The contract was cancelled.";
                approvals::give_up(tx, ctx, id.into(), WHY).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Goes on with a contract that was approved; brings one back to a draft that was not.
async fn decided(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let id = ContractId::from(approval.input.subject_id);
    let now: Contract = resource::load(tx, ctx, id.uuid()).await?;
    let waits =
        now.stage == ContractStage::Review && now.approval_id == Some(approval.meta.id.uuid());
    if !waits {
        return Ok(());
    }
    let (stage, verb) = match approval.status {
        ApprovalStatus::Approved => (ContractStage::Approved, "approved"),
        ApprovalStatus::Rejected => (ContractStage::Draft, "rejected"),
        _ => (ContractStage::Draft, "recalled"),
    };
    let go = |one: &mut Contract| {
        one.stage = stage;
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), verb, go).await.map(drop)
}
