//! Positionings in the store. Nothing is decided here.

use super::PositioningId;
use crate::products::ProductId;
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Id, Result};
use guanxi_marketing::segments::SegmentId;
use guanxi_storage::{Sql, Tx};

/// Whether a live positioning other than `except` is of that product, segment and competitor.
pub(super) async fn is_taken(
    tx: &mut Tx,
    (product, segment, competitor): (Option<ProductId>, Option<SegmentId>, Option<PartyId>),
    except: PositioningId,
) -> Result<bool> {
    let mut sql = Sql::new(
        "SELECT CAST(1 AS BIGINT) FROM positionings
         WHERE tenant_id = $1 AND deleted_at IS NULL AND id <> ",
    );
    sql.bind(except);
    for (column, id) in [
        (" AND product_id", product.map(Id::uuid)),
        (" AND segment_id", segment.map(Id::uuid)),
        (" AND competitor_id", competitor.map(Id::uuid)),
    ] {
        sql.push(column);
        // PostgreSQL takes no index for IS NOT DISTINCT FROM.
        match id {
            Some(id) => sql.push(" = ").bind(id),
            None => sql.push(" IS NULL"),
        };
    }
    sql.push(" LIMIT 1");
    tx.exists(sql).await
}
