//! PostgreSQL under Patroni behind haproxy, as `crates/server/deploy` tells operators to run it: its files
//! with other addresses and folders. Three servers follow each other, one etcd knows who is the primary,
//! and one haproxy leads clients to nodes and nodes to the primary, both by TLS.

use crate::{
    Json,
    cluster::{Cluster, Owner},
    installation::{Node, free_addresses},
    json,
    ledger::Entrance,
    server::COPY,
};
use serde::Deserialize;
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const PATRONI: &str = include_str!("../../crates/server/deploy/patroni.yml");
const HAPROXY: &str = include_str!("../../crates/server/deploy/haproxy.cfg");

/// A certificate of everybody here, which is no authority: none is accepted as that of a server.
const CERTIFICATE: &str = "[req]\n\
    distinguished_name = name\n\
    x509_extensions = use\n\
    prompt = no\n\
    [name]\n\
    CN = postgres.internal\n\
    [use]\n\
    basicConstraints = critical, CA:FALSE\n\
    subjectAltName = IP:127.0.0.1\n";

/// The programs beside PostgreSQL's own.
const PROGRAMS: [&str; 4] = ["patroni", "etcd", "haproxy", "openssl"];

/// How many servers there are.
const SERVERS: usize = 3;

/// Passwords of the servers, which protect nothing here.
const SUPERUSER: &str = "superuser";
const REPLICATION: &str = "replication";

/// Who nodes are, by a password that is their name.
const ROLE: &str = "CREATE ROLE guanxi LOGIN PASSWORD 'guanxi'";

/// How long everybody may take to follow a primary.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(200);

/// How a primary comes to an end.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// Its machine is gone: PostgreSQL and Patroni are killed at once, and come back after a while.
    Lost,
    /// PostgreSQL is killed, and its Patroni sees it.
    Crashed,
    /// An operator wants another one.
    Replaced,
}

/// All of it, running.
#[derive(Debug)]
pub struct Patroni {
    owner: Owner,
    places: Places,
    http: reqwest::Client,
    servers: [Option<Node>; SERVERS],
    _others: [Node; 2],
}

/// Where everybody is.
#[derive(Debug)]
struct Places {
    folder: PathBuf,
    programs: PathBuf,
    servers: [SocketAddr; SERVERS],
    patronis: [SocketAddr; SERVERS],
    /// For clients of etcd, and for others like it.
    etcd: [SocketAddr; 2],
    /// By TLS, and what only sends there.
    https: [SocketAddr; 2],
    primary: SocketAddr,
    nodes: [SocketAddr; 3],
}

/// What Patroni says of a server.
#[derive(Debug, Deserialize)]
struct Member {
    name: String,
    role: String,
    state: String,
}

