//! What an outage does, in short: each acknowledged write is there afterwards, once. `make soak` does the
//! same for as long as one likes.

use super::{Program, binary, transfer::program};
use guanxi_tests::{
    Engine,
    cluster::{Cluster, Mode},
    experiments::{
        Blow, Disk, Load, ended_connections, ending_server, failing_over, full_disk, paused_server,
        restarting_store, silent_connections,
    },
    installation::Installation,
    pair::{Pair, Replication},
};
use std::time::{Duration, Instant};
use tempfile::TempDir;

programs![
    e_01_e_02_a_server_that_is_killed_loses_nothing,
    e_16_a_server_that_stops_under_load_loses_nothing,
    e_23_a_server_that_is_held_up_loses_nothing,
    a_ledger_finds_what_is_wrong,
];

const LOAD: Load =
    Load { clients: 4, time: Duration::from_secs(8), pause: Duration::from_millis(1_500) };

fn installation(program: &Program) -> Installation {
    Installation::new(binary::path(), program.folder.path(), program.url.as_deref())
}

async fn e_01_e_02_a_server_that_is_killed_loses_nothing(program: &Program) {
    let installation = installation(program);
    let found = ending_server(&installation, Blow::Kill, LOAD).await;
    println!("{:?}: {found:?}", program.engine);
    assert!(found.faults >= 2 && found.balance.is_even(), "{found:?}");
    assert_eq!(found.balance.failures(), 0, "{found:?}");
    installation.run(&["verify"]);
}

async fn e_16_a_server_that_stops_under_load_loses_nothing(program: &Program) {
    let load = Load { time: Duration::from_secs(5), ..LOAD };
    let found = ending_server(&installation(program), Blow::Stop, load).await;
    println!("{:?}: {found:?}", program.engine);
    assert!(found.faults >= 1 && found.balance.is_even(), "{found:?}");
    assert_eq!(found.balance.failures(), 0, "{found:?}");
}

async fn e_23_a_server_that_is_held_up_loses_nothing(program: &Program) {
    let load = Load { clients: 2, time: Duration::from_secs(5), ..LOAD };
    let found = paused_server(&installation(program), load).await;
    println!("{:?}: {found:?}", program.engine);
    assert!(found.faults >= 1 && found.balance.is_even(), "{found:?}");
    assert_eq!(found.balance.failures(), 0, "{found:?}");
}

#[actix_web::test]
async fn e_23_connections_that_somebody_ends_lose_nothing() {
    let Some((program, store)) = program(Engine::Postgres).await else { return };
    let (time, pause) = (Duration::from_secs(3), Duration::from_millis(100));
    let load = Load { clients: 2, time, pause };
    let found = ended_connections(&installation(&program), load).await;
    println!("{found:?}");
    assert!(found.faults >= 3 && found.balance.is_even(), "{found:?}");
    assert_eq!(found.balance.failures(), 0, "it says 503, not 500: {found:?}");
    store.remove().await;
}

#[actix_web::test]
async fn e_15_connections_that_say_nothing_are_in_nobodys_way() {
    let (program, store) = program(Engine::Sqlite).await.expect("a folder");
    // Other tests of this process need files too.
    let found = silent_connections(&installation(&program), 300).await;
    println!("{found:?}");
    let [before, during, _] = found.files;
    assert!(found.connections == 300 && during >= before + 250, "{found:?}");
    // Whoever waited for the others to be hung up on would wait for five.
    assert!(found.slowest.is_some_and(|slowest| slowest < Duration::from_secs(4)), "{found:?}");
    assert!(found.is_over(), "the server has hung up: {found:?}");
    store.remove().await;
}

#[actix_web::test]
async fn e_03_e_04_a_postgresql_that_ends_loses_nothing() {
    let Some(cluster) = Cluster::start().await else { return };
    for mode in [Mode::Immediate, Mode::Fast] {
        let folder = TempDir::new().expect("a folder");
        let url = cluster.database(&format!("{mode:?}").to_lowercase()).await;
        let installation = Installation::new(binary::path(), folder.path(), Some(&url));
        let load = Load { time: Duration::from_secs(7), pause: Duration::from_secs(2), ..LOAD };
        let found = restarting_store(&installation, &cluster, mode, load).await;
        println!("{mode:?}: {found:?}");
        assert!(found.faults >= 1 && found.balance.is_even(), "{mode:?}: {found:?}");
        assert_eq!(found.balance.failures(), 0, "it says 503, not 500: {found:?}");
    }
}

