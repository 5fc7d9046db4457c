//! Who the key customers are: by one angle, or by several with weights.
//!
//! An angle that needs further rights asks for them only when it is named. In a composite places are added,
//! not amounts: so angles of different units are comparable, and sums are exact, since all points have one
//! denominator. Price: how far the first is ahead of the second is lost there.

use super::{
    customer_angles::{Figures, Given, Standing, figures, given, keep, ranks, require, shows_cost},
    prospects::{column, example_id},
    purchases,
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, What,
    asked::bad,
    definition::{Shape, Takes},
    labels::labels,
    target_lists::Counted,
};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Share, Word as _,
    problem::{INTERNAL, INVALID_FORMAT, Texts},
    ratio::Ratio,
    scalar::{Scalar, Type},
};
use guanxi_marketing::population::Population;
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CustomerRanking;

guanxi_kernel::words! {
    /// By what customers are ranked.
    #[derive(Default)]
    pub enum CustomerAngle {
        /// What they have bought, less what came back.
        #[default]
        Revenue = "revenue" ("Revenue", "收入"),
        /// That, less what it has cost the company.
        GrossMargin = "gross_margin" ("Gross margin", "毛利"),
        /// How often they have bought.
        OrderCount = "order_count" ("Orders", "购买次数"),
        /// How lately they have bought.
        Recency = "recency" ("Recency", "最近购买"),
        /// What they have bought in 365 days against the 365 days before.
        Growth = "growth" ("Growth", "增长"),
        /// What they are still to pay.
        Receivables = "receivables" ("Receivables", "应收账款"),
        /// How many they have recommended.
        Referrals = "referrals" ("Referrals", "转介绍"),
        /// What was spent on them.
        CostToServe = "cost_to_serve" ("Cost to serve", "服务成本"),
        /// Several of these, with weights.
        Composite = "composite" ("Composite", "综合"),
    }
}

impl CustomerAngle {
    /// Whether little of it speaks for a customer, where several angles are weighed.
    fn is_burden(self) -> bool {
        matches!(self, Self::Receivables | Self::CostToServe)
    }
}

/// What an angle gives to the score of a customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerRankingPart {
    /// The angle.
    pub angle: CustomerAngle,
    /// Its weight.
    pub weight: Share,
    /// The place of the customer in it, the least first of what is owed and spent; `null` without a figure.
    #[schema(required)]
    pub rank: Option<i64>,
    /// (customers − rank) ÷ (customers − 1): 1 for the first place, 0 for the last; 0 without a figure.
    pub place: Ratio,
    /// Weight × place. All parts have one denominator; their sum is the score.
    pub points: Ratio,
}

/// A customer in its place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerRankingRow {
    /// The place; those who are equal share one, and as many are left out after it.
    pub rank: i64,
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// Whether there is a figure of what is ranked by, of all angles for `composite`. Who has none is last, and
    /// gets nothing for it.
    pub has_figure: bool,
    /// What it has bought, less what came back.
    pub revenue: Money,
    /// Revenue less what it has cost the company; `null` where no cost was told, and for whoever may not see costs.
    #[schema(required)]
    pub gross_margin: Option<Money>,
    /// How many purchases.
    pub order_count: i64,
    /// The day of the last one; `null` for who has not bought.
    #[schema(required)]
    pub last_on: Option<NaiveDate>,
    /// What was bought in the last 365 days more or less than in those before, by the latter.
    pub growth: Ratio,
    /// What it is still to pay; `null` unless it is ranked by that.
    #[schema(required)]
    pub receivables: Option<Money>,
    /// How many it has recommended; `null` unless it is ranked by that.
    #[schema(required)]
    pub referrals: Option<i64>,
    /// What was spent on it; `null` unless it is ranked by that.
    #[schema(required)]
    pub cost_to_serve: Option<Money>,
    /// The sum of its parts, from 0 to 1, rounded half-even to four decimals; `null` unless it is ranked by them.
    #[schema(required)]
    pub score: Option<Share>,
    /// How the score came about, angle by angle; empty without one.
    pub parts: Vec<CustomerRankingPart>,
}

