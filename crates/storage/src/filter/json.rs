//! A filter as JSON, for programs that put one together.
//!
//! ```text
//! {"and": [filter, …]}   {"or": [filter, …]}   {"not": filter}
//! {"field": "tier", "op": "=", "value": "A"}
//! ```
//!
//! The operators are those of the text, and `in` with a list of values. A value is a text, a whole
//! number, a truth value, `null` for absent, `"*"` behind `:` for any, or a function such as
//! `{"call": "days_ago", "days": 7}`.

use super::{
    Comparison, Filter, Located, MAX_DAYS, MAX_DEPTH, Operand, Operator, Spot, parse::days_expected,
};
use guanxi_kernel::{
    problem::{
        FieldError, INVALID_FORMAT, INVALID_TYPE, OUT_OF_RANGE, REQUIRED, TOO_LONG, UNKNOWN_FIELD,
        UNKNOWN_VALUE,
    },
    scalar::LONGEST_TEXT,
};
use serde_json::{Map, Value as Json};

/// Comparisons of one filter at most.
pub const MAX_COMPARISONS: usize = 200;
/// Values of one `in` at most.
pub const MAX_VALUES: usize = 200;
/// Values of one filter at most; a statement has a bounded number on both stores.
pub const MAX_ALL_VALUES: usize = 1000;
/// The longest text of a value.
pub const MAX_CHARACTERS: usize = LONGEST_TEXT;
/// The functions.
pub const FUNCTIONS: &[&str] = &["now", "days_ago", "me"];
/// The operators.
pub const OPERATORS: &[&str] = &["=", "!=", "<", "<=", ">", ">=", ":", "in"];

type Read<T> = Result<T, FieldError>;
type Members = Map<String, Json>;

/// Reads the filter that stands at `pointer` of the body.
///
/// # Errors
/// The first finding, with its place.
pub fn read(json: &Json, pointer: &str) -> Read<Located> {
    let mut reader = Reader { spots: Vec::new(), values: 0 };
    let filter = reader.filter(json, pointer, 0)?;
    Ok(Located { filter, spots: reader.spots })
}

struct Reader {
    spots: Vec<Spot>,
    values: usize,
}

impl Reader {
    fn filter(&mut self, json: &Json, at: &str, depth: usize) -> Read<Filter> {
        let Json::Object(members) = json else {
            let expected = "an object with and, or, not, or field, op and value";
            return Err(INVALID_TYPE.field(at).with("expected", expected));
        };
        let group = ["and", "or", "not"].into_iter().find(|word| members.contains_key(*word));
        let Some(word) = group else { return self.comparison(members, at) };
        only(members, at, &[word])?;
        if depth == MAX_DEPTH {
            let expected = format!("at most {MAX_DEPTH} levels of and, or and not");
            return Err(OUT_OF_RANGE.field(at).with("expected", expected));
        }
        let (inner, at) = (&members[word], format!("{at}/{word}"));
        match word {
            "not" => Ok(Filter::Not(Box::new(self.filter(inner, &at, depth + 1)?))),
            "and" => self.group(inner, &at, depth, Filter::All),
            _ => self.group(inner, &at, depth, Filter::Any),
        }
    }

    fn group(
        &mut self,
        json: &Json,
        at: &str,
        depth: usize,
        make: fn(Vec<Filter>) -> Filter,
    ) -> Read<Filter> {
        let items = items(json, at)?;
        let parts = items.iter().enumerate();
        let parts = parts.map(|(n, part)| self.filter(part, &format!("{at}/{n}"), depth + 1));
        Ok(Filter::group(parts.collect::<Read<Vec<_>>>()?, make))
    }

    fn comparison(&mut self, members: &Members, at: &str) -> Read<Filter> {
        only(members, at, &["field", "op", "value"])?;
        if self.spots.len() == MAX_COMPARISONS {
            let expected = format!("at most {MAX_COMPARISONS} comparisons");
            return Err(OUT_OF_RANGE.field(at).with("expected", expected));
        }
        self.spots.push(Spot::Json(at.to_owned()));
        let field = text(members, at, "field")?.to_owned();
        let sign = text(members, at, "op")?;
        let value = member(members, at, "value")?;
        let at = format!("{at}/value");
        let (operator, operand) = match Operator::SIGNS.iter().find(|(one, _)| *one == sign) {
            Some((_, Operator::Has)) if value == "*" => (Operator::Has, Operand::Anything),
            Some((_, operator)) => (*operator, self.operand(value, &at)?),
            None if sign == "in" => (Operator::Equal, self.one_of(value, &at)?),
            None => {
                let place = format!("{}/op", at.trim_end_matches("/value"));
                return Err(UNKNOWN_VALUE.field(place).with("expected", OPERATORS.join(" ")));
            }
        };
        Ok(Filter::Is(Comparison { field, operator, operand }))
    }

