//! `guanxi serve`: the first start, the page of the documentation, and stopping.

use super::{ADMINISTRATOR, GLANCE, PASSWORD, PATIENCE, Program, Server};
use guanxi_tests::{Engine, Json, given, json};
use std::{fs, os::unix::fs::PermissionsExt as _, time::Instant};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

programs![
    the_first_administrator_is_printed_once,
    a_configured_administrator_is_not_printed,
    it_tells_how_it_is_and_what_it_can_do,
    the_documentation_comes_with_the_program,
    asked_to_stop_it_finishes_what_it_has_begun,
    before_it_stops_it_tells_the_load_balancer,
    a_container_can_ask_how_it_is,
    two_nodes_start_at_once_over_an_empty_store,
    sessions_survive_a_restart,
    what_was_acknowledged_survives_a_kill,
    the_log_is_json_and_holds_no_secrets,
    a_taken_port_is_said,
];

async fn the_first_administrator_is_printed_once(program: &Program) {
    let first = program.serve_with(&[]);
    let printed = first.process.out();
    assert!(printed.contains(ADMINISTRATOR), "{printed}");
    let password = printed
        .split_once("password: ")
        .and_then(|(_, rest)| rest.split_once(' '))
        .map(|(word, _)| word);
    let password = password.expect("a password");
    assert!(password.len() >= 20, "{printed}");
    first.sign_in("main", ADMINISTRATOR, password).await.get("/v1/me").await.expect(200);
    assert!(!first.process.err().contains(password), "it is printed and not logged");
    first.stop();
    let second = program.serve_with(&[]);
    assert_eq!(second.process.out(), "");
    second.sign_in("main", ADMINISTRATOR, password).await;
}

async fn a_configured_administrator_is_not_printed(program: &Program) {
    let wish = [("GUANXI_ADMIN_EMAIL", "boss@example.com"), ("GUANXI_ADMIN_PASSWORD", PASSWORD)];
    let server = program.serve_with(&wish);
    let printed = server.process.out();
    assert!(printed.contains("boss@example.com") && !printed.contains(PASSWORD), "{printed}");
    server.sign_in("main", "boss@example.com", PASSWORD).await;
    server.login("main", ADMINISTRATOR, PASSWORD).await.refused(401, "invalid_credentials");
}

async fn it_tells_how_it_is_and_what_it_can_do(program: &Program) {
    let server = program.serve();
    let nobody = server.anonymous();
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(nobody.get(path).await.expect(200).json["status"], "ok");
    }
    let engine = if program.engine == Engine::Sqlite { "sqlite" } else { "postgresql" };
    assert_eq!(nobody.get("/v1/meta").await.expect(200).json["engine"], engine);
    let document = nobody.get("/openapi.json").await.expect(200);
    assert_eq!(document.json, *guanxi_http::document::DOCUMENT);
    let metrics = nobody.get("/metrics").await.expect(200);
    assert!(metrics.text.contains("guanxi_requests_total{"), "{}", metrics.text);
    assert!(metrics.text.contains("route=\"/v1/meta\""), "{}", metrics.text);
}

