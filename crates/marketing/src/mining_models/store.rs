//! Trees and scores in the store. Nothing is decided here.

use super::model::{MINING_MODEL, MiningModelId, MiningModelKind};
use crate::{
    measures::Span, population::Population, product_buyers::SoldProduct, segments::Members,
};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Action, Ctx, Result, problem::INTERNAL};
use guanxi_mining::Tree;
use guanxi_storage::{Sql, Tx, scope, sql, sql::rows_at_once};
use uuid::Uuid;

/// Keeps the tree of a model, as its bytes are.
pub(super) async fn keep_tree(tx: &mut Tx, model: MiningModelId, tree: &str) -> Result<()> {
    let sql = sql!(
        "INSERT INTO mining_trees (tenant_id, model_id, content) VALUES ($1, $2, $3)",
        model,
        tree
    );
    tx.execute(sql).await.map(drop)
}

/// The tree of a model, if it is trained.
pub(super) async fn tree(tx: &mut Tx, model: MiningModelId) -> Result<Option<Tree>> {
    let sql =
        sql!("SELECT content FROM mining_trees WHERE tenant_id = $1 AND model_id = $2", model);
    let Some((content,)) = tx.optional::<(String,)>(sql).await? else { return Ok(None) };
    serde_json::from_str(&content).map(Some).map_err(|error| INTERNAL.problem().because(error))
}

/// What a model says of a party, as it is kept.
pub(super) struct Scored {
    pub(super) party: Uuid,
    pub(super) leaf: u32,
    /// The probability in ten-thousandths, or the mean in millionths.
    pub(super) score: i64,
    pub(super) has_it: bool,
}

/// Keeps scores. What a model has said already stays as it was said, with its instant.
pub(super) async fn keep(
    tx: &mut Tx,
    model: MiningModelId,
    now: DateTime<Utc>,
    scores: &[Scored],
) -> Result<()> {
    for some in scores.chunks(rows_at_once(6)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO mining_scores (tenant_id, model_id, party_id, leaf_id, score, has_it, scored_at) VALUES ",
        );
        for (at, one) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(model).push(", ").bind(one.party);
            sql.push(", ").bind(i64::from(one.leaf)).push(", ").bind(one.score);
            sql.push(", ").bind(one.has_it).push(", ").bind(now).push(")");
        }
        sql.push(
            " ON CONFLICT (tenant_id, model_id, party_id) DO UPDATE SET leaf_id = excluded.leaf_id,
             score = excluded.score, has_it = excluded.has_it, scored_at = excluded.scored_at
             WHERE mining_scores.leaf_id <> excluded.leaf_id
                 OR mining_scores.has_it <> excluded.has_it",
        );
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Adds what follows `FROM`: the scores `s` of parties `t` that the caller may see.
pub(super) fn scored(
    sql: &mut Sql,
    ctx: &Ctx,
    model: MiningModelId,
    population: Population,
    members: &Members,
) -> Result<()> {
    let reach = ctx.require(PARTY.plural, Action::Read)?;
    sql.push("mining_scores s JOIN parties t ON t.tenant_id = s.tenant_id AND t.id = s.party_id ");
    sql.push("WHERE s.tenant_id = $1 AND s.model_id = ").bind(model);
    sql.push(" AND t.deleted_at IS NULL AND ");
    population.write(sql);
    if !matches!(members, Members::Everybody) {
        sql.push(" AND t.id IN (SELECT t.id FROM ");
        members.write(sql);
        sql.push(")");
    }
    sql.push(" AND ");
    scope::within(sql, &PARTY, &reach, ctx.actor.user);
    Ok(())
}

/// How many of them each leaf has.
pub(super) async fn counts(
    tx: &mut Tx,
    ctx: &Ctx,
    model: MiningModelId,
    population: Population,
    members: &Members,
) -> Result<Vec<(u32, u64)>> {
    let mut sql = Sql::new("SELECT s.leaf_id, COUNT(*) FROM ");
    scored(&mut sql, ctx, model, population, members)?;
    sql.push(" GROUP BY s.leaf_id ORDER BY s.leaf_id");
    let rows = tx.all::<(i64, i64)>(sql).await?.into_iter();
    let whole = |(leaf, count): (i64, i64)| Some((leaf.try_into().ok()?, count.try_into().ok()?));
    Ok(rows.filter_map(whole).collect())
}

