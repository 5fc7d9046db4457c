//! The rules of a save.

use super::{
    due,
    model::{ROLLOUT_STEP, RolloutStep, RolloutStepInput},
    parts::{RolloutStepMove, RolloutStepStatus, check_accountable},
    store,
};
use crate::{
    problems::{FIXED_ONCE_MADE, ROLLOUT_STEP_STATUS, ROLLOUT_STEPS_FIXED},
    rollouts::{Rollout, RolloutState, repeated},
    working_time::after_hours_from,
};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Id, OrgUnitId, Problem, Result, Word as _,
    problem::{DUPLICATE, FORBIDDEN, NOT_FOUND, OUT_OF_RANGE, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Steps of a roll-out at most.
const MOST: usize = 50;

/// The last place that a step can have.
const LAST: i64 = 1_000;

/// Where the roll-out of a step is named.
const ROLLOUT_ID: &str = "/rollout_id";

impl Resource for RolloutStep {
    fn kind() -> &'static Kind {
        &ROLLOUT_STEP
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input.rollout_id != self.input.rollout_id) {
            return Err(FIXED_ONCE_MADE.at(ROLLOUT_ID));
        }
        let standing = before.filter(|before| before.meta.deleted_at.is_none());
        let rollout = match standing {
            Some(_) => self.rollout(tx, ctx).await?,
            None => self.draft(tx, ctx).await?,
        };
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(rollout.input.owner_id);
        if let Some(owner) = self.input.owner_id.filter(|owner| had != Some(*owner)) {
            check_owner(tx, ctx, owner, "/owner_id").await?;
        }
        match standing {
            Some(before) => self.keep_place(tx, &rollout, before).await?,
            None => self.find_place(tx, &rollout).await?,
        }
        if let Some(before) = standing.filter(|before| !self.may_follow(before)) {
            return Err(before.status.refusal());
        }
        let wanted = rollout.input.template.map(|one| one.needs(&self.input.code));
        if wanted.is_some_and(|all| all.iter().any(|need| !self.input.needs.contains(need))) {
            return Err(FIXED_ONCE_MADE.at("/needs"));
        }
        self.check_parts(tx, ctx, before).await?;
        self.settle_times(tx, ctx, &rollout, before).await
    }

    async fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let rollout = self.rollout(tx, ctx).await?;
        if rollout.input.template.is_some() {
            return Err(ROLLOUT_STEPS_FIXED.problem());
        }
        if rollout.state == RolloutState::Draft { Ok(()) } else { Err(rollout.state.refusal()) }
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.rollout_id.map(Id::uuid).into_iter().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, needs, open: bool| Verb {
            name,
            needs,
            closed: (!open).then_some(&ROLLOUT_STEP_STATUS),
        };
        let possible = |one: RolloutStepMove| self.status.moves().any(|possible| possible == one);
        let moves = RolloutStepMove::ALL.iter();
        let moves = moves.map(|one| verb(one.word(), Action::Update, possible(*one)));
        let dropped = self.status == RolloutStepStatus::Dropped;
        let update = verb("update", Action::Update, !dropped);
        let waiting = self.status == RolloutStepStatus::Waiting;
        let delete = verb("delete", Action::Delete, waiting);
        [update].into_iter().chain(moves).chain([delete]).collect()
    }

    fn example() -> Json {
        json!({
            "rollout_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "code": "pilot",
            "name": "Pilot with one region",
            "name_zh": "华东区试点",
            "owner_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "planned_on": "2026-04-30",
            "limit_hours": 80,
            "needs": ["evidence"],
            "inspection": { "inspector_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
                "every_days": 7 },
            "incentive": "按期完成奖励部门活动经费",
            "responsibilities": [
                { "org_unit_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "part": "accountable" }
            ]
        })
    }
}

