//! Formulas of key figures over measures. Pure.
//!
//! ```text
//! formula = term { ( "+" | "-" ) term }
//! term    = factor { ( "*" | "/" ) factor }
//! factor  = number | measure | "(" formula ")" | "-" factor
//! ```
//!
//! A number is a plain decimal, a measure the name of one that can be worked out for a time and an org
//! unit. Amounts are added to amounts only. What divides by zero, or grows beyond what a decimal can hold,
//! has no value.

use super::measured;
use guanxi_kernel::measure::{Measure, MeasureUnit};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Levels of parentheses and signs at most.
const DEEPEST: usize = 10;

/// What is wrong with a formula, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The byte at which something else was expected.
    pub(super) offset: usize,
    /// What.
    pub(super) expected: String,
}

/// A formula that can be worked out.
#[derive(Debug)]
pub(super) struct Formula {
    root: Node,
    /// The measures that it names, each once, in the order of their names.
    pub(super) measures: Vec<&'static Measure>,
    /// The unit of what comes out.
    pub(super) unit: MeasureUnit,
}

#[derive(Debug)]
enum Node {
    Number(Decimal),
    Measure(&'static str),
    Negative(Box<Self>),
    Both(Box<Self>, Sign, Box<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

/// How often money is a factor of something: once of an amount, never of a count or a ratio.
type Power = i32;

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// The first place at which something else was expected.
    pub(super) fn read(text: &str) -> Result<Self, Wrong> {
        let mut reader = Reader { text, at: 0, depth: 0, measures: BTreeMap::new() };
        let (root, power) = reader.sum()?;
        reader.blanks();
        if reader.at < text.len() {
            return reader.refuse("+, -, *, / or the end");
        }
        let unit = if power == 1 { MeasureUnit::Amount } else { MeasureUnit::Number };
        Ok(Self { root, measures: reader.measures.into_values().collect(), unit })
    }

    /// What it comes to with these values; a measure that is not among them is 0.
    pub(super) fn value(&self, values: &BTreeMap<&'static str, Decimal>) -> Option<Decimal> {
        self.root.value(values)
    }
}

impl Node {
    fn value(&self, values: &BTreeMap<&'static str, Decimal>) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Measure(name) => Some(values.get(name).copied().unwrap_or_default()),
            Self::Negative(inner) => inner.value(values).map(|value| -value),
            Self::Both(left, sign, right) => {
                let (left, right) = (left.value(values)?, right.value(values)?);
                match sign {
                    Sign::Plus => left.checked_add(right),
                    Sign::Minus => left.checked_sub(right),
                    Sign::Times => left.checked_mul(right),
                    Sign::Over => left.checked_div(right),
                }
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
    depth: usize,
    measures: BTreeMap<&'static str, &'static Measure>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn refuse<T>(&self, expected: &str) -> Result<T, Wrong> {
        Err(Wrong { offset: self.at, expected: expected.to_owned() })
    }

    /// The next sign, if it is one of these.
    fn sign(&mut self, signs: [(char, Sign); 2]) -> Option<Sign> {
        self.blanks();
        let next = self.rest().chars().next()?;
        let (_, sign) = signs.into_iter().find(|(letter, _)| *letter == next)?;
        self.at += 1;
        Some(sign)
    }

    fn sum(&mut self) -> Result<(Node, Power), Wrong> {
        let (mut left, power) = self.product()?;
        while let Some(sign) = self.sign([('+', Sign::Plus), ('-', Sign::Minus)]) {
            self.blanks();
            let at = self.at;
            let (right, other) = self.product()?;
            if other != power {
                let expected = if power == 1 { "an amount" } else { "something of the same unit" };
                return Err(Wrong { offset: at, expected: expected.to_owned() });
            }
            left = Node::Both(Box::new(left), sign, Box::new(right));
        }
        Ok((left, power))
    }

    fn product(&mut self) -> Result<(Node, Power), Wrong> {
        let (mut left, mut power) = self.factor()?;
        while let Some(sign) = self.sign([('*', Sign::Times), ('/', Sign::Over)]) {
            let (right, other) = self.factor()?;
            power += if sign == Sign::Times { other } else { -other };
            left = Node::Both(Box::new(left), sign, Box::new(right));
        }
        Ok((left, power))
    }

    fn factor(&mut self) -> Result<(Node, Power), Wrong> {
        self.blanks();
        match self.rest().chars().next() {
            Some('(') => {
                self.enter()?;
                let inner = self.sum()?;
                self.blanks();
                if !self.rest().starts_with(')') {
                    return self.refuse("+, -, *, / or )");
                }
                self.at += 1;
                self.depth -= 1;
                Ok(inner)
            }
            Some('-') => {
                self.enter()?;
                let (inner, power) = self.factor()?;
                self.depth -= 1;
                Ok((Node::Negative(Box::new(inner)), power))
            }
            Some(digit) if digit.is_ascii_digit() => self.number(),
            Some(letter) if letter.is_ascii_lowercase() => self.measure(),
            _ => self.refuse("a number, the name of a measure, ( or -"),
        }
    }

    fn enter(&mut self) -> Result<(), Wrong> {
        if self.depth == DEEPEST {
            return self.refuse(&format!("at most {DEEPEST} levels"));
        }
        (self.at, self.depth) = (self.at + 1, self.depth + 1);
        Ok(())
    }

    /// The letters from here on that are wanted.
    fn take(&mut self, wanted: fn(char) -> bool) -> &str {
        let start = self.at;
        let end = self.rest().find(|letter| !wanted(letter)).unwrap_or(self.rest().len());
        self.at += end;
        &self.text[start..self.at]
    }

    fn number(&mut self) -> Result<(Node, Power), Wrong> {
        let offset = self.at;
        let text = self.take(|letter| letter.is_ascii_digit() || letter == '.');
        let number = (text.len() <= 20 && !text.ends_with('.')).then(|| text.parse().ok());
        match number.flatten() {
            Some(number) => Ok((Node::Number(number), 0)),
            None => Err(Wrong { offset, expected: "a decimal such as 0.25".to_owned() }),
        }
    }

    fn measure(&mut self) -> Result<(Node, Power), Wrong> {
        let offset = self.at;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let name = self.take(plain).to_owned();
        let Some(measure) = measured::named(&name) else {
            let known: Vec<&str> = measured::all().map(|one| one.name).collect();
            return Err(Wrong { offset, expected: format!("one of {}", known.join(", ")) });
        };
        self.measures.insert(measure.name, measure);
        let power = Power::from(measure.unit == MeasureUnit::Amount);
        Ok((Node::Measure(measure.name), power))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, values: &[(&'static str, i64)]) -> Option<String> {
        let values = values.iter().map(|(name, value)| (*name, Decimal::from(*value))).collect();
        let value = Formula::read(text).unwrap().value(&values)?;
        Some(value.normalize().to_string())
    }

    #[test]
    fn x_113_a_formula_is_worked_out_by_the_usual_rules() {
        let values = [("visitors", 40), ("orders_taken", 0), ("prospects_won", 6)];
        for (text, expected) in [
            ("1 + 2 * 3", Some("7")),
            ("(1 + 2) * 3", Some("9")),
            ("10 - 2 - 3", Some("5")),
            ("-(2 - 5) / 2", Some("1.5")),
            ("prospects_won / visitors", Some("0.15")),
            ("100 * prospects_won/visitors - 5", Some("10")),
            ("prospects_won / test_drives", None),
        ] {
            assert_eq!(value(text, &values).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn x_113_what_is_wrong_is_told_with_its_place() {
        for (text, offset) in [
            ("", 0),
            ("1 +", 3),
            ("(1 + 2", 6),
            ("1 2", 2),
            ("1. + 2", 0),
            ("visitors + dragons", 11),
            ("visitors $ 2", 9),
            ("won_amount + won_count", 13),
            ("((((((((((( 1 )))))))))))", 10),
        ] {
            assert_eq!(Formula::read(text).unwrap_err().offset, offset, "{text}");
        }
    }

    #[test]
    fn x_113_it_knows_its_measures_and_its_unit() {
        let formula = Formula::read("(won_amount - receipts) / won_count").unwrap();
        let names: Vec<&str> = formula.measures.iter().map(|one| one.name).collect();
        assert_eq!(names, ["receipts", "won_amount", "won_count"]);
        assert_eq!(formula.unit, MeasureUnit::Amount);
        assert_eq!(Formula::read("receipts / won_amount").unwrap().unit, MeasureUnit::Number);
    }
}
