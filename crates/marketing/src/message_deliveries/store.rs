//! Deliveries in the store, beyond what every resource has. Nothing is decided here.

use super::model::{MessageDeliveryId, MessageDeliveryStatus};
use crate::{
    campaign_members::CampaignMemberId,
    campaigns::CampaignId,
    media::MediumKind,
    messages::{ExclusionReason, MessageId},
    source_codes::SourceCodeId,
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::{CONTACT, ContactId},
    parties::PartyId,
};
use guanxi_kernel::{Line, Result, TenantId, UserId};
use guanxi_storage::{Kind, Sql, Tx, sql};
use uuid::Uuid;

/// A delivery as whoever sends it needs it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Due {
    pub(super) id: MessageDeliveryId,
    pub(super) message_id: MessageId,
    pub(super) member_id: CampaignMemberId,
    pub(super) address: Option<String>,
}

/// The delivery that waits longest and that nobody else looks at, kept from others until the transaction
/// ends. Those of messages that are paused, and of campaigns that do not run, wait.
pub(super) async fn lock_due(tx: &mut Tx, now: DateTime<Utc>) -> Result<Option<Due>> {
    let mut sql = sql!(
        "SELECT d.id, d.message_id, d.member_id, d.address FROM message_deliveries d
         WHERE d.tenant_id = $1 AND d.status = 'queued' AND d.next_attempt_at <= $2
             AND EXISTS (SELECT 1 FROM messages m
                 JOIN campaigns c ON c.tenant_id = m.tenant_id AND c.id = m.campaign_id
                 WHERE m.tenant_id = d.tenant_id AND m.id = d.message_id AND m.deleted_at IS NULL
                     AND m.state = 'sending' AND c.state = 'running')
         ORDER BY d.next_attempt_at, d.id LIMIT 1",
        now
    );
    sql.push(tx.for_update_of_free_rows());
    tx.optional(sql).await
}

