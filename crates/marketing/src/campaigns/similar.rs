//! Campaigns that have ended and are most like another one, with what came of them.

use super::{
    figures::Figures,
    model::{CAMPAIGN, Campaign, CampaignId},
    outcome::CampaignOutcome,
    sight::Sight,
};
use chrono::NaiveDate;
use guanxi_customers::regions::RegionId;
use guanxi_kernel::{Ctx, Currency, Line, Money, Result};
use guanxi_storage::{Tx, resource, sql};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use sqlx::types::Json;
use std::{cmp::Reverse, collections::BTreeSet};
use utoipa::ToSchema;

/// Campaigns that are looked at, the last that have ended.
const MOST: i64 = 500;

/// Campaigns that are told.
const TOLD: usize = 20;

/// What the same sort counts, in tenths; regions, industries and budget count [`OTHERS`] each.
const KIND: i64 = 4;
const OTHERS: i64 = 2;

/// A campaign that has ended, and how much it is like another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SimilarCampaign {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// What it is called.
    pub name: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// How much it is like the other one, from 0.0000 to 1.0000.
    pub similarity: String,
    /// What came of it, as it was when it was finished.
    pub outcome: CampaignOutcome,
}

/// What campaigns are compared by; nothing of what somebody may not see.
#[derive(Debug, Clone, Default)]
struct Traits {
    kind: Option<Option<String>>,
    regions: Option<BTreeSet<RegionId>>,
    industries: Option<BTreeSet<String>>,
    budget: Option<Money>,
}

/// What two have in common of what either has; all of it where neither has any.
fn overlap<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> Decimal {
    match one.union(other).count() {
        0 => Decimal::ONE,
        all => Decimal::from(one.intersection(other).count()) / Decimal::from(all),
    }
}

/// The lesser budget by the greater; nothing between currencies.
fn closeness(one: Money, other: Money) -> Decimal {
    if one.currency() != other.currency() {
        return Decimal::ZERO;
    }
    let (lesser, greater) = (one.minor().min(other.minor()), one.minor().max(other.minor()));
    Decimal::from(lesser).checked_div(Decimal::from(greater)).unwrap_or(Decimal::ONE)
}

impl Traits {
    /// How much two are alike: 0.4 for the same sort, and of 0.2 each as much of their regions and of their industries
    /// as they have in common, and the lesser budget by the greater; rounded half-even to four decimals.
    fn likeness(&self, other: &Self) -> Decimal {
        let kind = self.kind.as_ref().zip(other.kind.as_ref());
        let kind = kind.is_some_and(|(one, other)| one == other);
        let regions = self.regions.as_ref().zip(other.regions.as_ref());
        let industries = self.industries.as_ref().zip(other.industries.as_ref());
        let others = [
            regions.map(|(one, other)| overlap(one, other)),
            industries.map(|(one, other)| overlap(one, other)),
            self.budget.zip(other.budget).map(|(one, other)| closeness(one, other)),
        ];
        let others: Decimal = others.into_iter().flatten().sum();
        let tenths = Decimal::from(if kind { KIND } else { 0 }) + others * Decimal::from(OTHERS);
        let exact = tenths / Decimal::TEN;
        exact.round_dp_with_strategy(4, RoundingStrategy::MidpointNearestEven)
    }
}

/// A campaign that has ended, as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
struct Ended {
    id: CampaignId,
    name: String,
    kind: Option<String>,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    region_ids: Json<Vec<RegionId>>,
    industries: Json<Vec<Line<60>>>,
    budget_minor: Option<i64>,
    budget_currency: Option<Currency>,
    figures: Json<Figures>,
}

/// What is told of a campaign.
type Rest = (CampaignId, String, NaiveDate, NaiveDate, Figures);

