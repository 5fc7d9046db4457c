//! Forms and submissions in the store. Nothing is decided here.

use super::CaptureFormId;
use crate::leads::LeadId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_marketing::media::MediumKind;
use guanxi_storage::{Tx, sql};
use sqlx::types::Json;
use uuid::Uuid;

/// A form that somebody has the key of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Open {
    pub(super) id: CaptureFormId,
    pub(super) created_by: UserId,
    pub(super) allowed_origins: Json<Vec<String>>,
}

/// The form with that key that takes something.
pub(super) async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Open>> {
    let sql = sql!(
        "SELECT id, created_by, allowed_origins FROM capture_forms
         WHERE tenant_id = $1 AND form_key = $2 AND active AND deleted_at IS NULL",
        key
    );
    tx.optional(sql).await
}

/// Whether a submission was taken before.
pub(super) async fn is_taken(tx: &mut Tx, form: CaptureFormId, submission: &str) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM form_submissions
         WHERE tenant_id = $1 AND form_id = $2 AND submission_id = $3",
        form,
        submission
    );
    tx.exists(sql).await
}

/// When the submission of a form was taken after which so many have come.
pub(super) async fn nth_last(
    tx: &mut Tx,
    form: CaptureFormId,
    count: i64,
) -> Result<Option<DateTime<Utc>>> {
    let sql = sql!(
        "SELECT received_at FROM form_submissions WHERE tenant_id = $1 AND form_id = $2
         ORDER BY received_at DESC LIMIT 1 OFFSET $3",
        form,
        count
    );
    Ok(tx.optional::<(DateTime<Utc>,)>(sql).await?.map(|(at,)| at))
}

/// The same of those from one address.
pub(super) async fn nth_last_of(
    tx: &mut Tx,
    form: CaptureFormId,
    sender: Uuid,
    count: i64,
) -> Result<Option<DateTime<Utc>>> {
    let sql = sql!(
        "SELECT received_at FROM form_submissions
         WHERE tenant_id = $1 AND form_id = $2 AND sender = $3
         ORDER BY received_at DESC LIMIT 1 OFFSET $4",
        form,
        sender,
        count
    );
    Ok(tx.optional::<(DateTime<Utc>,)>(sql).await?.map(|(at,)| at))
}

/// What somebody has agreed to by a form.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Agreed {
    pub(super) consent_medium: MediumKind,
    pub(super) consent_purpose: String,
    pub(super) consent_proof: String,
    pub(super) received_at: DateTime<Utc>,
}

/// A submission as it is kept.
pub(super) struct Taken<'a> {
    pub(super) form: CaptureFormId,
    pub(super) submission: &'a str,
    pub(super) response: Uuid,
    pub(super) lead: Option<LeadId>,
    pub(super) sender: Uuid,
    pub(super) agreed: Option<Agreed>,
}

/// Adds a submission.
pub(super) async fn add(tx: &mut Tx, taken: Taken<'_>, now: DateTime<Utc>) -> Result<()> {
    let (medium, purpose, proof) = match taken.agreed {
        Some(one) => (Some(one.consent_medium), Some(one.consent_purpose), Some(one.consent_proof)),
        None => (None, None, None),
    };
    let sql = sql!(
        "INSERT INTO form_submissions (tenant_id, form_id, submission_id, response_id, lead_id, sender,
             consent_medium, consent_purpose, consent_proof, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        taken.form,
        taken.submission,
        taken.response,
        taken.lead,
        taken.sender,
        medium,
        purpose,
        proof,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// What a lead has agreed to, the first word first.
pub(super) async fn agreed(tx: &mut Tx, lead: LeadId) -> Result<Vec<Agreed>> {
    let sql = sql!(
        "SELECT consent_medium, consent_purpose, consent_proof, received_at FROM form_submissions
         WHERE tenant_id = $1 AND lead_id = $2 AND consent_medium IS NOT NULL
         ORDER BY received_at, submission_id LIMIT 100",
        lead
    );
    tx.all(sql).await
}