async fn the_documentation_comes_with_the_program(program: &Program) {
    let server = program.serve();
    let http = reqwest::Client::new();
    let fetch = async |path: &str| {
        let answer = http.get(format!("{}{path}", server.base)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        let policy =
            answer.headers()["content-security-policy"].to_str().expect("a policy").to_owned();
        // With this no browser asks any other host, whatever the page says.
        assert!(policy.starts_with("default-src 'self';") && !policy.contains("http"), "{policy}");
        answer.text().await.expect("a text")
    };
    let page = fetch("/docs/").await;
    assert_eq!(fetch("/docs").await, page, "without the slash one is led there");
    let quoted = |text: &str, name: &str| -> Vec<String> {
        text.split(&format!("{name}=\""))
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect()
    };
    let assets = [quoted(&page, "src"), quoted(&page, "href")].concat();
    assert!(assets.len() >= 3, "{page}");
    for asset in &assets {
        assert!(!asset.contains("//"), "{asset} is elsewhere");
        assert!(!fetch(&format!("/docs/{}", asset.trim_start_matches("./"))).await.is_empty());
    }
    let settings = assets
        .iter()
        .find(|asset| asset.contains("initializer"))
        .expect("the settings of the page");
    let settings = fetch(&format!("/docs/{}", settings.trim_start_matches("./"))).await;
    assert!(settings.contains("/openapi.json") && !settings.contains("://"), "{settings}");
    server.stop();
    let closed = program.serve_with(&[("GUANXI_HTTP_DOCS", "false")]);
    closed.anonymous().get("/docs/").await.refused(404, "unknown_path");
}

/// A request whose body has been sent in part.
struct Begun {
    connection: TcpStream,
    rest: Vec<u8>,
}

impl Begun {
    async fn new(server: &Server, token: &str, body: &Json) -> Self {
        let host = server.base.trim_start_matches("http://");
        let body = body.to_string().into_bytes();
        let (part, rest) = body.split_at(body.len() / 2);
        let head = format!(
            "POST /v1/parties HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut connection = TcpStream::connect(host).await.expect("a connection");
        connection.write_all(&[head.as_bytes(), part].concat()).await.expect("the first part");
        Self { connection, rest: rest.to_vec() }
    }

    async fn finish(mut self) -> String {
        self.connection.write_all(&self.rest).await.expect("the rest");
        let mut answer = Vec::new();
        self.connection.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8(answer).expect("text")
    }
}

async fn asked_to_stop_it_finishes_what_it_has_begun(program: &Program) {
    let mut server = program.serve();
    let tokens = server.login("main", ADMINISTRATOR, PASSWORD).await.expect(200);
    let token = tokens.json["access_token"].as_str().expect("a token");
    let begun =
        Begun::new(&server, token, &json!({ "kind": "organisation", "name": "Begun" })).await;
    // The server has to have read the beginning, and does as soon as it is there.
    tokio::time::sleep(10 * GLANCE).await;
    server.process.signal("-TERM");
    let host = server.base.trim_start_matches("http://").to_owned();
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect(&host).await.is_ok() {
        assert!(Instant::now() < until, "it still takes new connections");
        tokio::time::sleep(GLANCE).await;
    }
    assert!(
        server.process.child.try_wait().expect("a status").is_none(),
        "it waits for the request"
    );
    let answer = begun.finish().await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(server.process.end().code(), Some(0), "{}", server.process.err());
    drop(server);
    let again = program.serve();
    let admin = again.admin().await;
    assert_eq!(admin.get("/v1/parties").await.expect(200).each("name"), ["Begun"]);
}

async fn before_it_stops_it_tells_the_load_balancer(program: &Program) {
    let variables = [("GUANXI_ADMIN_PASSWORD", PASSWORD), ("GUANXI_SERVER_DRAIN_SECONDS", "2")];
    let server = program.serve_with(&variables);
    let nobody = server.anonymous();
    nobody.get("/health/ready").await.expect(200);
    server.process.signal("-TERM");
    let until = Instant::now() + PATIENCE;
    let told = loop {
        let ready = nobody.get("/health/ready").await;
        if ready.status == 503 || Instant::now() > until {
            break ready;
        }
        tokio::time::sleep(GLANCE).await;
    };
    assert_eq!(told.expect(503).json["status"], "draining");
    nobody.get("/health/live").await.expect(200);
    server.admin().await.get("/v1/parties").await.expect(200);
    server.stop();
}

async fn a_container_can_ask_how_it_is(program: &Program) {
    let server = program.serve();
    let port = server.base.rsplit(':').next().expect("a port").to_owned();
    let ask = |address| {
        let variables = [("GUANXI_SERVER_PORT", port.as_str()), ("GUANXI_SERVER_ADDRESS", address)];
        program.run_with(&["health"], &variables)
    };
    for address in ["127.0.0.1", "0.0.0.0"] {
        let ready = ask(address).expect(0).out;
        assert!(ready.contains("\"ok\""), "{ready}");
    }
    server.stop();
    let gone = ask("127.0.0.1").expect(1).err;
    assert!(gone.contains("nothing answers"), "{gone}");
}

async fn two_nodes_start_at_once_over_an_empty_store(program: &Program) {
    let nodes = [program.start(&[]), program.start(&[])].map(super::Starting::wait);
    let printed: Vec<String> =
        nodes.iter().map(|node| node.process.out()).filter(|out| !out.is_empty()).collect();
    assert_eq!(printed.len(), 1, "one of them makes the administrator: {printed:?}");
    let password = printed[0].split_once("password: ").and_then(|(_, rest)| rest.split(' ').next());
    let password = password.expect("a password").to_owned();
    for (here, there) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])] {
        let tokens = here.login("main", ADMINISTRATOR, &password).await.expect(200);
        let token = tokens.json["access_token"].as_str().expect("a token");
        let made = given::party(&here.anonymous().with_token(token), "A").await.id();
        let elsewhere = there.anonymous().with_token(token);
        elsewhere.get(format!("/v1/parties/{made}")).await.expect(200);
    }
    for node in nodes {
        node.stop();
    }
}

