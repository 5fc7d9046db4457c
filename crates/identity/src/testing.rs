//! What the tests of this crate share: a store of its own for each, with a tenant in it, and the
//! moves that many of them make.

use crate::{
    bootstrap::{self, NewTenant},
    secrets::{Cost, Passwords, Secret, SigningKeys, TokenSettings},
    sessions::{Auth, Caller, Client, Login, Refresh, Tokens},
    tenants::{self, Found},
    users::{SetPassword, User},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{
    Clock, Ctx, Currency, Language, Problem, Result, UserId,
    ctx::{Seen, Settings},
    input,
    period::Fiscal,
};
use guanxi_storage::{
    Db, Options, Resource, Tx,
    resource::{self, Shown},
};
use serde_json::{Value as Json, json};
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

/// When the tests begin.
pub(crate) const NOW: DateTime<Utc> = match DateTime::from_timestamp(1_800_000_000, 0) {
    Some(now) => now,
    None => unreachable!(),
};

/// The first administrator.
pub(crate) const ADMIN: &str = "admin@example.com";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "vier Hunde im Garten";

/// The context of somebody who is stored nowhere.
pub(crate) fn nobody() -> Ctx {
    let settings = Settings {
        time_zone: chrono_tz::Asia::Shanghai,
        currency: Currency::CNY,
        country: "CN".into(),
        fiscal: Fiscal::default(),
        preferences: guanxi_kernel::preferences::Preferences::default(),
        seal: vec![7; 32],
    };
    let found = Found {
        id: Uuid::from_u128(1).into(),
        slug: "main".into(),
        name: "Main".into(),
        founder: Uuid::from_u128(2).into(),
        settings: Arc::new(settings),
    };
    found.context(found.founder, NOW, "test".into())
}

/// A store with the tenant `main` and its administrator.
pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) auth: Auth,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    pub(crate) tenant: Found,
    folder: PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// Runs a test in a house of its own on SQLite, and on PostgreSQL if the tests are told of one.
pub(crate) async fn on_both(test: impl AsyncFn(&House)) {
    let name = format!("identity_{}", Uuid::new_v4().simple());
    let folder = std::env::temp_dir().join(&name);
    let mut urls = vec![format!("sqlite:{}", folder.join("guanxi.db").display())];
    if let Ok(server) = std::env::var("GUANXI_TEST_POSTGRES") {
        urls.push(schema(&server, &name).await);
    }
    for url in urls {
        test(&House::new(&url, folder.clone()).await).await;
    }
}

/// A schema of its own on the server, as the address of a store.
async fn schema(server: &str, name: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "the name is made of hexadecimal digits")]
    let create = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    connection.execute(create).await.unwrap();
    let joint = if server.contains('?') { '&' } else { '?' };
    format!("{server}{joint}options=-c%20search_path%3D{name}")
}

