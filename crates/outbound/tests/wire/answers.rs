//! What a receiver does, and what is made of it.

use crate::receiver::{Manner, Receiver, attempt, attempt_in_time, delivery, inside};
use guanxi_outbound::{Failure, Outcome};
use std::time::Duration;

async fn answer(text: &str) -> Outcome {
    let receiver = Receiver::saying(text).await;
    let outcome = inside().send(delivery(receiver.url())).await;
    assert_eq!(receiver.connections(), 1, "one attempt is one connection: {text}");
    outcome
}

#[tokio::test]
async fn a_status_of_the_200s_is_success() {
    let outcome = answer("200 OK\r\ncontent-length: 3\r\n\r\nyes").await;
    assert_eq!((outcome.status, outcome.failure), (Some(200), None));
    assert_eq!(outcome.response, "yes");
    let outcome = answer("204 No Content\r\nretry-after: 9\r\n\r\n").await;
    assert_eq!((outcome.status, outcome.failure), (Some(204), None));
    assert_eq!((outcome.response.as_str(), outcome.retry_after), ("", None));
}

#[tokio::test]
async fn other_statuses_are_failures_of_their_kind() {
    for (text, status, failure, pause) in [
        ("500 Oops\r\ncontent-length: 0\r\n\r\n", 500, Failure::HttpStatus, None),
        ("404 Not Found\r\ncontent-length: 0\r\n\r\n", 404, Failure::HttpStatus, None),
        ("410 Gone\r\ncontent-length: 0\r\n\r\n", 410, Failure::Gone, None),
        ("429 Slow\r\nretry-after: 120\r\n\r\n", 429, Failure::Throttled, Some(120)),
        ("429 Slow\r\nretry-after: 999999999\r\n\r\n", 429, Failure::Throttled, Some(86_400)),
        ("502 Bad\r\n\r\n", 502, Failure::Throttled, None),
        (
            "503 Later\r\nretry-after: Tue, 14 Nov 2023 22:14:20 GMT\r\n\r\n",
            503,
            Failure::HttpStatus,
            Some(60),
        ),
    ] {
        let outcome = answer(text).await;
        assert_eq!((outcome.status, outcome.failure), (Some(status), Some(failure)), "{text}");
        assert_eq!(outcome.retry_after, pause, "{text}");
    }
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let inner = Receiver::saying("200 OK\r\n\r\nkeys").await;
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let outcome = answer(&format!("{status}\r\nlocation: {}\r\n\r\n", inner.url())).await;
        assert_eq!(outcome.failure, Some(Failure::Redirect), "{status}");
        assert_eq!(outcome.response, "");
    }
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn a_connection_that_breaks_off_before_the_status_is_a_failure() {
    for manner in [
        Manner::Slams,
        Manner::Resets(""),
        Manner::Resets("HTTP/1.1 200 OK\r\ncontent-"),
        Manner::Says(String::new()),
        Manner::Says("HTTP/1.1 200".to_owned()),
    ] {
        let (outcome, receiver) = attempt(manner.clone()).await;
        assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Reset)), "{manner:?}");
        assert_eq!(receiver.connections(), 1, "nothing is repeated behind the caller's back");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_after_the_status_has_said_it() {
    let (outcome, _) =
        attempt(Manner::Resets("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart")).await;
    assert_eq!((outcome.status, outcome.failure), (Some(200), None));
    assert_eq!(outcome.response, "part");
    let (outcome, _) =
        attempt(Manner::Resets("HTTP/1.1 500 Oops\r\ncontent-length: 9\r\n\r\n")).await;
    assert_eq!((outcome.status, outcome.failure), (Some(500), Some(Failure::HttpStatus)));
}

#[tokio::test]
async fn nobody_at_home_is_a_failure() {
    let url = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let outcome = inside().send(delivery(url)).await;
    assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Connect)));
}

#[tokio::test]
async fn a_stall_ends_at_the_deadline() {
    for text in ["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n"] {
        let outcome = attempt_in_time(Manner::Stalls(text)).await;
        assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Timeout)), "{text}");
    }
    let outcome =
        attempt_in_time(Manner::Stalls("HTTP/1.1 201 OK\r\ncontent-length: 9\r\n\r\npart")).await;
    assert_eq!((outcome.status, outcome.failure), (Some(201), None));
    assert_eq!(outcome.response, "part");
}

