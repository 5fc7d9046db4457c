//! Lists that are made once: of a statement, of parties that are known, of the answers to a campaign.

use super::{
    model::{
        CampaignRespondents, ReportCell, RespondentChoice, Segment, SegmentFromResponses,
        SegmentInput, SegmentKind,
    },
    store,
};
use crate::{
    campaign_members::CAMPAIGN_MEMBER, campaigns::Campaign, population::Population,
    responses::RESPONSE,
};
use guanxi_customers::{merges::Pair, parties::PARTY, rules::refuse};
use guanxi_kernel::{Action, Ctx, Line, Result, Text, problem::OUT_OF_RANGE};
use guanxi_storage::{
    Meta, Tx,
    filter::condition::Ids,
    kind::Parts as _,
    resource::{self, Shown},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Customers of a campaign of whose answers a list is made at most.
const MOST: usize = 200_000;

/// A list that has nobody yet.
fn empty(ctx: &Ctx, name: Line<200>, population: Population, note: Option<Text<2000>>) -> Segment {
    let owner_id = Some(ctx.actor.user);
    let input = SegmentInput { name, population, rule: None, owner_id, note };
    let mut segment = Segment::assemble(Meta::new(ctx), input);
    segment.kind = SegmentKind::List;
    segment
}

/// Makes a list of parties that a statement selects, in the name of the caller; `model` is the one whose
/// scores they were selected by, if they were.
///
/// # Errors
/// `forbidden` without the right to make segments.
pub async fn list_of(
    tx: &mut Tx,
    ctx: &Ctx,
    name: Line<200>,
    population: Population,
    model: Option<Uuid>,
    ids: &Ids,
) -> Result<Shown<Segment>> {
    resource::require::<Segment>(ctx, Action::Create)?;
    let mut segment = empty(ctx, name, population, None);
    let id = segment.meta.id;
    segment.model_id = model;
    segment.size = Some(store::count_ids(tx, ids).await?);
    let shown = resource::insert(tx, ctx, segment, "extracted").await?;
    store::fill(tx, id, ids).await?;
    Ok(shown)
}

/// A list of parties that are known, and of what it was made.
#[derive(Debug, Clone)]
pub struct PartyList {
    /// What it is called.
    pub name: Line<200>,
    /// What it is for.
    pub note: Option<Text<2000>>,
    /// The cell of a report that it was made of.
    pub from_report: Option<ReportCell>,
    /// The answers that it was made of.
    pub from_responses: Option<CampaignRespondents>,
}

/// Makes a list of these parties, in the name of the caller, whatever their roles are. They must be [`seen`].
///
/// # Errors
/// `forbidden` without the right to make segments.
pub async fn list_of_parties(
    tx: &mut Tx,
    ctx: &Ctx,
    list: PartyList,
    parties: &BTreeSet<Uuid>,
) -> Result<Shown<Segment>> {
    resource::require::<Segment>(ctx, Action::Create)?;
    let mut segment = empty(ctx, list.name, Population::Everybody, list.note);
    let id = segment.meta.id;
    (segment.from_report, segment.from_responses) = (list.from_report, list.from_responses);
    segment.size = i64::try_from(parties.len()).ok();
    let shown = resource::insert(tx, ctx, segment, "extracted").await?;
    store::fill_with(tx, id, parties).await?;
    Ok(shown)
}

/// Those of these parties that are there and that the caller may see.
///
/// # Errors
/// `forbidden` without the right to read parties.
pub async fn seen(tx: &mut Tx, ctx: &Ctx, parties: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    store::seen(tx, ctx, parties).await
}

/// Makes a list of the customers of a campaign who have answered, who have not, or of both: of its members, and of those
/// who have answered unasked, as far as the caller may see them.
///
/// # Errors
/// `not_found`, `forbidden`; `out_of_range` for more than 200,000 customers.
pub async fn from_responses(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: SegmentFromResponses,
) -> Result<Shown<Segment>> {
    resource::require::<Segment>(ctx, Action::Create)?;
    for kind in [&CAMPAIGN_MEMBER, &RESPONSE] {
        ctx.require(kind.plural, Action::Read)?;
    }
    let campaign: Campaign = resource::load(tx, ctx, wish.campaign_id.uuid()).await?;
    let customers = store::respondents(tx, ctx, campaign.meta.id, MOST + 1).await?;
    if customers.len() > MOST {
        let expected = "a campaign of at most 200,000 customers";
        return Err(refuse(&OUT_OF_RANGE, "/campaign_id", ("expected", expected)));
    }
    let (told, parties) = chosen(ctx, &wish, &customers);
    let list = PartyList {
        name: wish.name,
        note: wish.note,
        from_report: None,
        from_responses: Some(told),
    };
    list_of_parties(tx, ctx, list, &parties).await
}

/// Lists follow two parties that have become one: the survivor is in each list that either was in, once.
///
/// # Errors
/// Those of the store.
pub(crate) async fn merged(tx: &mut Tx, pair: Pair) -> Result<()> {
    if std::ptr::eq(pair.kind, &PARTY) { store::inherit(tx, pair.survivor).await } else { Ok(()) }
}

/// Lists follow two parties that were parted: the merged one is where it was, and the survivor only where it was itself,
/// or where another one was that is still part of it.
///
/// # Errors
/// Those of the store.
pub(crate) async fn parted(tx: &mut Tx, pair: Pair) -> Result<()> {
    if !std::ptr::eq(pair.kind, &PARTY) {
        return Ok(());
    }
    store::give_back(tx, pair.survivor, pair.merge.uuid()).await?;
    store::inherit(tx, pair.survivor).await
}

/// The figures of a campaign with these customers, and those whom the list has.
fn chosen(
    ctx: &Ctx,
    wish: &SegmentFromResponses,
    customers: &[store::Respondent],
) -> (CampaignRespondents, BTreeSet<Uuid>) {
    let mut told = CampaignRespondents {
        campaign_id: wish.campaign_id,
        choice: wish.choice,
        members: 0,
        responders: 0,
        unasked: 0,
        non_responders: 0,
        as_of: ctx.now,
    };
    let mut parties = BTreeSet::new();
    for one in customers {
        told.members += i64::from(one.is_member);
        told.responders += i64::from(one.has_answered);
        told.unasked += i64::from(one.has_answered && !one.is_member);
        told.non_responders += i64::from(!one.has_answered);
        let is_in = match wish.choice {
            RespondentChoice::Responders => one.has_answered,
            RespondentChoice::NonResponders => !one.has_answered,
            RespondentChoice::Both => true,
        };
        if is_in {
            parties.insert(one.party);
        }
    }
    (told, parties)
}
