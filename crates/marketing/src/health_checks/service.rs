//! The rules of a save, and the service requests that follow.

use super::{HEALTH_CHECK, HealthCheck, store};
use crate::{
    campaigns::{Campaign, CampaignId, CampaignState},
    problems::{ALREADY_CHECKED, ILLEGAL_TRANSITION},
};
use guanxi_customers::{
    assets::Asset,
    engine::{check_new_owner, refer, standing},
    problems::IMMUTABLE,
    rules::{line, refuse, whole_micros},
    service_requests::{
        ServiceChannel, ServicePriority, ServiceRequest, ServiceRequestInput, ServiceRequestKind,
    },
};
use guanxi_kernel::{
    Ctx, Id, Result, Word as _,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{Kind, Meta, Resource, Tx, kind::Parts as _, resource};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for HealthCheck {
    fn kind() -> &'static Kind {
        &HEALTH_CHECK
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(Some(ctx.actor.user));
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        if let Some(before) = before {
            self.stay(before)?;
        }
        if standing(before).is_some() {
            return Ok(());
        }
        let id = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        if before.is_some() {
            return self.is_the_first(tx, id).await;
        }
        let at = whole_micros(self.input.checked_at.unwrap_or(ctx.now));
        if at > ctx.now {
            return Err(refuse(&OUT_OF_RANGE, "/checked_at", ("expected", "now or earlier")));
        }
        self.input.checked_at = Some(at);
        let campaign: Campaign = refer(tx, ctx, id.uuid(), PLACE).await?;
        if matches!(campaign.state, CampaignState::Finished | CampaignState::Cancelled) {
            let allowed: Vec<&str> = Vec::new();
            let refused = ILLEGAL_TRANSITION.with("state", campaign.state.word());
            return Err(refused.with("allowed", allowed));
        }
        let asset: Asset = refer(tx, ctx, self.input.asset_id.uuid(), "/asset_id").await?;
        self.is_the_first(tx, id).await?;
        self.party_id = Some(asset.input.party_id);
        let faults = self.input.faults(&campaign.input.check_items)?;
        self.faults = i64::try_from(faults.len()).unwrap_or(i64::MAX);
        // They are made once the check is there, by these ids.
        self.service_request_ids = faults.iter().map(|_| Meta::new(ctx).id).collect();
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => self.ask_for_service(tx, ctx).await,
            Some(_) => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        let (campaign, party) = (self.input.campaign_id.map(Id::uuid), self.party_id.map(Id::uuid));
        let requests = self.service_request_ids.iter().copied().map(Id::uuid);
        [self.input.asset_id.uuid()]
            .into_iter()
            .chain(campaign)
            .chain(party)
            .chain(requests)
            .collect()
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "asset_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "checked_at": "2026-01-01T00:00:00Z",
            "findings": [
                { "item": "brakes", "result": "good" },
                { "item": "tyres", "result": "fault", "note": "右前轮胎纹深度 1.4 毫米。" }
            ],
            "note": "建议四轮一起更换。"
        })
    }
}

impl HealthCheck {
    /// Refuses a second one of the asset, of which only who sees both is told.
    async fn is_the_first(&self, tx: &mut Tx, campaign: CampaignId) -> Result<()> {
        match store::is_checked(tx, campaign, self).await? {
            true => Err(ALREADY_CHECKED.problem()),
            false => Ok(()),
        }
    }

    /// Makes the service request of each fault. They follow from the check: the right to make them is not asked for.
    async fn ask_for_service(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let (Some(id), Some(party_id)) = (self.input.campaign_id, self.party_id) else {
            return Ok(());
        };
        let system = ctx.on_behalf();
        let campaign: Campaign = resource::load(tx, &system, id.uuid()).await?;
        let faults = self.input.faults(&campaign.input.check_items)?;
        for (id, (name, said)) in self.service_request_ids.iter().zip(faults) {
            let input = ServiceRequestInput {
                party_id,
                asset_id: Some(self.input.asset_id),
                contact_id: None,
                activity_id: None,
                owner_id: self.input.owner_id,
                title: line(&format!("{}: {name}", &*campaign.input.name))?,
                description: Some(said),
                kind: ServiceRequestKind::Repair,
                channel: ServiceChannel::Visit,
                priority: ServicePriority::Normal,
                received_at: self.input.checked_at,
            };
            let meta = Meta { id: *id, ..Meta::new(&system) };
            let request = ServiceRequest::assemble(meta, input);
            resource::insert(tx, &system, request, "created").await?;
        }
        Ok(())
    }

    /// What was checked and found stays.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            ("/campaign_id", now.campaign_id == had.campaign_id),
            ("/asset_id", now.asset_id == had.asset_id),
            ("/checked_at", now.checked_at == had.checked_at),
            ("/findings", now.findings == had.findings),
        ];
        match members.into_iter().find(|(_, same)| !same) {
            Some((place, _)) => Err(IMMUTABLE.at(place)),
            None => Ok(()),
        }
    }
}
