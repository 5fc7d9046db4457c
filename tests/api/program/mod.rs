//! The program itself: the real `guanxi`, in a folder of its own, with nothing else in its
//! environment, spoken to over its command line, its signals and HTTP.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

/// Runs each of these tests on SQLite and on PostgreSQL, with an empty store each.
macro_rules! programs {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use guanxi_tests::Engine;

            #[actix_web::test]
            async fn sqlite() {
                crate::program::on(Engine::Sqlite, async |program| super::$name(program).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                crate::program::on(Engine::Postgres, async |program| super::$name(program).await).await;
            }
        }
    )*};
}

mod binary;
mod command_line;
mod configuration;
mod demo;
mod documents;
mod experiments;
mod import;
mod mail;
mod metrics;
mod moving;
mod readme;
mod replica;
mod sealing;
mod serving;
mod starting;
mod traces;
mod transfer;
mod upgrades;
mod webhooks;

use guanxi_tests::{Answer, Client, Engine, Json, json, store};
use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything may take that a person would wait for.
const PATIENCE: Duration = Duration::from_secs(240);

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(20);

/// The password of everybody who is given one.
const PASSWORD: &str = "a long walk to Suzhou";

/// The first administrator, unless the configuration says otherwise.
const ADMINISTRATOR: &str = "admin@guanxi.local";

/// The program in a folder of its own, over a store of its own.
struct Program {
    engine: Engine,
    folder: TempDir,
    url: Option<String>,
    processes: AtomicU64,
}

/// Runs a test with a program whose store is empty. SQLite is where it is by default.
async fn on(engine: Engine, test: impl AsyncFnOnce(&Program)) {
    let server = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => match store::empty(engine).await {
            Some(store) => Some(store),
            None => return println!("skipped: {} is not set (make test sets it)", store::SERVER),
        },
    };
    let folder = TempDir::new().expect("a folder");
    let url = server.as_ref().map(|store| store.url.clone());
    let program = Program { engine, folder, url, processes: AtomicU64::new(0) };
    test(&program).await;
    if let Some(store) = server {
        store.remove().await;
    }
}

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ended {
    /// The same, if it has this exit code.
    #[track_caller]
    fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

impl Program {
    /// A command that has not been started.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary::path());
        command.args(arguments).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        // Under a coverage tool the program has to know where its counts go.
        for kept in ["PATH", "LLVM_PROFILE_FILE"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.envs(self.url.as_ref().map(|url| ("DATABASE_URL", url)));
        command
    }

    /// Runs a command to its end.
    fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, &[])
    }

    /// Runs a command to its end, with these variables.
    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        let mut process = Process::start(command, self.file());
        let status = process.end();
        Ended { code: status.code(), out: process.out(), err: process.err() }
    }

    /// Starts the server on a free port and waits until it serves.
    fn serve(&self) -> Server {
        self.serve_with(&[("GUANXI_ADMIN_PASSWORD", PASSWORD)])
    }

    /// The same with these variables.
    fn serve_with(&self, variables: &[(&str, &str)]) -> Server {
        self.start(variables).wait()
    }

    /// Starts the server on a free port.
    fn start(&self, variables: &[(&str, &str)]) -> Starting {
        let mut command = self.command(&["serve"]);
        command.env("GUANXI_SERVER_PORT", "0").env("GUANXI_SERVER_WORKERS", "2");
        command.envs(variables.iter().copied());
        Starting(Process::start(command, self.file()))
    }

    /// Writes a file into the folder; its name.
    fn write<'a>(&self, name: &'a str, text: &str) -> &'a str {
        fs::write(self.folder.path().join(name), text).expect("a file");
        name
    }

    /// Where a process writes to.
    fn file(&self) -> PathBuf {
        self.folder
            .path()
            .join(format!("process-{}", self.processes.fetch_add(1, Ordering::SeqCst)))
    }
}

/// A process that does not outlive the test.
struct Process {
    child: Child,
    file: PathBuf,
}

impl Process {
    fn start(mut command: Command, file: PathBuf) -> Self {
        let open = |suffix: &str| File::create(file.with_extension(suffix)).expect("a file");
        let child = command.stdout(open("out")).stderr(open("err")).spawn().expect("the program");
        Self { child, file }
    }

    /// What it has printed.
    fn out(&self) -> String {
        fs::read_to_string(self.file.with_extension("out")).unwrap_or_default()
    }

    /// What it has logged.
    fn err(&self) -> String {
        fs::read_to_string(self.file.with_extension("err")).unwrap_or_default()
    }

    /// Waits for its end.
    fn end(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            std::thread::sleep(GLANCE);
        }
        panic!("it does not end\n{}", self.err());
    }

    /// Sends it a signal.
    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        // Anything but KILL needs a system call that safe Rust does not offer.
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill");
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that may not serve yet.
struct Starting(Process);

impl Starting {
    /// Waits until it serves.
    fn wait(mut self) -> Server {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let status = self.0.child.try_wait().expect("a status");
            assert!(status.is_none(), "it has ended with {status:?}\n{}", self.0.err());
            if let Some(address) = address(&self.0.err()) {
                return Server { process: self.0, base: format!("http://{address}") };
            }
            std::thread::sleep(GLANCE);
        }
        panic!("it does not serve\n{}", self.0.err());
    }
}

/// The address that a server logs when it begins to serve.
fn address(log: &str) -> Option<String> {
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let line = lines.find(|line| line["message"] == "serving")?;
    line["address"].as_str().map(str::to_owned)
}

/// A running server.
struct Server {
    process: Process,
    base: String,
}

impl Server {
    /// Nobody, at this server.
    fn anonymous(&self) -> Client {
        Client::anonymous(&self.base)
    }

    /// Tries to sign in.
    async fn login(&self, tenant: &str, email: &str, password: &str) -> Answer {
        let wish = json!({ "tenant": tenant, "email": email, "password": password });
        self.anonymous().post("/v1/auth/login", wish).await
    }

    /// Somebody with this password.
    async fn sign_in(&self, tenant: &str, email: &str, password: &str) -> Client {
        let tokens = self.login(tenant, email, password).await.expect(200);
        self.anonymous().with_token(tokens.json["access_token"].as_str().expect("a token"))
    }

    /// The first administrator of tenant `main`.
    async fn admin(&self) -> Client {
        self.sign_in("main", ADMINISTRATOR, PASSWORD).await
    }

    /// Asks it to stop; what it has printed and logged.
    fn stop(mut self) -> Ended {
        self.process.signal("-TERM");
        let status = self.process.end();
        Ended { code: status.code(), out: self.process.out(), err: self.process.err() }.expect(0)
    }
}
