//! When the next contact of a lead is due, and what its owner has planned.

use super::{model::Lead, parts::VisitState};
use crate::lead_levels;
use chrono::{DateTime, Days, NaiveDate, Utc};
use guanxi_customers::activities::{last_done, tells_when};
use guanxi_kernel::{Ctx, Result, period::business_date};
use guanxi_storage::Tx;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Fills in what depends on the activities about leads and on the day.
///
/// # Errors
/// Those of the store.
pub(super) async fn present(records: &mut [Lead], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let ids: Vec<Uuid> = records.iter().map(|one| one.meta.id.uuid()).collect();
    let last = match tells_when(ctx) && !ids.is_empty() {
        true => last_done(tx, &ids).await?,
        false => BTreeMap::new(),
    };
    let levels: BTreeSet<_> = records.iter().filter_map(|one| one.input.level_id).collect();
    let cycles = lead_levels::visit_cycles(tx, levels).await?;
    for one in records {
        one.last_contact_at = last.get(&one.meta.id.uuid()).map(|(at, _)| *at);
        if !one.status.is_open() {
            continue;
        }
        let touched = one.touched_at(one.last_contact_at);
        one.days_untouched = Some((ctx.now - touched).num_days().max(0));
        if one.input.owner_id.is_none() {
            continue;
        }
        let zone = ctx.settings.time_zone;
        let cycle = one.input.level_id.and_then(|level| cycles.get(&level));
        one.visit_due_on = cycle.and_then(|days| due(business_date(touched, zone), *days));
        let today = business_date(ctx.now, zone);
        one.visit_state = state(one.input.next_visit_on, one.visit_due_on, today);
    }
    Ok(())
}

impl Lead {
    /// When its owner last did something about it: the contact, or else that it was given to them.
    pub(super) fn touched_at(&self, contact: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let given = self.assigned_at.unwrap_or(self.meta.created_at);
        contact.map_or(given, |contact| contact.max(given))
    }
}

/// The day on which a cycle that began then has passed.
pub fn due(from: NaiveDate, days: i64) -> Option<NaiveDate> {
    from.checked_add_days(Days::new(u64::try_from(days).ok()?))
}

/// A planned day against the cycle and the calendar.
pub fn state(planned: Option<NaiveDate>, due: Option<NaiveDate>, today: NaiveDate) -> VisitState {
    match planned {
        None => VisitState::Unscheduled,
        Some(planned) if planned < today => VisitState::Late,
        Some(planned) if due.is_some_and(|due| planned > due) => VisitState::Late,
        Some(_) => VisitState::Scheduled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn d_10_a_week_after_the_1st_is_the_8th() {
        assert_eq!(due(day(1), 7), Some(day(8)));
    }

    #[test]
    fn d_11_a_visit_is_planned_within_the_cycle() {
        let planned = |planned| state(planned, Some(day(8)), day(3));
        assert_eq!(planned(None), VisitState::Unscheduled);
        assert_eq!(planned(Some(day(8))), VisitState::Scheduled);
        assert_eq!(planned(Some(day(9))), VisitState::Late);
        assert_eq!(planned(Some(day(2))), VisitState::Late);
        assert_eq!(state(Some(day(30)), None, day(3)), VisitState::Scheduled);
    }
}
