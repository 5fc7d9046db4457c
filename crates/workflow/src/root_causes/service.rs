//! The rules of a save.

use super::{
    model::{ROOT_CAUSE, RootCause},
    store,
};
use crate::{
    problems::{FIXED_ONCE_MADE, NOT_MISSED},
    subjects,
};
use guanxi_kernel::{
    Ctx, Problem, Result, Word as _,
    problem::{DUPLICATE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for RootCause {
    fn kind() -> &'static Kind {
        &ROOT_CAUSE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.find_whose(tx, ctx).await?,
            Some(before) => self.check_fixed(before)?,
        }
        let standing = before.filter(|before| before.meta.deleted_at.is_none());
        if standing.is_none_or(|before| before.input.class != self.input.class)
            && store::is_said(tx, self.input.subject_id, self.input.class, self.meta.id).await?
        {
            return Err(DUPLICATE.at("/class"));
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.subject_id]
    }

    fn example() -> Json {
        json!({
            "subject_type": "task",
            "subject_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "class": "skill",
            "note": "不熟悉录入系统"
        })
    }
}

impl RootCause {
    /// Whose the item was that the caller sees, if it was missed.
    async fn find_whose(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/subject_id";
        let (what, id) = (self.input.subject_type, self.input.subject_id);
        subjects::check(tx, ctx, what.word(), id).await?;
        let item = store::item(tx, what, id).await?;
        let item = item.ok_or_else(|| UNKNOWN_REFERENCE.at(PLACE))?;
        if !item.was_missed(ctx.now) {
            return Err(NOT_MISSED.at(PLACE));
        }
        (self.owner_id, self.org_unit_id) = (Some(item.owner_id), item.org_unit_id);
        Ok(())
    }

    /// It is still about the same item.
    fn check_fixed(&self, before: &Self) -> Result<()> {
        let members = [
            ("/subject_type", self.input.subject_type != before.input.subject_type),
            ("/subject_id", self.input.subject_id != before.input.subject_id),
        ];
        let changed = members.into_iter().filter(|(_, changed)| *changed);
        Problem::collect(changed.map(|(at, _)| FIXED_ONCE_MADE.field(at)).collect())
    }
}
