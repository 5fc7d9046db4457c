//! The text of a filter.
//!
//! ```text
//! filter     = any { "AND" any }              OR binds more tightly than AND, as in AIP-160
//! any        = term { "OR" term }
//! term       = [ "NOT" | "-" ] simple
//! simple     = "(" filter ")" | field operator operand
//! operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":"
//! operand    = quoted | word | "null" | "*" | "now()" | "me()" | "days_ago(" number ")"
//! ```
//!
//! A text in quotes, `"` or `'`, may hold anything; `\` before a quote or another `\` makes it
//! ordinary. A word ends at a blank, a quote, a parenthesis, a comma or one of `= < > ! *`. There
//! are no wildcards.

use super::{
    Comparison, Filter, Located, MAX_DAYS, MAX_DEPTH, Operand, Operator, Part, Spot, bad_filter,
};
use guanxi_kernel::problem::{FieldError, OUT_OF_RANGE};

/// The longest text.
pub const MAX_CHARACTERS: usize = 1024;
/// Comparisons of one text at most.
pub const MAX_COMPARISONS: usize = 30;

const KEYWORDS: &[&str] = &["AND", "OR", "NOT"];

type Read<T> = Result<T, FieldError>;

/// Reads the text of a filter.
///
/// # Errors
/// `bad_filter` with the byte at which something else was expected, and what.
pub fn parse(text: &str) -> Read<Located> {
    if let Some((end, _)) = text.char_indices().nth(MAX_CHARACTERS) {
        return Err(bad_filter(end, format!("at most {MAX_CHARACTERS} characters")));
    }
    let mut parser = Parser { text, at: 0, open: 0, spots: Vec::new() };
    let filter = parser.all()?;
    parser.blanks();
    if !parser.rest().is_empty() {
        return parser.refuse("AND, OR or the end");
    }
    if let Some(spot) = filter.too_deep().and_then(|number| parser.spots.get(number)) {
        let expected = format!("at most {MAX_DEPTH} levels of AND, OR and NOT");
        return Err(spot.refuse(Part::Field, &OUT_OF_RANGE, expected));
    }
    Ok(Located { filter, spots: parser.spots })
}

struct Parser<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
    /// Parentheses that are open.
    open: usize,
    spots: Vec<Spot>,
}

fn in_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')
}

fn in_word(letter: char) -> bool {
    !letter.is_whitespace()
        && !matches!(letter, '(' | ')' | '"' | '\'' | ',' | '=' | '<' | '>' | '!' | '*')
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// The letters from here on that are `wanted`.
    fn take(&mut self, wanted: fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|letter| !wanted(letter)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn eat(&mut self, sign: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn eat_keyword(&mut self, word: &str) -> bool {
        self.blanks();
        let after = self.rest().strip_prefix(word);
        let found = after.is_some_and(|after| !after.starts_with(in_name));
        if found {
            self.at += word.len();
        }
        found
    }

    fn refuse<T>(&self, expected: &str) -> Read<T> {
        Err(bad_filter(self.at, expected))
    }

    fn all(&mut self) -> Read<Filter> {
        let mut parts = vec![self.any()?];
        while self.eat_keyword("AND") {
            parts.push(self.any()?);
        }
        Ok(Filter::group(parts, Filter::All))
    }

    fn any(&mut self) -> Read<Filter> {
        let mut parts = vec![self.term()?];
        while self.eat_keyword("OR") {
            parts.push(self.term()?);
        }
        Ok(Filter::group(parts, Filter::Any))
    }

    fn term(&mut self) -> Read<Filter> {
        if self.eat_keyword("NOT") || self.eat("-") {
            return Ok(Filter::Not(Box::new(self.simple()?)));
        }
        self.simple()
    }

    fn simple(&mut self) -> Read<Filter> {
        self.blanks();
        if !self.rest().starts_with('(') {
            return self.comparison();
        }
        if self.open == MAX_DEPTH {
            return self.refuse(&format!("at most {MAX_DEPTH} open parentheses"));
        }
        self.at += 1;
        self.open += 1;
        let inner = self.all()?;
        if !self.eat(")") {
            return self.refuse("AND, OR or )");
        }
        self.open -= 1;
        Ok(inner)
    }

    fn comparison(&mut self) -> Read<Filter> {
        let field = self.at;
        if self.spots.len() == MAX_COMPARISONS {
            return self.refuse(&format!("at most {MAX_COMPARISONS} comparisons"));
        }
        let name = self.take(in_name);
        if name.is_empty() || KEYWORDS.contains(&name) {
            return Err(bad_filter(field, "a field"));
        }
        self.blanks();
        let at = self.at;
        let signs = Operator::SIGNS;
        let Some((sign, operator)) = signs.iter().find(|(sign, _)| self.rest().starts_with(sign))
        else {
            return self.refuse("one of = != < <= > >= :");
        };
        self.at += sign.len();
        self.blanks();
        self.spots.push(Spot::Text { field, operator: at, operand: self.at });
        let operand = self.operand()?;
        Ok(Filter::Is(Comparison { field: name.to_owned(), operator: *operator, operand }))
    }

    fn operand(&mut self) -> Read<Operand> {
        let start = self.at;
        match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => return self.quoted(quote),
            Some('*') => {
                self.at += 1;
                return Ok(Operand::Anything);
            }
            _ => {}
        }
        let word = self.take(in_word);
        if word.is_empty() || KEYWORDS.contains(&word) {
            return Err(bad_filter(start, "a value"));
        }
        if self.rest().starts_with('(') {
            return self.call(word, start);
        }
        Ok(if word == "null" { Operand::Null } else { Operand::Text(word.to_owned()) })
    }

    fn call(&mut self, name: &str, start: usize) -> Read<Operand> {
        self.at += 1;
        self.blanks();
        let at = self.at;
        let argument = self.take(|letter| letter == '-' || letter.is_ascii_digit());
        let operand = match (name, argument) {
            ("now", "") => Operand::Now,
            ("me", "") => Operand::Me,
            ("days_ago", days) => match days.parse() {
                Ok(days) if (-MAX_DAYS..=MAX_DAYS).contains(&days) => Operand::DaysAgo(days),
                _ => return Err(bad_filter(at, days_expected())),
            },
            ("now" | "me", _) => return Err(bad_filter(at, ")")),
            _ => return Err(bad_filter(start, "one of now(), days_ago(n), me()")),
        };
        if self.eat(")") { Ok(operand) } else { self.refuse(")") }
    }

    fn quoted(&mut self, quote: char) -> Read<Operand> {
        let mut text = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some((_, plain @ ('\\' | '"' | '\''))) => text.push(plain),
                    _ => return Err(bad_filter(self.at + at + 1, "\\, \" or ' behind \\")),
                },
                end if end == quote => {
                    self.at += at + 1;
                    return Ok(Operand::Text(text));
                }
                letter => text.push(letter),
            }
        }
        Err(bad_filter(self.text.len(), format!("a closing {quote}")))
    }
}

/// What `days_ago` takes, for people.
pub(super) fn days_expected() -> String {
    format!("a whole number of days from -{MAX_DAYS} to {MAX_DAYS}")
}

#[cfg(test)]
mod tests;
