//! Traditional characters by their simplified ones, so that 張偉 and 张伟 are one name to a search.
//!
//! One character for one, whatever word it stands in: what a search compares need not be what anybody
//! would write.

use std::{collections::HashMap, sync::LazyLock};

/// Pairs of characters; where they come from and under which terms stands in the file.
const TABLE: &str = include_str!("../data/simplified.txt");

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let mut characters = lines.flat_map(str::chars);
    let mut pairs = HashMap::new();
    while let (Some(traditional), Some(simplified)) = (characters.next(), characters.next()) {
        pairs.insert(traditional, simplified);
    }
    pairs
});

/// The simplified character of a traditional one; any other character itself.
pub fn character(c: char) -> char {
    // Where the characters of Chinese begin; most texts have none that would have to be looked up.
    if c < '\u{3400}' { c } else { SIMPLIFIED.get(&c).copied().unwrap_or(c) }
}

/// The text with each of its characters simplified.
pub fn text(text: &str) -> String {
    text.chars().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_name_are_one() {
        for (traditional, simplified) in [
            ("張偉", "张伟"),
            ("陳國華", "陈国华"),
            ("臺灣積體電路", "台湾积体电路"),
            ("東風汽車銀行", "东风汽车银行"),
            ("王伟 Wang", "王伟 Wang"),
            ("", ""),
        ] {
            assert_eq!(text(traditional), simplified);
            assert_eq!(text(simplified), simplified);
        }
    }

    #[test]
    fn the_table_is_pairs_of_different_characters() {
        let lines: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.iter().all(|line| line.chars().count() % 2 == 0));
        let count = lines.iter().map(|line| line.chars().count() / 2).sum::<usize>();
        assert_eq!(SIMPLIFIED.len(), count, "each once");
        assert!(count > 2_500 && TABLE.len() < 20_000, "{count} {}", TABLE.len());
        assert!(SIMPLIFIED.iter().all(|(one, other)| one != other && *one >= '\u{3400}'));
    }
}