/// Leaves a delivery out, for a reason.
pub(super) async fn exclude(
    tx: &mut Tx,
    id: MessageDeliveryId,
    reason: ExclusionReason,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = sql!(
        "UPDATE message_deliveries SET status = 'excluded', reason = $3, next_attempt_at = NULL,
             updated_at = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2",
        id,
        reason,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// Gives a delivery up, saying why.
pub(super) async fn fail(
    tx: &mut Tx,
    id: MessageDeliveryId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = sql!(
        "UPDATE message_deliveries SET status = 'failed', answer = $3, next_attempt_at = NULL,
             updated_at = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2",
        id,
        why,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// Takes a delivery for one try, until then.
pub(super) async fn take(
    tx: &mut Tx,
    id: MessageDeliveryId,
    claim: Uuid,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let sql = sql!(
        "UPDATE message_deliveries SET status = 'sending', claim = $3, claimed_at = $4,
             claimed_until = $5, next_attempt_at = NULL, tries = tries + 1, updated_at = $4,
             version = version + 1
         WHERE tenant_id = $1 AND id = $2",
        id,
        claim,
        now,
        until
    );
    tx.execute(sql).await.map(drop)
}

/// A delivery that was tried.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Tried {
    pub(super) id: MessageDeliveryId,
    pub(super) tries: i64,
    pub(super) campaign_id: CampaignId,
    pub(super) party_id: PartyId,
    pub(super) person: String,
    pub(super) source_code_id: Option<SourceCodeId>,
    pub(super) claimed_at: Option<DateTime<Utc>>,
}

/// The delivery, if the try still has it, also when others had stopped waiting; kept from them.
pub(super) async fn lock_claimed(
    tx: &mut Tx,
    id: MessageDeliveryId,
    claim: Uuid,
) -> Result<Option<Tried>> {
    let mut sql = sql!(
        "SELECT id, tries, campaign_id, party_id, person, source_code_id, claimed_at
         FROM message_deliveries
         WHERE tenant_id = $1 AND id = $2 AND claim = $3 AND status IN ('sending', 'uncertain')",
        id,
        claim
    );
    sql.push(tx.for_update());
    tx.optional(sql).await
}

/// Those of these deliveries of which nobody knows whether they were sent; kept from others.
pub(super) async fn lock_open(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = MessageDeliveryId>,
) -> Result<Vec<Tried>> {
    let mut sql = Sql::new(
        "SELECT id, tries, campaign_id, party_id, person, source_code_id, claimed_at
         FROM message_deliveries
         WHERE tenant_id = $1 AND status IN ('queued', 'sending', 'uncertain') AND id IN ",
    );
    sql.bind_all(ids).push(" ORDER BY id").push(tx.for_update());
    tx.all(sql).await
}

/// Says of a delivery that it was sent then.
pub(super) async fn keep_sent(
    tx: &mut Tx,
    id: MessageDeliveryId,
    (sent_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let sql = sql!(
        "UPDATE message_deliveries SET status = 'sent', sent_at = $3, next_attempt_at = NULL,
             claimed_until = NULL, updated_at = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2",
        id,
        sent_at,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// Keeps in a column when something was told of these deliveries, the first time.
pub(super) async fn keep_told(
    tx: &mut Tx,
    column: &'static str,
    ids: impl IntoIterator<Item = MessageDeliveryId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut sql = Sql::new("UPDATE message_deliveries SET ");
    sql.push(column).push(" = ").bind(now).push(", updated_at = ").bind(now);
    sql.push(", version = version + 1 WHERE tenant_id = $1 AND ").push(column);
    sql.push(" IS NULL AND id IN ").bind_all(ids);
    tx.execute(sql).await.map(drop)
}

/// What a try has come to.
pub(super) struct Verdict<'a> {
    pub(super) status: MessageDeliveryStatus,
    pub(super) next: Option<DateTime<Utc>>,
    pub(super) sent_at: Option<DateTime<Utc>>,
    pub(super) answer: &'a str,
}

/// Keeps what a try has come to.
pub(super) async fn keep(
    tx: &mut Tx,
    id: MessageDeliveryId,
    verdict: &Verdict<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = sql!(
        "UPDATE message_deliveries SET status = $3, next_attempt_at = $4, sent_at = $5, answer = $6,
             claimed_until = NULL, updated_at = $7, version = version + 1
         WHERE tenant_id = $1 AND id = $2",
        id,
        verdict.status,
        verdict.next,
        verdict.sent_at,
        verdict.answer,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// What was sent is a touch, told once, of the person whom it is for.
pub(super) async fn touch(
    tx: &mut Tx,
    of: &Tried,
    (sent_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let sql = sql!(
        "INSERT INTO touches (tenant_id, source, event_id, kind, source_code_id, campaign_id,
             recipient, party_id, occurred_at, received_at)
         VALUES ($1, 'guanxi', $2, 'sent', $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, source, event_id) DO NOTHING",
        format!("sent:{}", of.id),
        of.source_code_id,
        of.campaign_id,
        of.person.clone(),
        of.party_id,
        sent_at,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// Of tries that have not said in time what came of them nobody knows it; how many there were.
pub(crate) async fn forget_claims(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    let sql = sql!(
        "UPDATE message_deliveries SET status = 'uncertain', claimed_until = NULL, updated_at = $2,
             version = version + 1
         WHERE tenant_id = $1 AND status = 'sending' AND claimed_until <= $2",
        now
    );
    tx.execute(sql).await
}

/// How many deliveries of a message wait or are being sent.
pub(crate) async fn count_of(tx: &mut Tx, id: MessageId) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM message_deliveries
         WHERE tenant_id = $1 AND message_id = $2 AND status IN ('queued', 'sending')",
        id
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// A delivery that is there and is judged again.
pub(crate) struct Known {
    pub(crate) id: MessageDeliveryId,
    pub(crate) address: Option<String>,
    pub(crate) source_code_id: Option<SourceCodeId>,
    pub(crate) excluded: Option<ExclusionReason>,
}

/// Judges deliveries again that were left out or refused before.
pub(crate) async fn queue_again(tx: &mut Tx, known: Vec<Known>, now: DateTime<Utc>) -> Result<()> {
    let again = known.into_iter().map(|one| {
        let (status, next) = match one.excluded {
            None => (MessageDeliveryStatus::Queued, Some(now)),
            Some(_) => (MessageDeliveryStatus::Excluded, None),
        };
        sql!(
            "UPDATE message_deliveries SET status = $3, reason = $4, address = $5,
                 source_code_id = $6, next_attempt_at = $7, tries = 0, answer = NULL,
                 updated_at = $8, version = version + 1
             WHERE tenant_id = $1 AND id = $2",
            one.id,
            status,
            one.excluded,
            one.address,
            one.source_code_id,
            next,
            now
        )
    });
    tx.execute_each(again).await
}

/// Whom a delivery went to, and for what.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Mailed {
    pub(crate) party_id: PartyId,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) purpose: Line<60>,
    pub(crate) created_by: UserId,
    pub(crate) medium: MediumKind,
}

/// A delivery that was sent, or may have been.
pub(crate) async fn mailed(tx: &mut Tx, id: MessageDeliveryId) -> Result<Option<Mailed>> {
    let sql = sql!(
        "SELECT d.party_id, d.contact_id, d.purpose, d.created_by, e.kind AS medium
         FROM message_deliveries d
         JOIN messages m ON m.tenant_id = d.tenant_id AND m.id = d.message_id
         JOIN media e ON e.tenant_id = m.tenant_id AND e.id = m.medium_id
         WHERE d.tenant_id = $1 AND d.id = $2",
        id
    );
    tx.optional(sql).await
}

/// Whom something was sent to, as what is told of it needs it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct HandedOver {
    pub(crate) id: MessageDeliveryId,
    pub(crate) campaign_id: CampaignId,
    pub(crate) party_id: PartyId,
    /// Whom it is for, as one text.
    pub(crate) person: String,
    pub(crate) source_code_id: Option<SourceCodeId>,
    pub(crate) address: Option<String>,
    pub(crate) status: MessageDeliveryStatus,
    pub(crate) claimed_at: Option<DateTime<Utc>>,
}

/// Deliveries to one address, or to one party, that are looked at, the newest.
const OF_ONE: i64 = 20;

/// Those of these deliveries that were handed to the mail server, also those that wait for another try.
pub(crate) async fn handed_over(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = MessageDeliveryId>,
) -> Result<Vec<HandedOver>> {
    let mut sql = Sql::new(
        "SELECT id, campaign_id, party_id, person, source_code_id, address, status, claimed_at
         FROM message_deliveries
         WHERE tenant_id = $1 AND (status IN ('sending', 'sent', 'uncertain')
                 OR (status = 'queued' AND claimed_at IS NOT NULL))
             AND id IN ",
    );
    sql.bind_all(ids);
    tx.all(sql).await
}

/// What was handed to the mail server for these addresses, the newest of each first.
pub(crate) async fn handed_over_to(
    tx: &mut Tx,
    addresses: impl IntoIterator<Item = String>,
) -> Result<Vec<HandedOver>> {
    let mut sql = newest_of("address");
    sql.bind_all(addresses).push(") d WHERE d.place <= ").bind(OF_ONE).push(" ORDER BY d.place");
    tx.all(sql).await
}

/// The same of these parties and their people.
pub(crate) async fn handed_over_for(
    tx: &mut Tx,
    parties: impl IntoIterator<Item = PartyId>,
) -> Result<Vec<HandedOver>> {
    let mut sql = newest_of("party_id");
    sql.bind_all(parties).push(") d WHERE d.place <= ").bind(OF_ONE).push(" ORDER BY d.place");
    tx.all(sql).await
}

fn newest_of(column: &'static str) -> Sql {
    let mut sql = Sql::new(
        "SELECT d.id, d.campaign_id, d.party_id, d.person, d.source_code_id, d.address, d.status,
             d.claimed_at
         FROM (SELECT id, campaign_id, party_id, person, source_code_id, address, status, claimed_at,
                 ROW_NUMBER() OVER (PARTITION BY ",
    );
    sql.push(column).push(
        " ORDER BY claimed_at DESC, id DESC) AS place FROM message_deliveries
             WHERE tenant_id = $1 AND status IN ('sending', 'sent', 'uncertain') AND ",
    );
    sql.push(column).push(" IN ");
    sql
}

/// Says whom deliveries are for that name this contact, or this party as such, after they have come to name it: how
/// often somebody was written to is counted by that.
pub(crate) async fn name_person(tx: &mut Tx, kind: &'static Kind, id: Uuid) -> Result<()> {
    let mut sql = sql!(
        "UPDATE message_deliveries SET person = $2 WHERE tenant_id = $1 AND person <> $2 AND ",
        format!("{}:{id}", kind.name)
    );
    match kind.name == CONTACT.name {
        true => sql.push("contact_id = "),
        false => sql.push("contact_id IS NULL AND party_id = "),
    };
    sql.bind(id);
    tx.execute(sql).await.map(drop)
}

/// Notes by which delivery somebody has unsubscribed; the first time counts.
pub(crate) async fn note_unsubscribed(
    tx: &mut Tx,
    id: MessageDeliveryId,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = sql!(
        "UPDATE message_deliveries SET unsubscribed_at = $3, updated_at = $3, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND unsubscribed_at IS NULL",
        id,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// The tenants in which something is on its way to people, or was when it was paused.
pub(crate) async fn tenants(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let select = Sql::new(
        "SELECT t.id FROM tenants t WHERE EXISTS
             (SELECT 1 FROM messages m WHERE m.tenant_id = t.id AND m.state IN ('sending', 'paused'))
         ORDER BY t.id",
    );
    let rows: Vec<(TenantId,)> = tx.all_untenanted(select).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The messages that are being sent, each with who has handed it over.
pub(crate) async fn on_their_way(tx: &mut Tx) -> Result<Vec<(MessageId, UserId)>> {
    tx.all(sql!(
        "SELECT id, released_by FROM messages
         WHERE tenant_id = $1 AND state = 'sending' AND deleted_at IS NULL
             AND released_by IS NOT NULL
         ORDER BY id"
    ))
    .await
}
