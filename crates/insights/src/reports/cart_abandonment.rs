//! Which carts of web shops were left, and which of these were bought after all.

use super::{
    loop_closure::{FIRST, LAST, on_days},
    prospects::column,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    labels::{Labels, labels},
    report::reach,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Ctx, Currency, Money, Result, period::business_date, problem::Texts, scalar::Scalar as _,
};
use guanxi_marketing::{carts::CART, media::MEDIUM, rate::Rate, source_codes::SOURCE_CODE};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CartAbandonment;

guanxi_kernel::words! {
    /// What carts are told apart by.
    pub enum CartAbandonmentBy {
        /// The day on which they were begun.
        Day = "day" ("Day", "日期"),
        /// The medium of the source code.
        Medium = "medium" ("Medium", "媒介"),
        /// The source code.
        SourceCode = "source_code" ("Source code", "源代码"),
    }
}

/// What became of carts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CartAbandonmentFigures {
    /// How many were begun.
    pub started: i64,
    /// How many were bought, after a pause that was too long or not.
    pub completed: i64,
    /// How many were abandoned, also those that were bought after all.
    pub abandoned: i64,
    /// How many of these were bought after all.
    pub recovered: i64,
    /// `abandoned` of `started`.
    pub abandonment_rate: Rate,
    /// `recovered` of `abandoned`.
    pub recovery_rate: Rate,
    /// How many of those that were abandoned somebody has spoken to the customer about.
    pub contacted: i64,
    /// How many of these were bought since.
    pub contacted_recovered: i64,
    /// `contacted_recovered` of `contacted`.
    pub contacted_recovery_rate: Rate,
    /// What is in those that were abandoned.
    pub abandoned_value: Money,
    /// What is in those that were bought after all.
    pub recovered_value: Money,
}

/// What became of the carts of a day, medium or source code.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CartAbandonmentRow {
    /// The day, or the id of the medium or source code; `null` for carts without one.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// What became of them.
    #[serde(flatten)]
    pub figures: CartAbandonmentFigures,
}

static DEFINITION: Definition = Definition {
    name: "cart-abandonment",
    version: 1,
    title: Texts { en: "Cart abandonment", zh: "购物车弃用率" },
    about: Texts {
        en: "Carts of web shops that were begun on the days that are asked for, as it was at `as_of`: how many were \
             bought, how many abandoned because nothing happened with them for as long as the company says, and how \
             many of these were bought after all, and how many of those about which somebody has spoken to the customer \
             (`contacted`) since. By the day on which they were begun, or by the medium or source \
             code by which people came. Values are those that were told last; other currencies are converted by the \
             rate of the day on which the cart was begun.",
        zh: "按开始日期统计网店购物车:完成数、因超过设定闲置时间而放弃的数量及其后挽回的数量,以及致电联系后的挽回率;可按日期、媒介或源代码分组。金额为最近一次上报金额,外币按购物车开始日汇率折算。",
    },
    reads: &[&CART],
    needs: &[
        "started_at",
        "medium_id",
        "source_code_id",
        "completed_at",
        "abandoned_at",
        "contacted_at",
        "value",
    ],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(CartAbandonmentBy::TYPE),
            default: Some("day"),
            required: false,
            field: None,
            about: Texts { en: "What carts are told apart by.", zh: "统计维度。" },
        },
        FIRST,
        LAST,
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("started", "Started", "创建数", What::Count),
        column("completed", "Completed", "完成数", What::Count),
        column("abandoned", "Abandoned", "放弃数", What::Count),
        column("recovered", "Recovered", "挽回数", What::Count),
        column("abandonment_rate", "Abandonment rate", "弃用率", What::Ratio),
        column("recovery_rate", "Recovery rate", "挽回率", What::Ratio),
        column("contacted", "Contacted", "已联系数", What::Count),
        column("contacted_recovered", "Recovered of contacted", "联系后挽回数", What::Count),
        column(
            "contacted_recovery_rate",
            "Recovery rate of contacted",
            "联系后挽回率",
            What::Ratio,
        ),
        column("abandoned_value", "Abandoned value", "放弃金额", What::Money),
        column("recovered_value", "Recovered value", "挽回金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["started", "abandoned"],
        otherwise: &[],
    },
};

/// A cart, as it was at the instant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct One {
    key: Option<String>,
    completed: bool,
    abandoned: bool,
    /// Whether it was bought since somebody has spoken to the customer; nothing if nobody has.
    bought_since: Option<bool>,
    value: Money,
}

/// What carts add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sum {
    started: i64,
    completed: i64,
    abandoned: i64,
    recovered: i64,
    contacted: i64,
    won_back: i64,
    left: Money,
    won: Money,
}

impl Sum {
    fn none(asked: &Asked) -> Self {
        let zero = asked.exchange.zero();
        Self {
            started: 0,
            completed: 0,
            abandoned: 0,
            recovered: 0,
            contacted: 0,
            won_back: 0,
            left: zero,
            won: zero,
        }
    }

    fn add(&mut self, asked: &Asked, one: &One) -> Result<()> {
        let recovered = one.abandoned && one.completed;
        self.started += 1;
        self.completed += i64::from(one.completed);
        self.abandoned += i64::from(one.abandoned);
        self.recovered += i64::from(recovered);
        let bought_since = one.bought_since.filter(|_| one.abandoned);
        self.contacted += i64::from(bought_since.is_some());
        self.won_back += i64::from(bought_since == Some(true));
        if one.abandoned {
            self.left = asked.exchange.sum([self.left, one.value])?;
        }
        if recovered {
            self.won = asked.exchange.sum([self.won, one.value])?;
        }
        Ok(())
    }

