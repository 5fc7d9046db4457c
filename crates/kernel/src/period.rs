//! Periods of reports and targets, by the tenant's fiscal calendar, as ranges of business days.
//!
//! A business day is a date in the tenant's zone. Nothing here asks what day it is: whoever
//! resolves a period says the business date, so that a report can be repeated.

use crate::{
    decimal::column_text,
    scalar::{Scalar, Type},
};
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use sea_query::{Nullable, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    fmt,
    ops::{Range, RangeInclusive},
    str::FromStr,
};
use utoipa::ToSchema;
use validator::ValidationError;

/// The years that people plan and look back over. Both stores order these alike.
const YEARS: RangeInclusive<i32> = 1900..=2200;

/// Why a period or a calendar is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Not one of the spellings.
    #[error("a period is written 2025, 2025-H1, 2025-Q3, 2025-07, mtd, qtd, htd or ytd")]
    NotAPeriod,
    /// A year before 1900 or after 2999.
    #[error("the year of a period is from 1900 to 2999")]
    YearOutOfRange,
    /// A first month of the fiscal year that is none.
    #[error("the first month of the fiscal year is from 1 to 12")]
    InvalidFirstMonth,
}

impl PeriodError {
    /// The stable word by which a caller tells the refusals apart.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAPeriod => "invalid_format",
            Self::YearOutOfRange | Self::InvalidFirstMonth => "out_of_range",
        }
    }
}

/// The lengths of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// A calendar month.
    Month,
    /// Three months, the first quarter beginning with the fiscal year.
    Quarter,
    /// Six months, the first half beginning with the fiscal year.
    Half,
    /// A fiscal year.
    Year,
}

impl Unit {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::Month, Self::Quarter, Self::Half, Self::Year];

    /// Months in it.
    pub const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Half => 6,
            Self::Year => 12,
        }
    }

    const fn to_date(self) -> &'static str {
        match self {
            Self::Month => "mtd",
            Self::Quarter => "qtd",
            Self::Half => "htd",
            Self::Year => "ytd",
        }
    }
}

/// A tenant's fiscal calendar: the month in which its year begins.
///
/// A fiscal year is named by the calendar year in which it ends: with April first, 2025 runs from
/// April 2024 to March 2025. With January first the two years are the same. Months are always
/// calendar months: 2025-07 is July 2025 in every calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fiscal {
    first_month: u32,
}

impl Default for Fiscal {
    /// The calendar year.
    fn default() -> Self {
        Self { first_month: 1 }
    }
}

impl Fiscal {
    /// The calendar whose year begins with that month, from 1 to 12; or `InvalidFirstMonth`.
    pub fn new(first_month: u32) -> Result<Self, PeriodError> {
        let known = (1..=12).contains(&first_month);
        if known { Ok(Self { first_month }) } else { Err(PeriodError::InvalidFirstMonth) }
    }

    /// The month in which the year begins, from 1 to 12.
    pub const fn first_month(self) -> u32 {
        self.first_month
    }

    /// The month, quarter, half or year in which a date lies.
    pub fn containing(self, unit: Unit, date: NaiveDate) -> Period {
        let month = month_number(date) - self.lag(unit);
        let length = unit.months() as i32;
        Period(Kind::Whole { unit, ordinal: month.div_euclid(length) })
    }

    /// By how many months the unit's year begins after the calendar year of its name; never more
    /// than 0, for a year is named by its end.
    const fn lag(self, unit: Unit) -> i32 {
        match unit {
            Unit::Month => 0,
            _ if self.first_month == 1 => 0,
            _ => self.first_month as i32 - 13,
        }
    }
}

/// A stretch of time that a report or a target is for: `2025`, `2025-H1`, `2025-Q3`, `2025-07`, or
/// from the start of the month, quarter, half or year to the business date: `mtd`, `qtd`, `htd`,
/// `ytd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String, example = "2025-Q3",
    pattern = "^((19|2[0-9])[0-9]{2}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?|[mqhy]td)$")]
pub struct Period(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// Units are counted from the start of year 0, so that the next one is one more.
    Whole {
        unit: Unit,
        ordinal: i32,
    },
    ToDate(Unit),
}

