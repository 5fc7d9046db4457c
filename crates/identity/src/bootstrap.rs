//! What must be there before anybody can sign in: a tenant, its first administrator, and roles to
//! begin with. Also what the command line makes, which has all rights.
//!
//! There is no account whose password is known beforehand. Where none is given one is made up, printed
//! once, and counts for a short time only: an hour for the first administrator, who reads it from the
//! terminal, a day for others, to whom somebody has to bring it. Who changes it within that time keeps what
//! they have chosen; afterwards nobody who finds the first one in a log or a chat can do anything with it,
//! and the command line makes another. It signs in like any password, so nothing more than the first start
//! is needed to try the program. Price: who comes back later without having changed it needs a command.

use crate::{
    org_units::OrgUnit,
    rights,
    roles::Role,
    secrets::{Passwords, Secret},
    sessions::{self, second_factor},
    tenants::{self, Found, TenantInput},
    users::{self, User},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{
    Actor, Clock, Ctx, Result, RoleId, TenantId, UserId, input,
    problem::{DUPLICATE, NOT_FOUND, UNKNOWN_REFERENCE},
    text::fold,
};
use guanxi_storage::{Db, Meta, Tx, kind::Parts as _, resource, sql};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// The short name of the tenant that is meant when none is named.
pub const MAIN: &str = "main";
/// The address of the first administrator unless another is given.
pub const ADMINISTRATOR_EMAIL: &str = "admin@guanxi.local";
/// The role that may do everything.
pub const ADMINISTRATOR: &str = "administrator";
/// The role for everything that the people below one own.
pub const SALES_MANAGER: &str = "sales_manager";
/// The role for everything that one owns oneself.
pub const SALES_REP: &str = "sales_rep";

/// The roles that a tenant begins with, and how far each reaches.
const ROLES: [(&str, &str); 3] =
    [(ADMINISTRATOR, "all"), (SALES_MANAGER, "subtree"), (SALES_REP, "own")];

/// So long a password counts that was made up for the first administrator.
const FIRST_LASTS: TimeDelta = TimeDelta::hours(1);
/// The same for everybody else.
const MADE_UP_LASTS: TimeDelta = TimeDelta::days(1);

/// The first administrator of a tenant.
#[derive(Debug)]
pub struct FirstAdministrator {
    /// The short name of the tenant.
    pub tenant: String,
    /// The address to sign in with.
    pub email: String,
    /// The password, if it was made up here; it counts for an hour.
    pub password: Option<Secret>,
}

/// A tenant to be made.
#[derive(Debug, Clone)]
pub struct NewTenant<'a> {
    /// Its short name.
    pub slug: &'a str,
    /// The name of the company.
    pub name: &'a str,
    /// The zone of its business days, by its IANA name.
    pub time_zone: &'a str,
    /// The currency that its figures are summed in.
    pub currency: &'a str,
    /// The country that phone numbers without a prefix belong to.
    pub country: &'a str,
    /// The address of its first administrator.
    pub email: &'a str,
    /// The password of its first administrator; made up if absent.
    pub password: Option<Secret>,
}

/// Makes the tenant `main` with an administrator, unless there is a tenant already. Several nodes
/// may do this at once; one of them does it.
///
/// # Errors
/// `weak_password`, `validation_failed` for the address, and those of the store.
pub async fn first_administrator(
    db: &Db,
    passwords: &Passwords,
    clock: &Clock,
    email: Option<&str>,
    password: Option<Secret>,
) -> Result<Option<FirstAdministrator>> {
    let nobodys = Uuid::nil().into();
    if !db.read(nobodys, async |tx| tenants::all_ids(tx).await).await?.is_empty() {
        return Ok(None);
    }
    let email = email.unwrap_or(ADMINISTRATOR_EMAIL);
    let wish = NewTenant {
        slug: MAIN,
        name: "Guanxi",
        time_zone: "Asia/Shanghai",
        currency: "CNY",
        country: "CN",
        email,
        password,
    };
    create_tenant(db, passwords, clock, wish).await
}

