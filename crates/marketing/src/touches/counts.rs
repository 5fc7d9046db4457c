//! The figures that rates are made of, of many source codes at once.

use super::rates::{Counts, SourceCodeRates};
use crate::{
    carts,
    past::{self, Columns, Past},
    source_codes::{SourceCode, SourceCodeId},
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Sql, Tx, resource};
use std::collections::BTreeMap;

/// Codes that one statement asks for.
const AT_ONCE: usize = 500;

/// The counts of each code.
pub type CodeCounts = BTreeMap<SourceCodeId, Counts>;

/// Adds ids, and what of a log had come in by the instants of the past.
fn log_of(sql: &mut Sql, ids: &[SourceCodeId], past: Option<Past>) {
    sql.bind_all(ids.iter().copied());
    if let Some(past) = past {
        past.holds(sql, "received_at", "occurred_at");
    }
}

/// What came back by each of these codes, now or in the past. People count once for a code, whatever happened how
/// often; one who was addressed by two codes counts for both.
///
/// # Errors
/// Those of the store.
pub async fn of_codes(tx: &mut Tx, ids: &[SourceCodeId], past: Option<Past>) -> Result<CodeCounts> {
    let mut all: CodeCounts = ids.iter().map(|id| (*id, Counts::default())).collect();
    for some in ids.chunks(AT_ONCE) {
        let mut touched = Sql::new(
            "SELECT source_code_id, kind, COUNT(DISTINCT recipient) FROM touches
             WHERE tenant_id = $1 AND source_code_id IN ",
        );
        log_of(&mut touched, some, past);
        touched.push(" GROUP BY source_code_id, kind");
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
        let mut assigned = Sql::new(
            "SELECT source_code_id, COUNT(*) FROM source_code_assignments
             WHERE tenant_id = $1 AND source_code_id IN ",
        );
        assigned.bind_all(some.iter().copied());
        if let Some(past) = past {
            past.holds(&mut assigned, "assigned_at", "assigned_at");
        }
        assigned.push(" GROUP BY source_code_id");
        for (id, count) in tx.all::<(SourceCodeId, i64)>(assigned).await? {
            all.entry(id).or_default().assigned = count;
        }
        let mut answers = Sql::new(
            "SELECT source_code_id, COUNT(*), COUNT(DISTINCT responder) FROM responses
             WHERE tenant_id = $1 AND ",
        );
        past::there(&mut answers, past, Columns { at: "responded_at", ..past::PLAIN });
        answers.push(" AND source_code_id IN ").bind_all(some.iter().copied());
        answers.push(" GROUP BY source_code_id");
        for (id, responses, responders) in tx.all::<(SourceCodeId, i64, i64)>(answers).await? {
            let one = all.entry(id).or_default();
            (one.responses, one.responders) = (responses, responders);
        }
        buyers(tx, some, past, &mut all).await?;
    }
    Ok(all)
}

/// Those who have bought: who a machine says has, and the parties of signed contracts, each once.
async fn buyers(
    tx: &mut Tx,
    ids: &[SourceCodeId],
    past: Option<Past>,
    all: &mut CodeCounts,
) -> Result<()> {
    let mut nameless = Sql::new(
        "SELECT source_code_id, COUNT(DISTINCT recipient) FROM touches
         WHERE tenant_id = $1 AND kind = 'bought' AND party_id IS NULL AND source_code_id IN ",
    );
    log_of(&mut nameless, ids, past);
    nameless.push(" GROUP BY source_code_id");
    let mut known = Sql::new(
        "SELECT b.source_code_id, COUNT(DISTINCT b.party_id) FROM (
             SELECT source_code_id, party_id FROM touches
             WHERE tenant_id = $1 AND kind = 'bought' AND party_id IS NOT NULL AND source_code_id IN ",
    );
    log_of(&mut known, ids, past);
    known.push(
        " UNION ALL SELECT c.source_code_id, c.party_id FROM contracts c
             WHERE c.tenant_id = $1 AND ",
    );
    past::signed(&mut known, past);
    known.push(" AND c.source_code_id IN ").bind_all(ids.iter().copied());
    known.push(") b GROUP BY b.source_code_id");
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
    let mut counts = of_codes(tx, &[id], None).await?.remove(&id).unwrap_or_default();
    if let Some((begun, left)) = carts::of_code(tx, ctx, id).await? {
        (counts.carts, counts.abandoned) = (begun, left);
    }
    Ok(counts.into())
}
