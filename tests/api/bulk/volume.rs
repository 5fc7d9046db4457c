//! A great many persons as one job: killed half-way it goes on where it was, and undone it leaves
//! nothing. `GUANXI_JOB_RECORDS` says how many; what each part took is printed.
#![expect(clippy::print_stdout, reason = "tells how long it took")]

use super::{counts, set, succeeded, upload};
use chrono::TimeDelta;
use guanxi_tests::{Answer, World, both_stores, json, world::ADMINISTRATOR};
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

both_stores![
    z_12_many_persons_are_imported_by_a_killed_job_and_undone,
    what_is_undone_together_is_judged_one_by_one,
];

/// How many persons are imported where nothing else is said.
const RECORDS: u64 = 3_000;

const FAMILY: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const GIVEN: &[&str] = &["伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "杰", "涛"];

/// Persons with a name, a number and a code, the same in every run.
fn persons(count: u64) -> String {
    let pick = |from: &[&'static str], number: u64| {
        usize::try_from(number).map_or("", |number| from[number % from.len()])
    };
    let mut file = String::from("name,kind,code,phones\n");
    for number in 0..count {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        let name = [pick(FAMILY, mixed), pick(GIVEN, mixed / 12), pick(GIVEN, mixed / 144)];
        let phone = 13_800_000_000 + number;
        writeln!(file, "{},person,P-{number},+86{phone}", name.concat()).expect("a text");
    }
    file
}

async fn z_12_many_persons_are_imported_by_a_killed_job_and_undone(world: &World) {
    let said = std::env::var("GUANXI_JOB_RECORDS").ok().and_then(|count| count.parse().ok());
    let wanted: u64 = said.unwrap_or(RECORDS);
    let import = upload(&world.admin, "parties", persons(wanted)).await.expect(201).id();
    set(&world.admin, &import, json!({ "match_on": ["code"] })).await.expect(200);
    let job = world.admin.act(format!("/v1/imports/{import}/commit")).await.expect(202).id();
    let path = format!("/v1/jobs/{job}");
    let begun = Instant::now();
    let at_half = killed_at_half(world, &path, wanted).await;
    let killed = begun.elapsed();
    assert!((1..wanted).contains(&at_half), "killed with {at_half} done");
    // Nobody has given the job back, so it is another's only when its time is over.
    world.clock.advance(TimeDelta::seconds(61));
    let begun = Instant::now();
    let job = worked(world, &path).await;
    let resumed = begun.elapsed();
    let all = i64::try_from(wanted).expect("a count");
    assert_eq!(counts(&job), [all, 0, 0, 0], "none twice, none lost");
    assert_eq!(live(world).await, [all, all], "rows and codes");
    let undo = world.admin.act(format!("{path}/undo")).await.expect(202).id();
    let begun = Instant::now();
    let undone = worked(world, &format!("/v1/jobs/{undo}")).await;
    println!(
        "{:?}: {wanted} persons, killed with {at_half} after {killed:?}, the rest in {resumed:?}, undone in {:?}",
        world.engine,
        begun.elapsed(),
    );
    assert_eq!(undone.json["result"], json!({ "undone": all, "left": 0 }));
    assert_eq!(live(world).await, [0, 0], "undone it leaves none");
}

/// Lets a worker do half of the job and stops it in the middle of what it is at; how much is done.
async fn killed_at_half(world: &World, path: &str, wanted: u64) -> u64 {
    let worker = world.app.worker();
    let half = async {
        loop {
            let job = world.admin.get(path).await.expect(200);
            let done = job.json["done"].as_u64().expect("a count");
            if done * 2 >= wanted {
                return done;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        done = half => done,
        _ = worker.work() => panic!("nobody was quick enough to kill the worker"),
    }
}

/// Does what waits; the job, as whoever signs in afterwards sees it.
async fn worked(world: &World, path: &str) -> Answer {
    world.work().await;
    let job = world.sign_in(ADMINISTRATOR).await.get(path).await.expect(200);
    succeeded(&job);
    job
}

/// How many live persons there are, and how many codes they have.
async fn live(world: &World) -> [i64; 2] {
    let count = async |tx: &mut guanxi_storage::Tx| {
        let select = guanxi_storage::sql!(
            "SELECT COUNT(*), COUNT(DISTINCT code) FROM parties
             WHERE tenant_id = $1 AND kind = 'person' AND deleted_at IS NULL"
        );
        tx.optional::<(i64, i64)>(select).await
    };
    let tenant = world.ctx().await.tenant;
    let (rows, codes) = world.db.read(tenant, count).await.expect("a count").expect("a row");
    [rows, codes]
}

async fn what_is_undone_together_is_judged_one_by_one(world: &World) {
    let admin = &world.admin;
    // The second stands below the first, which can only go after it.
    let file = "name,kind,code\nGroup,organisation,G\nOther,organisation,O\nKept,organisation,K\n";
    let import = upload(admin, "parties", file).await.expect(201).id();
    let first = super::commit(world, &import).await;
    let of = async |code: &str| {
        let found = admin.get(format!("/v1/parties?code={code}")).await.expect(200);
        found.data().first().map(|party| party["id"].as_str().expect("an id").to_owned())
    };
    let group = of("G").await.expect("it is there");
    let rows = format!("name,kind,code,parent_id\nBelow,organisation,B,{group}\n");
    let import = upload(admin, "parties", rows).await.expect(201).id();
    super::commit(world, &import).await;
    let kept = of("K").await.expect("it is there");
    admin.patch(format!("/v1/parties/{kept}"), json!({ "tier": "key" })).await.expect(200);
    let undo = admin.act(format!("/v1/jobs/{}/undo", first.id())).await.expect(202).id();
    let undone = worked(world, &format!("/v1/jobs/{undo}")).await;
    assert_eq!(undone.json["result"], json!({ "undone": 1, "left": 2 }));
    let problems = admin.get(format!("/v1/jobs/{undo}/problems")).await.expect(200);
    let codes = problems.each("problem");
    let codes: Vec<_> = codes.iter().map(|problem| problem["code"].as_str()).collect();
    assert_eq!(codes, [Some("changed_since"), Some("in_use")]);
    assert_eq!(
        [of("G").await.is_some(), of("O").await.is_some(), of("K").await.is_some()],
        [true, false, true]
    );
    // What is deleted together is told of each, and can be restored.
    let trash = admin.get("/v1/trash").await.expect(200);
    assert_eq!(trash.each("title"), [json!("Other")]);
    let restore = trash.data()[0]["restore"].as_str().expect("a path").to_owned();
    admin.act(restore).await.expect(200);
    assert!(of("O").await.is_some());
}