/// Makes a tenant with an administrator, roles to begin with and the company as its first org unit.
/// `None` if there is one with that short name.
///
/// # Errors
/// `weak_password`, `validation_failed`, and those of the store.
pub async fn create_tenant(
    db: &Db,
    passwords: &Passwords,
    clock: &Clock,
    wish: NewTenant<'_>,
) -> Result<Option<FirstAdministrator>> {
    let NewTenant { slug, name, time_zone, currency, country, email, password } = wish;
    let settings: TenantInput = input::read(json!({
        "name": name, "time_zone": time_zone, "currency": currency, "country": country,
        "fiscal_first_month": 1,
    }))?;
    let (now, request_id) = (clock.now(), Arc::from("bootstrap"));
    let administrator = UserId::new(now);
    let (tenant, ctx) = tenants::draft(slug, settings, administrator, now, request_id)?;
    let known = [email, name];
    let (hash, made_up) = new_password(passwords, password, &known).await?;
    let until = made_up.as_ref().map(|_| now + FIRST_LASTS);
    let fill = async |tx: &mut Tx| {
        tenants::insert(tx, &ctx, &tenant).await?;
        fill(tx, &ctx, name, email).await?;
        sessions::keep(tx, administrator, &hash, now, until).await
    };
    match db.write(ctx.tenant, fill).await {
        Ok(()) => {}
        // Nothing else in a new tenant can be there twice.
        Err(problem) if problem.is(&DUPLICATE) => return Ok(None),
        Err(problem) => return Err(problem),
    }
    Ok(Some(FirstAdministrator { tenant: slug.into(), email: email.into(), password: made_up }))
}

/// What a new tenant begins with. The acting user becomes its administrator.
async fn fill(tx: &mut Tx, ctx: &Ctx, company: &str, email: &str) -> Result<()> {
    for (name, scope) in ROLES {
        let grants = json!([{ "resource": "any", "action": "any", "scope": scope }]);
        let role = input::read(json!({ "name": name, "grants": grants }))?;
        resource::create::<Role>(tx, ctx, role).await?;
    }
    let unit = input::read(json!({ "name": company, "kind": "company" }))?;
    let unit = resource::create::<OrgUnit>(tx, ctx, unit).await?.record.meta.id;
    let roles = role_ids(tx).await?;
    let user = input::read(json!({
        "email": email, "name": "Administrator", "org_unit_id": unit,
        "role_ids": [roles.get(ADMINISTRATOR)],
    }))?;
    let meta = Meta { id: ctx.actor.user, ..Meta::new(ctx) };
    resource::insert(tx, ctx, User::assemble(meta, user), "created").await.map(drop)
}

/// The roles of the tenant by their names.
///
/// # Errors
/// Those of the store.
pub async fn role_ids(tx: &mut Tx) -> Result<BTreeMap<String, Uuid>> {
    let select = sql!("SELECT name, id FROM roles WHERE tenant_id = $1 AND deleted_at IS NULL");
    Ok(tx.all::<(String, Uuid)>(select).await?.into_iter().collect())
}

/// Makes a user with the roles of these names. The password, if it was made up here; it counts for a day.
///
/// # Errors
/// `not_found` for the tenant, `unknown_reference` for a role, `duplicate`, `validation_failed`,
/// `weak_password`.
#[expect(clippy::too_many_arguments, reason = "what a command line gives, one by one")]
pub async fn create_user(
    db: &Db,
    passwords: &Passwords,
    clock: &Clock,
    tenant: &str,
    email: &str,
    name: &str,
    roles: &[String],
    password: Option<Secret>,
) -> Result<Option<Secret>> {
    let tenant = tenant_named(db, tenant).await?;
    let ctx = tenant.context(tenant.founder, clock.now(), "command-line".into());
    let known = [email, name, &tenant.name];
    let (hash, made_up) = new_password(passwords, password, &known).await?;
    let until = made_up.as_ref().map(|_| ctx.now + MADE_UP_LASTS);
    let make = async |tx: &mut Tx| {
        let role_ids = named(&role_ids(tx).await?, roles)?;
        let user = json!({ "email": email, "name": name, "role_ids": role_ids });
        let user = resource::create::<User>(tx, &ctx, input::read(user)?).await?;
        sessions::keep(tx, user.record.meta.id, &hash, ctx.now, until).await
    };
    db.write(ctx.tenant, make).await.map(|()| made_up)
}

fn named(known: &BTreeMap<String, Uuid>, names: &[String]) -> Result<Vec<RoleId>> {
    let find = |(at, name): (usize, &String)| {
        let id = known.get(name).ok_or_else(|| UNKNOWN_REFERENCE.at(format!("/role_ids/{at}")));
        id.map(|id| RoleId::from(*id))
    };
    names.iter().enumerate().map(find).collect()
}

/// The context of the program's own work in the name of a user, with all rights.
///
/// # Errors
/// `not_found` if there is no such tenant or user.
pub async fn acting_as(db: &Db, clock: &Clock, tenant: &str, email: &str) -> Result<Ctx> {
    let tenant = tenant_named(db, tenant).await?;
    let email = fold(email);
    let user = db.read(tenant.id, async |tx| users::find_by_email(tx, &email).await).await?;
    let user = user.ok_or_else(|| NOT_FOUND.problem())?;
    Ok(tenant.context(user, clock.now(), "command-line".into()))
}

