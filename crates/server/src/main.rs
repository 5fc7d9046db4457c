//! The program `guanxi`: configuration, command line, wiring, background work.

mod checks;
mod commands;
mod config;
mod demo;
mod import;
mod sealing;
mod serve;
mod steady;
mod traces;
mod transfer;

use clap::{Parser, Subcommand};
use config::{Config, LogFormat};
use std::{error::Error, io::IsTerminal as _, path::PathBuf, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Also what SQLite asks for memory. With the allocator of the C library a quarter of the time of an
/// import went into it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What every command answers.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A CRM behind one JSON API.
#[derive(Debug, Parser)]
#[command(name = "guanxi", version, about)]
struct Arguments {
    /// The configuration file; `guanxi.toml` if it is there.
    #[arg(long, global = true, env = "GUANXI_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API; brings the schema up to date and makes the first administrator first.
    Serve,
    /// Bring the schema up to date.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
    /// Users.
    #[command(subcommand)]
    User(commands::UserCommand),
    /// API keys.
    #[command(subcommand)]
    Key(commands::KeyCommand),
    /// Make a new key for the secrets in the store and seal them with it; exit code 3 if some
    /// cannot be read.
    RotateSealingKey,
    /// Import a file: CSV, XLSX or NDJSON.
    Import(import::ImportArguments),
    /// Make the tenant `demo` from the CRM Sales Opportunities data.
    Demo,
    /// Verify the chain of events; names the first event that is not as it was, with exit code 3.
    Verify {
        /// The tenant.
        #[arg(long, default_value = guanxi_identity::bootstrap::MAIN)]
        tenant: String,
    },
    /// Copy the embedded store to a new file, while it is used.
    Backup {
        /// The file.
        file: PathBuf,
    },
    /// Make a tenant, or move one from one store to another, of either engine.
    #[command(subcommand)]
    Tenant(transfer::TenantCommand),
    /// Ask the server of this configuration, on this machine, whether it is ready; exit code 1 if not.
    Health,
    /// The configuration.
    #[command(subcommand)]
    Config(checks::ConfigCommand),
}

/// Exit codes: 0 done, 1 failed, 2 wrong usage (clap), 3 done in part, see what was printed.
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = run(arguments);
    match outcome {
        Ok(code) => code,
        Err(error) => {
            say_error(&*error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Outcome<ExitCode> {
    if let Command::Openapi = arguments.command {
        return commands::print(&guanxi_http::document::pretty()).map(|()| ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let file = arguments.config.as_deref();
    if let Command::Config(command) = &arguments.command {
        return runtime.block_on(checks::config(file, command)).map(|()| ExitCode::SUCCESS);
    }
    let config = Config::load(file)?;
    start_log(&config);
    let done = |()| ExitCode::SUCCESS;
    match arguments.command {
        Command::Serve => actix_web::rt::System::new().block_on(serve::serve(config)).map(done),
        Command::Migrate => runtime.block_on(commands::migrate(&config)).map(done),
        Command::User(command) => runtime.block_on(commands::user(&config, command)).map(done),
        Command::Key(command) => runtime.block_on(commands::key(&config, command)).map(done),
        Command::RotateSealingKey => runtime.block_on(sealing::rotate(&config)),
        Command::Import(arguments) => runtime.block_on(import::import(&config, arguments)),
        Command::Demo => runtime.block_on(demo::demo(&config)).map(done),
        Command::Verify { tenant } => runtime.block_on(commands::verify(&config, &tenant)),
        Command::Backup { file } => runtime.block_on(transfer::backup_to(&config, &file)).map(done),
        Command::Health => commands::health(&config).map(done),
        Command::Tenant(command) => runtime.block_on(transfer::tenant(&config, command)),
        // Done above, without what all others need.
        Command::Config(_) | Command::Openapi => Ok(ExitCode::SUCCESS),
    }
}

/// Logs go to standard error, so that what a command prints can be piped.
fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let json = match config.log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        subscriber.json().flatten_event(true).init();
    } else {
        subscriber.init();
    }
}

/// An error with its causes, for people.
#[expect(clippy::print_stderr, reason = "the last words of the program")]
fn say_error(error: &dyn Error) {
    let mut text = format!("guanxi: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}\n  because: {inner}");
        cause = inner.source();
    }
    eprintln!("{text}");
}
