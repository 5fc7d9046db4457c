//! The rules of a save that need the store.

use super::{
    dues::{check_plan, overdue},
    life::{ContractMove, ContractStage},
    model::{CONTRACT, Contract},
    parts::ContractLine,
    store,
};
use crate::{
    dunnings,
    problems::{
        CONTRACT_MOVE_NOT_ALLOWED, CONTRACT_SIGNED, NO_ACCEPTED_QUOTE, PARTY_OF_OTHER_OPPORTUNITY,
        QUOTE_CONTRACTED,
    },
    resource_bookings,
};
use guanxi_customers::{
    engine::{check_new_owner, refer},
    parties::{Party, PartyRole},
    problems::{IMMUTABLE, NOT_A_CUSTOMER},
    service_transfers,
};
use guanxi_kernel::{
    Action, Ctx, Id, Money, Result, Word as _,
    problem::{DUPLICATE, OUT_OF_RANGE, REQUIRED},
    text::sort_key,
};
use guanxi_marketing::campaigns::{CampaignWeight, links};
use guanxi_sales::{
    opportunities::{Opportunity, OpportunityStatus},
    quotes::{self, QUOTE, QuoteLine},
    rules::{made_up_number, refuse, today},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use guanxi_workflow::consent;
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Contract {
    fn kind() -> &'static Kind {
        &CONTRACT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.check_dates()?;
        CampaignWeight::check_all(&self.input.campaign_weights, "/campaign_weights")?;
        match before {
            None => self.begin(tx, ctx).await?,
            Some(before) => self.go_on(tx, ctx, before).await?,
        }
        self.sum_up()?;
        self.derive_keys();
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        links::follow(tx, CONTRACT.name, self.linked(), before.map(Self::linked)).await?;
        let Some(before) = before else { return Ok(()) };
        consent::give_up(self, tx, ctx, before).await?;
        if self.begins_to_be_owed(before.stage) || self.is_amended(before) {
            store::keep_dues(tx, self, ctx.now).await?;
        }
        if self.begins_to_be_owed(before.stage) {
            dunnings::watch(tx, ctx).await?;
        }
        dunnings::follow(tx, ctx, before, self).await?;
        if self.stage.has_ended() && !before.stage.has_ended() {
            resource_bookings::release(tx, ctx, self.meta.id).await?;
        }
        let done = ContractStage::Implemented;
        if let Some(party) = self.input.party_id
            && self.stage == done
            && before.stage != done
        {
            let what = (self.meta.id.uuid(), party);
            service_transfers::deliver(tx, ctx, what, self.input.owner_id).await?;
        }
        match self.moved(ctx, before)? {
            Some(movement) => store::note_movement(tx, self, movement, ctx.now).await,
            None => Ok(()),
        }
    }

    fn told(&self, before: &Self, meant: &'static str) -> &'static str {
        let done =
            |one: &Self| one.input.milestones.iter().filter(|one| one.done_on.is_some()).count();
        let reached = meant == "updated" && done(self) > done(before);
        if reached { "milestone_reached" } else { meant }
    }

    fn change_hands(&mut self, _: &Ctx, _: &str) -> &'static str {
        "transferred"
    }

    async fn deletable(&self, _: &mut Tx, _: &Ctx) -> Result<()> {
        match self.can_be_deleted() {
            true => Ok(()),
            false => Err(self.stage.refusal()),
        }
    }

    fn derive_keys(&mut self) {
        self.name_folded = sort_key(&self.input.name);
    }

    async fn present(records: &mut [Self], _: &mut Tx, ctx: &Ctx) -> Result<()> {
        let hidden = ctx.actor.withheld(CONTRACT.plural).hidden.contains("receivables");
        for one in records {
            let owed = one.stage.is_owed() && !hidden;
            if let Some(currency) = one.input.currency.filter(|_| owed) {
                one.overdue_amount = Some(overdue(currency, &one.receivables, today(ctx))?);
            }
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        [&*self.input.name].into_iter().chain(self.input.number.as_deref()).collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.input.party_id.map(Id::uuid);
        let weighed = self.input.campaign_weights.iter().map(|one| one.campaign);
        let campaigns = weighed.chain(self.input.campaign_id).map(Id::uuid);
        party.into_iter().chain(self.input.opportunity_id.map(Id::uuid)).chain(campaigns).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb =
            |name, needs, open: bool, why| Verb { name, needs, closed: (!open).then_some(why) };
        let possible = |one: ContractMove| self.stage.moves().any(|possible| possible == one);
        let moves = ContractMove::ALL.iter().map(|one| {
            verb(one.word(), Action::Update, possible(*one), &CONTRACT_MOVE_NOT_ALLOWED)
        });
        let deletable = self.can_be_deleted();
        let delete = verb("delete", Action::Delete, deletable, &CONTRACT_MOVE_NOT_ALLOWED);
        [Verb::open("update", Action::Update)].into_iter().chain(moves).chain([delete]).collect()
    }

    fn example() -> Json {
        json!({
            "name": "宏图软件 GTX 工作站采购合同",
            "number": "C-2026-0001",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "currency": "CNY",
            "lines": [{
                "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
                "description": "GTX Pro 工作站",
                "quantity": "10",
                "unit_price": { "amount": "4821.00", "currency": "CNY" },
                "discount": "0.1000",
                "tax_rate": "0.1300"
            }],
            "payment_plan": [
                { "name": "预付款", "due_on": "2026-04-30",
                  "amount": { "amount": "20000.00", "currency": "CNY" } },
                { "name": "验收款", "due_on": "2026-07-31",
                  "amount": { "amount": "29029.57", "currency": "CNY" } }
            ],
            "milestones": [{ "name": "到货验收", "due_on": "2026-06-30" }],
            "starts_on": "2026-04-01",
            "ends_on": "2026-12-31",
            "note": "含三年上门服务。"
        })
    }
}

impl Contract {
    /// A new one: where it comes from, with whom, and what it comes to.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let about = self.opportunity(tx, ctx).await?;
        self.input.owner_id.get_or_insert(ctx.actor.user);
        self.input.channel_mode = self.input.channel_mode.or(ctx.settings.preferences.channel_mode);
        check_new_owner(tx, ctx, self.input.owner_id, None).await?;
        if let Some(about) = &about {
            self.come_from(tx, ctx, about).await?;
        }
        self.check_party(tx, ctx, about.as_ref()).await?;
        if self.input.number.is_none() {
            self.input.number = Some(made_up_number('C', ctx, self.meta.id.uuid())?);
        }
        self.check_number(tx).await?;
        self.stage_entered_at = ctx.now;
        self.reckon(tx, ctx).await
    }

    /// The opportunity that a new one comes from: one that is or was worked on with success.
    async fn opportunity(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<Opportunity>> {
        let Some(id) = self.input.opportunity_id else { return Ok(None) };
        let about: Opportunity = refer(tx, ctx, id.uuid(), "/opportunity_id").await?;
        match about.status {
            OpportunityStatus::Open | OpportunityStatus::Won => Ok(Some(about)),
            status => Err(status.refusal()),
        }
    }

    /// Takes over what the opportunity and its accepted quote say.
    async fn come_from(&mut self, tx: &mut Tx, ctx: &Ctx, about: &Opportunity) -> Result<()> {
        let (input, from) = (&mut self.input, &about.input);
        if input.campaign_id.is_none() && input.campaign_weights.is_empty() {
            input.campaign_weights.clone_from(&from.campaign_weights);
        }
        input.campaign_id = input.campaign_id.or(from.campaign_id);
        input.source_code_id = input.source_code_id.or(from.source_code_id);
        if !self.input.lines.is_empty() {
            return Ok(());
        }
        let quote = quotes::accepted(tx, ctx, about.meta.id).await?;
        let quote = quote.ok_or_else(|| NO_ACCEPTED_QUOTE.problem())?;
        let hidden = ctx.actor.withheld(QUOTE.plural).hidden;
        let seen = resource::visible(tx, ctx, &QUOTE, quote.meta.id.uuid()).await?;
        if !seen || hidden.contains("lines") {
            return Err(NO_ACCEPTED_QUOTE.problem());
        }
        if let Some(other) = store::of_quote(tx, quote.meta.id, self.meta.id).await? {
            return Err(QUOTE_CONTRACTED.with("contract_id", other.to_string()));
        }
        tx.learn(QUOTE.name, quote.meta.id.uuid());
        self.quote_id = Some(quote.meta.id);
        self.input.currency = self.input.currency.or(quote.input.currency);
        self.input.discount = quote.input.discount;
        self.input.discount_amount = quote.input.discount_amount;
        self.input.lines = quote.input.lines.iter().map(ContractLine::from).collect();
        Ok(())
    }

    /// The other party is a customer, and that of the opportunity.
    async fn check_party(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        about: Option<&Opportunity>,
    ) -> Result<()> {
        const PLACE: &str = "/party_id";
        let of_about = about.and_then(|about| about.input.party_id);
        let id = self.input.party_id.or(of_about).ok_or_else(|| REQUIRED.at(PLACE))?;
        if of_about.is_some_and(|other| other != id) {
            return Err(PARTY_OF_OTHER_OPPORTUNITY.at(PLACE));
        }
        let party: Party = match of_about {
            // Whoever sees the opportunity is told of which party it is.
            Some(_) => refer(tx, &ctx.on_behalf(), id.uuid(), PLACE).await?,
            None => refer(tx, ctx, id.uuid(), PLACE).await?,
        };
        tx.learn(Party::kind().name, id.uuid());
        self.input.party_id = Some(id);
        party.require_role(PartyRole::Customer).map_err(|_| NOT_A_CUSTOMER.at(PLACE))
    }

    /// One that was there: what stays, what a change leads to, and what a move needs.
    async fn go_on(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let (input, had) = (&mut self.input, &before.input);
        // None of these can be cleared.
        input.number = input.number.take().or_else(|| had.number.clone());
        input.party_id = input.party_id.or(had.party_id);
        input.currency = input.currency.or(had.currency);
        input.owner_id = input.owner_id.or(had.owner_id);
        if input.opportunity_id != had.opportunity_id {
            return Err(IMMUTABLE.at("/opportunity_id"));
        }
        if input.number != had.number {
            return Err(IMMUTABLE.at("/number"));
        }
        check_new_owner(tx, ctx, self.input.owner_id, before.input.owner_id).await?;
        let restored = before.meta.deleted_at.is_some();
        if restored {
            self.check_number(tx).await?;
            if let Some(other) = self.other_of_quote(tx).await? {
                return Err(QUOTE_CONTRACTED.with("contract_id", other));
            }
        }
        if restored || self.input.party_id != before.input.party_id {
            let about = match self.input.opportunity_id {
                Some(id) => Some(resource::load(tx, &ctx.on_behalf(), id.uuid()).await?),
                None => None,
            };
            self.check_party(tx, ctx, about.as_ref()).await?;
        }
        let changed = self.change(before)?;
        if self.is_amended(before) {
            self.follow_terms(tx, ctx, before, true).await?;
        } else if changed || (before.stage == ContractStage::Draft && self.stage.is_open()) {
            self.reckon(tx, ctx).await?;
        }
        if self.stage != before.stage {
            self.stage_entered_at = ctx.now;
            self.follow_move(tx, ctx, before).await?;
        }
        Ok(())
    }

    async fn other_of_quote(&self, tx: &mut Tx) -> Result<Option<String>> {
        match self.quote_id {
            Some(quote) => {
                Ok(store::of_quote(tx, quote, self.meta.id).await?.map(|id| id.to_string()))
            }
            None => Ok(None),
        }
    }

    /// Whether it says something else than before. What was handed in is a draft again then; what is
    /// signed does not change.
    fn change(&mut self, before: &Self) -> Result<bool> {
        let changed = self.input.agreed() != before.input.agreed();
        if !changed {
            // What is worked out is nothing that callers write.
            self.input.lines.clone_from(&before.input.lines);
            let had = &before.input;
            let ended = before.stage.has_ended()
                && (&self.input.milestones, self.input.over_delivery)
                    != (&had.milestones, had.over_delivery);
            return if ended { Err(before.stage.refusal()) } else { Ok(false) };
        }
        if self.is_amended(before) {
            return Ok(true);
        }
        if !before.stage.is_open() {
            return Err(CONTRACT_SIGNED.with("stage", before.stage.word()));
        }
        if before.stage != ContractStage::Draft {
            (self.stage, self.approval_id) = (ContractStage::Draft, None);
        }
        Ok(true)
    }

    /// What a move needs beyond the stage that it leads from.
    async fn follow_move(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        match self.stage {
            ContractStage::Review => {
                self.check_whole_plan()?;
                consent::ask(self, tx, ctx, &()).await
            }
            ContractStage::Signed if before.stage == ContractStage::Approved => {
                self.check_whole_plan()?;
                self.require_consent(tx, ctx).await
            }
            _ => Ok(()),
        }
    }

    /// Works out what it comes to, by the arithmetic of quotes.
    pub(super) async fn reckon(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if self.input.lines.is_empty() {
            return Err(REQUIRED.at("/lines"));
        }
        let priced = self.input.lines.iter().find_map(|line| line.unit_price);
        let currency = self.input.currency.or(priced.map(Money::currency));
        let currency = *self.input.currency.insert(currency.unwrap_or(ctx.settings.currency));
        let mut lines: Vec<QuoteLine> = self.input.lines.iter().map(QuoteLine::from).collect();
        let discount = (self.input.discount, self.input.discount_amount);
        let sums = quotes::work_out(tx, currency, &mut lines, discount).await?;
        self.input.lines = lines.iter().map(ContractLine::from).collect();
        self.list_total = Some(sums.list_total);
        self.discount_total = Some(sums.discount_total);
        (self.net, self.tax, self.gross) = (Some(sums.net), Some(sums.tax), Some(sums.gross));
        self.discount_rate = sums.discount_rate;
        if !self.stage.is_effective() {
            self.cost = Some(Money::zero(currency));
        }
        check_plan(sums.gross, &self.input.payment_plan, false)
    }

    fn check_whole_plan(&self) -> Result<()> {
        let gross = self.gross.ok_or_else(|| REQUIRED.at("/lines"))?;
        check_plan(gross, &self.input.payment_plan, true)
    }

    pub(super) fn check_dates(&self) -> Result<()> {
        match (self.input.starts_on, self.input.ends_on) {
            (Some(from), Some(until)) if until < from => {
                Err(refuse(&OUT_OF_RANGE, "/ends_on", ("expected", "not before starts_on")))
            }
            _ => Ok(()),
        }
    }

    async fn check_number(&self, tx: &mut Tx) -> Result<()> {
        let Some(number) = &self.input.number else { return Ok(()) };
        match store::has_number(tx, number, self.meta.id).await? {
            true => Err(DUPLICATE.at("/number")),
            false => Ok(()),
        }
    }

    /// Nobody has agreed to it yet.
    fn can_be_deleted(&self) -> bool {
        self.stage == ContractStage::Draft
    }
}