/// What goes over all customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerRankingTotals {
    /// How many customers are ranked.
    pub customers: i64,
    /// How many of them have no figure of what is ranked by.
    pub without_figure: i64,
    /// What they have bought, less what came back.
    pub revenue: Money,
}

/// Rows at most.
const MOST: usize = 1_000;

static DEFINITION: Definition = Definition {
    name: "customer-ranking",
    version: 3,
    title: Texts { en: "Ranking of customers", zh: "客户排名" },
    about: Texts {
        en: "Customers in the order of one angle, the greatest figure first, or of several with weights. Purchases are \
             those of the report `rfm`, and costs as far as they were told; growth compares the last 365 days with the \
             365 before; receivables are those of the report `receivables-aging`; referrals count whom a customer has \
             recommended; cost to serve is the sum of the expenses of activities with it. Ranked are all who have \
             bought something, by referrals also who has only recommended somebody; of `population` only its own, by \
             their roles of now, and places are those among them. Equal ones share a place and as \
             many places are left out. Who has no figure (no cost told, never bought, nothing bought the year before) \
             comes last, and `has_figure` says so. For `composite` each angle gives (customers − rank) ÷ (customers − \
             1), so 1 for the first place and 0 for the last, and 0 without a figure; for receivables and cost to \
             serve the least is first there. The score is the weighted sum, ranked before it is rounded, and `parts` \
             tells what each angle gives. At most 1,000 rows; the totals go over all.",
        zh: "按收入、毛利、购买次数、最近购买、增长、应收账款、转介绍、服务成本之一对客户降序排名,或按权重综合排名;可按人群(population,按当前角色)筛选并在其内排名;并列者名次相同且后续名次顺延,无指标者排在最后并注明。综合排名中每个角度得分为(客户数−名次)÷(客户数−1),无指标得0分,应收账款与服务成本以少者为先;按权重求和后排名,parts 列出各角度的得分。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(<CustomerAngle as Scalar>::TYPE),
            default: Some("revenue"),
            required: false,
            field: None,
            about: Texts {
                en: "By what they are ranked. Receivables need the right to read receipts, referrals that to read \
                     referrals, and cost to serve that to read activities.",
                zh: "排名依据。应收账款、转介绍、服务成本分别需要读取收款、转介绍、活动的权限。",
            },
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
        Parameter {
            name: "population",
            takes: Takes::One(<Population as Scalar>::TYPE),
            default: Some("everybody"),
            required: false,
            field: Some("roles"),
            about: Texts {
                en: "Among whom they are ranked; `customers` and `prospects` share nobody and make up `all`.",
                zh: "在哪一人群内排名;customers 与 prospects 互不重叠,合为 all。",
            },
        },
    ],
    columns: &[
        column("rank", "Rank", "名次", What::Count),
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("has_figure", "Has a figure", "有无指标", What::Flag),
        column("revenue", "Revenue", "收入", What::Money),
        column("gross_margin", "Gross margin", "毛利", What::Money),
        column("order_count", "Orders", "购买次数", What::Count),
        column("last_on", "Last purchase", "最近购买", What::Date),
        column("growth", "Growth", "增长", What::Ratio),
        column("receivables", "Receivables", "应收账款", What::Money),
        column("referrals", "Referrals", "转介绍", What::Count),
        column("cost_to_serve", "Cost to serve", "服务成本", What::Money),
        column("score", "Score", "综合得分", What::Share),
        column("parts", "Parts", "得分构成", What::Parts),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party"],
        values: &["revenue"],
        otherwise: &["order_count"],
    },
};

/// An angle and its weight.
pub(super) type Weight = (CustomerAngle, Share);

/// The composite score of each of these customers.
///
/// # Errors
/// `internal` if a score is no share.
pub(super) fn composite(weights: Vec<Weight>, all: &[Figures]) -> Result<Vec<Share>> {
    let ranked = Ranked::by_weights(weights, all);
    let of = |at: usize| score(&ranked.parts(at)).map(|score| score.unwrap_or(Share::ZERO));
    (0..all.len()).map(of).collect()
}

