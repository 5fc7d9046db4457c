//! The rules of saving a promise, its moves, and the task of whoever has promised.

use super::{
    BreakPromise, FulfilPromise, PROMISE, Promise, PromiseId, PromiseStatus,
    moves::{BREAK, FULFIL},
};
use crate::{phone_calls::PhoneCall, problems::PROMISE_CLOSED, rules::today};
use guanxi_customers::{
    contacts::CONTACT,
    engine::{check_new_owner, refer},
    parties::PARTY,
    problems::IMMUTABLE,
    rules::repeated,
};
use guanxi_identity::users::INACTIVE_OWNER;
use guanxi_kernel::{Action, Ctx, Id, Line, Problem, Result, Text, problem::UNKNOWN_REFERENCE};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use guanxi_workflow::{
    tasks::{self, Wanted},
    working_time::end_of_working_day,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The rule of the tasks to keep promises.
const KEEP: &str = "promise";

impl Resource for Promise {
    fn kind() -> &'static Kind {
        &PROMISE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => {
                Problem::collect(repeated(&self.input.media, "/media", |medium| *medium))?;
                let about = self.input.phone_call_id.uuid();
                let call: PhoneCall = refer(tx, ctx, about, "/phone_call_id").await?;
                (self.party_id, self.contact_id) = (call.input.party_id, call.input.contact_id);
                // Whoever sees the call is told with whom it was.
                if let Some(party) = self.party_id {
                    tx.learn(PARTY.name, party.uuid());
                }
                if let Some(contact) = self.contact_id {
                    tx.learn(CONTACT.name, contact.uuid());
                }
                self.input.owner_id = self.input.owner_id.or(call.input.owner_id);
            }
            Some(before) => self.stays(before)?,
        }
        self.input.owner_id.get_or_insert(ctx.actor.user);
        self.settle_open();
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let is_deleted = |one: &Self| one.meta.deleted_at.is_some();
        let told = |one: &Self| (one.status, one.due_on, one.input.owner_id, is_deleted(one));
        if before.map(told) == Some(told(self)) {
            return Ok(());
        }
        let id = self.meta.id.uuid();
        if is_deleted(self) {
            let why = Some(Text::literal("The promise was deleted."));
            return tasks::settle(tx, ctx, KEEP, id, why).await.map(drop);
        }
        match self.status {
            PromiseStatus::Open => self.want(tx, ctx).await,
            PromiseStatus::Kept => {
                tasks::fulfil_next(tx, ctx, &[KEEP.to_owned()], id, None).await.map(drop)
            }
            PromiseStatus::Broken => tasks::settle(tx, ctx, KEEP, id, None).await.map(drop),
        }
    }

    fn told(&self, before: &Self, meant: &'static str) -> &'static str {
        match (before.status, self.status) {
            (PromiseStatus::Open, PromiseStatus::Kept) => "kept",
            (PromiseStatus::Open, PromiseStatus::Broken) => "broken",
            _ => meant,
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.subject]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.party_id.map(Id::uuid);
        let contact = self.contact_id.map(Id::uuid);
        [self.input.phone_call_id.uuid()].into_iter().chain(party).chain(contact).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let open = self.status == PromiseStatus::Open;
        let verb =
            |name| Verb { name, needs: Action::Update, closed: (!open).then_some(&PROMISE_CLOSED) };
        let ends = Verb::open("delete", Action::Delete);
        vec![verb("update"), verb(FULFIL), verb(BREAK), ends]
    }

    fn example() -> Json {
        json!({
            "phone_call_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "subject": "寄送工作站型录 / send the catalogue",
            "media": ["email", "post"],
            "promised_for": "2026-04-03",
            "note": "收件人李娜。"
        })
    }
}

impl Promise {
    /// What a change leaves as it is; nothing written changes once it is closed, but whose it is.
    fn stays(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        if now.phone_call_id != had.phone_call_id {
            return Err(IMMUTABLE.at("/phone_call_id"));
        }
        if now.media != had.media {
            return Err(IMMUTABLE.at("/media"));
        }
        let told = |one: &Self| {
            let input = &one.input;
            (input.subject.clone(), input.promised_for, input.note.clone())
        };
        if told(self) != told(before) { before.require_open() } else { Ok(()) }
    }

    /// Sees to it that there is a task to keep it.
    async fn want(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let Some(owner) = self.input.owner_id else { return Ok(()) };
        let wanted = Wanted {
            rule: KEEP,
            subject: (&PROMISE, self.meta.id.uuid()),
            title: self.input.subject.clone(),
            kind: Line::literal("promise"),
            owner,
            due_at: Some(end_of_working_day(tx, ctx, self.input.promised_for, 0).await?),
            occasion: None,
        };
        match tasks::ensure(tx, ctx, wanted).await {
            // It was promised all the same.
            Err(gone) if gone.is(&INACTIVE_OWNER) || gone.is(&UNKNOWN_REFERENCE) => Ok(()),
            done => done.map(drop),
        }
    }
}

/// What was promised was sent by one medium.
///
/// # Errors
/// `promise_closed`, `unknown_value`, `out_of_range`, and as any change.
pub async fn fulfil(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PromiseId,
    wish: FulfilPromise,
) -> Result<Shown<Promise>> {
    let (by, when) = (ctx.actor.user, (ctx.now, today(ctx)));
    let fulfil = |one: &mut Promise| one.fulfil(wish, by, when);
    resource::change(tx, ctx, id.uuid(), "fulfilled", fulfil).await
}

/// A promise is given up.
///
/// # Errors
/// `promise_closed`, and as any change.
pub async fn give_up(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PromiseId,
    wish: BreakPromise,
) -> Result<Shown<Promise>> {
    let now = ctx.now;
    let give_up = |one: &mut Promise| one.give_up(wish.reason, now);
    resource::change(tx, ctx, id.uuid(), "broken", give_up).await
}
