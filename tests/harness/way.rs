//! A way to PostgreSQL that a test cuts at any statement.
//!
//! What the program and the server say to each other is passed on message by message, so the cut is
//! where a statement is executed and not somewhere between two bytes. Preparing one does not count:
//! how often that happens depends on how old a connection is.

use sqlx::postgres::PgConnectOptions;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    str::FromStr as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Before the server hears of the statement.
    Unheard,
    /// When the server has done it and nobody has heard so.
    Unanswered,
}

/// A way with an address of its own. The connection that meets the cut is gone; all others stay.
#[derive(Debug)]
pub struct Way {
    url: String,
    trap: Arc<Mutex<Trap>>,
    serving: JoinHandle<()>,
}

/// How many statements have passed since it was set, and which one meets what.
#[derive(Debug, Default)]
struct Trap {
    passed: usize,
    set: Option<(usize, Cut)>,
}

impl Trap {
    fn pass(&mut self) -> Option<Cut> {
        self.passed += 1;
        let met = self.set.filter(|(at, _)| *at == self.passed);
        if met.is_some() {
            self.set = None;
        }
        met.map(|(_, cut)| cut)
    }
}

impl Way {
    /// One to the database at `url`.
    ///
    /// # Panics
    /// When the address does not say host and port, or no port is free.
    pub async fn to(url: &str) -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into(), url).await
    }

    /// The same at an address that is known before.
    ///
    /// # Panics
    /// As [`Way::to`], and when the address is taken.
    pub async fn at(here: SocketAddr, url: &str) -> Self {
        let options = PgConnectOptions::from_str(url).expect("the address of a database");
        let there = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind(here).await.expect("a port");
        let here = listener.local_addr().expect("an address");
        let url = Self::url_at(here, url);
        let trap: Arc<Mutex<Trap>> = Arc::default();
        let shared = trap.clone();
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (there, trap) = (there.clone(), shared.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(&there).await?;
                    // However it ends, both sides see it.
                    Passage::new(client, server, trap).run().await
                });
            }
        });
        Self { url, trap, serving }
    }

    /// The address of a way at `here` to the database at `url`.
    ///
    /// # Panics
    /// When that does not say host and port.
    pub fn url_at(here: SocketAddr, url: &str) -> String {
        let options = PgConnectOptions::from_str(url).expect("the address of a database");
        let there = format!("{}:{}", options.get_host(), options.get_port());
        assert!(url.contains(&there) && !url.contains('?'), "{url}");
        // In the clear, so that it can be read.
        format!("{}?sslmode=disable", url.replacen(&there, &here.to_string(), 1))
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Counts from now on, and cuts at the statement of that number, once.
    pub fn set(&self, at: usize, cut: Cut) {
        *locked(&self.trap) = Trap { passed: 0, set: Some((at, cut)) };
    }

    /// Cuts no more; how many statements have passed, and whether one was cut.
    pub fn lift(&self) -> (usize, bool) {
        let Trap { passed, set } = std::mem::take(&mut *locked(&self.trap));
        (passed, set.is_none())
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn locked(trap: &Mutex<Trap>) -> MutexGuard<'_, Trap> {
    trap.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection.
struct Passage {
    client: TcpStream,
    server: TcpStream,
    trap: Arc<Mutex<Trap>>,
    asked: Vec<u8>,
    answered: Vec<u8>,
    /// Whether the first message has passed, which alone has no letter before its length.
    begun: bool,
    /// How often the server has yet to say that it is ready.
    owed: usize,
    /// Whether it ends with the answer to what is asked now.
    last: bool,
}

impl Passage {
    fn new(client: TcpStream, server: TcpStream, trap: Arc<Mutex<Trap>>) -> Self {
        let (asked, answered) = (Vec::with_capacity(16 * 1024), Vec::with_capacity(16 * 1024));
        Self { client, server, trap, asked, answered, begun: false, owed: 0, last: false }
    }

    async fn run(mut self) -> io::Result<()> {
        loop {
            tokio::select! {
                read = self.client.read_buf(&mut self.asked) => {
                    if read? == 0 || !self.ask().await? {
                        return Ok(());
                    }
                }
                read = self.server.read_buf(&mut self.answered) => {
                    if read? == 0 {
                        return Ok(());
                    }
                    let answers = self.answers();
                    self.client.write_all(&answers).await?;
                }
            }
        }
    }

    /// Passes on the whole messages of the client; whether the connection goes on.
    async fn ask(&mut self) -> io::Result<bool> {
        while let Some(length) = whole(&self.asked, self.begun) {
            let message: Vec<u8> = self.asked.drain(..length).collect();
            let letter = self.begun.then_some(message[0]);
            // Execute, and a query that is prepared by nobody.
            if matches!(letter, Some(b'E' | b'Q')) {
                let met = locked(&self.trap).pass();
                match met {
                    Some(Cut::Unheard) => return Ok(false),
                    Some(Cut::Unanswered) => self.last = true,
                    None => {}
                }
            }
            // Sync too: after each of these the server says that it is ready.
            let ends = matches!(letter, None | Some(b'S' | b'Q'));
            self.begun = true;
            self.owed += usize::from(ends);
            self.server.write_all(&message).await?;
            if self.last && ends {
                self.await_end().await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Waits until the server has done all that it was asked.
    async fn await_end(&mut self) -> io::Result<()> {
        drop(self.answers());
        while self.owed > 0 && self.server.read_buf(&mut self.answered).await? > 0 {
            drop(self.answers());
        }
        Ok(())
    }

    /// The whole messages of the server so far.
    fn answers(&mut self) -> Vec<u8> {
        let mut end = 0;
        while let Some(length) = whole(&self.answered[end..], true) {
            let is_ready = self.answered[end] == b'Z';
            self.owed = self.owed.saturating_sub(usize::from(is_ready));
            end += length;
        }
        self.answered.drain(..end).collect()
    }
}

/// The length of the first message, if all of it is there.
fn whole(bytes: &[u8], has_letter: bool) -> Option<usize> {
    let from = usize::from(has_letter);
    let length: [u8; 4] = bytes.get(from..from + 4)?.try_into().ok()?;
    let whole = from + usize::try_from(u32::from_be_bytes(length)).ok()?;
    (bytes.len() >= whole).then_some(whole)
}
