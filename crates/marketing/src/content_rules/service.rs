//! The rules of a save.

use super::{CONTENT_RULE, ContentRule, store};
use crate::problems::TOO_MANY_CONTENT_RULES;
use guanxi_customers::{engine::standing, rules::refuse};
use guanxi_kernel::{Ctx, Id, Result, problem::OUT_OF_RANGE};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Rules of a tenant at most.
pub(super) const MOST: i64 = 100;

impl Resource for ContentRule {
    fn kind() -> &'static Kind {
        &CONTENT_RULE
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let (from, until) = (self.input.valid_from, self.input.valid_until);
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            let expected = ("expected", "not before valid_from");
            return Err(refuse(&OUT_OF_RANGE, "/valid_until", expected));
        }
        if standing(before).is_some() || store::count(tx).await? < MOST {
            return Ok(());
        }
        Err(TOO_MANY_CONTENT_RULES.with("limit", MOST))
    }

    fn concerns(&self) -> Vec<Uuid> {
        let segment = self.input.segment_id.map(Id::uuid);
        segment.into_iter().chain([self.input.content_item_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "content_item_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "stage": "pre_sale",
            "priority": 10,
            "active": true
        })
    }
}
