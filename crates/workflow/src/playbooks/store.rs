//! Playbooks and their editions in the store. Nothing is decided here.

use super::{Playbook, PlaybookId, PlaybookStep};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Line, Result, UserId};
use guanxi_storage::{Sql, Tx, expansion::Json, resource, sql};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Editions that are shown, the newest.
const SHOWN: i64 = 100;

/// One edition of one playbook.
pub type Edition = (PlaybookId, i64);

/// Whether a live playbook other than `except` has the code.
pub(super) async fn has_code(tx: &mut Tx, code: &Line<40>, except: PlaybookId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM playbooks
         WHERE tenant_id = $1 AND code = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        code.clone(),
        except
    );
    tx.exists(sql).await
}

/// Whether records of that kind have another card.
pub(super) async fn other_card(tx: &mut Tx, about: &str, except: PlaybookId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM playbooks
         WHERE tenant_id = $1 AND about_type = $2 AND purpose = 'card' AND status = 'published'
             AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        about,
        except
    );
    tx.exists(sql).await
}

/// Whether something was filled in by it, or a study asks it.
pub(super) async fn is_used(tx: &mut Tx, id: PlaybookId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM playbook_runs
         WHERE tenant_id = $1 AND playbook_id = $2 AND deleted_at IS NULL
         UNION ALL SELECT CAST(1 AS BIGINT) FROM research_studies
         WHERE tenant_id = $1 AND playbook_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// Keeps what was published.
pub(super) async fn add_edition(tx: &mut Tx, ctx: &Ctx, playbook: &Playbook) -> Result<()> {
    let sql = sql!(
        "INSERT INTO playbook_editions
             (tenant_id, playbook_id, edition, steps, published_at, published_by)
         VALUES ($1, $2, $3, $4, $5, $6)",
        playbook.meta.id,
        playbook.edition,
        serde_json::to_value(&playbook.input.steps).unwrap_or_default(),
        ctx.now,
        ctx.actor.user
    );
    tx.execute(sql).await.map(drop)
}

/// The steps of these editions.
///
/// # Errors
/// Those of the store.
pub async fn steps(
    tx: &mut Tx,
    of: impl IntoIterator<Item = Edition>,
) -> Result<BTreeMap<Edition, Vec<PlaybookStep>>> {
    let of: BTreeSet<Edition> = of.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in of.into_iter().collect::<Vec<_>>().chunks(100) {
        let mut sql = Sql::new(
            "SELECT playbook_id, edition, steps FROM playbook_editions
             WHERE tenant_id = $1 AND (FALSE",
        );
        for (playbook, edition) in some {
            sql.push(" OR (playbook_id = ").bind(*playbook);
            sql.push(" AND edition = ").bind(*edition).push(")");
        }
        sql.push(")");
        let rows = tx.all::<(PlaybookId, i64, Json<Vec<PlaybookStep>>)>(sql).await?;
        found.extend(rows.into_iter().map(|(id, edition, steps)| ((id, edition), steps.0)));
    }
    Ok(found)
}

/// All editions of a playbook with their steps.
///
/// # Errors
/// Those of the store.
pub async fn editions_of(tx: &mut Tx, id: PlaybookId) -> Result<BTreeMap<i64, Vec<PlaybookStep>>> {
    let sql = sql!(
        "SELECT edition, steps FROM playbook_editions
         WHERE tenant_id = $1 AND playbook_id = $2 ORDER BY edition DESC LIMIT $3",
        id,
        SHOWN
    );
    let rows = tx.all::<(i64, Json<Vec<PlaybookStep>>)>(sql).await?;
    Ok(rows.into_iter().map(|(edition, steps)| (edition, steps.0)).collect())
}

/// The card that records of that kind have now, and its edition.
///
/// # Errors
/// Those of the store.
pub(crate) async fn card_of(tx: &mut Tx, about: &str) -> Result<Option<Edition>> {
    let sql = sql!(
        "SELECT id, edition FROM playbooks
         WHERE tenant_id = $1 AND about_type = $2 AND purpose = 'card' AND status = 'published'
             AND deleted_at IS NULL",
        about
    );
    tx.optional(sql).await
}

/// The card that records of that kind have now: the playbook, its edition, and within how many days a
/// card is looked at by somebody else.
///
/// # Errors
/// Those of the store.
pub async fn latest_card(
    tx: &mut Tx,
    about: &str,
) -> Result<Option<(PlaybookId, i64, Option<i64>)>> {
    let sql = sql!(
        "SELECT id, edition, review_days FROM playbooks
         WHERE tenant_id = $1 AND about_type = $2 AND purpose = 'card' AND status = 'published'
             AND deleted_at IS NULL",
        about
    );
    tx.optional(sql).await
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlaybookEdition {
    /// Its number.
    pub edition: i64,
    /// Its steps.
    pub steps: Vec<PlaybookStep>,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// By whom.
    pub published_by: UserId,
}

/// The editions of a playbook, the newest first; the newest hundred.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn editions(tx: &mut Tx, ctx: &Ctx, id: PlaybookId) -> Result<Vec<PlaybookEdition>> {
    resource::load::<Playbook>(tx, ctx, id.uuid()).await?;
    type Row = (i64, Json<Vec<PlaybookStep>>, DateTime<Utc>, UserId);
    let sql = sql!(
        "SELECT edition, steps, published_at, published_by FROM playbook_editions
         WHERE tenant_id = $1 AND playbook_id = $2 ORDER BY edition DESC LIMIT $3",
        id,
        SHOWN
    );
    let told = |(edition, steps, published_at, published_by): Row| PlaybookEdition {
        edition,
        steps: steps.0,
        published_at,
        published_by,
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(told).collect())
}
