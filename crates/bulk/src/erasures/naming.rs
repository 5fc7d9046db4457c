//! What somebody is called and reached by, taken out of texts of others that name them: the literals of a question
//! that is kept. Without a store.
//!
//! Such a text belongs to nobody whom it names, so it is found by what it says, and only before the person is erased
//! themselves. A name of Chinese characters goes wherever it stands, any other where no letter or digit goes on.
//! Price: whoever is called the same is not asked for by that name any more; a code that is a small number stays, since
//! it could be an amount or the year of a day.

use guanxi_storage::erasing::ERASED;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Members of a record that name whom it is of, alone.
const TEXTS: &[&str] = &["name", "short_name", "code", "email", "phone"];

/// Lists of a record by which they are reached, each with the member that says how.
const LISTS: &[(&str, &str)] = &[("emails", "address"), ("phones", "number")];

/// Members of a filter that name fields and functions.
const NO_LITERALS: &[&str] = &["field", "op", "call"];

/// Digits of which a number must have as many to be that of a phone.
const PHONE_DIGITS: usize = 7;

/// What somebody is called and reached by, the longest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(Vec<String>);

impl Names {
    /// Those that these records of one person say.
    pub(super) fn of(records: &[Json]) -> Self {
        let mut all = BTreeSet::new();
        for record in records {
            let alone = TEXTS.iter().filter_map(|name| record[*name].as_str());
            all.extend(alone.map(str::to_owned));
            for (list, member) in LISTS {
                let entries = record[*list].as_array().into_iter().flatten();
                all.extend(entries.filter_map(|one| one[*member].as_str()).map(str::to_owned));
            }
        }
        // A number is written with the country and without.
        let numbers = all.iter().filter_map(|text| text.strip_prefix('+'));
        let short: Vec<String> = numbers
            .flat_map(|number| [Some(number), number.strip_prefix("86")])
            .flatten()
            .map(str::to_owned)
            .collect();
        all.extend(short);
        let mut all: Vec<String> =
            all.into_iter().filter(|text| text != ERASED && names_somebody(text)).collect();
        all.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self(all)
    }

    /// The text without them; `None` if it names nobody.
    pub fn taken_out_of(&self, text: &str) -> Option<String> {
        let mut left = text.to_owned();
        for name in &self.0 {
            left = replaced(&left, name);
        }
        (left != text).then_some(left)
    }

    /// The same of the literals of structured data.
    pub fn taken_out_of_json(&self, json: &Json) -> Option<Json> {
        let left = self.without(json);
        (left != *json).then_some(left)
    }

    fn without(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => match self.taken_out_of(text) {
                Some(left) => left.into(),
                None => json.clone(),
            },
            Json::Array(entries) => entries.iter().map(|entry| self.without(entry)).collect(),
            Json::Object(members) => {
                let member = |(name, value): (&String, &Json)| {
                    let is_literal = !NO_LITERALS.contains(&name.as_str());
                    (name.clone(), if is_literal { self.without(value) } else { value.clone() })
                };
                Json::Object(members.iter().map(member).collect())
            }
            other => other.clone(),
        }
    }
}

/// Whether a text is long enough to be somebody's: a letter or a small number stands in any question.
fn names_somebody(text: &str) -> bool {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.chars().count() >= if is_number { PHONE_DIGITS } else { 2 }
}

/// The text with a word that says nothing wherever that name stands, whatever the case.
fn replaced(text: &str, name: &str) -> String {
    let (mut left, mut rest, mut before) = (String::with_capacity(text.len()), text, None);
    while let Some(first) = rest.chars().next() {
        if let Some(behind) = after(rest, name)
            && !goes_on(before, name.chars().next())
            && !goes_on(name.chars().next_back(), behind.chars().next())
        {
            left.push_str(ERASED);
            before = name.chars().next_back();
            rest = behind;
            continue;
        }
        left.push(first);
        before = Some(first);
        rest = &rest[first.len_utf8()..];
    }
    left
}

/// What stands behind the name at the beginning of a text.
fn after<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in name.chars() {
        let found = rest.next()?;
        if found != wanted && !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// Whether two characters beside each other are of one word.
fn goes_on(one: Option<char>, other: Option<char>) -> bool {
    let of_word = |one: Option<char>| one.is_some_and(|one| one.is_ascii_alphanumeric());
    of_word(one) && of_word(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names() -> Names {
        Names::of(&[json!({ "name": "王伟", "short_name": "An", "code": null,
            "emails": [{ "kind": "work", "address": "wang.wei@example.com" }],
            "phones": [{ "kind": "mobile", "number": "+8613800138000" }] })])
    }

    #[test]
    fn whoever_is_named_is_taken_out_whatever_the_case() {
        let left = |text: &str| names().taken_out_of(text);
        assert_eq!(left("name:王伟 OR tier = A").as_deref(), Some("name:erased OR tier = A"));
        assert_eq!(left("Wang.Wei@Example.com").as_deref(), Some("erased"));
        for number in ["13800138000", "8613800138000", "+8613800138000"] {
            assert_eq!(left(&format!("\"{number}\"")).as_deref(), Some("\"erased\""));
        }
        // Part of another word is nobody's name.
        assert_eq!(left("Shanghai, Ann, 138001380001"), None);
        assert_eq!(left("AN, an").as_deref(), Some("erased, erased"));
    }

    #[test]
    fn a_letter_and_a_small_number_name_nobody() {
        for code in ["A", "2026", "100000"] {
            assert_eq!(Names::of(&[json!({ "code": code })]), Names::default(), "{code}");
        }
        let coded = Names::of(&[json!({ "code": "C-1001" })]);
        let left = coded.taken_out_of("code = C-1001 AND employees > 1001");
        assert_eq!(left.as_deref(), Some("code = erased AND employees > 1001"));
    }

    #[test]
    fn fields_of_a_filter_are_no_literals() {
        let an = Names::of(&[json!({ "name": "tier" })]);
        let filter = json!({ "and": [{ "field": "tier", "op": "=", "value": "Tier" }] });
        let left = json!({ "and": [{ "field": "tier", "op": "=", "value": "erased" }] });
        assert_eq!(an.taken_out_of_json(&filter), Some(left.clone()));
        assert_eq!(an.taken_out_of_json(&left), None);
        assert_eq!(Names::of(&[json!({ "name": "erased" })]), Names::default());
    }
}
