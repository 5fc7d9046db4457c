//! Rows of datasets in the store. Nothing is decided here.

use super::{
    content::{Content, Part},
    model::MiningDataset,
};
use crate::problems::DATASET_NOT_READY;
use guanxi_kernel::{Result, problem::INTERNAL};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Ids that one statement looks for in texts.
const IN_TEXTS: usize = 40;

/// Removes what was kept of a dataset that was not finished.
pub(super) async fn forget(tx: &mut Tx, dataset: Uuid) -> Result<()> {
    let sql =
        sql!("DELETE FROM mining_dataset_parts WHERE tenant_id = $1 AND dataset_id = $2", dataset);
    tx.execute(sql).await.map(drop)
}

/// Keeps some of its rows.
pub(super) async fn keep(tx: &mut Tx, dataset: Uuid, number: usize, part: &Part) -> Result<()> {
    let content = serde_json::to_string(part).map_err(|error| INTERNAL.problem().because(error))?;
    let sql = sql!(
        "INSERT INTO mining_dataset_parts (tenant_id, dataset_id, number, content)
         VALUES ($1, $2, $3, $4)",
        dataset,
        i64::try_from(number).unwrap_or(i64::MAX),
        content
    );
    tx.execute(sql).await.map(drop)
}

/// The parts, of all datasets, in which one of these parties may be.
pub(super) async fn parts_naming(
    tx: &mut Tx,
    parties: &BTreeSet<Uuid>,
) -> Result<BTreeSet<(Uuid, i64)>> {
    let (mut found, parties) = (BTreeSet::new(), parties.iter().collect::<Vec<_>>());
    for some in parties.chunks(IN_TEXTS) {
        let mut sql = Sql::new(
            "SELECT dataset_id, number FROM mining_dataset_parts WHERE tenant_id = $1 AND (FALSE",
        );
        for id in some {
            sql.push(" OR content LIKE ").bind(format!("%{id}%"));
        }
        sql.push(")");
        found.extend(tx.all::<(Uuid, i64)>(sql).await?);
    }
    Ok(found)
}

/// Some of the rows of a dataset.
pub(super) async fn part(tx: &mut Tx, dataset: Uuid, number: i64) -> Result<Part> {
    let sql = sql!(
        "SELECT content FROM mining_dataset_parts
         WHERE tenant_id = $1 AND dataset_id = $2 AND number = $3",
        dataset,
        number
    );
    let found = tx.optional::<(String,)>(sql).await?.ok_or_else(|| INTERNAL.problem())?;
    serde_json::from_str(&found.0).map_err(|error| INTERNAL.problem().because(error))
}

/// Keeps rows of a dataset that say less than before.
pub(super) async fn rewrite(tx: &mut Tx, dataset: Uuid, number: i64, part: &Part) -> Result<()> {
    let content = serde_json::to_string(part).map_err(|error| INTERNAL.problem().because(error))?;
    let sql = sql!(
        "UPDATE mining_dataset_parts SET content = $4
         WHERE tenant_id = $1 AND dataset_id = $2 AND number = $3",
        dataset,
        number,
        content
    );
    tx.execute(sql).await.map(drop)
}

/// All of its rows.
pub(super) async fn read(tx: &mut Tx, dataset: &MiningDataset) -> Result<Content> {
    let sql = sql!(
        "SELECT content FROM mining_dataset_parts WHERE tenant_id = $1 AND dataset_id = $2
         ORDER BY number",
        dataset.meta.id
    );
    let parts = tx.all::<(String,)>(sql).await?.into_iter().map(|(content,)| {
        serde_json::from_str::<Part>(&content).map_err(|error| INTERNAL.problem().because(error))
    });
    let parts = parts.collect::<Result<_>>()?;
    Content::new(&dataset.columns, parts, dataset.input.label.is_binary())
}

/// The rows of a dataset that is built.
///
/// # Errors
/// `dataset_not_ready`.
pub(crate) async fn content(tx: &mut Tx, dataset: &MiningDataset) -> Result<Content> {
    if dataset.row_count.is_none() {
        return Err(DATASET_NOT_READY.problem());
    }
    read(tx, dataset).await
}
