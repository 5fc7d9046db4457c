//! A budget divided over customers by what they contribute or have bought. Nothing is kept.
//!
//! It rests on the report on what customers contribute, with the rights that this wants; what comes of it
//! is kept where money is planned. Price: it cannot be looked up later.

use crate::{
    labels::labels,
    report::figures,
    reports::customer_contribution::{ContributionRow, CustomerContribution},
};
use chrono::NaiveDate;
use guanxi_customers::parties::{PARTY, PartyId};
use guanxi_kernel::{
    Ctx, Currency, Money, Problem, Result,
    problem::{FieldError, INVALID, OUT_OF_RANGE, REPEATED, UNKNOWN_REFERENCE},
    ratio::Ratio,
    split::{SplitError, allocate_within},
};
use guanxi_marketing::problems::NOTHING_TO_DIVIDE_BY;
use guanxi_storage::Tx;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// By what a budget is divided over customers.
    #[derive(Default)]
    pub enum ResourceBasis {
        /// By what they contribute.
        #[default]
        Contribution = "contribution" ("Contribution", "贡献额"),
        /// By what they have bought.
        Revenue = "revenue" ("Revenue", "收入"),
    }
}

/// A customer with limits of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceLimit {
    /// The customer.
    pub party_id: PartyId,
    /// The least that it gets; that of all when absent.
    #[serde(default)]
    pub floor: Option<Money>,
    /// The most that it gets; that of all when absent.
    #[serde(default)]
    pub cap: Option<Money>,
}

/// Divides a budget over customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "budget": { "amount": "100000.00", "currency": "CNY" }, "by": "contribution",
    "floor": { "amount": "1000.00", "currency": "CNY" } })))]
pub struct AllocateResources {
    /// What is divided, above 0; all other amounts are in its currency.
    pub budget: Money,
    /// By what. What is below 0 counts as nothing.
    #[serde(default)]
    pub by: ResourceBasis,
    /// From which day on it counts; a year before `to` when absent.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Up to which day; today when absent.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// The least that each gets; nothing when absent.
    #[serde(default)]
    pub floor: Option<Money>,
    /// The most that each gets; as much as there is when absent.
    #[serde(default)]
    pub cap: Option<Money>,
    /// Over which customers, each once; over those with the highest figure when there are none.
    #[serde(default)]
    #[validate(length(max = 500), nested)]
    #[schema(max_items = 500)]
    pub parties: Vec<ResourceLimit>,
    /// Over how many at most, where none are named; 100 when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 500))]
    #[schema(minimum = 1, maximum = 500)]
    pub most: Option<i64>,
}

/// What a customer gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResourceShare {
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// What it contributes, or has bought; below 0 too.
    pub score: Money,
    /// The least that it may get.
    pub floor: Money,
    /// The most that it may get.
    pub cap: Money,
    /// What it gets.
    pub allocated: Money,
    /// That, of the whole budget.
    pub share: Ratio,
}

/// A budget divided over customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResourceAllocation {
    /// What was divided.
    pub budget: Money,
    /// By what.
    pub by: ResourceBasis,
    /// The first day that counts.
    pub from: NaiveDate,
    /// The last one.
    pub to: NaiveDate,
    /// The sum of what they get, which is the budget.
    pub allocated: Money,
    /// What each gets, the most first.
    pub data: Vec<ResourceShare>,
}

/// Customers when nothing is said.
const USUAL: i64 = 100;

/// A customer that gets something.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    party: Uuid,
    score: Money,
    bounds: RangeInclusive<i64>,
}

/// The limit in minor units.
///
/// # Errors
/// A finding at `pointer` for an amount below 0 or in another currency.
fn minor(
    amount: Option<Money>,
    otherwise: i64,
    budget: Money,
    pointer: &str,
) -> Result<i64, FieldError> {
    let Some(amount) = amount else { return Ok(otherwise) };
    if amount.currency() != budget.currency() {
        let expected = format!("an amount in {}", budget.currency());
        return Err(INVALID.field(pointer).with("expected", expected));
    }
    if amount.minor() < 0 {
        return Err(OUT_OF_RANGE.field(pointer).with("expected", "an amount of 0 or more"));
    }
    Ok(amount.minor())
}

