//! The rules of a save that need the store.

use super::{
    closing::ClosingSummary,
    gates,
    life::OpportunityStatus,
    model::{OPPORTUNITY, Opportunity},
    parts::OpportunityOrigin,
    review,
    rules::moment,
    spans, store,
};
use crate::{
    cadence, pipelines,
    problems::{
        CLOSING_SUMMARY_REQUIRED, CURRENCY_MISMATCH, NOT_A_COMPETITOR, NOT_CLOSED,
        OPPORTUNITY_TERMINATED, PIPELINE_INACTIVE, PIPELINE_INCOMPLETE, STAGE_OF_OTHER_KIND,
        STAGE_OF_OTHER_PIPELINE, USE_TRANSFER,
    },
    products, quotes,
    rules::{Lacking, approval_required, made_up_number, refuse, today},
    stages::{self, StageKind, Step},
};
use guanxi_customers::{
    activities::{ACTIVITY, last_done, tells_when},
    engine::{check_new_owner, refer, standing},
    parties::{Party, PartyId, PartyRole},
    problems::IMMUTABLE,
};
use guanxi_kernel::{
    Action, Ctx, Id, Result, Text, Word as _,
    problem::{DUPLICATE, REQUIRED, UNKNOWN_REFERENCE, UNKNOWN_VALUE},
};
use guanxi_marketing::campaigns::links::{self, Linked};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A number that is looked up for many at once.
const NUMBER_IS_FREE: &str = "opportunity_number_is_free";

