//! Counts of collection channels in the store. Nothing is decided here.

use super::{Collected, CollectionChannelId};
use chrono::NaiveDate;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;

/// Channels that one statement asks for.
const AT_ONCE: usize = 200;

/// Adds to what has come through a channel on a day.
pub(super) async fn add(
    tx: &mut Tx,
    channel: CollectionChannelId,
    day: NaiveDate,
    counts: Collected,
) -> Result<()> {
    let sql = sql!(
        "INSERT INTO collection_counts (tenant_id, channel_id, collected_on, accepted, known, rejected)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, channel_id, collected_on) DO UPDATE SET
             accepted = collection_counts.accepted + excluded.accepted,
             known = collection_counts.known + excluded.known,
             rejected = collection_counts.rejected + excluded.rejected",
        channel,
        day,
        counts.accepted,
        counts.known,
        counts.rejected
    );
    tx.execute(sql).await.map(drop)
}

/// What has come through these channels.
pub(super) async fn counts(
    tx: &mut Tx,
    channels: &[CollectionChannelId],
) -> Result<BTreeMap<CollectionChannelId, Collected>> {
    let mut found = BTreeMap::new();
    for some in channels.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT channel_id, CAST(SUM(accepted) AS BIGINT), CAST(SUM(known) AS BIGINT),
                 CAST(SUM(rejected) AS BIGINT) FROM collection_counts
             WHERE tenant_id = $1 AND channel_id IN ",
        );
        sql.bind_all(some.iter().copied()).push(" GROUP BY channel_id");
        let rows = tx.all::<(CollectionChannelId, i64, i64, i64)>(sql).await?;
        let row = |(channel, accepted, known, rejected): (CollectionChannelId, i64, i64, i64)| {
            (channel, Collected { accepted, known, rejected })
        };
        found.extend(rows.into_iter().map(row));
    }
    Ok(found)
}
