//! When a customer is to be expected to buy again, and what.

use super::{
    cross_sell::ONE_CUSTOMER,
    products_bought,
    prospects::{column, example_id, require_fields},
    purchases::Kind,
    rfm::count,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, labels::labels};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY, value::Intervals};
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio};
use guanxi_sales::products::PRODUCT;
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct NextNeeds;

/// A product that a customer buys again and again.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextNeedRow {
    /// The product; `null` where no product has the code.
    #[schema(required)]
    pub product_id: Option<Uuid>,
    /// Its code.
    pub code: String,
    /// What it is called.
    #[schema(required)]
    pub product: Option<String>,
    /// On how many days it was bought.
    pub days_bought: i64,
    /// The last of them.
    pub last_on: NaiveDate,
    /// The mean interval in days.
    pub mean_interval: Ratio,
    /// The standard deviation of the intervals in days, with four decimals.
    #[schema(required)]
    pub spread: Option<String>,
    /// When the next time is to be expected.
    #[schema(required)]
    pub next_on: Option<NaiveDate>,
    /// Whether that day has come.
    pub due: bool,
    /// How many days it is past; 0 if it is not.
    pub overdue_days: i64,
}

/// The purchases of the customer as a whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextNeedTotals {
    /// On how many days something was bought.
    pub days_bought: i64,
    /// The last of them.
    #[schema(required)]
    pub last_on: Option<NaiveDate>,
    /// The mean interval in days; without value where there is none.
    pub mean_interval: Ratio,
    /// The standard deviation of the intervals in days, with four decimals.
    #[schema(required)]
    pub spread: Option<String>,
    /// When the next purchase is to be expected; `null` where there is no interval.
    #[schema(required)]
    pub next_on: Option<NaiveDate>,
    /// How many products are due.
    pub due: i64,
    /// How many products were bought on one day only, and so are not listed.
    pub once: i64,
}

/// Rows at most, those that are due first before all.
const SHOWN: usize = 1_000;

/// Days of purchases that count, the latest.
const DAYS: i64 = 10_000;

static DEFINITION: Definition = Definition {
    name: "next-needs",
    version: 2,
    title: Texts { en: "Next needs of a customer", zh: "客户下次需求预测" },
    about: Texts {
        en: "When a customer is to be expected to buy again, and which products: the last day on which something was \
             bought and the mean interval between such days, rounded to whole days, with the standard deviation of the \
             intervals as the spread. A product is due when that day has come; the earliest day comes first. Several \
             purchases on a day count once, what was bought on one day only has no interval. Purchases are orders and \
             signed contracts as in the report `rfm`; which products contracts are about is as it is now.",
        zh: "按购买间隔的均值与标准差预测客户下次购买日期及应购产品:最近购买日 + 平均间隔(取整天)。到期产品排在最前,仅购买过一天的产品无间隔,不列出。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &PRODUCT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[ONE_CUSTOMER],
    columns: &[
        column("product_id", "Product id", "产品标识", What::Key),
        column("code", "Code", "产品编码", What::Key),
        column("product", "Product", "产品", What::Label),
        column("days_bought", "Days bought", "购买天数", What::Count),
        column("last_on", "Last bought", "最近购买日", What::Date),
        column("mean_interval", "Mean interval", "平均间隔", What::Days),
        column("spread", "Spread", "间隔标准差", What::Count),
        column("next_on", "Next", "预计下次购买日", What::Date),
        column("due", "Due", "已到期", What::Flag),
        column("overdue_days", "Days past", "逾期天数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["code"], values: &["overdue_days"], otherwise: &[] },
};

/// The days on which a customer has bought something.
async fn days(tx: &mut Tx, ctx: &Ctx, asked: &Asked, party: Uuid) -> Result<BTreeSet<NaiveDate>> {
    let mut all = BTreeSet::new();
    for from in [Kind::Orders, Kind::Contracts] {
        let (day, _, is_purchase) = from.columns();
        let mut sql = Sql::new("SELECT DISTINCT ");
        sql.push(day);
        from.of(&mut sql, ctx, &DEFINITION, asked, (None, None));
        sql.push(" AND ").push(is_purchase).push(" AND t.party_id = ").bind(party);
        sql.push(" ORDER BY ").push(day).push(" DESC LIMIT ").bind(DAYS);
        all.extend(tx.all::<(NaiveDate,)>(sql).await?.into_iter().map(|row| row.0));
    }
    Ok(all)
}

/// A figure with four decimals.
fn spread(of: &Intervals) -> Option<String> {
    of.spread().map(|spread| format!("{spread:.4}"))
}

impl Report for NextNeeds {
    type Row = NextNeedRow;
    type Totals = NextNeedTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CONTRACT, &["lines"])?;
        let party = products_bought::customer(tx, ctx, asked).await?;
        let days = days(tx, ctx, asked, party).await?;
        let bought = products_bought::of_customer(tx, ctx, &DEFINITION, asked, party).await?;
        let known = products_bought::products(tx, &bought.keys().cloned().collect()).await?;
        let ids: BTreeMap<&str, Uuid> =
            known.iter().filter(|one| one.live).map(|one| (one.code.as_str(), one.id)).collect();
        let names = labels(tx, ctx, asked, &PRODUCT, ids.values().copied()).await?;
        let (mut rows, mut once) = (Vec::new(), 0);
        for (code, one) in bought {
            let Some(of) = Intervals::of(one.days.iter().copied()) else {
                once += 1;
                continue;
            };
            let product_id = ids.get(code.as_str()).copied();
            let next_on = of.next();
            let past = next_on.map(|next| (asked.today - next).num_days());
            rows.push(NextNeedRow {
                product_id,
                product: product_id.and_then(|id| names.get(&id).cloned()).or(one.name),
                code,
                days_bought: count(one.days.into_iter().collect::<BTreeSet<_>>().len()),
                last_on: of.last(),
                mean_interval: of.mean(),
                spread: spread(&of),
                next_on,
                due: past.is_some_and(|past| past >= 0),
                overdue_days: past.unwrap_or_default().max(0),
            });
        }
        rows.sort_by(|one, other| (one.next_on, &one.code).cmp(&(other.next_on, &other.code)));
        let whole = Intervals::of(days.iter().copied());
        let totals = NextNeedTotals {
            days_bought: count(days.len()),
            last_on: days.last().copied(),
            mean_interval: whole.as_ref().map_or(Ratio::new(0, 0), Intervals::mean),
            spread: whole.as_ref().and_then(spread),
            next_on: whole.as_ref().and_then(Intervals::next),
            due: count(rows.iter().filter(|row| row.due).count()),
            once,
        };
        rows.truncate(SHOWN);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
        let row = NextNeedRow {
            product_id: Some(example_id()),
            code: "GTX-TONER".to_owned(),
            product: Some("硒鼓".to_owned()),
            days_bought: 4,
            last_on: day(4, 1),
            mean_interval: Ratio::new(90, 3),
            spread: Some("0.0000".to_owned()),
            next_on: Some(day(5, 1)),
            due: false,
            overdue_days: 0,
        };
        let totals = NextNeedTotals {
            days_bought: 4,
            last_on: Some(day(4, 1)),
            mean_interval: Ratio::new(90, 3),
            spread: Some("0.0000".to_owned()),
            next_on: Some(day(5, 1)),
            due: 0,
            once: 1,
        };
        Made { rows: vec![row], totals }
    }
}
