//! `/v1/reports/…`: every report as JSON, CSV and SVG from one definition.
//!
//! A new report is one line in [`REPORTS`].

use crate::{
    body::Body,
    call::{Call, JSON, OpenCall},
    document::Builder,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    routing::Routes,
};
use actix_web::{
    HttpResponse, get,
    http::{Method, header},
    post, web,
};
use futures_util::future::LocalBoxFuture;
use guanxi_insights::{
    Answer, Definition, Presentation, Report,
    asked::Form,
    chart,
    definition::ReportDefinition,
    make,
    measures::{self, MeasureDefinition},
    report::require,
    reports::{
        attainment, attrition, base_policy_compliance, cadence, campaign_approvals,
        campaign_calendar, campaign_cycle, campaign_departments, campaign_effect, campaign_ranking,
        care_contacts, cart_abandonment, cart_reasons, channel_modes, competitor_comparison,
        concentration, contract_results, contract_stages, conversion, cross_sell,
        customer_contribution, customer_deciles, customer_flow, customer_ranking, customer_sources,
        customer_value, daily_business, daily_clearance, daily_counters, data_contributions,
        data_coverage, data_freshness, data_growth, data_quality, data_standards,
        decision_transitions, decline_reasons, due_visits, duration, expense_to_revenue,
        follow_up_attempts, forecast, frequency_satisfaction, funnel, growth_balance,
        information_sources, insurance_renewals, lead_latency, loop_closure, lost_prospects,
        margin_goals, media_attribution, media_paths, media_response, media_trend, missing_updates,
        needs, neglected, next_needs, not_bought_reasons, nurture_without_track, offer_redemption,
        order_path, origins, overdue_visits, phone_calls, pivot, potential_grades,
        private_contacts, promises, prospect_contact_status, prospect_conversion, prospect_holding,
        prospect_sources, purchase_recency, ranking, receivables, referral_difficulties,
        replacement_candidates, reply_channels, research_findings, research_interviewers,
        research_topics, resource_use, resource_utilisation, response_by_recency,
        retained_customers, rfm, rollout_steps, root_causes, satisfaction, satisfaction_gaps,
        send_waste, service_levels, service_transfers, store_visits, sufficiency, tiers,
        time_allocation, training_results, unplanned_visits, unreviewed_cards, up_selling,
        value_groups, value_lifecycle, walk_ins, web_experience, whitespace, win_loss,
    },
    resource_plans::{self, AllocateResources, ResourceAllocation},
    table,
    target_lists::{self, Cells},
};
use guanxi_kernel::{Action, Ctx, Result, actor::forbidden, problem::NOT_FOUND};
use guanxi_storage::Tx;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{fmt::Write as _, sync::LazyLock};
use utoipa::ToSchema;

/// Asks a report whom it counts.
type AskCells =
    for<'a> fn(&'a mut Tx, &'a Ctx, &'a [(String, String)]) -> LocalBoxFuture<'a, Result<Cells>>;

/// A report as it is served.
pub(crate) struct Served {
    pub(crate) definition: &'static Definition,
    route: fn(&mut Routes),
    /// Asks it whom it counts.
    pub(crate) cells: AskCells,
    /// Documents it.
    pub(crate) describe: fn(&mut Builder),
}

fn serve<R: Report>() -> Served {
    Served {
        definition: R::definition(),
        route: |config| {
            config.route(&Method::GET, &R::definition().path(), web::route().to(report::<R>));
        },
        cells: |tx, ctx, pairs| Box::pin(target_lists::cells::<R>(tx, ctx, pairs)),
        describe: Builder::report::<R>,
    }
}

/// The report of that name.
pub(crate) fn named(name: &str) -> Option<&'static Served> {
    REPORTS.iter().find(|served| served.definition.name == name)
}

