//! The rules of a save, and the moves.

use super::{MilestoneState, PROGRAMME_MILESTONE, ProgrammeMilestone, ProgrammeMilestoneId};
use crate::{
    problems::MILESTONE_REACHED,
    programmes::{Programme, ProgrammeState},
};
use guanxi_customers::{
    engine::{check_new_owner, refer, standing},
    problems::IMMUTABLE,
    rules::today,
};
use guanxi_kernel::{Action, Ctx, Id, Result, problem::REQUIRED};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for ProgrammeMilestone {
    fn kind() -> &'static Kind {
        &PROGRAMME_MILESTONE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/programme_id";
        if before.is_some_and(|before| before.input.programme_id != self.input.programme_id) {
            return Err(IMMUTABLE.at(PLACE));
        }
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(Some(ctx.actor.user));
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        if standing(before).is_none() {
            let id = self.input.programme_id.ok_or_else(|| REQUIRED.at(PLACE))?;
            let programme: Programme = refer(tx, ctx, id.uuid(), PLACE).await?;
            if matches!(programme.state, ProgrammeState::Finished | ProgrammeState::Cancelled) {
                return Err(programme.state.refusal());
            }
        }
        self.settle_due();
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.programme_id.map(Id::uuid).into_iter().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let open = self.state == MilestoneState::Open;
        let moved = |name: &'static str, possible: bool| match possible {
            true => Verb::open(name, Action::Update),
            false => Verb::closed(name, Action::Update, &MILESTONE_REACHED),
        };
        vec![
            Verb::open("update", Action::Update),
            moved("reach", open),
            moved("drop", open),
            moved("reopen", !open),
            Verb::open("delete", Action::Delete),
        ]
    }

    fn example() -> Json {
        json!({
            "programme_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "name": "首批名单完成电话核实",
            "planned_on": "2026-04-30",
            "note": "呼叫中心与市场共同完成。"
        })
    }
}

/// Notes that a milestone was reached, today.
///
/// # Errors
/// `milestone_reached`; and as any change.
pub async fn reach(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProgrammeMilestoneId,
) -> Result<Shown<ProgrammeMilestone>> {
    let day = today(ctx);
    let close = |one: &mut ProgrammeMilestone| one.close(MilestoneState::Reached, Some(day));
    resource::change(tx, ctx, id.uuid(), "reached", close).await
}

/// Notes that a milestone is wanted no more.
///
/// # Errors
/// As [`reach`].
pub async fn drop_it(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProgrammeMilestoneId,
) -> Result<Shown<ProgrammeMilestone>> {
    let close = |one: &mut ProgrammeMilestone| one.close(MilestoneState::Dropped, None);
    resource::change(tx, ctx, id.uuid(), "dropped", close).await
}

/// Notes that a milestone is to be reached still. One that is open stays as it is.
///
/// # Errors
/// As any change.
pub async fn reopen(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProgrammeMilestoneId,
) -> Result<Shown<ProgrammeMilestone>> {
    let open = |one: &mut ProgrammeMilestone| {
        (one.state, one.reached_on) = (MilestoneState::Open, None);
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "reopened", open).await
}
