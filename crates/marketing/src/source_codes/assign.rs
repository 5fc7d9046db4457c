//! Which member of a campaign is addressed by which code: written for all members at once.

use super::{SourceCode, SourceCodeId, store};
use crate::{
    campaigns::{Campaign, CampaignId},
    problems::{CODE_OF_OTHER_CAMPAIGN, NO_SOURCE_CODE},
};
use guanxi_customers::rules::repeated;
use guanxi_kernel::{Action, Ctx, Problem, Result, actor::forbidden, problem::UNKNOWN_REFERENCE};
use guanxi_storage::{Resource as _, Tx, resource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Addresses each member of a campaign who has no code yet by one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "source_code_ids": ["01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"] })))]
pub struct AssignSourceCodes {
    /// The codes, which belong to the campaign, each once. Members get them in turn, so that no code has
    /// more than one new member more than another.
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub source_code_ids: Vec<SourceCodeId>,
}

/// How many members are addressed by a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceCodeAssigned {
    /// The source code.
    pub source_code_id: SourceCodeId,
    /// Its text.
    pub code: String,
    /// How many members are addressed by it now.
    pub members: i64,
}

/// What came of assigning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceCodesAssigned {
    /// How many members have a code now who had none.
    pub assigned: u64,
    /// Each code, in the order of their texts.
    pub codes: Vec<SourceCodeAssigned>,
}

/// Addresses each member of a campaign who has no code yet by one of these, in turn. The codes tell how
/// many they are, so that what was assigned is one event of each code, however many the members are.
///
/// # Errors
/// `not_found`, `forbidden`; `no_source_code`; `repeated`; `unknown_reference` for a code that is not in
/// use; `code_of_other_campaign`.
pub async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    campaign: CampaignId,
    wish: &AssignSourceCodes,
) -> Result<SourceCodesAssigned> {
    resource::load::<Campaign>(tx, ctx, campaign.uuid()).await?;
    if !resource::may(tx, ctx, Campaign::kind(), Action::Update, campaign.uuid()).await? {
        return Err(forbidden(Campaign::kind().plural, Action::Update));
    }
    Problem::collect(repeated(&wish.source_code_ids, "/source_code_ids", |id| *id))?;
    if wish.source_code_ids.is_empty() {
        return Err(NO_SOURCE_CODE.at("/source_code_ids"));
    }
    let codes = store::in_use_by_id(tx, &wish.source_code_ids).await?;
    for (at, id) in wish.source_code_ids.iter().enumerate() {
        let place = format!("/source_code_ids/{at}");
        match codes.iter().find(|code| code.id == *id) {
            None => return Err(UNKNOWN_REFERENCE.at(place)),
            Some(code) if code.campaign_id != Some(campaign) => {
                return Err(CODE_OF_OTHER_CAMPAIGN.at(place));
            }
            Some(_) => {}
        }
    }
    let ids: Vec<SourceCodeId> = codes.iter().map(|code| code.id).collect();
    let assigned = store::assign(tx, ctx, campaign, &ids).await?;
    let counts = store::assigned(tx, &ids).await?;
    let mut shown = Vec::with_capacity(codes.len());
    for code in codes {
        let members = counts.iter().find(|(id, _)| *id == code.id).map_or(0, |(_, count)| *count);
        let take = |one: &mut SourceCode| {
            one.assigned = members;
            Ok(())
        };
        resource::change(tx, &ctx.on_behalf(), code.id.uuid(), "assigned", take).await?;
        shown.push(SourceCodeAssigned { source_code_id: code.id, code: code.code, members });
    }
    Ok(SourceCodesAssigned { assigned, codes: shown })
}