/// Every report of the program.
pub(crate) static REPORTS: LazyLock<Vec<Served>> = LazyLock::new(|| {
    vec![
        serve::<funnel::Funnel>(),
        serve::<conversion::StageConversion>(),
        serve::<duration::StageDuration>(),
        serve::<forecast::Forecast>(),
        serve::<tiers::TierContribution>(),
        serve::<sufficiency::Sufficiency>(),
        serve::<ranking::Ranking>(),
        serve::<origins::OpportunitiesByOrigin>(),
        serve::<win_loss::WinLoss>(),
        serve::<pivot::Pivot>(),
        serve::<competitor_comparison::CompetitorComparison>(),
        serve::<cadence::CadenceCompliance>(),
        serve::<neglected::Neglected>(),
        serve::<due_visits::DueVisits>(),
        serve::<overdue_visits::OverdueVisits>(),
        serve::<time_allocation::TimeAllocation>(),
        serve::<attainment::Attainment>(),
        serve::<daily_business::DailyBusiness>(),
        serve::<prospect_contact_status::ProspectContactStatus>(),
        serve::<prospect_conversion::ProspectConversion>(),
        serve::<prospect_holding::ProspectHolding>(),
        serve::<prospect_sources::ProspectSources>(),
        serve::<lost_prospects::LostProspects>(),
        serve::<missing_updates::MissingUpdates>(),
        serve::<data_contributions::DataContributions>(),
        serve::<data_coverage::DataCoverage>(),
        serve::<data_freshness::DataFreshness>(),
        serve::<data_growth::DataGrowth>(),
        serve::<data_standards::DataStandards>(),
        serve::<unreviewed_cards::UnreviewedCards>(),
        serve::<unplanned_visits::UnplannedVisits>(),
        serve::<web_experience::WebExperience>(),
        serve::<nurture_without_track::NurtureWithoutTrack>(),
        serve::<daily_clearance::DailyClearance>(),
        serve::<contract_stages::ContractsByStage>(),
        serve::<contract_results::ContractResults>(),
        serve::<receivables::ReceivablesAging>(),
        serve::<resource_utilisation::ResourceUtilisation>(),
        serve::<campaign_calendar::CampaignMonths>(),
        serve::<campaign_ranking::CampaignRanking>(),
        serve::<campaign_cycle::CampaignCycle>(),
        serve::<campaign_approvals::CampaignApprovals>(),
        serve::<campaign_effect::CampaignEffect>(),
        serve::<cart_abandonment::CartAbandonment>(),
        serve::<cart_reasons::CartReasons>(),
        serve::<order_path::OrderPath>(),
        serve::<media_attribution::MediaAttribution>(),
        serve::<media_paths::MediaPaths>(),
        serve::<media_response::MediaResponse>(),
        serve::<expense_to_revenue::ExpenseToRevenue>(),
        serve::<daily_counters::DailyCounters>(),
        serve::<reply_channels::ReplyChannels>(),
        serve::<send_waste::SendWaste>(),
        serve::<decision_transitions::DecisionTransitions>(),
        serve::<media_trend::MediaTrend>(),
        serve::<concentration::CustomerConcentration>(),
        serve::<customer_ranking::CustomerRanking>(),
        serve::<rfm::Rfm>(),
        serve::<customer_deciles::CustomerDeciles>(),
        serve::<purchase_recency::PurchaseRecency>(),
        serve::<customer_value::CustomerValue>(),
        serve::<customer_contribution::CustomerContribution>(),
        serve::<customer_flow::CustomerFlow>(),
        serve::<value_lifecycle::ValueLifecycle>(),
        serve::<value_groups::ValueGroups>(),
        serve::<potential_grades::PotentialGrades>(),
        serve::<margin_goals::MarginGoals>(),
        serve::<attrition::AttritionAfterDeparture>(),
        serve::<decline_reasons::DeclineReasons>(),
        serve::<lead_latency::LeadLatency>(),
        serve::<loop_closure::LoopClosure>(),
        serve::<not_bought_reasons::NotBoughtReasons>(),
        serve::<referral_difficulties::ReferralDifficulties>(),
        serve::<research_topics::ResearchTopics>(),
        serve::<research_findings::ResearchFindings>(),
        serve::<research_interviewers::ResearchInterviewers>(),
        serve::<information_sources::InformationSources>(),
        serve::<phone_calls::PhoneCalls>(),
        serve::<promises::Promises>(),
        serve::<follow_up_attempts::FollowUpAttempts>(),
        serve::<service_levels::ServiceLevels>(),
        serve::<cross_sell::CrossSell>(),
        serve::<up_selling::UpSelling>(),
        serve::<next_needs::NextNeeds>(),
        serve::<whitespace::Whitespace>(),
        serve::<satisfaction::Satisfaction>(),
        serve::<satisfaction_gaps::SatisfactionGaps>(),
        serve::<frequency_satisfaction::FrequencySatisfaction>(),
        serve::<growth_balance::GrowthBalance>(),
        serve::<data_quality::DataQuality>(),
        serve::<replacement_candidates::ReplacementCandidates>(),
        serve::<response_by_recency::ResponseByRecency>(),
        serve::<campaign_departments::CampaignDepartments>(),
        serve::<store_visits::StoreVisits>(),
        serve::<walk_ins::WalkIns>(),
        serve::<offer_redemption::OfferRedemptions>(),
        serve::<resource_use::ResourceUse>(),
        serve::<service_transfers::ServiceTransfers>(),
        serve::<insurance_renewals::InsuranceRenewals>(),
        serve::<care_contacts::CareContacts>(),
        serve::<retained_customers::RetainedCustomers>(),
        serve::<needs::Needs>(),
        serve::<base_policy_compliance::BasePolicyCompliance>(),
        serve::<customer_sources::CustomerSources>(),
        serve::<private_contacts::PrivateContacts>(),
        serve::<channel_modes::ChannelModes>(),
        serve::<rollout_steps::RolloutSteps>(),
        serve::<training_results::TrainingResults>(),
        serve::<root_causes::RootCauses>(),
    ]
});

