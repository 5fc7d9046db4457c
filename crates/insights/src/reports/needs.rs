//! What customers need, by product and period, and how much of that was adopted.

use super::{
    prospects::{column, parameter},
    satisfaction::{BY, PERIODS, periods},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape, report::reach,
};
use chrono::NaiveDate;
use guanxi_customers::needs::{NEED, NeedStatus};
use guanxi_kernel::{Ctx, Result, period::Period, problem::Texts, scalar::Type};
use guanxi_marketing::rate::Rate;
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;

/// The report.
pub struct Needs;

/// The needs about a product in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NeedsRow {
    /// The product; `null` for needs about none.
    #[schema(required)]
    pub product: Option<String>,
    /// The period, such as `2026-03`, `2026-Q1`, `2026-H1` or `2026`.
    pub period: String,
    /// Its first day.
    pub from: NaiveDate,
    /// The figures.
    #[serde(flatten)]
    pub figures: NeedsFigures,
}

/// How many needs there were, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct NeedsFigures {
    /// How many were told.
    pub needs: i64,
    /// Of how many nothing was decided.
    pub open: i64,
    /// How many were adopted.
    pub adopted: i64,
    /// How many were not.
    pub declined: i64,
    /// `adopted` of `needs`.
    pub adoption_rate: Rate,
}

/// Rows at most.
const SHOWN: usize = 1_000;

const TYPE: Parameter = parameter(
    "need_type_id",
    Takes::One(Type::Id),
    Texts {
        en: "Only needs of that type and of those below it.",
        zh: "仅统计该需求类型及其下级类型。",
    },
);

static DEFINITION: Definition = Definition {
    name: "needs",
    version: 1,
    title: Texts { en: "Needs of customers", zh: "客户需求" },
    about: Texts {
        en: "Needs that customers have told, by the product that they are about and by the period of the day on which \
             they were told: how many there are, of how many nothing was decided, and how many were adopted or \
             declined. Of each period the products with most needs come first, 1,000 rows at most; the totals go over \
             all. Needs are told as they are now.",
        zh: "客户提出的需求按产品与周期统计:总数、未采纳(待定)、已采纳、不采纳及采纳率。各周期内需求最多的产品在前,最多 1,000 行,合计包括全部。",
    },
    reads: &[&NEED],
    needs: &["owner_id", "product", "noted_on", "status", "need_type_id"],
    rests_on: &[],
    parameters: &[BY, PERIODS, TYPE],
    columns: &[
        column("product", "Product", "产品", What::Key),
        column("period", "Period", "周期", What::Key),
        column("from", "From", "起始日", What::Date),
        column("needs", "Needs", "需求数", What::Count),
        column("open", "Open", "未采纳数", What::Count),
        column("adopted", "Adopted", "已采纳数", What::Count),
        column("declined", "Declined", "不采纳数", What::Count),
        column("adoption_rate", "Adoption rate", "采纳率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["product", "period"],
        values: &["open", "adopted"],
        otherwise: &[],
    },
};

/// How many needs have each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    open: i64,
    adopted: i64,
    declined: i64,
}

impl Counts {
    fn add(&mut self, status: NeedStatus, number: i64) {
        match status {
            NeedStatus::Open => self.open += number,
            NeedStatus::Adopted => self.adopted += number,
            NeedStatus::Declined => self.declined += number,
        }
    }

    fn all(self) -> i64 {
        self.open + self.adopted + self.declined
    }

    fn figures(self) -> NeedsFigures {
        NeedsFigures {
            needs: self.all(),
            open: self.open,
            adopted: self.adopted,
            declined: self.declined,
            adoption_rate: Rate::new(self.adopted, self.all()),
        }
    }
}

/// Needs about one product in the period at a place, of one status.
type Found = (i64, Option<String>, NeedStatus, i64);

