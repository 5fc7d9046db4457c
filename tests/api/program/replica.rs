//! Reports on a standby: the same figures, never without what was written before, and those of the primary
//! whenever the standby is of no use.

use super::{GLANCE, PASSWORD, PATIENCE, Program, Server};
use chrono::SecondsFormat;
use guanxi_kernel::{Clock, Result, TenantId};
use guanxi_storage::{Db, Options, Sql, Tx};
use guanxi_tests::{
    Answer, Client, Engine,
    cluster::{Cluster, Mode},
    json,
    server::Server as Standby,
};
use std::{cell::Cell, sync::atomic::AtomicU64, time::Instant};
use tempfile::TempDir;
use uuid::Uuid;

const REPORT: &str = "/v1/reports/data-growth?resource=parties&months=1";

/// Two nodes of one store: what is written at the first is read at the second, which has a replica.
struct Nodes {
    plain: Server,
    far: Server,
    writer: Client,
    reader: Client,
    written: Cell<i64>,
}

impl Nodes {
    async fn start(program: &Program, replica: &str) -> Self {
        let plain = program.serve();
        let far = program.serve_with(&[("GUANXI_DATABASE_REPLICA_URL", replica)]);
        let (writer, reader) = (plain.admin().await, far.admin().await);
        Self { plain, far, writer, reader, written: Cell::new(0) }
    }

    /// Writes at one node, and then reads at the other.
    async fn write_and_read(&self) {
        self.written.update(|written| written + 1);
        let name = format!("Company {}", self.written.get());
        let company = json!({ "kind": "organisation", "name": name, "roles": ["customer"] });
        let made = self.writer.post("/v1/parties", company).header("prefer", "accept-duplicates");
        made.await.expect(201);
        let report = self.reader.get(REPORT).await.expect(200);
        assert_eq!(report.json["totals"]["records"], self.written.get(), "{}", report.text);
    }

    /// How many reports have come to that at the node with the replica.
    async fn counted(&self, result: &str) -> u64 {
        let text = self.far.anonymous().get("/metrics").await.expect(200).text;
        let sample = format!("guanxi_store_replica_reads_total{{result=\"{result}\"}} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&sample));
        value.and_then(|value| value.parse().ok()).expect("a count")
    }

    /// Reads until the replica has answered once more.
    async fn read_there(&self) {
        let before = self.counted("served").await;
        let until = Instant::now() + PATIENCE;
        while self.counted("served").await == before {
            assert!(Instant::now() < until, "the replica is not read");
            self.reader.get(REPORT).await.expect(200);
            tokio::time::sleep(GLANCE).await;
        }
    }
}

#[actix_web::test]
async fn reports_are_read_on_a_standby_and_miss_nothing() {
    let Some(cluster) = Cluster::start().await else { return };
    let url = cluster.database("guanxi").await;
    let Some(standby) = cluster.standby().await else { return };
    let replica = standby.url("guanxi");
    let program = Program {
        engine: Engine::Postgres,
        folder: TempDir::new().expect("a folder"),
        url: Some(url.clone()),
        processes: AtomicU64::new(0),
    };
    let nodes = Nodes::start(&program, &replica).await;
    for _ in 0..20 {
        nodes.write_and_read().await;
    }
    nodes.read_there().await;
    both_tell_the_same(&nodes).await;
    a_standby_that_is_behind_is_not_read(&nodes, &standby).await;
    what_the_standby_ends_is_read_on_the_primary(&url, &replica).await;
    without_the_standby_reports_go_on(&nodes, &standby).await;
    nodes.plain.stop();
    let log = nodes.far.stop().err;
    assert!(log.contains("the replica is of no use") && !log.contains(PASSWORD), "{log}");
}

async fn both_tell_the_same(nodes: &Nodes) {
    let at = Clock::System.now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let asked = format!("{REPORT}&as_of={at}");
    let near = nodes.writer.get(&asked).await.expect(200);
    let until = Instant::now() + PATIENCE;
    let far = loop {
        let before = nodes.counted("served").await;
        let far = nodes.reader.get(&asked).await.expect(200);
        if nodes.counted("served").await > before {
            break far;
        }
        assert!(Instant::now() < until, "the replica is not read");
    };
    let told = |answer: &Answer| {
        let mut body = answer.json.clone();
        assert!(body["generated_at"].is_string(), "{}", answer.text);
        body["generated_at"] = json!(null);
        body
    };
    assert_eq!(told(&far), told(&near));
    let tag = far.header("etag").expect("a tag");
    assert_eq!(Some(tag), near.header("etag"));
    nodes.reader.get(&asked).header("if-none-match", tag).await.expect(304);
    let chart = format!("{asked}&format=svg");
    let (near, far) = (nodes.writer.get(&chart).await, nodes.reader.get(&chart).await);
    assert_eq!(far.expect(200).text, near.expect(200).text);
}

async fn a_standby_that_is_behind_is_not_read(nodes: &Nodes, standby: &Standby) {
    standby.pause_replay().await;
    let (served, behind) = (nodes.counted("served").await, nodes.counted("behind").await);
    let until = Instant::now() + PATIENCE;
    // On a busy machine it may be taken for one that cannot be reached, and is left alone for a while.
    while nodes.counted("behind").await == behind {
        assert!(Instant::now() < until, "nobody sees that it is behind");
        nodes.write_and_read().await;
    }
    assert_eq!(nodes.counted("served").await, served);
    standby.resume_replay().await;
    nodes.read_there().await;
    nodes.write_and_read().await;
}

async fn without_the_standby_reports_go_on(nodes: &Nodes, standby: &Standby) {
    standby.stop(Mode::Fast).await;
    let (served, unusable) = (nodes.counted("served").await, nodes.counted("unusable").await);
    for _ in 0..3 {
        nodes.write_and_read().await;
    }
    assert_eq!(nodes.counted("served").await, served);
    assert_eq!(nodes.counted("unusable").await, unusable + 3);
    standby.start().await;
    nodes.read_there().await;
    nodes.write_and_read().await;
}

/// Whether it is a standby that answers.
async fn is_standby(tx: &mut Tx) -> Result<bool> {
    let asked =
        "SELECT CAST(1 AS BIGINT) WHERE pg_is_in_recovery() AND CAST($1 AS UUID) IS NOT NULL";
    tx.exists(Sql::new(asked)).await
}

async fn what_the_standby_ends_is_read_on_the_primary(url: &str, replica: &str) {
    let mut options = Options::new(url);
    options.replica = Some(replica.to_owned());
    let db = Db::open(&options).await.expect("the store");
    let runs = Cell::new(0);
    let until = Instant::now() + PATIENCE;
    // What others have just written may not be there yet.
    while runs.get() != 2 {
        assert!(Instant::now() < until, "the replica is not read");
        tokio::time::sleep(GLANCE).await;
        runs.set(0);
        let report = db.report(TenantId::from(Uuid::nil()), async |tx| {
            runs.set(runs.get() + 1);
            let there = is_standby(tx).await?;
            if there {
                let end = "SELECT CAST(COUNT(pg_terminate_backend(pg_backend_pid())) AS BIGINT)
                     WHERE CAST($1 AS UUID) IS NOT NULL";
                tx.exists(Sql::new(end)).await?;
                // At the latest this one finds out.
                is_standby(tx).await?;
            }
            Ok(there)
        });
        assert!(!report.await.expect("an answer"), "it is that of the primary");
    }
    db.close().await;
}
