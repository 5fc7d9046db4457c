//! How many leads somebody holds, day by day.

use super::prospects::{CONSULTANT, Hands, MONTH, Month, column, stood_before};
use crate::{Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape};
use chrono::NaiveDate;
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio};
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct ProspectHolding;

/// What came and went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProspectFlow {
    /// Made.
    pub new: i64,
    /// Got from somebody else, or out of a pool.
    pub received: i64,
    /// Taken up again that were lost or deleted.
    pub returned: i64,
    /// Converted.
    pub won: i64,
    /// Lost.
    pub lost: i64,
    /// Given to somebody else, or back into a pool.
    pub given: i64,
    /// Deleted.
    pub deleted: i64,
}

/// A day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoldingDay {
    /// The day.
    pub day: NaiveDate,
    /// What came and went on it.
    #[serde(flatten)]
    pub flow: ProspectFlow,
    /// How many are held when it ends.
    pub holding: i64,
    /// Whether that is less than the least; `null` if none is asked about.
    #[schema(required)]
    pub below_minimum: Option<bool>,
}

/// The month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoldingTotals {
    /// How many were held when it began.
    pub carried: i64,
    /// What came and went in it.
    #[serde(flatten)]
    pub flow: ProspectFlow,
    /// How many are held at its end, or now.
    pub holding: i64,
    /// How many are held on average when a day ends.
    pub average: Ratio,
    /// Whether the holding at its end is less than the least.
    #[schema(required)]
    pub below_minimum: Option<bool>,
}

static DEFINITION: Definition = Definition {
    name: "prospect-holding",
    version: 1,
    title: Texts { en: "Prospects held", zh: "意向客户保有量" },
    about: Texts {
        en: "How many open leads are held, by one consultant or by all whom your rights reach, when each day of \
             a month ends, and what came and went on it: carried over + new + received + returned - won - lost - \
             given - deleted = held. The average is that of the days that have begun. With `minimum` a \
             holding below it is flagged.",
        zh: "按日统计在手意向客户数量及变动:月初留存+新增+接收+恢复-成交-战败-移交-删除=期末保有;并给出日均保有量,低于最低保有量的予以标记。",
    },
    reads: &[&LEAD],
    needs: &["owner_id", "status"],
    rests_on: &[],
    parameters: &[
        MONTH,
        CONSULTANT,
        Parameter {
            name: "minimum",
            takes: Takes::Whole(0, 1_000_000),
            default: None,
            required: false,
            field: None,
            about: Texts { en: "The least that should be held.", zh: "最低保有量。" },
        },
    ],
    columns: &[
        column("day", "Day", "日期", What::Date),
        column("new", "New", "新增", What::Count),
        column("received", "Received", "接收", What::Count),
        column("returned", "Taken up again", "恢复", What::Count),
        column("won", "Won", "成交", What::Count),
        column("lost", "Lost", "战败", What::Count),
        column("given", "Given away", "移交", What::Count),
        column("deleted", "Deleted", "删除", What::Count),
        column("holding", "Held", "保有量", What::Count),
        column("below_minimum", "Below the minimum", "低于最低保有量", What::Flag),
    ],
    plot: Plot { shape: Shape::Line, names: &["day"], values: &["holding"], otherwise: &[] },
};

impl ProspectFlow {
    fn add(&mut self, flow: &str, count: i64) {
        let part = match flow {
            "new" => &mut self.new,
            "received" => &mut self.received,
            "returned" => &mut self.returned,
            "won" => &mut self.won,
            "lost" => &mut self.lost,
            "given" => &mut self.given,
            _ => &mut self.deleted,
        };
        *part += count;
    }

    /// By how many more are held.
    fn net(&self) -> i64 {
        self.new + self.received + self.returned - self.won - self.lost - self.given - self.deleted
    }

