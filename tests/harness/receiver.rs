//! A receiver of webhooks that behaves as it is told and remembers what it was sent.

use crate::{Answer, Json};
use chrono::{DateTime, Utc};
use guanxi_outbound::{WebhookSecret, signature::Rejected, verify};
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
pub enum Manner {
    /// Answers with this status and these headers, each with a line end.
    Says(&'static str),
    /// Resets the connection.
    Resets,
    /// Never answers.
    Stalls,
    /// Answers 200 with a body of a gigabyte.
    Floods,
    /// Does one after the other of these with messages that come for the first time, or takes them, and
    /// takes those that come again.
    Moody,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: String,
    /// When it came.
    pub at: Instant,
}

impl Message {
    /// The name of the message, which is the same in each attempt.
    ///
    /// # Panics
    /// When it has none.
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// What it says.
    ///
    /// # Panics
    /// When that is no JSON.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// As a receiver with the secret of that answer does it.
    ///
    /// # Errors
    /// What is wrong with its signature.
    ///
    /// # Panics
    /// When the answer holds no secret, or the message no signature.
    pub fn verify(&self, secret: &Answer, now: DateTime<Utc>) -> Result<(), Rejected> {
        let secret = secret.json["secret"].as_str().expect("a secret");
        let secrets = [WebhookSecret::parse(secret).expect("a secret")];
        let header = |name: &str| self.headers[name].as_str();
        let (time, signature) = (header("webhook-timestamp"), header("webhook-signature"));
        verify(&secrets, self.id(), time, signature, self.body.as_bytes(), now)
    }
}

/// A receiver on a port of its own.
pub struct Receiver {
    address: SocketAddr,
    messages: Arc<Mutex<Vec<Message>>>,
    manners: Arc<Mutex<VecDeque<Manner>>>,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// Behaves in these manners, one message after the other, and in the last one for ever.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(manners: &[Manner]) -> Self {
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
    pub async fn willing() -> Self {
        Self::start(&[Manner::Says("204 No Content")]).await
    }

    /// Behaves like this from now on.
    ///
    /// # Panics
    /// When a message has broken it.
    pub fn becomes(&self, manner: Manner) {
        *self.manners.lock().expect("the script") = VecDeque::from([manner]);
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    /// What has come so far.
    ///
    /// # Panics
    /// When a message has broken it.
    pub fn messages(&self) -> Vec<Message> {
        self.messages.lock().expect("the messages").clone()
    }

    /// The types of the messages, sorted.
    pub fn types(&self) -> Vec<String> {
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
    let mood = {
        let mut seen = seen.lock().expect("the messages");
        let name = |message: &Message| message.headers.get("webhook-id").cloned();
        let again = seen.iter().any(|known| name(known) == name(&message));
        seen.push(message);
        if again { 0 } else { seen.len() % 8 }
    };
    let manner = {
        let mut script = script.lock().expect("the script");
        let last = script.len() == 1;
        if last { script[0].clone() } else { script.pop_front().expect("a manner") }
    };
    let manner = match (manner, mood) {
        (Manner::Moody, 1) => Manner::Says("500 Oops"),
        (Manner::Moody, 2) => Manner::Resets,
        (Manner::Moody, 3) => Manner::Stalls,
        (Manner::Moody, 4) => Manner::Says("301 Moved\r\nlocation: http://127.0.0.1:9/"),
        (Manner::Moody, 5) => Manner::Floods,
        (Manner::Moody, _) => Manner::Says("204 No Content"),
        (manner, _) => manner,
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
        Manner::Moody => unreachable!("it has a mood"),
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
