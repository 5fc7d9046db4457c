//! Prospects and customers in four grades by what a model says of them and what they need, and whether those of better
//! grades buy more often.
//!
//! Only the company knows what counts as a need, so the rule on it is that of a segment. Price: who is a member is asked
//! now, also where the report is of an earlier instant; scores and purchases are those of the instant.

use super::{prospects::column, purchases, rfm::count};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, asked::bad, definition::Shape,
    target_lists::Counted,
};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{
    Ctx, Language, Result, Word as _,
    period::business_date,
    problem::{OUT_OF_RANGE, Texts, UNKNOWN_REFERENCE},
    scalar::Type,
};
use guanxi_marketing::{
    mining_models::{self, MINING_MODEL, Potential},
    rate::Rate,
    segments::SEGMENT,
};
use guanxi_storage::{Tx, resource};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct PotentialGrades;

guanxi_kernel::words! {
    /// What may come of somebody.
    pub enum PotentialGrade {
        /// Likely, and in need.
        A = "a" ("A", "A"),
        /// Likely without a need, or half as likely with one.
        B = "b" ("B", "B"),
        /// Half as likely without a need, or hardly likely with one.
        C = "c" ("C", "C"),
        /// Hardly likely, and without a need.
        D = "d" ("D", "D"),
    }
}

impl PotentialGrade {
    /// That of a probability in ten-thousandths and a need. Everybody has exactly one.
    fn of(probability: i64, has_need: bool, limits: Limits) -> Self {
        let probability = Decimal::new(probability, 4);
        let missing = match probability {
            _ if probability >= limits.high => 0,
            _ if probability >= limits.medium => 1,
            _ => 2,
        };
        match missing + i64::from(!has_need) {
            0 => Self::A,
            1 => Self::B,
            2 => Self::C,
            _ => Self::D,
        }
    }
}

/// From which probability on somebody is likely, and half as likely.
#[derive(Debug, Clone, Copy)]
struct Limits {
    high: Decimal,
    medium: Decimal,
}

impl Limits {
    fn asked(asked: &Asked) -> Result<Self> {
        let limit = |name: &str| asked.share(name).unwrap_or_default();
        let limits = Self { high: limit("high"), medium: limit("medium") };
        match limits.medium < limits.high {
            true => Ok(limits),
            false => Err(bad(OUT_OF_RANGE.parameter("medium").with("expected", "below high"))),
        }
    }
}

/// Those of a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PotentialGradeRow {
    /// The grade.
    pub grade: PotentialGrade,
    /// What it is called.
    pub grade_name: &'static str,
    /// How many have it.
    pub customers: i64,
    /// How many of them have bought since they were scored.
    pub converted: i64,
    /// `converted` of `customers`.
    pub conversion: Rate,
}

/// Two grades of which the worse one is converted more often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GradeInversion {
    /// The better grade.
    pub better: PotentialGrade,
    /// Its conversion.
    pub better_conversion: Rate,
    /// The next one that anybody has.
    pub worse: PotentialGrade,
    /// Its conversion, which is higher.
    pub worse_conversion: Rate,
}

/// What goes over all grades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PotentialGradeTotals {
    /// How many have a grade.
    pub customers: i64,
    /// How many of them have bought since they were scored.
    pub converted: i64,
    /// `converted` of `customers`.
    pub conversion: Rate,
    /// Whether conversion falls, or stays, from each grade to the next; `null` where fewer than two grades have anybody.
    #[schema(required)]
    pub falls: Option<bool>,
    /// Where it does not.
    #[schema(max_items = 3)]
    pub inversions: Vec<GradeInversion>,
}

const fn limit(name: &'static str, default: &'static str, about: Texts) -> Parameter {
    Parameter {
        name,
        takes: Takes::Share,
        default: Some(default),
        required: false,
        field: None,
        about,
    }
}

const fn named(name: &'static str, about: Texts) -> Parameter {
    Parameter {
        name,
        takes: Takes::One(Type::Id),
        default: None,
        required: true,
        field: None,
        about,
    }
}

