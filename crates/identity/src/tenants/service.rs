//! The rules of saving a tenant; finding one and making one.

use super::{
    TENANT, Tenant, TenantInput, check_slug,
    model::{Found, new_seal},
    store,
};
use crate::{custom_fields::is_snake, rights::is_resource};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result, TenantId, UserId,
    problem::{DUPLICATE, FieldError, IN_USE, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Db, Kind, Meta, Resource, Tx,
    custom::{self, carriers},
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

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let mut findings = self.input.normalise();
        findings.extend(self.unknown_fields(tx, before).await?);
        Problem::collect(findings)?;
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

impl Tenant {
    fn watched(&self) -> &[Line<60>] {
        &self.input.preferences.watched_fields
    }

    /// The fields that are watched from now on and that no record has. What was watched before stays, also
    /// when it is gone meanwhile. Of resources whose records callers do not make any name is believed.
    async fn unknown_fields(&self, tx: &mut Tx, before: Option<&Self>) -> Result<Vec<FieldError>> {
        let Some(kinds) = carriers() else { return Ok(Vec::new()) };
        let before = before.map(Self::watched).unwrap_or_default();
        let mut findings = Vec::new();
        for (at, path) in self.watched().iter().enumerate() {
            if before.contains(path) {
                continue;
            }
            let (resource, field) = path.split_once('.').unwrap_or((&**path, ""));
            let expected = match kinds.iter().find(|kind| kind.plural == resource) {
                // Callers make none of its records, so it carries no fields of the tenant.
                None if is_resource(resource) && is_snake(field) => continue,
                None => {
                    let plurals: Vec<&str> = kinds.iter().map(|kind| kind.plural).collect();
                    format!("a field such as contacts.phones, of {}", plurals.join(", "))
                }
                Some(kind) => {
                    let own = custom::definitions(tx).await?.of(kind.plural);
                    if kind.field(field).is_some() || own.by_path(field).is_some() {
                        continue;
                    }
                    let fields = kind.shape.fields.iter().filter(|field| !field.hidden);
                    let names = fields.map(|field| field.name.to_owned());
                    let names = names.chain(own.iter().map(|own| own.path()));
                    let paths: Vec<String> =
                        names.map(|name| format!("{resource}.{name}")).collect();
                    format!("one of {}", paths.join(", "))
                }
            };
            let place = format!("/preferences/watched_fields/{at}");
            findings.push(UNKNOWN_VALUE.field(place).with("expected", expected));
        }
        Ok(findings)
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
