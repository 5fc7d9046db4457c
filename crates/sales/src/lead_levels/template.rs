//! The levels that come with the program. Their codes are the same in every language.

use super::{LeadLevel, LeadLevelInput};
use guanxi_kernel::{Action, Ctx, Line, Result, problem::INTERNAL};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Levels that come with the program.
    pub enum LeadLevelTemplateCode {
        /// H, A, B and C: within a week, a fortnight, a month, a quarter.
        Habc = "habc" ("H, A, B, C", "H、A、B、C 级"),
    }
}

/// A level as a template has it: code, name, name in Chinese, days to the purchase, days between visits.
type Row = (&'static str, &'static str, &'static str, i64, i64);

/// Days to the purchase are the usual ones of the trade; the cycles make two to six visits of them.
const HABC: &[Row] = &[
    ("H", "Hot", "H级(热切)", 7, 2),
    ("A", "Warm", "A级(积极)", 15, 4),
    ("B", "Interested", "B级(有意向)", 30, 7),
    ("C", "Watching", "C级(观望)", 90, 15),
];

/// Makes the levels of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "template": "habc" })))]
pub struct LeadLevelsFromTemplate {
    /// The template.
    pub template: LeadLevelTemplateCode,
}

fn levels(code: LeadLevelTemplateCode) -> Result<Vec<LeadLevelInput>> {
    let rows = match code {
        LeadLevelTemplateCode::Habc => HABC,
    };
    let ours = |problem: guanxi_kernel::text::Refused| INTERNAL.problem().because(problem);
    let level = |(code, name, name_zh, within, cycle): &Row| {
        Ok(LeadLevelInput {
            code: Line::new(code).map_err(ours)?,
            name: Line::new(name).map_err(ours)?,
            name_zh: Some(Line::new(name_zh).map_err(ours)?),
            position: None,
            expected_within_days: Some(*within),
            visit_cycle_days: *cycle,
            // C is the lowest of them, and the card is compulsory from C upward.
            card_required: true,
            active: true,
        })
    };
    rows.iter().map(level).collect()
}

/// Makes the levels of a template, behind those that are there.
///
/// # Errors
/// `forbidden` without the right to make levels; `duplicate` for a code that is there already.
pub async fn from_template(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: &LeadLevelsFromTemplate,
) -> Result<Vec<Shown<LeadLevel>>> {
    resource::require::<LeadLevel>(ctx, Action::Create)?;
    let mut made = Vec::new();
    for level in levels(wish.template)? {
        made.push(resource::create::<LeadLevel>(tx, ctx, level).await?);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_10_the_template_is_h_a_b_c() {
        let levels = levels(LeadLevelTemplateCode::Habc).unwrap();
        let codes: Vec<&str> = levels.iter().map(|level| &*level.code).collect();
        assert_eq!(codes, ["H", "A", "B", "C"]);
        let cycles: Vec<i64> = levels.iter().map(|level| level.visit_cycle_days).collect();
        assert_eq!(cycles, [2, 4, 7, 15]);
        let fits =
            |level: &LeadLevelInput| level.expected_within_days >= Some(level.visit_cycle_days);
        assert!(levels.iter().all(fits));
    }
}
