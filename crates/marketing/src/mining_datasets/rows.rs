//! The features of many parties, some at a time.

use super::features::{COLUMNS, Feature, PartyRow};
use crate::{
    measures::{Found, Span},
    mining_datasets::content::kept,
    population::Population,
    segments::Members,
};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_mining::Cell;
use guanxi_storage::{Sql, Tx, scope};
use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
};
use uuid::Uuid;

/// Parties that are read at once.
pub(crate) const AT_ONCE: usize = 2_000;

/// Whom something is asked of: the parties that the caller may see.
pub(crate) struct Parties<'a> {
    pub(crate) population: Population,
    pub(crate) members: &'a Members,
}

impl Parties<'_> {
    /// Adds all of them as a statement of their ids, in order.
    fn write(&self, sql: &mut Sql, ctx: &Ctx) -> Result<()> {
        let reach = ctx.require(PARTY.plural, Action::Read)?;
        sql.push("SELECT t.id FROM ");
        self.members.write(sql);
        sql.push(" AND ");
        self.population.write(sql);
        sql.push(" AND ");
        scope::within(sql, &PARTY, &reach, ctx.actor.user);
        Ok(())
    }

    /// The ids of all of them, in order.
    ///
    /// # Errors
    /// `forbidden`, and those of the store.
    pub(crate) async fn ids(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Uuid>> {
        let mut sql = Sql::new("");
        self.write(&mut sql, ctx)?;
        sql.push(" ORDER BY t.id");
        Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
    }
}

/// Parties with their features, in the order of their ids.
pub(crate) struct Rows {
    pub(crate) rows: Vec<PartyRow>,
    found: Vec<BTreeMap<Uuid, Found>>,
}

/// Reads features of these parties, whose ids are in order: their fields as they are, and what they did
/// within the span.
///
/// # Errors
/// Those of the store.
pub(crate) async fn read(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
    features: &[impl Borrow<Feature>],
    span: Span,
) -> Result<Rows> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(Rows { rows: Vec::new(), found: Vec::new() });
    };
    let among = (*first, *last);
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM parties t WHERE t.tenant_id = $1 AND t.id >= ").bind(among.0);
    sql.push(" AND t.id <= ").bind(among.1).push(" ORDER BY t.id");
    let wanted: BTreeSet<Uuid> = ids.iter().copied().collect();
    let mut rows: Vec<PartyRow> = tx.all(sql).await?;
    rows.retain(|row| wanted.contains(&row.id));
    let mut found = Vec::with_capacity(features.len());
    for feature in features {
        found.push(match feature.borrow() {
            Feature::Measure(named) => named.of(tx, ctx, span, among).await?,
            _ => BTreeMap::new(),
        });
    }
    Ok(Rows { rows, found })
}

impl Rows {
    /// The value of a row in the feature at a place.
    pub(crate) fn cell(
        &self,
        row: &PartyRow,
        at: usize,
        feature: &Feature,
        ctx: &Ctx,
        then: DateTime<Utc>,
    ) -> Cell {
        let found = self.found.get(at).and_then(|found| found.get(&row.id)).copied();
        feature.cell(row, found, ctx, then)
    }

    /// The values of a row, as they are kept.
    pub(super) fn kept(
        &self,
        row: &PartyRow,
        features: &[Feature],
        ctx: &Ctx,
        then: DateTime<Utc>,
    ) -> Vec<Option<String>> {
        let cells = features.iter().enumerate();
        cells.map(|(at, feature)| kept(self.cell(row, at, feature, ctx, then))).collect()
    }
}