impl House {
    async fn new(url: &str, folder: PathBuf) -> Self {
        let options = Options { readers: 2, writers: 2, ..Options::new(url) };
        let db = Db::open(&options).await.unwrap();
        db.migrate().await.unwrap();
        let clock = Clock::manual(NOW);
        let passwords = Passwords::new(Cost::WEAK).unwrap();
        let settings = TokenSettings::new("https://crm.example", "guanxi");
        let keys = SigningKeys::open(&folder.join("keys"), settings, NOW).unwrap();
        let auth = Auth::new(db.clone(), passwords.clone(), Arc::new(keys), clock.clone());
        let (email, password) = (Some(ADMIN), Some(PASSWORD.into()));
        let first = bootstrap::first_administrator(&db, &passwords, &clock, email, password);
        assert!(first.await.unwrap().is_some());
        let tenant = tenants::find(&db, "main").await.unwrap().unwrap();
        Self { db, auth, clock, passwords, tenant, folder }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// The context of the program itself, which has all rights.
    pub(crate) fn system(&self) -> Ctx {
        self.tenant.context(self.tenant.founder, self.clock.now(), "test".into())
    }

    /// Another tenant, with an administrator of the same address.
    pub(crate) async fn other_tenant(&self, slug: &str) -> Found {
        let wish = NewTenant {
            slug,
            name: "Other",
            time_zone: "UTC",
            currency: "EUR",
            country: "DE",
            email: ADMIN,
            password: Some("drei Katzen im Keller".into()),
        };
        let made = bootstrap::create_tenant(&self.db, &self.passwords, &self.clock, wish).await;
        assert!(made.unwrap().is_some());
        tenants::find(&self.db, slug).await.unwrap().unwrap()
    }

    /// Makes a record.
    pub(crate) async fn make<R: Resource>(&self, ctx: &Ctx, input: Json) -> Result<Shown<R>> {
        let input: R::Input = input::read(input)?;
        let make = async |tx: &mut Tx| resource::create::<R>(tx, ctx, input.clone()).await;
        self.db.write(ctx.tenant, make).await
    }

    /// Changes a record.
    pub(crate) async fn patch<R: Resource>(
        &self,
        ctx: &Ctx,
        id: Uuid,
        patch: Json,
    ) -> Result<Shown<R>> {
        let change = async |tx: &mut Tx| resource::patch::<R>(tx, ctx, id, &patch).await;
        self.db.write(ctx.tenant, change).await
    }

    /// Deletes a record.
    pub(crate) async fn delete<R: Resource>(&self, ctx: &Ctx, id: Uuid) -> Result<()> {
        self.db.write(ctx.tenant, async |tx| resource::delete::<R>(tx, ctx, id).await).await
    }

    /// Brings a record back.
    pub(crate) async fn restore<R: Resource>(&self, ctx: &Ctx, id: Uuid) -> Result<Shown<R>> {
        self.db.write(ctx.tenant, async |tx| resource::restore::<R>(tx, ctx, id).await).await
    }

    /// The role of that name.
    pub(crate) async fn role(&self, name: &str) -> Uuid {
        let roles = self.db.read(self.tenant.id, async |tx| bootstrap::role_ids(tx).await).await;
        roles.unwrap()[name]
    }

    /// A user with everybody's password, whose record holds what `more` says.
    pub(crate) async fn user(&self, name: &str, more: Json) -> UserId {
        let mut wish = json!({ "name": name, "email": format!("{name}@example.com") });
        input::merge(&mut wish, more);
        let user = self.make::<User>(&self.system(), wish).await.unwrap().record.meta.id;
        self.set_password(&self.system(), user, PASSWORD).await.unwrap();
        user
    }

    /// Sets the password of a user.
    pub(crate) async fn set_password(&self, ctx: &Ctx, user: UserId, password: &str) -> Result<()> {
        let wish = SetPassword { password: password.into() };
        let next = self.auth.next_password(ctx, user, wish).await?;
        self.db.write(ctx.tenant, async |tx| next.set(tx, ctx).await).await
    }

    /// Tries to sign in.
    pub(crate) async fn login(&self, email: &str, password: &str) -> Result<Tokens> {
        self.login_to(None, email, password).await
    }

    /// Tries to sign in to that tenant.
    pub(crate) async fn login_to(
        &self,
        tenant: Option<&str>,
        email: &str,
        password: &str,
    ) -> Result<Tokens> {
        let wish = json!({ "tenant": tenant, "email": email, "password": password });
        let wish: Login = input::read(wish)?;
        let client = Client { request_id: "login".into(), user_agent: Some("test".into()) };
        self.auth.login(wish, client).await
    }

    /// Buys the next tokens.
    pub(crate) async fn refresh(&self, token: &str) -> Result<Tokens> {
        let wish = Refresh { refresh_token: Secret::from(token) };
        self.auth.refresh(wish, Client::default()).await
    }

    /// Who shows the access token, as the context of a request.
    pub(crate) async fn ctx(&self, tokens: &Tokens) -> Result<Ctx> {
        Ok(self.request(self.auth.by_access_token(&tokens.access_token).await?))
    }

    /// The context of a request of somebody.
    pub(crate) fn request(&self, caller: Caller) -> Ctx {
        Ctx {
            tenant: caller.tenant,
            settings: caller.settings,
            actor: caller.actor,
            now: self.clock.now(),
            request_id: "test".into(),
            source: guanxi_kernel::ctx::API,
            language: Language::En,
            seen: Seen::Any,
            accept_duplicates: false,
        }
    }

    /// Signs the user of that name in and begins a request.
    pub(crate) async fn signed_in(&self, name: &str) -> Ctx {
        let tokens = self.login(&format!("{name}@example.com"), PASSWORD).await.unwrap();
        self.ctx(&tokens).await.unwrap()
    }

    /// The kinds of the events of a record, the oldest first.
    pub(crate) async fn events(&self, record: Uuid) -> Vec<String> {
        let select = async |tx: &mut Tx| {
            let sql = guanxi_storage::sql!(
                "SELECT kind FROM events WHERE tenant_id = $1 AND subject_id = $2 ORDER BY seq",
                record
            );
            tx.all::<(String,)>(sql).await
        };
        let found = self.db.read(self.tenant.id, select).await.unwrap();
        found.into_iter().map(|row| row.0).collect()
    }
}

/// The code of the refusal, and the places that it names.
pub(crate) fn refusal<T>(done: Result<T>) -> String {
    use guanxi_kernel::problem::Place;
    let Err(problem) = done else { return "nothing".into() };
    let place = |problem: &Problem| {
        problem.errors().first().map(|error| match &error.place {
            Place::Pointer(place) | Place::Parameter(place) => format!(" {place}"),
        })
    };
    format!("{}{}", problem.code().code, place(&problem).unwrap_or_default())
}
