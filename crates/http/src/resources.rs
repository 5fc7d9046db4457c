//! The endpoints that every resource gets, and the list of resources.
//!
//! A new resource is one line in [`SERVED`]. What it needs beyond these endpoints stands in a file
//! of its own beside this one.

use crate::{
    batch, body::Body, call::Call, document, problem::ApiError, respond::Done, routing::Routes,
};
use actix_web::{HttpResponse, http::Method, web};
use chrono::{DateTime, Utc};
use guanxi_bulk as bulk;
use guanxi_bulk::Table;
use guanxi_contracts as contracting;
use guanxi_customers as customers;
use guanxi_identity as identity;
use guanxi_insights as insights;
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    problem::{FieldError, INVALID_FORMAT, UNKNOWN_VALUE},
    scalar::Type,
};
use guanxi_marketing as marketing;
use guanxi_sales as sales;
use guanxi_storage::{
    Kind, Resource, Tx,
    count::{Counting, Total},
    custom::{self, Fields},
    error::{BAD_PARAMETER, UNKNOWN_PARAMETER},
    events::{
        audit::EVENTS,
        history::{self, Origin},
        timeline::{self, TimelineItem, TimelineQuery},
    },
    filter::condition::Ids,
    list::{self, ListQuery},
    operations::Sheet,
    rates::EXCHANGE_RATES,
    resource, search,
};
use guanxi_webhooks::{WebhookDelivery, WebhookEndpoint};
use guanxi_workflow as workflow;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, sync::LazyLock};
use uuid::Uuid;

/// The shared endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `GET /v1/things`
    List,
    /// `POST /v1/things/search`, the same with a body
    Search,
    /// `POST /v1/things`
    Create,
    /// `GET /v1/things/{thing_id}`
    Get,
    /// `PATCH /v1/things/{thing_id}`
    Update,
    /// `DELETE /v1/things/{thing_id}`
    Delete,
    /// `POST /v1/things/{thing_id}/restore`
    Restore,
    /// `GET /v1/things/{thing_id}/timeline`
    Timeline,
    /// `GET /v1/things/{thing_id}/provenance`
    Provenance,
    /// `POST /v1/things/batch`
    Batch,
    /// `PUT /v1/things/by/{source}/{external_id}`
    Upsert,
}

impl Operation {
    /// Whether its path ends in a word where others have an id.
    fn is_word(self) -> bool {
        matches!(self, Self::Search | Self::Batch)
    }
}

/// All of them.
pub const ALL: &[Operation] = &[
    Operation::List,
    // Before `Get`, whose path fits this one too.
    Operation::Search,
    Operation::Create,
    Operation::Get,
    Operation::Update,
    Operation::Delete,
    Operation::Restore,
    Operation::Timeline,
    Operation::Provenance,
    Operation::Batch,
    Operation::Upsert,
];

/// Those of what a job makes and nobody changes.
const SNAPSHOT: &[Operation] = &[
    Operation::List,
    Operation::Search,
    Operation::Get,
    Operation::Delete,
    Operation::Timeline,
    Operation::Provenance,
];

/// A resource as it is served.
pub struct Served {
    /// Its names and shape.
    pub kind: &'static Kind,
    /// The shared endpoints that it has.
    pub operations: Vec<Operation>,
    /// Documents one of them.
    pub describe: fn(&mut document::Builder, Operation),
    /// The type of its records.
    #[cfg(test)]
    pub(crate) of: &'static str,
}

fn serve<R: Resource>() -> Served {
    Served {
        kind: R::kind(),
        operations: ALL.to_vec(),
        describe: |document, operation| document.resource::<R>(operation),
        #[cfg(test)]
        of: std::any::type_name::<R>(),
    }
}

impl Served {
    fn only(self, operations: &[Operation]) -> Self {
        Self { operations: operations.to_vec(), ..self }
    }

    /// Whether what happens to its records is kept as events.
    fn is_told(&self) -> bool {
        self.operations.contains(&Operation::Timeline)
    }

    /// The types of events about its records.
    pub fn events(&self) -> impl Iterator<Item = String> {
        let shared = [
            (Operation::Get, "created"),
            (Operation::Get, "updated"),
            (Operation::Delete, "deleted"),
            (Operation::Restore, "restored"),
        ];
        // What is seen with its parent has endpoints of its own, and a merge lets it change parents.
        let has = |operation: &Operation| match self.kind.with_parent {
            true => true,
            false => self.is_told() && self.operations.contains(operation),
        };
        let shared = shared.into_iter().filter(move |(operation, _)| has(operation));
        let own = self.kind.verbs.iter().copied().filter(|_| self.is_told());
        let verbs = shared.map(|(_, verb)| verb).chain(own);
        verbs.map(|verb| format!("{}.{verb}", self.kind.name))
    }

