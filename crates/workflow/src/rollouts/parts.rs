//! The parts of a roll-out.

use chrono::{NaiveDate, TimeDelta};
use guanxi_kernel::{
    Line, Problem, Proportion, Result, UserId,
    period::likely_date,
    problem::{FieldError, OUT_OF_RANGE, REPEATED},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

/// Somebody who works in a roll-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutMember {
    /// The user.
    pub user_id: UserId,
    /// What they do in it, in words of the company, e.g. `data entry`.
    pub role: Line<60>,
}

/// Something that every member learns and is tested in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainingItem {
    /// Its code; no two of a roll-out have the same.
    pub code: Line<40>,
    /// What it is called.
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    pub name_zh: Option<Line<100>>,
    /// With how many of 100 points it is passed.
    #[serde(default = "sixty")]
    #[validate(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100, default = 60)]
    pub pass_score: i64,
}

fn sixty() -> i64 {
    60
}

/// What a roll-out is to reach: a number, by a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutGoal {
    /// What is counted.
    pub name: Line<200>,
    /// How much of it.
    pub target: Proportion,
    /// The unit, e.g. `%` or `customers`.
    pub unit: Line<40>,
    /// By which day.
    #[validate(custom(function = "likely_date"))]
    pub due_on: NaiveDate,
}

/// How many hours after a step was due whom is told, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutEscalation {
    /// Its owner.
    #[validate(range(min = 0, max = 8_760))]
    #[schema(minimum = 0, maximum = 8_760)]
    pub owner_after_hours: i64,
    /// Who stands next above the owner: not before that.
    #[validate(range(min = 0, max = 8_760))]
    #[schema(minimum = 0, maximum = 8_760)]
    pub manager_after_hours: i64,
    /// Who stands above all of these: not before that.
    #[validate(range(min = 0, max = 8_760))]
    #[schema(minimum = 0, maximum = 8_760)]
    pub head_after_hours: i64,
}

impl Default for RolloutEscalation {
    fn default() -> Self {
        Self { owner_after_hours: 0, manager_after_hours: 24, head_after_hours: 72 }
    }
}

impl RolloutEscalation {
    /// The delays, in the order in which people are told.
    pub(crate) fn delays(self) -> [TimeDelta; 3] {
        [self.owner_after_hours, self.manager_after_hours, self.head_after_hours]
            .map(TimeDelta::hours)
    }

    /// Refuses delays that would tell those above before those below.
    ///
    /// # Errors
    /// `out_of_range`.
    pub(super) fn check(self) -> Result<()> {
        let steps = [
            ("manager_after_hours", self.owner_after_hours, self.manager_after_hours),
            ("head_after_hours", self.manager_after_hours, self.head_after_hours),
        ];
        let early = steps.into_iter().filter(|(_, before, after)| after < before);
        let finding = |(member, before, _): (&str, i64, i64)| {
            let expected = format!("at least {before}");
            OUT_OF_RANGE.field(format!("/escalation/{member}")).with("expected", expected)
        };
        Problem::collect(early.map(finding).collect())
    }
}

/// A finding for each entry of the list at `pointer` that is there already.
pub(crate) fn repeated<T, K: Ord>(
    list: &[T],
    pointer: &str,
    key: impl Fn(&T) -> K,
) -> Vec<FieldError> {
    let mut seen = BTreeSet::new();
    let again = list.iter().enumerate().filter(|(_, entry)| !seen.insert(key(entry)));
    again.map(|(at, _)| REPEATED.field(format!("{pointer}/{at}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_114_those_above_are_told_after_those_below() {
        let hours = |owner, manager, head| RolloutEscalation {
            owner_after_hours: owner,
            manager_after_hours: manager,
            head_after_hours: head,
        };
        assert!(RolloutEscalation::default().check().is_ok());
        assert!(hours(8, 8, 8).check().is_ok());
        let refused = hours(24, 8, 4).check().unwrap_err();
        assert_eq!(refused.errors().len(), 2);
        assert_eq!(hours(1, 2, 3).delays()[2], TimeDelta::hours(3));
    }
}
