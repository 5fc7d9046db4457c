//! What a caller can see, as sets of owners: two views can be compared, and the difference told.

use crate::{Kind, Sql, Tx, Visibility, attached, custom, events::HeldBy, record, scope};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Action, Ctx, Reach, Result, canonical};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A view that was used within this time is not marked as used again.
const FRESH: TimeDelta = TimeDelta::days(1);
/// Bytes of a digest.
const DIGEST: usize = 16;

/// Whose records of one kind somebody can see; everybody's, and those that nobody owns, if `None`.
pub(super) type Owners = Option<BTreeSet<Uuid>>;

/// Whose records of which kinds somebody can see, and what of them not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct View {
    /// The members that are not shown, by kind; of a kind with none there is nothing.
    #[serde(rename = "*hidden", default, skip_serializing_if = "BTreeMap::is_empty")]
    hidden: BTreeMap<String, BTreeSet<String>>,
    #[serde(flatten)]
    owners: BTreeMap<String, Owners>,
}

impl View {
    /// That of the caller now.
    pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, kinds: &[&'static Kind]) -> Result<Self> {
        let mut reaches: Vec<(Reach, BTreeSet<Uuid>)> = Vec::new();
        let (mut view, mut hidden) = (BTreeMap::new(), BTreeMap::new());
        let definitions = custom::definitions(tx).await?;
        // What has no rights of its own is seen with what it belongs to.
        let parents = kinds.iter().flat_map(|kind| (kind.parents)());
        for kind in kinds.iter().copied().chain(parents).filter(|kind| !kind.with_parent) {
            let reach = ctx.reach(kind.plural, Action::Read);
            if reach.is_nothing() || view.contains_key(kind.name) {
                continue;
            }
            let directory = matches!(kind.visibility, Visibility::Tenant);
            let mut owners = match reaches.iter().find(|(known, _)| *known == reach) {
                _ if directory || reach.all => None,
                Some((_, owners)) => Some(owners.clone()),
                None => {
                    let owners = owners(tx, ctx, &reach).await?;
                    reaches.push((reach.clone(), owners.clone()));
                    Some(owners)
                }
            };
            // A pool owns what nobody owns: so whoever enters or leaves it has another view.
            if let (Visibility::Pooled { members, .. }, Some(owners)) =
                (kind.visibility, &mut owners)
            {
                owners.extend(scope::pools(tx, members, &reach, ctx.actor.user).await?);
            }
            view.insert(kind.name.to_owned(), owners);
            let unseen = custom::unseen(ctx, kind, &definitions);
            if !unseen.is_empty() {
                hidden.insert(kind.name.to_owned(), unseen);
            }
        }
        Ok(Self { hidden, owners: view })
    }

    /// The view that was kept under that digest.
    pub(super) async fn kept(tx: &mut Tx, digest: &str) -> Result<Option<Self>> {
        let sql = crate::sql!(
            "SELECT kinds FROM feed_views WHERE tenant_id = $1 AND digest = $2",
            digest
        );
        let found: Option<(sqlx::types::Json<Self>,)> = tx.optional(sql).await?;
        Ok(found.map(|(view,)| view.0))
    }

    /// Keeps it, so that later cursors can name it.
    pub(super) async fn keep(&self, tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
        let sql = crate::sql!(
            "INSERT INTO feed_views (tenant_id, digest, kinds, used_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, digest) DO UPDATE SET used_at = $4",
            self.digest(),
            record::json(self),
            now
        );
        tx.execute(sql).await.map(drop)
    }

    /// Names the view by what it holds.
    pub(super) fn digest(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        let digest = Sha256::digest(canonical(&json));
        digest.iter().take(DIGEST).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether records of that kind held by those users are seen. Of one that belongs to another the
    /// kind of that one counts.
    pub(super) fn shows(&self, kind: &Kind, holders: &HeldBy) -> bool {
        match (self.owners.get(kind.name), holders) {
            (None, _) | (_, None) => false,
            (Some(None), Some(_)) => true,
            (Some(Some(owners)), Some(holders)) => {
                holders.iter().any(|holder| owners.contains(holder))
            }
        }
    }

    /// Whether both show the same records of that kind.
    pub(super) fn agrees(&self, other: &Self, kind: &Kind) -> bool {
        let alike = |kind: &Kind| self.owners.get(kind.name) == other.owners.get(kind.name);
        let alike = match kind.with_parent {
            true => (kind.parents)().into_iter().all(alike),
            false => alike(kind),
        };
        alike && self.shows_alike(other, kind)
    }

    /// Whether both show the same of each record of that kind.
    pub(super) fn shows_alike(&self, other: &Self, kind: &Kind) -> bool {
        self.hidden.get(kind.name) == other.hidden.get(kind.name)
    }

    /// Adds the condition that the live record `t` of `kind` is seen.
    pub(super) fn condition(&self, sql: &mut Sql, kind: &Kind) {
        if kind.with_parent {
            let parents = (kind.parents)();
            let seen = parents.into_iter().filter(|parent| self.owners.contains_key(parent.name));
            attached::belongs(sql, seen, &|sql, parent| self.condition(sql, parent));
            return;
        }
        match self.owners.get(kind.name) {
            None => {
                sql.push("FALSE");
            }
            Some(None) => scope::held_by(sql, kind, &|sql, _| {
                sql.push("TRUE");
            }),
            Some(Some(owners)) => {
                let one_of = |sql: &mut Sql, owner: &'static str| {
                    sql.push("COALESCE(").push(owner).push(" IN ");
                    sql.bind_all(owners.iter().copied()).push(", FALSE)");
                };
                match kind.visibility {
                    Visibility::Pooled { column, .. } => {
                        sql.push("(");
                        one_of(sql, "t.owner_id");
                        sql.push(" OR (t.owner_id IS NULL AND t.").push(column).push(" IN ");
                        sql.bind_all(owners.iter().copied()).push("))");
                    }
                    _ => scope::held_by(sql, kind, &one_of),
                }
            }
        }
    }
}

/// Whether the view is kept, and was marked as used not long ago.
pub(super) async fn is_kept(tx: &mut Tx, digest: &str, now: DateTime<Utc>) -> Result<bool> {
    let sql = crate::sql!(
        "SELECT CAST(1 AS BIGINT) FROM feed_views
         WHERE tenant_id = $1 AND digest = $2 AND used_at > $3",
        digest,
        now - FRESH
    );
    tx.exists(sql).await
}

/// The users whose records `reach` covers.
async fn owners(tx: &mut Tx, ctx: &Ctx, reach: &Reach) -> Result<BTreeSet<Uuid>> {
    let mut sql = Sql::new("SELECT u.id FROM users u WHERE u.tenant_id = $1 AND ");
    scope::owned(&mut sql, "u.id", reach, ctx.actor.user);
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}
