//! The rules of saving a rule.

use super::{KPI_RULE, KpiRule, store};
use crate::kpis::{Kpi, sources};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    actor::forbidden,
    problem::{INVALID, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};

impl Resource for KpiRule {
    fn kind() -> &'static Kind {
        &KPI_RULE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input == self.input) {
            return Ok(());
        }
        let id = self.input.kpi_id.uuid();
        let kpi = match resource::load::<Kpi>(tx, &ctx.on_behalf(), id).await {
            Err(problem) if problem.is(&NOT_FOUND) => {
                return Err(UNKNOWN_REFERENCE.at("/kpi_id"));
            }
            kpi => kpi?,
        };
        // It is worked out of all records, and its tasks tell what it comes to.
        for plural in sources(&kpi) {
            if !ctx.require(plural, Action::Read)?.all {
                return Err(forbidden(plural, Action::Read));
            }
        }
        if self.input.org_unit_id.is_some_and(|unit| !kpi.input.org_unit_ids.contains(&unit)) {
            let finding = INVALID.field("/org_unit_id");
            let expected = "A department that is judged by the key figure";
            Problem::collect(vec![finding.with("expected", expected)])?;
        }
        let had = before.and_then(|before| before.input.assignee_id);
        if let Some(user) = self.input.assignee_id.filter(|user| had != Some(*user)) {
            check_owner(tx, ctx, user, "/assignee_id").await?;
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        store::look(tx, self.meta.id, ctx.now).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "移交闭环率过低 / too few leads with a result",
            "kpi_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "period": "month",
            "crossing": "below",
            "threshold": "0.8000",
            "due_in_working_days": 2,
            "active": true,
        })
    }
}
