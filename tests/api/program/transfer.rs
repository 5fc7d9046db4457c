//! `guanxi backup` and `guanxi tenant`: a copy while others write, and a tenant in another store.

use super::{PASSWORD, Program, binary};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use guanxi_tests::{Client, Engine, Json, json, store};
use std::{
    fs,
    io::{Read as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;

const ADMINISTRATOR: &str = "admin@demo.example";

/// A program over an empty store of that engine; none without PostgreSQL.
pub(super) async fn program(engine: Engine) -> Option<(Program, store::Store)> {
    binary::path();
    let store = store::empty(engine).await?;
    let folder = TempDir::new().expect("a folder");
    let program =
        Program { engine, folder, url: Some(store.url.clone()), processes: AtomicU64::new(0) };
    Some((program, store))
}

/// The lines that tell the rows and the checksum of each table.
fn tables(out: &str) -> Vec<String> {
    let of_table = |line: &&str| line.split_whitespace().count() == 3;
    out.lines().filter(of_table).map(str::to_owned).collect()
}

async fn names(client: &Client) -> Vec<Json> {
    client.get("/v1/parties?limit=200&sort=name").await.expect(200).each("name")
}

#[actix_web::test]
async fn d_92_a_tenant_moves_to_the_other_store_and_back() {
    let (small, first) = program(Engine::Sqlite).await.expect("a folder");
    let Some((large, second)) = program(Engine::Postgres).await else { return };
    let (again, third) = program(Engine::Sqlite).await.expect("a folder");
    small.run_with(&["demo"], &[("GUANXI_ADMIN_PASSWORD", PASSWORD)]).expect(0);
    let server = small.serve();
    let admin = server.sign_in("demo", ADMINISTRATOR, PASSWORD).await;
    let tree = json!({ "name": "Tree", "members": [] });
    let team = admin.post("/v1/teams", tree).await.expect(201).id();
    admin.delete(format!("/v1/teams/{team}")).await.expect(204);
    let odd = json!({ "kind": "organisation", "name": "王伟 \"\\", "tags": ["ü", "😀"] });
    let odd = admin.post("/v1/parties", odd).await.expect(201).id();
    let mut cursor = String::new();
    loop {
        let page =
            admin.get(format!("/v1/changes?types=party&limit=500{cursor}")).await.expect(200);
        cursor = format!("&since={}", page.json["next_cursor"].as_str().expect("a cursor"));
        if page.json["has_more"] == false {
            break;
        }
    }
    let before = names(&admin).await;
    server.stop();
    let verified = |program: &Program| program.run(&["verify", "--tenant", "demo"]).expect(0).out;
    let chain = verified(&small);

    let file = small.folder.path().join("demo.ndjson.gz");
    let path = file.to_str().expect("a path");
    let exported = small.run(&["tenant", "export", "demo", path]).expect(0).out;
    assert!(tables(&exported).len() > 25, "{exported}");
    assert!(tables(&exported).iter().any(|line| line.starts_with("parties ")), "{exported}");
    small.run(&["tenant", "export", "demo", path]).expect(1);
    let imported = large.run(&["tenant", "import", path]).expect(0).out;
    assert_eq!(tables(&imported), tables(&exported));
    assert_eq!(verified(&large), chain);
    assert!(large.run(&["tenant", "import", path]).expect(1).err.contains("already"));

    let back = large.folder.path().join("back.ndjson.gz");
    let back = back.to_str().expect("a path");
    let exported_again = large.run(&["tenant", "export", "demo", back]).expect(0).out;
    assert_eq!(tables(&exported_again), tables(&exported));
    let imported = again.run(&["tenant", "import", back]).expect(0).out;
    assert_eq!(tables(&imported), tables(&exported));
    assert_eq!(verified(&again), chain);

    // In both of them life goes on, and whoever followed the feed goes on where they were.
    for moved in [&large, &again] {
        let server = moved.serve();
        let admin = server.sign_in("demo", ADMINISTRATOR, PASSWORD).await;
        assert_eq!(names(&admin).await, before);
        let found = admin.get("/v1/parties?q=wangwei").await.expect(200);
        assert_eq!(found.each("id"), [json!(odd)]);
        let new = json!({ "kind": "organisation", "name": "New" });
        let new = admin.post("/v1/parties", new).await.expect(201).id();
        let path = format!("/v1/changes?types=party&wait=25{cursor}");
        let mut page = admin.get(&path).await.expect(200);
        for _ in 0..20 {
            if !page.data().is_empty() {
                break;
            }
            page = admin.get(&path).await.expect(200);
        }
        assert_eq!(page.each("id"), [json!(new)], "{}", page.text);
        server.stop();
        verified(moved);
    }
    for store in [first, second, third] {
        store.remove().await;
    }
}

#[actix_web::test]
async fn a_file_that_is_not_whole_changes_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (small, first) = program(Engine::Sqlite).await.expect("a folder");
        let Some((other, second)) = program(engine).await else { continue };
        small.run_with(&["demo"], &[("GUANXI_ADMIN_PASSWORD", PASSWORD)]).expect(0);
        let file = small.folder.path().join("demo.gz");
        let path = file.to_str().expect("a path");
        small.run(&["tenant", "export", "demo", path]).expect(0);
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&file).expect("a file")).read_to_string(&mut text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let short = lines[..lines.len() - 1].join("\n");
        let altered = text.replace("Acme Corporation", "Acme Corporatiom");
        let of_another_schema = text.replacen("\"schema\":", "\"schema\":9", 1);
        let of_nothing = "hello".to_owned();
        for (wrong, why) in [
            (short, "too early"),
            (altered, "table "),
            (of_another_schema, "version of the program"),
            (of_nothing, "no file of a tenant"),
        ] {
            let mut out = GzEncoder::new(Vec::new(), Compression::fast());
            out.write_all(wrong.as_bytes()).unwrap();
            let wrong = other.folder.path().join("wrong.gz");
            fs::write(&wrong, out.finish().unwrap()).unwrap();
            let ended = other.run(&["tenant", "import", wrong.to_str().unwrap()]).expect(1);
            assert!(ended.err.contains(why), "{why}: {}", ended.err);
            other.run(&["verify", "--tenant", "demo"]).expect(1);
        }
        other.run(&["tenant", "import", path]).expect(0);
        other.run(&["verify", "--tenant", "demo"]).expect(0);
        first.remove().await;
        second.remove().await;
    }
}

