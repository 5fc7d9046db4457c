//! The keys under which secrets lie in the store: lost and found, replaced, and moved with a tenant.

use super::{ADMINISTRATOR, PASSWORD, Program, Server, transfer::program};
use crate::webhooks::receiver::Receiver;
use guanxi_kernel::Clock;
use guanxi_tests::{Answer, Client, Engine, given, json};
use std::{fs, path::PathBuf, time::Instant};

programs![
    a_lost_key_pauses_endpoints_until_it_is_back,
    a_new_key_seals_what_the_old_one_has_sealed,
];

const PRIVATE: &[(&str, &str)] =
    &[("GUANXI_ADMIN_PASSWORD", PASSWORD), ("GUANXI_WEBHOOKS_ALLOW_PRIVATE", "true")];

async fn endpoint(admin: &Client, receiver: &Receiver) -> Answer {
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["party.created"] });
    admin.post("/v1/webhook-endpoints", body).await.expect(201)
}

fn path(endpoint: &Answer) -> String {
    format!("/v1/webhook-endpoints/{}", endpoint.id())
}

/// The files of sealing keys.
fn keys(program: &Program) -> Vec<PathBuf> {
    let all = fs::read_dir(program.folder.path().join("data/keys")).expect("the keys");
    let all = all.map(|entry| entry.expect("a key").path());
    let mut keys: Vec<PathBuf> =
        all.filter(|path| path.to_string_lossy().ends_with(".sealing.key")).collect();
    keys.sort();
    keys
}

/// The file of the only one.
fn only_key(program: &Program) -> PathBuf {
    let keys = keys(program);
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys[0].clone()
}

/// The id in the name of a key's file.
fn id(file: &std::path::Path) -> String {
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    let (_, id) = name.split_once('-').expect("a name of a key");
    id.trim_end_matches(".sealing.key").to_owned()
}

/// Waits until an endpoint has that status; the endpoint.
async fn becomes(admin: &Client, endpoint: &Answer, status: &str) -> Answer {
    let until = Instant::now() + super::PATIENCE;
    loop {
        let read = admin.get(path(endpoint)).await.expect(200);
        if read.json["status"] == status {
            return read;
        }
        assert!(Instant::now() < until, "{}", read.text);
        tokio::time::sleep(super::GLANCE).await;
    }
}

/// Waits for a message that this secret verifies.
async fn verified(receiver: &Receiver, secret: &Answer) {
    let until = Instant::now() + super::PATIENCE;
    let good = || {
        let messages = receiver.messages();
        messages.iter().any(|message| message.verify(secret, Clock::System.now()).is_ok())
    };
    while !good() {
        assert!(Instant::now() < until, "{:?}", receiver.messages());
        tokio::time::sleep(super::GLANCE).await;
    }
}

async fn admin(server: &Server) -> Client {
    server.sign_in("main", ADMINISTRATOR, PASSWORD).await
}

async fn a_lost_key_pauses_endpoints_until_it_is_back(program: &Program) {
    let server = program.serve_with(PRIVATE);
    let (client, receiver) = (admin(&server).await, Receiver::willing().await);
    let made = endpoint(&client, &receiver).await;
    server.stop();
    let key = &only_key(program);
    let away = program.folder.path().join("away");
    fs::rename(key, &away).expect("a move");

    let server = program.serve_with(PRIVATE);
    let client = admin(&server).await;
    let read = becomes(&client, &made, "paused").await;
    assert_eq!(read.json["paused_reason"], "key_missing");
    given::party(&client, "Meanwhile").await;
    let act = |verb: &str| client.act(format!("{}/{verb}", path(&made)));
    for verb in ["test", "resume"] {
        let refused = act(verb).await.refused(409, "sealing_key_missing");
        assert!(refused.text.contains(&id(key)), "{}", refused.text);
    }
    // What needs no secret works as ever.
    client.patch(path(&made), json!({ "name": "ERP 2" })).await.expect(200);
    fs::rename(&away, key).expect("a move");
    act("resume").await.expect(200);
    verified(&receiver, &made).await;
    let log = server.stop().err;
    assert!(log.contains("is paused until") && log.contains(&id(key)), "{log}");

    // Lost for good: another secret takes its place.
    fs::remove_file(key).expect("a key");
    let server = program.serve_with(PRIVATE);
    let client = admin(&server).await;
    becomes(&client, &made, "paused").await;
    let rotated = client.act(format!("{}/rotate-secret", path(&made))).await.expect(200);
    client.act(format!("{}/resume", path(&made))).await.expect(200);
    given::party(&client, "Afterwards").await;
    verified(&receiver, &rotated).await;
    server.stop();
}

