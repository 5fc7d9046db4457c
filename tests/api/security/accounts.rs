//! Guessing at accounts.

#![expect(clippy::print_stdout, reason = "tells how long answers took")]

use chrono::TimeDelta;
use guanxi_tests::{
    Answer, Engine, Json, World, both_stores,
    faults::Breaker,
    json,
    world::{self, ADMINISTRATOR, PASSWORD},
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

both_stores![
    sec_05_an_account_that_must_wait_answers_as_one_that_is_not_there,
    sec_05_guessing_at_one_account_keeps_nobody_out,
];

async fn login(world: &World, tenant: &str, email: &str, password: &str) -> Answer {
    let wish = json!({ "tenant": tenant, "email": email, "password": password });
    world.anonymous().post("/v1/auth/login", wish).await
}

/// A user who can sign in; the address.
async fn somebody(world: &World) -> String {
    let (client, _) = world.person(&[], None).await;
    let me = client.get("/v1/me").await.expect(200);
    me.json["email"].as_str().expect("an address").to_owned()
}

/// Five failures: from then on a second must pass, and no time does.
async fn lock(world: &World, email: &str) {
    for _ in 0..5 {
        login(world, "main", email, "not the password").await.refused(401, "invalid_credentials");
    }
}

/// What an answer shows to somebody who compares: the status, the names of its headers, and its body.
fn shown(answer: &Answer) -> (u16, BTreeSet<String>, Json) {
    let mut body = answer.json.clone();
    body["request_id"] = Json::Null;
    let names = answer.headers.keys().map(ToString::to_string).collect();
    (answer.status, names, body)
}

async fn sec_05_an_account_that_must_wait_answers_as_one_that_is_not_there(world: &World) {
    let (waiting, other) = (somebody(world).await, somebody(world).await);
    lock(world, &waiting).await;
    let tries = [
        ("waiting, the right password", waiting.as_str(), PASSWORD),
        ("waiting, a wrong password", waiting.as_str(), "not the password"),
        ("a wrong password", other.as_str(), "not the password"),
        ("nobody", "nobody@example.com", PASSWORD),
    ];
    let mut answers = Vec::new();
    for (what, email, password) in tries {
        // Fewer than would make the others wait too.
        let mut took = Vec::new();
        for _ in 0..4 {
            let start = Instant::now();
            let answer = login(world, "main", email, password).await;
            took.push(start.elapsed());
            answers.push((what, shown(&answer)));
        }
        took.sort();
        let median = took.get(2).copied().unwrap_or(Duration::ZERO);
        // Of a busy machine nothing is asserted; the work is the same: one read, one hash, one write.
        println!("{:?}, {what}: {median:?}", world.engine);
    }
    let (_, first) = &answers[0];
    assert_eq!(first.0, 401);
    for (what, answer) in &answers {
        assert_eq!(answer, first, "{what}");
    }
}

/// Of time nothing can be asserted, of work it can. The embedded store is told the same, by the same code.
#[actix_web::test]
async fn sec_05_whatever_is_wrong_takes_as_many_statements() {
    world::on_breakable(Engine::Postgres, async |world: &World, breaker: &Breaker| {
        let (known, waiting) = (somebody(world).await, somebody(world).await);
        lock(world, &waiting).await;
        let tries = [
            ("a wrong password", "main", known.as_str(), "not the password"),
            ("waiting, the right password", "main", waiting.as_str(), PASSWORD),
            ("waiting, a wrong password", "main", waiting.as_str(), "not the password"),
            ("nobody", "main", "nobody@example.com", PASSWORD),
            ("nowhere", "no-such-company", ADMINISTRATOR, PASSWORD),
        ];
        let mut counted = Vec::new();
        for (what, tenant, email, password) in tries {
            // Once before, since what is looked up at first is kept.
            login(world, tenant, email, password).await.refused(401, "invalid_credentials");
            let work = async || {
                login(world, tenant, email, password).await.refused(401, "invalid_credentials");
            };
            counted.push((what, breaker.steps(work).await));
        }
        println!("{counted:?}");
        assert!(counted[0].1 > 8, "{counted:?}");
        for (what, steps) in &counted {
            assert_eq!(*steps, counted[0].1, "{what}: {counted:?}");
        }
    })
    .await;
}

async fn sec_05_guessing_at_one_account_keeps_nobody_out(world: &World) {
    let other = somebody(world).await;
    let stranger = world.stranger().await;
    let tenant = stranger.get("/v1/tenant").await.expect(200);
    let tenant = tenant.json["slug"].as_str().expect("a name").to_owned();
    lock(world, ADMINISTRATOR).await;
    // Whoever goes on guessing meanwhile makes the wait no longer.
    for _ in 0..10 {
        login(world, "main", ADMINISTRATOR, "another guess")
            .await
            .refused(401, "invalid_credentials");
    }
    // Others sign in, also one with the same address elsewhere; who is in stays in.
    login(world, "main", &other, PASSWORD).await.expect(200);
    login(world, &tenant, ADMINISTRATOR, PASSWORD).await.expect(200);
    world.admin.get("/v1/me").await.expect(200);
    login(world, "main", ADMINISTRATOR, PASSWORD).await.refused(401, "invalid_credentials");
    world.clock.advance(TimeDelta::seconds(1));
    login(world, "main", ADMINISTRATOR, PASSWORD).await.expect(200);
}