static DEFINITION: Definition = Definition {
    name: "potential-grades",
    version: 2,
    title: Texts { en: "Grades of potential", zh: "客户潜力分级" },
    about: Texts {
        en: "Everybody whom a model has scored, in four grades by the probability and by whether they need something, \
             which is what a segment says. From `high` on somebody is likely, from `medium` on half as likely, else \
             hardly. A is likely and in need; each step down in likelihood, and the lack of a need, is one grade less, \
             down to D. Everybody has exactly one grade. Converted is who has bought on a later day than that of the \
             score; conversion should fall from A to D, and the totals say whether it does, and where it does not. \
             Members of the segment are those of now. Purchases are those of the report `rfm`.",
        zh: "按模型评分与需求(由客户群规则界定)将已评分客户分为 A–D 四级,每人恰有一级;统计各级在评分日之后的转化率,并说明转化率是否由 A 至 D 单调下降及不符之处。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &MINING_MODEL, &SEGMENT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        named(
            "model_id",
            Texts {
                en: "The model: a classification tree.", zh: "评分模型(分类决策树)。"
            },
        ),
        named(
            "need_segment_id",
            Texts {
                en: "The segment of those who need something.", zh: "有需求的客户群。"
            },
        ),
        limit(
            "high",
            "0.6",
            Texts { en: "From which probability on somebody is likely.", zh: "高评分下限。" },
        ),
        limit(
            "medium",
            "0.3",
            Texts { en: "From which on they are half as likely.", zh: "中评分下限。" },
        ),
    ],
    columns: &[
        column("grade", "Grade", "等级", What::Key),
        column("grade_name", "Grade", "等级", What::Label),
        column("customers", "Customers", "客户数", What::Count),
        column("converted", "Converted", "转化数", What::Count),
        column("conversion", "Conversion", "转化率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["grade_name"],
        values: &["customers", "converted"],
        otherwise: &[],
    },
};

/// Somebody with a grade, and whether they have bought since.
#[derive(Debug, Clone, Copy)]
struct Graded {
    party: Uuid,
    grade: PotentialGrade,
    converted: bool,
}

