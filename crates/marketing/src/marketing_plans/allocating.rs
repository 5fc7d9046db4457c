//! How the budget of a plan is divided: as a preview, and kept.
//!
//! An allocation says what is meant for whom and binds nobody; campaigns keep their own lines, which the
//! plan as a whole has room for or not. What a medium or a code has brought is asked of the answers,
//! expenses and contracts that name it, a campaign is compared with finished ones of its sort, and a return
//! below zero weighs nothing. Versions are rows that are written once, with the figures that they rested
//! on. Price: a campaign may be planned beyond its part; `…/spending` shows that, nothing refuses it.

use super::{
    basis::{self, Window},
    model::{MARKETING_PLAN, MarketingPlan, MarketingPlanId},
    parts::{
        AllocatedBy, AllocatedOver, AllocationWeight, Candidate, MarketingPlanPart, Past, divide,
    },
    store::{self, Kept},
};
use crate::{
    campaigns::{CampaignState, Sight},
    problems::NOTHING_TO_DIVIDE_BY,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_customers::rules::{likely_date, refuse, repeated, today};
use guanxi_kernel::{
    Action, Ctx, Id, Money, Problem, Result, Text, UserId,
    actor::forbidden,
    problem::{INVALID, OUT_OF_RANGE, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Tx, resource};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Source codes that one budget is divided over at most.
const MOST: i64 = 2_000;

/// Allocations of a plan that are told, the last ones.
const TOLD: i64 = 200;

/// Days that are looked back on where nothing else is said.
const A_YEAR: u64 = 365;

/// How the budget of a plan is to be divided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "over": "media", "by": "response", "reason": "按去年反馈分配" })))]
pub struct AllocateMarketingPlan {
    /// Over what.
    pub over: AllocatedOver,
    /// By what.
    pub by: AllocatedBy,
    /// By hand: the weights, each campaign, medium or code once. Whatever is not named gets nothing.
    #[serde(default)]
    #[validate(length(max = 2_000))]
    #[schema(max_items = 2_000)]
    pub weights: Vec<AllocationWeight>,
    /// Otherwise: the first day of the time that is looked at; a year before the last when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub from: Option<NaiveDate>,
    /// The last day of that time; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub to: Option<NaiveDate>,
    /// Why; needed to keep it.
    #[serde(default)]
    pub reason: Option<Text<1000>>,
}

/// How the budget of a plan is divided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarketingPlanAllocation {
    /// The plan.
    pub marketing_plan_id: MarketingPlanId,
    /// Its number among those of the plan, counted from 1; null of a preview.
    #[schema(required)]
    pub number: Option<i64>,
    /// Over what.
    pub over: AllocatedOver,
    /// By what.
    pub by: AllocatedBy,
    /// The first day of the time that was looked at; null by hand.
    #[schema(required)]
    pub from: Option<NaiveDate>,
    /// The last day of that time; null by hand.
    #[schema(required)]
    pub to: Option<NaiveDate>,
    /// What was divided: the budget of the plan at that time.
    pub budget: Money,
    /// The parts, together exactly the budget.
    pub parts: Vec<MarketingPlanPart>,
    /// Why.
    #[schema(required)]
    pub reason: Option<String>,
    /// Who has divided it; null of a preview.
    #[schema(required)]
    pub made_by: Option<UserId>,
    /// When; null of a preview.
    #[schema(required)]
    pub made_at: Option<DateTime<Utc>>,
}

/// Refuses whoever may not see what plans may cost.
pub(super) fn require_budget(ctx: &Ctx) -> Result<()> {
    match ctx.actor.withheld(MARKETING_PLAN.plural).hidden.contains("budget") {
        true => Err(forbidden(MARKETING_PLAN.plural, Action::Read)),
        false => Ok(()),
    }
}

/// How the budget of a plan would be divided. Nothing is kept.
///
/// # Errors
/// `not_found`, `forbidden`, also without the right to the figures that it is divided by;
/// `nothing_to_divide_by`; `required`, `invalid`, `out_of_range`, `repeated`, `unknown_reference` in the body;
/// `no_exchange_rate`.
pub async fn preview(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MarketingPlanId,
    wish: &AllocateMarketingPlan,
) -> Result<MarketingPlanAllocation> {
    let plan: MarketingPlan = resource::load(tx, ctx, id.uuid()).await?;
    let mut found = work_out(tx, ctx, &plan, wish).await?;
    hide(&mut found.parts, found.by, Sight::of(ctx));
    Ok(found)
}

/// Divides the budget of a plan; from then on that is in force for what it is divided over.
///
/// # Errors
/// As [`preview`]; `marketing_plan_state` of a plan that has ended; `required` at `/reason`; and as any change.
pub async fn allocate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MarketingPlanId,
    wish: &AllocateMarketingPlan,
) -> Result<MarketingPlanAllocation> {
    let count = |one: &mut MarketingPlan| {
        if !one.state.is_open() {
            return Err(one.state.refusal());
        }
        one.allocations += 1;
        Ok(())
    };
    let plan = resource::change(tx, ctx, id.uuid(), "allocated", count).await?.record;
    let reason = wish.reason.as_ref().ok_or_else(|| REQUIRED.at("/reason"))?;
    let found = work_out(tx, ctx, &plan, wish).await?;
    let kept = Kept {
        number: plan.allocations,
        allocated_over: found.over,
        allocated_by: found.by,
        window_from: found.from,
        window_to: found.to,
        budget_minor: found.budget.minor(),
        parts: sqlx::types::Json(found.parts),
        reason: reason.to_string(),
        author_id: ctx.actor.user,
        made_at: ctx.now,
    };
    store::keep(tx, id, plan.currency().code(), &kept).await?;
    Ok(told(ctx, &plan, kept))
}