/// The address of the first administrator of the tenant `main`, if their password was made up and has had
/// its time without being changed.
///
/// # Errors
/// Those of the store.
pub async fn with_outdated_password(db: &Db, clock: &Clock) -> Result<Option<String>> {
    let Some(tenant) = tenants::find(db, MAIN).await? else { return Ok(None) };
    let now = clock.now();
    db.read(tenant.id, async |tx| sessions::outdated(tx, tenant.founder, now).await).await
}

/// Gives a user another password, ends their sessions and tells them. The password, if it was made up
/// here; it counts for a day.
///
/// # Errors
/// `not_found` if there is no such tenant or user, `weak_password`.
pub async fn reset_password(
    db: &Db,
    passwords: &Passwords,
    clock: &Clock,
    tenant: &str,
    email: &str,
    password: Option<Secret>,
) -> Result<Option<Secret>> {
    let company = tenant_named(db, tenant).await?.name;
    let ctx = acting_as(db, clock, tenant, email).await?;
    let user = ctx.actor.user;
    let name = async |tx: &mut Tx| {
        resource::load::<User>(tx, &ctx, user.uuid()).await.map(|user| user.input.name)
    };
    let name = db.read(ctx.tenant, name).await?;
    let (hash, made_up) = new_password(passwords, password, &[email, &name, &company]).await?;
    let until = made_up.as_ref().map(|_| ctx.now + MADE_UP_LASTS);
    let reset = async |tx: &mut Tx| sessions::replace(tx, &ctx, user, &hash, until).await;
    db.write(ctx.tenant, reset).await.map(|()| made_up)
}

/// Takes the second factor of a user away who has lost it and whom no administrator can help; whether
/// there was one.
///
/// # Errors
/// `not_found` if there is no such tenant or user.
pub async fn reset_second_factor(
    db: &Db,
    clock: &Clock,
    tenant: &str,
    email: &str,
) -> Result<bool> {
    let ctx = acting_as(db, clock, tenant, email).await?;
    let reset = async |tx: &mut Tx| second_factor::take_away(tx, &ctx, ctx.actor.user).await;
    db.write(ctx.tenant, reset).await
}

/// The context of work that goes on by itself in the name of a user, with the rights that the user
/// has now.
///
/// # Errors
/// `not_found` if the user or the tenant is gone.
pub async fn in_name_of(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    now: DateTime<Utc>,
    request_id: Arc<str>,
) -> Result<Ctx> {
    let (found, grants) = db
        .read(tenant, async |tx| {
            let found = tenants::load(tx).await?.ok_or_else(|| NOT_FOUND.problem())?;
            if !users::is_active(tx, user).await? {
                return Err(NOT_FOUND.problem());
            }
            Ok((found, rights::of_user(tx, user).await?))
        })
        .await?;
    let mut ctx = found.context(user, now, request_id);
    let actor = Actor { grants, ..Actor::clone(&ctx.actor) };
    ctx.actor = actor.into();
    Ok(ctx)
}

/// The context of the program's own work in a tenant, in the name of a user who may be gone.
///
/// # Errors
/// `not_found` if the tenant is gone.
pub async fn as_program(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    now: DateTime<Utc>,
    request_id: Arc<str>,
) -> Result<Ctx> {
    let found = db.read(tenant, async |tx| tenants::load(tx).await).await?;
    let found = found.ok_or_else(|| NOT_FOUND.problem())?;
    Ok(found.context(user, now, request_id))
}

/// The id of the tenant with the short name.
///
/// # Errors
/// `not_found`.
pub async fn tenant(db: &Db, slug: &str) -> Result<TenantId> {
    tenant_named(db, slug).await.map(|found| found.id)
}

async fn tenant_named(db: &Db, slug: &str) -> Result<Found> {
    tenants::find(db, slug).await?.ok_or_else(|| NOT_FOUND.problem())
}

/// The hash of the password that is given, or of one that is made up.
async fn new_password(
    passwords: &Passwords,
    given: Option<Secret>,
    known: &[&str],
) -> Result<(String, Option<Secret>)> {
    let made_up = given.is_none();
    let password = given.unwrap_or_else(|| sessions::make_up(known));
    sessions::accept(&password, known, "/password")?;
    let hash = sessions::hashed(passwords, &password).await?;
    Ok((hash, made_up.then_some(password)))
}
