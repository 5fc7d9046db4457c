//! Which passwords too many people choose, written as rules instead of as a long list.
//!
//! Where twelve characters are the least, next to nothing is left of the lists of leaked
//! passwords: under two hundred of a well-known twenty thousand are that long. Those, and what
//! guessing programs try next, are put together: a familiar word and a year, a walk over the
//! keyboard, a repetition. So the text is taken apart into as few pieces as possible; a piece
//! is
//!
//! - one of [`WORDS`], also with look-alikes: `p4ssw0rd`,
//! - a walk along one of [`LINES`], either way, of three characters or more: `qwertz`, `4321`,
//! - a repetition of what stands before it: the second half of `abcabc`, all but one of `!!!!`,
//! - up to four digits: a year, half a date,
//! - or else a single character.
//!
//! What needs no more than four pieces is common, as is what has no more than four different
//! characters. That includes sixteen digits, whatever they are: people know them as numbers. Each
//! word makes a common password with each year, number and sign, so the rules stand for a list of
//! many thousands, which a test counts.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

/// What takes no more pieces is common: a word, a year, a sign and one to spare.
const MOST_PIECES: usize = 4;
/// So many characters are looked at: as many as a password has. Folding makes eighteen of some.
const LOOKED_AT: usize = 128;
/// What has no more different characters is common.
const MOST_DIFFERENT: usize = 4;
/// Fewer characters in a row are chance, not a walk.
const STEP: usize = 3;
/// More digits in a row are several pieces.
const MOST_DIGITS: usize = 4;

/// Words that passwords are made of: the favourites themselves, names, teams, places, games,
/// makes, months, the same in other languages, and what is said of a password.
#[rustfmt::skip]
pub(super) const WORDS: &[&str] = &[
    // What a password is, and who has one.
    "password", "passwort", "parol", "parola", "passwd", "pass", "passphrase", "secret", "geheim",
    "admin", "administrator", "root", "user", "guest", "login", "logon", "welcome", "willkommen",
    "bienvenue", "changeme", "change", "default", "temp", "temporary", "test", "tester",
    "testing", "demo", "example", "sample", "letmein", "open", "access", "master", "super",
    "superuser", "manager", "office", "company", "service", "support", "system", "server",
    "computer", "internet", "windows", "microsoft", "google", "facebook", "linkedin", "twitter",
    "yahoo", "gmail", "hotmail", "android", "samsung", "iphone", "apple", "nokia", "sony",
    "ericsson", "playstation", "nintendo", "xbox", "database", "oracle", "cisco", "linux",
    "ubuntu", "hello", "hallo", "private", "please", "trustno", "whatever", "nothing",
    "something", "forget", "forgot", "remember", "security", "secure", "money", "business",
    "professional", "international", "customer", "guanxi",
    // What is loved.
    "love", "loveme", "loveyou", "iloveyou", "ilove", "forever", "together", "always", "never",
    "baby", "angel", "princess", "prince", "queen", "king", "sunshine", "flower", "rainbow",
    "butterfly", "heaven", "jesus", "christ", "god", "ingod", "trust", "bless", "lucky", "happy",
    "family", "familiya", "friend", "friends", "mother", "father", "sister", "brother", "daddy",
    "mommy", "honey", "monster", "fallen", "light", "power", "sweet", "sweetheart", "darling",
    "lover", "chocolate", "cookie", "peanut", "butter", "banana", "orange", "cherry", "coffee",
    "pepper", "ginger", "candy", "sugar", "purple", "silver", "golden", "yellow", "green",
    "black", "white", "diamond", "crystal", "summer", "winter", "spring", "autumn", "fall",
    "january", "february", "march", "april", "june", "july", "august", "september", "october",
    "november", "december", "monday", "friday", "sunday", "morning", "night", "dream",
    // Beasts and heroes.
    "dragon", "monkey", "tiger", "lion", "eagle", "falcon", "horse", "kitty", "doggy", "dolphin",
    "panther", "wolf", "bear", "mustang", "shadow", "ninja", "warrior", "hunter", "killer",
    "wizard", "magic", "phoenix", "thunder", "storm", "fire", "star", "moon", "batman",
    "superman", "spider", "spiderman", "ironman", "starwars", "skywalker", "pokemon", "pikachu",
    "naruto", "matrix", "hannah", "montana", "harry", "potter", "transformers", "supernatural",
    "jamesbond", "edward", "cullen", "mickey", "mouse", "donald", "snoopy", "garfield", "simpson",
    "terminator",
    // Play.
    "game", "games", "modern", "football", "baseball", "basketball", "soccer", "hockey", "tennis",
    "golf", "gamer", "player", "minecraft", "fortnite", "counter", "strike", "final", "fantasy",
    "resident", "evil", "combat", "needforspeed", "warcraft", "starcraft", "diablo", "zelda",
    "liverpool", "chelsea", "arsenal", "manchester", "united", "barcelona", "madrid", "juventus",
    "milan", "internazionale", "bayern", "yankees", "lakers", "cowboys", "steelers", "ferrari",
    "porsche", "mercedes", "harley", "davidson", "corvette", "camaro", "yamaha", "honda",
    "toyota", "guitar", "music", "metallica", "nirvana", "stratocaster", "direction", "justin",
    "bieber", "lavigne", "avril", "jackson", "eminem",
    // Names and places.
    "michael", "jennifer", "jessica", "ashley", "amanda", "andrew", "anthony", "daniel", "david",
    "charlie", "christopher", "christian", "alexander", "alexandra", "elizabeth", "george",
    "jonathan", "jordan", "joseph", "joshua", "john", "james", "maria", "marina", "martin",
    "matthew", "nicole", "nicholas", "patrick", "rachel", "richard", "robert", "samantha",
    "samuel", "sebastian", "stephanie", "steven", "thomas", "victoria", "vanessa", "william",
    "andrea", "natasha", "anna", "ekaterina", "america", "american", "london", "paris", "berlin",
    "moscow", "newyork", "orleans", "california", "texas", "dallas", "boston", "chicago",
    "canada", "china", "beijing", "shanghai", "hongkong", "england", "deutschland", "germany",
    "france", "russia",
    // The same in other languages.
    "ichliebedich", "schatz", "sonnenschein", "teamo", "tequiero", "amor", "corazon", "jetaime",
    "doudou", "soleil", "bonjour", "chouchou", "marseille", "azerty", "seniseviyorum",
    "przyjaciel", "telechargement", "cosmopolitan", "polska", "kochanie", "ciao", "amore",
    "woaini", "woaiwojia", "tianya", "laopo", "laogong", "wangyi", "taobao", "zhang", "wang",
    "520", "1314", "888", "666", "gfhjkm", "ghbdtn", "rfrltkf", "imya", "пароль", "привет",
    "любовь", "йцукен", "наташа", "солнышко", "密码", "我爱你", "你好",
    // What people think nobody thinks of.
    "fuckyou", "fuck", "fucker", "shit", "asshole", "bitch", "sexy", "hate", "ihate",
    "leavemealone", "nopassword", "thispassword", "mypassword", "newpassword", "the", "this",
    "that", "is", "my", "me", "you", "your", "for", "and", "not", "mega", "new", "old", "one",
    "our",
];

