//! Who the key customers are: by one angle, or by several with weights.

use super::customer_figures::{Signed, signed};
use crate::{
    Asked, Column, Definition, Made, Parameter, Plot, Report, What,
    asked::bad,
    definition::{Shape, Takes},
    labels::labels,
};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Share, Word as _,
    problem::{INTERNAL, INVALID_FORMAT, Texts},
    ratio::Ratio,
    scalar::{Scalar, Type},
};
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CustomerRanking;

guanxi_kernel::words! {
    /// By what customers are ranked.
    #[derive(Default)]
    pub enum CustomerAngle {
        /// What they have signed.
        #[default]
        Revenue = "revenue" ("Revenue", "合同净额"),
        /// How often they have signed.
        OrderCount = "order_count" ("Orders", "合同数"),
        /// How lately they have signed.
        Recency = "recency" ("Recency", "最近购买"),
        /// What they have signed in 365 days against the 365 days before.
        Growth = "growth" ("Growth", "增长"),
        /// Several of these, with weights.
        Composite = "composite" ("Composite", "综合"),
    }
}

/// A customer in its place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerRankingRow {
    /// The place; those who are equal share one, and the next is left out.
    pub rank: i64,
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// What it has signed, without tax.
    pub revenue: Money,
    /// How many contracts.
    pub order_count: i64,
    /// The day of the last one.
    pub last_on: NaiveDate,
    /// What was signed in the last 365 days more or less than in those before, by the latter.
    pub growth: Ratio,
    /// What it reaches by the weights, from 0 to 1 with four decimals; `null` unless it is ranked by them.
    #[schema(required)]
    pub score: Option<Share>,
}

/// What goes over all customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerRankingTotals {
    /// How many customers there are.
    pub customers: i64,
    /// What they have signed.
    pub revenue: Money,
}

/// Rows at most.
const MOST: usize = 1_000;

const fn column(name: &'static str, en: &'static str, zh: &'static str, what: What) -> Column {
    Column { name, label: Texts { en, zh }, what }
}

static DEFINITION: Definition = Definition {
    name: "customer-ranking",
    version: 1,
    title: Texts { en: "Ranking of customers", zh: "客户排名" },
    about: Texts {
        en: "Customers in the order of one angle, or of several with weights: what they have signed without tax, how \
             often, how lately, and how that grows (the last 365 days against the 365 before; who had nothing \
             before comes last). Equal ones share a place. For `composite` each angle gives from 1 for the first \
             place to 0 for the last, and these are weighted. Contracts count from the day of signing until that \
             of `as_of`; which are cancelled is as it is now. At most 1,000 rows; the totals go over all.",
        zh: "按合同净额、合同数、最近购买、增长或加权综合对客户排名,并列者名次相同且后续名次顺延。综合得分由各角度名次换算为 0–1 后加权。",
    },
    reads: &[&CONTRACT, &PARTY],
    needs: &["party_id", "net", "signed_on", "owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(<CustomerAngle as Scalar>::TYPE),
            default: Some("revenue"),
            required: false,
            field: None,
            about: Texts { en: "By what they are ranked.", zh: "排名依据。" },
        },
        Parameter {
            name: "weights",
            takes: Takes::One(Type::Text),
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "For `composite`: angles with shares that sum to exactly 1, such as `revenue:0.6,recency:0.4`.",
                zh: "综合排名的权重,合计须为 1,例如 `revenue:0.6,recency:0.4`。",
            },
        },
    ],
    columns: &[
        column("rank", "Rank", "名次", What::Count),
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("revenue", "Revenue", "合同净额", What::Money),
        column("order_count", "Orders", "合同数", What::Count),
        column("last_on", "Last purchase", "最近购买", What::Date),
        column("growth", "Growth", "增长", What::Ratio),
        column("score", "Score", "综合得分", What::Share),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party"],
        values: &["revenue"],
        otherwise: &["order_count"],
    },
};

/// What one is ranked by: the greater, the better.
type Standing = Option<Decimal>;

fn growth(one: &Signed) -> Ratio {
    let more = one.last_year.to_decimal() - one.year_before.to_decimal();
    Ratio::new(more, one.year_before.to_decimal())
}

fn standing(angle: CustomerAngle, one: &Signed) -> Standing {
    match angle {
        CustomerAngle::OrderCount => Some(one.contracts.into()),
        CustomerAngle::Recency => Some((one.last_on - NaiveDate::default()).num_days().into()),
        CustomerAngle::Growth => {
            let growth = growth(one);
            growth.numerator().checked_div(growth.denominator())
        }
        CustomerAngle::Revenue | CustomerAngle::Composite => Some(one.revenue.to_decimal()),
    }
}

/// The place of each: one more than there are greater ones.
fn ranks(standings: &[Standing]) -> Vec<i64> {
    let mut order: Vec<usize> = (0..standings.len()).collect();
    order.sort_by_key(|at| Reverse(standings[*at]));
    let mut ranks = vec![0; standings.len()];
    let mut rank = 0;
    for (place, at) in (1_i64..).zip(&order) {
        let before = usize::try_from(place - 2).ok().map(|before| order[before]);
        if before.is_none_or(|before| standings[before] != standings[*at]) {
            rank = place;
        }
        ranks[*at] = rank;
    }
    ranks
}