/// The campaigns that have ended and are most like this one, the most first; of equal ones the last that has ended.
/// Twenty of the last five hundred are told.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn similar(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<Vec<SimilarCampaign>> {
    let campaign: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    let sql = sql!(
        "SELECT t.id, t.name, t.kind, t.starts_on, t.ends_on, t.region_ids, t.industries, t.budget_minor,
             t.budget_currency, o.figures
         FROM campaign_outcomes o
         JOIN campaigns t ON t.tenant_id = o.tenant_id AND t.id = o.campaign_id
         WHERE o.tenant_id = $1 AND t.deleted_at IS NULL AND t.id <> $2
         ORDER BY o.frozen_at DESC, o.campaign_id LIMIT $3",
        id,
        MOST
    );
    let ended = tx.all::<Ended>(sql).await?;
    let hidden = ctx.actor.withheld(CAMPAIGN.plural).hidden;
    let sees = |field: &str| !hidden.contains(field);
    let traits = |kind: Option<String>,
                  regions: Vec<RegionId>,
                  industries: Vec<Line<60>>,
                  budget: Option<Money>| Traits {
        kind: sees("kind").then_some(kind),
        regions: sees("region_ids").then(|| regions.into_iter().collect()),
        industries: sees("industries")
            .then(|| industries.iter().map(ToString::to_string).collect()),
        budget: budget.filter(|_| sees("budget")),
    };
    let input = campaign.input;
    let kind = input.kind.map(|kind| kind.to_string());
    let wanted = traits(kind, input.region_ids, input.industries, campaign.budget);
    let mut ranked = Vec::with_capacity(ended.len());
    for one in ended {
        let budget = one.budget_minor.zip(one.budget_currency);
        let budget = budget.map(|(minor, currency)| Money::new(minor, currency));
        let known = traits(one.kind, one.region_ids.0, one.industries.0, budget);
        let rest = (one.id, one.name, one.starts_on, one.ends_on, one.figures.0);
        ranked.push((wanted.likeness(&known), rest));
    }
    // Those that are alike stay in their order.
    ranked.sort_by_key(|(likeness, _)| Reverse(*likeness));
    let sight = Sight::of(ctx);
    let told = |(likeness, rest): (Decimal, Rest)| -> Result<SimilarCampaign> {
        let (campaign_id, name, starts_on, ends_on, figures) = rest;
        let outcome = CampaignOutcome::of(&figures, sight)?;
        let similarity = format!("{likeness:.4}");
        Ok(SimilarCampaign { campaign_id, name, starts_on, ends_on, similarity, outcome })
    };
    ranked.into_iter().take(TOLD).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Id;
    use uuid::Uuid;

    fn of(kind: &str, regions: &[u128], industries: &[&str], yuan: i64) -> Traits {
        Traits {
            kind: Some(Some(kind.to_owned())),
            regions: Some(regions.iter().map(|one| Id::from(Uuid::from_u128(*one))).collect()),
            industries: Some(industries.iter().map(ToString::to_string).collect()),
            budget: Some(Money::new(yuan * 100, Currency::CNY)),
        }
    }

    #[test]
    fn m_47_sort_regions_industries_and_budget_count() {
        let one = of("exhibition", &[1, 2], &["软件"], 20_000);
        let likeness = |other: &Traits| one.likeness(other).to_string();
        assert_eq!(one.likeness(&one), Decimal::ONE);
        // 0.4 + 0.2 × 1/3 + 0.2 × 1 + 0.2 × 1/2
        assert_eq!(likeness(&of("exhibition", &[2, 3], &["软件"], 10_000)), "0.7667");
        assert_eq!(one.likeness(&of("seminar", &[], &[], 0)), Decimal::ZERO);
        let dollars = Money::new(2_000_000, "USD".parse().unwrap());
        let abroad = Traits { budget: Some(dollars), ..one.clone() };
        assert_eq!(one.likeness(&abroad), Decimal::new(8, 1));
    }

    #[test]
    fn m_47_nothing_is_alike_where_there_is_nothing() {
        let bare = of("seminar", &[], &[], 0);
        assert_eq!(bare.likeness(&bare), Decimal::ONE);
        // What somebody may not see counts for nothing.
        assert_eq!(Traits::default().likeness(&bare), Decimal::ZERO);
    }
}
