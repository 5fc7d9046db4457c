//! The rules of a save that need the store.

use super::{
    life::{AmendmentMove, AmendmentState},
    model::{CONTRACT_AMENDMENT, ContractAmendment},
    store,
};
use crate::{
    contracts::{Contract, Terms, require_sight},
    problems::{AMENDMENT_MOVE_NOT_ALLOWED, AMENDMENT_OPEN, NOT_EFFECTIVE},
};
use guanxi_customers::{engine::refer, parties::Party, problems::IMMUTABLE};
use guanxi_kernel::{
    Action, Ctx, Id, Result, Word as _,
    problem::{DUPLICATE, INTERNAL, REQUIRED},
};
use guanxi_sales::rules::made_up_number;
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use guanxi_workflow::consent;
use serde_json::{Value as Json, json};
use uuid::Uuid;

const CONTRACT: &str = "/contract_id";

/// The fields of its contract that an amendment tells.
const TOLD: &[&str] = &[
    "discount",
    "discount_amount",
    "lines",
    "payment_plan",
    "starts_on",
    "ends_on",
    "net",
    "gross",
];

impl Resource for ContractAmendment {
    fn kind() -> &'static Kind {
        &CONTRACT_AMENDMENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.begin(tx, ctx).await,
            Some(before) => self.go_on(tx, ctx, before).await,
        }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            Some(before) => consent::give_up(self, tx, ctx, before).await,
            None => Ok(()),
        }
    }

    async fn deletable(&self, _: &mut Tx, _: &Ctx) -> Result<()> {
        match self.state {
            AmendmentState::Draft => Ok(()),
            state => Err(state.refusal()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        [&*self.input.name].into_iter().chain(self.input.number.as_deref()).collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        let contract = self.input.contract_id.map(Id::uuid);
        contract.into_iter().chain(self.party_id.map(Id::uuid)).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, needs, open: bool| {
            let closed = (!open).then_some(&AMENDMENT_MOVE_NOT_ALLOWED);
            Verb { name, needs, closed }
        };
        let possible = |one: AmendmentMove| self.state.moves().any(|possible| possible == one);
        let moves =
            AmendmentMove::ALL.iter().map(|one| verb(one.word(), Action::Update, possible(*one)));
        let update = verb("update", Action::Update, self.state.is_open());
        let delete = verb("delete", Action::Delete, self.state == AmendmentState::Draft);
        [update].into_iter().chain(moves).chain([delete]).collect()
    }

    fn example() -> Json {
        json!({
            "contract_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "number": "A-2026-0001",
            "name": "增购两台工作站",
            "lines": [{
                "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
                "description": "GTX Pro 工作站",
                "quantity": "12",
                "unit_price": { "amount": "4821.00", "currency": "CNY" },
                "discount": "0.1000",
                "tax_rate": "0.1300"
            }],
            "payment_plan": [
                { "name": "预付款", "due_on": "2026-04-30",
                  "amount": { "amount": "20000.00", "currency": "CNY" } },
                { "name": "验收款", "due_on": "2026-08-31",
                  "amount": { "amount": "38835.48", "currency": "CNY" } }
            ],
            "note": "客户扩招,追加两台。"
        })
    }
}

impl ContractAmendment {
    /// A new one: of which contract, and what that shall be.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let id = self.input.contract_id.ok_or_else(|| REQUIRED.at(CONTRACT))?;
        let contract: Contract = refer(tx, ctx, id.uuid(), CONTRACT).await?;
        require_sight(ctx, TOLD)?;
        if !contract.stage.is_effective() {
            return Err(NOT_EFFECTIVE.with("stage", contract.stage.word()));
        }
        self.check_alone(tx).await?;
        if self.input.number.is_none() {
            self.input.number = Some(made_up_number('A', ctx, self.meta.id.uuid())?);
        }
        self.check_number(tx).await?;
        self.party_id = contract.input.party_id;
        if let Some(party) = self.party_id {
            // Whoever sees the contract is told with whom it is.
            tx.learn(Party::kind().name, party.uuid());
        }
        let (input, had) = (&mut self.input, &contract.input);
        input.discount = input.discount.or(Some(had.discount));
        input.discount_amount = input.discount_amount.or(had.discount_amount);
        if input.lines.is_empty() {
            input.lines.clone_from(&had.lines);
        }
        if input.payment_plan.is_empty() {
            input.payment_plan.clone_from(&had.payment_plan);
        }
        input.starts_on = input.starts_on.or(had.starts_on);
        input.ends_on = input.ends_on.or(had.ends_on);
        self.reckon(tx, ctx, contract).await
    }

    /// One that was there: what stays, what a change leads to, and what a move needs.
    async fn go_on(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let (input, had) = (&mut self.input, &before.input);
        input.number = input.number.take().or_else(|| had.number.clone());
        input.discount = input.discount.or(had.discount);
        for (place, same) in [
            (CONTRACT, input.contract_id == had.contract_id),
            ("/number", input.number == had.number),
        ] {
            if !same {
                return Err(IMMUTABLE.at(place));
            }
        }
        if before.meta.deleted_at.is_some() {
            self.check_alone(tx).await?;
            self.check_number(tx).await?;
        }
        let changed = !self.input.says_the_same(&before.input);
        if !changed {
            // What is worked out is nothing that callers write.
            self.input.lines.clone_from(&before.input.lines);
        }
        if !before.state.is_open() {
            let same = self.input == before.input && self.state == before.state;
            return if same { Ok(()) } else { Err(before.state.refusal()) };
        }
        if changed {
            (self.state, self.approval_id) = (AmendmentState::Draft, None);
        }
        if self.state != before.state || changed {
            let contract = self.contract(tx, ctx).await?;
            self.follow(tx, ctx, before, contract).await?;
        }
        Ok(())
    }

    /// What a change or a move needs. The contract may have gone on since: the last word is worked out
    /// with it as it is.
    async fn follow(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: &Self,
        contract: Contract,
    ) -> Result<()> {
        match self.state {
            AmendmentState::Draft => self.reckon(tx, ctx, contract).await,
            AmendmentState::Review => {
                self.reckon(tx, ctx, contract.clone()).await?;
                self.terms().check_whole(self.gross)?;
                consent::ask(self, tx, ctx, &contract).await
            }
            AmendmentState::Signed if before.state == AmendmentState::Approved => {
                self.require_consent(tx, ctx, &contract).await
            }
            _ => Ok(()),
        }
    }

    async fn contract(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Contract> {
        let id = self.input.contract_id.ok_or_else(|| INTERNAL.problem())?;
        resource::load(tx, &ctx.on_behalf(), id.uuid()).await
    }

    /// What it makes of the contract.
    pub(super) fn terms(&self) -> Terms {
        let input = &self.input;
        Terms {
            discount: (input.discount.unwrap_or_default(), input.discount_amount),
            lines: input.lines.clone(),
            payment_plan: input.payment_plan.clone(),
            time: (input.starts_on, input.ends_on),
        }
    }

    /// Works out what the contract comes to with it, as far as that is possible now.
    async fn reckon(&mut self, tx: &mut Tx, ctx: &Ctx, mut contract: Contract) -> Result<()> {
        let wrong = |error| INTERNAL.problem().because(error);
        let before = contract.net.ok_or_else(|| INTERNAL.problem())?;
        let had = contract.clone();
        contract.take_terms(self.terms());
        contract.follow_terms(tx, ctx, &had, false).await?;
        self.input.lines = contract.input.lines;
        (self.net_before, self.net, self.gross) = (Some(before), contract.net, contract.gross);
        let net = contract.net.ok_or_else(|| INTERNAL.problem())?;
        self.net_change = Some(net.checked_sub(before).map_err(wrong)?);
        Ok(())
    }

    /// One amendment after the other, so each says what it changes.
    async fn check_alone(&self, tx: &mut Tx) -> Result<()> {
        let Some(contract) = self.input.contract_id else { return Ok(()) };
        match store::open(tx, contract, self.meta.id).await? {
            Some(other) => Err(AMENDMENT_OPEN.with("amendment_id", other.to_string())),
            None => Ok(()),
        }
    }

    async fn check_number(&self, tx: &mut Tx) -> Result<()> {
        let Some(number) = &self.input.number else { return Ok(()) };
        match store::has_number(tx, number, self.meta.id).await? {
            true => Err(DUPLICATE.at("/number")),
            false => Ok(()),
        }
    }
}
