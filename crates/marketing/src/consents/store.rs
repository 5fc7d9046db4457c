//! Consents in the store. Nothing is decided here.

use super::model::{ConsentId, ConsentState};
use crate::media::MediumKind;
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;

/// What is asked of a consent before something is sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Word {
    pub(crate) party_id: PartyId,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) state: ConsentState,
    pub(crate) max_messages: Option<i64>,
    pub(crate) period_days: Option<i64>,
}

/// Contacts and parties, whose words are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    pub(crate) parties: BTreeSet<PartyId>,
    pub(crate) contacts: BTreeSet<ContactId>,
}

/// By what they name and not by whose they were once: of two who became one both words count.
fn asked(medium: MediumKind, purpose: &str, of: &People) -> Sql {
    let mut sql = Sql::new(
        "SELECT party_id, contact_id, state, max_messages, period_days FROM consents
         WHERE tenant_id = $1 AND deleted_at IS NULL AND medium = ",
    );
    sql.bind(medium).push(" AND purpose = ").bind(purpose);
    sql.push(" AND (contact_id IN ").bind_all(of.contacts.iter().copied());
    sql.push(" OR (contact_id IS NULL AND party_id IN ").bind_all(of.parties.iter().copied());
    sql.push("))");
    sql
}

/// The words of these contacts and parties.
pub(crate) async fn words(
    tx: &mut Tx,
    medium: MediumKind,
    purpose: &str,
    of: &People,
) -> Result<Vec<Word>> {
    tx.all(asked(medium, purpose, of)).await
}

/// The same, kept from others until the transaction ends: nobody withdraws one meanwhile, and who counts
/// what one of these people was sent waits.
pub(crate) async fn locked_words(
    tx: &mut Tx,
    medium: MediumKind,
    purpose: &str,
    of: &People,
) -> Result<Vec<Word>> {
    let mut sql = asked(medium, purpose, of);
    sql.push(" ORDER BY id").push(tx.for_update());
    tx.all(sql).await
}

/// The live consents of a contact, else of a party as such, for a medium and a purpose, other than `but`: by what they
/// name, since those of somebody who was merged name the survivor.
pub(super) async fn of_person(
    tx: &mut Tx,
    (party, contact): (PartyId, Option<ContactId>),
    (medium, purpose): (MediumKind, &str),
    but: Option<ConsentId>,
) -> Result<Vec<ConsentId>> {
    let mut sql = sql!(
        "SELECT id FROM consents
         WHERE tenant_id = $1 AND deleted_at IS NULL AND medium = $2 AND purpose = $3",
        medium,
        purpose
    );
    match contact {
        Some(contact) => sql.push(" AND contact_id = ").bind(contact),
        None => sql.push(" AND contact_id IS NULL AND party_id = ").bind(party),
    };
    if let Some(but) = but {
        sql.push(" AND id <> ").bind(but);
    }
    sql.push(" ORDER BY id");
    Ok(tx.all::<(ConsentId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}
