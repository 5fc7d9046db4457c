//! `/v1/reports/…`: every report as JSON, CSV and SVG from one definition.
//!
//! A new report is one line in [`REPORTS`].

use crate::{
    call::{Call, JSON, OpenCall},
    document::Builder,
    parameters::unknown,
    problem::ApiError,
};
use actix_web::{
    HttpResponse, get,
    http::header,
    web::{self, ServiceConfig as Routes},
};
use guanxi_insights::{
    Answer, Definition, Presentation, Report,
    asked::Form,
    chart,
    definition::ReportDefinition,
    make,
    measures::{self, MeasureDefinition},
    report::require,
    reports::{
        attainment, cadence, campaign_calendar, campaign_ranking, cart_abandonment, concentration,
        contract_results, contract_stages, conversion, customer_contribution, customer_deciles,
        customer_flow, customer_ranking, customer_value, daily_business, daily_clearance,
        data_coverage, decline_reasons, due_visits, duration, forecast, funnel, loop_closure,
        lost_prospects, media_response, missing_updates, neglected, not_bought_reasons, origins,
        overdue_visits, prospect_contact_status, prospect_conversion, prospect_holding,
        prospect_sources, purchase_recency, ranking, receivables, rfm, service_levels, sufficiency,
        tiers, time_allocation, unplanned_visits, unreviewed_cards, value_lifecycle, win_loss,
    },
    table,
};
use guanxi_kernel::{Action, Result, actor::forbidden, problem::NOT_FOUND};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{fmt::Write as _, sync::LazyLock};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// A report as it is served.
pub(crate) struct Served {
    pub(crate) definition: &'static Definition,
    route: fn(&mut Routes),
    /// Documents it.
    pub(crate) describe: fn(&mut Builder),
}

fn serve<R: Report>() -> Served {
    Served {
        definition: R::definition(),
        route: |config| {
            config.route(&R::definition().path(), web::get().to(report::<R>));
        },
        describe: Builder::report::<R>,
    }
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
        serve::<data_coverage::DataCoverage>(),
        serve::<unreviewed_cards::UnreviewedCards>(),
        serve::<unplanned_visits::UnplannedVisits>(),
        serve::<daily_clearance::DailyClearance>(),
        serve::<contract_stages::ContractsByStage>(),
        serve::<contract_results::ContractResults>(),
        serve::<receivables::ReceivablesAging>(),
        serve::<campaign_calendar::CampaignMonths>(),
        serve::<campaign_ranking::CampaignRanking>(),
        serve::<cart_abandonment::CartAbandonment>(),
        serve::<media_response::MediaResponse>(),
        serve::<concentration::CustomerConcentration>(),
        serve::<customer_ranking::CustomerRanking>(),
        serve::<rfm::Rfm>(),
        serve::<customer_deciles::CustomerDeciles>(),
        serve::<purchase_recency::PurchaseRecency>(),
        serve::<customer_value::CustomerValue>(),
        serve::<customer_contribution::CustomerContribution>(),
        serve::<customer_flow::CustomerFlow>(),
        serve::<value_lifecycle::ValueLifecycle>(),
        serve::<decline_reasons::DeclineReasons>(),
        serve::<loop_closure::LoopClosure>(),
        serve::<not_bought_reasons::NotBoughtReasons>(),
        serve::<service_levels::ServiceLevels>(),
    ]
});

/// Registers the reports.
pub(crate) fn served(config: &mut Routes) {
    for served in REPORTS.iter() {
        (served.route)(config);
    }
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(list_reports).service(list_measures).service(get_measure);
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
    let answer = call.read(async |tx, ctx| make::<R>(tx, ctx, &query).await).await?;
    Ok(respond(&call, &answer, form, presentation.width)?)
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

fn respond(call: &Call, answer: &Answer, form: Form, width: u32) -> Result<HttpResponse> {
    let body = match form {
        Form::Json => answer.body.to_string().into_bytes(),
        Form::Csv => table::csv(answer)?,
        Form::Svg => chart::svg(answer, width).into_bytes(),
    };
    let tag = tag(&body);
    let held = call.request.headers().get(header::IF_NONE_MATCH);
    let held = held.and_then(|value| value.to_str().ok()).unwrap_or_default();
    if held.split(',').map(str::trim).any(|held| held == tag || held == "*") {
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
    Ok(response.body(body))
}

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
        for (report, columns) in measures::FIGURES {
            for (column, _) in *columns {
                assert!(told.contains(&(*report, *column)), "no figure {column} in {report}");
            }
        }
    }
}
