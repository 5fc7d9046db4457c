//! Working time: by the work calendar of the tenant, or all of the time without one.

use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::Calendar;

/// Counts in working time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock<'c>(pub(super) Option<&'c Calendar>);

impl Clock<'_> {
    /// The instant by which so many minutes have been worked; the instant itself for none. Plain minutes
    /// where the calendar never works so long.
    pub(super) fn after(self, from: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
        let minutes = u32::try_from(minutes.max(0)).unwrap_or(u32::MAX);
        let worked = self.0.and_then(|calendar| calendar.add_working_minutes(from, minutes));
        worked.unwrap_or_else(|| from + TimeDelta::minutes(minutes.into()))
    }

    /// How many whole minutes were worked from one instant to a later one.
    pub(super) fn minutes(self, from: DateTime<Utc>, until: DateTime<Utc>) -> i64 {
        let time = match self.0 {
            Some(calendar) => calendar.working_time(from, until),
            None => until - from,
        };
        time.num_minutes().max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_identity::work_calendars::WorkCalendar;
    use guanxi_kernel::input;
    use guanxi_storage::{Resource as _, kind::Parts};
    use serde_json::json;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn calendar(zone: chrono_tz::Tz, day: &serde_json::Value) -> Calendar {
        let mut body = WorkCalendar::example();
        input::merge(
            &mut body,
            json!({ "time_zone": zone.name(), "holidays": [], "extra_days": [],
            "week": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day } }),
        );
        let input: <WorkCalendar as Parts>::Input = input::read(body).unwrap();
        input.calendar(zone)
    }

    #[test]
    fn k_02_minutes_are_those_that_are_worked() {
        let day = json!([{ "from": "09:00", "until": "17:00" }]);
        let calendar = calendar(chrono_tz::Asia::Shanghai, &day);
        let clock = Clock(Some(&calendar));
        // A Friday at 16:00; the next hour is over, and the second is that of Monday.
        let friday = at("2026-01-09T08:00:00Z");
        assert_eq!(clock.after(friday, 60), at("2026-01-09T09:00:00Z"));
        assert_eq!(clock.after(friday, 120), at("2026-01-12T02:00:00Z"));
        assert_eq!(clock.minutes(friday, at("2026-01-12T02:00:00Z")), 120);
        assert_eq!(clock.after(friday, 0), friday);
        assert_eq!(Clock(None).after(friday, 120), at("2026-01-09T10:00:00Z"));
        assert_eq!(Clock(None).minutes(friday, at("2026-01-09T10:00:59Z")), 120);
    }

    #[test]
    fn k_02_an_hour_is_an_hour_when_clocks_are_changed() {
        // Clocks of Berlin are put forward on 29 March 2026 at 01:00 UTC, and back on 25 October.
        let all = json!([{ "from": "00:00", "until": "24:00" }]);
        let mut calendar = calendar(chrono_tz::Europe::Berlin, &all);
        let monday = calendar.week[0].clone();
        calendar.week = std::array::from_fn(|_| monday.clone());
        let clock = Clock(Some(&calendar));
        for (from, until) in [
            ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ] {
            let (from, until) = (at(from), at(until));
            let minutes = (until - from).num_minutes();
            assert_eq!(clock.minutes(from, until), minutes);
            assert_eq!(clock.after(from, minutes), until);
        }
        assert_eq!(clock.minutes(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")), 23 * 60);
    }
}
