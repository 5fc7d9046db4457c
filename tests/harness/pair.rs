//! A primary and the standby that follows it and takes over when the primary dies, without anything that
//! would do so by itself. Nodes reach whoever is the primary through a proxy.

use crate::{
    cluster::{Cluster, Mode},
    forwarder::Forwarder,
    server::{COPY, Server},
};
use sqlx::Executor as _;
use std::{
    mem,
    time::{Duration, Instant},
};

/// How long a standby may take to have all that the primary has.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(50);

/// How long an asynchronous standby is cut off before it takes over.
const GAP: Duration = Duration::from_secs(1);

/// How many standbys of this sort there are.
const FOLLOWED: &str = "SELECT COUNT(*) FROM pg_stat_replication
     WHERE application_name = 'standby' AND state = 'streaming' AND sync_state = $1";

/// What an acknowledged write is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replication {
    /// The standby has it too.
    Synchronous,
    /// The standby will have it, unless it is cut off before.
    Asynchronous,
}

impl Replication {
    /// As PostgreSQL calls such a standby.
    fn state(self) -> &'static str {
        match self {
            Self::Synchronous => "sync",
            Self::Asynchronous => "async",
        }
    }
}

/// A running primary and its standby.
#[derive(Debug)]
pub struct Pair {
    replication: Replication,
    /// Where nodes find the primary.
    front: Forwarder,
    /// Where the standby finds it.
    link: Forwarder,
    primary: Server,
    standby: Option<Server>,
    cluster: Cluster,
}

impl Pair {
    /// Starts them; `None`, with a line that says so, where tests do without PostgreSQL or its own programs
    /// are not all there.
    ///
    /// # Panics
    /// When the standby does not follow.
    pub async fn start(replication: Replication) -> Option<Self> {
        let cluster = Cluster::start().await?;
        cluster.owner().finds(COPY).await?;
        let primary = cluster.server().clone();
        let [front, link] = [(); 2].map(|()| Forwarder::start(primary.address()));
        let mut pair = Self { replication, front, link, primary, standby: None, cluster };
        pair.follow().await;
        Some(pair)
    }

    /// A new, empty database, by the address at which the primary is always found. Not after a failover.
    pub async fn database(&self, name: &str) -> String {
        self.cluster.database(name).await;
        format!("postgres://postgres@{}/{name}", self.front.address())
    }

    /// The primary dies and the standby takes over.
    ///
    /// # Panics
    /// When it does not.
    pub async fn fail_over(&mut self) {
        if self.replication == Replication::Asynchronous {
            self.link.lead_to(None);
            tokio::time::sleep(GAP).await;
        }
        let standby = self.standby.take().expect("a standby");
        let dead = mem::replace(&mut self.primary, standby);
        dead.stop(Mode::Immediate).await;
        // Before it is the primary: nodes come upon a server that refuses to write for a moment.
        self.front.lead_to(Some(self.primary.address()));
        self.primary.promote().await;
        self.link.lead_to(Some(self.primary.address()));
        dead.remove().await;
    }

    /// Gives the primary a standby, which has all that it has when this returns.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn follow(&mut self) {
        let standby = Server::following(self.cluster.owner(), self.link.address()).await;
        self.standby = Some(standby);
        let mut admin = self.primary.admin().await;
        if self.replication == Replication::Synchronous {
            // After the copy was made: what takes over has nobody to wait for yet.
            for setting in [
                "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
                "SELECT pg_reload_conf()",
            ] {
                admin.execute(setting).await.expect("a setting");
            }
        }
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let followed = sqlx::query_scalar(FOLLOWED).bind(self.replication.state());
            let followed: i64 = followed.fetch_one(&mut admin).await.expect("a count");
            if followed == 1 {
                return;
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("no standby follows the primary");
    }
}
