//! Writing codes by a scheme, and reading them. Nothing here needs a store.

use crate::problems::{NOT_A_SOURCE_CODE, SCHEME_INCOMPLETE};
use guanxi_customers::rules::refuse;
use guanxi_kernel::{
    Problem, Result, Word as _,
    problem::{INVALID_FORMAT, OUT_OF_RANGE},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a part of a code says.
    pub enum SchemePartKind {
        /// The letters of the medium.
        Medium = "medium" ("Medium", "媒介"),
        /// The test group.
        TestGroup = "test_group" ("Test group", "测试组"),
        /// The list of customers.
        List = "list" ("Customer list", "客户名单"),
        /// The month, as two digits.
        Month = "month" ("Month", "月份"),
        /// The last digits of the year.
        Year = "year" ("Year", "年份"),
    }
}

guanxi_kernel::words! {
    /// Which characters a part is made of.
    pub enum SchemeAlphabet {
        /// A to Z.
        Letters = "letters" ("Letters", "字母"),
        /// 0 to 9.
        Digits = "digits" ("Digits", "数字"),
        /// Both.
        Alphanumeric = "alphanumeric" ("Letters and digits", "字母和数字"),
    }
}

/// A part of every code of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemePart {
    /// What it says.
    pub kind: SchemePartKind,
    /// How many characters it has: two of a month, one to four of anything else.
    #[validate(range(min = 1, max = 4))]
    #[schema(minimum = 1, maximum = 4)]
    pub length: u8,
    /// Which characters it is made of: digits for months and years.
    pub alphabet: SchemeAlphabet,
}

const fn part(kind: SchemePartKind, length: u8, alphabet: SchemeAlphabet) -> SchemePart {
    SchemePart { kind, length, alphabet }
}

/// The seven characters that are usual: medium, test group, list, month, year.
pub const STANDARD: &[SchemePart] = &[
    part(SchemePartKind::Medium, 1, SchemeAlphabet::Letters),
    part(SchemePartKind::TestGroup, 1, SchemeAlphabet::Letters),
    part(SchemePartKind::List, 2, SchemeAlphabet::Digits),
    part(SchemePartKind::Month, 2, SchemeAlphabet::Digits),
    part(SchemePartKind::Year, 1, SchemeAlphabet::Digits),
];

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCodeParts {
    /// The letters of the medium.
    pub medium: String,
    /// The test group.
    pub test_group: String,
    /// The list of customers.
    pub list: String,
    /// The month, from 1 to 12.
    pub month: i64,
    /// The year with all its digits.
    pub year: i64,
}

/// What can be read from a code alone: of the year only the last digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The letters of the medium.
    pub medium: String,
    /// The test group.
    pub test_group: String,
    /// The list of customers.
    pub list: String,
    /// The month, from 1 to 12.
    pub month: i64,
    year_end: i64,
    turn: i64,
}

impl SchemeAlphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Letters => byte.is_ascii_uppercase(),
            Self::Digits => byte.is_ascii_digit(),
            Self::Alphanumeric => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        }
    }
}

impl SchemePart {
    fn fits(self, text: &str) -> bool {
        text.len() == usize::from(self.length) && text.bytes().all(|byte| self.alphabet.holds(byte))
    }

    /// What it looks like, for people.
    fn expected(self) -> String {
        format!("{} of {}", self.length, self.alphabet.word())
    }

    fn refusal(self) -> Problem {
        let place = format!("/{}", self.kind.word());
        refuse(&INVALID_FORMAT, place, ("expected", &self.expected()))
    }
}

/// Refuses parts that could not be read again.
///
/// # Errors
/// `scheme_incomplete`; `out_of_range` or `invalid_format` at a part.
pub(super) fn check(parts: &[SchemePart]) -> Result<()> {
    let kinds: BTreeSet<SchemePartKind> = parts.iter().map(|part| part.kind).collect();
    if kinds.len() != SchemePartKind::ALL.len() || parts.len() != kinds.len() {
        return Err(SCHEME_INCOMPLETE.at("/parts"));
    }
    for (at, part) in parts.iter().enumerate() {
        let dated = matches!(part.kind, SchemePartKind::Month | SchemePartKind::Year);
        if dated && part.alphabet != SchemeAlphabet::Digits {
            let place = format!("/parts/{at}/alphabet");
            return Err(refuse(&INVALID_FORMAT, place, ("expected", "digits")));
        }
        if part.kind == SchemePartKind::Month && part.length != 2 {
            let place = format!("/parts/{at}/length");
            return Err(refuse(&OUT_OF_RANGE, place, ("expected", "2")));
        }
    }
    Ok(())
}

/// Writes a code.
///
/// # Errors
/// `invalid_format` at the member that does not fit its part; `out_of_range` at `/month` and `/year`.
pub fn encode(scheme: &[SchemePart], of: &SourceCodeParts) -> Result<String> {
    if !(1..=12).contains(&of.month) {
        return Err(refuse(&OUT_OF_RANGE, "/month", ("expected", "1 to 12")));
    }
    if !(1900..=2200).contains(&of.year) {
        return Err(refuse(&OUT_OF_RANGE, "/year", ("expected", "1900 to 2200")));
    }
    let mut code = String::new();
    for part in scheme {
        let text = match part.kind {
            SchemePartKind::Medium => of.medium.clone(),
            SchemePartKind::TestGroup => of.test_group.clone(),
            SchemePartKind::List => of.list.clone(),
            SchemePartKind::Month => format!("{:02}", of.month),
            SchemePartKind::Year => {
                let digits = format!("{:04}", of.year);
                digits[4 - usize::from(part.length.min(4))..].to_owned()
            }
        };
        if !part.fits(&text) {
            return Err(part.refusal());
        }
        code.push_str(&text);
    }
    Ok(code)
}