/// A score as a row.
#[derive(sqlx::FromRow)]
pub(super) struct ScoreRow {
    pub(super) party_id: Uuid,
    pub(super) leaf_id: i64,
    pub(super) score: i64,
    pub(super) has_it: bool,
    pub(super) scored_at: DateTime<Utc>,
}

/// The columns of [`ScoreRow`].
const SCORES: &str = "SELECT s.party_id, s.leaf_id, s.score, s.has_it, s.scored_at FROM ";

/// The highest of those who have not bought a product until now.
pub(super) async fn without_buyers(
    tx: &mut Tx,
    ctx: &Ctx,
    model: MiningModelId,
    population: Population,
    product: &SoldProduct,
    most: i64,
) -> Result<Vec<ScoreRow>> {
    let mut sql = Sql::new(SCORES);
    scored(&mut sql, ctx, model, population, &Members::Everybody)?;
    sql.push(" AND s.party_id NOT IN (");
    product.write(&mut sql, ctx, Span::until(ctx.now));
    sql.push(") ORDER BY s.score DESC, s.party_id LIMIT ").bind(most);
    tx.all(sql).await
}

/// The newest tree of yes and no that tells who will buy a product, of those that have scored somebody and that
/// the caller may see.
pub(super) async fn of_product(
    tx: &mut Tx,
    ctx: &Ctx,
    product: Uuid,
) -> Result<Option<MiningModelId>> {
    let reach = ctx.reach(MINING_MODEL.plural, Action::Read);
    let mut sql =
        Sql::new("SELECT t.id FROM mining_models t WHERE t.tenant_id = $1 AND t.product_id = ");
    sql.bind(product).push(" AND t.deleted_at IS NULL AND t.scored_at IS NOT NULL AND t.kind = ");
    sql.bind(MiningModelKind::ClassificationTree).push(" AND ");
    scope::within(&mut sql, &MINING_MODEL, &reach, ctx.actor.user);
    sql.push(" ORDER BY t.created_at DESC, t.id DESC LIMIT 1");
    Ok(tx.optional::<(MiningModelId,)>(sql).await?.map(|(id,)| id))
}

/// The highest of them behind a score.
pub(super) async fn page(
    tx: &mut Tx,
    ctx: &Ctx,
    model: MiningModelId,
    population: Population,
    after: Option<(i64, Uuid)>,
    most: i64,
) -> Result<Vec<ScoreRow>> {
    let mut sql = Sql::new(SCORES);
    scored(&mut sql, ctx, model, population, &Members::Everybody)?;
    if let Some((score, party)) = after {
        sql.push(" AND (s.score < ").bind(score).push(" OR (s.score = ").bind(score);
        sql.push(" AND s.party_id > ").bind(party).push("))");
    }
    sql.push(" ORDER BY s.score DESC, s.party_id LIMIT ").bind(most);
    tx.all(sql).await
}

/// What a model says of everybody with a score that was there at an instant, the highest first, and whether they are
/// members: the party, the score, 1 for members, and since when it says so.
pub(super) async fn with_members(
    tx: &mut Tx,
    ctx: &Ctx,
    model: MiningModelId,
    (population, members): (Population, &Members),
    until: DateTime<Utc>,
) -> Result<Vec<(Uuid, i64, i64, DateTime<Utc>)>> {
    let mut sql =
        Sql::new("SELECT s.party_id, s.score, CAST(CASE WHEN s.party_id IN (SELECT t.id FROM ");
    members.write(&mut sql);
    sql.push(" AND ");
    population.write(&mut sql);
    sql.push(") THEN 1 ELSE 0 END AS BIGINT), s.scored_at FROM ");
    scored(&mut sql, ctx, model, Population::Everybody, &Members::Everybody)?;
    sql.push(" AND s.scored_at <= ").bind(until).push(" ORDER BY s.score DESC, s.party_id");
    tx.all(sql).await
}
