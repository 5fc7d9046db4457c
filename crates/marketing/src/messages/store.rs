//! Messages and whom they are for, in the store. Nothing is decided here.

use super::{
    limits::Echo,
    model::{MessageId, MessageVariant, Wording},
    offer::MessageOffer,
};
use crate::{
    campaign_members::CampaignMemberId,
    campaigns::CampaignId,
    experiments::ExperimentId,
    media::MediumId,
    message_deliveries::{MessageDeliveryId, MessageDeliveryStatus},
    source_codes::SourceCodeId,
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contact_points::{Address, Email},
    contacts::ContactId,
    parties::PartyId,
};
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Sql, Tx, sql};
use sqlx::types::Json;
use std::collections::BTreeSet;

/// Where a member stands among those of the campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    since: DateTime<Utc>,
    id: CampaignMemberId,
}

/// A member of a campaign as a message needs it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Reader {
    pub(crate) member_id: CampaignMemberId,
    pub(crate) member_since: DateTime<Utc>,
    pub(crate) party_id: PartyId,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) party_name: String,
    /// None if the contact is gone.
    pub(crate) contact_name: Option<String>,
    pub(crate) party_emails: Json<Vec<Email>>,
    pub(crate) contact_emails: Option<Json<Vec<Email>>>,
    pub(crate) party_addresses: Json<Vec<Address>>,
    pub(crate) source_code_id: Option<SourceCodeId>,
    pub(crate) source_code: Option<String>,
    /// What has become of the message with them so far.
    pub(crate) delivery_id: Option<MessageDeliveryId>,
    pub(crate) delivery_status: Option<MessageDeliveryStatus>,
}

impl Reader {
    pub(super) fn place(&self) -> Place {
        Place { since: self.member_since, id: self.member_id }
    }
}

const READERS: &str = "SELECT m.id AS member_id, m.created_at AS member_since, m.party_id, m.contact_id, p.name AS party_name,
         c.name AS contact_name, p.emails AS party_emails, c.emails AS contact_emails,
         p.addresses AS party_addresses,
         s.id AS source_code_id, s.code AS source_code, d.id AS delivery_id,
         d.status AS delivery_status
     FROM campaign_members m
     JOIN parties p ON p.tenant_id = m.tenant_id AND p.id = m.party_id AND p.deleted_at IS NULL
     LEFT JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id AND c.deleted_at IS NULL
     LEFT JOIN source_code_assignments a ON a.tenant_id = m.tenant_id
         AND a.campaign_id = m.campaign_id AND a.member_id = m.id
     LEFT JOIN source_codes s ON s.tenant_id = m.tenant_id AND s.id = a.source_code_id
     LEFT JOIN message_deliveries d ON d.tenant_id = m.tenant_id AND d.member_id = m.id
         AND d.message_id = ";

/// Whether a campaign has more live members than that; no more are looked at.
pub(super) async fn has_more_members(tx: &mut Tx, id: CampaignId, most: i64) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM campaign_members
         WHERE tenant_id = $1 AND campaign_id = $2 AND deleted_at IS NULL LIMIT 1 OFFSET $3",
        id,
        most
    );
    tx.exists(sql).await
}

/// Live members of a campaign behind `after`, the first first.
pub(super) async fn readers(
    tx: &mut Tx,
    (message, campaign): (MessageId, CampaignId),
    after: Option<Place>,
    most: i64,
) -> Result<Vec<Reader>> {
    let mut sql = Sql::new(READERS);
    sql.bind(message).push(" WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.campaign_id = ");
    sql.bind(campaign);
    if let Some(Place { since, id }) = after {
        sql.push(" AND m.created_at >= ").bind(since).push(" AND (m.created_at > ").bind(since);
        sql.push(" OR m.id > ").bind(id).push(")");
    }
    sql.push(" ORDER BY m.created_at, m.id LIMIT ").bind(most);
    tx.all(sql).await
}

/// One live member, as [`readers`] tells them.
pub(crate) async fn reader(
    tx: &mut Tx,
    message: MessageId,
    member: CampaignMemberId,
) -> Result<Option<Reader>> {
    let mut sql = Sql::new(READERS);
    sql.bind(message).push(" WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.id = ");
    sql.bind(member);
    tx.optional(sql).await
}

/// The addresses that have the message, or to which it is on its way.
pub(super) async fn taken(tx: &mut Tx, id: MessageId) -> Result<BTreeSet<String>> {
    let sql = sql!(
        "SELECT address FROM message_deliveries WHERE tenant_id = $1 AND message_id = $2
             AND status IN ('queued', 'sending', 'sent', 'uncertain') AND address IS NOT NULL",
        id
    );
    Ok(tx.all::<(String,)>(sql).await?.into_iter().map(|(address,)| address).collect())
}

/// Somebody was written to, whatever has come of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct WrittenTo {
    pub(crate) person: String,
    /// For what.
    pub(crate) purpose: String,
    pub(crate) claimed_at: DateTime<Utc>,
}

/// When each of these people was written to since then, and for what.
pub(crate) async fn written_to(
    tx: &mut Tx,
    people: impl IntoIterator<Item = String>,
    since: DateTime<Utc>,
) -> Result<Vec<WrittenTo>> {
    let mut sql = Sql::new(
        "SELECT person, purpose, claimed_at FROM message_deliveries
         WHERE tenant_id = $1 AND status IN ('sending', 'sent', 'uncertain') AND claimed_at > ",
    );
    sql.bind(since).push(" AND person IN ").bind_all(people);
    tx.all(sql).await
}

