//! The rules of products that need the store.

use super::{PRODUCT, Product, store};
use guanxi_customers::{
    engine::standing,
    rules::{MAX_LEVELS, place},
};
use guanxi_kernel::{Ctx, Result, problem::DUPLICATE, text};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for Product {
    fn kind() -> &'static Kind {
        &PRODUCT
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.check()?;
        self.derive_keys();
        let upgraded = standing(before).and_then(|before| before.input.upgrades_to_id);
        if let Some(to) = self.input.upgrades_to_id.filter(|to| upgraded != Some(*to)) {
            let above = store::upgrades_from(tx, to, MAX_LEVELS).await?;
            place(&self.meta.id, &above, 1, "/upgrades_to_id")?;
        }
        let had = standing(before).map(|before| &before.input.code);
        if had != Some(&self.input.code)
            && store::has_code(tx, &self.input.code, self.meta.id).await?
        {
            return Err(DUPLICATE.at("/code"));
        }
        Ok(())
    }

    fn derive_keys(&mut self) {
        self.name_folded = text::sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name, &self.input.code]
    }

    fn example() -> Json {
        json!({
            "code": "GTX-PRO",
            "name": "GTX Pro 工作站",
            "category": "GTX",
            "unit": "台",
            "list_price": { "amount": "4821.00", "currency": "CNY" },
            "cost": { "amount": "3100.00", "currency": "CNY" },
            "tax_rate": "0.1300",
            "active": true,
            "valid_from": "2026-01-01",
            "valid_until": "2030-12-31",
            "upgrades_to_id": null,
            "upgrade_after_months": 36,
            "note": "Sold with three years of service."
        })
    }
}
