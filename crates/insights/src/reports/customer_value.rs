//! What customers are worth over a long time, how steady they are, and which great ones have left off.

use super::{
    prospects::{column, example_id},
    purchases::{self, Monthly, Pages},
    rfm::{CUSTOMER_ID, LIMIT, count},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    asked::bad,
    definition::Shape,
    exchange::rounded,
    labels::{Labels, labels},
};
use chrono::{Months, NaiveDate};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    activities::ACTIVITY,
    orders::ORDER,
    parties::PARTY,
    value::{
        Former, HalfLife, Steadiness, ValueConfidence, former_key_account, months_between,
        steadiness, value_confidence, volatility,
    },
};
use guanxi_kernel::{
    Ctx, Currency, FineAmount, Money, Result, Word as _,
    problem::{OUT_OF_RANGE, Texts},
    scalar::Type,
};
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CustomerValue;

/// What a customer is worth.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerValueRow {
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// Its number.
    #[schema(required)]
    pub code: Option<String>,
    /// Purchases less what was spent on the customer, each weighed by its age.
    pub value: Money,
    /// The weighed purchases.
    pub purchases: Money,
    /// The weighed costs.
    pub costs: Money,
    /// The standard deviation of its months over their mean; `null` where the mean is not above zero.
    #[schema(required)]
    pub volatility: Option<String>,
    /// Its class.
    #[schema(required)]
    pub steadiness: Option<Steadiness>,
    /// What that is called.
    #[schema(required)]
    pub steadiness_name: Option<&'static str>,
    /// How often it has bought.
    pub purchase_count: i64,
    /// Whether that is enough to rely on the value: `low` for fewer purchases than the company wants
    /// (`confident_purchases` in its preferences, 3 when it says nothing).
    pub value_confidence: ValueConfidence,
    /// What that is called.
    pub value_confidence_name: &'static str,
    /// Whether it bought a great deal once and only bits now.
    pub former_key_account: bool,
    /// The first month of its best twelve; `null` unless it is a former key account.
    #[schema(required)]
    pub best_from: Option<NaiveDate>,
    /// What these came to.
    #[schema(required)]
    pub best_amount: Option<Money>,
    /// What the last twelve came to.
    pub last_amount: Money,
}

/// What something of an age counts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValueWeight {
    /// Months of the calendar since then.
    pub age_months: i64,
    /// What it counts, from 1 for now; with six decimals.
    pub weight: String,
}

/// What goes over all customers, whatever rows are shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerValueTotals {
    /// How many customers have bought.
    pub customers: i64,
    /// What all are worth.
    pub value: Money,
    /// How many of them are former key accounts.
    pub former_key_accounts: i64,
    /// How the value is worked out.
    pub formula: &'static str,
    /// What it counts by age, for two half-lives.
    pub weights: Vec<ValueWeight>,
}

/// How the value is worked out.
const FORMULA: &str = "value = Σ purchase × 0.5^(age / half-life) − Σ cost × 0.5^(age / half-life), ages in months of the calendar";

const fn steady(name: &'static str, usual: &'static str, about: Texts) -> Parameter {
    Parameter {
        name,
        takes: Takes::Factor,
        default: Some(usual),
        required: false,
        field: None,
        about,
    }
}