#[actix_web::test]
async fn e_05_a_failover_to_a_synchronous_standby_loses_nothing() {
    let Some(mut pair) = Pair::start(Replication::Synchronous).await else { return };
    // How long it takes is for `make soak`: here other tests are in the way.
    let load = Load { time: Duration::from_secs(5), pause: Duration::from_secs(3), ..LOAD };
    let found = failing_over(binary::path(), &mut pair, load).await;
    println!("{found:?}");
    assert!(found.faults >= 1 && found.balance.is_even(), "{found:?}");
    assert_eq!(found.balance.failures(), 0, "it says 503, not 500: {found:?}");
}

#[actix_web::test]
async fn e_06_a_full_disk_loses_nothing_and_heals() {
    let Some(disk) = Disk::mount(96) else { return };
    let load = Load { pause: Duration::from_secs(2), ..LOAD };
    let found = full_disk(binary::path(), &disk, load).await;
    println!("{found:?}");
    assert!(found.balance.is_even(), "{found:?}");
    assert!(found.full > 0 && found.after > 0, "{found:?}");
    assert_eq!((found.read, found.balance.failures()), (Some(200), 0), "{found:?}");
}

#[actix_web::test]
async fn e_21_a_backup_has_all_that_was_acknowledged_before() {
    let (program, store) = program(Engine::Sqlite).await.expect("a folder");
    let installation = installation(&program);
    let node = installation.start().await;
    let ledger = installation.ledger();
    let backup = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = ledger.acknowledged();
        let mut command = installation.command(&["backup", "copy.db"]);
        let taken = tokio::task::spawn_blocking(move || command.output()).await;
        let taken = taken.expect("a backup").expect("the program");
        assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
        before
    };
    let until = Instant::now() + Duration::from_secs(4);
    let (before, ()) = tokio::join!(backup, ledger.load(LOAD.clients, until));
    node.stop().await;
    let copy = format!("sqlite:{}", program.folder.path().join("copy.db").display());
    let in_copy = ledger.balance_of(&before, &copy).await;
    assert!(in_copy.is_even(), "{in_copy:?}");
    let here = ledger.balance(installation.url()).await;
    assert!(here.is_even() && here.stored > in_copy.acknowledged, "{here:?} {in_copy:?}");
    Installation::new(binary::path(), program.folder.path(), Some(&copy)).run(&["verify"]);
    store.remove().await;
}

/// Whoever says that nothing is lost has to notice when something is.
async fn a_ledger_finds_what_is_wrong(program: &Program) {
    let installation = installation(program);
    let node = installation.start().await;
    let ledger = installation.ledger();
    for _ in 0..4 {
        ledger.write(Instant::now()).await;
    }
    node.stop().await;
    let even = ledger.balance(installation.url()).await;
    assert!(even.is_even() && even.acknowledged == 4 && even.stored == 4, "{even:?}");
    let names: Vec<String> = ledger.acknowledged().into_keys().collect();
    let [first, second, third, fourth] = &names[..] else { panic!("{names:?}") };
    alter(&installation, "UPDATE parties SET name = $1 WHERE name = $2", first, second).await;
    alter(&installation, "UPDATE parties SET name = $1 WHERE name = $2", "else", fourth).await;
    let silent = "UPDATE events SET kind = $1 WHERE kind = 'party.created' AND subject_id IN (
         SELECT p.id FROM parties p WHERE p.name = $2)";
    alter(&installation, silent, "updated", third).await;
    let odd = ledger.balance(installation.url()).await;
    assert!(!odd.is_even(), "{odd:?}");
    assert_eq!((odd.lost, odd.doubled, odd.strange, odd.untold), (2, 1, 1, 1), "{odd:?}");
}

async fn alter(installation: &Installation, text: &'static str, one: &str, other: &str) {
    let url = installation.url();
    if url.starts_with("postgres") {
        let mut store = <sqlx::PgConnection as sqlx::Connection>::connect(url).await.expect("it");
        sqlx::query(text).bind(one).bind(other).execute(&mut store).await.expect("a change");
    } else {
        let mut store =
            <sqlx::SqliteConnection as sqlx::Connection>::connect(url).await.expect("it");
        sqlx::query(text).bind(one).bind(other).execute(&mut store).await.expect("a change");
    }
}
