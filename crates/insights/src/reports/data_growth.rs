//! How many records of a list were made in each month, and how many there were at its end.

use super::prospects::{column, parameter};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    asked::bad,
    definition::Shape,
    field_standards::{FIELD_STANDARD, kind_of},
};
use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use guanxi_kernel::{
    Action, Ctx, Result,
    period::start_of_day,
    problem::{Texts, UNKNOWN_VALUE},
    scalar::Type,
};
use guanxi_storage::{Kind, Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct DataGrowth;

/// A month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataGrowthRow {
    /// The month, `YYYY-MM`.
    pub month: String,
    /// How many records were made in it.
    pub created: i64,
    /// How many there were at its end, or at the instant if it was not over.
    pub records: i64,
}

/// What goes over all months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataGrowthTotals {
    /// How many records were made in these months.
    pub created: i64,
    /// How many there are at the instant.
    pub records: i64,
}

const MONTHS: Parameter = Parameter {
    default: Some("12"),
    ..parameter(
        "months",
        Takes::Whole(1, 60),
        Texts {
            en: "How many months, the last one that of `as_of`.", zh: "月数,末月为统计当月。"
        },
    )
};

const OF: Parameter = Parameter {
    required: true,
    ..parameter(
        "resource",
        Takes::One(Type::Text),
        Texts { en: "The list, e.g. `parties`.", zh: "资源。" },
    )
};

static DEFINITION: Definition = Definition {
    name: "data-growth",
    version: 1,
    title: Texts { en: "Growth of data", zh: "数据增长" },
    about: Texts {
        en: "The records of a list that you may see, by the month in which they were made, as the company counts \
             days, and how many there were at the end of each. What was deleted since counts for nothing: records are \
             as they are now.",
        zh: "按创建月份统计某资源的可见记录数及各月末累计数(按当前未删除记录)。",
    },
    reads: &[&FIELD_STANDARD],
    needs: &[],
    rests_on: &[],
    parameters: &[OF, MONTHS],
    columns: &[
        column("month", "Month", "月份", What::Key),
        column("created", "Created", "新增数", What::Count),
        column("records", "Records", "累计数", What::Count),
    ],
    plot: Plot {
        shape: Shape::Line,
        names: &["month"],
        values: &["created", "records"],
        otherwise: &[],
    },
};

/// The first days of so many months, the last one that of `today`.
fn months(today: NaiveDate, count: i64) -> Vec<NaiveDate> {
    let last = today.with_day(1).unwrap_or(today);
    let back = (0..u32::try_from(count).unwrap_or(1)).rev();
    back.filter_map(|ago| last.checked_sub_months(Months::new(ago))).collect()
}

/// How many records were made before the first of these instants, and from each of them on to the next: the
/// place of the last that has come, 0 for before, with the number.
async fn made(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    begins: &[DateTime<Utc>],
    until: DateTime<Utc>,
) -> Result<Vec<(i64, i64)>> {
    let mut sql = Sql::new("SELECT e.place, COUNT(*) FROM (SELECT CAST(CASE");
    for (place, at) in begins.iter().enumerate() {
        sql.push(" WHEN t.created_at < ").bind(*at).push(" THEN ");
        sql.bind(i64::try_from(place).unwrap_or_default());
    }
    sql.push(" ELSE ").bind(i64::try_from(begins.len()).unwrap_or_default());
    sql.push(" END AS BIGINT) AS place FROM ").push(kind.table);
    sql.push(" t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.created_at <= ").bind(until);
    sql.push(" AND ");
    let reach = ctx.require(kind.plural, Action::Read)?;
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    sql.push(") e GROUP BY e.place ORDER BY e.place");
    tx.all(sql).await
}

/// The rows of these months, of what was made before them and in each.
fn rows(months: &[NaiveDate], made: &[(i64, i64)]) -> Vec<DataGrowthRow> {
    let count = |place: i64| made.iter().find(|one| one.0 == place).map_or(0, |one| one.1);
    let mut records = count(0);
    let row = |(month, place): (&NaiveDate, i64)| {
        let created = count(place);
        records += created;
        DataGrowthRow { month: month.format("%Y-%m").to_string(), created, records }
    };
    months.iter().zip(1..).map(row).collect()
}

impl Report for DataGrowth {
    type Row = DataGrowthRow;
    type Totals = DataGrowthTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let kind = asked.text(OF.name).and_then(kind_of);
        let unknown =
            || bad(UNKNOWN_VALUE.parameter(OF.name).with("expected", "the name of a list"));
        let kind = kind.ok_or_else(unknown)?;
        let months = months(asked.today, asked.whole(MONTHS.name).unwrap_or(12));
        let zone = ctx.settings.time_zone;
        let begins: Vec<DateTime<Utc>> =
            months.iter().map(|day| start_of_day(*day, zone)).collect();
        let made = made(tx, ctx, kind, &begins, asked.as_of).await?;
        let rows = rows(&months, &made);
        let totals = DataGrowthTotals {
            created: rows.iter().map(|row| row.created).sum(),
            records: rows.last().map_or(0, |row| row.records),
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = DataGrowthRow { month: "2026-03".to_owned(), created: 20, records: 120 };
        Made { rows: vec![row], totals: DataGrowthTotals { created: 20, records: 120 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_91_months_without_records_keep_what_there_was() {
        let day = NaiveDate::from_ymd_opt(2026, 2, 28).unwrap();
        let months = months(day, 3);
        let names: Vec<String> = months.iter().map(NaiveDate::to_string).collect();
        assert_eq!(names, ["2025-12-01", "2026-01-01", "2026-02-01"]);
        let all = rows(&months, &[(0, 5), (1, 2), (3, 1)]);
        let figures: Vec<(i64, i64)> = all.iter().map(|row| (row.created, row.records)).collect();
        assert_eq!(figures, [(2, 7), (0, 7), (1, 8)]);
    }
}
