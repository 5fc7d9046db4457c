//! Whether those who buy most often are the most satisfied.

use super::{
    prospects::{column, parameter},
    purchases,
    rfm::{MONTHS, count, window},
    satisfaction::{Indices, PLAYBOOK_ID, responses},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
    report::reach,
};
use chrono::{DateTime, Utc};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{
    orders::ORDER,
    parties::PARTY,
    value::{Ties, quintiles},
};
use guanxi_kernel::{
    Ctx, Result,
    period::start_of_day,
    problem::{OUT_OF_RANGE, Texts},
    ratio::Ratio,
};
use guanxi_mining::correlation;
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::playbook_runs::PLAYBOOK_RUN;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct FrequencySatisfaction;

/// The customers of a class of frequency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FrequencySatisfactionRow {
    /// The class, from 1 to 5 for those who buy most often.
    pub frequency_class: i64,
    /// How many customers are in it.
    pub customers: i64,
    /// How many of them have said how satisfied they are: the sum of the next three.
    pub responding: i64,
    /// How many of these are below the lower limit.
    pub low: i64,
    /// How many are between the limits.
    pub middle: i64,
    /// How many reach the upper one.
    pub high: i64,
    /// The mean of their indices, each customer counting once.
    pub satisfaction: Ratio,
}

/// What goes over all classes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FrequencySatisfactionTotals {
    /// How many customers have bought.
    pub customers: i64,
    /// How many of them have said how satisfied they are.
    pub responding: i64,
    /// The mean of their indices.
    pub satisfaction: Ratio,
    /// The correlation of class and index over these customers, from −1 to 1; `null` where one of the two is
    /// always the same.
    #[schema(required)]
    pub correlation: Option<String>,
}

const fn limit(
    name: &'static str,
    default: &'static str,
    en: &'static str,
    zh: &'static str,
) -> Parameter {
    Parameter { default: Some(default), ..parameter(name, Takes::Whole(0, 100), Texts { en, zh }) }
}

/// The lower and the upper limit.
const LIMITS: (&str, &str) = ("low_below", "high_from");

