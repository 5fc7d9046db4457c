//! What each customer contributes: what it bought, less what that cost, less what was spent on it.

use super::{
    prospects::{column, day, example_id},
    purchases::{self, Buyer, Pages, narrow},
    rfm::{CUSTOMER_ID, LIMIT, count},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels,
};
use chrono::{Days, Months};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    activities::ACTIVITY,
    orders::ORDER,
    parties::PARTY,
    value::{LifeCycle, LifeCyclePhase, Limits, ends_month},
};
use guanxi_kernel::{
    Ctx, Currency, FineAmount, Money, Result,
    problem::Texts,
    ratio::Ratio,
    scalar::{Scalar as _, Type},
};
use guanxi_storage::Tx;
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CustomerContribution;

guanxi_kernel::words! {
    /// What customers are ordered by.
    #[derive(Default)]
    pub enum ContributionOrder {
        /// What they contribute.
        #[default]
        Contribution = "contribution" ("Contribution", "贡献"),
        /// What they contribute for each unit that is spent on them.
        ReturnOnEffort = "return_on_effort" ("Return on effort", "投入产出"),
    }
}

/// What a customer contributes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContributionRow {
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// Its number.
    #[schema(required)]
    pub code: Option<String>,
    /// What it has bought, less what came back.
    pub revenue: Money,
    /// What that has cost the company.
    pub direct_cost: Money,
    /// What was spent on the customer.
    pub cost_to_serve: Money,
    /// Revenue less both costs.
    pub contribution: Money,
    /// Contribution for each unit spent on the customer; without value where nothing was.
    pub return_on_effort: Ratio,
    /// Whether it contributes nothing and does not grow either.
    pub low_value: bool,
}

/// What all customers contribute, whatever rows are shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContributionTotals {
    /// How many customers have bought, given something back, or had something spent on them.
    pub customers: i64,
    /// What they have bought, less what came back.
    pub revenue: Money,
    /// What that has cost the company.
    pub direct_cost: Money,
    /// What was spent on customers.
    pub cost_to_serve: Money,
    /// Revenue less both costs.
    pub contribution: Money,
    /// How many of them are of low value.
    pub low_value: i64,
}

static DEFINITION: Definition = Definition {
    name: "customer-contribution",
    version: 2,
    title: Texts { en: "Contribution of customers", zh: "客户贡献" },
    about: Texts {
        en: "What each customer has bought on the days of a time, less what came back; what that has cost the company \
             (costs of order lines and of contracts, as far as they were told); what was spent on the customer (the \
             expenses of activities with it); and what is left. Rows sum to the totals, whatever is shown of them. A \
             customer is of low value if nothing is left and it shows no sign of growth: it is neither new nor in \
             growth at the day of `as_of`. Purchases are those of the report `rfm`; the cost of a contract is that \
             of now.",
        zh: "在一段时间内每位客户的收入(扣除退货)、直接成本、服务成本(活动费用)与贡献额;贡献额不大于零且无增长迹象者为低价值客户。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &ACTIVITY],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        day(
            "from",
            "The first day; a year before `to` when absent.",
            "起始日,默认为截止日前一年。",
        ),
        day("to", "The last day; that of `as_of` when absent.", "截止日,默认为 as_of 当日。"),
        Parameter {
            name: "low_value",
            takes: Takes::One(Type::Boolean),
            default: Some("false"),
            required: false,
            field: None,
            about: Texts { en: "Only customers of low value.", zh: "仅显示低价值客户。" },
        },
        Parameter {
            name: "by",
            takes: Takes::One(ContributionOrder::TYPE),
            default: Some("contribution"),
            required: false,
            field: None,
            about: Texts {
                en: "What rows are ordered by, the highest first.",
                zh: "排序依据(降序)。",
            },
        },
        CUSTOMER_ID,
        LIMIT,
    ],
    columns: &[
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("code", "Customer number", "客户编号", What::Key),
        column("revenue", "Revenue", "收入", What::Money),
        column("direct_cost", "Direct cost", "直接成本", What::Money),
        column("cost_to_serve", "Cost to serve", "服务成本", What::Money),
        column("contribution", "Contribution", "贡献额", What::Money),
        column("return_on_effort", "Return on effort", "单位投入回报", What::Ratio),
        column("low_value", "Low value", "低价值", What::Flag),
    ],
    plot: Plot { shape: Shape::Bars, names: &["party"], values: &["contribution"], otherwise: &[] },
};

/// A customer's figures in steps. It takes no more than what was read of the customer.
struct Part {
    id: Uuid,
    revenue: i64,
    direct: i64,
    served: i64,
    /// Whether it has bought something, or given something back.
    told: bool,
    low: bool,
}

impl Part {
    fn left(&self) -> i128 {
        i128::from(self.revenue) - i128::from(self.direct) - i128::from(self.served)
    }

    fn effort(&self) -> Ratio {
        let number = FineAmount::sum_to_decimal;
        Ratio::new(number(self.left()), number(self.served.into()))
    }
}

