//! Schemes in the store. Nothing is decided here.

use super::{
    SourceCodeScheme, SourceCodeSchemeId,
    scheme::{STANDARD, SchemePart},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, sql};
use serde::Serialize;
use sqlx::types::Json;
use utoipa::ToSchema;

/// Schemes that are looked at when a code is read, and editions that are shown of one.
const MOST: i64 = 200;

/// What a scheme said from one change of its parts to the next.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SchemeEdition {
    /// Its number, from 1.
    pub edition: i64,
    /// Since when.
    pub made_at: DateTime<Utc>,
    /// What codes were made of.
    #[schema(max_items = 5)]
    pub parts: Vec<SchemePart>,
}

/// A scheme by which codes are written and read.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    /// Which; none for the one that comes with the program.
    pub(crate) id: Option<SourceCodeSchemeId>,
    /// Its edition; 0 of that one.
    pub(crate) edition: i64,
    /// What its codes are made of.
    pub(crate) parts: Vec<SchemePart>,
}

type Row = (SourceCodeSchemeId, i64, Json<Vec<SchemePart>>);

impl From<Row> for InForce {
    fn from((id, edition, parts): Row) -> Self {
        Self { id: Some(id), edition, parts: parts.0 }
    }
}

impl Default for InForce {
    fn default() -> Self {
        Self { id: None, edition: 0, parts: STANDARD.to_vec() }
    }
}

/// The scheme by which codes are written where none is named.
pub(crate) async fn in_force(tx: &mut Tx) -> Result<InForce> {
    let sql = sql!(
        "SELECT id, edition, parts FROM source_code_schemes
         WHERE tenant_id = $1 AND active AND deleted_at IS NULL ORDER BY created_at, id LIMIT 1"
    );
    Ok(tx.optional::<Row>(sql).await?.map(InForce::from).unwrap_or_default())
}

/// A live scheme, if new codes are written by it.
pub(crate) async fn named(tx: &mut Tx, id: SourceCodeSchemeId) -> Result<Option<InForce>> {
    let sql = sql!(
        "SELECT id, edition, parts FROM source_code_schemes
         WHERE tenant_id = $1 AND id = $2 AND active AND deleted_at IS NULL",
        id
    );
    Ok(tx.optional::<Row>(sql).await?.map(InForce::from))
}

/// Every scheme by which a code may have been written: those in use first, then the others with all
/// their editions, then the one that comes with the program.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<InForce>> {
    let sql = sql!(
        "SELECT e.scheme_id, e.edition, e.parts FROM source_code_scheme_editions e
         JOIN source_code_schemes s ON s.tenant_id = e.tenant_id AND s.id = e.scheme_id
         WHERE e.tenant_id = $1 AND s.deleted_at IS NULL
         ORDER BY s.active DESC, s.created_at, s.id, e.edition DESC LIMIT $2",
        MOST
    );
    let mut all: Vec<InForce> = tx.all::<Row>(sql).await?.into_iter().map(InForce::from).collect();
    all.push(InForce::default());
    Ok(all)
}

/// Keeps what a scheme says from now on.
pub(super) async fn add_edition(tx: &mut Tx, ctx: &Ctx, of: &SourceCodeScheme) -> Result<()> {
    let parts = serde_json::to_value(&of.input.parts).unwrap_or_default();
    let sql = sql!(
        "INSERT INTO source_code_scheme_editions (tenant_id, scheme_id, edition, made_at, parts)
         VALUES ($1, $2, $3, $4, $5)",
        of.meta.id,
        of.edition,
        ctx.now,
        parts
    );
    tx.execute(sql).await.map(drop)
}

/// What a scheme ever said, the first edition first.
pub(super) async fn editions(tx: &mut Tx, id: SourceCodeSchemeId) -> Result<Vec<SchemeEdition>> {
    let sql = sql!(
        "SELECT edition, made_at, parts FROM source_code_scheme_editions
         WHERE tenant_id = $1 AND scheme_id = $2 ORDER BY edition LIMIT $3",
        id,
        MOST
    );
    let rows = tx.all::<(i64, DateTime<Utc>, Json<Vec<SchemePart>>)>(sql).await?;
    let edition = |(edition, made_at, parts): (i64, DateTime<Utc>, Json<Vec<SchemePart>>)| {
        SchemeEdition { edition, made_at, parts: parts.0 }
    };
    Ok(rows.into_iter().map(edition).collect())
}

/// Whether a code was made by the scheme.
pub(super) async fn is_used(tx: &mut Tx, id: SourceCodeSchemeId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM source_codes
         WHERE tenant_id = $1 AND scheme_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}
