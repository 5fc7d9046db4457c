//! Customers by their value in five groups, and whether these groups hold: whether they are of a size, stay what they
//! are, and differ.

use super::{
    customer_angles::{self, Figures},
    customer_ranking::{composite, weights},
    prospects::column,
    purchases::{self, Buyer},
    rfm::{Scores, count, scored, window},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    exchange::rounded_major, target_lists::Counted,
};
use chrono::Months;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    orders::ORDER,
    parties::PARTY,
    value::{Ties, quintiles},
};
use guanxi_kernel::{
    Ctx, Currency, FineAmount, Money, Result, Share,
    period::business_date,
    problem::Texts,
    ratio::Ratio,
    scalar::{Scalar as _, Type},
};
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ValueGroups;

guanxi_kernel::words! {
    /// What the value of customers is judged by.
    #[derive(Default)]
    pub enum ValueBasis {
        /// The sum of the three scores of recency, frequency and amount.
        #[default]
        Rfm = "rfm" ("RFM", "RFM"),
        /// Several angles with weights.
        Composite = "composite" ("Composite", "综合"),
    }
}

guanxi_kernel::words! {
    /// What a group must have.
    pub enum GroupCheckKind {
        /// A part of the customers that is worth a measure of its own.
        Size = "size" ("Size", "规模"),
        /// Customers who were in it one period earlier too.
        Stability = "stability" ("Stability", "稳定度"),
        /// Customers who buy more than those of the next group.
        Spread = "spread" ("Spread", "区分度"),
    }
}

/// Whether a group has what it must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupCheck {
    /// What it must have.
    pub check: GroupCheckKind,
    /// How much of it there is.
    pub value: Ratio,
    /// How much there should be at least.
    pub limit: String,
    /// Whether there is; `null` where there is nothing to say.
    #[schema(required)]
    pub passed: Option<bool>,
}

/// A fifth of the customers by their value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ValueGroupRow {
    /// 5 for the most valuable.
    pub group: i64,
    /// How many customers are in it.
    pub customers: i64,
    /// Of all of them.
    pub share: Ratio,
    /// The least score that is in it; `null` where nobody is.
    #[schema(required)]
    pub least_score: Option<String>,
    /// The greatest.
    #[schema(required)]
    pub greatest_score: Option<String>,
    /// What they have bought in the period, less what came back.
    pub amount: Money,
    /// The same for each of them; `null` where nobody is.
    #[schema(required)]
    pub mean_amount: Option<Money>,
    /// The mean by that of the next lower group that has customers.
    pub spread: Ratio,
    /// Of those who were in it one period earlier: who is in it now.
    pub stability: Ratio,
    /// Whether it lacks something.
    pub weak: bool,
    /// What it must have, one after the other.
    #[schema(max_items = 3)]
    pub checks: Vec<GroupCheck>,
}

/// What goes over all groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ValueGroupTotals {
    /// How many customers there are, each in one group.
    pub customers: i64,
    /// What they have bought in the period, less what came back.
    pub amount: Money,
    /// The groups that lack something.
    #[schema(max_items = 5)]
    pub weak_groups: Vec<i64>,
}

const fn share(name: &'static str, default: &'static str, about: Texts) -> Parameter {
    Parameter {
        name,
        takes: Takes::Share,
        default: Some(default),
        required: false,
        field: None,
        about,
    }
}

