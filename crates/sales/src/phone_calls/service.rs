//! The rules of saving a phone call.

use super::{
    CallDirection, PHONE_CALL, PhoneCall, PhoneCallInput,
    acting::{forget_steps, recall_steps},
    moves::{ALL, FOLLOW, RATE, REPLY},
};
use crate::problems::PHONE_CALL_STATE;
use guanxi_customers::{
    contacts::{CONTACT, Contact},
    engine::{check_new_owner, refer, standing},
    parties::PARTY,
    problems::{IMMUTABLE, INVALID_PHONE},
    rules::{line, repeated, whole_micros},
};
use guanxi_kernel::{
    Action, Ctx, Id, Line, Problem, Result, phone::e164, problem::UNKNOWN_VALUE, text::fold,
};
use guanxi_marketing::{
    campaigns::CAMPAIGN,
    carts::{self, CART_CALL, Cart},
    problems::CONTACT_OF_OTHER_PARTY,
    source_codes,
};
use guanxi_storage::{Kind, Resource, Tx, resource::Verb};
use guanxi_workflow::tasks;
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for PhoneCall {
    fn kind() -> &'static Kind {
        &PHONE_CALL
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.settle(ctx)?;
        if let Some(before) = before {
            self.stays(before)?;
        }
        let named = |one: &PhoneCallInput| (one.party_id, one.contact_id, one.cart_id);
        if standing(before).map(|before| named(&before.input)) != Some(named(&self.input)) {
            self.settle_party(tx, ctx, before.is_none()).await?;
        }
        let dialled = |one: &PhoneCallInput| (one.cart_id, one.phone.clone());
        if before.map(|before| dialled(&before.input)) != Some(dialled(&self.input)) {
            self.check_number(tx, ctx).await?;
        }
        let had = standing(before).map(|before| &before.input.source_code);
        if had != Some(&self.input.source_code) {
            self.settle_source_code(tx, ctx).await?;
        }
        self.settle_steps();
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let is_deleted = |one: &Self| one.meta.deleted_at.is_some();
        match (before.map(is_deleted), is_deleted(self)) {
            (None, _) => self.note_attempt(tx, ctx).await?,
            (Some(false), true) => forget_steps(tx, ctx, self).await?,
            (Some(true), false) => recall_steps(tx, ctx, self).await?,
            _ => {}
        }
        let had = before.and_then(|before| before.answered_at);
        match (self.answered_at, self.input.cart_id) {
            (Some(at), Some(cart)) if had.is_none() => carts::contacted(tx, ctx, cart, at).await,
            _ => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.subject]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.input.party_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        let cart = self.input.cart_id.map(Id::uuid);
        let campaign = self.campaign_id.map(Id::uuid);
        party.into_iter().chain(contact).chain(cart).chain(campaign).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name: &'static str, open: bool| Verb {
            name,
            needs: Action::Update,
            closed: (!open).then_some(&PHONE_CALL_STATE),
        };
        let update = verb("update", !self.is_over());
        // What follows a call is shown only where something does.
        let later = |name: &str| [REPLY, FOLLOW, RATE].contains(&name);
        let moves = ALL.into_iter().filter(|name| !later(name) || self.is_over());
        let moves = moves.map(|name| verb(name, self.allows(name)));
        [update].into_iter().chain(moves).chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "direction": "in",
            "subject": "咨询工作站报价 / asks for a price",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "phone": "+862168881234",
            "skills": ["工作站"],
            "started_at": "2026-03-31T01:30:00Z",
            "note": "来电前看过官网。"
        })
    }
}

impl PhoneCallInput {
    /// Brings what was written into the one form that is kept.
    ///
    /// # Errors
    /// Names the phone number if it is none, and each skill that is there twice.
    fn settle(&mut self, ctx: &Ctx) -> Result<()> {
        self.owner_id.get_or_insert(ctx.actor.user);
        self.started_at = Some(self.started_at.map_or(ctx.now, whole_micros));
        let mut findings = repeated(&self.skills, "/skills", |skill| fold(skill));
        if let Some(written) = self.phone.take() {
            let country = &ctx.settings.country;
            match e164(&written, country).and_then(|number| Line::new(&number).ok()) {
                Some(number) => self.phone = Some(number),
                None => findings.push(INVALID_PHONE.field("/phone").with("country", &**country)),
            }
        }
        Problem::collect(findings)
    }
}

