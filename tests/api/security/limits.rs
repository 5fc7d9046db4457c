//! Limits are where the server says that they are, and nobody is kept waiting by those who send slowly,
//! much, or what programs read in two ways.

use flate2::{Compression, write::GzEncoder};
use guanxi_http::{App, Options};
use guanxi_tests::{
    Answer, Client, Engine, Json, World, both_stores, json,
    world::{ADMINISTRATOR, on_with},
};
use std::{
    io::Write as _,
    net::TcpListener,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

both_stores![
    sec_17_limits_are_where_they_are_published,
    sec_23_a_body_is_bounded_when_it_is_inflated,
    sec_24_what_can_be_read_in_two_ways_is_refused,
];

/// Nobody waits for longer than this for an answer that says no.
const PATIENCE: Duration = Duration::from_secs(15);

const PARTY: &str = "{\"kind\":\"organisation\",\"name\":\"A\"}";

/// A party whose body has so many bytes.
async fn of_bytes(client: &Client, bytes: usize) -> Answer {
    let body = format!("{PARTY}{}", " ".repeat(bytes - PARTY.len()));
    client.request("POST", "/v1/parties").raw("application/json", body).await
}

async fn nested(client: &Client, levels: usize) -> Answer {
    let body = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    client.request("POST", "/v1/parties").raw("application/json", body).await
}

async fn filtered(client: &Client, filter: &str) -> Answer {
    let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
    client.get(format!("/v1/parties?filter={encoded}")).await
}

/// A batch of deletions of what is not there.
async fn batch(world: &World, items: usize) -> Answer {
    let write = json!({ "op": "delete", "id": crate::openapi::NOTHING, "if_match": 1 });
    let body = json!({ "mode": "partial", "items": vec![write; items] });
    world.admin.post("/v1/parties/batch", body).key(format!("batch-{items}")).await
}

async fn sec_17_limits_are_where_they_are_published(world: &World) {
    let admin = &world.admin;
    let meta = world.anonymous().get("/v1/meta").await.expect(200);
    let limit = |name: &str| {
        let limit = meta.json["limits"][name].as_u64();
        usize::try_from(limit.unwrap_or_else(|| panic!("{name} is published"))).expect("a limit")
    };
    let bytes = limit("body_bytes");
    of_bytes(admin, bytes).await.expect(201);
    of_bytes(admin, bytes + 1).await.refused(413, "body_too_large");
    let levels = limit("body_depth");
    nested(admin, levels).await.refused(422, "validation_failed");
    nested(admin, levels + 1).await.refused(400, "body_too_deep");
    let items = limit("batch_items");
    batch(world, items).await.expect(207);
    batch(world, items + 1).await.refused(422, "validation_failed");
    let page = limit("page_max");
    admin.get(format!("/v1/parties?limit={page}")).await.expect(200);
    admin.get(format!("/v1/parties?limit={}", page + 1)).await.refused(400, "bad_parameter");
    let padded = |characters: usize| format!("name ={}A", " ".repeat(characters - 7));
    let characters = limit("filter_characters");
    filtered(admin, &padded(characters)).await.expect(200);
    filtered(admin, &padded(characters + 1)).await.refused(400, "bad_parameter");
    let many = |comparisons: usize| vec!["tier = A"; comparisons].join(" OR ");
    let comparisons = limit("filter_comparisons");
    filtered(admin, &many(comparisons)).await.expect(200);
    filtered(admin, &many(comparisons + 1)).await.refused(400, "bad_parameter");
    let fields = ["name", "created_at", "updated_at", "name:pinyin"];
    let sort = limit("sort_fields");
    admin.get(format!("/v1/parties?sort={}", fields[..sort].join(","))).await.expect(200);
    admin
        .get(format!("/v1/parties?sort={}", fields[..=sort].join(",")))
        .await
        .refused(400, "bad_parameter");
    // The others are the settings of this server and constants, which have tests of their own.
    let options = Options::default();
    for (name, expected) in [
        ("body_seconds", options.body_seconds),
        ("request_seconds", options.request_seconds),
        ("upload_bytes", options.upload_bytes),
        ("attachment_bytes", options.attachment_bytes),
        ("reads_per_minute", options.reads_per_minute.into()),
        ("writes_per_minute", options.writes_per_minute.into()),
        ("sign_ins_per_minute", options.sign_ins_per_minute.into()),
    ] {
        assert_eq!(meta.json["limits"][name], json!(expected), "{name}");
    }
    assert_eq!(limit("custom_fields"), guanxi_storage::custom::MOST);
}

/// A party, with so many blanks in its body.
fn deflated(blanks: usize) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    let part = " ".repeat(64 * 1024);
    out.write_all(PARTY.as_bytes()).expect("a body");
    for _ in 0..blanks / part.len() {
        out.write_all(part.as_bytes()).expect("a body");
    }
    out.finish().expect("a body")
}

