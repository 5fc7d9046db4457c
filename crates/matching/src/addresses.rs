//! What the addresses of two profiles say.

use crate::{
    compare::{ComparedField, Evidence, sum},
    normalise::{Address, Prepared, Street},
    similarity::{of_phrases, of_slips, of_words},
    weights::{CITY, DISTRICT, NUMBER, POSTAL_CODE, REGION, STREET, Weight},
};

/// Appends the evidence of the two addresses that agree best.
pub(crate) fn compare(one: &Prepared, other: &Prepared, reasons: &mut Vec<Evidence>) {
    let pairs = one.addresses.iter().flat_map(|a| other.addresses.iter().map(move |b| (a, b)));
    let best = pairs.map(|(a, b)| address(a, b)).max_by_key(|found| sum(found));
    reasons.extend(best.unwrap_or_default());
}

fn address(one: &Address, other: &Address) -> Vec<Evidence> {
    let straight = lines([(&one.street, &other.street), (&one.district, &other.district)]);
    let crossed = lines([(&one.street, &other.district), (&one.district, &other.street)]);
    let mut reasons = if sum(&crossed) > sum(&straight).max(0) {
        crossed.into_iter().map(Evidence::swapped).collect()
    } else {
        straight
    };
    for (field, weight, a, b, of) in [
        (ComparedField::City, &CITY, &one.city, &other.city, of_words as fn(&str, &str) -> u8),
        (ComparedField::Region, &REGION, &one.region, &other.region, of_words),
        (ComparedField::PostalCode, &POSTAL_CODE, &one.postal_code, &other.postal_code, of_slips),
    ] {
        if !a.is_empty() && !b.is_empty() {
            reasons.push(Evidence::of(field, weight, of(a, b)));
        }
    }
    reasons
}

/// Street against street and district against district, or crosswise, as they are given.
fn lines(pairs: [(&Street, &Street); 2]) -> Vec<Evidence> {
    let [streets, districts] = pairs;
    let mut reasons: Vec<Evidence> =
        line(ComparedField::Street, &STREET, streets).into_iter().collect();
    let numbers = (&*streets.0.number, &*streets.1.number);
    let named = reasons.first().is_some_and(|street| street.points > 0);
    if named && !numbers.0.is_empty() && !numbers.1.is_empty() {
        let alike = of_slips(numbers.0, numbers.1);
        reasons.push(Evidence::of(ComparedField::HouseNumber, &NUMBER, alike));
    }
    reasons.extend(line(ComparedField::District, &DISTRICT, districts));
    reasons
}

fn line(
    field: ComparedField,
    weight: &Weight,
    (one, other): (&Street, &Street),
) -> Option<Evidence> {
    if one.compact.is_empty() || other.compact.is_empty() {
        return None;
    }
    let alike = match of_phrases(&one.words, &other.words) {
        100 => 100,
        phrases => phrases.max(of_slips(&one.compact, &other.compact)),
    };
    Some(Evidence::of(field, weight, alike))
}