impl Period {
    /// From the start of the unit in which the business date lies to that date.
    pub const fn to_date(unit: Unit) -> Self {
        Self(Kind::ToDate(unit))
    }

    /// The days of the period; the business date matters only for the periods to date, which
    /// include it.
    pub fn range(self, fiscal: Fiscal, business_date: NaiveDate) -> DateRange {
        match self.0 {
            Kind::Whole { unit, ordinal } => {
                let start = ordinal * unit.months() as i32 + fiscal.lag(unit);
                DateRange { start: first_of(start), end: first_of(start + unit.months() as i32) }
            }
            Kind::ToDate(unit) => {
                let whole = fiscal.containing(unit, business_date).range(fiscal, business_date);
                DateRange { start: whole.start, end: next_day(business_date) }
            }
        }
    }

    /// How long it is; `None` for those to date, which have no fixed length.
    pub const fn unit(self) -> Option<Unit> {
        match self.0 {
            Kind::Whole { unit, .. } => Some(unit),
            Kind::ToDate(_) => None,
        }
    }

    /// The period of the same length so many before; `None` for those to date, which have no name of
    /// their own (see [`Period::range_before`]).
    pub const fn back(self, count: i32) -> Option<Self> {
        match self.0 {
            Kind::Whole { unit, ordinal } => {
                Some(Self(Kind::Whole { unit, ordinal: ordinal - count }))
            }
            Kind::ToDate(_) => None,
        }
    }

    /// The period of the same length just before; `None` for those to date.
    pub const fn previous(self) -> Option<Self> {
        self.back(1)
    }

    /// The same period a year before; `None` for those to date.
    pub fn year_before(self) -> Option<Self> {
        self.back((Unit::Year.months() / self.unit()?.months()) as i32)
    }

    /// The periods of that length that make it up, the first one first; `None` if they are longer,
    /// and for those to date.
    pub fn parts(self, unit: Unit, fiscal: Fiscal) -> Option<Vec<Self>> {
        let Kind::Whole { unit: whole, ordinal } = self.0 else { return None };
        let (length, of_whole) = (unit.months() as i32, whole.months() as i32);
        let first = (ordinal * of_whole + fiscal.lag(whole) - fiscal.lag(unit)) / length;
        let part = |ordinal| Self(Kind::Whole { unit, ordinal });
        (unit <= whole).then(|| (first..first + of_whole / length).map(part).collect())
    }

    /// The days to compare with: those of the period before, and of a period to date as far as the
    /// same day of it. So `mtd` on 31 March compares with 1 to 28 February.
    pub fn range_before(self, fiscal: Fiscal, business_date: NaiveDate) -> DateRange {
        match (self.0, self.previous()) {
            (Kind::ToDate(unit), _) => {
                let then = business_date.checked_sub_months(Months::new(unit.months()));
                self.range(fiscal, then.unwrap_or(NaiveDate::MIN))
            }
            (Kind::Whole { .. }, before) => before.unwrap_or(self).range(fiscal, business_date),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, ordinal) = match self.0 {
            Kind::Whole { unit, ordinal } => (unit, ordinal),
            Kind::ToDate(unit) => return f.write_str(unit.to_date()),
        };
        let per_year = 12 / unit.months() as i32;
        let (year, place) = (ordinal.div_euclid(per_year), ordinal.rem_euclid(per_year) + 1);
        match unit {
            Unit::Month => write!(f, "{year:04}-{place:02}"),
            Unit::Quarter => write!(f, "{year:04}-Q{place}"),
            Unit::Half => write!(f, "{year:04}-H{place}"),
            Unit::Year => write!(f, "{year:04}"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        if let Some(unit) = Unit::ALL.into_iter().find(|unit| unit.to_date() == text) {
            return Ok(Self::to_date(unit));
        }
        let (year, part) = match text.split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (text, None),
        };
        let (unit, digits, width) = match part {
            None => (Unit::Year, "1", 1),
            Some(part) => match part.split_at_checked(1) {
                Some(("H", half)) => (Unit::Half, half, 1),
                Some(("Q", quarter)) => (Unit::Quarter, quarter, 1),
                _ => (Unit::Month, part, 2),
            },
        };
        let (year, place) = (number(year, 4)?, number(digits, width)?);
        let per_year = 12 / unit.months() as i32;
        if !(1..=per_year).contains(&place) {
            return Err(PeriodError::NotAPeriod);
        }
        if !(1900..=2999).contains(&year) {
            return Err(PeriodError::YearOutOfRange);
        }
        Ok(Self(Kind::Whole { unit, ordinal: year * per_year + place - 1 }))
    }
}

/// A number of exactly so many digits.
fn number(text: &str, width: usize) -> Result<i32, PeriodError> {
    if text.len() != width || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PeriodError::NotAPeriod);
    }
    text.parse().map_err(|_| PeriodError::NotAPeriod)
}

