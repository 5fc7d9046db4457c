//! The ground itself: what `guanxi-storage` promises on both stores.
#![cfg(test)]

mod concurrency;
mod counter;
mod events;
mod idempotency;
mod limits;
mod loss;
mod rates;
mod schema;
mod transfer;

use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Actor, Ctx, Language, TenantId,
    ctx::{Seen, Settings},
    period::Fiscal,
};
use guanxi_storage::{Db, Options};
use guanxi_tests::{Engine, store};
use std::{panic::AssertUnwindSafe, sync::Arc};
use uuid::Uuid;

/// A store and one tenant in it.
struct Ground {
    engine: Engine,
    url: String,
    db: Db,
    ctx: Ctx,
}

/// Runs each of these tests on both stores, on a fresh store each.
macro_rules! both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use guanxi_tests::Engine;

            #[tokio::test]
            async fn sqlite() {
                crate::storage::on(Engine::Sqlite, async |ground| super::$name(ground).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                crate::storage::on(Engine::Postgres, async |ground| super::$name(ground).await).await;
            }
        }
    )*};
}
use both;

/// Runs a test on a fresh store and takes the store away again.
async fn on(engine: Engine, test: impl AsyncFnOnce(&Ground)) {
    let Some(store) = store::fresh(engine).await else { return };
    let db = Db::open(&Options::new(store.url.clone())).await.expect("the store");
    let ground = Ground { engine, url: store.url.clone(), db, ctx: context() };
    let tested = futures_util::FutureExt::catch_unwind(AssertUnwindSafe(test(&ground))).await;
    ground.db.close().await;
    store.remove().await;
    if let Err(panic) = tested {
        std::panic::resume_unwind(panic);
    }
}

impl Ground {
    /// A second handle on the store, with other options.
    async fn handle(&self, change: impl FnOnce(&mut Options)) -> Db {
        let mut options = Options::new(self.url.clone());
        change(&mut options);
        Db::open(&options).await.expect("the store")
    }
}

/// The program's own work in a tenant of its own.
fn context() -> Ctx {
    let tenant = TenantId::from(Uuid::from_u128(1));
    let settings = Settings {
        time_zone: "Asia/Shanghai".parse().expect("a zone"),
        currency: "CNY".parse().expect("a currency"),
        country: "CN".to_owned(),
        fiscal: Fiscal::default(),
        preferences: guanxi_kernel::preferences::Preferences::default(),
        seal: vec![7; 32],
    };
    Ctx {
        tenant,
        settings: Arc::new(settings),
        actor: Arc::new(Actor::system(Uuid::from_u128(2).into())),
        now: instant(0),
        request_id: "test".into(),
        source: guanxi_kernel::ctx::API,
        language: Language::En,
        seen: Seen::Any,
        accept_duplicates: false,
    }
}

/// So many seconds after the beginning of 2026.
fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + seconds, 0).expect("an instant")
}
