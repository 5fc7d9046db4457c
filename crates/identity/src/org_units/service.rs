//! The rules of saving and deleting an org unit, and keeping the table of what is below what.

use super::{ORG_UNIT, OrgUnit, store};
use crate::rights;
use guanxi_kernel::{
    Ctx, Result,
    problem::{CYCLE, IN_USE},
    text,
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for OrgUnit {
    fn kind() -> &'static Kind {
        &ORG_UNIT
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        self.name_folded = text::sort_key(&self.input.name);
        if let (Some(parent), Some(_)) = (self.input.parent_id, before)
            && store::is_below(tx, parent, self.meta.id).await?
        {
            return Err(CYCLE.at("/parent_id"));
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let (id, parent) = (self.meta.id, self.input.parent_id);
        let moved = match before {
            None => {
                store::plant(tx, id, parent).await?;
                false
            }
            Some(before) if before.input.parent_id != parent => {
                store::transplant(tx, id, parent).await?;
                true
            }
            Some(_) => false,
        };
        // Who sees what below a moved unit is looked up when it is asked for; the count only tells
        // whoever keeps more than that.
        if moved || before.and_then(Self::live_manager) != self.live_manager() {
            rights::changed(tx).await?;
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        let used = store::is_used(tx, self.meta.id).await?;
        if used { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({ "name": "华东销售部", "kind": "department" })
    }
}
