//! Who and what won how much.

use super::{
    facts::{CLOSED_AFTER, CLOSED_BEFORE, Facts, ONE_PIPELINE, also_reads, converted},
    prospects::column,
    standing::DECIDED,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    exchange::{currency, rounded},
    labels::{Labels, labels},
};
use chrono::NaiveDate;
use guanxi_identity::users::USER;
use guanxi_kernel::{
    Ctx, Currency, Money, Result,
    period::Unit,
    problem::{INTERNAL, Texts},
    ratio::Ratio,
    scalar::Scalar,
};
use guanxi_marketing::rate::Rate;
use guanxi_sales::{
    opportunities::{Collaborator, OPPORTUNITY},
    products::PRODUCT,
};
use guanxi_storage::{Sql, Tx, error::corrupt, sql};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Ranking;

guanxi_kernel::words! {
    /// What is ranked.
    pub enum RankedBy {
        /// Who controlled the opportunities.
        Rep = "rep" ("Sales representative", "销售代表"),
        /// Who manages the org units of those.
        Manager = "manager" ("Manager", "销售经理"),
        /// What was mainly sold.
        Product = "product" ("Product", "产品"),
        /// The fiscal quarter in which they closed.
        Quarter = "quarter" ("Quarter", "季度"),
        /// The fiscal half-year in which they closed.
        Half = "half" ("Half-year", "半年"),
    }
}

impl RankedBy {
    /// How long the periods are that are ranked, if these are.
    const fn unit(self) -> Option<Unit> {
        match self {
            Self::Quarter => Some(Unit::Quarter),
            Self::Half => Some(Unit::Half),
            Self::Rep | Self::Manager | Self::Product => None,
        }
    }
}

/// What somebody or something won and lost.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RankingRow {
    /// The user, manager or product, or the period such as `2025-Q3` or `2025-H2`; `null` for those without.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// What it won and lost. Revenue of a user or manager is their share of it.
    #[serde(flatten)]
    pub figures: RankingFigures,
}

/// What was won and lost.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RankingFigures {
    /// How many opportunities were won.
    pub won: i64,
    /// How many were lost.
    pub lost: i64,
    /// Won, of won and lost.
    pub win_rate: Rate,
    /// What the won ones bring.
    pub won_revenue: Money,
    /// The revenue by the number of those that were won; `null` if none was.
    #[schema(required)]
    pub mean_won_value: Option<Money>,
    /// Days from the begin of work to the end, of won and lost ones.
    pub mean_days_to_close: Ratio,
    /// The same of won ones.
    pub mean_days_won: Ratio,
    /// The same of lost ones.
    pub mean_days_lost: Ratio,
}

static DEFINITION: Definition = Definition {
    name: "ranking",
    version: 1,
    title: Texts { en: "Ranking", zh: "销售排行" },
    about: Texts {
        en: "Won and lost opportunities by sales representative, manager, product, fiscal quarter or half-year. \
             Revenue of an opportunity with collaborators goes to them by their splits, exactly to the minor \
             unit; the counts go to its controller. Amounts in other currencies are converted by the rate of the \
             day on which they closed. State, controller and amount are those of `as_of`; products, splits, days \
             and org units as they are now. The most revenue comes first, periods in their order.",
        zh: "按销售代表、经理、产品、季度或半年统计赢单与输单;有协作人的商机按分成比例精确拆分收入,数量计入控制人。",
    },
    reads: &[&OPPORTUNITY],
    needs: &["status", "owner_id"],
    rests_on: &[
        ("amount", &["won_revenue", "mean_won_value"]),
        ("collaborators", &["won_revenue", "mean_won_value"]),
        ("engaged_on", &["mean_days_to_close", "mean_days_won", "mean_days_lost"]),
        ("closed_on", &["mean_days_to_close", "mean_days_won", "mean_days_lost"]),
    ],
    parameters: &[
        Parameter {
            name: "by",
            takes: Takes::One(<RankedBy as Scalar>::TYPE),
            default: Some("rep"),
            required: false,
            field: None,
            about: Texts { en: "What is ranked.", zh: "排行维度。" },
        },
        ONE_PIPELINE,
        CLOSED_AFTER,
        CLOSED_BEFORE,
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("won", "Won", "赢单数", What::Count),
        column("lost", "Lost", "输单数", What::Count),
        column("win_rate", "Win rate", "赢单率", What::Ratio),
        column("won_revenue", "Won revenue", "赢单收入", What::Money),
        column("mean_won_value", "Mean won value", "平均赢单金额", What::Money),
        column("mean_days_to_close", "Mean days to close", "平均成交天数", What::Days),
        column("mean_days_won", "Mean days to win", "赢单平均天数", What::Days),
        column("mean_days_lost", "Mean days to lose", "输单平均天数", What::Days),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["won_revenue"],
        otherwise: &["won"],
    },
};

