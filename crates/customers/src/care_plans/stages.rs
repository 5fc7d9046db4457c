//! In which stage an asset is, since when, and which day of a step has come. Pure.
//!
//! Months are counted from one day and never from a day that was counted, so who has got something on the 31st is
//! cared for on the last day of February and on the 31st of March.

use super::{CarePlanInput, CareStep};
use crate::value::whole_months;
use chrono::{Days, Months, NaiveDate};

/// The days of an asset that stages are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ages {
    /// The day on which it was delivered to whom it belongs.
    pub(super) held_since: NaiveDate,
    /// The day on which it was new.
    pub(super) new_on: NaiveDate,
}

/// When a stage has begun: so many months after a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Begun {
    from: NaiveDate,
    months: i64,
}

/// An occasion that was missed longer ago than this is not caught up with: whoever sets up plans late does not call
/// all customers at once.
const LATE_DAYS: u64 = 30;

/// The day so many months after another, the last of a month that is too short.
fn after(from: NaiveDate, months: i64) -> Option<NaiveDate> {
    from.checked_add_months(Months::new(u32::try_from(months).ok()?))
}

impl Ages {
    /// Of an asset that was bought and built on these days and given to whom it belongs on the last; what was
    /// never given belongs to who has bought it.
    pub(super) fn of(
        bought_on: Option<NaiveDate>,
        built_on: Option<NaiveDate>,
        given_on: Option<NaiveDate>,
    ) -> Option<Self> {
        let held_since = given_on.or(bought_on)?;
        Some(Self { held_since, new_on: built_on.or(bought_on).unwrap_or(held_since) })
    }
}

impl CarePlanInput {
    /// When the asset came into the stage of the plan; `None` if it is not in it on that day.
    pub(super) fn begun(&self, ages: Ages, today: NaiveDate) -> Option<Begun> {
        let of = |span: super::model::Span, from: NaiveDate| {
            let within = from <= today && span.contains(whole_months(from, today));
            within.then_some(Begun { from, months: span.from })
        };
        let owned = of(self.owned(), ages.held_since)?;
        let aged = of(self.aged(), ages.new_on)?;
        // It has begun when both have.
        if aged.day()? > owned.day()? { Some(aged) } else { Some(owned) }
    }
}

impl Begun {
    fn day(self) -> Option<NaiveDate> {
        after(self.from, self.months)
    }

    /// The last day of a step that has come and was not missed long ago.
    pub(super) fn due(self, step: &CareStep, today: NaiveDate) -> Option<NaiveDate> {
        let first = self.months + step.after_months;
        let passed = whole_months(self.from, today) - first;
        if passed < 0 || self.from > today {
            return None;
        }
        let rounds = step.every_months.map_or(0, |every| passed / every.max(1) * every);
        let day = after(self.from, first + rounds)?;
        let missed = day.checked_add_days(Days::new(LATE_DAYS))?;
        (day <= today && today <= missed).then_some(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::care_plans::CarePlan;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;
    use serde_json::{Value as Json, json};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn plan(more: Json) -> CarePlanInput {
        let mut whole = CarePlan::example();
        input::merge(&mut whole, more);
        input::read(whole).unwrap()
    }

    fn step(after_months: i64, every_months: Option<i64>) -> CareStep {
        let step = json!({ "name": "电话关怀", "purpose": "care", "after_months": after_months,
            "every_months": every_months });
        input::read(step).unwrap()
    }

    fn bought(on: &str) -> Ages {
        Ages::of(Some(day(on)), None, None).unwrap()
    }

    #[test]
    fn d_36_an_asset_is_in_the_stage_of_its_months() {
        let first = plan(json!({ "from_months": 0, "until_months": 6 }));
        let next = plan(json!({ "from_months": 6, "until_months": 24 }));
        let car = bought("2025-08-31");
        for (today, in_first, in_next) in [
            ("2025-08-30", false, false),
            ("2025-08-31", true, false),
            ("2026-02-27", true, false),
            // Six months: February has no 31st.
            ("2026-02-28", false, true),
            ("2027-08-30", false, true),
            ("2027-08-31", false, false),
        ] {
            let on = |plan: &CarePlanInput| plan.begun(car, day(today)).is_some();
            assert_eq!((on(&first), on(&next)), (in_first, in_next), "{today}");
        }
    }

    #[test]
    fn d_36_both_the_time_of_owning_and_the_age_count() {
        let old = plan(json!({ "from_months": 0, "until_months": 12, "from_age_months": 36,
            "until_age_months": null }));
        let used = Ages::of(Some(day("2025-06-15")), Some(day("2022-09-01")), None).unwrap();
        assert!(old.begun(used, day("2025-08-31")).is_none(), "not three years old");
        let begun = old.begun(used, day("2025-09-01")).unwrap();
        assert_eq!(begun.day(), Some(day("2025-09-01")), "since it is that old");
        assert!(old.begun(used, day("2026-06-15")).is_none(), "owned for a year");
        // Another owner begins anew, the age does not.
        let given = Ages::of(Some(day("2022-09-01")), None, Some(day("2026-01-31"))).unwrap();
        assert_eq!(given, Ages { held_since: day("2026-01-31"), new_on: day("2022-09-01") });
        assert_eq!(old.begun(given, day("2026-02-01")).unwrap().day(), Some(day("2026-01-31")));
        assert_eq!(Ages::of(None, Some(day("2022-09-01")), None), None, "nobody knows since when");
    }

    #[test]
    fn d_36_days_are_counted_from_the_delivery_over_the_end_of_february() {
        let all = plan(json!({ "from_months": 0, "until_months": null }));
        let due = |step: &CareStep, today: &str| {
            let car = bought("2025-12-31");
            all.begun(car, day(today)).unwrap().due(step, day(today)).map(|day| day.to_string())
        };
        let monthly = step(1, Some(1));
        for (today, expected) in [
            ("2025-12-31", None),
            ("2026-01-30", None),
            ("2026-01-31", Some("2026-01-31")),
            ("2026-02-27", Some("2026-01-31")),
            ("2026-02-28", Some("2026-02-28")),
            ("2026-03-30", Some("2026-02-28")),
            ("2026-03-31", Some("2026-03-31")),
            ("2026-04-30", Some("2026-04-30")),
        ] {
            assert_eq!(due(&monthly, today).as_deref(), expected, "{today}");
        }
        let once = step(1, None);
        assert_eq!(due(&once, "2026-03-02").as_deref(), Some("2026-01-31"));
        assert_eq!(due(&once, "2026-03-03"), None, "missed long ago");
        // A leap year has a day more.
        let leap = bought("2023-12-31");
        let begun = all.begun(leap, day("2024-02-29")).unwrap();
        assert_eq!(begun.due(&monthly, day("2024-02-29")), Some(day("2024-02-29")));
        assert_eq!(begun.due(&monthly, day("2024-02-28")), Some(day("2024-01-31")));
    }

    #[test]
    fn d_36_steps_count_from_the_beginning_of_the_stage() {
        let stage = plan(json!({ "from_months": 6, "until_months": 24 }));
        let begun = stage.begun(bought("2025-08-31"), day("2026-02-28")).unwrap();
        assert_eq!(begun.due(&step(0, None), day("2026-02-28")), Some(day("2026-02-28")));
        let quarterly = step(1, Some(3));
        assert_eq!(begun.due(&quarterly, day("2026-03-30")), None);
        assert_eq!(begun.due(&quarterly, day("2026-03-31")), Some(day("2026-03-31")));
        assert_eq!(begun.due(&quarterly, day("2026-07-01")), Some(day("2026-06-30")));
    }
}
