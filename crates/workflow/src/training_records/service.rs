//! The rules of a save, and who may import.

use super::{
    model::{TRAINING_RECORD, TrainingRecord},
    store,
};
use crate::{
    problems::{FIXED_ONCE_MADE, NOT_A_MEMBER, TRAINING_REQUIRED},
    rollouts::{Rollout, RolloutState},
};
use guanxi_kernel::{
    Ctx, Id, Problem, Result,
    period::business_date,
    problem::{FORBIDDEN, NOT_FOUND, OUT_OF_RANGE, REQUIRED, UNKNOWN_REFERENCE, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for TrainingRecord {
    fn kind() -> &'static Kind {
        &TRAINING_RECORD
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            self.check_fixed(before)?;
        }
        if self.input.taken_on > business_date(ctx.now, ctx.settings.time_zone) {
            return Err(OUT_OF_RANGE.at("/taken_on").with("expected", "today or earlier"));
        }
        let standing = before.filter(|before| before.meta.deleted_at.is_none());
        if standing.is_none_or(|before| before.input.score != self.input.score) {
            let rollout = self.rollout(tx, ctx).await?;
            self.judge(&rollout)?;
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.rollout_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "rollout_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "user_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "item": "data_entry",
            "taken_on": "2026-01-01",
            "score": 85,
            "note": "现场考核"
        })
    }
}

impl TrainingRecord {
    /// It is still of the same person, roll-out and item.
    fn check_fixed(&self, before: &Self) -> Result<()> {
        let members = [
            ("/rollout_id", self.input.rollout_id != before.input.rollout_id),
            ("/user_id", self.input.user_id != before.input.user_id),
            ("/item", self.input.item != before.input.item),
        ];
        let changed = members.into_iter().filter(|(_, changed)| *changed);
        Problem::collect(changed.map(|(at, _)| FIXED_ONCE_MADE.field(at)).collect())
    }

    /// Its roll-out, which the caller sees and which was not given up.
    async fn rollout(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Rollout> {
        const PLACE: &str = "/rollout_id";
        let id = self.input.rollout_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let found = resource::load::<Rollout>(tx, ctx, id.uuid()).await;
        let rollout = found.map_err(|problem| {
            let hidden = problem.is(&NOT_FOUND) || problem.is(&FORBIDDEN);
            if hidden { UNKNOWN_REFERENCE.at(PLACE) } else { problem }
        })?;
        if rollout.state == RolloutState::Cancelled {
            return Err(rollout.state.refusal());
        }
        Ok(rollout)
    }

    /// Whether the score is enough for the item.
    fn judge(&mut self, rollout: &Rollout) -> Result<()> {
        if !rollout.input.user_ids().any(|user| user == self.input.user_id) {
            return Err(NOT_A_MEMBER.at("/user_id"));
        }
        let items = &rollout.input.trainings;
        let Some(item) = items.iter().find(|item| item.code == self.input.item) else {
            let known: Vec<&str> = items.iter().map(|item| &*item.code).collect();
            let expected = format!("one of {}", known.join(", "));
            return Err(UNKNOWN_VALUE.at("/item").with("expected", expected));
        };
        self.passed = self.input.score >= item.pass_score;
        Ok(())
    }
}

/// Bars whoever has not passed what the company wants of people who import.
///
/// # Errors
/// `training_required`.
pub(crate) async fn admit(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let Some(item) = &ctx.settings.preferences.import_training else { return Ok(()) };
    match store::has_passed(tx, ctx.actor.user, item).await? {
        true => Ok(()),
        false => Err(TRAINING_REQUIRED.with("item", &**item)),
    }
}
