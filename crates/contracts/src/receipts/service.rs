//! The rules of a save.

use super::{
    matching,
    model::{RECEIPT, Receipt, ReceiptId, ReceiptKind},
    store,
};
use crate::{
    contracts::{self, Contract},
    problems::{NOT_EFFECTIVE, OVER_REFUND, REFUND_MATCHES_ITSELF},
};
use futures_util::future::BoxFuture;
use guanxi_customers::{engine::refer, parties::Party, problems::IMMUTABLE};
use guanxi_kernel::{
    Action, Ctx, Id, Money, Result, Word as _,
    problem::{DUPLICATE, INTERNAL, OUT_OF_RANGE, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_sales::{
    problems::CURRENCY_MISMATCH,
    rules::{line, made_up_number, refuse, today},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const REFUND_OF: &str = "/refund_of";

impl Resource for Receipt {
    fn kind() -> &'static Kind {
        &RECEIPT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.begin(tx, ctx).await,
            Some(before) => self.stay(before),
        }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let (Some(contract), None) = (self.input.contract_id, before) else { return Ok(()) };
        store::keep_matches(tx, self).await?;
        let mut parts = Vec::with_capacity(self.input.matches.len());
        for part in &self.input.matches {
            let amount = match self.input.kind {
                ReceiptKind::Receipt => part.amount,
                ReceiptKind::Refund => {
                    part.amount.checked_neg().map_err(|error| INTERNAL.problem().because(error))?
                }
            };
            parts.push((part.line, amount));
        }
        contracts::pay(tx, ctx, contract, &parts).await?;
        match self.input.refund_of {
            Some(paid) => note_refund(tx, ctx, paid, self.input.amount).await,
            None => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        self.input.number.as_deref().into_iter().collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        let contract = self.input.contract_id.map(Id::uuid);
        contract.into_iter().chain(self.party_id.map(Id::uuid)).collect()
    }

    /// What is wrong is paid back by another one.
    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("update", Action::Update)]
    }

    fn example() -> Json {
        json!({
            "contract_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "number": "ICBC-20260430-0017",
            "received_on": "2026-04-30",
            "amount": { "amount": "20000.00", "currency": "CNY" },
            "matches": [{ "line": 1, "amount": { "amount": "20000.00", "currency": "CNY" } }],
            "method": "bank_transfer"
        })
    }
}

/// Notes at a receipt that so much more of it was paid back.
fn note_refund<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    of: ReceiptId,
    amount: Money,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let take = |paid: &mut Receipt| {
            let sum = paid.back().checked_add(amount);
            paid.refunded = Some(sum.map_err(|error| INTERNAL.problem().because(error))?);
            Ok(())
        };
        resource::change(tx, &ctx.on_behalf(), of.uuid(), "refunded", take).await.map(drop)
    })
}

impl Receipt {
    /// How much of it was paid back.
    fn back(&self) -> Money {
        self.refunded.unwrap_or_else(|| Money::zero(self.input.amount.currency()))
    }

    /// What it says of money is final.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            ("/contract_id", now.contract_id == had.contract_id),
            ("/kind", now.kind == had.kind),
            ("/number", now.number == had.number),
            ("/received_on", now.received_on == had.received_on),
            ("/amount", now.amount == had.amount),
            ("/matches", now.matches == had.matches),
            ("/refund_of", now.refund_of == had.refund_of),
        ];
        match members.into_iter().find(|(_, same)| !same) {
            Some((place, _)) => Err(IMMUTABLE.at(place)),
            None => Ok(()),
        }
    }

    /// A new one: on which contract, and what it pays.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/contract_id";
        let id = self.input.contract_id.ok_or_else(|| REQUIRED.at(PLACE))?.uuid();
        let contract: Contract = refer(tx, ctx, id, PLACE).await?;
        if !contract.stage.is_owed() {
            return Err(NOT_EFFECTIVE.with("stage", contract.stage.word()));
        }
        let day = *self.input.received_on.get_or_insert_with(|| today(ctx));
        if day > today(ctx) {
            return Err(refuse(&OUT_OF_RANGE, "/received_on", ("expected", "today or earlier")));
        }
        let currency = contract.input.currency.unwrap_or(ctx.settings.currency);
        if self.input.amount.currency() != currency {
            return Err(refuse(&CURRENCY_MISMATCH, "/amount", ("expected", currency.code())));
        }
        self.check_number(tx, ctx).await?;
        self.party_id = contract.input.party_id;
        self.rep_id = contract.input.owner_id;
        if let Some(party) = self.party_id {
            // Whoever sees the contract is told with whom it is.
            tx.learn(Party::kind().name, party.uuid());
        }
        self.refunded = Some(Money::zero(currency));
        match self.input.kind {
            ReceiptKind::Receipt => self.pay(&contract),
            ReceiptKind::Refund => self.pay_back(tx, ctx, &contract).await,
        }
    }

    /// Every number is entered once.
    async fn check_number(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let Some(number) = &self.input.number else {
            self.input.number = Some(line(&made_up_number('R', ctx, self.meta.id.uuid())?)?);
            return Ok(());
        };
        match store::has_number(tx, number, self.meta.id).await? {
            true => Err(DUPLICATE.at("/number")),
            false => Ok(()),
        }
    }

    fn pay(&mut self, contract: &Contract) -> Result<()> {
        if self.input.refund_of.is_some() {
            return Err(refuse(&OUT_OF_RANGE, REFUND_OF, ("expected", "a refund")));
        }
        let (amount, lines) = (self.input.amount, &contract.receivables);
        if self.input.matches.is_empty() {
            self.input.matches = matching::oldest_first(amount, lines)?;
        }
        matching::check(amount, lines, &self.input.matches)
    }

    async fn pay_back(&mut self, tx: &mut Tx, ctx: &Ctx, contract: &Contract) -> Result<()> {
        if !self.input.matches.is_empty() {
            return Err(REFUND_MATCHES_ITSELF.at("/matches"));
        }
        let id = self.input.refund_of.ok_or_else(|| REQUIRED.at(REFUND_OF))?;
        let paid: Self = refer(tx, ctx, id.uuid(), REFUND_OF).await?;
        let fits = paid.input.kind == ReceiptKind::Receipt
            && paid.input.contract_id == Some(contract.meta.id);
        if !fits {
            return Err(UNKNOWN_REFERENCE.at(REFUND_OF));
        }
        let paid_on = paid.input.received_on;
        if self.input.received_on.zip(paid_on).is_some_and(|(back, paid)| back < paid) {
            let expected = "not before the receipt that it pays back";
            return Err(refuse(&OUT_OF_RANGE, "/received_on", ("expected", expected)));
        }
        let rest = paid.input.amount.checked_sub(paid.back());
        let rest = rest.map_err(|error| INTERNAL.problem().because(error))?;
        if self.input.amount.minor() > rest.minor() {
            return Err(refuse(&OVER_REFUND, "/amount", ("rest", &rest.to_string())));
        }
        let earlier = store::taken_back(tx, paid.meta.id).await?;
        self.input.matches = matching::back(self.input.amount, &paid.input.matches, &earlier)?;
        self.rep_id = paid.rep_id;
        Ok(())
    }
}
