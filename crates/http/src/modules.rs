//! Modules that a tenant can do without, and which paths are theirs.
//!
//! Parties, activities and what else belongs to the shared customer base is always there, and so are
//! products, which several modules name.

use crate::{
    call::Call, parameters::unknown, problem::ApiError, problem::MODULE_DISABLED, reports,
    routing::Routes,
};
use actix_web::{HttpResponse, get};
use guanxi_kernel::{Result, Word as _, preferences::Module};
use guanxi_storage::Kind;
use serde::Serialize;
use std::{collections::BTreeMap, sync::LazyLock};
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list);
}

/// The first parts of the paths of a module, behind `/v1/`; below other resources they mean it too.
const PATHS: &[(Module, &[&str])] = &[
    (
        Module::Marketing,
        &[
            "campaign-expenses",
            "campaign-members",
            "campaign-results",
            "campaign-risks",
            "campaign-templates",
            "campaigns",
            "carts",
            "consents",
            "contact-preferences",
            "content",
            "content-items",
            "content-rules",
            "decision-stages",
            "experiments",
            "health-checks",
            "marketing-plans",
            "media",
            "message-deliveries",
            "messages",
            "mining",
            "offer-redemptions",
            "offers",
            "programme-milestones",
            "programmes",
            "research-answers",
            "research-codes",
            "research-interviews",
            "research-studies",
            "responses",
            "rival-activities",
            "segments",
            "source-code-schemes",
            "source-codes",
            "touch-batches",
            "touch-events",
            "touch-sources",
            "touches",
            "walk-ins",
            "web-task-runs",
        ],
    ),
    (
        Module::Sales,
        &[
            "capture-forms",
            "commission-plans",
            "credit-rules",
            "field-handovers",
            "forms",
            "handover-lines",
            "handovers",
            "intelligence-notes",
            "lead-levels",
            "lead-pools",
            "leads",
            "nurture-enrolments",
            "nurture-tracks",
            "opportunities",
            "phone-calls",
            "phone-representatives",
            "pipeline-stages",
            "pipeline-templates",
            "pipelines",
            "positionings",
            "price-book-entries",
            "price-books",
            "promises",
            "prospect-tables",
            "qualification-standards",
            "quotes",
            "targets",
        ],
    ),
    (
        Module::Contracts,
        &[
            "bookable-resources",
            "contract-amendments",
            "contract-documents",
            "contract-templates",
            "contracts",
            "dunnings",
            "execution-links",
            "receipts",
            "resource-bookings",
        ],
    ),
];

/// The modules of what stands below resources of none.
const BELOW: &[(&str, Module)] =
    &[("best-fit-customers", Module::Marketing), ("marketing-manager", Module::Marketing)];

/// The module of a part of a path.
fn named(part: &str) -> Option<Module> {
    let first = PATHS.iter().find(|(_, parts)| parts.contains(&part)).map(|(module, _)| *module);
    first.or_else(|| BELOW.iter().find(|(below, _)| *below == part).map(|(_, module)| *module))
}

/// The module of a resource.
fn of(kind: &'static Kind) -> Option<Module> {
    kind.path.split('/').next().and_then(named)
}

/// The module of each report: that of what it is about first, which the others only add to.
static REPORTS: LazyLock<BTreeMap<String, Module>> = LazyLock::new(|| {
    let one = |served: &reports::Served| {
        let first = served.definition.reads.first()?;
        Some((served.definition.path(), of(first)?))
    };
    reports::REPORTS.iter().filter_map(one).collect()
});

/// Refuses a path of a module that the tenant does without.
///
/// # Errors
/// `module_disabled`.
pub(crate) fn require(disabled: &[Module], template: &str) -> Result<()> {
    if disabled.is_empty() {
        return Ok(());
    }
    let parts = template.strip_prefix("/v1/").unwrap_or_default().split('/').filter_map(named);
    let reports = REPORTS.get(template).copied();
    match parts.chain(reports).find(|module| disabled.contains(module)) {
        Some(module) => Err(MODULE_DISABLED.with("module", module.word())),
        None => Ok(()),
    }
}

/// A module.
#[derive(Debug, Serialize, ToSchema)]
struct ModuleState {
    /// Its name.
    module: Module,
    /// What it is called.
    label: &'static str,
    /// Whether your company uses it.
    enabled: bool,
    /// The beginnings of its paths.
    paths: Vec<String>,
    /// The reports that need it.
    reports: Vec<String>,
}

/// The modules.
#[derive(Debug, Serialize, ToSchema)]
struct ModuleList {
    /// All of them.
    data: Vec<ModuleState>,
}

/// List modules
///
/// Which modules there are, and which of them your company uses: `disabled_modules` in the preferences of the
/// tenant says which it does without. Their paths, and reports that need them, answer 404 `module_disabled`;
/// what is in them stays.
#[utoipa::path(tag = "platform", operation_id = "modules_list",
    responses((status = 200, description = "The modules.", body = ModuleList)))]
#[get("/v1/modules")]
async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let disabled = &call.ctx.settings.preferences.disabled_modules;
    let state = |(module, parts): &(Module, &[&str])| ModuleState {
        module: *module,
        label: module.label(call.ctx.language),
        enabled: !disabled.contains(module),
        paths: parts.iter().map(|part| format!("/v1/{part}")).collect(),
        reports: REPORTS
            .iter()
            .filter(|(_, of)| *of == module)
            .map(|(path, _)| path.clone())
            .collect(),
    };
    Ok(HttpResponse::Ok().json(ModuleList { data: PATHS.iter().map(state).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{resources::SERVED, routing::METHODS};

    #[test]
    fn m_01_every_resource_of_a_crate_is_of_its_module() {
        for served in SERVED.iter() {
            let expected = match served.of.split("::").next() {
                _ if served.kind.plural == "products" => None,
                Some("guanxi_marketing") => Some(Module::Marketing),
                Some("guanxi_sales") => Some(Module::Sales),
                Some("guanxi_contracts") => Some(Module::Contracts),
                _ => None,
            };
            assert_eq!(of(served.kind), expected, "{}", served.kind.plural);
        }
    }

    #[test]
    fn m_01_every_name_is_that_of_a_path() {
        for part in PATHS.iter().flat_map(|(_, parts)| *parts) {
            let begins = format!("/v1/{part}");
            assert!(METHODS.iter().any(|(path, _)| path.starts_with(&begins)), "{part}");
        }
    }

    #[test]
    fn m_01_what_is_below_another_resource_is_disabled_too() {
        let contracts = [Module::Contracts];
        for (path, open) in [
            ("/v1/contracts", false),
            ("/v1/contracts/{contract_id}/sign", false),
            ("/v1/opportunities/{opportunity_id}/contracts", false),
            ("/v1/opportunities/{opportunity_id}", true),
            ("/v1/reports/receivables-aging", false),
            ("/v1/reports/funnel", true),
            ("/v1/parties", true),
        ] {
            assert_eq!(require(&contracts, path).is_ok(), open, "{path}");
        }
        assert!(require(&[], "/v1/contracts").is_ok());
    }
}