    fn figures(self) -> CartAbandonmentFigures {
        CartAbandonmentFigures {
            started: self.started,
            completed: self.completed,
            abandoned: self.abandoned,
            recovered: self.recovered,
            abandonment_rate: Rate::new(self.abandoned, self.started),
            recovery_rate: Rate::new(self.recovered, self.abandoned),
            contacted: self.contacted,
            contacted_recovered: self.won_back,
            contacted_recovery_rate: Rate::new(self.won_back, self.contacted),
            abandoned_value: self.left,
            recovered_value: self.won,
        }
    }
}

type Found = (
    DateTime<Utc>,
    Option<Uuid>,
    Option<Uuid>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<i64>,
    Option<Currency>,
);

/// The carts that are told of. One that nobody has looked at yet was abandoned at its time all the same.
async fn carts(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    by: CartAbandonmentBy,
) -> Result<Vec<One>> {
    let mut sql = Sql::new(
        "SELECT t.started_at, t.medium_id, t.source_code_id, COALESCE(t.abandoned_at, t.abandons_at),
             t.completed_at, t.contacted_at, t.value_minor, t.value_currency FROM carts t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    on_days(&mut sql, ctx, asked, "t.started_at")?;
    sql.push(" AND ");
    scope::within(&mut sql, &CART, &reach(ctx, &DEFINITION), ctx.actor.user);
    let by_then = |at: Option<DateTime<Utc>>, as_of| at.is_some_and(|at| at <= as_of);
    let mut carts = Vec::new();
    for (started, medium, code, left, bought, spoken, minor, currency) in
        tx.all::<Found>(sql).await?
    {
        let day = business_date(started, ctx.settings.time_zone);
        let value = match minor.zip(currency) {
            Some((minor, currency)) => {
                let value = Money::new(minor, currency);
                asked.exchange.convert(tx, value, day, asked.known_at).await?
            }
            None => asked.exchange.zero(),
        };
        let key = match by {
            CartAbandonmentBy::Day => Some(day.to_string()),
            CartAbandonmentBy::Medium => medium.map(|id| id.to_string()),
            CartAbandonmentBy::SourceCode => code.map(|id| id.to_string()),
        };
        let (completed, abandoned) = (by_then(bought, asked.as_of), by_then(left, asked.as_of));
        let bought_since = by_then(spoken, asked.as_of).then_some(completed && bought >= spoken);
        carts.push(One { key, completed, abandoned, bought_since, value });
    }
    Ok(carts)
}

/// Records that are looked up at once.
const AT_ONCE: usize = 200;

/// What media or source codes are called, as far as the caller may see them.
async fn names(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    by: CartAbandonmentBy,
    ids: Vec<Uuid>,
) -> Result<Labels> {
    match by {
        CartAbandonmentBy::Day => Ok(Labels::new()),
        CartAbandonmentBy::Medium => labels(tx, ctx, asked, &MEDIUM, ids).await,
        CartAbandonmentBy::SourceCode => {
            let mut found = Labels::new();
            for some in ids.chunks(AT_ONCE) {
                for (id, code) in (SOURCE_CODE.load)(tx, ctx, some).await? {
                    found.extend(code["code"].as_str().map(|code| (id, code.to_owned())));
                }
            }
            Ok(found)
        }
    }
}

impl Report for CartAbandonment {
    type Row = CartAbandonmentRow;
    type Totals = CartAbandonmentFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(CartAbandonmentBy::Day);
        let all = carts(tx, ctx, asked, by).await?;
        let (mut sums, mut whole) = (BTreeMap::<Option<String>, Sum>::new(), Sum::none(asked));
        for one in &all {
            let sum = sums.entry(one.key.clone()).or_insert_with(|| Sum::none(asked));
            sum.add(asked, one)?;
            whole.add(asked, one)?;
        }
        let id = |key: &Option<String>| key.as_ref().and_then(|key| Uuid::try_parse(key).ok());
        let ids: Vec<Uuid> = sums.keys().filter_map(id).collect();
        let names = names(tx, ctx, asked, by, ids).await?;
        let row = |(key, sum): (Option<String>, Sum)| {
            let name = match by {
                // A day is called what it is.
                CartAbandonmentBy::Day => key.clone(),
                _ => id(&key).and_then(|id| names.get(&id).cloned()),
            };
            CartAbandonmentRow { key, name, figures: sum.figures() }
        };
        let rows = sums.into_iter().map(row).collect();
        Ok(Made { rows, totals: whole.figures() })
    }

    fn example() -> Made<Self> {
        let totals = CartAbandonmentFigures {
            started: 100,
            completed: 60,
            abandoned: 50,
            recovered: 10,
            abandonment_rate: Rate::new(50, 100),
            recovery_rate: Rate::new(10, 50),
            contacted: 15,
            contacted_recovered: 9,
            contacted_recovery_rate: Rate::new(9, 15),
            abandoned_value: Money::new(1_500_000, Currency::CNY),
            recovered_value: Money::new(300_000, Currency::CNY),
        };
        let day = Some("2026-03-31".to_owned());
        let row = CartAbandonmentRow { key: day.clone(), name: day, figures: totals.clone() };
        Made { rows: vec![row], totals }
    }
}