static DEFINITION: Definition = Definition {
    name: "frequency-satisfaction",
    version: 2,
    title: Texts { en: "Satisfaction by frequency of purchase", zh: "消费频率与满意度" },
    about: Texts {
        en: "Customers by how often they have bought within the months, in fifths as in the report `rfm` (equal figures get \
             the better class), and how satisfied they are: how many of each class are below, between and above two \
             limits, the mean, and over all the correlation of class and satisfaction (Pearson). The satisfaction of \
             a customer is the mean of its completed responses to surveys in the same time, as in the report \
             `satisfaction`, rounded to hundredths.",
        zh: "按购买频率五等分统计客户满意度:各等级内低、中、高满意度人数及均值,合计给出频率等级与满意度的相关系数(皮尔逊)及样本数。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &PLAYBOOK_RUN],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        MONTHS,
        PLAYBOOK_ID,
        limit("low_below", "60", "Below this index satisfaction is low.", "低满意度上限(不含)。"),
        limit("high_from", "80", "From this index on it is high.", "高满意度下限(含)。"),
    ],
    columns: &[
        column("frequency_class", "Class of frequency", "频率等级", What::Key),
        column("customers", "Customers", "客户数", What::Count),
        column("responding", "With a response", "有答复客户数", What::Count),
        column("low", "Low", "低满意度", What::Count),
        column("middle", "Middle", "中满意度", What::Count),
        column("high", "High", "高满意度", What::Count),
        column("satisfaction", "Satisfaction", "满意度均值", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["frequency_class"],
        values: &["satisfaction"],
        otherwise: &[],
    },
};

/// The indices of each customer in the time, in hundredths.
async fn satisfied(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<BTreeMap<Uuid, i64>> {
    let from = window(asked).map(|day| start_of_day(day, ctx.settings.time_zone));
    let mut sql =
        Sql::new("SELECT t.party_id, COUNT(*), CAST(SUM(t.satisfaction_index) AS BIGINT)");
    responses(&mut sql, asked, (from.unwrap_or(DateTime::<Utc>::UNIX_EPOCH), None));
    sql.push(" AND t.party_id IS NOT NULL AND t.satisfaction_index IS NOT NULL");
    sql.push(" AND EXISTS (SELECT 1 FROM parties p WHERE p.tenant_id = t.tenant_id");
    sql.push(" AND p.id = t.party_id AND p.deleted_at IS NULL AND ");
    scope::covers(&mut sql, "p.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") GROUP BY t.party_id");
    let mut all = BTreeMap::new();
    for (party, count, sum) in tx.all::<(Uuid, i64, i64)>(sql).await? {
        // To whole hundredths, halves up.
        all.insert(party, (2 * sum + count) / (2 * count));
    }
    Ok(all)
}

/// The classes, the lowest first, and the correlation over all: of customers with their class and, if they have
/// said it, their index in hundredths.
fn told(
    customers: &[(i64, Option<i64>)],
    limits: (i64, i64),
) -> (Vec<FrequencySatisfactionRow>, FrequencySatisfactionTotals) {
    let figures = |class: i64, of: &[(i64, Option<i64>)]| {
        let indices: Vec<i64> = of.iter().filter_map(|(_, index)| *index).collect();
        let number = |fits: &dyn Fn(i64) -> bool| {
            count(indices.iter().filter(|index| fits(**index)).count())
        };
        let all = Indices { sum: indices.iter().sum(), count: count(indices.len()) };
        FrequencySatisfactionRow {
            frequency_class: class,
            customers: count(of.len()),
            responding: all.count,
            low: number(&|index| index < limits.0 * 100),
            middle: number(&|index| index >= limits.0 * 100 && index < limits.1 * 100),
            high: number(&|index| index >= limits.1 * 100),
            satisfaction: all.mean(),
        }
    };
    let class = |class: i64| {
        let of: Vec<_> = customers.iter().filter(|one| one.0 == class).copied().collect();
        figures(class, &of)
    };
    let whole = figures(0, customers);
    let pairs: Vec<(i64, i64)> =
        customers.iter().filter_map(|(class, index)| Some((*class, (*index)?))).collect();
    let totals = FrequencySatisfactionTotals {
        customers: whole.customers,
        responding: whole.responding,
        satisfaction: whole.satisfaction,
        correlation: correlation(&pairs).map(|found| format!("{found:.4}")),
    };
    ((1..=5).map(class).collect(), totals)
}

impl Report for FrequencySatisfaction {
    type Row = FrequencySatisfactionRow;
    type Totals = FrequencySatisfactionTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let limits = (asked.whole(LIMITS.0).unwrap_or(60), asked.whole(LIMITS.1).unwrap_or(80));
        if limits.0 > limits.1 {
            let finding = OUT_OF_RANGE.parameter(LIMITS.1);
            return Err(bad(finding.with("expected", "not below low_below")));
        }
        let time = (window(asked), None);
        let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
        let satisfied = satisfied(tx, ctx, asked).await?;
        let often = |at: usize| buyers[at].purchases;
        let classes = quintiles(buyers.len(), often, Ties::default());
        let customers: Vec<(i64, Option<i64>)> = buyers
            .iter()
            .zip(classes)
            .map(|(buyer, class)| (class.into(), satisfied.get(&buyer.id).copied()))
            .collect();
        let (rows, totals) = told(&customers, limits);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let (mut rows, totals) =
            told(&[(1, Some(5_500)), (3, Some(7_000)), (5, Some(9_000)), (5, None)], (60, 80));
        rows.truncate(1);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_68_every_cell_has_its_number() {
        let customers =
            [(1, Some(5_999)), (1, Some(6_000)), (3, Some(7_999)), (5, Some(8_000)), (5, None)];
        let (rows, totals) = told(&customers, (60, 80));
        let cells = |class: usize| {
            let row = &rows[class - 1];
            [row.customers, row.responding, row.low, row.middle, row.high]
        };
        assert_eq!(cells(1), [2, 2, 1, 1, 0]);
        assert_eq!((cells(2), cells(3)), ([0; 5], [1, 1, 0, 1, 0]));
        assert_eq!(cells(5), [2, 1, 0, 0, 1]);
        assert_eq!(rows[1].satisfaction.value(), None);
        assert_eq!((totals.customers, totals.responding), (5, 4));
        let by_hand = correlation(&[(1, 5_999), (1, 6_000), (3, 7_999), (5, 8_000)]);
        assert_eq!(totals.correlation, by_hand.map(|found| format!("{found:.4}")));
        assert!(by_hand.is_some_and(|found| found > rust_decimal::Decimal::new(8, 1)));
    }
}
