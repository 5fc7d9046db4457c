//! Which margin customers have reached who came into a cell of value and life cycle that has a goal.

use super::{
    loop_closure::{FIRST, LAST},
    prospects::{column, example_id},
    purchases::{Kind, converted},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{Months, NaiveDate};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    life_cycles::LIFE_CYCLE_ENTRY,
    orders::ORDER,
    parties::PARTY,
    value::{LifeCyclePhase, ValueClass},
};
use guanxi_kernel::{Ctx, FineAmount, Result, Share, Word as _, problem::Texts, ratio::Ratio};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct MarginGoals;

/// A customer that came into a cell with a goal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarginGoalRow {
    /// The entry.
    pub life_cycle_entry_id: Uuid,
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see that.
    #[schema(required)]
    pub party: Option<String>,
    /// Its class.
    pub value_class: ValueClass,
    /// What it is called.
    pub value_class_name: &'static str,
    /// Its phase.
    pub phase: LifeCyclePhase,
    /// What it is called.
    pub phase_name: &'static str,
    /// The day on which it came in.
    pub entered_on: NaiveDate,
    /// The margin that it is to reach.
    pub goal: Share,
    /// The margin of the months before that day.
    pub before: Ratio,
    /// The margin of the months from that day on, as far as they are over.
    pub after: Ratio,
    /// Whether the goal is reached; `null` where nothing was bought since.
    #[schema(required)]
    pub reached: Option<bool>,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarginGoalTotals {
    /// How often a customer came in.
    pub entries: i64,
    /// How many of these have reached the goal, of those that have bought anything since.
    pub reached: Rate,
    /// The margin of all before.
    pub before: Ratio,
    /// The margin of all since.
    pub after: Ratio,
}

/// Entries that are told at most, the newest.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "margin-goals",
    version: 2,
    title: Texts { en: "Margin before and after a goal", zh: "毛利率目标前后对比" },
    about: Texts {
        en: "Customers that came into a cell of value and life cycle with a margin goal on the days that are asked for, \
             e.g. into the mature phase, each with its margin in the months before that day and in as many from \
             it on, up to the day of `as_of`: what was bought less what came back and what that has cost, of what \
             was bought. Only purchases of which a cost was told count. The newest 1,000; the totals go over these.",
        zh: "所选日期内进入设有毛利率目标的矩阵单元(如成熟期)的客户,列出进入前后若干个月的毛利率及是否达标;仅统计有成本记录的购买,最多列出最近1,000条。",
    },
    reads: &[&LIFE_CYCLE_ENTRY, &PARTY, &ORDER, &CONTRACT],
    needs: &["party_id", "value_class", "phase", "entered_on", "margin_goal"],
    rests_on: &[],
    parameters: &[
        FIRST,
        LAST,
        Parameter {
            name: "months",
            takes: Takes::Whole(1, 24),
            default: Some("6"),
            required: false,
            field: None,
            about: Texts {
                en: "How many months before and after are compared.",
                zh: "前后对比的月数。",
            },
        },
    ],
    columns: &[
        column("life_cycle_entry_id", "Entry id", "记录标识", What::Key),
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("value_class", "Class", "价值等级", What::Key),
        column("value_class_name", "Class name", "价值等级名称", What::Label),
        column("phase", "Phase", "阶段", What::Key),
        column("phase_name", "Phase name", "阶段名称", What::Label),
        column("entered_on", "Entered on", "进入日期", What::Date),
        column("goal", "Goal", "目标毛利率", What::Share),
        column("before", "Margin before", "此前毛利率", What::Ratio),
        column("after", "Margin after", "此后毛利率", What::Ratio),
        column("reached", "Reached", "是否达标", What::Flag),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party"],
        values: &["before", "after"],
        otherwise: &[],
    },
};

/// An entry with a goal.
type Found = (Uuid, Uuid, ValueClass, LifeCyclePhase, NaiveDate, Share);

