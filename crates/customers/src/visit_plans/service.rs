//! The rules of plans of visits that need the store.

use super::{VISIT_PLAN, VisitPlan, tasks};
use crate::{
    engine::{check_new_owner, refer},
    problems::{IMMUTABLE, OWNER_LACKS_ROLE},
};
use guanxi_identity::{
    roles::Role,
    users::has_role,
    work_calendars::{NO_WORKING_DAY, due_date},
};
use guanxi_kernel::{Ctx, Result, period::business_date};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for VisitPlan {
    fn kind() -> &'static Kind {
        &VISIT_PLAN
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input.party_id != self.input.party_id) {
            return Err(IMMUTABLE.at("/party_id"));
        }
        let owner = *self.input.owner_id.get_or_insert(ctx.actor.user);
        check_new_owner(tx, ctx, Some(owner), before.and_then(|one| one.input.owner_id)).await?;
        let who = |one: &Self| (one.input.owner_id, one.input.role_id);
        if before.map(who) != Some(who(self)) {
            let role = self.input.role_id;
            refer::<Role>(tx, ctx, role.uuid(), "/role_id").await?;
            if !has_role(tx, owner, role).await? {
                return Err(OWNER_LACKS_ROLE.at("/owner_id"));
            }
        }
        if !self.is_live() {
            self.next_visit_on = None;
        } else if self.moves(before) {
            let today = business_date(ctx.now, ctx.settings.time_zone);
            let day = self.next(today).ok_or_else(|| NO_WORKING_DAY.problem())?;
            self.next_visit_on = Some(due_date(tx, ctx, day).await?);
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        tasks::follow(tx, ctx, self, before).await
    }

    /// Its open task changes hands by itself, like any other.
    async fn changed_hands(_: &[(Self, Self)], _: &mut Tx, _: &Ctx) -> Result<()> {
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "role_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "every": 3,
            "unit": "month",
            "starts_on": "2026-04-15",
            "note": "高层回访:了解明年的预算与计划。"
        })
    }
}