impl RolloutStep {
    /// Its roll-out, whoever may see that.
    ///
    /// # Errors
    /// `not_found` once that is deleted.
    pub(super) async fn rollout(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Rollout> {
        let id = self.input.rollout_id.ok_or_else(|| REQUIRED.at(ROLLOUT_ID))?;
        resource::load(tx, &ctx.on_behalf(), id.uuid()).await
    }

    /// The roll-out that a step is made in, which the caller sees.
    async fn draft(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Rollout> {
        let id = self.input.rollout_id.ok_or_else(|| REQUIRED.at(ROLLOUT_ID))?;
        let found = resource::load::<Rollout>(tx, ctx, id.uuid()).await;
        let rollout = found.map_err(|problem| {
            let hidden = problem.is(&NOT_FOUND) || problem.is(&FORBIDDEN);
            if hidden { UNKNOWN_REFERENCE.at(ROLLOUT_ID) } else { problem }
        })?;
        if rollout.state != RolloutState::Draft {
            return Err(rollout.state.refusal());
        }
        match rollout.input.template {
            Some(template) if !template.has(&self.input.code) => Err(ROLLOUT_STEPS_FIXED.problem()),
            _ => Ok(rollout),
        }
    }

    /// Gives a new step its place, behind all others if it names none.
    async fn find_place(&mut self, tx: &mut Tx, rollout: &Rollout) -> Result<()> {
        let mut others = store::lines(tx, rollout.meta.id).await?;
        others.retain(|one| one.id != self.meta.id);
        if others.len() >= MOST {
            let expected = format!("a roll-out with fewer than {MOST} steps");
            return Err(OUT_OF_RANGE.at(ROLLOUT_ID).with("expected", expected));
        }
        let last = others.last().map_or(0, |one| one.position);
        if *self.input.position.get_or_insert(last + 1) > LAST {
            let expected = format!("at most {LAST}");
            return Err(OUT_OF_RANGE.at("/position").with("expected", expected));
        }
        self.is_alone(&others)
    }

    /// The place and the code stay once the roll-out has begun.
    async fn keep_place(&mut self, tx: &mut Tx, rollout: &Rollout, before: &Self) -> Result<()> {
        self.input.position = self.input.position.or(before.input.position);
        let changed = [
            ("/code", self.input.code != before.input.code),
            ("/position", self.input.position != before.input.position),
        ];
        let Some((place, _)) = changed.into_iter().find(|(_, changed)| *changed) else {
            return Ok(());
        };
        if rollout.input.template.is_some() || rollout.state != RolloutState::Draft {
            return Err(FIXED_ONCE_MADE.at(place));
        }
        let mut others = store::lines(tx, rollout.meta.id).await?;
        others.retain(|one| one.id != self.meta.id);
        self.is_alone(&others)
    }

    /// Whether what was written of a step before could be changed to this. What is done once goes on as a process of
    /// the company, so who looks after it and answers for it can change still.
    fn may_follow(&self, before: &Self) -> bool {
        if before.status.is_changeable() || before.input == self.input {
            return true;
        }
        let same = RolloutStepInput {
            inspection: self.input.inspection,
            incentive: self.input.incentive.clone(),
            responsibilities: self.input.responsibilities.clone(),
            ..before.input.clone()
        };
        before.status != RolloutStepStatus::Dropped && same == self.input
    }

    fn is_alone(&self, others: &[store::StepLine]) -> Result<()> {
        if others.iter().any(|one| *one.code == *self.input.code) {
            return Err(DUPLICATE.at("/code"));
        }
        match others.iter().any(|one| Some(one.position) == self.input.position) {
            true => Err(DUPLICATE.at("/position")),
            false => Ok(()),
        }
    }

    /// Its needs and responsibilities make sense, and those that a save brings in are there.
    async fn check_parts(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let parts = &self.input.responsibilities;
        let mut findings = repeated(&self.input.needs, "/needs", |need| *need);
        findings.extend(repeated(parts, "/responsibilities", |one| one.org_unit_id));
        Problem::collect(findings)?;
        check_accountable(parts)?;
        let had = before.map(|before| &before.input);
        let known: BTreeSet<_> = had
            .into_iter()
            .flat_map(|had| &had.responsibilities)
            .map(|one| one.org_unit_id)
            .collect();
        let new: BTreeSet<_> =
            parts.iter().map(|one| one.org_unit_id).filter(|unit| !known.contains(unit)).collect();
        if !new.is_empty() {
            let live = store::live_units(tx, &new).await?;
            let gone = |unit: &OrgUnitId| new.contains(unit) && !live.contains(unit);
            if let Some(at) = parts.iter().position(|one| gone(&one.org_unit_id)) {
                let place = format!("/responsibilities/{at}/org_unit_id");
                return Err(UNKNOWN_REFERENCE.at(place));
            }
        }
        let had = had.and_then(|had| had.inspection).map(|had| had.inspector_id);
        match self.input.inspection.map(|now| now.inspector_id) {
            Some(now) if had != Some(now) => {
                check_owner(tx, ctx, now, "/inspection/inspector_id").await
            }
            _ => Ok(()),
        }
    }

    /// Works out by when it is due and when who is told that it was not done by then.
    async fn settle_times(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        rollout: &Rollout,
        before: Option<&Self>,
    ) -> Result<()> {
        self.unbacked = self.input.inspection.is_none() && self.input.incentive.is_none();
        let zone = ctx.settings.time_zone;
        let over = self.status.is_over();
        if !over {
            let limit = match self.started_at.zip(self.input.limit_hours) {
                Some((from, hours)) => Some(after_hours_from(tx, ctx, from, hours).await?),
                None => None,
            };
            self.due_at = due::due_at(self.input.planned_on, limit, zone);
        }
        self.due_on = self.due_at.filter(|_| !over).map(|at| due::due_on(at, zone));
        let moved = before.is_some_and(|before| before.due_at != self.due_at);
        if moved && self.due_at.is_none_or(|at| at > ctx.now) {
            self.escalated_to = None;
        }
        let open = self.status == RolloutStepStatus::Open;
        let rules = rollout.input.escalation.unwrap_or_default();
        let next = self.due_at.filter(|_| open);
        let next = next.and_then(|at| due::next(at, self.escalated_to, rules));
        self.remind_at = next.map(|(_, at)| at);
        Ok(())
    }
}
