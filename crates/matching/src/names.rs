//! What the names of two profiles say.

use crate::{
    compare::{ComparedField, Evidence, sum},
    normalise::{Name, Prepared, has_han},
    profile::ProfileKind,
    similarity::{REORDERED, of_chinese, of_phrases, of_slips, of_words},
    weights::{BRANCH, FAMILY, GIVEN, ORGANISATION, PERSON, Weight},
};

/// Other characters that are read the same: a slip of the input method, or another name.
const HOMOPHONE: u8 = 85;
/// Chinese against its reading in Latin letters, which many names share.
const READING: u8 = 88;

/// Appends the evidence of the names.
pub(crate) fn compare(one: &Prepared, other: &Prepared, reasons: &mut Vec<Evidence>) {
    let both = |kind| one.kind == kind && other.kind == kind;
    if both(ProfileKind::Organisation) {
        reasons.extend(best(one, other, organisations));
        return;
    }
    let parts = parts(one, other);
    let whole = match parts {
        Some(_) if parts_say_all(one, other) => Vec::new(),
        _ => best(one, other, persons),
    };
    match parts {
        Some(parts) if whole.is_empty() || sum(&parts) >= sum(&whole) => reasons.extend(parts),
        _ => reasons.extend(whole),
    }
}

/// Whether whole names say nothing that their parts do not: a part is missing, or there is no other
/// spelling, and it is not that the parts were only divided differently.
fn parts_say_all(one: &Prepared, other: &Prepared) -> bool {
    let has_both = |profile: &Prepared| !profile.given.is_empty() && !profile.family.is_empty();
    if !has_both(one) || !has_both(other) {
        return true;
    }
    match (&*one.names, &*other.names) {
        ([one], [other]) => one.compact != other.compact,
        _ => false,
    }
}

/// The pair of spellings that says most for the two.
fn best(one: &Prepared, other: &Prepared, of: fn(&Name, &Name) -> Vec<Evidence>) -> Vec<Evidence> {
    let pairs = one.names.iter().flat_map(|a| other.names.iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| of(a, b)).max_by_key(|reasons| sum(reasons)).unwrap_or_default()
}

fn organisations(one: &Name, other: &Name) -> Vec<Evidence> {
    let alike = if let Some(alike) = chinese(one, other) {
        alike
    } else {
        of_phrases(&one.words, &other.words).max(of_slips(&one.compact, &other.compact))
    };
    let mut reasons = vec![whole(&ORGANISATION, alike)];
    if !one.branch.is_empty() || !other.branch.is_empty() {
        let alike = if one.branch == other.branch { 100 } else { 0 };
        reasons.push(Evidence::of(ComparedField::Branch, &BRANCH, alike));
    }
    reasons
}

fn persons(one: &Name, other: &Name) -> Vec<Evidence> {
    let alike = if let Some(alike) = chinese(one, other) {
        alike
    } else if one.compact == other.compact {
        // Blanks are forgotten and put in at will.
        if one.words == other.words { 100 } else { REORDERED }
    } else if one.words.len() > 1 && other.words.len() > 1 {
        of_phrases(&one.words, &other.words)
    } else {
        of_words(&one.compact, &other.compact)
    };
    vec![whole(&PERSON, alike)]
}

fn whole(weight: &Weight, alike: u8) -> Evidence {
    let reason = Evidence::of(ComparedField::Name, weight, alike);
    if alike == REORDERED { reason.swapped() } else { reason }
}

/// How alike two names are if one of them is Chinese: by its characters, else by its reading.
fn chinese(one: &Name, other: &Name) -> Option<u8> {
    let alike = match (one.pinyin.is_empty(), other.pinyin.is_empty()) {
        (true, true) => return None,
        (false, false) => {
            let written = of_chinese(&one.compact, &other.compact);
            if one.pinyin == other.pinyin { written.max(HOMOPHONE) } else { written }
        }
        (false, true) => by_reading(&one.pinyin, other),
        (true, false) => by_reading(&other.pinyin, one),
    };
    Some(alike)
}

/// The family name stands in front in Chinese, and in front or at the end in Latin letters.
fn by_reading(pinyin: &str, latin: &Name) -> u8 {
    let turned = latin.words.split_last().map(|(last, rest)| format!("{last}{}", rest.concat()));
    if latin.compact.as_ref() == pinyin || turned.as_deref() == Some(pinyin) {
        return READING;
    }
    let slips = u16::from(of_slips(pinyin, &latin.compact));
    u8::try_from(slips * u16::from(READING) / 100).unwrap_or(0)
}

/// Given against given and family against family name, or crosswise if that says more. Nothing if
/// no part can be compared, or if a name is Chinese, whose family names are too few to say much.
fn parts(one: &Prepared, other: &Prepared) -> Option<Vec<Evidence>> {
    if [&one.given, &one.family, &other.given, &other.family].iter().any(|part| has_han(part)) {
        return None;
    }
    let part = |field, weight: &Weight, a: &str, b: &str| {
        (!a.is_empty() && !b.is_empty()).then(|| Evidence::of(field, weight, of_words(a, b)))
    };
    let straight: Vec<Evidence> = [
        part(ComparedField::GivenName, &GIVEN, &one.given, &other.given),
        part(ComparedField::FamilyName, &FAMILY, &one.family, &other.family),
    ]
    .into_iter()
    .flatten()
    .collect();
    if straight.len() == 2 && sum(&straight) >= GIVEN.equal.points {
        return Some(straight);
    }
    // Names that were swapped keep an initial at least: that saves most of the work.
    let initial = |a: &str, b: &str| a.chars().next() == b.chars().next();
    if !initial(&one.given, &other.family) && !initial(&one.family, &other.given) {
        return (!straight.is_empty()).then_some(straight);
    }
    let crossed: Vec<Evidence> = [
        part(ComparedField::GivenName, &GIVEN, &one.given, &other.family),
        part(ComparedField::FamilyName, &FAMILY, &one.family, &other.given),
    ]
    .into_iter()
    .flatten()
    .map(Evidence::swapped)
    .collect();
    let better = !crossed.is_empty() && (straight.is_empty() || sum(&crossed) > sum(&straight));
    let chosen = if better { crossed } else { straight };
    (!chosen.is_empty()).then_some(chosen)
}
