//! A mail server that behaves as it is told to each recipient, and remembers the letters that it was given.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};

/// What the server does with a letter to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes it.
    Takes,
    /// Takes it, and says so after a while.
    TakesSlowly(Duration),
    /// Says this to the address.
    SaysToAddress(&'static str),
    /// Reads the letter and says this.
    SaysToLetter(&'static str),
    /// Closes the connection in the middle of the letter.
    Drops,
    /// Reads the letter and never says anything.
    Stalls,
}

/// A letter as it came.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The address it was for.
    pub to: String,
    /// Headers and body, with lines that were folded put together.
    pub text: String,
}

impl Letter {
    /// The link by which its reader unsubscribes, without the host.
    ///
    /// # Panics
    /// When there is none.
    pub fn unsubscribe_path(&self) -> String {
        let (_, rest) = self.text.split_once("List-Unsubscribe:").expect("the header");
        let (link, _) = rest.split_once('>').expect("a link");
        let (_, path) = link.split_once("/v1/").expect("a path");
        format!("/v1/{path}")
    }

    /// What its reader reads, if it has one part.
    ///
    /// # Panics
    /// When it is not encoded as it says.
    pub fn body(&self) -> String {
        let (head, body) = self.text.split_once("\r\n\r\n").expect("a body");
        let bytes = if head.contains("Content-Transfer-Encoding: base64") {
            let text: String = body.split_whitespace().collect();
            STANDARD.decode(text).expect("base64")
        } else if head.contains("Content-Transfer-Encoding: quoted-printable") {
            unquoted(body)
        } else {
            body.as_bytes().to_vec()
        };
        String::from_utf8(bytes).expect("a text")
    }
}

