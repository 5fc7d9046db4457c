//! The values of the parameters of a list, read from what callers write.

use super::{
    MAX_LIMIT, MAX_SORT, Sort,
    parameter::{
        PINYIN, PINYIN_COLUMN, Parameter, Test, amount_values, expandable, showable, sortable,
    },
};
use crate::{
    Field, Kind,
    custom::{
        self, Fields,
        query::{IN, Order},
    },
    error::REPEATED_PARAMETER,
    terms,
};
use guanxi_kernel::{
    Ctx, Result,
    problem::{FieldError, INVALID_FORMAT, OUT_OF_RANGE, UNKNOWN_VALUE},
    scalar::Type,
};
use sea_query::Value;

/// Values of one filter at most.
pub const MAX_VALUES: usize = 50;

/// Refuses a parameter that stands twice.
///
/// # Errors
/// `repeated_parameter`.
pub fn refuse_repeated(pairs: &[(String, String)]) -> Result<()> {
    for (at, (name, _)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(REPEATED_PARAMETER
                .problem()
                .and(REPEATED_PARAMETER.parameter(name.clone())));
        }
    }
    Ok(())
}

fn refuse(filter: &Parameter) -> FieldError {
    match &filter.test {
        Test::Custom { field, .. } => {
            let code = if field.words().is_empty() { &INVALID_FORMAT } else { &UNKNOWN_VALUE };
            code.parameter(&filter.name).with("expected", field.expected_asked())
        }
        _ => wrong(&filter.name, filter.kind),
    }
}

pub(super) fn wrong(name: &str, kind: Type) -> FieldError {
    let code = if matches!(kind, Type::Word(_)) { &UNKNOWN_VALUE } else { &INVALID_FORMAT };
    code.parameter(name).with("expected", kind.expected())
}

/// Reads `limit`.
///
/// # Errors
/// When it is no whole number of 1 to [`MAX_LIMIT`].
pub fn limit(value: &str) -> Result<u64, FieldError> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let limit = if plain { value.parse().ok() } else { None };
    limit.filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| {
        OUT_OF_RANGE.parameter("limit").with("expected", format!("1 to {MAX_LIMIT}"))
    })
}

/// What `q` does, for the document.
pub const ABOUT_SEARCH: &str = "Finds any part of the names and codes, whatever the case and width; \
     Chinese also by pinyin (`wangwei`, `wáng wěi`) from any character on, and by the initials of the \
     whole (`ww`).";

/// Reads `q`: the texts that it may mean.
///
/// # Errors
/// When it is empty or longer than [`terms::LONGEST`] characters.
pub fn search(value: &str) -> Result<Vec<String>, FieldError> {
    let asked = terms::asked(value);
    let good = |text: &String| {
        (1..=terms::LONGEST).contains(&text.chars().count()) && !text.contains('\0')
    };
    if asked.iter().all(good) {
        return Ok(asked);
    }
    let expected = format!("1 to {} characters", terms::LONGEST);
    Err(OUT_OF_RANGE.parameter("q").with("expected", expected))
}

fn words<'a>(name: &str, value: &'a str, known: &[&str]) -> Result<Vec<&'a str>, FieldError> {
    let words: Vec<&str> = value.split(',').map(str::trim).collect();
    let good = words.iter().all(|word| known.contains(&word.strip_prefix('-').unwrap_or(*word)));
    if good {
        Ok(words)
    } else {
        Err(UNKNOWN_VALUE.parameter(name).with("expected", known.join(", ")))
    }
}

/// The order of a field of the tenant. It stands alone: no index holds it beside another one.
pub(super) fn order(custom: &Fields, value: &str) -> Result<Option<Order>, FieldError> {
    let words: Vec<&str> = value.split(',').map(str::trim).collect();
    let read = |word: &str| {
        let field = custom.by_path(word.strip_prefix('-').unwrap_or(word))?;
        Some(Order { field: field.clone(), descending: word.starts_with('-') })
    };
    let Some(order) = words.iter().find_map(|word| read(word)) else { return Ok(None) };
    let refused = |expected: &str| UNKNOWN_VALUE.parameter("sort").with("expected", expected);
    if !order.field.is_sortable() {
        return Err(refused("no choice and no reference: they have no order"));
    }
    match words.len() {
        1 => Ok(Some(order)),
        _ => Err(refused("a custom field alone, without other fields")),
    }
}

