//! Which customers were lost after the people who looked after them had left.

use super::{
    prospects::{column, example_id, people},
    purchases::{self, Kind, converted},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::reach,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{Ctx, Currency, Money, Result, period::business_date, problem::Texts};
use guanxi_marketing::rate::Rate;
use guanxi_sales::handovers::{HANDOVER, HANDOVER_LINE};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct AttritionAfterDeparture;

/// What became of the customers of somebody who has left.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttritionRow {
    /// Who has left.
    pub user_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub user: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: AttritionFigures,
}

/// How many customers were kept and lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttritionFigures {
    /// How many customers were handed over whose days are over: `kept` and `lost` together.
    pub handed_over: i64,
    /// How many of these have bought something in the days.
    pub kept: i64,
    /// How many have not.
    pub lost: i64,
    /// The lost of all that were handed over.
    pub attrition: Rate,
    /// What the lost had bought in the 365 days before, less what came back.
    pub amount_lost: Money,
    /// How many of those handed over were handed over completely: every line of them was checked, and they were
    /// told who looks after them from then on.
    pub complete: i64,
    /// How many of these were lost.
    pub complete_lost: i64,
    /// How many were not.
    pub incomplete: i64,
    /// How many of these were lost.
    pub incomplete_lost: i64,
    /// How many more were handed over whose days are not over.
    pub pending: i64,
}

/// The days before a hand-over in which a party has to have bought something to be a customer.
const YEAR: u64 = 365;