async fn sec_23_a_body_is_bounded_when_it_is_inflated(world: &World) {
    let send = |body: Vec<u8>| {
        let request = world.admin.request("POST", "/v1/parties").raw("application/json", body);
        request.header("content-encoding", "gzip")
    };
    send(deflated(64 * 1024)).await.expect(201);
    let bomb = deflated(32 * 1024 * 1024);
    assert!(bomb.len() < 200 * 1024, "{} bytes would be refused for themselves", bomb.len());
    let start = Instant::now();
    send(bomb).await.refused(413, "body_too_large");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    send(b"no gzip".to_vec()).await.refused(415, "unsupported_media_type");
}

/// Sends bytes as they are; the status of the answer, or 0 if the server hangs up without one.
async fn raw(world: &World, bytes: &[u8]) -> u16 {
    let host = world.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    // The server may have had enough before it has read all.
    let _ = stream.write_all(bytes).await;
    status(&mut stream).await
}

async fn status(stream: &mut TcpStream) -> u16 {
    let mut head = [0; 12];
    match timeout(PATIENCE, stream.read_exact(&mut head)).await {
        Ok(Ok(_)) => {
            let head = String::from_utf8_lossy(&head);
            head.rsplit(' ').next().and_then(|code| code.parse().ok()).expect("a status")
        }
        Ok(Err(_)) => 0,
        Err(_) => panic!("the server neither answers nor hangs up"),
    }
}