/// What was bought and what it has cost, in steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    bought: i128,
    cost: i128,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.bought += other.bought;
        self.cost += other.cost;
    }

    fn margin(self) -> Ratio {
        let number = FineAmount::sum_to_decimal;
        Ratio::new(number(self.bought - self.cost), number(self.bought))
    }

    /// Whether that reaches a goal; nothing is reached by nothing.
    fn reaches(self, goal: Share) -> Option<bool> {
        let number = FineAmount::sum_to_decimal;
        let wanted = number(self.bought).checked_mul(goal.to_decimal()).unwrap_or(Decimal::MAX);
        (self.bought > 0).then(|| number(self.bought - self.cost) >= wanted)
    }
}

/// What customers have bought, by day.
type Purchases = BTreeMap<Uuid, Vec<(NaiveDate, Sums)>>;

/// The sums of a customer before a day and from it on, of so many months each.
fn around(of: &[(NaiveDate, Sums)], day: NaiveDate, months: Months) -> (Sums, Sums) {
    let first = day.checked_sub_months(months).unwrap_or(NaiveDate::MIN);
    let end = day.checked_add_months(months).unwrap_or(NaiveDate::MAX);
    let (mut before, mut after) = (Sums::default(), Sums::default());
    for (on, sums) in of {
        if (first..day).contains(on) {
            before.add(*sums);
        } else if (day..end).contains(on) {
            after.add(*sums);
        }
    }
    (before, after)
}