    fn without(mut self, operation: Operation) -> Self {
        self.operations.retain(|other| *other != operation);
        self
    }
}

/// Every resource of the program.
pub static SERVED: LazyLock<Vec<Served>> = LazyLock::new(|| {
    vec![
        serve::<identity::tenants::Tenant>().only(&[
            Operation::Get,
            Operation::Update,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<identity::org_units::OrgUnit>(),
        serve::<identity::users::User>(),
        serve::<identity::teams::Team>(),
        serve::<identity::roles::Role>(),
        // A new key answers with its secret, once.
        serve::<identity::api_keys::ApiKey>()
            .without(Operation::Create)
            .without(Operation::Restore)
            .without(Operation::Batch)
            .without(Operation::Upsert),
        serve::<identity::work_calendars::WorkCalendar>(),
        serve::<identity::custom_fields::CustomField>(),
        serve::<identity::custom_objects::CustomObject>(),
        // As with keys; and a URL is looked up before it is kept.
        serve::<WebhookEndpoint>()
            .without(Operation::Create)
            .without(Operation::Update)
            .without(Operation::Batch)
            .without(Operation::Upsert),
        serve::<WebhookDelivery>().only(&[Operation::List, Operation::Search, Operation::Get]),
        serve::<workflow::definitions::ApprovalDefinition>(),
        serve::<workflow::delegations::ApprovalDelegation>(),
        serve::<workflow::tasks::Task>(),
        serve::<workflow::rules::TaskRule>(),
        serve::<workflow::playbooks::Playbook>(),
        serve::<workflow::playbook_runs::PlaybookRun>(),
        serve::<workflow::workflows::Workflow>(),
        // Made by what happens, and never changed by callers.
        serve::<workflow::workflow_runs::WorkflowRun>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
        ]),
        // Asked for by what needs them, and changed by decisions.
        serve::<workflow::approvals::Approval>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        // Made by what they tell of.
        serve::<workflow::notifications::Notification>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
        ]),
        serve::<customers::regions::Region>(),
        serve::<customers::service_policies::ServicePolicy>(),
        serve::<customers::visit_plans::VisitPlan>(),
        serve::<customers::parties::Party>(),
        serve::<customers::departments::Department>(),
        serve::<customers::contacts::Contact>(),
        serve::<customers::contact_relations::ContactRelation>(),
        serve::<customers::activities::Activity>(),
        serve::<customers::custom_records::CustomRecord>(),
        serve::<marketing::segments::Segment>(),
        // Built and trained by jobs, and never changed.
        serve::<marketing::mining_datasets::MiningDataset>().only(SNAPSHOT),
        serve::<marketing::mining_models::MiningModel>().only(SNAPSHOT),
        // Worked out at once, and never changed.
        serve::<marketing::mining_profiles::MiningProfile>().only(SNAPSHOT),
        serve::<marketing::experiments::Experiment>(),
        serve::<marketing::media::Medium>(),
        serve::<marketing::source_code_schemes::SourceCodeScheme>(),
        serve::<marketing::source_codes::SourceCode>(),
        serve::<marketing::marketing_plans::MarketingPlan>(),
        serve::<marketing::campaign_templates::CampaignTemplate>(),
        serve::<marketing::campaigns::Campaign>(),
        serve::<marketing::campaign_members::CampaignMember>(),
        serve::<marketing::campaign_expenses::CampaignExpense>(),
        serve::<marketing::campaign_results::CampaignResult>(),
        serve::<marketing::campaign_risks::CampaignRisk>(),
        serve::<marketing::programmes::Programme>(),
        serve::<marketing::programme_milestones::ProgrammeMilestone>(),
        serve::<marketing::decision_stages::DecisionStage>(),
        serve::<marketing::rival_activities::RivalActivity>(),
        serve::<marketing::responses::Response>(),
        serve::<marketing::consents::Consent>(),
        serve::<marketing::contact_preferences::ContactPreference>(),
        serve::<marketing::messages::Message>(),
        // Made by sending, and never changed by callers.
        serve::<marketing::message_deliveries::MessageDelivery>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
        ]),
        // Made by telling touches, and never changed.
        serve::<marketing::touches::TouchBatch>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        // As with keys.
        serve::<marketing::touch_sources::TouchSource>()
            .without(Operation::Create)
            .without(Operation::Batch)
            .without(Operation::Upsert),
        // Told by shops, and never changed by anybody else.
        serve::<marketing::carts::Cart>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<sales::products::Product>(),
        serve::<sales::price_books::PriceBook>(),
        serve::<sales::price_books::PriceBookEntry>(),
        serve::<sales::pipelines::Pipeline>(),
        serve::<sales::stages::Stage>(),
        serve::<sales::opportunities::Opportunity>(),
        // Made with their lines, and changed by verbs.
        serve::<sales::handovers::Handover>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Update,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<sales::handovers::HandoverLine>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
        ]),
        serve::<sales::quotes::Quote>(),
        serve::<sales::lead_levels::LeadLevel>(),
        serve::<sales::lead_pools::LeadPool>(),
        serve::<sales::leads::Lead>(),
        serve::<sales::capture_forms::CaptureForm>(),
        serve::<sales::qualification_standards::QualificationStandard>(),
        // Made by handing a lead over, and changed by verbs.
        serve::<sales::field_handovers::FieldHandover>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<sales::targets::Target>(),
        serve::<sales::commission_plans::CommissionPlan>(),
        // Opened with its lines, and changed by verbs.
        serve::<sales::prospect_tables::ProspectTable>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Update,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<contracting::contracts::Contract>(),
        serve::<contracting::contract_amendments::ContractAmendment>(),
        serve::<contracting::contract_templates::ContractTemplate>(),
        // Never deleted: another one is made.
        serve::<contracting::contract_documents::ContractDocument>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Create,
            Operation::Get,
            Operation::Update,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        // Told by other systems below their contract.
        serve::<contracting::execution_links::ExecutionLink>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        // Never deleted: what was wrong is paid back.
        serve::<contracting::receipts::Receipt>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Create,
            Operation::Get,
            Operation::Update,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<contracting::bookable_resources::BookableResource>(),
        serve::<contracting::resource_bookings::ResourceBooking>(),
        serve::<customers::retention_cases::RetentionCase>(),
        serve::<customers::life_cycles::LifeCycleCell>(),
        // Found by walks over all customers.
        serve::<customers::life_cycles::LifeCycleEntry>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<customers::assets::Asset>(),
        serve::<customers::reminders::ReminderRule>(),
        // Planned by a job, and completed or skipped.
        serve::<customers::reminders::Reminder>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<customers::service_requests::ServiceLevel>(),
        serve::<customers::service_requests::ServiceRequest>(),
        // Asked for at the party, and changed by verbs.
        serve::<customers::service_holds::ServiceHold>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<customers::service_transfers::ServiceTransfer>(),
        // Assigned at the party, and followed by others.
        serve::<customers::customer_owners::CustomerOwner>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<customers::referrals::Referral>(),
        serve::<customers::referrals::ReferralRequest>(),
        serve::<customers::referrals::ReferralProgramme>(),
        // Opened with its lines.
        serve::<customers::stocktakes::Stocktake>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Update,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        serve::<insights::kpis::Kpi>(),
        serve::<insights::score_cards::ScoreCard>(),
        serve::<insights::kpi_rules::KpiRule>(),
        // Told in batches, and never changed.
        serve::<customers::orders::Order>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
        ]),
        serve::<customers::orders::OrderBatch>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Delete,
            Operation::Restore,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        // Found by a search, and decided about.
        serve::<customers::duplicates::Duplicate>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Update,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        // Made by what does them, and undone as a whole.
        serve::<customers::merges::Merge>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
        ]),
        // Made by what they are the receipts of.
        serve::<bulk::erasures::Erasure>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
            Operation::Provenance,
        ]),
        // Made by uploading a file.
        serve::<bulk::imports::Import>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Update,
            Operation::Delete,
            Operation::Timeline,
        ]),
        // Everything goes by the rights of the record that it belongs to.
        serve::<bulk::attachments::Attachment>().only(&[]),
        // Made with its job.
        serve::<bulk::exports::Export>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Delete,
            Operation::Timeline,
        ]),
        // Made by what asks for them, and changed by their workers.
        serve::<bulk::jobs::Job>().only(&[Operation::List, Operation::Search, Operation::Get]),
    ]
});

