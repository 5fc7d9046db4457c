//! Names that lead, or come to lead, where nobody is called.

use crate::receiver::{Receiver, SHORT, Scripted, delivery, inside, settings};
use guanxi_outbound::{Failure, Resolve, Sender, Settings, SystemResolver, resolve::Lookup};
use std::sync::Arc;

const NAME: &str = "https://hooks.example.com/in";

fn outside(resolver: Arc<Scripted>) -> Sender {
    Sender::with_resolver(&settings(false), resolver).unwrap()
}

/// The code, and the network if it speaks of one.
async fn why(sender: &Sender, url: &str) -> String {
    let Err(problem) = sender.examine(url).await else { return "good".to_owned() };
    let network = problem.params().get("network").and_then(|v| v.as_str().map(str::to_owned));
    network.unwrap_or_else(|| problem.code().code.to_owned())
}

#[tokio::test]
async fn a_name_that_flips_after_it_was_judged_is_refused() {
    for inner in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"] {
        let resolver = Scripted::new(&["93.184.215.14", inner]);
        let sender = outside(resolver.clone());
        assert_eq!(why(&sender, NAME).await, "good");
        let outcome = sender.send(delivery(NAME)).await;
        assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::RefusedAddress)));
        assert_eq!(resolver.asked(), 2, "once when it was entered, once for the attempt");
    }
}

#[tokio::test]
async fn what_was_judged_is_what_is_connected_to() {
    let receiver = Receiver::saying("200 OK\r\n\r\n").await;
    let resolver = Scripted::new(&["127.0.0.1", "169.254.169.254"]);
    let sender = Sender::with_resolver(&settings(true), resolver.clone()).unwrap();
    let url = format!("http://hooks.example.com:{}/in", receiver.address.port());
    assert_eq!(sender.send(delivery(&url)).await.failure, None);
    assert_eq!((receiver.connections(), resolver.asked()), (1, 1), "asked once");
    assert_eq!(sender.send(delivery(&url)).await.failure, Some(Failure::RefusedAddress));
    assert_eq!((receiver.connections(), resolver.asked()), (1, 2), "and again at each attempt");
}

#[tokio::test]
async fn one_bad_address_spoils_the_others() {
    for (answer, network) in [
        ("127.0.0.1", "loopback"),
        ("93.184.215.14 10.0.0.1", "private"),
        ("10.0.0.1 93.184.215.14", "private"),
        ("93.184.215.14 2606:4700::1111 ::ffff:10.0.0.1", "translated"),
        ("169.254.169.254", "metadata"),
        ("0.0.0.0", "unspecified"),
        ("::1", "loopback"),
        ("fd00:ec2::254", "metadata"),
    ] {
        let sender = outside(Scripted::new(&[answer]));
        assert_eq!(why(&sender, NAME).await, network, "{answer}");
        let outcome = sender.send(delivery(NAME)).await;
        assert_eq!(outcome.failure, Some(Failure::RefusedAddress), "{answer}");
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_a_failure_of_the_dns() {
    for resolver in [Scripted::new(&[]), Scripted::new(&[""])] {
        let sender = outside(resolver);
        assert_eq!(why(&sender, NAME).await, "webhook_url_unresolved");
        assert_eq!(sender.send(delivery(NAME)).await.failure, Some(Failure::Dns));
    }
}

/// Answers never.
struct Silent;

impl Resolve for Silent {
    fn resolve(&self, _: &str) -> Lookup {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_silent_dns_ends_at_the_deadline() {
    let settings = Settings { time_limit: SHORT, ..settings(false) };
    let sender = Sender::with_resolver(&settings, Arc::new(Silent)).unwrap();
    assert_eq!(sender.send(delivery(NAME)).await.failure, Some(Failure::Timeout));
    assert_eq!(why(&sender, NAME).await, "webhook_url_unresolved");
}

#[tokio::test]
async fn addresses_written_out_are_judged_at_every_attempt() {
    let receiver = Receiver::saying("200 OK\r\n\r\n").await;
    let resolver = Scripted::new(&["93.184.215.14"]);
    let sender = outside(resolver.clone());
    for url in ["https://127.0.0.1/", "https://0x7f.1:8443/", "https://[::ffff:7f00:1]/"] {
        assert_eq!(
            sender.send(delivery(url)).await.failure,
            Some(Failure::RefusedAddress),
            "{url}"
        );
    }
    for url in [receiver.url().as_str(), "https://localhost/", "https://a@example.com/", "nothing"]
    {
        assert_eq!(sender.send(delivery(url)).await.failure, Some(Failure::RefusedUrl), "{url}");
    }
    // Even where this machine may be called, its cloud may not.
    let outcome = inside().send(delivery("http://169.254.169.254/latest/meta-data/")).await;
    assert_eq!(outcome.failure, Some(Failure::RefusedAddress));
    assert_eq!((receiver.connections(), resolver.asked()), (0, 0));
}

#[tokio::test]
async fn the_system_s_resolver_finds_this_machine() {
    let receiver = Receiver::saying("200 OK\r\n\r\n").await;
    let url = format!("http://localhost:{}/in", receiver.address.port());
    assert_eq!(why(&inside(), &url).await, "good");
    assert_eq!(inside().send(delivery(&url)).await.failure, None);
    let found = SystemResolver.resolve("localhost").await.unwrap();
    assert!(found.iter().all(std::net::IpAddr::is_loopback), "{found:?}");
}
