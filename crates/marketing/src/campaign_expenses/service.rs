//! The rules of a save.

use super::{CAMPAIGN_EXPENSE, CampaignExpense};
use crate::{
    campaigns::{Campaign, note_spent},
    problems::CODE_OF_OTHER_CAMPAIGN,
    source_codes::SourceCode,
};
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

impl Resource for CampaignExpense {
    fn kind() -> &'static Kind {
        &CAMPAIGN_EXPENSE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        if before.is_some_and(|before| before.input.campaign_id != self.input.campaign_id) {
            return Err(IMMUTABLE.at(PLACE));
        }
        let id = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let campaign: Campaign = refer(tx, ctx, id.uuid(), PLACE).await?;
        let lines = &campaign.input.budget_lines;
        let line = self.input.budget_line.map(|line| {
            let at = usize::try_from(line - 1).ok();
            at.and_then(|at| lines.get(at)).ok_or_else(|| {
                let expected = format!("1 to {}", lines.len());
                refuse(&OUT_OF_RANGE, "/budget_line", ("expected", &expected))
            })
        });
        let line = line.transpose()?;
        let day = *self.input.spent_on.get_or_insert_with(|| today(ctx));
        if day > today(ctx) {
            return Err(refuse(&OUT_OF_RANGE, "/spent_on", ("expected", "today or earlier")));
        }
        let currency = campaign.currency();
        if self.input.amount.currency() != currency {
            return Err(refuse(&CURRENCY_MISMATCH, "/amount", ("expected", currency.code())));
        }
        if let Some(code) = self.input.source_code_id {
            let code: SourceCode = refer(tx, ctx, code.uuid(), "/source_code_id").await?;
            if code.input.campaign_id != Some(id) {
                return Err(CODE_OF_OTHER_CAMPAIGN.at("/source_code_id"));
            }
            self.input.medium_id = self.input.medium_id.or(code.medium_id);
        }
        self.input.medium_id = self.input.medium_id.or(line.and_then(|line| line.medium_id));
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        match self.input.campaign_id {
            Some(id) => note_spent(tx, ctx, id).await,
            None => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.campaign_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "budget_line": 1,
            "spent_on": "2026-04-02",
            "amount": { "amount": "12000.00", "currency": "CNY" },
            "supplier": "国展中心",
            "note": "展台搭建首款。"
        })
    }
}