async fn a_new_key_seals_what_the_old_one_has_sealed(program: &Program) {
    let server = program.serve_with(PRIVATE);
    let (client, receiver) = (admin(&server).await, Receiver::willing().await);
    let made = endpoint(&client, &receiver).await;
    let old = &only_key(program);
    let said = program.run(&["rotate-sealing-key"]).expect(0).out;
    let new = keys(program).into_iter().find(|key| key != old).expect("another key");
    assert!(said.contains(&id(&new)) && said.contains("1 webhook endpoint"), "{said}");
    assert!(!said.contains("removed"), "a node may not know the new one yet: {said}");
    // The server that runs learns of it when it needs it.
    given::party(&client, "A").await;
    verified(&receiver, &made).await;
    server.stop();
    // As if made long ago, so that no node seals with the old one any more.
    let ago = Clock::System.now() - chrono::TimeDelta::hours(2);
    let aged = new.with_file_name(format!("{}-{}.sealing.key", ago.timestamp_millis(), id(&new)));
    let older = old.with_file_name(format!("{}-{}.sealing.key", 1, id(old)));
    fs::rename(&new, aged).and_then(|()| fs::rename(old, older)).expect("names");
    let said = program.run(&["rotate-sealing-key"]).expect(0).out;
    assert!(said.contains(&format!("key {} any more", id(old))), "{said}");
    assert_eq!(keys(program).len(), 2);
    let server = program.serve_with(PRIVATE);
    let client = admin(&server).await;
    let tested = client.act(format!("{}/test", path(&made))).await.expect(200);
    assert_eq!(tested.json["delivered"], true);
    assert_eq!(
        receiver.messages().last().expect("a message").verify(&made, Clock::System.now()),
        Ok(())
    );
    server.stop();
    // Keys that are given in the configuration are put in order there.
    let text = fs::read_to_string(&keys(program)[1]).expect("a key");
    let given = [("GUANXI_TOKENS_SEALING", text.trim())];
    let said = program.run_with(&["rotate-sealing-key"], &given).expect(0).out;
    assert!(said.contains("of the configuration"), "{said}");
    let other = [("GUANXI_TOKENS_SEALING", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")];
    let said = program.run_with(&["rotate-sealing-key"], &other).expect(3).out;
    assert!(said.contains("is paused") && said.contains("is not here"), "{said}");
}

#[actix_web::test]
async fn secrets_move_with_a_tenant_if_the_key_goes_along() {
    let (from, first) = program(Engine::Sqlite).await.expect("a folder");
    let Some((to, second)) = program(Engine::Postgres).await else { return };
    let server = from.serve_with(PRIVATE);
    let (client, receiver) = (admin(&server).await, Receiver::willing().await);
    let made = endpoint(&client, &receiver).await;
    server.stop();
    let file = from.folder.path().join("main.gz");
    let file = file.to_str().expect("a path");
    let said = from.run(&["tenant", "export", "main", file]).expect(0).out;
    assert!(said.contains("sealing.key"), "{said}");
    let mut text = String::new();
    let mut read = flate2::read::GzDecoder::new(fs::File::open(file).expect("a file"));
    std::io::Read::read_to_string(&mut read, &mut text).expect("text");
    assert!(text.contains("sealed:1:") && !text.contains("whsec_"));

    let said = to.run(&["tenant", "import", file]).expect(0).out;
    let key = &only_key(&from);
    assert!(said.contains("is paused") && said.contains(&id(key)), "{said}");
    let server = to.serve_with(PRIVATE);
    let client = admin(&server).await;
    let read = becomes(&client, &made, "paused").await;
    assert_eq!(read.json["paused_reason"], "key_missing");
    fs::copy(key, to.folder.path().join("data/keys").join(key.file_name().expect("a name")))
        .expect("a copy");
    client.act(format!("{}/resume", path(&made))).await.expect(200);
    given::party(&client, "A").await;
    verified(&receiver, &made).await;
    server.stop();
    for store in [first, second] {
        store.remove().await;
    }
}
