//! A receiver that behaves as it is told and remembers what it was sent.

use chrono::{DateTime, Utc};
use guanxi_outbound::{WebhookSecret, signature::Rejected, verify};
use guanxi_tests::{Answer, Json};
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What a receiver does with a message that it has read.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Answers with this status and these headers, each with a line end.
    Says(&'static str),
    /// Resets the connection.
    Resets,
    /// Never answers.
    Stalls,
    /// Answers 200 with a body of a gigabyte.
    Floods,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

impl Message {
    pub(crate) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// As a receiver with the secret of that answer does it.
    pub(crate) fn verify(&self, secret: &Answer, now: DateTime<Utc>) -> Result<(), Rejected> {
        let secret = secret.json["secret"].as_str().expect("a secret");
        let secrets = [WebhookSecret::parse(secret).expect("a secret")];
        let header = |name: &str| self.headers[name].as_str();
        let (time, signature) = (header("webhook-timestamp"), header("webhook-signature"));
        verify(&secrets, self.id(), time, signature, self.body.as_bytes(), now)
    }
}

/// A receiver on a port of its own.
pub(crate) struct Receiver {
    address: SocketAddr,
    messages: Arc<Mutex<Vec<Message>>>,
    manners: Arc<Mutex<VecDeque<Manner>>>,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// Behaves in these manners, one message after the other, and in the last one for ever.
    pub(crate) async fn start(manners: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let messages: Arc<Mutex<Vec<Message>>> = Arc::default();
        let manners = Arc::new(Mutex::new(manners.iter().cloned().collect::<VecDeque<_>>()));
        let (seen, script) = (messages.clone(), manners.clone());
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, script) = (seen.clone(), script.clone());
                tokio::spawn(async move { serve(stream, &seen, &script).await });
            }
        });
        Self { address, messages, manners, serving }
    }

    /// Answers 204.
    pub(crate) async fn willing() -> Self {
        Self::start(&[Manner::Says("204 No Content")]).await
    }

    /// Behaves like this from now on.
    pub(crate) fn becomes(&self, manner: Manner) {
        *self.manners.lock().expect("the script") = VecDeque::from([manner]);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.messages.lock().expect("the messages").clone()
    }

    /// The types of the messages, sorted.
    pub(crate) fn types(&self) -> Vec<String> {
        let kind = |message: &Message| message.json()["type"].as_str().map(str::to_owned);
        let mut types: Vec<String> = self.messages().iter().filter_map(kind).collect();
        types.sort();
        types
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Message>>,
    script: &Mutex<VecDeque<Manner>>,
) -> io::Result<()> {
    let message = read(&mut stream).await?;
    seen.lock().expect("the messages").push(message);
    let manner = {
        let mut script = script.lock().expect("the script");
        let last = script.len() == 1;
        if last { script[0].clone() } else { script.pop_front().expect("a manner") }
    };
    match manner {
        Manner::Says(status) => {
            let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await
        }
        Manner::Resets => stream.set_zero_linger(),
        Manner::Stalls => std::future::pending().await,
        Manner::Floods => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n").await?;
            let piece = vec![b'x'; 1 << 20];
            for _ in 0..1_024 {
                stream.write_all(&piece).await?;
            }
            Ok(())
        }
    }
}

/// One request with a `content-length`.
async fn read(stream: &mut TcpStream) -> io::Result<Message> {
    let (mut bytes, at) = (Vec::new(), Instant::now());
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let pairs = head.lines().filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<String, String> =
            pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let length = headers.get("content-length").and_then(|length| length.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Ok(Message { headers, body: body.to_owned(), at });
        }
    }
}