#[actix_web::test]
async fn a_backup_is_taken_while_others_write() {
    let (program, store) = program(Engine::Sqlite).await.expect("a folder");
    let server = program.serve();
    let admin = server.admin().await;
    let (stop, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    // One runtime for all: a connection that they share must not end with one of them.
    let writers = {
        let (admin, stop, made) = (admin.clone(), stop.clone(), made.clone());
        std::thread::spawn(move || {
            let write = async |writer: usize| {
                for number in 0..5_000 {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let party = json!({ "kind": "person", "name": format!("{writer} {number}") });
                    admin.post("/v1/parties", party).await.expect(201);
                    made.fetch_add(1, Ordering::SeqCst);
                }
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let all = futures_util::future::join_all((0..3).map(write));
            runtime.expect("a runtime").block_on(all);
        })
    };
    let wait_for = |count: u64| {
        while made.load(Ordering::SeqCst) < count {
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    wait_for(50);
    let said = program.run(&["backup", "copy.db"]).expect(0).out;
    assert!(said.contains("was found whole"), "{said}");
    let then = made.load(Ordering::SeqCst);
    wait_for(then + 10);
    stop.store(true, Ordering::SeqCst);
    writers.join().expect("the writers");
    let refused = program.run(&["backup", "copy.db"]).expect(1);
    assert!(refused.err.contains("there already"), "{}", refused.err);
    server.stop();
    let left = fs::read_dir(program.folder.path()).expect("a folder");
    let drafts = left.filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().starts_with(".copy.db")
    });
    assert_eq!(drafts.count(), 0, "no draft is left");

    let url = Some(format!("sqlite:{}", program.folder.path().join("copy.db").display()));
    let folder = TempDir::new().expect("a folder");
    let copy = Program { engine: Engine::Sqlite, folder, url, processes: AtomicU64::new(0) };
    copy.run(&["verify"]).expect(0);
    let server = copy.serve();
    let admin = server.admin().await;
    let total = admin.get("/v1/parties?limit=1&count=exact").await.expect(200);
    let total = total.json["total"].as_u64().expect("a number");
    assert!((50..=then).contains(&total), "{total} of {then}");
    admin.post("/v1/parties", json!({ "kind": "person", "name": "New" })).await.expect(201);
    server.stop();
    copy.run(&["verify"]).expect(0);
    store.remove().await;
}

#[actix_web::test]
async fn on_postgresql_a_backup_says_what_to_use() {
    let Some((program, store)) = program(Engine::Postgres).await else { return };
    let refused = program.run(&["backup", "copy.db"]).expect(1);
    assert!(refused.err.contains("pg_dump"), "{}", refused.err);
    store.remove().await;
}