/// The kinds of all records whose events are kept, for what serves all of them alike.
pub static KINDS: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| {
    SERVED.iter().filter(|served| served.is_told()).map(|served| served.kind).collect()
});

/// The kinds of all records whose events timelines, the feed and webhooks tell of.
pub static CONCERNING: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| {
    let others = SERVED.iter().map(|served| served.kind).filter(|kind| kind.with_parent);
    KINDS.iter().copied().chain(others).collect()
});

/// Whether callers make records of that kind by the shared endpoint.
pub fn makes(kind: &Kind) -> bool {
    let of_kind = |served: &&Served| std::ptr::eq(served.kind, kind);
    SERVED.iter().find(of_kind).is_some_and(|served| served.operations.contains(&Operation::Create))
}

/// The resources whose records can carry fields of the tenant: those that callers make records of,
/// but for the fields themselves.
pub fn carriers() -> Vec<&'static Kind> {
    let fields = identity::custom_fields::CustomField::kind();
    let kinds = SERVED.iter().map(|served| served.kind);
    kinds.filter(|kind| makes(kind) && !std::ptr::eq(*kind, fields)).collect()
}

/// What bulk work needs of every resource with a list, which is what can be exported; rows become
/// records where callers make many at once.
pub fn tables() -> Vec<Table> {
    let listed = |served: &&Served| served.operations.contains(&Operation::List);
    let orders = customers::orders::Order::kind();
    let table = |served: &Served| match served.operations.contains(&Operation::Batch) {
        // Of several rows each.
        _ if std::ptr::eq(served.kind, orders) => customers::orders::table(),
        true => Table::of(served.kind),
        false => Table::of(served.kind).not_imported(),
    };
    SERVED.iter().filter(listed).map(table).collect()
}