async fn entries(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<Found>> {
    let (from, to) = asked.bounds()?;
    let mut sql = Sql::new(
        "SELECT t.id, t.party_id, t.value_class, t.phase, t.entered_on, t.margin_goal
         FROM life_cycle_entries t WHERE t.tenant_id = $1 AND t.margin_goal IS NOT NULL
             AND t.deleted_at IS NULL AND t.created_at <= ",
    );
    sql.bind(asked.known_at);
    let last = to.unwrap_or(asked.today).min(asked.today);
    sql.push(" AND t.entered_on <= ").bind(last);
    if let Some(from) = from {
        sql.push(" AND t.entered_on >= ").bind(from);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &LIFE_CYCLE_ENTRY, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" ORDER BY t.entered_on DESC, t.id DESC LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// What the customers of these entries have bought within so many months of any of them.
async fn purchases(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    entries: &[Found],
    months: Months,
) -> Result<Purchases> {
    type Day = (Uuid, String, NaiveDate, i64, i64);
    let mut all = Purchases::new();
    let days = entries.iter().map(|(.., day, _)| *day);
    let Some((first, last)) = days.clone().min().zip(days.max()) else { return Ok(all) };
    let from = first.checked_sub_months(months).unwrap_or(first);
    let until = last.checked_add_months(months).unwrap_or(last).min(asked.today);
    let own = asked.exchange.currency().code();
    for kind in [Kind::Orders, Kind::Contracts] {
        let (day, money, _) = kind.columns();
        let [bought, returned, cost] = kind.amounts();
        let mut sql = Sql::new("SELECT t.party_id, ");
        sql.push(money).push(", ").push(day);
        sql.push(", CAST(SUM(").push(bought).push(" + ").push(returned);
        sql.push(") AS BIGINT), CAST(SUM(").push(cost).push(") AS BIGINT)");
        kind.of(&mut sql, ctx, &DEFINITION, asked, (Some(from), Some(until)));
        sql.push(match kind {
            Kind::Orders => " AND t.cost_steps <> 0",
            Kind::Contracts => " AND c.cost_minor IS NOT NULL",
        });
        sql.push(" AND t.party_id IN (SELECT e.party_id FROM life_cycle_entries e WHERE e.tenant_id = $1");
        sql.push(" AND e.margin_goal IS NOT NULL AND e.deleted_at IS NULL AND e.entered_on >= ");
        sql.bind(first).push(" AND e.entered_on <= ").bind(last);
        sql.push(") GROUP BY t.party_id, ").push(money).push(", ").push(day);
        for (party, code, day, bought, cost) in tx.all::<Day>(sql).await? {
            let sums = if code == own {
                let [bought, cost] =
                    [bought, cost].map(|sum| kind.steps(asked.exchange.money(sum)));
                Sums { bought, cost }
            } else {
                let bought = converted(tx, asked, kind, (bought, &code), day).await?;
                let cost = converted(tx, asked, kind, (cost, &code), day).await?;
                Sums { bought, cost }
            };
            all.entry(party).or_default().push((day, sums));
        }
    }
    Ok(all)
}

impl Report for MarginGoals {
    type Row = MarginGoalRow;
    type Totals = MarginGoalTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let months = asked.whole("months").and_then(|months| u32::try_from(months).ok());
        let months = Months::new(months.unwrap_or(6));
        let entries = entries(tx, ctx, asked).await?;
        let bought = purchases(tx, ctx, asked, &entries, months).await?;
        let names = labels(tx, ctx, asked, &PARTY, entries.iter().map(|one| one.1)).await?;
        let (mut before, mut after) = (Sums::default(), Sums::default());
        let (mut reached, mut judged) = (0, 0);
        let mut rows = Vec::with_capacity(entries.len());
        for (id, party_id, value_class, phase, entered_on, goal) in entries {
            let of = bought.get(&party_id).map(Vec::as_slice).unwrap_or_default();
            let (then, since) = around(of, entered_on, months);
            before.add(then);
            after.add(since);
            let reaches = since.reaches(goal);
            judged += count(usize::from(reaches.is_some()));
            reached += count(usize::from(reaches == Some(true)));
            rows.push(MarginGoalRow {
                life_cycle_entry_id: id,
                party_id,
                party: names.get(&party_id).cloned(),
                value_class,
                value_class_name: value_class.label(ctx.language),
                phase,
                phase_name: phase.label(ctx.language),
                entered_on,
                goal,
                before: then.margin(),
                after: since.margin(),
                reached: reaches,
            });
        }
        let totals = MarginGoalTotals {
            entries: count(rows.len()),
            reached: Rate::new(reached, judged),
            before: before.margin(),
            after: after.margin(),
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let before = Sums { bought: 1_000_000, cost: 800_000 }.margin();
        let after = Sums { bought: 1_200_000, cost: 840_000 }.margin();
        let row = MarginGoalRow {
            life_cycle_entry_id: example_id(),
            party_id: example_id(),
            party: Some("宏图软件".to_owned()),
            value_class: ValueClass::High,
            value_class_name: "High",
            phase: LifeCyclePhase::Mature,
            phase_name: "Mature",
            entered_on: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default(),
            goal: Share::of_ten_thousandths(2_500),
            before,
            after,
            reached: Some(true),
        };
        let totals = MarginGoalTotals { entries: 1, reached: Rate::new(1, 1), before, after };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn k_16_the_margin_before_and_after_is_of_as_many_months() {
        let sums = |bought, cost| Sums { bought, cost };
        let all = [
            (day("2025-08-31"), sums(1_000, 0)),
            (day("2025-09-01"), sums(100, 80)),
            (day("2026-02-28"), sums(100, 80)),
            (day("2026-03-01"), sums(100, 75)),
            (day("2026-08-31"), sums(100, 75)),
            (day("2026-09-01"), sums(1_000, 0)),
        ];
        let (before, after) = around(&all, day("2026-03-01"), Months::new(6));
        assert_eq!((before, after), (sums(200, 160), sums(200, 150)));
        let goal = Share::of_ten_thousandths(2_500);
        assert_eq!((before.reaches(goal), after.reaches(goal)), (Some(false), Some(true)));
        assert_eq!(sums(0, 10).reaches(goal), None);
        assert_eq!(before.margin(), Ratio::new(Decimal::new(40, 4), Decimal::new(200, 4)));
    }
}