async fn found(tx: &mut Tx, ctx: &Ctx, asked: &Asked, periods: &[Period]) -> Result<Vec<Found>> {
    let begins: Vec<(i64, NaiveDate)> = (0..)
        .zip(periods.iter().map(|one| one.range(ctx.settings.fiscal, asked.today).start))
        .collect();
    let Some((_, first)) = begins.first().copied() else { return Ok(Vec::new()) };
    let mut sql = Sql::new(
        "SELECT x.place, x.product, x.status, COUNT(*) FROM (SELECT CAST(CASE WHEN t.noted_on IS NULL THEN 0",
    );
    for (place, begins) in begins.iter().skip(1).rev() {
        sql.push(" WHEN t.noted_on >= ").bind(*begins).push(" THEN ").bind(*place);
    }
    sql.push(
        " ELSE 0 END AS BIGINT) AS place, t.product, t.status FROM needs t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.noted_on >= ",
    );
    sql.bind(first).push(" AND t.noted_on <= ").bind(asked.today);
    if let Some(id) = asked.id(TYPE.name) {
        sql.push(
            " AND t.need_type_id IN (WITH RECURSIVE below (id, level) AS (
                 SELECT n.id, CAST(1 AS BIGINT) FROM need_types n WHERE n.tenant_id = $1 AND n.id = ",
        );
        sql.bind(id).push(
            " UNION ALL SELECT n.id, b.level + 1 FROM below b
                 JOIN need_types n ON n.tenant_id = $1 AND n.parent_id = b.id WHERE b.level < 100)
             SELECT id FROM below)",
        );
    }
    sql.push(" AND ");
    scope::within(&mut sql, &NEED, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x GROUP BY x.place, x.product, x.status");
    tx.all(sql).await
}

/// The counts of each product in each period: the periods in their order, in each the products with most needs
/// first.
fn ordered(found: Vec<Found>) -> Vec<(usize, Option<String>, Counts)> {
    let mut all: BTreeMap<(usize, Option<String>), Counts> = BTreeMap::new();
    for (place, product, status, number) in found {
        let place = usize::try_from(place).unwrap_or_default();
        all.entry((place, product)).or_default().add(status, number);
    }
    let mut all: Vec<(usize, Option<String>, Counts)> =
        all.into_iter().map(|((place, product), counts)| (place, product, counts)).collect();
    // What is equal keeps the order of the products.
    all.sort_by_key(|(place, _, counts)| (*place, Reverse(counts.all())));
    all
}

impl Report for Needs {
    type Row = NeedsRow;
    type Totals = NeedsFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        // The first one is before those that are asked for.
        let mut periods = periods(ctx, asked);
        let wanted = asked.whole(PERIODS.name).and_then(|count| usize::try_from(count).ok());
        let before = periods.len().saturating_sub(wanted.unwrap_or(12));
        periods.drain(..before);
        let all = ordered(found(tx, ctx, asked, &periods).await?);
        let mut whole = Counts::default();
        for (_, _, counts) in &all {
            whole.add(NeedStatus::Open, counts.open);
            whole.add(NeedStatus::Adopted, counts.adopted);
            whole.add(NeedStatus::Declined, counts.declined);
        }
        let row = |(place, product, counts): (usize, Option<String>, Counts)| {
            let period = periods.get(place)?;
            Some(NeedsRow {
                product,
                period: period.to_string(),
                from: period.range(ctx.settings.fiscal, asked.today).start,
                figures: counts.figures(),
            })
        };
        let rows = all.into_iter().take(SHOWN).filter_map(row).collect();
        Ok(Made { rows, totals: whole.figures() })
    }

    fn example() -> Made<Self> {
        let figures = Counts { open: 5, adopted: 2, declined: 1 }.figures();
        let row = NeedsRow {
            product: Some("Lavida 1.5L 2025".to_owned()),
            period: "2026-03".to_owned(),
            from: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default(),
            figures,
        };
        Made { rows: vec![row], totals: figures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_75_products_with_most_needs_come_first_in_each_period() {
        let of = |place, product: &str, status, number| {
            (place, Some(product.to_owned()), status, number)
        };
        let all = ordered(vec![
            of(1, "A", NeedStatus::Open, 1),
            of(0, "A", NeedStatus::Open, 1),
            of(0, "B", NeedStatus::Adopted, 1),
            of(0, "B", NeedStatus::Open, 2),
            (0, None, NeedStatus::Declined, 1),
        ]);
        let order: Vec<_> =
            all.iter().map(|(place, product, _)| (*place, product.as_deref())).collect();
        assert_eq!(order, [(0, Some("B")), (0, None), (0, Some("A")), (1, Some("A"))]);
        let figures = all[0].2.figures();
        assert_eq!((figures.needs, figures.open, figures.adopted), (3, 2, 1));
        assert_eq!(figures.adoption_rate, Rate::new(1, 3));
    }
}