/// The angles and weights of a composite.
///
/// # Errors
/// `bad_parameter`.
pub(super) fn weights(text: Option<&str>) -> Result<Vec<Weight>> {
    let expected = "angles with shares that sum to exactly 1, such as revenue:0.6,recency:0.4";
    let wrong = || bad(INVALID_FORMAT.parameter("weights").with("expected", expected));
    let mut all: Vec<Weight> = Vec::new();
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

/// How customers stand to each other.
struct Ranked {
    ranks: Vec<i64>,
    has_figure: Vec<bool>,
    /// What each angle of a composite gives to each customer; empty without weights.
    given: Vec<(Weight, Vec<Given>)>,
}

impl Ranked {
    /// By one angle.
    fn by(angle: CustomerAngle, all: &[Figures]) -> Self {
        let standings: Vec<Standing> = all.iter().map(|one| one.standing(angle)).collect();
        let has_figure = standings.iter().map(Option::is_some).collect();
        Self { ranks: ranks(&standings), has_figure, given: Vec::new() }
    }

    /// By several angles with weights.
    fn by_weights(weights: Vec<Weight>, all: &[Figures]) -> Self {
        let each = |(angle, weight): Weight| {
            let standing = |one: &Figures| {
                let standing = one.standing(angle);
                if angle.is_burden() { standing.map(|figure| -figure) } else { standing }
            };
            let standings: Vec<Standing> = all.iter().map(standing).collect();
            ((angle, weight), given(&standings, weight))
        };
        let given: Vec<(Weight, Vec<Given>)> = weights.into_iter().map(each).collect();
        let has_all = |at: usize| given.iter().all(|(_, each)| each[at].rank.is_some());
        let has_figure = (0..all.len()).map(has_all).collect();
        let sums: Vec<Standing> = (0..all.len())
            .map(|at| {
                Some(given.iter().map(|(_, each)| each[at].points.numerator()).sum::<Decimal>())
            })
            .collect();
        Self { ranks: ranks(&sums), has_figure, given }
    }

    /// How the score of a customer came about.
    fn parts(&self, at: usize) -> Vec<CustomerRankingPart> {
        let part = |((angle, weight), each): &(Weight, Vec<Given>)| {
            let Given { rank, place, points } = each[at];
            CustomerRankingPart { angle: *angle, weight: *weight, rank, place, points }
        };
        self.given.iter().map(part).collect()
    }
}

/// What parts sum to, if there are any.
fn score(parts: &[CustomerRankingPart]) -> Result<Option<Share>> {
    let Some(first) = parts.first() else { return Ok(None) };
    let sum: Decimal = parts.iter().map(|part| part.points.numerator()).sum();
    let value = Ratio::new(sum, first.points.denominator()).value().unwrap_or_default();
    let share = value.normalize().to_string().parse::<Share>();
    share.map(Some).map_err(|_| INTERNAL.problem().because("a score is no share"))
}

/// The customers that are ranked, and how they stand to each other.
struct Told {
    angles: Vec<CustomerAngle>,
    ids: Vec<Uuid>,
    all: Vec<Figures>,
    ranked: Ranked,
}

/// The places of customers in the order of their ranks.
fn in_order(ids: &[Uuid], ranked: &Ranked) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|at| (ranked.ranks[*at], ids[*at]));
    order
}

