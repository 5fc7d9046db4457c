//! `guanxi serve` where the store is not there, or not what it should be.

use super::{GLANCE, PASSWORD, PATIENCE, Process, transfer::program};
use guanxi_tests::{Engine, installation::free_address, way::Way};
use std::time::{Duration, Instant};

#[actix_web::test]
async fn e_23_a_server_waits_for_a_postgresql_that_is_not_there_yet() {
    let Some((program, store)) = program(Engine::Postgres).await else { return };
    let address = free_address();
    let url = Way::url_at(address, &store.url);
    let starting =
        program.start(&[("DATABASE_URL", url.as_str()), ("GUANXI_ADMIN_PASSWORD", PASSWORD)]);
    let until = Instant::now() + PATIENCE;
    while !starting.0.err().contains("PostgreSQL cannot be reached yet") {
        assert!(Instant::now() < until, "{}", starting.0.err());
        tokio::time::sleep(GLANCE).await;
    }
    let _way = Way::at(address, &store.url).await;
    // Waited for elsewhere: this thread serves the way.
    let served = tokio::task::spawn_blocking(move || starting.wait().stop());
    served.await.expect("a server that serves and stops");
    store.remove().await;
}

#[actix_web::test]
async fn e_23_a_server_does_not_wait_for_ever() {
    let Some((program, store)) = program(Engine::Postgres).await else { return };
    let nowhere = Way::url_at(free_address(), &store.url);
    let (address, _) = store.url.rsplit_once('/').expect("an address");
    let missing = format!("{address}/no_such_database");
    for (url, said) in [(nowhere, "could not be reached in 1 s"), (missing, "no_such_database")] {
        let mut command = program.command(&["serve"]);
        command.env("DATABASE_URL", url).env("GUANXI_DATABASE_START_SECONDS", "1");
        let mut process = Process::start(command, program.file());
        let began = Instant::now();
        let ended = tokio::task::spawn_blocking(move || (process.end().code(), process.err()));
        let (code, err) = ended.await.expect("an end");
        assert_eq!(code, Some(1), "{err}");
        assert!(err.lines().last().is_some_and(|line| line.contains(said)), "{err}");
        // By itself it would wait for longer.
        assert!(began.elapsed() < Duration::from_secs(50), "{:?}", began.elapsed());
    }
    store.remove().await;
}