/// How the budget of a plan was ever divided, the last first; the last two hundred.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn allocations(
    tx: &mut Tx,
    ctx: &Ctx,
    id: MarketingPlanId,
) -> Result<Vec<MarketingPlanAllocation>> {
    let plan: MarketingPlan = resource::load(tx, ctx, id.uuid()).await?;
    require_budget(ctx)?;
    let kept = store::kept(tx, id, TOLD).await?;
    Ok(kept.into_iter().map(|one| told(ctx, &plan, one)).collect())
}

/// An allocation as somebody sees it.
fn told(ctx: &Ctx, plan: &MarketingPlan, kept: Kept) -> MarketingPlanAllocation {
    let mut parts = kept.parts.0;
    hide(&mut parts, kept.allocated_by, Sight::of(ctx));
    MarketingPlanAllocation {
        marketing_plan_id: plan.meta.id,
        number: Some(kept.number),
        over: kept.allocated_over,
        by: kept.allocated_by,
        from: kept.window_from,
        to: kept.window_to,
        budget: Money::new(kept.budget_minor, plan.currency()),
        parts,
        reason: Some(kept.reason),
        made_by: Some(kept.author_id),
        made_at: Some(kept.made_at),
    }
}

fn sees_margin(sight: Sight) -> bool {
    sight.margin && sight.contracts
}

/// Takes out figures that somebody may not see.
fn hide(parts: &mut [MarketingPlanPart], by: AllocatedBy, sight: Sight) {
    let whole = sight.cost && sees_margin(sight);
    for part in parts {
        part.cost = part.cost.filter(|_| sight.cost);
        part.margin = part.margin.filter(|_| sees_margin(sight));
        part.weight = part.weight.take().filter(|_| whole || by != AllocatedBy::Roi);
    }
}

/// Divides a budget, with all figures whoever may see them.
async fn work_out(
    tx: &mut Tx,
    ctx: &Ctx,
    plan: &MarketingPlan,
    wish: &AllocateMarketingPlan,
) -> Result<MarketingPlanAllocation> {
    require_budget(ctx)?;
    let sight = Sight::of(ctx);
    if wish.by == AllocatedBy::Roi && !(sight.cost && sees_margin(sight)) {
        return Err(forbidden("contracts", Action::Read));
    }
    let window = check(ctx, wish)?;
    let mut found = candidates(tx, plan, wish.over).await?;
    match window {
        None => by_hand(&mut found, wish)?,
        Some(window) => by_past(tx, ctx, (plan, wish), &mut found, window).await?,
    }
    let candidates = found.into_iter().map(|one| one.candidate).collect();
    let parts = divide(plan.input.budget, candidates, reason_against(wish.by))?;
    let (from, to) = window.unzip();
    Ok(MarketingPlanAllocation {
        marketing_plan_id: plan.meta.id,
        number: None,
        over: wish.over,
        by: wish.by,
        from,
        to,
        budget: plan.input.budget,
        parts,
        reason: wish.reason.as_ref().map(ToString::to_string),
        made_by: None,
        made_at: None,
    })
}

/// Where and why a budget cannot be divided without any weight above zero.
fn reason_against(by: AllocatedBy) -> (&'static str, &'static str) {
    match by {
        AllocatedBy::Manual => ("/weights", "no weight is above zero"),
        AllocatedBy::Response => ("/by", "nobody has answered in that time"),
        AllocatedBy::Roi => ("/by", "nothing has brought more than it cost in that time"),
    }
}