/// What stands behind the signs of quoted-printable.
fn unquoted(body: &str) -> Vec<u8> {
    let mut parts = body.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        // A line that is broken here, or a byte by two digits.
        let quoted = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let rest = match quoted {
            Some(byte) => {
                bytes.push(byte);
                &part[2..]
            }
            None => part.trim_start_matches(['\r', '\n']),
        };
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

#[derive(Default)]
struct Seen {
    letters: Vec<Letter>,
    to: HashMap<String, VecDeque<Manner>>,
    to_others: Option<Manner>,
    /// What it says to everybody instead of a greeting, and hangs up.
    turns_away: Option<&'static str>,
    /// What a program signs in with before it may say anything else: `AUTH PLAIN`, as it is sent.
    wants: Option<String>,
}

impl Seen {
    /// What is done with the next letter to that address: the last manner stays.
    fn manner(&mut self, to: &str) -> Manner {
        let others = self.to_others.unwrap_or(Manner::Takes);
        let Some(manners) = self.to.get_mut(to) else { return others };
        match manners.len() {
            0 => others,
            1 => manners[0],
            _ => manners.pop_front().unwrap_or(others),
        }
    }
}

/// A mail server on a port of its own.
pub struct MailServer {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    serving: JoinHandle<()>,
}

impl MailServer {
    /// One that takes every letter, until it is told otherwise.
    ///
    /// # Panics
    /// Without a free port.
    pub async fn start() -> Self {
        Self::speaking(None).await
    }

    /// One that says nothing about letters before `STARTTLS`, and who vouches for it as `127.0.0.1`, as PEM.
    ///
    /// # Panics
    /// Without a free port, or a certificate.
    pub async fn secret() -> (Self, String) {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(params, authority).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address");
        let certificate = params.signed_by(&key, &authority).expect("a certificate");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .expect("a certificate and its key");
        let server = Self::speaking(Some(TlsAcceptor::from(Arc::new(config)))).await;
        (server, authority.pem())
    }

    async fn speaking(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let shared = seen.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, tls) = (shared.clone(), tls.clone());
                tokio::spawn(async move { meet(stream, &seen, tls).await });
            }
        });
        Self { address, seen, serving }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Behaves in these manners to one recipient, letter by letter, and in the last one for ever.
    pub fn to(&self, address: &str, manners: &[Manner]) {
        let manners = manners.iter().copied().collect();
        locked(&self.seen).to.insert(address.to_owned(), manners);
    }

    /// Behaves like this to everybody else.
    pub fn to_others(&self, manner: Manner) {
        locked(&self.seen).to_others = Some(manner);
    }

    /// Says this to whoever comes, and hangs up; or greets them again.
    pub fn turns_away(&self, said: Option<&'static str>) {
        locked(&self.seen).turns_away = said;
    }

    /// Takes letters only of whoever signs in so.
    pub fn wants(&self, user: &str, password: &str) {
        let proof = STANDARD.encode(format!("\0{user}\0{password}"));
        locked(&self.seen).wants = Some(proof);
    }

    /// The letters that it was given whole, whatever it said to them.
    pub fn letters(&self) -> Vec<Letter> {
        locked(&self.seen).letters.clone()
    }

    /// Their addresses, sorted.
    pub fn addresses(&self) -> Vec<String> {
        let mut all: Vec<String> = self.letters().into_iter().map(|letter| letter.to).collect();
        all.sort();
        all
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn locked(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn meet(stream: TcpStream, seen: &Mutex<Seen>, tls: Option<TlsAcceptor>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let turned_away = locked(seen).turns_away;
    say(&mut stream, turned_away.unwrap_or("220 mail.test")).await?;
    if turned_away.is_some() || !converse(&mut stream, seen, tls.is_some()).await? {
        return Ok(());
    }
    let Some(tls) = tls else { return Ok(()) };
    let mut stream = BufReader::new(tls.accept(stream.into_inner()).await?);
    converse(&mut stream, seen, false).await.map(drop)
}

/// Whether the other side wants to go on in secret, as it must if that is `offered`.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    seen: &Mutex<Seen>,
    offered: bool,
) -> io::Result<bool> {
    let wants = locked(seen).wants.clone();
    let (mut to, mut manner) = (String::new(), Manner::Takes);
    let mut welcome = wants.is_none();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let command = line.trim_end().to_ascii_uppercase();
        let answer = match command.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" if offered => "250-mail.test\r\n250 STARTTLS",
            "STARTTLS" if offered => {
                say(stream, "220 go on").await?;
                return Ok(true);
            }
            "AUTH" | "MAIL" | "RCPT" | "DATA" if offered => "530 not in the clear",
            "EHLO" if wants.is_some() => "250-mail.test\r\n250 AUTH PLAIN",
            "EHLO" => "250 mail.test",
            "AUTH" => {
                welcome = wants.is_some() && line.split_whitespace().nth(2) == wants.as_deref();
                if welcome { "235 welcome" } else { "535 nobody of that name" }
            }
            "MAIL" | "RCPT" | "DATA" if !welcome => "530 sign in first",
            "RCPT" => {
                to = between(&line, '<', '>');
                manner = locked(seen).manner(&to);
                match manner {
                    Manner::SaysToAddress(said) => said,
                    _ => "250 a good address",
                }
            }
            "DATA" => {
                say(stream, "354 go on").await?;
                match letter(stream, seen, &to, manner).await? {
                    Some(said) => said,
                    None => return Ok(false),
                }
            }
            "QUIT" => {
                say(stream, "221 good-bye").await?;
                return Ok(false);
            }
            _ => "250 well",
        };
        say(stream, answer).await?;
    }
}

/// Reads a letter; what is said to it, or nothing any more.
async fn letter<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    seen: &Mutex<Seen>,
    to: &str,
    manner: Manner,
) -> io::Result<Option<&'static str>> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || manner == Manner::Drops {
            return Ok(None);
        }
        if line == ".\r\n" {
            break;
        }
        text.push_str(&line);
    }
    let text = text.replace("\r\n ", " ");
    locked(seen).letters.push(Letter { to: to.to_owned(), text });
    match manner {
        Manner::SaysToLetter(said) => return Ok(Some(said)),
        Manner::TakesSlowly(pause) => tokio::time::sleep(pause).await,
        Manner::Stalls => std::future::pending().await,
        _ => {}
    }
    Ok(Some("250 taken"))
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    text: &str,
) -> io::Result<()> {
    stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
    // What is encrypted waits for more otherwise.
    stream.get_mut().flush().await
}

fn between(line: &str, from: char, to: char) -> String {
    let rest = line.split_once(from).map(|(_, rest)| rest).unwrap_or_default();
    rest.split(to).next().unwrap_or_default().to_owned()
}
