//! Reads one JSON object per line.

use crate::{
    Encoding, Limits,
    layout::{check_name, check_width},
    problems::{MALFORMED_JSON, NOT_AN_OBJECT, ROW_TOO_LONG},
    read::{Source, unreadable},
    text::{LineEnd, Text, begin, line_end, utf8},
    value,
};
use guanxi_kernel::Result;
use serde::{
    Deserialize,
    de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt,
    path::Path,
};

/// The lines of an NDJSON file.
pub(crate) struct Lines {
    text: Text,
    limits: Limits,
    columns: HashMap<String, usize>,
    /// Bytes of the current line, and of it with its line end.
    current: (usize, usize),
    too_long: bool,
    line: u64,
}

impl Lines {
    /// Rows have the members of `header`, in that order.
    pub(crate) fn open(
        path: &Path,
        encoding: Encoding,
        header: &[String],
        limits: &Limits,
    ) -> Result<Self> {
        let text = begin(path, encoding).map_err(unreadable)?;
        let columns = header.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Ok(Self { text, limits: *limits, columns, current: (0, 0), too_long: false, line: 1 })
    }

    /// Adds the members of the current line that `known` does not have. A line that cannot be read
    /// adds none.
    ///
    /// # Errors
    /// `too_many_columns`, `column_name_too_long`.
    pub(crate) fn members(&self, known: &mut Members) -> Result<()> {
        let mut names = Vec::new();
        let Ok(line) = utf8(self.line()) else { return Ok(()) };
        if self.too_long || object(line, Names { known, names: &mut names }).is_err() {
            return Ok(());
        }
        for name in names {
            if !known.seen.contains(&name) {
                check_width(known.names.len() + 1, &self.limits)?;
                check_name(&name, known.names.len(), &self.limits)?;
                known.names.push(name.clone());
                known.seen.insert(name);
            }
        }
        Ok(())
    }

    fn line(&self) -> &[u8] {
        &self.text.window()[..self.current.0]
    }

    /// Finds the end of the line; none when it is too long for that.
    fn find_end(&mut self) -> Result<Option<(usize, usize)>> {
        loop {
            let (window, ended) = (self.text.window(), self.text.ended());
            match line_end(window, ended) {
                LineEnd::At { at, after } if at <= self.limits.row_bytes => {
                    return Ok(Some((at, after)));
                }
                LineEnd::None if ended && window.len() <= self.limits.row_bytes => {
                    return Ok(Some((window.len(), window.len())));
                }
                LineEnd::Unsure | LineEnd::None if window.len() <= self.limits.row_bytes => {
                    self.text.more().map_err(unreadable)?;
                }
                _ => return Ok(None),
            }
        }
    }
}

impl Source for Lines {
    fn advance(&mut self) -> Result<Option<u64>> {
        self.text.consume(self.current.1);
        self.current = (0, 0);
        loop {
            if self.text.window().is_empty() && self.text.ended() {
                return Ok(None);
            }
            let line = self.line;
            let Some((at, after)) = self.find_end()? else {
                self.line += self.text.skip_line(0).map_err(unreadable)?;
                self.too_long = true;
                return Ok(Some(line));
            };
            self.line += 1;
            if self.text.window()[..at].trim_ascii().is_empty() {
                self.text.consume(after);
            } else {
                self.current = (at, after);
                self.too_long = false;
                return Ok(Some(line));
            }
        }
    }

    fn values(&mut self) -> Result<Vec<Value>> {
        if self.too_long {
            return Err(ROW_TOO_LONG.with("limit", self.limits.row_bytes));
        }
        let line = utf8(self.line())?;
        let mut values = vec![Value::Null; self.columns.len()];
        let row = Values { columns: &self.columns, values: &mut values };
        object(line, row).map_err(|error| {
            let json = serde_json::from_str::<IgnoredAny>(line).is_ok();
            let other = json && !line.trim_ascii_start().starts_with('{');
            let code = if other { &NOT_AN_OBJECT } else { &MALFORMED_JSON };
            code.problem().because(error)
        })?;
        for (at, value) in values.iter().enumerate() {
            check(value, at, &self.limits)?;
        }
        Ok(values)
    }
}

fn check(value: &Value, column: usize, limits: &Limits) -> Result<()> {
    match value {
        Value::String(text) => value::check(text, column, limits),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, column, limits)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            value::check(name, column, limits)?;
            check(value, column, limits)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// The names that objects have, in the order in which they were first seen.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(crate) names: Vec<String>,
    seen: HashSet<String>,
}

/// Reads the one object of a line with `visitor`, and nothing after it.
fn object<'de, V: Visitor<'de, Value = ()>>(line: &'de str, visitor: V) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_str(line);
    json.deserialize_map(visitor)?;
    json.end()
}

/// The name of a member, copied only if it is written with escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

fn next_name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    match map.next_key::<Name<'de>>()? {
        Some(Name(name)) if name.contains('\0') => Err(Error::custom("NUL in a name")),
        name => Ok(name.map(|name| name.0)),
    }
}

struct Names<'a> {
    known: &'a Members,
    names: &'a mut Vec<String>,
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = next_name(&mut map)? {
            map.next_value::<IgnoredAny>()?;
            if !self.known.seen.contains(&*name) {
                self.names.push(name.into_owned());
            }
        }
        Ok(())
    }
}

struct Values<'a> {
    columns: &'a HashMap<String, usize>,
    values: &'a mut [Value],
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = next_name(&mut map)? {
            match self.columns.get(&*name) {
                Some(column) => self.values[*column] = map.next_value()?,
                None => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        Ok(())
    }
}