impl Patroni {
    /// Starts it beside a server, whose owner owns these too; `None`, with a line that says so, where not all
    /// programs are installed.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(cluster: &Cluster) -> Option<Self> {
        let owner = cluster.owner().clone();
        for program in PROGRAMS {
            owner.finds(program).await?;
        }
        let programs = owner.finds(COPY).await?;
        let programs = programs.parent().unwrap_or(Path::new("/")).to_owned();
        let places = Places::new(owner.folder(), programs);
        places.certify(&owner).await;
        fs::write(places.folder.join("haproxy.cfg"), places.proxy()).expect("haproxy.cfg");
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
        let mut all = Self {
            _others: [places.start_etcd(&owner), places.start_proxy(&owner)],
            owner,
            places,
            http: http.expect("a client"),
            servers: [const { None }; SERVERS],
        };
        for server in 0..SERVERS {
            let text = all.places.patroni(server);
            let file = all.places.folder.join(format!("{}.yml", name(server)));
            fs::write(file, text).expect("the file of a server");
            all.start_server(server);
        }
        all.settled(None).await;
        all.admin().await.execute(ROLE).await.expect("a role");
        Some(all)
    }

    /// An empty database, by the address at which haproxy leads to the primary.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn database(&self) -> String {
        let mut admin = self.admin().await;
        // The only one that the files let nodes use.
        for statement in [
            "DROP DATABASE IF EXISTS guanxi WITH (FORCE)",
            "CREATE DATABASE guanxi OWNER guanxi TEMPLATE template0",
        ] {
            admin.execute(statement).await.expect("a database");
        }
        self.places.url("guanxi", "guanxi", "guanxi")
    }

    /// Where haproxy expects nodes. It knows of one more, which is never there.
    pub fn nodes(&self) -> [SocketAddr; 2] {
        let [first, second, _] = self.places.nodes;
        [first, second]
    }

    /// Where haproxy expects clients.
    ///
    /// # Panics
    /// When its certificate is gone.
    pub fn entrance(&self) -> Entrance {
        let [https, _] = self.places.https;
        let authority = fs::read(self.places.folder.join("server.crt")).expect("a certificate");
        Entrance { bases: vec![format!("https://{https}")], authority: Some(authority) }
    }

    /// The primary comes to its end, another one takes its place, and in the end there are three again.
    ///
    /// # Panics
    /// When none does.
    pub async fn end_primary(&mut self, end: End) {
        let primary = self.settled(None).await;
        match end {
            End::Crashed => {
                kill(&self.postmaster(primary));
                // Until all have noticed it is called the primary still, and then it may be the standby of the next.
                let until = Instant::now() + PATIENCE;
                while self.settled(None).await == primary && Instant::now() < until {
                    tokio::time::sleep(GLANCE).await;
                }
            }
            End::Lost => {
                self.kill(primary);
                self.settled(Some(primary)).await;
                self.start_server(primary);
            }
            End::Replaced => {
                let url = format!("http://{}/switchover", self.places.patronis[primary]);
                let wish = json!({ "leader": name(primary) });
                let answer = self.http.post(url).json(&wish).timeout(PATIENCE).send().await;
                let answer = answer.expect("an answer of Patroni");
                let (status, said) = (answer.status(), answer.text().await);
                assert!(status.is_success(), "{status}: {said:?}");
            }
        }
        let next = self.settled(None).await;
        assert_ne!(primary, next, "the primary is the same");
    }

    /// Both processes end without hearing of it; what PostgreSQL has begun ends when it sees that.
    fn kill(&mut self, server: usize) {
        let patroni = self.servers[server].take().expect("a running Patroni");
        // First Patroni, which would see what became of the other.
        kill(&patroni.id().to_string());
        kill(&self.postmaster(server));
        patroni.kill();
    }

    /// The number of the process of PostgreSQL.
    fn postmaster(&self, server: usize) -> String {
        let pid = self.places.folder.join(name(server)).join("postmaster.pid");
        let pid = fs::read_to_string(pid).expect("a running server");
        pid.lines().next().expect("its number").to_owned()
    }

    /// Waits until one is the primary, another one has all that it has, and so does every other one but
    /// `without`. The primary.
    async fn settled(&self, without: Option<usize>) -> usize {
        let until = Instant::now() + PATIENCE;
        let mut last = Vec::new();
        while Instant::now() < until {
            for server in (0..SERVERS).filter(|server| Some(*server) != without) {
                let Some(members) = self.members(server).await else { continue };
                if let Some(primary) = primary_of(&members, without) {
                    return primary;
                }
                last = members;
            }
            tokio::time::sleep(GLANCE).await;
        }
        let logs: Vec<String> = self.servers.iter().flatten().map(Node::log).collect();
        panic!("the servers do not settle: {last:?}\n{}", logs.join("\n"));
    }

    async fn members(&self, server: usize) -> Option<Vec<Member>> {
        let url = format!("http://{}/cluster", self.places.patronis[server]);
        let request = self.http.get(url).timeout(Duration::from_secs(2));
        let mut cluster: Json = request.send().await.ok()?.json().await.ok()?;
        serde_json::from_value(cluster["members"].take()).ok()
    }

    fn start_server(&mut self, server: usize) {
        let name = name(server);
        let mut command = self.places.command(&self.owner, &["patroni", &format!("{name}.yml")]);
        command.env("PATRONI_SUPERUSER_PASSWORD", SUPERUSER);
        command.env("PATRONI_REPLICATION_PASSWORD", REPLICATION);
        command.env("PATRONI_POSTGRESQL_PGPASS", self.places.folder.join(format!("{name}.pgpass")));
        self.servers[server] = Some(self.places.start(command, &name));
    }

    async fn admin(&self) -> PgConnection {
        let url = self.places.url("postgres", SUPERUSER, "postgres");
        let until = Instant::now() + PATIENCE;
        loop {
            // The proxy notices a little later than everybody else who the primary is.
            match PgConnection::connect(&url).await {
                Ok(admin) => return admin,
                Err(error) => assert!(Instant::now() < until, "no primary: {error}"),
            }
            tokio::time::sleep(GLANCE).await;
        }
    }
}