static DEFINITION: Definition = Definition {
    name: "value-groups",
    version: 2,
    title: Texts { en: "Value groups", zh: "客户价值分组" },
    about: Texts {
        en: "Customers in five groups by a score: the sum of the three scores of the report `rfm` over the last `months`, \
             or the score of the report `customer-ranking` by several angles with weights. Groups are fifths of all \
             customers by the score, 5 the best; equal scores are in one group, the better one, so each customer is in \
             exactly one, and the least and greatest scores are its limits. The same is worked out one period of `months` \
             earlier, as far as it is known now. A group is weak if it has less than `min_share` of the customers, if \
             less than `min_stability` of those who were in it are in it still, or if its mean amount is less than \
             `min_spread` times that of the next lower group; `checks` has the numbers. Amounts are those of the last \
             `months`. Purchases are those of the report `rfm`.",
        zh: "按 RFM 得分之和或综合得分将客户分为五组(同分同组,每位客户恰在一组),列出各组得分界限、规模、金额与人均金额、相对下一组倍数,以及与上一期相比的稳定度;规模、稳定度或区分度不足者标记为不务实的分组并给出数值。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(ValueBasis::TYPE),
            default: Some("rfm"),
            required: false,
            field: None,
            about: Texts { en: "What value is judged by.", zh: "价值评判依据。" },
        },
        Parameter {
            name: "weights",
            takes: Takes::One(Type::Text),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "For `composite`: angles of the report `customer-ranking` with shares that sum to exactly 1, such as \
                     `revenue:0.6,recency:0.4`.",
                zh: "综合得分的角度与权重,合计须为 1,例如 `revenue:0.6,recency:0.4`。",
            },
        },
        Parameter {
            name: "months",
            takes: Takes::Whole(1, 60),
            default: Some("12"),
            required: false,
            field: None,
            about: Texts { en: "How long a period is.", zh: "每期月数。" },
        },
        share(
            "min_share",
            "0.05",
            Texts {
                en: "The least part of the customers that a group should have.",
                zh: "每组客户占比下限。",
            },
        ),
        share(
            "min_stability",
            "0.5",
            Texts {
                en: "The least part of those of a group who should stay in it.",
                zh: "每组稳定度下限。",
            },
        ),
        Parameter {
            name: "min_spread",
            takes: Takes::Factor,
            default: Some("1.2"),
            required: false,
            field: None,
            about: Texts {
                en: "How many times the mean of the next lower group that of a group should be at least.",
                zh: "每组人均金额相对下一组的倍数下限。",
            },
        },
    ],
    columns: &[
        column("group", "Group", "分组", What::Key),
        column("customers", "Customers", "客户数", What::Count),
        column("share", "Share", "客户占比", What::Ratio),
        column("least_score", "Least score", "最低得分", What::Key),
        column("greatest_score", "Greatest score", "最高得分", What::Key),
        column("amount", "Amount", "金额", What::Money),
        column("mean_amount", "Mean amount", "人均金额", What::Money),
        column("spread", "Times the next group", "相对下一组倍数", What::Ratio),
        column("stability", "Stability", "稳定度", What::Ratio),
        column("weak", "Weak", "不务实", What::Flag),
        column("checks", "Checks", "检查", What::Parts),
    ],
    plot: Plot { shape: Shape::Bars, names: &["group"], values: &["amount"], otherwise: &[] },
};

/// Groups.
const GROUPS: usize = 5;

/// A customer in its group.
#[derive(Debug, Clone, Copy)]
struct Placed {
    party: Uuid,
    /// From 0 for the least valuable.
    group: usize,
    score: i64,
    amount: i128,
}