/// What is counted of one key.
#[derive(Debug, Clone, Default)]
struct Tally {
    won: i64,
    lost: i64,
    days_won: i64,
    days_lost: i64,
    revenue: i64,
}

/// Who or what is ranked, in the order of periods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Id(Option<Uuid>),
    Period(String),
}

/// A group as the store adds it up: of one owner or product, one day for periods.
type Group =
    (Option<Uuid>, Option<NaiveDate>, String, Option<String>, Option<NaiveDate>, i64, i64, i64);

/// Revenue in minor units by owner or product, currency and the day whose rate it needs.
type Revenue = BTreeMap<(Option<Uuid>, Option<Currency>, Option<NaiveDate>), i64>;

/// A split opportunity: its id, owner, amount, currency, day of closing and who shares it, as JSON.
type Split = (Uuid, Option<Uuid>, i64, Option<String>, Option<NaiveDate>, String);

/// Split opportunities that are read at once.
const AT_ONCE: i64 = 5_000;

async fn groups(tx: &mut Tx, facts: &Facts<'_>, by: RankedBy) -> Result<Vec<Group>> {
    let mut sql = Sql::new(match by {
        RankedBy::Rep | RankedBy::Manager => {
            "SELECT d.owner_id AS key, CAST(NULL AS DATE) AS day, "
        }
        RankedBy::Product => "SELECT d.product_id AS key, CAST(NULL AS DATE) AS day, ",
        RankedBy::Quarter | RankedBy::Half => {
            "SELECT CAST(NULL AS UUID) AS key, d.closed_on AS day, "
        }
    });
    sql.push("d.status, d.amount_currency, ");
    facts.day(&mut sql);
    sql.push(" AS rate_day, COUNT(*), CAST(COALESCE(SUM(d.amount_minor), 0) AS BIGINT), CAST(COALESCE(SUM(");
    tx.days_between(&mut sql, "d.engaged_on", "d.closed_on");
    sql.push("), 0) AS BIGINT) FROM ");
    facts.table(&mut sql, "o.closed_on, o.engaged_on, o.product_id");
    sql.push(match by {
        RankedBy::Rep | RankedBy::Manager => " GROUP BY d.owner_id",
        RankedBy::Product => " GROUP BY d.product_id",
        RankedBy::Quarter | RankedBy::Half => " GROUP BY d.closed_on",
    });
    sql.push(", d.status, d.amount_currency, rate_day");
    tx.all(sql).await
}

/// The manager of the org unit of each user.
async fn managers(tx: &mut Tx) -> Result<BTreeMap<Uuid, Option<Uuid>>> {
    let select = sql!(
        "SELECT u.id, g.manager_id FROM users u
         LEFT JOIN org_units g ON g.tenant_id = u.tenant_id AND g.id = u.org_unit_id AND g.deleted_at IS NULL
         WHERE u.tenant_id = $1"
    );
    Ok(tx.all::<(Uuid, Option<Uuid>)>(select).await?.into_iter().collect())
}

