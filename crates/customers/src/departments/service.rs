//! The rules of departments that need the store.

use super::{DEPARTMENT, Department, store};
use crate::{
    engine::{refer, standing},
    rules::{MAX_LEVELS, place},
};
use guanxi_kernel::{Ctx, Result, problem::IN_USE, text};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Department {
    fn kind() -> &'static Kind {
        &DEPARTMENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.name_folded = text::sort_key(&self.input.name);
        if let Some(before) = before {
            self.input.keep_party(&before.input)?;
        }
        self.check_parent(tx, ctx, standing(before)).await
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "parent_id": null,
            "name": "采购部 Procurement"
        })
    }
}

impl Department {
    async fn check_parent(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(id) = self.input.parent_id else { return Ok(()) };
        if before.is_some_and(|before| before.input.parent_id == Some(id)) {
            return Ok(());
        }
        let parent = refer::<Self>(tx, ctx, id.uuid(), "/parent_id").await?;
        parent.require_party(self.input.party_id, "/parent_id")?;
        let above = store::above(tx, id, MAX_LEVELS).await?;
        let height = store::height(tx, self.meta.id, MAX_LEVELS).await?;
        place(&self.meta.id, &above, height, "/parent_id")
    }
}