/// The angles and weights of a composite.
fn weights(text: Option<&str>) -> Result<Vec<(CustomerAngle, Share)>> {
    let expected = "angles with shares that sum to exactly 1, such as revenue:0.6,recency:0.4";
    let wrong = || bad(INVALID_FORMAT.parameter("weights").with("expected", expected));
    let mut all: Vec<(CustomerAngle, Share)> = Vec::new();
    for part in text.ok_or_else(wrong)?.split(',') {
        let (angle, share) = part.trim().split_once(':').ok_or_else(wrong)?;
        let angle = CustomerAngle::from_word(angle.trim()).ok_or_else(wrong)?;
        let share: Share = share.trim().parse().map_err(|_| wrong())?;
        if angle == CustomerAngle::Composite || all.iter().any(|(one, _)| *one == angle) {
            return Err(wrong());
        }
        all.push((angle, share));
    }
    if Share::make_one(all.iter().map(|(_, share)| *share)) { Ok(all) } else { Err(wrong()) }
}

/// What each reaches by the weights: 1 for the first place in every angle, 0 for the last.
fn composite(all: &[Signed], weights: &[(CustomerAngle, Share)]) -> Vec<Decimal> {
    let last = i64::try_from(all.len()).unwrap_or(i64::MAX) - 1;
    let mut scores = vec![Decimal::ZERO; all.len()];
    for (angle, share) in weights {
        let standings: Vec<Standing> = all.iter().map(|one| standing(*angle, one)).collect();
        for (score, rank) in scores.iter_mut().zip(ranks(&standings)) {
            let place = match last {
                0 => Decimal::ONE,
                last => Decimal::from(last - (rank - 1)) / Decimal::from(last),
            };
            *score += share.to_decimal() * place;
        }
    }
    scores.iter().map(|score| score.round_dp(4)).collect()
}

impl Report for CustomerRanking {
    type Row = CustomerRankingRow;
    type Totals = CustomerRankingTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by: CustomerAngle = asked.word("by").unwrap_or_default();
        let weights = match by {
            CustomerAngle::Composite => Some(weights(asked.text("weights"))?),
            _ => None,
        };
        let all = signed(tx, ctx, &DEFINITION, asked).await?;
        let revenue = asked.exchange.sum(all.values().map(|one| one.revenue))?;
        let customers = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let (ids, figures): (Vec<Uuid>, Vec<Signed>) = all.into_iter().unzip();
        let scores = weights.map(|weights| composite(&figures, &weights));
        let standings: Vec<Standing> = match &scores {
            Some(scores) => scores.iter().copied().map(Some).collect(),
            None => figures.iter().map(|one| standing(by, one)).collect(),
        };
        let ranks = ranks(&standings);
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|at| (ranks[*at], ids[*at]));
        order.truncate(MOST);
        let names = labels(tx, ctx, asked, &PARTY, order.iter().map(|at| ids[*at])).await?;
        let row = |at: usize| {
            let score =
                scores.as_ref().map(|scores| scores[at].normalize().to_string().parse::<Share>());
            let score = score.transpose();
            Ok(CustomerRankingRow {
                rank: ranks[at],
                party_id: ids[at],
                party: names.get(&ids[at]).cloned(),
                revenue: figures[at].revenue,
                order_count: figures[at].contracts,
                last_on: figures[at].last_on,
                growth: growth(&figures[at]),
                score: score.map_err(|_| INTERNAL.problem().because("a score is no share"))?,
            })
        };
        let rows = order.into_iter().map(row).collect::<Result<_>>()?;
        Ok(Made { rows, totals: CustomerRankingTotals { customers, revenue } })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = CustomerRankingRow {
            rank: 1,
            party_id: Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77),
            party: Some("上海宏图软件有限公司".to_owned()),
            revenue: yuan(45_000_000),
            order_count: 3,
            last_on: NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default(),
            growth: Ratio::new(1, 4),
            score: None,
        };
        let totals = CustomerRankingTotals { customers: 1, revenue: row.revenue };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_14_ties_share_a_place() {
        let of = |figures: &[i64]| {
            let standings: Vec<Standing> =
                figures.iter().map(|figure| Some(Decimal::from(*figure))).collect();
            ranks(&standings)
        };
        assert_eq!(of(&[50, 40, 40, 30]), [1, 2, 2, 4]);
        assert_eq!(of(&[30, 40, 50, 40]), [4, 2, 1, 2]);
        assert_eq!(of(&[7, 7]), [1, 1]);
        assert_eq!(ranks(&[None, Some(Decimal::ZERO), None]), [2, 1, 2]);
    }

    #[test]
    fn m_14_weights_sum_to_one() {
        assert_eq!(weights(Some("revenue:0.6, recency:0.4")).unwrap().len(), 2);
        for wrong in [
            None,
            Some("revenue:0.6"),
            Some("revenue:0.6,recency:0.5"),
            Some("revenue:0.5,revenue:0.5"),
            Some("composite:1"),
            Some("colour:1"),
            Some("revenue"),
        ] {
            assert!(weights(wrong).is_err(), "{wrong:?}");
        }
    }
}
