//! How good the data of the customer base are: complete, plausible, without duplicates and recent.
//!
//! | file | holds |
//! | --- | --- |
//! | `checks.rs` | what is held against the records, as data |
//!
//! What good data are is a list of checks, each one condition on a record; a dimension is all that passes
//! of all that can fail. Uniqueness is against the whole tenant, so it tells that there is another one, not
//! which. Price: each check reads the records once more.

mod checks;

pub(super) use checks::{CONTACT_FIELDS, PARTY_FIELDS};
pub use checks::{QualityDimension, QualityOf};

use super::prospects::{column, example_id, parameter, require_fields};
use crate::{Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape};
use checks::{CHECKS, Check};
use guanxi_customers::{contacts::CONTACT, parties::PARTY};
use guanxi_kernel::{Action, Ctx, Language, Result, Word as _, problem::Texts, ratio::Ratio};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct DataQuality;

/// How many records satisfy something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DataQualityRow {
    /// In which way they are good or not.
    pub dimension: QualityDimension,
    /// What that is called.
    pub dimension_name: &'static str,
    /// Which records.
    pub of: QualityOf,
    /// What they must satisfy.
    pub check: &'static str,
    /// What that is called.
    pub check_name: &'static str,
    /// In which order such data are filled in, 1 first; `null` where it is no matter of that.
    #[schema(required)]
    pub priority: Option<i64>,
    /// How many records can fail it.
    pub records: i64,
    /// How many satisfy it.
    pub passing: i64,
    /// `passing` of `records`, from 0 to 1; without value where there are none.
    pub score: Ratio,
    /// How many do not.
    pub failing: i64,
    /// These, at most as many as are asked for, in the order of their ids.
    #[schema(max_items = 1000)]
    pub failing_ids: Vec<Uuid>,
}

/// How complete the data are that are filled in together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityPriority {
    /// In which order they are filled in, 1 first.
    pub priority: i64,
    /// What belongs to it.
    pub checks: Vec<&'static str>,
    /// How much of it is there, from 0 to 1.
    pub completeness: Ratio,
}

/// How good the data are altogether.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DataQualityTotals {
    /// How much of what should be there is, from 0 to 1.
    pub completeness: Ratio,
    /// How much can be so.
    pub validity: Ratio,
    /// How much is there once.
    pub uniqueness: Ratio,
    /// How much is of lately.
    pub freshness: Ratio,
    /// How complete the data of each priority are.
    pub priorities: Vec<QualityPriority>,
    /// The first priority of which something is missing; `null` if nothing is.
    #[schema(required)]
    pub next_priority: Option<i64>,
}

static DEFINITION: Definition = Definition {
    name: "data-quality",
    version: 1,
    title: Texts { en: "Quality of customer data", zh: "客户数据质量" },
    about: Texts {
        en: "How good the data of parties and contacts are that you may see, check by check: whether something is there \
             (completeness), can be so (validity), is there once (uniqueness: also against records that you may not \
             see) and was changed or verified within the days before `as_of` (freshness), each from 0 to 1, with the \
             records that fail. What cannot be right or wrong, such as a birthday that is not known, is left out of \
             its check. A dimension is all that passes of all that can fail. Data are filled in in the order of their \
             priorities; `next_priority` is the first of which something is missing. Records are as they are now.",
        zh: "逐项检查客户与联系人数据的完整性、有效性、唯一性与时效性(均为 0–1),并列出不合格记录。按优先级分组给出完整度,next_priority 为下一个应补全的组。",
    },
    reads: &[&PARTY, &CONTACT],
    needs: PARTY_FIELDS,
    rests_on: &[],
    parameters: &[
        Parameter {
            default: Some("365"),
            ..parameter(
                "days",
                Takes::Whole(1, 3_650),
                Texts {
                    en: "After how many days what was changed or verified is not of lately.",
                    zh: "超过多少天未更新或核实视为陈旧。",
                },
            )
        },
        Parameter {
            default: Some("100"),
            ..parameter(
                "ids",
                Takes::Whole(0, 1_000),
                Texts {
                    en: "How many records that fail are named at most, for each check.",
                    zh: "每项检查最多列出的不合格记录数。",
                },
            )
        },
    ],
    columns: &[
        column("dimension", "Dimension", "维度", What::Key),
        column("dimension_name", "Dimension", "维度", What::Label),
        column("of", "Records", "对象", What::Key),
        column("check", "Check", "检查项", What::Key),
        column("check_name", "Check", "检查项", What::Label),
        column("priority", "Priority", "优先级", What::Key),
        column("records", "Records", "记录数", What::Count),
        column("passing", "Passing", "合格数", What::Count),
        column("score", "Score", "得分", What::Ratio),
        column("failing", "Failing", "不合格数", What::Count),
        column("failing_ids", "Failing records", "不合格记录", What::Parts),
    ],
    plot: Plot { shape: Shape::Bars, names: &["check_name"], values: &["score"], otherwise: &[] },
};

/// Adds that the record `t` passes every check that it can fail; after so many days it is not of lately.
pub(super) fn passes(sql: &mut Sql, asked: &Asked, of: QualityOf, days: i64) {
    for (at, check) in CHECKS.iter().filter(|check| check.of == of).enumerate() {
        sql.push(if at == 0 { "(CASE" } else { " AND CASE" });
        if let Some(among) = check.among {
            sql.push(" WHEN NOT (").push(among).push(") THEN 1");
        }
        sql.push(" WHEN ");
        check.rule.write(sql, asked, days);
        // What is neither true nor false has failed too.
        sql.push(" THEN 1 ELSE 0 END = 1");
    }
    sql.push(")");
}

