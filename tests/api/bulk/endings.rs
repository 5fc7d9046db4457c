//! Each job comes to an end, and to one: whatever its rows are, whoever has lost it, however often it breaks
//! off, and when it is cancelled while nobody listens.

use super::{counts, set, succeeded, upload};
use chrono::TimeDelta;
use futures_util::future::{LocalBoxFuture, join};
use guanxi_bulk::{
    Files, Worker,
    jobs::{Job, JobKind, Progress},
    worker::{Run, Work},
};
use guanxi_kernel::{Ctx, Result, problem::INTERNAL};
use guanxi_storage::{Tx, error::UNAVAILABLE, resource};
use guanxi_tests::{Answer, Json, World, both_stores, json};
use std::time::Duration;

both_stores![
    z_12_a_refused_row_does_not_keep_an_import_from_its_end,
    z_12_a_worker_that_lost_a_job_does_not_end_it,
    z_12_a_cancelled_job_stays_cancelled,
    z_12_a_job_that_always_breaks_off_fails,
];

async fn z_12_a_refused_row_does_not_keep_an_import_from_its_end(world: &World) {
    let known = json!({ "kind": "organisation", "name": "Known", "code": "C-1", "region": "华东" });
    let known = world.admin.post("/v1/parties", known).await.expect(201).id();
    let any = |resource: &str| json!({ "resource": resource, "action": "any", "scope": "all" });
    let mut parties = any("parties");
    parties["readonly_fields"] = json!(["region"]);
    let role = json!({ "name": "No regions", "grants": [parties, any("imports"), any("jobs")] });
    let role = world.admin.post("/v1/roles", role).await.expect(201).id();
    let (ann, id) = world.person(&[], None).await;
    let roles = json!({ "role_ids": [role] });
    world.admin.patch(format!("/v1/users/{id}"), roles).await.expect(200);
    let file = "name,code,region\nKnown,C-1,华北\nNew,C-2,\n";
    let import = upload(&ann, "parties", file).await.expect(201).id();
    let patch = json!({ "defaults": { "kind": "organisation" }, "match_on": ["code"], "on_match": "update" });
    set(&ann, &import, patch).await.expect(200);
    let job = ann.act(format!("/v1/imports/{import}/commit")).await.expect(202).id();
    assert_eq!(world.work().await, 1);
    let job = ann.get(format!("/v1/jobs/{job}")).await.expect(200);
    succeeded(&job);
    assert_eq!(counts(&job), [1, 0, 0, 1], "{}", job.text);
    let wrong = ann.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    let told = &wrong.data()[0];
    assert_eq!((wrong.data().len(), &told["row"]), (1, &json!(2)));
    assert!(told["problem"].to_string().contains("forbidden_field"), "{told}");
    let party = world.admin.get(format!("/v1/parties/{known}")).await.expect(200);
    assert_eq!(party.json["region"], "华东");
}

/// A worker of another node, to which a search for duplicates is this.
fn node(world: &World, work: Work) -> Worker {
    let files = Files::in_folder(&world.files()).expect("a folder");
    Worker::new(world.db.clone(), files, world.clock.clone()).with(JobKind::DuplicateSearch, work)
}

/// A job that such a worker does; where it is.
async fn queued(world: &World) -> String {
    let job = world.admin.post("/v1/duplicates/find", json!({ "type": "party" })).await.expect(202);
    format!("/v1/jobs/{}", job.id())
}

/// Looks at the job until it is so.
async fn until(world: &World, path: &str, so: impl Fn(&Answer) -> bool) {
    while !so(&world.admin.get(path).await.expect(200)) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn until_it_runs(world: &World, path: &str) {
    until(world, path, |job| job.json["status"] == "running").await;
}

/// Waits until the job is so, as its worker sees it.
async fn wait(run: &Run<'_>, job: &Job, so: impl Fn(&Job) -> bool) -> Result<()> {
    loop {
        let id = job.meta.id.uuid();
        if so(&run.read(async |tx, ctx| resource::load::<Job>(tx, ctx, id).await).await?) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Is so slow that another worker ends the job, and fails then.
fn fails_too_late<'a>(run: &'a Run<'a>, job: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        wait(run, job, |job| job.finished_at.is_some()).await?;
        Err(INTERNAL.problem())
    })
}

