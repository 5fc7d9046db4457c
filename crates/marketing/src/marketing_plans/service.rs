//! The rules of a save.

use super::{
    life::{MarketingPlanMove, MarketingPlanState},
    model::{MARKETING_PLAN, MarketingPlan, MarketingPlanStateChange},
    room, store,
};
use crate::problems::MARKETING_PLAN_STATE;
use guanxi_customers::{engine::check_new_owner, problems::IMMUTABLE, rules::refuse};
use guanxi_kernel::{
    Action, Ctx, Result, Word as _,
    problem::{IN_USE, OUT_OF_RANGE},
    text::sort_key,
};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use guanxi_workflow::consent;
use serde_json::{Value as Json, json};

/// States that the history keeps.
const KEPT: usize = 100;

impl Resource for MarketingPlan {
    fn kind() -> &'static Kind {
        &MARKETING_PLAN
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.begin(tx, ctx).await?,
            Some(before) => self.go_on(tx, ctx, before).await?,
        }
        let currency = *self.input.currency.get_or_insert(self.input.budget.currency());
        self.input.check(currency)?;
        self.check_segments(tx, ctx, before).await?;
        if let Some(before) = before {
            self.fit_campaigns(tx, before).await?;
        }
        if let Some(before) = before.filter(|before| before.state != self.state) {
            self.enter(tx, ctx, before).await?;
        }
        self.year = self.input.year();
        self.derive_keys();
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            Some(before) => consent::give_up(self, tx, ctx, before).await,
            None => Ok(()),
        }
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if self.state != MarketingPlanState::Draft {
            return Err(self.state.refusal());
        }
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn derive_keys(&mut self) {
        self.name_folded = sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&*self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, needs, open: bool| Verb {
            name,
            needs,
            closed: (!open).then_some(&MARKETING_PLAN_STATE),
        };
        let possible = |one: MarketingPlanMove| self.state.moves().any(|possible| possible == one);
        let moves = MarketingPlanMove::ALL
            .iter()
            .map(|one| verb(one.word(), Action::Update, possible(*one)));
        let others = [
            verb("allocate", Action::Update, self.state.is_open()),
            verb("delete", Action::Delete, self.state == MarketingPlanState::Draft),
        ];
        [Verb::open("update", Action::Update)].into_iter().chain(moves).chain(others).collect()
    }

    fn example() -> Json {
        json!({
            "name": "2026 年度营销计划",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "currency": "CNY",
            "budget": { "amount": "600000.00", "currency": "CNY" },
            "allows_overrun": false,
            "objectives": [
                { "metric": "leads", "target": 1200 },
                { "metric": "contract_amount", "amount": { "amount": "5000000.00", "currency": "CNY" } }
            ],
            "note": "以华东区为重点。"
        })
    }
}

impl MarketingPlan {
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        self.input.owner_id.get_or_insert(ctx.actor.user);
        check_new_owner(tx, ctx, self.input.owner_id, None).await?;
        self.state_entered_at = ctx.now;
        self.note_state(ctx);
        Ok(())
    }

    async fn go_on(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        let (input, had) = (&mut self.input, &before.input);
        // Neither can be cleared.
        input.currency = input.currency.or(had.currency);
        input.owner_id = input.owner_id.or(had.owner_id);
        if input.currency != had.currency {
            return Err(IMMUTABLE.at("/currency"));
        }
        check_new_owner(tx, ctx, self.input.owner_id, had.owner_id).await?;
        self.change(before)
    }

    /// Its campaigns must still find room in it.
    async fn fit_campaigns(&self, tx: &mut Tx, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        if (now.budget, now.allows_overrun) != (had.budget, had.allows_overrun) {
            room::check_plan(tx, self).await?;
        }
        let days = (now.starts_on, now.ends_on);
        if days != (had.starts_on, had.ends_on)
            && store::begins_outside(tx, self.meta.id, days).await?
        {
            let expected = ("expected", "the first day of each of its campaigns");
            return Err(refuse(&OUT_OF_RANGE, "/starts_on", expected));
        }
        Ok(())
    }

    /// What follows from another state.
    async fn enter(&mut self, tx: &mut Tx, ctx: &Ctx, before: &Self) -> Result<()> {
        if self.state == MarketingPlanState::Pending {
            consent::ask(self, tx, ctx, &()).await?;
        }
        if self.state != before.state {
            self.state_entered_at = ctx.now;
            self.note_state(ctx);
        }
        Ok(())
    }

    fn note_state(&mut self, ctx: &Ctx) {
        let (at, by) = (ctx.now, ctx.actor.user);
        let reason = self.reason.clone().filter(|_| self.state == MarketingPlanState::Cancelled);
        self.history.push(MarketingPlanStateChange { state: self.state, at, by, reason });
        let more = self.history.len().saturating_sub(KEPT);
        self.history.drain(..more);
    }
}