/// Along what fingers and thoughts walk: alphabets, and the rows and columns of keyboards. Those
/// that go round begin again.
#[rustfmt::skip]
const LINES: &[&str] = &[
    "12345678901234567890", "1234567891011121314151617181920",
    "0102030405060708091011121314151617181920", "112233445566778899001122",
    "102030405060708090100", "24681012141618202224", "abcdefghijklmnopqrstuvwxyzabc",
    "aabbccddeeffgghhiijjkk", "1a2b3c4d5e6f7g8h9i0j", "a1b2c3d4e5f6g7h8i9j0", "1234567890-=",
    "!@#$%^&*()_+", "!\"§$%&/()=?", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiopü+",
    "yxcvbnm,.-", "azertyuiop", "qsdfghjklm", "wxcvbn,;:!", "йцукенгшщзхъ", "фывапролджэ",
    "ячсмитьбю", "qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1qazxsw23edcvfr45tgbnhy6", "zaq1xsw2cde3vfr4bgt5nhy6mju7", "zaq12wsxcde34rfvbgt56yhn",
    "qazxswedcvfrtgbnhyujm", "1q2w3e4r5t6y7u8i9o0p-[=]", "q1w2e3r4t5y6u7i8o9p0[-]=",
    "1a2s3d4f5g6h7j8k9l", "1z2x3c4v5b6n7m", "0p9o8i7u6y5t4r3e2w1q", "qweasdzxc", "qwerasdfzxcv",
    "qwertyasdfghzxcvbn", "qweqweqwe", "147258369147", "159753159753", "741852963741",
];

/// Each three neighbours on one of the lines, either way: a walk is one such step after another.
static STEPS: LazyLock<HashSet<Vec<char>>> = LazyLock::new(|| {
    let there = LINES.iter().map(|line| line.chars().collect::<Vec<_>>());
    let back = LINES.iter().map(|line| line.chars().rev().collect());
    there
        .chain(back)
        .flat_map(|line| line.windows(STEP).map(<[char]>::to_vec).collect::<Vec<_>>())
        .collect()
});

/// Whether too many would think of this text. It must be folded: without regard to case.
pub(super) fn is_common(folded: &str) -> bool {
    let text: Vec<char> = folded.chars().take(LOOKED_AT).collect();
    let different = text.iter().collect::<BTreeSet<_>>().len();
    different <= MOST_DIFFERENT || fewest_pieces(&text) <= MOST_PIECES
}

