//! The rules of a save.

use super::{WALK_IN, WalkIn};
use crate::{
    campaigns::{Campaign, CampaignState},
    problems::{CODE_OF_OTHER_CAMPAIGN, ILLEGAL_TRANSITION},
    source_codes,
};
use guanxi_customers::{
    engine::{check_new_owner, refer},
    problems::IMMUTABLE,
    rules::{line, refuse, whole_micros},
};
use guanxi_kernel::{
    Ctx, Id, Result, Word as _,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for WalkIn {
    fn kind() -> &'static Kind {
        &WALK_IN
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(Some(ctx.actor.user));
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        let came_at = self.input.came_at.or(before.and_then(|before| before.input.came_at));
        let came_at = whole_micros(came_at.unwrap_or(ctx.now));
        if came_at > ctx.now {
            return Err(refuse(&OUT_OF_RANGE, "/came_at", ("expected", "now or earlier")));
        }
        self.input.came_at = Some(came_at);
        match before {
            None => self.begin(tx, ctx).await,
            Some(before) => self.stay(before),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        let campaign = self.input.campaign_id.map(Id::uuid);
        campaign.into_iter().chain(self.input.party_id.map(Id::uuid)).collect()
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "came_at": "2026-01-01T00:00:00Z",
            "people": 12,
            "note": "上午店头展台。"
        })
    }
}

impl WalkIn {
    /// Of which campaign, and which code and medium brought them.
    async fn begin(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        if let Some(code) = &self.input.source_code {
            let found = source_codes::captured(tx, code, "/source_code").await?;
            self.input.source_code = Some(line(&code.trim().to_ascii_uppercase())?);
            (self.source_code_id, self.medium_id) = (Some(found.id), Some(found.medium));
            if let Some(of_code) = found.campaign
                && *self.input.campaign_id.get_or_insert(of_code) != of_code
            {
                return Err(CODE_OF_OTHER_CAMPAIGN.at("/source_code"));
            }
        }
        let id = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let campaign: Campaign = refer(tx, ctx, id.uuid(), PLACE).await?;
        if campaign.state == CampaignState::Cancelled {
            let allowed: Vec<&str> = Vec::new();
            let refused = ILLEGAL_TRANSITION.with("state", campaign.state.word());
            return Err(refused.with("allowed", allowed));
        }
        Ok(())
    }

    /// Of what they are counted stays.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            ("/campaign_id", now.campaign_id == had.campaign_id),
            ("/source_code", now.source_code == had.source_code),
        ];
        match members.into_iter().find(|(_, same)| !same) {
            Some((place, _)) => Err(IMMUTABLE.at(place)),
            None => Ok(()),
        }
    }
}
