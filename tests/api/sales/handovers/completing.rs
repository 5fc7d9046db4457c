//! Everything moves at once, and nothing is forgotten.

use super::{all, company, of, owned};
use crate::sales::{party, path};
use guanxi_sales::{
    handovers::{self, HandoverId},
    opportunities::Opportunity,
};
use guanxi_storage::{Draft, Resource as _, Tx, bulk, sql};
use guanxi_tests::{Client, World, both_stores, json};
use std::time::Instant;

both_stores![
    s_43_a_forgotten_record_stands_in_the_way,
    s_43_nobody_is_deactivated_before,
    s_43_everything_moves_at_once_or_nothing,
    s_43_two_complete_at_once,
    s_43_many_records_move_in_seconds,
];

async fn s_43_a_forgotten_record_stands_in_the_way(world: &World) {
    let company = company(world).await;
    company.customer("宏图").await;
    let begun = company.begin().await;
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    party(&company.leaver.0, "后来的客户", &["customer"]).await;
    let refused =
        company.boss.act(of(&begun, "complete")).await.refused(409, "handover_incomplete");
    let missing =
        json!({ "forgotten": 1, "unticked": 0, "unnotified": 0, "example": "party 后来的客户" });
    assert_eq!(refused.json["params"], missing);
    assert_eq!(owned(world, "parties", &company.leaver.1).await, 2, "nothing has moved");
    let now = company.boss.act(of(&begun, "refresh")).await.expect(200);
    assert_eq!((&now.json["lines"], &now.json["ticked"]), (&json!(3), &json!(2)));
    company.boss.act(of(&begun, "complete")).await.refused(409, "handover_incomplete");
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    company.boss.act(of(&begun, "complete")).await.expect(200);
    assert_eq!(owned(world, "parties", &company.leaver.1).await, 0);
}

async fn s_43_nobody_is_deactivated_before(world: &World) {
    let company = company(world).await;
    let disabled = json!({ "status": "disabled" });
    let (party, _) = company.customer("宏图").await;
    let off = || world.admin.patch(company.user(), disabled.clone());
    let refused = off().await.refused(409, "handover_incomplete");
    assert_eq!(refused.json["params"]["forgotten"], 2, "who owns anything");
    world.admin.delete(company.user()).await.refused(409, "handover_incomplete");
    let begun = company.begin().await;
    let refused = off().await.refused(409, "handover_incomplete");
    assert_eq!(refused.json["params"]["unticked"], 2);
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    off().await.refused(409, "handover_incomplete");
    assert_eq!(world.admin.get(company.user()).await.expect(200).json["status"], "active");
    company.boss.act(of(&begun, "complete")).await.expect(200);
    // What comes afterwards counts too.
    let back = json!({ "owner_id": company.leaver.1 });
    world.admin.patch(format!("/v1/parties/{party}"), back).await.expect(200);
    off().await.refused(409, "handover_incomplete");
    let away = json!({ "owner_id": company.heir.1 });
    world.admin.patch(format!("/v1/parties/{party}"), away).await.expect(200);
    assert_eq!(off().await.expect(200).json["status"], "disabled");
    company.leaver.0.get("/v1/me").await.expect(401);
}

/// A transaction that ends before its commit, as by a crash, has moved nothing.
async fn s_43_everything_moves_at_once_or_nothing(world: &World) {
    let company = company(world).await;
    let (_, opportunity) = company.customer("宏图").await;
    let begun = company.begin().await;
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    let ctx = world.ctx().await;
    let id = HandoverId::from(begun.id().parse::<uuid::Uuid>().expect("an id"));
    let cut = world.db.write(ctx.tenant, async |tx: &mut Tx| {
        handovers::complete(tx, &ctx, id).await?;
        tx.execute(sql!("UPDATE no_such_table SET tenant_id = $1")).await.map(drop)
    });
    cut.await.expect_err("there is no such table");
    for kind in ["parties", "opportunities"] {
        assert_eq!(owned(world, kind, &company.leaver.1).await, 1, "{kind}");
        assert_eq!(owned(world, kind, &company.heir.1).await, 0, "{kind}");
    }
    let past = world.admin.get(format!("{}/transfers", path(&opportunity))).await.expect(200);
    assert!(past.data().is_empty());
    let now = world.admin.get(format!("/v1/handovers/{}", begun.id())).await.expect(200);
    assert_eq!(now.json["status"], "open");
    // A recipient who has left meanwhile ends it as well, with everything in its place.
    world
        .admin
        .patch(format!("/v1/users/{}", company.heir.1), json!({ "status": "disabled" }))
        .await
        .expect(200);
    company.boss.act(of(&begun, "complete")).await.refused(422, "inactive_owner");
    assert_eq!(owned(world, "parties", &company.leaver.1).await, 1);
    world
        .admin
        .patch(format!("/v1/users/{}", company.heir.1), json!({ "status": "active" }))
        .await
        .expect(200);
    company.boss.act(of(&begun, "complete")).await.expect(200);
    let history =
        world.admin.get(format!("{}/stage-history", path(&opportunity))).await.expect(200);
    assert_eq!(history.data().len(), 1, "a transfer is no stage");
}

