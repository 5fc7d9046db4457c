//! The rules of activities that need the store, and the moves that close and reopen them.

use super::{
    ACTIVITY, Activity, ActivityId, ActivityInput, ActivityMove, ActivityStatus, CancelActivity,
    CompleteActivity, subject,
};
use crate::engine::check_new_owner;
use guanxi_kernel::{Action, Ctx, Id, Result, Word as _};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Activity {
    fn kind() -> &'static Kind {
        &ACTIVITY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.settle(ctx.actor.user)?;
        if let Some(before) = before.filter(|before| before.input != self.input) {
            before.status.require_open()?;
        }
        subject::check(tx, ctx, self, before).await?;
        // Whoever passes it on enters nothing.
        let told = |one: &Self| {
            let input = ActivityInput { owner_id: None, ..one.input.clone() };
            (input, one.status, one.meta.deleted_at)
        };
        if before.map(told) != Some(told(self)) {
            for one in before.into_iter().chain([&*self]) {
                subject::entered(tx, ctx, one).await?;
            }
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let done = |one: &Self| one.status == ActivityStatus::Done;
        if done(self) && !before.is_some_and(done) {
            subject::done(tx, ctx, self).await?;
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        subject::entered(tx, ctx, self).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.subject]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.input.party_id.map(Id::uuid);
        let contacts = self.input.contact_ids.iter().map(|id| id.uuid());
        party.into_iter().chain(self.input.about_id).chain(contacts).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let why = self.status.refuses();
        let verb =
            |name, open: bool| Verb { name, needs: Action::Update, closed: (!open).then_some(why) };
        let moves = ActivityMove::ALL.iter();
        let moves = moves.map(|one| verb(one.word(), self.status.moves().any(|open| open == *one)));
        let update = verb("update", self.status == ActivityStatus::Planned);
        [update].into_iter().chain(moves).chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "kind": "visit",
            "subject": "Q2 续约拜访 / renewal visit",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "starts_at": "2026-03-31T01:30:00Z",
            "duration_minutes": 90,
            "contact_ids": [],
            "user_ids": [],
            "location": "上海市浦东新区张江路 88 号",
            "note": "带上新版报价单。"
        })
    }
}

/// Closes an activity that was done, with its result.
///
/// # Errors
/// `activity_closed`, and as any change of an activity.
pub async fn complete(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ActivityId,
    done: CompleteActivity,
) -> Result<Shown<Activity>> {
    let now = ctx.now;
    resource::change(tx, ctx, id.uuid(), "completed", |one: &mut Activity| one.complete(now, done))
        .await
}

/// Closes an activity that will not be done, with the reason.
///
/// # Errors
/// `activity_closed`, and as any change of an activity.
pub async fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ActivityId,
    cancelled: CancelActivity,
) -> Result<Shown<Activity>> {
    let now = ctx.now;
    resource::change(tx, ctx, id.uuid(), "cancelled", |one: &mut Activity| {
        one.cancel(now, cancelled)
    })
    .await
}

/// Opens an activity again that was closed by mistake.
///
/// # Errors
/// `activity_open`, and as any change of an activity.
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, id: ActivityId) -> Result<Shown<Activity>> {
    resource::change(tx, ctx, id.uuid(), "reopened", Activity::reopen).await
}
