//! Imports, exports and attachments of files, and the jobs that do the work.

mod attachment_feed;
pub(crate) mod attachments;
mod collecting;
mod endings;
mod erased_names;
mod erasures;
mod exports;
mod forgotten;
mod imports;
mod jobs;
mod steps;
mod volume;

use guanxi_tests::{Answer, Client, Json, World, json};

/// Uploads a file whose rows are `resource`.
pub(crate) async fn upload(client: &Client, resource: &str, file: impl Into<Vec<u8>>) -> Answer {
    let path = format!("/v1/imports?resource={resource}&file_name=data.csv");
    client.request("POST", path).raw("application/octet-stream", file).await
}

/// Changes what is to be done with a file.
pub(crate) async fn set(client: &Client, import: &str, patch: Json) -> Answer {
    client.patch(format!("/v1/imports/{import}"), patch).await
}

/// Commits an import and does the work; the job.
pub(crate) async fn commit(world: &World, import: &str) -> Answer {
    let job = world.admin.act(format!("/v1/imports/{import}/commit")).await.expect(202);
    done(world, &job.id()).await
}

/// Does what waits; the job.
pub(crate) async fn done(world: &World, job: &str) -> Answer {
    world.work().await;
    world.admin.get(format!("/v1/jobs/{job}")).await.expect(200)
}

/// `created`, `updated`, `skipped` and `failed`, which must sum to `read`.
pub(crate) fn counts(job: &Answer) -> [i64; 4] {
    let count = |name: &str| job.json["result"][name].as_i64().expect(name);
    let counts = ["created", "updated", "skipped", "failed"].map(count);
    assert_eq!(counts.iter().sum::<i64>(), count("read"), "the four sum to the rows read");
    counts
}

/// Whether a job has come to its end well.
#[track_caller]
pub(crate) fn succeeded(job: &Answer) {
    assert_eq!((&job.json["status"], &job.json["problem"]), (&json!("succeeded"), &Json::Null));
}