pub(super) fn sort(
    kind: &'static Kind,
    custom: &Fields,
    value: &str,
) -> Result<Vec<Sort>, FieldError> {
    let known = sortable(kind, custom);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let words = words("sort", value, &known).map_err(|refused| {
        let own = custom.sortable();
        let all: Vec<&str> = known.iter().copied().chain(own.iter().map(String::as_str)).collect();
        refused.with("expected", all.join(", "))
    })?;
    if words.len() > MAX_SORT {
        return Err(OUT_OF_RANGE
            .parameter("sort")
            .with("expected", format!("at most {MAX_SORT} fields")));
    }
    let sort = words.iter().filter_map(|word| {
        let (name, descending) = word.strip_prefix('-').map_or((*word, false), |name| (name, true));
        if let Some(name) = name.strip_suffix(PINYIN) {
            let column = |f: &&Field| f.name.strip_suffix(PINYIN_COLUMN) == Some(name);
            let field = kind.shape.fields.iter().find(column)?;
            return Some(Sort { column: field.name, kind: Type::Text, descending });
        }
        let field = kind.field(name)?;
        Some(Sort { column: field.sort?, kind: field.kind, descending })
    });
    Ok(sort.collect())
}

pub(super) fn fields(kind: &Kind, custom: &Fields, value: &str) -> Result<Vec<String>, FieldError> {
    check_paths(custom, value.split(',').map(str::trim))?;
    let known = showable(kind, custom);
    let tops: Vec<&str> =
        value.split(',').map(|path| path.trim().split('.').next().unwrap_or("")).collect();
    if !tops.iter().all(|top| known.contains(top)) {
        return Err(UNKNOWN_VALUE.parameter("fields").with("expected", known.join(", ")));
    }
    Ok(value.split(',').map(|path| path.trim().to_owned()).collect())
}

/// Refuses paths to members of `custom` that are no fields of the tenant.
///
/// # Errors
/// When one is not.
pub fn check_paths<'p>(
    custom: &Fields,
    paths: impl Iterator<Item = &'p str>,
) -> Result<(), FieldError> {
    for path in paths.filter(|path| path.starts_with(custom::PREFIX)) {
        if custom.by_path(path).is_none() {
            let known: Vec<String> = custom.iter().map(|field| field.path()).collect();
            return Err(UNKNOWN_VALUE.parameter("fields").with("expected", known.join(", ")));
        }
    }
    Ok(())
}

pub(super) fn expand(kind: &Kind, custom: &Fields, value: &str) -> Result<Vec<String>, FieldError> {
    let words = words("expand", value, &expandable(kind, custom))?;
    Ok(words.into_iter().map(str::to_owned).collect())
}

/// The values of a filter, and whether `null` is among them.
pub(super) fn values(
    ctx: &Ctx,
    filter: &Parameter,
    text: &str,
) -> Result<(Vec<Value>, bool), FieldError> {
    let refused = || refuse(filter);
    let many = match &filter.test {
        Test::Custom { field, sign } => *sign == IN && field.takes_several(),
        _ => matches!(filter.kind, Type::Id | Type::Word(_) | Type::Integer),
    };
    let parts: Vec<&str> = if many { text.split(',').collect() } else { vec![text] };
    if parts.len() > MAX_VALUES {
        let expected = format!("at most {MAX_VALUES} values");
        return Err(OUT_OF_RANGE.parameter(&filter.name).with("expected", expected));
    }
    let mut or_null = false;
    let mut values = Vec::new();
    for part in parts {
        match &filter.test {
            Test::OneOf { nullable: true, .. } | Test::Custom { sign: IN, .. }
                if part == "null" =>
            {
                or_null = true;
            }
            Test::Custom { field, .. } => {
                values.push(field.asked(part).ok_or_else(refused)?.into());
            }
            Test::Has(index) => values.push((index.term)(part).ok_or_else(refused)?.into()),
            Test::Money { .. } => values.extend(amount_values(ctx, part).ok_or_else(refused)?),
            _ => values.push(filter.kind.parse(part).ok_or_else(refused)?),
        }
    }
    if matches!(filter.test, Test::AtLeast(_) | Test::Below(_)) && values.len() != 1 {
        return Err(refused());
    }
    Ok((values, or_null))
}
