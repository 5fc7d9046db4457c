//! What others are told while things break: webhooks to a receiver that misbehaves, and the change feed
//! under a clock that somebody turns. Both take minutes, so only `tests/soak` has them.

use crate::{
    Client, Json,
    cluster::say_skipped,
    experiments::{Finding, Load},
    installation::Installation,
    json,
    receiver::{Manner, Message, Receiver},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What a receiver has heard of what was acknowledged.
#[derive(Debug)]
pub struct Heard {
    /// How often the server was killed, and what the store says to the ledger.
    pub finding: Finding,
    /// Events that were committed and never told.
    pub missing: usize,
    /// Records of whose making was told under more than one name.
    pub renamed: usize,
    /// Messages that came again.
    pub again: usize,
}

/// A receiver misbehaves and the server is killed under load; then it has as long as a lease lasts, and an
/// attempt after that, to tell the rest (E20).
///
/// # Panics
/// When the endpoint cannot be made.
pub async fn webhooks(installation: Installation, load: Load) -> Heard {
    /// Longer than the lease of a killed node and the pause before the second attempt.
    const REST: Duration = Duration::from_secs(120);
    let installation = installation
        .with("GUANXI_WEBHOOKS_ALLOW_PRIVATE", "true")
        .with("GUANXI_WEBHOOKS_SECONDS", "1");
    let receiver = Receiver::start(&[Manner::Moody]).await;
    let node = installation.start().await;
    let endpoint =
        json!({ "name": "ERP", "url": receiver.url(), "event_types": ["party.created"] });
    installation.client().post("/v1/webhook-endpoints", endpoint).await.expect(201);
    let ledger = installation.ledger();
    let until = Instant::now() + load.time;
    let kills = async {
        let (mut node, mut faults) = (node, 0);
        while Instant::now() + load.pause < until {
            tokio::time::sleep(load.pause).await;
            node.kill();
            node = installation.start().await;
            faults += 1;
        }
        (node, faults)
    };
    let ((node, faults), ()) = tokio::join!(kills, ledger.load(load.clients, until));
    let made: BTreeSet<String> = ledger.acknowledged().values().map(ToString::to_string).collect();
    let end = Instant::now() + REST;
    loop {
        let told = told(&receiver);
        let missing = made.iter().filter(|id| !told.contains_key(*id)).count();
        if missing > 0 && Instant::now() < end {
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        }
        node.stop().await;
        let balance = ledger.balance(installation.url()).await;
        let renamed = told.values().filter(|names| names.len() > 1).count();
        let messages = receiver.messages();
        let names: BTreeSet<&str> = messages.iter().map(Message::id).collect();
        let again = messages.len() - names.len();
        let finding = Finding { faults, longest: Duration::ZERO, balance };
        return Heard { finding, missing, renamed, again };
    }
}

/// The names of the messages about each record.
fn told(receiver: &Receiver) -> BTreeMap<String, BTreeSet<String>> {
    let mut told: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for message in receiver.messages() {
        let id = message.json()["data"]["id"].as_str().unwrap_or_default().to_owned();
        told.entry(id).or_default().insert(message.id().to_owned());
    }
    told
}

/// What a caller sees of what was written under a clock that was turned.
#[derive(Debug)]
pub struct Turned {
    /// How often it was turned, and what the store says to the ledger.
    pub finding: Finding,
    /// Records that the change feed has not told exactly once.
    pub feed: usize,
    /// Records that are not exactly once on the pages of their list.
    pub pages: usize,
}

/// Somebody turns the clock of the server back and forth under load, by libfaketime (E17). `None`, with a
/// line that says so, where that is not installed (Debian: `faketime`).
///
/// # Panics
/// When there is no room for a file.
pub async fn turned_clock(installation: Installation, folder: &Path, load: Load) -> Option<Turned> {
    /// One after the other; the last one is the true time.
    const TURNS: [&str; 6] = ["-10m", "+10m", "-1d", "+1y", "-1y", "+0"];
    let Some(library) = library() else {
        say_skipped("libfaketime is not installed");
        return None;
    };
    let file = folder.join("faketime");
    let turn = |to: &str| fs::write(&file, format!("{to}\n")).expect("a file");
    turn("+0");
    let installation = installation
        .with("LD_PRELOAD", library.display().to_string())
        .with("FAKETIME_TIMESTAMP_FILE", file.display().to_string())
        .with("FAKETIME_CACHE_DURATION", "1")
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let node = installation.start().await;
    let (ledger, client) = (installation.ledger(), installation.client());
    let until = Instant::now() + load.time;
    let pause = load.time / u32::try_from(TURNS.len() + 1).expect("a few");
    let turns = async {
        for to in TURNS {
            tokio::time::sleep(pause).await;
            turn(to);
        }
    };
    let ((), ()) = tokio::join!(turns, ledger.load(load.clients, until));
    let made: BTreeSet<String> = ledger.acknowledged().values().map(ToString::to_string).collect();
    let off = |seen: &BTreeMap<String, usize>| {
        made.iter().filter(|id| seen.get(*id) != Some(&1)).count()
            + seen.keys().filter(|id| !made.contains(*id)).count()
    };
    let feed = off(&seen(&client, "/v1/changes?types=party&limit=500", "since", true).await);
    let pages = off(&seen(&client, "/v1/parties?limit=200", "cursor", false).await);
    node.stop().await;
    let balance = ledger.balance(installation.url()).await;
    installation.run(&["verify"]);
    let faults = u32::try_from(TURNS.len()).expect("a few");
    let finding = Finding { faults, longest: Duration::ZERO, balance };
    Some(Turned { finding, feed, pages })
}

/// How often each record is on the pages from this one on.
async fn seen(client: &Client, first: &str, name: &str, feed: bool) -> BTreeMap<String, usize> {
    let (mut seen, mut path) = (BTreeMap::new(), first.to_owned());
    loop {
        let page = client.get(&path).await.expect(200).json;
        for item in page["data"].as_array().into_iter().flatten() {
            *seen.entry(item["id"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        let more =
            page["next_cursor"].as_str().filter(|_| !feed || page["has_more"] == Json::Bool(true));
        let Some(cursor) = more else { return seen };
        path = format!("{first}&{name}={cursor}");
    }
}

fn library() -> Option<PathBuf> {
    fs::read_dir("/usr/lib").ok()?.find_map(|folder| {
        let place = folder.ok()?.path().join("faketime/libfaketime.so.1");
        place.exists().then_some(place)
    })
}
