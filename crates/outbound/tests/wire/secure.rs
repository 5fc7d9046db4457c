//! TLS: whom a sender believes.

use crate::receiver::{Manner, Receiver, SHORT, Scripted, delivery, read, settings};
use guanxi_outbound::{Failure, Outcome, Sender, Settings};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use std::sync::Arc;
use tokio::{io::AsyncWriteExt, net::TcpListener};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A receiver whose certificate is for `name`; answers with its port.
async fn receiver(name: &str, authority: &CertifiedIssuer<'static, KeyPair>) -> u16 {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            read(&mut stream).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        }
    });
    port
}

async fn send(port: u16, trusted: Option<&CertifiedIssuer<'static, KeyPair>>) -> Outcome {
    let authorities = trusted.map(|authority| authority.pem().into_bytes()).unwrap_or_default();
    let settings = Settings { authorities, ..settings(true) };
    let sender = Sender::with_resolver(&settings, Scripted::new(&["127.0.0.1"])).unwrap();
    sender.send(delivery(format!("https://hooks.example.com:{port}/in"))).await
}

#[tokio::test]
async fn a_receiver_is_believed_whose_certificate_is_of_its_name_and_a_trusted_authority() {
    let ours = authority();
    let good = receiver("hooks.example.com", &ours).await;
    let outcome = send(good, Some(&ours)).await;
    assert_eq!((outcome.status, outcome.failure), (Some(200), None));
    assert_eq!(outcome.response, "ok");
    let stranger = authority();
    let of_another_name = receiver("hooks.example.org", &ours).await;
    for (port, trusted) in [(good, None), (good, Some(&stranger)), (of_another_name, Some(&ours))] {
        let outcome = send(port, trusted).await;
        assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Tls)));
    }
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_nothing() {
    let plain = Receiver::start(Manner::Greets("HTTP/1.1 200 OK\r\n\r\n")).await;
    let outcome = send(plain.address.port(), None).await;
    assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Tls)));
    assert!(plain.requests().is_empty());
}

#[tokio::test]
async fn a_handshake_that_stalls_ends_at_the_deadline() {
    // Waits for the end of a request, and gets a greeting in TLS.
    let silent = Receiver::start(Manner::Stalls("")).await;
    let settings = Settings { time_limit: SHORT, ..settings(true) };
    let sender = Sender::new(&settings).unwrap();
    let outcome = sender.send(delivery(format!("https://{}/", silent.address))).await;
    assert_eq!((outcome.status, outcome.failure), (None, Some(Failure::Timeout)));
    assert_eq!(silent.connections(), 1);
}