    fn one_of(&mut self, json: &Json, at: &str) -> Read<Operand> {
        let items = items(json, at)?.iter().enumerate();
        let operands = items.map(|(n, item)| {
            let at = format!("{at}/{n}");
            match item {
                Json::Object(_) => Err(INVALID_TYPE.field(at).with("expected", "a value")),
                item => self.operand(item, &at),
            }
        });
        Ok(Operand::OneOf(operands.collect::<Read<_>>()?))
    }

    fn operand(&mut self, json: &Json, at: &str) -> Read<Operand> {
        self.values += 1;
        if self.values > MAX_ALL_VALUES {
            let expected = format!("at most {MAX_ALL_VALUES} values in all");
            return Err(OUT_OF_RANGE.field(at).with("expected", expected));
        }
        match json {
            Json::Null => Ok(Operand::Null),
            Json::Bool(value) => Ok(Operand::Text(value.to_string())),
            Json::Number(number) => Ok(Operand::Text(number.to_string())),
            Json::String(text) if text.chars().count() > MAX_CHARACTERS => {
                let expected = format!("at most {MAX_CHARACTERS} characters");
                Err(TOO_LONG.field(at).with("expected", expected))
            }
            Json::String(text) => Ok(Operand::Text(text.clone())),
            Json::Object(members) => call(members, at),
            Json::Array(_) => {
                let expected = "one value; a list belongs to the operator in";
                Err(INVALID_TYPE.field(at).with("expected", expected))
            }
        }
    }
}

fn call(members: &Members, at: &str) -> Read<Operand> {
    let function = text(members, at, "call")?;
    if function != "days_ago" {
        only(members, at, &["call"])?;
    }
    match function {
        "now" => Ok(Operand::Now),
        "me" => Ok(Operand::Me),
        "days_ago" => {
            only(members, at, &["call", "days"])?;
            let days = member(members, at, "days")?.as_i64();
            let days = days.filter(|days| (-MAX_DAYS..=MAX_DAYS).contains(days));
            let refused = || INVALID_FORMAT.field(format!("{at}/days"));
            let days = days.ok_or_else(|| refused().with("expected", days_expected()))?;
            Ok(Operand::DaysAgo(days))
        }
        _ => {
            let expected = FUNCTIONS.join(", ");
            Err(UNKNOWN_VALUE.field(format!("{at}/call")).with("expected", expected))
        }
    }
}

/// Refuses members that are not `known`.
fn only(members: &Members, at: &str, known: &[&str]) -> Read<()> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let name = name.replace('~', "~0").replace('/', "~1");
            Err(UNKNOWN_FIELD.field(format!("{at}/{name}")))
        }
    }
}

fn member<'a>(members: &'a Members, at: &str, name: &str) -> Read<&'a Json> {
    members.get(name).ok_or_else(|| REQUIRED.field(format!("{at}/{name}")))
}

fn text<'a>(members: &'a Members, at: &str, name: &str) -> Read<&'a str> {
    let text = member(members, at, name)?.as_str();
    text.ok_or_else(|| INVALID_TYPE.field(format!("{at}/{name}")).with("expected", "a text"))
}