async fn sessions_survive_a_restart(program: &Program) {
    let first = program.serve();
    let tokens = first.login("main", ADMINISTRATOR, PASSWORD).await.expect(200).json;
    first.stop();
    let second = program.serve();
    let access = tokens["access_token"].as_str().expect("a token");
    second.anonymous().with_token(access).get("/v1/me").await.expect(200);
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    second.anonymous().post("/v1/auth/refresh", refresh).await.expect(200);
    let keys = fs::read_dir(program.folder.path().join("data/keys")).expect("the signing keys");
    let modes: Vec<u32> = keys
        .map(|key| key.and_then(|key| key.metadata()).expect("a key").permissions().mode() & 0o777)
        .collect();
    assert!(!modes.is_empty() && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
}

async fn what_was_acknowledged_survives_a_kill(program: &Program) {
    let mut server = program.serve();
    let admin = server.admin().await;
    for number in 0..20 {
        given::party(&admin, &format!("Party {number}")).await;
    }
    server.process.signal("-KILL");
    server.process.end();
    let server = program.serve();
    let admin = server.admin().await;
    assert_eq!(admin.get("/v1/parties").await.expect(200).data().len(), 20);
}

async fn the_log_is_json_and_holds_no_secrets(program: &Program) {
    let server = program.serve();
    let tokens = server.login("main", ADMINISTRATOR, PASSWORD).await.expect(200).json;
    let admin = server.admin().await;
    let key = json!({ "name": "ERP", "scopes": [{ "resource": "any", "action": "any" }] });
    let key = admin.post("/v1/api-keys", key).await.expect(201).json;
    let program_key = key["key"].as_str().expect("the key");
    server.anonymous().with_key(program_key).get("/v1/parties?q=canary-7c1d").await.expect(200);
    server.login("main", ADMINISTRATOR, "canary-7c1d").await.refused(401, "invalid_credentials");
    let metrics = server.anonymous().get("/metrics").await.expect(200).text;
    assert!(metrics.contains("/v1/auth/login"), "{metrics}");
    let log = server.stop().err;
    for line in log.lines() {
        assert!(serde_json::from_str::<Json>(line).is_ok(), "{line}");
    }
    let secrets = [&tokens["access_token"], &tokens["refresh_token"]]
        .map(|token| token.as_str().expect("a token"));
    for secret in [PASSWORD, "canary-7c1d", program_key].into_iter().chain(secrets) {
        assert!(!log.contains(secret), "{secret} is in the log");
        assert!(!metrics.contains(secret), "{secret} is a label of a metric");
    }
    assert!(
        log.contains("\"route\":\"/v1/auth/login\"") && log.contains("\"status\":401"),
        "{log}"
    );
}

async fn a_taken_port_is_said(program: &Program) {
    let server = program.serve();
    let port = server.base.rsplit(':').next().expect("a port");
    let ended = program.run_with(&["serve"], &[("GUANXI_SERVER_PORT", port)]).expect(1);
    assert!(ended.err.lines().last().is_some_and(|line| line.contains("use")), "{}", ended.err);
}