/// Won opportunities with collaborators behind an id, in the order of their ids.
async fn splits(tx: &mut Tx, facts: &Facts<'_>, after: Uuid) -> Result<Vec<Split>> {
    let mut sql = Sql::new(
        "SELECT d.opportunity_id, d.owner_id, COALESCE(d.amount_minor, 0), d.amount_currency, \
         d.closed_on, CAST(d.collaborators AS TEXT) FROM ",
    );
    facts.table(&mut sql, "o.closed_on, o.collaborators");
    sql.push(
        " WHERE d.status = 'won' AND d.opportunity_id IN (SELECT t.record_id FROM record_terms t \
           WHERE t.tenant_id = $1 AND t.kind = 'opportunity' AND t.field = 'user_id') \
         AND d.opportunity_id > ",
    );
    sql.bind(after).push(" ORDER BY d.opportunity_id LIMIT ").bind(AT_ONCE);
    tx.all(sql).await
}

/// Gives what split opportunities bring to those who share it, and takes it from their owners.
async fn share_out(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    revenue: &mut Revenue,
) -> Result<BTreeMap<Uuid, i64>> {
    let mut shares: BTreeMap<Uuid, i64> = BTreeMap::new();
    let mut after = Uuid::nil();
    loop {
        let facts = Facts { ctx, definition: &DEFINITION, asked, statuses: DECIDED };
        let some = splits(tx, &facts, after).await?;
        let Some(last) = some.last().map(|split| split.0) else { return Ok(shares) };
        after = last;
        for (_, owner, minor, code, closed_on, collaborators) in some {
            let collaborators: Vec<Collaborator> =
                serde_json::from_str(&collaborators).map_err(corrupt)?;
            if collaborators.is_empty() {
                continue;
            }
            let code = code.as_deref().map(currency).transpose()?;
            let day = closed_on.filter(|_| code != Some(asked.exchange.currency()));
            if let Some(whole) = revenue.get_mut(&(owner, code, day)) {
                *whole -= minor;
            }
            let amount = converted(tx, asked, (minor, code), closed_on).await?;
            let weights: Vec<Decimal> =
                collaborators.iter().map(|one| one.split.to_decimal()).collect();
            let parts =
                amount.split(&weights).map_err(|error| INTERNAL.problem().because(error))?;
            for (one, part) in collaborators.iter().zip(parts) {
                *shares.entry(one.user_id.uuid()).or_default() += part.minor();
            }
        }
    }
}

async fn tallies(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    by: RankedBy,
) -> Result<BTreeMap<Key, Tally>> {
    let facts = Facts { ctx, definition: &DEFINITION, asked, statuses: DECIDED };
    let groups = groups(tx, &facts, by).await?;
    let people = matches!(by, RankedBy::Rep | RankedBy::Manager);
    let managers = if by == RankedBy::Manager { managers(tx).await? } else { BTreeMap::new() };
    let period = |unit: Unit, day: Option<NaiveDate>| {
        let day = day.unwrap_or(asked.today);
        Key::Period(ctx.settings.fiscal.containing(unit, day).to_string())
    };
    let key = |id: Option<Uuid>, day: Option<NaiveDate>| match (by, by.unit()) {
        (_, Some(unit)) => period(unit, day),
        (RankedBy::Manager, _) => Key::Id(id.and_then(|id| managers.get(&id).copied().flatten())),
        _ => Key::Id(id),
    };
    let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
    let mut revenue = Revenue::new();
    let mut of_periods = Vec::new();
    for (id, day, status, code, rate_day, count, minor, days) in groups {
        let code = code.as_deref().map(currency).transpose()?;
        let tally = tallies.entry(key(id, day)).or_default();
        if status == "lost" {
            tally.lost += count;
            tally.days_lost += days;
            continue;
        }
        tally.won += count;
        tally.days_won += days;
        if by.unit().is_some() {
            of_periods.push((key(id, day), minor, code, rate_day));
        } else {
            *revenue.entry((id, code, rate_day)).or_default() += minor;
        }
    }
    let mut sums: Vec<(Key, i64, Option<Currency>, Option<NaiveDate>)> = of_periods;
    let mut shared = Vec::new();
    if people {
        let shares = share_out(tx, ctx, asked, &mut revenue).await?;
        shared.extend(shares.into_iter().map(|(user, minor)| (key_of(by, &managers, user), minor)));
    }
    sums.extend(revenue.into_iter().map(|((id, code, day), minor)| {
        let key = match (by, id) {
            (RankedBy::Manager, Some(id)) => key_of(by, &managers, id),
            (_, id) => Key::Id(id),
        };
        (key, minor, code, day)
    }));
    for (key, minor, code, day) in sums {
        let money = converted(tx, asked, (minor, code), day).await?;
        tallies.entry(key).or_default().revenue += money.minor();
    }
    for (key, minor) in shared {
        tallies.entry(key).or_default().revenue += minor;
    }
    Ok(tallies)
}

