//! What campaigns of a template must say: before they are handed in, and before they enter a step.

use super::model::CampaignTemplate;
use crate::campaigns::Campaign;
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{NOT_FOUND, REQUIRED},
};
use guanxi_storage::{Tx, resource};

guanxi_kernel::words! {
    /// What a campaign can be wanted to say.
    pub enum CampaignField {
        /// Its plan.
        MarketingPlan = "marketing_plan_id" ("Marketing plan", "营销计划"),
        /// Its sort.
        Kind = "kind" ("Kind", "活动类型"),
        /// Its regions.
        Regions = "region_ids" ("Regions", "目标区域"),
        /// Its industries.
        Industries = "industries" ("Industries", "目标行业"),
        /// Its products.
        Products = "product_ids" ("Products", "推广产品"),
        /// Its media.
        Media = "media_ids" ("Media", "媒介"),
        /// By which channels people can answer.
        ReplyChannels = "reply_channels" ("Reply channels", "反馈渠道"),
        /// What it sets out to reach.
        Objectives = "objectives" ("Objectives", "目标"),
        /// What may be spent on what.
        BudgetLines = "budget_lines" ("Budget lines", "预算明细"),
        /// How many can take part.
        MaxInvitees = "max_invitees" ("Places", "邀请上限"),
        /// What follows when somebody answers.
        FollowUp = "follow_up" ("Follow-up", "反馈跟进策略"),
        /// What else is worth knowing.
        Note = "note" ("Note", "备注"),
    }
}

impl CampaignField {
    /// Whether a campaign says it.
    pub(crate) fn is_filled(self, campaign: &Campaign) -> bool {
        let input = &campaign.input;
        match self {
            Self::MarketingPlan => input.marketing_plan_id.is_some(),
            Self::Kind => input.kind.is_some(),
            Self::Regions => !input.region_ids.is_empty(),
            Self::Industries => !input.industries.is_empty(),
            Self::Products => !input.product_ids.is_empty(),
            Self::Media => !input.media_ids.is_empty(),
            Self::ReplyChannels => !input.reply_channels.is_empty(),
            Self::Objectives => !input.objectives.is_empty(),
            Self::BudgetLines => !input.budget_lines.is_empty(),
            Self::MaxInvitees => input.max_invitees.is_some(),
            Self::FollowUp => input.follow_up.is_some(),
            Self::Note => input.note.is_some(),
        }
    }
}

/// Refuses to hand in a campaign that does not say what its template wants; nothing where the template is
/// gone.
///
/// # Errors
/// `required` at each member that is missing.
pub(crate) async fn check_required(tx: &mut Tx, ctx: &Ctx, campaign: &Campaign) -> Result<()> {
    let Some(id) = campaign.template_id else { return Ok(()) };
    // Whoever hands the campaign in need not see the template.
    let found = resource::load::<CampaignTemplate>(tx, &ctx.on_behalf(), id).await;
    let template = match found {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(()),
        found => found?,
    };
    let missing = template.input.required.iter().filter(|one| !one.is_filled(campaign));
    Problem::collect(missing.map(|one| REQUIRED.field(format!("/{one}"))).collect())
}
