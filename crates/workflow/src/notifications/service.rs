//! Telling, and having read.

use super::{
    NOTIFICATION, Notification, NotificationId, NotificationInput, NotificationKind, ReadAll, store,
};
use guanxi_identity::users::USER;
use guanxi_kernel::{Action, Ctx, Line, Result, UserId, problem::INTERNAL};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Notifications that are read at once at most.
const AT_ONCE: i64 = 200;

impl Resource for Notification {
    fn kind() -> &'static Kind {
        &NOTIFICATION
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("read", Action::Update)]
    }

    fn example() -> Json {
        json!({
            "kind": "approval_waiting",
            "title": "样品费 / samples for a trial",
            "subject_type": "approval",
            "subject_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "owner_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
        })
    }
}

/// Something to be told.
#[derive(Debug, Clone)]
pub struct News {
    /// What it tells.
    pub kind: NotificationKind,
    /// In a line.
    pub title: Line<200>,
    /// The record that it is about.
    pub subject: (&'static Kind, Uuid),
}

/// Tells users, each by a notification. Nobody is told what they have done themselves.
///
/// # Errors
/// Those of the store.
pub async fn notify(
    tx: &mut Tx,
    ctx: &Ctx,
    users: impl IntoIterator<Item = UserId, IntoIter: Send> + Send,
    news: &News,
) -> Result<()> {
    // What a run of a workflow does has the run behind it.
    let by_itself = ctx.source.starts_with(crate::SOURCE);
    for user in users.into_iter().filter(|user| by_itself || *user != ctx.actor.user) {
        tell(tx, ctx, user, news).await?;
    }
    Ok(())
}

/// Tells a user, also in whose name it was done.
async fn tell(tx: &mut Tx, ctx: &Ctx, owner_id: UserId, news: &News) -> Result<()> {
    let (kind, subject_id) = news.subject;
    let subject_type = Line::new(kind.name).map_err(|error| INTERNAL.problem().because(error))?;
    let (kind, title) = (news.kind, news.title.clone());
    let input = NotificationInput { kind, title, subject_type, subject_id, owner_id };
    let told = Notification::assemble(Meta::new(ctx), input);
    resource::insert(tx, &ctx.on_behalf(), told, "created").await.map(drop)
}

/// Tells a user that somebody who knows the password guesses at codes of the second factor; to the program
/// it is the user who does.
///
/// # Errors
/// Those of the store.
pub async fn guessed(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    const TITLE: &str = "Wrong codes, with your password / 有人持您的密码多次输入错误验证码";
    let news = News {
        kind: NotificationKind::AccountSecurity,
        title: Line::new(TITLE).map_err(|error| INTERNAL.problem().because(error))?,
        subject: (&USER, user.uuid()),
    };
    tell(tx, ctx, user, &news).await
}

/// Marks a notification as read; again changes nothing.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn read(tx: &mut Tx, ctx: &Ctx, id: NotificationId) -> Result<Shown<Notification>> {
    let now = ctx.now;
    let read = |one: &mut Notification| {
        one.read_at.get_or_insert(now);
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "read", read).await
}

/// Marks what the caller has not read as read, a bounded number at once.
///
/// # Errors
/// `forbidden`.
pub async fn read_all(tx: &mut Tx, ctx: &Ctx) -> Result<ReadAll> {
    resource::require::<Notification>(ctx, Action::Update)?;
    let unread = store::unread(tx, ctx.actor.user, AT_ONCE + 1).await?;
    let most = usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    for id in unread.iter().take(most) {
        read(tx, ctx, *id).await?;
    }
    Ok(ReadAll { read: unread.len().min(most), has_more: unread.len() > most })
}
