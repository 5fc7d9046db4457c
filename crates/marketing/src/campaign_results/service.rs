//! The rules of a save.

use super::{CAMPAIGN_RESULT, CampaignResult};
use crate::campaigns::{Campaign, CampaignMetric, follow_deviations};
use guanxi_customers::{
    engine::refer,
    problems::{CURRENCY_MISMATCH, IMMUTABLE},
    rules::{refuse, today},
};
use guanxi_kernel::{
    Ctx, Id, Result,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for CampaignResult {
    fn kind() -> &'static Kind {
        &CAMPAIGN_RESULT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        if before.is_some_and(|before| before.input.campaign_id != self.input.campaign_id) {
            return Err(IMMUTABLE.at(PLACE));
        }
        let id = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let campaign: Campaign = refer(tx, ctx, id.uuid(), PLACE).await?;
        let metric = CampaignMetric::named(&self.input.metric, "/metric")?;
        metric.check(("/value", self.input.value), ("/amount", self.input.amount))?;
        let currency = campaign.currency();
        if self.input.amount.is_some_and(|amount| amount.currency() != currency) {
            return Err(refuse(&CURRENCY_MISMATCH, "/amount", ("expected", currency.code())));
        }
        let day = *self.input.occurred_on.get_or_insert_with(|| today(ctx));
        let begun = campaign.started_on.is_some_and(|started| day >= started);
        if !begun || day > today(ctx) {
            let expected = "from the day on which the campaign was started to today";
            return Err(refuse(&OUT_OF_RANGE, "/occurred_on", ("expected", expected)));
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        match self.input.campaign_id {
            Some(id) => follow_deviations(tx, ctx, id).await,
            None => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.campaign_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "metric": "reach",
            "value": 1200,
            "note": "展馆提供的客流。"
        })
    }
}
