//! A receiver that answers, breaks off, stalls, drips or never ends, and tells what it has seen.

use chrono::DateTime;
use guanxi_outbound::{
    Delivery, ExtraHeaders, Outcome, Policy, Resolve, Sender, Settings, WebhookSecret,
    resolve::Lookup,
};
use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use uuid::Uuid;

/// How a receiver behaves once it has read the request.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Writes this and closes.
    Says(String),
    /// Writes this and waits for another request on the same connection.
    Keeps(&'static str),
    /// Writes this and resets the connection.
    Resets(&'static str),
    /// Resets the connection before it reads anything.
    Slams,
    /// Writes this before it reads.
    Greets(&'static str),
    /// Writes this and then nothing for ever.
    Stalls(&'static str),
    /// Writes the first, then the second again and again, with a pause in between.
    Repeats(&'static str, Vec<u8>, Duration),
}

/// A receiver on a port of its own.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    written: Arc<AtomicUsize>,
}

impl Receiver {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            connections: Arc::default(),
            written: Arc::default(),
        };
        let (requests, connections, written) =
            (receiver.requests.clone(), receiver.connections.clone(), receiver.written.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                let (manner, requests, written) =
                    (manner.clone(), requests.clone(), written.clone());
                tokio::spawn(async move {
                    let _ = behave(stream, manner, &requests, &written).await;
                });
            }
        });
        receiver
    }

    pub(crate) async fn saying(answer: &str) -> Self {
        Self::start(Manner::Says(format!("HTTP/1.1 {answer}"))).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    /// The requests as they came, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Bytes that were taken from the receiver's hands.
    pub(crate) fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }
}

async fn behave(
    mut stream: TcpStream,
    manner: Manner,
    requests: &Mutex<Vec<String>>,
    written: &AtomicUsize,
) -> io::Result<()> {
    if let Manner::Slams = manner {
        stream.set_zero_linger()?;
        return Ok(());
    }
    if let Manner::Greets(text) = manner {
        stream.write_all(text.as_bytes()).await?;
    }
    let request = read(&mut stream).await?;
    requests.lock().unwrap().push(request);
    match manner {
        Manner::Says(text) => stream.write_all(text.as_bytes()).await?,
        Manner::Keeps(text) => loop {
            stream.write_all(text.as_bytes()).await?;
            let request = read(&mut stream).await?;
            requests.lock().unwrap().push(request);
        },
        Manner::Resets(text) => {
            stream.write_all(text.as_bytes()).await?;
            // What was written must arrive before the reset overtakes it.
            sleep(Duration::from_millis(100)).await;
            stream.set_zero_linger()?;
        }
        Manner::Slams | Manner::Greets(_) => {}
        Manner::Stalls(text) => {
            stream.write_all(text.as_bytes()).await?;
            std::future::pending::<()>().await;
        }
        Manner::Repeats(first, again, pause) => {
            stream.write_all(first.as_bytes()).await?;
            loop {
                written.fetch_add(stream.write(&again).await?, Ordering::Relaxed);
                if !pause.is_zero() {
                    sleep(pause).await;
                }
            }
        }
    }
    Ok(())
}

/// One request with a `content-length`.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Ok(text.into_owned());
        }
    }
}

/// A resolver that gives one answer after the other, and the last for ever.
pub(crate) struct Scripted {
    answers: Mutex<VecDeque<io::Result<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(answers: &[&str]) -> Arc<Self> {
        let read = |list: &&str| {
            Ok(list.split_whitespace().map(|address| address.parse().unwrap()).collect())
        };
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(read).collect()),
            asked: AtomicUsize::new(0),
        })
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Resolve for Scripted {
    fn resolve(&self, _: &str) -> Lookup {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.len() {
            0 => Err(io::Error::other("no such name")),
            1 => answers[0].as_ref().map(Clone::clone).map_err(|e| io::Error::from(e.kind())),
            _ => answers.pop_front().unwrap(),
        };
        Box::pin(std::future::ready(answer))
    }
}

/// The limit of tests that wait for it. Long enough for a busy machine to say a few words first.
pub(crate) const SHORT: Duration = Duration::from_secs(1);

/// The limit of all others is out of the way.
pub(crate) fn settings(allow_private: bool) -> Settings {
    let time_limit = Duration::from_secs(30);
    Settings { policy: Policy { allow_private }, time_limit, ..Settings::default() }
}

/// A sender that may call this machine.
pub(crate) fn inside() -> Sender {
    Sender::new(&settings(true)).unwrap()
}

pub(crate) fn delivery(url: impl Into<String>) -> Delivery {
    Delivery {
        url: url.into(),
        id: Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0001),
        timestamp: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        body: r#"{"type":"party.created","data":{"name":"客户"}}"#.into(),
        secrets: vec![
            WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap(),
            WebhookSecret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap(),
        ],
        headers: ExtraHeaders::default(),
    }
}

/// One attempt at a receiver of this manner.
pub(crate) async fn attempt(manner: Manner) -> (Outcome, Receiver) {
    let receiver = Receiver::start(manner).await;
    let outcome = inside().send(delivery(receiver.url())).await;
    (outcome, receiver)
}

/// One attempt that must end at the short limit.
pub(crate) async fn attempt_in_time(manner: Manner) -> Outcome {
    let receiver = Receiver::start(manner).await;
    let settings = Settings { time_limit: SHORT, ..settings(true) };
    let outcome = Sender::new(&settings).unwrap().send(delivery(receiver.url())).await;
    let took = Duration::from_millis(outcome.duration_ms);
    assert!((SHORT..SHORT * 10).contains(&took), "{outcome:?}");
    outcome
}
