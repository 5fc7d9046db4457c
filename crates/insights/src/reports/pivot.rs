//! Opportunities by any two dimensions: a cell for each pair of values, and sums that reconcile.
//!
//! Amounts are summed by the store in each currency and for each day of a rate, and converted once. All
//! totals are sums of what the cells say, so a row, a column and the whole can never differ by a rounding.
//! Price: all cells are read before the first is told, so there are at most 20,000 groups.
//!
//! What a customer is (industry, region, tier) is told of those that the caller may see; the opportunities of
//! others stand in the row without a value, so that every total is the same whatever is crossed.

use super::{
    facts::{CLOSED_AFTER, CLOSED_BEFORE, Facts, ONE_PIPELINE, also_reads, converted},
    prospects::{column, people, sees},
    standing::{ANY, OPEN},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
    exchange::currency, labels::labels, problems::TOO_MANY_CELLS,
};
use chrono::NaiveDate;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Result, Word as _,
    problem::{Texts, UNKNOWN_VALUE},
    scalar::Scalar,
};
use guanxi_marketing::campaigns::CAMPAIGN;
use guanxi_sales::{
    opportunities::{OPPORTUNITY, OpportunityOrigin, OpportunityStatus},
    products::PRODUCT,
};
use guanxi_storage::{Kind, Sql, Tx, scope};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Pivot;

/// Groups that are read at most.
const MOST: usize = 20_000;

guanxi_kernel::words! {
    /// By what opportunities are told apart.
    pub enum PivotDimension {
        /// What was mainly to be sold.
        Product = "product" ("Product", "产品"),
        /// The campaign that brought it; none for what several brought.
        Campaign = "campaign" ("Campaign", "市场活动"),
        /// Where it came from.
        Origin = "origin" ("Origin", "来源"),
        /// Its controller at the instant.
        Owner = "owner" ("Controller", "控制人"),
        /// Its state at the instant.
        Status = "status" ("State", "状态"),
        /// The month in which it closed.
        ClosedMonth = "closed_month" ("Month of closing", "关闭月份"),
        /// The trade of the customer.
        Industry = "industry" ("Industry", "行业"),
        /// The region of the customer.
        Region = "region" ("Region", "区域"),
        /// How important the customer is.
        CustomerTier = "customer_tier" ("Tier of the customer", "客户等级"),
    }
}

guanxi_kernel::words! {
    /// What is counted or summed.
    pub enum PivotMeasure {
        /// All of them.
        AllCount = "all_count" ("All opportunities", "全部商机数"),
        /// Their amounts.
        AllAmount = "all_amount" ("All amounts", "全部商机金额"),
        /// Those that are open.
        OpenCount = "open_count" ("Open opportunities", "在手商机数"),
        /// Their amounts.
        OpenAmount = "open_amount" ("Open amount", "在手商机金额"),
        /// Those that were won.
        WonCount = "won_count" ("Won opportunities", "赢单数"),
        /// Their amounts.
        WonValue = "won_value" ("Won value", "赢单金额"),
        /// Those that were lost.
        LostCount = "lost_count" ("Lost opportunities", "输单数"),
        /// Their amounts.
        LostValue = "lost_value" ("Lost value", "输单金额"),
    }
}

/// What stands where a row and a column cross.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PivotCell {
    /// The value of the first dimension: an id, a word, a month or a text; `null` for those without.
    #[schema(required)]
    pub row: Option<String>,
    /// What it is called; `null` for whoever may not see that.
    #[schema(required)]
    pub row_name: Option<String>,
    /// The value of the second dimension.
    #[schema(required)]
    pub col: Option<String>,
    /// What it is called; `null` for whoever may not see that.
    #[schema(required)]
    pub col_name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: PivotFigures,
}

/// How many there are, and what they come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PivotFigures {
    /// How many opportunities.
    pub count: i64,
    /// What they come to; `null` if the measure is a number of them.
    #[schema(required)]
    pub amount: Option<Money>,
}

/// The sum of a row.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PivotRowTotal {
    /// The value of the first dimension.
    #[schema(required)]
    pub row: Option<String>,
    /// What it is called.
    #[schema(required)]
    pub row_name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: PivotFigures,
}

/// The sum of a column.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PivotColTotal {
    /// The value of the second dimension.
    #[schema(required)]
    pub col: Option<String>,
    /// What it is called.
    #[schema(required)]
    pub col_name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: PivotFigures,
}