async fn sec_24_what_can_be_read_in_two_ways_is_refused(world: &World) {
    let (_, credentials) = world.admin.credentials().expect("a token");
    let head = |more: &str| {
        format!(
            "POST /v1/parties HTTP/1.1\r\nhost: a\r\nauthorization: {credentials}\r\n\
             content-type: application/json\r\n{more}\r\n\r\n"
        )
    };
    let chunked = format!("{:x}\r\n{PARTY}\r\n0\r\n\r\n", PARTY.len());
    let length = PARTY.len();
    let plain = format!("{}{PARTY}", head(&format!("content-length: {length}")));
    assert_eq!(raw(world, plain.as_bytes()).await, 201, "it is a good request otherwise");
    let smuggled = [
        format!(
            "{}{chunked}",
            head(&format!("content-length: {length}\r\ntransfer-encoding: chunked"))
        ),
        format!("{}{PARTY}", head(&format!("content-length: {length}\r\ncontent-length: 4"))),
        format!("{}{PARTY}", head(&format!("content-length: +{length}"))),
        format!("{}{PARTY}", head("content-length: -1")),
        format!("{}{chunked}", head("transfer-encoding: xchunked")),
        format!("{}{PARTY}", head("transfer-encoding: chunked")),
    ];
    for request in &smuggled {
        let status = raw(world, request.as_bytes()).await;
        assert!(matches!(status, 0 | 400 | 415 | 501), "{status}: {request}");
    }
    let large = [
        format!("GET /v1/meta HTTP/1.1\r\nhost: a\r\nx-a: {}\r\n\r\n", "a".repeat(300_000)),
        format!("GET /v1/{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(300_000)),
        format!("GET /v1/meta HTTP/1.1\r\nhost: a\r\n{}\r\n", "x-a: a\r\n".repeat(2_000)),
    ];
    for request in &large {
        let status = raw(world, request.as_bytes()).await;
        assert!(matches!(status, 0 | 400 | 413 | 414 | 431), "{status}");
    }
    let parties = world.admin.get("/v1/parties?count=exact").await.expect(200);
    assert_eq!(parties.json["total"], 1, "none of them was done");
    // A parameter that is there twice means nothing.
    world.admin.get("/v1/parties?limit=1&limit=2").await.refused(400, "repeated_parameter");
}

#[actix_web::test]
async fn sec_18_whoever_sends_slowly_is_cut_off() {
    let options = Options { body_seconds: 1, ..Options::default() };
    on_with(Engine::Sqlite, options, async |world| {
        let (_, credentials) = world.admin.credentials().expect("a token");
        let host = world.base.trim_start_matches("http://");
        let begun = format!(
            "POST /v1/parties HTTP/1.1\r\nhost: a\r\nauthorization: {credentials}\r\n\
             content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"kind\":"
        );
        let halves =
            [(begun, vec![408]), ("GET /v1/meta HTTP/1.1\r\nhost".to_owned(), vec![0, 408])];
        for (half, expected) in halves {
            let mut slow = Vec::new();
            for _ in 0..20 {
                let mut stream = TcpStream::connect(host).await.expect("a connection");
                stream.write_all(half.as_bytes()).await.expect("the beginning");
                slow.push(stream);
            }
            // Others are served meanwhile.
            let start = Instant::now();
            world.admin.get("/v1/me").await.expect(200);
            assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
            for mut stream in slow {
                let status = status(&mut stream).await;
                assert!(expected.contains(&status), "{status} to {half:?}");
            }
        }
    })
    .await;
}

/// Made-up keys are not looked up without end, and nobody else waits for that.
#[actix_web::test]
async fn sec_05_wrong_api_keys_are_counted_by_address() {
    let options = Options { sign_ins_per_minute: 5, ..Options::default() };
    on_with(Engine::Sqlite, options, async |world| {
        let scopes = json!([{ "resource": "parties", "action": "any" }]);
        let made = json!({ "name": "ERP", "scopes": scopes });
        let made = world.admin.post("/v1/api-keys", made).await.expect(201);
        let right = world.anonymous().with_key(made.json["key"].as_str().expect("a key"));
        right.get("/v1/parties").await.expect(200);
        let wrong = async || {
            let key = guanxi_identity::secrets::ApiKey::generate().reveal();
            world.anonymous().with_key(&key).get("/v1/parties").await
        };
        for _ in 0..5 {
            wrong().await.refused(401, "unauthenticated");
        }
        let refused = wrong().await.refused(429, "quota_exceeded");
        let wait = refused.header("retry-after").and_then(|seconds| seconds.parse().ok());
        assert!(wait.is_some_and(|wait: u64| (1..=12).contains(&wait)), "{wait:?}");
        right.get("/v1/parties").await.expect(200);
        world.admin.get("/v1/parties").await.expect(200);
    })
    .await;
}

async fn nodes_count_together(engine: Engine) {
    let options = Options { reads_per_minute: 5, ..Options::default() };
    on_with(engine, options.clone(), async |world| {
        let files = world.app.worker().files().clone();
        let (db, auth, clock) = (world.db.clone(), world.auth.clone(), world.clock.clone());
        let other = App::new(db, auth, clock, options.clone(), None, files);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let server = guanxi_http::serve(&other, listener, 1).expect("a server");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let (here, _) = world.person(&[("parties", "read", "all")], None).await;
        let (_, credentials) = here.credentials().expect("a token");
        let token = credentials.trim_start_matches("Bearer ");
        let there = Client::anonymous(&base).with_token(token);
        let share = async || {
            world.app.share_limits().await.expect("a node that tells and hears");
            other.share_limits().await.expect("another one");
        };
        share().await;
        for _ in 0..3 {
            here.get("/v1/parties").await.expect(200);
        }
        // Once more, and nothing is counted twice.
        share().await;
        share().await;
        for _ in 0..2 {
            there.get("/v1/parties").await.expect(200);
        }
        there.get("/v1/parties").await.refused(429, "quota_exceeded");
        share().await;
        share().await;
        here.get("/v1/parties").await.refused(429, "quota_exceeded");
        world.admin.get("/v1/parties").await.expect(200);
        handle.stop(false).await;
    })
    .await;
}

#[actix_web::test]
async fn sec_17_nodes_count_together() {
    nodes_count_together(Engine::Sqlite).await;
    nodes_count_together(Engine::Postgres).await;
}

/// A sign-in that fails, with what a proxy says of where it comes from; its code.
async fn told_by_proxy(world: &World, forwarded: &str) -> Json {
    let wish = json!({ "email": ADMINISTRATOR, "password": "a guess" });
    let request = world.anonymous().post("/v1/auth/login", wish);
    request.header("x-forwarded-for", forwarded).await.json["code"].clone()
}

async fn behind_a_proxy(engine: Engine) {
    // However it is written.
    let trusted_proxies = vec!["::ffff:127.0.0.0/104".parse().expect("a network")];
    let options = Options { sign_ins_per_minute: 5, trusted_proxies, ..Options::default() };
    on_with(engine, options, async |world| {
        let refused = Json::from("quota_exceeded");
        let mut codes = Vec::new();
        for number in 0..8 {
            let made_up = format!("198.51.100.{number}, 203.0.113.7");
            codes.push(told_by_proxy(world, &made_up).await);
        }
        assert_eq!(codes.last(), Some(&refused), "whatever they say themselves: {codes:?}");
        assert_ne!(told_by_proxy(world, "203.0.113.8").await, refused, "somebody else");
    })
    .await;
}

/// Behind a proxy that is trusted everybody is counted by themselves.
#[actix_web::test]
async fn sec_24_a_trusted_proxy_says_from_where() {
    behind_a_proxy(Engine::Sqlite).await;
    behind_a_proxy(Engine::Postgres).await;
}

/// Whoever makes up where they come from is still counted where they do.
#[actix_web::test]
async fn sec_24_forwarded_addresses_are_not_believed() {
    let options = Options { sign_ins_per_minute: 5, ..Options::default() };
    on_with(Engine::Sqlite, options, async |world| {
        let mut codes = Vec::new();
        for number in 0..8 {
            let wish = json!({ "email": ADMINISTRATOR, "password": "a guess" });
            let request = world.anonymous().post("/v1/auth/login", wish);
            let from = format!("203.0.113.{number}");
            let request = request.header("x-forwarded-for", &from).header("x-real-ip", &from);
            let answer = request.header("forwarded", format!("for={from}")).await;
            codes.push(answer.json["code"].clone());
        }
        assert_eq!(codes.last(), Some(&Json::from("quota_exceeded")), "{codes:?}");
    })
    .await;
}