impl PhoneCall {
    /// What a change leaves as it is; and nothing written changes once a call is over, but whose it is.
    fn stays(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            ("/direction", now.direction == had.direction),
            ("/task_id", now.task_id == had.task_id),
            ("/cart_id", now.cart_id == had.cart_id),
            ("/started_at", now.started_at == had.started_at),
        ];
        if let Some((place, _)) = members.into_iter().find(|(_, same)| !same) {
            return Err(IMMUTABLE.at(place));
        }
        let told = |one: &PhoneCallInput| PhoneCallInput { owner_id: None, ..one.clone() };
        match before.is_over() && told(now) != told(had) {
            true => Err(before.refusal()),
            false => Ok(()),
        }
    }

    /// The party is that of the cart, or of the contact. Nobody calls about a cart that was left before they have
    /// read what to know, however they say that they do.
    async fn settle_party(&mut self, tx: &mut Tx, ctx: &Ctx, new: bool) -> Result<()> {
        if let Some(cart) = self.input.cart_id {
            let cart: Cart = refer(tx, ctx, cart.uuid(), "/cart_id").await?;
            let calls = new && self.input.direction == CallDirection::Out;
            if calls && cart.abandoned_at.is_some() {
                cart.require_briefed(self.input.owner_id.unwrap_or(ctx.actor.user))?;
            }
            let (whose, person) = (cart.input.party_id, cart.input.contact_id);
            self.input.party_id = self.input.party_id.or(whose);
            if let Some(party) = whose.filter(|whose| self.input.party_id == Some(*whose)) {
                // Whoever calls about a cart is told whose it is.
                tx.learn(PARTY.name, party.uuid());
                if self.input.contact_id == person {
                    if let Some(person) = person {
                        tx.learn(CONTACT.name, person.uuid());
                    }
                    return Ok(());
                }
            }
        }
        let Some(contact) = self.input.contact_id else { return Ok(()) };
        let contact: Contact = refer(tx, ctx, contact.uuid(), "/contact_id").await?;
        let party = *self.input.party_id.get_or_insert(contact.input.party_id);
        match party == contact.input.party_id {
            true => Ok(()),
            false => Err(CONTACT_OF_OTHER_PARTY.at("/contact_id")),
        }
    }

    /// About the cart of a customer nobody is called but at work: at one of the numbers that the briefing tells.
    async fn check_number(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let (Some(number), Some(cart)) = (&self.input.phone, self.input.cart_id) else {
            return Ok(());
        };
        if self.input.direction == CallDirection::In {
            return Ok(());
        }
        let cart: Cart = refer(tx, ctx, cart.uuid(), "/cart_id").await?;
        let numbers = carts::told_work_phones(tx, &ctx.actor.grants, &cart).await?;
        if cart.input.party_id.is_none() || numbers.contains(number) {
            return Ok(());
        }
        let expected = "one of the work phones of the briefing";
        Err(UNKNOWN_VALUE.at("/phone").with("expected", expected))
    }

    /// The source code that was named, else that of the cart.
    async fn settle_source_code(&mut self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        (self.source_code_id, self.medium_id, self.campaign_id) = match &self.input.source_code {
            Some(code) => {
                let found = source_codes::captured(tx, code, "/source_code").await?;
                self.input.source_code = Some(line(&code.trim().to_ascii_uppercase())?);
                (Some(found.id), Some(found.medium), found.campaign)
            }
            None => match self.input.cart_id {
                Some(cart) => {
                    let cart: Cart = refer(tx, ctx, cart.uuid(), "/cart_id").await?;
                    (cart.source_code_id, cart.medium_id, cart.campaign_id)
                }
                None => (None, None, None),
            },
        };
        if let Some(campaign) = self.campaign_id {
            // Whoever names a code is told of which campaign it is.
            tx.learn(CAMPAIGN.name, campaign.uuid());
        }
        Ok(())
    }

    /// A call is an attempt at the task for which it was made, and at that of its cart.
    async fn note_attempt(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let at = self.input.started_at.unwrap_or(ctx.now);
        if let Some(task) = self.input.task_id {
            tasks::attempted(tx, ctx, task, at).await?;
        }
        match self.input.cart_id {
            Some(cart) => tasks::attempted_of(tx, ctx, CART_CALL, cart.uuid(), at).await,
            None => Ok(()),
        }
    }
}