/// The names that rights are given on: every resource, and what is not one.
pub fn rights() -> impl Iterator<Item = &'static str> {
    let own = SERVED.iter().map(|served| served.kind).filter(|kind| !kind.with_parent);
    own.map(|kind| kind.plural).chain([
        EVENTS,
        EXCHANGE_RATES,
        sales::qualification_standards::PUBLISHING,
    ])
}

/// Registers the shared endpoints whose paths end in a word. To be called before all others, since
/// where others have an id the word is none, whatever the method.
pub(crate) fn worded_routes(config: &mut Routes) {
    register(config, Operation::is_word);
}

/// Registers the other shared endpoints of every resource.
pub(crate) fn routes(config: &mut Routes) {
    register(config, |one| !one.is_word());
}

fn register(config: &mut Routes, which: fn(Operation) -> bool) {
    for served in SERVED.iter() {
        for operation in served.operations.iter().copied().filter(|one| which(*one)) {
            route(config, served.kind, operation);
        }
    }
}

/// Registers a refusal for each path with a word where others have an id, such as `from-template`: of
/// these it is no id, whatever the method. To be called when their own methods are registered.
pub(crate) fn words_are_no_ids(config: &mut Routes) {
    let is_word = |path: &str| {
        let Some((plural, word)) = path.strip_prefix("/v1/").and_then(|path| path.rsplit_once('/'))
        else {
            return false;
        };
        let known = SERVED.iter().any(|served| served.kind.path == plural);
        let shared = matches!(word, "search" | "batch");
        known && !shared && !word.contains(['/', '{'])
    };
    for (path, _) in config.methods().into_iter().filter(|(path, _)| is_word(path)) {
        config.close(&path);
    }
}

/// How the paths of searches end.
const SEARCH: &str = "/search";

/// Whether a request only reads: every `GET`, and a search, whose `POST` is there for its body.
pub fn only_reads(method: &str, template: &str) -> bool {
    let asks = template.ends_with(SEARCH)
        || template == "/v1/duplicates/check"
        || template == "/v1/messages/{message_id}/preview"
        || template == "/v1/resource-plans/allocate"
        || template == "/v1/referral-programmes/{referral_programme_id}/check"
        || (template.starts_with("/v1/segments/") && template.ends_with("/preview"))
        || template == "/v1/mining/profiles/{mining_profile_id}/lookalikes"
        || template == "/v1/workflows/{workflow_id}/dry-run";
    matches!(method, "GET" | "HEAD") || (method == "POST" && asks)
}

