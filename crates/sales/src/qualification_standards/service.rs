//! The rules of a save, and publishing.

use super::{
    QUALIFICATION_STANDARD, QualificationStandard, QualificationStandardId,
    QualificationStandardStatus, judging, model, store,
};
use crate::problems::STANDARD_PUBLISHED;
use guanxi_customers::engine::standing;
use guanxi_kernel::{Action, Ctx, Problem, Result, actor::forbidden};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};

/// What rights call the publishing of standards: whoever may update it decides by what leads are judged.
/// It is a right of its own, so that marketing can propose what sales decides.
pub const PUBLISHING: &str = "qualification-publishing";

impl Resource for QualificationStandard {
    fn kind() -> &'static Kind {
        &QUALIFICATION_STANDARD
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = standing(before) {
            if before.input == self.input {
                return Ok(());
            }
            before.require_draft()?;
        }
        Problem::collect(model::findings(&self.input.criteria))?;
        judging::conditions(tx, ctx, &self.input.criteria).await.map(drop)
    }

    async fn deletable(&self, _: &mut Tx, _: &Ctx) -> Result<()> {
        self.require_draft()
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, needs| match self.status {
            QualificationStandardStatus::Draft => Verb::open(name, needs),
            _ => Verb::closed(name, needs, &STANDARD_PUBLISHED),
        };
        vec![verb("update", Action::Update), verb("delete", Action::Delete)]
    }

    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let mut verbs = self.verbs();
        if may_publish(ctx) {
            // Its right was looked at here; whoever sees the standard needs no other one.
            let closed = self.require_draft().err().map(|refused| refused.code());
            verbs.push(Verb { name: "publish", needs: Action::Read, closed });
        }
        verbs
    }

    fn example() -> Json {
        json!({
            "name": "现场销售认可的标准",
            "criteria": [
                { "key": "reachable", "label": "Can be called", "label_zh": "可电话联系", "compulsory": true,
                  "condition": "phone:*" },
                { "key": "decision_maker", "label": "We speak with who decides", "label_zh": "已接触决策人",
                  "compulsory": true, "question": "Have you spoken with the person who decides?" },
                { "key": "budget", "label": "Budget is known", "label_zh": "预算已知", "compulsory": false,
                  "condition": "budget:*" }
            ],
            "accept_within_hours": 24,
            "result_within_days": 30,
            "note": "与销售部一致同意。"
        })
    }
}

fn may_publish(ctx: &Ctx) -> bool {
    ctx.reach(PUBLISHING, Action::Update).all
}

/// Makes a draft the standard in force: the next edition, in the place of the one before.
///
/// # Errors
/// `forbidden` without the right to publish; `standard_published`; and as any change.
pub async fn publish(
    tx: &mut Tx,
    ctx: &Ctx,
    id: QualificationStandardId,
) -> Result<Shown<QualificationStandard>> {
    if !may_publish(ctx) {
        return Err(forbidden(PUBLISHING, Action::Update));
    }
    let draft: QualificationStandard = resource::load(tx, ctx, id.uuid()).await?;
    ctx.expect_version(draft.meta.version)?;
    draft.require_draft()?;
    // Fields may have gone since it was written.
    judging::conditions(tx, ctx, &draft.input.criteria).await?;
    // Who may publish need not be able to write drafts.
    let system = ctx.on_behalf();
    if let Some(before) = store::in_force(tx).await? {
        let replace = |one: &mut QualificationStandard| {
            one.status = QualificationStandardStatus::Replaced;
            one.replaced_at = Some(ctx.now);
            Ok(())
        };
        resource::change(tx, &system, before.uuid(), "replaced", replace).await?;
    }
    let edition = store::last_edition(tx).await? + 1;
    let put_in_force = |one: &mut QualificationStandard| {
        (one.status, one.edition) = (QualificationStandardStatus::InForce, edition);
        (one.published_at, one.published_by) = (Some(ctx.now), Some(ctx.actor.user));
        Ok(())
    };
    resource::change(tx, &system, id.uuid(), "published", put_in_force).await?;
    resource::get(tx, ctx, id.uuid()).await
}