/// The sums of rows and of columns, and of all, which is both the sum of the rows and that of the columns.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PivotTotals {
    /// Of each row.
    pub rows: Vec<PivotRowTotal>,
    /// Of each column.
    pub cols: Vec<PivotColTotal>,
    /// Of all.
    #[serde(flatten)]
    pub figures: PivotFigures,
}

const fn dimension(name: &'static str, about: Texts) -> Parameter {
    Parameter {
        name,
        takes: Takes::One(<PivotDimension as Scalar>::TYPE),
        default: None,
        required: true,
        field: None,
        about,
    }
}

static DEFINITION: Definition = Definition {
    name: "pivot",
    version: 1,
    title: Texts { en: "Pivot table of opportunities", zh: "商机交叉分析" },
    about: Texts {
        en: "Opportunities that you may see, as they stood at the instant, by any two dimensions: a row of `data` for \
             each pair of values that there is, with the sums of rows, of columns and of all in `totals`, which \
             reconcile exactly. State, controller and amount are those of the instant; all else is as it is now. \
             Amounts in other currencies are converted by the rate of the day on which they closed, else by that of \
             the instant.",
        zh: "按任意两个维度交叉统计可见商机(统计时点状态),totals 给出行、列与总计,三者严格一致。金额按关闭日(未关闭按统计当日)汇率折算。",
    },
    reads: &[&OPPORTUNITY],
    needs: &["status", "owner_id"],
    rests_on: &[("amount", &["amount"])],
    parameters: &[
        dimension("rows", Texts { en: "The first dimension.", zh: "行维度。" }),
        dimension("cols", Texts { en: "The second dimension.", zh: "列维度。" }),
        Parameter {
            name: "measure",
            takes: Takes::One(<PivotMeasure as Scalar>::TYPE),
            default: Some("all_count"),
            required: false,
            field: None,
            about: Texts { en: "What is counted or summed.", zh: "度量。" },
        },
        ONE_PIPELINE,
        CLOSED_AFTER,
        CLOSED_BEFORE,
    ],
    columns: &[
        column("row", "Row", "行", What::Key),
        column("row_name", "Row", "行名称", What::Label),
        column("col", "Column", "列", What::Key),
        column("col_name", "Column", "列名称", What::Label),
        column("count", "Opportunities", "商机数", What::Count),
        column("amount", "Amount", "金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["row_name", "col_name"],
        values: &["count"],
        otherwise: &[],
    },
};

/// Whatever was won.
const WON: &[&str] = &["won"];
/// Whatever was lost.
const LOST: &[&str] = &["lost"];

impl PivotMeasure {
    /// The states that it is of.
    fn statuses(self) -> &'static [&'static str] {
        match self {
            Self::AllCount | Self::AllAmount => ANY,
            Self::OpenCount | Self::OpenAmount => OPEN,
            Self::WonCount | Self::WonValue => WON,
            Self::LostCount | Self::LostValue => LOST,
        }
    }

    /// Whether it is money.
    fn is_amount(self) -> bool {
        matches!(self, Self::AllAmount | Self::OpenAmount | Self::WonValue | Self::LostValue)
    }
}

impl PivotDimension {
    /// The field that it tells of.
    fn field(self) -> (&'static Kind, &'static str) {
        match self {
            Self::Product => (&OPPORTUNITY, "product_id"),
            Self::Campaign => (&OPPORTUNITY, "campaign_id"),
            Self::Origin => (&OPPORTUNITY, "origin"),
            Self::Owner => (&OPPORTUNITY, "owner_id"),
            Self::Status => (&OPPORTUNITY, "status"),
            Self::ClosedMonth => (&OPPORTUNITY, "closed_on"),
            Self::Industry => (&PARTY, "industry"),
            Self::Region => (&PARTY, "region"),
            Self::CustomerTier => (&PARTY, "tier"),
        }
    }

    /// The id and the word of its value, of which one is always absent.
    fn selected(self) -> (&'static str, &'static str) {
        const NO_ID: &str = "CAST(NULL AS UUID)";
        const NO_WORD: &str = "CAST(NULL AS TEXT)";
        match self {
            Self::Product => ("d.product_id", NO_WORD),
            Self::Campaign => ("d.campaign_id", NO_WORD),
            Self::Owner => ("d.owner_id", NO_WORD),
            Self::Origin => (NO_ID, "d.origin"),
            Self::Status => (NO_ID, "d.status"),
            Self::ClosedMonth => (NO_ID, "SUBSTR(CAST(d.closed_on AS TEXT), 1, 7)"),
            Self::Industry => (NO_ID, "t.industry"),
            Self::Region => (NO_ID, "t.region"),
            Self::CustomerTier => (NO_ID, "t.tier"),
        }
    }