static DEFINITION: Definition = Definition {
    name: "customer-value",
    version: 2,
    title: Texts { en: "Composite value of customers", zh: "客户综合价值" },
    about: Texts {
        en: "What each customer has bought, less what was spent on it (the expenses of activities with it), each \
             weighed by half for every half-life that has passed, with ages in months of the calendar. Beside it how \
             much its months differ (the standard deviation over the mean, of the months from its first purchase on; up \
             to `stable_up_to` they are stable, up to `variable_up_to` variable, and volatile above), and whether it is \
             a former key account: its best twelve months in a row reach `key_amount`, and the last twelve come to a \
             fifth of them at most. Purchases are those of the report `rfm`; what came back reduces them. Rows begin \
             with the highest value, or with `former=true` with the highest amount of the best months.",
        zh: "按半衰期加权的购买额减去在该客户上的费用(活动费用);同时给出月度购买额的变异系数,并标识曾经的大客户(最好连续 12 个月达到界限而最近 12 个月不足其 20%)。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &ACTIVITY],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "half_life",
            takes: Takes::Whole(1, 120),
            default: Some("12"),
            required: false,
            field: None,
            about: Texts { en: "The half-life in months.", zh: "半衰期(月)。" },
        },
        Parameter {
            name: "key_amount",
            takes: Takes::Amount,
            default: Some("100000.00"),
            required: false,
            field: None,
            about: Texts {
                en: "From which amount in twelve months a customer is a key account.",
                zh: "十二个月购买额达到多少视为大客户。",
            },
        },
        Parameter {
            name: "former",
            takes: Takes::One(Type::Boolean),
            default: Some("false"),
            required: false,
            field: None,
            about: Texts {
                en: "Only former key accounts, to be won back.",
                zh: "仅显示曾经的大客户(赢回名单)。",
            },
        },
        steady(
            "stable_up_to",
            "0.5",
            Texts {
                en: "Up to which coefficient of variation months are stable.",
                zh: "变异系数不超过多少视为稳定。",
            },
        ),
        steady(
            "variable_up_to",
            "1",
            Texts {
                en: "Up to which they are variable; above it they are volatile.",
                zh: "变异系数不超过多少视为波动,超过即为剧烈波动。",
            },
        ),
        CUSTOMER_ID,
        LIMIT,
    ],
    columns: &[
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("code", "Customer number", "客户编号", What::Key),
        column("value", "Value", "综合价值", What::Money),
        column("purchases", "Weighed purchases", "加权购买额", What::Money),
        column("costs", "Weighed costs", "加权费用", What::Money),
        column("volatility", "Coefficient of variation", "变异系数", What::Count),
        column("steadiness", "Steadiness", "稳定性", What::Key),
        column("steadiness_name", "Steadiness name", "稳定性名称", What::Label),
        column("purchase_count", "Number of purchases", "购买次数", What::Count),
        column("value_confidence", "Confidence", "价值可信度代码", What::Key),
        column("value_confidence_name", "Confidence name", "价值可信度", What::Label),
        column("former_key_account", "Former key account", "曾经的大客户", What::Flag),
        column("best_from", "Best twelve months from", "最好年度起始月", What::Date),
        column("best_amount", "Best twelve months", "最好年度金额", What::Money),
        column("last_amount", "Last twelve months", "最近年度金额", What::Money),
    ],
    plot: Plot { shape: Shape::Bars, names: &["party"], values: &["value"], otherwise: &[] },
};

/// Up to which coefficients of variation months are stable, and then variable.
///
/// # Errors
/// `bad_parameter` where the second is below the first.
fn limits(asked: &Asked) -> Result<(Decimal, Decimal)> {
    let number = |name| asked.share(name).unwrap_or_default();
    let limits = (number("stable_up_to"), number("variable_up_to"));
    match limits.1 < limits.0 {
        true => Err(bad(OUT_OF_RANGE
            .parameter("variable_up_to")
            .with("expected", "not below stable_up_to"))),
        false => Ok(limits),
    }
}

/// A customer's figures in steps.
struct Worth {
    /// Its place in the order of codes.
    place: usize,
    of: Monthly,
    purchases: Decimal,
    costs: Decimal,
    former: Option<Former>,
}

impl Worth {
    fn value(&self) -> Decimal {
        self.purchases - self.costs
    }

    fn last(&self) -> i128 {
        self.of.sums.iter().rev().take(12).sum()
    }

    fn best_from(&self) -> Option<NaiveDate> {
        let months = u32::try_from(self.former?.from).ok()?;
        self.of.from.checked_add_months(Months::new(months))
    }
}

/// A weighed number of steps as an amount, rounded half-even once.
fn money(asked: &Asked, steps: Decimal) -> Result<Money> {
    let into = asked.exchange.currency();
    let minor =
        steps * Decimal::new(1, FineAmount::PLACES) * Decimal::from(10_i64.pow(into.exponent()));
    rounded(minor, into)
}

fn number(steps: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(steps, 0).unwrap_or(Decimal::MAX)
}

/// Of many customers, those that are shown, and what goes over all.
struct Found {
    /// The values of all, in the order of their codes.
    values: Vec<Decimal>,
    former: usize,
    /// Those that are shown, the first of them first.
    shown: Vec<Worth>,
}

/// Which are shown, and how many at most.
struct Wish {
    former: bool,
    one: Option<Uuid>,
    most: usize,
}

impl Wish {
    fn asked(asked: &Asked) -> Self {
        Self {
            former: asked.text("former") == Some("true"),
            one: asked.id("party_id"),
            most: usize::try_from(asked.whole("limit").unwrap_or(1_000)).unwrap_or(1_000),
        }
    }

    fn takes(&self, worth: &Worth) -> bool {
        (!self.former || worth.former.is_some()) && self.one.is_none_or(|one| one == worth.of.id)
    }

    /// Leaves the first of those that were found until now; equal ones are in the order of their codes.
    fn narrow(&self, shown: &mut Vec<Worth>) {
        match self.former {
            true => shown.sort_by_key(|worth| {
                (Reverse(worth.former.map(|former| former.best)), worth.place)
            }),
            false => shown.sort_by_key(|worth| (Reverse(worth.value()), worth.place)),
        }
        shown.truncate(self.most);
    }
}

