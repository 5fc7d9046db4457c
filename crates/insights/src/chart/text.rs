//! How wide texts are, and where they are broken.
//!
//! No font is measured, since nobody knows which one the reader has: widths are those of a wide sans
//! serif, so that texts end rather before than behind where they are thought to.

use unicode_width::UnicodeWidthChar as _;

/// The width of a text in pixels, in letters of that size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| advance(c) * size).sum()
}

/// The width of a character in ems.
fn advance(c: char) -> f64 {
    match (c.width().unwrap_or(0), c) {
        (0, _) => 0.0,
        (2, _) => 1.0,
        (_, 'm' | 'w' | 'M' | 'W' | '@' | '%') => 0.98,
        (_, 'A'..='Z' | '&') => 0.74,
        (_, 'i' | 'j' | 'l' | '.' | ',' | '\'' | ' ' | ':' | ';' | '|' | '!') => 0.36,
        _ => 0.64,
    }
}

/// The text in lines no wider than `most` pixels: broken at blanks and between Chinese characters,
/// and within a word only where the word alone is too wide.
pub(super) fn lines(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        if width(&line, size) + width(word.trim_end(), size) > most && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        for c in word.chars() {
            let full = width(&line, size) + advance(c) * size > most;
            if full && !line.is_empty() && !c.is_whitespace() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push(c);
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The pieces of a text that stay together, with the blanks behind them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut before) = (0, None::<char>);
    for (at, c) in text.char_indices() {
        let wide = |c: char| c.width() == Some(2);
        // Closing marks stay with what they close.
        let closing = "，。、；：！？）」』】》”’,.;:!?)]}".contains(c);
        let breaks = before.is_some_and(|before| {
            (before.is_whitespace() && !c.is_whitespace()) || wide(before) || wide(c)
        });
        if breaks && !closing && !c.is_whitespace() && at > start {
            words.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    words.push(&text[start..]);
    words
}

/// A number with its thousands set apart.
pub(super) fn grouped(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let (whole, rest) = match digits.find('.') {
        Some(point) => digits.split_at(point),
        None => (digits, ""),
    };
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_broken_where_people_would() {
        assert_eq!(lines("Key account east", 10.0, 70.0), ["Key account", "east"]);
        assert_eq!(lines("Key account east", 10.0, 60.0), ["Key", "account", "east"]);
        assert_eq!(lines("商务洽谈", 10.0, 25.0), ["商务", "洽谈"]);
        assert_eq!(lines("(甲)乙，丙", 10.0, 31.0), ["(甲)", "乙，丙"]);
        assert_eq!(lines("", 10.0, 25.0), [""]);
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, expected) in
            [("0", "0"), ("-1234.50", "-1,234.50"), ("999", "999"), ("1000000", "1,000,000")]
        {
            assert_eq!(grouped(number), expected);
        }
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_it_may_and_nothing_is_lost(
            text in "[a-zA-Z ,商机阶段项目。]{0,60}", most in 20.0_f64..200.0
        ) {
            let lines = lines(&text, 12.0, most);
            for line in &lines {
                prop_assert!(width(line, 12.0) <= most + 1e-6, "{line:?}");
            }
            let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(solid(&lines.concat()), solid(&text));
        }
    }
}
