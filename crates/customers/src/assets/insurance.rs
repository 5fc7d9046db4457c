//! The terms of insurance of an asset, one behind the other.
//!
//! An asset knows the last day on which it is insured. Whether a customer has insured it again is known only by
//! what that day was before: so each is kept as a term. A day that is 28 days later or more is a renewal; any
//! other new day corrects the term. Price: a policy for less than that is a correction of the one before. No
//! longer to know the day changes nothing, since whoever is not insured any more has not renewed.

use super::{Asset, store};
use chrono::{Days, NaiveDate};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;

/// By how many days at least a later end is a renewal.
const LEAST: u64 = 28;

/// What a last day means for the terms that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nothing: it is that of the last term.
    Known,
    /// It is that of the first term.
    First,
    /// The last term is renewed.
    Renewed,
    /// The last term ends then.
    Corrected,
    /// The last term was no renewal: the one before ends then.
    TakenBack,
}

/// What `until` means behind the last term and the one before.
fn told(last: Option<NaiveDate>, before: Option<NaiveDate>, until: NaiveDate) -> Told {
    let renews = |term: NaiveDate| {
        term.checked_add_days(Days::new(LEAST)).is_some_and(|least| until >= least)
    };
    match (last, before) {
        (None, _) => Told::First,
        (Some(last), _) if last == until => Told::Known,
        (Some(last), _) if renews(last) => Told::Renewed,
        (Some(_), Some(before)) if !renews(before) => Told::TakenBack,
        (Some(_), _) => Told::Corrected,
    }
}

/// Keeps what a save says of the insurance of an asset.
///
/// # Errors
/// Those of the store.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    before: Option<&Asset>,
    after: &Asset,
) -> Result<()> {
    let Some(until) = after.input.insured_until else { return Ok(()) };
    if before.is_some_and(|before| before.input.insured_until == Some(until)) {
        return Ok(());
    }
    let (asset, now) = (after.meta.id, ctx.now);
    let terms = match before {
        Some(_) => store::insurances(tx, asset).await?,
        None => Vec::new(),
    };
    let number = terms.first().map_or(0, |(number, _)| *number);
    let ends = |at: usize| terms.get(at).map(|(_, ends)| *ends);
    match told(ends(0), ends(1), until) {
        Told::Known => Ok(()),
        Told::First => store::add_insurance(tx, asset, number + 1, until, now).await,
        Told::Renewed => {
            store::renew_insurance(tx, asset, number, now).await?;
            store::add_insurance(tx, asset, number + 1, until, now).await
        }
        Told::Corrected => store::correct_insurance(tx, asset, number, until).await,
        Told::TakenBack => {
            store::forget_insurance(tx, asset, number).await?;
            store::correct_insurance(tx, asset, number - 1, until).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn d_40_a_later_end_is_a_renewal_and_any_other_a_correction() {
        let (first, second) = (Some(day("2026-03-15")), Some(day("2027-03-15")));
        let of = |last, before, until| told(last, before, day(until));
        assert_eq!(of(None, None, "2026-03-15"), Told::First);
        assert_eq!(of(first, None, "2026-03-15"), Told::Known);
        assert_eq!(of(first, None, "2027-03-15"), Told::Renewed);
        assert_eq!(of(first, None, "2026-04-12"), Told::Renewed);
        assert_eq!(of(first, None, "2026-04-11"), Told::Corrected);
        assert_eq!(of(first, None, "2026-01-01"), Told::Corrected);
        assert_eq!(of(second, first, "2028-03-15"), Told::Renewed);
        assert_eq!(of(second, first, "2026-12-31"), Told::Corrected);
        assert_eq!(of(second, first, "2026-03-15"), Told::TakenBack);
        assert_eq!(of(second, first, "2026-03-20"), Told::TakenBack);
    }
}
