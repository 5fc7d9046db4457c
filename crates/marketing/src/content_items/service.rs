//! The rules of a save.

use super::{CONTENT_ITEM, ContentItem, ContentItemId};
use guanxi_customers::engine::standing;
use guanxi_kernel::{
    Ctx, Result,
    problem::{IN_USE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx, sql};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for ContentItem {
    fn kind() -> &'static Kind {
        &CONTENT_ITEM
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = standing(before).and_then(|before| before.input.product_id);
        let Some(product) = self.input.product_id.filter(|product| had != Some(*product)) else {
            return Ok(());
        };
        // Products belong to a crate further right; that they exist is seen in the store.
        match has_product(tx, product).await? {
            true => Ok(()),
            false => Err(UNKNOWN_REFERENCE.at("/product_id")),
        }
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.product_id.into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "name": "制造业选型指南",
            "text": "三步看清您的产线适合哪一款设备。",
            "url": "https://www.example.com/guide",
            "active": true
        })
    }
}

async fn has_product(tx: &mut Tx, product: Uuid) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM products
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        product
    );
    tx.exists(sql).await
}

/// Whether a rule picks it, or a nurture track of the crate to the right tells it.
async fn is_used(tx: &mut Tx, id: ContentItemId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) WHERE
             EXISTS (SELECT 1 FROM content_rules r WHERE r.tenant_id = $1 AND r.content_item_id = $2
                 AND r.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM record_terms x JOIN nurture_tracks n
                     ON n.tenant_id = x.tenant_id AND n.id = x.record_id AND n.deleted_at IS NULL
                 WHERE x.tenant_id = $1 AND x.kind = 'nurture_track' AND x.field = 'content_item_id'
                     AND x.term = $3)",
        id,
        id.to_string()
    );
    tx.exists(sql).await
}
