//! The phase that a customer is in, and the flow of customers through a time.
//!
//! A life is judged month by month, and by months that have ended: half of one held against whole ones would
//! find decline on each first day. Between decline and about as much the phase of the month before goes
//! on, so a phase rests on the whole history; it is walked through from the first purchase on whenever it
//! is asked for, and so is known at any instant. Price: all months of all customers are read, and a change is
//! seen when its month has ended.
//!
//! Whoever has let enough months end without a purchase is lost ([`silent_months`]), wherever that is asked.

use super::months_between;
use chrono::{Datelike as _, NaiveDate};
use guanxi_kernel::preferences::Preferences;
use rust_decimal::Decimal;

guanxi_kernel::words! {
    /// The phase of a customer's life with the company.
    pub enum LifeCyclePhase {
        /// Has not bought yet.
        Prospect = "prospect" ("Prospect", "潜在期"),
        /// Bought for the first time not long ago.
        New = "new" ("New", "导入期"),
        /// Buys more than before.
        Growth = "growth" ("Growth", "成长期"),
        /// Buys about as much as before.
        Mature = "mature" ("Mature", "成熟期"),
        /// Buys less than before.
        Decline = "decline" ("Decline", "衰退期"),
        /// Has not bought for long.
        Lost = "lost" ("Lost", "流失"),
    }
}

/// Where phases begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Growth from so many times what was bought before.
    pub growth: Decimal,
    /// Decline up to so many times.
    pub decline: Decimal,
    /// How far from before is still about as much, either way.
    pub mature: Decimal,
    /// For how many months, from that of the first purchase on, a customer is new.
    pub new_months: u32,
    /// After how many months of the calendar without a purchase it is lost.
    pub lost_months: u32,
}

impl Limits {
    /// Where a company says that they are; the usual ones where it says nothing.
    pub fn of(preferences: &Preferences) -> Self {
        let rules = preferences.life_cycle.unwrap_or_default();
        let months = |months: i64| u32::try_from(months).unwrap_or(u32::MAX);
        Self {
            growth: Decimal::ONE + rules.growth_by.to_decimal(),
            decline: Decimal::ONE - rules.decline_by.to_decimal(),
            mature: rules.mature_within.to_decimal(),
            new_months: months(rules.new_months),
            lost_months: months(rules.lost_months),
        }
    }
}

impl Default for Limits {
    /// 1.10, 0.80 and 0.10; new for six months, lost after twelve.
    fn default() -> Self {
        Self::of(&Preferences::default())
    }
}

/// Months that are held against as many before them.
const HALF_YEAR: usize = 6;

/// Whether the month of a day ends with it.
pub fn ends_month(day: NaiveDate) -> bool {
    day.succ_opt().is_none_or(|next| next.month() != day.month())
}

/// How many months of the calendar have ended without a purchase, at the end of a day, since that of the last one. It
/// is what says who is lost: on the last day of the month the number of months, and one less on the days before.
pub fn silent_months(last: NaiveDate, on: NaiveDate) -> u32 {
    months_between(last, on).saturating_sub(u32::from(!ends_month(on)))
}

/// What a customer's life is judged by.
#[derive(Debug, Clone, Copy)]
pub struct LifeCycle<'m> {
    /// What each month came to, from that of the first purchase to the current one, without a gap.
    pub months: &'m [i128],
    /// Whether anything was bought in each of these months.
    pub bought: &'m [bool],
    /// Whether the last of them has ended. Until then it tells who is new or found again, and nothing else.
    pub ended: bool,
}

impl LifeCycle<'_> {
    /// The phase in the last of the months, and the one before that of the first month that has it.
    ///
    /// Each month that has ended is judged by what the six up to it came to against the six before; where neither
    /// limit is reached, and it is not about as much either, the phase of the month before goes on.
    pub fn phase(&self, limits: &Limits) -> (LifeCyclePhase, LifeCyclePhase) {
        let mut now = LifeCyclePhase::Prospect;
        let mut before = LifeCyclePhase::Prospect;
        for at in 0..self.months.len() {
            let next = self.in_month(at, now, limits);
            if next != now {
                (before, now) = (now, next);
            }
        }
        (now, before)
    }

    /// The last months, up to that one, and those before them.
    fn halves(&self, at: usize) -> (i128, i128) {
        let sum = |until: usize| {
            let from = until.saturating_sub(HALF_YEAR);
            self.months[from..until].iter().sum::<i128>()
        };
        (sum(at + 1), sum((at + 1).saturating_sub(HALF_YEAR)))
    }

    fn in_month(&self, at: usize, earlier: LifeCyclePhase, limits: &Limits) -> LifeCyclePhase {
        let age = |months: u32| usize::try_from(months).unwrap_or(usize::MAX);
        let ended = self.ended || at + 1 < self.months.len();
        let silent = self.bought[..=at].iter().rev().take_while(|bought| !**bought).count();
        if silent.saturating_sub(usize::from(!ended)) >= age(limits.lost_months) {
            return LifeCyclePhase::Lost;
        }
        if at < age(limits.new_months) {
            return LifeCyclePhase::New;
        }
        if !ended {
            return match earlier {
                // Only who buys is found again.
                LifeCyclePhase::Lost => LifeCyclePhase::Growth,
                earlier => earlier,
            };
        }
        let (last, before) = self.halves(at);
        judged(last, before, limits).unwrap_or(match earlier {
            LifeCyclePhase::Lost => LifeCyclePhase::Growth,
            LifeCyclePhase::New if last < before => LifeCyclePhase::Mature,
            earlier => earlier,
        })
    }
}

