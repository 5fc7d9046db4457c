//! How alike two texts are: 100 when equal, symmetric.

use rapidfuzz::distance::{jaro_winkler, osa};
use std::cmp::Ordering;

/// From here on two words count as the same word misspelt.
const SAME_WORD: u8 = 86;
/// A word and its beginning, e.g. `delicatessen` and `deli`.
const ABBREVIATED: u8 = 90;
/// The same words in another order.
pub(crate) const REORDERED: u8 = 97;
/// All words of a text are in the other, which has more.
const CONTAINED: u8 = 88;
/// Shorter texts are contained in others by chance.
const LONG_ENOUGH: usize = 4;
/// More words than these are not compared one by one; no name has them.
const MOST_WORDS: usize = 16;

/// Jaro–Winkler: forgives slips towards the end of a word more than in front. For names.
///
/// W. E. Winkler (1990), as in the module docs of the crate.
pub(crate) fn of_words(one: &str, other: &str) -> u8 {
    match one.cmp(other) {
        Ordering::Equal => 100,
        // In one order always, because the measure takes the first best partner of a letter.
        Ordering::Less => percent(jaro_winkler::similarity(one.chars(), other.chars())),
        Ordering::Greater => percent(jaro_winkler::similarity(other.chars(), one.chars())),
    }
}

/// One minus the optimal string alignment distance by the longer length: a letter too many, too few,
/// wrong, or two exchanged are one slip each. For numbers, Chinese and longer texts.
///
/// F. J. Damerau, Communications of the ACM 7 (1964), in its restricted form.
pub(crate) fn of_slips(one: &str, other: &str) -> u8 {
    if one == other { 100 } else { percent(osa::normalized_similarity(one.chars(), other.chars())) }
}

/// The same for several words, in any order: the words are paired, best first, and count by length.
pub(crate) fn of_phrases(one: &[Box<str>], other: &[Box<str>]) -> u8 {
    if one == other {
        return 100;
    }
    let (one, other) = (&one[..one.len().min(MOST_WORDS)], &other[..other.len().min(MOST_WORDS)]);
    let pairs = paired(one, other);
    if one.len() == other.len() && pairs.len() == one.len() && pairs.iter().all(|p| p.alike == 100)
    {
        return REORDERED;
    }
    let length = |words: &[Box<str>]| words.iter().map(|word| word.chars().count()).sum::<usize>();
    let (one_length, other_length) = (length(one), length(other));
    let (mut of_one, mut of_other) = (0, 0);
    for pair in &pairs {
        of_one += usize::from(pair.alike) * one[pair.left].chars().count();
        of_other += usize::from(pair.alike) * other[pair.right].chars().count();
    }
    if one_length == 0 || other_length == 0 {
        return 0;
    }
    // Dice's coefficient over letters (L. R. Dice, Ecology 26, 1945), or how far the shorter is inside.
    let shared = (of_one + of_other) / (one_length + other_length);
    let inside = match one_length.cmp(&other_length) {
        Ordering::Less => of_one / one_length,
        Ordering::Greater => of_other / other_length,
        Ordering::Equal => shared,
    };
    let inside = if one_length.min(other_length) >= LONG_ENOUGH { inside } else { 0 };
    let best = shared.max(inside * usize::from(CONTAINED) / 100);
    u8::try_from(best.min(usize::from(REORDERED))).unwrap_or(0)
}

/// The same for Chinese, which has no blanks: by slips, or the same characters in another order, or
/// all of the shorter in a row in the other.
pub(crate) fn of_chinese(one: &str, other: &str) -> u8 {
    let slips = of_slips(one, other);
    if slips == 100 {
        return slips;
    }
    let sorted = |text: &str| {
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters
    };
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() == long.len()
        && short.chars().count() >= LONG_ENOUGH
        && sorted(one) == sorted(other)
    {
        return REORDERED;
    }
    let inside = short.chars().count() >= LONG_ENOUGH && long.contains(short);
    if inside { slips.max(CONTAINED) } else { slips }
}

struct Paired {
    left: usize,
    right: usize,
    alike: u8,
}

