//! What a text with places to fill may say, and what it comes to: clauses of contracts, messages.
//!
//! Paths, conditions and loops over lists, and nothing else: no arithmetic, no calls, no filters, no
//! variables of its own. So a text can only grow with what it is given, a limit of steps bounds the time and
//! a limit of bytes what comes out. Whatever is named and not there is an error, never an empty place.
//!
//! So a missing value is named instead of left out. What could make much of little is refused when a text
//! is saved, as are names that what it is filled from does not have. `minijinja` reads it, strict and
//! without its builtins. Price: numbers cannot be formatted in a text.

use crate::{
    problems::{MISSING_VARIABLE, TEMPLATE_SYNTAX, UNKNOWN_VARIABLE},
    rules::refuse,
};
use guanxi_kernel::{Problem, Result};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::Value as Json;
use std::{collections::BTreeSet, io};

/// Steps of one text at most.
const STEPS: u64 = 100_000;

/// Bytes that one text comes to at most.
const LONGEST: usize = 200_000;

/// What can begin a statement.
const STATEMENTS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor"];

/// What makes up something else than paths and comparisons.
const FORBIDDEN: &[char] = &['*', '~', '+', '/', '%', '|', '(', '[', '{', '\\', '`'];

fn environment<'source>(escape: AutoEscape) -> Environment<'source> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| escape.clone());
    environment.set_fuel(Some(STEPS));
    environment
}

fn wrong(place: &str, why: &str) -> Problem {
    refuse(&TEMPLATE_SYNTAX, place, ("why", why))
}

/// Refuses tags that say something else than a path, a condition or a loop.
fn check_tags(body: &str, place: &str) -> Result<()> {
    let mut rest = body;
    while let Some(at) = rest.find('{') {
        let (open, close) = match rest.as_bytes().get(at + 1) {
            Some(b'{') => ("{{", "}}"),
            Some(b'%') => ("{%", "%}"),
            Some(b'#') => return Err(wrong(place, "no comments")),
            _ => {
                rest = &rest[at + 1..];
                continue;
            }
        };
        let inside = &rest[at + open.len()..];
        let end = inside.find(close).ok_or_else(|| wrong(place, "a tag that does not end"))?;
        let tag = inside[..end].trim_matches('-').trim();
        if let Some(sign) = tag.chars().find(|sign| FORBIDDEN.contains(sign)) {
            return Err(wrong(place, &format!("no {sign} in {open} {tag} {close}")));
        }
        let word = tag.split_whitespace().next().unwrap_or_default();
        if close == "%}" && !STATEMENTS.contains(&word) {
            return Err(wrong(place, &format!("{open} {word} {close} is not understood")));
        }
        rest = &inside[end + close.len()..];
    }
    Ok(())
}

/// Refuses a text that cannot be read, or names what is not `known`.
///
/// # Errors
/// `template_syntax`, `unknown_variable` at `place`.
pub fn check(body: &str, place: &str, known: &Json) -> Result<()> {
    check_tags(body, place)?;
    let environment = environment(AutoEscape::None);
    let template =
        environment.template_from_str(body).map_err(|error| unreadable(&error, place))?;
    let named: BTreeSet<String> = template.undeclared_variables(true).into_iter().collect();
    for path in named.iter().filter(|path| *path != "loop" && !path.starts_with("loop.")) {
        let found = path.split('.').try_fold(known, |value, part| value.get(part));
        if found.is_none() {
            return Err(refuse(&UNKNOWN_VARIABLE, place, ("variable", path)));
        }
    }
    // Members of what a loop goes over are found out by trying.
    match render(body, place, known) {
        Err(problem) if problem.is(&MISSING_VARIABLE) => {
            let variable = problem.params()["variable"].clone();
            Err(UNKNOWN_VARIABLE.at(place).with("variable", variable))
        }
        tried => tried.map(drop),
    }
}

fn unreadable(error: &Error, place: &str) -> Problem {
    let why = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    wrong(place, &format!("{line}{why}"))
}

