//! The list of all resources, and what follows from it.

use super::served::{
    LISTED, NEVER_DELETED, Operation, READ_ONLY, SNAPSHOT, Served, UPDATED, serve,
};
use guanxi_bulk as bulk;
use guanxi_bulk::Table;
use guanxi_contracts as contracting;
use guanxi_customers as customers;
use guanxi_identity as identity;
use guanxi_insights as insights;
use guanxi_marketing as marketing;
use guanxi_sales as sales;
use guanxi_storage::{Kind, Resource as _, events::audit::EVENTS, rates::EXCHANGE_RATES};
use guanxi_webhooks::{WebhookDelivery, WebhookEndpoint};
use guanxi_workflow as workflow;
use std::sync::LazyLock;

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
        serve::<WebhookDelivery>().only(LISTED),
        serve::<workflow::definitions::ApprovalDefinition>(),
        serve::<workflow::delegations::ApprovalDelegation>(),
        serve::<workflow::tasks::Task>(),
        serve::<workflow::rules::TaskRule>(),
        serve::<workflow::playbooks::Playbook>(),
        serve::<workflow::playbook_runs::PlaybookRun>(),
        serve::<workflow::workflows::Workflow>(),
        // Made by what happens, and never changed by callers.
        serve::<workflow::workflow_runs::WorkflowRun>().only(LISTED),
        serve::<workflow::rollouts::Rollout>(),
        serve::<workflow::rollout_steps::RolloutStep>(),
        serve::<workflow::training_records::TrainingRecord>(),
        serve::<workflow::root_causes::RootCause>(),
        // Asked for by what needs them, and changed by decisions.
        serve::<workflow::approvals::Approval>().only(READ_ONLY),
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
        serve::<marketing::walk_ins::WalkIn>(),
        serve::<marketing::offers::Offer>(),
        serve::<marketing::offer_redemptions::OfferRedemption>(),
        serve::<marketing::health_checks::HealthCheck>(),
        serve::<marketing::programmes::Programme>(),
        serve::<marketing::programme_milestones::ProgrammeMilestone>(),
        serve::<marketing::content_items::ContentItem>(),
        serve::<marketing::content_rules::ContentRule>(),
        serve::<marketing::decision_stages::DecisionStage>(),
        serve::<marketing::rival_activities::RivalActivity>(),
        serve::<marketing::responses::Response>(),
        serve::<marketing::consents::Consent>(),
        serve::<marketing::contact_preferences::ContactPreference>(),
        serve::<marketing::research_codes::ResearchCode>(),
        serve::<marketing::research_studies::ResearchStudy>(),
        serve::<marketing::research_interviews::ResearchInterview>(),
        serve::<marketing::research_answers::ResearchAnswer>(),
        serve::<marketing::messages::Message>(),
        // Made by sending; callers only settle what is uncertain.
        serve::<marketing::message_deliveries::MessageDelivery>().only(LISTED),
        // Made by telling touches, and never changed.
        serve::<marketing::touches::TouchBatch>().only(READ_ONLY),
        // As with keys.
        serve::<marketing::touch_sources::TouchSource>()
            .without(Operation::Create)
            .without(Operation::Batch)
            .without(Operation::Upsert),
        // Told by shops, and never changed by anybody else.
        serve::<marketing::carts::Cart>().only(READ_ONLY),
        serve::<marketing::web_task_runs::WebTaskRun>(),
        serve::<sales::products::Product>(),
        serve::<sales::price_books::PriceBook>(),
        serve::<sales::price_books::PriceBookEntry>(),
        serve::<sales::positionings::Positioning>(),
        serve::<sales::pipelines::Pipeline>(),
        serve::<sales::stages::Stage>(),
        serve::<sales::opportunities::Opportunity>(),
        // Made with their lines, and changed by verbs.
        serve::<sales::handovers::Handover>().only(UPDATED),
        serve::<sales::handovers::HandoverLine>().only(LISTED),
        serve::<sales::quotes::Quote>(),
        serve::<sales::lead_levels::LeadLevel>(),
        serve::<sales::lead_pools::LeadPool>(),
        serve::<sales::leads::Lead>(),
        serve::<sales::intelligence_notes::IntelligenceNote>(),
        serve::<sales::capture_forms::CaptureForm>(),
        serve::<sales::qualification_standards::QualificationStandard>(),
        // Made by handing a lead over, and changed by verbs.
        serve::<sales::field_handovers::FieldHandover>().only(READ_ONLY),
        serve::<sales::nurture_tracks::NurtureTrack>(),
        serve::<sales::nurture_enrolments::NurtureEnrolment>(),
        serve::<sales::targets::Target>(),
        serve::<sales::commission_plans::CommissionPlan>(),
        serve::<sales::credit_rules::CreditRule>(),
        // Opened with its lines, and changed by verbs.
        serve::<sales::prospect_tables::ProspectTable>().only(UPDATED),
        serve::<sales::phone_calls::PhoneCall>(),
        serve::<sales::promises::Promise>(),
        serve::<sales::phone_representatives::PhoneRepresentative>(),
        serve::<contracting::contracts::Contract>(),
        serve::<contracting::contract_amendments::ContractAmendment>(),
        serve::<contracting::contract_templates::ContractTemplate>(),
        // Never deleted: another one is made.
        serve::<contracting::contract_documents::ContractDocument>().only(NEVER_DELETED),
        // Told by other systems below their contract.
        serve::<contracting::execution_links::ExecutionLink>().only(READ_ONLY),
        // Never deleted: what was wrong is paid back.
        serve::<contracting::receipts::Receipt>().only(NEVER_DELETED),
        serve::<contracting::bookable_resources::BookableResource>(),
        serve::<contracting::resource_bookings::ResourceBooking>(),
        serve::<customers::retention_cases::RetentionCase>(),
        serve::<customers::life_cycles::LifeCycleCell>(),
        // Found by walks over all customers.
        serve::<customers::life_cycles::LifeCycleEntry>().only(READ_ONLY),
        serve::<customers::assets::Asset>(),
        serve::<customers::asset_incidents::AssetIncident>(),
        serve::<customers::care_plans::CarePlan>(),
        // Skipped rather than deleted.
        serve::<customers::care_contacts::CareContact>().only(NEVER_DELETED),
        serve::<customers::needs::NeedType>(),
        serve::<customers::needs::Need>(),
        serve::<customers::reminders::ReminderRule>(),
        // Planned by a job, and completed or skipped.
        serve::<customers::reminders::Reminder>().only(READ_ONLY),
        serve::<customers::service_requests::ServiceLevel>(),
        serve::<customers::service_requests::ServiceRequest>(),
        // Asked for at the party, and changed by verbs.
        serve::<customers::service_holds::ServiceHold>().only(READ_ONLY),
        serve::<customers::service_transfers::ServiceTransfer>(),
        // Assigned at the party, and followed by others.
        serve::<customers::customer_owners::CustomerOwner>().only(READ_ONLY),
        serve::<bulk::collection_channels::CollectionChannel>(),
        serve::<customers::customer_sources::CustomerSource>(),
        serve::<customers::switching_risks::SwitchingRisk>(),
        serve::<customers::referrals::Referral>(),
        serve::<customers::referrals::ReferralRequest>(),
        serve::<customers::referrals::ReferralProgramme>(),
        // Opened with its lines.
        serve::<customers::stocktakes::Stocktake>().only(UPDATED),
        serve::<insights::saved_queries::SavedQuery>(),
        serve::<insights::field_standards::FieldStandard>(),
        serve::<insights::kpis::Kpi>(),
        serve::<insights::score_cards::ScoreCard>(),
        serve::<insights::kpi_rules::KpiRule>(),
        // Told in batches, and never changed.
        serve::<customers::orders::Order>().only(LISTED),
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
        serve::<customers::duplicates::Duplicate>().only(UPDATED),
        // Made by what does them, and undone as a whole.
        serve::<customers::merges::Merge>().only(&[
            Operation::List,
            Operation::Search,
            Operation::Get,
            Operation::Timeline,
        ]),
        // Made by what they are the receipts of.
        serve::<bulk::erasures::Erasure>().only(READ_ONLY),
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
        serve::<bulk::jobs::Job>().only(LISTED),
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
    let (orders, parties) = (customers::orders::Order::kind(), customers::parties::Party::kind());
    let table = |served: &Served| match served.operations.contains(&Operation::Batch) {
        // Of several rows each.
        _ if std::ptr::eq(served.kind, orders) => customers::orders::table(),
        _ if std::ptr::eq(served.kind, parties) => {
            Table::of(served.kind).when_collected(customers::customer_sources::collected)
        }
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