/// Registers the reports.
pub(crate) fn served(config: &mut Routes) {
    for served in REPORTS.iter() {
        (served.route)(config);
    }
}

pub(crate) fn routes(config: &mut Routes) {
    config.service(list_reports).service(list_measures).service(get_measure);
    config.service(allocate_resources);
}

/// The reports that there are.
#[derive(Debug, Serialize, ToSchema)]
struct ReportDefinitions {
    /// The reports, by their names.
    data: Vec<ReportDefinition>,
}

/// List the reports
///
/// The definitions of the reports that you have the rights for: what they tell, their parameters and
/// columns, in your language.
#[utoipa::path(tag = "reports", operation_id = "reports_list",
    responses((status = 200, description = "The definitions.", body = ReportDefinitions)))]
#[get("/v1/reports")]
async fn list_reports(call: Call) -> Result<HttpResponse, ApiError> {
    let open = REPORTS.iter().filter(|one| require(&call.ctx, one.definition).is_ok());
    let mut data: Vec<_> = open.map(|one| one.definition.shown(&call.ctx)).collect();
    if data.is_empty() {
        return Err(forbidden("reports", Action::Read).into());
    }
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    data.sort_by_key(|one| one.name);
    Ok(HttpResponse::Ok().json(ReportDefinitions { data }))
}

/// The measures that there are.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureDefinitions {
    /// The measures, by their names.
    data: Vec<MeasureDefinition>,
}

/// List the measures
///
/// What the figures of reports, targets and commission mean: each is defined once, with its unit, formula and
/// sources, in your language. Columns of reports, attainments and statements name theirs.
#[utoipa::path(tag = "reports", operation_id = "measures_list",
    responses((status = 200, description = "The measures.", body = MeasureDefinitions)))]
#[get("/v1/measures")]
async fn list_measures(call: Call) -> Result<HttpResponse, ApiError> {
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    Ok(HttpResponse::Ok().json(MeasureDefinitions { data: measures::all(&call.ctx).collect() }))
}

/// Read a measure
///
/// What it means, and which figures tell it.
#[utoipa::path(tag = "reports", operation_id = "measures_get",
    params(("name" = String, Path, description = "The name of the measure.")),
    responses((status = 200, description = "The measure.", body = MeasureDefinition)))]
#[get("/v1/measures/{name}")]
async fn get_measure(call: Call, name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let found = measures::named(&name, &call.ctx).ok_or(ApiError::from(&NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(found))
}

/// Divide a budget over customers
///
/// By what they contribute or have bought on the days of a time, as the report `customer-contribution` tells it: in
/// proportion, each within its floor and cap, and exactly, to the last minor unit. Over the customers that are named,
/// else over those with the highest figures. What is below 0 counts as nothing, and gets its floor. Nothing is kept.
#[utoipa::path(tag = "reports", operation_id = "resource_plans_allocate", request_body = AllocateResources,
    responses((status = 200, description = "What each gets.", body = ResourceAllocation),
        (status = 422, description = "Nothing tells how to divide it, or floors and caps leave no way.",
            body = ProblemBody)))]
#[post("/v1/resource-plans/allocate")]
async fn allocate_resources(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    require(&call.ctx, customer_contribution::CustomerContribution::definition())?;
    let wish: AllocateResources = body.read()?;
    let divide = async |tx: &mut Tx, ctx: &Ctx| resource_plans::allocate(tx, ctx, &wish).await;
    Ok(HttpResponse::Ok().json(call.report(divide).await?))
}

/// The media types of a report, the usual one first.
const FORMS: [(Form, &str); 3] =
    [(Form::Json, JSON), (Form::Csv, "text/csv"), (Form::Svg, "image/svg+xml")];

