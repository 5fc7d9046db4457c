//! Weights that the calendar gives: the parts of a period, and the days that somebody serves in it.

use super::{AllocationError, Result, divide};
use crate::{
    period::{DateRange, Fiscal, Period, Unit},
    split::SplitError,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// What falls to one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodPart {
    /// The period.
    pub period: Period,
    /// Its part of the total.
    pub figure: i64,
}

/// Spreads the total of a period over its halves, quarters or months, or over several of these
/// levels at once, from the top down.
///
/// `levels` goes from the longest to the shortest; `weights` has one for each part of the shortest,
/// and a longer part weighs what the parts in it weigh together. Each part comes before those
/// within it and is exactly their sum. Refused as `NoSuchParts` for a level that is no shorter than
/// the one before it or longer than the period, as `Shape`, and as
/// [`allocate`](crate::split::allocate).
pub fn over_periods(
    total: i64,
    period: Period,
    fiscal: Fiscal,
    levels: &[Unit],
    weights: &[Decimal],
) -> Result<Vec<PeriodPart>> {
    let shortest = levels.last().ok_or(AllocationError::NoSuchParts)?;
    if levels.windows(2).any(|two| two[0] <= two[1]) {
        return Err(AllocationError::NoSuchParts);
    }
    let parts = period.parts(*shortest, fiscal).ok_or(AllocationError::NoSuchParts)?;
    if parts.len() != weights.len() {
        return Err(AllocationError::Shape);
    }
    let mut all = Vec::new();
    below(total, period, fiscal, levels, weights, &mut all)?;
    Ok(all)
}

fn below(
    total: i64,
    period: Period,
    fiscal: Fiscal,
    levels: &[Unit],
    weights: &[Decimal],
    all: &mut Vec<PeriodPart>,
) -> Result<()> {
    let Some((&unit, shorter)) = levels.split_first() else { return Ok(()) };
    let periods = period.parts(unit, fiscal).ok_or(AllocationError::NoSuchParts)?;
    let weights: Vec<&[Decimal]> = weights.chunks(weights.len() / periods.len()).collect();
    let sums: Result<Vec<Decimal>> = weights.iter().map(|weights| sum(weights)).collect();
    for ((period, figure), weights) in periods.into_iter().zip(divide(total, &sums?)?).zip(weights)
    {
        all.push(PeriodPart { period, figure });
        below(figure, period, fiscal, shorter, weights, all)?;
    }
    Ok(())
}

fn sum(weights: &[Decimal]) -> Result<Decimal> {
    let sum = weights.iter().try_fold(Decimal::ZERO, |sum, one| sum.checked_add(*one));
    sum.ok_or(AllocationError::Split(SplitError::OutOfRange))
}