/// The customers in their groups, the most valuable first.
async fn placed(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Placed>> {
    let mut placed = match asked.word::<ValueBasis>("by").unwrap_or_default() {
        ValueBasis::Rfm => by_rfm(tx, ctx, asked).await?,
        ValueBasis::Composite => by_angles(tx, ctx, asked).await?,
    };
    let groups = quintiles(placed.len(), |at| placed[at].score, Ties::Better);
    for (one, group) in placed.iter_mut().zip(groups) {
        one.group = usize::from(group).saturating_sub(1).min(GROUPS - 1);
    }
    placed.sort_by_key(|one| (std::cmp::Reverse(one.score), one.party));
    Ok(placed)
}

/// The customers with the sums of their three scores, all in the least group.
async fn by_rfm(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Placed>> {
    let time = (window(asked), None);
    let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
    let scored = scored(asked, &buyers)?;
    let one = |(of, scores): (Buyer, Scores)| Placed {
        party: of.id,
        group: 0,
        score: scores.into_iter().map(i64::from).sum(),
        amount: of.left(),
    };
    Ok(buyers.into_iter().zip(scored).map(one).collect())
}

/// The same with their scores by several angles.
async fn by_angles(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Placed>> {
    let weights = weights(asked.text("weights"))?;
    let angles: Vec<_> = weights.iter().map(|(angle, _)| *angle).collect();
    customer_angles::require(ctx, &angles)?;
    let all = customer_angles::figures(tx, ctx, &DEFINITION, asked, &angles).await?;
    let (ids, all): (Vec<Uuid>, Vec<Figures>) = all.into_iter().unzip();
    let scores = composite(weights, &all)?;
    drop(all);
    let time = (window(asked), None);
    let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
    let amounts: BTreeMap<Uuid, i128> = buyers.iter().map(|one| (one.id, one.left())).collect();
    let one = |(party, score): (Uuid, Share)| Placed {
        party,
        group: 0,
        score: score.ten_thousandths(),
        amount: amounts.get(&party).copied().unwrap_or_default(),
    };
    Ok(ids.into_iter().zip(scores).map(one).collect())
}

/// The group of each customer one period earlier.
async fn earlier(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<BTreeMap<Uuid, usize>> {
    let (as_of, today) = (asked.as_of, asked.today);
    let months = asked.whole("months").and_then(|months| u32::try_from(months).ok()).unwrap_or(12);
    asked.as_of = as_of.checked_sub_months(Months::new(months)).unwrap_or(as_of);
    asked.today = business_date(asked.as_of, ctx.settings.time_zone);
    let placed = placed(tx, ctx, asked).await?;
    (asked.as_of, asked.today) = (as_of, today);
    Ok(placed.into_iter().map(|one| (one.party, one.group)).collect())
}

/// How much a group should have of everything.
#[derive(Debug, Clone, Copy)]
struct Limits {
    share: Decimal,
    stability: Decimal,
    spread: Decimal,
}

impl Limits {
    fn asked(asked: &Asked) -> Self {
        let limit = |name: &str| asked.share(name).unwrap_or_default();
        Self {
            share: limit("min_share"),
            stability: limit("min_stability"),
            spread: limit("min_spread"),
        }
    }
}

/// The figures of a group.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    customers: i64,
    least: Option<i64>,
    greatest: Option<i64>,
    amount: i128,
    had: i64,
    kept: i64,
}

/// The groups, the least valuable first.
fn groups(placed: &[Placed], before: &BTreeMap<Uuid, usize>) -> [Group; GROUPS] {
    let mut groups = [Group::default(); GROUPS];
    for one in placed {
        let of = &mut groups[one.group];
        of.customers += 1;
        of.amount += one.amount;
        of.least = Some(of.least.map_or(one.score, |least| least.min(one.score)));
        of.greatest = Some(of.greatest.map_or(one.score, |greatest| greatest.max(one.score)));
        of.kept += i64::from(before.get(&one.party) == Some(&one.group));
    }
    for group in before.values() {
        groups[*group].had += 1;
    }
    groups
}

/// Whether there is enough of something.
fn check(check: GroupCheckKind, value: Ratio, limit: Decimal) -> GroupCheck {
    let enough = value.numerator() >= limit * value.denominator();
    let passed = value.value().map(|_| enough);
    GroupCheck { check, value, limit: limit.normalize().to_string(), passed }
}

impl Group {
    /// What it must have, against the next lower group that has customers.
    fn checks(&self, all: i64, lower: Option<&Self>, limits: Limits) -> [GroupCheck; 3] {
        [
            check(GroupCheckKind::Size, Ratio::new(self.customers, all), limits.share),
            check(GroupCheckKind::Stability, Ratio::new(self.kept, self.had), limits.stability),
            check(GroupCheckKind::Spread, self.spread(lower), limits.spread),
        ]
    }

    fn mean(&self) -> Option<Decimal> {
        FineAmount::sum_to_decimal(self.amount).checked_div(Decimal::from(self.customers))
    }

    /// The mean by that of another; without value where either has nobody, or the other nothing above zero.
    fn spread(&self, lower: Option<&Self>) -> Ratio {
        let other = lower.and_then(Self::mean).filter(|mean| *mean > Decimal::ZERO);
        match self.mean().zip(other) {
            Some((mean, other)) => Ratio::new(mean, other),
            None => Ratio::new(0, 0),
        }
    }
}

/// A score as it is shown.
fn shown(basis: ValueBasis, score: i64) -> String {
    match basis {
        ValueBasis::Rfm => score.to_string(),
        ValueBasis::Composite => format!("{:.4}", Decimal::new(score, 4)),
    }
}

fn rows(asked: &Asked, groups: &[Group; GROUPS], all: i64) -> Result<Vec<ValueGroupRow>> {
    let basis: ValueBasis = asked.word("by").unwrap_or_default();
    let limits = Limits::asked(asked);
    let mut rows = Vec::with_capacity(GROUPS);
    for (at, group) in groups.iter().enumerate().rev() {
        let lower = groups[..at].iter().rev().find(|lower| lower.customers > 0);
        let [size, stability, spread] = group.checks(all, lower, limits);
        let mean = group.mean().map(|mean| rounded_major(mean, asked.exchange.currency()));
        rows.push(ValueGroupRow {
            group: count(at + 1),
            customers: group.customers,
            share: size.value,
            least_score: group.least.map(|score| shown(basis, score)),
            greatest_score: group.greatest.map(|score| shown(basis, score)),
            amount: purchases::money(asked, group.amount)?,
            mean_amount: mean.transpose()?,
            spread: spread.value,
            stability: stability.value,
            weak: [&size, &stability, &spread].iter().any(|one| one.passed == Some(false)),
            checks: vec![size, stability, spread],
        });
    }
    Ok(rows)
}

impl Report for ValueGroups {
    type Row = ValueGroupRow;
    type Totals = ValueGroupTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let before = earlier(tx, ctx, asked).await?;
        let placed = placed(tx, ctx, asked).await?;
        let customers = count(placed.len());
        let rows = rows(asked, &groups(&placed, &before), customers)?;
        let totals = ValueGroupTotals {
            customers,
            amount: purchases::money(asked, placed.iter().map(|one| one.amount).sum())?,
            weak_groups: rows.iter().filter(|row| row.weak).map(|row| row.group).collect(),
        };
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let record = |one: Placed| Counted {
            party: Some(one.party),
            row: vec![("group", (one.group + 1).to_string())],
            columns: vec!["customers"],
        };
        Ok(Some(placed(tx, ctx, asked).await?.into_iter().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let decimal = |hundredths| Decimal::new(hundredths, 2);
        let row = ValueGroupRow {
            group: 5,
            customers: 20,
            share: Ratio::new(20, 100),
            least_score: Some("13".to_owned()),
            greatest_score: Some("15".to_owned()),
            amount: yuan(40_000_000),
            mean_amount: Some(yuan(2_000_000)),
            spread: Ratio::new(20_000, 8_000),
            stability: Ratio::new(8, 20),
            weak: true,
            checks: vec![
                check(GroupCheckKind::Size, Ratio::new(20, 100), decimal(5)),
                check(GroupCheckKind::Stability, Ratio::new(8, 20), decimal(50)),
                check(GroupCheckKind::Spread, Ratio::new(20_000, 8_000), decimal(120)),
            ],
        };
        let totals =
            ValueGroupTotals { customers: 100, amount: yuan(60_000_000), weak_groups: vec![5] };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(party: u128, group: usize, score: i64, amount: i128) -> Placed {
        Placed { party: Uuid::from_u128(party), group, score, amount: amount * 10_000 }
    }

    #[test]
    fn x_110_a_group_that_is_small_moves_or_differs_little_is_weak() {
        let now = [
            placed(1, 4, 15, 300),
            placed(2, 4, 14, 100),
            placed(3, 3, 12, 190),
            placed(4, 0, 3, 0),
        ];
        let before: BTreeMap<Uuid, usize> =
            [(1, 4), (2, 3), (3, 4), (5, 4)].map(|(id, group)| (Uuid::from_u128(id), group)).into();
        let groups = groups(&now, &before);
        assert_eq!((groups[4].least, groups[4].greatest), (Some(14), Some(15)));
        let decimal = |hundredths| Decimal::new(hundredths, 2);
        let limits = Limits { share: decimal(30), stability: decimal(50), spread: decimal(120) };
        let [size, stability, spread] = groups[4].checks(4, Some(&groups[3]), limits);
        assert_eq!((size.value, size.passed), (Ratio::new(2, 4), Some(true)));
        assert_eq!((stability.value, stability.passed), (Ratio::new(1, 3), Some(false)));
        // 200 by 190 is less than 1.2.
        assert_eq!(spread.value.value(), Some(Decimal::new(10526, 4)));
        assert_eq!((spread.passed, spread.limit.as_str()), (Some(false), "1.2"));
        let [size, stability, spread] = groups[3].checks(4, Some(&groups[0]), limits);
        assert_eq!((size.passed, stability.passed), (Some(false), Some(false)));
        assert_eq!(spread.passed, None, "the next group has bought nothing");
        assert_eq!(groups[1].checks(4, None, limits)[1].passed, None, "nobody was in it");
    }
}