/// The least and the most that somebody gets, in the smallest unit.
type Limits = RangeInclusive<i64>;

impl AllocateResources {
    /// The limits of all, and of those that are named.
    ///
    /// # Errors
    /// `validation_failed` with every finding.
    fn limits(&self) -> Result<(Limits, BTreeMap<Uuid, Limits>)> {
        let mut findings = Vec::new();
        let budget = self.budget;
        if budget.minor() <= 0 {
            findings.push(OUT_OF_RANGE.field("/budget").with("expected", "an amount above 0"));
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            findings.push(OUT_OF_RANGE.field("/to").with("expected", "not before from"));
        }
        let mut bounds = |floor, cap, otherwise: &RangeInclusive<i64>, place: &str| {
            let mut one = |amount, otherwise, member: &str| {
                let found = minor(amount, otherwise, budget, &format!("{place}/{member}"));
                found.unwrap_or_else(|finding| {
                    findings.push(finding);
                    otherwise
                })
            };
            let (floor, cap) =
                (one(floor, *otherwise.start(), "floor"), one(cap, *otherwise.end(), "cap"));
            if floor > cap {
                let expected = "not below the floor";
                findings
                    .push(OUT_OF_RANGE.field(format!("{place}/cap")).with("expected", expected));
            }
            floor..=cap
        };
        let all = bounds(self.floor, self.cap, &(0..=budget.minor().max(0)), "");
        let (mut own, mut again) = (BTreeMap::new(), Vec::new());
        for (at, one) in self.parties.iter().enumerate() {
            let place = format!("/parties/{at}");
            let bounds = bounds(one.floor, one.cap, &all, &place);
            if own.insert(one.party_id.uuid(), bounds).is_some() {
                again.push(REPEATED.field(format!("{place}/party_id")));
            }
        }
        findings.extend(again);
        Problem::collect(findings)?;
        Ok((all, own))
    }
}

/// Divides a budget exactly, each part within its limits.
///
/// # Errors
/// `nothing_to_divide_by` where nobody has a figure above 0; `validation_failed` where the limits leave no
/// way to divide it.
fn divided(budget: Money, parts: &[Part]) -> Result<Vec<i64>> {
    let weights: Vec<i64> = parts.iter().map(|part| part.score.minor().max(0)).collect();
    let bounds: Vec<RangeInclusive<i64>> = parts.iter().map(|part| part.bounds.clone()).collect();
    allocate_within(budget.minor(), &weights, &bounds).map_err(|error| match error {
        SplitError::NoBasis => {
            NOTHING_TO_DIVIDE_BY.with("why", "nobody has a figure above 0 to divide it by")
        }
        other => {
            let sum = |of: fn(&RangeInclusive<i64>) -> i64| {
                bounds.iter().map(|bound| i128::from(of(bound))).sum::<i128>()
            };
            let (least, most) = (sum(|bound| *bound.start()), sum(|bound| *bound.end()));
            let expected = format!("from {least} to {most} in minor units, by floors and caps");
            OUT_OF_RANGE.at("/budget").with("expected", expected).because(other)
        }
    })
}

/// What is asked of the report that the figures are of.
fn query(wish: &AllocateResources) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("currency".to_owned(), wish.budget.currency().to_string()),
        ("limit".to_owned(), "10000".to_owned()),
    ];
    let days = [("from", wish.from), ("to", wish.to)];
    let days = days.into_iter().filter_map(|(name, day)| Some((name.to_owned(), day?.to_string())));
    pairs.extend(days);
    pairs
}

fn score(by: ResourceBasis, row: &ContributionRow) -> Money {
    match by {
        ResourceBasis::Contribution => row.contribution,
        ResourceBasis::Revenue => row.revenue,
    }
}

