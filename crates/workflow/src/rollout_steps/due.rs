//! By when a step is due, and when who is told that it was not done by then; needs nothing but itself.

use super::parts::EscalationLevel;
use crate::rollouts::RolloutEscalation;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use guanxi_kernel::period::{business_date, start_of_day};

/// By when: the end of its day, or of its time, whichever comes first.
pub(super) fn due_at(
    planned_on: Option<NaiveDate>,
    limit: Option<DateTime<Utc>>,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    let next = planned_on.and_then(|day| day.checked_add_days(Days::new(1)));
    let end = next.map(|day| start_of_day(day, zone));
    end.into_iter().chain(limit).min()
}

/// The last day on which it is in time.
pub(super) fn due_on(due_at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    business_date(due_at - TimeDelta::microseconds(1), zone)
}

/// Who is told next, and when.
pub(super) fn next(
    due_at: DateTime<Utc>,
    told: Option<EscalationLevel>,
    rules: RolloutEscalation,
) -> Option<(EscalationLevel, DateTime<Utc>)> {
    let [owner, manager, head] = rules.delays();
    let (level, delay) = match told {
        None => (EscalationLevel::Owner, owner),
        Some(EscalationLevel::Owner) => (EscalationLevel::Manager, manager),
        Some(EscalationLevel::Manager) => (EscalationLevel::Head, head),
        Some(EscalationLevel::Head) => return None,
    };
    Some((level, due_at + delay))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn d_95_a_step_is_due_at_the_end_of_its_day_or_its_time() {
        let day = "2026-01-05".parse().ok();
        let (end, early) = (at("2026-01-05T16:00:00Z"), at("2026-01-04T02:00:00Z"));
        assert_eq!(due_at(day, None, Shanghai), Some(end));
        assert_eq!(due_at(day, Some(early), Shanghai), Some(early));
        assert_eq!(due_at(None, Some(early), Shanghai), Some(early));
        assert_eq!(due_at(None, None, Shanghai), None);
        assert_eq!(Some(due_on(end, Shanghai)), day);
        assert_eq!(due_on(early, Shanghai), "2026-01-04".parse::<NaiveDate>().unwrap());
    }

    #[test]
    fn x_114_owner_then_manager_then_head_each_once() {
        let due = at("2026-01-05T16:00:00Z");
        let rules = RolloutEscalation::default();
        let (mut told, mut hours) = (None, Vec::new());
        while let Some((level, when)) = next(due, told, rules) {
            hours.push((when - due).num_hours());
            told = Some(level);
        }
        assert_eq!((told, hours), (Some(EscalationLevel::Head), vec![0, 24, 72]));
    }
}