/// How many days of a period somebody serves who joined and leaves on those days, the last day
/// included, less the days of leave; days in two leaves count once.
///
/// Over the days of the period that is the share of a full target: as a weight, times the weight of
/// somebody who serves all of them.
pub fn days_served(
    period: DateRange,
    joined: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
    leave: &[DateRange],
) -> i64 {
    let start = joined.map_or(period.start, |day| day.max(period.start));
    let left = last_day.and_then(|day| day.succ_opt());
    let end = left.map_or(period.end, |day| day.min(period.end));
    let mut leave = leave.to_vec();
    leave.sort_unstable_by_key(|away| away.start);
    let (mut served, mut from) = (0, start);
    for away in leave.iter().filter(|away| away.days() > 0) {
        served += DateRange { start: from, end: away.start.min(end) }.days();
        from = from.max(away.end);
    }
    served + DateRange { start: from, end }.days()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::allocate;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn range(start: &str, end: &str) -> DateRange {
        DateRange { start: day(start), end: day(end) }
    }

    fn over(period: &str, levels: &[Unit], count: usize) -> Result<Vec<PeriodPart>> {
        let weights = vec![Decimal::ONE; count];
        over_periods(12_000_001, period.parse().unwrap(), Fiscal::default(), levels, &weights)
    }

    fn figures(parts: &[PeriodPart], unit: &str) -> Vec<i64> {
        let parts = parts.iter().filter(|part| part.period.to_string().contains(unit));
        parts.map(|part| part.figure).collect()
    }

    #[test]
    fn s_55_a_year_over_months_quarters_and_halves_adds_up() {
        for (unit, count) in [(Unit::Month, 12), (Unit::Quarter, 4), (Unit::Half, 2)] {
            let parts = over("2026", &[unit], count).unwrap();
            assert_eq!(parts.len(), count);
            assert_eq!(parts.iter().map(|part| part.figure).sum::<i64>(), 12_000_001);
        }
        let months = over("2026", &[Unit::Month], 12).unwrap();
        assert_eq!((months[0].figure, months[11].figure), (1_000_001, 1_000_000));
    }

    #[test]
    fn s_55_all_levels_at_once_reconcile_with_one_another() {
        let levels = [Unit::Half, Unit::Quarter, Unit::Month];
        let all = over("2026", &levels, 12).unwrap();
        assert_eq!(all.len(), 2 + 4 + 12);
        let names: Vec<String> = all[..5].iter().map(|part| part.period.to_string()).collect();
        assert_eq!(names, ["2026-H1", "2026-Q1", "2026-01", "2026-02", "2026-03"]);
        assert_eq!(figures(&all, "H"), [6_000_001, 6_000_000]);
        assert_eq!(figures(&all, "Q"), [3_000_001, 3_000_000, 3_000_000, 3_000_000]);
        let first: i64 = all[2..5].iter().map(|part| part.figure).sum();
        assert_eq!(first, all[1].figure);
    }

    #[test]
    fn s_55_the_calendar_is_that_of_the_tenant() {
        let april = Fiscal::new(4).unwrap();
        let weights: Vec<Decimal> = (0..12).map(|at| Decimal::from(i32::from(at == 0))).collect();
        let levels = [Unit::Quarter, Unit::Month];
        let all = over_periods(900, "2026".parse().unwrap(), april, &levels, &weights).unwrap();
        assert_eq!((all[1].period.to_string(), all[1].figure), ("2025-04".to_owned(), 900));
        assert_eq!(figures(&all, "Q"), [900, 0, 0, 0], "a quarter without weights gets nothing");
    }

    #[test]
    fn a_period_has_shorter_parts_only() {
        let none = Err(AllocationError::NoSuchParts);
        assert_eq!(over("2026-Q1", &[Unit::Half], 1), none);
        assert_eq!(over("ytd", &[Unit::Month], 12), none);
        assert_eq!(over("2026", &[Unit::Month, Unit::Quarter], 4), none);
        assert_eq!(over("2026", &[], 0), none);
        assert_eq!(over("2026", &[Unit::Month], 11), Err(AllocationError::Shape));
    }

    #[test]
    fn s_69_part_of_a_month_is_part_of_a_share() {
        let june = range("2026-06-01", "2026-07-01");
        let joined = days_served(june, Some(day("2026-06-16")), None, &[]);
        assert_eq!((joined, june.days()), (15, 30));
        let parts = allocate(1_000, &[june.days(), june.days(), joined]).unwrap();
        assert_eq!(parts, [400, 400, 200]);
    }

    #[test]
    fn s_69_leave_counts_once_and_only_within_the_service() {
        let june = range("2026-06-01", "2026-07-01");
        let leave = [
            range("2026-06-20", "2026-06-25"),
            range("2026-05-25", "2026-06-03"),
            range("2026-06-22", "2026-06-23"),
            range("2026-06-28", "2026-07-05"),
        ];
        assert_eq!(days_served(june, None, None, &leave), 30 - 2 - 5 - 3);
        assert_eq!(days_served(june, None, Some(day("2026-06-21")), &leave), 17);
        assert_eq!(days_served(june, Some(day("2026-07-01")), None, &[]), 0);
        assert_eq!(days_served(june, None, Some(day("2026-05-31")), &[]), 0);
        let backwards = [range("2026-06-20", "2026-06-10")];
        assert_eq!(days_served(june, None, None, &backwards), 30);
    }

    proptest! {
        #[test]
        fn days_are_served_one_by_one(
            joined in prop::option::of(0_i32..60), last in prop::option::of(0_i32..60),
            leave in vec((0_i32..60, 0_i32..20), 0..5)
        ) {
            let at = |day: i32| NaiveDate::from_epoch_days(20_000 + day).unwrap();
            let period = DateRange { start: at(15), end: at(45) };
            let leave: Vec<_> =
                leave.iter().map(|&(from, days)| DateRange { start: at(from), end: at(from + days) })
                .collect();
            let here = |day: &i32| {
                joined.is_none_or(|joined| joined <= *day) && last.is_none_or(|last| *day <= last)
                    && !leave.iter().any(|away| away.contains(at(*day)))
            };
            let expected = (15..45).filter(here).count() as i64;
            prop_assert_eq!(days_served(period, joined.map(at), last.map(at), &leave), expected);
        }

        #[test]
        fn every_level_adds_up_to_the_one_above(
            total in -1_000_000_i64..1_000_000, weights in vec(0_u32..9, 12), first in 1_u32..=12
        ) {
            prop_assume!(weights.iter().any(|&one| one > 0));
            let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
            let levels = [Unit::Half, Unit::Quarter, Unit::Month];
            let (year, fiscal) = ("2026".parse().unwrap(), Fiscal::new(first).unwrap());
            let all = over_periods(total, year, fiscal, &levels, &weights).unwrap();
            for half in all.chunks(9) {
                prop_assert_eq!(half[1].figure + half[5].figure, half[0].figure);
                for quarter in half[1..].chunks(4) {
                    let months: i64 = quarter[1..].iter().map(|part| part.figure).sum();
                    prop_assert_eq!(months, quarter[0].figure);
                }
            }
            prop_assert_eq!(all[0].figure + all[9].figure, total);
        }
    }
}
