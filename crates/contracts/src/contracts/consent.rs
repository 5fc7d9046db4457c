//! Who must agree before a contract is signed.

use super::{
    life::ContractStage,
    model::{CONTRACT, Contract},
};
use guanxi_kernel::{Ctx, Line, Money, Result, problem::Texts};
use guanxi_sales::rules::{Lacking, approval_required, fact, line, own_currency};
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
    decided: |tx, ctx, approval| Box::pin(consent::decided::<Contract>(tx, ctx, approval)),
};

static COURSE: Course<ContractStage> = Course {
    document: &APPROVAL_OF_CONTRACTS,
    draft: ContractStage::Draft,
    waiting: ContractStage::Review,
    agreed: ContractStage::Approved,
    changed: "The contract has changed.",
    ended: "The contract was cancelled.",
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

    fn title(&self) -> Result<Line<200>> {
        let number = self.input.number.as_deref().unwrap_or_default();
        let name = &*self.input.name;
        let net = self.net.map(|net| net.to_string()).unwrap_or_default();
        line(&format!("{number} {net} {name}"))
    }

    /// Refuses to sign what somebody must agree to by now, and nobody has.
    ///
    /// # Errors
    /// `approval_required`.
    pub(super) async fn require_consent(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if self.approval_id.is_none() && consent::is_wanted(self, tx, ctx, &()).await? {
            return Err(approval_required(&APPROVAL_OF_CONTRACTS, Lacking::NotAsked));
        }
        Ok(())
    }
}

impl NeedsConsent for Contract {
    type State = ContractStage;
    type About = ();

    fn course() -> &'static Course<ContractStage> {
        &COURSE
    }

    fn consent(&self) -> (ContractStage, Option<Uuid>) {
        (self.stage, self.approval_id)
    }

    fn consent_mut(&mut self) -> (&mut ContractStage, &mut Option<Uuid>) {
        (&mut self.stage, &mut self.approval_id)
    }

    async fn wish(&self, tx: &mut Tx, ctx: &Ctx, _: &()) -> Result<Ask> {
        Ok(Ask {
            document: APPROVAL_OF_CONTRACTS.code,
            subject: (&CONTRACT, self.meta.id.uuid()),
            title: self.title()?,
            owner: self.input.owner_id.unwrap_or(ctx.actor.user),
            facts: self.facts(tx, ctx).await?,
            note: self.input.note.clone(),
        })
    }
}
