//! The rules of positionings that need the store.

use super::{POSITIONING, Positioning, store};
use crate::problems::NOT_A_COMPETITOR;
use guanxi_customers::{
    engine::{refer, standing},
    parties::{Party, PartyRole},
};
use guanxi_kernel::{Ctx, Id, Result, problem::DUPLICATE};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Positioning {
    fn kind() -> &'static Kind {
        &POSITIONING
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.check()?;
        let before = standing(before);
        let had = before.and_then(|before| before.input.competitor_id);
        if let Some(id) = self.input.competitor_id.filter(|id| had != Some(*id)) {
            let party: Party = refer(tx, ctx, id.uuid(), "/competitor_id").await?;
            party
                .require_role(PartyRole::Competitor)
                .map_err(|_| NOT_A_COMPETITOR.at("/competitor_id"))?;
        }
        let place = self.input.place();
        let moved = before.is_none_or(|before| before.input.place() != place);
        if moved && store::is_taken(tx, place, self.meta.id).await? {
            return Err(DUPLICATE.at("/competitor_id"));
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        let (product, segment, competitor) = self.input.place();
        let all = [product.map(Id::uuid), segment.map(Id::uuid), competitor.map(Id::uuid)];
        all.into_iter().flatten().collect()
    }

    fn example() -> Json {
        json!({
            "subject": "product",
            "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "competitor_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "statement": "面向中型制造企业,四小时上门,而不是最低价。",
            "strengths": ["Service within four hours", "三年质保"],
            "weaknesses": ["Price"],
            "scores": [
                { "attribute": "price", "own_score": 5, "competitor_score": 8 },
                { "attribute": "service", "own_score": 9, "competitor_score": 6 },
            ],
        })
    }
}
