//! One form for what people write in many: what is compared and what keys are made from.

use crate::{
    organisation,
    profile::{PostalAddress, Profile, ProfileKind},
};
use guanxi_kernel::{pinyin::latin, text::fold};
use rapidfuzz::distance::osa;
use std::{borrow::Cow, collections::BTreeSet};
use unicode_normalization::UnicodeNormalization as _;

/// A profile in the form in which it is compared. Equal means that it says the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prepared {
    pub(crate) kind: ProfileKind,
    pub(crate) names: Box<[Name]>,
    pub(crate) given: Box<str>,
    pub(crate) family: Box<str>,
    pub(crate) phones: Box<[Box<str>]>,
    pub(crate) emails: Box<[Box<str>]>,
    pub(crate) codes: Box<[Box<str>]>,
    pub(crate) birth: Box<str>,
    pub(crate) addresses: Box<[Address]>,
}

/// One spelling of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// The words, without what says nothing, as they stand.
    pub(crate) words: Box<[Box<str>]>,
    /// The words without blanks.
    pub(crate) compact: Box<str>,
    /// How a name with Chinese characters is read; else empty.
    pub(crate) pinyin: Box<str>,
    /// Which branch of an organisation is meant; empty for the organisation itself.
    pub(crate) branch: Box<str>,
}

/// An address; what is missing is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) region: Box<str>,
    pub(crate) city: Box<str>,
    pub(crate) district: Street,
    pub(crate) street: Street,
    pub(crate) postal_code: Box<str>,
}

/// A line of an address, with the house number apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Street {
    pub(crate) number: Box<str>,
    pub(crate) words: Box<[Box<str>]>,
    pub(crate) compact: Box<str>,
}

/// What people write when they know nothing.
const NOTHING: &[&str] = &[
    "-", "--", ".", "?", "n/a", "na", "none", "null", "nil", "unknown", "tbd", "无", "不详",
    "未知", "暂无",
];

/// Words of addresses with more than one spelling: kinds of street and directions (Publication 28 of
/// the United States Postal Service, appendices B and C1, whose short forms are those of all
/// English-speaking countries) and ordinals.
const STREET_WORDS: &[(&str, &str)] = &[
    ("alley", "aly"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("boulevard", "blvd"),
    ("blv", "blvd"),
    ("circle", "cir"),
    ("circuit", "cct"),
    ("close", "cl"),
    ("court", "ct"),
    ("crescent", "cres"),
    ("drive", "dr"),
    ("highway", "hwy"),
    ("lane", "ln"),
    ("la", "ln"),
    ("parade", "pde"),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("plaza", "plz"),
    ("road", "rd"),
    ("square", "sq"),
    ("street", "st"),
    ("sts", "st"),
    ("str", "st"),
    ("terrace", "tce"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("sixth", "6th"),
    ("seventh", "7th"),
    ("eighth", "8th"),
    ("ninth", "9th"),
    ("tenth", "10th"),
];

/// Brings a profile into the form in which it is compared.
pub fn prepare(profile: &Profile) -> Prepared {
    let given = compact(&plain(profile.given_name.as_deref()));
    let family = compact(&plain(profile.family_name.as_deref()));
    let written = profile.names.iter().map(String::as_str).map(Cow::Borrowed);
    let names: BTreeSet<Name> = written
        .chain(whole_name(profile).map(Cow::Owned))
        .map(|name| match profile.kind {
            ProfileKind::Organisation => organisation::name(&plain(Some(&name))),
            ProfileKind::Person => person(&plain(Some(&name))),
        })
        .filter(|name| !name.compact.is_empty())
        .collect();
    let addresses: BTreeSet<Address> =
        profile.addresses.iter().map(address).filter(|a| *a != Address::default()).collect();
    Prepared {
        kind: profile.kind,
        names: names.into_iter().collect(),
        given: given.into(),
        family: family.into(),
        phones: set(&profile.phones, |c| c.is_ascii_digit()),
        emails: set(&profile.emails, |c| !c.is_whitespace()),
        codes: set(&profile.codes, char::is_alphanumeric),
        birth: kept(&plain(profile.birth_date.as_deref()), |c| c.is_ascii_digit()).into(),
        addresses: addresses.into_iter().collect(),
    }
}

/// Whether a text holds Chinese characters.
pub(crate) fn has_han(text: &str) -> bool {
    text.chars().any(is_han)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

/// Folded, without accents on Latin letters, and empty if it stands for nothing.
fn plain(text: Option<&str>) -> String {
    let folded = fold(text.unwrap_or_default());
    if NOTHING.contains(&folded.as_str()) {
        return String::new();
    }
    if folded.is_ascii() {
        return folded;
    }
    // Only the marks of Latin script: those of kana make another sound.
    let bare = folded.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).nfc();
    bare.collect::<String>().replace('ß', "ss")
}

fn kept(text: &str, keep: impl Fn(char) -> bool) -> String {
    text.chars().filter(|c| keep(*c)).collect()
}

fn compact(text: &str) -> String {
    kept(text, char::is_alphanumeric)
}

fn set(texts: &[String], keep: impl Fn(char) -> bool) -> Box<[Box<str>]> {
    let texts: BTreeSet<String> = texts
        .iter()
        .map(|text| kept(&plain(Some(text)), &keep))
        .filter(|text| !text.is_empty())
        .collect();
    texts.into_iter().map(Into::into).collect()
}

/// The words of a plain text: an apostrophe joins, any other punctuation parts.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && !is_apostrophe(c))
        .map(compact)
        .filter(|word| !word.is_empty())
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '`')
}