/// What a check has found.
#[derive(Debug, Clone, Default)]
struct Found {
    records: i64,
    passing: i64,
    ids: Vec<Uuid>,
}

/// Adds the live records `t` within the reach of the caller that can fail the check.
fn records(sql: &mut Sql, ctx: &Ctx, check: &Check) {
    let kind = check.of.kind();
    sql.push(" FROM ").push(kind.table);
    sql.push(" t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
    if let Some(among) = check.among {
        sql.push("(").push(among).push(") AND ");
    }
    let reach = ctx.reach(kind.plural, Action::Read);
    scope::within(sql, kind, &reach, ctx.actor.user);
}

async fn held(tx: &mut Tx, ctx: &Ctx, asked: &Asked, check: &Check) -> Result<Found> {
    let days = asked.whole("days").unwrap_or(365);
    let most = asked.whole("ids").unwrap_or(100);
    let mut sql = Sql::new("SELECT COUNT(*), COUNT(CASE WHEN ");
    check.rule.write(&mut sql, asked, days);
    sql.push(" THEN 1 END)");
    records(&mut sql, ctx, check);
    let (all, passing) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
    let mut found = Found { records: all, passing, ids: Vec::new() };
    if found.passing < found.records && most > 0 {
        let mut sql = Sql::new("SELECT t.id");
        records(&mut sql, ctx, check);
        // What is neither true nor false has failed too.
        sql.push(" AND (CASE WHEN ");
        check.rule.write(&mut sql, asked, days);
        sql.push(" THEN 0 ELSE 1 END) = 1 ORDER BY t.id LIMIT ").bind(most);
        found.ids = tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect();
    }
    Ok(found)
}

/// What passes of what can fail, over some checks.
fn score<'a>(of: impl Iterator<Item = &'a (&'static Check, Found)>) -> Ratio {
    let (mut passing, mut all) = (0, 0);
    for (_, found) in of {
        passing += found.passing;
        all += found.records;
    }
    Ratio::new(passing, all)
}

fn totals(found: &[(&'static Check, Found)]) -> DataQualityTotals {
    let of = |dimension| score(found.iter().filter(|(check, _)| check.dimension == dimension));
    let mut numbers: Vec<i64> = found.iter().filter_map(|(check, _)| check.priority).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let priority = |number: i64| {
        let of = || found.iter().filter(move |(check, _)| check.priority == Some(number));
        QualityPriority {
            priority: number,
            checks: of().map(|(check, _)| check.name).collect(),
            completeness: score(of()),
        }
    };
    let priorities: Vec<QualityPriority> = numbers.into_iter().map(priority).collect();
    let lacks =
        |one: &&QualityPriority| one.completeness.numerator() < one.completeness.denominator();
    DataQualityTotals {
        completeness: of(QualityDimension::Completeness),
        validity: of(QualityDimension::Validity),
        uniqueness: of(QualityDimension::Uniqueness),
        freshness: of(QualityDimension::Freshness),
        next_priority: priorities.iter().find(lacks).map(|one| one.priority),
        priorities,
    }
}

fn row(language: Language, (check, found): (&'static Check, Found)) -> DataQualityRow {
    DataQualityRow {
        dimension: check.dimension,
        dimension_name: check.dimension.label(language),
        of: check.of,
        check: check.name,
        check_name: check.label.get(language),
        priority: check.priority,
        records: found.records,
        passing: found.passing,
        score: Ratio::new(found.passing, found.records),
        failing: found.records - found.passing,
        failing_ids: found.ids,
    }
}

impl Report for DataQuality {
    type Row = DataQualityRow;
    type Totals = DataQualityTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CONTACT, CONTACT_FIELDS)?;
        let mut found = Vec::with_capacity(CHECKS.len());
        for check in CHECKS {
            found.push((check, held(tx, ctx, asked, check).await?));
        }
        let totals = totals(&found);
        let rows = found.into_iter().map(|one| row(ctx.language, one)).collect();
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let ids = vec![example_id()];
        let one = |check| (check, Found { records: 100, passing: 99, ids: ids.clone() });
        let found: Vec<(&'static Check, Found)> = CHECKS.iter().take(1).map(one).collect();
        let totals = totals(&found);
        Made { rows: found.into_iter().map(|one| row(Language::Zh, one)).collect(), totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn d_77_every_check_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
        for dimension in QualityDimension::ALL {
            assert!(CHECKS.iter().any(|check| check.dimension == *dimension), "{dimension}");
        }
        let complete = |check: &&Check| check.dimension == QualityDimension::Completeness;
        assert!(CHECKS.iter().filter(complete).all(|check| check.priority.is_some()));
    }

    #[test]
    fn d_93_the_next_priority_is_the_first_that_lacks_something() {
        let found = |lacking: i64| -> Vec<(&'static Check, Found)> {
            let of = |check: &'static Check| {
                let lacks = i64::from(check.priority == Some(lacking));
                (check, Found { records: 10, passing: 10 - lacks, ids: Vec::new() })
            };
            CHECKS.iter().map(of).collect()
        };
        assert_eq!(totals(&found(4)).next_priority, Some(4));
        let whole = totals(&found(0));
        assert_eq!((whole.next_priority, whole.completeness.value()), (None, Some(1.into())));
        let second = totals(&found(2));
        assert_eq!(second.priorities[1].completeness, Ratio::new(9, 10));
        assert_eq!(second.priorities[1].checks, ["reachable"]);
        assert_eq!(second.priorities.len(), 5);
    }
}