    /// Refuses a dimension of a field that the caller may not see.
    ///
    /// # Errors
    /// `forbidden` without the right to read what it is a field of; `bad_parameter`.
    fn require(self, ctx: &Ctx, parameter: &'static str) -> Result<()> {
        let (kind, field) = self.field();
        also_reads(ctx, kind.plural)?;
        if sees(ctx, kind, field) {
            return Ok(());
        }
        let refused = UNKNOWN_VALUE.parameter(parameter);
        Err(bad(refused.with("expected", "what your rights let you see")))
    }

    /// What its values are called.
    async fn names(
        self,
        tx: &mut Tx,
        ctx: &Ctx,
        asked: &Asked,
        keys: BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>> {
        let ids = keys.iter().filter_map(|key| key.parse::<Uuid>().ok()).collect::<Vec<_>>();
        let found = match self {
            Self::Product => labels(tx, ctx, asked, &PRODUCT, ids).await?,
            Self::Campaign => labels(tx, ctx, asked, &CAMPAIGN, ids).await?,
            Self::Owner => people(tx, ctx, asked, ids).await?,
            _ => {
                let called = |key: String| {
                    let label = self.label_of(&key, ctx);
                    (key.clone(), label.map_or(key, str::to_owned))
                };
                return Ok(keys.into_iter().map(called).collect());
            }
        };
        Ok(found.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
    }

    /// What a word of it is called.
    fn label_of(self, key: &str, ctx: &Ctx) -> Option<&'static str> {
        match self {
            Self::Origin => OpportunityOrigin::from_word(key).map(|one| one.label(ctx.language)),
            Self::Status => OpportunityStatus::from_word(key).map(|one| one.label(ctx.language)),
            _ => None,
        }
    }
}

/// The values of both dimensions.
type Place = (Option<String>, Option<String>);

/// Id and word of the row, then of the column; currency, day of the rate, count, minor units.
type Group = (
    Option<Uuid>,
    Option<String>,
    Option<Uuid>,
    Option<String>,
    Option<String>,
    Option<NaiveDate>,
    i64,
    i64,
);

async fn groups(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    (rows, cols, measure): (PivotDimension, PivotDimension, PivotMeasure),
) -> Result<Vec<Group>> {
    let facts = Facts { ctx, definition: &DEFINITION, asked, statuses: measure.statuses() };
    let mut sql = Sql::new(
        "SELECT e.row_id, e.row_word, e.col_id, e.col_word, e.amount_currency, e.rate_day, COUNT(*), \
         CAST(COALESCE(SUM(e.amount_minor), 0) AS BIGINT) FROM (SELECT ",
    );
    let ((row_id, row_word), (col_id, col_word)) = (rows.selected(), cols.selected());
    sql.push(row_id).push(" AS row_id, ").push(row_word).push(" AS row_word, ");
    sql.push(col_id).push(" AS col_id, ").push(col_word).push(" AS col_word, ");
    if measure.is_amount() {
        sql.push("d.amount_currency, d.amount_minor, ");
        facts.day(&mut sql);
    } else {
        sql.push("CAST(NULL AS TEXT) AS amount_currency, CAST(NULL AS BIGINT) AS amount_minor, ");
        sql.push("CAST(NULL AS DATE)");
    }
    sql.push(" AS rate_day FROM ");
    facts.table(&mut sql, "o.product_id, o.campaign_id, o.origin, o.party_id, o.closed_on");
    if [rows, cols].iter().any(|one| std::ptr::eq(one.field().0, &PARTY)) {
        sql.push(" LEFT JOIN parties t ON t.tenant_id = $1 AND t.id = d.party_id AND ");
        let reach = ctx.reach(PARTY.plural, Action::Read);
        scope::within(&mut sql, &PARTY, &reach, ctx.actor.user);
    }
    sql.push(") e GROUP BY e.row_id, e.row_word, e.col_id, e.col_word, e.amount_currency, ");
    sql.push("e.rate_day LIMIT ").bind(i64::try_from(MOST + 1).unwrap_or(i64::MAX));
    let found = tx.all::<Group>(sql).await?;
    if found.len() > MOST {
        return Err(TOO_MANY_CELLS.with("limit", MOST));
    }
    Ok(found)
}

/// The sums of rows, of columns and of all, each of what the cells say.
struct Sums {
    rows: BTreeMap<Option<String>, PivotFigures>,
    cols: BTreeMap<Option<String>, PivotFigures>,
    all: PivotFigures,
}

impl Sums {
    /// # Errors
    /// `conversion_overflow`.
    fn of(
        asked: &Asked,
        none: PivotFigures,
        cells: &BTreeMap<Place, PivotFigures>,
    ) -> Result<Self> {
        let mut sums = Self { rows: BTreeMap::new(), cols: BTreeMap::new(), all: none };
        for ((row, col), cell) in cells {
            add(asked, sums.rows.entry(row.clone()).or_insert(none), cell)?;
            add(asked, sums.cols.entry(col.clone()).or_insert(none), cell)?;
            add(asked, &mut sums.all, cell)?;
        }
        Ok(sums)
    }
}

/// Adds figures to others.
fn add(asked: &Asked, to: &mut PivotFigures, more: &PivotFigures) -> Result<()> {
    to.count += more.count;
    if let (Some(amount), Some(more)) = (&mut to.amount, more.amount) {
        *amount = asked.exchange.sum([*amount, more])?;
    }
    Ok(())
}

impl Report for Pivot {
    type Row = PivotCell;
    type Totals = PivotTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let rows = asked.word::<PivotDimension>("rows").unwrap_or(PivotDimension::Product);
        let cols = asked.word::<PivotDimension>("cols").unwrap_or(PivotDimension::Origin);
        rows.require(ctx, "rows")?;
        cols.require(ctx, "cols")?;
        let measure = asked.word::<PivotMeasure>("measure").unwrap_or(PivotMeasure::AllCount);
        let amount = measure.is_amount().then(|| asked.exchange.zero());
        let none = PivotFigures { count: 0, amount };
        let mut cells: BTreeMap<Place, PivotFigures> = BTreeMap::new();
        for (row_id, row_word, col_id, col_word, code, day, count, minor) in
            groups(tx, ctx, asked, (rows, cols, measure)).await?
        {
            let code = code.as_deref().map(currency).transpose()?;
            let amount = match measure.is_amount() {
                true => Some(converted(tx, asked, (minor, code), day).await?),
                false => None,
            };
            let key = |id: Option<Uuid>, word| id.map(|id| id.to_string()).or(word);
            let place = (key(row_id, row_word), key(col_id, col_word));
            let cell = cells.entry(place).or_insert(none);
            add(asked, cell, &PivotFigures { count, amount })?;
        }
        let sums = Sums::of(asked, none, &cells)?;
        let row_keys = sums.rows.keys().flatten().cloned().collect();
        let row_names = rows.names(tx, ctx, asked, row_keys).await?;
        let col_keys = sums.cols.keys().flatten().cloned().collect();
        let col_names = cols.names(tx, ctx, asked, col_keys).await?;
        let row_name = |key: &Option<String>| row_names.get(key.as_ref()?).cloned();
        let col_name = |key: &Option<String>| col_names.get(key.as_ref()?).cloned();
        let cell = |((row, col), figures): (Place, PivotFigures)| PivotCell {
            row_name: row_name(&row),
            col_name: col_name(&col),
            row,
            col,
            figures,
        };
        let of_row = |(row, figures): (Option<String>, PivotFigures)| PivotRowTotal {
            row_name: row_name(&row),
            row,
            figures,
        };
        let of_col = |(col, figures): (Option<String>, PivotFigures)| PivotColTotal {
            col_name: col_name(&col),
            col,
            figures,
        };
        let totals = PivotTotals {
            rows: sums.rows.into_iter().map(of_row).collect(),
            cols: sums.cols.into_iter().map(of_col).collect(),
            figures: sums.all,
        };
        Ok(Made { rows: cells.into_iter().map(cell).collect(), totals })
    }

    fn example() -> Made<Self> {
        let amount = Some(Money::new(4_000_000, Currency::CNY));
        let figures = PivotFigures { count: 4, amount };
        let (row, col) = (Some("referral".to_owned()), Some("2026-03".to_owned()));
        let (row_name, col_name) = (Some("推荐".to_owned()), col.clone());
        let totals = PivotTotals {
            rows: vec![PivotRowTotal { row: row.clone(), row_name: row_name.clone(), figures }],
            cols: vec![PivotColTotal { col: col.clone(), col_name: col_name.clone(), figures }],
            figures,
        };
        Made { rows: vec![PivotCell { row, row_name, col, col_name, figures }], totals }
    }
}
