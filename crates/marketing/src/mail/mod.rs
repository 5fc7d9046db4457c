//! The part of the program that hands letters to the mail server.
//!
//! Each letter is one transaction that claims it, one conversation with the server, and one transaction
//! that notes what came of it; nobody waits for the server while a transaction is open. If the program ends
//! in between, or the server does not say whether it has taken the letter, nobody knows whether it has
//! arrived: then it is `uncertain`, and left to its provider and to people.
//!
//! | file | holds |
//! | --- | --- |
//! | `settings.rs` | what the operator says of the server |
//! | `letter.rs` | a message as a mail |
//! | `server.rs` | one conversation, and how far it came |
//!
//! Letters about accounts go the same way, beside those of messages, so that nobody who has forgotten a
//! password waits behind a campaign. If the program ends in between, such a letter is sent again.
//!
//! SMTP has no key by which a server would know a letter again, so "sent exactly once" cannot be had. Only
//! what the server said it could not take, or was not given, is tried again; to know how far a conversation
//! came, commands are given one by one and not by the transport of `lettre`. Price: a connection and two
//! transactions for each letter, four of messages and four about accounts at a time on a node.

mod letter;
mod server;
mod settings;

pub use settings::{MailSecurity, Settings};

use crate::{
    message_deliveries::{
        Answer, Claimed, Next, claim, forget_claims, on_their_way, settle, tenants,
    },
    messages::{MessageId, finish},
    problems::MAIL_NOT_CONFIGURED,
};
use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use guanxi_identity::{bootstrap, sessions::letters};
use guanxi_kernel::{Actor, Clock, Ctx, Result, TenantId, UserId};
use guanxi_storage::{Db, Tx};
use letter::{account_letter, letter};
use server::Server;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// Letters of messages that one node hands over at the same time, and as many about accounts.
const LANES: usize = 4;
/// Letters that each of them hands over for one tenant before others have their turn.
const TURN: usize = 50;
/// The pause between two looks that found nothing.
const IDLE: Duration = Duration::from_secs(2);
/// What a claim lasts beyond the time of a conversation: long enough to note what came of it.
const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// Sends what messages have queued. Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Clock,
    /// Why there is none, without settings that are good.
    server: std::result::Result<Server, String>,
    most_members: i64,
    stopping: AtomicBool,
}

impl Settings {
    /// Whether letters can be sent with them; none are meant to be without a host.
    ///
    /// # Errors
    /// Says which setting is missing or cannot be read.
    pub fn check(&self) -> std::result::Result<(), &'static str> {
        Server::of(self).map(drop)
    }
}

impl Mailer {
    /// Over this store, by this server.
    pub fn new(db: Db, clock: Clock, settings: &Settings) -> Self {
        let server = match Server::of(settings) {
            Ok(Some(server)) => Ok(server),
            Ok(None) => Err(format!("missing: {}", settings.missing())),
            Err(why) => {
                tracing::warn!(
                    why,
                    "the settings of the mail server are not good; no mail is sent"
                );
                Err(why.to_owned())
            }
        };
        let most_members = i64::from(settings.max_members);
        let stopping = AtomicBool::new(false);
        Self(Arc::new(Shared { db, clock, server, most_members, stopping }))
    }

    /// Whether there is a server to send by.
    pub fn is_ready(&self) -> bool {
        self.0.server.is_ok()
    }

    /// Refuses where no letter can be sent.
    ///
    /// # Errors
    /// `mail_not_configured`.
    pub fn require(&self) -> Result<()> {
        let why = self.0.server.as_ref().err();
        why.map_or(Ok(()), |why| Err(MAIL_NOT_CONFIGURED.with("why", why.clone())))
    }

    /// Members up to which a campaign is sent a message at once.
    pub fn most_members(&self) -> i64 {
        self.0.most_members
    }