#[tokio::test]
async fn a_drip_ends_at_the_deadline() {
    let drop = (b"x".to_vec(), Duration::from_millis(20));
    let head = "HTTP/1.1 200 OK\r\nx-slow: ";
    let outcome = attempt_in_time(Manner::Repeats(head, drop.0.clone(), drop.1)).await;
    assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Timeout)));
    let body = "HTTP/1.1 500 Oops\r\ncontent-length: 1000000\r\n\r\n";
    let outcome = attempt_in_time(Manner::Repeats(body, drop.0, drop.1)).await;
    assert_eq!((outcome.status, outcome.failure), (Some(500), Some(Failure::HttpStatus)));
    assert!(outcome.response.starts_with("xxx"), "{outcome:?}");
}

#[tokio::test]
async fn endless_interim_answers_end_at_the_deadline() {
    let interim = b"HTTP/1.1 102 Processing\r\n\r\n".to_vec();
    let outcome = attempt_in_time(Manner::Repeats("", interim, Duration::from_millis(1))).await;
    assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Timeout)));
}

/// What one connection may take in before it is closed: buffers of the kernel on both sides, which
/// Linux lets grow to several megabytes, and little of ours.
const BOUND: usize = 32 << 20;

#[tokio::test]
async fn endless_headers_are_cut() {
    for again in ["x-more: and more\r\n", "x", "\r", "\0"] {
        let manner = Manner::Repeats(
            "HTTP/1.1 200 OK\r\nx-first: 1\r\n",
            again.repeat(4_096).into_bytes(),
            Duration::ZERO,
        );
        let (outcome, receiver) = attempt(manner).await;
        assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Protocol)), "{again:?}");
        assert!(receiver.written() < BOUND, "{} bytes", receiver.written());
    }
}

#[tokio::test]
async fn a_gigabyte_is_cut() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40000000\r\n",
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1073741824\r\n\r\n",
    ] {
        let (outcome, receiver) =
            attempt(Manner::Repeats(head, vec![b'x'; 65_536], Duration::ZERO)).await;
        assert_eq!((outcome.status, outcome.failure), (Some(200), None), "{head}");
        assert_eq!(outcome.response, "x".repeat(1_024));
        // Time for a receiver that still writes to be told.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let written = receiver.written();
        assert!(written < BOUND, "{written} bytes");
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(receiver.written(), written, "the connection is closed");
    }
}

#[tokio::test]
async fn what_is_not_http_is_a_failure() {
    for text in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "220 mail.example.com ESMTP\r\n",
        "-ERR unknown command\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 20x OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let (outcome, _) = attempt(Manner::Says(text.to_owned())).await;
        assert!(
            matches!(outcome.failure, Some(Failure::Protocol | Failure::HttpStatus)),
            "{text:?}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_body_is_kept_short_and_harmless() {
    let body = "\u{1b}[2J\0ok".to_owned() + &"客".repeat(1_000);
    let outcome = answer(&format!("500 No\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
    assert!(outcome.response.starts_with("\\u{1b}[2J\\u{0}ok客"), "{outcome:?}");
    assert!(outcome.response.len() <= 1_024 && outcome.response.ends_with('客'));
}

#[tokio::test]
async fn bad_endpoints_do_not_delay_another() {
    let stalls = Receiver::start(Manner::Stalls("")).await;
    let works = Receiver::saying("200 OK\r\n\r\n").await;
    let sender = inside();
    let stalled: Vec<_> = (0..50)
        .map(|_| {
            let (sender, url) = (sender.clone(), stalls.url());
            tokio::spawn(async move { sender.send(delivery(url)).await })
        })
        .collect();
    while stalls.requests().len() < 50 {
        tokio::task::yield_now().await;
    }
    let outcome = sender.send(delivery(works.url())).await;
    assert_eq!(outcome.failure, None);
    assert!(outcome.duration_ms < 1_000, "{outcome:?}");
    assert!(stalled.iter().all(|attempt| !attempt.is_finished()), "they were still waiting");
}
