//! Why things were missed: the classes of causes, or the units, the most frequent first, with what they make together.

use super::{
    prospects::{column, day, parameter},
    service_levels::USUAL,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::Days;
use guanxi_identity::org_units::ORG_UNIT;
use guanxi_kernel::{
    Ctx, Result, Word as _,
    period::start_of_day,
    problem::Texts,
    ratio::Ratio,
    scalar::{Scalar, Type},
};
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::root_causes::{CauseClass, ROOT_CAUSE};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct RootCauses;

guanxi_kernel::words! {
    /// By what causes are told apart.
    pub enum RootCausesBy {
        /// Their class.
        Class = "class" ("Class", "原因类别"),
        /// The unit of whoever missed something.
        Unit = "unit" ("Org unit", "组织"),
    }
}

/// Causes of one class, or of one unit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RootCauseRow {
    /// The class, or the id of the unit; `null` for those in no unit.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// How many causes.
    pub causes: i64,
    /// Their part of all.
    pub share: Ratio,
    /// The part of all that these and those above them make.
    pub cumulative_share: Ratio,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RootCauseTotals {
    /// How many causes.
    pub causes: i64,
}

static DEFINITION: Definition = Definition {
    name: "root-causes",
    version: 1,
    title: Texts { en: "Root causes of what was missed", zh: "执行不力原因分析" },
    about: Texts {
        en: "The causes that were entered on the days of a time for tasks and steps that were missed, by class (rules, \
             attitude, skill, tools) or by the unit that whoever missed them was in: the most frequent first, with \
             their part of all and with the part that these and those above them make. `class` and `org_unit_id` \
             narrow them, so both can be told together. Causes are as they are now.",
        zh: "一段时间内登记的未完成事项原因,按类别(规则、态度、技能、工具)或责任人所属组织统计,由多到少,并给出占比与累计占比(帕累托)。",
    },
    reads: &[&ROOT_CAUSE],
    needs: &["class", "owner_id", "org_unit_id", "created_at"],
    rests_on: &[],
    parameters: &[
        day("from", "The first day; 29 days before the last when absent.", "首日。"),
        day("to", "The last day; that of `as_of` when absent.", "末日。"),
        Parameter {
            default: Some("class"),
            ..parameter(
                "by",
                Takes::One(<RootCausesBy as Scalar>::TYPE),
                Texts { en: "By what they are told apart.", zh: "统计维度。" },
            )
        },
        parameter(
            "class",
            Takes::One(<CauseClass as Scalar>::TYPE),
            Texts { en: "Only those of that class.", zh: "仅统计该类别。" },
        ),
        parameter(
            "org_unit_id",
            Takes::One(Type::Id),
            Texts { en: "Only those of that unit.", zh: "仅统计该组织。" },
        ),
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("causes", "Causes", "原因数", What::Count),
        column("share", "Share", "占比", What::Ratio),
        column("cumulative_share", "Cumulative share", "累计占比", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["name"], values: &["causes"], otherwise: &[] },
};

/// The groups from the greatest to the least, those of one size by their keys, each with its part and with what it
/// makes together with those before it; and how many there are.
fn pareto<K: Ord>(groups: BTreeMap<K, i64>) -> (Vec<(K, i64, Ratio, Ratio)>, i64) {
    let all: i64 = groups.values().sum();
    let mut sorted: Vec<(K, i64)> = groups.into_iter().collect();
    // Stable, so equal ones stay in the order of their keys.
    sorted.sort_by_key(|(_, count)| Reverse(*count));
    let mut sum = 0;
    let part = |(key, count): (K, i64)| {
        sum += count;
        (key, count, Ratio::new(count, all), Ratio::new(sum, all))
    };
    (sorted.into_iter().map(part).collect(), all)
}

/// Causes by class and unit.
async fn counted(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
) -> Result<Vec<(CauseClass, Option<Uuid>, i64)>> {
    let ((from, to), zone) = (asked.days(USUAL)?, ctx.settings.time_zone);
    let next = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let mut sql = Sql::new(
        "SELECT t.class, t.org_unit_id, COUNT(*) FROM root_causes t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.created_at >= ",
    );
    sql.bind(start_of_day(from, zone)).push(" AND t.created_at < ").bind(start_of_day(next, zone));
    sql.push(" AND t.created_at <= ").bind(asked.as_of).push(" AND ");
    scope::within(&mut sql, &ROOT_CAUSE, &reach(ctx, &DEFINITION), ctx.actor.user);
    if let Some(class) = asked.word::<CauseClass>("class") {
        sql.push(" AND t.class = ").bind(class);
    }
    if let Some(unit) = asked.id("org_unit_id") {
        sql.push(" AND t.org_unit_id = ").bind(unit);
    }
    sql.push(" GROUP BY t.class, t.org_unit_id");
    tx.all(sql).await
}

impl Report for RootCauses {
    type Row = RootCauseRow;
    type Totals = RootCauseTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let found = counted(tx, ctx, asked).await?;
        let row = |key, name, (causes, share, cumulative_share): (i64, Ratio, Ratio)| {
            RootCauseRow { key, name, causes, share, cumulative_share }
        };
        if asked.word("by") == Some(RootCausesBy::Unit) {
            let names =
                labels(tx, ctx, asked, &ORG_UNIT, found.iter().filter_map(|one| one.1)).await?;
            let mut groups: BTreeMap<Option<Uuid>, i64> = BTreeMap::new();
            found.iter().for_each(|(_, unit, count)| *groups.entry(*unit).or_default() += count);
            let (parts, causes) = pareto(groups);
            let rows = parts.into_iter().map(|(unit, count, share, sum)| {
                let name = unit.and_then(|unit| names.get(&unit).cloned());
                row(unit.map(|unit| unit.to_string()), name, (count, share, sum))
            });
            return Ok(Made { rows: rows.collect(), totals: RootCauseTotals { causes } });
        }
        let mut groups: BTreeMap<CauseClass, i64> = BTreeMap::new();
        found.iter().for_each(|(class, _, count)| *groups.entry(*class).or_default() += count);
        let (parts, causes) = pareto(groups);
        let rows = parts.into_iter().map(|(class, count, share, sum)| {
            let name = class.label(ctx.language).to_owned();
            row(Some(class.word().to_owned()), Some(name), (count, share, sum))
        });
        Ok(Made { rows: rows.collect(), totals: RootCauseTotals { causes } })
    }

    fn example() -> Made<Self> {
        let row = RootCauseRow {
            key: Some("skill".to_owned()),
            name: Some("Skill".to_owned()),
            causes: 6,
            share: Ratio::new(6, 10),
            cumulative_share: Ratio::new(6, 10),
        };
        Made { rows: vec![row], totals: RootCauseTotals { causes: 10 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_115_the_greatest_come_first_and_add_up_to_all() {
        let groups = BTreeMap::from([("rules", 1), ("attitude", 3), ("skill", 5), ("tools", 1)]);
        let (parts, all) = pareto(groups);
        let keys: Vec<&str> = parts.iter().map(|one| one.0).collect();
        assert_eq!((keys, all), (vec!["skill", "attitude", "rules", "tools"], 10));
        let sums: Vec<Ratio> = parts.iter().map(|one| one.3).collect();
        assert_eq!(sums, [5, 8, 9, 10].map(|sum| Ratio::new(sum, 10)));
        assert_eq!(parts[1].2, Ratio::new(3, 10));
        assert!(pareto(BTreeMap::<&str, i64>::new()).0.is_empty());
    }
}
