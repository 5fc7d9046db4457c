//! Many members at once: a few thousand, or as many as `GUANXI_MEMBERS` says to see how long it takes.

#![expect(clippy::print_stdout, reason = "tells how long it took, or that it skips")]

use super::{code, media, own, running};
use crate::sales::party;
use guanxi_tests::{Engine, World, both_stores, json};
use sqlx::{Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{str::FromStr as _, time::Instant};
use uuid::Uuid;

both_stores![x_91_codes_for_many_members];

/// Members as the store keeps them, each a party of its own that is not looked at: copies of one member.
const COPY: &str = "INSERT INTO campaign_members (tenant_id, id, version, created_at, updated_at, created_by,
         campaign_id, party_id, status)
     SELECT m.tenant_id, {id}, 1, m.created_at, m.updated_at, m.created_by, m.campaign_id, {id}, m.status
     FROM campaign_members m, {numbers} WHERE m.id = {member}";

#[expect(clippy::disallowed_methods, reason = "put together from constants and numbers")]
async fn copy(world: &World, member: &str, count: usize) {
    let id: Uuid = member.parse().expect("an id");
    match world.engine {
        Engine::Sqlite => {
            let numbers = format!(
                "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)"
            );
            let text = COPY.replace("{id}", "randomblob(16)").replace("{numbers}", &numbers);
            let member = format!("X'{}'", id.simple());
            let options = SqliteConnectOptions::from_str(&world.url).expect("a store");
            let mut to =
                SqliteConnection::connect_with(&options.foreign_keys(false)).await.expect("it");
            let text = sqlx::AssertSqlSafe(text.replace("{member}", &member));
            sqlx::query(text).execute(&mut to).await.expect("members");
        }
        Engine::Postgres => {
            let numbers = format!("generate_series(1, {count}) n");
            let text = COPY.replace("{id}", "gen_random_uuid()").replace("{numbers}", &numbers);
            let text = sqlx::AssertSqlSafe(text.replace("{member}", &format!("'{id}'")));
            let mut to = PgConnection::connect(&world.url).await.expect("the store");
            sqlx::query("SET session_replication_role = replica")
                .execute(&mut to)
                .await
                .expect("no keys");
            sqlx::query(text).execute(&mut to).await.expect("members");
            sqlx::query("ANALYZE campaign_members").execute(&mut to).await.expect("statistics");
        }
    }
}

async fn x_91_codes_for_many_members(world: &World) {
    let count = std::env::var("GUANXI_MEMBERS").ok().and_then(|count| count.parse().ok());
    let count: usize = count.unwrap_or(2_999);
    media(world).await;
    let campaign = running(world, json!({})).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let members = format!("{}/campaign-members", own(&campaign));
    let member = world.admin.post(members, json!({ "party_id": customer })).await.expect(201).id();
    copy(world, &member, count).await;
    let mut codes = Vec::new();
    for list in 0..10 {
        let of = json!({ "campaign_id": campaign.id() });
        codes.push(code(world, &format!("{list:02}"), of).await.id());
    }
    let wish = json!({ "source_code_ids": codes });
    let begun = Instant::now();
    let done =
        world.admin.post(format!("{}/assign-source-codes", own(&campaign)), wish).await.expect(200);
    println!("{} members are addressed by 10 codes in {:?}", count + 1, begun.elapsed());
    assert_eq!(done.json["assigned"], count + 1);
    let most =
        done.json["codes"].as_array().expect("codes").iter().map(|one| one["members"].as_u64());
    let (least, most) = (most.clone().min().flatten(), most.max().flatten());
    assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{}", done.text);
}
