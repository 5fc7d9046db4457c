//! Members of segments in the store. Nothing is decided here.

use super::{
    model::{SegmentId, SegmentPreview},
    rule::reached,
    service::Members,
};
use crate::population::Population;
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Sql, Tx, filter::condition::Ids};

/// Ids of a preview.
const SAMPLE: i64 = 10;

/// How many members there are among those that the caller may see, and the first of them.
pub(super) async fn count(
    tx: &mut Tx,
    ctx: &Ctx,
    population: Population,
    members: &Members,
) -> Result<SegmentPreview> {
    let mut counted = Sql::new("SELECT COUNT(*) FROM ");
    members.write(&mut counted);
    reached(&mut counted, ctx, population)?;
    let count = tx.optional::<(i64,)>(counted).await?.map_or(0, |(count,)| count);
    let mut first = Sql::new("SELECT t.id FROM ");
    members.write(&mut first);
    reached(&mut first, ctx, population)?;
    first.push(" ORDER BY t.id LIMIT ").bind(SAMPLE);
    let sample = tx.all::<(PartyId,)>(first).await?.into_iter().map(|(id,)| id).collect();
    Ok(SegmentPreview { count, sample, population, as_of: ctx.now })
}

/// How many ids a statement selects.
pub(super) async fn count_ids(tx: &mut Tx, ids: &Ids) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (");
    ids.write(&mut sql);
    sql.push(") counted");
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Makes those that a statement selects the members of a list.
pub(super) async fn fill(tx: &mut Tx, segment: SegmentId, ids: &Ids) -> Result<()> {
    let mut sql = Sql::new(
        "INSERT INTO segment_members (tenant_id, segment_id, party_id)
         SELECT s.tenant_id, s.id, m.id FROM segments s JOIN (",
    );
    ids.write(&mut sql);
    sql.push(") m ON TRUE WHERE s.tenant_id = $1 AND s.id = ").bind(segment);
    tx.execute(sql).await.map(drop)
}
