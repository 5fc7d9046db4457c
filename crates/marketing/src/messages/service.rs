//! The rules of a save.

use super::{
    model::{MESSAGE, Message, MessageInput, MessageState, MessageVariant},
    store,
};
use crate::{
    campaigns::Campaign,
    media::{Medium, MediumId},
    problems::{MESSAGE_BEING_SENT, MESSAGE_FIXED, MESSAGE_NOT_PAUSED, MESSAGE_NOT_SENDING},
};
use guanxi_customers::{
    engine::{refer, standing, visible},
    problems::IMMUTABLE,
    rules::repeated,
};
use guanxi_kernel::{
    Action, Ctx, Id, Problem, Result, Word as _,
    problem::{IN_USE, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Message {
    fn kind() -> &'static Kind {
        &MESSAGE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        if before.is_some_and(|before| before.input.campaign_id != self.input.campaign_id) {
            return Err(IMMUTABLE.at(PLACE));
        }
        let campaign = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        if standing(before).is_none() {
            refer::<Campaign>(tx, ctx, campaign.uuid(), PLACE).await?;
        }
        if let Some(before) = before {
            if say_the_same(&before.input, &self.input) {
                return Ok(());
            }
            // Whoever has it already would have read something else.
            if before.state != MessageState::Draft {
                return Err(MESSAGE_FIXED.with("state", before.state.word()));
            }
        }
        let variants = &self.input.variants;
        Problem::collect(repeated(variants, "/variants", |variant| variant.medium_id))?;
        self.check_media(tx, ctx, before).await?;
        for (at, variant) in self.input.variants.iter().enumerate() {
            self.input.offer.require_same(&variant.offer, &format!("/variants/{at}/offer"))?;
        }
        self.input.check_wording()
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.campaign_id.map(Id::uuid).into_iter().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name, open: bool, why| Verb {
            name,
            needs: Action::Update,
            closed: (!open).then_some(why),
        };
        let waits = matches!(self.state, MessageState::Draft | MessageState::Sent);
        vec![
            Verb::open("update", Action::Update),
            Verb::open("preview", Action::Update),
            verb("send", waits, &MESSAGE_BEING_SENT),
            verb("pause", self.state == MessageState::Sending, &MESSAGE_NOT_SENDING),
            verb("resume", self.state == MessageState::Paused, &MESSAGE_NOT_PAUSED),
            Verb::open("delete", Action::Delete),
        ]
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "name": "春季工作站邀请",
            "purpose": "newsletter",
            "offer": {
                "text": "工作站九折",
                "price": { "amount": "8999.00", "currency": "CNY" },
                "valid_until": "2026-06-30"
            },
            "subject": "{{ recipient.name }},{{ offer.text }}",
            "text": "{{ recipient.name }}您好:{{ offer.text }},{{ offer.price }},{{ offer.valid_until }} 前有效。编号 {{ source_code }}。退订:{{ unsubscribe_url }}",
            "html": "<p>{{ recipient.name }}您好:{{ offer.text }}</p><p><a href=\"{{ unsubscribe_url }}\">退订</a></p>"
        })
    }
}

/// Whether two say the same; what they are called, and how much may come back, is no part of that.
fn say_the_same(one: &MessageInput, other: &MessageInput) -> bool {
    let (bounce_limit, complaint_limit) = (other.bounce_limit, other.complaint_limit);
    let name = other.name.clone();
    MessageInput { name, bounce_limit, complaint_limit, ..one.clone() } == *other
}

impl Message {
    /// Media that a save brings in must be there.
    async fn check_media(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = |id: MediumId| {
            let variants = before.map(|before| &before.input.variants);
            variants.into_iter().flatten().any(|variant| variant.medium_id == id)
        };
        let ids = self.input.variants.iter().map(|variant| variant.medium_id);
        let new: Vec<MediumId> = ids.filter(|id| !had(*id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let seen = visible::<Medium>(tx, ctx, new.iter().map(|id| id.uuid())).await?;
        let missing = |variant: &MessageVariant| {
            let id = variant.medium_id;
            !had(id) && !seen.contains(&id.uuid())
        };
        match self.input.variants.iter().position(missing) {
            Some(at) => Err(UNKNOWN_REFERENCE.at(format!("/variants/{at}/medium_id"))),
            None => Ok(()),
        }
    }
}
