//! Referrals in the store. Nothing is decided here.

use super::ReferralId;
use crate::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// Whether there is another referral of the party.
pub(super) async fn has_referral(tx: &mut Tx, party: PartyId, but: ReferralId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM referrals WHERE tenant_id = $1 AND referred_party_id = $2
             AND id <> $3 AND deleted_at IS NULL",
        party,
        but
    );
    tx.exists(sql).await
}
