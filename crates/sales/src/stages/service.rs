//! The rules of stages that need the store, and taking a stage out of its pipeline.

use super::{RetireStage, STAGE, Stage, StageId, StageKind, store};
use crate::{
    opportunities::{Opportunity, STAGE_ENTRY},
    pipelines::{require_agreed, require_complete_without},
    problems::{STAGE_IN_USE, STAGE_OF_OTHER_KIND, STAGE_OF_OTHER_PIPELINE},
    rules::{Lacking, approval_required, refuse},
};
use guanxi_customers::{
    engine::standing,
    problems::{IMMUTABLE, TOO_MANY_RECORDS},
};
use guanxi_kernel::{
    Action, Ctx, Result, Word as _,
    actor::forbidden,
    problem::{DUPLICATE, IN_USE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    merging::rewrite,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Opportunities that go on in another stage in one transaction.
const MOST: usize = 5_000;

impl Resource for Stage {
    fn kind() -> &'static Kind {
        &STAGE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.settle()?;
        if standing(before).map(|before| &before.input) != Some(&self.input) {
            require_agreed(tx, ctx, self.input.pipeline_id).await?;
        }
        if let Some(before) = before {
            self.check_change(tx, before).await?;
        }
        let code = |one: &Self| (one.input.pipeline_id, one.input.code.clone());
        let (pipeline, own) = code(self);
        let taken = standing(before).map(code) != Some(code(self))
            && store::has_code(tx, pipeline, &own, self.meta.id).await?;
        if taken {
            return Err(DUPLICATE.at("/code"));
        }
        if self.input.position.is_none() {
            self.input.position = Some(store::next_position(tx, pipeline).await?);
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        require_agreed(tx, ctx, self.input.pipeline_id).await?;
        let id = self.meta.id;
        let worked_in = !store::working_in(tx, id, 1).await?.is_empty();
        if worked_in || !store::waiting_for(tx, id, 1).await?.is_empty() {
            return Err(STAGE_IN_USE.problem());
        }
        require_complete_without(tx, self.input.pipeline_id, self.meta.id.uuid()).await
    }

    fn searchable(&self) -> Vec<&str> {
        let zh = self.input.name_zh.as_deref();
        [&*self.input.name, &*self.input.code].into_iter().chain(zh).collect()
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.pipeline_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        let delete = |name| Verb::open(name, Action::Delete);
        vec![Verb::open("update", Action::Update), delete("delete"), delete("retire")]
    }

    fn example() -> Json {
        json!({
            "pipeline_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "code": "bidding",
            "name": "Bidding",
            "name_zh": "项目投标",
            "position": 2,
            "kind": "open",
            "probability": "0.4000",
            "tier": "most_hopeful",
            "expected_days": 30,
            "rotting_days": 45,
            "visits_per_week": 2,
            "needs_approval": false,
            "needs_decision_maker": true
        })
    }
}

impl Stage {
    /// What opportunities rely on stays: the pipeline, and the kind of a stage that they were in.
    async fn check_change(&self, tx: &mut Tx, before: &Self) -> Result<()> {
        if self.input.pipeline_id != before.input.pipeline_id {
            return Err(IMMUTABLE.at("/pipeline_id"));
        }
        if self.input.kind == before.input.kind {
            return Ok(());
        }
        if store::is_used(tx, self.meta.id).await? {
            return Err(IN_USE.at("/kind"));
        }
        require_complete_without(tx, self.input.pipeline_id, self.meta.id.uuid()).await
    }
}

/// Deletes a stage; the opportunities in it that are not closed go on in another one, and those that
/// wait to enter it stay where they are.
///
/// # Errors
/// `approval_required` for a stage that is entered with an approval only;
/// `stage_of_other_pipeline` or `stage_of_other_kind` for a stage in which they cannot go on;
/// `pipeline_incomplete` if it is the last of its kind; `too_many_records` for more than 5,000.
pub async fn retire(
    tx: &mut Tx,
    ctx: &Ctx,
    id: StageId,
    wish: RetireStage,
) -> Result<Shown<Stage>> {
    let stage: Stage = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &STAGE, Action::Delete, id.uuid()).await? {
        return Err(forbidden(STAGE.plural, Action::Delete));
    }
    ctx.expect_version(stage.meta.version)?;
    let target = store::step(tx, wish.move_to).await?.filter(|target| target.stage != id);
    let target = target.ok_or_else(|| UNKNOWN_REFERENCE.at("/move_to"))?;
    if target.pipeline != stage.input.pipeline_id {
        return Err(STAGE_OF_OTHER_PIPELINE.at("/move_to"));
    }
    if target.kind != StageKind::Open {
        return Err(refuse(&STAGE_OF_OTHER_KIND, "/move_to", ("kind", StageKind::Open.word())));
    }
    if target.needs_approval {
        return Err(approval_required(&STAGE_ENTRY, Lacking::NotAsked));
    }
    let working = store::working_in(tx, id, MOST + 1).await?;
    let waiting = store::waiting_for(tx, id, MOST + 1).await?;
    if working.len().max(waiting.len()) > MOST {
        return Err(TOO_MANY_RECORDS.with("limit", MOST).with("resource", "opportunities"));
    }
    let own = &ctx.on_behalf();
    for one in waiting {
        rewrite::<Opportunity>(tx, own, one.uuid(), "approval_refused", |one| {
            one.stop_waiting();
            Ok(())
        })
        .await?;
    }
    for one in working {
        rewrite::<Opportunity>(tx, own, one.uuid(), "moved", |one| {
            // It may have changed since this request began.
            one.enter(&target, ctx.now.max(one.span_from));
            Ok(())
        })
        .await?;
    }
    resource::delete::<Stage>(tx, own, id.uuid()).await?;
    resource::get_even_deleted(tx, ctx, id.uuid()).await
}
