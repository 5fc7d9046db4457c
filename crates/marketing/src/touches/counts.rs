//! The figures that rates are made of, of many source codes at once.

use super::rates::{Counts, SourceCodeRates};
use crate::source_codes::{SourceCode, SourceCodeId};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Sql, Tx, resource};
use std::collections::BTreeMap;

/// Codes that one statement asks for.
const AT_ONCE: usize = 500;

/// The counts of each code.
pub type CodeCounts = BTreeMap<SourceCodeId, Counts>;

fn of(text: &'static str, ids: &[SourceCodeId], rest: &'static str) -> Sql {
    let mut sql = Sql::new(text);
    sql.bind_all(ids.iter().copied()).push(rest);
    sql
}

/// What came back by each of these codes. People count once for a code, whatever happened how often; one
/// who was addressed by two codes counts for both.
///
/// # Errors
/// Those of the store.
pub async fn of_codes(tx: &mut Tx, ids: &[SourceCodeId]) -> Result<CodeCounts> {
    let mut all: CodeCounts = ids.iter().map(|id| (*id, Counts::default())).collect();
    for some in ids.chunks(AT_ONCE) {
        let touched = of(
            "SELECT source_code_id, kind, COUNT(DISTINCT recipient) FROM touches
             WHERE tenant_id = $1 AND source_code_id IN ",
            some,
            " GROUP BY source_code_id, kind",
        );
        for (id, kind, count) in tx.all::<(SourceCodeId, String, i64)>(touched).await? {
            let one = all.entry(id).or_default();
            match kind.as_str() {
                "sent" => one.sent = count,
                "held_out" => one.held_out = count,
                "delivered" => one.delivered = count,
                "opened" => one.opened = count,
                "clicked" => one.clicked = count,
                "visited" => one.visited = count,
                "cart_created" => one.carts = count,
                "cart_abandoned" => one.abandoned = count,
                _ => {}
            }
        }
        let assigned = of(
            "SELECT source_code_id, COUNT(*) FROM source_code_assignments
             WHERE tenant_id = $1 AND source_code_id IN ",
            some,
            " GROUP BY source_code_id",
        );
        for (id, count) in tx.all::<(SourceCodeId, i64)>(assigned).await? {
            all.entry(id).or_default().assigned = count;
        }
        let answers = of(
            "SELECT source_code_id, COUNT(*), COUNT(DISTINCT responder) FROM responses
             WHERE tenant_id = $1 AND deleted_at IS NULL AND source_code_id IN ",
            some,
            " GROUP BY source_code_id",
        );
        for (id, responses, responders) in tx.all::<(SourceCodeId, i64, i64)>(answers).await? {
            let one = all.entry(id).or_default();
            (one.responses, one.responders) = (responses, responders);
        }
        buyers(tx, some, &mut all).await?;
    }
    Ok(all)
}

/// Those who have bought: who a machine says has, and the parties of signed contracts, each once.
async fn buyers(tx: &mut Tx, ids: &[SourceCodeId], all: &mut CodeCounts) -> Result<()> {
    let nameless = of(
        "SELECT source_code_id, COUNT(DISTINCT recipient) FROM touches
         WHERE tenant_id = $1 AND kind = 'bought' AND party_id IS NULL AND source_code_id IN ",
        ids,
        " GROUP BY source_code_id",
    );
    let mut known = of(
        "SELECT b.source_code_id, COUNT(DISTINCT b.party_id) FROM (
             SELECT source_code_id, party_id FROM touches
             WHERE tenant_id = $1 AND kind = 'bought' AND party_id IS NOT NULL AND source_code_id IN ",
        ids,
        " UNION ALL SELECT source_code_id, party_id FROM contracts
             WHERE tenant_id = $1 AND deleted_at IS NULL AND signed_on IS NOT NULL
                 AND stage <> 'cancelled' AND source_code_id IN ",
    );
    known.bind_all(ids.iter().copied()).push(") b GROUP BY b.source_code_id");
    for sql in [nameless, known] {
        for (id, count) in tx.all::<(SourceCodeId, i64)>(sql).await? {
            all.entry(id).or_default().buyers += count;
        }
    }
    Ok(())
}

/// The rates of a source code.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn rates_of(tx: &mut Tx, ctx: &Ctx, id: SourceCodeId) -> Result<SourceCodeRates> {
    resource::load::<SourceCode>(tx, ctx, id.uuid()).await?;
    let counts = of_codes(tx, &[id]).await?;
    Ok(counts.get(&id).copied().unwrap_or_default().into())
}