async fn s_43_two_complete_at_once(world: &World) {
    let company = company(world).await;
    let (_, opportunity) = company.customer("宏图").await;
    let begun = company.begin().await;
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    let complete = async |client: &Client| client.act(of(&begun, "complete")).await;
    let (one, other) = futures_util::join!(complete(&company.boss), complete(&world.admin));
    let mut found = [one.status, other.status];
    found.sort_unstable();
    assert_eq!(found, [200, 409], "{} {}", one.text, other.text);
    let past = world.admin.get(format!("{}/transfers", path(&opportunity))).await.expect(200);
    assert_eq!(past.data().len(), 1);
}

/// How many records are moved and timed; `GUANXI_HANDOVER_RECORDS` says another number.
const RECORDS: usize = 500;

#[expect(clippy::print_stdout, reason = "tells how long it took")]
async fn s_43_many_records_move_in_seconds(world: &World) {
    let company = company(world).await;
    let wanted = std::env::var("GUANXI_HANDOVER_RECORDS").ok().and_then(|n| n.parse().ok());
    let wanted: usize = wanted.unwrap_or(RECORDS);
    let ctx = world.ctx().await;
    let body = json!({ "name": "宏图软件采购", "pipeline_id": company.funnel.id,
        "owner_id": company.leaver.1, "amount": { "amount": "1000.00", "currency": "CNY" } });
    let mut made = 0;
    while made < wanted {
        let count = (wanted - made).min(500);
        let draft = || Draft::<Opportunity>::read(&ctx, body.clone()).expect("a draft");
        let drafts = || (0..count).map(|_| draft()).collect::<Vec<_>>();
        let create = async |tx: &mut Tx| bulk::create_many(tx, &ctx, drafts()).await;
        let outcomes = world.db.write(ctx.tenant, create).await.expect("records");
        assert!(outcomes.iter().all(Result::is_ok));
        made += count;
    }
    assert_eq!(Opportunity::kind().name, "opportunity");
    let started = Instant::now();
    let begun = company.begin().await;
    let built = started.elapsed();
    assert_eq!(begun.json["lines"], json!(wanted));
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    let id = HandoverId::from(begun.id().parse::<uuid::Uuid>().expect("an id"));
    let started = Instant::now();
    let complete = async |tx: &mut Tx| handovers::complete(tx, &ctx, id).await.map(drop);
    world.db.write(ctx.tenant, complete).await.expect("a hand-over");
    let moved = started.elapsed();
    println!("{:?}: {wanted} lines in {built:?}, moved in {moved:?}", world.engine);
    assert_eq!(owned(world, "opportunities", &company.leaver.1).await, 0);
    let spans = async |tx: &mut Tx| {
        tx.optional::<(i64,)>(sql!(
            "SELECT COUNT(*) FROM opportunity_spans s JOIN opportunities o ON o.tenant_id = s.tenant_id
                 AND o.id = s.opportunity_id AND o.owner_id = s.owner_id
             WHERE s.tenant_id = $1 AND s.left_at IS NULL"
        ))
        .await
    };
    let lasting = world.db.read(ctx.tenant, spans).await.expect("a count");
    assert_eq!(lasting, Some((i64::try_from(wanted).expect("a number"),)));
    let funnel = format!("/v1/reports/funnel?pipeline_id={}", company.funnel.id);
    let funnel = world.admin.get(funnel).await.expect(200);
    assert_eq!(funnel.json["totals"]["count"], json!(wanted), "{}", funnel.text);
}
