//! What a caller can see, as sets of owners: two views can be compared, and the difference told.

use crate::{
    Kind, Sql, Tx, Visibility, attached, custom,
    events::HeldBy,
    record,
    scope::{self, Held},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Action, Ctx, Reach, Result, canonical};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};
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
    /// What is seen besides of one part of a kind, by kind and part.
    #[serde(rename = "*parts", default, skip_serializing_if = "BTreeMap::is_empty")]
    parts: BTreeMap<String, BTreeMap<String, Owners>>,
    #[serde(flatten)]
    owners: BTreeMap<String, Owners>,
}

impl View {
    /// That of the caller now.
    pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, kinds: &[&'static Kind]) -> Result<Self> {
        let mut found = Found { tx, ctx, known: Vec::new() };
        let (mut view, mut hidden) = (Self::default(), BTreeMap::new());
        let definitions = custom::definitions(found.tx).await?;
        // What has no rights of its own is seen with what it belongs to.
        let parents = kinds.iter().flat_map(|kind| (kind.parents)());
        for kind in kinds.iter().copied().chain(parents).filter(|kind| !kind.with_parent) {
            let reach = ctx.reach(kind.plural, Action::Read);
            if reach.is_nothing() || view.knows(kind) {
                continue;
            }
            let mut parts = BTreeMap::new();
            for (part, reach) in reach.parts.iter().filter(|_| kind.parts.is_some()) {
                parts.insert(part.clone(), found.owners(kind, reach).await?);
            }
            if !parts.is_empty() {
                view.parts.insert(kind.name.to_owned(), parts);
            }
            if !reach.is_in_parts() {
                let owners = found.owners(kind, &reach.of_whole()).await?;
                view.owners.insert(kind.name.to_owned(), owners);
            }
            let unseen = custom::unseen(ctx, kind, &definitions);
            if !unseen.is_empty() {
                hidden.insert(kind.name.to_owned(), unseen);
            }
        }
        Ok(Self { hidden, ..view })
    }

    /// Whether records of the kind are seen, all of them or some.
    fn knows(&self, kind: &Kind) -> bool {
        self.owners.contains_key(kind.name) || self.parts.contains_key(kind.name)
    }

    /// Whether it depends on the part of the kind that a record is of, whether it is seen.
    pub(super) fn tells_apart(&self, kind: &Kind) -> bool {
        self.parts.contains_key(kind.name)
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

    /// Whether records of that kind held by those users are seen, or of that part of it. Of one that
    /// belongs to another the kind of that one counts.
    pub(super) fn shows(&self, kind: &Kind, holders: &HeldBy, part: Option<&str>) -> bool {
        let of_part = part.and_then(|part| self.parts.get(kind.name)?.get(part));
        let Some(holders) = holders else { return false };
        self.owners.get(kind.name).into_iter().chain(of_part).any(|owners| match owners {
            None => true,
            Some(owners) => holders.iter().any(|holder| owners.contains(holder)),
        })
    }

    /// Whether both show the same records of that kind.
    pub(super) fn agrees(&self, other: &Self, kind: &Kind) -> bool {
        let alike = |kind: &Kind| {
            self.owners.get(kind.name) == other.owners.get(kind.name)
                && self.parts.get(kind.name) == other.parts.get(kind.name)
        };
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
            let seen = parents.into_iter().filter(|parent| self.knows(parent));
            attached::belongs(sql, seen, &|sql, parent| self.condition(sql, parent));
            return;
        }
        sql.push("(");
        held(sql, kind, self.owners.get(kind.name));
        if let (Some(column), Some(parts)) = (kind.parts, self.parts.get(kind.name)) {
            for (part, owners) in parts {
                sql.push(" OR (t.").push(column).push(" = ").bind(part.clone()).push(" AND ");
                held(sql, kind, Some(owners));
                sql.push(")");
            }
        }
        sql.push(")");
    }
}

/// Adds the condition that the live record `t` of `kind` is held by one of these owners.
fn held(sql: &mut Sql, kind: &Kind, owners: Option<&Owners>) {
    match owners {
        None => {
            sql.push("FALSE");
        }
        Some(None) => scope::held_by(sql, kind, &Held::by_anybody()),
        Some(Some(owners)) => {
            // There can be thousands, and a statement has room for so many values.
            let bound = RefCell::new(None);
            let one_of = |sql: &mut Sql, holder: &dyn Fn(&mut Sql)| {
                sql.push("COALESCE(");
                holder(sql);
                sql.push(" IN ");
                let known: Option<Range<usize>> = bound.borrow().clone();
                match known {
                    Some(known) => {
                        sql.again(known);
                    }
                    None => {
                        let from = sql.bound();
                        sql.bind_all(owners.iter().copied());
                        bound.replace(Some(from..sql.bound()));
                    }
                }
                sql.push(", FALSE)");
            };
            let user = |sql: &mut Sql, column: &'static str| {
                one_of(sql, &|sql| {
                    sql.push(column);
                });
            };
            scope::held_by(sql, kind, &Held::read_by(&user, &one_of));
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

/// Looks up whose records rights cover, each reach once.
struct Found<'a> {
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    known: Vec<(Reach, BTreeSet<Uuid>)>,
}

impl Found<'_> {
    /// The owners whose records of `kind` are within `reach`, which is of no parts.
    async fn owners(&mut self, kind: &Kind, reach: &Reach) -> Result<Owners> {
        if reach.all || matches!(kind.visibility, Visibility::Tenant) {
            return Ok(None);
        }
        let user = self.ctx.actor.user;
        let known = self.known.iter().find(|(known, _)| known == reach);
        let mut owners = match known {
            Some((_, owners)) => owners.clone(),
            None => {
                let mut sql = Sql::new("SELECT u.id FROM users u WHERE u.tenant_id = $1 AND ");
                scope::owned(&mut sql, "u.id", reach, user);
                let owners: BTreeSet<Uuid> =
                    self.tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect();
                self.known.push((reach.clone(), owners.clone()));
                owners
            }
        };
        // A pool owns what nobody owns: so whoever enters or leaves it has another view, also of what is
        // about that.
        for subject in std::iter::once(kind).chain((kind.about)()) {
            if let Visibility::Pooled { members, .. } = subject.visibility {
                owners.extend(scope::pools(self.tx, members, reach, user).await?);
            }
        }
        Ok(Some(owners))
    }
}
