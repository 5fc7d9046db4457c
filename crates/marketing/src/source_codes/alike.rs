//! Codes that somebody may have meant: what one mistyped, missing or additional character leads to.

use std::collections::BTreeSet;

/// The characters of codes.
const CHARACTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The longest text that is looked at: what is longer is no code.
const LONGEST: usize = 24;

/// Every text at a distance of one from `code`: a character replaced, left out or added.
pub(super) fn at_distance_one(code: &str) -> BTreeSet<String> {
    let code = code.as_bytes();
    let mut found = BTreeSet::new();
    if code.is_empty() || code.len() > LONGEST || !code.is_ascii() {
        return found;
    }
    let mut add = |bytes: Vec<u8>| found.extend(String::from_utf8(bytes).ok());
    for at in 0..=code.len() {
        for one in CHARACTERS {
            let mut longer = code.to_vec();
            longer.insert(at, *one);
            add(longer);
            if at < code.len() && code[at] != *one {
                let mut other = code.to_vec();
                other[at] = *one;
                add(other);
            }
        }
        if at < code.len() {
            let mut shorter = code.to_vec();
            shorter.remove(at);
            add(shorter);
        }
    }
    found.remove("");
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_90_one_mistyped_character_leads_back() {
        let near = at_distance_one("DB02078");
        assert!(!near.contains("DB02078") && !near.contains("DB02087"));
        for mistyped in ["DB02O87", "XB02087", "DB02088", "DB0287", "DB002087"] {
            assert!(at_distance_one(mistyped).contains("DB02087"), "{mistyped}");
        }
        // 7 places × 35 others, 7 left out of which two are equal, 8 places × 36 added of which each
        // character that is there already is found twice.
        assert_eq!(at_distance_one("DB02087").len(), 7 * 35 + 7 + 8 * 36 - 7);
        assert!(at_distance_one("").is_empty() && at_distance_one("源代码").is_empty());
    }
}
