//! What records are called, as far as the caller may see them.
//!
//! They are what records were called at the `as_of` of the report. What was made later, such as the stages
//! of an import with old dates, has the name that it has now.

use crate::asked::Asked;
use guanxi_kernel::{Ctx, Language, Result};
use guanxi_storage::{Kind, Tx, events::history};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many are looked up at once.
const AT_ONCE: usize = 200;

/// Names by id.
pub type Labels = BTreeMap<Uuid, String>;

/// The names of records of a kind, those of deleted ones too, as they were at the instant that was
/// asked about: a new name does not rewrite the past. What came later has the name that it has now.
/// Who may not see a record, or its name, gets none.
///
/// # Errors
/// Those of the store.
pub async fn labels(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    kind: &'static Kind,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Labels> {
    let mut found = names_now(tx, ctx, kind, ids.into_iter().collect()).await?;
    if !asked.live {
        for some in found.keys().copied().collect::<Vec<_>>().chunks(AT_ONCE) {
            let then = history::all_as_of(tx, ctx, kind, some, asked.as_of).await?;
            found.extend(then.iter().filter_map(|(id, one)| Some((*id, name(ctx, one)?))));
        }
    }
    Ok(found)
}

/// The same as they are called now.
///
/// # Errors
/// Those of the store.
pub(crate) async fn names_now(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    mut wanted: Vec<Uuid>,
) -> Result<Labels> {
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
