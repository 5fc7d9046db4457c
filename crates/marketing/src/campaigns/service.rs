//! The rules of a save that need the store.

use super::{
    life::{CampaignMove, CampaignState},
    model::{CAMPAIGN, Campaign},
    parts::CampaignStateChange,
    store,
};
use crate::{
    campaign_members,
    campaign_templates::check_required,
    marketing_plans::{MarketingPlan, room},
    problems::{
        CAMPAIGN_NOT_FINISHED, CAMPAIGN_PLAN_FIXED, NO_INDICATORS, NO_METRIC, SEATS_TAKEN,
        STEP_NOT_AHEAD,
    },
};
use guanxi_customers::{engine::check_new_owner, problems::IMMUTABLE, rules::made_up_number};
use guanxi_kernel::{
    Action, Ctx, Money, Result, Word as _,
    problem::{DUPLICATE, IN_USE, INTERNAL, UNKNOWN_REFERENCE},
    text::sort_key,
};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use guanxi_workflow::consent;
use serde_json::{Value as Json, json};

/// States that the history keeps.
const KEPT: usize = 100;

impl Resource for Campaign {
    fn kind() -> &'static Kind {
        &CAMPAIGN
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.begin(tx, ctx).await?,
            Some(before) => self.go_on(tx, ctx, before).await?,
        }
        let plan = room::plan_concerned(tx, ctx, self, before).await?;
        let usual = plan.as_ref().map_or(ctx.settings.currency, MarketingPlan::currency);
        let currency = *self.input.currency.get_or_insert(usual);
        self.input.check(currency)?;
        self.check_products(tx, before).await?;
        let ours = |error: guanxi_kernel::money::MoneyError| INTERNAL.problem().because(error);
        let planned = self.input.budget_lines.iter().map(|line| line.planned);
        self.budget = Some(Money::sum(currency, planned).map_err(ours)?);
        if before.is_none_or(|before| before.input.currency != self.input.currency) {
            self.spent = Some(Money::zero(currency));
        }
        if let Some(plan) = &plan {
            room::check_campaign(tx, ctx, (plan, &*self), before).await?;
        }
        if let Some(before) = before.filter(|before| before.state != self.state) {
            self.enter(tx, ctx, before).await?;
        }
        self.derive_keys();
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        consent::give_up(self, tx, ctx, before).await?;
        match self.input.event == before.input.event {
            true => Ok(()),
            false => campaign_members::move_up(tx, ctx, self).await,
        }
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if self.state != CampaignState::Draft {
            return Err(CAMPAIGN_PLAN_FIXED.with("state", self.state.word()));
        }
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn derive_keys(&mut self) {
        self.name_folded = sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        [&*self.input.name].into_iter().chain(self.input.number.as_deref()).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb =
            |name, needs, open: bool, why| Verb { name, needs, closed: (!open).then_some(why) };
        let possible = |one: CampaignMove| self.state.moves().any(|possible| possible == one);
        let moves = CampaignMove::ALL
            .iter()
            .map(|one| verb(one.word(), Action::Update, possible(*one), self.state.refuses(*one)));
        let deletable = self.state == CampaignState::Draft;
        let ahead = !self.steps_ahead().is_empty();
        let finished = self.state == CampaignState::Finished;
        let judged = !self.indicators.is_empty();
        let no_evaluation = if finished { &NO_INDICATORS } else { &CAMPAIGN_NOT_FINISHED };
        let others = [
            verb("advance", Action::Update, ahead, &STEP_NOT_AHEAD),
            verb("evaluation", Action::Update, finished && judged, no_evaluation),
            verb("delete", Action::Delete, deletable, &CAMPAIGN_PLAN_FIXED),
        ];
        [Verb::open("update", Action::Update)].into_iter().chain(moves).chain(others).collect()
    }

    fn example() -> Json {
        json!({
            "name": "春季工作站推广",
            "number": "M-2026-0001",
            "kind": "exhibition",
            "starts_on": "2026-04-01",
            "ends_on": "2026-06-30",
            "currency": "CNY",
            "industries": ["软件"],
            "reply_channels": ["call", "website"],
            "objectives": [
                { "metric": "responders", "target": 300 },
                { "metric": "contract_amount", "amount": { "amount": "500000.00", "currency": "CNY" } }
            ],
            "budget_lines": [
                { "name": "展台", "planned": { "amount": "20000.00", "currency": "CNY" } }
            ],
            "tolerance": "0.1000",
            "max_invitees": 200,
            "follow_up": { "title": "致电反馈客户", "within_hours": 24 },
            "note": "与华东区销售一起。"
        })
    }
}