/// Into how few pieces the text can be taken apart.
fn fewest_pieces(text: &[char]) -> usize {
    // fewest[i]: for the first i characters. Final when the loop comes to i, as all pieces go on.
    let mut fewest: Vec<usize> = (0..=text.len()).collect();
    for at in 0..text.len() {
        let rest = &text[at..];
        let stretch = walk(rest).max(digits(rest)).max(repetition(text, at)).max(1);
        for length in (1..=stretch).chain(words(rest)) {
            fewest[at + length] = fewest[at + length].min(fewest[at] + 1);
        }
    }
    fewest[text.len()]
}

/// The lengths of the words that the text begins with.
fn words(text: &[char]) -> impl Iterator<Item = usize> {
    WORDS.iter().filter_map(|word| {
        let mut letters = 0;
        for letter in word.chars() {
            text.get(letters).filter(|c| stands_for(**c, letter))?;
            letters += 1;
        }
        Some(letters)
    })
}

/// Whether people write this character for that letter.
fn stands_for(written: char, letter: char) -> bool {
    written == letter
        || matches!(
            (written, letter),
            ('0', 'o')
                | ('1' | '!' | '|', 'i' | 'l')
                | ('3' | '€', 'e')
                | ('4' | '@', 'a')
                | ('5' | '$', 's')
                | ('7' | '+', 't')
                | ('8', 'b')
                | ('9', 'g')
        )
}

/// How far the text begins with a walk; 0 if it is too short for one.
fn walk(text: &[char]) -> usize {
    match text.windows(STEP).take_while(|step| STEPS.contains(*step)).count() {
        0 => 0,
        steps => steps + STEP - 1,
    }
}

/// How many digits the text begins with, as far as they are one piece.
fn digits(text: &[char]) -> usize {
    text.iter().take(MOST_DIGITS).take_while(|c| c.is_numeric()).count()
}

/// How far the text from here on repeats what stands just before.
fn repetition(text: &[char], at: usize) -> usize {
    (1..=at).map(|period| shared(&text[at - period..], &text[at..])).max().unwrap_or(0)
}

/// With how many characters both begin.
fn shared(one: &[char], other: &[char]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_stand_for_a_list_of_many_thousands() {
        let years = (1980..=2030).map(|year| year.to_string());
        let numbers = ["1", "12", "123", "1234", "12345", "123456", "123!", "!!", "@123", "#1"];
        let ends: Vec<String> = years.chain(numbers.map(String::from)).collect();
        let pairs =
            WORDS.iter().flat_map(|word| ends.iter().map(move |end| format!("{word}{end}")));
        let long: BTreeSet<String> = pairs.filter(|pair| pair.chars().count() >= 12).collect();
        assert!(long.len() >= 3_000, "{}", long.len());
        let passed: Vec<_> = long.iter().filter(|password| !is_common(password)).collect();
        assert!(passed.is_empty(), "{passed:?}");
    }

    #[test]
    fn what_guessers_try_first_is_common() {
        let tried = [
            "password1234",
            "p@$$w0rd2024!",
            "passwordpassword",
            "letmein123456",
            "qwertyuiop12",
            "qwertyuiop[]",
            "1qaz2wsx3edc",
            "1q2w3e4r5t6y",
            "zaq1xsw2cde3",
            "qwe123qwe123",
            "asdfghjkl123",
            "zxcvbnm,./zxc",
            "123456789012",
            "210987654321",
            "111111111111",
            "abababababab",
            "abcabcabcabc",
            "123123123123",
            "abcdefghijkl",
            "!@#$%^&*()_+",
            "iloveyou1234",
            "ilovemyfamily",
            "summer2024!!",
            "welcome@2025",
            "changeme1234",
            "administrator",
            "christopher1",
            "manchesterunited",
            "19850412!!!!",
            "woaini1314520",
            "5201314woaini",
            "010219900304",
            "пароль123456",
            "ghbdtnghbdtn",
        ];
        for password in tried {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn what_took_some_thought_is_not() {
        let thought = [
            "correct horse battery staple",
            "tr0ub4dor&3x",
            "v8#kq2!zmw0p",
            "the quick brown fox jumps",
            "mein hund frisst kreide",
            "giraffe-lamp-42-teapot",
            "wo zuo tian mai le ji zhi bi",
            "xk9#mv2$xk9#mv2!",
            "我昨天在市场买了三斤苹果回家",
        ];
        for password in thought {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn the_longest_password_is_looked_at_quickly() {
        let text = "qwfpgjluyarstdhneiozxcvbkm".repeat(100);
        let began = std::time::Instant::now();
        is_common(&text);
        assert!(began.elapsed() < std::time::Duration::from_secs(1), "{:?}", began.elapsed());
    }
}
