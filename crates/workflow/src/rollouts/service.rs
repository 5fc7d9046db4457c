//! The rules of a save that need the store.

use super::{
    life::{RolloutMove, RolloutState},
    model::{ROLLOUT, Rollout, RolloutInput},
    store,
    template::RolloutTemplateStep,
};
use crate::{
    problems::{FIXED_ONCE_MADE, ROLLOUT_STATE},
    rollout_steps::{RolloutStep, RolloutStepInput},
};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{Action, Ctx, Line, Result, Word as _, problem::INTERNAL};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Resource for Rollout {
    fn kind() -> &'static Kind {
        &ROLLOUT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(Some(ctx.actor.user));
        if let Some(owner) = self.input.owner_id.filter(|owner| had != Some(*owner)) {
            check_owner(tx, ctx, owner, "/owner_id").await?;
        }
        self.input.check()?;
        if before.is_some_and(|before| before.input.template != self.input.template) {
            return Err(FIXED_ONCE_MADE.at("/template"));
        }
        self.check_members(tx, ctx, before).await?;
        match before {
            Some(before) if before.state == self.state => {
                let owner_id = self.input.owner_id;
                let same = RolloutInput { owner_id, ..before.input.clone() } == self.input;
                if !same && !before.state.is_open() {
                    return Err(before.state.refusal());
                }
            }
            _ => self.state_entered_at = ctx.now,
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match (before, self.input.template) {
            (None, Some(template)) => {
                for (position, step) in (1..).zip(template.steps()) {
                    self.make_step(tx, ctx, position, step).await?;
                }
                Ok(())
            }
            (Some(before), _) if before.input.escalation != self.input.escalation => {
                store::look_again(tx, self.meta.id).await
            }
            _ => Ok(()),
        }
    }

    async fn deletable(&self, _: &mut Tx, _: &Ctx) -> Result<()> {
        if self.state == RolloutState::Running { Err(self.state.refusal()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.choice.iter().map(|choice| choice.product_id).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, needs, open: bool| Verb {
            name,
            needs,
            closed: (!open).then_some(&ROLLOUT_STATE),
        };
        let possible = |one: RolloutMove| self.state.moves().any(|possible| possible == one);
        let moves = RolloutMove::ALL.iter();
        let moves = moves.map(|one| verb(one.word(), Action::Update, possible(*one)));
        let others = [
            verb("choose_product", Action::Update, self.state.is_open()),
            verb("delete", Action::Delete, self.state != RolloutState::Running),
        ];
        let update = verb("update", Action::Update, self.state.is_open());
        [update].into_iter().chain(moves).chain(others).collect()
    }

    fn example() -> Json {
        json!({
            "name": "一对一营销实施 2026",
            "template": "one_to_one_rollout",
            "members": [
                { "user_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "role": "现场销售" }
            ],
            "trainings": [
                { "code": "data_entry", "name": "Data entry", "name_zh": "数据录入",
                  "pass_score": 80 }
            ],
            "goals": [
                { "name": "客户资料完整率", "target": "90.0000", "unit": "%",
                  "due_on": "2026-09-30" }
            ],
            "escalation": { "owner_after_hours": 0, "manager_after_hours": 24,
                "head_after_hours": 72 },
            "note": "市场、呼叫中心与现场销售共同执行。"
        })
    }
}

impl Rollout {
    /// Those whom a save brings in must be there and active.
    async fn check_members(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let known: BTreeSet<_> =
            before.into_iter().flat_map(|before| before.input.user_ids()).collect();
        for (at, user) in self.input.user_ids().enumerate() {
            if !known.contains(&user) {
                check_owner(tx, ctx, user, &format!("/members/{at}/user_id")).await?;
            }
        }
        Ok(())
    }

    async fn make_step(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        position: i64,
        step: &RolloutTemplateStep,
    ) -> Result<()> {
        fn line<const MAX: usize>(text: &str) -> Result<Line<MAX>> {
            Line::new(text).map_err(|error| INTERNAL.problem().because(error))
        }
        let input = RolloutStepInput {
            rollout_id: Some(self.meta.id),
            code: line(step.code)?,
            name: line(step.name)?,
            name_zh: Some(line(step.name_zh)?),
            position: Some(position),
            owner_id: self.input.owner_id,
            planned_on: None,
            limit_hours: None,
            needs: step.needs.to_vec(),
            inspection: None,
            incentive: None,
            responsibilities: Vec::new(),
            evidence: None,
        };
        let made = RolloutStep::assemble(Meta::new(ctx), input);
        resource::insert(tx, &ctx.on_behalf(), made, "created").await.map(drop)
    }
}
