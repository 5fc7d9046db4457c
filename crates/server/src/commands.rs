//! The short commands, and what all commands open the same way.

use crate::{Outcome, config::Config};
use clap::Subcommand;
use guanxi_identity::{
    api_keys::{ApiKeyInput, create_key},
    bootstrap,
    secrets::{Cost, Passwords, SealingKeys, Secret, SigningKeys, TokenSettings},
};
use guanxi_kernel::{Action, Clock, Ctx, Word as _};
use guanxi_storage::{Db, Kind, error, events::chain, reindex};
use std::{
    io::{IsTerminal as _, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// What a server that starts waits before it looks for PostgreSQL again: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a user; the password is read from the variable PASSWORD or made up and printed once.
    Add {
        /// The e-mail address to sign in with.
        #[arg(long)]
        email: String,
        /// The name.
        #[arg(long)]
        name: String,
        /// The name of a role; may be repeated.
        #[arg(long)]
        role: Vec<String>,
        /// The tenant.
        #[arg(long, default_value = bootstrap::MAIN)]
        tenant: String,
    },
    /// Give a user another password and end their sessions; it is read from the variable PASSWORD or made
    /// up and printed once.
    ResetPassword {
        /// The e-mail address of the user.
        #[arg(long)]
        email: String,
        /// The tenant.
        #[arg(long, default_value = bootstrap::MAIN)]
        tenant: String,
    },
    /// Take the second factor away from a user who has lost it and whom no administrator can help.
    ResetSecondFactor {
        /// The e-mail address of the user.
        #[arg(long)]
        email: String,
        /// The tenant.
        #[arg(long, default_value = bootstrap::MAIN)]
        tenant: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Create an API key for a user and print it, once.
    Create {
        /// The user that the key acts for.
        #[arg(long)]
        user: String,
        /// What the key is for.
        #[arg(long)]
        name: String,
        /// What it may do, as RESOURCE:ACTION, e.g. `parties:read` or `any:any`; may be repeated.
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// The tenant.
        #[arg(long, default_value = bootstrap::MAIN)]
        tenant: String,
    },
    /// Make a new key for signing access tokens; the old ones verify until their tokens have expired.
    RotateSigning,
}

/// Prints what a command was asked for.
pub(crate) fn print(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `guanxi openapi | head` closes the pipe; that is no failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Opens the store and brings its schema up to date.
pub(crate) async fn open(config: &Config) -> Outcome<Db> {
    Ok(opened(config).await?)
}

async fn opened(config: &Config) -> Result<Db, guanxi_storage::Error> {
    // So that a command knows what the server knows.
    guanxi_http::register();
    let db = Db::open(&config.store()).await?;
    db.migrate().await?;
    Ok(db)
}

/// The same for a server, which may be started before PostgreSQL is: it waits for that, for as long as
/// the configuration says. What does not come right by waiting, such as a wrong password, ends it at once.
pub(crate) async fn open_in_time(config: &Config) -> Outcome<Db> {
    let is_server = config.database.url.starts_with("postgres");
    let until = Instant::now() + Duration::from_secs(config.database.start_seconds);
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match opened(config).await {
            Err(error) if is_server && error::may_come(&error) => error,
            done => return Ok(done?),
        };
        if Instant::now() + pause >= until {
            let seconds = config.database.start_seconds;
            return Err(format!("PostgreSQL could not be reached in {seconds} s: {error}").into());
        }
        tracing::warn!(%error, "PostgreSQL cannot be reached yet; it is tried again");
        tokio::time::sleep(pause).await;
        pause = LONGEST_PAUSE.min(2 * pause);
    }
}

/// The kinds of all records that are indexed.
pub(crate) fn kinds() -> Vec<&'static Kind> {
    guanxi_http::resources::SERVED.iter().map(|served| served.kind).collect()
}

pub(crate) fn passwords() -> Outcome<Passwords> {
    Ok(Passwords::new(Cost::default())?)
}

pub(crate) fn signing_keys(config: &Config, clock: &Clock) -> Outcome<Arc<SigningKeys>> {
    let settings = TokenSettings::new(config.tokens.issuer.clone(), config.tokens.audience.clone());
    let keys = match &config.tokens.pem {
        Some(pem) => SigningKeys::from_pem(pem, settings)?,
        None => SigningKeys::open(&config.tokens.keys, settings, clock.now())?,
    };
    Ok(Arc::new(keys))
}

/// The keys under which secrets lie in the store.
pub(crate) fn sealing_keys(config: &Config, clock: &Clock) -> Outcome<Arc<SealingKeys>> {
    let keys = match &config.tokens.sealing {
        Some(text) => SealingKeys::from_text(text)?,
        None => SealingKeys::open(&config.tokens.keys, clock.now())?,
    };
    Ok(Arc::new(keys))
}

/// The same as [`open`] for work that seals secrets and reads them back.
pub(crate) async fn open_with_keys(config: &Config) -> Outcome<Db> {
    let keys = sealing_keys(config, &Clock::System)?;
    Ok(open(config).await?.with_vault(keys))
}

/// Makes the first administrator of a new store, and prints a password that was made up. Where it has had
/// its time without being changed, says how to get another.
pub(crate) async fn first_administrator(
    config: &Config,
    db: &Db,
    passwords: &Passwords,
) -> Outcome {
    let (email, password) = (config.admin.email.as_deref(), config.admin.password.clone());
    let first =
        bootstrap::first_administrator(db, passwords, &Clock::System, email, password).await?;
    let Some(first) = first else {
        if let Some(email) = bootstrap::with_outdated_password(db, &Clock::System).await? {
            let command = format!("guanxi user reset-password --email {email}");
            tracing::warn!(
                command,
                "the first administrator's password was made up and has expired"
            );
        }
        return Ok(());
    };
    let password = match &first.password {
        Some(password) => format!(
            "password: {} (shown this once, and good for an hour: choose your own by PUT /v1/me/password)",
            password.expose()
        ),
        None => "password: as configured".to_owned(),
    };
    print(&format!(
        "The first administrator of tenant {}:\n  e-mail: {}\n  {password}\n",
        first.tenant, first.email
    ))
}

pub(crate) async fn migrate(config: &Config) -> Outcome {
    let db = open(config).await?;
    reindex::run(&db, &kinds(), Duration::ZERO).await?;
    print(&format!("The schema of the {} store is up to date.\n", db.engine()))?;
    db.close().await;
    Ok(())
}

pub(crate) async fn user(config: &Config, command: UserCommand) -> Outcome {
    let (email, name, role, tenant) = match command {
        UserCommand::Add { email, name, role, tenant } => (email, name, role, tenant),
        UserCommand::ResetPassword { email, tenant } => {
            return reset_password(config, &tenant, &email).await;
        }
        UserCommand::ResetSecondFactor { email, tenant } => {
            return reset_second_factor(config, &tenant, &email).await;
        }
    };
    let db = open(config).await?;
    let password = std::env::var("PASSWORD").ok().map(Secret::from);
    let added = bootstrap::create_user(
        &db,
        &passwords()?,
        &Clock::System,
        &tenant,
        &email,
        &name,
        &role,
        password,
    )
    .await?;
    print(&format!(
        "{email} can sign in to tenant {tenant}.\n{}",
        made_up(added.as_ref(), "a day")
    ))?;
    db.close().await;
    Ok(())
}

/// The line about a password that was made up, if it was, and for how long it is good.
pub(crate) fn made_up(password: Option<&Secret>, lasts: &str) -> String {
    let line = |made: &Secret| {
        format!("password: {} (shown this once, and good for {lasts})\n", made.expose())
    };
    password.map(line).unwrap_or_default()
}

async fn reset_password(config: &Config, tenant: &str, email: &str) -> Outcome {
    let db = open(config).await?;
    let password = std::env::var("PASSWORD").ok().map(Secret::from);
    let (passwords, clock) = (passwords()?, Clock::System);
    let reset = bootstrap::reset_password(&db, &passwords, &clock, tenant, email, password).await;
    db.close().await;
    let made = reset?;
    print(&format!("{email} has another password.\n{}", made_up(made.as_ref(), "a day")))
}

async fn reset_second_factor(config: &Config, tenant: &str, email: &str) -> Outcome {
    let db = open(config).await?;
    let reset = bootstrap::reset_second_factor(&db, &Clock::System, tenant, email).await;
    db.close().await;
    let what = if reset? { "signs in with the password alone now" } else { "had no second factor" };
    print(&format!("{email} {what}.\n"))
}

pub(crate) async fn key(config: &Config, command: KeyCommand) -> Outcome {
    let clock = Clock::System;
    let (user, name, scope, tenant) = match command {
        KeyCommand::Create { user, name, scope, tenant } => (user, name, scope, tenant),
        KeyCommand::RotateSigning => {
            let kid = signing_keys(config, &clock)?.rotate(clock.now())?;
            return print(&format!("New signing key {kid}; nodes pick it up within a minute.\n"));
        }
    };
    let db = open(config).await?;
    let ctx = acting_as(&db, &clock, &tenant, &user).await?;
    let scopes: Vec<_> = scope
        .iter()
        .map(|scope| scope.split_once(':').unwrap_or((scope, Action::Any.word())))
        .collect();
    let scopes: Vec<_> = scopes
        .iter()
        .map(|(resource, action)| serde_json::json!({ "resource": resource, "action": action }))
        .collect();
    let input: ApiKeyInput =
        guanxi_kernel::input::read(serde_json::json!({ "name": name, "scopes": scopes }))?;
    let made = db.write(ctx.tenant, async |tx| create_key(tx, &ctx, input.clone()).await).await?;
    print(&format!("{}\n", made.key))?;
    db.close().await;
    Ok(())
}

/// Makes all digests of the events of a tenant again and says what was found.
pub(crate) async fn verify(config: &Config, slug: &str) -> Outcome<ExitCode> {
    /// Events between two lines of progress.
    const AT_ONCE: i64 = 10_000;
    let db = open(config).await?;
    let found = bootstrap::tenant(&db, slug).await?;
    let head = chain::seal(&db, found).await?;
    let bar = progress(head.position.unsigned_abs(), "events");
    let (mut after, mut checked) = (0, 0);
    let last = loop {
        let some = db.read(found, async |tx| chain::verify(tx, after, AT_ONCE).await).await?;
        (after, checked) = (some.position, checked + some.checked);
        bar.set_position(checked.unsigned_abs());
        if some.broken.is_some() || after >= some.head {
            break some;
        }
    };
    bar.finish_and_clear();
    db.close().await;
    match last.broken {
        Some(broken) => {
            print(&format!(
                "{checked} events are as they were sealed; position {} is {}.\n",
                broken.position, broken.how
            ))?;
            Ok(ExitCode::from(3))
        }
        None => {
            print(&format!(
                "{checked} events are as they were sealed; position {} has digest {}.\n",
                last.position, last.hash
            ))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Asks the server whether requests should be sent to it, by hand: containers bring no program that
/// could.
pub(crate) fn health(config: &Config) -> Outcome {
    const PATIENCE: Duration = Duration::from_secs(5);
    let mut address = config.server.address;
    // Where it listens on all addresses it can be asked on its own.
    if address.is_unspecified() {
        address = match address {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
    }
    let address = SocketAddr::new(address, config.server.port);
    let mut answer = Vec::new();
    let asked = TcpStream::connect_timeout(&address, PATIENCE).and_then(|mut connection| {
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\n")?;
        connection.write_all(b"connection: close\r\n\r\n")?;
        connection.read_to_end(&mut answer)
    });
    asked.map_err(|error| format!("nothing answers at {address}: {error}"))?;
    let answer = String::from_utf8_lossy(&answer);
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => print(&format!("{body}\n")),
        Some((_, body)) => Err(format!("not ready: {body}").into()),
        None => Err(format!("{address} does not speak HTTP").into()),
    }
}

/// The context of work that the command line does in the name of a user, with all rights.
pub(crate) async fn acting_as(db: &Db, clock: &Clock, tenant: &str, email: &str) -> Outcome<Ctx> {
    Ok(bootstrap::acting_as(db, clock, tenant, email).await?)
}

/// A bar on a terminal, plain lines otherwise.
pub(crate) fn progress(total: u64, what: &'static str) -> indicatif::ProgressBar {
    let style =
        indicatif::ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} {per_sec} {eta}");
    let bar = match std::io::stderr().is_terminal() {
        true => indicatif::ProgressBar::new(total),
        false => indicatif::ProgressBar::hidden(),
    };
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.with_message(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_cost_of_a_password_is_what_is_demanded() {
        assert!(Cost::default().is_enough());
        assert!(passwords().is_ok());
    }
}
