//! What of a tenant is moved: everything; and events that came with PostgreSQL's own dump.

use crate::storage::both;
use guanxi_kernel::TenantId;
use guanxi_storage::{
    texts,
    transfer::catalogue::{self, Table},
};
use guanxi_tests::{Engine, World, given, store};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::collections::BTreeSet;
use uuid::Uuid;

both![every_table_of_the_store_is_moved];

/// Tables that belong to nobody's data, or whose rows are made anew from the records.
const NOT_MOVED: &[&str] = &["_sqlx_migrations", "index_progress", "spent_quotas"];

async fn every_table_of_the_store_is_moved(ground: &super::Ground) {
    let moved = tables(ground).await;
    let there: Vec<(String,)> = match ground.engine {
        Engine::Sqlite => {
            let mut to = SqliteConnection::connect(&ground.url).await.unwrap();
            let all =
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
            sqlx::query_as(all).fetch_all(&mut to).await.unwrap()
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(&ground.url).await.unwrap();
            let all = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'";
            sqlx::query_as(all).fetch_all(&mut to).await.unwrap()
        }
    };
    let there = there.into_iter().map(|(name,)| name);
    let there: BTreeSet<String> = there
        .filter(|name| !NOT_MOVED.contains(&&**name) && !name.starts_with(texts::TABLES))
        .collect();
    assert_eq!(moved.iter().map(|table| table.name.to_owned()).collect::<BTreeSet<_>>(), there);
    assert!(moved.iter().all(|table| !table.key.is_empty()));
    let place = |name: &str| moved.iter().position(|table| table.name == name).unwrap();
    assert!(place("users") < place("parties") && place("parties") < place("contacts"));
    let own = |name: &str| moved[place(name)].own.clone();
    assert_eq!((own("parties"), own("org_units")), (vec!["parent_id"], vec!["parent_id"]));
}

async fn tables(ground: &super::Ground) -> Vec<Table> {
    let nobody = TenantId::from(Uuid::nil());
    ground.db.read(nobody, async |tx| catalogue::tables(tx).await).await.expect("tables")
}

#[tokio::test]
async fn both_stores_describe_the_same_tables() {
    let mut described = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(store) = store::fresh(engine).await else { return };
        let db =
            guanxi_storage::Db::open(&guanxi_storage::Options::new(&*store.url)).await.unwrap();
        let nobody = TenantId::from(Uuid::nil());
        described.push(db.read(nobody, async |tx| catalogue::tables(tx).await).await.unwrap());
        db.close().await;
        store.remove().await;
    }
    assert_eq!(described[0], described[1]);
}

/// As after `pg_dump` into a server that has counted fewer transactions.
#[actix_web::test]
async fn events_of_another_server_are_mended_at_the_start() {
    guanxi_tests::world::on(Engine::Postgres, mended).await;
}

async fn mended(world: &World) {
    for number in 0..5 {
        given::party(&world.admin, &format!("P{number}")).await;
    }
    world.caught_up().await;
    let feed = async |since: &str| {
        let path = format!("/v1/changes?types=party&limit=500{since}");
        world.admin.get(path).await.expect(200)
    };
    let mut page = feed("").await;
    while page.json["has_more"] == true {
        page = feed(&format!("&since={}", page.json["next_cursor"].as_str().unwrap())).await;
    }
    let since = format!("&since={}", page.json["next_cursor"].as_str().unwrap());
    // Written, and not sealed before the dump.
    let late = given::party(&world.admin, "Late").await.id();
    let mut to = PgConnection::connect(&world.url).await.unwrap();
    for statement in [
        "UPDATE events SET txid = txid + 1000000000000",
        "UPDATE event_heads SET txid = txid + 1000000000000",
    ] {
        sqlx::query(statement).execute(&mut to).await.unwrap();
    }
    assert!(feed(&since).await.data().is_empty(), "it stands still");
    world.db.migrate().await.expect("a start");
    let new = given::party(&world.admin, "New").await.id();
    world.caught_up().await;
    let page = feed(&since).await;
    assert_eq!(page.each("id"), [late.into(), guanxi_tests::Json::from(new)]);
    let found = world.admin.get("/v1/events/verification").await.expect(200);
    assert!(found.json["broken"].is_null(), "{}", found.text);
    let untouched = "SELECT COUNT(*) FROM events WHERE txid > 1";
    let drawn: (i64,) = sqlx::query_as(untouched).fetch_one(&mut to).await.unwrap();
    world.db.migrate().await.expect("another start");
    let again: (i64,) = sqlx::query_as(untouched).fetch_one(&mut to).await.unwrap();
    assert_eq!(drawn, again, "once is enough");
    assert!(drawn.0 >= 1);
}