/// The path of a shared endpoint.
pub fn path(kind: &Kind, operation: Operation) -> String {
    let one = match id_name(kind) {
        Some(id) => format!("/v1/{}/{{{id}}}", kind.path),
        None => format!("/v1/{}", kind.name),
    };
    match operation {
        Operation::List | Operation::Create => format!("/v1/{}", kind.path),
        Operation::Search => format!("/v1/{}{SEARCH}", kind.path),
        Operation::Get | Operation::Update | Operation::Delete => one,
        Operation::Restore => format!("{one}/restore"),
        Operation::Timeline => format!("{one}/timeline"),
        Operation::Provenance => format!("{one}/provenance"),
        Operation::Batch => format!("/v1/{}/batch", kind.path),
        Operation::Upsert => format!("/v1/{}/by/{{source}}/{{external_id}}", kind.path),
    }
}

/// The name of the id in paths, e.g. `party_id`; none for the tenant, of which a caller has one.
pub fn id_name(kind: &Kind) -> Option<String> {
    (kind.name != "tenant").then(|| format!("{}_id", kind.name))
}

/// The id of the record that the path names.
fn id_of(call: &Call, kind: &Kind) -> Result<Uuid> {
    id_name(kind).map_or(Ok(call.ctx.tenant.uuid()), |name| call.id(&name))
}

fn route(config: &mut Routes, kind: &'static Kind, operation: Operation) {
    let path = path(kind, operation);
    let to = web::route();
    let (method, route) = match operation {
        // Of these paths `search` and `batch` are no ids, whatever the method.
        Operation::Search => {
            let search = to.to(move |call, body| search_records(kind, call, body));
            config.only(&Method::POST, &path, search);
            return;
        }
        Operation::Batch => {
            let batch = to.to(move |call, body| batch::batch(kind, call, body));
            config.only(&Method::POST, &path, batch);
            return;
        }
        Operation::List => (Method::GET, to.to(move |call| list_records(kind, call))),
        Operation::Create => (Method::POST, to.to(move |call, body| create(kind, call, body))),
        Operation::Get => (Method::GET, to.to(move |call| get(kind, call))),
        Operation::Update => (Method::PATCH, to.to(move |call, body| update(kind, call, body))),
        Operation::Delete => (Method::DELETE, to.to(move |call| delete(kind, call))),
        Operation::Restore => (Method::POST, to.to(move |call| restore(kind, call))),
        Operation::Timeline => (Method::GET, to.to(move |call| timeline(kind, call))),
        Operation::Provenance => (Method::GET, to.to(move |call| provenance(kind, call))),
        Operation::Upsert => {
            (Method::PUT, to.to(move |call, body| batch::upsert(kind, call, body)))
        }
    };
    config.route(&method, &path, route);
}

/// A page on the wire.
#[derive(Debug, Serialize)]
pub struct ListBody<T> {
    /// The items.
    pub data: Vec<T>,
    /// Whether another page follows.
    pub has_more: bool,
    /// The cursor that continues behind this page.
    pub next_cursor: Option<String>,
    /// How many items there are on all pages, for those who ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Whether there are so many, or at least so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_kind: Option<Counting>,
}

impl<T> ListBody<T> {
    /// A page, and the cursor of the next one if there is one.
    pub fn new(data: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { data, has_more: next_cursor.is_some(), next_cursor, total: None, total_kind: None }
    }

    /// The same with the number of items on all pages.
    #[must_use]
    fn counted(self, total: Option<Total>) -> Self {
        let (total, total_kind) = total.map(|total| (total.total, total.kind)).unzip();
        Self { total, total_kind, ..self }
    }
}

type Kinded = &'static Kind;
type Answered = Result<HttpResponse, ApiError>;

async fn list_records(kind: Kinded, call: Call) -> Answered {
    list_of(kind, &call, None).await
}

/// A page of a list, of those records only whose member has that value if one is named.
///
/// # Errors
/// As the list itself; `unknown_parameter` for the member in the query.
pub(crate) async fn list_of(kind: Kinded, call: &Call, only: Option<(&str, Uuid)>) -> Answered {
    let mut pairs = call.query();
    if let Some((member, id)) = only {
        if pairs.iter().any(|(name, _)| name == member) {
            return Err(UNKNOWN_PARAMETER
                .problem()
                .and(UNKNOWN_PARAMETER.parameter(member))
                .into());
        }
        pairs.push((member.to_owned(), id.to_string()));
    }
    page(kind, call, |ctx, custom| ListQuery::parse(kind, ctx, custom, &pairs)).await
}

/// A page of a list, of the records with these ids only; `said` tells that list from others.
///
/// # Errors
/// As the list itself.
pub(crate) async fn list_among(kind: Kinded, call: &Call, ids: &Ids, said: &str) -> Answered {
    let pairs = call.query();
    let query = |ctx: &Ctx, custom: &Fields| {
        ListQuery::parse(kind, ctx, custom, &pairs).map(|query| query.among(ids.clone(), said))
    };
    page(kind, call, query).await
}