/// Takes what fits, and refuses the rest.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, some: &[u8]) -> io::Result<usize> {
        if self.0.len() + some.len() > LONGEST {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(some);
        Ok(some.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a text comes to with these values, as plain text.
///
/// # Errors
/// `missing_variable` with the name of what is not there; `template_syntax` for what takes too long, gets too
/// long or compares what cannot be compared.
pub fn render(body: &str, place: &str, values: &Json) -> Result<String> {
    rendered(AutoEscape::None, body, place, values)
}

/// The same where the text is HTML: what is filled in is text there and never a tag.
///
/// # Errors
/// As [`render`].
pub fn render_html(body: &str, place: &str, values: &Json) -> Result<String> {
    rendered(AutoEscape::Html, body, place, values)
}

fn rendered(escape: AutoEscape, body: &str, place: &str, values: &Json) -> Result<String> {
    let environment = environment(escape);
    let template =
        environment.template_from_str(body).map_err(|error| unreadable(&error, place))?;
    let mut text = Bounded(Vec::new());
    let values = minijinja::Value::from(minijinja::value::Serde(values));
    template.render_captured_to(values, &mut text).map_err(|error| match error.kind() {
        ErrorKind::UndefinedError => {
            let named = error.range().and_then(|range| body.get(range)).unwrap_or("?");
            refuse(&MISSING_VARIABLE, place, ("variable", named.trim_matches(['{', '}', '-', ' '])))
        }
        ErrorKind::OutOfFuel => wrong(place, "it takes too many steps"),
        ErrorKind::WriteFailure => wrong(place, "it gets too long"),
        _ => unreadable(&error, place),
    })?;
    String::from_utf8(text.0).map_err(|_| wrong(place, "no text"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn known() -> Json {
        json!({ "place": "上海", "empty": "", "contract": { "number": "C-1" },
            "lines": [{ "quantity": "2" }, { "quantity": "3" }] })
    }

    #[test]
    fn c_13_a_clause_is_filled() {
        for (body, expected) in [
            ("{{ contract.number }} 于{{place}}", "C-1 于上海"),
            (
                "{% for line in lines %}{{ loop.index }}:{{ line.quantity }};{% endfor %}",
                "1:2;2:3;",
            ),
            (
                "{% if empty %}a{% elif place == \"上海\" and not empty %}b{% else %}c{% endif %}",
                "b",
            ),
            ("{ 1 } 100% <b>{{- place -}} </b>", "{ 1 } 100% <b>上海</b>"),
        ] {
            check(body, "/x", &known()).unwrap();
            assert_eq!(render(body, "/x", &known()).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn c_13_what_is_not_there_is_named() {
        for (body, name) in [
            ("{{ other }}", "other"),
            ("{{ contract.colour }}", "contract.colour"),
            ("{% if not other %}x{% endif %}", "other"),
            ("{% for line in lines %}{{ line.colour }}{% endfor %}", "line.colour"),
        ] {
            let refused = check(body, "/x", &known()).unwrap_err();
            assert!(refused.is(&UNKNOWN_VARIABLE), "{body}: {refused:?}");
            assert_eq!(refused.params()["variable"], name, "{body}");
        }
        let refused = render("a {{ other }}", "/x", &known()).unwrap_err();
        assert!(refused.is(&MISSING_VARIABLE));
        assert_eq!(refused.params()["variable"], "other");
    }

    #[test]
    fn what_is_filled_in_is_no_tag() {
        let values = json!({ "name": "<script>&" });
        let body = "<p>{{ name }}</p>";
        assert_eq!(render(body, "/x", &values).unwrap(), "<p><script>&</p>");
        assert_eq!(render_html(body, "/x", &values).unwrap(), "<p>&lt;script&gt;&amp;</p>");
    }

    #[test]
    fn nothing_else_is_understood() {
        for body in [
            "{{ place * 1000 }}",
            "{{ place ~ place }}",
            "{{ range(10) }}",
            "{{ place | upper }}",
            "{{ [1, 2] }}",
            "{% set x = place %}",
            "{% include 'x' %}",
            "{% macro x() %}{% endmacro %}",
            "{# secret #}",
            "{{ place",
            "{% if place %}",
            "{% endfor %}",
            "{{ }}",
        ] {
            let refused = check(body, "/x", &known()).unwrap_err();
            assert!(refused.is(&TEMPLATE_SYNTAX), "{body}: {refused:?}");
        }
    }

    #[test]
    fn time_and_length_are_bounded() {
        let nested = |times: usize| {
            let mut body = "x".to_owned();
            for at in 0..times {
                body = format!("{{% for a{at} in lines %}}{body}{{% endfor %}}");
            }
            body
        };
        check(&nested(3), "/x", &known()).unwrap();
        let refused = render(&nested(20), "/x", &known()).unwrap_err();
        assert!(refused.is(&TEMPLATE_SYNTAX), "{refused:?}");
        let long = json!({ "lines": (0..300).collect::<Vec<_>>(), "long": "y".repeat(1_000) });
        let body = "{% for line in lines %}{{ long }}{% endfor %}";
        let refused = render(body, "/x", &long).unwrap_err();
        assert_eq!(refused.params()["why"], "it gets too long");
    }
}
