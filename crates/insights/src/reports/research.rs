//! What the reports on research have in common: which interviews are told of.

use super::prospects::parameter;
use crate::{Asked, Parameter, Takes, asked::bad};
use guanxi_kernel::{
    Result,
    problem::{OUT_OF_RANGE, Texts},
    scalar::Type,
};
use guanxi_storage::Sql;

/// Of which study.
pub(super) const STUDY: Parameter = parameter(
    "research_study_id",
    Takes::One(Type::Id),
    Texts { en: "Only the interviews of this study.", zh: "仅该调研的访谈。" },
);

/// The first day.
pub(super) const FROM: Parameter = parameter(
    "from",
    Takes::One(Type::Date),
    Texts { en: "The first day; any when absent.", zh: "首日,缺省不限。" },
);

/// The last day.
pub(super) const TO: Parameter = parameter(
    "to",
    Takes::One(Type::Date),
    Texts {
        en: "The last day; that of `as_of` when absent.", zh: "末日,默认为统计当日。"
    },
);

/// Adds the condition that the interview in that row was completed by then, and is of the study and the days that are asked for.
///
/// # Errors
/// `bad_parameter` for days that end before they begin.
pub(super) fn held(sql: &mut Sql, asked: &Asked, row: &'static str) -> Result<()> {
    let from = asked.date(FROM.name);
    let to = asked.date(TO.name).unwrap_or(asked.today).min(asked.today);
    if from.is_some_and(|from| from > to) {
        return Err(bad(OUT_OF_RANGE.parameter(TO.name).with("expected", "not before from")));
    }
    sql.push(row).push(".deleted_at IS NULL AND ").push(row).push(".state = 'completed' AND ");
    sql.push(row).push(".completed_at <= ").bind(asked.as_of);
    sql.push(" AND ").push(row).push(".held_on <= ").bind(to);
    if let Some(from) = from {
        sql.push(" AND ").push(row).push(".held_on >= ").bind(from);
    }
    if let Some(study) = asked.id(STUDY.name) {
        sql.push(" AND ").push(row).push(".research_study_id = ").bind(study);
    }
    Ok(())
}

/// Each place of figures that stand in descending order: equal ones share a place, and as many are left out.
pub(super) fn places(figures: &[i64]) -> Vec<i64> {
    let mut place = 0;
    let each = |(at, figure): (usize, &i64)| {
        if at == 0 || figures[at - 1] != *figure {
            place = i64::try_from(at).unwrap_or(i64::MAX) + 1;
        }
        place
    };
    figures.iter().enumerate().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_106_equal_ones_share_a_place() {
        assert_eq!(places(&[5, 3, 3, 1]), [1, 2, 2, 4]);
        assert!(places(&[]).is_empty());
    }
}