async fn search_records(kind: Kinded, call: Call, body: Body) -> Answered {
    // Who may not read them is not told what is wrong with the question.
    resource::require_on(&call.ctx, kind, Action::Read)?;
    // What stands in the address would not be looked at.
    if let Some((name, _)) = call.query().first() {
        return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name)).into());
    }
    page(kind, &call, |ctx, custom| search::read(kind, ctx, custom, body.0.clone())).await
}

async fn page(
    kind: Kinded,
    call: &Call,
    query: impl Fn(&Ctx, &Fields) -> Result<ListQuery>,
) -> Answered {
    let (page, shaped) = call
        .read(async |tx, ctx| {
            let custom = custom::fields(tx, ctx, kind).await?;
            let query = &query(ctx, &custom)?;
            let page = (kind.operations.list)(tx, ctx, query).await?;
            let shaped = match query.fields.is_some() || !query.expand.is_empty() {
                true => {
                    let records = page.data.iter().map(Sheet::value).collect();
                    Some(shape(tx, ctx, kind, records, &query.fields, &query.expand).await?)
                }
                false => None,
            };
            Ok((page, shaped))
        })
        .await?;
    Ok(match shaped {
        Some(shaped) => {
            HttpResponse::Ok().json(ListBody::new(shaped, page.next).counted(page.total))
        }
        None => HttpResponse::Ok().json(ListBody::new(page.data, page.next).counted(page.total)),
    })
}

async fn create(kind: Kinded, call: Call, body: Body) -> Answered {
    // Who may not make one is not told what is wrong with it.
    resource::require_on(&call.ctx, kind, Action::Create)?;
    let read = (kind.operations.read)(&call.ctx, body.0.clone())?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let sheet = (kind.operations.create)(tx, ctx, &read, None).await?;
        Ok(Done::made(kind, sheet))
    };
    Ok(call.write(Some(&body), made).await?)
}

async fn get(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    let view = View::parse(kind, &call.query())?;
    if let Some(at) = view.as_of {
        let then = call.read(async |tx, ctx| view.show_then(tx, ctx, kind, id, at).await).await?;
        return Ok(HttpResponse::Ok().json(then));
    }
    let (sheet, shaped) = call
        .read(async |tx, ctx| {
            let sheet = (kind.operations.get)(tx, ctx, id).await?;
            let shaped = view.show(tx, ctx, kind, &sheet).await?;
            Ok((sheet, shaped))
        })
        .await?;
    Ok(match shaped {
        Some(shaped) => call.version(sheet.version, &shaped),
        None => call.version(sheet.version, &sheet),
    })
}

async fn update(kind: Kinded, call: Call, body: Body) -> Answered {
    let id = id_of(&call, kind)?;
    call.require_if_match()?;
    let changed = async |tx: &mut Tx, ctx: &Ctx| {
        (kind.operations.patch)(tx, ctx, id, &body.0).await.map(Done::sheet)
    };
    Ok(call.write(Some(&body), changed).await?)
}

async fn delete(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    call.require_if_match()?;
    let deleted = async |tx: &mut Tx, ctx: &Ctx| {
        (kind.operations.delete)(tx, ctx, id).await.map(|()| Done::nothing())
    };
    Ok(call.write(None, deleted).await?)
}

async fn restore(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    let restored = async |tx: &mut Tx, ctx: &Ctx| {
        (kind.operations.restore)(tx, ctx, id).await.map(Done::sheet)
    };
    Ok(call.write(None, restored).await?)
}

async fn timeline(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    let pairs = call.query();
    let (items, next) = call
        .read(async |tx, ctx| {
            let custom = custom::fields(tx, ctx, kind).await?;
            let query = timeline_query(kind, &custom, &pairs)?;
            (kind.operations.get)(tx, ctx, id).await?;
            timeline::timeline(tx, ctx, &CONCERNING, id, &query).await
        })
        .await?;
    Ok(HttpResponse::Ok().json(ListBody::<TimelineItem>::new(items, next)))
}

/// Where the values of a record came from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Provenance {
    /// The origin of every value, in the order of the names.
    data: Vec<Origin>,
}