async fn graded(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<Graded>> {
    let limits = Limits::asked(asked)?;
    let mut ids = Vec::with_capacity(2);
    for (name, kind) in [("model_id", &MINING_MODEL), ("need_segment_id", &SEGMENT)] {
        let gone = || bad(UNKNOWN_REFERENCE.parameter(name));
        let id = asked.id(name).ok_or_else(gone)?;
        if !resource::visible(tx, ctx, kind, id).await? {
            return Err(gone());
        }
        ids.push(id);
    }
    let (model, need) = (ids[0].into(), ids[1].into());
    let found = mining_models::potentials(tx, ctx, model, need, asked.as_of).await?;
    let bought: BTreeMap<Uuid, NaiveDate> =
        purchases::buyers(tx, ctx, &DEFINITION, asked, (None, None))
            .await?
            .into_iter()
            .map(|buyer| (buyer.id, buyer.last_on))
            .collect();
    let one = |of: Potential| {
        let scored_on = business_date(of.scored_at, ctx.settings.time_zone);
        Graded {
            party: of.party,
            grade: PotentialGrade::of(of.probability, of.has_need, limits),
            converted: bought.get(&of.party).is_some_and(|last| *last > scored_on),
        }
    };
    Ok(found.into_iter().map(one).collect())
}

fn rows(all: &[Graded], language: Language) -> Vec<PotentialGradeRow> {
    let row = |grade: PotentialGrade| {
        let of = || all.iter().filter(move |one| one.grade == grade);
        let (customers, converted) = (count(of().count()), of().filter(|one| one.converted));
        let converted = count(converted.count());
        PotentialGradeRow {
            grade,
            grade_name: grade.label(language),
            customers,
            converted,
            conversion: Rate::new(converted, customers),
        }
    };
    PotentialGrade::ALL.iter().copied().map(row).collect()
}

fn totals(rows: &[PotentialGradeRow]) -> PotentialGradeTotals {
    let (customers, converted): (i64, i64) =
        (rows.iter().map(|row| row.customers).sum(), rows.iter().map(|row| row.converted).sum());
    let held: Vec<&PotentialGradeRow> = rows.iter().filter(|row| row.customers > 0).collect();
    // By cross multiplication, since rounded rates may be equal where the figures are not.
    let rises = |better: &PotentialGradeRow, worse: &PotentialGradeRow| {
        i128::from(worse.converted) * i128::from(better.customers)
            > i128::from(better.converted) * i128::from(worse.customers)
    };
    let inversions: Vec<GradeInversion> = held
        .windows(2)
        .filter(|pair| rises(pair[0], pair[1]))
        .map(|pair| GradeInversion {
            better: pair[0].grade,
            better_conversion: pair[0].conversion,
            worse: pair[1].grade,
            worse_conversion: pair[1].conversion,
        })
        .collect();
    PotentialGradeTotals {
        customers,
        converted,
        conversion: Rate::new(converted, customers),
        falls: (held.len() > 1).then_some(inversions.is_empty()),
        inversions,
    }
}

impl Report for PotentialGrades {
    type Row = PotentialGradeRow;
    type Totals = PotentialGradeTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let rows = rows(&graded(tx, ctx, asked).await?, ctx.language);
        let totals = totals(&rows);
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let record = |one: Graded| Counted {
            party: Some(one.party),
            row: vec![("grade", one.grade.to_string())],
            columns: match one.converted {
                true => vec!["customers", "converted"],
                false => vec!["customers"],
            },
        };
        Ok(Some(graded(tx, ctx, asked).await?.into_iter().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let party = super::prospects::example_id();
        let one = |grade, converted| Graded { party, grade, converted };
        let all = [
            one(PotentialGrade::A, true),
            one(PotentialGrade::A, false),
            one(PotentialGrade::B, false),
        ];
        let mut rows = rows(&all, Language::Zh);
        let totals = totals(&rows);
        rows.truncate(1);
        Made { rows, totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_70_everybody_has_one_grade_by_score_and_need() {
        let limits = Limits { high: Decimal::new(6, 1), medium: Decimal::new(3, 1) };
        let grade = |probability, need| PotentialGrade::of(probability, need, limits);
        assert_eq!([grade(9_000, true), grade(6_000, true)], [PotentialGrade::A; 2]);
        assert_eq!([grade(6_000, false), grade(5_999, true)], [PotentialGrade::B; 2]);
        assert_eq!([grade(3_000, false), grade(2_999, true)], [PotentialGrade::C; 2]);
        assert_eq!([grade(2_999, false), grade(0, false)], [PotentialGrade::D; 2]);
    }

    #[test]
    fn x_70_conversion_that_rises_is_told() {
        let of = |grade, converted, customers: usize| {
            (0..customers).map(move |at| Graded {
                party: Uuid::nil(),
                grade,
                converted: at < converted,
            })
        };
        let told = |all: Vec<Graded>| totals(&rows(&all, Language::En));
        let (a, b, d) = (PotentialGrade::A, PotentialGrade::B, PotentialGrade::D);
        let falling = told(of(a, 2, 4).chain(of(b, 1, 2)).chain(of(d, 0, 3)).collect());
        assert_eq!((falling.falls, falling.inversions.len()), (Some(true), 0), "equal is no rise");
        let rising = told(of(a, 1, 4).chain(of(d, 1, 3)).collect());
        assert_eq!(rising.falls, Some(false));
        assert_eq!((rising.inversions[0].better, rising.inversions[0].worse), (a, d));
        assert_eq!((rising.customers, rising.converted), (7, 2));
        assert_eq!(told(of(b, 0, 5).collect()).falls, None);
    }
}
