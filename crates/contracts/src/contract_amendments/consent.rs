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
};
use guanxi_workflow::{
    approvals::Ask,
    consent::{self, Course, NeedsConsent},
    documents::Document,
};
use serde_json::json;
use uuid::Uuid;

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
    decided: |tx, ctx, approval| Box::pin(consent::decided::<ContractAmendment>(tx, ctx, approval)),
};

static COURSE: Course<AmendmentState> = Course {
    document: &APPROVAL_OF_AMENDMENTS,
    draft: AmendmentState::Draft,
    waiting: AmendmentState::Review,
    agreed: AmendmentState::Approved,
    changed: "The amendment has changed.",
    ended: "The amendment was cancelled.",
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
        if self.approval_id.is_none() && consent::is_wanted(self, tx, ctx, of).await? {
            return Err(approval_required(&APPROVAL_OF_AMENDMENTS, Lacking::NotAsked));
        }
        Ok(())
    }
}

impl NeedsConsent for ContractAmendment {
    type State = AmendmentState;
    type About = Contract;

    fn course() -> &'static Course<AmendmentState> {
        &COURSE
    }

    fn consent(&self) -> (AmendmentState, Option<Uuid>) {
        (self.state, self.approval_id)
    }

    fn consent_mut(&mut self) -> (&mut AmendmentState, &mut Option<Uuid>) {
        (&mut self.state, &mut self.approval_id)
    }

    /// The contract says whose it is.
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
}
