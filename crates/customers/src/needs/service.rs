//! The rules of saving a need, and the service request that follows from it.

use super::{NEED, Need, NeedStatus, NeedType};
use crate::{
    assets::Asset,
    care_contacts::CareContact,
    engine::{check_new_owner, refer, standing},
    problems::{IMMUTABLE, OF_OTHER_PARTY},
    rules::today,
    service_requests::{
        SERVICE_REQUEST, ServicePriority, ServiceRequest, ServiceRequestId, ServiceRequestInput,
    },
};
use guanxi_kernel::{
    Ctx, Id, Problem, Result,
    problem::{FieldError, OUT_OF_RANGE},
};
use guanxi_storage::{Kind, Meta, Resource, Tx, kind::Parts as _, resource};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Need {
    fn kind() -> &'static Kind {
        &NEED
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            Some(before) => self.stays(before)?,
            None => drop(self.input.owner_id.get_or_insert(ctx.actor.user)),
        }
        let today = today(ctx);
        if *self.input.noted_on.get_or_insert(today) > today {
            return Err(OUT_OF_RANGE.at("/noted_on").with("expected", "today or earlier"));
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        self.check_party(tx, ctx, before).await?;
        let status = before.map_or(NeedStatus::Open, |before| before.input.status);
        if self.input.status != status {
            let decided = self.input.status != NeedStatus::Open;
            self.decided_at = decided.then_some(ctx.now);
        }
        if before.is_none() && self.input.care_contact_id.is_some() {
            let request = ServiceRequestId::new(ctx.now);
            // It is made behind the need, in the same transaction.
            tx.learn(SERVICE_REQUEST.name, request.uuid());
            self.service_request_id = Some(request);
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match self.service_request_id {
            Some(request) if before.is_none() => self.ask_for(tx, ctx, request).await,
            _ => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.title]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let asset = self.input.asset_id.map(Id::uuid);
        let contact = self.input.care_contact_id.map(Id::uuid);
        let request = self.service_request_id.map(Id::uuid);
        let party = Some(self.input.party_id.uuid());
        [party, asset, contact, request].into_iter().flatten().collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "need_type_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "product": "Lavida 1.5L 2025",
            "title": "希望提供上门取送车保养",
            "channel": "phone",
            "note": "周末白天没有时间到店。"
        })
    }
}

impl Need {
    /// What a change leaves as it is.
    fn stays(&self, before: &Self) -> Result<()> {
        let (then, now) = (&before.input, &self.input);
        let moved = [
            ("/party_id", then.party_id != now.party_id),
            ("/care_contact_id", then.care_contact_id != now.care_contact_id),
        ];
        let moved = moved.into_iter().filter(|(_, moved)| *moved);
        Problem::collect(moved.map(|(at, _)| IMMUTABLE.field(at)).collect())
    }

    /// What it names belongs to the same party; what is not said of a new one follows from that.
    async fn check_party(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let mut findings: Vec<FieldError> = Vec::new();
        if let (Some(contact), None) = (self.input.care_contact_id, before) {
            let contact = refer::<CareContact>(tx, ctx, contact.uuid(), "/care_contact_id").await?;
            let other = contact.input.party_id != self.input.party_id;
            findings.extend(other.then(|| OF_OTHER_PARTY.field("/care_contact_id")));
            let about = contact.input.asset_id.filter(|_| !other);
            self.input.asset_id = self.input.asset_id.or(about);
        }
        let had = standing(before).and_then(|before| before.input.asset_id);
        if let Some(asset) = self.input.asset_id.filter(|asset| had != Some(*asset)) {
            let asset = refer::<Asset>(tx, ctx, asset.uuid(), "/asset_id").await?;
            let other = asset.input.party_id != self.input.party_id;
            findings.extend(other.then(|| OF_OTHER_PARTY.field("/asset_id")));
            if before.is_none() && self.input.product.is_none() {
                self.input.product = asset.input.product;
            }
        }
        Problem::collect(findings)
    }

    /// Makes the service request that follows from it. No right on service requests is needed.
    async fn ask_for(&self, tx: &mut Tx, ctx: &Ctx, id: ServiceRequestId) -> Result<()> {
        let system = ctx.on_behalf();
        let need_type = self.input.need_type_id.uuid();
        let need_type = resource::load::<NeedType>(tx, &system, need_type).await?;
        let input = ServiceRequestInput {
            party_id: self.input.party_id,
            asset_id: self.input.asset_id,
            contact_id: None,
            activity_id: None,
            owner_id: self.input.owner_id,
            title: self.input.title.clone(),
            description: self.input.note.clone(),
            kind: need_type.input.request_kind,
            channel: self.input.channel,
            priority: ServicePriority::default(),
            received_at: None,
        };
        let mut request = ServiceRequest::assemble(Meta { id, ..Meta::new(ctx) }, input);
        request.need_id = Some(self.meta.id);
        resource::insert(tx, &system, request, "created").await.map(drop)
    }
}
