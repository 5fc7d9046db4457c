//! A job is cut at any of its steps and taken up again.

use super::{Ground, chosen};
use crate::bulk::{counts, set, succeeded, upload};
use chrono::TimeDelta;
use guanxi_tests::{Engine, World, faults::Fault, json};

/// The program takes what SQLite refuses here for a defect of its own, with which a job ends. Jobs of
/// nodes that are killed go on there too; see `bulk/jobs.rs`.
#[actix_web::test]
async fn e_08_an_import_goes_on_where_it_was_cut() {
    super::on(Engine::Postgres, async |ground: &Ground<'_>| import_is_cut(ground).await).await;
}

async fn import_is_cut(ground: &Ground<'_>) {
    let Ground { world, breaker, .. } = *ground;
    let first = queued(world).await;
    let work = async || assert!(world.app.worker().work().await.expect("a worker"));
    let steps = breaker.steps(work).await;
    finished(world, &first).await;
    let (mut jobs, mut interrupted) = (1, 0);
    for step in chosen(steps, 6) {
        let job = queued(world).await;
        let fault = if step % 2 == 0 { Fault::Unheard } else { Fault::Unanswered };
        breaker.set(fault, step).await;
        // Whether it says so or not, something of it may be there.
        let _ = world.app.worker().work().await;
        let cut = breaker.lift().await;
        let now = world.admin.get(format!("/v1/jobs/{job}")).await.expect(200);
        interrupted += i64::from(now.json["status"] != "succeeded");
        finished(world, &job).await;
        jobs += 1;
        let parties = world.admin.get("/v1/parties?limit=1&count=exact").await.expect(200);
        assert_eq!(parties.json["total"], json!(3 * jobs), "{fault:?} at {step}");
        if !cut {
            break;
        }
    }
    println!("{interrupted} of {jobs} imports were cut, in up to {steps} steps");
    assert!(interrupted > 0);
}

/// An import of three rows that waits to be done.
async fn queued(world: &World) -> String {
    let number = world.next();
    let file = format!(
        "name,kind,code\nA{number},organisation,A-{number}\nB{number},organisation,B-{number}\n\
         C{number},organisation,C-{number}\n"
    );
    let import = upload(&world.admin, "parties", file).await.expect(201);
    set(&world.admin, &import.id(), json!({ "match_on": ["code"] })).await.expect(200);
    world.admin.act(format!("/v1/imports/{}/commit", import.id())).await.expect(202).id()
}

/// Waits until whoever had the job can have it no more, and does it to its end.
async fn finished(world: &World, job: &str) {
    world.pass(TimeDelta::seconds(61)).await;
    world.work().await;
    let job = world.admin.get(format!("/v1/jobs/{job}")).await.expect(200);
    succeeded(&job);
    assert_eq!(counts(&job), [3, 0, 0, 0], "none twice, none lost");
}