impl Drop for Patroni {
    fn drop(&mut self) {
        // Before PostgreSQL, which they would start again.
        self.servers = [const { None }; SERVERS];
        for server in 0..SERVERS {
            let data = name(server);
            let stop = ["pg_ctl", "-D", &data, "-m", "immediate", "-w", "-t", "10", "stop"];
            let mut stop = self.owner.command(&stop);
            let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
    }
}

impl Places {
    fn new(folder: &Path, programs: PathBuf) -> Self {
        let [s1, s2, s3, p1, p2, p3, e1, e2, h1, h2, primary, n1, n2, n3] = free_addresses();
        Self {
            folder: folder.to_owned(),
            programs,
            servers: [s1, s2, s3],
            patronis: [p1, p2, p3],
            etcd: [e1, e2],
            https: [h1, h2],
            primary,
            nodes: [n1, n2, n3],
        }
    }

    fn url(&self, user: &str, password: &str, database: &str) -> String {
        let Self { folder, primary, .. } = self;
        let certificate = folder.join("server.crt");
        format!(
            "postgres://{user}:{password}@{primary}/{database}?sslmode=verify-full&sslrootcert={}",
            certificate.display()
        )
    }

    /// Makes the certificate and its key, alone and in one file.
    async fn certify(&self, owner: &Owner) {
        fs::write(self.folder.join("openssl.cnf"), CERTIFICATE).expect("openssl.cnf");
        let make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"];
        let of = ["ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-config", "openssl.cnf"];
        let to = ["-keyout", "server.key", "-out", "server.crt"];
        owner.run(&[&make[..], &of, &to].concat()).await;
        let both = "umask 077 && cat server.crt server.key >guanxi.pem";
        owner.run(&["sh", "-c", both]).await;
    }

    /// The file of one server.
    fn patroni(&self, server: usize) -> String {
        let folder = self.folder.display();
        let [etcd, _] = self.etcd;
        let changes = [
            ("name: postgres1", format!("name: {}", name(server))),
            ("10.0.2.11:8008", self.patronis[server].to_string()),
            ("10.0.2.11:5432", self.servers[server].to_string()),
            ("10.0.2.21:2379,10.0.2.22:2379,10.0.2.23:2379", etcd.to_string()),
            ("/var/lib/postgresql/17/guanxi", format!("{folder}/{}", name(server))),
            ("/usr/lib/postgresql/17/bin", self.programs.display().to_string()),
            ("/etc/postgresql/tls", folder.to_string()),
            ("10.0.1.0/24", "127.0.0.1/32".to_owned()),
            ("10.0.2.0/24", "127.0.0.1/32".to_owned()),
            // There is no archive here, and no folder for sockets that is ours.
            ("pgbackrest --stanza=guanxi archive-push %p", "/bin/true".to_owned()),
            ("ssl: \"on\"", "ssl: \"on\"\n    unix_socket_directories: \"\"".to_owned()),
        ];
        rendered(PATRONI, &changes)
    }

    /// The file of the proxy.
    fn proxy(&self) -> String {
        let [https, http] = self.https;
        let [node1, node2, node3] = self.nodes.map(|node| node.to_string());
        let server = |number: usize| {
            format!("{} check port {}", self.servers[number], self.patronis[number].port())
        };
        let changes = [
            // Ordinary users may not open so many.
            ("maxconn 20000", "maxconn 2000".to_owned()),
            ("bind :443 ", format!("bind {https} ")),
            ("bind :80", format!("bind {http}")),
            ("/etc/haproxy/guanxi.pem", format!("{}/guanxi.pem", self.folder.display())),
            ("10.0.1.11:8080", node1),
            ("10.0.1.12:8080", node2),
            ("10.0.1.13:8080", node3),
            ("10.0.1.10:5432", self.primary.to_string()),
            ("10.0.2.11:5432 check port 8008", server(0)),
            ("10.0.2.12:5432 check port 8008", server(1)),
            ("10.0.2.13:5432 check port 8008", server(2)),
        ];
        rendered(HAPROXY, &changes)
    }

