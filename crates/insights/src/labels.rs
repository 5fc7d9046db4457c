//! What records are called, as far as the caller may see them.

use guanxi_kernel::{Ctx, Language, Result};
use guanxi_storage::{Kind, Tx};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many are looked up at once.
const AT_ONCE: usize = 200;

/// Names by id.
pub type Labels = BTreeMap<Uuid, String>;

/// The names of records of a kind, those of deleted ones too. Who may not see a record, or its
/// name, gets none.
///
/// # Errors
/// Those of the store.
pub async fn labels(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Labels> {
    let mut wanted: Vec<Uuid> = ids.into_iter().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = Labels::new();
    for load in [kind.load, kind.load_deleted] {
        for some in wanted.chunks(AT_ONCE) {
            let records = load(tx, ctx, some).await?;
            found.extend(records.iter().filter_map(|(id, one)| Some((*id, name(ctx, one)?))));
        }
        wanted.retain(|id| !found.contains_key(id));
    }
    Ok(found)
}

fn name(ctx: &Ctx, record: &Json) -> Option<String> {
    let zh = (ctx.language == Language::Zh).then(|| record["name_zh"].as_str()).flatten();
    zh.or_else(|| record["name"].as_str()).map(str::to_owned)
}
