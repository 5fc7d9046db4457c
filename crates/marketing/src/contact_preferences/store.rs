//! Preferences in the store. Nothing is decided here.

use super::model::{ContactPreferenceId, ContactWay};
use crate::{consents::People, media::MediumKind};
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx};
use sqlx::types::Json;

/// What is asked of a preference before something is sent.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Preference {
    pub(crate) party_id: PartyId,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) media: Json<Vec<MediumKind>>,
    pub(crate) max_messages: Option<i64>,
    pub(crate) period_days: Option<i64>,
    pub(crate) contact_way: Option<ContactWay>,
}

/// By what they name, as consents are asked for.
fn asked(of: &People) -> Sql {
    let mut sql = Sql::new(
        "SELECT party_id, contact_id, media, max_messages, period_days, contact_way
         FROM contact_preferences
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

/// The live preferences of a contact, else of a party as such: by what they name, since those of somebody who was
/// merged name the survivor.
fn of(party: PartyId, contact: Option<ContactId>) -> Sql {
    let mut sql = Sql::new(
        "SELECT id FROM contact_preferences WHERE tenant_id = $1 AND deleted_at IS NULL AND ",
    );
    match contact {
        Some(contact) => sql.push("contact_id = ").bind(contact),
        None => sql.push("contact_id IS NULL AND party_id = ").bind(party),
    };
    sql
}

/// The live preference of that person, the newest of several.
pub(super) async fn of_person(
    tx: &mut Tx,
    party: PartyId,
    contact: Option<ContactId>,
) -> Result<Option<ContactPreferenceId>> {
    let mut sql = of(party, contact);
    sql.push(" ORDER BY updated_at DESC, id DESC LIMIT 1");
    Ok(tx.optional::<(ContactPreferenceId,)>(sql).await?.map(|(id,)| id))
}

/// Whether another live preference is of that person.
pub(super) async fn has_person(
    tx: &mut Tx,
    party: PartyId,
    contact: Option<ContactId>,
    but: ContactPreferenceId,
) -> Result<bool> {
    let mut sql = of(party, contact);
    sql.push(" AND id <> ").bind(but).push(" LIMIT 1");
    Ok(tx.optional::<(ContactPreferenceId,)>(sql).await?.is_some())
}
