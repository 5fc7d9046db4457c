//! Everybody on the list of a programme becomes a member of its campaigns.

use super::{
    life::ProgrammeState,
    model::{Programme, ProgrammeId},
    store,
};
use crate::{
    campaign_members::{self, CampaignMember},
    campaigns::{Campaign, CampaignId, CampaignState},
};
use guanxi_kernel::{Action, Ctx, Result, problem::REQUIRED};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Members that are added at once at most, over all campaigns; the same again adds the next.
const MOST: i64 = 5_000;

/// What came of addressing those on the list by one campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddressedCampaign {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// How many are members now and were none.
    pub added: i64,
    /// How many are none still: the campaign has ended, or only 5,000 are added at once.
    pub left: i64,
}

/// What came of addressing those on the list of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeAddressed {
    /// Each campaign, in the order of the programme.
    #[schema(max_items = 50)]
    pub campaigns: Vec<AddressedCampaign>,
}

/// Makes everybody on the list of a programme a member of each of its campaigns that has not ended; those whom the
/// caller may see, but for those whom the experiment of a campaign keeps out or whom it does not invite to its event.
/// Again it adds none but those who have come to the list since.
///
/// # Errors
/// `not_found`, `forbidden`; `programme_state` once it has ended; `required` without a list; `cap_reached`.
pub async fn address(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<ProgrammeAddressed> {
    resource::require::<Programme>(ctx, Action::Update)?;
    let programme: Programme = resource::load(tx, ctx, id.uuid()).await?;
    resource::require::<CampaignMember>(ctx, Action::Create)?;
    if matches!(programme.state, ProgrammeState::Finished | ProgrammeState::Cancelled) {
        return Err(programme.state.refusal());
    }
    let contacts = programme.contacts(tx, ctx).await?.ok_or_else(|| REQUIRED.at("/segment_id"))?;
    let contacts = campaign_members::seen(ctx, contacts)?;
    let (mut campaigns, mut room) = (Vec::new(), MOST);
    for campaign_id in programme.input.campaign_ids() {
        let campaign: Campaign = resource::load(tx, ctx, campaign_id.uuid()).await?;
        let ended = matches!(campaign.state, CampaignState::Finished | CampaignState::Cancelled);
        let most = if ended { 0 } else { room };
        let open = campaign_members::not_kept_out(tx, ctx, &campaign, &contacts).await?;
        let (ids, count) = store::not_members(tx, campaign_id, &open, most).await?;
        let added = campaign_members::add(tx, ctx, campaign_id, ids).await?;
        room -= added;
        campaigns.push(AddressedCampaign { campaign_id, added, left: count - added });
    }
    Ok(ProgrammeAddressed { campaigns })
}