/// Has done everything when the job is cancelled, and does not hear it.
fn does_not_listen<'a>(run: &'a Run<'a>, job: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let all = async |_: &mut Tx, _: &Ctx| {
            let (state, result) = (json!({}), json!({ "records": 1 }));
            Ok(Progress { done: 1, total: Some(1), state, result })
        };
        run.commit(all).await?;
        wait(run, job, |job| job.cancel_asked).await
    })
}

/// Loses its store each time.
fn breaks_off<'a>(_: &'a Run<'a>, _: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async { Err(UNAVAILABLE.problem()) })
}

async fn z_12_a_worker_that_lost_a_job_does_not_end_it(world: &World) {
    let path = queued(world).await;
    let slow = node(world, fails_too_late);
    let other = async {
        until_it_runs(world, &path).await;
        world.clock.advance(TimeDelta::seconds(61));
        assert_eq!(world.work().await, 1, "another node takes it up");
    };
    let (slow, ()) = join(slow.work(), other).await;
    assert!(slow.expect("a worker"));
    succeeded(&world.admin.get(&path).await.expect(200));
}

/// Whether it is over, and as its caller was told.
async fn is_cancelled(world: &World, path: &str) {
    let job = world.admin.get(path).await.expect(200);
    assert_eq!((&job.json["status"], &job.json["problem"]), (&json!("cancelled"), &Json::Null));
    assert!(!job.json["finished_at"].is_null(), "{}", job.text);
    world.admin.act(format!("{path}/cancel")).await.refused(409, "job_finished");
}

async fn z_12_a_cancelled_job_stays_cancelled(world: &World) {
    // When its last step is behind it.
    let path = queued(world).await;
    let worker = node(world, does_not_listen);
    let cancel = async {
        until(world, &path, |job| job.json["done"] == 1).await;
        world.admin.act(format!("{path}/cancel")).await.expect(200)
    };
    let (worked, answer) = join(worker.work(), cancel).await;
    assert_eq!((worked.expect("a worker"), &answer.json["status"]), (true, &json!("cancelled")));
    is_cancelled(world, &path).await;
    // When its worker was killed, so that nobody hears it.
    let path = queued(world).await;
    let killed = node(world, fails_too_late);
    tokio::select! {
        () = until_it_runs(world, &path) => {}
        _ = killed.work() => panic!("it waits for ever"),
    }
    let answer = world.admin.act(format!("{path}/cancel")).await.expect(200);
    assert!(answer.json["finished_at"].is_null(), "its worker may be at it still");
    world.clock.advance(TimeDelta::seconds(61));
    assert_eq!(world.work().await, 1, "whoever takes it ends it");
    is_cancelled(world, &path).await;
}

async fn z_12_a_job_that_always_breaks_off_fails(world: &World) {
    let path = queued(world).await;
    let stopped = node(world, fails_too_late);
    tokio::select! {
        () = until_it_runs(world, &path) => {}
        _ = stopped.work() => panic!("it waits for ever"),
    }
    // A node that is stopped in order says nothing against the job.
    assert_eq!(stopped.give_back().await.expect("given back"), 1);
    let worker = node(world, breaks_off);
    for attempt in 1..=10 {
        let job = world.admin.get(&path).await.expect(200);
        assert_eq!(job.json["status"], "running", "before attempt {attempt}");
        assert!(worker.work().await.expect("a worker"));
        world.pass(TimeDelta::seconds(61)).await;
    }
    failed(world, &path, "store_unavailable").await;
    // Of workers that are killed nothing is heard, and it ends all the same.
    let path = queued(world).await;
    for _ in 0..10 {
        let before = world.admin.get(&path).await.expect(200).json["version"].clone();
        let killed = node(world, fails_too_late);
        tokio::select! {
            () = until(world, &path, |job| job.json["version"] != before) => {}
            _ = killed.work() => panic!("it waits for ever"),
        }
        world.pass(TimeDelta::seconds(61)).await;
    }
    assert_eq!(world.work().await, 1);
    failed(world, &path, "job_interrupted").await;
}

/// Whether the job is over, for that reason.
async fn failed(world: &World, path: &str, code: &str) {
    assert_eq!(world.work().await, 0, "nobody takes it up again");
    let job = world.admin.get(path).await.expect(200);
    let told = (&job.json["status"], &job.json["problem"]["code"]);
    assert_eq!(told, (&json!("failed"), &json!(code)));
    assert!(!job.json["finished_at"].is_null(), "{}", job.text);
}
