//! What a policy is as a resource.

use super::{SERVICE_POLICY, ServicePolicy};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for ServicePolicy {
    fn kind() -> &'static Kind {
        &SERVICE_POLICY
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        self.every_days = self.input.every_days();
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name, &self.input.tier]
    }

    fn example() -> Json {
        json!({
            "tier": "A",
            "name": "重点客户 Key accounts",
            "visits": 2,
            "period": "month",
            "neglected_after_days": 30,
            "minimum_roles": 2,
            "response_minutes": 60,
            "budget_hours": 12,
            "budget": { "amount": "1500.00", "currency": "CNY" },
            "note": "每月至少两次上门拜访。"
        })
    }
}