    fn start_etcd(&self, owner: &Owner) -> Node {
        let [clients, peers] = self.etcd.map(|address| format!("http://{address}"));
        let only = format!("etcd={peers}");
        let mut line = vec!["etcd", "--name", "etcd", "--data-dir", "etcd"];
        line.extend(["--listen-client-urls", &clients, "--advertise-client-urls", &clients]);
        line.extend(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers]);
        line.extend(["--initial-cluster", &only]);
        self.start(self.command(owner, &line), "etcd")
    }

    fn start_proxy(&self, owner: &Owner) -> Node {
        self.start(self.command(owner, &["haproxy", "-db", "-f", "haproxy.cfg"]), "haproxy")
    }

    fn command(&self, owner: &Owner, line: &[&str]) -> Command {
        let mut command = owner.command(line);
        command.env("HOME", &self.folder).stdout(Stdio::null());
        command
    }

    fn start(&self, mut command: Command, name: &str) -> Node {
        Node::start(&mut command, self.folder.join(format!("{name}.log")))
    }
}

fn kill(pid: &str) {
    let sent = Command::new("kill").args(["-KILL", pid]).status().expect("kill");
    assert!(sent.success(), "the signal was not sent");
}

fn name(server: usize) -> String {
    format!("postgres{}", server + 1)
}

/// The primary among them, if everybody but `without` follows it.
fn primary_of(members: &[Member], without: Option<usize>) -> Option<usize> {
    let with = |member: &&Member| without.is_none_or(|server| member.name != name(server));
    let runs = |member: &Member| ["running", "streaming"].contains(&member.state.as_str());
    let there: Vec<&Member> = members.iter().filter(with).collect();
    let count = if without.is_some() { SERVERS - 1 } else { SERVERS };
    let one = |role: &str| there.iter().filter(|member| member.role == role).count() == 1;
    let settled = there.len() == count
        && there.iter().all(|member| runs(member))
        && one("leader")
        && one("sync_standby");
    let leader = there.iter().find(|member| member.role == "leader")?;
    let server = (0..SERVERS).find(|server| name(*server) == leader.name)?;
    settled.then_some(server)
}

/// A file with other words; all that are to be replaced have to be there.
fn rendered(text: &str, changes: &[(&str, String)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(*from), "the file does not say {from:?}");
        text.replace(*from, to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_operators_are_those_that_are_tried() {
        let places = Places::new(Path::new("/there"), "/programs".into());
        for text in [places.patroni(1), places.proxy()] {
            let rules = text.lines().filter(|line| !line.trim_start().starts_with('#'));
            for line in rules {
                assert!(!line.contains("10.0."), "an address is left: {line}");
            }
        }
        assert!(places.patroni(1).contains("name: postgres2"));
    }

    #[test]
    fn a_primary_is_one_whom_everybody_follows() {
        let member = |(name, role, state): (&str, &str, &str)| Member {
            name: name.to_owned(),
            role: role.to_owned(),
            state: state.to_owned(),
        };
        let standby = ("postgres1", "replica", "running");
        let leader = ("postgres2", "leader", "running");
        let both = ("postgres3", "sync_standby", "streaming");
        let primary = |members: &[(&str, &str, &str)], without: Option<usize>| {
            primary_of(&members.iter().copied().map(member).collect::<Vec<_>>(), without)
        };
        assert_eq!(primary(&[standby, leader, both], None), Some(1));
        assert_eq!(primary(&[standby, leader, both], Some(0)), Some(1));
        assert_eq!(primary(&[standby, leader, both], Some(1)), None, "it is gone");
        assert_eq!(primary(&[leader, both], None), None, "one is missing");
        assert_eq!(primary(&[standby, leader, standby], None), None, "commits would wait");
        let starting = ("postgres1", "replica", "starting");
        assert_eq!(primary(&[starting, leader, both], None), None);
    }
}