fn paired(one: &[Box<str>], other: &[Box<str>]) -> Vec<Paired> {
    let mut possible = Vec::new();
    for (left, a) in one.iter().enumerate() {
        for (right, b) in other.iter().enumerate() {
            let alike = of_one_word(a, b);
            if alike > 0 {
                possible.push(Paired { left, right, alike });
            }
        }
    }
    // By the words themselves where two are equally alike, so that the order of the sides is no matter.
    let words = |pair: &Paired| {
        let (a, b) = (&one[pair.left], &other[pair.right]);
        if a <= b { (a, b) } else { (b, a) }
    };
    possible.sort_by(|x, y| y.alike.cmp(&x.alike).then_with(|| words(x).cmp(&words(y))));
    let (mut left, mut right) = ([false; MOST_WORDS], [false; MOST_WORDS]);
    possible.retain(|pair| {
        let free = !left[pair.left] && !right[pair.right];
        if free {
            left[pair.left] = true;
            right[pair.right] = true;
        }
        free
    });
    possible
}

/// How alike two words are, or 0 if they are two words.
fn of_one_word(one: &str, other: &str) -> u8 {
    if one == other {
        return 100;
    }
    // Slips in both of the first two letters are not forgiven, which saves most of the work.
    let start = |text: &str| [text.chars().next(), text.chars().nth(1).or(text.chars().next())];
    let (begin, begin_other) = (start(one), start(other));
    if !begin.iter().any(|letter| begin_other.contains(letter)) {
        return 0;
    }
    let digits = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
    if digits(one) || digits(other) {
        return 0;
    }
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let alike = of_words(one, other);
    if alike >= SAME_WORD {
        alike
    } else if short.len() >= 3 && long.starts_with(short) {
        ABBREVIATED
    } else {
        0
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1 gives 0 to 99")]
fn percent(share: f64) -> u8 {
    // Only equal texts are 100, however long they are.
    ((share * 100.0).round() as u8).min(99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn phrase(text: &str) -> Vec<Box<str>> {
        text.split(' ').map(Into::into).collect()
    }

    fn phrases(one: &str, other: &str) -> u8 {
        of_phrases(&phrase(one), &phrase(other))
    }

    #[test]
    fn the_measures_give_their_published_examples() {
        // Winkler 1990, table 1, and Damerau's single transposition.
        assert_eq!(of_words("martha", "marhta"), 96);
        assert_eq!(of_words("dwayne", "duane"), 84);
        assert_eq!(of_words("dixon", "dicksonx"), 81);
        assert_eq!(of_slips("19420221", "19422021"), 88);
    }

    #[test]
    fn phrases_are_alike_whatever_the_order() {
        assert_eq!(phrases("hotel bel air", "bel air hotel"), REORDERED);
        assert_eq!(phrases("palace", "palace court"), CONTAINED);
        assert!(phrases("arts deli", "arts delicatessen") >= 90);
        assert!(phrases("second street grille", "second street grill") >= 95);
        assert!(phrases("blue moon", "red sun") < 40);
        assert_eq!(phrases("w 51st st", "w 52nd st"), 42);
    }

    #[test]
    fn chinese_is_alike_by_characters() {
        assert_eq!(of_chinese("上海宏图软件", "宏图软件上海"), REORDERED);
        assert_eq!(of_chinese("上海宏图软件", "宏图软件"), CONTAINED);
        assert_eq!(of_chinese("上海宏图软件", "北京宏图软件"), 67);
        assert_eq!(of_chinese("王伟", "伟王"), 50);
    }

    proptest! {
        #[test]
        fn the_measures_are_symmetric(a in "[abc ]{0,12}", b in "[abc ]{0,12}") {
            prop_assert_eq!(of_words(&a, &b), of_words(&b, &a));
            prop_assert_eq!(of_slips(&a, &b), of_slips(&b, &a));
            prop_assert_eq!(of_chinese(&a, &b), of_chinese(&b, &a));
            prop_assert_eq!(phrases(&a, &b), phrases(&b, &a));
            prop_assert_eq!(phrases(&a, &a), 100);
        }
    }
}
