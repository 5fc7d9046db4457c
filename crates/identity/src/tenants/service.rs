//! The rules of saving a tenant; finding one and making one.

use super::{
    TENANT, Tenant, TenantInput, check_slug,
    model::{Found, new_seal},
    store,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Ctx, Problem, Result, TenantId, UserId,
    problem::{DUPLICATE, IN_USE},
};
use guanxi_storage::{
    Db, Kind, Meta, Resource, Tx,
    kind::Parts as _,
    reindex,
    resource::{self, Verb},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

impl Resource for Tenant {
    fn kind() -> &'static Kind {
        &TENANT
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        Problem::collect(self.input.normalise())?;
        self.settings().map(drop)
    }

    async fn deletable(&self, _: &mut Tx, _: &Ctx) -> Result<()> {
        Err(IN_USE.problem())
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("update", Action::Update)]
    }

    fn example() -> Json {
        json!({
            "name": "关系科技",
            "time_zone": "Asia/Shanghai",
            "currency": "CNY",
            "country": "CN",
            "fiscal_first_month": 1,
        })
    }
}

/// The tenant with the short name.
///
/// # Errors
/// Those of the store.
pub async fn find(db: &Db, slug: &str) -> Result<Option<Found>> {
    let id = named(db, slug).await?;
    db.read(id, async |tx| store::load(tx).await).await
}

/// The id of the tenant with the short name; one that no tenant has if there is none. So who looks
/// for somebody in it does the same work either way.
pub(crate) async fn named(db: &Db, slug: &str) -> Result<TenantId> {
    let nobody = TenantId::from(Uuid::nil());
    let found = db.read(nobody, async |tx| store::find(tx, slug).await).await?;
    Ok(found.unwrap_or(nobody))
}

/// A new tenant, not stored yet, and the context to fill it in, in the name of `user`.
pub(crate) fn draft(
    slug: &str,
    mut input: TenantInput,
    user: UserId,
    now: DateTime<Utc>,
    request_id: Arc<str>,
) -> Result<(Tenant, Ctx)> {
    check_slug(slug)?;
    Problem::collect(input.normalise())?;
    let id = TenantId::new(now);
    let meta = Meta {
        id,
        version: 1,
        created_at: now,
        updated_at: now,
        created_by: user,
        deleted_at: None,
        extra: guanxi_storage::Extra::default(),
    };
    let mut tenant = Tenant::assemble(meta, input);
    tenant.slug = slug.to_owned();
    tenant.seal = new_seal();
    let (slug, name) = (tenant.slug.clone(), tenant.input.name.to_string());
    let found = Found { id, slug, name, founder: user, settings: tenant.settings()?.into() };
    Ok((tenant, found.context(user, now, request_id)))
}

/// Stores a new tenant.
///
/// # Errors
/// `duplicate` at `/slug`.
pub(crate) async fn insert(tx: &mut Tx, ctx: &Ctx, tenant: &Tenant) -> Result<()> {
    if store::find(tx, &tenant.slug).await?.is_some() {
        return Err(DUPLICATE.at("/slug"));
    }
    resource::insert(tx, ctx, tenant.clone(), "created").await?;
    reindex::begin(tx).await
}
