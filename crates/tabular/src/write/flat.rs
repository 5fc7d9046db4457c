//! Values as the text of one cell.

use serde_json::Value;
use std::borrow::Cow;

/// Whether texts that look like formulas are made harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    On,
    Off,
}

impl Guard {
    /// The text of a CSV cell. A JSON number is never a formula.
    pub(super) fn cell(self, value: &Value) -> Cow<'_, str> {
        let text = text(value);
        if self == Self::On && !value.is_number() && is_formula(&text) {
            return Cow::Owned(format!("'{text}"));
        }
        text
    }
}

/// The text of a value: scalars as they are, lists of them joined, money with its currency, the
/// rest as JSON.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(scalar).collect();
            Cow::Owned(texts.map_or_else(|| value.to_string(), |texts| texts.join("; ")))
        }
        other => scalar(other).unwrap_or_else(|| Cow::Owned(other.to_string())),
    }
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

/// Whether a spreadsheet program may compute what the text says (OWASP, "CSV Injection").
fn is_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let text = text.trim_start();
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && !is_number(text)
}

/// A decimal number with a sign, perhaps with a currency; a phone number is one too.
fn is_number(text: &str) -> bool {
    let (number, currency) = text.split_once(' ').unwrap_or((text, "CNY"));
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && all_digits(fraction)
        && currency.len() == 3
        && currency.bytes().all(|byte| byte.is_ascii_uppercase())
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
        ];
        for (value, expected) in table {
            assert_eq!(text(&value), expected);
        }
    }

    #[test]
    fn formulas_are_made_harmless_and_numbers_stay() {
        let harmful = [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            " =1",
            "\u{3000}=1",
            "-",
            "+",
            "-1 cny",
            "-1.2.3",
            "+86 138",
            "--1",
        ];
        for text in harmful {
            assert_eq!(Guard::On.cell(&json!(text)), format!("'{text}"));
            assert_eq!(Guard::Off.cell(&json!(text)), text);
        }
        assert_eq!(Guard::On.cell(&json!(["=1", "b"])), "'=1; b");
        let harmless = ["-12.50", "+8613800138000", "-1234.50 CNY", "a=b", "", "1-2", "'=1"];
        for text in harmless {
            assert_eq!(Guard::On.cell(&json!(text)), text);
        }
        assert_eq!(Guard::On.cell(&json!(-5)), "-5");
    }
}
