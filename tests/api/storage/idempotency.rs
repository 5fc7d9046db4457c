//! A key, one effect, one answer.

use super::{Ground, both, counter, instant};
use futures_util::future::join_all;
use guanxi_kernel::{Ctx, Result, problem::FORBIDDEN};
use guanxi_storage::{
    Tx,
    error::{KEY_IN_PROGRESS, KEY_REUSED, UNAVAILABLE},
    idempotency::{Answer, Claim, claim, forget, keep},
    sql,
};
use guanxi_tests::Engine;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use uuid::Uuid;

both![
    the_first_answer_is_the_answer,
    a_failed_request_leaves_its_key_free,
    sixteen_at_once_do_the_work_once,
    i4_who_waits_in_vain_for_a_key_is_told_so,
    old_answers_are_forgotten_by_and_by,
];

fn named(key: &str) -> Claim {
    Claim { operation: "POST /things".into(), key: key.into(), fingerprint: "one".into() }
}

fn created(body: &str) -> Answer {
    Answer { status: 201, etag: Some("\"1\"".into()), location: None, body: body.into() }
}

/// A request as the HTTP side serves it: the answer of then, or the work and its answer.
async fn serve(tx: &mut Tx, ctx: &Ctx, wish: &Claim) -> Result<Answer> {
    if let Some(answer) = claim(tx, ctx, wish).await? {
        return Ok(answer);
    }
    let worked = counter::sum(tx).await?;
    counter::make(tx, &format!("{} {worked}", wish.key), 1).await?;
    let answer = created(&worked.to_string());
    keep(tx, ctx, wish, &answer).await?;
    Ok(answer)
}

async fn the_first_answer_is_the_answer(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let ask = async |ctx: &Ctx, wish: Claim| {
        db.write(ctx.tenant, async |tx| serve(tx, ctx, &wish).await).await
    };
    assert_eq!(ask(ctx, named("k")).await.unwrap(), created("0"));
    assert_eq!(ask(ctx, named("k")).await.unwrap(), created("0"));
    let other = Claim { fingerprint: "two".into(), ..named("k") };
    assert!(ask(ctx, other).await.unwrap_err().is(&KEY_REUSED));
    // The key is another one for another operation, another caller, another tenant.
    let elsewhere = Claim { operation: "POST /others".into(), ..named("k") };
    assert_eq!(ask(ctx, elsewhere).await.unwrap(), created("1"));
    let actor = guanxi_kernel::Actor::system(Uuid::from_u128(99).into());
    let somebody = Ctx { actor: actor.into(), ..ctx.clone() };
    assert_eq!(ask(&somebody, named("k")).await.unwrap(), created("2"));
    let stranger = Ctx { tenant: Uuid::from_u128(77).into(), ..ctx.clone() };
    assert_eq!(ask(&stranger, named("k")).await.unwrap(), created("0"));
}

async fn a_failed_request_leaves_its_key_free(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let failed = db.write(ctx.tenant, async |tx| {
        serve(tx, ctx, &named("k")).await?;
        Err::<(), _>(FORBIDDEN.problem())
    });
    assert!(failed.await.unwrap_err().is(&FORBIDDEN));
    let other = Claim { fingerprint: "two".into(), ..named("k") };
    let answer = db.write(ctx.tenant, async |tx| serve(tx, ctx, &other).await).await.unwrap();
    assert_eq!(answer, created("0"));
}

async fn sixteen_at_once_do_the_work_once(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let start = Instant::now();
    for round in 0..5_i64 {
        let wish = named(&format!("k{round}"));
        let ask = || {
            db.write(ctx.tenant, async |tx| {
                let answer = serve(tx, ctx, &wish).await;
                // So that the others arrive before this one commits.
                tokio::time::sleep(Duration::from_millis(5)).await;
                answer
            })
        };
        for answer in join_all((0..16).map(|_| ask())).await {
            assert_eq!(answer.unwrap(), created(&round.to_string()));
        }
    }
    println!("{:?}: 5 × 16 claims in {:?}", ground.engine, start.elapsed());
    let worked = db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap();
    assert_eq!(worked, 5, "each key once; on {:?}", Engine::Sqlite);
}

async fn i4_who_waits_in_vain_for_a_key_is_told_so(ground: &Ground) {
    let (moment, ctx, wish) = (Duration::from_millis(300), &ground.ctx, named("k"));
    let db = ground
        .handle(|options| (options.limits.write, options.limits.acquire) = (moment, moment))
        .await;
    let (claimed, refused) = (Notify::new(), Notify::new());
    let first = db.write(ctx.tenant, async |tx| {
        let answer = serve(tx, ctx, &wish).await;
        claimed.notify_one();
        refused.notified().await;
        answer
    });
    let second = async {
        claimed.notified().await;
        let start = Instant::now();
        let told = db.write(ctx.tenant, async |tx| serve(tx, ctx, &wish).await).await;
        let told = told.unwrap_err();
        let expected = match ground.engine {
            Engine::Postgres => &KEY_IN_PROGRESS,
            Engine::Sqlite => &UNAVAILABLE,
        };
        assert!(told.is(expected) && told.wait().is_some(), "{told:?}");
        // Not as long again and again.
        assert!(start.elapsed() < 5 * moment, "{:?}", start.elapsed());
        refused.notify_one();
    };
    let (first, ()) = tokio::join!(first, second);
    assert_eq!(first.unwrap(), created("0"));
    let later = db.write(ctx.tenant, async |tx| serve(tx, ctx, &wish).await).await;
    assert_eq!(later.unwrap(), created("0"), "there is the answer");
    db.close().await;
}

async fn old_answers_are_forgotten_by_and_by(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    for hour in 0..10 {
        let then = Ctx { now: instant(hour * 3600), ..ctx.clone() };
        let wish = named(&format!("k{hour}"));
        db.write(ctx.tenant, async |tx| serve(tx, &then, &wish).await).await.unwrap();
    }
    let stranger = Ctx { tenant: Uuid::from_u128(77).into(), ..ctx.clone() };
    db.write(stranger.tenant, async |tx| serve(tx, &stranger, &named("k0")).await).await.unwrap();
    let before = instant(6 * 3600);
    for expected in [4, 2, 0] {
        let gone = db.write(ctx.tenant, async |tx| forget(tx, before, 4).await).await.unwrap();
        assert_eq!(gone, expected);
    }
    let kept = sql!("SELECT key FROM idempotency_keys WHERE tenant_id = $1 ORDER BY key");
    let kept = db.read(ctx.tenant, async |tx| tx.all::<(String,)>(kept).await).await.unwrap();
    assert_eq!(kept.into_iter().map(|row| row.0).collect::<Vec<_>>(), ["k6", "k7", "k8", "k9"]);
    assert_eq!(db.write(stranger.tenant, async |tx| forget(tx, before, 4).await).await.unwrap(), 1);
}