/// Reads a code that somebody has written, in capitals or not.
///
/// # Errors
/// `not_a_source_code`.
pub fn decode(scheme: &[SchemePart], code: &str) -> Result<Decoded> {
    let refused = || NOT_A_SOURCE_CODE.problem();
    let code = code.trim().to_ascii_uppercase();
    let length: usize = scheme.iter().map(|part| usize::from(part.length)).sum();
    if code.len() != length || !code.is_ascii() {
        return Err(refused());
    }
    let mut read = Decoded {
        medium: String::new(),
        test_group: String::new(),
        list: String::new(),
        month: 0,
        year_end: 0,
        turn: 1,
    };
    let mut from = 0;
    for part in scheme {
        let until = from + usize::from(part.length);
        let text = &code[from..until];
        from = until;
        if !part.fits(text) {
            return Err(refused());
        }
        let number = || text.parse::<i64>().map_err(|_| refused());
        match part.kind {
            SchemePartKind::Medium => text.clone_into(&mut read.medium),
            SchemePartKind::TestGroup => text.clone_into(&mut read.test_group),
            SchemePartKind::List => text.clone_into(&mut read.list),
            SchemePartKind::Month => read.month = number()?,
            SchemePartKind::Year => {
                (read.year_end, read.turn) = (number()?, 10_i64.pow(u32::from(part.length)));
            }
        }
    }
    if (1..=12).contains(&read.month) { Ok(read) } else { Err(refused()) }
}

impl Decoded {
    /// What it stands for when it was written in `year` or before: the latest year that ends like that.
    pub fn not_after(&self, year: i64) -> SourceCodeParts {
        let back = (year - self.year_end).rem_euclid(self.turn);
        SourceCodeParts {
            medium: self.medium.clone(),
            test_group: self.test_group.clone(),
            list: self.list.clone(),
            month: self.month,
            year: year - back,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;

    fn parts(medium: &str, test_group: &str, list: &str, month: i64, year: i64) -> SourceCodeParts {
        SourceCodeParts {
            medium: medium.into(),
            test_group: test_group.into(),
            list: list.into(),
            month,
            year,
        }
    }

    #[test]
    fn x_88_seven_characters_are_written() {
        assert_eq!(encode(STANDARD, &parts("D", "B", "02", 8, 2007)).unwrap(), "DB02087");
        let lengths: Vec<u8> = STANDARD.iter().map(|part| part.length).collect();
        assert_eq!(lengths, [1, 1, 2, 2, 1]);
        for (wrong, at) in [
            (parts("D", "B", "02", 13, 2007), "/month"),
            (parts("D", "B", "02", 0, 2007), "/month"),
            (parts("D", "B", "100", 8, 2007), "/list"),
            (parts("D", "B", "2", 8, 2007), "/list"),
            (parts("D", "1", "02", 8, 2007), "/test_group"),
            (parts("DX", "B", "02", 8, 2007), "/medium"),
            (parts("D", "B", "02", 8, 1899), "/year"),
        ] {
            let refused = encode(STANDARD, &wrong).unwrap_err();
            assert_eq!(refused.errors()[0].place, Place::Pointer(at.into()), "{wrong:?}");
        }
    }

    #[test]
    fn x_89_they_are_read_again() {
        let read = |code: &str, year| decode(STANDARD, code).unwrap().not_after(year);
        let expected = parts("D", "B", "02", 8, 2007);
        assert_eq!(read("DB02087", 2008), expected);
        assert_eq!(read(" db02087 ", 2007), expected);
        assert_eq!(read("DB02087", 2006).year, 1997);
        assert_eq!(read("DB02087", 2026).year, 2017);
        assert_eq!(read("DB02087", 2027).year, 2027);
        for wrong in
            ["", "DB0208", "DB020877", "DB02137", "DB02007", "1B02087", "DB0A087", "DB0208七"]
        {
            assert!(decode(STANDARD, wrong).unwrap_err().is(&NOT_A_SOURCE_CODE), "{wrong}");
        }
    }

    #[test]
    fn x_91_schemes_are_data() {
        let long = [
            part(SchemePartKind::Year, 4, SchemeAlphabet::Digits),
            part(SchemePartKind::Month, 2, SchemeAlphabet::Digits),
            part(SchemePartKind::List, 3, SchemeAlphabet::Alphanumeric),
            part(SchemePartKind::Medium, 2, SchemeAlphabet::Letters),
            part(SchemePartKind::TestGroup, 1, SchemeAlphabet::Alphanumeric),
        ];
        assert!(check(&long).is_ok() && check(STANDARD).is_ok());
        let of = parts("EM", "1", "A07", 12, 2026);
        let code = encode(&long, &of).unwrap();
        assert_eq!(code, "202612A07EM1");
        assert_eq!(decode(&long, &code).unwrap().not_after(2030), of);
        let twice = [long[0], long[0], long[2], long[3], long[4]];
        assert!(check(&twice).unwrap_err().is(&SCHEME_INCOMPLETE));
        let mut wrong = long;
        wrong[1].length = 1;
        assert!(check(&wrong).unwrap_err().is(&OUT_OF_RANGE));
        wrong = long;
        wrong[0].alphabet = SchemeAlphabet::Letters;
        assert!(check(&wrong).unwrap_err().is(&INVALID_FORMAT));
    }
}
