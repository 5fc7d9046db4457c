//! What every test stands on: a fresh store, a server on a free port, people with rights, and a
//! client that holds every answer against the OpenAPI document.
//!
//! ```text
//! both_stores![k_07_a_party_has_roles];
//!
//! async fn k_07_a_party_has_roles(world: &World) {
//!     let party = world.admin.post("/v1/parties", json!({ … })).await.expect(201);
//! }
//! ```

pub mod client;
pub mod cluster;
pub mod contract;
mod document;
pub mod experiments;
pub mod faults;
pub mod forwarder;
pub mod given;
pub mod installation;
pub mod ledger;
pub mod log;
pub mod mail_server;
pub mod pair;
pub mod patroni;
pub mod receiver;
pub mod rows;
pub mod server;
pub mod store;
pub mod telling;
pub mod way;
pub mod world;

pub use client::{Answer, Client, Request};
pub use serde_json::{Value as Json, json};
pub use store::Engine;
pub use world::World;

/// A rate as reports tell it, of that value: so many of so many, with its interval.
pub fn rate(value: impl Into<Json>, done: i64, could: i64) -> Json {
    let mut rate = json!(guanxi_marketing::rate::Rate::new(done, could));
    rate["value"] = value.into();
    rate
}

/// Runs each of these tests on SQLite and on PostgreSQL, on a fresh store each.
#[macro_export]
macro_rules! both_stores {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[actix_web::test]
            async fn sqlite() {
                $crate::world::on($crate::Engine::Sqlite, async |world| super::$name(world).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                $crate::world::on($crate::Engine::Postgres, async |world| super::$name(world).await).await;
            }
        }
    )*};
}
