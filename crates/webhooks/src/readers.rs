//! In whose eyes an event is told: the owners of endpoints, with their rights as they are now.
//!
//! They are asked for at every attempt anew, for the event and for each field of its record; so programs
//! need no rights of a kind of their own. Keys, which may be narrower than their owner, cannot make
//! endpoints; whoever leads an endpoint elsewhere must hold its owner's rights; and only the right with
//! scope `all` makes them.

use chrono::{DateTime, Utc};
use guanxi_identity::{rights, tenants};
use guanxi_kernel::{Action, Actor, Ctx, Language, Result, UserId, ctx::Seen, problem::INTERNAL};
use guanxi_storage::{Kind, Tx, resource};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// What follows from sending says so in its events.
const SOURCE: Cow<'static, str> = Cow::Borrowed("webhooks");

/// The owners whose rights have been looked up, and what was found.
pub(crate) struct Readers {
    tenant: tenants::Found,
    now: DateTime<Utc>,
    known: BTreeMap<UserId, Ctx>,
    answers: BTreeMap<(UserId, &'static str, Uuid), bool>,
}

impl Readers {
    /// Nobody has been looked up yet.
    pub(crate) async fn new(tx: &mut Tx, now: DateTime<Utc>) -> Result<Self> {
        let tenant = tenants::load(tx).await?.ok_or_else(|| INTERNAL.problem())?;
        Ok(Self { tenant, now, known: BTreeMap::new(), answers: BTreeMap::new() })
    }

    /// The program's own work in the tenant.
    pub(crate) fn program(&self) -> Ctx {
        let ctx = self.tenant.context(self.tenant.founder, self.now, "webhooks".into());
        Ctx { source: SOURCE, ..ctx }
    }

    async fn ctx(&mut self, tx: &mut Tx, owner: UserId) -> Result<Ctx> {
        if let Some(ctx) = self.known.get(&owner) {
            return Ok(ctx.clone());
        }
        let grants = rights::of_active_user(tx, owner).await?;
        let actor = Actor { user: owner, session: None, api_key: None, grants, limits: None };
        let ctx = Ctx {
            actor: Arc::new(actor),
            language: Language::default(),
            seen: Seen::Unsaid,
            accept_duplicates: true,
            ..self.program()
        };
        self.known.insert(owner, ctx.clone());
        Ok(ctx)
    }

    /// Whether the owner may read that record now, deleted or not.
    pub(crate) async fn may_read(
        &mut self,
        tx: &mut Tx,
        owner: UserId,
        kind: &'static Kind,
        id: Uuid,
    ) -> Result<bool> {
        // A lead and the party that it became have one id.
        let asked = (owner, kind.name, id);
        if let Some(answer) = self.answers.get(&asked) {
            return Ok(*answer);
        }
        let ctx = self.ctx(tx, owner).await?;
        let answer = resource::may(tx, &ctx, kind, Action::Read, id).await?;
        self.answers.insert(asked, answer);
        Ok(answer)
    }

    /// A message without what the owner no longer sees of the record in it.
    pub(crate) async fn masked(
        &mut self,
        tx: &mut Tx,
        owner: UserId,
        kind: &'static Kind,
        body: String,
    ) -> Result<String> {
        let mut message: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let Some(record) = message.pointer_mut("/data/record").filter(|record| record.is_object())
        else {
            return Ok(body);
        };
        let (ctx, whole) = (self.ctx(tx, owner).await?, record.clone());
        resource::shown(tx, &ctx, kind, std::iter::once(&mut *record)).await?;
        Ok(if *record == whole { body } else { message.to_string() })
    }

    /// The record as the owner sees it; `null` if it is deleted.
    pub(crate) async fn record(
        &mut self,
        tx: &mut Tx,
        owner: UserId,
        kind: &'static Kind,
        id: Uuid,
    ) -> Result<serde_json::Value> {
        let ctx = self.ctx(tx, owner).await?;
        let found = (kind.load)(tx, &ctx, &[id]).await?;
        Ok(found.into_iter().next().map(|(_, record)| record).unwrap_or_default())
    }
}
