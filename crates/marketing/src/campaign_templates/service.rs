//! The rules of a save.

use super::{CAMPAIGN_TEMPLATE, CampaignTemplate, CampaignTemplateInput};
use crate::campaign_evaluations::IndicatorWeight;
use guanxi_customers::rules::{repeated, today};
use guanxi_kernel::{Ctx, Problem, Result, text::sort_key};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl CampaignTemplateInput {
    fn check_lists(&self) -> Result<()> {
        let mut findings = repeated(&self.required, "/required", |one| *one);
        findings.extend(repeated(&self.steps, "/steps", |one| one.name.to_string()));
        for (at, step) in self.steps.iter().enumerate() {
            let pointer = format!("/steps/{at}/required");
            findings.extend(repeated(&step.required, &pointer, |one| *one));
        }
        Problem::collect(findings)?;
        IndicatorWeight::check_all(&self.indicators, "/indicators")
    }
}

impl Resource for CampaignTemplate {
    fn kind() -> &'static Kind {
        &CAMPAIGN_TEMPLATE
    }

    async fn settle(&mut self, _: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        self.input.check_lists()?;
        let content = &mut self.input.content;
        let currency = *content.currency.get_or_insert(ctx.settings.currency);
        // What no campaign could say is no template of one.
        let campaign = content.clone().campaign(self.input.name.clone(), today(ctx))?;
        campaign.check(currency).map_err(|problem| problem.under("/content"))?;
        self.derive_keys();
        Ok(())
    }

    fn derive_keys(&mut self) {
        self.name_folded = sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&*self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "展会",
            "active": true,
            "required": ["media_ids", "budget_lines"],
            "steps": [
                { "name": "策划", "required": ["objectives", "industries"] },
                { "name": "筹备", "required": ["media_ids", "budget_lines"] },
                { "name": "执行", "required": [] }
            ],
            "indicators": [
                { "indicator": "roi", "weight": "0.6000", "floor": "0.0000", "goal": "2.0000" },
                { "indicator": "response_rate", "weight": "0.4000", "floor": "0.0100", "goal": "0.0500" }
            ],
            "content": {
                "days": 5,
                "kind": "exhibition",
                "currency": "CNY",
                "industries": ["软件"],
                "reply_channels": ["call", "website"],
                "objectives": [{ "metric": "responders", "target": 300 }],
                "budget_lines": [
                    { "name": "展台", "planned": { "amount": "20000.00", "currency": "CNY" } }
                ],
                "follow_up": { "title": "致电反馈客户", "within_hours": 24 }
            }
        })
    }
}