column_text!(Period);

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let refused = |why: PeriodError| de::Error::custom(format_args!("{}: {why}", why.code()));
        String::deserialize(from)?.parse().map_err(refused)
    }
}

/// Business days from `start` up to, and without, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct DateRange {
    /// The first day.
    pub start: NaiveDate,
    /// The day after the last.
    pub end: NaiveDate,
}

impl DateRange {
    /// Whether a day is one of these.
    pub fn contains(&self, date: NaiveDate) -> bool {
        (self.start..self.end).contains(&date)
    }

    /// How many days these are.
    pub fn days(&self) -> i64 {
        (self.end - self.start).num_days().max(0)
    }

    /// The instants of these days in a zone, without the end.
    pub fn instants(&self, tz: Tz) -> Range<DateTime<Utc>> {
        start_of_day(self.start, tz)..start_of_day(self.end, tz)
    }
}

/// The business day to which an instant belongs in a zone.
///
/// It is the day whose [`DateRange::instants`] contain the instant. That differs from the date on
/// the wall only where a clock put back across midnight shows the old date again: the new day has
/// begun.
pub fn business_date(instant: DateTime<Utc>, tz: Tz) -> NaiveDate {
    let shown = instant.with_timezone(&tz).date_naive();
    let next = next_day(shown);
    if instant >= start_of_day(next, tz) { next } else { shown }
}

/// The first instant of a day: its midnight.
pub fn start_of_day(day: NaiveDate, tz: Tz) -> DateTime<Utc> {
    first_instant(NaiveDateTime::new(day, NaiveTime::MIN), tz)
}

/// The instant at which clocks of the zone show that time: of two the earlier, and if clocks are put
/// forward across it (or over the whole day) the first instant after the jump.
pub fn first_instant(shown: NaiveDateTime, tz: Tz) -> DateTime<Utc> {
    let after_jump = || GapInfo::new(&shown, &tz).and_then(|gap| gap.end);
    let first = tz.from_local_datetime(&shown).earliest().or_else(after_jump);
    // Every gap in the zone data has an end; were one missing, UTC would still be deterministic.
    first.map_or_else(|| shown.and_utc(), |first| first.to_utc())
}

/// A rule for `validator`: a date that people could mean.
///
/// # Errors
/// When its year is none of those.
pub fn likely_date(date: &NaiveDate) -> Result<(), ValidationError> {
    if YEARS.contains(&date.year()) {
        return Ok(());
    }
    let expected = format!("a year from {} to {}", YEARS.start(), YEARS.end());
    Err(ValidationError::new("range").with_message(expected.into()))
}

/// Months since the start of year 0.
fn month_number(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0() as i32
}

/// The first day of the month of that number; the last day of all beyond the calendar, which no
/// period that can be written reaches.
fn first_of(month_number: i32) -> NaiveDate {
    let month = month_number.rem_euclid(12) as u32 + 1;
    NaiveDate::from_ymd_opt(month_number.div_euclid(12), month, 1).unwrap_or(NaiveDate::MAX)
}

