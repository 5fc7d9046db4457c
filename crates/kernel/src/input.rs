//! Reading what callers send: every finding at once, each with its place, none with its value.

mod strict;

use crate::Code;
use crate::problem::{
    FieldError, INVALID, INVALID_CHARACTERS, INVALID_FORMAT, INVALID_TYPE, OUT_OF_RANGE, Problem,
    REQUIRED, Result, TOO_LONG, TOO_SHORT, UNKNOWN_FIELD, UNKNOWN_VALUE,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use strict::Strict;
use utoipa::{PartialSchema, openapi};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// How many findings one answer lists.
const MOST: usize = 20;

/// What a member is that is true unless callers say otherwise.
pub const fn yes() -> bool {
    true
}

/// Reads `value` as a `T` and checks its rules.
///
/// # Errors
/// `validation_failed` with a finding for each member that is wrong.
pub fn read<T: DeserializeOwned + Validate + PartialSchema>(value: Value) -> Result<T> {
    let checked = if value_has_nul(&value) {
        Err(vec![INVALID_CHARACTERS.field("").with("expected", "no NUL characters")])
    } else {
        parse(value)
    };
    let input: T = match checked {
        Ok(input) => input,
        Err(findings) => {
            Problem::collect(findings)?;
            return Err(INVALID.problem());
        }
    };
    let mut findings = Vec::new();
    if let Err(errors) = input.validate() {
        rules("", &errors, &mut findings);
    }
    Problem::collect(findings).map(|()| input)
}

/// serde stops at its first finding; taking the member out and reading again finds the next one.
fn parse<T: DeserializeOwned + PartialSchema>(value: Value) -> Result<T, Vec<FieldError>> {
    let present: Vec<String> =
        value.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
    let mut findings = Vec::new();
    let mut rest = value;
    while findings.len() < MOST {
        let error = match serde_path_to_error::deserialize::<_, T>(Strict(&rest)) {
            Ok(input) if findings.is_empty() => return Ok(input),
            Ok(_) => break,
            Err(error) => error,
        };
        let path = pointer(error.path());
        let message = error.into_inner().to_string();
        let missing = message.strip_prefix("missing field `").and_then(|m| m.split('`').next());
        match (missing, path.split('/').nth(1)) {
            // Whatever else is required and was not sent is missing too.
            (Some(first), None) => {
                findings.extend(missing_members::<T>(first, &present));
                break;
            }
            (Some(member), Some(_)) => {
                findings.push(REQUIRED.field(format!("{path}/{}", escape(member))));
            }
            (None, _) => findings.push(finding(&path, &message)),
        }
        let Some(member) = path.split('/').nth(1) else { break };
        let name = member.replace("~1", "/").replace("~0", "~");
        if rest.as_object_mut().and_then(|object| object.remove(&name)).is_none() {
            break;
        }
    }
    Err(findings)
}

fn missing_members<T: PartialSchema>(first: &str, present: &[String]) -> Vec<FieldError> {
    let mut missing = match T::schema() {
        openapi::RefOr::T(openapi::Schema::Object(object)) => object.required,
        _ => Vec::new(),
    };
    if !missing.iter().any(|name| name == first) {
        missing.push(first.to_owned());
    }
    // What was sent and found wrong has been taken out, and is not missing as well.
    missing.retain(|name| !present.contains(name));
    missing.iter().map(|name| REQUIRED.field(format!("/{}", escape(name)))).collect()
}

/// The place that serde was at, as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Map { key } => Some(format!("/{}", escape(key))),
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    segments.collect()
}