impl Resource for Opportunity {
    fn kind() -> &'static Kind {
        &OPPORTUNITY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            before.require_alive(self)?;
        }
        self.input.check(today(ctx))?;
        match before {
            None => self.begin(tx, ctx).await?,
            Some(before) => self.go_on(tx, ctx, before).await?,
        }
        self.check_number(tx, standing(before)).await?;
        self.check_status_code(tx, before).await?;
        self.check_competitors(tx, ctx, before).await?;
        self.name_lines(tx).await?;
        self.close_reasons = self.reasons();
        self.order();
        Ok(())
    }

    async fn foresee(records: &[Self], tx: &mut Tx) -> Result<()> {
        let numbers = records.iter().filter_map(|one| one.input.number.clone()).collect();
        let taken = store::taken_numbers(tx, &numbers).await?;
        for one in records {
            if one.input.number.as_ref().is_some_and(|number| !taken.contains(number)) {
                tx.learn(NUMBER_IS_FREE, one.meta.id.uuid());
            }
        }
        Ok(())
    }

    async fn all_saved(records: &[Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        spans::begin_new(tx, ctx, records).await?;
        store::add_people(tx, records).await?;
        let linked: Vec<Linked> = records.iter().map(Self::linked).collect();
        links::add_new(tx, OPPORTUNITY.name, &linked).await?;
        for one in records {
            one.called_for(tx, ctx, None).await?;
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        spans::follow(tx, ctx, self, before).await?;
        if before.is_none_or(|before| before.input.collaborators != self.input.collaborators) {
            store::remove_people(tx, self.meta.id).await?;
            store::add_people(tx, std::slice::from_ref(self)).await?;
        }
        links::follow(tx, OPPORTUNITY.name, self.linked(), before.map(Self::linked)).await?;
        self.called_for(tx, ctx, before).await?;
        let given_up = |one: &Self| {
            matches!(one.status, OpportunityStatus::Lost | OpportunityStatus::Terminated)
        };
        if given_up(self) && before.is_some_and(|before| !given_up(before)) {
            quotes::give_up(tx, ctx, self.meta.id).await?;
        }
        let given = before.filter(|before| before.transfers < self.transfers);
        match given {
            Some(before) => store::add_transfers(tx, ctx, &[(before.clone(), self.clone())]).await,
            None => Ok(()),
        }
    }

    fn change_hands(&mut self, ctx: &Ctx, why: &str) -> &'static str {
        self.span_from = ctx.now.max(self.span_from);
        self.transfers += 1;
        self.transfer_reason = Text::new(why).ok();
        "transferred"
    }

    async fn changed_hands(records: &[(Self, Self)], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        spans::follow_many(tx, ctx, records).await?;
        store::add_transfers(tx, ctx, records).await
    }

    fn told(&self, before: &Self, meant: &'static str) -> &'static str {
        let asked = self.waits() && self.pending_approval_id != before.pending_approval_id;
        if asked { "approval_requested" } else { meant }
    }

    async fn deletable(&self, _: &mut Tx, _: &Ctx) -> Result<()> {
        match self.status {
            OpportunityStatus::Terminated => Err(OPPORTUNITY_TERMINATED.problem()),
            _ => Ok(()),
        }
    }

    fn derive_keys(&mut self) {
        self.order();
    }

    async fn present(records: &mut [Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let ids: Vec<Uuid> = records.iter().map(|one| one.meta.id.uuid()).collect();
        let seen = !ctx.reach(ACTIVITY.plural, Action::Read).is_nothing();
        let mut last = match seen && !ids.is_empty() {
            true => last_done(tx, &ids).await?,
            false => BTreeMap::new(),
        };
        let hides =
            |resource: &str, field: &str| ctx.actor.withheld(resource).hidden.contains(field);
        let (when, what) = (tells_when(ctx), !hides(ACTIVITY.plural, "result"));
        let since = !hides(OPPORTUNITY.plural, "stage_entered_at");
        for one in records {
            let days = (ctx.now - one.stage_entered_at).num_days();
            one.days_in_stage = (since && !one.status.is_closed()).then_some(days);
            let (at, result) = last.remove(&one.meta.id.uuid()).unzip();
            one.last_contact_at = at.filter(|_| when);
            one.last_result = result.flatten().filter(|_| what);
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        [&*self.input.name].into_iter().chain(self.input.number.as_deref()).collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.input.party_id.map(Id::uuid);
        let contacts = self.input.contacts.iter().map(|contact| contact.contact_id.uuid());
        let weighed = self.input.campaign_weights.iter().map(|one| one.campaign);
        let campaigns = weighed.chain(self.input.campaign_id).map(Id::uuid);
        party.into_iter().chain(contacts).chain(campaigns).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let alive = self.status != OpportunityStatus::Terminated;
        let verb = |name, needs, open: bool| Verb {
            name,
            needs,
            closed: (!open).then(|| self.status.refuses()),
        };
        let moves = super::OpportunityMove::ALL
            .iter()
            .map(|one| verb(one.word(), Action::Update, self.status.moves().contains(one)));
        let update = verb("update", Action::Update, alive);
        [update].into_iter().chain(moves).chain([verb("delete", Action::Delete, alive)]).collect()
    }

    fn example() -> Json {
        json!({
            "name": "宏图软件 GTX 工作站采购",
            "number": "O-2026-0001",
            "status_code": null,
            "amount": { "amount": "48210.00", "currency": "CNY" },
            "origin": "referral",
            "expected_close_on": "2026-06-30",
            "probability_override": "0.3500",
            "competitor_ids": [],
            "contacts": [],
            "collaborators": [],
            "next_action": "Send the configuration by Friday.",
            "note": "预算已经批准。"
        })
    }
}

/// What may stand in the way of entering a stage of that kind.
fn require_kind(step: &Step, kind: StageKind) -> Result<()> {
    if step.kind == kind {
        return Ok(());
    }
    Err(refuse(&STAGE_OF_OTHER_KIND, "/stage_id", ("kind", kind.word())))
}

/// What an opportunity in a stage of that kind is.
fn status_in(kind: StageKind) -> OpportunityStatus {
    match kind {
        StageKind::Open => OpportunityStatus::Open,
        StageKind::Won => OpportunityStatus::Won,
        StageKind::Lost => OpportunityStatus::Lost,
    }
}

impl Opportunity {
    /// What its state calls for of others: visits, an approval, a review.
    async fn called_for(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        cadence::follow(tx, ctx, self, before).await?;
        gates::follow(tx, ctx, self, before).await?;
        review::follow(tx, ctx, self, before).await
    }

    /// A new one: its controller, its number, its stage, and its end if it has ended already.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        match self.input.origin {
            OpportunityOrigin::SelfFound => self.input.owner_id = Some(ctx.actor.user),
            _ => drop(self.input.owner_id.get_or_insert(ctx.actor.user)),
        }
        check_new_owner(tx, ctx, self.input.owner_id, None).await?;
        if self.input.number.is_none() {
            self.input.number = Some(made_up_number('O', ctx, self.meta.id.uuid())?);
        }
        let wished = self.first_step(tx).await?;
        self.require_currency(&wished)?;
        let engaged = self.input.engaged_on.unwrap_or_else(|| today(ctx));
        let begun = moment(ctx, engaged, None);
        let step = match wished.needs_approval {
            true => self.begin_aside(tx, ctx, &wished).await?,
            false => wished,
        };
        self.status = status_in(step.kind);
        if !self.status.is_closed() {
            if self.input.closed_on.is_some() {
                return Err(NOT_CLOSED.at("/closed_on"));
            }
            self.enter(&step, begun);
            return Ok(());
        }
        let closed = *self.input.closed_on.get_or_insert_with(|| today(ctx));
        self.closed_at = Some(ctx.now);
        self.require_summary()?;
        self.enter(&step, moment(ctx, closed, Some(begun)));
        Ok(())
    }

    /// The stage that a new one begins in.
    async fn first_step(&self, tx: &mut Tx) -> Result<Step> {
        let step = match (self.input.stage_id, self.input.pipeline_id) {
            (Some(stage), pipeline) => {
                let step = stages::step(tx, stage).await?;
                let step = step.ok_or_else(|| UNKNOWN_REFERENCE.at("/stage_id"))?;
                if pipeline.is_some_and(|pipeline| pipeline != step.pipeline) {
                    return Err(STAGE_OF_OTHER_PIPELINE.at("/stage_id"));
                }
                step
            }
            (None, pipeline) => {
                let pipeline = match pipeline {
                    Some(pipeline) => Some(pipeline),
                    None => pipelines::default_pipeline(tx).await?,
                };
                let pipeline = pipeline.ok_or_else(|| REQUIRED.at("/pipeline_id"))?;
                match stages::first_free(tx, pipeline).await? {
                    Some(step) => step,
                    None if stages::first_step(tx, pipeline, StageKind::Open).await?.is_some() => {
                        return Err(approval_required(&gates::STAGE_ENTRY, Lacking::NotAsked));
                    }
                    None if pipelines::is_there(tx, pipeline).await? => {
                        return Err(PIPELINE_INCOMPLETE.with("kind", StageKind::Open.word()));
                    }
                    None => return Err(UNKNOWN_REFERENCE.at("/pipeline_id")),
                }
            }
        };
        if step.active { Ok(step) } else { Err(PIPELINE_INACTIVE.at("/pipeline_id")) }
    }

    /// A new one in a stage that needs an approval waits for it in the first that does not.
    async fn begin_aside(&mut self, tx: &mut Tx, ctx: &Ctx, wished: &Step) -> Result<Step> {
        let free = stages::first_free(tx, wished.pipeline).await?;
        let nowhere = || approval_required(&gates::STAGE_ENTRY, Lacking::NotAsked);
        let free = free.ok_or_else(nowhere)?;
        self.status = status_in(wished.kind);
        if self.status.is_closed() {
            self.require_summary()?;
            self.pending_closed_on = self.input.closed_on.take();
        }
        gates::ask_entry(tx, ctx, self, None, wished).await?;
        Ok(free)
    }

    /// One that was there: what stays, and the stage that it enters.
    async fn go_on(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let (input, had) = (&mut self.input, &before.input);
        // None of these can be cleared.
        input.number = input.number.take().or_else(|| had.number.clone());
        input.stage_id = input.stage_id.or(had.stage_id);
        input.pipeline_id = input.pipeline_id.or(had.pipeline_id);
        input.owner_id = input.owner_id.or(had.owner_id);
        if input.owner_id != had.owner_id {
            if self.transfers == before.transfers {
                return Err(USE_TRANSFER.at("/owner_id"));
            }
            check_new_owner(tx, ctx, self.input.owner_id, before.input.owner_id).await?;
        }
        if before.meta.deleted_at.is_some() {
            // Nobody was asked any more when it was deleted.
            self.stop_waiting();
        }
        if self.status == before.status && self.input.closed_on != before.input.closed_on {
            return Err(IMMUTABLE.at("/closed_on"));
        }
        if self.status.is_closed() {
            self.require_summary()?;
            before.require_summary_open(self, ctx.now)?;
        }
        if self.place() == before.place() && self.input.amount != before.input.amount {
            // Nobody has agreed to this amount; the move is to be asked for again.
            self.stop_waiting();
        }
        self.enter_stage(tx, ctx, before).await?;
        let restored = before.meta.deleted_at.is_some() && self.meta.deleted_at.is_none();
        if self.span_from == before.span_from && (restored || self.tracked() != before.tracked()) {
            let known =
                before.meta.deleted_at.map_or(before.span_from, |at| at.max(before.span_from));
            self.span_from = ctx.now.max(known);
        }
        Ok(())
    }

    /// Enters the stage or the state that a change leads to, whatever made the change.
    async fn enter_stage(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let moved = self.place() != before.place();
        let amount = |one: &Self| one.input.amount.map(guanxi_kernel::Money::currency);
        let alike = !moved && self.judged_alike(before) && amount(self) == amount(before);
        // Its pipeline can have got a currency while it was deleted.
        if alike && before.meta.deleted_at.is_none() {
            return Ok(());
        }
        let Some(stage) = self.input.stage_id else { return Ok(()) };
        let step = match stages::step(tx, stage).await? {
            Some(step) => step,
            // What has ended in a stage that is retired by now keeps it.
            None if !moved => return Ok(()),
            None => return Err(UNKNOWN_REFERENCE.at("/stage_id")),
        };
        if self.input.pipeline_id != Some(step.pipeline) {
            return Err(STAGE_OF_OTHER_PIPELINE.at("/stage_id"));
        }
        // What was asked for while the pipeline was in use is still decided.
        let decided = before.waits() && !self.waits();
        if before.input.pipeline_id != Some(step.pipeline) && !step.active && !decided {
            return Err(PIPELINE_INACTIVE.at("/pipeline_id"));
        }
        self.require_currency(&step)?;
        if alike {
            return Ok(());
        }
        if !moved {
            self.judge(&step);
            return Ok(());
        }
        if self.status == before.status && self.status != OpportunityStatus::Open {
            return Err(self.status.refusal());
        }
        require_kind(
            &step,
            match self.status {
                OpportunityStatus::Won => StageKind::Won,
                OpportunityStatus::Lost => StageKind::Lost,
                _ => StageKind::Open,
            },
        )?;
        if gates::must_wait(tx, ctx, self, before, &step).await? {
            return self.judge_again(tx, before).await;
        }
        let told = self.span_from != before.span_from;
        let at = if told { self.span_from } else { ctx.now.max(before.span_from) };
        self.enter(&step, at);
        Ok(())
    }

    /// Takes over what the stage says of a change that did not lead to another one.
    async fn judge_again(&mut self, tx: &mut Tx, before: &Self) -> Result<()> {
        let Some(stage) = self.input.stage_id.filter(|_| !self.judged_alike(before)) else {
            return Ok(());
        };
        if let Some(step) = stages::step(tx, stage).await? {
            self.judge(&step);
        }
        Ok(())
    }

    /// The amount is in the currency of the pipeline, if that has one.
    fn require_currency(&self, step: &Step) -> Result<()> {
        match (self.input.amount, step.currency) {
            (Some(amount), Some(currency)) if amount.currency() != currency => {
                Err(refuse(&CURRENCY_MISMATCH, "/amount", ("expected", currency.code())))
            }
            _ => Ok(()),
        }
    }

    /// Whatever has ended has a summary.
    fn require_summary(&self) -> Result<()> {
        let summary = self.input.closing_summary.as_ref();
        let summary = summary.ok_or_else(|| CLOSING_SUMMARY_REQUIRED.at("/closing_summary"))?;
        if self.status == OpportunityStatus::Lost { summary.require_winner() } else { Ok(()) }
    }

    async fn check_number(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let Some(number) = &self.input.number else { return Ok(()) };
        let same = before.is_some_and(|before| before.input.number.as_ref() == Some(number));
        let free = same || tx.knows(NUMBER_IS_FREE, self.meta.id.uuid());
        if !free && store::has_number(tx, number, self.meta.id).await? {
            return Err(DUPLICATE.at("/number"));
        }
        Ok(())
    }

    /// A status is one of those that the pipeline offers.
    async fn check_status_code(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let of = |one: &Self| (one.input.pipeline_id, one.input.status_code.clone());
        let (Some(pipeline), Some(code)) = of(self) else { return Ok(()) };
        if before.map(of) == Some(of(self)) {
            return Ok(());
        }
        let known = pipelines::statuses_of(tx, pipeline).await?;
        if known.iter().any(|status| status.code == code) {
            return Ok(());
        }
        let known: Vec<&str> = known.iter().map(|status| &*status.code).collect();
        Err(refuse(&UNKNOWN_VALUE, "/status_code", ("expected", &known.join(", "))))
    }

    /// Competitors have that role when they are named.
    async fn check_competitors(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let winner =
            |one: &Self| one.input.closing_summary.as_ref().and_then(ClosingSummary::winner);
        let of = |one: &Self| -> BTreeSet<PartyId> {
            one.input.competitor_ids.iter().copied().chain(winner(one)).collect()
        };
        let held = before.map(of).unwrap_or_default();
        for id in of(self).difference(&held) {
            let at = match self.input.competitor_ids.contains(id) {
                true => "/competitor_ids",
                false => "/closing_summary/winner_competitor_id",
            };
            if tx.knows(IS_COMPETITOR, id.uuid()) {
                continue;
            }
            let party: Party = refer(tx, ctx, id.uuid(), at).await?;
            if party.require_role(PartyRole::Competitor).is_err() {
                return Err(NOT_A_COMPETITOR.at(at));
            }
            tx.learn(IS_COMPETITOR, id.uuid());
        }
        Ok(())
    }

    /// Lines keep the name that their product has when they are written.
    async fn name_lines(&mut self, tx: &mut Tx) -> Result<()> {
        for (at, line) in self.input.lines.iter_mut().enumerate() {
            if line.name.is_none() {
                let name = products::name_of(tx, line.product_id).await?;
                let unknown = || UNKNOWN_REFERENCE.at(format!("/lines/{at}/product_id"));
                line.name = Some(name.ok_or_else(unknown)?);
            }
        }
        Ok(())
    }
}

const IS_COMPETITOR: &str = "is a competitor";
