//! What is answered about pressing for payments, and which level one has reached. Pure.

use crate::contracts::Receivable;
use chrono::NaiveDate;
use guanxi_kernel::{Language, Money, preferences::DunningLevel};
use serde::Serialize;
use utoipa::ToSchema;

/// A level that a late payment has reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dunning {
    /// The line of the payment plan, counted from 1.
    pub line: i64,
    /// The last day on which it would have been paid in time.
    pub due_on: NaiveDate,
    /// The level, counted from 1.
    pub level: i64,
    /// How many days it was late then.
    pub days_overdue: i64,
    /// On which day it was found to be.
    pub reached_on: NaiveDate,
    /// How much was open then.
    pub open: Money,
    /// Whether nothing of it is owed any more.
    pub settled: bool,
}

/// The levels that the payments of a contract have reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DunningList {
    /// The latest first, 200 at most.
    #[schema(max_items = 200)]
    pub data: Vec<Dunning>,
}

/// What came of planning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedDunnings {
    /// How many payments have reached a level that they had not.
    pub reached: i64,
    /// Whether more contracts are late than one request looks at: the rest is planned by itself, at once.
    pub more: bool,
}

/// The level that a payment has reached, counted from 1: the last one whose days have passed since it
/// was due.
pub(super) fn reached(
    levels: &[DunningLevel],
    due_on: NaiveDate,
    today: NaiveDate,
) -> Option<(i64, &DunningLevel)> {
    let late = days_late(due_on, today);
    (1..).zip(levels).take_while(|(_, level)| level.days_overdue <= late).last()
}

/// How many days a payment is late.
pub(super) fn days_late(due_on: NaiveDate, today: NaiveDate) -> i64 {
    (today - due_on).num_days()
}

/// The rule of the tasks about a line of the payment plan: one of them is open at a time.
pub(super) fn rule(line: i64) -> String {
    format!("dunning_{line}")
}

/// What the task about a payment is called, in the language of whoever gets it. The name comes last, since
/// it may be cut.
pub(super) fn title(
    language: Language,
    level: i64,
    due: &Receivable,
    late: i64,
    contract: &str,
) -> String {
    let (line, open) = (due.line, due.open);
    let days = if late == 1 { "day" } else { "days" };
    match language {
        Language::En => format!(
            "Dunning level {level}: {open} open on payment {line}, {late} {days} late, {contract}"
        ),
        Language::Zh => {
            format!("第{level}级催款:第{line}期未收 {open},逾期 {late} 天,{contract}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::preferences::DunningRules;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn k_20_a_level_is_reached_by_its_days_and_the_highest_counts() {
        let levels = DunningRules::default().levels;
        let due = day("2026-01-10");
        let table = [
            ("2026-01-01", None),
            ("2026-01-10", None),
            ("2026-01-11", Some(1)),
            ("2026-01-24", Some(1)),
            ("2026-01-25", Some(2)),
            ("2026-02-08", Some(2)),
            ("2026-02-09", Some(3)),
            ("2030-01-01", Some(3)),
        ];
        for (today, level) in table {
            let found = reached(&levels, due, day(today)).map(|(level, _)| level);
            assert_eq!(found, level, "on {today}");
        }
        assert_eq!(reached(&[], due, day("2030-01-01")), None);
    }
}
