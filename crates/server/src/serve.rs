//! `guanxi serve`: from the configuration to a running server, and back to nothing.

use crate::{
    Outcome, checks, commands,
    config::{Config, Finding, Findings},
    sealing,
    steady::keep,
    traces,
};
use guanxi_bulk::{Files, Worker};
use guanxi_http::{App, telemetry};
use guanxi_identity::{Auth, secrets::SealingKeys};
use guanxi_storage::{Db, events::chain, reindex};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{net::TcpListener, sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::MissedTickBehavior,
};

/// How long a worker without a job waits for one.
const IDLE: Duration = Duration::from_millis(500);
/// How often events are sealed.
const SEALING: Duration = Duration::from_secs(2);
/// What others get between two steps of indexing.
const INDEXING: Duration = Duration::from_millis(20);
/// How long a worker that stops may take to give its job back.
const GIVING_BACK: Duration = Duration::from_secs(5);
/// How often nodes tell each other what callers have spent of their quotas.
const SHARING: Duration = Duration::from_secs(1);
/// How often the server tidies up.
const MAINTENANCE: Duration = Duration::from_secs(60);

pub(crate) async fn serve(config: Config) -> Outcome {
    refuse_what_is_insecure(&config)?;
    // A tenth of a second, in which the rest is made ready.
    std::thread::spawn(guanxi_kernel::phone::prepare);
    let clock = guanxi_kernel::Clock::System;
    let sealing_keys = commands::sealing_keys(&config, &clock)?;
    let db = commands::open_in_time(&config).await?.with_vault(sealing_keys.clone());
    let passwords = commands::passwords()?;
    commands::first_administrator(&config, &db, &passwords).await?;
    let keys = commands::signing_keys(&config, &clock)?;
    let auth = Auth::new(db.clone(), passwords, keys, clock.clone());
    let metrics = telemetry::record()?;
    let files = Files::in_folder(&config.files.folder)
        .map_err(|error| format!("{}: {error}", config.files.folder.display()))?;
    let mut options = config.http.clone();
    options.webhooks = config.webhooks.clone();
    options.mail = config.mail.clone();
    let (stop_spans, no_more_spans) = watch::channel(false);
    let exporting = match traces::start(&config.traces)? {
        Some((tracer, exporter)) => {
            options.tracer = Some(tracer);
            Some(actix_web::rt::spawn(exporter.run(no_more_spans)))
        }
        None => None,
    };
    let app = App::new(db.clone(), auth.clone(), clock, options, Some(metrics.clone()), files);

    let wanted = (config.server.address, config.server.port);
    let listener = TcpListener::bind(wanted).map_err(|error| {
        format!(
            "cannot listen on {}:{} ({error}); choose another with GUANXI_SERVER_PORT",
            wanted.0, wanted.1
        )
    })?;
    let address = listener.local_addr()?;
    let workers = match config.server.workers {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        workers => workers,
    };
    // Listened for before anybody can see that it serves, so that no signal is missed.
    let stop = stop_signal()?;
    let server = guanxi_http::serve(&app, listener, workers)?;
    tracing::info!(%address, engine = db.engine(), docs = %format!("http://{address}/docs/"), "serving");

    let handle = server.handle();
    let whole = app.clone();
    let maintenance = keep("maintenance", async move || {
        maintain(&whole, &auth, &sealing_keys, &metrics).await;
    });
    let maintenance = actix_web::rt::spawn(maintenance);
    let store = db.clone();
    let sealing = actix_web::rt::spawn(keep("sealing", async move || seal(&store).await));
    let store = db.clone();
    let indexing = actix_web::rt::spawn(keep("indexing", async move || index(&store).await));
    let store = db.clone();
    let closing = actix_web::rt::spawn(keep("secrets", async move || seal_secrets(&store).await));
    let (store, whole) = (db.clone(), app.clone());
    let counting = keep("limits", async move || share_limits(&whole, &store).await);
    let counting = actix_web::rt::spawn(counting);
    // On a thread of its own, since reading a file keeps it busy.
    let (stop_work, stopping) = watch::channel(false);
    let (end_thread, mut ended) = watch::channel(false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let worker = app.worker();
    let jobs = std::thread::spawn(move || {
        runtime.block_on(async move {
            keep("jobs", async || work(&worker, stopping.clone()).await).await;
            // A request that is still answered may have a connection of this thread.
            drop(ended.wait_for(|ended| *ended).await);
        });
    });
    let webhooks = app.webhooks().clone();
    let dispatching = keep("dispatching", async move || webhooks.dispatch_for_ever().await);
    let dispatching = actix_web::rt::spawn(dispatching);
    let webhooks = app.webhooks().clone();
    let sending = keep("webhooks", async move || webhooks.send_for_ever().await);
    let sending = actix_web::rt::spawn(sending);
    let mailer = app.mailer().clone();
    let mailing = keep("mail", async move || mailer.send_until_stopped().await);
    let mailing = actix_web::rt::spawn(mailing);
    let mailer = app.mailer().clone();
    let workflow = app.workflow().clone();
    let watching = keep("workflow", async move || workflow.work_for_ever().await);
    let watching = actix_web::rt::spawn(watching);
    let drain = Duration::from_secs(config.server.drain_seconds);
    let stop_job = stop_work.clone();
    actix_web::rt::spawn(async move {
        stop.await;
        tracing::info!("stopping: running requests may end, new ones are refused");
        app.drain();
        // A job that is under way is cut off and given back; another node, or this one when it is
        // there again, goes on where its last step was committed. That needs the store, whose
        // connections live only as long as the threads that opened them: so before those end.
        stop_job.send_replace(true);
        mailer.stop();
        tokio::time::sleep(drain).await;
        handle.stop(true).await;
    });
    let served = server.await;
    stop_work.send_replace(true);
    end_thread.send_replace(true);
    // Waited for elsewhere: what the worker still does may need a connection of this thread.
    if !matches!(tokio::task::spawn_blocking(move || jobs.join()).await, Ok(Ok(()))) {
        tracing::warn!("the worker had panicked");
    }
    // A letter that is cut off is uncertain until somebody settles it, so those that are under way may end.
    if tokio::time::timeout(GIVING_BACK, mailing).await.is_err() {
        tracing::warn!("a letter was cut off; it counts as uncertain");
    }
    stop_spans.send_replace(true);
    if let Some(exporting) = exporting
        && tokio::time::timeout(GIVING_BACK, exporting).await.is_err()
    {
        tracing::warn!("the last spans were not sent");
    }
    served?;
    for task in [maintenance, sealing, indexing, closing, counting, dispatching, sending, watching]
    {
        task.abort();
    }
    close(db).await;
    tracing::info!("stopped");
    Ok(())
}

/// In production secrets do not travel in the clear.
fn refuse_what_is_insecure(config: &Config) -> Result<(), Findings> {
    let found = if config.server.production { checks::insecure(config) } else { Vec::new() };
    if found.is_empty() {
        return Ok(());
    }
    let finding = |(setting, what): (&str, String)| Finding {
        setting: setting.to_owned(),
        source: None,
        what,
    };
    Err(Findings(found.into_iter().map(finding).collect()))
}

/// Does jobs, one after the other, until it is told to stop.
async fn work(worker: &Worker, mut stopping: watch::Receiver<bool>) {
    let work = async {
        loop {
            let pause = match worker.work().await {
                Ok(true) => continue,
                Ok(false) => IDLE,
                Err(problem) => {
                    tracing::warn!(%problem, "jobs cannot be taken; it is tried again");
                    SEALING
                }
            };
            tokio::time::sleep(pause).await;
        }
    };
    tokio::select! {
        () = work => {}
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    match tokio::time::timeout(GIVING_BACK, worker.give_back()).await {
        Ok(Ok(0)) => {}
        Ok(Ok(jobs)) => tracing::info!(jobs, "what was under way is given back"),
        Ok(Err(problem)) => {
            tracing::warn!(%problem, "a job is not given back; others take it up in a minute");
        }
        Err(_) => tracing::warn!("a job is not given back in time; others take it up in a minute"),
    }
}

/// Indexes beside the server what an older program has saved.
async fn index(db: &Db) {
    loop {
        match reindex::run(db, &commands::kinds(), INDEXING).await {
            Ok(0) => return,
            Ok(steps) => return tracing::info!(steps, "older records are found by pinyin now"),
            Err(problem) => tracing::warn!(%problem, "indexing was cut off; it goes on in a while"),
        }
        tokio::time::sleep(MAINTENANCE).await;
    }
}

/// Seals beside the server what an older program, or an older key, has left.
async fn seal_secrets(db: &Db) {
    loop {
        match sealing::run(db, guanxi_kernel::Clock::System.now()).await {
            Ok(report) => return sealed(&report),
            Err(problem) => {
                tracing::warn!(%problem, "secrets were not sealed; it goes on in a while");
            }
        }
        tokio::time::sleep(MAINTENANCE).await;
    }
}

fn sealed(report: &sealing::Report) {
    let (endpoints, sources) = (report.webhooks.renewed, report.touch_sources.renewed);
    let factors = report.second_factors.renewed;
    if endpoints + sources + factors > 0 {
        tracing::info!(endpoints, sources, factors, "secrets are sealed with the newest key");
    }
    for (source, problem) in &report.touch_sources.unreadable {
        let why = problem.detail(guanxi_kernel::Language::En);
        tracing::warn!(%source, why, "a touch source can tell nothing until its secret can be read");
    }
    for (user, problem) in &report.second_factors.unreadable {
        let why = problem.detail(guanxi_kernel::Language::En);
        tracing::warn!(%user, why, "a second factor cannot be read; recovery codes work");
    }
    for (endpoint, problem) in &report.webhooks.unreadable {
        let why = problem.detail(guanxi_kernel::Language::En);
        tracing::warn!(%endpoint, why, "a webhook endpoint is paused until its secrets can be read");
    }
}

/// Extends the chains of events soon after they were written, also where nobody follows them.
async fn seal(db: &Db) {
    let mut tick = tokio::time::interval(SEALING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(problem) = chain::seal_everywhere(db).await {
            tracing::warn!(%problem, "events could not be sealed; it is tried again at once");
        }
    }
}

/// Counts the requests of callers together with the other nodes; the embedded store has one only.
async fn share_limits(app: &App, db: &Db) {
    if db.engine() == "sqlite" {
        return;
    }
    let mut tick = tokio::time::interval(SHARING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(problem) = app.share_limits().await {
            tracing::warn!(%problem, "quotas are counted by this node alone; it is tried again");
        }
    }
}

async fn maintain(app: &App, auth: &Auth, keys: &Arc<SealingKeys>, metrics: &PrometheusHandle) {
    let mut tick = tokio::time::interval(MAINTENANCE);
    loop {
        tick.tick().await;
        app.tidy();
        metrics.run_upkeep();
        let keys = keys.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || keys.refresh()).await {
            tracing::warn!(%error, "the sealing keys could not be read again");
        }
        if let Err(problem) = auth.maintain().await {
            tracing::warn!(%problem, "maintenance failed; it is tried again in a minute");
        }
        if let Err(problem) = app.worker().tidy().await {
            tracing::warn!(%problem, "old files were not removed; it is tried again in a minute");
        }
        if let Err(problem) = app.workflow().forget().await {
            tracing::warn!(%problem, "old runs were not forgotten; it is tried again in a minute");
        }
        if let Err(problem) = app.webhooks().forget().await {
            tracing::warn!(%problem, "old webhooks were not forgotten; it is tried again in a minute");
        }
    }
}

/// From now on the signals that ask for a stop no longer end the process; the first of them ends
/// the returned wait.
fn stop_signal() -> Outcome<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn close(db: Db) {
    if tokio::time::timeout(Duration::from_secs(10), db.close()).await.is_err() {
        tracing::warn!("the store did not close in time");
    }
}