/// The time that is looked at; none by hand.
fn check(ctx: &Ctx, wish: &AllocateMarketingPlan) -> Result<Option<Window>> {
    Problem::collect(repeated(&wish.weights, "/weights", |one| one.id))?;
    if wish.by == AllocatedBy::Manual {
        let expected = ("expected", "no time, since weights are given by hand");
        return match (wish.from, wish.to) {
            (Some(_), _) => Err(refuse(&INVALID, "/from", expected)),
            (_, Some(_)) => Err(refuse(&INVALID, "/to", expected)),
            _ if wish.weights.is_empty() => Err(REQUIRED.at("/weights")),
            _ => Ok(None),
        };
    }
    if !wish.weights.is_empty() {
        return Err(refuse(&INVALID, "/weights", ("expected", "none but by hand")));
    }
    let to = wish.to.unwrap_or_else(|| today(ctx));
    let from = wish.from.or_else(|| to.checked_sub_days(Days::new(A_YEAR))).unwrap_or(to);
    match from <= to {
        true => Ok(Some((from, to))),
        false => Err(refuse(&OUT_OF_RANGE, "/from", ("expected", "not after to"))),
    }
}

/// Something that a part can be for, with its sort if it is a campaign.
struct Found {
    candidate: Candidate,
    kind: Option<String>,
}

impl Found {
    fn new(id: Uuid, name: String, kind: Option<String>) -> Self {
        Self { candidate: Candidate { id, name, weight: Decimal::ZERO, past: None }, kind }
    }
}

async fn candidates(tx: &mut Tx, plan: &MarketingPlan, over: AllocatedOver) -> Result<Vec<Found>> {
    let id = plan.meta.id;
    let bare = |(id, name)| Found::new(id, name, None);
    let found: Vec<Found> = match over {
        AllocatedOver::SourceCodes => {
            store::codes(tx, id, MOST).await?.into_iter().map(bare).collect()
        }
        AllocatedOver::Campaigns => {
            let all = store::campaigns(tx, id).await?.into_iter();
            let live = all.filter(|one| one.state != CampaignState::Cancelled);
            live.map(|one| Found::new(one.id.uuid(), one.name, one.kind)).collect()
        }
        AllocatedOver::Media => {
            let mut ids = BTreeSet::new();
            for one in store::campaigns(tx, id).await? {
                if one.state != CampaignState::Cancelled {
                    ids.extend(one.media_ids.0.iter().copied().map(Id::uuid));
                    let lines = one.budget_lines.0.iter();
                    ids.extend(lines.filter_map(|line| line.medium_id.map(Id::uuid)));
                }
            }
            let ids: Vec<Uuid> = ids.into_iter().collect();
            store::media(tx, &ids).await?.into_iter().map(bare).collect()
        }
    };
    if found.is_empty() {
        let why = "the campaigns of the plan have none";
        return Err(NOTHING_TO_DIVIDE_BY.at("/over").with("why", why));
    }
    Ok(found)
}

fn by_hand(found: &mut [Found], wish: &AllocateMarketingPlan) -> Result<()> {
    let places = found.iter().enumerate().map(|(at, one)| (one.candidate.id, at));
    let places: BTreeMap<Uuid, usize> = places.collect();
    for (at, given) in wish.weights.iter().enumerate() {
        let place = places.get(&given.id);
        let place = place.ok_or_else(|| UNKNOWN_REFERENCE.at(format!("/weights/{at}/id")))?;
        found[*place].candidate.weight = given.weight.to_decimal();
    }
    Ok(())
}

async fn by_past(
    tx: &mut Tx,
    ctx: &Ctx,
    (plan, wish): (&MarketingPlan, &AllocateMarketingPlan),
    found: &mut [Found],
    window: Window,
) -> Result<()> {
    let weight = |past: &Past| match wish.by {
        AllocatedBy::Roi => past.roi(),
        AllocatedBy::Manual | AllocatedBy::Response => past.response(),
    };
    if wish.over == AllocatedOver::Campaigns {
        let pasts = basis::of_kinds(tx, ctx, plan, window).await?;
        let zero = Money::zero(plan.currency());
        let none = Past { responders: 0, cost: zero, margin: zero, compared: Some(0) };
        for one in found {
            let past = pasts.get(&one.kind).copied().unwrap_or(none);
            (one.candidate.weight, one.candidate.past) = (weight(&past), Some(past));
        }
        return Ok(());
    }
    let ids: Vec<Uuid> = found.iter().map(|one| one.candidate.id).collect();
    let of = (plan.currency(), wish.over);
    let pasts = basis::of_keys(tx, ctx, of, &ids, window).await?;
    for one in found {
        let past = pasts.get(&one.candidate.id).copied();
        one.candidate.weight = past.as_ref().map_or(Decimal::ZERO, weight);
        one.candidate.past = past;
    }
    Ok(())
}
