//! The rows of a report as a chart: SVG without script, fonts or anything from elsewhere.
//!
//! | module | does |
//! | --- | --- |
//! | this one | takes what is drawn from the answer, so that whoever may not see a figure does not see its bar |
//! | `text` | how wide texts are, and where they are broken |
//! | `scale` | where the marks of an axis are |
//! | `svg` | the elements |
//! | `bars`, `line` | the two shapes |
//!
//! Charts are written by hand: bars and lines whose Chinese names are neither cut nor lie on each other,
//! without a font to measure them by, are a few hundred lines, and a library would bring its own way to
//! measure texts.

mod bars;
mod line;
mod scale;
mod svg;
mod text;

use crate::{
    Answer, What,
    definition::{ReportColumn, Shape},
};
use guanxi_kernel::Language;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde_json::Value as Json;

/// Rows that are drawn; of the others it is said how many they are.
const MOST: usize = 60;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
struct Chart {
    title: String,
    /// Since when and in which words.
    subtitle: String,
    /// What the axis of values shows, with its unit.
    axis: String,
    series: Vec<String>,
    rows: Vec<Row>,
    /// What is said below: that there is nothing, or more.
    note: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    name: String,
    values: Vec<Option<Value>>,
}

/// A figure and how it is written.
#[derive(Debug, Clone, PartialEq)]
struct Value {
    number: f64,
    text: String,
}

/// Draws the rows of an answer, so many pixels wide.
pub fn svg(answer: &Answer, width: u32) -> String {
    let chart = Chart::of(answer);
    match answer.definition.plot.shape {
        Shape::Bars => bars::draw(&chart, f64::from(width)),
        Shape::Line => line::draw(&chart, f64::from(width)),
    }
}

fn in_words(language: Language, en: &'static str, zh: &'static str) -> &'static str {
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

impl Chart {
    fn of(answer: &Answer) -> Self {
        let plot = &answer.definition.plot;
        let seen = |names: &'static [&'static str]| -> Vec<&ReportColumn> {
            let column = |name: &&str| answer.columns.iter().find(|one| one.name == *name);
            names.iter().filter_map(column).collect()
        };
        let mut drawn = seen(plot.values);
        if drawn.is_empty() {
            drawn = seen(plot.otherwise);
        }
        let names = seen(plot.names);
        let unknown = in_words(answer.language, "Not set", "未填写");
        let all = answer.rows();
        let row = |row: &Json| Row {
            name: name_of(&names, row).unwrap_or_else(|| unknown.to_owned()),
            values: drawn.iter().map(|column| Value::of(column.what, &row[column.name])).collect(),
        };
        let rows: Vec<Row> = all.iter().take(MOST).map(row).collect();
        let left = all.len() - rows.len();
        let note = match left {
            _ if all.is_empty() => Some(in_words(answer.language, "No data", "无数据").to_owned()),
            0 => None,
            left => Some(match answer.language {
                Language::En => format!("and {left} more"),
                Language::Zh => format!("另有 {left} 项"),
            }),
        };
        let as_of = answer.body["as_of"].as_str().unwrap_or_default();
        let instant = as_of.split('.').next().unwrap_or(as_of).trim_end_matches('Z');
        let at = in_words(answer.language, "As of", "截至");
        Self {
            title: answer.definition.title.get(answer.language).to_owned(),
            subtitle: format!("{at} {} UTC", instant.replace('T', " ")),
            axis: axis(answer.language, &drawn),
            series: drawn.iter().map(|column| column.label.to_owned()).collect(),
            rows,
            note,
        }
    }
}

fn name_of(names: &[&ReportColumn], row: &Json) -> Option<String> {
    let texts: Vec<String> = names
        .iter()
        .filter_map(|column| match &row[column.name] {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    if texts.is_empty() { None } else { Some(texts.join(" · ")) }
}

/// What is drawn and its unit. Where there are several series, the legend names them.
fn axis(language: Language, drawn: &[&ReportColumn]) -> String {
    let Some(first) = drawn.first() else { return String::new() };
    let what = if drawn.len() == 1 {
        first.label.to_owned()
    } else {
        guanxi_kernel::Word::label(first.what, language).to_owned()
    };
    match first.unit {
        None => what,
        Some("d") => format!("{what} ({})", in_words(language, "days", "天")),
        Some("h") => format!("{what} ({})", in_words(language, "hours", "小时")),
        Some(unit) => format!("{what} ({unit})"),
    }
}

impl Value {
    fn of(what: What, json: &Json) -> Option<Self> {
        let text = match what {
            What::Money => json["amount"].as_str()?.to_owned(),
            What::Ratio | What::Days => json["value"].as_str()?.to_owned(),
            What::Hours | What::Share => json.as_str()?.to_owned(),
            _ => json.as_i64()?.to_string(),
        };
        let number = text.parse::<Decimal>().ok()?.to_f64()?;
        let text = match what {
            What::Days => text::grouped(&format!("{number:.1}")),
            _ => text::grouped(&text),
        };
        Some(Self { number, text })
    }
}
