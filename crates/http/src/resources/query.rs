//! Reads what stands in the address of a request.

use super::registry::CONCERNING;
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Problem, Result,
    problem::{FieldError, INVALID_FORMAT, UNKNOWN_VALUE},
    scalar::Type,
};
use guanxi_storage::{
    Kind,
    custom::Fields,
    error::{BAD_PARAMETER, UNKNOWN_PARAMETER},
    events::timeline::TimelineQuery,
    list,
};
use uuid::Uuid;

/// Kinds of events that a timeline is narrowed to at most.
pub(crate) const EVENT_KINDS: usize = 50;
/// The longest name of one, in characters.
pub(crate) const LONGEST_KIND: usize = 80;

/// The refusal of one parameter.
pub(crate) fn bad(finding: FieldError) -> Problem {
    BAD_PARAMETER.problem().and(finding)
}

/// Reads words separated by commas, all of them known; of dotted paths the first part.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn words(name: &str, value: &str, known: &[&str], paths: bool) -> Result<Vec<String>> {
    let words: Vec<String> = value.split(',').map(|word| word.trim().to_owned()).collect();
    let top = |word: &str| word.split('.').next().unwrap_or("").to_owned();
    let good = words
        .iter()
        .all(|word| known.contains(&if paths { top(word) } else { word.clone() }.as_str()));
    if good {
        Ok(words)
    } else {
        Err(bad(UNKNOWN_VALUE.parameter(name).with("expected", known.join(", "))))
    }
}

/// Reads an instant.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn instant(name: &str, text: &str) -> Result<DateTime<Utc>> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let wrong = |_| bad(INVALID_FORMAT.parameter(name).with("expected", Type::Instant.expected()));
    read.map_err(wrong)
}

/// Reads an id.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn id(name: &str, text: &str) -> Result<Uuid> {
    let wrong = |_| bad(INVALID_FORMAT.parameter(name).with("expected", Type::Id.expected()));
    text.parse().map_err(wrong)
}

pub(super) fn timeline_query(
    kind: &'static Kind,
    custom: &Fields,
    pairs: &[(String, String)],
) -> Result<TimelineQuery> {
    let mut query = TimelineQuery { limit: list::DEFAULT_LIMIT, ..TimelineQuery::default() };
    let split = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
    for (name, value) in pairs {
        match name.as_str() {
            "limit" => query.limit = list::limit(value).map_err(bad)?,
            "cursor" => query.cursor = Some(value.clone()),
            "subject_type" => {
                let known: Vec<&str> = CONCERNING.iter().map(|kind| kind.name).collect();
                query.subject_types = words(name, value, &known, false)?;
            }
            "kind" => query.kinds = split(value),
            "field" => {
                let own: Vec<String> = custom.iter().map(|field| field.path()).collect();
                let mut known: Vec<&str> = list::showable(kind, custom);
                known.extend(own.iter().map(String::as_str));
                query.field = words(name, value, &known, false)?.pop();
            }
            "user_id" => query.user_id = Some(id(name, value)?.into()),
            "occurred_after" => query.after = Some(instant(name, value)?),
            "occurred_before" => query.before = Some(instant(name, value)?),
            "sort" if value == "sequence" => query.ascending = true,
            "sort" if value == "-sequence" => query.ascending = false,
            "sort" => {
                return Err(bad(UNKNOWN_VALUE
                    .parameter("sort")
                    .with("expected", "sequence, -sequence")));
            }
            _ => return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name))),
        }
    }
    let wrong = |kind: &String| kind.contains('\0') || kind.chars().count() > LONGEST_KIND;
    if query.kinds.iter().any(wrong) || query.kinds.len() > EVENT_KINDS {
        return Err(bad(UNKNOWN_VALUE
            .parameter("kind")
            .with("expected", "kinds of events, e.g. party.updated")));
    }
    Ok(query)
}