/// The items of a list, of which there is at least one.
fn items<'a>(json: &'a Json, at: &str) -> Read<&'a [Json]> {
    let expected = format!("a list of 1 to {MAX_VALUES}");
    match json {
        Json::Array(items) if (1..=MAX_VALUES).contains(&items.len()) => Ok(items),
        Json::Array(_) => Err(OUT_OF_RANGE.field(at).with("expected", expected)),
        _ => Err(INVALID_TYPE.field(at).with("expected", expected)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::problem::Place;
    use serde_json::json;

    fn refused(json: &Json) -> (String, &'static str) {
        let finding = read(json, "/filter").unwrap_err();
        let (Place::Pointer(place) | Place::Parameter(place)) = finding.place;
        (place, finding.code.code)
    }

    #[test]
    fn it_says_what_the_text_says() {
        let is = |field: &str, op: &str, value: Json| json!({ "field": field, "op": op, "value": value });
        for (json, text) in [
            (is("a", "=", json!("x")), "a = \"x\""),
            (is("a", ":", json!("*")), "a : *"),
            (is("a", "=", json!("*")), "a = \"*\""),
            (is("a", "!=", json!(null)), "a != null"),
            (is("a", "<", json!(-7)), "a < \"-7\""),
            (is("a", "=", json!(true)), "a = \"true\""),
            (is("a", ">=", json!({ "call": "days_ago", "days": 7 })), "a >= days_ago(7)"),
            (is("a", "in", json!(["x", null])), "(a = \"x\" OR a = null)"),
            (json!({ "and": [is("a", "=", json!("x"))] }), "a = \"x\""),
            (
                json!({ "or": [{ "not": is("a", "=", json!({ "call": "me" })) },
                    { "and": [is("b", ">", json!({ "call": "now" })), is("c", ":", json!("d"))] }] }),
                "NOT a = me() OR (b > now() AND c : \"d\")",
            ),
        ] {
            assert_eq!(read(&json, "").unwrap().filter.to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place() {
        let nested = |levels: usize| {
            let leaf = json!({ "field": "a", "op": "=", "value": 1 });
            (0..levels).fold(leaf, |inner, _| json!({ "not": inner }))
        };
        assert!(read(&nested(5), "").is_ok());
        assert_eq!(refused(&nested(6)), ("/filter/not/not/not/not/not".into(), "out_of_range"));
        let is = |value: Json| json!({ "and": [{ "field": "a", "op": "=", "value": value }] });
        let into = |n: usize| json!({ "field": "a", "op": "in", "value": vec![1; n] });
        let place = |end: &str| format!("/filter/and/0/value{end}");
        for (json, expected) in [
            (json!(7), ("/filter".into(), "invalid_type")),
            (json!({}), ("/filter/field".into(), "required")),
            (json!({ "and": [] }), ("/filter/and".into(), "out_of_range")),
            (json!({ "and": {} }), ("/filter/and".into(), "invalid_type")),
            (json!({ "and": [1] }), ("/filter/and/0".into(), "invalid_type")),
            (json!({ "and": [], "or": [] }), ("/filter/or".into(), "unknown_field")),
            (json!({ "not": { "field": 1 } }), ("/filter/not/field".into(), "invalid_type")),
            (
                json!({ "field": "a", "op": "~", "value": 1 }),
                ("/filter/op".into(), "unknown_value"),
            ),
            (json!({ "field": "a", "op": "=" }), ("/filter/value".into(), "required")),
            (is(json!([1])), (place(""), "invalid_type")),
            (is(json!("x".repeat(401))), (place(""), "too_long")),
            (is(json!({ "call": "today" })), (place("/call"), "unknown_value")),
            (is(json!({ "call": "me", "x/": 1 })), (place("/x~1"), "unknown_field")),
            (is(json!({ "call": "days_ago" })), (place("/days"), "required")),
            (is(json!({ "call": "days_ago", "days": 36_501 })), (place("/days"), "invalid_format")),
            (
                json!({ "field": "a", "op": "in", "value": [1, { "call": "me" }] }),
                ("/filter/value/1".into(), "invalid_type"),
            ),
            (into(0), ("/filter/value".into(), "out_of_range")),
            (into(201), ("/filter/value".into(), "out_of_range")),
            (
                json!({ "or": [into(200), into(200), into(200), into(200), into(200), into(1)] }),
                ("/filter/or/5/value/0".into(), "out_of_range"),
            ),
        ] {
            assert_eq!(refused(&json), expected, "{json}");
        }
        let many = |n: usize| json!({ "or": vec![json!({ "not": nested(0) }); n] });
        assert!(read(&many(200), "").is_ok());
        let nested = json!({ "and": [many(100), many(101)] });
        assert_eq!(refused(&nested), ("/filter/and/1/or/100/not".into(), "out_of_range"));
    }
}
