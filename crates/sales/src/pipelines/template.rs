//! The pipelines that come with the program. Their codes are the same in every language.

use super::{Pipeline, PipelineInput, service::with_stages};
use crate::stages::{StageInput, StageKind, Tier};
use guanxi_kernel::{Action, Ctx, Id, Language, Line, Result, Share, Word, problem::INTERNAL};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// A pipeline that comes with the program.
    pub enum TemplateCode {
        /// A project that is tendered for: tracking, bidding, negotiation, signing.
        ProjectSale = "project_sale" ("Project sale", "项目销售"),
    }
}

/// A stage as a template has it: code, names, kind, ten-thousandths of probability, tier, expected
/// days, visits a week, whether it needs a decision maker.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    StageKind,
    &'static str,
    Option<Tier>,
    i64,
    i64,
    bool,
);

/// The example of the trade: visits and probabilities are its own, to be changed in the copy.
const PROJECT_SALE: &[Row] = &[
    ("tracking", "Tracking", "跟踪", StageKind::Open, "0.1", Some(Tier::Potential), 60, 1, false),
    (
        "bidding",
        "Bidding",
        "项目投标",
        StageKind::Open,
        "0.4",
        Some(Tier::MostHopeful),
        30,
        2,
        false,
    ),
    (
        "negotiation",
        "Negotiation",
        "商务洽谈",
        StageKind::Open,
        "0.6",
        Some(Tier::MostHopeful),
        30,
        3,
        true,
    ),
    ("signing", "Signing", "签约", StageKind::Open, "0.9", Some(Tier::AboutToClose), 15, 1, true),
    ("won", "Won", "赢单", StageKind::Won, "1", None, 0, 0, false),
    ("lost", "Lost", "输单", StageKind::Lost, "0", None, 0, 0, false),
];

/// A stage of a template.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TemplateStage {
    /// Its code.
    pub code: Line<40>,
    /// What it is called in English.
    pub name: Line<100>,
    /// What it is called in Chinese.
    pub name_zh: Option<Line<100>>,
    /// Whether opportunities are open, won or lost in it.
    pub kind: StageKind,
    /// How likely an opportunity in it is won.
    pub probability: Option<Share>,
    /// The class of customers that opportunities in it stand for.
    pub tier: Option<Tier>,
    /// How many visits each week are expected.
    pub visits_per_week: Option<i64>,
}

/// A pipeline that comes with the program.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PipelineTemplate {
    /// Its code.
    pub code: TemplateCode,
    /// What it is called in English.
    pub name: &'static str,
    /// What it is called in Chinese.
    pub name_zh: &'static str,
    /// Its stages, in order.
    pub stages: Vec<TemplateStage>,
}

/// Makes a pipeline of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "template": "project_sale", "name": "项目销售 华东" })))]
pub struct PipelineFromTemplate {
    /// The template.
    pub template: TemplateCode,
    /// What the pipeline is called.
    pub name: Line<200>,
}

/// The pipelines that come with the program.
///
/// # Errors
/// `forbidden` without the right to read pipelines.
pub fn templates(ctx: &Ctx) -> Result<Vec<PipelineTemplate>> {
    resource::require::<Pipeline>(ctx, Action::Read)?;
    TemplateCode::ALL.iter().map(|code| template(*code)).collect()
}

fn template(code: TemplateCode) -> Result<PipelineTemplate> {
    let stage = |stage: StageInput| TemplateStage {
        code: stage.code,
        name: stage.name,
        name_zh: stage.name_zh,
        kind: stage.kind,
        probability: stage.probability,
        tier: stage.tier,
        visits_per_week: stage.visits_per_week,
    };
    Ok(PipelineTemplate {
        code,
        name: code.label(Language::En),
        name_zh: code.label(Language::Zh),
        stages: stages(code)?.into_iter().map(stage).collect(),
    })
}

fn stages(code: TemplateCode) -> Result<Vec<StageInput>> {
    let rows = match code {
        TemplateCode::ProjectSale => PROJECT_SALE,
    };
    rows.iter().map(stage).collect()
}

fn stage(row: &Row) -> Result<StageInput> {
    let (code, name, name_zh, kind, probability, tier, days, visits, decided) = *row;
    let ours = |problem: guanxi_kernel::text::Refused| INTERNAL.problem().because(problem);
    let open = kind == StageKind::Open;
    Ok(StageInput {
        pipeline_id: Id::from(Uuid::nil()),
        code: Line::new(code).map_err(ours)?,
        name: Line::new(name).map_err(ours)?,
        name_zh: Some(Line::new(name_zh).map_err(ours)?),
        position: None,
        kind,
        probability: Some(probability.parse().map_err(|e| INTERNAL.problem().because(e))?),
        tier,
        expected_days: open.then_some(days),
        rotting_days: None,
        visits_per_week: open.then_some(visits),
        needs_approval: false,
        needs_decision_maker: decided,
    })
}

/// Makes a pipeline of a template, in use at once.
///
/// # Errors
/// `forbidden` without the rights to make pipelines and stages.
pub async fn from_template(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: PipelineFromTemplate,
) -> Result<Shown<Pipeline>> {
    resource::require::<Pipeline>(ctx, Action::Create)?;
    let input = PipelineInput {
        name: wish.name,
        currency: None,
        statuses: Vec::new(),
        is_default: false,
        active: false,
    };
    with_stages(tx, ctx, input, stages(wish.template)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_36_the_template_is_tracking_bidding_negotiation_signing() {
        let template = template(TemplateCode::ProjectSale).unwrap();
        let codes: Vec<&str> = template.stages.iter().map(|stage| &*stage.code).collect();
        assert_eq!(codes, ["tracking", "bidding", "negotiation", "signing", "won", "lost"]);
        let visits: Vec<_> = template.stages.iter().filter_map(|s| s.visits_per_week).collect();
        assert_eq!(visits, [1, 2, 3, 1]);
    }
}
