//! A PostgreSQL server in the folder of its owner, and the streaming standbys that are made of it.

use crate::{
    cluster::{Mode, Owner},
    installation::free_address,
};
use sqlx::{Connection as _, PgConnection};
use std::{
    fs,
    net::SocketAddr,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// The program that copies a server.
pub(crate) const COPY: &str = "pg_basebackup";

/// How long a standby may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(20);

/// How many ports are tried: somebody else may be quicker.
const TRIES: usize = 5;

/// A server that was started; the script of its cluster ends it, if nobody has before.
#[derive(Debug, Clone)]
pub struct Server {
    owner: Owner,
    /// The folder of its data, in that of its owner.
    data: String,
    address: SocketAddr,
}

impl Server {
    /// One that runs already.
    pub(crate) fn new(owner: Owner, data: &str, address: SocketAddr) -> Self {
        Self { owner, data: data.to_owned(), address }
    }

    /// Copies the server that is found at this address, and starts the copy as its standby. It goes on to follow
    /// whoever is found there, under the name `standby`.
    ///
    /// # Panics
    /// When it does not start.
    pub(crate) async fn following(owner: &Owner, primary: SocketAddr) -> Self {
        let data = format!("standby-{}", Uuid::new_v4().simple());
        let (host, port) = (primary.ip(), primary.port());
        let link = format!("host={host} port={port} user=postgres application_name=standby");
        // It asks for streaming, and what is written meanwhile comes along.
        let copy = [COPY, "--no-sync", "-c", "fast", "-X", "stream", "-R"];
        owner.run(&[&copy[..], &["-D", &data, "-d", &link]].concat()).await;
        let mut standby = Self::new(owner.clone(), &data, free_address());
        for _ in 1..TRIES {
            if standby.attempt_start().await.is_ok() {
                return standby;
            }
            standby.address = free_address();
        }
        standby.start().await;
        standby
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a database there.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.address)
    }

    /// A connection of its administrator.
    pub(crate) async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.url("postgres")).await.expect("the server")
    }

    /// Starts it again after it was ended.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(&self) {
        if let Err(failure) = self.attempt_start().await {
            let log = self.owner.folder().join(self.log());
            panic!("{failure}\n{}", fs::read_to_string(log).unwrap_or_default());
        }
    }

    /// Ends it, and connections to it are cut.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn stop(&self, mode: Mode) {
        self.control(&["-m", mode.word(), "stop"]).await;
    }

    /// Ends it and starts it again where it was.
    pub(crate) async fn restart(&self, mode: Mode) {
        self.control(&["-m", mode.word(), "-l", &self.log(), "restart"]).await;
    }

    /// Makes a standby the primary.
    pub(crate) async fn promote(&self) {
        self.control(&["promote"]).await;
    }

    /// Removes what is left of it after it was ended.
    pub(crate) async fn remove(&self) {
        self.owner.run(&["rm", "-rf", &self.data]).await;
    }

    /// From now on a standby receives and does not show what is written.
    ///
    /// # Panics
    /// When it does not obey.
    pub async fn pause_replay(&self) {
        let mut standby = self.admin().await;
        let pause = sqlx::query("SELECT pg_wal_replay_pause()");
        pause.execute(&mut standby).await.expect("a standby that obeys");
        let until = Instant::now() + PATIENCE;
        while state(&mut standby).await != "paused" {
            assert!(Instant::now() < until, "it does not pause");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// It goes on with what it has received.
    ///
    /// # Panics
    /// When it does not obey.
    pub async fn resume_replay(&self) {
        let resume = sqlx::query("SELECT pg_wal_replay_resume()");
        resume.execute(&mut self.admin().await).await.expect("a standby that obeys");
    }

    async fn attempt_start(&self) -> Result<String, String> {
        let port = format!("-p {}", self.address.port());
        self.attempt(&["-l", &self.log(), "-o", &port, "start"]).await
    }

    /// Does this to it; what was printed, or all that is known of a failure.
    async fn attempt(&self, line: &[&str]) -> Result<String, String> {
        let control = ["pg_ctl", "-D", &self.data, "-w", "-t", "60"];
        self.owner.attempt(&[&control[..], line].concat()).await
    }

    async fn control(&self, line: &[&str]) {
        self.attempt(line).await.unwrap_or_else(|failure| panic!("{failure}"));
    }

    /// The file that it logs to: were it a pipe, a server would keep it open.
    fn log(&self) -> String {
        format!("{}.log", self.data)
    }
}

async fn state(standby: &mut PgConnection) -> String {
    let state = sqlx::query_scalar("SELECT pg_get_wal_replay_pause_state()");
    state.fetch_one(standby).await.expect("a state")
}
