//! The rules of a save that need the store.

use super::{
    life::{QuoteMove, QuoteStatus},
    model::{QUOTE, Quote},
    store,
};
use crate::{
    opportunities::{LineItem, Opportunity, OpportunityStatus},
    problems::{QUOTE_ACCEPTED, QUOTE_MOVE_NOT_ALLOWED},
    products::PRODUCT,
    rules::{made_up_number, today},
};
use guanxi_customers::{engine::refer, parties::Party, problems::IMMUTABLE};
use guanxi_kernel::{
    Action, Ctx, Id, Result, Word as _,
    problem::{DUPLICATE, INTERNAL, REQUIRED},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use guanxi_workflow::consent;
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Quote {
    fn kind() -> &'static Kind {
        &QUOTE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let about = self.opportunity(tx, ctx, before).await?;
        match before {
            None => self.begin(tx, ctx, &about).await?,
            Some(before) => self.go_on(tx, ctx, before, &about).await?,
        }
        if let Some(party) = self.party_id {
            // Whoever sees the opportunity is told of which party it is.
            tx.learn(Party::kind().name, party.uuid());
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        consent::give_up(self, tx, ctx, before).await?;
        let accepted = |one: &Self| one.status == QuoteStatus::Accepted;
        match accepted(self) && !accepted(before) {
            true => self.hand_over(tx, ctx).await,
            false => Ok(()),
        }
    }

    async fn deletable(&self, _: &mut Tx, ctx: &Ctx) -> Result<()> {
        match self.can_be_deleted() {
            true => Ok(()),
            false => Err(self.status_on(today(ctx)).refusal()),
        }
    }

    async fn present(records: &mut [Self], _: &mut Tx, ctx: &Ctx) -> Result<()> {
        let products = !ctx.reach(PRODUCT.plural, Action::Read).is_nothing();
        let withheld = ctx.actor.withheld(PRODUCT.plural).hidden.contains("cost");
        let own = ctx.actor.withheld(QUOTE.plural).hidden.contains("line_costs");
        for one in records {
            one.status = one.status_on(today(ctx));
            one.show_costs(products && !withheld && !own);
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        self.input.number.as_deref().into_iter().collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        let opportunity = self.input.opportunity_id.map(Id::uuid);
        opportunity.into_iter().chain(self.party_id.map(Id::uuid)).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, needs, open: bool| Verb {
            name,
            needs,
            closed: (!open).then_some(&QUOTE_MOVE_NOT_ALLOWED),
        };
        let possible = |one: QuoteMove| self.status.moves().any(|possible| possible == one);
        let moves =
            QuoteMove::ALL.iter().map(|one| verb(one.word(), Action::Update, possible(*one)));
        let update = verb("update", Action::Update, self.status.is_open());
        let delete = verb("delete", Action::Delete, self.can_be_deleted());
        [update].into_iter().chain(moves).chain([delete]).collect()
    }

    fn example() -> Json {
        json!({
            "opportunity_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "number": "Q-2026-0001",
            "currency": "CNY",
            "valid_until": "2026-06-30",
            "discount": "0.0500",
            "lines": [{
                "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
                "description": "GTX Pro 工作站",
                "quantity": "10",
                "unit_price": { "amount": "4821.00", "currency": "CNY" },
                "discount": "0.1000",
                "tax_rate": "0.1300"
            }],
            "note": "含三年上门服务。"
        })
    }
}

impl Quote {
    /// The opportunity that it is made on.
    async fn opportunity(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: Option<&Self>,
    ) -> Result<Opportunity> {
        const PLACE: &str = "/opportunity_id";
        let named = before.map_or(self.input.opportunity_id, |before| before.input.opportunity_id);
        let id = named.ok_or_else(|| REQUIRED.at(PLACE))?.uuid();
        match before {
            None => refer(tx, ctx, id, PLACE).await,
            Some(_) => resource::load(tx, &ctx.on_behalf(), id).await,
        }
    }

    /// A new one, or a new revision.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx, about: &Opportunity) -> Result<()> {
        require_open(about)?;
        self.revision = self.revision.max(1);
        if self.input.number.is_none() {
            self.input.number = Some(made_up_number('Q', ctx, self.meta.id.uuid())?);
        }
        self.check_number(tx).await?;
        self.reckon(tx, ctx, about).await
    }

    /// One that was there: what stays, what a change leads to, and what a move needs.
    async fn go_on(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: &Self,
        about: &Opportunity,
    ) -> Result<()> {
        let (input, had) = (&mut self.input, &before.input);
        input.opportunity_id = input.opportunity_id.or(had.opportunity_id);
        input.number = input.number.take().or_else(|| had.number.clone());
        input.currency = input.currency.or(had.currency);
        if input.opportunity_id != had.opportunity_id {
            return Err(IMMUTABLE.at("/opportunity_id"));
        }
        if input.number != had.number {
            return Err(IMMUTABLE.at("/number"));
        }
        if before.meta.deleted_at.is_some() {
            self.check_number(tx).await?;
        }
        let changed = self.change(ctx, before, about)?;
        let handed_in = before.status == QuoteStatus::Draft
            && matches!(self.status, QuoteStatus::PendingApproval | QuoteStatus::Sent);
        let still = before.status == QuoteStatus::Draft && self.status == QuoteStatus::Draft;
        if changed || handed_in || still {
            self.reckon(tx, ctx, about).await?;
        }
        self.follow_move(tx, ctx, before, about).await
    }

    /// Whether it offers something else than before. What was handed in is a draft again then; what is
    /// out is not changed.
    fn change(&mut self, ctx: &Ctx, before: &Self, about: &Opportunity) -> Result<bool> {
        let changed = self.input.terms() != before.input.terms();
        if !changed {
            // What is worked out is nothing that callers write.
            self.input.lines.clone_from(&before.input.lines);
        }
        if self.input == before.input {
            return Ok(false);
        }
        let had = before.status_on(today(ctx));
        if !had.is_open() {
            return Err(had.refusal());
        }
        require_open(about)?;
        if changed && had != QuoteStatus::Draft {
            (self.status, self.approval_id) = (QuoteStatus::Draft, None);
        }
        Ok(changed)
    }

    /// What a move needs beyond the state that it leads from.
    async fn follow_move(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        before: &Self,
        about: &Opportunity,
    ) -> Result<()> {
        if self.status == before.status {
            return Ok(());
        }
        match self.status {
            QuoteStatus::PendingApproval => {
                require_open(about)?;
                self.ask(tx, ctx, about).await
            }
            QuoteStatus::Sent => {
                require_open(about)?;
                self.require_consent(tx, ctx, before, about).await
            }
            QuoteStatus::Accepted => {
                require_open(about)?;
                match store::accepted(tx, about.meta.id).await? {
                    Some(other) => Err(QUOTE_ACCEPTED.with("quote_id", other.to_string())),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    async fn check_number(&self, tx: &mut Tx) -> Result<()> {
        let Some(number) = &self.input.number else { return Ok(()) };
        match store::has_number(tx, number, self).await? {
            true => Err(DUPLICATE.at("/number")),
            false => Ok(()),
        }
    }

    /// Nobody has seen it yet.
    fn can_be_deleted(&self) -> bool {
        self.status == QuoteStatus::Draft && self.revision == 1
    }

    /// Gives its lines to the opportunity.
    async fn hand_over(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let Some(id) = self.input.opportunity_id else { return Ok(()) };
        let lines = self.line_items()?;
        let take = |one: &mut Opportunity| {
            one.input.lines = lines;
            Ok(())
        };
        resource::change(tx, &ctx.on_behalf(), id.uuid(), "updated", take).await.map(drop)
    }

    /// Its lines as those of the opportunity: exact, with the discount on the whole as an amount.
    fn line_items(&self) -> Result<Vec<LineItem>> {
        let internal = |error| INTERNAL.problem().because(error);
        let mut items = Vec::with_capacity(self.input.lines.len());
        for line in &self.input.lines {
            let (Some(unit_price), Some(net)) = (line.unit_price, line.net) else { continue };
            let by_share = unit_price.of_line(line.quantity, line.discount).map_err(internal)?;
            let rest = by_share.checked_sub(net).map_err(internal)?;
            items.push(LineItem {
                product_id: line.product_id,
                name: line.description.clone(),
                quantity: line.quantity,
                unit_price,
                discount: line.discount,
                discount_amount: Some(rest).filter(|rest| rest.minor() > 0),
            });
        }
        Ok(items)
    }
}

/// Quotes are made, handed in and accepted while the opportunity is worked on.
fn require_open(about: &Opportunity) -> Result<()> {
    match about.status {
        OpportunityStatus::Open => Ok(()),
        status => Err(status.refusal()),
    }
}