/// Hand-overs that are told of at most, the newest.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "attrition-after-departure",
    version: 2,
    title: Texts { en: "Customers lost after departures", zh: "人员离职后的客户流失" },
    about: Texts {
        en: "The customers on completed hand-overs of people who resigned, were dismissed or retired, by who has left: \
             parties that have changed hands and had bought something in the 365 days up to the hand-over. Who buys in the \
             `days` behind it is kept, the others are lost, so both together are those handed over; whose days are \
             not over is told apart and not among them. Lost is also told of those with and without a complete \
             hand-over, in which every line was checked and the customer was told. Purchases are those of the \
             report `rfm`. The newest 1,000 hand-overs.",
        zh: "按离职人统计已完成移交中的客户:移交前365天内有购买者计入;移交后 days 天内再次购买为保留,否则为流失,保留+流失=移交客户数;期限未满者单列,并区分移交是否完整(逐项核对且已通知客户)。",
    },
    reads: &[&HANDOVER, &HANDOVER_LINE, &PARTY, &ORDER, &CONTRACT],
    needs: &["from_user", "reason", "status", "closed_at"],
    rests_on: &[],
    parameters: &[Parameter {
        name: "days",
        takes: Takes::Whole(1, 1_095),
        default: Some("180"),
        required: false,
        field: None,
        about: Texts {
            en: "Within how many days behind the hand-over a customer buys that is kept.",
            zh: "移交后多少天内再次购买视为保留。",
        },
    }],
    columns: &[
        column("user_id", "User id", "离职人标识", What::Key),
        column("user", "User", "离职人", What::Label),
        column("handed_over", "Handed over", "移交客户数", What::Count),
        column("kept", "Kept", "保留数", What::Count),
        column("lost", "Lost", "流失数", What::Count),
        column("attrition", "Attrition", "流失率", What::Ratio),
        column("amount_lost", "Amount lost", "流失金额", What::Money),
        column("complete", "Handed over completely", "完整移交数", What::Count),
        column("complete_lost", "Of these lost", "完整移交流失数", What::Count),
        column("incomplete", "Not completely", "不完整移交数", What::Count),
        column("incomplete_lost", "Of these lost", "不完整移交流失数", What::Count),
        column("pending", "Days not over", "期限未满数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["user"], values: &["kept", "lost"], otherwise: &[] },
};

/// A party on a hand-over.
#[derive(Debug, Clone, Copy)]
struct Handed {
    user: Uuid,
    on: NaiveDate,
    party: Uuid,
    complete: bool,
}

/// A customer that was handed over, and what became of it.
#[derive(Debug, Clone, Copy)]
struct One {
    complete: bool,
    /// Whether it was kept; nothing while its days are not over.
    kept: Option<bool>,
    /// What it had bought before.
    before: i128,
}

/// What was bought on a day: how often, and what it came to less what came back.
type Bought = (NaiveDate, i64, i128);

/// The parties on the hand-overs that are told of.
async fn handed(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<Handed>> {
    type Found = (Uuid, DateTime<Utc>, Uuid, i64, i64, i64);
    let mut sql = Sql::new(
        "SELECT h.from_user, h.closed_at, l.party_id, COUNT(*),
             COUNT(CASE WHEN l.ticked = TRUE THEN 1 END), COUNT(l.customer_notified_at)
         FROM (SELECT t.tenant_id, t.id, t.from_user, t.closed_at FROM handovers t
             WHERE t.tenant_id = $1 AND t.status = 'completed' AND t.deleted_at IS NULL
                 AND t.reason IN ('resignation', 'dismissal', 'retirement') AND t.closed_at <= ",
    );
    sql.bind(asked.as_of).push(" AND t.closed_at <= ").bind(asked.known_at).push(" AND ");
    scope::within(&mut sql, &HANDOVER, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" ORDER BY t.closed_at DESC, t.id DESC LIMIT ").bind(MOST);
    sql.push(
        ") h JOIN handover_lines l ON l.tenant_id = h.tenant_id AND l.handover_id = h.id
         WHERE l.tenant_id = $1 AND l.party_id IS NOT NULL AND l.deleted_at IS NULL
         GROUP BY h.id, h.from_user, h.closed_at, l.party_id
         HAVING COUNT(CASE WHEN l.record_type = 'party' THEN 1 END) > 0
         ORDER BY h.closed_at, h.id, l.party_id",
    );
    let zone = ctx.settings.time_zone;
    let one = |(user, at, party, lines, ticked, told): Found| Handed {
        user,
        on: business_date(at, zone),
        party,
        complete: ticked == lines && told > 0,
    };
    Ok(tx.all::<Found>(sql).await?.into_iter().map(one).collect())
}

/// What parties on hand-overs have bought between two days, each from the earliest on.
async fn bought(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<BTreeMap<Uuid, Vec<Bought>>> {
    type Day = (Uuid, String, NaiveDate, i64, i64);
    let own = asked.exchange.currency().code();
    let mut all: BTreeMap<Uuid, Vec<Bought>> = BTreeMap::new();
    for kind in [Kind::Orders, Kind::Contracts] {
        let (day, money, is_purchase) = kind.columns();
        let [bought, returned, _] = kind.amounts();
        let mut sql = Sql::new("SELECT t.party_id, ");
        sql.push(money).push(", ").push(day);
        sql.push(", COUNT(CASE WHEN ").push(is_purchase).push(" THEN 1 END)");
        sql.push(", CAST(SUM(").push(bought).push(" + ").push(returned).push(") AS BIGINT)");
        kind.of(&mut sql, ctx, &DEFINITION, asked, (Some(from), Some(until)));
        sql.push(
            " AND t.party_id IN (SELECT l.party_id FROM handover_lines l
                 JOIN handovers h ON h.tenant_id = l.tenant_id AND h.id = l.handover_id
                 WHERE l.tenant_id = $1 AND h.tenant_id = $1 AND h.status = 'completed'
                     AND h.deleted_at IS NULL AND l.party_id IS NOT NULL)
             GROUP BY t.party_id, ",
        );
        sql.push(money).push(", ").push(day);
        for (party, code, day, purchases, sum) in tx.all::<Day>(sql).await? {
            let steps = if code == own {
                kind.steps(asked.exchange.money(sum))
            } else {
                converted(tx, asked, kind, (sum, &code), day).await?
            };
            all.entry(party).or_default().push((day, purchases, steps));
        }
    }
    Ok(all)
}

/// What became of a party within so many days; nothing of one that had bought nothing before.
fn judged(one: Handed, bought: &[Bought], days: u64, today: NaiveDate) -> Option<One> {
    let first = one.on.checked_sub_days(Days::new(YEAR)).unwrap_or(NaiveDate::MIN);
    let last = one.on.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
    let (mut purchases, mut before, mut again) = (0, 0, false);
    for (day, number, steps) in bought {
        if first < *day && *day <= one.on {
            purchases += *number;
            before += *steps;
        } else if one.on < *day && *day <= last {
            again |= *number > 0;
        }
    }
    let kept = (today >= last).then_some(again);
    (purchases > 0).then_some(One { complete: one.complete, kept, before })
}

/// What some customers come to.
fn figures<'a>(
    asked: &Asked,
    of: &(impl Iterator<Item = &'a One> + Clone),
) -> Result<AttritionFigures> {
    let number = |fits: &dyn Fn(&One) -> bool| count(of.clone().filter(|one| fits(one)).count());
    let lost = |one: &One| one.kept == Some(false);
    let gone: i128 = of.clone().filter(|one| lost(one)).map(|one| one.before).sum();
    let handed_over = number(&|one| one.kept.is_some());
    let all_lost = number(&lost);
    Ok(AttritionFigures {
        handed_over,
        kept: number(&|one| one.kept == Some(true)),
        lost: all_lost,
        attrition: Rate::new(all_lost, handed_over),
        amount_lost: purchases::money(asked, gone)?,
        complete: number(&|one| one.kept.is_some() && one.complete),
        complete_lost: number(&|one| lost(one) && one.complete),
        incomplete: number(&|one| one.kept.is_some() && !one.complete),
        incomplete_lost: number(&|one| lost(one) && !one.complete),
        pending: number(&|one| one.kept.is_none()),
    })
}

impl Report for AttritionAfterDeparture {
    type Row = AttritionRow;
    type Totals = AttritionFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let days = asked.whole("days").and_then(|days| u64::try_from(days).ok()).unwrap_or(180);
        let handed = handed(tx, ctx, asked).await?;
        let first = handed.iter().map(|one| one.on).min().unwrap_or(asked.today);
        let from = first.checked_sub_days(Days::new(YEAR)).unwrap_or(first);
        let time = (from, asked.today);
        let bought = bought(tx, ctx, asked, time).await?;
        let mut leavers: BTreeMap<Uuid, Vec<One>> = BTreeMap::new();
        for one in handed {
            let theirs = bought.get(&one.party).map(Vec::as_slice).unwrap_or_default();
            let customers = leavers.entry(one.user).or_default();
            customers.extend(judged(one, theirs, days, asked.today));
        }
        let names = people(tx, ctx, asked, leavers.keys().copied()).await?;
        let mut rows = Vec::with_capacity(leavers.len());
        for (user_id, of) in &leavers {
            rows.push(AttritionRow {
                user_id: *user_id,
                user: names.get(user_id).cloned(),
                figures: figures(asked, &of.iter())?,
            });
        }
        let totals = figures(asked, &leavers.values().flatten())?;
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let figures = AttritionFigures {
            handed_over: 10,
            kept: 8,
            lost: 2,
            attrition: Rate::new(2, 10),
            amount_lost: Money::new(1_250_000, Currency::CNY),
            complete: 6,
            complete_lost: 0,
            incomplete: 4,
            incomplete_lost: 2,
            pending: 1,
        };
        let row = AttritionRow {
            user_id: example_id(),
            user: Some("陈静".to_owned()),
            figures: figures.clone(),
        };
        Made { rows: vec![row], totals: figures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn s_76_kept_is_who_buys_within_the_days_and_lost_who_does_not() {
        let handed = |complete| Handed {
            user: example_id(),
            on: day("2026-01-31"),
            party: example_id(),
            complete,
        };
        let before = (day("2026-01-31"), 1, 500);
        let became = |bought: &[Bought], today: &str| {
            judged(handed(true), bought, 180, day(today)).map(|one| (one.kept, one.before))
        };
        // The 180th day is the 30th of July.
        let on = |text: &str| (day(text), 1, 70);
        assert_eq!(became(&[before, on("2026-07-30")], "2026-07-30"), Some((Some(true), 500)));
        assert_eq!(became(&[before, on("2026-07-31")], "2026-08-01"), Some((Some(false), 500)));
        assert_eq!(became(&[before, on("2026-02-01")], "2026-07-29"), Some((None, 500)));
        // What came back alone is no purchase, and who bought long ago is no customer.
        let returned = (day("2026-03-01"), 0, -70);
        assert_eq!(became(&[before, returned], "2026-07-30"), Some((Some(false), 500)));
        assert_eq!(became(&[on("2025-01-31"), on("2026-02-01")], "2026-07-30"), None);
    }

    #[test]
    fn s_76_kept_and_lost_are_all_that_were_handed_over() {
        let one = |complete, kept| One { complete, kept, before: 10_000 };
        let all = [
            one(true, Some(true)),
            one(true, Some(false)),
            one(false, Some(false)),
            one(false, None),
        ];
        let asked = Asked::sample(&DEFINITION, DateTime::UNIX_EPOCH, Currency::CNY);
        let found = figures(&asked, &all.iter()).unwrap();
        assert_eq!((found.handed_over, found.kept, found.lost), (3, 1, 2));
        assert_eq!((found.complete, found.complete_lost), (2, 1));
        assert_eq!((found.incomplete, found.incomplete_lost, found.pending), (1, 1, 1));
        assert_eq!(found.amount_lost, Money::new(200, Currency::CNY));
    }
}
