//! Contacts in the store. Nothing is decided here.

use super::ContactId;
use crate::{
    departments::DepartmentId,
    parties::{ChartContact, ContactRow, PartyId},
};
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Tx, sql};

/// Whether a live contact of the party other than `except` is its primary one.
pub(super) async fn has_primary(tx: &mut Tx, party: PartyId, except: ContactId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM contacts
         WHERE tenant_id = $1 AND party_id = $2 AND is_primary = TRUE AND id <> $3
             AND deleted_at IS NULL LIMIT 1",
        party,
        except
    );
    tx.exists(sql).await
}

/// The live contacts of a party, by name, `most` at most.
pub(crate) async fn of_party(tx: &mut Tx, party: PartyId, most: usize) -> Result<Vec<ContactRow>> {
    type Row = (Option<DepartmentId>, ContactId, Line<200>, Option<Line<100>>, bool);
    let sql = sql!(
        "SELECT department_id, id, name, job_title, is_primary FROM contacts
         WHERE tenant_id = $1 AND party_id = $2 AND deleted_at IS NULL
         ORDER BY name_folded, id LIMIT $3",
        party,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let row = |(department, id, name, job_title, is_primary): Row| {
        (department, ChartContact { id, name, job_title, is_primary })
    };
    Ok(tx.all(sql).await?.into_iter().map(row).collect())
}

/// The live contact of the party that is the one to turn to first.
pub(crate) async fn primary_of(tx: &mut Tx, party: PartyId) -> Result<Option<ContactId>> {
    let sql = sql!(
        "SELECT id FROM contacts
         WHERE tenant_id = $1 AND party_id = $2 AND is_primary = TRUE AND deleted_at IS NULL LIMIT 1",
        party
    );
    Ok(tx.optional::<(ContactId,)>(sql).await?.map(|(id,)| id))
}
