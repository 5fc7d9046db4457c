//! Stocktakes and their lines in the store. Nothing is decided here.

use super::{CheckStocktakeLine, StocktakeId, StocktakeLine, StocktakeResult, model::Counts};
use crate::parties::{PARTY, PartyId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result, Text, UserId};
use guanxi_storage::{
    Sql, Tx,
    filter::condition::{Ids, Predicate},
    scope, sql,
};

/// Lines that one answer shows.
const SHOWN: i64 = 1_000;

/// Which customers are snapshotted.
pub(super) struct Chosen<'a> {
    pub(super) filter: Option<&'a Predicate>,
    pub(super) among: Option<&'a Ids>,
}

impl Chosen<'_> {
    /// `SELECT t.id FROM …`
    fn write(&self, sql: &mut Sql, ctx: &Ctx) {
        sql.push(
            "SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = $1 AND x.record_id = t.id
                     AND x.kind = 'party' AND x.field = 'role' AND x.term = 'customer')",
        );
        if let Some(filter) = self.filter {
            sql.push(" AND ");
            filter.write(sql);
        }
        if let Some(among) = self.among {
            sql.push(" AND t.id IN (");
            among.write(sql);
            sql.push(")");
        }
        sql.push(" AND ");
        let reach = ctx.reach(PARTY.plural, Action::Read);
        scope::within(sql, &PARTY, &reach, ctx.actor.user);
    }
}

/// How many customers that are, `most` at most.
pub(super) async fn number(tx: &mut Tx, ctx: &Ctx, chosen: &Chosen<'_>, most: i64) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (");
    chosen.write(&mut sql, ctx);
    sql.push(" LIMIT ").bind(most).push(") counted");
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Puts them onto a stocktake.
pub(super) async fn fill(
    tx: &mut Tx,
    ctx: &Ctx,
    id: StocktakeId,
    chosen: &Chosen<'_>,
) -> Result<()> {
    let mut sql = Sql::new(
        "INSERT INTO stocktake_lines (tenant_id, stocktake_id, party_id)
         SELECT s.tenant_id, s.id, m.id FROM stocktakes s JOIN (",
    );
    chosen.write(&mut sql, ctx);
    sql.push(") m ON TRUE WHERE s.tenant_id = $1 AND s.id = ").bind(id);
    tx.execute(sql).await.map(drop)
}

/// The lines behind one of them, in the order of the customers.
pub(super) async fn lines(
    tx: &mut Tx,
    id: StocktakeId,
    after: Option<PartyId>,
    open: bool,
) -> Result<Vec<StocktakeLine>> {
    type Row = (
        PartyId,
        Option<StocktakeResult>,
        Option<Text<1000>>,
        Option<DateTime<Utc>>,
        Option<UserId>,
    );
    let mut sql = Sql::new(
        "SELECT party_id, result, note, checked_at, checked_by FROM stocktake_lines
         WHERE tenant_id = $1 AND stocktake_id = ",
    );
    sql.bind(id);
    if open {
        sql.push(" AND result IS NULL");
    }
    if let Some(after) = after {
        sql.push(" AND party_id > ").bind(after);
    }
    sql.push(" ORDER BY party_id LIMIT ").bind(SHOWN);
    let line = |(party_id, result, note, checked_at, checked_by): Row| StocktakeLine {
        party_id,
        result,
        note,
        checked_at,
        checked_by,
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(line).collect())
}

/// Notes what came of a line; whether there is one.
pub(super) async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    id: StocktakeId,
    line: &CheckStocktakeLine,
) -> Result<bool> {
    let sql = sql!(
        "UPDATE stocktake_lines SET result = $4, note = $5, checked_at = $6, checked_by = $7
         WHERE tenant_id = $1 AND stocktake_id = $2 AND party_id = $3",
        id,
        line.party_id,
        line.result,
        line.note.clone(),
        ctx.now,
        ctx.actor.user
    );
    Ok(tx.execute(sql).await? > 0)
}

/// How many lines have each result.
pub(super) async fn counts(tx: &mut Tx, id: StocktakeId) -> Result<Counts> {
    let sql = sql!(
        "SELECT result, COUNT(*) FROM stocktake_lines
         WHERE tenant_id = $1 AND stocktake_id = $2 AND result IS NOT NULL GROUP BY result",
        id
    );
    let mut counts = Counts::default();
    for (result, number) in tx.all::<(StocktakeResult, i64)>(sql).await? {
        match result {
            StocktakeResult::Confirmed => counts.confirmed = number,
            StocktakeResult::Corrected => counts.corrected = number,
            StocktakeResult::Invalid => counts.invalid = number,
        }
    }
    Ok(counts)
}
