//! Puts the server together.

use crate::{
    Options, access, approvals, assets, attachments, batch, bulk, capture_forms, care_contacts,
    cart_calls, changes,
    changes::News,
    coaching, contract_amendments, contracts, credit_rules, customer_owners, customers, dashboards,
    duplicates,
    envelope::{self, Asked},
    erasures, everywhere, exchange_rates, exports, field_handovers, field_reads, handovers,
    identity, intelligence_notes, kpis, leads,
    limits::{RateLimits, Sharing},
    marketing, modules, nested, notifications, nurture_enrolments, opportunities, orders,
    phone_calls, pipelines, platform, playbooks,
    problem::{self, METHOD_NOT_ALLOWED, UNKNOWN_PATH},
    promises, prospect_tables, qualification_standards, quotes, referrals, reminders, reports,
    resources, retention_cases, rollouts,
    routing::{self, Routes},
    saved_queries, schema, service_holds, service_requests, service_transfers, stocktakes, targets,
    tasks,
    tenants::Bodies,
    webhooks, work_calendars, workflows,
};
use actix_web::{
    App as ActixApp, HttpRequest, HttpResponse, HttpServer,
    dev::Server,
    http::{Method, header},
    middleware::{Compress, from_fn},
    web::{self, Data},
};
use guanxi_bulk::{Files, Worker, jobs::JobKind};
use guanxi_customers::activities;
use guanxi_identity::Auth;
use guanxi_kernel::{Clock, Result};
use guanxi_marketing::mail::Mailer;
use guanxi_sales::{cadence, handovers as leaving};
use guanxi_storage::Db;
use guanxi_webhooks::Webhooks;
use guanxi_workflow::Workflow;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Mutex;

/// What every request can reach.
pub struct State {
    /// The store.
    pub db: Db,
    /// Who may come in.
    pub auth: Auth,
    /// The time.
    pub clock: Clock,
    /// What the operator has set.
    pub options: Options,
    /// Who has asked how often.
    pub limits: RateLimits,
    /// What nodes tell each other of that.
    pub sharing: Mutex<Sharing>,
    /// The counters that `/metrics` shows.
    pub metrics: Option<PrometheusHandle>,
    /// Whether the server is about to stop.
    pub draining: AtomicBool,
    /// How far the events of each tenant go.
    pub news: News,
    /// Who does jobs.
    pub worker: Worker,
    /// Who is told what happens.
    pub webhooks: Webhooks,
    /// Who hands letters to the mail server.
    pub mailer: Mailer,
    /// Who watches the time of approvals.
    pub workflow: Workflow,
    /// What is another body for each tenant.
    pub bodies: Bodies,
}

/// Says to those who stand further left what there is: which resources, and what follows when somebody
/// leaves or something was done. What works on records without a server calls it too.
pub fn register() {
    guanxi_bulk::table::register(resources::tables);
    guanxi_storage::custom::register(resources::carriers());
    guanxi_identity::rights::register(resources::rights().collect());
    guanxi_identity::users::before_leaving("handovers", leaving::before_leaving);
    guanxi_workflow::register();
    guanxi_marketing::register();
    guanxi_sales::register();
    guanxi_contracts::register();
    activities::on_done("opportunity", cadence::visited);
    guanxi_customers::register();
    guanxi_insights::register();
}

/// The program as a server.
#[derive(Clone)]
pub struct App(Arc<State>);

impl App {
    /// Over this store, with these people.
    pub fn new(
        db: Db,
        auth: Auth,
        clock: Clock,
        options: Options,
        metrics: Option<PrometheusHandle>,
        files: Files,
    ) -> Self {
        register();
        let worker = Worker::new(db.clone(), files, clock.clone())
            .with(JobKind::DuplicateSearch, guanxi_customers::duplicates::run)
            .with(JobKind::MiningDataset, guanxi_marketing::mining_datasets::run)
            .with(JobKind::MiningTraining, guanxi_marketing::mining_models::train)
            .with(JobKind::MiningScoring, guanxi_marketing::mining_models::score)
            .with(JobKind::ReminderPlanning, guanxi_customers::reminders::run);
        let workflow = Workflow::new(db.clone(), clock.clone());
        let limits = RateLimits::new(&options);
        let kinds = resources::CONCERNING.clone();
        let webhooks = Webhooks::new(db.clone(), clock.clone(), kinds, options.webhooks.clone());
        let mailer = Mailer::new(db.clone(), clock.clone(), &options.mail);
        Self(Arc::new(State {
            db,
            auth,
            clock,
            options,
            limits,
            sharing: Mutex::default(),
            metrics,
            draining: AtomicBool::new(false),
            news: News::default(),
            worker,
            webhooks,
            mailer,
            workflow,
            bodies: Bodies::default(),
        }))
    }