fn key_of(by: RankedBy, managers: &BTreeMap<Uuid, Option<Uuid>>, user: Uuid) -> Key {
    match by {
        RankedBy::Manager => Key::Id(managers.get(&user).copied().flatten()),
        _ => Key::Id(Some(user)),
    }
}

impl Tally {
    fn and(&self, other: &Self) -> Self {
        Self {
            won: self.won + other.won,
            lost: self.lost + other.lost,
            days_won: self.days_won + other.days_won,
            days_lost: self.days_lost + other.days_lost,
            revenue: self.revenue + other.revenue,
        }
    }

    fn totals(&self, currency: Currency) -> Result<RankingFigures> {
        let mean = match self.won {
            0 => None,
            won => Some(rounded(Decimal::from(self.revenue) / Decimal::from(won), currency)?),
        };
        Ok(RankingFigures {
            won: self.won,
            lost: self.lost,
            win_rate: Rate::new(self.won, self.won + self.lost),
            won_revenue: Money::new(self.revenue, currency),
            mean_won_value: mean,
            mean_days_to_close: Ratio::new(self.days_won + self.days_lost, self.won + self.lost),
            mean_days_won: Ratio::new(self.days_won, self.won),
            mean_days_lost: Ratio::new(self.days_lost, self.lost),
        })
    }
}

fn row(key: &Key, names: &Labels, figures: RankingFigures) -> RankingRow {
    let (key, name) = match key {
        Key::Id(id) => (id.map(|id| id.to_string()), id.and_then(|id| names.get(&id).cloned())),
        Key::Period(period) => (Some(period.clone()), Some(period.clone())),
    };
    RankingRow { key, name, figures }
}

impl Report for Ranking {
    type Row = RankingRow;
    type Totals = RankingFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(RankedBy::Rep);
        match by {
            RankedBy::Rep => {}
            RankedBy::Manager => also_reads(ctx, "org-units")?,
            RankedBy::Product => asked.refuse_hidden("by", "product_id")?,
            RankedBy::Quarter | RankedBy::Half => asked.refuse_hidden("by", "closed_on")?,
        }
        let tallies = tallies(tx, ctx, asked, by).await?;
        let kind = if by == RankedBy::Product { &PRODUCT } else { &USER };
        let ids = tallies.keys().filter_map(|key| match key {
            Key::Id(id) => *id,
            Key::Period(_) => None,
        });
        let names = labels(tx, ctx, asked, kind, ids).await?;
        let currency = asked.exchange.currency();
        let mut rows = Vec::new();
        for (key, tally) in &tallies {
            rows.push(row(key, &names, tally.totals(currency)?));
        }
        if by.unit().is_none() {
            rows.sort_by_cached_key(|row| {
                (
                    std::cmp::Reverse(row.figures.won_revenue.minor()),
                    row.name.clone(),
                    row.key.clone(),
                )
            });
        }
        let all = tallies.values().fold(Tally::default(), |sum, one| sum.and(one));
        Ok(Made { rows, totals: all.totals(currency)? })
    }

    fn example() -> Made<Self> {
        let tally = Tally { won: 3, lost: 1, days_won: 150, days_lost: 10, revenue: 30_000_000 };
        let id = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);
        let names = Labels::from([(id, "王伟".to_owned())]);
        let made = tally.totals(Currency::CNY).map(|totals| Made {
            rows: vec![row(&Key::Id(Some(id)), &names, totals.clone())],
            totals,
        });
        made.unwrap_or_else(|_| unreachable!("the figures of the example are small"))
    }
}