async fn find(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    half_life: &mut HalfLife,
) -> Result<Found> {
    let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, (None, None)).await?;
    let mut values = vec![Decimal::ZERO; buyers.len()];
    let pages = Pages::of(buyers.into_iter().map(|buyer| buyer.id));
    let costs = purchases::spent(tx, ctx, &DEFINITION, asked, (None, None)).await?;
    let key = asked.money("key_amount").map_or(0, |key| FineAmount::from(key).steps());
    let (wish, today) = (Wish::asked(asked), asked.today);
    let (mut former, mut shown) = (0, Vec::new());
    for page in pages.each() {
        for (place, of) in purchases::by_month_on(tx, ctx, &DEFINITION, asked, page).await? {
            let mut weigh = |age: u32, steps: i128| half_life.weight(age) * number(steps);
            let ages = (0..).zip(of.sums.iter().rev());
            let purchases = ages.map(|(age, steps)| weigh(age, *steps)).sum();
            let spent = costs.get(&of.id).into_iter().flatten();
            let costs = spent.map(|(day, steps)| weigh(months_between(*day, today), *steps)).sum();
            let worth = Worth {
                former: former_key_account(&of.sums, key.into()),
                place,
                purchases,
                costs,
                of,
            };
            values[place] = worth.value();
            former += usize::from(worth.former.is_some());
            if wish.takes(&worth) {
                shown.push(worth);
            }
        }
        wish.narrow(&mut shown);
    }
    Ok(Found { values, former, shown })
}

fn row(
    ctx: &Ctx,
    asked: &Asked,
    worth: &Worth,
    (names, codes): (&Labels, &Labels),
    limits: (Decimal, Decimal),
) -> Result<CustomerValueRow> {
    let volatility = volatility(&worth.of.sums);
    let class = volatility.map(|volatility| steadiness(volatility, limits));
    let wanted = ctx.settings.preferences.confident_purchases;
    let confidence = value_confidence(worth.of.purchases, wanted);
    Ok(CustomerValueRow {
        party_id: worth.of.id,
        party: names.get(&worth.of.id).cloned(),
        code: codes.get(&worth.of.id).cloned(),
        value: money(asked, worth.value())?,
        purchases: money(asked, worth.purchases)?,
        costs: money(asked, worth.costs)?,
        volatility: volatility.map(|volatility| format!("{volatility:.4}")),
        steadiness: class,
        steadiness_name: class.map(|class| class.label(ctx.language)),
        purchase_count: worth.of.purchases,
        value_confidence: confidence,
        value_confidence_name: confidence.label(ctx.language),
        former_key_account: worth.former.is_some(),
        best_from: worth.best_from(),
        best_amount: worth.former.map(|former| purchases::money(asked, former.best)).transpose()?,
        last_amount: purchases::money(asked, worth.last())?,
    })
}

impl Report for CustomerValue {
    type Row = CustomerValueRow;
    type Totals = CustomerValueTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let months =
            asked.whole("half_life").and_then(|months| u32::try_from(months).ok()).unwrap_or(12);
        let mut half_life = HalfLife::of_months(months);
        let limits = limits(asked)?;
        let Found { values, former, shown } = find(tx, ctx, asked, &mut half_life).await?;
        let weight = |age: u32| ValueWeight {
            age_months: age.into(),
            weight: format!("{:.6}", half_life.weight(age)),
        };
        let totals = CustomerValueTotals {
            customers: count(values.len()),
            value: money(asked, values.iter().sum())?,
            former_key_accounts: count(former),
            formula: FORMULA,
            weights: (0..=2 * months).map(weight).collect(),
        };
        let ids: Vec<Uuid> = shown.iter().map(|worth| worth.of.id).collect();
        let codes = purchases::codes(tx, &ids).await?;
        let names = labels(tx, ctx, asked, &PARTY, ids).await?;
        let rows = shown.iter().map(|worth| row(ctx, asked, worth, (&names, &codes), limits));
        let rows = rows.collect::<Result<_>>()?;
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = CustomerValueRow {
            party_id: example_id(),
            party: Some("上海宏图软件有限公司".to_owned()),
            code: Some("C-2026-0001".to_owned()),
            value: yuan(3_500_000),
            purchases: yuan(3_500_000),
            costs: yuan(0),
            volatility: Some("3.2863".to_owned()),
            steadiness: Some(Steadiness::Volatile),
            steadiness_name: Some("Volatile"),
            purchase_count: 2,
            value_confidence: ValueConfidence::Low,
            value_confidence_name: "Low",
            former_key_account: true,
            best_from: NaiveDate::from_ymd_opt(2024, 3, 1),
            best_amount: Some(yuan(10_000_000)),
            last_amount: yuan(1_000_000),
        };
        let totals = CustomerValueTotals {
            customers: 1,
            value: row.value,
            former_key_accounts: 1,
            formula: FORMULA,
            weights: vec![ValueWeight { age_months: 12, weight: "0.500000".to_owned() }],
        };
        Made { rows: vec![row], totals }
    }
}