    /// The part that sends webhooks.
    pub fn webhooks(&self) -> &Webhooks {
        &self.0.webhooks
    }

    /// The part that hands letters to the mail server.
    pub fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    /// The part that watches the time of approvals.
    pub fn workflow(&self) -> &Workflow {
        &self.0.workflow
    }

    /// Makes `/health/ready` say no, so that no new requests are sent here.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::SeqCst);
    }

    /// Who does jobs; to be kept at work beside the server.
    pub fn worker(&self) -> Worker {
        self.0.worker.clone()
    }

    /// Tells the other nodes what callers have spent of their quotas here, and counts what they have spent
    /// there; to be called every second.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn share_limits(&self) -> Result<()> {
        let State { db, limits, sharing, clock, .. } = &*self.0;
        sharing.lock().await.share(db, limits, clock.now()).await
    }

    /// Forgets what need not be remembered; called once in a while.
    pub fn tidy(&self) {
        self.0.limits.forget();
    }
}

impl State {
    /// The state that the request was given.
    pub fn of(request: &HttpRequest) -> Data<Self> {
        match request.app_data::<Data<Self>>() {
            Some(state) => state.clone(),
            None => unreachable!("every app is made with its state"),
        }
    }
}

/// Serves on `listener` with so many threads until the returned server is stopped; stopping it
/// gracefully lets running requests end.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(app: &App, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let state = app.0.clone();
    let server = HttpServer::new(move || {
        let state = Data::from(state.clone());
        let docs = state.options.docs;
        ActixApp::new()
            .app_data(state)
            .configure(|config| {
                let mut served = Routes::default();
                all(&mut served);
                served.register(config);
            })
            .configure(|config| {
                if docs {
                    platform::docs(config);
                }
            })
            .default_service(web::to(nowhere))
            .wrap(from_fn(envelope::envelope))
            .wrap(Compress::default())
            .wrap(from_fn(envelope::unmark))
    });
    let server = server
        .workers(workers)
        .client_request_timeout(Duration::from_secs(5))
        .client_disconnect_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(30)
        .max_connections(10_000)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// All endpoints. Words come before ids: which of them are words is known once their own endpoints are.
pub(crate) fn all(config: &mut Routes) {
    resources::worded_routes(config);
    routes(config);
    resources::words_are_no_ids(config);
    resources::routes(config);
    nested::routes(config);
    reports::served(config);
}

/// The endpoints that are no shared ones.
pub(crate) fn routes(config: &mut Routes) {
    platform::routes(config);
    identity::routes(config);
    customers::routes(config);
    coaching::routes(config);
    duplicates::routes(config);
    approvals::routes(config);
    tasks::routes(config);
    playbooks::routes(config);
    workflows::routes(config);
    rollouts::routes(config);
    pipelines::routes(config);
    opportunities::routes(config);
    handovers::routes(config);
    quotes::routes(config);
    marketing::routes(config);
    phone_calls::routes(config);
    promises::routes(config);
    cart_calls::routes(config);
    targets::routes(config);
    credit_rules::routes(config);
    contracts::routes(config);
    contract_amendments::routes(config);
    orders::routes(config);
    retention_cases::routes(config);
    assets::routes(config);
    erasures::routes(config);
    reminders::routes(config);
    care_contacts::routes(config);
    service_requests::routes(config);
    referrals::routes(config);
    service_holds::routes(config);
    service_transfers::routes(config);
    customer_owners::routes(config);
    stocktakes::routes(config);
    leads::routes(config);
    intelligence_notes::routes(config);
    capture_forms::routes(config);
    qualification_standards::routes(config);
    field_handovers::routes(config);
    nurture_enrolments::routes(config);
    prospect_tables::routes(config);
    notifications::routes(config);
    changes::routes(config);
    field_reads::routes(config);
    batch::routes(config);
    bulk::routes(config);
    exports::routes(config);
    attachments::routes(config);
    webhooks::routes(config);
    work_calendars::routes(config);
    everywhere::routes(config);
    exchange_rates::routes(config);
    access::routes(config);
    modules::routes(config);
    schema::routes(config);
    reports::routes(config);
    kpis::routes(config);
    saved_queries::routes(config);
    dashboards::routes(config);
}

/// Answers what no endpoint does: an unknown path, or a method that the path does not know.
pub(crate) async fn nowhere(request: HttpRequest) -> HttpResponse {
    let methods = routing::meant(&request).map_or(&[][..], |(_, methods)| methods);
    let mut allowed: Vec<&str> = methods.iter().map(Method::as_str).collect();
    allowed.sort_unstable();
    let asked = Asked::of(&request);
    if allowed.is_empty() {
        return problem::answer(&asked, &UNKNOWN_PATH.problem());
    }
    let mut response = problem::answer(&asked, &METHOD_NOT_ALLOWED.problem());
    if let Ok(value) = header::HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
