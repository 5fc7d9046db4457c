//! Values as the text of one cell.

use crate::formula;
use serde_json::Value;
use std::borrow::Cow;

/// Whether texts that look like formulas are made harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    On,
    Off,
}

impl Guard {
    /// The text of a CSV cell. A number and an amount are never formulas.
    pub(super) fn cell(self, value: &Value) -> Cow<'_, str> {
        let text = text(value);
        match value {
            Value::Number(_) | Value::Object(_) => text,
            _ if self == Self::On => formula::guard(text),
            _ => text,
        }
    }
}

/// The text of a value: scalars as they are, lists of them joined, money with its currency, the
/// rest as JSON.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(entry).collect();
            Cow::Owned(texts.map_or_else(|| value.to_string(), |texts| texts.join("; ")))
        }
        other => scalar(other).unwrap_or_else(|| Cow::Owned(other.to_string())),
    }
}

/// An entry of a list that is joined: what could not be told apart again, or would be read as JSON,
/// makes the whole list JSON.
fn entry(value: &Value) -> Option<Cow<'_, str>> {
    scalar(value).filter(|text| {
        !text.is_empty()
            && text.trim() == text
            && !text.contains([';', '；'])
            && !text.starts_with(['[', '{'])
    })
}

fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => Some(Cow::Borrowed("")),
        Value::Bool(_) | Value::Number(_) => Some(Cow::Owned(value.to_string())),
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Object(members) => {
            let (amount, currency) = (members.get("amount")?, members.get("currency")?.as_str()?);
            let plain = members.len() == 2 && (amount.is_string() || amount.is_number());
            plain.then(|| Cow::Owned(format!("{} {currency}", text(amount))))
        }
        Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_flat() {
        let table = [
            (json!(null), ""),
            (json!(true), "true"),
            (json!(-12.5), "-12.5"),
            (json!(["customer", "supplier"]), "customer; supplier"),
            (json!([]), ""),
            (json!({"amount": "1234.50", "currency": "CNY"}), "1234.50 CNY"),
            (
                json!({"amount": "1", "currency": "CNY", "on": 1}),
                r#"{"amount":"1","currency":"CNY","on":1}"#,
            ),
            (json!([{"a": 1}]), r#"[{"a":1}]"#),
            (json!(["a; b", "c"]), r#"["a; b","c"]"#),
            (json!(["a", ""]), r#"["a",""]"#),
        ];
        for (value, expected) in table {
            assert_eq!(text(&value), expected);
        }
    }

    #[test]
    fn texts_are_guarded_and_numbers_stay() {
        assert_eq!(Guard::On.cell(&json!("+86 138")), "'+86 138");
        assert_eq!(Guard::Off.cell(&json!("+86 138")), "+86 138");
        assert_eq!(Guard::On.cell(&json!(["=1", "b"])), "'=1; b");
        assert_eq!(Guard::On.cell(&json!(-5)), "-5");
        let debt = json!({"amount": "-12.50", "currency": "CNY"});
        assert_eq!(Guard::On.cell(&debt), "-12.50 CNY");
    }
}