/// Divides a budget over customers by what they contribute or have bought, to the last unit. Nothing is kept.
///
/// # Errors
/// `forbidden` as the report `customer-contribution`; `validation_failed`, `unknown_reference`,
/// `nothing_to_divide_by`.
pub async fn allocate(
    tx: &mut Tx,
    ctx: &Ctx,
    wish: &AllocateResources,
) -> Result<ResourceAllocation> {
    let (all, own) = wish.limits()?;
    let (asked, made) = figures::<CustomerContribution>(tx, ctx, &query(wish)).await?;
    let currency: Currency = wish.budget.currency();
    let mut parts: Vec<Part> = Vec::new();
    if own.is_empty() {
        let most = usize::try_from(wish.most.unwrap_or(USUAL)).unwrap_or_default();
        let mut rows = made.rows;
        rows.sort_by_key(|row| (-i128::from(score(wish.by, row).minor()), row.party_id));
        rows.truncate(most);
        parts.extend(rows.iter().map(|row| Part {
            party: row.party_id,
            score: score(wish.by, row),
            bounds: all.clone(),
        }));
    } else {
        require_visible(tx, ctx, wish).await?;
        let known: BTreeMap<Uuid, Money> =
            made.rows.iter().map(|row| (row.party_id, score(wish.by, row))).collect();
        for (party, bounds) in own {
            let score = known.get(&party).copied().unwrap_or_else(|| Money::zero(currency));
            parts.push(Part { party, score, bounds });
        }
    }
    let shares = divided(wish.budget, &parts)?;
    let names = labels(tx, ctx, &asked, &PARTY, parts.iter().map(|part| part.party)).await?;
    let money = |minor: i64| Money::new(minor, currency);
    let share = |(part, minor): (Part, i64)| ResourceShare {
        party_id: part.party,
        party: names.get(&part.party).cloned(),
        score: part.score,
        floor: money(*part.bounds.start()),
        cap: money(*part.bounds.end()),
        allocated: money(minor),
        share: Ratio::new(money(minor).to_decimal(), wish.budget.to_decimal()),
    };
    let sum = shares.iter().sum();
    let mut data: Vec<ResourceShare> = parts.into_iter().zip(shares).map(share).collect();
    data.sort_by_key(|one| (std::cmp::Reverse(one.allocated.minor()), one.party_id));
    Ok(ResourceAllocation {
        budget: wish.budget,
        by: wish.by,
        from: asked.date("from").unwrap_or(asked.today),
        to: asked.date("to").unwrap_or(asked.today),
        allocated: money(sum),
        data,
    })
}

/// Refuses customers that the caller does not see.
async fn require_visible(tx: &mut Tx, ctx: &Ctx, wish: &AllocateResources) -> Result<()> {
    let ids: Vec<Uuid> = wish.parties.iter().map(|one| one.party_id.uuid()).collect();
    let mut seen = BTreeSet::new();
    for some in ids.chunks(200) {
        seen.extend((PARTY.load)(tx, ctx, some).await?.into_iter().map(|(id, _)| id));
    }
    let unseen = ids.iter().enumerate().filter(|(_, id)| !seen.contains(*id));
    let finding =
        |(at, _): (usize, &Uuid)| UNKNOWN_REFERENCE.field(format!("/parties/{at}/party_id"));
    Problem::collect(unseen.map(finding).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn part(score: i64, bounds: RangeInclusive<i64>) -> Part {
        Part { party: Uuid::nil(), score: yuan(score), bounds }
    }

    #[test]
    fn k_30_the_sum_is_the_budget_within_floors_and_caps() {
        let free = 0..=100_000;
        let parts = [part(60, free.clone()), part(30, free.clone()), part(10, free.clone())];
        assert_eq!(divided(yuan(100_000), &parts).unwrap(), [60_000, 30_000, 10_000]);
        // Half at most for the first, a fifth at least for the last.
        let parts = [part(60, 0..=50_000), part(30, free.clone()), part(10, 20_000..=100_000)];
        assert_eq!(divided(yuan(100_000), &parts).unwrap(), [50_000, 30_000, 20_000]);
        // To the last unit, and what is below 0 counts as nothing.
        let parts =
            [part(1, free.clone()), part(1, free.clone()), part(1, free.clone()), part(-5, free)];
        assert_eq!(divided(yuan(100_000), &parts).unwrap(), [33_334, 33_333, 33_333, 0]);
    }

    #[test]
    fn k_30_what_cannot_be_divided_is_refused() {
        let none = divided(yuan(100), &[part(0, 0..=100), part(-1, 0..=100)]).unwrap_err();
        assert!(none.is(&NOTHING_TO_DIVIDE_BY));
        let little = divided(yuan(100), &[part(1, 0..=40), part(1, 0..=40)]).unwrap_err();
        assert!(little.to_string().contains("/budget"), "{little}");
    }
}
