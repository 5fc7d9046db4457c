//! What changes the state of a run.

use super::{PlaybookRun, PlaybookRunId, RunMove};
use crate::{
    playbooks::{Answers, Sheet},
    problems::{ITEM_MISSING, OWN_REVIEW},
};
use guanxi_kernel::{Action, Ctx, Language, Problem, Result, Text};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Somebody else has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "remark": "家庭情况请补充" })))]
pub struct ReviewRun {
    /// What they remark.
    #[serde(default)]
    pub remark: Option<Text<4000>>,
}

/// Completes a run: it stays as it is, with what the fields of the record hold now.
///
/// # Errors
/// `validation_failed` with a finding for each required item that is missing; `run_completed`; and as any
/// change.
pub async fn complete(tx: &mut Tx, ctx: &Ctx, id: PlaybookRunId) -> Result<Shown<PlaybookRun>> {
    resource::require::<PlaybookRun>(ctx, Action::Update)?;
    let run = resource::load::<PlaybookRun>(tx, ctx, id.uuid()).await?;
    run.status.after(RunMove::Complete)?;
    let (steps, record) = run.judged_by(tx, ctx).await?;
    let sheet = Sheet(&steps);
    let missing = sheet.missing(&run.input.answers, record.as_ref());
    let finding = |item: &crate::playbooks::PlaybookItem| {
        ITEM_MISSING
            .field(format!("/answers/{}", item.code))
            .with("item", &*item.code)
            .with("name", name(ctx, item))
    };
    Problem::collect(missing.into_iter().map(finding).collect())?;
    let mut values = Answers::new();
    for item in sheet.items() {
        if let (Some(field), Some(record)) = (&item.field, &record) {
            values.insert(item.code.to_string(), record[&**field].clone());
        }
    }
    resource::change(tx, ctx, id.uuid(), "completed", |one: &mut PlaybookRun| {
        one.status = one.status.after(RunMove::Complete)?;
        (one.completed_at, one.completed_by) = (Some(ctx.now), Some(ctx.actor.user));
        one.record_values = values;
        Ok(())
    })
    .await
}

/// What an item is called in the language of the caller.
pub(super) fn name(ctx: &Ctx, item: &crate::playbooks::PlaybookItem) -> String {
    let zh = item.name_zh.as_ref().filter(|_| ctx.language == Language::Zh);
    zh.unwrap_or(&item.name).to_string()
}

/// Opens a run again that was completed by mistake.
///
/// # Errors
/// `run_open`; and as any change.
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, id: PlaybookRunId) -> Result<Shown<PlaybookRun>> {
    resource::change(tx, ctx, id.uuid(), "reopened", |one: &mut PlaybookRun| {
        one.status = one.status.after(RunMove::Reopen)?;
        (one.completed_at, one.completed_by) = (None, None);
        one.record_values.clear();
        Ok(())
    })
    .await
}

/// Notes that somebody has looked at a run who has not filled it in.
///
/// # Errors
/// `own_review` for its owner and its maker; and as any change.
pub async fn review(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PlaybookRunId,
    wish: ReviewRun,
) -> Result<Shown<PlaybookRun>> {
    resource::change(tx, ctx, id.uuid(), "reviewed", |one: &mut PlaybookRun| {
        one.status = one.status.after(RunMove::Review)?;
        let user = ctx.actor.user;
        if one.input.owner_id == Some(user) || one.meta.created_by == user {
            return Err(OWN_REVIEW.problem());
        }
        (one.reviewed_at, one.reviewed_by) = (Some(ctx.now), Some(user));
        one.review_remark = wish.remark;
        Ok(())
    })
    .await
}