fn next_day(date: NaiveDate) -> NaiveDate {
    date.succ_opt().unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{from_value, json, to_value};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// First and last day of a period on 2025-08-20.
    fn days(period: &str, first_month: u32) -> (String, String) {
        let range = resolved(period, first_month);
        (range.start.to_string(), range.end.pred_opt().unwrap().to_string())
    }

    fn resolved(period: &str, first_month: u32) -> DateRange {
        let fiscal = Fiscal::new(first_month).unwrap();
        period.parse::<Period>().unwrap().range(fiscal, day("2025-08-20"))
    }

    #[test]
    fn z_08_periods_follow_the_fiscal_calendar() {
        let cases = [
            ("2025", 1, "2025-01-01", "2025-12-31"),
            ("2025-H1", 1, "2025-01-01", "2025-06-30"),
            ("2025-Q3", 1, "2025-07-01", "2025-09-30"),
            ("2024-02", 1, "2024-02-01", "2024-02-29"),
            ("2025", 4, "2024-04-01", "2025-03-31"),
            ("2025-H2", 4, "2024-10-01", "2025-03-31"),
            ("2025-Q1", 4, "2024-04-01", "2024-06-30"),
            ("2025-07", 4, "2025-07-01", "2025-07-31"),
            ("2025", 12, "2024-12-01", "2025-11-30"),
            ("mtd", 4, "2025-08-01", "2025-08-20"),
            ("qtd", 1, "2025-07-01", "2025-08-20"),
            ("qtd", 2, "2025-08-01", "2025-08-20"),
            ("htd", 4, "2025-04-01", "2025-08-20"),
            ("ytd", 1, "2025-01-01", "2025-08-20"),
            ("ytd", 10, "2024-10-01", "2025-08-20"),
        ];
        for (period, first_month, first, last) in cases {
            assert_eq!(days(period, first_month), (first.into(), last.into()), "{period}");
        }
        assert_eq!(resolved("2024", 1).days(), 366);
        let july = resolved("2025-07", 1);
        assert!(july.contains(day("2025-07-31")) && !july.contains(day("2025-08-01")));
        assert!([0, 13].into_iter().all(|month| Fiscal::new(month).is_err()));
    }

    #[test]
    fn z_08_the_period_before_is_as_long() {
        let before =
            |period: &str| period.parse::<Period>().unwrap().previous().map(|one| one.to_string());
        let cases = [
            ("2025", "2024"),
            ("2025-H1", "2024-H2"),
            ("2025-Q1", "2024-Q4"),
            ("2025-01", "2024-12"),
        ];
        for (period, expected) in cases {
            assert_eq!(before(period).unwrap(), expected);
        }
        assert_eq!(before("mtd"), None);
        let year_before = |period: &str| period.parse::<Period>().unwrap().year_before();
        for (period, expected) in [("2025", "2024"), ("2025-Q1", "2024-Q1"), ("2025-01", "2024-01")]
        {
            assert_eq!(year_before(period), Some(expected.parse().unwrap()));
        }
        assert_eq!(year_before("ytd"), None);
        let range = |period: &str, on| {
            period.parse::<Period>().unwrap().range_before(Fiscal::default(), day(on))
        };
        let dates = |start, end| DateRange { start: day(start), end: day(end) };
        assert_eq!(range("mtd", "2025-03-31"), dates("2025-02-01", "2025-03-01"));
        assert_eq!(range("ytd", "2025-03-31"), dates("2024-01-01", "2024-04-01"));
        assert_eq!(range("2025-Q1", "2025-03-31"), dates("2024-10-01", "2025-01-01"));
    }

    #[test]
    fn what_is_not_a_period_is_refused_with_a_code() {
        let wrong = [
            "", "25", "2025-", "2025-13", "2025-00", "2025-7", "2025-H3", "2025-Q0", "2025-Q",
            "2025-q1", "2025-W01", "MTD", " 2025", "2025-1-", "+202", "2025-Q11", "2025-年",
        ];
        for text in wrong {
            let said = from_value::<Period>(json!(text)).unwrap_err().to_string();
            assert!(said.starts_with("invalid_format: a period is written 2025"), "{text}: {said}");
        }
        let said = from_value::<Period>(json!("1899-Q1")).unwrap_err().to_string();
        assert!(said.starts_with("out_of_range: "), "{said}");
        let schema = to_value(<Period as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!((&schema["type"], &schema["example"]), (&json!("string"), &json!("2025-Q3")));
    }

    #[test]
    fn z_08_a_month_ends_by_the_zone() {
        let july = resolved("2025-07", 1).instants(Tz::Asia__Shanghai);
        let expected =
            "2025-06-30T16:00:00Z".parse().unwrap().."2025-07-31T16:00:00Z".parse().unwrap();
        assert_eq!(july, expected);
        assert_eq!(business_date(july.end, Tz::Asia__Shanghai), day("2025-08-01"));
        assert_eq!(business_date(july.end, Tz::UTC), day("2025-07-31"));
    }

    #[test]
    fn days_begin_once_though_clocks_jump() {
        let cases = [
            // Put forward at midnight: the day begins at 01:00.
            (Tz::America__Sao_Paulo, "2018-11-04", "2018-11-04T03:00:00Z"),
            // Put back from 01:00 to midnight: the first midnight counts.
            (Tz::America__Havana, "2024-11-03", "2024-11-03T04:00:00Z"),
            // Put back at 00:01 to 23:01 of the day before: the day has begun and stays.
            (Tz::America__St_Johns, "2010-11-07", "2010-11-07T02:30:00Z"),
            // Samoa left this day out: it begins and ends at once.
            (Tz::Pacific__Apia, "2011-12-30", "2011-12-30T10:00:00Z"),
            (Tz::Pacific__Apia, "2011-12-31", "2011-12-30T10:00:00Z"),
        ];
        for (tz, date, instant) in cases {
            assert_eq!(start_of_day(day(date), tz), instant.parse::<DateTime<Utc>>().unwrap());
        }
        // Half an hour into that day of St. John's, when the wall shows 23:30 of the day before.
        let again = "2010-11-07T03:00:00Z".parse().unwrap();
        assert_eq!(business_date(again, Tz::America__St_Johns), day("2010-11-07"));
        assert_eq!(resolved("2011-12", 1).days(), 31, "days are counted on the calendar");
    }

    proptest! {
        #[test]
        fn an_instant_belongs_to_the_day_whose_instants_contain_it(
            seconds in 0_i64..2_000_000_000, zone in 0..chrono_tz::TZ_VARIANTS.len()
        ) {
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let tz = chrono_tz::TZ_VARIANTS[zone];
            let start = business_date(instant, tz);
            let today = DateRange { start, end: next_day(start) };
            prop_assert!(today.instants(tz).contains(&instant), "{instant} {tz}");
        }

        #[test]
        fn periods_tile_the_year(year in 1901_i32..2999, first_month in 1_u32..=12) {
            let range = |period: String| resolved(&period, first_month);
            let whole = range(format!("{year}"));
            for (letter, count) in [('Q', 4), ('H', 2)] {
                let mut end = whole.start;
                for place in 1..=count {
                    let part = range(format!("{year}-{letter}{place}"));
                    prop_assert_eq!(part.start, end);
                    end = part.end;
                }
                prop_assert_eq!(end, whole.end);
            }
            prop_assert_eq!(whole.end, range(format!("{}", year + 1)).start);
            let (fiscal, named) = (Fiscal::new(first_month).unwrap(), format!("{year}-Q3"));
            let third = named.parse::<Period>().unwrap().parts(Unit::Month, fiscal).unwrap();
            let months: Vec<_> = third.iter().map(|month| range(month.to_string())).collect();
            let gapless = months.windows(2).all(|two| two[0].end == two[1].start);
            let quarter = range(named);
            prop_assert!(gapless && (months.len(), months[0].start, months[2].end) == (3, quarter.start, quarter.end));
            prop_assert!([365, 366].contains(&whole.days()));
            let ends_in_its_year = whole.end.pred_opt().unwrap().year() == year;
            prop_assert!(ends_in_its_year);
        }

        #[test]
        fn what_contains_a_date_prints_and_reads_back(
            days in -20_000_i32..50_000, first_month in 1_u32..=12, unit in 0_usize..4
        ) {
            let date = NaiveDate::from_epoch_days(days).unwrap();
            let fiscal = Fiscal::new(first_month).unwrap();
            let unit = Unit::ALL[unit];
            let period = fiscal.containing(unit, date);
            prop_assert!(period.range(fiscal, date).contains(date));
            prop_assert_eq!(period.to_string().parse(), Ok(period));
            let before = period.previous().unwrap().range(fiscal, date);
            prop_assert_eq!(before.end, period.range(fiscal, date).start);
        }
    }
}
