//! What a campaign had brought and was taken back again: contracts that were signed and then cancelled. They belong to
//! a crate further right and are read from their table.

use super::{
    figures::{ours, split},
    model::CampaignId,
};
use chrono::NaiveDate;
use guanxi_kernel::{Currency, Money, Result};
use guanxi_storage::{Tx, rates, sql};
use std::str::FromStr as _;
use uuid::Uuid;

/// How many of these contracts come from a campaign, also in part, and its part of what they came to, in its currency
/// at the rates of a day.
pub(super) async fn cancelled(
    tx: &mut Tx,
    (id, currency): (CampaignId, Currency),
    day: NaiveDate,
) -> Result<(i64, Money)> {
    type Row = (Uuid, CampaignId, i64, String, i64);
    let sql = sql!(
        "SELECT s.subject_id, s.campaign_id, s.weight, c.net_currency, c.net_minor
         FROM campaign_links l
         JOIN contracts c ON c.tenant_id = l.tenant_id AND c.id = l.subject_id
             AND c.deleted_at IS NULL AND c.signed_on IS NOT NULL AND c.stage = 'cancelled'
         JOIN campaign_links s ON s.tenant_id = l.tenant_id AND s.subject_type = l.subject_type
             AND s.subject_id = l.subject_id
         WHERE l.tenant_id = $1 AND l.subject_type = 'contract' AND l.campaign_id = $2
         ORDER BY s.subject_id, s.place",
        id
    );
    let rows = tx.all::<Row>(sql).await?;
    let (mut count, mut sum) = (0, Money::zero(currency));
    for group in rows.chunk_by(|one, other| one.0 == other.0) {
        let weights: Vec<i64> = group.iter().map(|row| row.2).collect();
        let parts = split(group[0].4, &weights)?;
        let given = Currency::from_str(&group[0].3).map_err(ours)?;
        for (_, part) in group.iter().zip(parts).filter(|(row, _)| row.1 == id) {
            let amount = Money::new(part, given);
            let amount = match given == currency {
                true => amount,
                false => rates::convert(tx, amount, currency, day).await?.amount,
            };
            count += 1;
            sum = sum.checked_add(amount).map_err(ours)?;
        }
    }
    Ok((count, sum))
}
