//! Tenants in the store: the one table that is looked into before it is known for whom.

use super::model::{Found, settings};
use guanxi_kernel::{Result, TenantId, UserId, ctx::Settings, preferences::Preferences};
use guanxi_storage::{Tx, sql};

#[derive(sqlx::FromRow)]
struct Row {
    id: TenantId,
    created_by: UserId,
    slug: String,
    name: String,
    time_zone: String,
    currency: String,
    country: String,
    fiscal_first_month: i64,
    seal: String,
    preferences: sqlx::types::Json<Preferences>,
}

/// The tenant with the short name.
pub(super) async fn find(tx: &mut Tx, slug: &str) -> Result<Option<TenantId>> {
    let select = sql!("SELECT id FROM tenants WHERE slug = $1", slug);
    Ok(tx.optional_untenanted::<(TenantId,)>(select).await?.map(|row| row.0))
}

/// The tenant in whose name the statements run.
///
/// # Errors
/// Those of the store.
pub async fn load(tx: &mut Tx) -> Result<Option<Found>> {
    let select = sql!(
        "SELECT id, created_by, slug, name, time_zone, currency, country, fiscal_first_month, seal,
             preferences FROM tenants WHERE tenant_id = $1 AND id = $1"
    );
    let Some(row) = tx.optional::<Row>(select).await? else { return Ok(None) };
    let Row { time_zone, currency, country, fiscal_first_month, seal, .. } = &row;
    let settings = settings(time_zone, currency, country, *fiscal_first_month, seal)?;
    let settings = Settings { preferences: row.preferences.0, ..settings };
    Ok(Some(Found {
        id: row.id,
        slug: row.slug,
        name: row.name,
        founder: row.created_by,
        settings: settings.into(),
    }))
}

/// Every tenant, for work that is done for all of them.
///
/// # Errors
/// Those of the store.
pub async fn all_ids(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let rows: Vec<(TenantId,)> =
        tx.all_untenanted(sql!("SELECT id FROM tenants ORDER BY id")).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}