/// Finds those of low value: of whom nothing is left, and who show no sign of growth.
async fn find_low(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked, parts: &mut [Part]) -> Result<()> {
    let limits = Limits::of(&ctx.settings.preferences);
    let ended = ends_month(asked.today);
    for part in parts.iter_mut() {
        part.low = part.left() <= 0;
    }
    for page in Pages::of(parts.iter().map(|part| part.id)).each() {
        if !page.iter().any(|(_, place)| parts[*place].low) {
            continue;
        }
        for (place, of) in purchases::by_month_on(tx, ctx, &DEFINITION, asked, page).await? {
            let life = LifeCycle { months: &of.sums, bought: &of.bought, ended };
            let (phase, _) = life.phase(&limits);
            parts[place].low &= !matches!(phase, LifeCyclePhase::New | LifeCyclePhase::Growth);
        }
    }
    Ok(())
}

async fn parts(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Part>> {
    let (from, to) =
        asked.time(|to| to.checked_sub_months(Months::new(12))?.checked_add_days(Days::new(1)))?;
    let time = (Some(from), Some(to));
    let into = asked.exchange.currency();
    let spent = purchases::spent(tx, ctx, &DEFINITION, asked, time).await?;
    let mut served: BTreeMap<Uuid, i128> =
        spent.into_iter().map(|(id, all)| (id, all.iter().map(|(_, steps)| steps).sum())).collect();
    let told = purchases::everybody(tx, ctx, &DEFINITION, asked, time).await?;
    let part = |id, of: Option<Buyer>, served: i128| -> Result<Part> {
        let (revenue, direct) = of.map_or((0, 0), |of| (of.left(), of.cost));
        let (revenue, served) = (narrow(revenue, into)?, narrow(served, into)?);
        Ok(Part { id, revenue, direct, served, told: of.is_some(), low: false })
    };
    let buyers = told.into_iter();
    let mut parts = buyers
        .map(|of| part(of.id, Some(of), served.remove(&of.id).unwrap_or_default()))
        .collect::<Result<Vec<Part>>>()?;
    for (id, served) in served {
        parts.push(part(id, None, served)?);
    }
    find_low(tx, ctx, asked, &mut parts).await?;
    Ok(parts)
}

impl Report for CustomerContribution {
    type Row = ContributionRow;
    type Totals = ContributionTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut parts = parts(tx, ctx, asked).await?;
        let sum = |of: fn(&Part) -> i128| purchases::money(asked, parts.iter().map(of).sum());
        let totals = ContributionTotals {
            customers: count(parts.len()),
            revenue: sum(|part| part.revenue.into())?,
            direct_cost: sum(|part| part.direct.into())?,
            cost_to_serve: sum(|part| part.served.into())?,
            contribution: sum(Part::left)?,
            low_value: count(parts.iter().filter(|part| part.low).count()),
        };
        let (low, one) = (asked.text("low_value") == Some("true"), asked.id("party_id"));
        parts.retain(|part| (!low || part.low) && one.is_none_or(|one| one == part.id));
        match asked.word::<ContributionOrder>("by").unwrap_or_default() {
            ContributionOrder::Contribution => parts.sort_by_key(|part| Reverse(part.left())),
            ContributionOrder::ReturnOnEffort => {
                parts.sort_by_key(|part| Reverse(part.effort().value()));
            }
        }
        parts.truncate(usize::try_from(asked.whole("limit").unwrap_or(1_000)).unwrap_or(1_000));
        let names = labels(tx, ctx, asked, &PARTY, parts.iter().map(|part| part.id)).await?;
        let told: Vec<Uuid> = parts.iter().filter(|part| part.told).map(|part| part.id).collect();
        let mut codes = purchases::codes(tx, &told).await?;
        let mut rows = Vec::with_capacity(parts.len());
        for part in parts {
            rows.push(ContributionRow {
                party_id: part.id,
                party: names.get(&part.id).cloned(),
                revenue: purchases::money(asked, part.revenue.into())?,
                direct_cost: purchases::money(asked, part.direct.into())?,
                cost_to_serve: purchases::money(asked, part.served.into())?,
                contribution: purchases::money(asked, part.left())?,
                return_on_effort: part.effort(),
                low_value: part.low,
                code: codes.remove(&part.id),
            });
        }
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = ContributionRow {
            party_id: example_id(),
            party: Some("上海宏图软件有限公司".to_owned()),
            code: Some("C-2026-0001".to_owned()),
            revenue: yuan(10_000_000),
            direct_cost: yuan(6_000_000),
            cost_to_serve: yuan(1_500_000),
            contribution: yuan(2_500_000),
            return_on_effort: Ratio::new(25_000, 15_000),
            low_value: false,
        };
        let totals = ContributionTotals {
            customers: 1,
            revenue: row.revenue,
            direct_cost: row.direct_cost,
            cost_to_serve: row.cost_to_serve,
            contribution: row.contribution,
            low_value: 0,
        };
        Made { rows: vec![row], totals }
    }
}