async fn provenance(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    if let Some((name, _)) = call.query().first() {
        return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name)).into());
    }
    let (sheet, data) = call
        .read(async |tx, ctx| {
            let sheet = (kind.operations.get)(tx, ctx, id).await?;
            let data = history::provenance(tx, kind, id, &sheet.value()).await?;
            Ok((sheet, Provenance { data }))
        })
        .await?;
    Ok(call.version(sheet.version, &data))
}

/// How a single record is shown.
#[derive(Debug, Default)]
pub struct View {
    fields: Option<Vec<String>>,
    expand: Vec<String>,
    explain: bool,
    as_of: Option<DateTime<Utc>>,
}

impl View {
    /// Reads `fields`, `expand` and `explain`.
    ///
    /// # Errors
    /// `unknown_parameter`, `bad_parameter`.
    pub fn parse(kind: &'static Kind, pairs: &[(String, String)]) -> Result<Self> {
        let (mut view, all) = (Self::default(), Fields::default());
        for (name, value) in pairs {
            match name.as_str() {
                "fields" => {
                    view.fields = Some(words(name, value, &list::showable(kind, &all), true)?);
                }
                "expand" => view.expand = words(name, value, &list::expandable(kind, &all), false)?,
                "as_of" => view.as_of = Some(instant(name, value)?),
                "explain" if value == "actions" => view.explain = true,
                "explain" => {
                    return Err(bad(UNKNOWN_VALUE
                        .parameter("explain")
                        .with("expected", "actions")));
                }
                _ => {
                    return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name)));
                }
            }
        }
        if view.as_of.is_some() && (view.explain || !view.expand.is_empty()) {
            // What else there is belongs to the present.
            let with = if view.explain { "explain" } else { "expand" };
            return Err(bad(UNKNOWN_VALUE.parameter(with).with("expected", "no as_of beside it")));
        }
        Ok(view)
    }

    /// Refuses what the caller does not see, and members of `custom` that are no fields.
    async fn check(&self, tx: &mut Tx, ctx: &Ctx, kind: &'static Kind) -> Result<()> {
        let custom = custom::fields(tx, ctx, kind).await?;
        words("expand", &self.expand.join(","), &list::expandable(kind, &custom), false)
            .map_or_else(
                |refused| if self.expand.is_empty() { Ok(()) } else { Err(refused) },
                |_| Ok(()),
            )?;
        let Some(paths) = &self.fields else { return Ok(()) };
        words("fields", &paths.join(","), &list::showable(kind, &custom), true)?;
        list::check_paths(&custom, paths.iter().map(String::as_str)).map_err(bad)
    }

    /// The record as it was then; whoever may see it now, deleted or not, may see its past.
    async fn show_then(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        kind: &'static Kind,
        id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<Json> {
        self.check(tx, ctx, kind).await?;
        (kind.operations.get_even_deleted)(tx, ctx, id).await?;
        let mut then = history::as_of(tx, ctx, kind, id, at).await?;
        // Nothing can be done to the past.
        then["actions"] = json!([]);
        Ok(self.fields.as_ref().map_or_else(|| then.clone(), |fields| pick(&then, fields)))
    }

    async fn show(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        kind: &'static Kind,
        sheet: &Sheet,
    ) -> Result<Option<Json>> {
        if self.fields.is_none() && self.expand.is_empty() && !self.explain {
            return Ok(None);
        }
        self.check(tx, ctx, kind).await?;
        let shaped = shape(tx, ctx, kind, vec![sheet.value()], &self.fields, &self.expand).await?;
        let mut shaped = shaped.into_iter().next().unwrap_or_default();
        if let (true, Json::Object(members)) = (self.explain, &mut shaped) {
            members.insert("refused_actions".into(), json!(sheet.refused));
        }
        Ok(Some(shaped))
    }
}

/// The refusal of one parameter.
pub(crate) fn bad(finding: FieldError) -> Problem {
    BAD_PARAMETER.problem().and(finding)
}

/// Reads words separated by commas, all of them known; of dotted paths the first part.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn words(name: &str, value: &str, known: &[&str], paths: bool) -> Result<Vec<String>> {
    let words: Vec<String> = value.split(',').map(|word| word.trim().to_owned()).collect();
    let top = |word: &str| word.split('.').next().unwrap_or("").to_owned();
    let good = words
        .iter()
        .all(|word| known.contains(&if paths { top(word) } else { word.clone() }.as_str()));
    if good {
        Ok(words)
    } else {
        Err(bad(UNKNOWN_VALUE.parameter(name).with("expected", known.join(", "))))
    }
}