    /// Takes no more letters; those that are being handed over still go.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
    }

    fn stops(&self) -> bool {
        self.0.stopping.load(Ordering::SeqCst)
    }

    /// Sends what is due until it is told to stop.
    pub async fn send_until_stopped(&self) {
        let accounts = self.until_stopped(async || self.send_of_accounts().await);
        let messages = self.until_stopped(async || self.send_of_messages().await);
        join(accounts, messages).await;
    }

    async fn until_stopped(&self, send: impl AsyncFn() -> Result<usize>) {
        while !self.stops() {
            let pause = match send().await {
                Ok(0) => IDLE,
                Ok(_) => Duration::ZERO,
                Err(problem) => {
                    tracing::warn!(%problem, "letters could not be taken; it is tried again");
                    IDLE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends what is due now, some of it for every tenant; how many letters were handed over, whatever came
    /// of it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn send_due(&self) -> Result<usize> {
        Ok(self.send_of_accounts().await? + self.send_of_messages().await?)
    }

    async fn send_of_messages(&self) -> Result<usize> {
        let Ok(server) = &self.0.server else { return Ok(0) };
        let nobody = TenantId::from(Uuid::nil());
        let mut sent = 0;
        for tenant in self.0.db.read(nobody, async |tx| tenants(tx).await).await? {
            sent += self.send_of(server, tenant).await?;
        }
        Ok(sent)
    }

    async fn send_of_accounts(&self) -> Result<usize> {
        let Ok(server) = &self.0.server else { return Ok(0) };
        let nobody = TenantId::from(Uuid::nil());
        let mut sent = 0;
        for tenant in self.0.db.read(nobody, async |tx| letters::tenants(tx).await).await? {
            sent += self.send_to_users(server, tenant).await?;
        }
        Ok(sent)
    }

    /// Hands over letters about accounts, a few at once, until none is due, or others have their turn.
    async fn send_to_users(&self, server: &Server, tenant: TenantId) -> Result<usize> {
        let mut sent = 0;
        while !self.stops() && sent < TURN {
            let some = self.claim_to_users(server, tenant).await?;
            if some.is_empty() {
                break;
            }
            sent += some.len();
            join_all(some.iter().map(|of| self.send_to_user(server, tenant, of))).await;
        }
        Ok(sent)
    }

    /// Claims as many letters about accounts as are handed over at once, one by one: whoever changes the
    /// address or the password meanwhile takes tokens back, also these.
    async fn claim_to_users(
        &self,
        server: &Server,
        tenant: TenantId,
    ) -> Result<Vec<letters::Letter>> {
        let takes = time_for(server);
        let mut some = Vec::with_capacity(LANES);
        while !self.stops() && some.len() < LANES {
            let (now, page) = (self.0.clock.now(), server.account_page());
            let take = async |tx: &mut Tx| letters::claim(tx, now, page, takes).await;
            match self.0.db.write(tenant, take).await {
                Ok(letters::Next::Nothing) => break,
                Ok(letters::Next::Passed) => {}
                Ok(letters::Next::Claimed(of)) => some.push(*of),
                // Those that are claimed need not wait for it.
                Err(problem) if some.is_empty() => return Err(problem),
                Err(_) => break,
            }
        }
        Ok(some)
    }

    async fn send_to_user(&self, server: &Server, tenant: TenantId, of: &letters::Letter) {
        let answer = server.send(&of.to, |from, to| account_letter(from, to, of)).await;
        count(&answer);
        let (again, now) = (matches!(answer, Answer::NotNow(_)), self.0.clock.now());
        let note = async |tx: &mut Tx| letters::settle(tx, of, again, now).await;
        if let Err(problem) = self.0.db.write_locked(tenant, note).await {
            tracing::warn!(%problem, letter = %of.id,
                "what came of a letter could not be noted; it is sent again");
        }
    }

    async fn send_of(&self, server: &Server, tenant: TenantId) -> Result<usize> {
        let db = &self.0.db;
        let ctx = self.context(tenant, Uuid::nil().into()).await?;
        db.write_locked(tenant, async |tx| forget_claims(tx, ctx.now).await).await?;
        // All of them end, whatever becomes of one: a letter that is cut off could not be judged.
        let lanes = join_all((0..LANES).map(|_| self.lane(server, &ctx))).await;
        let mut sent = 0;
        for lane in lanes {
            sent += lane?;
        }
        for (message, user) in db.read(tenant, async |tx| on_their_way(tx).await).await? {
            self.finish(&ctx, message, user).await?;
        }
        Ok(sent)
    }

    /// The context of the program in a tenant.
    async fn context(&self, tenant: TenantId, user: UserId) -> Result<Ctx> {
        let now = self.0.clock.now();
        let ctx = bootstrap::as_program(&self.0.db, tenant, user, now, "mailer".into()).await?;
        Ok(Ctx { source: "mailer".into(), ..ctx })
    }

    async fn finish(&self, ctx: &Ctx, message: MessageId, user: UserId) -> Result<()> {
        let ctx = Ctx { actor: Actor::system(user).into(), now: self.0.clock.now(), ..ctx.clone() };
        self.0.db.write(ctx.tenant, async |tx| finish(tx, &ctx, message).await).await
    }

    /// Hands over one letter after the other until none is due, or others have their turn.
    async fn lane(&self, server: &Server, ctx: &Ctx) -> Result<usize> {
        let takes = time_for(server);
        let mut sent = 0;
        while !self.stops() && sent < TURN {
            let ctx = Ctx { now: self.0.clock.now(), ..ctx.clone() };
            let url = server.public_url();
            let take = async |tx: &mut Tx| claim(tx, &ctx, url, takes).await;
            let letter = match self.0.db.write_locked(ctx.tenant, take).await? {
                Next::Nothing => break,
                Next::Passed => continue,
                Next::Claimed(letter) => letter,
            };
            sent += 1;
            let of = &letter;
            let answer = server.send(&of.to, |from, to| self::letter(from, to, of)).await;
            self.note(&ctx, of, &answer).await;
        }
        Ok(sent)
    }

    async fn note(&self, ctx: &Ctx, letter: &Claimed, answer: &Answer) {
        count(answer);
        let now = self.0.clock.now();
        let keep = async |tx: &mut Tx| settle(tx, (letter.id, letter.claim), answer, now).await;
        if let Err(problem) = self.0.db.write_locked(ctx.tenant, keep).await {
            tracing::warn!(%problem, delivery = %letter.id,
                "what came of a letter could not be noted; it counts as uncertain");
        }
    }
}

/// What a claim lasts.
fn time_for(server: &Server) -> TimeDelta {
    TimeDelta::from_std(server.limit()).unwrap_or(MARGIN) + MARGIN
}

/// Counts what the server has said.
fn count(answer: &Answer) {
    let word = match answer {
        Answer::Taken(_) => "sent",
        Answer::Refused(_) => "refused",
        Answer::NotNow(_) => "not_now",
        Answer::Unknown(_) => "uncertain",
    };
    metrics::counter!("guanxi_mails_total", "result" => word).increment(1);
}