impl Campaign {
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        self.input.owner_id.get_or_insert(ctx.actor.user);
        check_new_owner(tx, ctx, self.input.owner_id, None).await?;
        if self.input.number.is_none() {
            self.input.number = Some(made_up_number('M', ctx, self.meta.id.uuid())?);
        }
        self.check_number(tx).await?;
        self.state_entered_at = ctx.now;
        self.note_state(ctx);
        Ok(())
    }

    async fn go_on(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let (input, had) = (&mut self.input, &before.input);
        // None of these can be cleared.
        input.number = input.number.take().or_else(|| had.number.clone());
        input.currency = input.currency.or(had.currency);
        input.owner_id = input.owner_id.or(had.owner_id);
        if input.number != had.number {
            return Err(IMMUTABLE.at("/number"));
        }
        check_new_owner(tx, ctx, self.input.owner_id, had.owner_id).await?;
        if self.input.event != before.input.event {
            self.check_seats(tx).await?;
        }
        if before.meta.deleted_at.is_some() {
            self.check_number(tx).await?;
        }
        self.change(before)
    }

    /// What follows from another state.
    async fn enter(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        if self.state == CampaignState::Pending {
            if self.input.objectives.is_empty() {
                return Err(NO_METRIC.at("/objectives"));
            }
            check_required(tx, ctx, self).await?;
            consent::ask(self, tx, ctx, &()).await?;
        }
        if self.state != before.state {
            self.state_entered_at = ctx.now;
            self.note_times(ctx);
            self.note_state(ctx);
        }
        Ok(())
    }

    /// When it came so far, which the history keeps for a hundred changes only.
    fn note_times(&mut self, ctx: &Ctx) {
        match self.state {
            CampaignState::Draft | CampaignState::Pending => self.approved_at = None,
            CampaignState::Approved => self.approved_at = Some(ctx.now),
            CampaignState::Running => self.started_at = self.started_at.or(Some(ctx.now)),
            CampaignState::Finished => {
                self.finished_at = Some(ctx.now);
                self.leave_steps(ctx.now);
            }
            CampaignState::Paused | CampaignState::Cancelled => {}
        }
    }

    fn note_state(&mut self, ctx: &Ctx) {
        let (at, by) = (ctx.now, ctx.actor.user);
        let reason = self.reason.clone().filter(|_| self.state == CampaignState::Cancelled);
        self.history.push(CampaignStateChange { state: self.state, at, by, reason });
        let more = self.history.len().saturating_sub(KEPT);
        self.history.drain(..more);
    }

    /// There are as many seats as people who have one, and an event as long as somebody has, or waits for one.
    async fn check_seats(&self, tx: &mut Tx) -> Result<()> {
        let (taken, waiting) = campaign_members::seated_and_waiting(tx, self.meta.id).await?;
        let fits = match &self.input.event {
            Some(event) => taken <= event.seats && (event.waiting_list || waiting == 0),
            None => waiting == 0,
        };
        if fits { Ok(()) } else { Err(SEATS_TAKEN.with("taken", taken)) }
    }

    async fn check_number(&self, tx: &mut Tx) -> Result<()> {
        let Some(number) = &self.input.number else { return Ok(()) };
        match store::has_number(tx, number, self.meta.id).await? {
            true => Err(DUPLICATE.at("/number")),
            false => Ok(()),
        }
    }

    /// Products belong to a crate further right; that they exist is seen in the store.
    async fn check_products(&self, tx: &mut Tx, before: Option<&Self>) -> Result<()> {
        let ids = &self.input.product_ids;
        if ids.is_empty() || before.is_some_and(|before| before.input.product_ids == *ids) {
            return Ok(());
        }
        let there = store::products(tx, ids).await?;
        match ids.iter().position(|id| !there.contains(id)) {
            Some(at) => Err(UNKNOWN_REFERENCE.at(format!("/product_ids/{at}"))),
            None => Ok(()),
        }
    }
}