/// The records with their references expanded (one query for each kind of record, however long the
/// list is), reduced to the members that are wanted.
async fn shape(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    mut shaped: Vec<Json>,
    fields: &Option<Vec<String>>,
    expand: &[String],
) -> Result<Vec<Json>> {
    for name in expand {
        let member = format!("{name}_id");
        let Some(target) = kind.field(&member).and_then(|field| field.target) else { continue };
        let id_of = |record: &Json| record.get(&member)?.as_str()?.parse::<Uuid>().ok();
        let mut ids: Vec<Uuid> = shaped.iter().filter_map(id_of).collect();
        ids.sort_unstable();
        ids.dedup();
        let found: BTreeMap<Uuid, Json> =
            (target().load)(tx, ctx, &ids).await?.into_iter().collect();
        for record in &mut shaped {
            let one = id_of(record).and_then(|id| found.get(&id)).cloned().unwrap_or_default();
            if let Json::Object(members) = record {
                members.insert(name.clone(), one);
            }
        }
    }
    if let Some(fields) = fields {
        shaped = shaped.iter().map(|record| pick(record, fields)).collect();
    }
    Ok(shaped)
}

/// Only the members that the dotted paths name.
fn pick(record: &Json, paths: &[String]) -> Json {
    let mut picked = Map::new();
    for path in paths {
        let (top, rest) =
            path.split_once('.').map_or((path.as_str(), None), |(top, rest)| (top, Some(rest)));
        let Some(value) = record.get(top) else { continue };
        match (rest, value) {
            (Some(rest), Json::Object(_)) => {
                let inner = pick(value, &[rest.to_owned()]);
                let place = picked.entry(top.to_owned()).or_insert_with(|| json!({}));
                guanxi_kernel::input::merge(place, inner);
            }
            _ => {
                picked.insert(top.to_owned(), value.clone());
            }
        }
    }
    Json::Object(picked)
}

/// Reads an instant.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn instant(name: &str, text: &str) -> Result<DateTime<Utc>> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let wrong = |_| bad(INVALID_FORMAT.parameter(name).with("expected", Type::Instant.expected()));
    read.map_err(wrong)
}

/// Reads an id.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn id(name: &str, text: &str) -> Result<Uuid> {
    let wrong = |_| bad(INVALID_FORMAT.parameter(name).with("expected", Type::Id.expected()));
    text.parse().map_err(wrong)
}

fn timeline_query(
    kind: &'static Kind,
    custom: &Fields,
    pairs: &[(String, String)],
) -> Result<TimelineQuery> {
    let mut query = TimelineQuery { limit: list::DEFAULT_LIMIT, ..TimelineQuery::default() };
    let split = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
    for (name, value) in pairs {
        match name.as_str() {
            "limit" => query.limit = list::limit(value).map_err(bad)?,
            "cursor" => query.cursor = Some(value.clone()),
            "subject_type" => {
                let known: Vec<&str> = CONCERNING.iter().map(|kind| kind.name).collect();
                query.subject_types = words(name, value, &known, false)?;
            }
            "kind" => query.kinds = split(value),
            "field" => {
                let own: Vec<String> = custom.iter().map(|field| field.path()).collect();
                let mut known: Vec<&str> = list::showable(kind, custom);
                known.extend(own.iter().map(String::as_str));
                query.field = words(name, value, &known, false)?.pop();
            }
            "user_id" => query.user_id = Some(id(name, value)?.into()),
            "occurred_after" => query.after = Some(instant(name, value)?),
            "occurred_before" => query.before = Some(instant(name, value)?),
            "sort" if value == "sequence" => query.ascending = true,
            "sort" if value == "-sequence" => query.ascending = false,
            "sort" => {
                return Err(bad(UNKNOWN_VALUE
                    .parameter("sort")
                    .with("expected", "sequence, -sequence")));
            }
            _ => return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name))),
        }
    }
    if query.kinds.iter().any(|kind| kind.contains('\0')) || query.kinds.len() > 50 {
        return Err(bad(UNKNOWN_VALUE
            .parameter("kind")
            .with("expected", "kinds of events, e.g. party.updated")));
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picking_follows_dotted_paths() {
        let record =
            json!({ "id": 1, "name": "a", "owner": { "id": 2, "name": "b", "email": "c" } });
        let picked =
            pick(&record, &["id".into(), "owner.name".into(), "owner.id".into(), "none".into()]);
        assert_eq!(picked, json!({ "id": 1, "owner": { "name": "b", "id": 2 } }));
    }
}
