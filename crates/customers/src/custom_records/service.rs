//! The rules of records of objects that need the store.

use super::{CUSTOM_RECORD, CustomRecord};
use crate::{
    engine::{check_new_owner, standing},
    problems::IMMUTABLE,
};
use guanxi_identity::custom_objects::require_active;
use guanxi_kernel::{Ctx, Id, Result, text};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for CustomRecord {
    fn kind() -> &'static Kind {
        &CUSTOM_RECORD
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.derive_keys();
        if before.is_some_and(|before| before.input.object != self.input.object) {
            return Err(IMMUTABLE.at("/object"));
        }
        if before.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        if standing(before).is_none() {
            require_active(tx, &self.input.object).await?;
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    fn derive_keys(&mut self) {
        self.name_folded = text::sort_key(&self.input.name);
    }

    fn variant(&self) -> Option<&str> {
        Some(&self.input.object)
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.party_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "object": "vehicle",
            "name": "沪A·12345",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
        })
    }
}