/// The media that a campaign names, and its experiment.
pub(super) async fn media_and_experiment_of(
    tx: &mut Tx,
    id: CampaignId,
) -> Result<(Vec<MediumId>, Option<ExperimentId>)> {
    let sql =
        sql!("SELECT media_ids, experiment_id FROM campaigns WHERE tenant_id = $1 AND id = $2", id);
    let found = tx.optional::<(Json<Vec<MediumId>>, Option<ExperimentId>)>(sql).await?;
    Ok(found.map(|(media, experiment)| (media.0, experiment)).unwrap_or_default())
}

/// Of those who were sent something for the purpose how many there are, and how many have unsubscribed then.
pub(super) async fn unsubscribed(tx: &mut Tx, purpose: &str) -> Result<(i64, i64)> {
    let sql = sql!(
        "SELECT COUNT(*), COUNT(unsubscribed_at) FROM message_deliveries
         WHERE tenant_id = $1 AND status = 'sent' AND purpose = $2",
        purpose
    );
    Ok(tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default())
}

/// Whether somebody was to get the message.
pub(super) async fn is_used(tx: &mut Tx, id: MessageId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM message_deliveries
         WHERE tenant_id = $1 AND message_id = $2 LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// How many there are of each status and reason.
pub(super) async fn counts(
    tx: &mut Tx,
    id: MessageId,
) -> Result<Vec<(String, Option<String>, i64)>> {
    let sql = sql!(
        "SELECT status, reason, COUNT(*) FROM message_deliveries
         WHERE tenant_id = $1 AND message_id = $2 GROUP BY status, reason",
        id
    );
    tx.all(sql).await
}

/// The messages on their way of which one of these deliveries is.
pub(super) async fn on_their_way(
    tx: &mut Tx,
    deliveries: BTreeSet<MessageDeliveryId>,
) -> Result<Vec<MessageId>> {
    let mut sql = Sql::new(
        "SELECT m.id FROM messages m
         WHERE m.tenant_id = $1 AND m.state = 'sending' AND m.deleted_at IS NULL
             AND m.id IN (SELECT d.message_id FROM message_deliveries d
                 WHERE d.tenant_id = $1 AND d.id IN ",
    );
    sql.bind_all(deliveries).push(") ORDER BY m.id");
    Ok(tx.all::<(MessageId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// What came of the letters of a message: of no more than its members, each counted in an index.
pub(super) async fn echo(tx: &mut Tx, id: MessageId) -> Result<Echo> {
    let sql = sql!(
        "SELECT (SELECT COUNT(*) FROM message_deliveries
                 WHERE tenant_id = $1 AND message_id = $2 AND status = 'sent') AS sent,
             (SELECT COUNT(*) FROM message_deliveries
                 WHERE tenant_id = $1 AND message_id = $2 AND delivered_at IS NOT NULL) AS delivered,
             (SELECT COUNT(*) FROM message_deliveries
                 WHERE tenant_id = $1 AND message_id = $2 AND bounced_at IS NOT NULL) AS bounced,
             (SELECT COUNT(*) FROM message_deliveries
                 WHERE tenant_id = $1 AND message_id = $2 AND complained_at IS NOT NULL) AS complained",
        id
    );
    let counts = tx.optional::<(i64, i64, i64, i64)>(sql).await?.unwrap_or_default();
    let (sent, delivered, bounced, complained) = counts;
    Ok(Echo { sent, delivered, bounced, complained })
}

/// What is needed of a message to write it to somebody.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Sheet {
    pub(crate) campaign_name: String,
    pub(crate) purpose: Line<60>,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    pub(crate) offer: Json<MessageOffer>,
    pub(crate) variants: Json<Vec<MessageVariant>>,
    pub(crate) medium_id: Option<MediumId>,
    pub(crate) of_campaign: Json<Vec<MediumId>>,
    pub(crate) experiment_id: Option<ExperimentId>,
    pub(crate) campaign_experiment_id: Option<ExperimentId>,
}

impl Sheet {
    /// The experiments whose controls are not written to.
    pub(crate) fn experiments(&self) -> impl Iterator<Item = ExperimentId> {
        self.experiment_id.into_iter().chain(self.campaign_experiment_id)
    }

    /// How it is said in its medium.
    pub(crate) fn wording(&self) -> Wording<'_> {
        let variant = self.variants.iter().find(|one| Some(one.medium_id) == self.medium_id);
        Wording::of(variant, (&self.subject, &self.text, self.html.as_deref()))
    }
}

/// The message, if it is being sent and its campaign runs.
pub(crate) async fn sheet(tx: &mut Tx, id: MessageId) -> Result<Option<Sheet>> {
    let sql = sql!(
        "SELECT c.name AS campaign_name, m.purpose, m.subject, m.text, m.html,
             m.offer, m.variants, m.medium_id, c.media_ids AS of_campaign, m.experiment_id,
             c.experiment_id AS campaign_experiment_id
         FROM messages m JOIN campaigns c ON c.tenant_id = m.tenant_id AND c.id = m.campaign_id
         WHERE m.tenant_id = $1 AND m.id = $2 AND m.deleted_at IS NULL AND m.state = 'sending'
             AND c.state = 'running'",
        id
    );
    tx.optional(sql).await
}
