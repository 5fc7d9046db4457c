//! Indexes again what was saved by an older program: searchable terms and the keys of orders.
//!
//! When the rules of the index change, [`GENERATION`] does. Records of an older generation are gone
//! over beside the running server, some hundred in each transaction, and how far that is stands in
//! the store: so a start takes no longer, several nodes share the work, and a crash costs one step.
//! What a rule adds is found from then on; terms that no rule makes any more stay.

use crate::{Db, Kind, Resource, Sql, Tx, terms};
use guanxi_kernel::{Result, TenantId};
use std::{future::Future, pin::Pin, time::Duration};
use uuid::Uuid;

/// The rules by which records are indexed now: 2 added pinyin, 3 the index of texts, 4 initials from
/// any character on and simplified characters.
pub const GENERATION: i64 = 4;

/// Records of one transaction, so that no writer waits long.
const AT_ONCE: i64 = 200;

/// Stands for all kinds of a tenant.
const ALL: &str = "*";

/// Notes that a new tenant has no records of older rules.
///
/// # Errors
/// Those of the store.
pub async fn begin(tx: &mut Tx) -> Result<()> {
    let begin = crate::sql!(
        "INSERT INTO index_progress (tenant_id, kind, generation, last_id)
         VALUES ($1, $2, $3, NULL)
         ON CONFLICT (tenant_id, kind) DO UPDATE
         SET generation = excluded.generation, last_id = NULL",
        ALL,
        GENERATION
    );
    tx.execute(begin).await.map(drop)
}

/// See [`Kind::index`].
pub type Index = for<'a> fn(&'a mut Tx, Uuid) -> Indexing<'a>;

/// The future of [`Index`]: the last record of the step, none when there was none left.
pub type Indexing<'a> = Pin<Box<dyn Future<Output = Result<Option<Uuid>>> + Send + 'a>>;

/// Brings the index of every record of these kinds up to date, in all tenants; how many there were.
///
/// `pause` is what others get between two steps.
///
/// # Errors
/// Those of the store.
pub async fn run(db: &Db, kinds: &[&'static Kind], pause: Duration) -> Result<u64> {
    let nobody = TenantId::from(Uuid::nil());
    let all = Sql::new("SELECT id FROM tenants ORDER BY id");
    let tenants = db.read(nobody, async |tx| tx.all_untenanted::<(Uuid,)>(all).await).await?;
    let mut steps = 0;
    for (tenant,) in tenants {
        let done = crate::sql!(
            "SELECT kind FROM index_progress
             WHERE tenant_id = $1 AND generation >= $2 AND last_id IS NULL",
            GENERATION
        );
        let tenant = TenantId::from(tenant);
        let done = db.read(tenant, async |tx| tx.all::<(String,)>(done).await).await?;
        if done.iter().any(|(name,)| name == ALL) {
            continue;
        }
        for kind in kinds.iter().filter(|kind| done.iter().all(|(name,)| name != kind.name)) {
            while db.write_locked(tenant, async |tx| step(tx, kind).await).await? {
                steps += 1;
                tokio::time::sleep(pause).await;
            }
        }
        db.write_locked(tenant, begin).await?;
    }
    Ok(steps)
}

#[derive(sqlx::FromRow)]
struct Progress {
    generation: i64,
    last_id: Option<Uuid>,
}

/// Indexes some records of a kind; whether there may be more.
async fn step(tx: &mut Tx, kind: &'static Kind) -> Result<bool> {
    tx.execute(crate::sql!(
        "INSERT INTO index_progress (tenant_id, kind, generation, last_id) VALUES ($1, $2, 0, NULL)
         ON CONFLICT DO NOTHING",
        kind.name
    ))
    .await?;
    let mut sql =
        Sql::new("SELECT generation, last_id FROM index_progress WHERE tenant_id = $1 AND kind = ");
    // Nodes take turns.
    sql.bind(kind.name).push(tx.for_update());
    let after = match tx.optional::<Progress>(sql).await? {
        Some(Progress { generation: GENERATION.., last_id: None }) => return Ok(false),
        Some(Progress { generation: GENERATION.., last_id: Some(last) }) => last,
        _ => Uuid::nil(),
    };
    let last = (kind.index)(tx, after).await?;
    tx.execute(crate::sql!(
        "UPDATE index_progress SET generation = $3, last_id = $4 WHERE tenant_id = $1 AND kind = $2",
        kind.name,
        GENERATION,
        last
    ))
    .await?;
    Ok(last.is_some())
}

/// Indexes the next records of `R` behind that id.
pub(crate) async fn some<R: Resource>(tx: &mut Tx, after: Uuid) -> Result<Option<Uuid>> {
    let kind = R::kind();
    let mut sql = Sql::new("SELECT ");
    sql.push(kind.shape.columns).push(" FROM ").push(kind.table);
    sql.push(" t WHERE t.tenant_id = $1 AND t.id > ").bind(after);
    sql.push(" ORDER BY t.id LIMIT ").bind(AT_ONCE).push(tx.for_update());
    let records = tx.records(sql, |record: R, _| Ok(record)).await?;
    let last = records.last().map(|record| record.meta().id.uuid());
    let mut terms = Vec::new();
    for mut record in records {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        record.write(&mut before);
        record.derive_keys();
        record.write(&mut after);
        let id = record.meta().id.uuid();
        if before != after {
            after.push(record.meta().version.into());
            tx.execute(Sql::fixed(kind.shape.update, after)).await?;
        }
        terms.push((id, record.all_terms()));
    }
    terms::insert(tx, kind.name, terms).await?;
    Ok(last)
}