fn escape(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

/// Sorts serde's message. Our own types put their code first; serde's own are known by their start.
fn finding(path: &str, message: &str) -> FieldError {
    const OWN: &[&Code] = &[
        &INVALID_FORMAT,
        &TOO_SHORT,
        &TOO_LONG,
        &INVALID_CHARACTERS,
        &OUT_OF_RANGE,
        &UNKNOWN_VALUE,
        &INVALID,
    ];
    if let Some((word, expected)) = message.split_once(": ")
        && let Some(code) = OWN.iter().find(|code| code.code == word)
    {
        return code.field(path).with("expected", expected);
    }
    if message.starts_with("unknown field") {
        return UNKNOWN_FIELD.field(path);
    }
    // "invalid type: string \"x\", expected i64": what was sent stays out of the answer.
    let expected =
        message.rsplit_once("expected ").map_or("another value", |(_, expected)| expected);
    let expected = match expected {
        "i64" => "a whole number",
        "f64" => "a number",
        // Its name means something to us only.
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    let code = if message.starts_with("invalid type") {
        &INVALID_TYPE
    } else if message.starts_with("unknown variant") {
        &UNKNOWN_VALUE
    } else {
        &INVALID_FORMAT
    };
    code.field(path).with("expected", expected)
}

/// Turns the findings of `validator` into ours; its own text repeats the value that was sent.
fn rules(at: &str, errors: &ValidationErrors, findings: &mut Vec<FieldError>) {
    for (member, kind) in errors.errors() {
        let place =
            if member == "__all__" { at.to_owned() } else { format!("{at}/{}", escape(member)) };
        match kind {
            ValidationErrorsKind::Struct(inner) => rules(&place, inner, findings),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    rules(&format!("{place}/{index}"), inner, findings);
                }
            }
            ValidationErrorsKind::Field(broken) => findings.extend(broken.iter().map(|rule| {
                let bound = |name: &str| rule.params.get(name);
                let expected = match (bound("min"), bound("max"), &rule.message) {
                    (_, _, Some(message)) => message.to_string(),
                    (Some(min), Some(max), None) => format!("{min} to {max}"),
                    (Some(min), None, None) => format!("at least {min}"),
                    (None, Some(max), None) => format!("at most {max}"),
                    (None, None, None) => rule.code.to_string(),
                };
                let code: &'static Code = match &*rule.code {
                    "length" if bound("value").is_some_and(|v| too_long(v, bound("max"))) => {
                        &TOO_LONG
                    }
                    "length" => &TOO_SHORT,
                    "range" => &OUT_OF_RANGE,
                    "email" | "url" => &INVALID_FORMAT,
                    "required" => &REQUIRED,
                    _ => &INVALID,
                };
                code.field(&place).with("expected", expected)
            })),
        }
    }
}

fn too_long(value: &Value, max: Option<&Value>) -> bool {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    };
    max.and_then(Value::as_u64).is_some_and(|max| length as u64 > max)
}

/// PostgreSQL cannot store U+0000 in text or JSON, so nothing may bring it in.
fn value_has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(value_has_nul),
        Value::Object(members) => members.iter().any(|(k, v)| k.contains('\0') || value_has_nul(v)),
        _ => false,
    }
}

/// Applies an RFC 7396 merge patch: members replace, `null` removes.
pub fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(target) = target {
        for (name, value) in patch {
            if value.is_null() {
                target.remove(&name);
            } else {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Line, problem::Place};
    use serde_json::json;

    #[derive(Debug, serde::Deserialize, Validate, utoipa::ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Basket {
        name: Line<5>,
        #[validate(range(min = 1, max = 9))]
        count: i64,
        #[serde(default)]
        #[validate(length(max = 1))]
        notes: Vec<Line<5>>,
    }

    fn findings(value: Value) -> Vec<(String, &'static str)> {
        let problem = read::<Basket>(value).unwrap_err();
        let place = |e: &FieldError| match &e.place {
            Place::Pointer(p) | Place::Parameter(p) => (p.clone(), e.code.code),
        };
        problem.errors().iter().map(place).collect()
    }

    #[test]
    fn every_wrong_member_is_named_at_once() {
        let wrong = json!({ "name": "too long", "count": "x", "colour": 1 });
        let mut found = findings(wrong);
        found.sort();
        let expected =
            [("/colour", "unknown_field"), ("/count", "invalid_type"), ("/name", "too_long")];
        assert_eq!(found, expected.map(|(p, c)| (p.to_owned(), c)));
        assert_eq!(
            findings(json!({})),
            [("/name".into(), "required"), ("/count".into(), "required")]
        );
        assert_eq!(
            findings(json!({ "name": "a", "count": 10 })),
            [("/count".into(), "out_of_range")]
        );
        let notes = json!({ "name": "a", "count": 1, "notes": ["a", "\u{7}"] });
        assert_eq!(findings(notes), [("/notes/1".into(), "invalid_characters")]);
        let many = json!({ "name": "a", "count": 1, "notes": ["a", "b"] });
        assert_eq!(findings(many), [("/notes".into(), "too_long")]);
        // Neither is a list of the values in their order.
        for list in [json!([]), json!(["a", 1]), json!([null, null])] {
            assert_eq!(findings(list), [("".into(), "invalid_type")]);
        }
        assert_eq!(findings(json!({ "name": "a\0" })).len(), 1);
        let order: Basket = read(json!({ "name": "a", "count": 1 })).unwrap();
        assert_eq!((&*order.name, order.count), ("a", 1));
    }

    #[test]
    fn a_finding_never_repeats_what_was_sent() {
        let problem =
            read::<Basket>(json!({ "name": "secret-secret", "count": "hunter2" })).unwrap_err();
        let shown = format!("{problem} {problem:?}");
        assert!(!shown.contains("secret") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_merge_patch_replaces_and_clears() {
        let mut target = json!({ "a": 1, "b": { "c": 2, "d": 3 }, "e": [1] });
        merge(&mut target, json!({ "a": null, "b": { "c": null, "x": 4 }, "e": [2] }));
        assert_eq!(target, json!({ "b": { "d": 3, "x": 4 }, "e": [2] }));
    }
}
