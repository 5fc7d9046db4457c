//! Referrals in the store. Nothing is decided here.

use super::{ReferralId, ReferralStatus, RewardStatus};
use crate::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// A referral of one of two parties, as far as it stands.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct Standing {
    pub(super) id: ReferralId,
    pub(super) referrer_party_id: PartyId,
    pub(super) status: ReferralStatus,
    pub(super) reward_status: RewardStatus,
}

/// The live referrals of two parties, the one that was made first before the other.
pub(super) async fn of_both(tx: &mut Tx, one: PartyId, other: PartyId) -> Result<Vec<Standing>> {
    let sql = sql!(
        "SELECT id, referrer_party_id, status, reward_status FROM referrals
         WHERE tenant_id = $1 AND referred_party_id IN ($2, $3) AND deleted_at IS NULL
         ORDER BY created_at, id",
        one,
        other
    );
    tx.all(sql).await
}

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

/// The referral of a party that was won and rewarded, if it has bought nothing by orders.
pub(super) async fn rewarded(tx: &mut Tx, party: PartyId) -> Result<Option<ReferralId>> {
    let sql = sql!(
        "SELECT r.id FROM referrals r WHERE r.tenant_id = $1 AND r.referred_party_id = $2
             AND r.deleted_at IS NULL AND r.status = 'won' AND r.reward_status IN ('due', 'paid')
             AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.tenant_id = $1 AND o.party_id = $2
                 AND o.bought_steps > 0 AND o.deleted_at IS NULL)",
        party
    );
    Ok(tx.optional::<(ReferralId,)>(sql).await?.map(|(id,)| id))
}