    fn join(&mut self, other: &Self) {
        self.new += other.new;
        self.received += other.received;
        self.returned += other.returned;
        self.won += other.won;
        self.lost += other.lost;
        self.given += other.given;
        self.deleted += other.deleted;
    }
}

/// The days and the month, of what was carried over and the flow of each day.
fn series(
    carried: i64,
    flows: Vec<ProspectFlow>,
    first: NaiveDate,
    minimum: Option<i64>,
) -> (Vec<HoldingDay>, HoldingTotals) {
    let below = |holding: i64| minimum.map(|minimum| holding < minimum);
    let (mut holding, mut sum) = (carried, 0);
    let mut whole = ProspectFlow::default();
    let mut rows = Vec::with_capacity(flows.len());
    for (day, flow) in first.iter_days().zip(flows) {
        holding += flow.net();
        sum += holding;
        whole.join(&flow);
        rows.push(HoldingDay { day, flow, holding, below_minimum: below(holding) });
    }
    let average = Ratio::new(sum, i64::try_from(rows.len()).unwrap_or_default());
    let below_minimum = below(holding);
    (rows, HoldingTotals { carried, flow: whole, holding, average, below_minimum })
}

impl Report for ProspectHolding {
    type Row = HoldingDay;
    type Totals = HoldingTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let month = Month::asked(ctx, asked);
        let hands = Hands::asked(ctx, &DEFINITION, asked);
        let mut sql = Sql::new("SELECT COUNT(*) FROM lead_spans s WHERE s.tenant_id = $1 AND ");
        hands.are(&mut sql);
        sql.push(" AND ");
        stood_before(&mut sql, "s.from_at", "s.until_at", month.begins());
        let (carried,) = tx.optional::<(i64,)>(sql).await?.unwrap_or_default();
        let mut sql = Sql::new("SELECT x.day, x.flow, COUNT(*) FROM (SELECT ");
        month.day(&mut sql, "s.from_at");
        sql.push(" AS day, CASE WHEN ");
        hands.are(&mut sql);
        sql.push(
            " THEN (CASE s.was_state WHEN 'none' THEN 'new' WHEN 'open' THEN 'received'
                 ELSE 'returned' END)
             ELSE (CASE s.state WHEN 'open' THEN 'given' ELSE s.state END) END AS flow
             FROM lead_spans s WHERE s.tenant_id = $1 AND ",
        );
        month.contains(&mut sql, "s.from_at", asked);
        sql.push(" AND ");
        hands.are(&mut sql);
        sql.push(" <> ");
        hands.were(&mut sql);
        sql.push(") x GROUP BY x.day, x.flow");
        let begun = month.days.iter().filter(|begins| **begins <= asked.as_of).count();
        let mut flows = vec![ProspectFlow::default(); begun];
        for (day, flow, count) in tx.all::<(i64, String, i64)>(sql).await? {
            if let Some(of) = usize::try_from(day).ok().and_then(|day| flows.get_mut(day)) {
                of.add(&flow, count);
            }
        }
        let (rows, totals) = series(carried, flows, month.first, asked.whole("minimum"));
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let flow = ProspectFlow { new: 2, won: 1, ..ProspectFlow::default() };
        let first = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default();
        let (rows, totals) = series(40, vec![flow], first, Some(45));
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_15_what_is_held_follows_from_what_came_and_went() {
        let first = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
        let came = ProspectFlow { new: 25, ..ProspectFlow::default() };
        let went = ProspectFlow { won: 18, lost: 12, ..ProspectFlow::default() };
        let (rows, totals) = series(40, vec![came, went], first, Some(36));
        assert_eq!(rows.iter().map(|row| row.holding).collect::<Vec<_>>(), [65, 35]);
        assert_eq!((totals.holding, totals.below_minimum), (35, Some(true)));
        assert_eq!(rows[0].below_minimum, Some(false));
        assert_eq!(totals.average, Ratio::new(100, 2));
        assert_eq!(series(3, Vec::new(), first, None).1.average.value(), None);
    }
}
