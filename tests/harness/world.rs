//! A world for one test: store, server, clock, and people with rights.

use crate::{Client, Engine, Json, contract, faults::Breaker, json, store, store::Store};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_bulk::Files;
use guanxi_http::{App, Options};
use guanxi_identity::{
    Auth, bootstrap,
    secrets::{Cost, Passwords, SealingKeys, Secret, SigningKeys, TokenSettings},
};
use guanxi_kernel::{Clock, Ctx};
use guanxi_storage::{Db, Tx, events::chain, sql};
use guanxi_webhooks::Settings;
use std::{
    net::TcpListener,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;

/// The password of everybody in a test.
pub const PASSWORD: &str = "a long walk to Suzhou";

/// The administrator's address.
pub const ADMINISTRATOR: &str = "admin@example.com";

/// Everything that a test needs.
pub struct World {
    /// Which store it runs on.
    pub engine: Engine,
    /// Where the store is.
    pub url: String,
    /// The store.
    pub db: Db,
    /// The time of the server, which stands still until the test moves it.
    pub clock: Clock,
    /// Where the server is.
    pub base: String,
    /// The administrator of tenant `main`.
    pub admin: Client,
    /// The program.
    pub app: App,
    /// Who lets people in, and forgets what is old.
    pub auth: Auth,
    /// Password hashing, cheap.
    pub passwords: Passwords,
    /// The keys under which secrets lie in the store.
    pub sealing: Arc<SealingKeys>,
    counter: AtomicU64,
    folder: TempDir,
}

/// Runs a test in a fresh world and takes the world away again.
pub async fn on(engine: Engine, test: impl AsyncFnOnce(&World)) {
    on_with(engine, usual(), test).await;
}

/// The same with other options of the HTTP side.
pub async fn on_with(engine: Engine, options: Options, test: impl AsyncFnOnce(&World)) {
    let Some(store) = store::fresh(engine).await else { return };
    let way = store.url.clone();
    over(engine, store, &way, options, test).await;
}

/// The same over a store that the test can break at any step of an operation.
pub async fn on_breakable(engine: Engine, test: impl AsyncFnOnce(&World, &Breaker)) {
    let Some(store) = store::fresh(engine).await else { return };
    let breaker = Breaker::of(engine, &store.url).await;
    let broken = async |world: &World| test(world, &breaker).await;
    over(engine, store, breaker.url(), usual(), broken).await;
}

fn usual() -> Options {
    let webhooks = Settings { allow_private: true, seconds: 1 };
    Options { webhooks, ..Options::default() }
}

/// Runs a test in a world over this store, to which `way` leads.
async fn over(
    engine: Engine,
    store: Store,
    way: &str,
    options: Options,
    test: impl AsyncFnOnce(&World),
) {
    let (world, server) = World::new(engine, &store.url, way, options).await;
    let whole = async {
        test(&world).await;
        contract::announced(&world.db).await;
    };
    let tested = futures_util::FutureExt::catch_unwind(AssertUnwindSafe(whole)).await;
    server.stop(false).await;
    world.db.close().await;
    store.remove().await;
    if let Err(panic) = tested {
        std::panic::resume_unwind(panic);
    }
}

impl World {
    async fn new(
        engine: Engine,
        url: &str,
        way: &str,
        options: Options,
    ) -> (Self, actix_web::dev::ServerHandle) {
        let mut store = guanxi_storage::Options::new(way);
        (store.readers, store.writers) = (4, 8);
        let clock =
            Clock::manual(DateTime::<Utc>::from_timestamp(1_767_225_600, 0).expect("an instant"));
        let folder = TempDir::new().expect("a folder");
        let sealing = Arc::new(SealingKeys::open(folder.path(), clock.now()).expect("keys"));
        let db = Db::open(&store).await.expect("the store").with_vault(sealing.clone());
        let keys =
            SigningKeys::open(folder.path(), TokenSettings::new("guanxi", "guanxi"), clock.now())
                .expect("keys");
        let files = Files::in_folder(&folder.path().join("files")).expect("a folder");
        let passwords = Passwords::new(Cost::WEAK).expect("a cost");
        let password = Some(Secret::from(PASSWORD));
        bootstrap::first_administrator(&db, &passwords, &clock, Some(ADMINISTRATOR), password)
            .await
            .expect("an administrator");
        let auth = Auth::new(db.clone(), passwords.clone(), Arc::new(keys), clock.clone());
        let app = App::new(db.clone(), auth.clone(), clock.clone(), options, None, files);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let server = guanxi_http::serve(&app, listener, 2).expect("a server");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let anonymous = Client::anonymous(&base);
        let admin = sign_in(&anonymous, "main", ADMINISTRATOR).await;
        let world = Self {
            engine,
            url: url.to_owned(),
            db,
            clock,
            base,
            admin,
            app,
            auth,
            passwords,
            sealing,
            counter: AtomicU64::new(0),
            folder,
        };
        (world, handle)
    }

    /// Where files of callers lie, in a folder for each tenant.
    pub fn files(&self) -> std::path::PathBuf {
        self.folder.path().join("files")
    }

    /// Nobody.
    pub fn anonymous(&self) -> Client {
        Client::anonymous(&self.base)
    }

    /// Signs in with the password of everybody.
    pub async fn sign_in(&self, email: &str) -> Client {
        sign_in(&self.anonymous(), "main", email).await
    }

    /// Lets time pass; the administrator signs in again, since a token lives ten minutes.
    pub async fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
        self.admin.renew(&self.sign_in(ADMINISTRATOR).await);
    }

    /// A new role of tenant `main`, e.g. `&[("parties", "read", "all")]`; its id.
    pub async fn role(&self, grants: &[(&str, &str, &str)]) -> String {
        let grants: Vec<Json> = grants
            .iter()
            .map(|(resource, action, scope)| json!({ "resource": resource, "action": action, "scope": scope }))
            .collect();
        let name = format!("role {}", self.next());
        self.admin
            .post("/v1/roles", json!({ "name": name, "grants": grants }))
            .await
            .expect(201)
            .id()
    }

    /// A new user of tenant `main` with these grants, in this org unit; signed in, with their id.
    pub async fn person(
        &self,
        grants: &[(&str, &str, &str)],
        org_unit: Option<&str>,
    ) -> (Client, String) {
        let roles = if grants.is_empty() { vec![] } else { vec![self.role(grants).await] };
        let email = format!("person{}@example.com", self.next());
        let user =
            json!({ "email": email, "name": "Person", "role_ids": roles, "org_unit_id": org_unit });
        let id = self.admin.post("/v1/users", user).await.expect(201).id();
        let path = format!("/v1/users/{id}/password");
        self.admin.request("PUT", &path).json(&json!({ "password": PASSWORD })).await.expect(204);
        (self.sign_in(&email).await, id)
    }

    /// The administrator of another tenant.
    pub async fn stranger(&self) -> Client {
        let slug = format!("other-{}", self.next());
        let tenant = bootstrap::NewTenant {
            slug: &slug,
            name: "Other",
            time_zone: "Asia/Shanghai",
            currency: "CNY",
            country: "CN",
            email: ADMINISTRATOR,
            password: Some(Secret::from(PASSWORD)),
        };
        bootstrap::create_tenant(&self.db, &self.passwords, &self.clock, tenant)
            .await
            .expect("another tenant");
        sign_in(&self.anonymous(), &slug, ADMINISTRATOR).await
    }

    /// A context in the name of the administrator, for use cases that are called directly.
    pub async fn ctx(&self) -> Ctx {
        bootstrap::acting_as(&self.db, &self.clock, "main", ADMINISTRATOR)
            .await
            .expect("the administrator")
    }

    /// Waits until the feed can show everything that was written. On PostgreSQL it lags behind the
    /// oldest running transaction of the whole server, and other tests write there too.
    ///
    /// # Panics
    /// When that takes a minute.
    pub async fn caught_up(&self) {
        let ctx = self.ctx().await;
        for _ in 0..1_200 {
            let head = chain::seal(&self.db, ctx.tenant).await.expect("the chain");
            let count = async |tx: &mut Tx| {
                tx.optional::<(i64,)>(sql!("SELECT COUNT(*) FROM events WHERE tenant_id = $1"))
                    .await
            };
            let written = self.db.read(ctx.tenant, count).await.expect("a count");
            if written == Some((head.position,)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("events are not sealed");
    }

    /// Does all jobs that wait; how many.
    ///
    /// # Panics
    /// When one cannot be taken.
    pub async fn work(&self) -> usize {
        let (worker, mut jobs) = (self.app.worker(), 0);
        while worker.work().await.expect("a worker") {
            jobs += 1;
        }
        jobs
    }

    /// Makes webhooks of all events and sends those that are due now; how many attempts that took.
    ///
    /// # Panics
    /// When the store cannot.
    pub async fn send_webhooks(&self) -> usize {
        self.caught_up().await;
        self.app.webhooks().dispatch().await.expect("deliveries");
        self.app.webhooks().send_due().await.expect("attempts")
    }

    /// A number that no other call of this world gets.
    pub fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::SeqCst)
    }
}

async fn sign_in(anonymous: &Client, tenant: &str, email: &str) -> Client {
    let wish = json!({ "tenant": tenant, "email": email, "password": PASSWORD });
    let tokens = anonymous.post("/v1/auth/login", wish).await.expect(200);
    anonymous.with_token(tokens.json["access_token"].as_str().expect("a token"))
}
