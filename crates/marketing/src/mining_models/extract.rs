//! Those who are likely, as a list to address.

use super::{
    answers::ExtractScores,
    model::{MiningModelId, MiningModelKind},
    reading,
    store::scored,
};
use crate::{
    problems::OTHER_KIND_OF_MODEL,
    segments::{self, Members, Segment},
};
use guanxi_kernel::{Ctx, Result, Word as _};
use guanxi_storage::{Sql, Tx, filter::condition::Ids, resource::Shown};

/// Makes a list of those whose leaf says that it is as likely as that, or more: of those with a score
/// whom the caller may see, and without those who have it already unless they are wanted too.
///
/// # Errors
/// `not_found`, `forbidden`, `model_not_ready`, `other_kind_of_model`.
pub async fn extract(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MiningModelId,
    wish: ExtractScores,
) -> Result<Shown<Segment>> {
    let (model, tree) = reading::load(tx, ctx, id).await?;
    if model.input.kind != MiningModelKind::ClassificationTree {
        let expected = MiningModelKind::ClassificationTree.word();
        return Err(OTHER_KIND_OF_MODEL.with("expected", expected));
    }
    let likely = |id: &u32| tree.chance(*id).is_some_and(|one| one.reaches(wish.min_probability));
    let leaves = tree.nodes().iter().filter(|node| node.split.is_none()).map(|node| node.id);
    let leaves: Vec<i64> = leaves.filter(likely).map(i64::from).collect();
    let (population, all) = (wish.population, wish.with_those_who_have_it);
    // Whether the caller may read parties is asked before the statement is put together.
    let mut found = Sql::new("");
    scored(&mut found, ctx, id, population, &Members::Everybody)?;
    let ctx_of_ids = ctx.clone();
    let ids = Ids::new(move |sql| {
        sql.push("SELECT t.id FROM ");
        if scored(sql, &ctx_of_ids, id, population, &Members::Everybody).is_err() {
            return;
        }
        sql.push(" AND s.leaf_id IN ").bind_all(leaves.iter().copied());
        if !all {
            sql.push(" AND s.has_it = FALSE");
        }
    });
    segments::list_of(tx, ctx, wish.name, population, Some(id.uuid()), &ids).await
}