/// The name put together from its parts, in the order of its script.
fn whole_name(profile: &Profile) -> Option<String> {
    let parts = (profile.given_name.as_deref(), profile.family_name.as_deref());
    match parts {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => profile.names.is_empty().then(|| one.to_owned()),
        (Some(given), Some(family)) if has_han(family) => Some(format!("{family}{given}")),
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
    }
}

fn person(text: &str) -> Name {
    named(words(text).collect(), String::new())
}

/// A name of these words; Chinese is one word however it was spaced.
pub(crate) fn named(words: Vec<String>, branch: String) -> Name {
    let compact = words.concat();
    let han = has_han(&compact);
    Name {
        words: if han {
            Box::new([compact.as_str().into()])
        } else {
            words.into_iter().map(Into::into).collect()
        },
        pinyin: if han { latin(&compact).into() } else { Box::default() },
        compact: compact.into(),
        branch: branch.into(),
    }
}

fn address(address: &PostalAddress) -> Address {
    let one = |text: &Option<String>| compact(&plain(text.as_deref())).into();
    Address {
        region: one(&address.region),
        city: street(address.city.as_deref()).words.concat().into(),
        district: street(address.district.as_deref()),
        street: street(address.street.as_deref()),
        postal_code: one(&address.postal_code),
    }
}

fn street(text: Option<&str>) -> Street {
    let mut number = String::new();
    let mut rest: Vec<Box<str>> = Vec::new();
    for word in words(&plain(text)) {
        let numeric = word.starts_with(|c: char| c.is_ascii_digit()) && !is_ordinal(&word);
        if numeric && number.is_empty() && !has_han(&word) {
            number = word;
        } else {
            rest.push(short_form(&word).unwrap_or(&word).into());
        }
    }
    Street { number: number.into(), compact: rest.concat().into(), words: rest.into() }
}

/// The short form of a word of addresses, which may have a slip if it is long. A name that happens to
/// be one slip from such a word is shortened too, on both sides alike.
fn short_form(word: &str) -> Option<&'static str> {
    let misspelt = |long: &str| {
        long.len() >= 5
            && word.len().abs_diff(long.len()) <= 1
            && osa::distance(long.bytes(), word.bytes()) == 1
    };
    let exact = STREET_WORDS.iter().find(|(long, _)| *long == word);
    exact.or_else(|| STREET_WORDS.iter().find(|(long, _)| misspelt(long))).map(|(_, short)| *short)
}

fn is_ordinal(word: &str) -> bool {
    ["st", "nd", "rd", "th"].iter().any(|end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(name: &str) -> Name {
        person(&plain(Some(name)))
    }

    #[test]
    fn what_people_take_for_equal_is_equal() {
        assert_eq!(prepared("王 伟"), prepared("王伟"));
        assert_eq!(prepared("ｗａｎｇ　ｗｅｉ"), prepared("Wang Wei"));
        assert_eq!(prepared("José O'Brien-Groß"), prepared("jose obrien gross"));
        assert_eq!(prepared("ガ").compact.as_ref(), "ガ");
    }

    #[test]
    fn chinese_is_read_and_surnames_have_their_own_reading() {
        assert_eq!(prepared("王伟").pinyin.as_ref(), "wangwei");
        assert_eq!(prepared("单田芳").pinyin.as_ref(), "shantianfang");
        assert_eq!(prepared("吕布").pinyin.as_ref(), prepared("吕步").pinyin.as_ref());
        assert_eq!(prepared("Wang Wei").pinyin.as_ref(), "");
    }

    #[test]
    fn what_says_nothing_is_missing() {
        let mut profile = Profile::new(ProfileKind::Person, ["N/A"]);
        profile.birth_date = Some("不详".into());
        profile.phones = vec!["-".into()];
        profile.addresses = vec![PostalAddress { city: Some("无".into()), ..Default::default() }];
        assert_eq!(prepare(&profile), prepare(&Profile::new(ProfileKind::Person, [""; 0])));
    }

    #[test]
    fn streets_have_one_spelling_and_their_number_apart() {
        let one = street(Some("125 W. Forty-Second Street"));
        let other = street(Some("125 west forty second st."));
        assert_eq!(one, other);
        assert_eq!((one.number.as_ref(), one.compact.as_ref()), ("125", "wforty2ndst"));
        assert_eq!(street(Some("52nd st.")).number.as_ref(), "");
        assert_eq!(street(Some("南京路 100 号")).number.as_ref(), "100");
    }

    #[test]
    fn a_name_in_parts_is_a_whole_name_too() {
        let mut profile = Profile::new(ProfileKind::Person, [""; 0]);
        profile.given_name = Some("伟".into());
        profile.family_name = Some("王".into());
        assert_eq!(prepare(&profile).names[0].compact.as_ref(), "王伟");
    }
}
