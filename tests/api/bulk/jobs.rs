//! Jobs: one worker at a time, progress, cancelling, taking up what a killed node has left.

use super::{counts, done, set, succeeded, upload};
use chrono::TimeDelta;
use futures_util::{FutureExt as _, future::LocalBoxFuture};
use guanxi_bulk::{
    Worker,
    jobs::{Job, JobKind},
    worker::Run,
};
use guanxi_tests::{Json, World, both_stores, json};
use std::{fmt::Write as _, panic::AssertUnwindSafe};

both_stores![
    z_12_a_job_goes_on_where_a_killed_worker_was,
    a_job_is_cancelled_and_what_it_committed_is_undone,
    jobs_are_seen_by_those_who_asked_for_them,
    two_workers_never_do_one_job_twice,
    a_worker_that_is_stopped_gives_its_job_back,
    a_job_that_panics_has_failed,
];

/// Work with a defect.
fn defective<'a>(run: &'a Run<'a>, _: &'a Job) -> LocalBoxFuture<'a, guanxi_kernel::Result<()>> {
    Box::pin(async move {
        assert!(run.total() == Some(-1), "a defect, as a test wants it");
        Ok(())
    })
}

async fn a_job_that_panics_has_failed(world: &World) {
    let search = json!({ "type": "party" });
    let job = world.admin.post("/v1/duplicates/find", search).await.expect(202).id();
    let files = world.app.worker().files().clone();
    let worker = Worker::new(world.db.clone(), files, world.clock.clone());
    let worker = worker.with(JobKind::DuplicateSearch, defective);
    let panicked = AssertUnwindSafe(worker.work()).catch_unwind().await;
    assert!(panicked.is_err(), "whoever runs the worker hears of it");
    let job = world.admin.get(format!("/v1/jobs/{job}")).await.expect(200);
    assert_eq!(job.json["status"], "failed");
    assert_eq!(job.json["problem"]["code"], "internal");
    // Nobody takes it up, and the worker does the next one.
    world.clock.advance(TimeDelta::seconds(61));
    assert!(!worker.work().await.expect("a worker"));
}

/// So many rows.
fn rows(count: usize) -> String {
    let mut file = String::from("name,kind,code\n");
    for number in 0..count {
        writeln!(file, "Party {number},organisation,C-{number}").expect("a text");
    }
    file
}

async fn total(world: &World) -> i64 {
    let page = world.admin.get("/v1/parties?limit=1&count=exact").await.expect(200);
    page.json["total"].as_i64().expect("a total")
}

async fn queued(world: &World, count: usize) -> String {
    let import = upload(&world.admin, "parties", rows(count)).await.expect(201);
    set(&world.admin, &import.id(), json!({ "match_on": ["code"] })).await.expect(200);
    world.admin.act(format!("/v1/imports/{}/commit", import.id())).await.expect(202).id()
}

async fn z_12_a_job_goes_on_where_a_killed_worker_was(world: &World) {
    let job = queued(world, 1_700).await;
    // Killed in the middle: whatever it was at, its transaction is not there.
    for patience in [30, 60, 120, 240] {
        let worker = world.app.worker();
        let work = tokio::time::timeout(std::time::Duration::from_millis(patience), worker.work());
        let _ = work.await;
        world.clock.advance(TimeDelta::seconds(61));
    }
    let job = done(world, &job).await;
    let job = if job.json["status"] == "succeeded" {
        job
    } else {
        world.clock.advance(TimeDelta::seconds(61));
        let admin = world.sign_in(guanxi_tests::world::ADMINISTRATOR).await;
        world.work().await;
        admin.get(format!("/v1/jobs/{}", job.id())).await.expect(200)
    };
    succeeded(&job);
    assert_eq!(counts(&job), [1_700, 0, 0, 0], "none twice, none lost");
    assert_eq!(total(world).await, 1_700);
}