async fn told(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Told> {
    let by: CustomerAngle = asked.word("by").unwrap_or_default();
    let weights = match by {
        CustomerAngle::Composite => Some(weights(asked.text("weights"))?),
        _ => None,
    };
    let angles: Vec<CustomerAngle> = match &weights {
        Some(weights) => weights.iter().map(|(angle, _)| *angle).collect(),
        None => vec![by],
    };
    require(ctx, &angles)?;
    let mut all = figures(tx, ctx, &DEFINITION, asked, &angles).await?;
    let population = asked.word("population").unwrap_or(Population::Everybody);
    keep(tx, &mut all, population).await?;
    let (ids, all): (Vec<Uuid>, Vec<Figures>) = all.into_iter().unzip();
    let ranked = match weights {
        Some(weights) => Ranked::by_weights(weights, &all),
        None => Ranked::by(by, &all),
    };
    Ok(Told { angles, ids, all, ranked })
}

impl Report for CustomerRanking {
    type Row = CustomerRankingRow;
    type Totals = CustomerRankingTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let Told { angles, ids, all, ranked } = told(tx, ctx, asked).await?;
        let totals = CustomerRankingTotals {
            customers: count(ids.len()),
            without_figure: count(ranked.has_figure.iter().filter(|has| !**has).count()),
            revenue: purchases::money(asked, all.iter().map(|one| one.revenue).sum())?,
        };
        let mut order = in_order(&ids, &ranked);
        order.truncate(MOST);
        let names = labels(tx, ctx, asked, &PARTY, order.iter().map(|at| ids[*at])).await?;
        let (has_cost, asked) = (shows_cost(ctx), &*asked);
        let when = |angle: CustomerAngle, steps: i128| {
            let is_asked = angles.contains(&angle);
            is_asked.then(|| purchases::money(asked, steps)).transpose()
        };
        let row = |at: usize| {
            let one = &all[at];
            let margin = one.margin().filter(|_| has_cost);
            let parts = ranked.parts(at);
            Ok(CustomerRankingRow {
                rank: ranked.ranks[at],
                party_id: ids[at],
                party: names.get(&ids[at]).cloned(),
                has_figure: ranked.has_figure[at],
                revenue: purchases::money(asked, one.revenue)?,
                gross_margin: margin.map(|steps| purchases::money(asked, steps)).transpose()?,
                order_count: one.purchases,
                last_on: one.last_on,
                growth: one.growth(),
                receivables: when(CustomerAngle::Receivables, one.receivables)?,
                referrals: angles.contains(&CustomerAngle::Referrals).then_some(one.referrals),
                cost_to_serve: when(CustomerAngle::CostToServe, one.served)?,
                score: score(&parts)?,
                parts,
            })
        };
        let rows = order.into_iter().map(row).collect::<Result<_>>()?;
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let Told { ids, ranked, .. } = told(tx, ctx, asked).await?;
        let record = |at: usize| Counted {
            party: Some(ids[at]),
            row: vec![
                ("rank", ranked.ranks[at].to_string()),
                ("party_id", ids[at].to_string()),
                ("has_figure", ranked.has_figure[at].to_string()),
            ],
            columns: Vec::new(),
        };
        Ok(Some(in_order(&ids, &ranked).into_iter().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = CustomerRankingRow {
            rank: 1,
            party_id: example_id(),
            party: Some("上海宏图软件有限公司".to_owned()),
            has_figure: true,
            revenue: yuan(45_000_000),
            gross_margin: Some(yuan(12_000_000)),
            order_count: 3,
            last_on: NaiveDate::from_ymd_opt(2026, 3, 31),
            growth: Ratio::new(1, 4),
            receivables: None,
            referrals: None,
            cost_to_serve: None,
            score: None,
            parts: Vec::new(),
        };
        let totals =
            CustomerRankingTotals { customers: 1, without_figure: 0, revenue: row.revenue };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn m_14_a_composite_is_told_part_by_part() {
        let buyer = |revenue, served| Figures { revenue, served, ..Figures::default() };
        let all = [buyer(500, 30), buyer(400, 0), buyer(400, 30), buyer(300, 10)];
        let weights = weights(Some("revenue:0.5,cost_to_serve:0.5")).unwrap();
        let ranked = Ranked::by_weights(weights, &all);
        let scores: Vec<String> = (0..4)
            .map(|at| score(&ranked.parts(at)).unwrap().map(|one| one.to_string()).unwrap())
            .collect();
        // Nothing was spent on the second, and most on the first and third, who share a place.
        assert_eq!(scores, ["0.6667", "0.8333", "0.5000", "0.3333"]);
        assert_eq!(ranked.ranks, [2, 1, 3, 4]);
        assert_eq!(ranked.parts(0)[1].rank, Some(3));
        assert_eq!(ranked.parts(0)[1].points, Ratio::new(Decimal::new(5, 1), 3));
        let recency = super::weights(Some("recency:1")).unwrap();
        let ranked = Ranked::by_weights(recency, &all);
        assert_eq!((ranked.ranks, ranked.has_figure), (vec![1; 4], vec![false; 4]));
    }
}