async fn report<R: Report>(call: OpenCall) -> Result<HttpResponse, ApiError> {
    let OpenCall(call) = call;
    let query = call.query();
    // Who may not see it is not told what is wrong with the question.
    require(&call.ctx, R::definition())?;
    let presentation = Presentation::read(&query)?;
    let form = form(&call, &presentation)?;
    let answer = call.report(async |tx, ctx| make::<R>(tx, ctx, &query).await).await?;
    call.note_shown(|| answer.shown()).await?;
    Ok(respond(&call, answer, form, presentation.width)?)
}

/// The form that the query names, else the one that the caller accepts.
fn form(call: &Call, presentation: &Presentation) -> Result<Form> {
    if let Some(form) = presentation.form {
        return Ok(form);
    }
    let accepted = call.accepts(&FORMS.map(|(_, kind)| kind))?;
    let form = FORMS.iter().find(|(_, kind)| *kind == accepted);
    Ok(form.map_or(Form::Json, |(form, _)| *form))
}

fn respond(call: &Call, answer: Answer, form: Form, width: u32) -> Result<HttpResponse> {
    let body = match form {
        Form::Json => answer.body.to_string().into_bytes(),
        Form::Csv => table::csv(&answer)?,
        Form::Svg => chart::svg(&answer, width).into_bytes(),
    };
    let mut tag = tag(&body);
    if form == Form::Json {
        // The same figures at another time are not the same bytes.
        tag.insert_str(0, WEAK);
    }
    let held = call.request.headers().get(header::IF_NONE_MATCH);
    let held = held.and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Reads compare without regard to that.
    let same = tag.trim_start_matches(WEAK);
    let has = |held: &str| held == "*" || held.trim_start_matches(WEAK) == same;
    if held.split(',').map(str::trim).any(has) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag));
    let name = answer.definition.name;
    match form {
        Form::Json => response.content_type(JSON),
        Form::Csv => {
            let saved = format!("attachment; filename=\"{name}.csv\"");
            response.insert_header((header::CONTENT_DISPOSITION, saved));
            response.content_type("text/csv; charset=utf-8")
        }
        Form::Svg => {
            let inert = "default-src 'none'; style-src 'unsafe-inline'";
            response.insert_header((header::CONTENT_SECURITY_POLICY, inert));
            response.content_type("image/svg+xml")
        }
    };
    Ok(response.body(match form {
        Form::Json => answer.told(call.ctx.now).to_string().into_bytes(),
        Form::Csv | Form::Svg => body,
    }))
}

/// What a tag begins with that stands for the same figures, not for the same bytes.
const WEAK: &str = "W/";

/// The same for the same bytes.
fn tag(body: &[u8]) -> String {
    let mut tag = String::from("\"");
    for byte in &Sha256::digest(body)[..16] {
        // Writing to a text does not fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DOCUMENT;
    use std::collections::BTreeSet;

    #[test]
    fn rows_have_the_columns_of_their_definition_and_charts_draw_them() {
        for served in REPORTS.iter() {
            let definition = served.definition;
            let answers = &DOCUMENT["paths"][definition.path()]["get"]["responses"]["200"];
            let schema = &answers["content"]["application/json"]["schema"]["$ref"];
            let place = schema.as_str().expect("a schema").trim_start_matches('#');
            let example = &DOCUMENT.pointer(place).expect("a schema")["examples"][0];
            let row = example["data"][0].as_object().expect("a row");
            let members: BTreeSet<&str> = row.keys().map(String::as_str).collect();
            let columns: BTreeSet<&str> = definition.columns.iter().map(|one| one.name).collect();
            assert_eq!(members, columns, "{}", definition.name);
            let plot = &definition.plot;
            let drawn = [plot.names, plot.values, plot.otherwise].concat();
            assert!(drawn.iter().all(|name| columns.contains(name)), "{}", definition.name);
            let unit = |name: &&str| definition.column(name).map(|column| column.what);
            let units: BTreeSet<_> = plot.values.iter().map(unit).collect();
            assert_eq!(units.len(), 1, "{}: one axis, one unit", definition.name);
        }
    }

    #[test]
    fn z_09_every_figure_of_a_report_names_its_measure() {
        let mut told = BTreeSet::new();
        for served in REPORTS.iter() {
            let report = served.definition;
            for column in measures::figures(report) {
                let place = format!("{}: {}", report.name, column.name);
                let measure = measures::of(report.name, column.name);
                let measure = measure.unwrap_or_else(|| panic!("{place} names no measure"));
                let units = measures::units(column.what);
                assert!(units.contains(&measure.unit), "{place} is in another unit");
                told.insert((report.name, column.name));
            }
        }
        for (report, columns) in measures::all_figures() {
            for (column, _) in *columns {
                assert!(told.contains(&(*report, *column)), "no figure {column} in {report}");
            }
        }
    }
}
