//! Work calendars: which days and hours are worked, and counting in them.
//!
//! A calendar is a weekly pattern with exceptions by date: holidays, and days that are worked
//! although the pattern says otherwise (make-up days). Days are dates on the wall of its zone,
//! hours are times on that wall; lengths are what really passes, also when clocks are changed.
//!
//! Every search ends: nothing is looked for further than [`HORIZON`] days away.

use crate::period::first_instant;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{collections::BTreeMap, fmt, str::FromStr};
use utoipa::ToSchema;

/// How many days away a working day or an instant is looked for: about a century.
pub const HORIZON: u64 = 36_525;

/// A time on the wall, to the minute: `09:30`; `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", example = "09:30")]
pub struct TimeOfDay(u16);

/// What is no time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid_format: a time such as 09:30, at most 24:00")]
pub struct NoTime;

impl FromStr for TimeOfDay {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        let number = |digits: &str| {
            let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            if plain { digits.parse::<u16>().ok() } else { None }
        };
        let parts = text.split_once(':').and_then(|(h, m)| number(h).zip(number(m)));
        match parts {
            Some((hours, minutes)) if minutes < 60 && hours * 60 + minutes <= 24 * 60 => {
                Ok(Self(hours * 60 + minutes))
            }
            _ => Err(NoTime),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Hours worked without a break within one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// When they begin.
    pub from: TimeOfDay,
    /// When they end, later than they begin; `24:00` for the end of the day.
    pub until: TimeOfDay,
}

impl Hours {
    /// The position of the first of these hours that end before they begin, or begin before the
    /// ones ahead of them have ended.
    pub fn fault(day: &[Self]) -> Option<usize> {
        let mut free = TimeOfDay(0);
        day.iter().position(|hours| {
            let good = hours.from >= free && hours.from < hours.until;
            free = hours.until;
            !good
        })
    }
}

/// A calendar as rules count in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The hours of each weekday, Monday first; none on a day that is free.
    pub week: [Vec<Hours>; 7],
    /// The hours of dates that are not as their weekday; none on a holiday.
    pub exceptions: BTreeMap<NaiveDate, Vec<Hours>>,
    /// The zone of its days and hours.
    pub zone: Tz,
}

impl Calendar {
    /// The hours of a date.
    pub fn hours_on(&self, date: NaiveDate) -> &[Hours] {
        let usual = &self.week[date.weekday().num_days_from_monday() as usize];
        self.exceptions.get(&date).unwrap_or(usual)
    }

    /// Whether anything of the date is worked.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !self.hours_on(date).is_empty()
    }

    /// Whether there is any working day at all, at some time.
    pub fn works(&self) -> bool {
        self.week.iter().chain(self.exceptions.values()).any(|hours| !hours.is_empty())
    }

    /// Where a due date goes: the date itself if it is worked, else the next day that is. `None`
    /// if there is none within the horizon.
    pub fn on_or_after(&self, date: NaiveDate) -> Option<NaiveDate> {
        if self.is_working_day(date) { Some(date) } else { self.next_working_day(date) }
    }

    /// The first working day after the date; `None` if there is none within the horizon.
    pub fn next_working_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        self.add_working_days(date, 1)
    }

    /// The date so many working days later, or earlier if negative, not counting the date itself.
    /// No days lead to where a due date goes ([`Calendar::on_or_after`]). `None` beyond the horizon.
    pub fn add_working_days(&self, date: NaiveDate, days: i32) -> Option<NaiveDate> {
        let wanted = usize::try_from(days.unsigned_abs()).ok()?;
        let Some(last) = wanted.checked_sub(1) else { return self.on_or_after(date) };
        let away = |n: u64| match days {
            1.. => date.checked_add_days(Days::new(n)),
            _ => date.checked_sub_days(Days::new(n)),
        };
        (1..=HORIZON).map_while(away).filter(|day| self.is_working_day(*day)).nth(last)
    }

    /// The time worked from one instant to another; negative if they stand the other way round.
    pub fn working_time(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        if until < from {
            return -self.working_time(until, from);
        }
        let last = next_day(self.shown(until));
        let stretches = self.stretches(from).take_while(|(day, _, _)| *day <= last);
        stretches.fold(TimeDelta::zero(), |sum, (_, start, end)| {
            sum + (end.min(until) - start.max(from)).max(TimeDelta::zero())
        })
    }

    /// The first instant by which so many minutes have been worked; the instant itself for none.
    /// `None` beyond the horizon.
    pub fn add_working_minutes(&self, from: DateTime<Utc>, minutes: u32) -> Option<DateTime<Utc>> {
        let mut left = TimeDelta::minutes(minutes.into());
        if left.is_zero() {
            return Some(from);
        }
        for (_, start, end) in self.stretches(from) {
            let start = start.max(from);
            let length = (end - start).max(TimeDelta::zero());
            if left <= length {
                return Some(start + left);
            }
            left -= length;
        }
        None
    }

    /// Each stretch of work around and after an instant, with its date, in order.
    fn stretches(
        &self,
        from: DateTime<Utc>,
    ) -> impl Iterator<Item = (NaiveDate, DateTime<Utc>, DateTime<Utc>)> + '_ {
        // A clock put back across midnight shows a date again, so the day before counts too.
        let first = self.shown(from).pred_opt().unwrap_or(NaiveDate::MIN);
        let days = (0..=HORIZON + 2).map_while(move |n| first.checked_add_days(Days::new(n)));
        days.flat_map(move |day| {
            let at = move |time: TimeOfDay| self.instant(day, time);
            self.hours_on(day).iter().map(move |hours| (day, at(hours.from), at(hours.until)))
        })
    }

    /// The date that the wall shows.
    fn shown(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.zone).date_naive()
    }

    /// When it is that time on that date.
    fn instant(&self, day: NaiveDate, time: TimeOfDay) -> DateTime<Utc> {
        let midnight = NaiveDateTime::new(day, NaiveTime::MIN);
        let shown = midnight.checked_add_signed(TimeDelta::minutes(time.0.into()));
        first_instant(shown.unwrap_or(midnight), self.zone)
    }
}

fn next_day(date: NaiveDate) -> NaiveDate {
    date.succ_opt().unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests;
