//! Preferences in the store. Nothing is decided here.

use super::model::ContactPreferenceId;
use crate::{consents::People, media::MediumKind};
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};
use sqlx::types::Json;

/// What is asked of a preference before something is sent.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Preference {
    pub(crate) party_id: PartyId,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) media: Json<Vec<MediumKind>>,
    pub(crate) max_messages: Option<i64>,
    pub(crate) period_days: Option<i64>,
}

/// By what they name, as consents are asked for.
fn asked(of: &People) -> Sql {
    let mut sql = Sql::new(
        "SELECT party_id, contact_id, media, max_messages, period_days FROM contact_preferences
         WHERE tenant_id = $1 AND deleted_at IS NULL AND (contact_id IN ",
    );
    sql.bind_all(of.contacts.iter().copied());
    sql.push(" OR (contact_id IS NULL AND party_id IN ").bind_all(of.parties.iter().copied());
    sql.push(")) ORDER BY updated_at DESC, id DESC");
    sql
}

/// The preferences of these contacts and parties, the newest first.
pub(crate) async fn preferences(tx: &mut Tx, of: &People) -> Result<Vec<Preference>> {
    tx.all(asked(of)).await
}

/// The same, kept from others until the transaction ends: who counts what one of these people was sent waits.
pub(crate) async fn locked_preferences(tx: &mut Tx, of: &People) -> Result<Vec<Preference>> {
    let mut sql = asked(of);
    sql.push(tx.for_update());
    tx.all(sql).await
}

/// Whether another live preference is of that person.
pub(super) async fn has_person(
    tx: &mut Tx,
    person: &str,
    but: ContactPreferenceId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM contact_preferences
         WHERE tenant_id = $1 AND person = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        person,
        but
    );
    tx.exists(sql).await
}
