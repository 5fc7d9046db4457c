//! JSON in one spelling: equal documents have equal texts, whatever order and spacing they came in.

use serde_json::Value as Json;
use std::fmt::Write as _;

/// The document without blanks, its members in the order of their names (by code point).
///
/// Close to RFC 8785; numbers are spelled as `serde_json` spells them, which no store of ours
/// changes for the whole numbers that records hold.
pub fn canonical(json: &Json) -> String {
    let mut out = String::new();
    write(json, &mut out);
    out
}

fn write(json: &Json, out: &mut String) {
    match json {
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                scalar(&Json::from(name.as_str()), out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write(item, out);
            }
            out.push(']');
        }
        other => scalar(other, out),
    }
}

fn scalar(json: &Json, out: &mut String) {
    // Writing to a text does not fail.
    let _ = write!(out, "{json}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_and_spacing_make_no_other_text() {
        let one: Json = serde_json::from_str(r#"{"a":1,"b":[{"c":2,"d":"王\n"}]}"#).unwrap();
        let two: Json = serde_json::from_str(r#"{ "b":[ {"d":"王\n","c":2}], "a":1 }"#).unwrap();
        assert_eq!(canonical(&one), r#"{"a":1,"b":[{"c":2,"d":"王\n"}]}"#);
        assert_eq!(canonical(&one), canonical(&two));
        assert_ne!(canonical(&one), canonical(&json!({ "a": 1 })));
        assert_eq!(serde_json::from_str::<Json>(&canonical(&one)).unwrap(), one);
    }
}
