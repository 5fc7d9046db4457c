//! Blocking keys: two profiles are candidates when they share one. A key is short enough for an
//! index, and each stands for one way in which the other keys fail: a name with a slip still shares
//! the phone, a moved person the birth date, a swapped name its letters.

use crate::{
    normalise::{Address, Name, Prepared, has_han},
    profile::ProfileKind,
};
use std::{cmp::Reverse, collections::BTreeSet};

/// How many keys a profile has at most.
pub const MOST_KEYS: usize = 24;

/// A key is cut to this many characters.
const LENGTH: usize = 40;

/// The keys of a profile, the most telling first if there are too many. All begin with a letter for
/// the sort of key and a colon.
pub fn keys(profile: &Prepared) -> BTreeSet<String> {
    let mut keys = Keys(BTreeSet::new());
    for code in profile.codes.iter().take(4) {
        keys.add("c", &[code]);
    }
    for email in profile.emails.iter().take(3) {
        keys.add("e", &[email]);
    }
    for phone in profile.phones.iter().take(4) {
        keys.add("p", &[phone]);
    }
    keys.add("b", &[&profile.birth]);
    match profile.kind {
        ProfileKind::Organisation => organisation(profile, &mut keys),
        ProfileKind::Person => person(profile, &mut keys),
    }
    for address in profile.addresses.iter().take(2) {
        places(address, &mut keys);
    }
    keys.0
}

/// How many parts [`lookups`] has at most.
pub const MOST_LOOKUPS: usize = 9;

/// Parts of its names that a spelling of the same probably contains, at most [`MOST_LOOKUPS`]: what an index of any
/// middle part of names is asked for. Folded; a Chinese name is one part, of any other the three longest
/// words are, since two may be words of the trade that many share.
pub fn lookups(profile: &Prepared) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for name in profile.names.iter().take(3) {
        if has_han(&name.compact) {
            parts.insert(name.compact.to_string());
            continue;
        }
        let mut words: Vec<&str> =
            name.words.iter().map(|word| &**word).filter(|word| word.len() > 2).collect();
        words.sort_by_key(|word| Reverse(word.chars().count()));
        parts.extend(words.into_iter().take(3).map(str::to_owned));
    }
    parts.into_iter().take(MOST_LOOKUPS).collect()
}

struct Keys(BTreeSet<String>);

impl Keys {
    /// Adds a key of these parts, unless one of them is missing or there are enough keys.
    fn add(&mut self, sort: &str, parts: &[&str]) {
        if self.0.len() < MOST_KEYS && parts.iter().all(|part| !part.is_empty()) {
            let key = format!("{sort}:{}", parts.join(" "));
            self.0.insert(key.chars().take(LENGTH).collect());
        }
    }
}

fn organisation(profile: &Prepared, keys: &mut Keys) {
    for name in profile.names.iter().take(2) {
        whole(name, keys);
        if has_han(&name.compact) {
            // Chinese has no blanks: any two neighbours may be a word.
            let characters: Vec<char> = name.compact.chars().collect();
            for pair in characters.windows(2).take(7) {
                keys.add("w", &[&String::from_iter(pair)]);
            }
        } else {
            let mut long: Vec<&str> =
                name.words.iter().map(|word| &**word).filter(|word| word.len() > 2).collect();
            long.sort_by_key(|word| Reverse(word.len()));
            for word in long.into_iter().take(4) {
                keys.add("w", &[start(word, 5)]);
            }
        }
    }
}

fn person(profile: &Prepared, keys: &mut Keys) {
    for name in profile.names.iter().take(2) {
        whole(name, keys);
    }
    let parts = parts(profile);
    if let [first, .., last] = parts.as_slice() {
        keys.add("f", &[start(first, 3), start(last, 3)]);
    }
    let day = profile.birth.get(4..8).unwrap_or_default();
    for part in parts.iter().take(2) {
        keys.add("d", &[day, start(part, 2)]);
        for address in profile.addresses.iter().take(2) {
            keys.add("z", &[&address.postal_code, start(part, 2)]);
            keys.add("t", &[start(&address.city, 4), start(part, 4)]);
        }
    }
}

/// The parts of a person's name in alphabetical order, so that swapped names have the same.
fn parts(profile: &Prepared) -> Vec<&str> {
    let known = [&*profile.given, &*profile.family];
    let words =
        profile.names.first().map_or(&[][..], |name| &*name.words).iter().map(|word| &**word);
    let mut parts: Vec<&str> = if known.iter().all(|part| part.is_empty()) {
        words.collect()
    } else {
        known.into_iter().filter(|part| !part.is_empty()).collect()
    };
    parts.sort_unstable();
    parts
}

/// The letters of a name in alphabetical order: whatever the order of words, blanks and exchanged
/// letters, and Chinese as it is read.
fn whole(name: &Name, keys: &mut Keys) {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters.into_iter().collect::<String>()
    };
    if !name.pinyin.is_empty() {
        keys.add("n", &[&sorted(&name.compact)]);
        keys.add("l", &[&sorted(&name.pinyin)]);
    } else {
        keys.add("l", &[&sorted(&name.compact)]);
    }
}

fn places(address: &Address, keys: &mut Keys) {
    for line in [&address.street, &address.district] {
        keys.add("s", &[&line.number, start(&line.compact, 4)]);
    }
}

fn start(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PostalAddress, Profile, prepare};

    fn of(kind: ProfileKind, name: &str) -> BTreeSet<String> {
        keys(&prepare(&Profile::new(kind, [name])))
    }

    #[test]
    fn spellings_of_one_name_share_a_key() {
        for (kind, one, other) in [
            (ProfileKind::Person, "王 伟", "Wei Wang"),
            (ProfileKind::Person, "Smith, John", "john smith"),
            (ProfileKind::Person, "Jonathan Smythe", "Jonatan Smyth"),
            (ProfileKind::Organisation, "Acme Trading Ltd", "ACME"),
            (ProfileKind::Organisation, "上海宏图软件有限公司", "宏图软件(上海)有限公司"),
            (ProfileKind::Organisation, "宏图软件", "宏圖軟件"),
        ] {
            assert!(!of(kind, one).is_disjoint(&of(kind, other)), "{one} {other}");
        }
        let other = of(ProfileKind::Person, "Mary Jones");
        assert!(of(ProfileKind::Person, "John Smith").is_disjoint(&other));
    }

    #[test]
    fn the_keys_of_a_profile_are_bounded_in_number_and_length() {
        let many = |what: &str| (0..50).map(|n| format!("{what}{n}")).collect::<Vec<_>>();
        let mut profile = Profile::new(ProfileKind::Organisation, many(&"名".repeat(300)));
        profile.phones = many("+8613800138");
        profile.emails = many("someone@example.com");
        profile.codes = many("X");
        let street = Some("1 high street".to_owned());
        profile.addresses = vec![PostalAddress { street, ..Default::default() }; 9];
        let keys = keys(&prepare(&profile));
        assert!(keys.len() <= MOST_KEYS && keys.len() > 10, "{keys:?}");
        assert!(keys.iter().all(|key| key.chars().count() <= LENGTH));
    }
}