async fn a_job_is_cancelled_and_what_it_committed_is_undone(world: &World) {
    let waiting = queued(world, 10).await;
    let path = format!("/v1/jobs/{waiting}");
    assert_eq!(
        world.admin.act(format!("{path}/undo")).await.refused(409, "nothing_to_undo").status,
        409
    );
    let cancelled = world.admin.act(format!("{path}/cancel")).await.expect(200);
    assert_eq!((&cancelled.json["status"], world.work().await), (&json!("cancelled"), 0));
    world.admin.act(format!("{path}/cancel")).await.refused(409, "job_finished");
    assert_eq!(total(world).await, 0);
    // While a worker has it: the step that is under way is the last one.
    let running = queued(world, 3_000).await;
    let path = format!("/v1/jobs/{running}");
    let worker = world.app.worker();
    let cancel = async {
        loop {
            let job = world.admin.get(&path).await.expect(200);
            if job.json["done"].as_i64() > Some(0) {
                return world.admin.act(format!("{path}/cancel")).await.expect(200);
            }
        }
    };
    let (_, worked) = futures_util::future::join(cancel, worker.work()).await;
    assert!(worked.expect("a worker"));
    let job = world.admin.get(&path).await.expect(200);
    assert_eq!(job.json["status"], "cancelled");
    assert!(!job.json["finished_at"].is_null());
    let made = total(world).await;
    assert!((1..3_000).contains(&made) && made == job.json["done"], "{made}");
    let undo = world.admin.act(format!("{path}/undo")).await.expect(202);
    succeeded(&done(world, &undo.id()).await);
    assert_eq!(total(world).await, 0, "undone it leaves none");
}

async fn jobs_are_seen_by_those_who_asked_for_them(world: &World) {
    let job = queued(world, 1).await;
    let (ann, _) = world.person(&[("jobs", "any", "own")], None).await;
    ann.get(format!("/v1/jobs/{job}")).await.refused(404, "not_found");
    ann.act(format!("/v1/jobs/{job}/cancel")).await.refused(404, "not_found");
    assert!(ann.get("/v1/jobs").await.expect(200).data().is_empty());
    let listed = world.admin.get("/v1/jobs?status=queued&kind=import").await.expect(200);
    assert_eq!(listed.each("id"), [json!(job)]);
    let shown: Json = listed.data()[0].clone();
    assert_eq!(shown["actions"], json!(["cancel"]));
    for hidden in
        ["task", "state", "lease_by", "lease_until", "cancel_asked", "attempts", "furthest"]
    {
        assert!(shown.get(hidden).is_none(), "{hidden}");
    }
    let found = world.admin.post("/v1/jobs/search", json!({ "filter": "status = queued" })).await;
    assert_eq!(found.expect(200).data().len(), 1);
    world.admin.post("/v1/imports/search", json!({})).await.expect(200);
}

async fn two_workers_never_do_one_job_twice(world: &World) {
    for _ in 0..4 {
        queued(world, 20).await;
    }
    let work = || async {
        let (worker, mut jobs) = (world.app.worker(), 0);
        while worker.work().await.expect("a worker") {
            jobs += 1;
        }
        jobs
    };
    let done = futures_util::future::join_all((0..3).map(|_| work())).await;
    assert_eq!(done.iter().sum::<usize>(), 4);
    // Each file has the same codes: of all rows of one code one became a record.
    assert_eq!(total(world).await, 20);
}

async fn a_worker_that_is_stopped_gives_its_job_back(world: &World) {
    let job = queued(world, 3_000).await;
    let path = format!("/v1/jobs/{job}");
    let worker = world.app.worker();
    let begun = async {
        while world.admin.get(&path).await.expect(200).json["done"].as_i64() == Some(0) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        () = begun => {}
        _ = worker.work() => panic!("nobody was quick enough to stop the worker"),
    }
    assert_eq!(world.work().await, 0, "until it is given back it is not another's");
    assert_eq!(worker.give_back().await.expect("given back"), 1);
    assert_eq!(worker.give_back().await.expect("given back"), 0, "once");
    // No time has passed.
    let job = done(world, &job).await;
    succeeded(&job);
    assert_eq!(counts(&job), [3_000, 0, 0, 0]);
    assert_eq!(total(world).await, 3_000);
    assert_eq!(worker.give_back().await.expect("given back"), 0, "what is over stays so");
}
