//! A person is taken out of snapshots: their row loses its values and keeps what was learnt of it, so that there are
//! as many rows as before, and the dataset says of how many that is so.
//!
//! Price: what was learnt from the rows before stays in models and profiles, whose rules are made of many; and a
//! dataset of a file knows nobody.

use super::{MiningDataset, store};
use guanxi_bulk::erasures::Among;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, erasing};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Snapshots with people in them.
pub static IN_DATASETS: Among = Among {
    table: "mining_dataset_parts",
    telling: |tx, parties| Box::pin(telling(tx, parties)),
    take_out: |tx, ctx, parties, datasets| Box::pin(take_out(tx, ctx, parties, datasets)),
};

/// The datasets in which a row of one of them has a value.
async fn telling(tx: &mut Tx, parties: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let mut found = BTreeSet::new();
    for (dataset, number) in store::parts_naming(tx, parties).await? {
        if found.contains(&dataset) {
            continue;
        }
        if store::part(tx, dataset, number).await?.blank(parties) > 0 {
            found.insert(dataset);
        }
    }
    Ok(found)
}

async fn take_out(
    tx: &mut Tx,
    ctx: &Ctx,
    parties: &BTreeSet<Uuid>,
    datasets: &BTreeSet<Uuid>,
) -> Result<u64> {
    let mut blanked = Vec::new();
    for (dataset, number) in store::parts_naming(tx, parties).await? {
        if !datasets.contains(&dataset) {
            continue;
        }
        let mut part = store::part(tx, dataset, number).await?;
        let rows = part.blank(parties);
        if rows > 0 {
            store::rewrite(tx, dataset, number, &part).await?;
            blanked.push((dataset, rows));
        }
    }
    for dataset in datasets {
        let rows = blanked.iter().filter(|(id, _)| id == dataset).map(|(_, rows)| rows).sum();
        again(tx, ctx, *dataset, rows).await?;
    }
    Ok(blanked.iter().map(|(_, rows)| rows).sum())
}

/// Says of a dataset what it holds now.
async fn again(tx: &mut Tx, ctx: &Ctx, id: Uuid, rows: u64) -> Result<()> {
    let Some(dataset) = erasing::find::<MiningDataset>(tx, id).await? else { return Ok(()) };
    let mut after = dataset.clone();
    after.erased_rows += i64::try_from(rows).unwrap_or(i64::MAX);
    // What one holds that is not built yet is told when it is.
    if dataset.row_count.is_some() {
        let content = store::read(tx, &dataset).await?;
        after.feature_stats = json!(content.table.statistics());
        after.digest = Some(content.sample()?.digest());
    }
    erasing::replace(tx, ctx, &dataset, after).await
}
