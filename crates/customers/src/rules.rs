//! Rules that several aggregates share, here and in the crates to the right; hardly any needs the store.

use crate::problems::TOO_DEEP;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_kernel::{
    Code, Ctx, Line, Money, Problem, Result,
    period::{business_date, start_of_day},
    problem::{CYCLE, FieldError, INTERNAL, REPEATED, Texts},
};
use guanxi_storage::{
    Tx,
    filter::facts::{Fact, FactType},
    rates,
};
use std::collections::BTreeSet;
use uuid::Uuid;
use validator::ValidationError;

pub use guanxi_kernel::period::likely_date;

/// How many levels a tree may have: more is a mistake, and every walk through it is bounded.
pub const MAX_LEVELS: usize = 100;

/// A finding for each entry of the list at `pointer` that is there already.
pub fn repeated<T, K: Ord>(list: &[T], pointer: &str, key: impl Fn(&T) -> K) -> Vec<FieldError> {
    let mut seen = BTreeSet::new();
    let again = list.iter().enumerate().filter(|(_, entry)| !seen.insert(key(entry)));
    again.map(|(at, _)| REPEATED.field(format!("{pointer}/{at}"))).collect()
}

/// Checks the new place of `id` in a tree: under `above`, which lists its parent and all above
/// that, and with `height` levels from itself down.
///
/// # Errors
/// `cycle` or `too_deep`, at `pointer`.
pub fn place<I: PartialEq>(id: &I, above: &[I], height: usize, pointer: &str) -> Result<()> {
    if above.contains(id) {
        return Err(CYCLE.at(pointer));
    }
    if above.len() + height > MAX_LEVELS {
        return Err(TOO_DEEP.at(pointer).with("limit", MAX_LEVELS));
    }
    Ok(())
}

/// The instant in whole microseconds, the finest that both stores keep; a leap second is the next.
pub fn whole_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

/// A rule for `validator`: an instant that people could mean.
///
/// # Errors
/// When its year is none of those.
pub fn likely_instant(instant: &DateTime<Utc>) -> Result<(), ValidationError> {
    likely_date(&instant.date_naive())
}

/// A rule for `validator`: an amount of zero or more.
///
/// # Errors
/// When it is below zero.
pub fn not_negative(amount: &Money) -> Result<(), ValidationError> {
    if amount.minor() >= 0 {
        return Ok(());
    }
    Err(ValidationError::new("range").with_message("an amount of 0 or more".into()))
}

/// A fact that conditions can speak of.
pub const fn fact(name: &'static str, kind: FactType, en: &'static str, zh: &'static str) -> Fact {
    Fact { name, kind, label: Texts { en, zh } }
}

/// The business day of a request.
pub fn today(ctx: &Ctx) -> NaiveDate {
    business_date(ctx.now, ctx.settings.time_zone)
}

/// When the business day behind a day begins.
pub fn next_day(ctx: &Ctx, day: NaiveDate) -> DateTime<Utc> {
    start_of_day(day.succ_opt().unwrap_or(day), ctx.settings.time_zone)
}

/// The last second of a business day: by when something is to be done on that day.
pub fn last_second(ctx: &Ctx, day: NaiveDate) -> DateTime<Utc> {
    next_day(ctx, day) - TimeDelta::seconds(1)
}

/// An amount in the currency of the tenant, as conditions compare it.
///
/// # Errors
/// `no_exchange_rate`.
pub async fn own_currency(tx: &mut Tx, ctx: &Ctx, amount: Money) -> Result<String> {
    let converted = rates::convert(tx, amount, ctx.settings.currency, today(ctx)).await?;
    Ok(converted.amount.amount())
}

/// As much of a text as a line holds.
///
/// # Errors
/// `internal` for a text of which nothing is left.
pub fn line<const MAX: usize>(text: &str) -> Result<Line<MAX>> {
    let whole: String = text.chars().take(MAX).collect();
    Line::new(&whole).map_err(|error| INTERNAL.problem().because(error))
}

/// A number that nobody else makes up: a letter, the day, and letters from the random end of the id.
///
/// # Errors
/// None that a letter could cause.
pub fn made_up_number(letter: char, ctx: &Ctx, id: Uuid) -> Result<Line<40>> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = id.as_u128();
    let one = |at: u32| char::from(LETTERS[(random >> (5 * at)) as usize & 31]);
    let end: String = (0..8).map(one).collect();
    line(&format!("{letter}-{}-{end}", today(ctx).format("%Y%m%d")))
}

/// The refusal of the member at `pointer`, whose text speaks of one value.
pub fn refuse(
    code: &'static Code,
    pointer: impl Into<String>,
    (name, value): (&'static str, &str),
) -> Problem {
    code.at(pointer).with(name, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;

    #[test]
    fn the_second_of_two_equal_entries_is_named() {
        let found = repeated(&["a", "b", "A", "a"], "/tags", |tag| tag.to_lowercase());
        let places: Vec<_> = found.iter().map(|finding| finding.place.clone()).collect();
        assert_eq!(places, ["/tags/2", "/tags/3"].map(|at| Place::Pointer(at.to_owned())));
    }

    #[test]
    fn nothing_stands_below_itself_nor_too_deep() {
        assert!(place(&1, &[], 1, "/parent_id").is_ok());
        assert!(place(&1, &[2, 3], 1, "/parent_id").is_ok());
        assert!(place(&1, &[1], 1, "/parent_id").unwrap_err().is(&CYCLE));
        assert!(place(&1, &[2, 3, 1], 1, "/parent_id").unwrap_err().is(&CYCLE));
        let chain: Vec<usize> = (2..=MAX_LEVELS).collect();
        assert!(place(&1, &chain, 1, "/parent_id").is_ok());
        assert!(place(&1, &chain, 2, "/parent_id").unwrap_err().is(&TOO_DEEP));
    }

    #[test]
    fn instants_are_cut_to_what_is_kept() {
        let fine: DateTime<Utc> = "2026-03-31T09:30:00.123456789Z".parse().unwrap();
        assert_eq!(whole_micros(fine).to_rfc3339(), "2026-03-31T09:30:00.123456+00:00");
        let leap: DateTime<Utc> = "2016-12-31T23:59:60Z".parse().unwrap();
        assert_eq!(whole_micros(leap).to_rfc3339(), "2017-01-01T00:00:00+00:00");
        assert!(likely_instant(&fine).is_ok());
        assert!(likely_instant(&DateTime::<Utc>::MAX_UTC).is_err());
    }
}