/// What half a year says against the one before; nothing between decline and about as much.
fn judged(last: i128, before: i128, limits: &Limits) -> Option<LifeCyclePhase> {
    let number = |steps: i128| Decimal::try_from_i128_with_scale(steps, 4).unwrap_or(Decimal::MAX);
    let (last, before) = (number(last), number(before));
    if before <= Decimal::ZERO {
        return Some(match last > Decimal::ZERO {
            true => LifeCyclePhase::Growth,
            false => LifeCyclePhase::Decline,
        });
    }
    let times = last.checked_div(before)?;
    if times >= limits.growth {
        return Some(LifeCyclePhase::Growth);
    }
    if times <= limits.decline {
        return Some(LifeCyclePhase::Decline);
    }
    ((times - Decimal::ONE).abs() <= limits.mature).then_some(LifeCyclePhase::Mature)
}

/// What became of a customer between two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Bought at both ends.
    Kept,
    /// Bought for the first time in between.
    New,
    /// Had left off before, and buys again.
    Returned,
    /// Has left off in between.
    Lost,
    /// Neither before nor after.
    Absent,
}

/// What became of a customer from the end of the day `opening` to that of `closing`, by the last purchases
/// up to either; of whom so many months have ended without a purchase ([`silent_months`]) is no customer any more.
///
/// Whoever is one at the end was one at the beginning, is new, or has returned; so the first plus the new
/// plus the returned less the lost are always those at the end.
pub fn flow(
    last: (Option<NaiveDate>, Option<NaiveDate>),
    (opening, closing): (NaiveDate, NaiveDate),
    lost_months: u32,
) -> Flow {
    let buys = |last: Option<NaiveDate>, on| {
        last.is_some_and(|last| silent_months(last, on) < lost_months)
    };
    match (buys(last.0, opening), buys(last.1, closing), last.0) {
        (true, true, _) => Flow::Kept,
        (true, false, _) => Flow::Lost,
        (false, true, None) => Flow::New,
        (false, true, Some(_)) => Flow::Returned,
        (false, false, _) => Flow::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LifeCyclePhase::{Decline, Growth, Lost, Mature, New, Prospect};

    fn phase(months: &[i128]) -> LifeCyclePhase {
        let bought: Vec<bool> = months.iter().map(|one| *one > 0).collect();
        LifeCycle { months, bought: &bought, ended: true }.phase(&Limits::default()).0
    }

    /// The same while the last of the months goes on.
    fn so_far(months: &[i128]) -> LifeCyclePhase {
        let bought: Vec<bool> = months.iter().map(|one| *one > 0).collect();
        LifeCycle { months, bought: &bought, ended: false }.phase(&Limits::default()).0
    }

    /// A year of which the halves come to these, per cent of each other.
    fn halves(before: i128, last: i128) -> Vec<i128> {
        let half = |sum: i128| [vec![sum], vec![0; 4], vec![0]].concat();
        let mut all = half(before * 100);
        all.extend(half(last * 100));
        all
    }

    #[test]
    fn k_24_every_customer_has_one_phase() {
        assert_eq!(phase(&[]), Prospect);
        assert_eq!((phase(&[100]), phase(&[100; 6])), (New, New));
        assert_eq!(phase(&[100; 12]), Mature);
        let mut gone = vec![100; 12];
        gone.extend([0; 11]);
        assert_eq!(phase(&gone), Decline);
        gone.push(0);
        assert_eq!(phase(&gone), Lost);
        gone.push(1);
        assert_eq!(phase(&gone), Growth, "who comes back grows");
    }

    #[test]
    fn k_15_k_16_k_19_limits_are_reached_exactly() {
        let of = |before, last| phase(&halves(before, last));
        assert_eq!((of(100, 110), of(1_000, 1_099)), (Growth, Mature));
        assert_eq!((of(100, 90), of(100, 100)), (Mature, Mature));
        assert_eq!((of(100, 80), of(100, 79)), (Decline, Decline));
    }

    #[test]
    fn k_15_k_16_k_19_a_company_has_limits_of_its_own() {
        let usual = Limits::default();
        let numbers = [usual.growth, usual.decline, usual.mature].map(|one| one.to_string());
        assert_eq!(numbers, ["1.1000", "0.8000", "0.1000"]);
        assert_eq!((usual.new_months, usual.lost_months), (6, 12));
        let said = |rules: serde_json::Value| {
            let preferences = serde_json::json!({ "life_cycle": rules });
            Limits::of(&serde_json::from_value(preferences).unwrap())
        };
        let months = halves(100, 80);
        let bought: Vec<bool> = months.iter().map(|one| *one > 0).collect();
        let life = LifeCycle { months: &months, bought: &bought, ended: true };
        let patient = said(serde_json::json!({ "decline_by": "0.3" }));
        assert_eq!((life.phase(&usual).0, life.phase(&patient).0), (Decline, Mature));
        let early = LifeCycle { months: &[100; 3], bought: &[true; 3], ended: true };
        let hasty = said(serde_json::json!({ "new_months": 2 }));
        assert_eq!((early.phase(&usual).0, early.phase(&hasty).0), (New, Growth));
    }

    #[test]
    fn k_15_between_the_limits_the_earlier_phase_goes_on() {
        // Grown for a while, then 15 per cent less than before.
        let mut months = vec![100; 6];
        months.extend([200; 6]);
        assert_eq!(phase(&months), Growth);
        months.extend([170; 6]);
        let bought = vec![true; months.len()];
        let life = LifeCycle { months: &months, bought: &bought, ended: true };
        assert_eq!(life.phase(&Limits::default()).0, Mature, "it went through about as much");
        let mut fallen = vec![100; 6];
        fallen.extend([50; 6]);
        assert_eq!(phase(&fallen), Decline);
    }

    #[test]
    fn k_16_k_19_a_month_counts_when_it_has_ended() {
        // Every second month the same: mature on each day of each month.
        let mut months: Vec<i128> = [200, 0].repeat(8);
        assert_eq!((phase(&months), so_far(&months)), (Mature, Mature));
        months.push(0);
        assert_eq!((so_far(&months), phase(&months)), (Mature, Decline), "nothing came in it");
        // Nor does what comes early in a month make growth before its end.
        let mut months = vec![100; 12];
        months.push(500);
        assert_eq!((so_far(&months), phase(&months)), (Mature, Growth));
        // Who is new, lost or found again is told at once.
        assert_eq!((so_far(&[]), so_far(&[100])), (Prospect, New));
        let mut gone = vec![100; 12];
        gone.extend([0; 12]);
        assert_eq!((so_far(&gone), phase(&gone)), (Decline, Lost));
        gone.push(0);
        assert_eq!(so_far(&gone), Lost);
        gone.pop();
        gone.push(1);
        assert_eq!(so_far(&gone), Growth);
    }

    #[test]
    fn k_24_k_31_who_is_lost_is_so_by_one_rule() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let silent = |last, on| silent_months(day(last), day(on));
        assert_eq!(
            (silent("2026-06-30", "2026-12-01"), silent("2026-06-30", "2026-12-31")),
            (5, 6)
        );
        assert_eq!(
            (silent("2026-06-01", "2026-12-30"), silent("2026-06-01", "2026-12-31")),
            (5, 6)
        );
        assert_eq!(
            (silent("2026-12-05", "2026-12-05"), silent("2024-02-01", "2024-02-29")),
            (0, 0)
        );
        let limits = Limits { lost_months: 6, ..Limits::default() };
        let bought = [true, false, false, false, false, false, false];
        for on in ["2026-12-01", "2026-12-30", "2026-12-31"].map(day) {
            let last = Some(day("2026-06-30"));
            let months = &[100, 0, 0, 0, 0, 0, 0];
            let life = LifeCycle { months, bought: &bought, ended: ends_month(on) };
            let left = flow((last, last), (day("2026-06-30"), on), limits.lost_months);
            assert_eq!(life.phase(&limits).0 == Lost, left == Flow::Lost, "{on}");
        }
    }

    #[test]
    fn k_31_customers_at_the_end_are_those_of_the_beginning_and_who_came_less_who_went() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let ends = (day("2025-12-31").unwrap(), day("2026-06-30").unwrap());
        let of = |before: &str, until: &str| flow((day(before), day(until)), ends, 12);
        assert_eq!(of("2025-06-01", "2026-02-01"), Flow::Kept);
        assert_eq!(of("2025-06-01", "2025-06-01"), Flow::Lost);
        assert_eq!(of("2025-07-01", "2025-07-01"), Flow::Kept);
        assert_eq!(of("", "2026-02-01"), Flow::New);
        assert_eq!(of("2024-12-31", "2026-02-01"), Flow::Returned);
        assert_eq!(of("2024-12-31", "2024-12-31"), Flow::Absent);
    }
}
